//! The real engine, whose memory was written over: before a program, and between its turns.

use std::{
    cell::RefCell,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use latchstring_core::{Limits, Outcome, Program, SandboxError};

use super::{
    host::Host,
    input::Input,
    judge::{self, Case},
    memory::Size,
};
use crate::{
    budget::PageBudget,
    engine::Compiled,
    error::Broken,
    failure::Story,
    guest::{Answer, Settings},
    ready::Ready,
    reins::Reins,
    request::Request,
    run::{OnThread, Run, Terms, Turn},
    snapshot::{MemoryLimits, Snapshot},
    watchdog::Watchdog,
};

const GROWN_BYTES: usize = 64 << 20;
const HARD_BYTES: usize = 16 << 20;

/// How often memory is looked at.
const ROUND: u64 = 256;

/// Words that are written over before a turn, at most.
const WORDS: u8 = 32;

/// Each makes calls and then goes over what it has: texts, objects, closures, promises, errors.
const PROGRAMS: [&str; 5] = [
    HONEST,
    "const a = await app.fuzz.it({}); console.log('in', a); const m = new Map(); for (let i = 0; i < 50; i++) \
     m.set(`k${i}`, [i, { i }]); await app.fuzz.it([...m.keys()]); return [...m.values()].flat(2).length",
    "const f = (n) => n < 2 ? n : f(n - 1) + f(n - 2); const all = await Promise.all([1, 2, 3].map((n) => app.fuzz.it({ n }))); \
     return { f: f(9), all, s: JSON.stringify(all).replace(/n+/g, 'ö').split('').reverse().join('') }",
    "try { await app.fuzz.it({ a: 1 }); await app.fuzz.no(); } catch (error) { console.log(error.message); await app.fuzz.it(); \
     throw new AggregateError([error, new Error('é𝄞')], 'both') }",
    "class A { #x = 1; get x() { return this.#x } toJSON() { return { x: this.x, t: `${new Date()}` } } } const a = new A(); \
     await app.fuzz.it(a); const list = Array.from({ length: 99 }, (_, i) => ({ i, a })); await app.fuzz.it({ list }); \
     return list.sort((p, q) => q.i - p.i)",
];

/// What it returns says whether the engine works.
const HONEST: &str = "const words = await Promise.all(['b', 'a', 'c'].map((word) => app.fuzz.it({ word }))); \
    const m = new Map(['b', 'a', 'c'].map((word, at) => [word, at * 2])); console.log('ok'); \
    return { sorted: [...m.keys()].sort().join(), sum: [...m.values()].reduce((a, b) => a + b, 0), words, \
    text: 'x'.repeat(20).replace(/xx/g, 'y'), date: new Date(0).toISOString() }";

const RETURNED: &str =
    r#"{"sorted":"a,b,c","sum":6,"words":[null,null,null],"text":"yyyyyyyyyy","date":"1970-01-01T00:00:00.000Z"}"#;

/// The engine's snapshot.
pub struct Engines {
    snapshot: Arc<Snapshot>,
    kept: RefCell<Option<Ready>>,
    budget: Arc<PageBudget>,
    watchdog: Watchdog,
    runs: u64,
    first: Option<Size>,
}

impl std::fmt::Debug for Engines {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engines").finish_non_exhaustive()
    }
}

impl Engines {
    /// With the guest that is checked in.
    ///
    /// # Panics
    /// When it does not compile, or no thread can be had.
    pub fn new(cache: Option<&Path>) -> Self {
        let compiled = Compiled::shared(cache).expect("it compiles");
        let limits = MemoryLimits::new(GROWN_BYTES, HARD_BYTES);
        let paths = ["fuzz.it".to_owned(), "fuzz.no".to_owned()];
        Self {
            snapshot: Arc::new(Snapshot::new(&compiled, &paths, &limits).expect("a snapshot")),
            kept: RefCell::default(),
            budget: limits.budget,
            watchdog: Watchdog::new(1).expect("a thread"),
            runs: 0,
            first: None,
        }
    }

    /// A run in which memory is written over as `input` says, and then one without.
    ///
    /// # Panics
    /// When something does not hold that has to.
    pub fn run(&mut self, input: &[u8]) {
        let mut input = Input::new(input);
        let mut limits = judge::limits(&mut input);
        limits.guest_time = Duration::from_millis(30);
        limits.heap_bytes = 8 << 20;
        let source = PROGRAMS[usize::from(input.byte()) % PROGRAMS.len()];
        let program = Program::as_it_is(source, 0, 1);
        let mut host = Host::new(None, 0);
        let began = Instant::now();
        let result = self.outcome(&program, &limits, &mut host, &mut input);
        let case = Case {
            program: &program,
            limits: &limits,
            host: &host,
            began,
            result: &result,
        };
        case.judge(|broken| matches!(broken, Broken::Guest(_)));
        self.honest();
        self.runs += 1;
        if self.runs.is_multiple_of(ROUND) {
            self.first.get_or_insert_with(Size::now).has_not_grown();
        }
    }

