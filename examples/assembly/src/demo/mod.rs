//! Two stores to try things on, with different goods, so that one can see that neither sees the other.
//!
//! The data are tables that read like the lists they are: rows name parts by SKU, an empty text means "none", and ids
//! are fixed. Seeding a store that is there already changes nothing.

pub mod large;
mod lumen_oak;
mod tables;
mod voltvelo;

use latchstring::TenantId;
use latchstring::db::Database;

use crate::{StorageError, storage::Writer};
use tables::Tables;

/// The demo's stores: a host key and a name each.
pub const STORES: &[(&str, &str)] = &[("lumen-oak", "Lumen & Oak"), ("voltvelo", "Voltvelo")];

/// Fills the first tenant with the first of [`STORES`], the second with the second. A tenant that has data is left as it
/// is; tenants beyond the second stay empty. The tables must be there: see [`Assembly::open`](crate::Assembly::open).
///
/// # Errors
/// When the database fails.
pub async fn seed(database: &Database, tenants: &[TenantId]) -> Result<(), StorageError> {
    for (tenant, tables) in tenants.iter().zip([&lumen_oak::TABLES, &voltvelo::TABLES]) {
        let writer = Writer::begin(database, *tenant).await?;
        match writer.reader().shop().await {
            Ok(_) => {}
            Err(StorageError::NotSetUp { .. }) => {
                fill(&writer, tables).await?;
                writer.commit_unfenced().await?;
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

async fn fill(db: &Writer, tables: &Tables) -> Result<(), StorageError> {
    let store = tables.store();
    db.add_shop(&store.shop, &store.locations).await?;
    db.add_catalogue(&store.products, &store.variants).await?;
    db.add_materials(&store.materials).await?;
    db.add_sub_assemblies(&store.sub_assemblies).await?;
    for bom in &store.boms {
        db.add_bom(bom).await?;
    }
    for (owner, rows) in &store.rows {
        db.replace_rows(owner, rows).await?;
    }
    for (kind, id, levels) in store.levels {
        db.put_levels(kind, &id, levels.into_iter()).await?;
    }
    Ok(())
}
