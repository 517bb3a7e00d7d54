//! The console, and what its pages share.

use std::sync::Arc;

use axum::{Router, middleware};
use latchstring_access::{Access, ConnectorId};
use url::{Host, Url};

use crate::{
    ACCESS,
    activity::{self, Exports},
    connect, error, home, keys, pause, revoke,
    sign_in::{self, Desk, SignIn},
};

/// The access page of a product. Clones share everything.
#[derive(Clone)]
pub struct Console(Arc<Inside>);

struct Inside {
    settings: Settings,
    exports: Exports,
}

/// What a console is made of.
pub struct Settings {
    /// Who may do what.
    pub access: Arc<Access>,
    /// How people come in.
    pub sign_in: Arc<dyn SignIn>,
    /// The address under which browsers reach us: https, or http on the own machine. It has no path.
    pub public_url: Url,
    /// The product's name, for people.
    pub title: String,
    /// The product's name on the wire and in configuration files, such as `assembly`.
    pub name: String,
    /// What the access page is called, such as `LLM / API Access`.
    pub page_title: String,
    /// What a tenant is called, such as `store`.
    pub tenant_noun: String,
}

/// Why settings make no access page.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// Keys and sessions would be sent in the open.
    #[error(
        "the access page cannot be at `{0}`, where everybody on the way could read keys and sessions: put a proxy in front \
         that ends TLS, and give its https address, such as https://mcp.example.com"
    )]
    Open(Url),
    /// The sign-in is for a page in a frame, and browsers would not keep its cookie.
    #[error(
        "the access page cannot be shown in a frame from `{0}`, because browsers keep cookies there over https alone: give an \
         https address, such as https://mcp.example.com, or use a sign-in that is not framed"
    )]
    Framed(Url),
}

impl Console {
    /// Puts it together.
    ///
    /// # Errors
    /// When the public address is not one for keys and sessions, or not for this sign-in.
    pub fn new(settings: Settings) -> Result<Self, SettingsError> {
        let url = &settings.public_url;
        let is_https = url.scheme() == "https";
        let is_here = url.scheme() == "http" && is_this_machine(url);
        if !is_https && !is_here {
            return Err(SettingsError::Open(url.clone()));
        }
        if !is_https && settings.sign_in.is_framed() {
            return Err(SettingsError::Framed(url.clone()));
        }
        Ok(Self(Arc::new(Inside {
            settings,
            exports: Exports::default(),
        })))
    }

    /// The access page and everything below it.
    pub fn router(&self) -> Router {
        let pages = Router::new()
            .merge(home::router())
            .merge(keys::router())
            .merge(connect::router())
            .merge(revoke::router())
            .merge(pause::router())
            .merge(activity::router())
            .merge(sign_in::router())
            .with_state(self.clone());
        let desk = Desk::new(self.clone());
        pages
            .nest(&format!("{ACCESS}/sign-in"), self.sign_in().router(desk))
            .layer(middleware::from_fn_with_state(self.clone(), error::explain))
    }

    pub(crate) fn exports(&self) -> &Exports {
        &self.0.exports
    }

    pub(crate) fn access(&self) -> &Access {
        &self.0.settings.access
    }

    pub(crate) fn sign_in(&self) -> &dyn SignIn {
        self.0.settings.sign_in.as_ref()
    }

    pub(crate) fn title(&self) -> &str {
        &self.0.settings.title
    }

    pub(crate) fn name(&self) -> &str {
        &self.0.settings.name
    }

    pub(crate) fn page_title(&self) -> &str {
        &self.0.settings.page_title
    }

    pub(crate) fn tenant_noun(&self) -> &str {
        &self.0.settings.tenant_noun
    }

    /// The origin that a browser sends for our own pages.
    pub(crate) fn origin(&self) -> String {
        self.0.settings.public_url.origin().ascii_serialization()
    }

    pub(crate) fn is_https(&self) -> bool {
        self.0.settings.public_url.scheme() == "https"
    }

    /// Where API keys are presented.
    pub(crate) fn mcp_url(&self) -> String {
        format!("{}/mcp", self.origin())
    }

    /// Where an app connects to this tenant.
    pub(crate) fn connector_url(&self, connector: &ConnectorId) -> String {
        format!("{}/c/{connector}/mcp-agent", self.origin())
    }
}

/// Whether what is sent there stays on the machine it is sent from.
pub(crate) fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
