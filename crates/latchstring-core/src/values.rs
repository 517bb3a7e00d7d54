//! Values that the inputs of operations are made of: checked once, where they come in, and never again.
//!
//! What a product's ids and amounts are is its own ([`text_id!`](crate::text_id), [`decimal!`](crate::decimal) make a type of
//! each); what may stand in them is the same everywhere. Each refusal says what to write instead.

pub mod decimal;
mod id;
mod patch;
mod text;

pub use id::{IdError, checked_id};
pub use patch::Patch;
pub use text::{Name, Note, TextError, many_lines, one_line, search, seen};

#[doc(hidden)]
pub use uuid::Uuid;
