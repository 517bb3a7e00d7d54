//! The vocabulary of Latchstring and its one visibility rule.
//!
//! A verified credential becomes a [`Grant`]. A [`Catalog`] holds every [`Operation`] of a product;
//! [`Catalog::surface`] is the only way from one to the other, and yields the [`Surface`]: what that grant may see.
//! Nothing can be called without a surface. A [`Session`] is a surface at work: one unit of work that ends in exactly
//! one commit or one rollback.
//!
//! This crate knows no HTTP, no SQL and no protocol.

#![forbid(unsafe_code)]

mod audit;
mod catalog;
mod clock;
mod context;
mod domain;
mod error;
mod gate;
mod grant;
mod guide;
mod id;
mod input;
mod name;
mod once_a_minute;
mod operation;
pub mod random;
mod replay;
mod rows;
mod sandbox;
mod schema;
mod scope;
mod session;
mod surface;
mod transcript;
mod unit;
pub mod values;

pub use audit::{CallRecord, Change, ChangeAction, Channel, OperationRecord, ProgramRecord};
pub use catalog::{Catalog, CatalogError};
pub use clock::{Clock, ManualClock, SystemClock};
pub use context::Context;
pub use domain::{Command, Domain, Operations, Query, UnitOfWork};
pub use error::{ErrorCode, OperationError};
pub use gate::{Fence, Gate, Hold, OpenGate, Refusal, Seal};
pub use grant::{Grant, Holder};
pub use guide::{Entity, Guide, Page, Prompt, PromptArgument};
pub use id::{CodeId, GrantId, IdError, Ids, RequestId, TenantId};
pub use input::{nearest, parse as parse_input, unknown_field};
pub use name::{Name, NameError};
pub use once_a_minute::{OnceAMinute, RefusedAs};
pub use operation::Operation;
pub use replay::{Replay, ReplayKey};
pub use sandbox::{Code, Console, Failure, Fault, Limits, Outcome, Position, Program, Sandbox, SandboxError};
pub use schema::{of as schema_of, of_output as output_schema_of, shape};
pub use scope::{Effect, Scope, ScopeError};
pub use session::{Finish, Finished, Session, SessionLimits};
pub use surface::Surface;

/// A JSON value that is already text.
pub type Json = Box<serde_json::value::RawValue>;
