//! A client that starts the bridge, as Claude Desktop does.

use std::{
    io::{BufRead, BufReader, Read, Write},
    process::{Child, ChildStdin, Command, ExitStatus, Stdio},
    sync::mpsc,
    thread::JoinHandle,
    time::Duration,
};

use serde_json::{Value, json};

/// The key of clients that do not care.
pub(crate) const KEY: &str = "asmk_hunter2";
/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct Client {
    child: Child,
    input: Option<ChildStdin>,
    lines: mpsc::Receiver<String>,
    log: JoinHandle<String>,
    last_id: u64,
}

/// What is left of it.
pub(crate) struct Ended {
    pub(crate) status: ExitStatus,
    /// Messages that nobody had heard.
    pub(crate) rest: Vec<Value>,
    pub(crate) log: String,
}

/// The binary, with nothing of the caller's environment that configures it.
pub(crate) fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_latchstring"));
    for variable in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"] {
        command.env_remove(variable).env_remove(variable.to_lowercase());
    }
    command.env_remove("LATCHSTRING_KEY");
    command
}

impl Client {
    pub(crate) fn connect(url: &str) -> Self {
        Self::start(
            command()
                .env("LATCHSTRING_KEY", KEY)
                .args(["connect", "--log", "debug", "--url", url]),
        )
    }

    pub(crate) fn with_key(url: &str, key: &str) -> Self {
        Self::start(
            command()
                .env("LATCHSTRING_KEY", key)
                .args(["connect", "--log", "debug", "--url", url]),
        )
    }

    pub(crate) fn start(command: &mut Command) -> Self {
        let command = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let (sender, lines) = mpsc::channel();
        let output = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || {
            output
                .lines()
                .map_while(Result::ok)
                .try_for_each(|line| sender.send(line))
        });
        let mut errors = child.stderr.take().unwrap();
        let log = std::thread::spawn(move || {
            let mut log = String::new();
            errors.read_to_string(&mut log).unwrap();
            log
        });
        Self {
            input: child.stdin.take(),
            child,
            lines,
            log,
            last_id: 0,
        }
    }

    pub(crate) fn say(&mut self, message: &Value) {
        self.say_line(&message.to_string());
    }

    pub(crate) fn say_line(&mut self, line: &str) {
        let mut input = self.input.as_ref().unwrap();
        input.write_all(format!("{line}\n").as_bytes()).unwrap();
        input.flush().unwrap();
    }

    /// The next message. It must be one line of JSON.
    pub(crate) fn hear(&self) -> Value {
        parse(&self.lines.recv_timeout(PATIENCE).expect("a message"))
    }

    /// Nothing comes for a while.
    pub(crate) fn hears_nothing(&self) {
        let heard = self.lines.recv_timeout(Duration::from_millis(300));
        assert_eq!(heard, Err(mpsc::RecvTimeoutError::Timeout));
    }

    /// Sends a request under a new id.
    pub(crate) fn request(&mut self, method: &str, params: &Value) -> u64 {
        self.last_id += 1;
        self.say(&json!({ "jsonrpc": "2.0", "id": self.last_id, "method": method, "params": params }));
        self.last_id
    }

    /// Sends a request and waits for its answer, which comes next.
    pub(crate) fn ask(&mut self, method: &str, params: &Value) -> Value {
        let id = self.request(method, params);
        let answer = self.hear();
        assert_eq!(answer["id"], json!(id), "{answer}");
        answer
    }

    /// The same as a client of 2026-07-28.
    pub(crate) fn ask_modern(&mut self, method: &str, params: Value) -> Value {
        self.ask(method, &modern(params))
    }

    /// The error that a request is answered with.
    pub(crate) fn refusal(&mut self, method: &str) -> Value {
        let answer = self.ask(method, &json!({}));
        assert!(answer["error"].is_object(), "{answer}");
        answer["error"].clone()
    }

    pub(crate) fn cancel(&mut self, id: u64) {
        let params = json!({ "requestId": id });
        self.say(&json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": params }));
    }

    pub(crate) fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args([name, &id]).status().unwrap().success());
    }

    /// Closes its input.
    pub(crate) fn hang_up(&mut self) {
        self.input = None;
    }

    /// Closes its input and waits for its end.
    pub(crate) fn end(mut self) -> Ended {
        self.hang_up();
        self.ended()
    }

    /// Waits for its end.
    pub(crate) fn ended(mut self) -> Ended {
        let rest = self.lines.iter().map(|line| parse(&line)).collect();
        let status = self.child.wait().unwrap();
        let log = self.log.join().unwrap();
        Ended { status, rest, log }
    }
}

/// Parameters with what a client of 2026-07-28 says in every request.
pub(crate) fn modern(mut params: Value) -> Value {
    params["_meta"] = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    params
}

fn parse(line: &str) -> Value {
    serde_json::from_str(line).unwrap_or_else(|error| panic!("not the protocol ({error}): {line}"))
}
