//! `app list | revoke`: connected apps.

use clap::{Args, Subcommand};
use latchstring::{
    GrantId,
    access::{AppSummary, RevokeOutcome},
};
use serde_json::{Value, json};

use super::{
    Answer, Form, Opened, Which,
    answer::{ended, plain, table, time, used},
    opened::operator,
};
use crate::Product;

#[derive(Debug, Args)]
pub(crate) struct AppArguments {
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    pub(super) form: Form,
    #[command(subcommand)]
    command: AppCommand,
}

#[derive(Debug, Subcommand)]
enum AppCommand {
    /// List the connected apps of a tenant.
    List,
    /// Revoke a connected app. It is shut out on its next request, for good; only a new code lets it back in.
    Revoke {
        /// The app's id, as `app list` shows it.
        id: GrantId,
    },
}

pub(super) async fn run<P: Product>(opened: &Opened, arguments: AppArguments) -> anyhow::Result<Answer> {
    let AppArguments { which, command, .. } = arguments;
    match command {
        AppCommand::List => list::<P>(opened, &which).await,
        AppCommand::Revoke { id } => revoke::<P>(opened, &which, id).await,
    }
}

async fn list<P: Product>(opened: &Opened, which: &Which) -> anyhow::Result<Answer> {
    let tenant = opened.tenant::<P>(which).await?;
    let apps = opened.access.list_apps(tenant.id).await?;
    let json = Value::Array(apps.iter().map(row).collect());
    if apps.is_empty() {
        let text = format!("{} has no connected apps", tenant.name);
        return Ok(Answer { text, json });
    }
    let rows: Vec<_> = apps
        .iter()
        .map(|app| {
            [
                app.grant.to_string(),
                plain(&app.app.name),
                app.app.host.as_deref().map_or_else(|| "unverified".to_owned(), plain),
                plain(&app.app.redirect_host),
                app.scope.to_string(),
                plain(app.granted_by.name()),
                time(app.granted_at),
                used(app.last_used_at),
                match (&app.revoked, app.connected_at) {
                    (Some(revoked), _) => ended("revoked", revoked),
                    (None, Some(_)) => "active".to_owned(),
                    (None, None) => "about to connect".to_owned(),
                },
            ]
        })
        .collect();
    let head = [
        "ID",
        "NAME",
        "VERIFIED HOST",
        "ANSWERS GO TO",
        "SCOPE",
        "GRANTED BY",
        "GRANTED",
        "LAST USED",
        "STATE",
    ];
    let text = table(head, &rows);
    Ok(Answer { text, json })
}

async fn revoke<P: Product>(opened: &Opened, which: &Which, id: GrantId) -> anyhow::Result<Answer> {
    let tenant = opened.tenant::<P>(which).await?;
    let outcome = opened.access.revoke_app(tenant.id, id, &operator()).await?;
    Ok(Answer {
        text: match outcome {
            RevokeOutcome::Revoked => {
                format!("{id} is revoked; it is shut out from its next request on, and only a new code lets it back in")
            }
            RevokeOutcome::AlreadyRevoked => format!("{id} was revoked before"),
        },
        json: json!({ "id": id, "revoked": true, "wasLive": outcome == RevokeOutcome::Revoked }),
    })
}

fn row(app: &AppSummary) -> Value {
    json!({
        "id": app.grant,
        "name": app.app.name,
        "verifiedHost": app.app.host,
        "redirectHost": app.app.redirect_host,
        "clientId": app.app.client_id,
        "scope": app.scope,
        "grantedBy": app.granted_by.name(),
        "grantedAt": app.granted_at,
        "connectedAt": app.connected_at,
        "lastUsedAt": app.last_used_at,
        "revokedAt": app.revoked.as_ref().map(|revoked| revoked.at),
        "revokedBy": app.revoked.as_ref().map(|revoked| revoked.by.name()),
    })
}
