//! What holds of every run, whatever its guest or its worker said.

use std::time::{Duration, Instant};

use latchstring_core::{ErrorCode, Failure, Limits, Outcome, Position, Program, SandboxError};
use serde::de::IgnoredAny;

use super::{host::Host, input::Input};
use crate::error::Broken;

/// What the host writes in the place of a byte that is no character.
const MENDED: usize = 3;

/// Longest failure as JSON, in bytes. Its texts are 12 KiB at most, of characters that may take six bytes there.
const FAILURE_BYTES: usize = 80 << 10;

/// Longest error of a sandbox that could not do its work: it is logged.
const BROKEN_BYTES: usize = 5 << 10;

/// How much later than its limit a run may end here: the machine may be busy.
const SLACK: Duration = Duration::from_secs(8);

/// Limits from one byte.
pub(super) fn limits(input: &mut Input<'_>) -> Limits {
    let byte = input.byte();
    let bits = |at: u8| usize::from(byte >> at & 3);
    Limits {
        wall: Duration::from_millis(if byte & 0x80 == 0 { 5000 } else { 20 }),
        guest_time: Duration::from_millis(if byte & 0x40 == 0 { 2 } else { 20 }),
        calls: [5, 0, 1, 200][bits(0)],
        result_bytes: [4096, 0, 64, 256 << 10][bits(2)],
        console_bytes: [4096, 0, 64, 32 << 10][bits(4)],
        ..Limits::default()
    }
}

/// A run that began at `began`, and what came of it.
#[derive(Debug)]
pub(super) struct Case<'a> {
    pub(super) program: &'a Program,
    pub(super) limits: &'a Limits,
    pub(super) host: &'a Host,
    pub(super) began: Instant,
    pub(super) result: &'a Result<Outcome, SandboxError>,
}

impl Case<'_> {
    /// Whoever may fail as `may_break` says.
    pub(super) fn judge(&self, may_break: fn(&Broken) -> bool) {
        let took = self.began.elapsed();
        assert!(took < self.limits.wall + SLACK, "it took {took:?}");
        assert!(
            self.host.calls <= self.limits.calls,
            "{} calls were carried out and {} may be",
            self.host.calls,
            self.limits.calls
        );
        match self.result {
            Ok(outcome) => self.outcome(outcome),
            Err(SandboxError::Busy) => panic!("busy"),
            Err(SandboxError::Broken(error)) => {
                let broken = error.downcast_ref::<Broken>().expect("an error of ours");
                assert!(may_break(broken), "{broken:?}");
                let told = broken.to_string();
                assert!(told.len() <= BROKEN_BYTES, "an error of {} bytes", told.len());
            }
        }
    }

    fn outcome(&self, outcome: &Outcome) {
        let limits = self.limits;
        assert!(outcome.calls <= limits.calls, "{} calls are told", outcome.calls);
        assert!(outcome.guest_time <= limits.wall + SLACK, "{:?}", outcome.guest_time);
        let console = &outcome.console.text;
        assert!(
            console.len() <= MENDED * limits.console_bytes as usize,
            "a console of {}",
            console.len()
        );
        match &outcome.ended {
            Ok(json) => {
                assert!(
                    json.get().len() <= MENDED * limits.result_bytes as usize,
                    "a result of {}",
                    json.get().len()
                );
                serde_json::from_str::<IgnoredAny>(json.get()).expect("JSON");
            }
            Err(failure) => self.failure(failure),
        }
    }

    fn failure(&self, failure: &Failure) {
        let is_ours = match failure.code {
            ErrorCode::ProgramError
            | ErrorCode::Timeout
            | ErrorCode::MemoryLimit
            | ErrorCode::LimitExceeded
            | ErrorCode::ResultTooLarge
            | ErrorCode::ResultNotSerializable => true,
            ErrorCode::InvalidInput
            | ErrorCode::NotFound
            | ErrorCode::InvalidState
            | ErrorCode::Conflict
            | ErrorCode::InUse
            | ErrorCode::UnknownOperation
            | ErrorCode::PlanRequired
            | ErrorCode::Paused
            | ErrorCode::Revoked
            | ErrorCode::Unavailable
            | ErrorCode::Internal => false,
        };
        assert!(is_ours || self.host.codes.contains(&failure.code), "{failure:?}");
        let told = serde_json::to_string(failure).expect("JSON");
        assert!(told.len() <= FAILURE_BYTES, "a failure of {} bytes", told.len());
        if let Some(at) = &failure.at {
            self.position(at);
        }
    }

    /// It is a place in the program.
    fn position(&self, at: &Position) {
        let source = &self.program.source;
        let line = source
            .split('\n')
            .nth(at.line as usize - 1)
            .expect("a line of the program");
        assert!(
            at.column >= 1 && at.column as usize <= line.chars().count() + 1,
            "{at:?}"
        );
    }
}
