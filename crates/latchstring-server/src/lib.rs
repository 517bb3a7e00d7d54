//! Serves a product: configuration, telemetry, and the commands of its binary.
//!
//! A product is a domain with a name and a key prefix. Its `main` is one line:
//!
//! ```text
//! fn main() -> std::process::ExitCode {
//!     latchstring_server::main::<Assembly>()
//! }
//! ```

#![forbid(unsafe_code)]

mod address;
mod banner;
mod commands;
mod config;
mod connections;
mod files;
mod parts;
mod product;
mod telemetry;

use std::process::ExitCode;

/// For a product's own commands, whose crate need not depend on it.
pub use clap;
use clap::FromArgMatches;

pub use commands::{Beside, Which, answer};
pub use config::{Config, DatabaseUrl, LogFormat, SandboxIn, Settings, Variables};
pub use product::{NoCommands, Product, ProductCommand};

/// Reads the command line, does what it says, and reports a failure in one line. Started by a server as its sandbox's
/// processes, it is those and never returns: call it first in `main`.
pub fn main<P: Product>() -> ExitCode {
    latchstring::sandbox::worker::enter_if_asked();
    let command = commands::command_line::<P>();
    let line = match commands::CommandLine::from_arg_matches(&command.get_matches()) {
        Ok(line) => line,
        Err(error) => error.exit(),
    };
    match run::<P>(line) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            report(&error);
            ExitCode::FAILURE
        }
    }
}

fn run<P: Product>(line: commands::CommandLine<P::Command>) -> anyhow::Result<()> {
    let config = line.settings.resolve(P::NAME, Variables::read())?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let result = runtime.block_on(commands::run::<P>(config, line.command));
    // Whatever still runs has had its time; do not wait for it again.
    runtime.shutdown_background();
    result
}

#[expect(
    clippy::print_stderr,
    reason = "the last word of a command that failed, with or without a log"
)]
fn report(error: &anyhow::Error) {
    let mut line = error.to_string();
    for cause in error.chain().skip(1).map(ToString::to_string) {
        // Some errors repeat their cause; say each thing once.
        if !line.contains(&cause) {
            line = format!("{line}: {cause}");
        }
    }
    eprintln!("error: {}", line.replace('\n', " "));
}
