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
}

impl From<Broken> for SandboxError {
    fn from(broken: Broken) -> Self {
        Self::Broken(Box::new(broken))
    }
}
