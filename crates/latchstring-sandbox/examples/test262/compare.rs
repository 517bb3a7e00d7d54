//! One test in the sandbox and in the native engine, and why they differ.

use std::{collections::BTreeMap, io};

use crate::{
    compose::{Composed, Unfit},
    native::{Mode, Native},
    sandboxed::Sandboxed,
    suite::Test,
    verdict::{Ran, Status},
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Not run.
    Unfit(Unfit),
    Passed,
    /// Failed in both.
    Failed(Shared),
    /// Passed in the native engine only.
    Lost(Reason),
    /// Passed in the sandbox only.
    Gained,
}

/// Why a test fails in both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shared {
    /// The native engine passes it as a script: it needs the top level of a script.
    Form,
    /// It imports a module.
    Import,
    Engine,
}

/// Why the sandbox fails what the native engine passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Reason {
    Eval,
    CodeFromText,
    /// `JSON.stringify` makes text of a big integer.
    BigInt,
    /// Something else that the prelude changes.
    Prelude,
    Atomics,
    Stack,
    Memory,
    Timeout,
    Unhandled,
    /// None of these.
    Unexplained,
}

impl Reason {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Eval => "eval",
            Self::CodeFromText => "code from text",
            Self::BigInt => "big integers as text",
            Self::Prelude => "prelude",
            Self::Atomics => "atomics",
            Self::Stack => "stack",
            Self::Memory => "memory",
            Self::Timeout => "timeout",
            Self::Unhandled => "unhandled rejection",
            Self::Unexplained => "unexplained",
        }
    }
}

/// What became of a test.
pub(crate) struct Record {
    pub(crate) outcome: Outcome,
    /// It passed, and the sandbox then told of a rejected promise that nobody handled.
    pub(crate) unhandled: bool,
    /// In the sandbox, as a program in the native engine, and there as a script.
    pub(crate) told: Option<[String; 3]>,
    /// Both pass or both fail, and they end in different ways.
    pub(crate) differently: bool,
    /// As a script, in the native engine.
    pub(crate) script_passes: Option<bool>,
}

/// Everything that runs tests on one thread.
pub(crate) struct Bench {
    pub(crate) sandbox: Sandboxed,
    pub(crate) native: Native,
}

impl Bench {
    pub(crate) fn compare(&mut self, test: &Test, files: &BTreeMap<String, String>) -> io::Result<Record> {
        let composed = match Composed::new(test, files) {
            Ok(composed) => composed,
            Err(unfit) => return Ok(Record::unfit(unfit)),
        };
        let ours = self.sandbox.run(&composed.program)?;
        let plain = self.native.run(Mode::Plain, "", &composed.wrapped())?;
        let script = self.native.run(Mode::Script, &composed.harness, &composed.script)?;
        let outcome = match (ours.passes(&test.head), plain.passes(&test.head)) {
            (true, true) => Outcome::Passed,
            (true, false) => Outcome::Gained,
            (false, false) => Outcome::Failed(shared(test, &script)),
            (false, true) => {
                let guarded = self.native.run(Mode::Guarded, "", &composed.wrapped())?;
                Outcome::Lost(reason(test, &composed, &ours, &guarded))
            }
        };
        let passed = outcome == Outcome::Passed;
        Ok(Record {
            outcome,
            unhandled: passed && ours.status == Status::Unhandled,
            differently: match outcome {
                Outcome::Passed => ours.status != plain.status,
                Outcome::Failed(_) => (ours.status, &ours.name) != (plain.status, &plain.name),
                Outcome::Unfit(_) | Outcome::Lost(_) | Outcome::Gained => false,
            },
            script_passes: Some(script.passes(&test.head)),
            told: (!passed).then(|| [ours.told(), plain.told(), script.told()]),
        })
    }
}

impl Record {
    fn unfit(unfit: Unfit) -> Self {
        Self {
            outcome: Outcome::Unfit(unfit),
            unhandled: false,
            told: None,
            differently: false,
            script_passes: None,
        }
    }
}

fn shared(test: &Test, script: &Ran) -> Shared {
    let imports = test.head.has_feature("dynamic-import") && test.head.negative.is_none();
    if script.passes(&test.head) {
        Shared::Form
    } else if imports {
        Shared::Import
    } else {
        Shared::Engine
    }
}

fn reason(test: &Test, composed: &Composed, ours: &Ran, guarded: &Ran) -> Reason {
    if !guarded.passes(&test.head) {
        return changed_by_prelude(test, composed, &ours.told());
    }
    match ours.status {
        Status::Memory => Reason::Memory,
        Status::Timeout => Reason::Timeout,
        Status::Unhandled => Reason::Unhandled,
        _ if test.head.has_feature("Atomics") => Reason::Atomics,
        _ if ours.message.contains("call stack") || ours.message.contains("stack overflow") => Reason::Stack,
        Status::Done | Status::Failed | Status::Stuck | Status::Crashed => Reason::Unexplained,
    }
}

/// The error says it where the test lets it through; otherwise what the test mentions does.
fn changed_by_prelude(test: &Test, composed: &Composed, told: &str) -> Reason {
    let body = test
        .text
        .split_once("---*/")
        .map_or(test.text.as_str(), |(_, body)| body);
    let mentions_eval = body
        .split(|letter: char| !letter.is_alphanumeric() && letter != '_')
        .any(|word| word == "eval");
    let makes_code = |text: &str| text.contains("Function") || text.contains(".constructor");
    let included = &composed.harness;
    if told.contains("eval is not defined") {
        Reason::Eval
    } else if told.contains("cannot make code from text") {
        Reason::CodeFromText
    } else if test.head.has_feature("BigInt") && body.contains("JSON.stringify") {
        Reason::BigInt
    } else if mentions_eval {
        Reason::Eval
    } else if makes_code(body) || makes_code(included) {
        Reason::CodeFromText
    } else {
        Reason::Prelude
    }
}
