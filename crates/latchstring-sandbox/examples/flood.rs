//! Hostile programs of other grants beside a caller whose program makes one call: how much longer the caller waits.
//!
//! `cargo run --release -p latchstring-sandbox --example flood -- thread` (or `process`), then the seconds of each part and how often
//! it is repeated. The parts take turns, so that what else the machine does is beside all of them.

#![expect(clippy::print_stdout, reason = "printing is what it is for")]

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

#[path = "../tests/sandbox/attacks/table.rs"]
mod attacks;
#[path = "../benches/support/mod.rs"]
#[expect(dead_code, reason = "most of it is for the benchmarks")]
mod support;

use latchstring_core::{Limits, Program};
use latchstring_sandbox::{Isolation, Owner, WasmSandbox};
use support::{Host, ONE_CALL, options, program};
use tokio::{task::JoinHandle, time::sleep};

/// What comes in at once, and again as soon as it has ended. Beside these, every attack there is, one after the other.
const FLOOD: [(&str, &str); 4] = [
    ("endless loops", "for (;;);"),
    ("endless native loops", "return new Array(2 ** 32 - 2).join('')"),
    (
        "memory bombs",
        "const all = []; for (;;) all.push(new Array(1e5).fill(7))",
    ),
    (
        "recursion and throwing",
        "function f() { return f() + 1 } for (;;) { try { f() } catch {} }",
    ),
];

type Programs = Arc<[Program]>;

/// A tenant's share of the programs in the server's defaults, for two tenants, each of a grant of its own.
const AT_ONCE: usize = 16;
const OF_A_TENANT: usize = 8;

fn main() {
    latchstring_sandbox::worker::enter_if_asked();
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let isolation = if arguments.iter().any(|argument| argument == "process") {
        Isolation::Process
    } else {
        Isolation::Thread
    };
    let mut numbers = arguments.iter().filter_map(|argument| argument.parse().ok());
    let seconds = numbers.next().unwrap_or(2);
    let rounds = numbers.next().unwrap_or(5);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(measure(isolation, Duration::from_secs(seconds), rounds));
}

async fn measure(isolation: Isolation, time: Duration, rounds: u64) {
    let sandbox = WasmSandbox::new(&options(isolation)).expect("the guest compiles");
    println!(
        "{isolation:?}, {AT_ONCE} hostile programs at once, {rounds} rounds, machine load {}",
        load()
    );
    let paths: Arc<[String]> = ["boms.list", "rawMaterials.list"].map(str::to_owned).into();
    let one = |(name, source): (&'static str, &str)| (name, [program(source)].into());
    let every = attacks::attacks().map(|(_, source, _)| program(&source)).collect();
    let floods: Vec<(&str, Programs)> = FLOOD.into_iter().map(one).chain([("every attack", every)]).collect();
    let mut quiet = Vec::new();
    let mut beside: Vec<_> = floods.iter().map(|_| (Vec::new(), 0)).collect();
    for _ in 0..rounds {
        quiet.extend(echoes(&sandbox, &paths, time).await);
        for ((_, programs), (waits, ended)) in floods.iter().zip(&mut beside) {
            let (more, others) = flooded(&sandbox, &paths, programs, time).await;
            waits.extend(more);
            *ended += others;
        }
    }
    print("quiet", quiet, 0);
    for ((name, _), (waits, ended)) in floods.into_iter().zip(beside) {
        print(name, waits, ended);
    }
}

/// How long each program of a patient caller took beside the hostile ones, and how many of those ended.
async fn flooded(
    sandbox: &WasmSandbox,
    paths: &Arc<[String]>,
    programs: &Programs,
    time: Duration,
) -> (Vec<Duration>, u32) {
    let stop = Arc::new(AtomicBool::new(false));
    let ended = Arc::new(AtomicU32::new(0));
    let flood: Vec<_> = (0..AT_ONCE)
        .map(|number| hostile(sandbox, paths, (number, programs), (&stop, &ended)))
        .collect();
    sleep(Duration::from_secs(1)).await;
    let waits = echoes(sandbox, paths, time).await;
    stop.store(true, Ordering::Relaxed);
    for one in flood {
        let _ = one.await;
    }
    (waits, ended.load(Ordering::Relaxed))
}

fn hostile(
    sandbox: &WasmSandbox,
    paths: &Arc<[String]>,
    (number, programs): (usize, &Programs),
    (stop, ended): (&Arc<AtomicBool>, &Arc<AtomicU32>),
) -> JoinHandle<()> {
    let (sandbox, paths, stop, ended) = (sandbox.clone(), Arc::clone(paths), Arc::clone(stop), Arc::clone(ended));
    let programs = Arc::clone(programs);
    tokio::spawn(async move {
        let mut host = Host::new();
        host.owner = Some(Owner {
            tenant: id("ten", number / OF_A_TENANT),
            grant: id("gra", number),
        });
        // Each begins elsewhere.
        for program in programs.iter().cycle().skip(number * programs.len() / AT_ONCE) {
            if stop.load(Ordering::Relaxed) {
                break;
            }
            let run = sandbox.run_with(&paths, program, &Limits::default(), &mut host).await;
            ended.fetch_add(u32::from(run.is_ok()), Ordering::Relaxed);
        }
    })
}

/// The id of one of the hostile.
fn id<T: std::str::FromStr<Err: std::fmt::Debug>>(prefix: &str, number: usize) -> T {
    let text = format!("{prefix}_019a00000000700080000000000001{number:02x}");
    text.parse().expect("it is an id")
}

/// How long each program of a patient caller took.
async fn echoes(sandbox: &WasmSandbox, paths: &Arc<[String]>, time: Duration) -> Vec<Duration> {
    let mut host = Host::new();
    let echo = program(ONE_CALL);
    let began = Instant::now();
    let mut waits = Vec::new();
    while began.elapsed() < time {
        let started = Instant::now();
        let outcome = sandbox.run_with(paths, &echo, &Limits::default(), &mut host).await;
        assert!(
            outcome.is_ok_and(|outcome| outcome.ended.is_ok()),
            "the caller is served"
        );
        waits.push(started.elapsed());
        sleep(Duration::from_millis(5)).await;
    }
    waits
}

fn print(name: &str, mut waits: Vec<Duration>, ended: u32) {
    waits.sort_unstable();
    let at = |part: usize| waits[waits.len() * part / 100];
    println!(
        "{name:24} {:>6} echoes  p50 {:>9.1?}  p99 {:>9.1?}  longest {:>9.1?}  {ended:>5} hostile programs ended",
        waits.len(),
        at(50),
        at(99),
        waits[waits.len() - 1]
    );
}

fn load() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().unwrap_or_default().to_owned()
}
