//! From a name to addresses that may be dialled.
//!
//! The client dials what this returns and asks nobody again, so that a name cannot have a public address when it is
//! checked and a private one when it is dialled (DNS rebinding).

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use async_trait::async_trait;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// Asks for the addresses of a name.
#[async_trait]
pub(super) trait Lookup: Send + Sync {
    /// All addresses of `host`.
    async fn addresses(&self, host: &str) -> io::Result<Vec<IpAddr>>;
}

/// Asks the operating system.
pub(super) struct SystemLookup;

#[async_trait]
impl Lookup for SystemLookup {
    async fn addresses(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        Ok(tokio::net::lookup_host((host, 0))
            .await?
            .map(|address| address.ip())
            .collect())
    }
}

/// Gives the client of an HTTP library addresses that were checked.
#[derive(Clone)]
pub(super) struct CheckedResolver {
    pub(super) lookup: Arc<dyn Lookup>,
    /// May this address be dialled?
    pub(super) permits: fn(IpAddr) -> bool,
    /// Where to dial. 443, but in tests.
    pub(super) port: u16,
}

/// The name has an address that may not be dialled.
#[derive(Debug, thiserror::Error)]
#[error("`{host}` leads to {address}, which is not a public address")]
pub(super) struct NotPublic {
    host: String,
    address: IpAddr,
}

impl Resolve for CheckedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let Self { lookup, permits, port } = self.clone();
        Box::pin(async move {
            let host = name.as_str().to_owned();
            let addresses = lookup.addresses(&host).await?;
            // One address that is not public is enough: who mixes them hopes that we try the other one next.
            if let Some(address) = addresses.iter().copied().find(|address| !permits(*address)) {
                return Err(NotPublic { host, address }.into());
            }
            let addresses: Addrs = Box::new(addresses.into_iter().map(move |address| SocketAddr::new(address, port)));
            Ok(addresses)
        })
    }
}
