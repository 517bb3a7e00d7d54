//! What a command works with: the keys of a server that may be running, and the tenant that is meant.

use std::sync::Arc;

use anyhow::{bail, ensure};
use clap::Args;
use latchstring::{
    access::{Access, Person, Tenant},
    db::Database,
};
use url::Url;

use crate::{Config, Product, address, parts};

/// Which tenant is meant.
#[derive(Debug, Args)]
pub(crate) struct Which {
    /// The tenant, by name or host key. Needed when there is more than one.
    #[arg(long, global = true, visible_alias = "store", value_name = "NAME")]
    tenant: Option<String>,
}

/// Access, opened beside the server.
pub(crate) struct Opened {
    pub(crate) access: Arc<Access>,
    database: Database,
    url: Url,
}

impl Opened {
    pub(crate) async fn open<P: Product>(config: &Config) -> anyhow::Result<Self> {
        ensure!(
            parts::was_served(config),
            "there is no key ring or no database for {}; name the server's data directory with --data-dir, or start the \
             server once",
            config.data_dir.display()
        );
        let url = address::known(config)?;
        let (database, access) = parts::open_access::<P>(config).await?;
        Ok(Self { access, database, url })
    }

    /// The tenant that is meant; the only one if none is named.
    pub(crate) async fn tenant<P: Product>(&self, which: &Which) -> anyhow::Result<Tenant> {
        let found = match &which.tenant {
            Some(name) => self.access.find_tenants(name).await?,
            None => self.access.list_tenants().await?,
        };
        let noun = P::TENANT_NOUN;
        match (<[Tenant; 1]>::try_from(found), &which.tenant) {
            (Ok([tenant]), _) => Ok(tenant),
            (Err(none), Some(name)) if none.is_empty() => {
                bail!("no {noun} is called `{name}`; `{} tenant list` shows them", P::NAME)
            }
            (Err(none), None) if none.is_empty() => bail!("there is no {noun} yet; start the server once"),
            (Err(several), Some(_)) => {
                let keys: Vec<String> = several.iter().map(|tenant| format!("`{}`", tenant.host_key)).collect();
                bail!(
                    "more than one {noun} has this name; name the host key with --{noun}: {}",
                    keys.join(", ")
                )
            }
            (Err(several), None) => {
                let names: Vec<String> = several.iter().map(|tenant| format!("`{}`", tenant.name)).collect();
                bail!(
                    "there is more than one {noun}; name it with --{noun}: {}",
                    names.join(", ")
                )
            }
        }
    }

    /// What a person pastes into a chat to connect an app to this tenant.
    pub(crate) fn connector_url(&self, tenant: &Tenant) -> String {
        address::connector_url(&self.url, &tenant.connector)
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
