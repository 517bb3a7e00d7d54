//! The commands of a product's binary. All but `serve` work beside the running server, on its data.

mod answer;
mod app;
mod code;
mod events;
mod key;
mod key_ring;
mod opened;
mod serve;
mod tenant;

use clap::{Parser, Subcommand};

use crate::{Config, Product, Settings};
use answer::{Answer, Form};
use opened::{Opened, Which};

/// The command line. Without a command it serves.
#[derive(Debug, Parser)]
#[command(
    version,
    after_help = "Two settings are secret and no flags: LATCHSTRING_WEBHOOK_SECRETS and LATCHSTRING_KEY_RING."
)]
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
    /// Connection codes, with which a person connects a chat: create, list, cancel.
    Code(code::CodeArguments),
    /// Connected apps: list, revoke.
    App(app::AppArguments),
    /// API keys: create, list, revoke.
    Key(key::KeyArguments),
    /// Tenants: list, install, uninstall, change the plan, suspend, resume.
    Tenant(tenant::TenantArguments),
    /// What happened to a tenant's access, the latest first: who gave it, and who took it back.
    Events(events::EventsArguments),
    /// The key ring, for servers that share a database.
    KeyRing {
        #[command(subcommand)]
        command: key_ring::KeyRingCommand,
    },
}

pub(crate) async fn run<P: Product>(config: Config, command: Option<Command>) -> anyhow::Result<()> {
    match command.unwrap_or(Command::Serve) {
        Command::Serve => serve::run::<P>(config).await,
        Command::Code(it) => beside::<P>(&config, it.form, async |opened| code::run::<P>(opened, it).await).await,
        Command::App(it) => beside::<P>(&config, it.form, async |opened| app::run::<P>(opened, it).await).await,
        Command::Key(it) => beside::<P>(&config, it.form, async |opened| key::run::<P>(opened, it).await).await,
        Command::Tenant(it) => beside::<P>(&config, it.form, async |opened| tenant::run::<P>(opened, it).await).await,
        Command::Events(it) => beside::<P>(&config, it.form, async |opened| events::run::<P>(opened, it).await).await,
        Command::KeyRing { command } => {
            key_ring::run(&command);
            Ok(())
        }
    }
}

/// Does the work beside a server that may be running, and prints what came of it.
async fn beside<P: Product>(
    config: &Config,
    form: Form,
    work: impl AsyncFnOnce(&Opened) -> anyhow::Result<Answer>,
) -> anyhow::Result<()> {
    let opened = Opened::open::<P>(config).await?;
    let answered = work(&opened).await;
    // What it did is written down before anybody is told.
    opened.close().await?;
    answered?.print(form);
    Ok(())
}
