use std::sync::mpsc;

use super::*;
use crate::{
    engine::Compiled,
    snapshot::{self, MemoryLimits, Snapshot},
};

fn run_of(snapshot: &Arc<Snapshot>) -> Run {
    let settings = Settings {
        polls: 0,
        now_ms: 0,
        seed: 1,
        heap_bytes: 32 << 20,
        calls: 10,
        result_bytes: 1000,
        console_bytes: 1000,
    };
    let ages = Duration::from_secs(1000);
    let reins = Arc::new(Reins::new());
    let terms = Terms {
        settings,
        guest_time: ages,
        wall_deadline: Instant::now() + ages,
        reins,
        own: Vec::new(),
        _held: Box::new(()),
    };
    Run::new(Ready::kept_or_new(&mut None, Arc::clone(snapshot)).unwrap(), terms)
}

fn result(snapshot: &Arc<Snapshot>, source: &str) -> Verdict {
    let watchdog = Watchdog::new(1).unwrap();
    let turn = run_of(snapshot)
        .start(
            source,
            &OnThread {
                index: 0,
                watchdog: &watchdog,
            },
        )
        .unwrap();
    let Turn::Ended(ending) = turn else { panic!("{turn:?}") };
    ending.verdict
}

/// Runs `source`, which never ends by itself, and pulls at it; after ten seconds takes its memory away, so that a
/// pull that does nothing is seen instead of waited for.
fn pulled(snapshot: &Arc<Snapshot>, source: &str, pull: Pull) -> (Run, Ending) {
    let watchdog = Watchdog::new(1).unwrap();
    let mut run = run_of(snapshot);
    let reins = Arc::clone(&run.terms.reins);
    let (end, ended) = mpsc::channel::<()>();
    let puller = std::thread::spawn(move || {
        let started = Instant::now();
        // A pull does something only while compiled code runs, so it is repeated until the program has ended.
        while ended.recv_timeout(Duration::from_millis(30)) == Err(mpsc::RecvTimeoutError::Timeout) {
            let in_vain = started.elapsed() > Duration::from_secs(10);
            reins.pull(if in_vain { Pull::Protect } else { pull });
        }
    });
    let turn = run
        .start(
            source,
            &OnThread {
                index: 0,
                watchdog: &watchdog,
            },
        )
        .unwrap();
    end.send(()).unwrap();
    puller.join().unwrap();
    let Turn::Ended(ending) = turn else { panic!("{turn:?}") };
    (run, ending)
}

const LOOPS: [&str; 3] = [
    "console.log('in'); for (;;);",
    "console.log('in'); return new Array(2 ** 32 - 2).join('')",
    "console.log('in'); const a = []; for (let i = 0; i < 5e5; i++) a.push(i); for (;;) a.indexOf(-1)",
];

#[test]
fn s01_a_killed_program_ends_wherever_it_loops_and_what_it_printed_is_told() {
    let snapshot = snapshot::tests::snapshots().of(&snapshot::tests::paths()).unwrap();
    for source in LOOPS {
        let (run, ending) = pulled(&snapshot, source, Pull::Kill);
        assert!(
            matches!(ending.verdict, Verdict::Late(Deadline::Guest, None)),
            "{:?}",
            ending.verdict
        );
        // Nothing but the switch woven into the code: the engine was not asked to stop.
        assert_eq!(
            run.terms.reins.leave(),
            Pull::Kill,
            "the kill switch did nothing: {source}"
        );
        assert_eq!(ending.spent.console.text, "in\n");
        assert!(!snapshot.pool().is_taken_away(run.ready.base));
    }
}

#[test]
fn s01_a_stopped_program_tells_its_place() {
    let snapshot = snapshot::tests::snapshots().of(&snapshot::tests::paths()).unwrap();
    let (_, ending) = pulled(&snapshot, "const a = [1];\nfor (;;) a.map(String)", Pull::Stop);
    let Verdict::Late(Deadline::Guest, Some(thrown)) = ending.verdict else {
        panic!("{:?}", ending.verdict)
    };
    let stack = thrown.stack.unwrap();
    // In the loop's own jump the engine knows no place.
    assert!(
        stack.contains("program.js:2:") || stack.contains("program.js:0:1"),
        "{stack}"
    );
}

#[test]
fn s01_a_program_whose_memory_is_taken_away_ends_and_the_memory_comes_back_for_another_guest() {
    let snapshot = snapshot::tests::snapshots().of(&snapshot::tests::paths()).unwrap();
    for source in LOOPS {
        let (run, ending) = pulled(&snapshot, source, Pull::Protect);
        assert!(
            matches!(ending.verdict, Verdict::Late(Deadline::Guest, None)),
            "{:?}",
            ending.verdict
        );
        let base = run.ready.base;
        assert!(snapshot.pool().is_taken_away(base));
        assert!(run.end().is_none(), "its guest is not used again");
        let next = run_of(&snapshot);
        assert_eq!(next.ready.base, base, "in a worker there is no other memory");
        drop(next);
        assert!(matches!(result(&snapshot, "return 1"), Verdict::Done(json) if json == "1"));
    }
}

