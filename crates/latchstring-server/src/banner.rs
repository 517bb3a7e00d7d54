//! What a person sees once the server listens, and what a script reads.

use std::path::Path;

use anyhow::Context;
use latchstring::access::{ConnectorId, Secret};
use serde::Serialize;
use url::Url;

use crate::{
    Config, Product,
    address::{bare, connector_url, mcp_url},
    config::{default_data_dir, default_database_url},
    files,
};

/// A demo tenant and, when they were just created, its keys.
pub(crate) struct DemoTenant {
    pub(crate) name: String,
    pub(crate) connector: ConnectorId,
    pub(crate) keys: Option<DemoKeys>,
}

pub(crate) struct DemoKeys {
    pub(crate) read: Secret,
    pub(crate) read_write: Secret,
}

/// The ready file. Keys are `null` on later starts: they are shown once and never stored.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Ready<'a> {
    url: &'a str,
    mcp_url: String,
    stores: Vec<ReadyStore<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ReadyStore<'a> {
    name: &'a str,
    connector_url: String,
    keys: Option<ReadyKeys<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ReadyKeys<'a> {
    read: &'a str,
    read_write: &'a str,
}

/// Prints how to use the server.
#[expect(clippy::print_stdout, reason = "the one place where the server speaks to a person")]
pub(crate) fn print<P: Product>(config: &Config, url: &Url, tenants: &[DemoTenant]) {
    println!("\n{}", text::<P>(config, url, tenants));
}

fn text<P: Product>(config: &Config, url: &Url, tenants: &[DemoTenant]) -> String {
    let mcp = mcp_url(url);
    let mut parts = vec![format!("{} listens on {}\nMCP endpoint: {mcp}", P::TITLE, bare(url))];
    if let Some(first) = tenants.first() {
        let command = command::<P>(config, "code create", first);
        let width = tenants
            .iter()
            .map(|tenant| tenant.name.chars().count())
            .max()
            .unwrap_or(0);
        let urls = tenants.iter().map(|tenant| {
            let url = connector_url(url, &tenant.connector);
            format!("\n  {:width$}  {url}", tenant.name)
        });
        parts.push(format!(
            "To connect a chat, paste its {}'s connector URL there, and then a code:{}\n  {command}",
            P::TENANT_NOUN,
            urls.collect::<String>(),
        ));
        if first.keys.is_none() {
            let command = self::command::<P>(config, "key create", first);
            parts.push(format!(
                "The keys were shown when they were created. To make another:\n  {command}"
            ));
        }
    }
    let shown = tenants
        .iter()
        .filter_map(|tenant| Some((tenant, tenant.keys.as_ref()?)));
    let keys: Vec<String> = shown
        .map(|(tenant, keys)| {
            format!(
                "\n  {}\n    read          {}\n    read & write  {}",
                tenant.name,
                keys.read.expose(),
                keys.read_write.expose()
            )
        })
        .collect();
    if let Some(keys_of_one) = tenants.iter().find_map(|tenant| tenant.keys.as_ref()) {
        parts.push(format!("Keys, shown this once and stored nowhere:{}", keys.concat()));
        parts.extend(first_steps::<P>(&mcp, keys_of_one.read.expose()));
    }
    parts.join("\n\n") + "\n"
}

/// What to do with a key.
fn first_steps<P: Product>(mcp: &str, key: &str) -> [String; 3] {
    let program = serde_json::to_string(P::TRY_PROGRAM).unwrap_or_default();
    let call = format!(
        "{{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{{\"name\":\"run\",\"arguments\":{{\"program\":{program}}}}}}}"
    );
    [
        format!(
            "Claude Code:\n  claude mcp add --transport http {} {mcp} --header \"Authorization: Bearer {key}\"",
            P::NAME
        ),
        format!("A program to try:\n  {}", P::TRY_PROGRAM),
        format!(
            "The same with curl:\n  curl -s {mcp} -H \"Authorization: Bearer {key}\" -H \"Content-Type: application/json\" \\\n    -d '{}'",
            call.replace('\'', "'\\''")
        ),
    ]
}

/// A command as a person would type it here.
fn command<P: Product>(config: &Config, command: &str, tenant: &DemoTenant) -> String {
    let mut line = how_it_was_started(P::NAME);
    if config.data_dir != default_data_dir(P::NAME) {
        line = format!("{line} --data-dir {}", config.data_dir.display());
    }
    // The address of a server may have a password in it; that one stays in the environment.
    let is_default = config.database_url == default_database_url(&config.data_dir, P::NAME);
    if !is_default && !config.database_url.is_postgres() {
        line = format!("{line} --database-url {}", config.database_url.as_str());
    }
    format!("{line} {command} --{} \"{}\" --scope read", P::TENANT_NOUN, tenant.name)
}

/// The command that a person would type again.
fn how_it_was_started(name: &str) -> String {
    // Cargo sets this for what it runs.
    if std::env::var_os("CARGO").is_some() {
        return format!("cargo run -p {name} --");
    }
    std::env::args().next().unwrap_or_else(|| name.to_owned())
}

/// Writes the ready file whole or not at all, readable by its owner alone.
pub(crate) fn write_ready_file(path: &Path, url: &Url, tenants: &[DemoTenant]) -> anyhow::Result<()> {
    let stores = tenants
        .iter()
        .map(|tenant| ReadyStore {
            name: &tenant.name,
            connector_url: connector_url(url, &tenant.connector),
            keys: tenant.keys.as_ref().map(|keys| ReadyKeys {
                read: keys.read.expose(),
                read_write: keys.read_write.expose(),
            }),
        })
        .collect();
    let ready = Ready {
        url: bare(url),
        mcp_url: mcp_url(url),
        stores,
    };
    files::write(path, &serde_json::to_vec_pretty(&ready)?)
        .with_context(|| format!("cannot write the ready file {}", path.display()))
}
