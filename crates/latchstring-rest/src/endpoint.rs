//! `POST /api/v1/{operation}`: one call, one answer.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Request, State},
    response::{IntoResponse, Response},
    routing::any,
};
use latchstring_core::{
    Channel, Context, Effect, ErrorCode, Finish, Grant, Json, OperationError, Session, Surface, nearest, parse_input,
};
use latchstring_runner::{Calls, READ_INPUT, Ran, WRITE_INPUT};
use serde_json::{json, value::to_raw_value};
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

use crate::{
    answer::{self, Refused},
    doors::Doors,
    input,
};

/// The two names that are no operation's: they take programs.
pub(crate) const RUN: &str = "run";
pub(crate) const RUN_WRITE: &str = "run_write";

/// The longest name that is looked up, repeated and written down, in characters.
const LONGEST_NAME: usize = 100;

/// The endpoint of all operations. Expects an `Arc<Grant>` in the request's extensions; without one nothing is visible.
pub fn router(calls: Calls, doors: Doors) -> Router {
    // Any method, so that each has to show a key before it is told that it is the wrong one.
    Router::new()
        .route("/api/v1/{operation}", any(endpoint))
        .with_state((calls, Arc::new(doors)))
}

async fn endpoint(State((calls, doors)): State<(Calls, Arc<Doors>)>, request: Request) -> Response {
    let Some(grant) = request.extensions().get::<Arc<Grant>>().cloned() else {
        let error = OperationError::internal("the request carries no grant");
        return Refused::from(error).into_response();
    };
    let cx = calls.begin(grant, Channel::Rest);
    let id = cx.request();
    // As it stands in the address: names have no letters that need an escape.
    let name = request.uri().path().rsplit('/').next().unwrap_or_default();
    let name: String = name.chars().take(LONGEST_NAME).collect();
    let arguments = match doors.admit(request.uri(), request.headers()) {
        Ok(()) => input::read(request).await,
        Err(refused) => Err(refused),
    };
    let arguments = match arguments {
        Ok(arguments) => arguments,
        Err(refused) => return answer::of(Err(refused), id),
    };
    let span = tracing::info_span!(
        "call",
        tool = name,
        grant.id = %cx.grant().id(),
        tenant.id = %cx.tenant(),
        request.id = %id,
    );
    // Dropped with this future when the caller goes away; the call itself ends in its own time.
    let gone = CancellationToken::new();
    let _guard = gone.clone().drop_guard();
    let call = Call {
        surface: calls.surface(cx.grant().clone()),
        calls: calls.clone(),
        name,
        cx,
        gone,
    };
    let answered = tokio::spawn(calls.track(call.carried_out(arguments).instrument(span))).await;
    let answered = answered.unwrap_or_else(|panicked| Err(OperationError::internal(panicked).into()));
    answer::of(answered, id)
}

struct Call {
    surface: Surface,
    calls: Calls,
    name: String,
    cx: Context,
    gone: CancellationToken,
}

impl Call {
    async fn carried_out(self, arguments: String) -> Result<Json, Refused> {
        match self.name.as_str() {
            RUN => self.run(&arguments).await,
            RUN_WRITE if self.surface.has(Effect::Write) => self.run_write(&arguments).await,
            _ => self.operation(&arguments).await,
        }
    }

    async fn operation(self, arguments: &str) -> Result<Json, Refused> {
        let mut operations = self.surface.operations();
        let Some(operation) = operations.find(|operation| operation.name.as_str() == self.name) else {
            return self.refuse(self.unknown()).await;
        };
        let session = self.session(operation.effect);
        let called = self.calls.operation(session, operation, arguments, self.gone);
        Ok(called.await?)
    }

    async fn run(self, arguments: &str) -> Result<Json, Refused> {
        if let Err(error) = self.calls.check(self.cx.grant()).await {
            return self.refuse(error).await;
        }
        match parse_input(RUN, &READ_INPUT, arguments) {
            Ok(input) => {
                let session = self.session(Effect::Read);
                told(self.calls.run(session, input, self.gone).await?)
            }
            Err(error) => self.refuse(error).await,
        }
    }

    async fn run_write(self, arguments: &str) -> Result<Json, Refused> {
        if let Err(error) = self.calls.check(self.cx.grant()).await {
            return self.refuse(error).await;
        }
        match parse_input(RUN_WRITE, &WRITE_INPUT, arguments) {
            Ok(input) => {
                let session = self.session(Effect::Write);
                told(self.calls.run_write(session, input, self.gone).await?)
            }
            Err(error) => self.refuse(error).await,
        }
    }

    fn session(&self, effect: Effect) -> Session {
        self.calls.session(&self.surface, effect, &self.name, self.cx.clone())
    }

    /// Ends a call that did nothing, because what was asked for is wrong.
    async fn refuse(&self, error: OperationError) -> Result<Json, Refused> {
        // The call is refused already; that the record could not be kept changes nothing for the caller.
        let _ = self.session(Effect::Read).finish(Finish::Fail(error.code())).await;
        Err(error.into())
    }

    /// The same words whether the name is hidden or does not exist.
    fn unknown(&self) -> OperationError {
        let operations = self.surface.operations().map(|operation| operation.name.as_str());
        let run_write = self.surface.has(Effect::Write).then_some(RUN_WRITE);
        let near = nearest(&self.name, operations.chain([RUN]).chain(run_write));
        let remedy = if near.is_empty() {
            "see `GET /api/v1/openapi.json`".to_owned()
        } else {
            let list: Vec<_> = near.iter().map(|name| format!("`{name}`")).collect();
            format!("the nearest are {}", list.join(", "))
        };
        let text = format!("no operation `{}`; {remedy}", self.name);
        OperationError::new(ErrorCode::UnknownOperation, text).with_details(json!({ "nearest": near }))
    }
}

fn told(ran: Ran) -> Result<Json, Refused> {
    match ran {
        Ran::Returned(told) => Ok(to_raw_value(&told).map_err(OperationError::internal)?),
        Ran::Failed(failure, told) => Err(Refused::program(&failure, told)),
    }
}
