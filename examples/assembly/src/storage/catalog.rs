//! The catalogue, which the shop platform keeps.

use std::collections::BTreeMap;

use latchstring::db::{
    CHUNK,
    column::checked,
    search::{escaped, has_word, searchable},
};
use sea_orm::{
    ColumnTrait, Condition, FromQueryResult, IntoActiveModel, IntoSimpleExpr, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait,
    sea_query::{ExprTrait, Func, LikeExpr, SelectStatement, SimpleExpr},
};

use super::{
    Page, Reader, StorageError, Writer,
    entity::{bom, material, product, variant},
};
use crate::model::{
    Price, Product, ProductId, Variant, VariantId,
    catalog_query::{Field, Term},
};

/// Which variants to list.
#[derive(Debug, Default)]
pub(crate) struct VariantFilter {
    pub(crate) terms: Vec<Term>,
    pub(crate) has_bom: Option<bool>,
    pub(crate) is_raw_material: Option<bool>,
}

#[derive(FromQueryResult)]
struct Counted {
    product_id: String,
    count: i64,
}

impl Reader {
    /// A page of variants by title, and how many there are on all pages.
    pub(crate) async fn variant_page(
        &self,
        filter: &VariantFilter,
        page: Page,
    ) -> Result<(Vec<Variant>, u64), StorageError> {
        use variant::Column::{Id, ProductTitle, Title};
        let mut select = self.all::<variant::Entity>();
        for term in &filter.terms {
            select = select.filter(self.of_variant(term));
        }
        if let Some(has_bom) = filter.has_bom {
            let made = self.all::<bom::Entity>().select_only().column(bom::Column::VariantId);
            select = select.filter(within(Id, made.into_query(), has_bom));
        }
        if let Some(is_material) = filter.is_raw_material {
            let used = self
                .all::<material::Entity>()
                .select_only()
                .column(material::Column::Id);
            select = select.filter(within(Id, used.into_query(), is_material));
        }
        let total = select.clone().count(self.transaction()).await?;
        let select = select.order_by_asc(ProductTitle).order_by_asc(Title).order_by_asc(Id);
        let rows = select
            .offset(page.offset)
            .limit(page.limit)
            .all(self.transaction())
            .await?;
        let variants = rows.into_iter().map(Variant::try_from);
        Ok((variants.collect::<Result<_, _>>()?, total))
    }

    /// A page of products by title, and how many there are on all pages.
    pub(crate) async fn product_page(&self, terms: &[Term], page: Page) -> Result<(Vec<Product>, u64), StorageError> {
        use product::Column::{Id, Title};
        let mut select = self.all::<product::Entity>();
        for term in terms {
            select = select.filter(self.of_product(term));
        }
        let total = select.clone().count(self.transaction()).await?;
        let select = select.order_by_asc(Title).order_by_asc(Id);
        let rows = select
            .offset(page.offset)
            .limit(page.limit)
            .all(self.transaction())
            .await?;
        let products = rows.into_iter().map(Product::try_from);
        Ok((products.collect::<Result<_, _>>()?, total))
    }

    fn of_variant(&self, term: &Term) -> Condition {
        use variant::Column::{Barcode, Id, ProductId, ProductTitle, Search, Sku, Title, Vendor};
        let (field, value, is_prefix) = match term {
            Term::Word(word) => return Condition::all().add(has_word(Search, word)),
            Term::Field {
                field,
                value,
                is_prefix,
            } => (*field, value, *is_prefix),
        };
        let is = |column: variant::Column| is_value(column, field, value, is_prefix);
        match field {
            Field::Id => Condition::all().add(is(Id)),
            Field::ProductId => Condition::all().add(is(ProductId)),
            Field::Sku => Condition::all().add(is(Sku)),
            Field::Barcode => Condition::all().add(is(Barcode)),
            Field::Vendor => Condition::all().add(is(Vendor)),
            Field::Title => Condition::any().add(is(ProductTitle)).add(is(Title)),
            Field::ProductType | Field::Tag | Field::Status => {
                let products = self.all::<product::Entity>().filter(self.of_product(term));
                let products = products.select_only().column(product::Column::Id).into_query();
                Condition::all().add(ProductId.in_subquery(products))
            }
        }
    }

    fn of_product(&self, term: &Term) -> Condition {
        use product::Column::{Id, ProductType, Search, Status, Tags, Title, Vendor};
        let (field, value, is_prefix) = match term {
            Term::Word(word) => return Condition::all().add(has_word(Search, word)),
            Term::Field {
                field,
                value,
                is_prefix,
            } => (*field, value, *is_prefix),
        };
        let is = |column: product::Column| is_value(column, field, value, is_prefix);
        match field {
            Field::Id | Field::ProductId => Condition::all().add(is(Id)),
            Field::Title => Condition::all().add(is(Title)),
            Field::Vendor => Condition::all().add(is(Vendor)),
            Field::ProductType => Condition::all().add(is(ProductType)),
            Field::Status => Condition::all().add(is(Status)),
            Field::Tag => {
                // One on each line: the line is the tag, or begins with it.
                let value = escaped(value);
                let end = if is_prefix { "" } else { "\n" };
                Condition::all().add(like(Tags, &format!("%\n{value}{end}%")))
            }
            Field::Sku | Field::Barcode => {
                let variants = self.all::<variant::Entity>().filter(self.of_variant(term));
                let variants = variants.select_only().column(variant::Column::ProductId).into_query();
                Condition::all().add(Id.in_subquery(variants))
            }
        }
    }

