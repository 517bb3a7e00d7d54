//! `boms.update`

use latchstring::{ChangeAction, Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::boms_list::{BomItem, shown_one};
use crate::{
    Assembly, Writer,
    error::no_bom,
    model::{Bom, BomId, Name, Owner, SettingsChange},
};

/// Renames a bill of materials or changes its switches; what is left out stays as it is.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct UpdateBom {
    /// The BOM's id, from `app.boms.list({})`.
    bom_id: BomId,
    /// A new name, 1 to 255 characters.
    name: Option<Name>,
    /// The switches to set.
    settings: Option<SettingsChange>,
}

/// The changed BOM.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BomUpdated {
    bom: BomItem,
}

impl Command for UpdateBom {
    const NAME: &'static str = "boms.update";
    const TITLE: &'static str = "Update a BOM";
    const EXAMPLE: &'static str =
        r#"await app.boms.update({ bomId: "bom_desk_lamp", name: "Desk lamp, brass", settings: { active: true } });"#;
    const IDEMPOTENT: bool = true;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (ErrorCode::NotFound, "the store has no such BOM"),
        (
            ErrorCode::InvalidInput,
            "the name is empty or too long, switches clash, or an empty BOM would become active",
        ),
    ];
    type Domain = Assembly;
    type Output = BomUpdated;

    async fn run(self, cx: &Context, db: &mut Writer) -> Result<BomUpdated, OperationError> {
        let before = db
            .reader()
            .bom(&self.bom_id)
            .await?
            .ok_or_else(|| no_bom(&self.bom_id))?;
        let owner = Owner::Bom(before.id.clone());
        let has_rows = !db
            .reader()
            .parts(std::slice::from_ref(&owner))
            .await?
            .rows_of(&owner)
            .is_empty();
        let changed = Bom {
            name: self.name.map_or_else(|| before.name.clone(), String::from),
            settings: match self.settings {
                Some(change) => before.settings.with(change, has_rows)?,
                None => before.settings,
            },
            ..before.clone()
        };
        if changed == before {
            return Ok(BomUpdated {
                bom: shown_one(db.reader(), before).await?,
            });
        }
        let after = Bom {
            updated_at: cx.now(),
            ..changed
        };
        db.save_bom(&after).await?;
        let compact = |bom: &Bom| Some(json!({ "name": bom.name, "settings": bom.settings }));
        db.record(
            "bom",
            after.id.clone(),
            ChangeAction::Updated,
            compact(&before),
            compact(&after),
        );
        Ok(BomUpdated {
            bom: shown_one(db.reader(), after).await?,
        })
    }
}
