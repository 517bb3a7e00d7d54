//! The commands of a product's binary. All but `serve` work beside the running server, on its data.

pub mod answer;
mod app;
mod audit;
mod beside;
mod code;
mod events;
mod key;
mod key_ring;
mod opened;
mod own;
mod serve;
mod tenant;
mod which;

use clap::{CommandFactory, Parser, Subcommand};

use crate::{Config, Product, Settings};
use answer::{Answer, Form};
pub use beside::Beside;
use opened::Opened;
use own::Own;
pub use which::Which;

/// The command line. Without a command it serves.
#[derive(Debug, Parser)]
#[command(
    version,
    after_help = "Four settings are secret and no flags: LATCHSTRING_WEBHOOK_SECRETS, LATCHSTRING_KEY_RING, \
                  LATCHSTRING_HOST_TOKEN_SECRETS and LATCHSTRING_OIDC_CLIENT_SECRET."
)]
pub(crate) struct CommandLine<C: Subcommand> {
    #[command(flatten)]
    pub(crate) settings: Settings,
    #[command(subcommand)]
    pub(crate) command: Option<Command<C>>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command<C: Subcommand> {
    /// Serve. The default; at the first start it also creates the demo tenants and their keys.
    Serve,
    /// Connection codes, with which a person connects a chat: create, list, cancel.
    Code(code::CodeArguments),
    /// Connected apps: list, revoke.
    App(app::AppArguments),
    /// API keys: create, list, revoke.
    Key(key::KeyArguments),
    /// Tenants: list, install, uninstall, change the plan, pause, resume.
    Tenant(tenant::TenantArguments),
    /// What happened to a tenant's access, the latest first: who gave it, and who took it back.
    Events(events::EventsArguments),
    /// The audit trail of a tenant's calls: verify.
    Audit(audit::AuditArguments),
    /// The key ring, for servers that share a database.
    KeyRing {
        #[command(subcommand)]
        command: key_ring::KeyRingCommand,
    },
    #[command(flatten)]
    Own(Own<C>),
}

/// The command line in the words of a product: what it calls a tenant is a flag as well.
pub(crate) fn command_line<P: Product>() -> clap::Command {
    let command = CommandLine::<P::Command>::command()
        .name(P::NAME)
        .about(format!("{}: {}", P::TITLE, P::SUMMARY));
    with_noun(command, P::TENANT_NOUN)
}

fn with_noun(command: clap::Command, noun: &'static str) -> clap::Command {
    command
        .mut_args(|arg| match arg.get_long() {
            Some("tenant") if noun != "tenant" => arg.visible_alias(noun),
            _ => arg,
        })
        .mut_subcommands(|command| with_noun(command, noun))
}

pub(crate) async fn run<P: Product>(config: Config, command: Option<Command<P::Command>>) -> anyhow::Result<()> {
    match command.unwrap_or(Command::Serve) {
        Command::Serve => serve::run::<P>(config).await,
        Command::Code(it) => beside::<P>(&config, it.form, async |opened| code::run::<P>(opened, it).await).await,
        Command::App(it) => beside::<P>(&config, it.form, async |opened| app::run::<P>(opened, it).await).await,
        Command::Key(it) => beside::<P>(&config, it.form, async |opened| key::run::<P>(opened, it).await).await,
        Command::Tenant(it) => beside::<P>(&config, it.form, async |opened| tenant::run::<P>(opened, it).await).await,
        Command::Events(it) => beside::<P>(&config, it.form, async |opened| events::run::<P>(opened, it).await).await,
        Command::Audit(it) => beside::<P>(&config, it.form, async |opened| audit::run::<P>(opened, it).await).await,
        Command::KeyRing { command } => {
            key_ring::run(&command);
            Ok(())
        }
        Command::Own(it) => {
            beside::<P>(&config, it.form, async |opened| {
                own::run::<P>(opened, &config, it).await
            })
            .await
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::product::Workspaces;

    #[test]
    fn a_tenant_is_named_by_what_the_product_calls_one() {
        command_line::<Workspaces>().debug_assert();
        for flag in ["--workspace", "--tenant"] {
            for command in [
                "code create",
                "code cancel cod_00000000000000000000000000000000",
                "key list",
                "app list",
                "events",
                "tenant pause",
                "tenant plan lapsed",
                "board show",
                "board --json show",
            ] {
                let words = format!("boards {command} {flag} one");
                let parsed = command_line::<Workspaces>().try_get_matches_from(words.split(' '));
                assert!(parsed.is_ok(), "{words}: {parsed:?}");
            }
        }
        let other = command_line::<Workspaces>().try_get_matches_from(["boards", "key", "list", "--store", "one"]);
        assert!(other.is_err(), "that is another product's word");
    }
}
