//! How long a run takes in the sandbox alone, from `run_with` to its outcome, on a thread and in a process; and how long
//! from nothing to the first outcome, with the compiled guest at hand.

use criterion::{Criterion, criterion_group};
use latchstring_sandbox::Isolation;

mod support;

use support::{ONE_CALL, Setup, TEN_CALLS, TRIVIAL, program};

const WALLS: [(&str, Isolation); 2] = [("thread", Isolation::Thread), ("process", Isolation::Process)];

fn runs(criterion: &mut Criterion) {
    for (wall, isolation) in WALLS {
        let mut setup = Setup::new(isolation);
        for (name, source) in [
            ("trivial", TRIVIAL),
            ("one call", ONE_CALL),
            ("ten calls, 1000 rows", TEN_CALLS),
            ("ten calls, one by one", TEN_TURNS),
        ] {
            let program = program(source);
            assert!(setup.run(&program).ended.is_ok());
            criterion.bench_function(&format!("{name}, {wall}"), |bencher| {
                bencher.iter(|| setup.run(&program));
            });
        }
    }
}

/// What a turn costs, ten times.
const TEN_TURNS: &str = "for (let i = 0; i < 10; i++) await app.boms.list({ limit: 3 }); return 1";

/// A program of a grant that has no worker yet.
fn strangers(criterion: &mut Criterion) {
    let mut setup = Setup::new(Isolation::Process);
    setup.host.owner = None;
    let program = program(TRIVIAL);
    criterion.bench_function("trivial, a new process each", |bencher| {
        bencher.iter(|| setup.run(&program));
    });
}

fn cold(criterion: &mut Criterion) {
    let program = program(TRIVIAL);
    for (wall, isolation) in WALLS {
        criterion.bench_function(&format!("start to first outcome, {wall}"), |bencher| {
            bencher.iter(|| Setup::new(isolation).run(&program));
        });
    }
}

criterion_group!(benches, runs, strangers);
criterion_group! {
    name = starts;
    config = Criterion::default().sample_size(10);
    targets = cold
}

fn main() {
    latchstring_sandbox::worker::enter_if_asked();
    benches();
    starts();
    Criterion::default().configure_from_args().final_summary();
}
