//! Reads a program before it runs, and again when it failed.
//!
//! [`prepare`] takes a program in any shape that assistants write (the body of a function, a function, an expression, in
//! a code fence, with types) and gives what is evaluated; or it tells everything that is wrong with it, so that a program
//! which cannot work calls nothing. [`explain`] puts a failure of the engine into the terms of the program. Both judge by
//! what the caller may see: a [`Surface`](latchstring_core::Surface).
//!
//! The check is for those who write programs. It protects nothing: whatever it misses meets the sandbox, the surface and
//! the checks of each operation.

#![forbid(unsafe_code)]

mod apart;
mod blank;
mod bounds;
mod check;
mod explain;
mod faults;
mod fence;
mod fit;
mod infer;
pub mod javascript;
mod missing;
mod names;
mod reading;
mod shape;
mod syntax;
mod types;
mod unsupported;
mod uses;

pub use check::prepare;
pub use explain::explain;
