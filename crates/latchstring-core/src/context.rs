//! What is fixed when a call begins: who calls, when, under which id, until when.

use std::sync::Arc;

use chrono::{DateTime, SubsecRound, Utc};
use tokio::time::Instant;
use uuid::Uuid;

use crate::{Channel, Clock, Grant, Ids, RequestId, TenantId};

/// The circumstances of one call. Operations take time, ids and identity from here and from nowhere else.
#[derive(Debug, Clone)]
pub struct Context {
    grant: Arc<Grant>,
    request: RequestId,
    channel: Channel,
    now: DateTime<Utc>,
    deadline: Instant,
    ids: Arc<Ids>,
    /// The call that this one does again, or itself.
    origin: RequestId,
}

impl Context {
    /// A call that begins now and must be over after `time`.
    ///
    /// The moment is cut to microseconds, which is what every database keeps: told at once or read back later, it is
    /// the same.
    pub fn begin(grant: Arc<Grant>, channel: Channel, clock: &dyn Clock, time: std::time::Duration) -> Self {
        let now = clock.now().trunc_subsecs(6);
        let request = RequestId::new(now);
        Self {
            grant,
            request,
            channel,
            now,
            deadline: Instant::now() + time,
            ids: Arc::new(Ids::of_call(request)),
            origin: request,
        }
    }

    /// The same call, which does again what an earlier one did: what it creates has the ids that it had there.
    #[must_use]
    pub fn repeating(self, earlier: RequestId) -> Self {
        Self {
            ids: Arc::new(Ids::of_call(earlier)),
            origin: earlier,
            ..self
        }
    }

    /// The call that this one does again; itself, unless it is [`repeating`](Self::repeating) another.
    pub fn origin(&self) -> RequestId {
        self.origin
    }

    /// Who calls.
    pub fn grant(&self) -> &Arc<Grant> {
        &self.grant
    }

    /// Who calls, in the words that people read beside a change: `AI assistant via Claude on my laptop (asmk_P5qQ...VpTt)`.
    pub fn actor(&self) -> String {
        format!("AI assistant via {}", self.grant.holder())
    }

    /// The tenant whose data the call may touch.
    pub fn tenant(&self) -> TenantId {
        self.grant.tenant()
    }

    /// The call's id, the same in the answer, the logs and the audit rows.
    pub fn request(&self) -> RequestId {
        self.request
    }

    /// Through which door the call came.
    pub fn channel(&self) -> Channel {
        self.channel
    }

    /// The moment the call began; the same for everything it does.
    pub fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// When the call is ended, finished or not.
    pub fn deadline(&self) -> Instant {
        self.deadline
    }

    /// A fresh UUID (version 7) for something this call creates. Those of one call sort in the order in which they are
    /// made.
    pub fn new_uuid(&self) -> Uuid {
        self.ids.make()
    }
}
