//! Sub-assemblies.

use std::collections::BTreeMap;

use latchstring::db::{
    CHUNK,
    column::checked,
    search::{has_words, searchable},
};
use sea_orm::{
    ColumnTrait, FromQueryResult, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    sea_query::SelectStatement,
};

use super::{
    Kind, Page, Reader, Referrer, StorageError, Usage, UsageFilter, Writer,
    entity::{nested_row, sub_assembly},
    lists::order,
    row::stored_version,
};
use crate::model::{SubAssembly, SubAssemblyId};

/// Which sub-assemblies to list, and in which order.
#[derive(Debug, Default)]
pub(crate) struct SubAssemblyFilter {
    pub(crate) search: Option<String>,
    pub(crate) usage: UsageFilter,
    pub(crate) is_descending: bool,
}

#[derive(FromQueryResult)]
struct Uses {
    sub_assembly_id: String,
    owner_kind: Kind,
    count: i64,
}

impl Reader {
    /// These sub-assemblies, where they exist.
    pub(crate) async fn sub_assemblies(
        &self,
        ids: &[SubAssemblyId],
    ) -> Result<BTreeMap<SubAssemblyId, SubAssembly>, StorageError> {
        let mut found = BTreeMap::new();
        for ids in ids.chunks(CHUNK) {
            let select = self.all::<sub_assembly::Entity>();
            let select = select.filter(sub_assembly::Column::Id.is_in(ids.iter().map(SubAssemblyId::as_str)));
            for row in select.all(self.transaction()).await? {
                let sub_assembly = SubAssembly::try_from(row)?;
                found.insert(sub_assembly.id.clone(), sub_assembly);
            }
        }
        Ok(found)
    }

    /// One sub-assembly.
    pub(crate) async fn sub_assembly(&self, id: &SubAssemblyId) -> Result<Option<SubAssembly>, StorageError> {
        Ok(self.sub_assemblies(std::slice::from_ref(id)).await?.remove(id))
    }

    /// A page of sub-assemblies by name, and how many there are on all pages.
    pub(crate) async fn sub_assembly_page(
        &self,
        filter: &SubAssemblyFilter,
        page: Page,
    ) -> Result<(Vec<SubAssembly>, u64), StorageError> {
        use sub_assembly::Column::{Id, Name, Search};
        let select = self.all::<sub_assembly::Entity>();
        let select = select.filter(has_words(Search, filter.search.as_deref()));
        let select = match filter.usage {
            UsageFilter::All => select,
            UsageFilter::Used => select.filter(Id.in_subquery(self.used_sub_assemblies())),
            UsageFilter::Unused => select.filter(Id.not_in_subquery(self.used_sub_assemblies())),
        };
        let total = select.clone().count(self.transaction()).await?;
        let select = select.order_by(Name, order(filter.is_descending)).order_by_asc(Id);
        let rows = select
            .offset(page.offset)
            .limit(page.limit)
            .all(self.transaction())
            .await?;
        Ok((
            rows.into_iter().map(SubAssembly::try_from).collect::<Result<_, _>>()?,
            total,
        ))
    }

    fn used_sub_assemblies(&self) -> SelectStatement {
        let select = self.all::<nested_row::Entity>().select_only();
        select.column(nested_row::Column::SubAssemblyId).distinct().into_query()
    }

    /// In how many BOMs and sub-assemblies these are used.
    pub(crate) async fn sub_assembly_usage(
        &self,
        ids: &[SubAssemblyId],
    ) -> Result<BTreeMap<SubAssemblyId, Usage>, StorageError> {
        use nested_row::Column::{OwnerId, OwnerKind, SubAssemblyId as Part};
        let mut usage: BTreeMap<SubAssemblyId, Usage> = BTreeMap::new();
        for ids in ids.chunks(CHUNK) {
            let select = self.all::<nested_row::Entity>();
            let select = select
                .filter(Part.is_in(ids.iter().map(SubAssemblyId::as_str)))
                .select_only();
            let select = select
                .column(Part)
                .column(OwnerKind)
                .column_as(OwnerId.count(), "count");
            for row in select
                .group_by(Part)
                .group_by(OwnerKind)
                .into_model::<Uses>()
                .all(self.transaction())
                .await?
            {
                let id = checked("nested_rows", "sub_assembly_id", row.sub_assembly_id)?;
                usage.entry(id).or_default().add(row.owner_kind, row.count);
            }
        }
        Ok(usage)
    }

    /// What uses a sub-assembly, by name, with how many of it one takes.
    pub(crate) async fn sub_assembly_referrers(&self, id: &SubAssemblyId) -> Result<Vec<Referrer>, StorageError> {
        let select = self
            .all::<nested_row::Entity>()
            .filter(nested_row::Column::SubAssemblyId.eq(id.as_str()));
        let rows = select
            .order_by_asc(nested_row::Column::OwnerId)
            .limit(1000)
            .all(self.transaction())
            .await?;
        self.named(
            rows.into_iter()
                .map(|row| (row.owner_kind, row.owner_id, row.quantity))
                .collect(),
        )
        .await
    }
}

impl Writer {
    /// Adds sub-assemblies.
    pub(crate) async fn add_sub_assemblies(&self, sub_assemblies: &[SubAssembly]) -> Result<(), StorageError> {
        let rows = sub_assemblies
            .iter()
            .map(|one| self.sub_assembly_row(one).into_active_model());
        self.insert(rows.collect()).await
    }

    /// Puts a sub-assembly in place of what it was.
    pub(crate) async fn save_sub_assembly(&self, sub_assembly: &SubAssembly) -> Result<(), StorageError> {
        self.update(self.sub_assembly_row(sub_assembly).into_active_model())
            .await
    }

    fn sub_assembly_row(&self, sub_assembly: &SubAssembly) -> sub_assembly::Model {
        sub_assembly::Model {
            store_id: self.reader().owner(),
            id: sub_assembly.id.to_string(),
            name: sub_assembly.name.clone(),
            sku: sub_assembly.sku.clone(),
            description: sub_assembly.description.clone(),
            search: searchable(&[
                Some(&sub_assembly.name),
                sub_assembly.sku.as_deref(),
                sub_assembly.description.as_deref(),
                Some(sub_assembly.id.as_str()),
            ]),
            keep_assembled_on_return: sub_assembly.keep_assembled_on_return,
            only_consume_preassembled: sub_assembly.only_consume_preassembled,
            version: stored_version(sub_assembly.version),
            created_at: sub_assembly.created_at,
            updated_at: sub_assembly.updated_at,
        }
    }
}
