//! What a command works with: the keys of a server that may be running, and what is known of its address.

use std::sync::Arc;

use anyhow::ensure;
use latchstring::{
    access::{Access, Person, Tenant},
    db::Database,
};

use super::Which;
use crate::{
    Config, Product,
    address::{self, Known},
    parts,
};

/// Access, opened beside the server.
pub(crate) struct Opened {
    pub(crate) access: Arc<Access>,
    database: Database,
    address: Known,
}

impl Opened {
    pub(crate) async fn open<P: Product>(config: &Config) -> anyhow::Result<Self> {
        ensure!(
            parts::was_served(config),
            "there is no key ring or no database for {}; name the server's data directory with --data-dir, or start the \
             server once",
            config.data_dir.display()
        );
        let address = Known::by(config)?;
        let (database, access) = parts::open_access::<P>(config).await?;
        Ok(Self {
            access,
            database,
            address,
        })
    }

    /// The tenant that is meant; the only one if none is named.
    pub(crate) async fn tenant<P: Product>(&self, which: &Which) -> anyhow::Result<Tenant> {
        which.find::<P>(&self.access).await
    }

    /// What a person pastes into a chat to connect an app to this tenant, as far as the server's address is known.
    pub(crate) fn connector_url(&self, tenant: &Tenant) -> Option<String> {
        let url = self.address.url()?;
        Some(address::connector_url(url, &tenant.connector))
    }

    /// What a person should know who goes by a connector URL.
    pub(crate) fn remark(&self) -> Option<String> {
        self.address.remark()
    }

    pub(crate) async fn close(self) -> anyhow::Result<()> {
        self.access.shutdown().await;
        Ok(self.database.close().await?)
    }
}

/// Who acts, as far as a command line knows.
pub(crate) fn operator() -> Person {
    let user = std::env::var("USER").ok().filter(|user| !user.is_empty());
    Person::new(
        "command-line",
        &user.map_or_else(|| "command line".to_owned(), |user| format!("{user} (command line)")),
    )
}
