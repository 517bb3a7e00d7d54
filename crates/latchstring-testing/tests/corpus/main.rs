//! The corpus: programs as assistants write them for the demo stores, each with what it is answered.
//!
//! Each example product has its own, in `examples/<product>/corpus`, and `docs/corpus.md` says how they are written. Every
//! program goes through the real router, the real sandbox and a real database with fresh demo data. A program in `good`
//! returns; one in `mistakes` has a mistake, and what the model then reads is what is reviewed.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod block;
mod difference;
mod layout;
mod page;
mod play;
mod product;
mod told;

use std::{
    collections::{BTreeSet, VecDeque},
    fmt::Write,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use latchstring::Scope;

use page::{Page, Question};
use play::Player;
use product::Product;

/// Set, the expected blocks are written anew.
const UPDATE: &str = "LATCHSTRING_CORPUS_UPDATE";
/// Set, only files and questions with this in their name are run.
const ONLY: &str = "LATCHSTRING_CORPUS_ONLY";

/// The tests of a product's corpus. Each holds for a product by itself.
macro_rules! corpus {
    ($($product:ident: $what:expr;)*) => {$(
        mod $product {
            #[tokio::test(flavor = "multi_thread")]
            async fn every_program_is_answered_as_its_page_says() {
                super::check_answers(&$what).await;
            }

            #[test]
            fn the_corpus_is_as_large_as_it_is_said_to_be() {
                super::check_size(&$what);
            }

            #[test]
            fn every_program_has_what_is_expected_of_it() {
                super::check_expectations(&$what);
            }

            #[tokio::test]
            async fn every_operation_is_used_by_a_good_program() {
                super::check_operations(&$what).await;
            }
        }
    )*};
}

corpus! {
    assembly: crate::product::ASSEMBLY;
    logistics: crate::product::LOGISTICS;
}

/// Fewer questions are no corpus.
const QUESTIONS: usize = 200;
/// Fewer of them with a mistake are none either.
const MISTAKES: usize = 40;

async fn check_answers(product: &'static Product) {
    let pages = pages(product);
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
    let played: Vec<_> = (0..workers)
        .map(|_| tokio::spawn(play_all(product, queue.clone())))
        .collect();
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

/// Plays what is left of the queue. What keeps changes, or has a shop of its own, gets fresh demo data, and so does whoever
/// comes after it.
async fn play_all(
    product: &'static Product,
    queue: Arc<Mutex<VecDeque<(usize, Question)>>>,
) -> Vec<(usize, Question, Vec<told::Told>)> {
    let mut done = Vec::new();
    let mut fresh = None;
    loop {
        let next = queue.lock().unwrap().pop_front();
        let Some((number, question)) = next else {
            return done;
        };
        let shop = question.shop.as_deref();
        let mut player = match fresh.take().filter(|_| shop.is_none()) {
            Some(player) => player,
            None => Player::new(product, shop).await,
        };
        let answers = player.play(&question).await;
        let stays_fresh = shop.is_none() && !question.has_changed(&answers);
        fresh = stays_fresh.then_some(player);
        done.push((number, question, answers));
    }
}

fn check_size(product: &Product) {
    let pages = pages(product);
    let count = |of_mistakes: bool| -> usize {
        let pages = pages.iter().filter(|page| page.is_of_mistakes() == of_mistakes);
        pages.map(|page| page.questions.len()).sum()
    };
    let (good, mistakes) = (count(false), count(true));
    assert!(
        good + mistakes >= QUESTIONS,
        "{good} good ones and {mistakes} with mistakes"
    );
    assert!(mistakes >= MISTAKES, "{mistakes} with mistakes");
}

fn check_expectations(product: &Product) {
    let mut without = String::new();
    for page in pages(product) {
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

async fn check_operations(product: &Product) {
    let mut used = BTreeSet::new();
    for page in pages(product).iter().filter(|page| !page.is_of_mistakes()) {
        let programs = page.questions.iter().flat_map(|question| &question.programs);
        used.extend(programs.flat_map(|program| called(&program.source)));
    }
    let app = (product.start)(None).await;
    let tools = app.agent(Scope::ReadWrite).await.at("?tools=direct").tools().await;
    let beside = app.agent(Scope::ReadWrite).await.tools().await;
    let unused: Vec<_> = tools
        .iter()
        .filter(|tool| !beside.contains(tool) && !used.contains(*tool))
        .collect();
    assert!(unused.is_empty(), "no good program uses {unused:#?}");
}

/// The operations that a program names, each as its tool is called.
fn called(source: &str) -> BTreeSet<String> {
    let is_name = |one: char| one.is_ascii_alphanumeric();
    let names = source.split("app.").skip(1).filter_map(|rest| {
        let (namespace, rest) = rest.split_once('.')?;
        let method = rest.split(|one| !is_name(one)).next()?;
        namespace.chars().all(is_name).then(|| format!("{namespace}_{method}"))
    });
    let in_snake_case = |name: String| {
        let words = name.chars().map(|one| match one {
            'A'..='Z' => format!("_{}", one.to_ascii_lowercase()),
            other => other.to_string(),
        });
        words.collect()
    };
    names.map(in_snake_case).collect()
}

/// Every page of a product's corpus, by name.
fn pages(product: &Product) -> Vec<Page> {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    let root = examples.join(product.folder).join("corpus");
    let mut paths: Vec<PathBuf> = Vec::new();
    for folder in ["good", "mistakes"] {
        let files = std::fs::read_dir(root.join(folder)).unwrap();
        paths.extend(files.map(|file| file.unwrap().path()));
    }
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "md"));
    paths.sort();
    paths.iter().map(|path| Page::read(path, product.stores)).collect()
}
