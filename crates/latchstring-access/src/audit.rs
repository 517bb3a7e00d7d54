//! The audit trail as it is read back.

use std::time::Duration;

use chrono::{DateTime, Utc};
use latchstring_core::{CallRecord, Change, Effect, GrantId, OperationRecord, RequestId, TenantId};

/// One call that was written down.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditEntry {
    /// The call's id.
    pub request: RequestId,
    /// When it began.
    pub at: DateTime<Utc>,
    /// Whose data.
    pub tenant: TenantId,
    /// Under which grant.
    pub grant: GrantId,
    /// Who held it then, for people.
    pub holder: String,
    /// Through which door.
    pub channel: String,
    /// The tool that was called.
    pub tool: String,
    /// `OK`, an error code, or `CANCELLED`.
    pub outcome: String,
    /// Whether its changes were committed.
    pub committed: bool,
    /// How long it took, to the microsecond.
    pub duration: Duration,
    /// SHA-256 of the program, where there was one.
    pub program_sha256: Option<String>,
    /// The operations it called, in order.
    pub operations: Vec<AuditOperation>,
}

/// One operation inside a call that was written down.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditOperation {
    /// The operation's name, or what was asked for.
    pub operation: String,
    /// Whether it reads or writes; `None` for an unknown name.
    pub effect: Option<Effect>,
    /// `OK` or an error code.
    pub outcome: String,
    /// How long it took, to the microsecond.
    pub duration: Duration,
    /// What it changed; counts only if the call was committed.
    pub changes: Vec<Change>,
}

impl From<&CallRecord> for AuditEntry {
    fn from(call: &CallRecord) -> Self {
        Self {
            request: call.request,
            at: call.at,
            tenant: call.tenant,
            grant: call.grant,
            holder: call.holder.clone(),
            channel: call.channel.as_str().to_owned(),
            tool: call.tool.clone(),
            outcome: call.outcome.to_owned(),
            committed: call.committed,
            duration: call.duration,
            program_sha256: call.program_sha256.clone(),
            operations: call.operations.iter().map(AuditOperation::from).collect(),
        }
    }
}

impl From<&OperationRecord> for AuditOperation {
    fn from(record: &OperationRecord) -> Self {
        Self {
            operation: record.operation.clone(),
            effect: record.effect,
            outcome: record.outcome.to_owned(),
            duration: record.duration,
            changes: record.changes.clone(),
        }
    }
}
