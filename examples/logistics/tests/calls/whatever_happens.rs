//! Whatever is called in whatever order: the figures of the whole database stay right.

mod calls;
mod figures;

use std::collections::BTreeSet;

use latchstring::{Effect, ErrorCode, OperationError, Scope};

use crate::stores::Stores;
use calls::{Dice, KINDS, call};
use figures::Figures;

#[tokio::test]
async fn stock_is_always_what_the_documents_say_that_they_did() {
    let mut did = BTreeSet::new();
    for seed in [1, 7, 23] {
        let stores = Stores::open().await;
        let mut dice = Dice(seed);
        let mut others = Figures::of(&stores).await.without_documents();
        for step in 0..150 {
            let (path, arguments) = call(&stores, &mut dice).await;
            let shown = format!("seed {seed}, step {step}: {path}({arguments})");
            let is_delete = path.ends_with(".delete");
            let before = if is_delete {
                let figures = Figures::of(&stores).await;
                assert_eq!(figures.without_documents(), others, "before {shown}");
                Some(figures.on_hand)
            } else {
                None
            };
            let is_done = match stores.call(stores.harbor, &path, arguments).await {
                Ok(_) => {
                    did.insert(path);
                    true
                }
                Err(error) => {
                    assert_ne!(OperationError::code(&error), ErrorCode::Internal, "{shown}: {error}");
                    false
                }
            };
            if let Some(before) = before.filter(|_| is_done) {
                // What a document did stays when it is gone, and nobody tells of it any more.
                let figures = Figures::of(&stores).await;
                assert_eq!(figures.on_hand, before, "{shown}");
                others = figures.without_documents();
            }
            if step % 10 == 9 {
                let figures = Figures::of(&stores).await;
                assert!(
                    figures.wrong_incoming().is_empty(),
                    "{:?} after {shown}",
                    figures.wrong_incoming()
                );
                assert_eq!(figures.without_documents(), others, "after {shown}");
            }
        }
    }
    assert!(did.len() > 50, "of all steps {} were taken: {did:?}", did.len());
}

#[tokio::test]
async fn the_dice_know_every_step_of_every_document() {
    let stores = Stores::open().await;
    let surface = stores.catalog.surface(Stores::grant(stores.harbor, Scope::ReadWrite));
    let known: BTreeSet<String> = KINDS
        .iter()
        .flat_map(|kind| kind.steps.iter().map(|step| format!("{}.{step}", kind.namespace)))
        .collect();
    let there: BTreeSet<String> = surface
        .operations()
        .filter(|one| one.effect == Effect::Write && !one.name.as_str().ends_with("_many"))
        .map(|one| one.name.program().to_owned())
        .filter(|path| {
            KINDS
                .iter()
                .any(|kind| path.starts_with(&format!("{}.", kind.namespace)))
        })
        .collect();
    assert_eq!(known, there);
}
