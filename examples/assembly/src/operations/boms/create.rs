//! `boms.create`

use latchstring::{ChangeAction, Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::list::{BomItem, shown_one};
use crate::{
    Assembly, Writer,
    error::no_variant,
    model::{Bom, BomId, BomSettings, Name, Owner, SettingsChange, VariantId, rows, structure::Rows},
    operations::shared::{
        composition::{ComponentInput, NestedInput, Whole, check_rows, check_structure, register, rows_over},
        differences::differences,
    },
};

/// Creates a bill of materials for a finished good of the catalogue. A variant has one BOM at most. It starts inactive
/// unless `settings.active` is true. Materials that are not registered yet are registered from the catalogue.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct CreateBom {
    /// The finished good: a numeric variant id, from `app.catalog.searchVariants({ query })`.
    variant_id: VariantId,
    /// What people call it, 1 to 255 characters; the finished good's title if left out.
    name: Option<Name>,
    /// The materials, each at most once, 250 at most.
    components: Option<Vec<ComponentInput>>,
    /// The sub-assemblies, each at most once, 250 at most.
    sub_assemblies: Option<Vec<NestedInput>>,
    /// Switches; those left out are off.
    settings: Option<SettingsChange>,
}

/// The new BOM.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BomCreated {
    bom: BomItem,
    /// Catalogue variants that were registered as raw materials for it.
    registered_variant_ids: Vec<VariantId>,
}

impl Command for CreateBom {
    const NAME: &'static str = "boms.create";
    const TITLE: &'static str = "Create a BOM";
    const EXAMPLE: &'static str = r#"const { bom } = await app.boms.create({ variantId: "41016", components: [{ variantId: "VMAT-VAR-1001", quantity: 2, wastePercentage: 5 }], subAssemblies: [{ subAssemblyId: "sub_lamp_head", quantity: 1 }] });"#;
    const DESTRUCTIVE: bool = false;
    const REPLAYABLE: bool = true;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (
            ErrorCode::NotFound,
            "the finished good, a material or a sub-assembly does not exist",
        ),
        (
            ErrorCode::Conflict,
            "the variant has a BOM already; `details.bomId` names it",
        ),
        (
            ErrorCode::InvalidInput,
            "a quantity is not positive, something is named twice or made of itself, or switches clash",
        ),
        (ErrorCode::PlanRequired, "a switch needs the enhanced plan"),
        (ErrorCode::LimitExceeded, "more than 250 rows of one kind"),
    ];
    type Domain = Assembly;
    type Output = BomCreated;

    async fn run(self, cx: &Context, db: &mut Writer) -> Result<BomCreated, OperationError> {
        let variants = db.reader().variants(std::slice::from_ref(&self.variant_id)).await?;
        let variant = variants
            .get(&self.variant_id)
            .ok_or_else(|| no_variant(&self.variant_id))?;
        if let Some(existing) = db.reader().bom_of(&variant.id).await? {
            let text = format!(
                "variant `{}` has a BOM already, `{}`; change it with `app.boms.setComponents`",
                variant.id, existing.id
            );
            return Err(OperationError::new(ErrorCode::Conflict, text).with_details(json!({ "bomId": existing.id })));
        }
        let rows = Rows {
            components: rows_over(self.components.unwrap_or_default(), &[])?,
            nested: rows_over(self.sub_assemblies.unwrap_or_default(), &[])?,
        };
        rows::check(&rows.components)?;
        rows::check(&rows.nested)?;
        let plan = db.reader().shop().await?.plan;
        let settings = BomSettings::default().with(self.settings.unwrap_or_default(), !rows.is_empty(), plan)?;
        let bom = Bom {
            id: BomId::try_from(format!("bom_{}", cx.new_uuid().simple())).map_err(OperationError::internal)?,
            name: self.name.map_or_else(|| variant.full_title(), String::from),
            variant: variant.id.clone(),
            settings,
            version: 1,
            created_at: cx.now(),
            updated_at: cx.now(),
        };
        let owner = Owner::Bom(bom.id.clone());
        let to_register = check_rows(cx, db.reader(), &Rows::default(), &rows).await?;
        let whole = Whole {
            owner: &owner,
            product: Some(&bom.variant),
            is_new: true,
        };
        check_structure(db.reader(), whole, &rows).await?;

        register(db, &to_register).await?;
        db.add_bom(&bom).await?;
        db.replace_rows(&owner, &rows).await?;
        let (_, rows) = differences(&Rows::default(), &rows);
        let after = json!({ "name": bom.name, "variantId": bom.variant, "rows": rows, "settings": bom.settings });
        db.record("bom", bom.id.clone(), ChangeAction::Created, None, Some(after));
        let registered_variant_ids = to_register.into_iter().map(|material| material.id).collect();
        Ok(BomCreated {
            bom: shown_one(db.reader(), bom).await?,
            registered_variant_ids,
        })
    }
}
