//! `key create | list | revoke`: API keys from the command line, while the server runs or not.

use anyhow::bail;
use chrono::{SecondsFormat, TimeDelta};
use clap::{Args, Subcommand};
use latchstring::{
    GrantId, Scope,
    access::{Access, KeySummary, Label, NewKey, Person, RevokeOutcome, Tenant},
};
use serde_json::{Value, json};

use crate::{Config, Product, parts};

#[derive(Debug, Subcommand)]
pub(crate) enum KeyCommand {
    /// Create a key. It is shown once and stored nowhere.
    Create(Create),
    /// List the keys of a tenant.
    List(List),
    /// Revoke a key. It stops working on its next request, for good.
    Revoke(Revoke),
}

#[derive(Debug, Args)]
pub(crate) struct Create {
    /// What it allows: `read` or `read_write`.
    #[arg(long, default_value = "read")]
    scope: Scope,
    /// A name to recognise it by.
    #[arg(long, default_value = "")]
    label: Label,
    /// Stop working after this many days. [default: never]
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=3650))]
    expires_in: Option<u32>,
    #[command(flatten)]
    which: Which,
}

#[derive(Debug, Args)]
pub(crate) struct List {
    #[command(flatten)]
    which: Which,
}

#[derive(Debug, Args)]
pub(crate) struct Revoke {
    /// The key's id, as `key list` shows it.
    id: GrantId,
    #[command(flatten)]
    which: Which,
}

#[derive(Debug, Args)]
struct Which {
    /// The tenant, by name or host key. Needed when there is more than one.
    #[arg(long, visible_alias = "store", value_name = "NAME")]
    tenant: Option<String>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

#[expect(clippy::print_stdout, reason = "the answer of a command")]
pub(crate) async fn run<P: Product>(config: &Config, command: KeyCommand) -> anyhow::Result<()> {
    anyhow::ensure!(
        config.data_dir.join(parts::KEY_RING).exists(),
        "there is no key ring in {}; name the server's data directory with --data-dir, or start the server once",
        config.data_dir.display()
    );
    let (database, access) = parts::open_access::<P>(config).await?;
    let answer = match command {
        KeyCommand::Create(create) => self::create::<P>(&access, create).await,
        KeyCommand::List(list) => self::list::<P>(&access, list).await,
        KeyCommand::Revoke(revoke) => self::revoke::<P>(&access, revoke).await,
    };
    access.shutdown().await;
    database.close().await?;
    println!("{}", answer?);
    Ok(())
}

async fn create<P: Product>(access: &Access, create: Create) -> anyhow::Result<String> {
    let tenant = tenant::<P>(access, &create.which).await?;
    let expires_at = create
        .expires_in
        .map(|days| access.now() + TimeDelta::days(days.into()));
    let new = NewKey {
        tenant: tenant.id,
        scope: create.scope,
        label: create.label,
        created_by: operator(),
        expires_at,
    };
    let (key, summary) = access.create_key(new).await?;
    Ok(if create.which.json {
        let mut row = row(&summary);
        row["key"] = json!(key.expose());
        row["store"] = json!(tenant.name);
        row.to_string()
    } else {
        format!(
            "{}\n\nA {} key for {}, shown this once. Its id is {}.",
            key.expose(),
            summary.scope,
            tenant.name,
            summary.grant
        )
    })
}

async fn list<P: Product>(access: &Access, list: List) -> anyhow::Result<String> {
    let tenant = tenant::<P>(access, &list.which).await?;
    let keys = access.list_keys(tenant.id).await?;
    if list.which.json {
        return Ok(Value::Array(keys.iter().map(row).collect()).to_string());
    }
    if keys.is_empty() {
        return Ok(format!("{} has no keys", tenant.name));
    }
    let time = |at: chrono::DateTime<chrono::Utc>| at.to_rfc3339_opts(SecondsFormat::Secs, true);
    let lines: Vec<String> = keys
        .iter()
        .map(|key| {
            let state = match (&key.revoked, key.expires_at) {
                (Some(revoked), _) => format!("revoked by {} at {}", revoked.by.name(), time(revoked.at)),
                (None, Some(expires)) => format!("expires {}", time(expires)),
                (None, None) => "active".to_owned(),
            };
            let used = key
                .last_used_at
                .map_or_else(|| "never used".to_owned(), |at| format!("used {}", time(at)));
            format!(
                "{}  {}  {:10}  {}, by {} at {}  {used}  {state}",
                key.grant,
                key.hint,
                key.scope.as_str(),
                if key.label.is_empty() { "(no label)" } else { &key.label },
                key.created_by.name(),
                time(key.created_at),
            )
        })
        .collect();
    Ok(lines.join("\n"))
}

async fn revoke<P: Product>(access: &Access, revoke: Revoke) -> anyhow::Result<String> {
    let tenant = tenant::<P>(access, &revoke.which).await?;
    let outcome = access.revoke_key(tenant.id, revoke.id, &operator()).await?;
    if revoke.which.json {
        return Ok(
            json!({ "id": revoke.id, "revoked": true, "wasLive": outcome == RevokeOutcome::Revoked }).to_string(),
        );
    }
    Ok(match outcome {
        RevokeOutcome::Revoked => format!("{} is revoked; it fails from its next request on", revoke.id),
        RevokeOutcome::AlreadyRevoked => format!("{} was revoked before", revoke.id),
    })
}

async fn tenant<P: Product>(access: &Access, which: &Which) -> anyhow::Result<Tenant> {
    let found = match &which.tenant {
        Some(name) => access.find_tenants(name).await?,
        None => access.list_tenants().await?,
    };
    let noun = P::TENANT_NOUN;
    match (<[Tenant; 1]>::try_from(found), &which.tenant) {
        (Ok([tenant]), _) => Ok(tenant),
        (Err(none), Some(name)) if none.is_empty() => bail!("no {noun} is called `{name}`"),
        (Err(none), None) if none.is_empty() => bail!("there is no {noun} yet; start the server once"),
        (Err(several), _) => {
            let names: Vec<String> = several.iter().map(|tenant| format!("`{}`", tenant.name)).collect();
            bail!(
                "there is more than one {noun}; name it with --{noun}: {}",
                names.join(", ")
            )
        }
    }
}

/// Who acts, as far as a command line knows.
fn operator() -> Person {
    let user = std::env::var("USER").ok().filter(|user| !user.is_empty());
    Person::new(
        "command-line",
        &user.map_or_else(|| "command line".to_owned(), |user| format!("{user} (command line)")),
    )
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
