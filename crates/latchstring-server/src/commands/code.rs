//! `code create | list | cancel`: connection codes, with which a person connects a chat.

use anyhow::Context;
use clap::{Args, Subcommand};
use latchstring::{
    CodeId, Scope,
    access::{CodeState, CodeSummary},
};
use serde_json::{Value, json};

use super::{
    Answer, Form, Opened, Which,
    answer::{ended, table, time},
    opened::operator,
};
use crate::Product;

#[derive(Debug, Args)]
pub(crate) struct CodeArguments {
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    pub(super) form: Form,
    #[command(subcommand)]
    command: CodeCommand,
}

#[derive(Debug, Subcommand)]
enum CodeCommand {
    /// Create a code. It connects one app, once, and is shown once.
    Create {
        /// What the app will be allowed: `read` or `read_write`.
        #[arg(long, default_value = "read")]
        scope: Scope,
    },
    /// List the codes of a tenant, the newest first. Their texts are not kept.
    List,
    /// Cancel a code that was not used yet.
    Cancel {
        /// The code's id, as `code create` and `code list` show it.
        id: CodeId,
    },
}

pub(super) async fn run<P: Product>(opened: &Opened, arguments: CodeArguments) -> anyhow::Result<Answer> {
    let CodeArguments { which, command, .. } = arguments;
    match command {
        CodeCommand::Create { scope } => create::<P>(opened, &which, scope).await,
        CodeCommand::List => list::<P>(opened, &which).await,
        CodeCommand::Cancel { id } => cancel::<P>(opened, &which, id).await,
    }
}

async fn create<P: Product>(opened: &Opened, which: &Which, scope: Scope) -> anyhow::Result<Answer> {
    let tenant = opened.tenant::<P>(which).await?;
    let connector_url = opened.connector_url(&tenant).context(
        "a code goes with a connector URL, and where the server is reached is not known here: no server has started from this \
         data directory; name its address with --public-url, such as https://mcp.example.com",
    )?;
    let (code, summary) = opened.access.create_code(&tenant, scope, operator()).await?;
    let code = code.expose();
    let CodeSummary { id, expires_at, .. } = summary;
    let allows = match scope {
        Scope::Read => "to read",
        Scope::ReadWrite => "to read & write",
    };
    let mut text = format!(
        "Connection code  {code}\n\
         Connector URL    {connector_url}\n\
         Scope            {scope}\n\
         Expires          {}\n\
         \n\
         1. Paste the connector URL in the chat's connector dialog.\n\
         2. Paste the code on the page that opens.\n\
         \n\
         It connects one app to {}, {allows}, and is shown this once. Its id is {id}.",
        time(expires_at),
        tenant.name,
    );
    if let Some(remark) = opened.remark() {
        text = format!("{text}\n{remark}");
    }
    let json = json!({
        "id": id,
        "code": code,
        "connectorUrl": connector_url,
        "scope": scope,
        "expiresAt": expires_at,
        "store": tenant.name,
    });
    Ok(Answer { text, json })
}

async fn list<P: Product>(opened: &Opened, which: &Which) -> anyhow::Result<Answer> {
    let tenant = opened.tenant::<P>(which).await?;
    let codes = opened.access.list_codes(tenant.id).await?;
    let json = Value::Array(codes.iter().map(row).collect());
    if codes.is_empty() {
        let text = format!("{} has no connection codes", tenant.name);
        return Ok(Answer { text, json });
    }
    let rows: Vec<_> = codes
        .iter()
        .map(|code| {
            [
                code.id.to_string(),
                code.scope.to_string(),
                code.created_by.name().to_owned(),
                time(code.created_at),
                match &code.state {
                    CodeState::Live => format!("live until {}", time(code.expires_at)),
                    CodeState::Redeemed { at, grant } => format!("connected {grant} at {}", time(*at)),
                    CodeState::Cancelled(cancellation) => ended("cancelled", cancellation),
                    CodeState::Expired => "expired".to_owned(),
                },
            ]
        })
        .collect();
    let text = table(["ID", "SCOPE", "CREATED BY", "CREATED", "STATE"], &rows);
    Ok(Answer { text, json })
}

async fn cancel<P: Product>(opened: &Opened, which: &Which, id: CodeId) -> anyhow::Result<Answer> {
    let tenant = opened.tenant::<P>(which).await?;
    let was_live = opened.access.cancel_code(tenant.id, id, &operator()).await?;
    Ok(Answer {
        text: if was_live {
            format!("{id} is cancelled; it connects nothing any more")
        } else {
            format!("{id} was no longer live; nothing changed")
        },
        json: json!({ "id": id, "wasLive": was_live }),
    })
}

fn row(code: &CodeSummary) -> Value {
    let (state, redeemed, cancelled) = match &code.state {
        CodeState::Live => ("live", None, None),
        CodeState::Redeemed { at, grant } => ("redeemed", Some((at, grant)), None),
        CodeState::Cancelled(cancellation) => ("cancelled", None, Some(cancellation)),
        CodeState::Expired => ("expired", None, None),
    };
    json!({
        "id": code.id,
        "scope": code.scope,
        "createdBy": code.created_by.name(),
        "createdAt": code.created_at,
        "expiresAt": code.expires_at,
        "state": state,
        "redeemedAt": redeemed.map(|(at, _)| at),
        "app": redeemed.map(|(_, grant)| grant),
        "cancelledAt": cancelled.map(|cancellation| cancellation.at),
        "cancelledBy": cancelled.map(|cancellation| cancellation.by.name()),
    })
}
