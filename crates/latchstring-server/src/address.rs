//! The address under which clients reach the server, and the addresses made from it.
//!
//! Only the server knows it, once it listens. It leaves it in the data directory, so that a command can say where a
//! chat connects to.

use std::{
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
};

use anyhow::Context;
use latchstring::{access::ConnectorId, oauth::CONNECTOR_ROUTE};
use url::Url;

use crate::{Config, files};

/// Leaves the address for commands.
pub(crate) fn leave(config: &Config, url: &Url) -> anyhow::Result<()> {
    let path = file(&config.data_dir);
    files::write(&path, format!("{}\n", bare(url)).as_bytes())
        .with_context(|| format!("cannot write {}", path.display()))
}

/// The address as far as a command knows it: the one it is told, or the one the server last served under, or the one it
/// would listen on.
pub(crate) fn known(config: &Config) -> anyhow::Result<Url> {
    if let Some(url) = &config.public_url {
        return Ok(url.clone());
    }
    let path = file(&config.data_dir);
    match fs::read_to_string(&path) {
        Ok(text) => Url::parse(text.trim()).with_context(|| {
            format!(
                "{} has no address in it; start the server again, or name its address with --public-url",
                path.display()
            )
        }),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Url::parse(&format!("http://{}", config.listen))?),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}

/// The address as people write it, without a slash at its end.
pub(crate) fn bare(url: &Url) -> &str {
    url.as_str().trim_end_matches('/')
}

/// Where clients with an API key connect to.
pub(crate) fn mcp_url(url: &Url) -> String {
    format!("{}/mcp", bare(url))
}

/// What a person pastes into a chat to connect an app to this tenant.
pub(crate) fn connector_url(url: &Url, connector: &ConnectorId) -> String {
    let route = CONNECTOR_ROUTE.replace("{connector}", connector.as_str());
    format!("{}{route}", bare(url))
}

fn file(data_dir: &Path) -> PathBuf {
    data_dir.join("address")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Settings, Variables};

    #[test]
    fn a_command_knows_what_it_is_told_or_what_the_server_left_or_what_it_would_listen_on() {
        let dir = tempfile::tempdir().unwrap();
        let config = |public_url: Option<&str>| {
            let settings = Settings {
                data_dir: Some(dir.path().to_owned()),
                public_url: public_url.map(|url| url.parse().unwrap()),
                ..Settings::default()
            };
            settings.resolve("shop", Variables::default()).unwrap()
        };
        assert_eq!(bare(&known(&config(None)).unwrap()), "http://127.0.0.1:8787");
        leave(&config(None), &"http://127.0.0.1:4321".parse().unwrap()).unwrap();
        assert_eq!(bare(&known(&config(None)).unwrap()), "http://127.0.0.1:4321");
        let told = known(&config(Some("https://mcp.example.com"))).unwrap();
        assert_eq!(bare(&told), "https://mcp.example.com");
        let connector: ConnectorId = "0123456789abcdef0123456789abcdef".parse().unwrap();
        assert_eq!(
            connector_url(&told, &connector),
            "https://mcp.example.com/c/0123456789abcdef0123456789abcdef/mcp-agent"
        );
        fs::write(dir.path().join("address"), "torn").unwrap();
        assert!(known(&config(None)).unwrap_err().to_string().contains("--public-url"));
    }
}
