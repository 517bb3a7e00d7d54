//! A sandbox whose processes can be told from those of other tests, and a look at them from outside.

use std::{
    fs,
    path::PathBuf,
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, Instant},
};

use latchstring_core::{Limits, Outcome, SandboxError};
use latchstring_sandbox::{Options, Owner, WasmSandbox};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::support::{AGES, Host, PATHS, options, program};

pub(crate) struct Family {
    pub(crate) sandbox: WasmSandbox,
    name: String,
    _folder: TempDir,
}

impl Family {
    pub(crate) fn new(change: impl FnOnce(&mut Options)) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let name = format!("worker-{}-{number}", std::process::id());
        let binary: PathBuf = folder.path().join(&name);
        fs::hard_link(env!("CARGO_BIN_EXE_sandbox-test-worker"), &binary).unwrap();
        let mut options = Options {
            worker_binary: Some(binary),
            spare_workers: 0,
            ..options()
        };
        change(&mut options);
        Self {
            sandbox: WasmSandbox::new(&options).unwrap(),
            name,
            _folder: folder,
        }
    }

    pub(crate) async fn run(
        &self,
        owner: Option<Owner>,
        source: &str,
        limits: &Limits,
    ) -> Result<Outcome, SandboxError> {
        let mut host = Host {
            owner,
            ..Host::default()
        };
        let program = program(source);
        let run = self.sandbox.run_with(&PATHS, &program, limits, &mut host);
        tokio::time::timeout(AGES, run).await.expect("the program ends")
    }

    /// The result of a program that must succeed.
    pub(crate) async fn result(&self, owner: Option<Owner>, source: &str) -> String {
        let outcome = self.run(owner, source, &Limits::default()).await.unwrap();
        outcome
            .ended
            .unwrap_or_else(|failure| panic!("{source}: {failure:?}"))
            .get()
            .to_owned()
    }

    /// Starts a program that computes for as long as a test may take, and waits for its worker.
    pub(crate) async fn computing(&self) -> (tokio::task::JoinHandle<Result<Outcome, SandboxError>>, Pid) {
        let limits = Limits {
            guest_time: AGES,
            wall: AGES,
            ..Limits::default()
        };
        let sandbox = self.sandbox.clone();
        let ticks = |pid: Pid| field(pid, 13) + field(pid, 14);
        let before: Vec<_> = self.workers().into_iter().map(|pid| (pid, ticks(pid))).collect();
        let run = tokio::spawn(async move {
            sandbox
                .run_with(&PATHS, &program("for (;;);"), &limits, &mut Host::default())
                .await
        });
        let started = Instant::now();
        loop {
            let computes = |pid: &Pid| {
                let had = before.iter().find(|(one, _)| one == pid).map_or(0, |(_, had)| *had);
                ticks(*pid) > had + 5
            };
            if let Some(worker) = self.workers().into_iter().find(computes) {
                return (run, worker);
            }
            assert!(started.elapsed() < AGES, "no worker computes");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    pub(crate) fn zygote(&self) -> Pid {
        let own = u64::from(std::process::id());
        self.all().into_iter().find(|pid| field(*pid, 3) == own).unwrap()
    }

    pub(crate) fn workers(&self) -> Vec<Pid> {
        let own = u64::from(std::process::id());
        self.all().into_iter().filter(|pid| field(*pid, 3) != own).collect()
    }

    /// The same, once there are `count`.
    pub(crate) async fn settled(&self, count: usize) -> Vec<Pid> {
        let started = Instant::now();
        loop {
            let workers = self.workers();
            if workers.len() == count {
                return workers;
            }
            assert!(started.elapsed() < AGES, "{workers:?} instead of {count}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    fn all(&self) -> Vec<Pid> {
        let processes = fs::read_dir("/proc").unwrap();
        let pids = processes.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
        let is_ours = |pid: &i32| {
            let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
            line.split(|byte| *byte == 0).next() == Some(self.name.as_bytes())
        };
        pids.filter(is_ours).filter_map(Pid::from_raw).collect()
    }
}

/// A number of `/proc/PID/stat`, counted from 0; 0 when the process is gone.
pub(crate) fn field(pid: Pid, at: usize) -> u64 {
    let stat = fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_pid())).unwrap_or_default();
    // What comes before the last parenthesis may have spaces in it.
    let rest = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    rest.split_whitespace()
        .nth(at - 2)
        .and_then(|number| number.parse().ok())
        .unwrap_or(0)
}

pub(crate) fn kill(pid: Pid, signal: Signal) {
    kill_process(pid, signal).unwrap();
}

/// How long a process computed, to 10 ms.
pub(crate) fn computed(process: Pid) -> Duration {
    Duration::from_millis(10 * (field(process, 13) + field(process, 14)))
}
