//! The envelope: `data` or `error`, and `meta` with the request's id.

use axum::{
    Json,
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use latchstring_core::{ErrorCode, Failure, Json as RawJson, OperationError, RequestId};
use serde::Serialize;
use serde_json::{Value, json};

/// The version of the shapes of requests and answers.
pub(crate) const API_VERSION: &str = "1.0";

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Why a call was not carried out.
#[derive(Debug)]
pub(crate) struct Refused {
    status: StatusCode,
    error: Value,
}

/// What is said of the request itself.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Meta {
    request_id: RequestId,
    api_version: &'static str,
}

#[derive(Serialize)]
struct Success {
    data: RawJson,
    meta: Meta,
}

/// The answer to the request with this id.
pub(crate) fn of(answered: Result<RawJson, Refused>, request_id: RequestId) -> Response {
    let meta = Meta {
        request_id,
        api_version: API_VERSION,
    };
    let mut response = match answered {
        Ok(data) => Json(Success { data, meta }).into_response(),
        Err(Refused { status, error }) => with_remedy(status, json!({ "error": error, "meta": meta })),
    };
    if let Ok(id) = HeaderValue::from_str(&request_id.to_string()) {
        response.headers_mut().insert(X_REQUEST_ID, id);
    }
    response
}

/// The headers that go with some statuses.
fn with_remedy(status: StatusCode, body: Value) -> Response {
    let remedy = match status {
        StatusCode::METHOD_NOT_ALLOWED => Some((header::ALLOW, "POST")),
        StatusCode::UNAUTHORIZED => Some((
            header::WWW_AUTHENTICATE,
            "Bearer realm=\"mcp\", error=\"invalid_token\"",
        )),
        StatusCode::SERVICE_UNAVAILABLE => Some((header::RETRY_AFTER, "5")),
        _ => None,
    };
    let mut response = (status, Json(body)).into_response();
    if let Some((name, value)) = remedy {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

/// The HTTP status of each kind of failure.
pub(crate) fn status(code: ErrorCode) -> StatusCode {
    match code {
        ErrorCode::InvalidInput => StatusCode::BAD_REQUEST,
        ErrorCode::Revoked => StatusCode::UNAUTHORIZED,
        ErrorCode::PlanRequired => StatusCode::PAYMENT_REQUIRED,
        ErrorCode::Paused => StatusCode::FORBIDDEN,
        ErrorCode::NotFound | ErrorCode::UnknownOperation => StatusCode::NOT_FOUND,
        ErrorCode::InvalidState | ErrorCode::Conflict | ErrorCode::InUse => StatusCode::CONFLICT,
        ErrorCode::LimitExceeded
        | ErrorCode::ProgramError
        | ErrorCode::MemoryLimit
        | ErrorCode::ResultTooLarge
        | ErrorCode::ResultNotSerializable => StatusCode::UNPROCESSABLE_ENTITY,
        ErrorCode::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        ErrorCode::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        ErrorCode::Timeout => StatusCode::GATEWAY_TIMEOUT,
    }
}

impl Refused {
    /// One that HTTP has a status for, and operations have no code.
    pub(crate) fn new(status: StatusCode, code: &str, message: impl Into<String>) -> Self {
        let message: String = message.into();
        Self {
            status,
            error: json!({ "code": code, "message": message }),
        }
    }

    /// A program that did not return: where it failed, and what it left.
    pub(crate) fn program(failure: &Failure, mut told: Value) -> Self {
        let mut error = told["error"].take();
        for left in ["console", "calls", "durationMs"] {
            if let Some(value) = told.get_mut(left) {
                error[left] = value.take();
            }
        }
        Self {
            status: status(failure.code),
            error,
        }
    }
}

impl From<OperationError> for Refused {
    fn from(error: OperationError) -> Self {
        error.log();
        Self {
            status: status(error.code()),
            error: error.to_value(),
        }
    }
}

impl IntoResponse for Refused {
    /// For a request that never got an id.
    fn into_response(self) -> Response {
        (self.status, Json(json!({ "error": self.error }))).into_response()
    }
}
