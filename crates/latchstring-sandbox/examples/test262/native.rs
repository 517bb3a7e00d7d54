//! The engine without the sandbox: a process that runs one program after the other.

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use crate::verdict::{Ran, Status};

#[derive(Debug, Clone, Copy)]
pub(crate) enum Mode {
    /// In its wrapper, in a plain engine.
    Plain,
    /// The same, after the guest's prelude.
    Guarded,
    /// The harness and then the test, as scripts.
    Script,
}

pub(crate) struct Native {
    process: Child,
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Native {
    pub(crate) fn start(path: &Path) -> io::Result<Self> {
        let mut process = Command::new(path)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let missing = || io::Error::other("the process has no pipes");
        Ok(Self {
            requests: process.stdin.take().ok_or_else(missing)?,
            answers: BufReader::new(process.stdout.take().ok_or_else(missing)?),
            process,
        })
    }

    pub(crate) fn run(&mut self, mode: Mode, harness: &str, program: &str) -> io::Result<Ran> {
        let letter = match mode {
            Mode::Plain => 'p',
            Mode::Guarded => 'g',
            Mode::Script => 's',
        };
        let request = format!("{letter} {} {}\n{harness}{program}", harness.len(), program.len());
        self.requests.write_all(request.as_bytes())?;
        self.requests.flush()?;

        let mut head = String::new();
        self.answers.read_line(&mut head)?;
        let mut words = head.split_whitespace();
        let status = match words.next() {
            Some("done") => Status::Done,
            Some("failed") => Status::Failed,
            Some("unhandled") => Status::Unhandled,
            Some("stuck") => Status::Stuck,
            Some("timeout") => Status::Timeout,
            Some("crashed") => Status::Crashed,
            _ => return Err(io::Error::other(format!("the native engine answered {head:?}"))),
        };
        let mut text = || {
            let length = words.next().and_then(|word| word.parse().ok());
            let mut bytes = vec![0; length.ok_or_else(|| io::Error::other("an answer without its length"))?];
            self.answers.read_exact(&mut bytes)?;
            io::Result::Ok(String::from_utf8_lossy(&bytes).into_owned())
        };
        Ok(Ran {
            status,
            name: text()?,
            message: text()?,
            console: text()?,
        })
    }
}

impl Drop for Native {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
