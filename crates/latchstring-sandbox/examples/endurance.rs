//! Latencies over many runs, and memory before and after very many.
//!
//! `cargo run --release -p latchstring-sandbox --example endurance -- 10000 100000`, and `process` behind the numbers for
//! programs in processes of their own.

#![expect(clippy::print_stdout, reason = "printing is what it is for")]

use std::time::{Duration, Instant};

#[path = "../benches/support/mod.rs"]
mod support;

use latchstring_sandbox::Isolation;
use support::{ONE_CALL, Setup, TEN_CALLS, TRIVIAL, program};

/// A few in a hundred go wrong in production, so here too.
const WRONG: [&str; 3] = [
    "throw new Error('on purpose')",
    "function f() { return f() + 1 } return f()",
    "const all = []; for (;;) all.push(new Array(1000).fill(1))",
];
/// One that has to be trapped, and that costs its whole time limit.
const ENDLESS: &str = "return new Array(2 ** 32 - 2).join('')";

fn main() {
    latchstring_sandbox::worker::enter_if_asked();
    let mut numbers = std::env::args()
        .skip(1)
        .filter_map(|argument| argument.parse::<usize>().ok());
    let (timed, endured) = (numbers.next().unwrap_or(10_000), numbers.next().unwrap_or(100_000));
    let isolation = if std::env::args().any(|argument| argument == "process") {
        Isolation::Process
    } else {
        Isolation::Thread
    };
    let mut setup = Setup::new(isolation);

    for (name, source) in [
        ("trivial", TRIVIAL),
        ("one call", ONE_CALL),
        ("ten calls, 1000 rows", TEN_CALLS),
    ] {
        let program = program(source);
        for _ in 0..timed / 10 {
            setup.run(&program);
        }
        let mut took = Vec::with_capacity(timed);
        let mut computing = Vec::with_capacity(timed);
        for _ in 0..timed {
            let started = Instant::now();
            let outcome = setup.run(&program);
            took.push(started.elapsed());
            computing.push(outcome.guest_time);
            assert!(outcome.ended.is_ok());
        }
        let (p50, p99) = percentiles(&mut took);
        println!(
            "{name:22} p50 {p50:>9.1?}  p99 {p99:>9.1?}  computing p50 {:>9.1?}",
            percentiles(&mut computing).0
        );
    }

    let programs = [TRIVIAL, ONE_CALL].map(program);
    let wrong = WRONG.map(program);
    let endless = program(ENDLESS);
    let patient = setup.limits.clone();
    let mut failed = 0;
    for number in 0..=endured {
        if number % (endured / 10).max(1) == 0 {
            println!(
                "{number:>8} runs: {} KiB resident, {} mappings, {failed} failed",
                resident_kib(),
                mappings()
            );
        }
        let outcome = if number % 1000 == 999 {
            setup.limits.guest_time = Duration::from_millis(2);
            let outcome = setup.run(&endless);
            setup.limits = patient.clone();
            outcome
        } else if number % 25 == 24 {
            setup.run(&wrong[number / 25 % 3])
        } else {
            setup.run(&programs[number % 2])
        };
        failed += usize::from(outcome.ended.is_err());
    }
}

/// The middle one and the one that one in a hundred exceeds.
fn percentiles(all: &mut [Duration]) -> (Duration, Duration) {
    all.sort_unstable();
    (all[all.len() / 2], all[all.len() * 99 / 100])
}

fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .unwrap_or("0");
    line.trim().trim_end_matches(" kB").parse().unwrap_or(0)
}

fn mappings() -> usize {
    std::fs::read_to_string("/proc/self/maps")
        .unwrap_or_default()
        .lines()
        .count()
}
