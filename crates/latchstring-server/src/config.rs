//! Settings: flags, then environment variables, then the configuration file, then the defaults.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, ensure};
use chrono::TimeDelta;
use clap::{Args, ValueEnum};
use latchstring::{
    access::Secret,
    console::{DemoSignIn, Manages},
    oauth::CALLS_PER_MINUTE,
};
use serde::Deserialize;
use url::{Host, Url};

mod database_url;
mod secrets;
mod sign_in;

pub use database_url::DatabaseUrl;
pub(crate) use secrets::KEY_RING;
use secrets::SecretList;
pub use secrets::Variables;
pub(crate) use sign_in::WayIn;
use sign_in::{HostToken, Oidc, SignIn, Way, manages, manages_in_file};

/// What an operator can set. Each setting is a flag, an environment variable and a key of the configuration file; the
/// secrets among them are no flags. Does not print them.
#[derive(Debug, Default, Args, Deserialize)]
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

    /// The product's database. As sqlite:PATH, the keys are kept beside it, in PATH with `.access` before the ending; as
    /// `postgres://USER@HOST/NAME`, they are kept in the same database. [default: `sqlite:DATA_DIR/PRODUCT.db`]
    #[arg(
        long,
        global = true,
        env = "LATCHSTRING_DATABASE_URL",
        value_name = "URL",
        hide_env_values = true
    )]
    pub database_url: Option<DatabaseUrl>,

    /// The address under which clients and browsers reach the server, when it is not the one it listens on (behind a
    /// proxy): scheme and host, no path. https, unless the host is this machine itself.
    #[arg(long, global = true, env = "LATCHSTRING_PUBLIC_URL", value_name = "URL", value_parser = web_address)]
    pub public_url: Option<Url>,

    /// How many proxies in front of the server add the caller's address to `X-Forwarded-For`. Used only to tell noisy
    /// callers apart. [default: 0]
    #[arg(long, global = true, env = "LATCHSTRING_TRUSTED_PROXIES", value_name = "COUNT")]
    pub trusted_proxies: Option<usize>,

    /// Whether the documents that apps publish about themselves are fetched (from port 443 of public hosts). Without them,
    /// for a network without a way out, apps register here instead. [default: true]
    #[arg(
        long,
        global = true,
        env = "LATCHSTRING_CLIENT_DOCUMENTS",
        value_name = "BOOL",
        action = clap::ArgAction::Set
    )]
    pub client_documents: Option<bool>,

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

    /// How long an app's access token works before the app fetches a new one, in minutes. A revoked app is shut out at
    /// once, whatever this is. [default: 60]
    #[arg(
        long,
        global = true,
        env = "LATCHSTRING_ACCESS_TOKEN_MINUTES",
        value_name = "MINUTES"
    )]
    pub access_token_minutes: Option<u16>,

    /// How many programs may run at once; more have to wait. [default: 64]
    #[arg(long, global = true, env = "LATCHSTRING_PROGRAMS", value_name = "COUNT")]
    pub programs: Option<usize>,

    /// How long one program may take, waiting included, in seconds. [default: 30]
    #[arg(long, global = true, env = "LATCHSTRING_PROGRAM_SECONDS", value_name = "SECONDS")]
    pub program_seconds: Option<u64>,

    /// Where programs run: in processes of their own, or on threads of the server. [default: process]
    #[arg(long, global = true, env = "LATCHSTRING_SANDBOX", value_name = "WHERE")]
    pub sandbox: Option<SandboxIn>,

    /// Whether to refuse to start where the system does not enforce Landlock for the sandbox's processes. [default: false]
    #[arg(
        long,
        global = true,
        env = "LATCHSTRING_REQUIRE_LANDLOCK",
        value_name = "BOOL",
        action = clap::ArgAction::Set
    )]
    pub require_landlock: Option<bool>,

    /// How many calls a minute each key and each connected app may make at this server, a tenth of them at once; 0 for as
    /// many as they like. [default: 600]
    #[arg(long, global = true, env = "LATCHSTRING_CALLS_PER_MINUTE", value_name = "COUNT")]
    pub calls_per_minute: Option<u32>,

    /// What the app signs its events with.
    #[arg(skip)]
    pub(crate) webhook_secrets: Option<SecretList>,

    /// How people sign in to the access page. [default: as made-up people, on a server that only its own machine reaches;
    /// otherwise there is no such page]
    #[arg(long, global = true, env = "LATCHSTRING_SIGN_IN", value_name = "WAY")]
    pub(crate) sign_in: Option<Way>,

    /// Who may make and revoke on the access page, by what the app says of a person: everybody, nobody, `flag:CLAIM` or
    /// `role:CLAIM=VALUE`. Everybody else may look.
    #[arg(long, global = true, env = "LATCHSTRING_MANAGES", value_name = "WHO", value_parser = manages)]
    #[serde(deserialize_with = "manages_in_file")]
    pub(crate) manages: Option<Manages>,

    #[command(flatten)]
    pub(crate) host_token: HostToken,

    #[command(flatten)]
    pub(crate) oidc: Oidc,
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

