//! Runs Test262's `language` and `built-ins` as programs in the sandbox, and beside it in the native engine.
//!
//! `just test262` fetches the suite, builds the native engine and calls this. docs/conformance-javascript.md tells what
//! comes out.

#![expect(clippy::print_stdout, reason = "printing is what it is for")]

mod compare;
mod compose;
mod frontmatter;
mod native;
mod report;
mod sandboxed;
mod suite;
mod verdict;

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::Instant,
};

use latchstring_sandbox::{Options, WasmSandbox};

use crate::{
    compare::{Bench, Record},
    native::Native,
    report::Report,
    sandboxed::Sandboxed,
    suite::Suite,
};

const THREADS: usize = 2;
const EXPECTATIONS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/test262/expected.txt");

fn main() -> io::Result<ExitCode> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let (Some(root), Some(native), Some(out)) = (arguments.next(), arguments.next(), arguments.next()) else {
        println!("usage: test262 SUITE NATIVE-ENGINE OUT [BEGIN-OF-NAMES]; run `just test262`");
        return Ok(ExitCode::from(2));
    };
    let only = arguments.next().unwrap_or_default().to_string_lossy().into_owned();
    let suite = Suite::open(&root, &only)?;
    fs::create_dir_all(&out)?;
    let started = Instant::now();
    let records = run(&suite, &native, &out)?;
    let report = Report {
        suite: &suite,
        records: &records,
    };
    report.write(&out.join("report.json"))?;
    let summary = report.summary();
    fs::write(out.join("summary.txt"), &summary)?;
    println!("{summary}\n{} s", started.elapsed().as_secs());
    let found = report.expectations();
    if only.is_empty() && std::env::var_os("LATCHSTRING_TEST262_UPDATE").is_some() {
        fs::write(EXPECTATIONS, found)?;
        return Ok(ExitCode::SUCCESS);
    }
    Ok(changes(&fs::read_to_string(EXPECTATIONS)?, &found, &only))
}

fn run(suite: &Suite, native: &Path, out: &Path) -> io::Result<Vec<Record>> {
    let options = Options {
        cache_dir: Some(out.join("guest")),
        ..Options::default()
    };
    let sandbox = WasmSandbox::new(&options).map_err(io::Error::other)?;
    let next = AtomicUsize::new(0);
    let work = || -> io::Result<Vec<(usize, Record)>> {
        let mut bench = Bench {
            sandbox: Sandboxed::new(sandbox.clone())?,
            native: Native::start(native)?,
        };
        let mut records = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(test) = suite.tests.get(index) else {
                return Ok(records);
            };
            let record = bench.compare(test, &suite.harness);
            records.push((
                index,
                record.map_err(|error| io::Error::other(format!("{}: {error}", test.id)))?,
            ));
        }
    };
    let parts = thread::scope(|scope| {
        let workers: Vec<_> = (0..THREADS).map(|_| scope.spawn(work)).collect();
        workers
            .into_iter()
            .map(|worker| worker.join().map_err(|_| io::Error::other("a thread panicked"))?)
            .collect::<io::Result<Vec<_>>>()
    })?;
    let mut records: Vec<_> = parts.into_iter().flatten().collect();
    records.sort_by_key(|(index, _)| *index);
    Ok(records.into_iter().map(|(_, record)| record).collect())
}

/// Prints the lines in which `found` is not what is checked in, of those that begin with `only`.
fn changes(expected: &str, found: &str, only: &str) -> ExitCode {
    let lines = |text: &str| -> BTreeSet<String> {
        let lines = text.lines().filter(|line| line.starts_with(only));
        lines.map(str::to_owned).collect()
    };
    let (expected, found) = (lines(expected), lines(found));
    let gone = expected.difference(&found).map(|line| format!("-{line}\n"));
    let new = found.difference(&expected).map(|line| format!("+{line}\n"));
    let changes: String = gone.chain(new).collect();
    if changes.is_empty() {
        println!("as expected");
        return ExitCode::SUCCESS;
    }
    println!("not as expected; when that is right, run all with LATCHSTRING_TEST262_UPDATE=1\n{changes}");
    ExitCode::FAILURE
}
