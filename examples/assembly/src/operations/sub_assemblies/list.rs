//! `sub_assemblies.list`

use chrono::{DateTime, Utc};
use latchstring::{Context, ErrorCode, OperationError, Query};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    Assembly, Reader,
    model::{Money, Owner, Quantity, SubAssembly, SubAssemblyId, structure::Parts, unit_cost},
    operations::shared::{
        made_of::{UsageCount, structure},
        paging::{Listed, Paging, SortOrder, search},
    },
    storage::{Kind, StorageError, SubAssemblyFilter, UsageFilter},
};

/// Lists sub-assemblies by name, with unit cost, ready stock and how often they are used. The result is one page.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ListSubAssemblies {
    /// Words that must all occur in the name, SKU, description or id. At most 200 characters.
    search: Option<String>,
    /// Only those in some BOM or other sub-assembly (`used`), or in none (`unused`).
    usage_filter: Option<UsageFilter>,
    /// `asc` (if left out) or `desc`, by name.
    sort_order: Option<SortOrder>,
    /// Which page, from 1; 1 if left out.
    page: Option<i64>,
    /// How many on a page, 1 to 1000; 100 if left out.
    page_size: Option<i64>,
}

/// A sub-assembly.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SubAssemblyItem {
    sub_assembly_id: SubAssemblyId,
    name: String,
    sku: Option<String>,
    /// Free text by the store's people.
    description: Option<String>,
    /// Whether a return puts it back on the shelf rather than taking it apart.
    keep_assembled_on_return: bool,
    /// Whether sales may take it from its shelf only; deliberate builds may still use its materials.
    only_consume_preassembled: bool,
    /// Materials directly in it.
    component_count: usize,
    /// Sub-assemblies directly in it.
    sub_assembly_count: usize,
    /// What one costs to make, over all levels with waste; null for the reason in `unitCostReason`. A finished good used
    /// as a material counts with its own `cost` as a material, not with the `unitCost` of its BOM.
    unit_cost: Option<Money>,
    /// Why `unitCost` is null: `no_components`, or `materials_without_cost`, which `app.subAssemblies.get` names; otherwise
    /// null.
    unit_cost_reason: Option<&'static str>,
    /// What lies ready at all locations together.
    pre_assembled_quantity: Quantity,
    /// In how many BOMs and sub-assemblies it is used.
    usage: UsageCount,
    /// How often it has changed, its rows included; for `expectedVersion`. What lies ready is not part of it.
    version: u64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

/// Sub-assemblies with what is asked about each: a round of queries per level, however many.
async fn shown(db: &Reader, items: Vec<SubAssembly>) -> Result<Vec<SubAssemblyItem>, StorageError> {
    let owners: Vec<Owner> = items.iter().map(|item| Owner::SubAssembly(item.id.clone())).collect();
    let parts = db.parts(&owners).await?;
    shown_with(db, items, &parts).await
}

/// The same where what they are made of has been read already.
async fn shown_with(db: &Reader, items: Vec<SubAssembly>, parts: &Parts) -> Result<Vec<SubAssemblyItem>, StorageError> {
    let ids: Vec<SubAssemblyId> = items.iter().map(|item| item.id.clone()).collect();
    let keys: Vec<String> = ids.iter().map(ToString::to_string).collect();
    let usage = db.sub_assembly_usage(&ids).await?;
    let shelves = db.totals(Kind::SubAssembly, &keys).await?;
    let currency = db.shop().await?.currency;
    let mut shown = Vec::with_capacity(items.len());
    for item in items {
        let owner = Owner::SubAssembly(item.id.clone());
        let rows = parts.rows_of(&owner);
        let cost = unit_cost(&structure(&owner, parts)?);
        shown.push(SubAssemblyItem {
            component_count: rows.components.len(),
            sub_assembly_count: rows.nested.len(),
            unit_cost: cost.money(&currency),
            unit_cost_reason: cost.reason(),
            pre_assembled_quantity: shelves.get(item.id.as_str()).copied().unwrap_or_default(),
            usage: usage.get(&item.id).copied().unwrap_or_default().into(),
            sub_assembly_id: item.id,
            name: item.name,
            sku: item.sku,
            description: item.description,
            keep_assembled_on_return: item.keep_assembled_on_return,
            only_consume_preassembled: item.only_consume_preassembled,
            version: item.version,
            created_at: item.created_at,
            updated_at: item.updated_at,
        });
    }
    Ok(shown)
}

/// One sub-assembly as it is shown.
pub(crate) async fn shown_one(db: &Reader, item: SubAssembly) -> Result<SubAssemblyItem, OperationError> {
    let parts = db.parts(&[Owner::SubAssembly(item.id.clone())]).await?;
    shown_one_with(db, item, &parts).await
}

/// The same where what it is made of has been read already.
pub(crate) async fn shown_one_with(
    db: &Reader,
    item: SubAssembly,
    parts: &Parts,
) -> Result<SubAssemblyItem, OperationError> {
    let shown = shown_with(db, vec![item], parts).await?.pop();
    shown.ok_or_else(|| OperationError::internal("a sub-assembly is not shown"))
}

impl Query for ListSubAssemblies {
    const NAME: &'static str = "sub_assemblies.list";
    const TITLE: &'static str = "List sub-assemblies";
    const EXAMPLE: &'static str = r#"const { items } = await app.subAssemblies.list({ usageFilter: "used" });"#;
    const ERRORS: &'static [(ErrorCode, &'static str)] =
        &[(ErrorCode::InvalidInput, "a filter or the page is not one there is")];
    type Domain = Assembly;
    type Output = Listed<SubAssemblyItem>;

    async fn run(self, _: &Context, db: &mut Reader) -> Result<Listed<SubAssemblyItem>, OperationError> {
        let paging = Paging::new(self.page, self.page_size)?;
        let filter = SubAssemblyFilter {
            search: search("search", self.search)?,
            usage: self.usage_filter.unwrap_or_default(),
            is_descending: self.sort_order.unwrap_or_default() == SortOrder::Desc,
        };
        let (items, total) = db.sub_assembly_page(&filter, paging.rows()).await?;
        Ok(paging.envelope(shown(db, items).await?, total))
    }
}
