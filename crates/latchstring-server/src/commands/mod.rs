//! The commands of a product's binary.

mod key;
mod serve;

use clap::{Parser, Subcommand};

use crate::{Config, Product, Settings};

/// The command line. Without a command it serves.
#[derive(Debug, Parser)]
#[command(version)]
pub(crate) struct CommandLine {
    #[command(flatten)]
    pub(crate) settings: Settings,
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve. The default; at the first start it also creates the demo tenants and their keys.
    Serve,
    /// Create, list and revoke API keys. Works while the server runs.
    Key {
        #[command(subcommand)]
        command: key::KeyCommand,
    },
}

pub(crate) async fn run<P: Product>(config: Config, command: Option<Command>) -> anyhow::Result<()> {
    match command.unwrap_or(Command::Serve) {
        Command::Serve => serve::run::<P>(config).await,
        Command::Key { command } => key::run::<P>(&config, command).await,
    }
}