    fn honest(&self) {
        let program = Program::as_it_is(HONEST, 0, 1);
        let limits = Limits {
            wall: Duration::from_mins(1),
            guest_time: Duration::from_mins(1),
            ..Limits::default()
        };
        let before = self.budget.left();
        let outcome = self.outcome(&program, &limits, &mut Host::new(None, 0), &mut Input::new(&[]));
        let outcome = outcome.expect("an honest run works");
        let result = outcome.ended.expect("an honest program returns");
        assert_eq!((result.get(), outcome.console.text.as_str()), (RETURNED, "ok\n"));
        assert_eq!(outcome.calls, 3);
        assert_eq!(before, GROWN_BYTES / crate::slot::PAGE, "all pages were given back");
    }

    /// As the sandbox comes to it.
    fn outcome(
        &self,
        program: &Program,
        limits: &Limits,
        host: &mut Host,
        input: &mut Input<'_>,
    ) -> Result<Outcome, SandboxError> {
        let on = OnThread {
            index: 0,
            watchdog: &self.watchdog,
        };
        // The instance of the run before, if it was kept: nothing that was written over may be left in it.
        let ready = Ready::kept_or_new(&mut self.kept.borrow_mut(), Arc::clone(&self.snapshot))?;
        let mut run = Run::new(ready, terms(program, limits));
        self.write_over(&mut run, input);
        let mut turn = run.start(program.code.text(), &on)?;
        loop {
            let requests = match turn {
                Turn::Calls(requests) => requests,
                Turn::Ended(ending) => {
                    let story = Story {
                        program,
                        limits,
                        failed: &[],
                    };
                    *self.kept.borrow_mut() = run.end();
                    return Ok(Outcome {
                        ended: story.tell(ending.verdict)?,
                        console: ending.spent.console,
                        calls: ending.spent.calls,
                        guest_time: ending.spent.guest_time,
                    });
                }
            };
            host.calls += u32::try_from(requests.len()).unwrap_or(u32::MAX);
            let answers: Vec<_> = requests.iter().map(answer).collect();
            self.write_over(&mut run, input);
            turn = run.resume(&answers, &on)?;
        }
    }

    /// Up to so many words: of the control block, of the pages that programs write, or anywhere.
    fn write_over(&self, run: &mut Run, input: &mut Input<'_>) {
        let hot = self.snapshot.pool().hot();
        let hot_bytes: usize = hot.iter().map(ExactSizeIterator::len).sum();
        for _ in 0..input.byte() % (WORDS + 1) {
            let kind = input.byte();
            let address = match kind & 3 {
                0 => self.snapshot.control() + 4 * u32::from(input.byte() % 24),
                1 => input.word(),
                _ => {
                    let mut at = input.word() as usize % hot_bytes;
                    let range = hot.iter().find(|range| {
                        let is_in = at < range.len();
                        at -= if is_in { 0 } else { range.len() };
                        is_in
                    });
                    u32::try_from(range.map_or(0, |range| range.start + at)).unwrap_or(0)
                }
            };
            let word = input.word();
            match kind >> 2 & 3 {
                0 | 1 => run.write_over(address, |_| word),
                2 => run.write_over(address & !3, |old| old ^ 1 << (word & 31)),
                _ => run.write_over(address & !3, |old| old.wrapping_add(word)),
            }
        }
    }
}

fn answer(request: &Request) -> Answer {
    Answer {
        id: request.id,
        failure: (request.path == "fuzz.no").then_some(0),
        json: "null".into(),
    }
}

fn terms(program: &Program, limits: &Limits) -> Terms {
    Terms {
        settings: Settings {
            polls: 0,
            now_ms: program.now_ms,
            seed: program.seed,
            heap_bytes: limits.heap_bytes,
            calls: limits.calls,
            result_bytes: limits.result_bytes,
            console_bytes: limits.console_bytes,
        },
        guest_time: limits.guest_time,
        wall_deadline: Instant::now() + limits.wall,
        reins: Arc::new(Reins::new()),
        own: Vec::new(),
        _held: Box::new(()),
    }
}
