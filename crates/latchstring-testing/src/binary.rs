//! A product's binary as an operator meets it: a data directory, commands, and a running server with one way to call it.

use std::{
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};

use latchstring::access::KeyRing;
use latchstring_db::testing::FreshDatabase;
use serde_json::{Value, json};
use tempfile::TempDir;

/// A data directory of a product, with a database elsewhere if tests run on a server.
pub struct Home {
    binary: PathBuf,
    dir: TempDir,
    elsewhere: Option<FreshDatabase>,
}

impl Home {
    /// A new one, of the product whose binary this is: `env!("CARGO_BIN_EXE_…")`.
    pub async fn of(binary: impl Into<PathBuf>) -> Self {
        let elsewhere = if FreshDatabase::is_on_postgres() {
            Some(FreshDatabase::new("binary").await)
        } else {
            None
        };
        Self {
            binary: binary.into(),
            dir: TempDir::new().unwrap(),
            elsewhere,
        }
    }

    /// A folder that is the test's own.
    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    /// The data directory.
    pub fn data(&self) -> PathBuf {
        self.path().join("data")
    }

    /// Servers that share a database are given their key ring; a file makes its own.
    pub fn give_key_ring(&self) {
        if self.elsewhere.is_some() {
            std::fs::create_dir_all(self.data()).unwrap();
            KeyRing::load_or_create(&self.data().join("key-ring.json")).unwrap();
        }
    }

    /// The database that this file is, if databases are files.
    pub fn url(&self, file: &str) -> String {
        match &self.elsewhere {
            None => format!("sqlite:{}", self.data().join(file).display()),
            Some(database) => database.url().to_owned(),
        }
    }
}

/// A built binary, with nothing inherited that could configure it.
pub fn bare(binary: &Path) -> Command {
    let mut command = Command::new(binary);
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("LATCHSTRING_")) {
        command.env_remove(name);
    }
    command.stdin(Stdio::null());
    command
}

/// The binary over a data directory.
pub fn command(home: &Home) -> Command {
    let mut command = bare(&home.binary);
    command.arg("--data-dir").arg(home.data());
    if let Some(database) = &home.elsewhere {
        command.env("LATCHSTRING_DATABASE_URL", database.url());
    }
    // Shared with the other tests, so that the guest is compiled once.
    command
        .arg("--cache-dir")
        .arg(home.binary.with_file_name("latchstring-guest"));
    command
}

/// Runs a command to its end; whether it succeeded, what it printed, what it complained about.
pub fn finish(home: &Home, arguments: &[&str]) -> (bool, String, String) {
    end(command(home).args(arguments))
}

/// The same of a command that was put together elsewhere.
pub fn end(command: &mut Command) -> (bool, String, String) {
    let output = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.success(), text(output.stdout), text(output.stderr))
}

/// Runs a command that must succeed, and reads the JSON that it prints.
pub fn answer(home: &Home, arguments: &[&str]) -> Value {
    let (ok, printed, complaint) = finish(home, &[arguments, &["--json"]].concat());
    assert!(ok, "{arguments:?}: {complaint}");
    serde_json::from_str(&printed).unwrap()
}

/// A running server, and its ready file.
pub struct Server {
    child: Option<Child>,
    /// What the ready file says.
    pub ready: Value,
}

impl Server {
    /// Starts on a free port and waits for the ready file.
    pub fn start(home: &Home) -> Self {
        home.give_key_ring();
        Self::start_as(home, command(home))
    }

    /// The same with a command that has more to it.
    pub fn start_as(home: &Home, mut command: Command) -> Self {
        let ready_file = home.path().join("ready.json");
        let _ = std::fs::remove_file(&ready_file);
        let mut child = command
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
    pub fn key(&self, which: &str) -> String {
        self.ready["stores"][0]["keys"][which].as_str().unwrap().to_owned()
    }

    /// Runs a program that reads; the HTTP status and the structured answer.
    pub async fn run(&self, key: &str, program: &str) -> (u16, Value) {
        self.call(key, "run", program).await
    }

    /// Runs a program with `run` or `run_write`.
    pub async fn call(&self, key: &str, tool: &str, program: &str) -> (u16, Value) {
        let (status, mut body) = self.body(key, tool, program).await;
        (status, body["result"]["structuredContent"].take())
    }

    /// Runs a program; the HTTP status and the whole answer.
    pub async fn body(&self, key: &str, tool: &str, program: &str) -> (u16, Value) {
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
        (status, response.json().await.unwrap())
    }

    /// Asks it to stop, as a supervisor does.
    pub fn signal(&self) {
        let id = self.child.as_ref().unwrap().id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    }

    /// Waits until it has ended.
    pub fn wait(mut self) -> Output {
        self.child.take().unwrap().wait_with_output().unwrap()
    }

    /// Asks it to stop, and waits.
    pub fn stop(self) -> Output {
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
