//! What a person sees once the server listens, and what a script reads.
//!
//! Standard output that is no terminal is often kept, as the logs of a container or a service are. So keys are printed on a
//! terminal only; a script takes them from the ready file.

use std::{
    io::{IsTerminal, stdout},
    net::SocketAddr,
    path::Path,
};

use anyhow::Context;
use latchstring::{
    access::{ConnectorId, Secret},
    console::ACCESS,
};
use serde::Serialize;
use url::Url;

use crate::{
    Config, Product,
    address::{bare, connector_url, mcp_url},
    config::{WayIn, default_data_dir, default_database_url},
    files,
};

/// Whether somebody will see the keys that the first start makes: a person at a terminal, or who asked for the ready file.
pub(crate) fn has_reader(config: &Config) -> bool {
    stdout().is_terminal() || config.ready_file.is_some()
}

/// A server that listens.
pub(crate) struct Started {
    /// The socket.
    pub(crate) listen: SocketAddr,
    /// The address for clients, which is another one behind a proxy.
    pub(crate) url: Url,
    /// How people come to the access page, if there is one.
    pub(crate) entrance: Option<Entrance>,
    pub(crate) tenants: Vec<DemoTenant>,
}

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

/// How people come to the access page, as an operator is told.
pub(crate) enum Entrance {
    /// At this path, which has the demo's token in it.
    Demo(Secret),
    HostToken,
    Oidc,
}

impl Entrance {
    pub(crate) fn of(way_in: &WayIn) -> Self {
        match way_in {
            WayIn::Demo(demo) => Self::Demo(demo.entrance()),
            WayIn::HostToken(_) => Self::HostToken,
            WayIn::Oidc(_) => Self::Oidc,
        }
    }

    /// Where to go. Who may not see the demo's token learns where it would be asked for.
    fn address(&self, url: &Url, shows_token: bool) -> String {
        match self {
            Self::Demo(path) if shows_token => format!("{}{}", bare(url), path.expose()),
            Self::Demo(_) | Self::HostToken | Self::Oidc => format!("{}{ACCESS}", bare(url)),
        }
    }

    /// What the app has to know of it.
    fn note(&self, url: &Url) -> Option<String> {
        let sign_in = format!("{}{ACCESS}/sign-in", bare(url));
        match self {
            Self::Demo(_) => None,
            Self::HostToken => Some(format!("the app opens {sign_in}?id_token=<token>")),
            Self::Oidc => Some(format!("the app sends people back to {sign_in}/callback")),
        }
    }
}

/// The ready file. Keys are `null` on later starts: they are shown once and never stored.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Ready<'a> {
    listen: SocketAddr,
    url: &'a str,
    mcp_url: String,
    /// The access page, with the demo's token for who has this file; `null` when there is no such page.
    access_url: Option<String>,
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
pub(crate) fn print<P: Product>(config: &Config, started: &Started) {
    println!("\n{}", text::<P>(config, started, stdout().is_terminal()));
}

fn text<P: Product>(config: &Config, started: &Started, is_terminal: bool) -> String {
    let Started { url, tenants, .. } = started;
    let mcp = mcp_url(url);
    let mut parts = vec![format!("{} listens on {}\nMCP endpoint: {mcp}", P::TITLE, bare(url))];
    parts[0] += &match &started.entrance {
        // With its token on a terminal only, like the keys.
        Some(entrance) => format!("\nAccess page:  {}", entrance.address(url, is_terminal)),
        None => "\nAccess page:  none; choose how people sign in, with --sign-in".to_owned(),
    };
    if let Some(note) = started.entrance.as_ref().and_then(|entrance| entrance.note(url)) {
        parts[0] += &format!("\nSign-in:      {note}");
    }
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
                "Keys are shown only when they are made, to whoever makes them. To make one:\n  {command}"
            ));
        }
    }
    if let Some(keys_of_one) = tenants.iter().find_map(|tenant| tenant.keys.as_ref()) {
        if is_terminal {
            parts.push(format!("Keys, shown this once and stored nowhere:{}", keys(tenants)));
            parts.extend(first_steps::<P>(&mcp, keys_of_one.read.expose()));
        } else if let Some(path) = &config.ready_file {
            parts.push(format!("Keys, this once and nowhere else, are in {}", path.display()));
        }
    }
    parts.join("\n\n") + "\n"
}

fn keys(tenants: &[DemoTenant]) -> String {
    let mut lines = String::new();
    for tenant in tenants {
        if let Some(DemoKeys { read, read_write }) = &tenant.keys {
            let (name, read, read_write) = (&tenant.name, read.expose(), read_write.expose());
            lines += &format!("\n  {name}\n    read          {read}\n    read & write  {read_write}");
        }
    }
    lines
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
        line = format!("{line} --data-dir {}", quoted(&config.data_dir.display().to_string()));
    }
    // The address of a server may have a password in it; that one stays in the environment.
    let is_default = config.database_url == default_database_url(&config.data_dir, P::NAME);
    if !is_default && !config.database_url.is_postgres() {
        line = format!("{line} --database-url {}", quoted(config.database_url.as_str()));
    }
    format!("{line} {command} --{} \"{}\" --scope read", P::TENANT_NOUN, tenant.name)
}

