//! `raw_materials.create_virtual`

use latchstring::{ChangeAction, Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::raw_materials_list::{MaterialItem, shown};
use crate::{
    Assembly, Writer,
    model::{
        Material, Name, Origin, Price, VariantId,
        name::{many_lines, one_line},
    },
};

/// Creates a raw material that is kept in this app only: glue, wire by the metre, packaging. It has no stock until
/// `rawMaterials.setStock`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct CreateVirtual {
    /// What people call it. 1 to 255 characters.
    name: Name,
    /// Stock-keeping unit; any text of 1 to 255 characters.
    sku: Option<Name>,
    /// What one is, such as `pcs`, `m`, `kg`, `L`. At most 20 characters; `pcs` if left out.
    unit: Option<String>,
    /// What one unit costs, in the store's currency: a decimal string such as "0.35", or a number with at most six
    /// decimals. Unknown if left out.
    #[schemars(extend("type" = ["string", "number", "null"]))]
    cost: Option<Price>,
    /// Who sells it. 1 to 255 characters.
    vendor: Option<Name>,
    /// Free text for people. At most 5000 characters; lines and tabs are fine.
    specifications: Option<String>,
    /// True to leave it out when it is asked what limits a build; false if left out.
    non_essential: Option<bool>,
}

/// The new raw material.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Created {
    raw_material: MaterialItem,
}

impl Command for CreateVirtual {
    const NAME: &'static str = "raw_materials.create_virtual";
    const TITLE: &'static str = "Create a virtual material";
    const EXAMPLE: &'static str = r#"const { rawMaterial } = await app.rawMaterials.createVirtual({ name: "Wood glue", unit: "L", cost: "8.90" });"#;
    const DESTRUCTIVE: bool = false;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[(
        ErrorCode::InvalidInput,
        "a text is empty, too long or has characters that cannot be seen, or the cost is no amount",
    )];
    type Domain = Assembly;
    type Output = Created;

    async fn run(self, cx: &Context, db: &mut Writer) -> Result<Created, OperationError> {
        let unit = self.unit.as_deref().map_or("pcs", str::trim);
        if !(1..=20).contains(&unit.chars().count()) {
            return Err(OperationError::invalid_input(format!(
                "`unit` is `{unit:.40}`; it has 1 to 20 characters"
            )));
        }
        if self
            .specifications
            .as_ref()
            .is_some_and(|text| text.chars().count() > 5000)
        {
            return Err(OperationError::invalid_input(
                "`specifications` has more than 5000 characters; shorten it",
            ));
        }
        let unseen = |field: &str, error| OperationError::invalid_input(format!("`{field}`: {error}"));
        one_line(unit).map_err(|error| unseen("unit", error))?;
        many_lines(self.specifications.as_deref().unwrap_or_default())
            .map_err(|error| unseen("specifications", error))?;
        let id = format!("{}{}", VariantId::VIRTUAL, cx.new_uuid().simple());
        let material = Material {
            id: VariantId::try_from(id).map_err(OperationError::internal)?,
            origin: Origin::Virtual,
            unit: unit.to_owned(),
            product_name: self.name.into(),
            variant_name: None,
            sku: self.sku.map(String::from),
            cost: self.cost,
            vendor: self.vendor.map(String::from),
            specifications: self.specifications,
            is_non_essential: self.non_essential.unwrap_or_default(),
            created_at: cx.now(),
            updated_at: cx.now(),
        };
        db.add_materials(std::slice::from_ref(&material)).await?;
        let after = json!({ "name": material.name(), "origin": material.origin, "cost": material.cost });
        db.record(
            "raw_material",
            material.id.clone(),
            ChangeAction::Created,
            None,
            Some(after),
        );
        let raw_material = shown(db.reader(), vec![material]).await?.pop();
        let raw_material = raw_material.ok_or_else(|| OperationError::internal("a new material is not shown"))?;
        Ok(Created { raw_material })
    }
}
