//! `sub_assemblies.update`

use latchstring::{ChangeAction, Command, Context, ErrorCode, OperationError, values::Patch};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::list::{SubAssemblyItem, shown_one};
use crate::{
    Assembly, Writer,
    error::needs_enhanced,
    model::{Name, Note, ShopPlan, SubAssembly, SubAssemblyId},
    operations::shared::change_rows::sub_assembly_at,
};

/// Changes a sub-assembly's name, texts and switches; what is left out stays as it is. What it is made of is changed with
/// `app.subAssemblies.setComponents`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct UpdateSubAssembly {
    /// The sub-assembly's id, from `app.subAssemblies.list({})`.
    sub_assembly_id: SubAssemblyId,
    /// A new name, 1 to 255 characters.
    name: Option<Name>,
    /// Stock-keeping unit, any text of 1 to 255 characters; null for none.
    #[serde(default)]
    sku: Patch<Name>,
    /// Free text for people, at most 5000 characters; null for none.
    #[serde(default)]
    description: Patch<Note>,
    /// Whether cancelled and refunded units go on its shelf as they are; otherwise what they were made of goes back.
    keep_assembled_on_return: Option<bool>,
    /// Whether sales take it from its shelf only, never from its materials. Needs the enhanced plan.
    only_consume_preassembled: Option<bool>,
    /// Refuse unless it is still at this version; it is in what `get`, `list` and every change of it answer.
    expected_version: Option<u64>,
}

/// The changed sub-assembly.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SubAssemblyUpdated {
    sub_assembly: SubAssemblyItem,
}

fn told(made: &SubAssembly) -> Value {
    json!({
        "name": made.name, "sku": made.sku, "description": made.description,
        "keepAssembledOnReturn": made.keep_assembled_on_return,
        "onlyConsumePreassembled": made.only_consume_preassembled,
    })
}

impl Command for UpdateSubAssembly {
    const NAME: &'static str = "sub_assemblies.update";
    const TITLE: &'static str = "Change a sub-assembly";
    const EXAMPLE: &'static str = r#"await app.subAssemblies.update({ subAssemblyId: "sub_lamp_head", name: "Lamp head, polished brass", keepAssembledOnReturn: true });"#;
    const IDEMPOTENT: bool = true;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (ErrorCode::NotFound, "the store has no such sub-assembly"),
        (ErrorCode::Conflict, "it is not at `expectedVersion`"),
        (ErrorCode::InvalidInput, "a text is empty or too long"),
        (
            ErrorCode::PlanRequired,
            "`onlyConsumePreassembled` needs the enhanced plan",
        ),
    ];
    type Domain = Assembly;
    type Output = SubAssemblyUpdated;

    async fn run(self, cx: &Context, db: &mut Writer) -> Result<SubAssemblyUpdated, OperationError> {
        let before = sub_assembly_at(db.reader(), &self.sub_assembly_id, self.expected_version).await?;
        let old = before.clone();
        let changed = SubAssembly {
            name: self.name.map_or(old.name, String::from),
            sku: self.sku.over(old.sku),
            description: self.description.over(old.description),
            keep_assembled_on_return: self.keep_assembled_on_return.unwrap_or(old.keep_assembled_on_return),
            only_consume_preassembled: self.only_consume_preassembled.unwrap_or(old.only_consume_preassembled),
            ..old
        };
        let turns_on = changed.only_consume_preassembled && !before.only_consume_preassembled;
        if turns_on && db.reader().shop().await?.plan < ShopPlan::Enhanced {
            return Err(needs_enhanced("onlyConsumePreassembled"));
        }
        if changed == before {
            let sub_assembly = shown_one(db.reader(), before).await?;
            return Ok(SubAssemblyUpdated { sub_assembly });
        }
        let after = changed.changed(cx.now());
        db.save_sub_assembly(&after).await?;
        let id = after.id.clone();
        db.record(
            "sub_assembly",
            id,
            ChangeAction::Updated,
            Some(told(&before)),
            Some(told(&after)),
        );
        let sub_assembly = shown_one(db.reader(), after).await?;
        Ok(SubAssemblyUpdated { sub_assembly })
    }
}
