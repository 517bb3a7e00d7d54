//! `key create | list | revoke`: API keys.

use chrono::TimeDelta;
use clap::{Args, Subcommand};
use latchstring::{
    GrantId, Scope,
    access::{KeySummary, Label, NewKey, RevokeOutcome},
};
use serde_json::{Value, json};

use super::{
    Answer, Form, Opened, Which,
    answer::{ended, table, time, used},
    opened::operator,
};
use crate::Product;

#[derive(Debug, Args)]
pub(crate) struct KeyArguments {
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    pub(super) form: Form,
    #[command(subcommand)]
    command: KeyCommand,
}

#[derive(Debug, Subcommand)]
enum KeyCommand {
    /// Create a key. It is shown once and stored nowhere.
    Create(Create),
    /// List the keys of a tenant.
    List,
    /// Revoke a key. It stops working on its next request, for good.
    Revoke {
        /// The key's id, as `key list` shows it.
        id: GrantId,
    },
}

#[derive(Debug, Args)]
struct Create {
    /// What it allows: `read` or `read_write`.
    #[arg(long, default_value = "read")]
    scope: Scope,
    /// A name to recognise it by.
    #[arg(long, default_value = "")]
    label: Label,
    /// Stop working after this many days. [default: never]
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=3650))]
    expires_in: Option<u32>,
}

pub(super) async fn run<P: Product>(opened: &Opened, arguments: KeyArguments) -> anyhow::Result<Answer> {
    let KeyArguments { which, command, .. } = arguments;
    match command {
        KeyCommand::Create(asked) => create::<P>(opened, &which, asked).await,
        KeyCommand::List => list::<P>(opened, &which).await,
        KeyCommand::Revoke { id } => revoke::<P>(opened, &which, id).await,
    }
}

async fn create<P: Product>(opened: &Opened, which: &Which, asked: Create) -> anyhow::Result<Answer> {
    let tenant = opened.tenant::<P>(which).await?;
    let expires_at = match asked.expires_in {
        Some(days) => Some(opened.access.now().await? + TimeDelta::days(days.into())),
        None => None,
    };
    let new = NewKey {
        tenant: tenant.id,
        scope: asked.scope,
        label: asked.label,
        created_by: operator(),
        expires_at,
    };
    let (key, summary) = opened.access.create_key(new).await?;
    let mut json = row(&summary);
    json["key"] = json!(key.expose());
    json["store"] = json!(tenant.name);
    let text = format!(
        "{}\n\nA {} key for {}, shown this once. Its id is {}.",
        key.expose(),
        summary.scope,
        tenant.name,
        summary.grant
    );
    Ok(Answer { text, json })
}

async fn list<P: Product>(opened: &Opened, which: &Which) -> anyhow::Result<Answer> {
    let tenant = opened.tenant::<P>(which).await?;
    let keys = opened.access.list_keys(tenant.id).await?;
    let json = Value::Array(keys.iter().map(row).collect());
    if keys.is_empty() {
        let text = format!("{} has no keys", tenant.name);
        return Ok(Answer { text, json });
    }
    let now = opened.access.now().await?;
    let rows: Vec<_> = keys
        .iter()
        .map(|key| {
            [
                key.grant.to_string(),
                key.hint.clone(),
                key.scope.to_string(),
                if key.label.is_empty() { "-" } else { &key.label }.to_owned(),
                key.created_by.name().to_owned(),
                time(key.created_at),
                used(key.last_used_at),
                match (&key.revoked, key.expires_at) {
                    (Some(revoked), _) => ended("revoked", revoked),
                    (None, Some(expires)) if now < expires => format!("expires {}", time(expires)),
                    (None, Some(expired)) => format!("expired {}", time(expired)),
                    (None, None) => "active".to_owned(),
                },
            ]
        })
        .collect();
    let head = [
        "ID",
        "KEY",
        "SCOPE",
        "LABEL",
        "CREATED BY",
        "CREATED",
        "LAST USED",
        "STATE",
    ];
    let text = table(head, &rows);
    Ok(Answer { text, json })
}

async fn revoke<P: Product>(opened: &Opened, which: &Which, id: GrantId) -> anyhow::Result<Answer> {
    let tenant = opened.tenant::<P>(which).await?;
    let outcome = opened.access.revoke_key(tenant.id, id, &operator()).await?;
    Ok(Answer {
        text: match outcome {
            RevokeOutcome::Revoked => format!("{id} is revoked; it fails from its next request on"),
            RevokeOutcome::AlreadyRevoked => format!("{id} was revoked before"),
        },
        json: json!({ "id": id, "revoked": true, "wasLive": outcome == RevokeOutcome::Revoked }),
    })
}

fn row(key: &KeySummary) -> Value {
    json!({
        "id": key.grant,
        "hint": key.hint,
        "label": key.label,
        "scope": key.scope,
        "createdBy": key.created_by.name(),
        "createdAt": key.created_at,
        "lastUsedAt": key.last_used_at,
        "expiresAt": key.expires_at,
        "revokedAt": key.revoked.as_ref().map(|revoked| revoked.at),
        "revokedBy": key.revoked.as_ref().map(|revoked| revoked.by.name()),
    })
}
