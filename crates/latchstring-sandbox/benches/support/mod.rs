//! The programs that are measured, and a host that answers from memory.

use std::sync::Arc;

use async_trait::async_trait;
use latchstring_core::{Json, Limits, OperationError, Outcome, Program};
use latchstring_sandbox::{Calls, Isolation, Options, Owner, WasmSandbox};
use serde_json::{json, value::to_raw_value};

/// Nothing but the sandbox.
pub(crate) const TRIVIAL: &str = "return 1 + 1";
/// One call of three rows.
pub(crate) const ONE_CALL: &str =
    "const { items } = await app.boms.list({ limit: 3 }); return items.map((item) => item.name)";
/// Ten calls of a hundred rows, and a filter over the thousand.
pub(crate) const TEN_CALLS: &str = "
const pages = await Promise.all(Array.from({ length: 10 }, (_, page) => app.rawMaterials.list({ page, limit: 100 })));
const low = pages.flatMap((page) => page.items).filter((item) => item.stock < item.minimum);
return { low: low.length, worst: low.sort((a, b) => a.stock - b.stock).slice(0, 5).map((item) => item.name) };
";

/// Answers at once, with text made beforehand: about 65 bytes a row.
pub(crate) struct Host {
    /// Whose the programs are. Nobody's need a new process each.
    pub(crate) owner: Option<Owner>,
    short: Json,
    page: Json,
}

impl Host {
    pub(crate) fn new() -> Self {
        let items: Vec<_> = (0..100)
            .map(|i| {
                json!({ "id": format!("rm-{i}"), "name": format!("Raw material {i}"), "stock": i * 37 % 101, "minimum": 20 })
            })
            .collect();
        let short = json!({ "items": [{ "name": "Motor" }, { "name": "Frame" }, { "name": "Cable" }] });
        let digits = "019a0000000070008000000000000001";
        Self {
            owner: Some(Owner {
                tenant: format!("ten_{digits}").parse().expect("it is an id"),
                grant: format!("gra_{digits}").parse().expect("it is an id"),
            }),
            short: to_raw_value(&short).expect("it is JSON"),
            page: to_raw_value(&json!({ "items": items })).expect("it is JSON"),
        }
    }
}

#[async_trait]
impl Calls for Host {
    fn owner(&self) -> Option<Owner> {
        self.owner
    }

    async fn call(&mut self, path: &str, _: &str) -> Result<Json, OperationError> {
        Ok(if path == "boms.list" {
            self.short.clone()
        } else {
            self.page.clone()
        })
    }
}

/// A sandbox and all that a run needs.
pub(crate) struct Setup {
    pub(crate) runtime: tokio::runtime::Runtime,
    pub(crate) sandbox: WasmSandbox,
    pub(crate) paths: Arc<[String]>,
    pub(crate) limits: Limits,
    pub(crate) host: Host,
}

impl Setup {
    pub(crate) fn new(isolation: Isolation) -> Self {
        Self {
            runtime: tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime"),
            sandbox: WasmSandbox::new(&options(isolation)).expect("the guest compiles"),
            paths: ["boms.list", "rawMaterials.list", "rawMaterials.setStock"]
                .map(str::to_owned)
                .into(),
            limits: Limits::default(),
            host: Host::new(),
        }
    }

    pub(crate) fn run(&mut self, program: &Program) -> Outcome {
        let run = self
            .sandbox
            .run_with(&self.paths, program, &self.limits, &mut self.host);
        self.runtime.block_on(run).expect("the sandbox works")
    }
}

/// What is measured: the defaults, with the guest compiled once for all.
pub(crate) fn options(isolation: Isolation) -> Options {
    Options {
        cache_dir: Some(std::env::temp_dir().join("latchstring-sandbox-bench")),
        isolation,
        ..Options::default()
    }
}

pub(crate) fn program(source: &str) -> Program {
    Program::as_it_is(source, 1_790_000_000_000, 7)
}
