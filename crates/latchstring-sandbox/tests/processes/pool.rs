//! Which process serves whom, and what happens when processes end.

use std::{
    fs,
    sync::Arc,
    time::{Duration, Instant},
};

use latchstring_core::{ErrorCode, Limits, SandboxError};
use latchstring_sandbox::Options;
use rustix::process::{Pid, Signal};

use crate::{
    family::{Family, computed, kill},
    support::{AGES, Host, PATHS, failure_of, options, owner, program},
};

#[tokio::test]
async fn s05_a_worker_serves_one_grant_with_one_surface() {
    let family = Family::new(|_| {});
    assert_eq!(family.result(Some(owner(1)), "return 1").await, "1");
    let first = family.settled(1).await;
    assert_eq!(family.result(Some(owner(1)), "return 1").await, "1");
    assert_eq!(family.settled(1).await, first, "the same grant, the same worker");
    assert_eq!(family.result(Some(owner(2)), "return 1").await, "1");
    let both = family.settled(2).await;
    assert!(both.contains(&first[0]));
    // Another surface of the same grant, as `run` and `run_write` have.
    let paths: Arc<[String]> = Arc::new(["boms.list".to_owned()]);
    let run = family
        .sandbox
        .run_with(&paths, &program("return 1"), &Limits::default(), &mut Host::default())
        .await;
    assert!(run.unwrap().ended.is_ok());
    family.settled(3).await;
    // Nobody's: it is gone afterwards.
    assert_eq!(family.result(None, "return 1").await, "1");
    family.settled(3).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s05_no_process_ever_runs_programs_of_two_grants() {
    let family = Arc::new(Family::new(|options| {
        options.spare_workers = 3;
        options.warm_workers = 5;
    }));
    let runs: Vec<_> = (0..8_u8)
        .map(|lane| {
            let family = Arc::clone(&family);
            tokio::spawn(async move {
                for round in 0..40_u8 {
                    let number = (lane + round * 3) % 10;
                    let source = format!("// owner: {number}");
                    // What it answers is every owner whose programs this process has run.
                    let owners: Vec<u8> =
                        serde_json::from_str(&family.result(Some(owner(number)), &source).await).unwrap();
                    assert!(
                        !owners.is_empty() && owners.iter().all(|one| *one == number),
                        "{number}: {owners:?}"
                    );
                }
            })
        })
        .collect();
    for run in runs {
        run.await.unwrap();
    }
}

#[tokio::test]
async fn s03_a_worker_that_is_killed_costs_its_run() {
    let family = Family::new(|_| {});
    let (run, worker) = family.computing().await;
    kill(worker, Signal::SEGV);
    let failure = failure_of(run.await.unwrap().unwrap());
    assert_eq!(failure.code, ErrorCode::ProgramError);
    let (run, worker) = family.computing().await;
    kill(worker, Signal::KILL);
    let broken = run.await.unwrap();
    // Nobody but the system or an operator does that: the program is innocent.
    assert!(matches!(broken, Err(SandboxError::Broken(_))), "{broken:?}");
    assert_eq!(family.result(Some(owner(1)), "return 1").await, "1");
}

#[tokio::test]
async fn s05_a_program_that_was_stopped_at_a_limit_leaves_its_worker_and_nothing_else() {
    let family = Family::new(|_| {});
    assert_eq!(family.result(Some(owner(1)), "return 1").await, "1");
    let worker = family.settled(1).await;
    let limits = Limits {
        guest_time: Duration::from_millis(100),
        ..Limits::default()
    };
    // On a busy machine it may take long to fill its memory.
    let patient = Limits {
        guest_time: AGES,
        wall: AGES,
        ..Limits::default()
    };
    let stopped = [
        ("for (;;);", ErrorCode::Timeout),
        // Nothing asks the engine to stop within it, so it is made to trap.
        ("new Array(2 ** 32 - 2).join('')", ErrorCode::Timeout),
        (
            "const all = []; for (;;) all.push(new Array(1e5).fill(7))",
            ErrorCode::MemoryLimit,
        ),
    ];
    for (source, code) in stopped {
        let leaves = format!("Array.prototype.left = 1; {source}");
        let limits = if code == ErrorCode::Timeout { &limits } else { &patient };
        let outcome = family.run(Some(owner(1)), &leaves, limits).await.unwrap();
        assert_eq!(failure_of(outcome).code, code, "{source}");
        assert_eq!(
            family.result(Some(owner(1)), "return [].left ?? 'nothing'").await,
            "\"nothing\""
        );
        assert_eq!(family.settled(1).await, worker, "{source}");
    }
}

#[tokio::test]
async fn a_signal_to_stop_is_for_the_server_and_not_for_its_programs() {
    let family = Family::new(|_| {});
    let source = "for (let i = 0; i < 50; i++) await app.parts.get({ i }); return 'done'";
    assert_eq!(family.result(Some(owner(1)), source).await, "\"done\"");
    let (zygote, worker) = (family.zygote(), family.settled(1).await[0]);
    for signal in [Signal::TERM, Signal::INT, Signal::HUP] {
        kill(zygote, signal);
        kill(worker, signal);
    }
    assert_eq!(family.result(Some(owner(1)), source).await, "\"done\"");
    assert_eq!((family.zygote(), family.settled(1).await[0]), (zygote, worker));
}

#[tokio::test]
async fn s03_when_the_zygote_is_killed_runs_under_way_are_told_and_later_ones_work() {
    let family = Family::new(|options| options.spare_workers = 2);
    for _ in 0..2 {
        let (run, _) = family.computing().await;
        let zygote = family.zygote();
        kill(zygote, Signal::KILL);
        let started = Instant::now();
        let broken = run.await.unwrap();
        let Err(SandboxError::Broken(why)) = broken else {
            panic!("{broken:?}")
        };
        assert!(
            why.to_string().contains("started anew") || why.to_string().contains("killed"),
            "{why}"
        );
        // The server may hear of one worker's death before the zygote's, and have another that is about to die.
        let later = loop {
            match family.run(Some(owner(1)), "return 1", &Limits::default()).await {
                Err(SandboxError::Broken(why)) if why.to_string().contains("started anew") => {}
                other => break other.unwrap(),
            }
            assert!(started.elapsed() < AGES);
        };
        assert_eq!(later.ended.unwrap().get(), "1");
        assert_ne!(family.zygote(), zygote);
        assert!(started.elapsed() < AGES);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_programs_at_once() {
    let family = Arc::new(Family::new(|options| options.live_runs = 200));
    let runs: Vec<_> = (0..200_u8)
        .map(|number| {
            let family = Arc::clone(&family);
            tokio::spawn(async move {
                let source = format!("let n = 0; for (let i = 0; i < 5; i++) n += (await app.parts.get({{ i }})).got.i; return n + {number}");
                let limits = Limits { guest_time: AGES, ..Limits::default() };
                let outcome = family.run(Some(owner(number)), &source, &limits).await.unwrap();
                assert_eq!(outcome.ended.unwrap().get(), (10 + u32::from(number)).to_string());
            })
        })
        .collect();
    for run in runs {
        run.await.unwrap();
    }
    family.settled(Options::default().warm_workers).await;
}

#[tokio::test]
async fn thousands_of_runs_leave_no_process_and_no_descriptor() {
    let family = Family::new(|options| {
        options.warm_workers = 2;
        options.spare_workers = 1;
    });
    let descriptors = || fs::read_dir("/proc/self/fd").unwrap().count();
    let sources = ["return 1", "await app.boms.list(); return 2", "throw new Error('x')"];
    let mut before = None;
    for number in 0..3000_u32 {
        if number == 300 {
            before = Some((family.settled(3).await.len(), descriptors()));
        }
        let who = (number % 3 != 0).then(|| owner(u8::try_from(number % 7).unwrap()));
        let source = sources[(number % 11 % 3) as usize];
        family.run(who, source, &Limits::default()).await.unwrap();
    }
    let (_, before) = before.unwrap();
    family.settled(3).await;
    // Other tests of this process come and go meanwhile.
    assert!(descriptors() < before + 300, "{before} before, {} after", descriptors());
    let all = family.workers();
    drop(family);
    let started = Instant::now();
    while all.iter().any(|pid| crate::family::field(*pid, 3) != 0) {
        assert!(started.elapsed() < AGES, "they end with the sandbox");
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
}

#[test]
fn a_binary_that_does_not_know_how_is_told_what_to_do() {
    let options = Options {
        worker_binary: None,
        ..options()
    };
    let refused = latchstring_sandbox::WasmSandbox::new(&options).unwrap_err();
    assert!(refused.to_string().contains("enter_if_asked"), "{refused}");
    let options = Options {
        worker_binary: Some("/bin/true".into()),
        ..options
    };
    let refused = latchstring_sandbox::WasmSandbox::new(&options).unwrap_err();
    assert!(refused.to_string().contains("enter_if_asked"), "{refused}");
    assert!(!PATHS.is_empty());
}

#[tokio::test]
async fn a_program_that_computes_long_stands_further_back_and_a_short_one_does_not() {
    let family = Family::new(|_| {});
    assert_eq!(family.result(Some(owner(1)), "return 1").await, "1");
    let usual = nice(family.settled(1).await[0]);
    let (run, worker) = family.computing().await;
    let began = Instant::now();
    while nice(worker) == usual && began.elapsed() < AGES {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let further = nice(worker);
    assert!(further >= (usual + 5).min(19), "{usual}, then {further}");
    run.abort();
}

#[tokio::test]
async fn who_computed_long_stands_back_for_as_long_again() {
    let family = Family::new(|_| {});
    assert_eq!(family.result(Some(owner(1)), "return 1").await, "1");
    let first = family.settled(1).await[0];
    let usual = nice(first);
    let limits = Limits {
        guest_time: Duration::from_secs(1),
        ..Limits::default()
    };
    // One alone is no crowd.
    let run = |number| family.run(Some(owner(number)), "for (;;);", &limits);
    let (outcome, other) = tokio::join!(run(1), run(2));
    for outcome in [outcome, other] {
        assert_eq!(failure_of(outcome.unwrap()).code, ErrorCode::Timeout);
    }
    let ended = Instant::now();
    let spent = family.settled(2).await.into_iter().map(computed).min().unwrap();
    // A short program in between does not end it.
    for _ in 0..2 {
        assert_eq!(family.result(Some(owner(1)), "return 1").await, "1");
        assert!(family.settled(2).await.contains(&first));
        // On a busy machine they computed less than it took, and some of it in front.
        assert!(nice(first) > usual || ended.elapsed() > spent / 4);
    }
    tokio::time::sleep(Duration::from_millis(1200)).await;
    assert_eq!(family.result(Some(owner(1)), "return 1").await, "1");
    // Another worker, unless the server has the privileges to bring this one back.
    assert!(family.settled(2).await.into_iter().any(|worker| nice(worker) == usual));
}

/// The nice value of the process's first thread.
fn nice(process: Pid) -> i32 {
    rustix::process::getpriority_process(Some(process)).unwrap()
}
