//! `raw_materials.create_virtual`

use latchstring::{ChangeAction, Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::list::{MaterialItem, shown_one};
use crate::{
    Assembly, Writer,
    model::{Material, Name, Note, Origin, Price, Unit, VariantId},
};

/// Creates a raw material that is kept in this app only: glue, wire by the metre, packaging. It has no stock until
/// `app.rawMaterials.setStock`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct CreateVirtual {
    /// What people call it. 1 to 255 characters. Names need not be unique, so look first whether it is there.
    name: Name,
    /// Stock-keeping unit; any text of 1 to 255 characters.
    sku: Option<Name>,
    /// What one is, such as `pcs`, `m`, `kg`, `L`. 1 to 20 characters; `pcs` if left out. `app.shop.get({})` lists those in
    /// use.
    unit: Option<Unit>,
    /// What one unit costs, in the store's currency: a decimal string such as "0.35", or a number with at most six
    /// decimals. Unknown if left out.
    #[schemars(extend("type" = ["string", "number", "null"]))]
    cost: Option<Price>,
    /// Who sells it. 1 to 255 characters.
    vendor: Option<Name>,
    /// Free text for people. At most 5000 characters; lines and tabs are fine.
    specifications: Option<Note>,
    /// A word or a few by which to group materials. 1 to 255 characters.
    material_tag: Option<Name>,
    /// True to leave it out when it is asked what limits a build; false if left out.
    non_essential: Option<bool>,
}

/// A raw material as it is now.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OneMaterial {
    pub(super) raw_material: MaterialItem,
}

impl Command for CreateVirtual {
    const NAME: &'static str = "raw_materials.create_virtual";
    const TITLE: &'static str = "Create a virtual material";
    const EXAMPLE: &'static str = r#"const { rawMaterial } = await app.rawMaterials.createVirtual({ name: "Wood glue", unit: "L", cost: "8.90" });"#;
    const DESTRUCTIVE: bool = false;
    const REPLAYABLE: bool = true;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[(
        ErrorCode::InvalidInput,
        "a text is empty, too long or has characters that cannot be seen, or the cost is no amount",
    )];
    type Domain = Assembly;
    type Output = OneMaterial;

    async fn run(self, cx: &Context, db: &mut Writer) -> Result<OneMaterial, OperationError> {
        let id = format!("{}{}", VariantId::VIRTUAL, cx.new_uuid().simple());
        let material = Material {
            id: VariantId::try_from(id).map_err(OperationError::internal)?,
            origin: Origin::Virtual,
            product: None,
            inventory_item_id: None,
            unit: self.unit.unwrap_or_else(Unit::pieces),
            product_name: self.name.into(),
            variant_name: None,
            sku: self.sku.map(String::from),
            cost: self.cost,
            vendor: self.vendor.map(String::from),
            specifications: self.specifications.map(String::from),
            tag: self.material_tag.map(String::from),
            is_non_essential: self.non_essential.unwrap_or_default(),
            version: 1,
            created_at: cx.now(),
            updated_at: cx.now(),
        };
        db.add_materials(std::slice::from_ref(&material)).await?;
        let after = json!({
            "name": material.name(), "origin": material.origin, "unit": material.unit, "cost": material.cost,
        });
        db.record(
            "raw_material",
            material.id.clone(),
            ChangeAction::Created,
            None,
            Some(after),
        );
        let raw_material = shown_one(db.reader(), material).await?;
        Ok(OneMaterial { raw_material })
    }
}
