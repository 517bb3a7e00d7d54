//! A host to run programs against.

use std::{
    future::pending,
    path::PathBuf,
    sync::{Arc, LazyLock},
    time::Duration,
};

use async_trait::async_trait;
use latchstring_core::{ErrorCode, Failure, Json, Limits, OperationError, Outcome, Program};
use latchstring_sandbox::{Calls, Options, Owner, WasmSandbox};
use serde_json::{Value, json, value::to_raw_value};

/// No test may take longer; a machine that is busy takes far less.
pub(crate) const AGES: Duration = Duration::from_secs(20);

pub(crate) fn options() -> Options {
    Options {
        cache_dir: Some(PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("guest")),
        isolation: crate::ISOLATION,
        worker_binary: Some(PathBuf::from(env!("CARGO_BIN_EXE_sandbox-test-worker"))),
        ..Options::default()
    }
}

/// One sandbox for all tests, as a server has one.
pub(crate) static SANDBOX: LazyLock<WasmSandbox> = LazyLock::new(|| WasmSandbox::new(&options()).unwrap());

pub(crate) static PATHS: LazyLock<Arc<[String]>> = LazyLock::new(|| {
    let paths = [
        "boms.create",
        "boms.get",
        "boms.list",
        "parts.get",
        "rawMaterials.setStock",
    ];
    paths.map(str::to_owned).into()
});

/// A made-up grant.
pub(crate) fn owner(number: u8) -> Owner {
    let digits = format!("019a0000000070008000{number:012x}");
    Owner {
        tenant: format!("ten_{digits}").parse().unwrap(),
        grant: format!("gra_{digits}").parse().unwrap(),
    }
}

/// Answers calls and remembers them.
#[derive(Debug)]
pub(crate) struct Host {
    pub(crate) seen: Vec<(String, Value)>,
    pub(crate) owner: Option<Owner>,
}

impl Default for Host {
    /// Programs of one grant, so that whatever a run leaves behind could reach the next.
    fn default() -> Self {
        Self {
            seen: Vec::new(),
            owner: Some(owner(1)),
        }
    }
}

#[async_trait]
impl Calls for Host {
    fn owner(&self) -> Option<Owner> {
        self.owner
    }

    async fn call(&mut self, path: &str, arguments: &str) -> Result<Json, OperationError> {
        let arguments: Value = serde_json::from_str(arguments).unwrap();
        self.seen.push((path.to_owned(), arguments.clone()));
        let answer = match path {
            "boms.list" => json!({ "items": [
                { "id": "b1", "name": "Motor", "parts": 12 },
                { "id": "b2", "name": "Frame", "parts": 40 },
                { "id": "b3", "name": "Cable set", "parts": 7 },
            ] }),
            "parts.get" => json!({ "got": arguments }),
            "rawMaterials.setStock" => json!({ "done": true }),
            "boms.get" => {
                return Err(OperationError::not_found("BOM", "b9", "boms.list").with_details(json!({ "near": ["b1"] })));
            }
            "boms.create" => return Err(OperationError::new(ErrorCode::Revoked, "this access was revoked")),
            "boms.update" => return Err(OperationError::needs_plan("enhanced", "`keepStocked`")),
            "ages" => return pending().await,
            unknown => {
                return Err(OperationError::new(
                    ErrorCode::UnknownOperation,
                    format!("no operation `{unknown}`"),
                ));
            }
        };
        Ok(to_raw_value(&answer).unwrap())
    }
}

pub(crate) fn program(source: &str) -> Program {
    Program::as_it_is(source, 1_790_000_000_000, 7)
}

/// Runs `program` with these paths in `app`.
pub(crate) async fn run_in(sandbox: &WasmSandbox, paths: &Arc<[String]>, program: &Program) -> Outcome {
    sandbox
        .run_with(paths, program, &Limits::default(), &mut Host::default())
        .await
        .expect("the sandbox works")
}

/// Runs `source` and returns what became of it and what the host saw.
pub(crate) async fn run_on(host: &mut Host, source: &str, limits: &Limits) -> Outcome {
    let program = program(source);
    let run = SANDBOX.run_with(&PATHS, &program, limits, host);
    tokio::time::timeout(AGES, run)
        .await
        .expect("the program ends")
        .expect("the sandbox works")
}

pub(crate) async fn run_limited(source: &str, limits: &Limits) -> Outcome {
    run_on(&mut Host::default(), source, limits).await
}

pub(crate) async fn run(source: &str) -> Outcome {
    run_limited(source, &Limits::default()).await
}

/// The result of a program that must succeed.
pub(crate) async fn result(source: &str) -> Value {
    let json = run(source)
        .await
        .ended
        .unwrap_or_else(|failure| panic!("{source}: {failure:?}"));
    serde_json::from_str(json.get()).unwrap()
}

/// The failure of a program that must fail.
pub(crate) async fn failure(source: &str) -> Failure {
    failure_of(run(source).await)
}

pub(crate) fn failure_of(outcome: Outcome) -> Failure {
    outcome.ended.map(|json| json.get().to_owned()).expect_err("it fails")
}

/// `line:column source line`.
pub(crate) fn place(failure: &Failure) -> String {
    failure.at.as_ref().map_or_else(String::new, |at| {
        format!("{}:{} {}", at.line, at.column, at.source_line)
    })
}
