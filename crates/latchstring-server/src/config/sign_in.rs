//! How people come to the access page: the ways that have settings, and what is made of them.
//!
//! They are checked when the server starts and not before. A command beside it needs no way in, and need not know the secrets
//! of one.

use anyhow::{Context, anyhow, bail, ensure};
use clap::{Args, ValueEnum};
use latchstring::{
    access::Secret,
    console::{
        DemoSignIn, HostTokenSettings, HostTokenSettingsError, HostTokenSignIn, Manages, OidcSettings,
        OidcSettingsError, OidcSignIn,
    },
};
use serde::{Deserialize, Deserializer, de::Error};
use url::Url;

use super::{
    secrets::{self, SecretList},
    web_address,
};

const HOST_TOKEN_SECRETS: &str = "LATCHSTRING_HOST_TOKEN_SECRETS (secrets below [host-token] in the file)";

const OIDC_CLIENT_SECRET: &str = "LATCHSTRING_OIDC_CLIENT_SECRET (client-secret below [oidc] in the file)";

/// What is asked for unless somebody says otherwise.
const SCOPES: [&str; 2] = ["openid", "profile"];

/// How people come in, with everything that takes.
pub(crate) enum WayIn {
    Demo(DemoSignIn),
    HostToken(HostTokenSignIn),
    Oidc(OidcSignIn),
}

/// The ways that have settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Way {
    /// The app opens the page in a frame, with a token that it has signed.
    HostToken,
    /// The app is an OAuth 2 or OIDC provider, and people sign in there.
    Oidc,
}

/// What is said of it.
#[derive(Debug, Default)]
pub(crate) struct SignIn {
    pub(super) way: Option<Way>,
    pub(super) manages: Option<Manages>,
    pub(super) host_token: HostToken,
    pub(super) oidc: Oidc,
}

/// The settings of [`Way::HostToken`]; in the file, the table `[host-token]`.
#[derive(Debug, Default, Args, Deserialize)]
#[command(next_help_heading = "Sign-in by the app's token (--sign-in host-token)")]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(crate) struct HostToken {
    /// What tokens have in `aud`: the app's API key or client id.
    #[arg(
        long = "host-token-audience",
        global = true,
        env = "LATCHSTRING_HOST_TOKEN_AUDIENCE",
        value_name = "TEXT"
    )]
    audience: Option<String>,

    /// What the hosts of tenants end with, such as `.myshopify.com`.
    #[arg(
        long = "host-token-tenant-suffix",
        global = true,
        env = "LATCHSTRING_HOST_TOKEN_TENANT_SUFFIX",
        value_name = "SUFFIX"
    )]
    tenant_suffix: Option<String>,

    /// In whose pages the access page may be shown, besides the tenant's own, such as `https://admin.shopify.com`. Repeat,
    /// or separate by commas.
    #[arg(
        long = "host-token-frame-origins",
        global = true,
        env = "LATCHSTRING_HOST_TOKEN_FRAME_ORIGINS",
        value_name = "ORIGIN",
        value_delimiter = ',',
        value_parser = web_address
    )]
    frame_origins: Vec<Url>,

    #[arg(skip)]
    secrets: Option<SecretList>,
}

/// The settings of [`Way::Oidc`]; in the file, the table `[oidc]`.
#[derive(Debug, Default, Args, Deserialize)]
#[command(next_help_heading = "Sign-in with the app (--sign-in oidc)")]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(crate) struct Oidc {
    /// Where people sign in.
    #[arg(
        long = "oidc-authorize-url",
        global = true,
        env = "LATCHSTRING_OIDC_AUTHORIZE_URL",
        value_name = "URL",
        value_parser = web_address
    )]
    authorize_url: Option<Url>,

    /// Where a code is exchanged for a token.
    #[arg(
        long = "oidc-token-url",
        global = true,
        env = "LATCHSTRING_OIDC_TOKEN_URL",
        value_name = "URL",
        value_parser = web_address
    )]
    token_url: Option<Url>,

    /// Where the token tells who it is for.
    #[arg(
        long = "oidc-userinfo-url",
        global = true,
        env = "LATCHSTRING_OIDC_USERINFO_URL",
        value_name = "URL",
        value_parser = web_address
    )]
    userinfo_url: Option<Url>,

    /// By which id the app knows this server.
    #[arg(
        long = "oidc-client-id",
        global = true,
        env = "LATCHSTRING_OIDC_CLIENT_ID",
        value_name = "ID"
    )]
    client_id: Option<String>,

    /// What is asked for. Repeat, or separate by commas. [default: openid,profile]
    #[arg(
        long = "oidc-scopes",
        global = true,
        env = "LATCHSTRING_OIDC_SCOPES",
        value_name = "SCOPE",
        value_delimiter = ','
    )]
    scopes: Vec<String>,

    /// The claim with the host keys of the person's tenants: text, or a list of texts.
    #[arg(
        long = "oidc-tenant-claim",
        global = true,
        env = "LATCHSTRING_OIDC_TENANT_CLAIM",
        value_name = "CLAIM"
    )]
    tenant_claim: Option<String>,

    /// The claim with the app's id of the person. [default: sub]
    #[arg(
        long = "oidc-sub-claim",
        global = true,
        env = "LATCHSTRING_OIDC_SUB_CLAIM",
        value_name = "CLAIM"
    )]
    sub_claim: Option<String>,

    /// The claim with the name to show. [default: name]
    #[arg(
        long = "oidc-name-claim",
        global = true,
        env = "LATCHSTRING_OIDC_NAME_CLAIM",
        value_name = "CLAIM"
    )]
    name_claim: Option<String>,

    #[arg(skip)]
    #[serde(deserialize_with = "secrets::one")]
    client_secret: Option<Secret>,
}

