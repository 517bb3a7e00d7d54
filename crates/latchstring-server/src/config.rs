//! Settings: flags, then environment variables, then the configuration file, then the defaults.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use anyhow::Context;
use clap::{Args, ValueEnum};
use serde::Deserialize;
use url::Url;

/// What an operator can set. Each setting is a flag, an environment variable and a key of the configuration file.
#[derive(Debug, Clone, Default, Args, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Settings {
    /// A TOML file with settings, named as the flags are.
    #[arg(long, global = true, env = "LATCHSTRING_CONFIG", value_name = "FILE")]
    #[serde(skip)]
    pub config: Option<PathBuf>,

    /// Where to listen. [default: 127.0.0.1:8787]
    #[arg(long, global = true, env = "LATCHSTRING_LISTEN", value_name = "ADDRESS:PORT", value_parser = address)]
    pub listen: Option<SocketAddr>,

    /// Where everything is kept: databases, key ring, compiled guest. [default: `.latchstring/PRODUCT`]
    #[arg(long, global = true, env = "LATCHSTRING_DATA_DIR", value_name = "DIR")]
    pub data_dir: Option<PathBuf>,

    /// Where the compiled guest is kept, so that later starts need not compile it. Its owner must be the server's user.
    /// [default: `DATA_DIR/guest`]
    #[arg(long, global = true, env = "LATCHSTRING_CACHE_DIR", value_name = "DIR")]
    pub cache_dir: Option<PathBuf>,

    /// The product's database, as sqlite:PATH; the keys are kept beside it, in PATH with `.access` before the ending.
    /// [default: `sqlite:DATA_DIR/PRODUCT.db`]
    #[arg(long, global = true, env = "LATCHSTRING_DATABASE_URL", value_name = "URL")]
    pub database_url: Option<String>,

    /// The address under which clients reach the server, when it is not the one it listens on (behind a proxy).
    #[arg(long, global = true, env = "LATCHSTRING_PUBLIC_URL", value_name = "URL", value_parser = web_address)]
    pub public_url: Option<Url>,

    /// Further browser origins that may call, such as `https://inspector.example:443`. Repeat, or separate by commas.
    #[arg(
        long,
        global = true,
        env = "LATCHSTRING_ALLOWED_ORIGINS",
        value_name = "ORIGIN",
        value_delimiter = ','
    )]
    pub allowed_origins: Vec<String>,

    /// Written once the server listens: JSON with its address and, when they were just created, the demo keys.
    #[arg(long, global = true, env = "LATCHSTRING_READY_FILE", value_name = "FILE")]
    pub ready_file: Option<PathBuf>,

    /// What to log, as in `info` or `warn,latchstring_mcp=debug`. [default: info]
    #[arg(long, global = true, env = "LATCHSTRING_LOG", value_name = "FILTER")]
    pub log: Option<String>,

    /// How to log. [default: pretty on a terminal, json otherwise]
    #[arg(long, global = true, env = "LATCHSTRING_LOG_FORMAT", value_name = "FORMAT")]
    pub log_format: Option<LogFormat>,

    /// How many programs may run at once; more have to wait. [default: 64]
    #[arg(long, global = true, env = "LATCHSTRING_PROGRAMS", value_name = "COUNT")]
    pub programs: Option<usize>,

    /// How long one program may take, waiting included, in seconds. [default: 30]
    #[arg(long, global = true, env = "LATCHSTRING_PROGRAM_SECONDS", value_name = "SECONDS")]
    pub program_seconds: Option<u64>,
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LogFormat {
    /// For people.
    Pretty,
    /// One JSON object a line, for collectors.
    Json,
}

/// The settings, resolved.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where to listen.
    pub listen: SocketAddr,
    /// Where everything is kept.
    pub data_dir: PathBuf,
    /// Where the compiled guest is kept.
    pub cache_dir: PathBuf,
    /// The product's database.
    pub database_url: String,
    /// The database of keys and grants.
    pub access_url: String,
    /// The address for clients; `None` for the one it listens on.
    pub public_url: Option<Url>,
    /// Further browser origins.
    pub allowed_origins: Vec<String>,
    /// Written once the server listens.
    pub ready_file: Option<PathBuf>,
    /// What to log.
    pub log: String,
    /// How to log; `None` for what fits standard error.
    pub log_format: Option<LogFormat>,
    /// How many programs may run at once.
    pub programs: usize,
    /// How long one program may take.
    pub program_time: Duration,
}

