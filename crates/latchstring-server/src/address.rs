//! The address under which clients reach the server, and the addresses made from it.
//!
//! Only the server knows it, once it listens. It leaves it in the data directory, so that a command can say where a
//! chat connects to.

use std::{
    fs,
    io::{self, ErrorKind},
    path::{Path, PathBuf},
};

use anyhow::Context;
use chrono::{DateTime, SecondsFormat, Utc};
use latchstring::{access::ConnectorId, oauth::CONNECTOR_ROUTE};
use url::Url;

use crate::{Config, files};

/// Leaves the address for commands.
pub(crate) fn leave(config: &Config, url: &Url) -> anyhow::Result<()> {
    let path = file(&config.data_dir);
    files::write(&path, format!("{}\n", bare(url)).as_bytes())
        .with_context(|| format!("cannot write {}", path.display()))
}

/// What a command knows of the server's address.
pub(crate) struct Known {
    /// What it is told, by `--public-url`.
    told: Option<Url>,
    /// What the server left when it last started from this data directory, and when that was.
    left: Option<(Url, DateTime<Utc>)>,
}

impl Known {
    pub(crate) fn by(config: &Config) -> anyhow::Result<Self> {
        let told = config.public_url.clone();
        let left = match left(&file(&config.data_dir)) {
            Ok(left) => left,
            Err(_) if told.is_some() => None,
            Err(error) => return Err(error),
        };
        Ok(Self { told, left })
    }

    /// What it is told, or else what the server left.
    pub(crate) fn url(&self) -> Option<&Url> {
        self.told.as_ref().or(self.left.as_ref().map(|(url, _)| url))
    }

    /// What a person should know who goes by [`Known::url`].
    pub(crate) fn remark(&self) -> Option<String> {
        let (left, at) = self.left.as_ref()?;
        let at = at.to_rfc3339_opts(SecondsFormat::Secs, true);
        match &self.told {
            None => Some(format!(
                "The connector URL has the address under which the server last started from this data directory, at {at}. If \
                 it is reached under another one, name that with --public-url."
            )),
            Some(told) if told != left => Some(format!(
                "The server last started from this data directory at {at}, under another address: {}. The connector URL works \
                 only if the server has --public-url {} now.",
                bare(left),
                bare(told)
            )),
            Some(_) => None,
        }
    }
}

fn left(path: &Path) -> anyhow::Result<Option<(Url, DateTime<Utc>)>> {
    let read = || -> io::Result<_> { Ok((fs::read_to_string(path)?, fs::metadata(path)?.modified()?)) };
    let (text, at) = match read() {
        Ok(read) => read,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
    };
    let url = Url::parse(text.trim()).with_context(|| {
        format!(
            "{} has no address in it; start the server again, or name its address with --public-url",
            path.display()
        )
    })?;
    Ok(Some((url, at.into())))
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

    fn known(dir: &Path, public_url: Option<&str>) -> anyhow::Result<Known> {
        Known::by(&config(dir, public_url))
    }

    fn config(dir: &Path, public_url: Option<&str>) -> Config {
        let settings = Settings {
            data_dir: Some(dir.to_owned()),
            public_url: public_url.map(|url| url.parse().unwrap()),
            ..Settings::default()
        };
        settings.resolve("shop", Variables::default()).unwrap()
    }

    fn url(known: &Known) -> Option<&str> {
        known.url().map(bare)
    }

    #[test]
    fn a_command_knows_what_it_is_told_or_what_the_server_left_and_else_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let dir = dir.path();
        assert_eq!(
            url(&known(dir, None).unwrap()),
            None,
            "where it would listen is a guess"
        );
        leave(&config(dir, None), &"http://127.0.0.1:4321".parse().unwrap()).unwrap();
        assert_eq!(url(&known(dir, None).unwrap()), Some("http://127.0.0.1:4321"));
        let told = "https://mcp.example.com";
        assert_eq!(url(&known(dir, Some(told)).unwrap()), Some(told));
        fs::write(dir.join("address"), "torn").unwrap();
        let error = known(dir, None).err().unwrap().to_string();
        assert!(error.contains("--public-url"), "{error}");
        assert_eq!(url(&known(dir, Some(told)).unwrap()), Some(told));
    }

    #[test]
    fn an_address_is_remarked_on_unless_what_is_told_and_what_was_left_agree() {
        let dir = tempfile::tempdir().unwrap();
        let dir = dir.path();
        let remark = |public_url| known(dir, public_url).unwrap().remark();
        assert_eq!(remark(Some("https://mcp.example.com")), None);
        leave(&config(dir, None), &"https://old.example.com".parse().unwrap()).unwrap();
        let left = remark(None).unwrap();
        assert!(left.contains("last started") && left.contains("--public-url"), "{left}");
        let other = remark(Some("https://mcp.example.com")).unwrap();
        assert!(
            other.contains("under another address: https://old.example.com.") && other.contains("mcp.example.com now"),
            "{other}"
        );
        assert_eq!(remark(Some("https://old.example.com/")), None);
    }

    #[test]
    fn a_connector_url_is_the_address_and_the_connectors_path() {
        let connector: ConnectorId = "0123456789abcdef0123456789abcdef".parse().unwrap();
        assert_eq!(
            connector_url(&"https://mcp.example.com".parse().unwrap(), &connector),
            "https://mcp.example.com/c/0123456789abcdef0123456789abcdef/mcp-agent"
        );
    }
}
