//! A store's plan and settings, for who runs the product: an assistant can read them and no more.

use latchstring::TenantId;
use latchstring::db::Database;

use crate::{
    Reader, StorageError, Writer,
    model::{LocationId, Shop, ShopPlan, ShopSettingsError},
};

/// What to change; what is `None` stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ShopChange {
    /// What the store pays for. What a lower plan does not have stays on where it is on, and cannot be turned on again.
    pub plan: Option<ShopPlan>,
    /// Where orders take from.
    pub default_location: Option<LocationId>,
    /// See [`multi_location_sensitive_adjustments`](crate::model::ShopSettings::multi_location_sensitive_adjustments).
    pub multi_location_sensitive_adjustments: Option<bool>,
    /// See [`location_sensitive_dynamic_adjustments`](crate::model::ShopSettings::location_sensitive_dynamic_adjustments).
    pub location_sensitive_dynamic_adjustments: Option<bool>,
    /// See [`refunds_sync_disabled`](crate::model::ShopSettings::refunds_sync_disabled).
    pub refunds_sync_disabled: Option<bool>,
    /// See [`cancelled_orders_sync_disabled`](crate::model::ShopSettings::cancelled_orders_sync_disabled).
    pub cancelled_orders_sync_disabled: Option<bool>,
    /// See [`allow_negative_inventory`](crate::model::ShopSettings::allow_negative_inventory).
    pub allow_negative_inventory: Option<bool>,
}

/// Settings that were not changed.
#[derive(Debug, thiserror::Error)]
pub enum ShopChangeError {
    /// They do not go together.
    #[error(transparent)]
    Settings(#[from] ShopSettingsError),
    /// The store has no such location.
    #[error("the store has no location `{0}`")]
    NoLocation(LocationId),
    /// The data could not be read or written.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// The store and its settings.
///
/// # Errors
/// When the store was never set up, or the database fails.
pub async fn read(database: &Database, store: TenantId) -> Result<Shop, StorageError> {
    Reader::begin(database, store).await?.shop().await
}

/// Changes a store's plan and settings, and answers them as they are now.
///
/// # Errors
/// When they do not go together, the location is unknown, or the database fails. Then nothing was changed.
pub async fn change(database: &Database, store: TenantId, change: ShopChange) -> Result<Shop, ShopChangeError> {
    let writer = Writer::begin(database, store).await?;
    let mut shop = writer.reader().shop().await?;
    if let Some(location) = change.default_location {
        if writer.reader().location(&location).await?.is_none() {
            return Err(ShopChangeError::NoLocation(location));
        }
        shop.settings.default_location_id = location;
    }
    shop.plan = change.plan.unwrap_or(shop.plan);
    let settings = &mut shop.settings;
    for (setting, to) in [
        (
            &mut settings.multi_location_sensitive_adjustments,
            change.multi_location_sensitive_adjustments,
        ),
        (
            &mut settings.location_sensitive_dynamic_adjustments,
            change.location_sensitive_dynamic_adjustments,
        ),
        (&mut settings.refunds_sync_disabled, change.refunds_sync_disabled),
        (
            &mut settings.cancelled_orders_sync_disabled,
            change.cancelled_orders_sync_disabled,
        ),
        (&mut settings.allow_negative_inventory, change.allow_negative_inventory),
    ] {
        *setting = to.unwrap_or(*setting);
    }
    shop.settings = shop.settings.checked()?;
    writer.save_shop(&shop).await?;
    writer.commit_unfenced().await?;
    Ok(shop)
}
