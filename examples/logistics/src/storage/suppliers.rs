//! Suppliers, and what each delivers.

use std::collections::{BTreeMap, BTreeSet};

use latchstring::db::{
    CHUNK,
    search::{has_word, has_words, searchable},
};
use sea_orm::{
    ColumnTrait, Condition, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    sea_query::{OnConflict, SelectStatement},
};

use super::{
    Reader, StorageError, Window, Writer,
    entity::{supplier, supplier_variant},
    row::{read, written},
};
use crate::model::{Supplier, SupplierId, SupplierVariant, VariantId};

/// Which suppliers to list.
#[derive(Debug, Default)]
pub(crate) struct SupplierFilter {
    pub(crate) search: Option<String>,
    pub(crate) with_archived: bool,
}

fn suppliers(rows: &[supplier::Model]) -> Result<Vec<Supplier>, StorageError> {
    rows.iter().map(|row| read("suppliers", &row.body)).collect()
}

fn links(rows: &[supplier_variant::Model]) -> Result<Vec<SupplierVariant>, StorageError> {
    rows.iter().map(|row| read("supplier_variants", &row.body)).collect()
}

impl Reader {
    /// One supplier.
    pub(crate) async fn supplier(&self, id: &SupplierId) -> Result<Option<Supplier>, StorageError> {
        let select = self
            .all::<supplier::Entity>()
            .filter(supplier::Column::Id.eq(id.as_str()));
        let row = select.one(self.transaction()).await?;
        row.map(|row| read("suppliers", &row.body)).transpose()
    }

    /// The ids of suppliers that a word finds, to be looked for in another table.
    pub(super) fn supplier_ids_with(&self, word: &str) -> SelectStatement {
        let found = self
            .all::<supplier::Entity>()
            .filter(has_word(supplier::Column::Search, word));
        found.select_only().column(supplier::Column::Id).into_query()
    }

    /// The one that every variant has.
    pub(crate) async fn default_supplier(&self) -> Result<Option<Supplier>, StorageError> {
        let select = self
            .all::<supplier::Entity>()
            .filter(supplier::Column::IsDefault.eq(true));
        let row = select.one(self.transaction()).await?;
        row.map(|row| read("suppliers", &row.body)).transpose()
    }

    /// These suppliers, where they exist.
    pub(crate) async fn suppliers(&self, ids: &[SupplierId]) -> Result<BTreeMap<SupplierId, Supplier>, StorageError> {
        let ids = Vec::from_iter(ids.iter().map(SupplierId::as_str).collect::<BTreeSet<_>>());
        let mut all = BTreeMap::new();
        for ids in ids.chunks(CHUNK) {
            let ids = ids.iter().copied();
            let select = self.all::<supplier::Entity>().filter(supplier::Column::Id.is_in(ids));
            for supplier in suppliers(&select.all(self.transaction()).await?)? {
                all.insert(supplier.id.clone(), supplier);
            }
        }
        Ok(all)
    }

    /// A part of the suppliers, by number, and how many there are.
    pub(crate) async fn supplier_page(
        &self,
        filter: &SupplierFilter,
        window: &Window<i64>,
    ) -> Result<(Vec<Supplier>, u64), StorageError> {
        use supplier::Column::{IsArchived, Number, Search};
        let conditions = Condition::all()
            .add(has_words(Search, filter.search.as_deref()))
            .add_option((!filter.with_archived).then(|| IsArchived.eq(false)));
        let mut select = self.all::<supplier::Entity>().filter(conditions);
        let total = select.clone().count(self.transaction()).await?;
        if let Some(after) = window.after {
            select = select.filter(Number.gt(after));
        }
        let rows = select
            .order_by_asc(Number)
            .limit(window.limit)
            .all(self.transaction())
            .await?;
        Ok((suppliers(&rows)?, total))
    }

    /// What a supplier delivers, by variant, and how much that is.
    pub(crate) async fn link_page(
        &self,
        id: &SupplierId,
        window: &Window<String>,
    ) -> Result<(Vec<SupplierVariant>, u64), StorageError> {
        use supplier_variant::Column::{SupplierId, VariantId};
        let mut select = self
            .all::<supplier_variant::Entity>()
            .filter(SupplierId.eq(id.as_str()));
        let total = select.clone().count(self.transaction()).await?;
        if let Some(after) = &window.after {
            select = select.filter(VariantId.gt(after.as_str()));
        }
        let rows = select
            .order_by_asc(VariantId)
            .limit(window.limit)
            .all(self.transaction())
            .await?;
        Ok((links(&rows)?, total))
    }

    /// What a supplier says of these variants.
    pub(crate) async fn links_of(
        &self,
        id: &SupplierId,
        variants: &[VariantId],
    ) -> Result<BTreeMap<VariantId, SupplierVariant>, StorageError> {
        let mut all = BTreeMap::new();
        for variants in variants.chunks(CHUNK) {
            let select = self
                .all::<supplier_variant::Entity>()
                .filter(supplier_variant::Column::SupplierId.eq(id.as_str()))
                .filter(supplier_variant::Column::VariantId.is_in(variants.iter().map(VariantId::as_str)));
            for link in links(&select.all(self.transaction()).await?)? {
                all.insert(link.variant.clone(), link);
            }
        }
        Ok(all)
    }

