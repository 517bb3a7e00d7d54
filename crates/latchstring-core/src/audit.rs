//! What is written down about every call and every operation in it.

use std::{fmt, sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;

use crate::{Effect, GrantId, RequestId, TenantId};

/// Through which door a call came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Channel {
    /// The MCP endpoint for API keys.
    Mcp,
    /// The MCP endpoint of one tenant's connector, for connected apps.
    Connector,
    /// The REST twin, for scripts.
    Rest,
}

impl Channel {
    /// The name in audit rows.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mcp => "mcp",
            Self::Connector => "connector",
            Self::Rest => "rest",
        }
    }
}

/// One call: a tool with everything it did.
#[derive(Debug, Clone)]
pub struct CallRecord {
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
    pub channel: Channel,
    /// The tool that was called.
    pub tool: String,
    /// `OK`, an error code, or `CANCELLED` when the caller went away.
    pub outcome: &'static str,
    /// Whether its changes were committed.
    pub committed: bool,
    /// How long it took.
    pub duration: Duration,
    /// The program it sent; `None` for a tool that takes none.
    pub program: Option<ProgramRecord>,
    /// The operations it called, in order.
    pub operations: Vec<OperationRecord>,
}

/// The program of a call. Its source is not in the `Debug` form, and so in no log.
#[derive(Clone, PartialEq, Eq)]
pub struct ProgramRecord {
    /// SHA-256 of the source, in hexadecimal: 64 characters.
    pub sha256: String,
    /// The source as it was sent; `None` when it is longer than programs may be, so that it never ran.
    pub source: Option<Arc<str>>,
}

impl fmt::Debug for ProgramRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProgramRecord")
            .field("sha256", &self.sha256)
            .finish_non_exhaustive()
    }
}

/// One operation inside a call.
#[derive(Debug, Clone)]
pub struct OperationRecord {
    /// The operation's name; for a name that is not visible to the grant, what was asked for, cut to 100 characters.
    pub operation: String,
    /// Whether it reads or writes; `None` for an unknown name.
    pub effect: Option<Effect>,
    /// `OK` or an error code.
    pub outcome: &'static str,
    /// How long it took.
    pub duration: Duration,
    /// The rows it answered: the elements of a result that is a list, or of its `items` when it is a page; 1 for any
    /// other result, and 0 when it failed.
    pub rows: u64,
    /// What it changed; counts only if the call was committed.
    pub changes: Vec<Change>,
}

/// One thing that an operation created, updated or deleted.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Change {
    /// The kind of thing, such as `bom`.
    pub entity: String,
    /// Which one.
    pub id: String,
    /// What happened to it.
    pub action: ChangeAction,
    /// The changed fields before; absent when it was created.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Value>,
    /// The changed fields after; absent when it was deleted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Value>,
}

/// What happened to a thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChangeAction {
    /// It is new.
    Created,
    /// It is different.
    Updated,
    /// It is gone.
    Deleted,
}
