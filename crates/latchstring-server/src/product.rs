//! What the server needs to know of a product.

mod command;
#[cfg(test)]
mod workspaces;

use latchstring::{
    Domain,
    access::{PlanRule, Tenant},
    db::Database,
};

pub use command::{NoCommands, ProductCommand};
#[cfg(test)]
pub(crate) use workspaces::Workspaces;

/// A product that can be served: a domain, its names, and its demo data.
pub trait Product: Send + Sync + Sized + 'static {
    /// Its operations and their storage.
    type Domain: Domain;
    /// The commands of its own, beside `key` and `tenant`; [`NoCommands`] if there are none.
    type Command: ProductCommand<Self>;
    /// The name of its binary, its data directory and its server on the wire, such as `assembly`.
    const NAME: &'static str;
    /// Its name for people.
    const TITLE: &'static str;
    /// What it is, in a few words.
    const SUMMARY: &'static str;
    /// What its API keys begin with, such as `asmk`.
    const KEY_PREFIX: &'static str;
    /// What a tenant is called, in one word, such as `store`. Commands take it as a flag: `--store`.
    const TENANT_NOUN: &'static str;
    /// What the page is called where people see what is connected, make keys and codes, and revoke.
    const ACCESS_PAGE: &'static str;
    /// Whether a tenant must pay to be served.
    const PLAN: PlanRule;
    /// What a model should know before it starts; the first 512 characters count most.
    const INSTRUCTIONS: &'static str;
    /// A program worth trying first.
    const TRY_PROGRAM: &'static str;
    /// The tenants of the demo: a host key and a name each.
    const DEMO_TENANTS: &'static [(&'static str, &'static str)];

    /// Prepares the database and opens the domain over it.
    fn open(database: Database) -> impl Future<Output = anyhow::Result<Self::Domain>> + Send;

    /// Fills the demo tenants, in the order of [`Self::DEMO_TENANTS`]. Doing it twice changes nothing.
    fn seed(database: &Database, tenants: &[Tenant]) -> impl Future<Output = anyhow::Result<()>> + Send;
}
