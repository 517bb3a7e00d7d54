//! What an operation answers when it cannot do what was asked.

use std::{collections::BTreeSet, error::Error, fmt};

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

use crate::{Refusal, input};

/// The kinds of failure a caller can tell apart. On the wire in `SCREAMING_SNAKE_CASE`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ErrorCode {
    /// The arguments do not fit: a missing, unknown or wrong field, or a value a rule forbids.
    InvalidInput,
    /// Nothing of this tenant has that id.
    NotFound,
    /// The thing is not in a state that allows this.
    InvalidState,
    /// It clashes with something that exists, or another change was faster.
    Conflict,
    /// It cannot go because other things use it; `details` names them.
    InUse,
    /// More than is allowed in one go.
    LimitExceeded,
    /// No operation of that name is visible to this grant.
    UnknownOperation,
    /// The program has a mistake: it does not parse, or it threw.
    ProgramError,
    /// It took too long and was ended.
    Timeout,
    /// It needed more memory than it may have.
    MemoryLimit,
    /// The result is larger than may be returned.
    ResultTooLarge,
    /// The result cannot be written as JSON.
    ResultNotSerializable,
    /// The store's subscription is not active: its grants are kept and work again once it is. Or this one thing needs a
    /// higher plan; `details.plan` names it, and a program may go on without.
    PlanRequired,
    /// Somebody paused access to the store; its grants are kept and work again once it is resumed.
    Paused,
    /// The access was revoked while the call ran.
    Revoked,
    /// Too busy, or something needed is out of reach for now; the same call may work later.
    Unavailable,
    /// A fault of the server; the text says no more, the log does.
    Internal,
}

