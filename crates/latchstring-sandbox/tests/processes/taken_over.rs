//! A worker that is taken over altogether: it costs its run and nothing else.

use std::time::{Duration, Instant};

use latchstring_core::{ErrorCode, Limits, Outcome, SandboxError};

use crate::{
    family::Family,
    support::{AGES, failure_of, owner},
};

async fn taken_over(family: &Family, how: &str) -> Result<Outcome, SandboxError> {
    // What is endless must be ended by its count, and not by its time.
    let (guest_time, wall) = if how.starts_with("endless") {
        (AGES, AGES)
    } else {
        (Duration::from_millis(200), Limits::default().wall)
    };
    let limits = Limits {
        guest_time,
        wall,
        ..Limits::default()
    };
    let source = format!("// taken over: {how}\nreturn 'as if nothing had been'");
    family.run(Some(owner(1)), &source, &limits).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s03_a_worker_that_says_what_cannot_be_costs_its_run_and_the_next_one_works() {
    const LIES: [&str; 18] = [
        "a long length",
        "a flood",
        "no message",
        "half a message",
        "a message and a half",
        "no calls",
        "a thousand calls",
        "endless calls",
        "endless hunger",
        "ready again",
        "not ready",
        "last words unasked",
        "a result that is not JSON",
        "a result that is too long",
        "cancelled",
        "death",
        "death in the middle",
        "a wild pointer",
    ];
    let family = Family::new(|_| {});
    for lie in LIES {
        let outcome = taken_over(&family, lie).await.unwrap();
        let failure = failure_of(outcome);
        assert_eq!(failure.code, ErrorCode::ProgramError, "{lie}: {failure:?}");
        assert!(
            failure.message.starts_with("the program crashed the JavaScript engine"),
            "{lie}: {failure:?}"
        );
        assert_eq!(family.result(Some(owner(1)), "return 1").await, "1", "after {lie}");
    }
    assert!(matches!(taken_over(&family, "an abort").await, Ok(outcome) if outcome.ended.is_err()));
    family.settled(0).await;
}

#[tokio::test]
async fn s03_a_silent_worker_is_killed_at_the_programs_limit() {
    let family = Family::new(|_| {});
    for silence in ["silence", "a length and silence"] {
        let started = Instant::now();
        let failure = failure_of(taken_over(&family, silence).await.unwrap());
        assert_eq!(failure.code, ErrorCode::Timeout, "{failure:?}");
        assert!(started.elapsed() < AGES);
        family.settled(0).await;
    }
    assert_eq!(family.result(Some(owner(1)), "return 1").await, "1");
}

#[tokio::test]
async fn s03_s04_calls_with_made_up_numbers_reach_the_programs_own_grant_and_no_other() {
    let family = Family::new(|_| {});
    let outcome = taken_over(&family, "unknown ids").await.unwrap();
    assert_eq!(
        outcome.ended.unwrap().get(),
        "\"forged\"",
        "as a program could have returned"
    );
    // More pages than there are: it gets none, and can go on. So it can after asking for none, if not for ever.
    for hunger in ["more than there is", "much hunger"] {
        let outcome = taken_over(&family, hunger).await.unwrap();
        assert_eq!(outcome.ended.unwrap().get(), "\"forged\"", "{hunger}");
    }
}

#[tokio::test]
async fn s03_what_a_worker_says_after_the_end_reaches_no_later_run() {
    for more in ["an end and more", "an end and more later"] {
        let family = Family::new(|_| {});
        let outcome = taken_over(&family, more).await.unwrap();
        assert_eq!(outcome.ended.unwrap().get(), "\"forged\"");
        tokio::time::sleep(Duration::from_millis(300)).await;
        for _ in 0..3 {
            assert_eq!(
                family.result(Some(owner(1)), "return 'true'").await,
                "\"true\"",
                "after {more}"
            );
        }
    }
}