/// One word for a shell.
fn quoted(text: &str) -> String {
    if text.chars().all(|c| c.is_alphanumeric() || "/._-:=+@%".contains(c)) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
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
pub(crate) fn write_ready_file(path: &Path, started: &Started) -> anyhow::Result<()> {
    let Started { url, tenants, .. } = started;
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
        listen: started.listen,
        url: bare(url),
        mcp_url: mcp_url(url),
        access_url: started.entrance.as_ref().map(|entrance| entrance.address(url, true)),
        stores,
    };
    files::write(path, &serde_json::to_vec_pretty(&ready)?)
        .with_context(|| format!("cannot write the ready file {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Settings, Variables, commands, product::Workspaces};

    const KEYS: [&str; 2] = ["brdk_read", "brdk_read_write"];

    /// The banner of a first start, or of a later one.
    fn banner(settings: Settings, is_first: bool, is_terminal: bool) -> String {
        let entrance = Entrance::Demo(Secret::new("/access/sign-in?token=t0ken"));
        banner_with(Some(entrance), settings, is_first, is_terminal)
    }

    fn banner_with(entrance: Option<Entrance>, settings: Settings, is_first: bool, is_terminal: bool) -> String {
        let config = settings.resolve(Workspaces::NAME, Variables::default()).unwrap();
        let [read, read_write] = KEYS.map(Secret::new);
        let tenant = DemoTenant {
            name: "One".to_owned(),
            connector: "0123456789abcdef0123456789abcdef".parse().unwrap(),
            keys: is_first.then_some(DemoKeys { read, read_write }),
        };
        let started = Started {
            listen: config.listen,
            url: "http://127.0.0.1:8787".parse().unwrap(),
            entrance,
            tenants: vec![tenant],
        };
        text::<Workspaces>(&config, &started, is_terminal)
    }

    fn with_ready_file() -> Settings {
        Settings {
            ready_file: Some("run/ready.json".into()),
            ..Settings::default()
        }
    }

    #[test]
    fn a_person_at_a_terminal_is_shown_the_keys_and_what_to_do_with_them() {
        for settings in [Settings::default(), with_ready_file()] {
            let text = banner(settings, true, true);
            for expected in [KEYS[0], KEYS[1], "claude mcp add", "A program to try", "curl -s"] {
                assert!(text.contains(expected), "`{expected}` is missing: {text}");
            }
        }
    }

    #[test]
    fn t13_what_is_no_terminal_is_told_where_the_keys_are_and_not_the_keys() {
        let text = banner(with_ready_file(), true, false);
        assert!(
            text.contains("are in run/ready.json") && !text.contains("brdk_"),
            "{text}"
        );
        assert!(text.contains("/access\n") && !text.contains("t0ken"), "{text}");
    }

    #[test]
    fn an_operator_reads_what_the_app_has_to_know_of_the_sign_in() {
        let banner = |entrance| banner_with(entrance, Settings::default(), false, false);
        for (entrance, expected) in [
            (Entrance::HostToken, "/access/sign-in?id_token=<token>"),
            (Entrance::Oidc, "/access/sign-in/callback"),
        ] {
            let text = banner(Some(entrance));
            let expected = format!("http://127.0.0.1:8787{expected}\n");
            assert!(text.contains("8787/access\n") && text.contains(&expected), "{text}");
        }
        let text = banner(None);
        assert!(
            text.contains("Access page:  none; choose") && text.contains("--sign-in"),
            "{text}"
        );
    }

    #[test]
    fn who_was_shown_no_key_is_told_how_to_make_one() {
        for is_terminal in [true, false] {
            let text = banner(Settings::default(), false, is_terminal);
            assert!(text.contains("To make one:") && text.contains(" key create "), "{text}");
        }
    }

    #[test]
    fn a_directory_with_a_blank_in_its_name_stays_one_word_of_a_command() {
        let elsewhere = Settings {
            data_dir: Some("Ann's data".into()),
            ..Settings::default()
        };
        let text = banner(elsewhere, false, true);
        assert_eq!(text.matches(r"--data-dir 'Ann'\''s data' ").count(), 2, "{text}");
    }

    #[test]
    fn every_command_in_the_banner_is_one_that_can_be_typed() {
        let elsewhere = Settings {
            data_dir: Some("elsewhere".into()),
            database_url: Some("sqlite:elsewhere/other.db".parse().unwrap()),
            ..Settings::default()
        };
        for settings in [Settings::default(), elsewhere] {
            let text = banner(settings, false, true);
            let commands: Vec<&str> = text.lines().filter(|line| line.contains("--workspace")).collect();
            assert_eq!(commands.len(), 2, "{text}");
            for command in commands {
                let (_, arguments) = command
                    .split_once(" -- ")
                    .unwrap_or_else(|| command.trim().split_once(' ').unwrap());
                let words = std::iter::once("boards").chain(arguments.split(' '));
                let parsed = commands::command_line::<Workspaces>().try_get_matches_from(words);
                assert!(parsed.is_ok(), "{command}: {parsed:?}");
            }
        }
    }
}