/// Where programs run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SandboxIn {
    /// In processes that have nothing but a socket to the server.
    Process,
    /// On threads of the server: for development.
    Thread,
}

/// The settings, resolved. Does not print the secrets among them.
#[derive(Debug)]
pub struct Config {
    /// Where to listen.
    pub listen: SocketAddr,
    /// Where everything is kept.
    pub data_dir: PathBuf,
    /// Where the compiled guest is kept.
    pub cache_dir: PathBuf,
    /// The product's database.
    pub database_url: DatabaseUrl,
    /// The database of keys and grants.
    pub access_url: DatabaseUrl,
    /// The address for clients; `None` for the one it listens on.
    pub public_url: Option<Url>,
    /// How many proxies in front add the caller's address.
    pub trusted_proxies: usize,
    /// Whether the documents of apps are fetched.
    pub client_documents: bool,
    /// Further browser origins.
    pub allowed_origins: Vec<String>,
    /// Written once the server listens.
    pub ready_file: Option<PathBuf>,
    /// What to log.
    pub log: String,
    /// How to log; `None` for what fits standard error.
    pub log_format: Option<LogFormat>,
    /// How long an access token works.
    pub access_token_lifetime: TimeDelta,
    /// How many programs may run at once.
    pub programs: usize,
    /// How long one program may take.
    pub program_time: Duration,
    /// Where programs run.
    pub sandbox: SandboxIn,
    /// Whether the sandbox's processes have to be under Landlock.
    pub require_landlock: bool,
    /// How many calls a minute each key and app may make; 0 for as many as they like.
    pub calls_per_minute: u32,
    /// What the app signs its events with.
    pub webhook_secrets: Vec<Secret>,
    /// The text of the key ring; `None` for the one in the data directory.
    pub key_ring: Option<Secret>,
    /// How people sign in to the access page, as far as it is said.
    pub(crate) sign_in: SignIn,
}

impl Settings {
    /// Reads the configuration file, if one is named, and fills the gaps.
    ///
    /// # Errors
    /// When the file cannot be read or a setting makes no sense; the message names the setting.
    pub fn resolve(self, product: &str, variables: Variables) -> anyhow::Result<Config> {
        let file = match &self.config {
            Some(path) => read(path)?,
            None => Self::default(),
        };
        let data_dir = self
            .data_dir
            .or(file.data_dir)
            .unwrap_or_else(|| default_data_dir(product));
        let database_url = self
            .database_url
            .or(file.database_url)
            .unwrap_or_else(|| default_database_url(&data_dir, product));
        let public_url = self.public_url.or(file.public_url);
        let listen = self
            .listen
            .or(file.listen)
            .unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 8787)));
        let allowed_origins = if self.allowed_origins.is_empty() {
            file.allowed_origins
        } else {
            self.allowed_origins
        };
        let trusted_proxies = self.trusted_proxies.or(file.trusted_proxies).unwrap_or(0);
        let minutes = self.access_token_minutes.or(file.access_token_minutes).unwrap_or(60);
        let programs = self.programs.or(file.programs).unwrap_or(64);
        let seconds = self.program_seconds.or(file.program_seconds).unwrap_or(30);
        let config = Config {
            listen,
            access_url: database_url.for_access(),
            database_url,
            cache_dir: self
                .cache_dir
                .or(file.cache_dir)
                .unwrap_or_else(|| data_dir.join("guest")),
            data_dir,
            public_url,
            trusted_proxies,
            client_documents: self.client_documents.or(file.client_documents).unwrap_or(true),
            allowed_origins,
            ready_file: self.ready_file.or(file.ready_file),
            log: self
                .log
                .or(file.log)
                .unwrap_or_else(|| "info,sea_orm_migration=warn,rmcp=warn,rmcp::service=off".to_owned()),
            log_format: self.log_format.or(file.log_format),
            access_token_lifetime: TimeDelta::minutes(minutes.into()),
            programs,
            program_time: Duration::from_secs(seconds),
            sandbox: self.sandbox.or(file.sandbox).unwrap_or(SandboxIn::Process),
            require_landlock: self.require_landlock.or(file.require_landlock).unwrap_or(false),
            calls_per_minute: self
                .calls_per_minute
                .or(file.calls_per_minute)
                .unwrap_or(CALLS_PER_MINUTE),
            webhook_secrets: secrets::webhook_secrets(variables.webhook_secrets.as_ref(), file.webhook_secrets)?,
            key_ring: variables.key_ring,
            sign_in: SignIn {
                way: self.sign_in.or(file.sign_in),
                manages: self.manages.or(file.manages),
                host_token: self.host_token.or(file.host_token).with(variables.host_token_secrets),
                oidc: self.oidc.or(file.oidc).with(variables.oidc_client_secret),
            },
        };
        config.check()?;
        Ok(config)
    }
}

