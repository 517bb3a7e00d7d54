//! A store's plan and preferences, for who runs the product: an assistant can read them and no more.

use latchstring::TenantId;
use latchstring::db::Database;

use crate::{
    Reader, StorageError, Writer,
    model::{Plan, Shop},
};

/// What to change; what is `None` stays as it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ShopChange {
    /// What the store pays for.
    pub plan: Option<Plan>,
    /// See [`auto_sync_on_receive`](crate::model::Preferences::auto_sync_on_receive).
    pub auto_sync_on_receive: Option<bool>,
    /// See [`block_sync`](crate::model::Preferences::block_sync).
    pub block_sync: Option<bool>,
    /// See [`track_incoming`](crate::model::Preferences::track_incoming).
    pub track_incoming: Option<bool>,
    /// See [`disable_available_movements`](crate::model::Preferences::disable_available_movements).
    pub disable_available_movements: Option<bool>,
}

/// The store and how it is set up.
///
/// # Errors
/// When the store was never set up, or the database fails.
pub async fn read(database: &Database, store: TenantId) -> Result<Shop, StorageError> {
    Reader::begin(database, store).await?.shop().await
}

/// Changes a store's plan and preferences, and answers them as they are now. Nothing moves by it: what open orders have on
/// their way follows with their next step that is about units, and received units go into stock with the next `receive`,
/// `syncInventory` or `quickComplete`.
///
/// # Errors
/// When the store was never set up, or the database fails. Then nothing was changed.
pub async fn change(database: &Database, store: TenantId, change: ShopChange) -> Result<Shop, StorageError> {
    let writer = Writer::begin(database, store).await?;
    let mut shop = writer.reader().shop().await?;
    shop.plan = change.plan.unwrap_or(shop.plan);
    let preferences = &mut shop.preferences;
    for (preference, to) in [
        (&mut preferences.auto_sync_on_receive, change.auto_sync_on_receive),
        (&mut preferences.block_sync, change.block_sync),
        (&mut preferences.track_incoming, change.track_incoming),
        (
            &mut preferences.disable_available_movements,
            change.disable_available_movements,
        ),
    ] {
        *preference = to.unwrap_or(*preference);
    }
    writer.save_shop(&shop).await?;
    writer.commit_unfenced().await?;
    Ok(shop)
}
