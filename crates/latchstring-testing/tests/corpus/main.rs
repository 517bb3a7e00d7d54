//! The corpus: programs as assistants write them for the demo stores, each with what it is answered.
//!
//! The files in `examples/assembly/corpus` hold them, and its `README.md` says how they are written. Every program goes
//! through the real router, the real sandbox and a real database with fresh demo data. A program in `good` returns; one in
//! `mistakes` has a mistake, and what the model then reads is what is reviewed.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod block;
mod difference;
mod layout;
mod page;
mod play;
mod told;

use std::{
    collections::{BTreeSet, VecDeque},
    fmt::Write,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use page::{Page, Question};
use play::Player;

/// Set, the expected blocks are written anew.
const UPDATE: &str = "LATCHSTRING_CORPUS_UPDATE";
/// Set, only files and questions with this in their name are run.
const ONLY: &str = "LATCHSTRING_CORPUS_ONLY";

#[tokio::test(flavor = "multi_thread")]
async fn every_program_is_answered_as_its_page_says() {
    let pages = pages();
    let only = std::env::var(ONLY).unwrap_or_default();
    let is_update = std::env::var(UPDATE).is_ok_and(|value| !value.is_empty());
    let mut queue = VecDeque::new();
    for (number, page) in pages.iter().enumerate() {
        let asked = page
            .questions
            .iter()
            .filter(|question| question.is_named(&page.name, &only));
        queue.extend(asked.map(|question| (number, question.clone())));
    }
    let queue = Arc::new(Mutex::new(queue));
    // Two for each processor: while one waits for its database or its sandbox, the other computes.
    let workers = 2 * std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    let played: Vec<_> = (0..workers).map(|_| tokio::spawn(play_all(queue.clone()))).collect();
    let mut answered = Vec::new();
    for worker in played {
        answered.extend(worker.await.unwrap());
    }
    answered.sort_by_key(|(number, question, _)| (*number, question.line));

    let mut report = String::new();
    let mut wrong = 0;
    for (number, question, answers) in &answered {
        let page = &pages[*number];
        for complaint in question.complaints(answers, page.is_of_mistakes()) {
            wrong += 1;
            writeln!(
                report,
                "\n{}:{}: {}\n{complaint}",
                page.name, complaint.line, question.title
            )
            .unwrap();
        }
    }
    if is_update {
        for (number, page) in pages.iter().enumerate() {
            let of_page = answered.iter().filter(|(other, ..)| *other == number);
            page.update(of_page.map(|(_, question, answers)| (question, answers.as_slice())));
        }
        return eprintln!("{wrong} answers are written anew; read the difference before you commit it:\n{report}");
    }
    assert!(wrong == 0, "{wrong} answers are not as their pages say:\n{report}");
}

/// Plays what is left of the queue. What keeps changes gets fresh demo data, and so does whoever comes after it.
async fn play_all(queue: Arc<Mutex<VecDeque<(usize, Question)>>>) -> Vec<(usize, Question, Vec<told::Told>)> {
    let mut done = Vec::new();
    let mut fresh = None;
    loop {
        let next = queue.lock().unwrap().pop_front();
        let Some((number, question)) = next else {
            return done;
        };
        let mut player = match fresh.take() {
            Some(player) => player,
            None => Player::new().await,
        };
        let answers = player.play(&question).await;
        fresh = (!question.has_changed(&answers)).then_some(player);
        done.push((number, question, answers));
    }
}

#[test]
fn every_program_has_what_is_expected_of_it() {
    let mut without = String::new();
    for page in pages() {
        let mut titles = BTreeSet::new();
        for question in &page.questions {
            let (name, title) = (&page.name, &question.title);
            assert!(titles.insert(title), "{name}: `{title}` is there twice");
            assert!(!question.programs.is_empty(), "{name}: `{title}` has no program");
            for program in &question.programs {
                if program.expected.is_empty() {
                    writeln!(without, "{name}:{}: {title}", program.line).unwrap();
                }
            }
        }
    }
    assert!(without.is_empty(), "without an expected result:\n{without}");
}

/// Every page of the corpus, by name.
fn pages() -> Vec<Page> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/assembly/corpus");
    let mut paths: Vec<PathBuf> = Vec::new();
    for folder in ["good", "mistakes"] {
        let files = std::fs::read_dir(root.join(folder)).unwrap();
        paths.extend(files.map(|file| file.unwrap().path()));
    }
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "md"));
    paths.sort();
    paths.iter().map(|path| Page::read(path)).collect()
}