    /// These variants, where they exist.
    pub(crate) async fn variants(&self, ids: &[VariantId]) -> Result<BTreeMap<VariantId, Variant>, StorageError> {
        let mut variants = BTreeMap::new();
        for ids in ids.chunks(CHUNK) {
            let select = self.all::<variant::Entity>();
            let select = select.filter(variant::Column::Id.is_in(ids.iter().map(VariantId::as_str)));
            for row in select.all(self.transaction()).await? {
                let variant = Variant::try_from(row)?;
                variants.insert(variant.id.clone(), variant);
            }
        }
        Ok(variants)
    }

    /// The ids of variants with exactly this SKU; two at most, since more than one is too many.
    pub(crate) async fn variants_with_sku(&self, sku: &str) -> Result<Vec<VariantId>, StorageError> {
        let select = self.all::<variant::Entity>().filter(variant::Column::Sku.eq(sku));
        let rows = select
            .order_by_asc(variant::Column::Id)
            .limit(2)
            .all(self.transaction())
            .await?;
        rows.into_iter().map(|row| checked("variants", "id", row.id)).collect()
    }

    /// These products, where they exist.
    pub(crate) async fn products(&self, ids: &[ProductId]) -> Result<BTreeMap<ProductId, Product>, StorageError> {
        let mut products = BTreeMap::new();
        for ids in ids.chunks(CHUNK) {
            let select = self.all::<product::Entity>();
            let select = select.filter(product::Column::Id.is_in(ids.iter().map(ProductId::as_str)));
            for row in select.all(self.transaction()).await? {
                let product = Product::try_from(row)?;
                products.insert(product.id.clone(), product);
            }
        }
        Ok(products)
    }

    /// The variants of these products, by title.
    pub(crate) async fn variants_of(&self, products: &[ProductId]) -> Result<Vec<Variant>, StorageError> {
        use variant::Column::{Id, ProductId as Of, Title};
        let mut variants = Vec::new();
        for ids in products.chunks(CHUNK) {
            let select = self
                .all::<variant::Entity>()
                .filter(Of.is_in(ids.iter().map(ProductId::as_str)));
            let select = select.order_by_asc(Title).order_by_asc(Id);
            for row in select.all(self.transaction()).await? {
                variants.push(Variant::try_from(row)?);
            }
        }
        Ok(variants)
    }

    /// How many variants these products have.
    pub(crate) async fn variant_counts(
        &self,
        products: &[ProductId],
    ) -> Result<BTreeMap<ProductId, u64>, StorageError> {
        use variant::Column::{Id, ProductId as Of};
        let mut counts = BTreeMap::new();
        for ids in products.chunks(CHUNK) {
            let select = self
                .all::<variant::Entity>()
                .filter(Of.is_in(ids.iter().map(ProductId::as_str)));
            let select = select
                .select_only()
                .column(Of)
                .column_as(Id.count(), "count")
                .group_by(Of);
            for row in select.into_model::<Counted>().all(self.transaction()).await? {
                let id = checked("variants", "product_id", row.product_id)?;
                counts.insert(id, u64::try_from(row.count).unwrap_or(0));
            }
        }
        Ok(counts)
    }
}

fn within(id: variant::Column, ids: SelectStatement, is_in: bool) -> SimpleExpr {
    if is_in {
        id.in_subquery(ids)
    } else {
        id.not_in_subquery(ids)
    }
}

/// A column has the value, begins with it or, where it is a text, contains it; whatever its case.
fn is_value<C: ColumnTrait + IntoSimpleExpr>(column: C, field: Field, value: &str, is_prefix: bool) -> SimpleExpr {
    let value = escaped(value);
    let pattern = match (is_prefix, field.is_text()) {
        (true, _) => format!("{value}%"),
        (false, true) => format!("%{value}%"),
        (false, false) => value,
    };
    like(column, &pattern)
}

fn like<C: ColumnTrait + IntoSimpleExpr>(column: C, pattern: &str) -> SimpleExpr {
    let lower: SimpleExpr = Func::lower(column.into_simple_expr()).into();
    lower.like(LikeExpr::new(pattern).escape('\\'))
}

impl Writer {
    /// Adds to the catalogue.
    pub(crate) async fn add_catalogue(&self, products: &[Product], variants: &[Variant]) -> Result<(), StorageError> {
        let store_id = self.reader().owner();
        let product = |product: &Product| product::Model {
            store_id,
            id: product.id.to_string(),
            title: product.title.clone(),
            vendor: product.vendor.clone(),
            product_type: product.product_type.clone(),
            // A line each, with an end before the first and behind the last.
            tags: product.tags.iter().fold("\n".to_owned(), |tags, tag| tags + tag + "\n"),
            status: product.status.as_str().to_owned(),
            search: searchable(&[
                Some(&product.title),
                product.vendor.as_deref(),
                product.product_type.as_deref(),
                Some(&product.tags.join("\n")),
                Some(product.id.as_str()),
            ]),
        };
        self.insert(products.iter().map(|row| product(row).into_active_model()).collect())
            .await?;
        let variant = |variant: &Variant| variant::Model {
            store_id,
            id: variant.id.to_string(),
            product_id: variant.product.to_string(),
            product_title: variant.product_title.clone(),
            title: variant.title.clone(),
            sku: variant.sku.clone(),
            barcode: variant.barcode.clone(),
            vendor: variant.vendor.clone(),
            price: variant.price.micros(),
            cost: variant.cost.map(Price::micros),
            inventory_item_id: variant.inventory_item_id.clone(),
            search: searchable(&[
                Some(&variant.product_title),
                Some(&variant.title),
                variant.sku.as_deref(),
                variant.barcode.as_deref(),
                variant.vendor.as_deref(),
                Some(variant.id.as_str()),
            ]),
        };
        self.insert(variants.iter().map(|row| variant(row).into_active_model()).collect())
            .await
    }
}
