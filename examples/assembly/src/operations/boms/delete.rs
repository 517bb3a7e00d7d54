//! `boms.delete`

use latchstring::{ChangeAction, Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    Assembly, Writer,
    model::{BomId, Owner, structure::Rows},
    operations::shared::{change_rows::bom_at, differences::differences, set_levels::emptied},
    storage::Kind,
};

/// Deletes a bill of materials for good, with its rows and its shelf counts. Its product, its materials and their stock
/// stay as they are.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct DeleteBom {
    /// The BOM's id, from `app.boms.list({})`.
    bom_id: BomId,
    /// Refuse unless the BOM is still at this version; it is in what `get`, `list` and every change of it answer.
    expected_version: Option<u64>,
}

/// What was deleted.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BomDeleted {
    bom_id: BomId,
    name: String,
}

impl Command for DeleteBom {
    const NAME: &'static str = "boms.delete";
    const TITLE: &'static str = "Delete a BOM";
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (ErrorCode::NotFound, "the store has no such BOM"),
        (ErrorCode::Conflict, "it is not at `expectedVersion`"),
    ];
    type Domain = Assembly;
    type Output = BomDeleted;

    async fn run(self, cx: &Context, db: &mut Writer) -> Result<BomDeleted, OperationError> {
        let bom = bom_at(db.reader(), &self.bom_id, self.expected_version).await?;
        let rows = db.reader().rows_of(&Owner::Bom(bom.id.clone())).await?;
        let total = emptied(cx, db, (Kind::Bom, bom.id.as_str())).await?;
        db.delete_bom(&bom.id).await?;
        let (rows, _) = differences(&rows, &Rows::default());
        let before = json!({
            "name": bom.name, "variantId": bom.variant, "rows": rows, "settings": bom.settings,
            "preAssembledQuantity": total,
        });
        db.record("bom", bom.id.clone(), ChangeAction::Deleted, Some(before), None);
        Ok(BomDeleted {
            bom_id: bom.id,
            name: bom.name,
        })
    }
}
