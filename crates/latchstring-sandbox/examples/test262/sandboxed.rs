//! The real sandbox, with an `app` that has nothing in it.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use latchstring_core::{ErrorCode, Failure, Json, Limits, OperationError, Program};
use latchstring_sandbox::{Calls, WasmSandbox};
use tokio::runtime::Runtime;

use crate::verdict::{Ran, Status};

pub(crate) struct Sandboxed {
    sandbox: WasmSandbox,
    runtime: Runtime,
    limits: Limits,
    paths: Arc<[String]>,
}

impl Sandboxed {
    pub(crate) fn new(sandbox: WasmSandbox) -> std::io::Result<Self> {
        Ok(Self {
            sandbox,
            runtime: tokio::runtime::Builder::new_current_thread().enable_time().build()?,
            limits: Limits {
                // Both are by the clock on the wall, and the machine may be busy.
                wall: Duration::from_mins(2),
                guest_time: Duration::from_mins(1),
                heap_bytes: 64 << 20,
                program_bytes: 1 << 20,
                ..Limits::default()
            },
            paths: Arc::from([]),
        })
    }

    pub(crate) fn run(&self, source: &str) -> std::io::Result<Ran> {
        let program = Program::as_it_is(source, 1_790_000_000_000, 7);
        let mut host = NoOperations;
        let run = self.sandbox.run_with(&self.paths, &program, &self.limits, &mut host);
        let outcome = self.runtime.block_on(run).map_err(std::io::Error::other)?;
        let (status, name, message) = match outcome.ended {
            Ok(_) => (Status::Done, String::new(), String::new()),
            Err(failure) => (status(&failure), failure.name, failure.message),
        };
        Ok(Ran {
            status,
            name,
            message,
            console: outcome.console.text,
        })
    }
}

/// The failure's kind; where its code does not tell, its words do.
fn status(failure: &Failure) -> Status {
    match failure.code {
        ErrorCode::Timeout => Status::Timeout,
        ErrorCode::MemoryLimit => Status::Memory,
        _ if failure.message.ends_with("never awaited, put `await` before it") => Status::Unhandled,
        _ if failure.message.starts_with("the program waits for a promise") => Status::Stuck,
        _ if failure.message.starts_with("the program crashed") => Status::Crashed,
        _ => Status::Failed,
    }
}

struct NoOperations;

#[async_trait]
impl Calls for NoOperations {
    async fn call(&mut self, path: &str, _: &str) -> Result<Json, OperationError> {
        let message = format!("no operation `{path}`");
        Err(OperationError::new(ErrorCode::UnknownOperation, message))
    }
}
