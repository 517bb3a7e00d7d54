//! The faults: small programs with one fault each, and whether what a model is told is enough to go on from.
//!
//! The pages in `faults` hold them, and its `README.md` says how they are written. They are read and played by what reads
//! and plays the corpus.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "../corpus/block.rs"]
mod block;
#[path = "../corpus/difference.rs"]
mod difference;
mod fault;
mod lacks;
#[path = "../corpus/layout.rs"]
mod layout;
#[expect(dead_code, reason = "the corpus asks more of its pages")]
#[path = "../corpus/page.rs"]
mod page;
#[path = "../corpus/play.rs"]
mod play;
#[expect(dead_code, reason = "the faults are those of one product")]
#[path = "../corpus/product.rs"]
mod product;
#[path = "../corpus/told.rs"]
mod told;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
    path::{Path, PathBuf},
};

use block::Kind;
use fault::Fault;
use lacks::Lack;
use page::Page;
use play::Player;
use product::ASSEMBLY;

/// Set, the answers are written anew.
const UPDATE: &str = "LATCHSTRING_CORPUS_UPDATE";

/// Fewer faults show little.
const FAULTS: usize = 60;

#[tokio::test(flavor = "multi_thread")]
async fn every_fault_is_answered_with_its_place_and_a_way_on() {
    let is_update = std::env::var(UPDATE).is_ok_and(|value| !value.is_empty());
    let mut report = String::new();
    let mut lacking = BTreeMap::new();
    let mut player = Player::new(&ASSEMBLY, None).await;
    for (page, faults) in pages() {
        let mut answered = Vec::new();
        for fault in &faults {
            let answers = player.play(&fault.question).await;
            for complaint in fault.question.complaints(&answers, true) {
                writeln!(report, "\n{}: {}\n{complaint}", page.name, fault.question.title).unwrap();
            }
            let failure = failure(fault, &answers);
            let lacks = lacks::lacks(failure.as_deref(), fault);
            if !lacks.is_empty() {
                lacking.insert(fault.id.clone(), lacks);
            }
            if fault.question.has_changed(&answers) {
                player = Player::new(&ASSEMBLY, None).await;
            }
            answered.push(answers);
        }
        if is_update {
            page.update(
                faults
                    .iter()
                    .map(|fault| &fault.question)
                    .zip(answered.iter().map(Vec::as_slice)),
            );
        }
    }
    if is_update {
        eprintln!("read the difference before you commit it:\n{report}");
    } else {
        assert!(report.is_empty(), "answers are not as their pages say:\n{report}");
    }
    let (lacking, allowed) = (written(&lacking), exceptions());
    assert!(
        lacking == allowed,
        "what answers lack is not what `exceptions.txt` says:\n{}",
        difference::difference(&allowed, &lacking)
    );
}

#[test]
fn every_fault_has_an_id_of_its_own_and_says_what_is_to_be_named() {
    let faults: Vec<Fault> = pages().into_iter().flat_map(|(_, faults)| faults).collect();
    assert!(faults.len() >= FAULTS, "{} faults", faults.len());
    let mut ids = BTreeSet::new();
    for fault in &faults {
        assert!(ids.insert(&fault.id), "`{}` is there twice", fault.id);
        assert!(!fault.named.is_empty(), "`{}` says nothing to be named", fault.id);
        assert_eq!(fault.question.programs.len(), 1, "`{}` is one program", fault.id);
    }
}

/// The pages, each with its faults.
fn pages() -> Vec<(Page, Vec<Fault>)> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder())
        .unwrap()
        .map(|file| file.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .filter(|path| !path.ends_with("README.md"))
        .collect();
    paths.sort();
    let read = |path: PathBuf| {
        let page = Page::read(&path, ASSEMBLY.stores);
        let faults = fault::faults(&page.questions, &std::fs::read_to_string(&path).unwrap());
        (page, faults)
    };
    paths.into_iter().map(read).collect()
}

fn failure(fault: &Fault, answers: &[told::Told]) -> Option<String> {
    let program = fault.question.programs.first()?;
    let blocks = answers.first()?.blocks(program);
    blocks
        .into_iter()
        .find_map(|(kind, text)| (kind == Kind::Failure).then_some(text))
}

/// What is allowed to lack what, one fault on each line.
fn exceptions() -> String {
    let text = std::fs::read_to_string(folder().join("exceptions.txt")).unwrap();
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect();
    lines.join("\n")
}

fn written(lacking: &BTreeMap<String, Vec<Lack>>) -> String {
    let lines = lacking.iter().map(|(id, lacks)| {
        let lacks: Vec<&str> = lacks.iter().map(|lack| lack.word()).collect();
        format!("{id}: {}", lacks.join(", "))
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/faults"))
}
