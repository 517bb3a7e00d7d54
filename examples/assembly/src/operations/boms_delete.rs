//! `boms.delete`

use latchstring::{ChangeAction, Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::differences::differences;
use crate::{
    Assembly, Writer,
    error::no_bom,
    model::{BomId, Owner, Quantity, structure::Rows},
    storage::Kind,
};

/// Deletes a bill of materials for good, with its rows and its shelf counts. Its product, its materials and their stock
/// stay as they are.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct DeleteBom {
    /// The BOM's id, from `app.boms.list({})`.
    bom_id: BomId,
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
    const EXAMPLE: &'static str = r#"await app.boms.delete({ bomId: "bom_desk_lamp" });"#;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[(ErrorCode::NotFound, "the store has no such BOM")];
    type Domain = Assembly;
    type Output = BomDeleted;

    async fn run(self, cx: &Context, db: &mut Writer) -> Result<BomDeleted, OperationError> {
        let bom = db
            .reader()
            .bom(&self.bom_id)
            .await?
            .ok_or_else(|| no_bom(&self.bom_id))?;
        let owner = Owner::Bom(bom.id.clone());
        let rows = db.reader().parts(std::slice::from_ref(&owner)).await?.rows_of(&owner);
        let ready = db.reader().levels(Kind::Bom, &[bom.id.to_string()]).await?;
        let emptied: Vec<_> = ready
            .into_iter()
            .filter(|(_, level)| *level != Quantity::ZERO)
            .map(|((_, location), level)| (location, level, Quantity::ZERO))
            .collect();
        db.set_levels(cx, (Kind::Bom, bom.id.as_str()), &emptied).await?;
        db.delete_bom(&bom.id).await?;
        let total: Quantity = emptied.iter().map(|(_, level, _)| *level).sum();
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
