//! What every call needs, one value for all callers.

use std::{sync::Arc, time::Duration};

use latchstring_core::{
    Catalog, Channel, Clock, Context, Effect, ErrorCode, Finish, Gate, Grant, Json, Limits, Operation, OperationError,
    Sandbox, Session, SessionLimits, Surface,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    budgets::Budgets,
    gone::Gone,
    program::{Ran, Run, RunInput, RunWriteInput},
    shares::Shares,
};

/// Calls over a catalog: opened, carried out, waited for at the end.
#[derive(Clone)]
pub struct Calls(Arc<Parts>);

struct Parts {
    catalog: Catalog,
    sandbox: Arc<dyn Sandbox>,
    gate: Arc<dyn Gate>,
    clock: Arc<dyn Clock>,
    limits: Limits,
    session_limits: SessionLimits,
    shares: Shares,
    /// Every call under way.
    tracker: TaskTracker,
    /// Cancelled when calls under way must end.
    stop: CancellationToken,
}

impl Calls {
    /// Calls over these parts. The limits are each program's, the budgets are for several.
    pub fn new(
        catalog: Catalog,
        sandbox: Arc<dyn Sandbox>,
        gate: Arc<dyn Gate>,
        clock: Arc<dyn Clock>,
        (limits, budgets): (Limits, Budgets),
    ) -> Self {
        Self(Arc::new(Parts {
            catalog,
            sandbox,
            gate,
            clock,
            limits,
            session_limits: SessionLimits::default(),
            shares: Shares::new(budgets),
            tracker: TaskTracker::new(),
            stop: CancellationToken::new(),
        }))
    }

    /// What tells the time.
    pub fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.0.clock)
    }

    /// Every operation there is.
    pub fn catalog(&self) -> &Catalog {
        &self.0.catalog
    }

    /// What `grant` may see.
    pub fn surface(&self, grant: Arc<Grant>) -> Surface {
        self.0.catalog.surface(grant)
    }

    /// Whether the grant stands. A session asks before each operation; this is for what calls none.
    pub async fn check(&self, grant: &Grant) -> Result<(), OperationError> {
        Ok(self.0.gate.check(grant).await?)
    }

    /// The circumstances of a call that begins now.
    pub fn begin(&self, grant: Arc<Grant>, channel: Channel) -> Context {
        // A program's own limit ends it first and says where; the deadline behind it is for everything else.
        let time = self.0.limits.wall + Duration::from_secs(20);
        Context::begin(grant, channel, self.0.clock.as_ref(), time)
    }

    /// A session for one call of `tool`.
    pub fn session(&self, surface: &Surface, effect: Effect, tool: &str, cx: Context) -> Session {
        Session::open(surface, effect, cx, self.0.gate.clone(), tool).with_limits(self.0.session_limits)
    }

    /// Calls one operation and ends the session with it. If `caller` is cancelled first, nothing is changed.
    pub async fn operation(
        &self,
        mut session: Session,
        operation: &Operation,
        arguments: &str,
        caller: CancellationToken,
    ) -> Result<Json, OperationError> {
        let gone = self.gone(caller);
        let call = session.call_from_program(operation.name.program(), arguments);
        let result = match gone.or(call).await {
            Err(error) if gone.caller.is_cancelled() => {
                drop(session);
                return Err(error);
            }
            result => result.flatten(),
        };
        let result = result.and_then(|json| {
            let most = self.0.limits.result_bytes as usize;
            if operation.effect == Effect::Read && json.get().len() > most {
                return Err(OperationError::new(
                    ErrorCode::ResultTooLarge,
                    format!(
                        "the result is {} bytes, {most} at most; ask for fewer, or use `run` and return what is needed only",
                        json.get().len()
                    ),
                ));
            }
            Ok(json)
        });
        let finish = match &result {
            Ok(_) => Finish::Commit,
            Err(error) => Finish::Fail(error.code()),
        };
        let finished = session.finish(finish).await;
        result.and_then(|json| finished.map(|_| json))
    }

    /// Runs a program that reads, and ends the session with it. If `caller` is cancelled first, so is the program.
    pub async fn run(
        &self,
        session: Session,
        input: RunInput,
        caller: CancellationToken,
    ) -> Result<Ran, OperationError> {
        // Boxed, for it is large and those who call are many layers.
        Box::pin(self.runner(caller).read(session, input)).await
    }

    /// The same with a program that may write.
    pub async fn run_write(
        &self,
        session: Session,
        input: RunWriteInput,
        caller: CancellationToken,
    ) -> Result<Ran, OperationError> {
        Box::pin(self.runner(caller).write(session, input)).await
    }

    /// The call, waited for by [`drain`](Self::drain).
    pub fn track<F: Future>(&self, call: F) -> impl Future<Output = F::Output> + use<F> {
        self.0.tracker.track_future(call)
    }

    /// Lets the calls under way go on for `grace` at most and then ends them, which undoes what they changed. Returns
    /// when none is left.
    pub async fn drain(&self, grace: Duration) {
        self.0.tracker.close();
        if tokio::time::timeout(grace, self.0.tracker.wait()).await.is_err() {
            self.0.stop.cancel();
            self.0.tracker.wait().await;
        }
        // Whatever still comes over an open connection would be written down by nobody.
        self.0.stop.cancel();
    }

    fn gone(&self, caller: CancellationToken) -> Gone {
        Gone {
            caller,
            stop: self.0.stop.clone(),
        }
    }

    fn runner(&self, caller: CancellationToken) -> Run<'_> {
        Run {
            sandbox: self.0.sandbox.as_ref(),
            gate: self.0.gate.as_ref(),
            limits: &self.0.limits,
            shares: &self.0.shares,
            gone: self.gone(caller),
        }
    }
}