impl ErrorCode {
    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvalidInput => "INVALID_INPUT",
            Self::NotFound => "NOT_FOUND",
            Self::InvalidState => "INVALID_STATE",
            Self::Conflict => "CONFLICT",
            Self::InUse => "IN_USE",
            Self::LimitExceeded => "LIMIT_EXCEEDED",
            Self::UnknownOperation => "UNKNOWN_OPERATION",
            Self::ProgramError => "PROGRAM_ERROR",
            Self::Timeout => "TIMEOUT",
            Self::MemoryLimit => "MEMORY_LIMIT",
            Self::ResultTooLarge => "RESULT_TOO_LARGE",
            Self::ResultNotSerializable => "RESULT_NOT_SERIALIZABLE",
            Self::PlanRequired => "PLAN_REQUIRED",
            Self::Paused => "PAUSED",
            Self::Revoked => "REVOKED",
            Self::Unavailable => "UNAVAILABLE",
            Self::Internal => "INTERNAL",
        }
    }

    /// Whether a program must not go on after a failure of this kind, unless the failure itself
    /// [says otherwise](OperationError::ends_program).
    fn ends_program(self) -> bool {
        match self {
            Self::PlanRequired | Self::Paused | Self::Revoked | Self::Timeout | Self::Unavailable | Self::Internal => {
                true
            }
            Self::InvalidInput
            | Self::NotFound
            | Self::InvalidState
            | Self::Conflict
            | Self::InUse
            | Self::LimitExceeded
            | Self::UnknownOperation
            | Self::ProgramError
            | Self::MemoryLimit
            | Self::ResultTooLarge
            | Self::ResultNotSerializable => false,
        }
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A failed operation. The message is for the caller, usually a model that will try again: it says what is wrong and
/// what to do next. The source is for the log alone.
#[derive(Debug)]
pub struct OperationError {
    code: ErrorCode,
    message: String,
    details: Option<Value>,
    ends_program: bool,
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl OperationError {
    /// Writes down what the caller is not told: once, where the error is turned into an answer.
    pub fn log(&self) {
        let Some(source) = self.source() else {
            return;
        };
        let mut causes = source.to_string();
        let mut next = source.source();
        while let Some(cause) = next {
            causes.push_str(&format!(": {cause}"));
            next = cause.source();
        }
        if self.code() == ErrorCode::Internal {
            tracing::error!(causes, "a call failed through a fault of the server");
        } else {
            tracing::warn!(causes, code = self.code().as_str(), "a call could not be served");
        }
    }

    /// A failure of this kind.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            details: None,
            ends_program: code.ends_program(),
            source: None,
        }
    }

    /// The arguments do not fit.
    pub fn invalid_input(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::InvalidInput, message)
    }

    /// Nothing of this tenant has that id. The same words whether it never existed or belongs to somebody else.
    pub fn not_found(what: &str, id: impl fmt::Display, find_with: &str) -> Self {
        Self::new(
            ErrorCode::NotFound,
            format!("no {what} `{id}`; find ids with `app.{find_with}`"),
        )
    }

    /// A fault of the server. The caller reads a general text; `source` goes to the log.
    pub fn internal(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        let message = "the server failed; nothing was changed. Try once more, then report the request id";
        Self {
            source: Some(source.into()),
            ..Self::new(ErrorCode::Internal, message)
        }
    }

    /// This one thing needs a plan that the store does not have. `what` begins the message, such as `` `keepStocked` ``.
    /// A program may catch it and go on without, unlike the refusal of a store whose subscription is not active.
    pub fn needs_plan(plan: &str, what: impl fmt::Display) -> Self {
        let message = format!(
            "{what} needs the plan `{plan}`, which this store does not have. Go on without it, or ask the store's owner to change \
             the plan; nothing else is affected"
        );
        Self {
            details: Some(json!({ "plan": plan })),
            ends_program: false,
            ..Self::new(ErrorCode::PlanRequired, message)
        }
    }

    /// Somebody else made meanwhile what this would make. A program may not go on: half of what it did may be done.
    pub fn overtaken(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        let message = "what this makes is there already, made by another call meanwhile or by the same one before; nothing was \
                       changed. Read the data again before the next try";
        Self {
            source: Some(source.into()),
            ends_program: true,
            ..Self::new(ErrorCode::Conflict, message)
        }
    }

    /// Refuses a change of what somebody else has changed since the caller read it. `expected` is the version that the caller
    /// knows, if it says so; `what` begins the message, such as `` purchase order `po_1001` ``.
    ///
    /// # Errors
    /// [`ErrorCode::Conflict`] when it is at another version.
    pub fn check_version(expected: Option<u64>, is: u64, what: impl fmt::Display) -> Result<(), Self> {
        match expected {
            Some(expected) if expected != is => {
                let message = format!(
                    "{what} is at version {is} and not at {expected}: it changed since you read it; read it again and decide anew"
                );
                Err(Self::new(ErrorCode::Conflict, message).with_details(json!({ "version": is })))
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Too busy, or something needed is out of reach for now.
    pub fn unavailable(message: impl Into<String>, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self {
            source: Some(source.into()),
            ..Self::new(ErrorCode::Unavailable, message)
        }
    }

    /// No operation of that name is visible: the answer for names that do not exist and for names that are hidden. Says
    /// what is visible in its namespace; or, if there is none of that name, which there are. `others` are those that the
    /// grant may use where it can write.
    pub(crate) fn unknown_operation<'a>(name: &str, visible: impl Iterator<Item = &'a str>, others: bool) -> Self {
        let name: String = name.chars().take(100).collect();
        let visible: Vec<&str> = visible.collect();
        let near = input::nearest(&name, visible.iter().copied());
        let mut message = format!("no operation `{name}`");
        if !near.is_empty() {
            let list: Vec<_> = near.iter().map(|name| format!("`{name}`")).collect();
            message.push_str(&format!("; the nearest are {}", list.join(", ")));
        }
        let namespace = name.split('.').next().unwrap_or_default();
        let paths = || visible.iter().filter_map(|path| path.split_once('.'));
        let methods: Vec<&str> = paths()
            .filter(|(own, _)| *own == namespace)
            .map(|(_, method)| method)
            .collect();
        if methods.is_empty() {
            let namespaces: BTreeSet<&str> = paths().map(|(own, _)| own).collect();
            let namespaces: Vec<&str> = namespaces.into_iter().collect();
            message.push_str(&format!(
                "; an operation is `app.<namespace>.<method>`, and the namespaces are {}",
                namespaces.join(", ")
            ));
        } else {
            message.push_str(&format!("; in `{namespace}` there are {}", methods.join(", ")));
        }
        if others {
            message.push_str("; what changes data is in `run_write`");
        }
        Self::new(ErrorCode::UnknownOperation, message).with_details(json!({ "nearest": near }))
    }

    /// An operation that the grant may use, called where only reading is possible.
    pub(crate) fn elsewhere(name: &str) -> Self {
        let message = format!("`{name}` changes data and is not part of `app` here; send the program to `run_write`");
        Self::new(ErrorCode::UnknownOperation, message)
    }

    /// Adds what a program can act on: the shortages, the referrers, the allowed values.
    #[must_use]
    pub fn with_details(mut self, details: Value) -> Self {
        self.details = Some(details);
        self
    }

    /// The kind.
    pub fn code(&self) -> ErrorCode {
        self.code
    }

    /// The text for the caller.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What a program can act on.
    pub fn details(&self) -> Option<&Value> {
        self.details.as_ref()
    }

    /// Whether a program must not go on after this, not even by catching it.
    pub fn ends_program(&self) -> bool {
        self.ends_program
    }

    /// What a program or a client receives: code, message and details, never the source.
    pub fn to_value(&self) -> Value {
        let mut value = json!({ "code": self.code, "message": self.message });
        if let (Some(details), Some(object)) = (&self.details, value.as_object_mut()) {
            object.insert("details".to_owned(), details.clone());
        }
        value
    }
}

impl fmt::Display for OperationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}

impl Error for OperationError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn Error + 'static))
    }
}

impl From<Refusal> for OperationError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Revoked => Self::new(
                ErrorCode::Revoked,
                "this access was revoked while the call ran; nothing was changed. Ask the person who granted it",
            ),
            Refusal::PlanLapsed => Self::new(
                ErrorCode::PlanRequired,
                "the subscription of this store is not active; nothing was changed. Ask its owner to renew it: this \
                 access is kept and works again from then on",
            ),
            Refusal::Paused => Self::new(
                ErrorCode::Paused,
                "somebody at this store has paused its access for assistants; nothing was changed. Do not try again: tell \
                 the person. This access is kept and works again once it is resumed on the access page",
            ),
            Refusal::Unavailable(source) => Self::unavailable(
                "access cannot be checked right now; nothing was changed. Try again shortly",
                source,
            ),
        }
    }
}
