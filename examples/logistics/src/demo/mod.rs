//! Two stores to try things on, with different goods, so that one can see that neither sees the other.
//!
//! The data are tables that read like the lists they are, and ids are fixed. Each kind of document is there in every status
//! it can have. What was sold lies in the days before the store was made, so that the forecast has something to say. Seeding
//! a store that is there already changes nothing.

mod credits;
mod documents;
mod fill;
mod harbor;
mod kiln;
pub mod large;
mod tables;
mod telling;

use chrono::{DateTime, Utc};
use latchstring::TenantId;
use latchstring::db::Database;

use crate::{StorageError, storage::Writer};

/// The demo's stores: a host key and a name each.
pub const STORES: &[(&str, &str)] = &[("harbor-pine", "Harbor & Pine"), ("kiln-clay", "Kiln & Clay")];

/// Fills the first tenant with the first of [`STORES`], the second with the second. A tenant that has data is left as it
/// is; tenants beyond the second stay empty. The tables must be there: see [`Logistics::open`](crate::Logistics::open).
///
/// # Errors
/// When the database fails.
pub async fn seed(database: &Database, tenants: &[TenantId]) -> Result<(), StorageError> {
    for (tenant, tables) in tenants.iter().zip([&harbor::TABLES, &kiln::TABLES]) {
        let writer = Writer::begin(database, *tenant).await?;
        match writer.reader().shop().await {
            Ok(_) => {}
            Err(StorageError::NotSetUp { .. }) => {
                fill::fill(&writer, tables, made(*tenant)).await?;
                writer.commit_unfenced().await?;
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// When a tenant was made, as its id tells.
fn made(tenant: TenantId) -> DateTime<Utc> {
    let timestamp = tenant.as_uuid().get_timestamp();
    let moment = timestamp.and_then(|at| DateTime::from_timestamp(i64::try_from(at.to_unix().0).ok()?, 0));
    moment.unwrap_or_default()
}
