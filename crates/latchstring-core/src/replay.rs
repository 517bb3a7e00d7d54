//! Answers that are kept, so that a change which is sent twice is done once.
//!
//! A caller that got no answer cannot know whether its change was made. With a key of its own it may send the change again:
//! the first answer is given again. The answer is kept in the transaction of the change, so there is never one without the
//! other. This is what the kit and a domain's [`UnitOfWork`](crate::UnitOfWork) say to each other about it.

use chrono::{DateTime, TimeDelta, Utc};

use crate::{Context, GrantId, Json, TenantId};

/// Which answer is meant: the one that a grant got from an operation under a key of its own.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ReplayKey {
    /// Whose data was changed; a grant is of one tenant.
    pub tenant: TenantId,
    /// Who asked. A grant that is made anew has no answers yet.
    pub grant: GrantId,
    /// The operation's name, such as `boms.create`.
    pub operation: String,
    /// What the caller chose: 1 to 100 visible ASCII characters.
    pub key: String,
}

impl ReplayKey {
    pub(crate) fn new(cx: &Context, operation: &str, key: String) -> Self {
        Self {
            tenant: cx.tenant(),
            grant: cx.grant().id(),
            operation: operation.to_owned(),
            key,
        }
    }
}

/// An answer as it is kept.
#[derive(Debug, Clone)]
pub struct Replay {
    /// The SHA-256 of the arguments it answers. Others under the same key are a mistake of the caller.
    pub arguments: [u8; 32],
    /// The answer, a JSON object.
    pub answer: Json,
    /// When it was given.
    pub at: DateTime<Utc>,
}

impl Replay {
    /// How long an answer is kept.
    pub const KEPT: TimeDelta = TimeDelta::hours(24);

    /// What was answered then or before is forgotten now.
    pub fn forgotten_at(now: DateTime<Utc>) -> DateTime<Utc> {
        now - Self::KEPT
    }
}