#[test]
fn a_cancelled_run_never_starts() {
    let snapshot = snapshot::tests::snapshots().of(&snapshot::tests::paths()).unwrap();
    let watchdog = Watchdog::new(1).unwrap();
    let mut run = run_of(&snapshot);
    run.terms.reins.cancel();
    let turn = run
        .start(
            "for (;;);",
            &OnThread {
                index: 0,
                watchdog: &watchdog,
            },
        )
        .unwrap();
    assert!(
        matches!(
            turn,
            Turn::Ended(Ending {
                verdict: Verdict::Cancelled,
                ..
            })
        ),
        "{turn:?}"
    );
}

#[test]
fn s01_whoever_does_not_stop_when_asked_has_no_other_turn() {
    let compiled = Compiled::other(include_bytes!("../../fuzz/liar.wasm")).unwrap();
    let snapshot = Snapshot::new(&compiled, &[], &MemoryLimits::new(1 << 20, 1 << 20)).unwrap();
    let watchdog = Watchdog::new(1).unwrap();
    let on = OnThread {
        index: 0,
        watchdog: &watchdog,
    };
    let mut run = run_of(&Arc::new(snapshot));
    run.terms.guest_time = Duration::from_millis(1);
    // It waits until it is asked to stop, and makes a call; then it would return.
    let script = concat!(
        "08",
        "07",
        "00000000",
        "00000000",
        "00000000",
        "00",
        "0002000000",
        "0000000000"
    );
    let turn = run.start(script, &on).unwrap();
    assert!(matches!(&turn, Turn::Calls(calls) if calls.len() == 1), "{turn:?}");
    let turn = run.resume(&[], &on).unwrap();
    let Turn::Ended(ending) = turn else { panic!("{turn:?}") };
    assert!(
        matches!(ending.verdict, Verdict::Late(Deadline::Guest, None)),
        "{:?}",
        ending.verdict
    );
}

#[test]
fn s05_calls_are_counted_by_the_host_too() {
    let compiled = Compiled::other(include_bytes!("../../fuzz/liar.wasm")).unwrap();
    let snapshot = Snapshot::new(&compiled, &[], &MemoryLimits::new(1 << 20, 1 << 20)).unwrap();
    let snapshot = Arc::new(snapshot);
    let watchdog = Watchdog::new(1).unwrap();
    let on = OnThread {
        index: 0,
        watchdog: &watchdog,
    };
    // The same turn without end: what the last one asked is forgotten, and perhaps a call is made.
    let (forget, call, ever) = ("051400000000", "0700000000000000000000000000", "0002000000");
    for (script, turns) in [([forget, call, ever, "0d"].concat(), 10), ([ever, "0d"].concat(), 0)] {
        let mut run = run_of(&snapshot);
        let mut turn = run.start(&script, &on);
        for _ in 0..turns {
            assert!(matches!(turn, Ok(Turn::Calls(_))), "{turn:?}");
            turn = run.resume(&[], &on);
        }
        assert!(matches!(turn, Err(Broken::Guest(_))), "{turn:?}");
    }
}

#[test]
fn a_panic_while_compiled_code_runs_leaves_no_reins_behind() {
    let snapshot = snapshot::tests::snapshots().of(&snapshot::tests::paths()).unwrap();
    let watchdog = Watchdog::new(1).unwrap();
    let mut run = run_of(&snapshot);
    let reins = Arc::clone(&run.terms.reins);
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(move || {
        let on = OnThread {
            index: 0,
            watchdog: &watchdog,
        };
        run.compiled::<()>(&on, |_| panic!("on purpose")).is_ok()
    }));
    assert!(panicked.is_err());
    // The memory is back in the pool; a pull must not reach it.
    reins.pull(Pull::Protect);
    assert_eq!(reins.leave(), Pull::Loose);
    assert!(matches!(result(&snapshot, "return 1"), Verdict::Done(json) if json == "1"));
}

#[test]
fn s01_a_program_that_is_stopped_is_late_wherever_the_engine_was_when_it_was_asked() {
    let snapshot = snapshot::tests::snapshots().of(&snapshot::tests::paths()).unwrap();
    let watchdog = Watchdog::new(1).unwrap();
    let on = OnThread {
        index: 0,
        watchdog: &watchdog,
    };
    let sources = [
        "for await (const x of (async function* () { for (;;) yield 1 })()) { }",
        "const again = () => Promise.resolve().then(again); await again()",
        "for (;;) await null",
    ];
    // The engine asks at each ten-thousandth call or turn of a loop, and eleven of them are one turn of the first.
    for (shift, source) in (0..33).flat_map(|shift| sources.map(|source| (shift, source))) {
        let mut run = run_of(&snapshot);
        run.terms.guest_time = Duration::from_millis(3);
        let source = format!("for (let i = 0; i < {shift}; i++); {source}");
        let turn = run.start(&source, &on).unwrap();
        let Turn::Ended(Ending { verdict, .. }) = turn else {
            panic!("{turn:?}")
        };
        assert!(
            matches!(verdict, Verdict::Late(Deadline::Guest, _)),
            "{source}: {verdict:?}"
        );
    }
}
