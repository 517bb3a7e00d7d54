//! What `connect` is told: the address by a flag, the key by the environment.

use std::{ffi::OsString, time::Duration};

use clap::Args;
use serde_json::json;
use thiserror::Error;
use tracing_subscriber::filter::LevelFilter;

use crate::{
    address::{Address, AddressError},
    key::{Key, KeyError, VARIABLE},
};

/// The flags. Not `Debug`: a key may be among them.
#[derive(Args)]
pub(crate) struct ConnectArguments {
    /// The server's MCP endpoint, such as `https://mcp.example.com/mcp`.
    #[arg(long, value_name = "URL")]
    url: String,
    /// How long a request waits for a server that cannot be reached.
    #[arg(long, value_name = "SECONDS", default_value_t = 20)]
    wait: u32,
    /// How much to say on standard error: off, error, warn, info or debug.
    #[arg(long, value_name = "LEVEL", default_value_t = LevelFilter::INFO)]
    log: LevelFilter,
    /// Not a way to give a key; there so that who tries learns why.
    #[arg(long, hide = true, num_args = 0..=1)]
    key: Option<Vec<OsString>>,
}

/// What it goes by.
pub(crate) struct Settings {
    pub(crate) address: Address,
    pub(crate) key: Key,
    pub(crate) patience: Duration,
    pub(crate) log: LevelFilter,
}

const ON_COMMAND_LINE: &str = concat!(
    "what is on a command line can be read by every program on this machine, in the list of processes\n",
    "Set LATCHSTRING_KEY in the environment instead. If you gave a real key, revoke it and make a new one",
);

/// Why it does not start.
#[derive(Debug, Error)]
pub(crate) enum Complaint {
    #[error("--url: {0}")]
    Address(#[from] AddressError),
    #[error("--key is not taken: {ON_COMMAND_LINE}: {page}")]
    KeyFlag { page: String },
    #[error("there is what looks like a key among the arguments, which are not taken: {ON_COMMAND_LINE}")]
    KeyAmongArguments,
    #[error("{error}\n\nMake a key on the access page, {page}\n{example}")]
    Key {
        error: KeyError,
        page: String,
        example: String,
    },
}

impl Settings {
    pub(crate) fn read(arguments: &ConnectArguments) -> Result<Self, Complaint> {
        let address: Address = arguments.url.parse()?;
        let page = address.access_page();
        if arguments.key.is_some() {
            return Err(Complaint::KeyFlag { page });
        }
        let key = Key::from_environment().map_err(|error| Complaint::Key {
            error,
            page,
            example: example(&address),
        })?;
        Ok(Self {
            address,
            key,
            patience: Duration::from_secs(arguments.wait.into()),
            log: arguments.log,
        })
    }
}

/// What to put where.
fn example(address: &Address) -> String {
    let command = std::env::current_exe().unwrap_or_else(|_| "latchstring".into());
    let claude = json!({
        "mcpServers": {
            "latchstring": {
                "command": command.to_string_lossy(),
                "args": ["connect", "--url", address.to_string()],
                "env": { VARIABLE: "the key" },
            },
        },
    });
    format!(
        "Claude Desktop: Settings, Developer, Edit Config (claude_desktop_config.json), then quit it and start it \
         again:\n\n{claude:#}\n\nIn a shell:\n\n  {VARIABLE}='the key' latchstring connect --url {address}"
    )
}
