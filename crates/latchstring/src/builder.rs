//! The parts of a Latchstring, named once and put together.

use std::sync::Arc;

use bon::Builder;
use latchstring_access::Access;
use latchstring_core::{Catalog, Clock, Limits, Sandbox, SystemClock};
use latchstring_mcp::About;
use tokio_util::sync::CancellationToken;
use url::Url;

/// Everything that serves one product to its tenants' assistants.
#[derive(Builder, Clone)]
pub struct Latchstring {
    /// What the product is called and says of itself.
    pub(crate) about: About,
    /// The product's operations.
    pub(crate) catalog: Catalog,
    /// Keys and grants.
    pub(crate) access: Arc<Access>,
    /// Where programs run.
    #[builder(with = |sandbox: impl Sandbox + 'static| Arc::new(sandbox))]
    pub(crate) sandbox: Arc<dyn Sandbox>,
    /// The address under which clients reach the server; its host and origin are accepted.
    pub(crate) public_url: Url,
    /// Further browser origins that may call, such as `https://inspector.example:443` or `http://localhost:*`.
    #[builder(default)]
    pub(crate) allowed_origins: Vec<String>,
    /// What one program may use.
    #[builder(default)]
    pub(crate) limits: Limits,
    /// The clock; the machine's unless a test says otherwise.
    #[builder(default = Arc::new(SystemClock))]
    pub(crate) clock: Arc<dyn Clock>,
    /// Cancelled when the server shuts down; open streams end then.
    #[builder(default)]
    pub(crate) shutdown: CancellationToken,
}
