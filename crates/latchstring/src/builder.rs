//! The parts of a Latchstring, named once and put together.

use std::{sync::Arc, time::Duration};

use bon::bon;
use latchstring_access::Access;
use latchstring_core::{Catalog, Clock, Limits, Sandbox, SystemClock};
use latchstring_mcp::{About, Server};
use url::Url;

/// Everything that serves one product to its tenants' assistants.
#[derive(Clone)]
pub struct Latchstring {
    pub(crate) server: Server,
    pub(crate) access: Arc<Access>,
    pub(crate) public_url: Url,
    pub(crate) allowed_origins: Vec<String>,
}

#[bon]
impl Latchstring {
    /// Puts the parts together.
    #[builder]
    pub fn new(
        /// What the product is called and says of itself.
        about: About,
        /// The product's operations.
        catalog: Catalog,
        /// Keys and grants.
        access: Arc<Access>,
        /// Where programs run.
        #[builder(with = |sandbox: impl Sandbox + 'static| Arc::new(sandbox))]
        sandbox: Arc<dyn Sandbox>,
        /// The address under which clients reach the server; its host and origin are accepted.
        public_url: Url,
        /// Further browser origins that may call, such as `https://inspector.example:443` or `http://localhost:*`.
        #[builder(default)]
        allowed_origins: Vec<String>,
        /// What one program may use.
        #[builder(default)]
        limits: Limits,
        /// The clock; the machine's unless a test says otherwise.
        #[builder(default = Arc::new(SystemClock))]
        clock: Arc<dyn Clock>,
    ) -> Self {
        let server = Server::new(about, catalog, sandbox, access.clone(), clock, limits);
        Self {
            server,
            access,
            public_url,
            allowed_origins,
        }
    }

    /// For the end: lets the calls under way go on for `grace` at most, then ends them, which undoes what they changed.
    /// When this returns, none is left; shut down [`Access`] next, so that what was done is written down.
    pub async fn drain(&self, grace: Duration) {
        self.server.drain(grace).await;
    }
}
