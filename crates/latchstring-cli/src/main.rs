//! `latchstring`: what runs on the machine of somebody who uses a Latchstring server.
//!
//! `latchstring connect` is for clients that start a command and speak with it over its standard streams, such as Claude
//! Desktop. It passes their messages on to the server's HTTP endpoint, and the answers back. It understands as little of
//! them as it can: which are requests, their ids, and what the headers repeat.

#![forbid(unsafe_code)]

mod address;
mod backoff;
mod bridge;
mod endpoint;
mod input;
mod key;
mod listen;
mod log;
mod message;
mod output;
mod refusal;
mod reply;
mod settings;

use std::{env, ffi::OsString, process::ExitCode};

use clap::{Parser, Subcommand};

use crate::{
    endpoint::Endpoint,
    settings::{Complaint, ConnectArguments, Settings},
};

/// Something failed that is not the client's or the server's doing.
const FAILED: u8 = 1;
/// The command was not understood; clap ends with the same.
const USAGE: u8 = 2;

/// Connects programs of this machine to a Latchstring server.
#[derive(Parser)]
#[command(name = "latchstring", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Speak MCP on standard input and output, and pass it on to a server. The API key is in `LATCHSTRING_KEY`.
    ///
    /// Ends with 0 when standard input ends, when nobody reads its output any more, and on SIGTERM or SIGINT; with 1
    /// when standard input cannot be read; with 2 when it was not told what it needs.
    Connect(ConnectArguments),
}

fn main() -> ExitCode {
    let given: Vec<OsString> = env::args_os().collect();
    let Command::Connect(arguments) = match Arguments::try_parse_from(&given) {
        Ok(arguments) => arguments.command,
        // Clap repeats what it does not understand.
        Err(error) if error.use_stderr() && has_key(&given) => {
            return complain(&Complaint::KeyAmongArguments.to_string(), USAGE);
        }
        Err(error) => error.exit(),
    };
    match Settings::read(&arguments) {
        Ok(settings) => connect(settings),
        Err(complaint) => complain(&complaint.to_string(), USAGE),
    }
}

/// Whether there is what looks like a key among the arguments.
fn has_key(given: &[OsString]) -> bool {
    given
        .iter()
        .skip(1)
        .any(|argument| key::is_in(&argument.to_string_lossy()))
}

fn connect(settings: Settings) -> ExitCode {
    log::start(settings.log);
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return complain(&format!("it cannot start: {error}"), FAILED),
    };
    let endpoint = match Endpoint::new(settings) {
        Ok(endpoint) => endpoint,
        Err(error) => return complain(&format!("no HTTPS on this machine: {error}"), FAILED),
    };
    let ended = runtime.block_on(bridge::run(endpoint));
    // A name that is still being looked up would be waited for.
    runtime.shutdown_background();
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => complain(&format!("standard input cannot be read: {error}"), FAILED),
    }
}

fn complain(text: &str, code: u8) -> ExitCode {
    eprintln!("{text}");
    ExitCode::from(code)
}
