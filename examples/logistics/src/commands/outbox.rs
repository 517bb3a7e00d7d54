//! `outbox run-due | deliver | retry | list`

use std::path::PathBuf;

use anyhow::bail;
use latchstring::access::TenantStatus;
use latchstring_server::{
    Beside, Which,
    answer::{Answer, plain},
    clap::{self, Args, Subcommand},
};
use logistics::outbox::{self, Folder, Kept};
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
    /// Let messages that failed be tried at once, also those that were given up.
    Retry,
    /// Show the latest messages.
    List,
}

pub(super) async fn run(beside: &Beside<'_, LogisticsProduct>, arguments: OutboxArguments) -> anyhow::Result<Answer> {
    let store = beside.tenant(&arguments.which).await?;
    let (database, now) = (beside.database(), beside.now().await?);
    // Whoever uninstalled the app is not to be written to any more.
    let goes_out = matches!(arguments.command, OutboxCommand::RunDue | OutboxCommand::Deliver { .. });
    if goes_out && store.status == TenantStatus::Uninstalled {
        bail!(
            "{} has uninstalled the app, so nothing goes out of it; `outbox list` shows what waits",
            plain(&store.name)
        );
    }
    Ok(match arguments.command {
        OutboxCommand::RunDue => {
            let due = outbox::run_due(database, store.id, now).await?;
            let mut lines = vec![format!(
                "{} reports written; {} variants to tell of",
                due.reports, due.alarms
            )];
            lines.extend(due.undone.iter().map(|text| format!("not done: {}", plain(text))));
            Answer {
                text: lines.join("\n"),
                json: json!({ "reports": due.reports, "alarms": due.alarms, "undone": due.undone }),
            }
        }
        OutboxCommand::Deliver { to } => {
            let done = outbox::deliver(database, store.id, &Folder(to), now).await?;
            let mut text = format!("{} delivered, {} failed", done.delivered, done.failed);
            if done.given_up > 0 {
                text.push_str(&format!(
                    ", {} given up; `outbox list` says why, `outbox retry` tries them again",
                    done.given_up
                ));
            }
            Answer {
                text,
                json: json!({ "delivered": done.delivered, "failed": done.failed, "givenUp": done.given_up }),
            }
        }
        OutboxCommand::Retry => {
            let many = outbox::retry(database, store.id).await?;
            Answer {
                text: format!("{many} messages are tried at the next delivery"),
                json: json!({ "waiting": many }),
            }
        }
        OutboxCommand::List => {
            let messages = outbox::latest(database, store.id, 50).await?;
            let text = if messages.is_empty() {
                "nothing went out yet".to_owned()
            } else {
                messages.iter().map(line).collect::<Vec<_>>().join("\n")
            };
            Answer {
                text,
                json: json!(messages),
            }
        }
    })
}

fn line(kept: &Kept) -> String {
    let message = &kept.message;
    let mut line = format!(
        "{} {} {} to {}",
        message.at.to_rfc3339(),
        kept.state,
        plain(&message.subject),
        plain(&message.recipients.join(", "))
    );
    if let Some(error) = &kept.error {
        line.push_str(&format!("; tried {} times: {}", kept.attempts, plain(error)));
    }
    if let Some(next) = &kept.next_attempt_at {
        line.push_str(&format!("; again from {}", next.to_rfc3339()));
    }
    line
}
