//! `boms.configure`

use latchstring::{ChangeAction, Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{list::shown_one, update::BomUpdated};
use crate::{
    Assembly, Writer,
    model::{Bom, BomId, Owner, SettingsChange},
    operations::shared::{buildable::Stocks, change_rows::bom_at, made_of::structure},
    storage::Kind,
};

/// Sets the switches of a bill of materials: how it behaves when the shop sells. What is left out stays as it is. No
/// stock moves by it; when `dynamicAdjustment` is turned off, the shop goes on from what it shows at that moment.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ConfigureBom {
    /// The BOM's id, from `app.boms.list({})`.
    bom_id: BomId,
    /// Whether orders use the BOM up. Needs at least one component or sub-assembly.
    active: Option<bool>,
    /// Whether what the shop shows follows what can be sold, shelf and components together. Not together with
    /// `maintainInventoryLevel`: to change over, set both in one call.
    dynamic_adjustment: Option<bool>,
    /// Whether an order leaves what the shop shows as it was: what it took there is put back. Not together with
    /// `dynamicAdjustment`.
    maintain_inventory_level: Option<bool>,
    /// Whether each order gets a list of what to pick. Needs the enhanced plan.
    auto_generate_material_list: Option<bool>,
    /// Whether cancelled and refunded units go on the shelf as they are; otherwise what they were made of goes back.
    keep_assembled_on_return: Option<bool>,
    /// Whether only what lies ready on the shelf is sold. Needs the enhanced plan.
    only_sell_preassembled: Option<bool>,
    /// Refuse unless the BOM is still at this version; it is in what `get`, `list` and every change of it answer.
    expected_version: Option<u64>,
}

/// From now on the shop shows what orders leave of what it shows now.
async fn keep_displayed(db: &Writer, bom: &Bom) -> Result<(), OperationError> {
    let reader = db.reader();
    let shop = reader.shop().await?;
    let mut places = reader.locations().await?;
    places.retain(|place| shop.settings.is_adjusted_at(&place.id));
    let owner = Owner::Bom(bom.id.clone());
    let parts = reader.parts(std::slice::from_ref(&owner)).await?;
    let structure = structure(&owner, &parts)?;
    let mut stocks = Stocks::read(reader, std::slice::from_ref(bom), std::slice::from_ref(&structure)).await?;
    let results = stocks.buildable(bom, &structure, &places).await;
    let shown = results.iter().filter_map(|at| {
        let displayed = stocks.displayed(bom, at, &shop)?;
        Some((at.location.clone(), displayed))
    });
    Ok(db.put_levels(Kind::Displayed, bom.variant.as_str(), shown).await?)
}

impl Command for ConfigureBom {
    const NAME: &'static str = "boms.configure";
    const TITLE: &'static str = "Set the switches of a BOM";
    const EXAMPLE: &'static str = r#"await app.boms.configure({ bomId: "bom_desk_lamp", dynamicAdjustment: false, maintainInventoryLevel: true });"#;
    const IDEMPOTENT: bool = true;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (ErrorCode::NotFound, "the store has no such BOM"),
        (ErrorCode::Conflict, "it is not at `expectedVersion`"),
        (
            ErrorCode::InvalidInput,
            "no switch is named, switches clash, or an empty BOM would become active",
        ),
        (ErrorCode::PlanRequired, "a switch needs the enhanced plan"),
    ];
    type Domain = Assembly;
    type Output = BomUpdated;

    async fn run(self, cx: &Context, db: &mut Writer) -> Result<BomUpdated, OperationError> {
        let change = SettingsChange {
            active: self.active,
            dynamic_adjustment: self.dynamic_adjustment,
            maintain_inventory_level: self.maintain_inventory_level,
            auto_generate_material_list: self.auto_generate_material_list,
            keep_assembled_on_return: self.keep_assembled_on_return,
            only_sell_preassembled: self.only_sell_preassembled,
        };
        if change == SettingsChange::default() {
            return Err(OperationError::invalid_input(
                "no switch is named; give at least one, such as `active: true`",
            ));
        }
        let before = bom_at(db.reader(), &self.bom_id, self.expected_version).await?;
        let rows = db.reader().rows_of(&Owner::Bom(before.id.clone())).await?;
        let plan = db.reader().shop().await?.plan;
        let settings = before.settings.with(change, !rows.is_empty(), plan)?;
        if settings == before.settings {
            let bom = shown_one(db.reader(), before).await?;
            return Ok(BomUpdated { bom });
        }
        let told = |bom: &Bom| Some(json!({ "name": bom.name, "settings": bom.settings }));
        let after = Bom {
            settings,
            ..before.clone()
        }
        .changed(cx.now());
        if before.settings.dynamic_adjustment && !settings.dynamic_adjustment {
            keep_displayed(db, &before).await?;
        }
        db.save_bom(&after).await?;
        let (was, is) = (told(&before), told(&after));
        db.record("bom", after.id.clone(), ChangeAction::Updated, was, is);
        let bom = shown_one(db.reader(), after).await?;
        Ok(BomUpdated { bom })
    }
}
