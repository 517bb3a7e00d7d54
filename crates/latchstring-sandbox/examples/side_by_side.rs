//! Runs programs as it is told to, for measuring beside other sandboxes: `crates/latchstring-testing/benches/peers`.
//!
//! Reads lines such as `trivial 100` and answers each with one line of JSON: how long each run took, in microseconds.

#![expect(clippy::print_stdout, reason = "printing is what it is for")]

use std::{io::BufRead, time::Instant};

#[expect(
    dead_code,
    reason = "its programs make their calls at once, where others have one call after the other"
)]
#[path = "../benches/support/mod.rs"]
mod support;

use latchstring_sandbox::Isolation;
use support::{Setup, TRIVIAL, program};

/// Ten calls of a hundred rows, one after the other, and a filter over the thousand.
const TEN_CALLS: &str = "
const rows = [];
for (let page = 0; page < 10; page++) rows.push(...(await app.rawMaterials.list({ page })).items);
const low = rows.filter((item) => item.stock < item.minimum);
low.sort((a, b) => a.stock - b.stock);
return { rows: rows.length, low: low.length, worst: low.slice(0, 5).map((item) => item.name) };
";
/// What it returns.
const LOW: &str = r#"{"rows":1000,"low":200,"worst":["Raw material 0","Raw material 0","Raw material 0","Raw material 0","Raw material 0"]}"#;

fn main() {
    let mut setup = Setup::new(Isolation::Thread);
    for line in std::io::stdin().lock().lines() {
        let line = line.expect("a line");
        let (name, times) = line.split_once(' ').expect("a name and a number");
        let times: usize = times.parse().expect("a number");
        let (source, expected) = match name {
            "trivial" => (TRIVIAL, "2"),
            "ten" => (TEN_CALLS, LOW),
            other => panic!("no program is called {other}"),
        };
        let program = program(source);
        let mut took = Vec::with_capacity(times);
        for _ in 0..times {
            let start = Instant::now();
            let outcome = setup.run(&program);
            took.push(start.elapsed().as_secs_f64() * 1e6);
            let result = outcome.ended.expect("it returns");
            assert_eq!(result.get(), expected);
        }
        println!("{}", serde_json::json!({ "took": took }));
    }
}
