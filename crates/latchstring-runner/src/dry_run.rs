//! Dry runs: what names one, so that what a person has reviewed can be done, and nothing else.
//!
//! Nothing is kept for it but the audit record of the dry run, which holds the program. The handle names that record and
//! seals what the program saw and did. Its commit runs the program again, at the same moment by the program's clock, with
//! the same chance and the same ids, and keeps the changes only if all that it saw and did is the same. So a handle never
//! does anything but what was reviewed, whoever made it up, and twice only where the second time is the same again.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use latchstring_core::{ErrorCode, Gate, OperationError, RequestId, Seal, Session};
use uuid::Uuid;

/// How long after a dry run it can be committed.
const KEPT: TimeDelta = TimeDelta::hours(1);

const PREFIX: &str = "dry_";
const SEALED_FOR: &[u8] = b"dry run\0";

/// Names a dry run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Handle {
    pub(crate) call: RequestId,
    seal: Seal,
}

impl Handle {
    /// Of the dry run that `session` has come to the end of.
    pub(crate) fn of(session: &Session, gate: &dyn Gate) -> Option<Self> {
        let call = session.context().origin();
        let seal = gate.seal(&sealed(call, session)?);
        Some(Self { call, seal })
    }

    /// Reads what a caller brought back.
    pub(crate) fn read(text: &str, now: DateTime<Utc>) -> Result<Self, OperationError> {
        let handle = text.trim().strip_prefix(PREFIX).and_then(Self::decode).ok_or_else(|| {
            OperationError::invalid_input(format!(
                "`commit` is no handle of a dry run, which begins with `{PREFIX}` and is 47 characters long; give it as \
                 `run_write` with `dryRun: true` returned it"
            ))
        })?;
        let began = i64::try_from(handle.call.began_ms()).ok();
        let began = began.and_then(DateTime::from_timestamp_millis);
        if began.is_none_or(|began| now - began > KEPT) {
            return Err(unknown());
        }
        Ok(handle)
    }

    fn decode(text: &str) -> Option<Self> {
        let bytes: [u8; 32] = URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?;
        let (call, seal) = bytes.split_at(16);
        Some(Self {
            call: RequestId::from_uuid(Uuid::from_slice(call).ok()?),
            seal: seal.try_into().ok()?,
        })
    }

    /// Whether `session`, which ran the program again, saw and did what the dry run saw and did.
    pub(crate) fn is_the_same(&self, session: &Session, gate: &dyn Gate) -> bool {
        sealed(self.call, session).is_some_and(|text| gate.is_sealed(&text, &self.seal))
    }
}

impl std::fmt::Display for Handle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let bytes = [*self.call.as_uuid().as_bytes(), self.seal].concat();
        write!(f, "{PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes))
    }
}

fn sealed(call: RequestId, session: &Session) -> Option<Vec<u8>> {
    let grant = session.context().grant().id().as_uuid();
    let transcript = session.transcript()?;
    Some([SEALED_FOR, grant.as_bytes(), call.as_uuid().as_bytes(), &transcript].concat())
}

/// There is no such dry run of this grant any more, or never was.
pub(crate) fn unknown() -> OperationError {
    OperationError::new(
        ErrorCode::NotFound,
        "no dry run of this access in the last hour has this handle; nothing was changed. Send the program again with \
         `dryRun: true`, and use the handle that it returns",
    )
}

/// What the program saw or did is not what was reviewed.
pub(crate) fn changed() -> OperationError {
    OperationError::new(
        ErrorCode::Conflict,
        "the data has changed since this dry run, so the program would not do now what was reviewed; nothing was changed. \
         Send the program again with `dryRun: true`, and show the new `changeSet`",
    )
}
