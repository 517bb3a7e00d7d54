//! `sub_assemblies.create`

use latchstring::{ChangeAction, Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::{
    Assembly, Writer,
    error::needs_enhanced,
    model::{Name, Note, Owner, ShopPlan, SubAssembly, SubAssemblyId, rows, structure::Rows},
    operations::shared::{
        change_rows::SubAssemblyRows,
        composition::{ComponentInput, NestedInput, Whole, check_rows, check_structure, register, rows_over},
        differences::differences,
    },
};

/// Creates a sub-assembly: a part that is made here and goes into BOMs or other sub-assemblies. Nothing lies ready of it
/// until `app.subAssemblies.setPreassembled`. Materials that are not registered yet are registered from the catalogue.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct CreateSubAssembly {
    /// What people call it, 1 to 255 characters. Names need not be unique.
    name: Name,
    /// Stock-keeping unit; any text of 1 to 255 characters.
    sku: Option<Name>,
    /// Free text for people. At most 5000 characters; lines and tabs are fine.
    description: Option<Note>,
    /// The materials, each at most once, 250 at most.
    components: Option<Vec<ComponentInput>>,
    /// The sub-assemblies in it, each at most once, 250 at most.
    sub_assemblies: Option<Vec<NestedInput>>,
    /// Whether cancelled and refunded units go on its shelf as they are; false if left out.
    keep_assembled_on_return: Option<bool>,
    /// Whether sales take it from its shelf only, never from its materials; false if left out. Needs the enhanced plan.
    only_consume_preassembled: Option<bool>,
}

impl Command for CreateSubAssembly {
    const NAME: &'static str = "sub_assemblies.create";
    const TITLE: &'static str = "Create a sub-assembly";
    const EXAMPLE: &'static str = r#"const { subAssembly } = await app.subAssemblies.create({ name: "Lamp foot", components: [{ variantId: "50007", quantity: 1 }, { variantId: "VMAT-VAR-1004", quantity: 0.02, wastePercentage: 5 }] });"#;
    const DESTRUCTIVE: bool = false;
    const REPLAYABLE: bool = true;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (ErrorCode::NotFound, "a material or a sub-assembly does not exist"),
        (
            ErrorCode::InvalidInput,
            "a text is empty or too long, a quantity is not positive, something is named twice, or a location is unknown",
        ),
        (
            ErrorCode::PlanRequired,
            "`onlyConsumePreassembled` needs the enhanced plan",
        ),
        (ErrorCode::LimitExceeded, "more than 250 rows of one kind"),
    ];
    type Domain = Assembly;
    type Output = SubAssemblyRows;

    async fn run(self, cx: &Context, db: &mut Writer) -> Result<SubAssemblyRows, OperationError> {
        let rows = Rows {
            components: rows_over(self.components.unwrap_or_default(), &[])?,
            nested: rows_over(self.sub_assemblies.unwrap_or_default(), &[])?,
        };
        rows::check(&rows.components)?;
        rows::check(&rows.nested)?;
        let made = SubAssembly {
            id: SubAssemblyId::try_from(format!("sub_{}", cx.new_uuid().simple())).map_err(OperationError::internal)?,
            name: self.name.into(),
            sku: self.sku.map(String::from),
            description: self.description.map(String::from),
            keep_assembled_on_return: self.keep_assembled_on_return.unwrap_or_default(),
            only_consume_preassembled: self.only_consume_preassembled.unwrap_or_default(),
            version: 1,
            created_at: cx.now(),
            updated_at: cx.now(),
        };
        if made.only_consume_preassembled && db.reader().shop().await?.plan < ShopPlan::Enhanced {
            return Err(needs_enhanced("onlyConsumePreassembled"));
        }
        let owner = Owner::SubAssembly(made.id.clone());
        let to_register = check_rows(cx, db.reader(), &Rows::default(), &rows).await?;
        let whole = Whole {
            owner: &owner,
            product: None,
            is_new: true,
        };
        check_structure(db.reader(), whole, &rows).await?;

        register(db, &to_register).await?;
        db.add_sub_assemblies(std::slice::from_ref(&made)).await?;
        db.replace_rows(&owner, &rows).await?;
        let (_, rows) = differences(&Rows::default(), &rows);
        let after = json!({
            "name": made.name, "sku": made.sku, "rows": rows,
            "keepAssembledOnReturn": made.keep_assembled_on_return,
            "onlyConsumePreassembled": made.only_consume_preassembled,
        });
        db.record(
            "sub_assembly",
            made.id.clone(),
            ChangeAction::Created,
            None,
            Some(after),
        );
        let registered = to_register.into_iter().map(|material| material.id).collect();
        SubAssemblyRows::shown(db.reader(), (made, registered)).await
    }
}
