//! `boms.update`

use latchstring::{ChangeAction, Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::list::{BomItem, shown_one};
use crate::{
    Assembly, Writer,
    model::{Bom, BomId, Name},
    operations::shared::change_rows::bom_at,
};

/// Renames a bill of materials. Its switches are changed with `app.boms.configure`, its rows with
/// `app.boms.setComponents`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct UpdateBom {
    /// The BOM's id, from `app.boms.list({})`.
    bom_id: BomId,
    /// The new name, 1 to 255 characters.
    #[schemars(example = &"Desk lamp, brass")]
    name: Name,
    /// Refuse unless the BOM is still at this version; it is in what `get`, `list` and every change of it answer.
    expected_version: Option<u64>,
}

/// The changed BOM.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BomUpdated {
    pub(super) bom: BomItem,
}

impl Command for UpdateBom {
    const NAME: &'static str = "boms.update";
    const TITLE: &'static str = "Rename a BOM";
    const IDEMPOTENT: bool = true;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (ErrorCode::NotFound, "the store has no such BOM"),
        (ErrorCode::Conflict, "it is not at `expectedVersion`"),
        (ErrorCode::InvalidInput, "the name is empty or too long"),
    ];
    type Domain = Assembly;
    type Output = BomUpdated;

    async fn run(self, cx: &Context, db: &mut Writer) -> Result<BomUpdated, OperationError> {
        let before = bom_at(db.reader(), &self.bom_id, self.expected_version).await?;
        let name = String::from(self.name);
        if name == before.name {
            let bom = shown_one(db.reader(), before).await?;
            return Ok(BomUpdated { bom });
        }
        let told = |bom: &Bom| Some(json!({ "name": bom.name }));
        let after = Bom { name, ..before.clone() }.changed(cx.now());
        db.save_bom(&after).await?;
        let (was, is) = (told(&before), told(&after));
        db.record("bom", after.id.clone(), ChangeAction::Updated, was, is);
        let bom = shown_one(db.reader(), after).await?;
        Ok(BomUpdated { bom })
    }
}