impl Settings {
    /// Reads the configuration file, if one is named, and fills the gaps.
    ///
    /// # Errors
    /// When the file cannot be read or a setting makes no sense; the message names the setting.
    pub fn resolve(self, product: &str) -> anyhow::Result<Config> {
        let file = match &self.config {
            Some(path) => {
                let text = std::fs::read_to_string(path)
                    .with_context(|| format!("cannot read the configuration file {}", path.display()))?;
                toml::from_str(&text)
                    .with_context(|| format!("the configuration file {} is not right", path.display()))?
            }
            None => Self::default(),
        };
        let data_dir = self
            .data_dir
            .or(file.data_dir)
            .unwrap_or_else(|| PathBuf::from(".latchstring").join(product));
        let database_url = self
            .database_url
            .or(file.database_url)
            .unwrap_or_else(|| format!("sqlite:{}", data_dir.join(format!("{product}.db")).display()));
        let programs = self.programs.or(file.programs).unwrap_or(64);
        anyhow::ensure!(
            (1..=10_000).contains(&programs),
            "--programs is {programs}; use 1 to 10000"
        );
        let seconds = self.program_seconds.or(file.program_seconds).unwrap_or(30);
        anyhow::ensure!(
            (1..=290).contains(&seconds),
            "--program-seconds is {seconds}; use 1 to 290, clients give up at 300"
        );
        let public_url = self.public_url.or(file.public_url);
        if let Some(url) = &public_url {
            let is_web = matches!(url.scheme(), "http" | "https") && url.has_host();
            anyhow::ensure!(is_web, "--public-url is `{url}`; use an http or https address");
        }
        let listen = self
            .listen
            .or(file.listen)
            .unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 8787)));
        anyhow::ensure!(
            public_url.is_some() || !listen.ip().is_unspecified(),
            "--listen {listen} is reached under other names; say under which with --public-url, such as https://mcp.example.com"
        );
        let allowed_origins = if self.allowed_origins.is_empty() {
            file.allowed_origins
        } else {
            self.allowed_origins
        };
        for origin in &allowed_origins {
            let is_origin = Url::parse(origin.strip_suffix(":*").unwrap_or(origin))
                .is_ok_and(|url| url.has_host() && url.path() == "/" && !origin.ends_with('/'));
            anyhow::ensure!(
                is_origin,
                "--allowed-origins has `{origin}`; write scheme, host and port, as in https://app.example.com:443"
            );
        }
        Ok(Config {
            listen,
            access_url: access_url(&database_url),
            database_url,
            cache_dir: self
                .cache_dir
                .or(file.cache_dir)
                .unwrap_or_else(|| data_dir.join("guest")),
            data_dir,
            public_url,
            allowed_origins,
            ready_file: self.ready_file.or(file.ready_file),
            log: self
                .log
                .or(file.log)
                .unwrap_or_else(|| "info,sea_orm_migration=warn,rmcp=warn,rmcp::service=off".to_owned()),
            log_format: self.log_format.or(file.log_format),
            programs,
            program_time: Duration::from_secs(seconds),
        })
    }
}

/// Reads `--listen`.
fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse()
        .map_err(|_| "write address and port, such as 127.0.0.1:8901".to_owned())
}

/// Reads `--public-url`.
fn web_address(text: &str) -> Result<Url, String> {
    Url::parse(text).map_err(|_| "write the whole address, such as https://mcp.example.com".to_owned())
}

/// `sqlite:dir/shop.db` becomes `sqlite:dir/shop.access.db`: a file of its own, so that a program which holds the
/// product's write lock never delays a revocation.
fn access_url(database_url: &str) -> String {
    match database_url.rsplit_once('.') {
        Some((path, ending)) if !ending.contains(['/', ':']) => format!("{path}.access.{ending}"),
        _ => format!("{database_url}.access"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_keys_have_a_file_of_their_own() {
        assert_eq!(access_url("sqlite:dir/shop.db"), "sqlite:dir/shop.access.db");
        assert_eq!(access_url("sqlite:my.dir/shop"), "sqlite:my.dir/shop.access");
    }

    #[test]
    fn a_flag_wins_over_the_file_and_the_file_over_the_default() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("latchstring.toml");
        std::fs::write(&path, "listen = \"127.0.0.1:1\"\nprograms = 7\n").unwrap();
        let settings = Settings {
            config: Some(path.clone()),
            listen: Some(SocketAddr::from(([127, 0, 0, 1], 2))),
            ..Settings::default()
        };
        let config = settings.resolve("shop").unwrap();
        assert_eq!(
            (config.listen.port(), config.programs, config.program_time.as_secs()),
            (2, 7, 30)
        );

        std::fs::write(&path, "lisen = \"127.0.0.1:1\"\n").unwrap();
        let error = Settings {
            config: Some(path),
            ..Settings::default()
        }
        .resolve("shop")
        .unwrap_err();
        assert!(format!("{error:#}").contains("unknown field `lisen`"), "{error:#}");
    }

    #[test]
    fn a_setting_that_makes_no_sense_is_named() {
        let error = Settings {
            programs: Some(0),
            ..Settings::default()
        }
        .resolve("shop")
        .unwrap_err();
        assert_eq!(error.to_string(), "--programs is 0; use 1 to 10000");
    }
}