impl SignIn {
    /// The way that was chosen, if one was.
    ///
    /// # Errors
    /// When a setting is missing, wrong, or one of a way that was not chosen; the message names it.
    pub(super) fn open(self, public_url: Option<&Url>) -> anyhow::Result<Option<WayIn>> {
        let Self {
            way,
            manages,
            host_token,
            oidc,
        } = self;
        let Some(way) = way else {
            let stray = manages.map(|_| "--manages").or(host_token.given()).or(oidc.given());
            let Some(setting) = stray else { return Ok(None) };
            bail!(
                "{setting} is given, but no way to sign in; choose one with --sign-in host-token or oidc, or take it out"
            );
        };
        let (chosen, stray) = match way {
            Way::HostToken => ("host-token", oidc.given()),
            Way::Oidc => ("oidc", host_token.given()),
        };
        if let Some(setting) = stray {
            bail!("{setting} is given, but --sign-in is {chosen}; take it out, or choose the other way with --sign-in");
        }
        let manages = needed(
            manages,
            "--manages",
            "say who may make and revoke: everybody, nobody, flag:CLAIM or role:CLAIM=VALUE",
        )?;
        Ok(Some(match way {
            Way::HostToken => WayIn::HostToken(host_token.open(manages, public_url)?),
            Way::Oidc => WayIn::Oidc(oidc.open(manages)?),
        }))
    }
}

impl HostToken {
    /// What is said here, and what `other` says where nothing is.
    pub(super) fn or(self, other: Self) -> Self {
        Self {
            audience: self.audience.or(other.audience),
            tenant_suffix: self.tenant_suffix.or(other.tenant_suffix),
            frame_origins: either(self.frame_origins, other.frame_origins),
            secrets: self.secrets.or(other.secrets),
        }
    }

    /// With the secrets of the environment, if there are some.
    pub(super) fn with(mut self, variable: Option<Secret>) -> Self {
        let secrets = variable.map(|text| SecretList::separated_by_commas(text.expose()));
        self.secrets = secrets.or(self.secrets);
        self
    }

    /// The first setting that is given.
    fn given(&self) -> Option<&'static str> {
        first_of(&[
            (HOST_TOKEN_SECRETS, self.secrets.is_some()),
            ("--host-token-audience", self.audience.is_some()),
            ("--host-token-tenant-suffix", self.tenant_suffix.is_some()),
            ("--host-token-frame-origins", !self.frame_origins.is_empty()),
        ])
    }

    fn open(self, manages: Manages, public_url: Option<&Url>) -> anyhow::Result<HostTokenSignIn> {
        ensure!(
            public_url.is_some_and(|url| url.scheme() == "https"),
            "--sign-in is host-token, and browsers keep its session over TLS only; name the https address of this server \
             with --public-url, such as https://mcp.example.com"
        );
        let SecretList(secrets) = needed(
            self.secrets,
            HOST_TOKEN_SECRETS,
            "give what the app signs its tokens with",
        )?;
        let settings = HostTokenSettings {
            secrets,
            audience: needed(
                self.audience,
                "--host-token-audience",
                "give the API key of the app, which its tokens have in `aud`",
            )?,
            tenant_suffix: needed(
                self.tenant_suffix,
                "--host-token-tenant-suffix",
                "say what the hosts of tenants end with, such as .myshopify.com",
            )?,
            frame_origins: self.frame_origins,
            manages,
        };
        HostTokenSignIn::new(settings).map_err(|error| {
            let setting = match &error {
                HostTokenSettingsError::Secrets(_) | HostTokenSettingsError::ShortSecret => HOST_TOKEN_SECRETS,
                HostTokenSettingsError::Audience => "--host-token-audience",
                HostTokenSettingsError::TenantSuffix(_) => "--host-token-tenant-suffix",
                HostTokenSettingsError::FrameOrigin(_) => "--host-token-frame-origins",
            };
            anyhow!("{setting} is not right: {error}")
        })
    }
}

