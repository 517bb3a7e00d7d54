//! A bill of materials and the rules of its switches.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{BomId, VariantId};

/// What one finished good is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bom {
    /// Which one.
    pub id: BomId,
    /// What people call it.
    pub name: String,
    /// The finished good; no two BOMs have the same.
    pub variant: VariantId,
    /// Its switches.
    pub settings: BomSettings,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

/// How a BOM behaves when the shop sells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "six independent switches, as people see them on one page"
)]
pub struct BomSettings {
    /// Whether orders use it up; an inactive BOM is ignored by them.
    pub active: bool,
    /// Whether the displayed stock follows what can be built. Not together with `maintainInventoryLevel`.
    pub dynamic_adjustment: bool,
    /// Whether consumed stock of the finished good is pushed back. Not together with `dynamicAdjustment`.
    pub maintain_inventory_level: bool,
    /// Whether each order gets a pick list.
    pub auto_generate_material_list: bool,
    /// Whether returns go back on the shelf rather than being taken apart.
    pub keep_assembled_on_return: bool,
    /// Whether only what lies ready on the shelf may be sold.
    pub only_sell_preassembled: bool,
}

/// The switches to set; what is left out stays as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SettingsChange {
    /// Whether orders use the BOM up. Needs at least one component or sub-assembly.
    pub active: Option<bool>,
    /// Whether the displayed stock follows what can be built. Not together with `maintainInventoryLevel`.
    pub dynamic_adjustment: Option<bool>,
    /// Whether consumed stock of the finished good is pushed back. Not together with `dynamicAdjustment`.
    pub maintain_inventory_level: Option<bool>,
    /// Whether each order gets a pick list.
    pub auto_generate_material_list: Option<bool>,
    /// Whether returns go back on the shelf rather than being taken apart.
    pub keep_assembled_on_return: Option<bool>,
    /// Whether only what lies ready on the shelf may be sold.
    pub only_sell_preassembled: Option<bool>,
}

/// Switches that do not go together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// Both ways of keeping the displayed stock.
    #[error(
        "`dynamicAdjustment` and `maintainInventoryLevel` cannot both be on; to change over, set one to true and the \
         other to false in the same call"
    )]
    BothAdjustments,
    /// Nothing to use up.
    #[error("`active` needs at least one component; add some with `app.boms.setComponents` first")]
    ActiveWithoutRows,
}

impl BomSettings {
    /// These settings with a change made to them.
    ///
    /// # Errors
    /// When the result does not go together, or activates a BOM that has no rows.
    pub fn with(self, change: SettingsChange, has_rows: bool) -> Result<Self, SettingsError> {
        let next = Self {
            active: change.active.unwrap_or(self.active),
            dynamic_adjustment: change.dynamic_adjustment.unwrap_or(self.dynamic_adjustment),
            maintain_inventory_level: change.maintain_inventory_level.unwrap_or(self.maintain_inventory_level),
            auto_generate_material_list: change
                .auto_generate_material_list
                .unwrap_or(self.auto_generate_material_list),
            keep_assembled_on_return: change.keep_assembled_on_return.unwrap_or(self.keep_assembled_on_return),
            only_sell_preassembled: change.only_sell_preassembled.unwrap_or(self.only_sell_preassembled),
        };
        if next.dynamic_adjustment && next.maintain_inventory_level {
            return Err(SettingsError::BothAdjustments);
        }
        if next.active && !has_rows {
            return Err(SettingsError::ActiveWithoutRows);
        }
        Ok(next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_way_of_adjusting_gives_way_to_the_other_only_when_told_to() {
        let dynamic = BomSettings {
            dynamic_adjustment: true,
            ..BomSettings::default()
        };
        let change = SettingsChange {
            maintain_inventory_level: Some(true),
            ..SettingsChange::default()
        };
        assert_eq!(dynamic.with(change, true), Err(SettingsError::BothAdjustments));
        let change = SettingsChange {
            dynamic_adjustment: Some(false),
            ..change
        };
        assert!(dynamic.with(change, true).unwrap().maintain_inventory_level);
    }

    #[test]
    fn a_bom_without_rows_stays_inactive() {
        let change = SettingsChange {
            active: Some(true),
            ..SettingsChange::default()
        };
        assert_eq!(
            BomSettings::default().with(change, false),
            Err(SettingsError::ActiveWithoutRows)
        );
        assert!(BomSettings::default().with(change, true).unwrap().active);
    }
}
