//! A bill of materials and the rules of its switches.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{BomId, ShopPlan, VariantId};

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
    /// How often it has changed, its rows included; 1 when it was made.
    pub version: u64,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

impl Bom {
    /// The same after a change.
    #[must_use]
    pub fn changed(self, now: DateTime<Utc>) -> Self {
        Self {
            version: self.version + 1,
            updated_at: now,
            ..self
        }
    }
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
    /// Whether what the shop shows follows what can be sold, shelf and components together. Not together with
    /// `maintainInventoryLevel`.
    pub dynamic_adjustment: bool,
    /// Whether an order leaves what the shop shows as it was: what it took there is put back. Not together with
    /// `dynamicAdjustment`.
    pub maintain_inventory_level: bool,
    /// Whether each order gets a list of what to pick. Needs the enhanced plan.
    pub auto_generate_material_list: bool,
    /// Whether cancelled and refunded units go on the shelf as they are; otherwise what they were made of goes back.
    pub keep_assembled_on_return: bool,
    /// Whether only what lies ready on the shelf is sold. Needs the enhanced plan.
    pub only_sell_preassembled: bool,
}

/// The switches to set; what is left out stays as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SettingsChange {
    /// Whether orders use the BOM up. Needs at least one component or sub-assembly.
    pub active: Option<bool>,
    /// Whether what the shop shows follows what can be sold, shelf and components together. Not together with
    /// `maintainInventoryLevel`.
    pub dynamic_adjustment: Option<bool>,
    /// Whether an order leaves what the shop shows as it was: what it took there is put back. Not together with
    /// `dynamicAdjustment`.
    pub maintain_inventory_level: Option<bool>,
    /// Whether each order gets a list of what to pick. Needs the enhanced plan.
    pub auto_generate_material_list: Option<bool>,
    /// Whether cancelled and refunded units go on the shelf as they are; otherwise what they were made of goes back.
    pub keep_assembled_on_return: Option<bool>,
    /// Whether only what lies ready on the shelf is sold. Needs the enhanced plan.
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
    #[error(
        "`active` needs at least one component or sub-assembly; give some to `app.boms.create` itself, or first to \
         `app.boms.setComponents`"
    )]
    ActiveWithoutRows,
    /// A switch that the store's plan does not have.
    #[error("`{0}` needs the enhanced plan")]
    NeedsEnhanced(&'static str),
}

impl BomSettings {
    /// These settings with a change made to them, in a store with this plan. What was on before its plan was lowered
    /// may stay on.
    ///
    /// # Errors
    /// When the result does not go together, activates a BOM that has no rows, or turns on what the plan does not have.
    pub fn with(self, change: SettingsChange, has_rows: bool, plan: ShopPlan) -> Result<Self, SettingsError> {
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
        let enhanced = [
            (
                "autoGenerateMaterialList",
                self.auto_generate_material_list,
                next.auto_generate_material_list,
            ),
            (
                "onlySellPreassembled",
                self.only_sell_preassembled,
                next.only_sell_preassembled,
            ),
        ];
        if let Some((name, ..)) = enhanced.iter().find(|(_, was, is)| *is && !*was)
            && plan < ShopPlan::Enhanced
        {
            return Err(SettingsError::NeedsEnhanced(name));
        }
        Ok(next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAN: ShopPlan = ShopPlan::Enhanced;

    #[test]
    fn the_standard_plan_turns_nothing_on_that_needs_the_enhanced_one() {
        let change = SettingsChange {
            only_sell_preassembled: Some(true),
            ..SettingsChange::default()
        };
        let refused = BomSettings::default().with(change, true, ShopPlan::Standard);
        assert_eq!(refused, Err(SettingsError::NeedsEnhanced("onlySellPreassembled")));
        // What was on before may stay on, and may be turned off.
        let on = BomSettings::default().with(change, true, PLAN).unwrap();
        assert_eq!(on.with(SettingsChange::default(), true, ShopPlan::Standard), Ok(on));
        let off = SettingsChange {
            only_sell_preassembled: Some(false),
            ..change
        };
        assert!(on.with(off, true, ShopPlan::Standard).is_ok());
    }

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
        assert_eq!(dynamic.with(change, true, PLAN), Err(SettingsError::BothAdjustments));
        let change = SettingsChange {
            dynamic_adjustment: Some(false),
            ..change
        };
        assert!(dynamic.with(change, true, PLAN).unwrap().maintain_inventory_level);
    }

    #[test]
    fn a_bom_without_rows_stays_inactive() {
        let change = SettingsChange {
            active: Some(true),
            ..SettingsChange::default()
        };
        assert_eq!(
            BomSettings::default().with(change, false, PLAN),
            Err(SettingsError::ActiveWithoutRows)
        );
        assert!(BomSettings::default().with(change, true, PLAN).unwrap().active);
    }
}