impl Oidc {
    /// What is said here, and what `other` says where nothing is.
    pub(super) fn or(self, other: Self) -> Self {
        Self {
            authorize_url: self.authorize_url.or(other.authorize_url),
            token_url: self.token_url.or(other.token_url),
            userinfo_url: self.userinfo_url.or(other.userinfo_url),
            client_id: self.client_id.or(other.client_id),
            scopes: either(self.scopes, other.scopes),
            tenant_claim: self.tenant_claim.or(other.tenant_claim),
            sub_claim: self.sub_claim.or(other.sub_claim),
            name_claim: self.name_claim.or(other.name_claim),
            client_secret: self.client_secret.or(other.client_secret),
        }
    }

    /// With the secret of the environment, if there is one.
    pub(super) fn with(mut self, variable: Option<Secret>) -> Self {
        self.client_secret = variable.or(self.client_secret);
        self
    }

    /// The first setting that is given.
    fn given(&self) -> Option<&'static str> {
        first_of(&[
            (OIDC_CLIENT_SECRET, self.client_secret.is_some()),
            ("--oidc-authorize-url", self.authorize_url.is_some()),
            ("--oidc-token-url", self.token_url.is_some()),
            ("--oidc-userinfo-url", self.userinfo_url.is_some()),
            ("--oidc-client-id", self.client_id.is_some()),
            ("--oidc-scopes", !self.scopes.is_empty()),
            ("--oidc-tenant-claim", self.tenant_claim.is_some()),
            ("--oidc-sub-claim", self.sub_claim.is_some()),
            ("--oidc-name-claim", self.name_claim.is_some()),
        ])
    }

    fn open(self, manages: Manages) -> anyhow::Result<OidcSignIn> {
        let address = |url: Option<Url>, setting, what| {
            let url = needed(url, setting, what)?;
            Ok::<_, anyhow::Error>((setting, url))
        };
        let addresses = [
            address(self.authorize_url, "--oidc-authorize-url", "say where people sign in")?,
            address(self.token_url, "--oidc-token-url", "say where a code is exchanged")?,
            address(
                self.userinfo_url,
                "--oidc-userinfo-url",
                "say where the app tells who it is",
            )?,
        ];
        let [authorize_url, token_url, userinfo_url] = addresses.each_ref().map(|(_, url)| url.clone());
        let settings = OidcSettings {
            authorize_url,
            token_url,
            userinfo_url,
            client_id: needed(
                self.client_id,
                "--oidc-client-id",
                "give the id by which the app knows this server",
            )?,
            client_secret: self.client_secret,
            scopes: either(self.scopes, SCOPES.map(str::to_owned).into()),
            tenant_claim: needed(
                self.tenant_claim,
                "--oidc-tenant-claim",
                "name the claim with the host keys of a person's tenants",
            )?,
            manages,
            sub_claim: self.sub_claim.unwrap_or_else(|| "sub".to_owned()),
            name_claim: self.name_claim.unwrap_or_else(|| "name".to_owned()),
        };
        OidcSignIn::new(settings).map_err(|error| match error {
            // It may have a password in it.
            OidcSettingsError::Url(wrong) => {
                let setting = addresses.iter().find(|(_, url)| *url == wrong);
                let setting = setting.map_or("an address of --sign-in oidc", |(setting, _)| setting);
                anyhow!(
                    "{setting} is not an address to sign in at; write https (http on this machine alone), without user, \
                     password and fragment"
                )
            }
            OidcSettingsError::Empty(name) => {
                anyhow!("--oidc-{} is empty; write what the app calls it", name.replace('_', "-"))
            }
            error @ OidcSettingsError::Client(_) => error.into(),
        })
    }
}

/// A setting without which the way that was chosen is none.
fn needed<T>(value: Option<T>, setting: &str, then: &str) -> anyhow::Result<T> {
    value.with_context(|| format!("--sign-in needs {setting}, which is missing; {then}"))
}

fn first_of(settings: &[(&'static str, bool)]) -> Option<&'static str> {
    settings
        .iter()
        .find_map(|(setting, is_given)| is_given.then_some(*setting))
}

fn either<T>(list: Vec<T>, other: Vec<T>) -> Vec<T> {
    if list.is_empty() { other } else { list }
}

/// Reads `--manages`.
pub(super) fn manages(text: &str) -> Result<Manages, String> {
    let role = |rest: &str| {
        let (claim, value) = rest.split_once('=')?;
        (!claim.is_empty() && !value.is_empty()).then(|| Manages::Role {
            claim: claim.to_owned(),
            value: value.to_owned(),
        })
    };
    let manages = match (text, text.split_once(':')) {
        ("everybody", _) => Some(Manages::Everybody),
        ("nobody", _) => Some(Manages::Nobody),
        (_, Some(("flag", claim))) if !claim.is_empty() => Some(Manages::Flag(claim.to_owned())),
        (_, Some(("role", rest))) => role(rest),
        _ => None,
    };
    manages.ok_or_else(|| "write everybody, nobody, flag:CLAIM or role:CLAIM=VALUE".to_owned())
}

/// The same in the file.
pub(super) fn manages_in_file<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Manages>, D::Error> {
    let text = String::deserialize(deserializer)?;
    manages(&text).map(Some).map_err(D::Error::custom)
}

#[cfg(test)]
mod tests;
