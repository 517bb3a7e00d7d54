//! The parts of a Latchstring, named once and put together.

use std::{sync::Arc, time::Duration};

use bon::bon;
use latchstring_access::{Access, ConnectorId, Secret};
use latchstring_console::{Console, SettingsError, SignIn};
use latchstring_core::{Catalog, Clock, Limits, OnceAMinute, Sandbox, SystemClock};
use latchstring_mcp::{About, Server};
use latchstring_oauth::{AuthorizationServer, CALLS_PER_MINUTE, Documents, Settings};
use latchstring_runner::{Budgets, Calls};
use url::Url;

/// Everything that serves one product to its tenants' assistants.
#[derive(Clone)]
pub struct Latchstring {
    pub(crate) server: Server,
    pub(crate) calls: Calls,
    pub(crate) rest: Option<latchstring_rest::About>,
    pub(crate) authorization: AuthorizationServer,
    pub(crate) console: Option<Console>,
    pub(crate) access: Arc<Access>,
    pub(crate) webhook_secrets: Arc<[Secret]>,
    pub(crate) public_url: Url,
    pub(crate) title: String,
    pub(crate) allowed_origins: Vec<String>,
    /// Refused requests, as the log is told of them.
    pub(crate) refusals: Arc<OnceAMinute>,
}

#[bon]
impl Latchstring {
    /// Puts the parts together.
    ///
    /// # Errors
    /// When there is an access page that cannot be at the public address.
    #[builder]
    pub fn new(
        /// What the product is called and says of itself.
        about: About,
        /// The product's operations.
        catalog: Catalog,
        /// What a tenant is called where a person reads it, such as `store`.
        #[builder(into, default = "store")]
        tenant_noun: String,
        /// Keys, connected apps and their grants.
        access: Arc<Access>,
        /// Where the metadata documents of clients come from: [`HttpDocuments`](crate::oauth::HttpDocuments) on a network
        /// with a way out. Without it, clients have to register.
        #[builder(with = |documents: impl Documents + 'static| Arc::new(documents))]
        documents: Option<Arc<dyn Documents>>,
        /// The page where people see what is connected, make and revoke: what it is called, such as `LLM / API Access`, and
        /// how they sign in. Without it, that is done by command.
        #[builder(with = |title: impl Into<String>, sign_in: impl SignIn| (title.into(), Arc::new(sign_in)))]
        access_page: Option<(String, Arc<dyn SignIn>)>,
        /// Where programs run.
        #[builder(with = |sandbox: impl Sandbox + 'static| Arc::new(sandbox))]
        sandbox: Arc<dyn Sandbox>,
        /// The address under which clients and browsers reach the server, without a path; its host and origin are
        /// accepted.
        public_url: Url,
        /// How many proxies in front of the server are trusted to append the caller's address to `X-Forwarded-For`.
        #[builder(default)]
        trusted_proxies: usize,
        /// How many calls a minute each key and each connected app may make at this server, a tenth of them at once; 0 for as
        /// many as they like.
        #[builder(default = CALLS_PER_MINUTE)]
        calls_per_minute: u32,
        /// What the app signs its events with; two while one replaces the other. Without any, none are accepted.
        #[builder(default)]
        webhook_secrets: Vec<Secret>,
        /// Further browser origins that may call, such as `https://inspector.example:443` or `http://localhost:*`.
        #[builder(default)]
        allowed_origins: Vec<String>,
        /// Whether scripts may call over plain HTTP, at `/api/v1/`. Say no if the app has routes of its own there that
        /// would be in the way.
        #[builder(default = true)]
        rest: bool,
        /// What one program may use.
        #[builder(default)]
        limits: Limits,
        /// What the programs of one key or connected app, and those of one tenant, may use together.
        #[builder(default)]
        budgets: Budgets,
        /// The clock; the machine's unless a test says otherwise.
        #[builder(default = Arc::new(SystemClock))]
        clock: Arc<dyn Clock>,
    ) -> Result<Self, SettingsError> {
        let console = access_page.map(|(page_title, sign_in)| {
            Console::new(latchstring_console::Settings {
                access: access.clone(),
                sign_in,
                public_url: public_url.clone(),
                title: about.title.clone(),
                name: about.name.clone(),
                page_title,
                tenant_noun: tenant_noun.clone(),
            })
        });
        let console = console.transpose()?;
        let authorization = AuthorizationServer::new(Settings {
            access: access.clone(),
            public_url: public_url.clone(),
            title: about.title.clone(),
            tenant_noun,
            trusted_proxies,
            calls_per_minute,
            documents,
            clock: clock.clone(),
        });
        let refusals = Arc::new(OnceAMinute::new(clock.clone()));
        let calls = Calls::new(catalog, sandbox, access.clone(), clock, (limits, budgets));
        let rest = rest.then(|| latchstring_rest::About {
            title: about.title.clone(),
            version: about.version.clone(),
            url: public_url.as_str().trim_end_matches('/').to_owned(),
        });
        let title = about.title.clone();
        let server = Server::new(about, calls.clone(), public_url.as_str());
        Ok(Self {
            server,
            calls,
            rest,
            authorization,
            console,
            access,
            webhook_secrets: webhook_secrets.into(),
            public_url,
            title,
            allowed_origins,
            refusals,
        })
    }

    /// The address that a person pastes into a chat to connect an app to this tenant.
    pub fn connector_url(&self, connector: &ConnectorId) -> String {
        self.authorization.connector_url(connector)
    }

    /// For the end: lets the calls under way go on for `grace` at most, then ends them, which undoes what they changed.
    /// When this returns, none is left; shut down [`Access`] next, so that what was done is written down.
    pub async fn drain(&self, grace: Duration) {
        self.server.drain(grace).await;
    }
}
