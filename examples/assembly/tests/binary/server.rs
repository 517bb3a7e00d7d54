//! A running server, its ready file, and one way to call it.

use std::{
    path::Path,
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};

use serde_json::{Value, json};

/// The built binary over a data directory, with nothing inherited that could configure it.
pub(crate) fn command(dir: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_assembly"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("LATCHSTRING_")) {
        command.env_remove(name);
    }
    command.arg("--data-dir").arg(dir.join("data")).stdin(Stdio::null());
    // Shared with the other tests, so that the guest is compiled once.
    command
        .arg("--cache-dir")
        .arg(Path::new(env!("CARGO_BIN_EXE_assembly")).with_file_name("latchstring-guest"));
    command
}

pub(crate) struct Server {
    child: Option<Child>,
    pub(crate) ready: Value,
}

impl Server {
    /// Starts on a free port and waits for the ready file.
    pub(crate) fn start(dir: &Path) -> Self {
        let ready_file = dir.join("ready.json");
        let _ = std::fs::remove_file(&ready_file);
        let mut child = command(dir)
            .args(["--listen", "127.0.0.1:0", "--ready-file"])
            .arg(&ready_file)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let started = Instant::now();
        while !ready_file.exists() {
            assert!(
                child.try_wait().unwrap().is_none(),
                "it ended: {:?}",
                child.wait_with_output()
            );
            assert!(started.elapsed() < Duration::from_mins(2), "it never became ready");
            std::thread::sleep(Duration::from_millis(20));
        }
        let ready = serde_json::from_slice(&std::fs::read(&ready_file).unwrap()).unwrap();
        Self {
            child: Some(child),
            ready,
        }
    }

    /// The demo key of the first store: `read` or `readWrite`.
    pub(crate) fn key(&self, which: &str) -> String {
        self.ready["stores"][0]["keys"][which].as_str().unwrap().to_owned()
    }

    /// Runs a program that reads; the HTTP status and the structured answer.
    pub(crate) async fn run(&self, key: &str, program: &str) -> (u16, Value) {
        self.call(key, "run", program).await
    }

    /// Runs a program with `run` or `run_write`.
    pub(crate) async fn call(&self, key: &str, tool: &str, program: &str) -> (u16, Value) {
        let call = json!({
            "jsonrpc": "2.0", "id": 1, "method": "tools/call",
            "params": { "name": tool, "arguments": { "program": program } },
        });
        let url = self.ready["mcpUrl"].as_str().unwrap();
        let response = reqwest::Client::new()
            .post(url)
            .bearer_auth(key)
            .json(&call)
            .send()
            .await
            .unwrap();
        let status = response.status().as_u16();
        let mut body: Value = response.json().await.unwrap();
        (status, body["result"]["structuredContent"].take())
    }

    /// Asks it to stop, as a supervisor does.
    pub(crate) fn signal(&self) {
        let id = self.child.as_ref().unwrap().id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    }

    /// Waits until it has ended.
    pub(crate) fn wait(mut self) -> Output {
        self.child.take().unwrap().wait_with_output().unwrap()
    }

    /// Asks it to stop, and waits.
    pub(crate) fn stop(self) -> Output {
        self.signal();
        self.wait()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