    /// What any of these suppliers says of any of these variants.
    pub(crate) async fn links_between(
        &self,
        suppliers: &[SupplierId],
        variants: &[VariantId],
    ) -> Result<Vec<SupplierVariant>, StorageError> {
        let mut all = Vec::new();
        for suppliers in suppliers.chunks(CHUNK) {
            for variants in variants.chunks(CHUNK) {
                let select = self
                    .all::<supplier_variant::Entity>()
                    .filter(supplier_variant::Column::SupplierId.is_in(suppliers.iter().map(SupplierId::as_str)))
                    .filter(supplier_variant::Column::VariantId.is_in(variants.iter().map(VariantId::as_str)));
                all.extend(links(&select.all(self.transaction()).await?)?);
            }
        }
        Ok(all)
    }

    /// Every variant that a supplier delivers; so many at most.
    pub(crate) async fn variants_of(&self, id: &SupplierId, most: u64) -> Result<Vec<VariantId>, StorageError> {
        use supplier_variant::Column::{SupplierId, VariantId};
        let select = self
            .all::<supplier_variant::Entity>()
            .filter(SupplierId.eq(id.as_str()));
        let rows = select
            .order_by_asc(VariantId)
            .limit(most)
            .all(self.transaction())
            .await?;
        Ok(links(&rows)?.into_iter().map(|link| link.variant).collect())
    }

    /// Everything that is said of these variants, by whomever.
    pub(crate) async fn links_for(&self, variants: &[VariantId]) -> Result<Vec<SupplierVariant>, StorageError> {
        let mut all = Vec::new();
        for variants in variants.chunks(CHUNK) {
            let select = self
                .all::<supplier_variant::Entity>()
                .filter(supplier_variant::Column::VariantId.is_in(variants.iter().map(VariantId::as_str)));
            all.extend(links(&select.all(self.transaction()).await?)?);
        }
        Ok(all)
    }

    /// The primary link of each of these variants.
    pub(crate) async fn primary_links(
        &self,
        variants: &[VariantId],
    ) -> Result<BTreeMap<VariantId, SupplierVariant>, StorageError> {
        let mut all = BTreeMap::new();
        for variants in variants.chunks(CHUNK) {
            let select = self
                .all::<supplier_variant::Entity>()
                .filter(supplier_variant::Column::VariantId.is_in(variants.iter().map(VariantId::as_str)))
                .filter(supplier_variant::Column::IsPrimary.eq(true));
            for link in links(&select.all(self.transaction()).await?)? {
                all.insert(link.variant.clone(), link);
            }
        }
        Ok(all)
    }
}

impl Writer {
    /// Puts a supplier in place of what it was, if it was.
    pub(crate) async fn put_supplier(&self, supplier: &Supplier) -> Result<(), StorageError> {
        use supplier::Column::{Body, Id, IsArchived, IsDefault, Number, Search, StoreId};
        let row = supplier::Model {
            store_id: self.reader().owner(),
            id: supplier.id.to_string(),
            number: supplier.number,
            is_archived: supplier.is_archived,
            is_default: supplier.is_default,
            search: searchable(&[
                Some(&supplier.name),
                supplier.contact_person.as_deref(),
                supplier.email.as_deref(),
                supplier.city.as_deref(),
                Some(&super::Counter::Supplier.number(supplier.number)),
                Some(supplier.id.as_str()),
            ]),
            body: written("suppliers", supplier)?,
        };
        let replace = OnConflict::columns([StoreId, Id])
            .update_columns([Number, IsArchived, IsDefault, Search, Body])
            .to_owned();
        self.put(vec![row.into_active_model()], replace).await
    }

    /// Puts links in place of what they were, if they were.
    pub(crate) async fn put_links(&self, links: &[SupplierVariant]) -> Result<(), StorageError> {
        use supplier_variant::Column::{Body, IsPrimary, StoreId, SupplierId, VariantId};
        let row = |link: &SupplierVariant| {
            let row = supplier_variant::Model {
                store_id: self.reader().owner(),
                supplier_id: link.supplier.to_string(),
                variant_id: link.variant.to_string(),
                is_primary: link.is_primary,
                body: written("supplier_variants", link)?,
            };
            Ok(row.into_active_model())
        };
        let rows: Result<Vec<_>, StorageError> = links.iter().map(row).collect();
        let replace = OnConflict::columns([StoreId, SupplierId, VariantId])
            .update_columns([IsPrimary, Body])
            .to_owned();
        self.put(rows?, replace).await
    }

    /// Removes links.
    pub(crate) async fn drop_links(&self, id: &SupplierId, variants: &[VariantId]) -> Result<(), StorageError> {
        for variants in variants.chunks(CHUNK) {
            let delete = self
                .delete::<supplier_variant::Entity>()
                .filter(supplier_variant::Column::SupplierId.eq(id.as_str()))
                .filter(supplier_variant::Column::VariantId.is_in(variants.iter().map(VariantId::as_str)));
            delete.exec(self.transaction()).await?;
        }
        Ok(())
    }
}
