//! `outbox run-due | deliver | list`

use std::path::PathBuf;

use latchstring_server::{
    Beside, Which,
    answer::{Answer, plain},
    clap::{self, Args, Subcommand},
};
use logistics::outbox::{self, Folder};
use serde_json::json;

use crate::LogisticsProduct;

#[derive(Debug, Args)]
pub(crate) struct OutboxArguments {
    #[command(flatten)]
    which: Which,
    #[command(subcommand)]
    command: OutboxCommand,
}

#[derive(Debug, Subcommand)]
enum OutboxCommand {
    /// Write the reports and notifications that are due. Meant for a clock, such as cron.
    RunDue,
    /// Hand what waits to a folder, a file for each message.
    Deliver {
        /// The folder; it is made if it is not there.
        #[arg(long, value_name = "FOLDER")]
        to: PathBuf,
    },
    /// Show the latest messages.
    List,
}

pub(super) async fn run(beside: &Beside<'_, LogisticsProduct>, arguments: OutboxArguments) -> anyhow::Result<Answer> {
    let store = beside.tenant(&arguments.which).await?;
    let (database, now) = (beside.database(), beside.now().await?);
    Ok(match arguments.command {
        OutboxCommand::RunDue => {
            let due = outbox::run_due(database, store.id, now).await?;
            Answer {
                text: format!("{} reports written; {} variants to tell of", due.reports, due.alarms),
                json: json!({ "reports": due.reports, "alarms": due.alarms }),
            }
        }
        OutboxCommand::Deliver { to } => {
            let done = outbox::deliver(database, store.id, &Folder(to), now).await?;
            Answer {
                text: format!("{} delivered, {} failed", done.delivered, done.failed),
                json: json!({ "delivered": done.delivered, "failed": done.failed }),
            }
        }
        OutboxCommand::List => {
            let messages = outbox::latest(database, store.id, 50).await?;
            let line = |(message, is_delivered): &(outbox::Outgoing, bool)| {
                let state = if *is_delivered { "delivered" } else { "waiting" };
                format!(
                    "{} {state} {} to {}",
                    message.at.to_rfc3339(),
                    plain(&message.subject),
                    message.recipients.join(", ")
                )
            };
            let text = if messages.is_empty() {
                "nothing went out yet".to_owned()
            } else {
                messages.iter().map(line).collect::<Vec<_>>().join("\n")
            };
            let json = messages
                .iter()
                .map(|(message, is_delivered)| json!({ "message": message, "delivered": is_delivered }));
            Answer {
                text,
                json: json.collect(),
            }
        }
    })
}
