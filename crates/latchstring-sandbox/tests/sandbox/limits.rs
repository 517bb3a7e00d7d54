//! Every limit holds, and says what to do.

use std::time::{Duration, Instant};

use async_trait::async_trait;
use latchstring_core::{ErrorCode, Json, Limits, OperationError, Outcome, SandboxError};
use latchstring_sandbox::{Calls, Options, Owner, WasmSandbox};
use serde_json::{json, value::to_raw_value};
use tokio::sync::Semaphore;

use crate::support::{
    AGES, Host, PATHS, SANDBOX, failure, failure_of, options, owner, program, result, run, run_in, run_limited,
};

fn short() -> Limits {
    Limits {
        guest_time: Duration::from_millis(200),
        ..Limits::default()
    }
}

#[tokio::test]
async fn s01_a_loop_is_stopped_and_neighbours_go_on() {
    let limits = short();
    let (stopped, ()) = tokio::join!(run_limited("while (true);", &limits), async {
        for _ in 0..20 {
            assert_eq!(result("return (await app.boms.list()).items.length").await, json!(3));
        }
    });
    assert!(stopped.guest_time >= Duration::from_millis(200));
    let failure = failure_of(stopped);
    assert_eq!(failure.code, ErrorCode::Timeout);
    assert!(
        failure.message.starts_with("stopped after 200 ms of computing"),
        "{}",
        failure.message
    );
    assert!(
        failure
            .message
            .ends_with("; filter in the operation, ask for less, or split the work into several programs")
    );
}

#[tokio::test]
async fn s01_computing_is_counted_over_all_turns_and_waiting_is_free() {
    let source = "for (;;) { for (let i = 0; i < 1e4; i++); await app.boms.list() }";
    let limits = Limits {
        calls: u32::MAX,
        ..short()
    };
    let failure = failure_of(run_limited(source, &limits).await);
    assert_eq!(failure.code, ErrorCode::Timeout, "{failure:?}");
}

#[tokio::test]
async fn s01_waiting_ends_at_the_wall_limit() {
    let sandbox = WasmSandbox::new(&options()).unwrap();
    let limits = Limits {
        wall: Duration::from_secs(1),
        ..Limits::default()
    };
    let waiting = program("console.log('waiting'); await app.boms.list(); await app.ages.x; await app.ages()");
    let outcome = sandbox
        .run_with(&PATHS, &waiting, &limits, &mut Host::default())
        .await
        .unwrap();
    assert_eq!(outcome.console.text, "waiting\n");
    assert_eq!(outcome.calls, 2);
    let failure = failure_of(outcome);
    assert_eq!(failure.code, ErrorCode::Timeout);
    assert!(
        failure
            .message
            .starts_with("stopped, 1 s after the start, waiting included; "),
        "{}",
        failure.message
    );
}

#[tokio::test]
async fn s01_a_native_loop_that_never_polls_is_killed() {
    let limits = Limits {
        guest_time: Duration::from_millis(50),
        ..Limits::default()
    };
    let outcome = run_limited("return new Array(2 ** 32 - 2).join('')", &limits).await;
    assert_eq!(failure_of(outcome).code, ErrorCode::Timeout);
}

#[tokio::test]
async fn s01_a_memory_bomb_meets_its_limit() {
    let limits = Limits {
        heap_bytes: 8 << 20,
        guest_time: AGES,
        ..Limits::default()
    };
    for source in [
        "const a = [];\nfor (;;) a.push(new Array(1e5).fill(7))",
        "const a = [];\nfor (;;) { try { a.push(new Array(1e5).fill(7)) } catch {} }",
        "const a = [];\nfor (;;) a.push({ a })",
        "return 'x'.repeat(20e6).split('')",
        "const m = new Map();\nfor (let i = 0; ; i++) m.set(i, 'n' + i)",
    ] {
        let failure = failure_of(run_limited(source, &limits).await);
        assert_eq!(failure.code, ErrorCode::MemoryLimit, "{source}: {failure:?}");
        assert!(
            failure.message.starts_with("out of memory: a program may fill 8 MiB; "),
            "{}",
            failure.message
        );
    }
    assert_eq!(result("return 1").await, json!(1));
}

#[tokio::test]
async fn s01_a_stack_bomb_is_a_range_error() {
    let source =
        "let depth = 0;\nfunction f() { depth++; f() }\ntry { f() } catch (error) { return [depth > 500, error.name] }";
    assert_eq!(result(source).await, json!([true, "RangeError"]));
    let failure = failure("function f() {\n  return f() + 1\n}\nf()").await;
    assert_eq!(
        (failure.code, failure.name.as_str()),
        (ErrorCode::ProgramError, "RangeError")
    );
    assert_eq!(
        failure.message,
        "Maximum call stack size exceeded; recurse less deeply, or use a loop"
    );
    assert_eq!(failure.at.unwrap().line, 2);
}

