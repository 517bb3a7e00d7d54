//! The authorization server, and what its endpoints share.

use std::sync::Arc;

use axum::Router;
use latchstring_access::{Access, ConnectorId};
use latchstring_core::Clock;
use url::Url;

use crate::{
    assertion::Assertions,
    authorize,
    cimd::ClientDocuments,
    fetch::{Allowance, Documents, NoDocuments},
    issuer::Issuer,
    limits::Noise,
    metadata,
    pace::Pace,
    register, revoke, token,
};

/// Lets people connect apps with connection codes. Clones share everything.
#[derive(Clone)]
pub struct AuthorizationServer(Arc<Parts>);

struct Parts {
    access: Arc<Access>,
    issuer: Issuer,
    title: String,
    tenant_noun: String,
    proxies: usize,
    documents: Option<ClientDocuments>,
    assertions: Assertions,
    noise: Noise,
    pace: Pace,
}

/// What an authorization server is made of.
pub struct Settings {
    /// Who may do what.
    pub access: Arc<Access>,
    /// The address under which clients and browsers reach us. It has no path.
    pub public_url: Url,
    /// The product's name, for people.
    pub title: String,
    /// What a tenant is called, such as `store`.
    pub tenant_noun: String,
    /// How many proxies in front of us are trusted to append to `X-Forwarded-For`.
    pub trusted_proxies: usize,
    /// How many calls a minute each key and each connected app may make; 0 for as many as they like.
    pub calls_per_minute: u32,
    /// Where the documents of clients come from. `None` on a network without a way out: then clients have to register,
    /// and are told so by the metadata.
    pub documents: Option<Arc<dyn Documents>>,
    /// Tells when a fetched document is stale.
    pub clock: Arc<dyn Clock>,
}

impl AuthorizationServer {
    /// Puts it together.
    pub fn new(settings: Settings) -> Self {
        let Settings { documents, clock, .. } = settings;
        let allowance = Arc::new(Allowance::default());
        Self(Arc::new(Parts {
            access: settings.access,
            issuer: Issuer::new(&settings.public_url),
            title: settings.title,
            tenant_noun: settings.tenant_noun,
            proxies: settings.trusted_proxies,
            noise: Noise::new(Arc::clone(&clock)),
            pace: Pace::new(settings.calls_per_minute, Arc::clone(&clock)),
            documents: documents
                .clone()
                .map(|documents| ClientDocuments::new(documents, Arc::clone(&clock), Arc::clone(&allowance))),
            assertions: Assertions::new(documents.unwrap_or_else(|| Arc::new(NoDocuments)), clock, allowance),
        }))
    }

    /// Metadata, registration, the approval page, tokens, revocation.
    pub fn router(&self) -> Router {
        let for_programs = metadata::router()
            .merge(token::router())
            .merge(register::router())
            .merge(revoke::router())
            .layer(crate::cors::for_programs());
        for_programs.merge(authorize::router()).with_state(self.clone())
    }

    /// The address that a person pastes into a chat to connect an app to a tenant.
    pub fn connector_url(&self, connector: &ConnectorId) -> String {
        self.0.issuer.connector_url(connector)
    }

    pub(crate) fn access(&self) -> &Access {
        &self.0.access
    }

    pub(crate) fn shared_access(&self) -> &Arc<Access> {
        &self.0.access
    }

    pub(crate) fn issuer(&self) -> &Issuer {
        &self.0.issuer
    }

    /// The product's name.
    pub(crate) fn title(&self) -> &str {
        &self.0.title
    }

    /// What a tenant is called.
    pub(crate) fn tenant_noun(&self) -> &str {
        &self.0.tenant_noun
    }

    pub(crate) fn proxies(&self) -> usize {
        self.0.proxies
    }

    pub(crate) fn noise(&self) -> &Noise {
        &self.0.noise
    }

    pub(crate) fn pace(&self) -> &Pace {
        &self.0.pace
    }

    /// The clients that have documents, if we fetch any.
    pub(crate) fn documents(&self) -> Option<&ClientDocuments> {
        self.0.documents.as_ref()
    }

    pub(crate) fn assertions(&self) -> &Assertions {
        &self.0.assertions
    }
}
