//! Every attack comes to the end it must come to, and leaves the sandbox as it was.

use std::time::Duration;

use latchstring_core::{
    ErrorCode::{MemoryLimit, Timeout},
    Limits,
};

use crate::support::{result, run_limited};

#[path = "table.rs"]
mod table;

use table::End::{Either, Fails, Result, Slow};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s01_s03_every_known_attack_comes_to_its_expected_end() {
    let limits = Limits {
        guest_time: Duration::from_millis(500),
        ..Limits::default()
    };
    let mut wrong = Vec::new();
    for (name, source, expected) in table::attacks() {
        let ended = run_limited(&source, &limits).await.ended;
        let as_expected = match (&ended, expected) {
            (Ok(json), Result(text) | Slow(text)) => json.get().contains(text),
            (Err(failure), Slow(_)) => [MemoryLimit, Timeout].contains(&failure.code),
            (Err(failure), Fails(code)) => failure.code == code,
            (Err(failure), Either(one, other)) => failure.code == one || failure.code == other,
            (Ok(_), Fails(_) | Either(..)) | (Err(_), Result(_)) => false,
        };
        if !as_expected {
            wrong.push(format!("{name}: expected {expected:?}, got {ended:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(
        result("return (await app.boms.list()).items.length").await,
        3,
        "the sandbox is as before"
    );
}