#[tokio::test]
async fn s01_huge_output_is_cut_or_refused() {
    let failure = failure("return 'x'.repeat(5e6)").await;
    assert_eq!(failure.code, ErrorCode::ResultTooLarge);
    let outcome = run_limited(
        "for (let i = 0; i < 1e4; i++) console.log('x'.repeat(1000))",
        &Limits::default(),
    )
    .await;
    assert_eq!(outcome.console.text.len(), 32 << 10);
    assert_eq!(outcome.console.dropped_bytes, 10_010_000 - (32 << 10));
}

#[tokio::test]
async fn s01_calls_are_counted() {
    let limits = Limits {
        calls: 10,
        ..Limits::default()
    };
    for source in [
        "for (let i = 0; i < 11; i++)\n  await app.parts.get({ i })",
        "await Promise.all(Array.from({ length: 11 }, (_, i) =>\n  app.parts.get({ i })))",
    ] {
        let outcome = run_limited(source, &limits).await;
        assert_eq!(
            outcome.calls,
            if source.starts_with("for") { 10 } else { outcome.calls }
        );
        let failure = failure_of(outcome);
        assert_eq!(failure.code, ErrorCode::LimitExceeded, "{failure:?}");
        assert!(
            failure.message.starts_with("a program may make 10 calls; "),
            "{}",
            failure.message
        );
        assert_eq!(failure.at.unwrap().line, 2);
    }
    let within = run_limited(
        "for (let i = 0; i < 10; i++) await app.parts.get({ i }); return 1",
        &limits,
    )
    .await;
    assert!(within.ended.is_ok());
}

#[tokio::test]
async fn s01_a_million_calls_in_the_background_do_not_pass() {
    let source = "function again() { app.parts.get({}).then(again) }\nagain(); return 1";
    let outcome = run(source).await;
    assert_eq!(outcome.calls, 200);
    assert_eq!(failure_of(outcome).code, ErrorCode::LimitExceeded);
}

#[tokio::test]
async fn s01_a_promise_that_nothing_can_resolve_ends_the_program_at_once() {
    let failure = failure("await new Promise(() => {})").await;
    assert_eq!(failure.code, ErrorCode::ProgramError);
    assert!(
        failure
            .message
            .starts_with("the program waits for a promise that nothing can resolve; ")
    );
}

#[tokio::test]
async fn a_program_over_its_size_is_not_started() {
    let limits = Limits {
        program_bytes: 20,
        ..Limits::default()
    };
    let outcome = run_limited("console.log(1); return 1", &limits).await;
    assert_eq!(outcome.console.text, "");
    let failure = failure_of(outcome);
    assert_eq!(failure.code, ErrorCode::LimitExceeded);
    assert!(
        failure
            .message
            .starts_with("the program is 24 bytes and may be 20; split it"),
        "{}",
        failure.message
    );
}

#[tokio::test]
async fn a_program_larger_than_the_input_buffer_runs() {
    let limits = Limits {
        program_bytes: 1 << 20,
        ..Limits::default()
    };
    let source = format!("const text = '{}';\nreturn text.length", "x".repeat(500_000));
    assert_eq!(run_limited(&source, &limits).await.ended.unwrap().get(), "500000");
}

#[tokio::test]
async fn a_poll_limit_stops_at_the_same_place_every_time_and_tells_the_line() {
    let sandbox = WasmSandbox::new(&Options {
        polls: Some(20),
        ..options()
    })
    .unwrap();
    // A poll is at a call or at a loop's jump, and at the jump the engine knows no place: so there is one in a thousand.
    let program = program(
        "let i = 0, many = new Array(1000).fill(0);\nfunction count() {\n  i++; if (i % 1000 === 0) console.log(i);\n}\n\
         while (true) many.forEach(count);",
    );
    let limits = Limits {
        guest_time: AGES,
        ..Limits::default()
    };
    let mut printed = Vec::new();
    for _ in 0..2 {
        let outcome = sandbox
            .run_with(&PATHS, &program, &limits, &mut Host::default())
            .await
            .unwrap();
        printed.push(outcome.console.text.clone());
        let failure = failure_of(outcome);
        assert_eq!(failure.code, ErrorCode::Timeout);
        let line = failure.at.as_ref().unwrap().line;
        assert!([3, 5].contains(&line), "{failure:?}");
        assert!(failure.message.starts_with(&format!(
            "stopped near line {line}, having computed as much as a program may; "
        )));
    }
    assert!(!printed[0].is_empty());
    assert_eq!(printed[0], printed[1]);
}

