//! The console, and what its pages share.

use std::sync::Arc;

use axum::Router;
use latchstring_access::{Access, ConnectorId};
use url::Url;

use crate::{
    ACCESS, activity, connect, home, keys, pause, revoke,
    sign_in::{self, Desk, SignIn},
};

/// The access page of a product. Clones share everything.
#[derive(Clone)]
pub struct Console(Arc<Settings>);

/// What a console is made of.
pub struct Settings {
    /// Who may do what.
    pub access: Arc<Access>,
    /// How people come in.
    pub sign_in: Arc<dyn SignIn>,
    /// The address under which browsers reach us. It has no path.
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

impl Console {
    /// Puts it together.
    pub fn new(settings: Settings) -> Self {
        Self(Arc::new(settings))
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
        pages.nest(&format!("{ACCESS}/sign-in"), self.0.sign_in.router(desk))
    }

    pub(crate) fn access(&self) -> &Access {
        &self.0.access
    }

    pub(crate) fn sign_in(&self) -> &dyn SignIn {
        self.0.sign_in.as_ref()
    }

    pub(crate) fn title(&self) -> &str {
        &self.0.title
    }

    pub(crate) fn name(&self) -> &str {
        &self.0.name
    }

    pub(crate) fn page_title(&self) -> &str {
        &self.0.page_title
    }

    pub(crate) fn tenant_noun(&self) -> &str {
        &self.0.tenant_noun
    }

    /// The origin that a browser sends for our own pages.
    pub(crate) fn origin(&self) -> String {
        self.0.public_url.origin().ascii_serialization()
    }

    pub(crate) fn is_https(&self) -> bool {
        self.0.public_url.scheme() == "https"
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