/// Where everything is kept unless somebody says otherwise.
pub(crate) fn default_data_dir(product: &str) -> PathBuf {
    PathBuf::from(".latchstring").join(product)
}

/// The product's database unless somebody says otherwise.
pub(crate) fn default_database_url(data_dir: &Path, product: &str) -> DatabaseUrl {
    DatabaseUrl::of_file(&data_dir.join(format!("{product}.db")))
}

/// The configuration file. A mistake is told by line and kind; the line itself may have a secret in it.
fn read(path: &Path) -> anyhow::Result<Settings> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("cannot read the configuration file {}", path.display()))?;
    toml::from_str(&text).map_err(|error| {
        let line = error
            .span()
            .and_then(|span| text.get(..span.start))
            .map_or(String::new(), |before| {
                format!(", line {}", before.matches('\n').count() + 1)
            });
        anyhow::anyhow!(
            "the configuration file {} is not right{line}: {}",
            path.display(),
            error.message()
        )
    })
}

impl Config {
    /// What each setting must be, and what they must be together.
    fn check(&self) -> anyhow::Result<()> {
        let (listen, programs, seconds) = (self.listen, self.programs, self.program_time.as_secs());
        ensure!(
            (1..=10_000).contains(&programs),
            "--programs is {programs}; use 1 to 10000"
        );
        ensure!(
            (1..=290).contains(&seconds),
            "--program-seconds is {seconds}; use 1 to 290, clients give up at 300"
        );
        ensure!(
            self.sandbox == SandboxIn::Process || !self.require_landlock,
            "--require-landlock is for the sandbox's processes, and --sandbox is thread; leave one of them out"
        );
        let minutes = self.access_token_lifetime.num_minutes();
        ensure!(
            (5..=1440).contains(&minutes),
            "--access-token-minutes is {minutes}; use 5 to 1440"
        );
        ensure!(
            self.trusted_proxies <= 16,
            "--trusted-proxies is {}; say how many proxies a request passes on its way here, 0 to 16",
            self.trusted_proxies
        );
        match &self.public_url {
            Some(url) => check_public_url(url)?,
            None => ensure!(
                listen.ip().to_canonical().is_loopback(),
                "--listen {listen} is reached from other machines; put a proxy in front that ends TLS, and say under which \
                 address with --public-url, such as https://mcp.example.com"
            ),
        }
        for origin in &self.allowed_origins {
            let is_origin = Url::parse(origin.strip_suffix(":*").unwrap_or(origin))
                .is_ok_and(|url| url.has_host() && url.path() == "/" && !origin.ends_with('/'));
            ensure!(
                is_origin,
                "--allowed-origins has `{origin}`; write scheme, host and port, as in https://app.example.com:443"
            );
        }
        Ok(())
    }

    /// How people come to the access page, if there is one. The settings of it are taken out, and their secrets with them.
    pub(crate) fn take_way_in(&mut self) -> anyhow::Result<Option<WayIn>> {
        let chosen = std::mem::take(&mut self.sign_in).open(self.public_url.as_ref())?;
        // Without a password, so on a server that only its own machine reaches.
        Ok(chosen.or_else(|| self.is_private().then(|| WayIn::Demo(DemoSignIn::new()))))
    }

    /// Whether only this machine reaches the server, by its address and by the one it is known under.
    pub(crate) fn is_private(&self) -> bool {
        self.listen.ip().to_canonical().is_loopback() && self.public_url.as_ref().is_none_or(is_this_machine)
    }
}

/// What an app finds at well-known paths must be at the root of a host (RFC 8414, section 3).
fn check_public_url(url: &Url) -> anyhow::Result<()> {
    let is_web = matches!(url.scheme(), "http" | "https") && url.has_host();
    ensure!(is_web, "--public-url is `{url}`; use an http or https address");
    ensure!(
        url.username().is_empty() && url.password().is_none(),
        "--public-url has a name or password in it, which everybody would be shown; leave it out"
    );
    ensure!(
        url.path() == "/" && url.query().is_none() && url.fragment().is_none(),
        "--public-url is `{url}`; put the server on a host name of its own, without a path, such as https://mcp.example.com"
    );
    ensure!(
        url.scheme() == "https" || is_this_machine(url),
        "--public-url is `{url}`; over plain http everybody on the way could read keys, codes and tokens: put a proxy in \
         front that ends TLS, and write its https address, such as https://mcp.example.com"
    );
    Ok(())
}

/// Whether what is sent there stays on the machine it is sent from.
fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
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

#[cfg(test)]
mod tests;
