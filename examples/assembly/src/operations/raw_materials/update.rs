//! `raw_materials.update`

use latchstring::{ChangeAction, Command, Context, ErrorCode, OperationError, values::Patch};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{create_virtual::OneMaterial, list::shown_one};
use crate::{
    Assembly, Writer,
    error::no_material,
    model::{Material, Name, Note, Origin, Price, Unit, VariantId},
};

/// Changes a raw material; what is left out stays as it is. Of a `shopify` material, `name`, `sku`, `unit` and `vendor` are
/// the shop platform's and are refused; `cost`, `specifications`, `materialTag` and `nonEssential` can be set.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct UpdateRawMaterial {
    /// The material: a numeric variant id, or `VMAT-VAR-…`.
    variant_id: VariantId,
    /// A new name, 1 to 255 characters. Virtual materials only.
    name: Option<Name>,
    /// Stock-keeping unit, any text of 1 to 255 characters; null for none. Virtual materials only.
    #[serde(default)]
    sku: Patch<Name>,
    /// What one is, 1 to 20 characters. Virtual materials only. Quantities in BOMs and stock keep their numbers.
    unit: Option<Unit>,
    /// Who sells it, 1 to 255 characters; null for nobody. Virtual materials only.
    #[serde(default)]
    vendor: Patch<Name>,
    /// What one unit costs, in the store's currency: a decimal string such as "0.35", or a number with at most six
    /// decimals; null: unknown.
    #[serde(default)]
    #[schemars(extend("type" = ["string", "number", "null"]))]
    cost: Patch<Price>,
    /// Free text for people, at most 5000 characters; null for none.
    #[serde(default)]
    specifications: Patch<Note>,
    /// A word or a few by which to group materials, 1 to 255 characters; null for none.
    #[serde(default)]
    material_tag: Patch<Name>,
    /// True to leave it out when it is asked what limits a build.
    non_essential: Option<bool>,
    /// Refuse unless it is still at this version; it is in what `get`, `list` and every change of it answer.
    expected_version: Option<u64>,
}

impl UpdateRawMaterial {
    /// Refuses fields that the shop platform keeps: its next update would overwrite them.
    fn check_origin(&self, material: &Material) -> Result<(), OperationError> {
        let kept = [
            ("name", self.name.is_some()),
            ("sku", self.sku.is_given()),
            ("unit", self.unit.is_some()),
            ("vendor", self.vendor.is_given()),
        ];
        let named: Vec<_> = kept.iter().filter(|(_, is)| *is).map(|(name, _)| *name).collect();
        match material.origin {
            Origin::Shopify if !named.is_empty() => {
                let text = format!(
                    "the shop platform keeps `{}` of `{}`, read only here; change that there and register the material again, \
                     or leave it out",
                    named.join("`, `"),
                    material.id
                );
                Err(OperationError::invalid_input(text).with_details(json!({ "fields": named })))
            }
            Origin::Shopify | Origin::Virtual => Ok(()),
        }
    }

    fn applied(self, old: Material) -> Material {
        Material {
            product_name: self.name.map_or(old.product_name, String::from),
            sku: self.sku.over(old.sku),
            unit: self.unit.unwrap_or(old.unit),
            vendor: self.vendor.over(old.vendor),
            cost: self.cost.over(old.cost),
            specifications: self.specifications.over(old.specifications),
            tag: self.material_tag.over(old.tag),
            is_non_essential: self.non_essential.unwrap_or(old.is_non_essential),
            ..old
        }
    }
}

pub(super) fn told(material: &Material) -> Value {
    json!({
        "name": material.name(), "sku": material.sku, "unit": material.unit, "cost": material.cost,
        "vendor": material.vendor, "specifications": material.specifications, "materialTag": material.tag,
        "nonEssential": material.is_non_essential,
    })
}

impl Command for UpdateRawMaterial {
    const NAME: &'static str = "raw_materials.update";
    const TITLE: &'static str = "Change a raw material";
    const EXAMPLE: &'static str =
        r#"await app.rawMaterials.update({ variantId: "VMAT-VAR-1003", cost: "9.40", vendor: "Leimkontor" });"#;
    const IDEMPOTENT: bool = true;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (ErrorCode::NotFound, "the store has no such raw material"),
        (ErrorCode::Conflict, "it is not at `expectedVersion`"),
        (
            ErrorCode::InvalidInput,
            "a field is the shop platform's, a text is empty or too long, or the cost is no amount",
        ),
    ];
    type Domain = Assembly;
    type Output = OneMaterial;

    async fn run(self, cx: &Context, db: &mut Writer) -> Result<OneMaterial, OperationError> {
        let before = db.reader().material(&self.variant_id).await?;
        let before = before.ok_or_else(|| no_material(&self.variant_id))?;
        let what = format!("raw material `{}`", before.id);
        OperationError::check_version(self.expected_version, before.version, what)?;
        self.check_origin(&before)?;
        let changed = self.applied(before.clone());
        if changed == before {
            let raw_material = shown_one(db.reader(), before).await?;
            return Ok(OneMaterial { raw_material });
        }
        let after = changed.changed(cx.now());
        db.save_material(&after).await?;
        let id = after.id.clone();
        db.record(
            "raw_material",
            id,
            ChangeAction::Updated,
            Some(told(&before)),
            Some(told(&after)),
        );
        let raw_material = shown_one(db.reader(), after).await?;
        Ok(OneMaterial { raw_material })
    }
}