#[tokio::test]
async fn dropping_the_future_ends_a_program_that_computes() {
    let sandbox = WasmSandbox::new(&Options {
        live_runs: 1,
        threads: Some(2),
        busy_wait: AGES,
        ..options()
    })
    .unwrap();
    let endless = program("for (;;);");
    let limits = Limits {
        guest_time: AGES * 100,
        wall: AGES * 100,
        ..Limits::default()
    };
    let mut host = Host::default();
    let run = sandbox.run_with(&PATHS, &endless, &limits, &mut host);
    assert!(
        tokio::time::timeout(Duration::from_millis(50), run).await.is_err(),
        "it computes"
    );
    // The one place is free again only when the first program is gone, memory and all.
    let started = Instant::now();
    let outcome = sandbox
        .run_with(&PATHS, &program("return 1"), &limits, &mut Host::default())
        .await
        .unwrap();
    assert!(outcome.ended.is_ok());
    assert!(started.elapsed() < AGES);
}

#[tokio::test]
async fn dropping_the_future_ends_a_program_that_waits() {
    let sandbox = WasmSandbox::new(&Options {
        live_runs: 1,
        busy_wait: AGES,
        ..options()
    })
    .unwrap();
    let waiting = program("await app.ages()");
    let limits = Limits {
        wall: AGES * 100,
        ..Limits::default()
    };
    let mut host = Host::default();
    let run = sandbox.run_with(&PATHS, &waiting, &limits, &mut host);
    assert!(
        tokio::time::timeout(Duration::from_millis(50), run).await.is_err(),
        "it waits"
    );
    let outcome = sandbox
        .run_with(&PATHS, &program("return 1"), &limits, &mut Host::default())
        .await
        .unwrap();
    assert!(outcome.ended.is_ok());
}

#[tokio::test]
async fn a_caller_is_told_when_too_many_programs_run() {
    let sandbox = WasmSandbox::new(&Options {
        live_runs: 1,
        busy_wait: Duration::from_millis(10),
        ..options()
    })
    .unwrap();
    let (mut first, mut second) = (Host::default(), Host::default());
    let (waiting, limits) = (program("await app.ages()"), Limits::default());
    let first = sandbox.run_with(&PATHS, &waiting, &limits, &mut first);
    let trivial = program("return 1");
    let second = async {
        // Polled after the first, which holds the only place by then.
        sandbox.run_with(&PATHS, &trivial, &limits, &mut second).await
    };
    tokio::select! {
        biased;
        _ = first => panic!("it never ends"),
        busy = second => assert!(matches!(busy, Err(SandboxError::Busy)), "{busy:?}"),
    }
}

#[tokio::test]
async fn all_programs_together_grow_within_the_process_budget() {
    // One at a time: a program's memory is given back before its place is.
    let sandbox = WasmSandbox::new(&Options {
        grown_bytes: 4 << 20,
        live_runs: 1,
        ..options()
    })
    .unwrap();
    let source = program("return new Array(2e6).fill(1).length");
    let outcome = run_in(&sandbox, &PATHS, &source).await;
    assert_eq!(failure_of(outcome).code, ErrorCode::MemoryLimit);
    // What it had taken is back.
    for _ in 0..5 {
        let source = program("return new Array(1e5).fill(1).length");
        let outcome = run_in(&sandbox, &PATHS, &source).await;
        assert_eq!(outcome.ended.unwrap().get(), "100000");
    }
}

#[tokio::test]
async fn s01_a_grant_and_a_tenant_that_fill_their_memory_leave_others_theirs() {
    let sandbox = WasmSandbox::new(&Options {
        grown_bytes_of_grant: 12 << 20,
        grown_bytes_of_tenant: 18 << 20,
        ..options()
    })
    .unwrap();
    // About 8 MiB, kept while it waits.
    let full = program("const a = new Array(5e5).fill(1); await app.ages(); return a");
    let small = program("return new Array(5e5).fill(1).length");
    let of = |grant: u8, tenant: u8| Host {
        owner: Some(Owner {
            tenant: owner(tenant).tenant,
            grant: owner(grant).grant,
        }),
        ..Host::default()
    };
    let limits = Limits::default();
    let called = Semaphore::new(0);
    let mut then = Vec::new();
    let (mut first, mut second) = (Full(of(1, 1), &called), Full(of(2, 1), &called));
    let held = async {
        tokio::join!(
            sandbox.run_with(&PATHS, &full, &limits, &mut first),
            sandbox.run_with(&PATHS, &full, &limits, &mut second)
        )
    };
    let others = async {
        let _both = called.acquire_many(2).await.unwrap();
        for mut host in [of(1, 1), of(3, 1), of(4, 4)] {
            then.push(sandbox.run_with(&PATHS, &small, &limits, &mut host).await.unwrap());
        }
    };
    tokio::select! {
        biased;
        _ = held => panic!("they never end"),
        () = others => {}
    }
    let [same, sibling, stranger] = then.try_into().unwrap();
    assert_eq!(failure_of(same).code, ErrorCode::MemoryLimit, "the grant has four left");
    assert_eq!(
        failure_of(sibling).code,
        ErrorCode::MemoryLimit,
        "the tenant has two left"
    );
    assert_eq!(stranger.ended.unwrap().get(), "500000");
    // What they had taken comes back once their threads get to it.
    let back = async {
        while (sandbox
            .run_with(&PATHS, &small, &limits, &mut of(1, 1))
            .await
            .unwrap()
            .ended)
            .is_err()
        {}
    };
    tokio::time::timeout(AGES, back).await.expect("it comes back");
}

