//! What a person sees once the server listens, and what a script reads.

use std::{fmt::Write as _, io::Write as _, path::Path};

use anyhow::Context;
use latchstring::access::Secret;
use serde::Serialize;
use url::Url;

use crate::Product;

/// A demo tenant and, when they were just created, its keys.
pub(crate) struct DemoTenant {
    pub(crate) name: String,
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
    mcp_url: &'a str,
    stores: Vec<ReadyStore<'a>>,
}

#[derive(Serialize)]
struct ReadyStore<'a> {
    name: &'a str,
    keys: Option<ReadyKeys<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ReadyKeys<'a> {
    read: &'a str,
    read_write: &'a str,
}

pub(crate) fn mcp_url(url: &Url) -> String {
    format!("{}/mcp", url.as_str().trim_end_matches('/'))
}

/// Prints how to use the server.
#[expect(clippy::print_stdout, reason = "the one place where the server speaks to a person")]
pub(crate) fn print<P: Product>(url: &Url, tenants: &[DemoTenant], data_dir: &Path) {
    println!("{}", text::<P>(url, tenants, data_dir));
}

fn text<P: Product>(url: &Url, tenants: &[DemoTenant], data_dir: &Path) -> String {
    let mcp = mcp_url(url);
    let mut text = format!(
        "\n{} listens on {}\nMCP endpoint: {mcp}\n",
        P::TITLE,
        url.as_str().trim_end_matches('/')
    );
    let Some(keys) = tenants.iter().find_map(|tenant| tenant.keys.as_ref()) else {
        let _ = writeln!(
            text,
            "\nThe keys were shown when they were created. To make another:\n  {} --data-dir {} key create --{} \"{}\" --scope read",
            how_it_was_started(P::NAME),
            data_dir.display(),
            P::TENANT_NOUN,
            tenants.first().map_or("NAME", |tenant| tenant.name.as_str()),
        );
        return text;
    };
    let _ = writeln!(text, "\nKeys, shown this once and stored nowhere:");
    for tenant in tenants {
        if let Some(keys) = &tenant.keys {
            let _ = writeln!(text, "  {}", tenant.name);
            let _ = writeln!(text, "    read          {}", keys.read.expose());
            let _ = writeln!(text, "    read & write  {}", keys.read_write.expose());
        }
    }
    let key = keys.read.expose();
    let program = serde_json::to_string(P::TRY_PROGRAM).unwrap_or_default();
    let call = format!(
        "{{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{{\"name\":\"run\",\"arguments\":{{\"program\":{program}}}}}}}"
    );
    let _ = write!(
        text,
        "\nClaude Code:\n  claude mcp add --transport http {name} {mcp} --header \"Authorization: Bearer {key}\"\n\
         \nA program to try:\n  {try_program}\n\
         \nThe same with curl:\n  curl -s {mcp} -H \"Authorization: Bearer {key}\" -H \"Content-Type: application/json\" \\\n    -d '{call}'\n",
        name = P::NAME,
        try_program = P::TRY_PROGRAM,
        call = call.replace('\'', "'\\''"),
    );
    text
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
    let mcp_url = mcp_url(url);
    let stores = tenants
        .iter()
        .map(|tenant| ReadyStore {
            name: &tenant.name,
            keys: tenant.keys.as_ref().map(|keys| ReadyKeys {
                read: keys.read.expose(),
                read_write: keys.read_write.expose(),
            }),
        })
        .collect();
    let ready = Ready {
        url: url.as_str().trim_end_matches('/'),
        mcp_url: &mcp_url,
        stores,
    };
    let write = || -> anyhow::Result<()> {
        let temporary = path.with_extension("part");
        // A leftover of an earlier start may have other permissions.
        let _ = std::fs::remove_file(&temporary);
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&temporary)?;
        file.write_all(&serde_json::to_vec_pretty(&ready)?)?;
        file.sync_all()?;
        Ok(std::fs::rename(&temporary, path)?)
    };
    write().with_context(|| format!("cannot write the ready file {}", path.display()))
}
