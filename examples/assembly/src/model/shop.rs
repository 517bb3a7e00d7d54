//! A store: its plan, its settings, its locations.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::LocationId;

/// A store and how it is set up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shop {
    /// Its name.
    pub name: String,
    /// ISO 4217 code of all its money.
    pub currency: String,
    /// What it pays for.
    pub plan: ShopPlan,
    /// How it is set up.
    pub settings: ShopSettings,
}

/// What a store pays for. Some switches need the higher one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ShopPlan {
    /// The basic plan.
    Standard,
    /// Everything.
    Enhanced,
}

impl ShopPlan {
    /// The name on the wire and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Enhanced => "enhanced",
        }
    }
}

/// The settings of a store. People change them; an assistant can only read them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent switches, as people see them on one page"
)]
pub struct ShopSettings {
    /// Where orders take from and returns go to, unless the next setting is on.
    pub default_location_id: LocationId,
    /// Whether orders take from the location that they name, instead of the default one.
    pub multi_location_sensitive_adjustments: bool,
    /// Whether `dynamicAdjustment` shows what can be sold at each location; otherwise at the default one only. Only
    /// together with `multiLocationSensitiveAdjustments`.
    pub location_sensitive_dynamic_adjustments: bool,
    /// Whether refunds put nothing back.
    pub refunds_sync_disabled: bool,
    /// Whether cancelled orders put nothing back.
    pub cancelled_orders_sync_disabled: bool,
    /// Whether counts may go below zero: those that are set, and those that orders take from.
    pub allow_negative_inventory: bool,
}

impl ShopSettings {
    /// How a store starts out.
    pub fn new(default_location_id: LocationId) -> Self {
        Self {
            default_location_id,
            multi_location_sensitive_adjustments: false,
            location_sensitive_dynamic_adjustments: false,
            refunds_sync_disabled: false,
            cancelled_orders_sync_disabled: false,
            allow_negative_inventory: false,
        }
    }

    /// Checks that the settings go together.
    ///
    /// # Errors
    /// When one is on that needs another.
    pub fn checked(self) -> Result<Self, ShopSettingsError> {
        if self.location_sensitive_dynamic_adjustments && !self.multi_location_sensitive_adjustments {
            return Err(ShopSettingsError::NeedsLocations);
        }
        Ok(self)
    }

    /// Where an event that names a location takes from.
    pub fn location_of(&self, named: Option<&LocationId>) -> LocationId {
        match named {
            Some(named) if self.multi_location_sensitive_adjustments => named.clone(),
            Some(_) | None => self.default_location_id.clone(),
        }
    }

    /// Whether what the shop shows at this location follows what can be sold there.
    pub fn is_adjusted_at(&self, location: &LocationId) -> bool {
        self.location_sensitive_dynamic_adjustments || *location == self.default_location_id
    }
}

/// Settings that do not go together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ShopSettingsError {
    /// Showing by location needs taking by location.
    #[error(
        "`locationSensitiveDynamicAdjustments` needs `multiLocationSensitiveAdjustments`; set both to true, or both to \
         false"
    )]
    NeedsLocations,
}

/// A place where stock lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    /// Which one.
    pub id: LocationId,
    /// Its name.
    pub name: String,
    /// Whether it is in use.
    pub is_active: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(id: &str) -> LocationId {
        id.to_owned().try_into().unwrap()
    }

    #[test]
    fn an_event_takes_from_its_own_location_only_where_that_is_set() {
        let mut settings = ShopSettings::new(at("home"));
        assert_eq!(settings.location_of(Some(&at("shop"))), at("home"));
        settings.multi_location_sensitive_adjustments = true;
        assert_eq!(settings.location_of(Some(&at("shop"))), at("shop"));
        assert_eq!(settings.location_of(None), at("home"));
        assert!(settings.is_adjusted_at(&at("home")) && !settings.is_adjusted_at(&at("shop")));
    }

    #[test]
    fn showing_by_location_needs_taking_by_location() {
        let settings = ShopSettings {
            location_sensitive_dynamic_adjustments: true,
            ..ShopSettings::new(at("home"))
        };
        assert_eq!(settings.clone().checked(), Err(ShopSettingsError::NeedsLocations));
        let settings = ShopSettings {
            multi_location_sensitive_adjustments: true,
            ..settings
        };
        assert!(settings.checked().is_ok());
    }
}