#[tokio::test]
async fn more_programs_than_threads_make_progress_together() {
    let sandbox = WasmSandbox::new(&Options {
        threads: Some(2),
        ..options()
    })
    .unwrap();
    let runs: Vec<_> = (0..40)
        .map(|number| {
            let sandbox = sandbox.clone();
            tokio::spawn(async move {
                let source = format!("let n = 0; for (let i = 0; i < 20; i++) n += (await app.parts.get({{ i }})).got.i; return n + {number}");
                let mut host = Host::default();
                let outcome = sandbox.run_with(&PATHS, &program(&source), &Limits::default(), &mut host).await.unwrap();
                (outcome.ended.unwrap().get().parse::<u32>().unwrap(), 190 + number)
            })
        })
        .collect();
    for run in runs {
        let (sum, expected) = run.await.unwrap();
        assert_eq!(sum, expected);
    }
}

#[tokio::test]
async fn the_shared_sandbox_still_works() {
    assert!(run_in(&SANDBOX, &PATHS, &program("return 1")).await.ended.is_ok());
}

/// Says that it was called, and never answers.
struct Full<'a>(Host, &'a Semaphore);

#[async_trait]
impl Calls for Full<'_> {
    fn owner(&self) -> Option<Owner> {
        self.0.owner
    }

    async fn call(&mut self, _: &str, _: &str) -> Result<Json, OperationError> {
        self.1.add_permits(1);
        std::future::pending().await
    }
}

/// Answers `slow` after a while, and `ended` with an error that ends the program.
struct Slow;

#[async_trait]
impl Calls for Slow {
    async fn call(&mut self, path: &str, _: &str) -> Result<Json, OperationError> {
        tokio::time::sleep(Duration::from_millis(300)).await;
        match path {
            "ended" => Err(OperationError::new(ErrorCode::Revoked, "this access was revoked")),
            _ => Ok(to_raw_value("slow").unwrap()),
        }
    }
}

/// Starts `count` programs that compute for four seconds, once another has begun to wait.
async fn loops(sandbox: &WasmSandbox, count: usize) -> Vec<tokio::task::JoinHandle<()>> {
    tokio::time::sleep(Duration::from_millis(100)).await;
    let limits = Limits {
        guest_time: Duration::from_secs(4),
        ..Limits::default()
    };
    let endless = |_| {
        let (sandbox, limits) = (sandbox.clone(), limits.clone());
        let endless = async move {
            let program = program("for (;;);");
            let _ = sandbox.run_with(&PATHS, &program, &limits, &mut Host::default()).await;
        };
        tokio::spawn(endless)
    };
    (0..count).map(endless).collect()
}

async fn beside_loops(source: &str, threads: usize, count: usize) -> (Duration, Outcome) {
    let options = Options {
        threads: Some(threads),
        ..options()
    };
    let sandbox = WasmSandbox::new(&options).unwrap();
    // Makes the snapshot, which takes a while in a debug build.
    assert!(run_in(&sandbox, &PATHS, &program("return 1")).await.ended.is_ok());
    let started = Instant::now();
    let (program, limits) = (program(source), Limits::default());
    let mut host = Slow;
    let waiting = async {
        let outcome = sandbox.run_with(&PATHS, &program, &limits, &mut host).await.unwrap();
        (started.elapsed(), outcome)
    };
    let (ended, loops) = tokio::join!(waiting, loops(&sandbox, count));
    for endless in loops {
        endless.abort();
    }
    ended
}

#[tokio::test]
async fn s01_a_loop_does_not_hold_up_a_program_that_waits_for_its_answer() {
    let (took, outcome) = beside_loops("return [await app.slow(), await app.slow()]", 3, 2).await;
    assert_eq!(outcome.ended.unwrap().get(), r#"["slow","slow"]"#);
    assert!(took < Duration::from_secs(3), "{took:?}");
}

#[tokio::test]
async fn s01_an_ended_program_is_told_although_its_thread_is_busy() {
    let (took, outcome) = beside_loops("await app.ended()", 2, 3).await;
    assert_eq!(outcome.calls, 1);
    assert_eq!(failure_of(outcome).code, ErrorCode::Revoked);
    assert!(took < Duration::from_millis(1500), "{took:?}");
}
