//! How long a run takes in the sandbox alone, from `run_with` to its outcome.

use criterion::{Criterion, criterion_group, criterion_main};

mod support;

use support::{ONE_CALL, Setup, TEN_CALLS, TRIVIAL, program};

fn runs(criterion: &mut Criterion) {
    let mut setup = Setup::new();
    for (name, source) in [
        ("trivial", TRIVIAL),
        ("one call", ONE_CALL),
        ("ten calls, 1000 rows", TEN_CALLS),
    ] {
        let program = program(source);
        assert!(setup.run(&program).ended.is_ok());
        criterion.bench_function(name, |bencher| bencher.iter(|| setup.run(&program)));
    }
}

criterion_group!(benches, runs);
criterion_main!(benches);
