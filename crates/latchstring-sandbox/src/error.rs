//! What can go wrong on our side of the boundary.

use std::io;

use latchstring_core::SandboxError;

/// The sandbox could not be set up. A fault of the machine or of the build, never of a program.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The guest module was refused.
    #[error("the sandbox's guest does not compile; rebuild it with `just guest`")]
    Compile(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The guest module is not the one this crate speaks to.
    #[error("the sandbox's guest has no {0}; rebuild it with `just guest`")]
    Guest(&'static str),
    /// A run thread or the watchdog could not be started.
    #[error("no thread could be started for the sandbox")]
    Threads(#[source] io::Error),
    /// Programs are to run in processes of their own, and this binary does not know how to be one.
    #[error(
        "the sandbox's processes cannot be started: `main` does not begin with `latchstring_sandbox::worker::enter_if_asked()`; \
         call it there, or choose `Isolation::Thread`"
    )]
    NotEntered,
    /// The process that worker processes are forked from did not start.
    #[error("the sandbox's processes cannot be started: {0}")]
    Processes(String),
    /// Landlock was required and the system does not enforce it.
    #[error("this system does not enforce Landlock for the sandbox's processes, which is required: {0}")]
    Landlock(String),
}

/// Why a run could not be carried on, the program being innocent.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Broken {
    #[error("no memory could be mapped for a program")]
    Mapping(#[source] io::Error),
    #[error("the guest could not be instantiated")]
    Instance(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("the guest said something impossible: {0}")]
    Guest(&'static str),
    #[error("the guest could not be prepared: {0}")]
    Prepare(String),
    #[error("a run thread panicked")]
    Panicked,
    #[error("no worker process could be had: {0}")]
    NoWorker(&'static str),
    #[error("a worker process could not go on: {0}")]
    Worker(String),
    #[error("the sandbox's processes ended while a program ran, and are started anew")]
    Gone,
}

impl From<Broken> for SandboxError {
    fn from(broken: Broken) -> Self {
        Self::Broken(Box::new(broken))
    }
}

/// An error and what is behind it, in one line.
pub(crate) fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
