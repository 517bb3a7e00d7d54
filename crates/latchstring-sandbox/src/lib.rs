//! Runs JavaScript programs in a wasmer sandbox.
//!
//! [`WasmSandbox`] implements core's [`Sandbox`](latchstring_core::Sandbox). A program is evaluated by QuickJS-ng,
//! compiled to a WebAssembly module that imports nothing, in memory that is a copy-on-write image of an engine already
//! started. It runs in turns: the calls it makes in one turn are carried out by the host and answered in the next.
//!
//! ```no_run
//! # use latchstring_core::{Limits, Program, Sandbox, Session};
//! # use latchstring_sandbox::{Options, WasmSandbox};
//! # async fn run(session: &mut Session) -> Result<(), Box<dyn std::error::Error>> {
//! let sandbox = WasmSandbox::new(&Options::default())?;
//! let program = Program::as_it_is("return (await app.boms.list()).items.length", 0, 1);
//! let outcome = sandbox.run(&program, &Limits::default(), session).await?;
//! println!("{:?}, {} calls", outcome.ended, outcome.calls);
//! # Ok(())
//! # }
//! ```
//!
//! `unsafe` is for memory mappings and for what wasmer marks so; each place says why it is sound.

#[cfg(not(target_os = "linux"))]
compile_error!("the sandbox maps memory files and needs Linux");

mod artifact;
mod budget;
mod claim;
mod engine;
mod error;
mod failure;
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub mod fuzzing;
mod guest;
mod image;
mod kill;
mod lock;
mod memory;
mod pace;
mod position;
mod process;
mod ready;
mod reins;
mod request;
mod run;
mod running;
mod sandbox;
mod slot;
mod snapshot;
mod threads;
mod watchdog;
pub mod worker;

pub use error::StartError;
pub use sandbox::{Calls, Isolation, Options, Owner, WasmSandbox};

/// The guest module, as `guest/build.sh` makes it.
pub const GUEST: &[u8] = include_bytes!("../guest/qjs.wasm");
