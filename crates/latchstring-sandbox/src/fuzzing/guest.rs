//! A guest that lies, on threads of this process.

use std::{
    sync::Arc,
    thread::sleep,
    time::{Duration, Instant},
};

use latchstring_core::{Code, Limits, Program};
use tokio::runtime::{Builder, Runtime};

use super::{
    host::Host,
    input::Input,
    judge::{self, Case},
    memory::Size,
};
use crate::{
    WasmSandbox, budget::PageBudget, engine::Compiled, error::Broken, running::ThreadWall, sandbox::Wall,
    snapshot::MemoryLimits, threads::Seat,
};

/// Memory that all programs may add, and one program may have: less than a server gives, so that it is soon used up.
const GROWN_BYTES: usize = 32 << 20;
const HARD_BYTES: usize = 16 << 20;

/// How often memory is looked at: it takes waiting until all is given back.
const ROUND: u64 = 256;

/// Behind a script: places in it, with characters of several bytes. Its first character ends the script.
const TAIL: &str = "; // é\n\n  ünï€ = \"𝄞𝄞\";\r\nlast";

/// The script of an honest program: it checks the memory and returns.
const HONEST: &str = "0e0000000000";

/// The liar's snapshots, and a sandbox that takes it for the guest.
#[derive(Debug)]
pub struct Guests {
    runtime: Runtime,
    sandbox: WasmSandbox,
    budget: Arc<PageBudget>,
    pages: usize,
    paths: Arc<[String]>,
    runs: u64,
    first: Option<Size>,
    _seats: Vec<Seat>,
}

impl Guests {
    /// With the module that `fuzz/liar.wat` is the text of.
    ///
    /// # Panics
    /// When it does not compile, or no thread can be had.
    pub fn new(liar: &[u8]) -> Self {
        let compiled = Compiled::other(liar).expect("it compiles");
        let limits = MemoryLimits::new(GROWN_BYTES, HARD_BYTES);
        let budget = Arc::clone(&limits.budget);
        let wall = ThreadWall::new(2, compiled, limits).expect("threads");
        // So that each run has the slot of the one before.
        let seats = wall.all_but_the_first();
        Self {
            runtime: Builder::new_current_thread().enable_all().build().expect("a runtime"),
            sandbox: WasmSandbox::behind(Wall::Thread(wall)),
            pages: budget.left(),
            budget,
            paths: Arc::new(["fuzz.it".to_owned()]),
            runs: 0,
            first: None,
            _seats: seats,
        }
    }

    /// A run of a liar that does as `input` says, and then an honest one.
    ///
    /// # Panics
    /// When something does not hold that has to.
    pub fn run(&mut self, input: &[u8]) {
        let mut input = Input::new(input);
        let limits = judge::limits(&mut input);
        let mut host = Host::new(None, input.byte());
        let program = program(&mut input);
        let began = Instant::now();
        let run = self.sandbox.run_with(&self.paths, &program, &limits, &mut host);
        let result = self.runtime.block_on(run);
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
            self.look_at_the_memory();
        }
    }

    /// Nothing of the liar is left.
    fn honest(&self) {
        let limits = Limits {
            wall: Duration::from_mins(1),
            guest_time: Duration::from_mins(1),
            ..Limits::default()
        };
        let program = Program::as_it_is(HONEST, 0, 1);
        let mut host = Host::new(None, 0);
        let run = self.sandbox.run_with(&self.paths, &program, &limits, &mut host);
        let outcome = self.runtime.block_on(run).expect("an honest run works");
        let result = outcome.ended.expect("an honest program returns");
        assert_eq!(result.get(), "true", "what an honest program found in its memory");
    }

    /// All that was taken is given back.
    ///
    /// # Panics
    /// When it is not.
    pub fn look_at_the_memory(&mut self) {
        let began = Instant::now();
        while self.budget.left() != self.pages {
            assert!(
                began.elapsed() < Duration::from_secs(5),
                "{} pages of {} are left",
                self.budget.left(),
                self.pages
            );
            sleep(Duration::from_millis(1));
        }
        self.first.get_or_insert_with(Size::now).has_not_grown();
    }
}

/// A program whose text is a script for the liar.
fn program(input: &mut Input<'_>) -> Program {
    let was_changed = input.byte() & 1 == 1;
    let mut source = script(input.rest());
    let script_length = source.len();
    source.push_str(TAIL);
    let code = if was_changed {
        // As the check puts in what is missing.
        let end = source.len();
        Code::with_inserted(&source, &[(script_length + 2, " 𝄞 return ("), (end, "\u{e9})")])
    } else {
        Code::from(source.as_str())
    };
    Program {
        code,
        ..Program::as_it_is(source, 0, 1)
    }
}

/// Bytes as the liar reads them.
pub(super) fn script(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or('0');
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}
