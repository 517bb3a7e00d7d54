//! The one place where stock changes: levels, what lies at suppliers, and the history of both, in one transaction with what
//! caused the change.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use latchstring::Context;
use latchstring::db::{
    CHUNK,
    column::{checked, one_of},
};
use sea_orm::{
    ColumnTrait, Condition, FromQueryResult, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait,
    sea_query::{Alias, ExprTrait, OnConflict},
};
use uuid::Uuid;

use super::{
    Reader, StorageError, Window, Writer,
    entity::{adjustment, level, purchase_order_line, supplier_stock, transfer_order_line, variant},
    rare::is_below_zero,
    rare::is_on_the_way,
};
use crate::model::{
    Bucket, Levels, LocationId, SupplierId, VariantId,
    inventory::{AtSupplier, Counted, Moves, Place, Source},
};

/// Why stock changes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cause<'a> {
    pub(crate) source: Source,
    /// The id of the document.
    pub(crate) document: &'a str,
}

/// A change of stock that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Adjustment {
    pub(crate) id: Uuid,
    pub(crate) at: DateTime<Utc>,
    pub(crate) variant: VariantId,
    pub(crate) location: Option<LocationId>,
    pub(crate) supplier: Option<SupplierId>,
    pub(crate) bucket: String,
    pub(crate) before: i64,
    pub(crate) after: i64,
    pub(crate) source: Source,
    pub(crate) document: Option<String>,
    pub(crate) actor: String,
}

/// Which changes to list.
#[derive(Debug, Default)]
pub(crate) struct AdjustmentFilter {
    pub(crate) variant: Option<VariantId>,
    pub(crate) location: Option<LocationId>,
    pub(crate) document: Option<String>,
    pub(crate) bucket: Option<Bucket>,
    pub(crate) since: Option<DateTime<Utc>>,
}

/// What there is of a variant at a location.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LevelRow {
    pub(crate) variant: VariantId,
    pub(crate) location: LocationId,
    pub(crate) levels: Levels,
}

/// Which levels to list.
#[derive(Debug, Default)]
pub(crate) struct LevelFilter {
    pub(crate) variants: Vec<VariantId>,
    pub(crate) skus: Vec<String>,
    pub(crate) locations: Vec<LocationId>,
    pub(crate) below_zero: bool,
}

/// What lies at a supplier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SupplierStock {
    pub(crate) variant: VariantId,
    pub(crate) quantity: i64,
}

/// A place at a location, or at a supplier, as rows have it.
type Pair = (VariantId, LocationId);
type AtSupplierKey = (SupplierId, VariantId, AtSupplier);

#[derive(FromQueryResult)]
struct Sum {
    variant_id: String,
    total: Option<i64>,
}

impl TryFrom<level::Model> for LevelRow {
    type Error = StorageError;

    fn try_from(row: level::Model) -> Result<Self, StorageError> {
        let levels = Levels {
            available: row.available,
            incoming: row.incoming,
            committed: row.committed,
            reserved: row.reserved,
            damaged: row.damaged,
            safety_stock: row.safety_stock,
            quality_control: row.quality_control,
        };
        if levels.on_hand() != row.on_hand {
            return Err(StorageError::Inconsistent {
                table: "levels",
                column: "on_hand",
                value: row.on_hand.to_string(),
                why: format!("its parts add up to {}", levels.on_hand()),
            });
        }
        Ok(Self {
            variant: checked("levels", "variant_id", row.variant_id)?,
            location: checked("levels", "location_id", row.location_id)?,
            levels,
        })
    }
}

impl TryFrom<adjustment::Model> for Adjustment {
    type Error = StorageError;

    fn try_from(row: adjustment::Model) -> Result<Self, StorageError> {
        let location = row.location_id.map(|id| checked("adjustments", "location_id", id));
        let supplier = row.supplier_id.map(|id| checked("adjustments", "supplier_id", id));
        Ok(Self {
            id: row.id,
            at: row.at,
            variant: checked("adjustments", "variant_id", row.variant_id)?,
            location: location.transpose()?,
            supplier: supplier.transpose()?,
            bucket: row.bucket,
            before: row.before,
            after: row.after,
            source: one_of(("adjustments", "source"), &row.source, Source::EVERY, Source::as_str)?,
            document: row.document_id,
            actor: row.actor,
        })
    }
}

impl Reader {
    /// What there is of these variants at these locations; where nothing is said there is nothing.
    pub(crate) async fn levels_at(
        &self,
        variants: &[VariantId],
        locations: &[LocationId],
    ) -> Result<BTreeMap<Pair, Levels>, StorageError> {
        use level::Column::{LocationId as At, VariantId as Of};
        let mut levels = BTreeMap::new();
        for variants in variants.chunks(CHUNK) {
            let mut select = self
                .all::<level::Entity>()
                .filter(Of.is_in(variants.iter().map(VariantId::as_str)));
            if !locations.is_empty() {
                select = select.filter(At.is_in(locations.iter().map(LocationId::as_str)));
            }
            for row in select.order_by_asc(Of).order_by_asc(At).all(self.transaction()).await? {
                let row = LevelRow::try_from(row)?;
                levels.insert((row.variant, row.location), row.levels);
            }
        }
        Ok(levels)
    }

    /// A part of all levels, by variant and location, and how many there are.
    pub(crate) async fn level_page(
        &self,
        filter: &LevelFilter,
        window: &Window<(String, String)>,
    ) -> Result<(Vec<LevelRow>, u64), StorageError> {
        use level::Column::{LocationId as At, VariantId as Of};
        let mut select = self.all::<level::Entity>();
        if !filter.variants.is_empty() {
            select = select.filter(Of.is_in(filter.variants.iter().map(VariantId::as_str)));
        }
        if !filter.skus.is_empty() {
            let with_sku = self
                .all::<variant::Entity>()
                .filter(variant::Column::Sku.is_in(filter.skus.iter().map(String::as_str)))
                .select_only()
                .column(variant::Column::Id)
                .into_query();
            select = select.filter(Of.in_subquery(with_sku));
        }
        if !filter.locations.is_empty() {
            select = select.filter(At.is_in(filter.locations.iter().map(LocationId::as_str)));
        }
        if filter.below_zero {
            select = select.filter(is_below_zero());
        }
        let total = select.clone().count(self.transaction()).await?;
        if let Some((variant, location)) = &window.after {
            // The first half says where to begin in the index; an "or" alone would begin at the first level.
            let later = Condition::any()
                .add(Of.gt(variant.as_str()))
                .add(At.gt(location.as_str()));
            select = select.filter(Of.gte(variant.as_str())).filter(later);
        }
        let rows = select
            .order_by_asc(Of)
            .order_by_asc(At)
            .limit(window.limit)
            .all(self.transaction())
            .await?;
        Ok((
            rows.into_iter().map(LevelRow::try_from).collect::<Result<_, _>>()?,
            total,
        ))
    }

    /// Everything that lies at a supplier in one way, by variant; so many at most.
    pub(crate) async fn supplier_stock(
        &self,
        supplier: &SupplierId,
        kind: AtSupplier,
        window: &Window<String>,
    ) -> Result<(Vec<SupplierStock>, u64), StorageError> {
        use supplier_stock::Column::{Kind, Quantity, SupplierId as Whose, VariantId as Of};
        let mut select = self
            .all::<supplier_stock::Entity>()
            .filter(Whose.eq(supplier.as_str()))
            .filter(Kind.eq(kind.as_str()))
            .filter(Quantity.ne(0));
        let total = select.clone().count(self.transaction()).await?;
        if let Some(after) = &window.after {
            select = select.filter(Of.gt(after.as_str()));
        }
        let rows = select
            .order_by_asc(Of)
            .limit(window.limit)
            .all(self.transaction())
            .await?;
        let stock = |row: supplier_stock::Model| {
            Ok(SupplierStock {
                variant: checked("supplier_stock", "variant_id", row.variant_id)?,
                quantity: row.quantity,
            })
        };
        Ok((rows.into_iter().map(stock).collect::<Result<_, StorageError>>()?, total))
    }

    async fn stock_of_suppliers(
        &self,
        keys: &BTreeSet<AtSupplierKey>,
    ) -> Result<BTreeMap<AtSupplierKey, i64>, StorageError> {
        use supplier_stock::Column::{SupplierId as Whose, VariantId as Of};
        // A document is of one supplier, so there are few pairs that are not asked for.
        let suppliers: BTreeSet<&str> = keys.iter().map(|(supplier, _, _)| supplier.as_str()).collect();
        let variants: BTreeSet<&str> = keys.iter().map(|(_, variant, _)| variant.as_str()).collect();
        let variants = Vec::from_iter(variants);
        let mut stock = BTreeMap::new();
        for variants in variants.chunks(CHUNK) {
            let select = self
                .all::<supplier_stock::Entity>()
                .filter(Whose.is_in(suppliers.iter().copied()))
                .filter(Of.is_in(variants.iter().copied()));
            for row in select.all(self.transaction()).await? {
                let kind = one_of(
                    ("supplier_stock", "kind"),
                    &row.kind,
                    AtSupplier::EVERY,
                    AtSupplier::as_str,
                )?;
                let supplier = checked("supplier_stock", "supplier_id", row.supplier_id)?;
                let variant = checked("supplier_stock", "variant_id", row.variant_id)?;
                stock.insert((supplier, variant, kind), row.quantity);
            }
        }
        Ok(stock)
    }

    /// A part of the changes, the latest first, and how many there are.
    pub(crate) async fn adjustment_page(
        &self,
        filter: &AdjustmentFilter,
        window: &Window<Uuid>,
    ) -> Result<(Vec<Adjustment>, u64), StorageError> {
        use adjustment::Column::{At, Bucket, DocumentId, Id, LocationId, VariantId};
        let conditions = Condition::all()
            .add_option(filter.variant.as_ref().map(|id| VariantId.eq(id.as_str())))
            .add_option(filter.location.as_ref().map(|id| LocationId.eq(id.as_str())))
            .add_option(filter.document.as_ref().map(|id| DocumentId.eq(id.as_str())))
            .add_option(filter.bucket.map(|bucket| Bucket.eq(bucket.as_str())))
            .add_option(filter.since.map(|since| At.gte(since)));
        let mut select = self.all::<adjustment::Entity>().filter(conditions);
        let total = select.clone().count(self.transaction()).await?;
        if let Some(after) = window.after {
            select = select.filter(Id.lt(after));
        }
        // Ids sort by time.
        let rows = select
            .order_by_desc(Id)
            .limit(window.limit)
            .all(self.transaction())
            .await?;
        Ok((
            rows.into_iter().map(Adjustment::try_from).collect::<Result<_, _>>()?,
            total,
        ))
    }

    /// What open orders have on their way of these variants to a location.
    pub(crate) async fn on_the_way(
        &self,
        variants: &[VariantId],
        location: &LocationId,
    ) -> Result<BTreeMap<VariantId, i64>, StorageError> {
        let mut sums: BTreeMap<VariantId, i64> = variants.iter().map(|id| (id.clone(), 0)).collect();
        for variants in variants.chunks(CHUNK) {
            let ids: Vec<&str> = variants.iter().map(VariantId::as_str).collect();
            let bought = {
                use purchase_order_line::Column::{Incoming, LocationId, VariantId};
                self.all::<purchase_order_line::Entity>()
                    .filter(VariantId.is_in(ids.iter().copied()))
                    .filter(LocationId.eq(location.as_str()))
                    .filter(is_on_the_way())
                    .select_only()
                    .column(VariantId)
                    .column_as(Incoming.sum().cast_as(Alias::new("bigint")), "total")
                    .group_by(VariantId)
                    .into_model::<Sum>()
                    .all(self.transaction())
                    .await?
            };
            let moved = {
                use transfer_order_line::Column::{Incoming, LocationId, VariantId};
                self.all::<transfer_order_line::Entity>()
                    .filter(VariantId.is_in(ids.iter().copied()))
                    .filter(LocationId.eq(location.as_str()))
                    .filter(is_on_the_way())
                    .select_only()
                    .column(VariantId)
                    .column_as(Incoming.sum().cast_as(Alias::new("bigint")), "total")
                    .group_by(VariantId)
                    .into_model::<Sum>()
                    .all(self.transaction())
                    .await?
            };
            for row in bought.into_iter().chain(moved) {
                let id: VariantId = checked("lines", "variant_id", row.variant_id)?;
                *sums.entry(id).or_default() += row.total.unwrap_or(0);
            }
        }
        Ok(sums)
    }
}

impl Writer {
    /// Changes stock, and writes down who changed what, and why.
    pub(crate) async fn apply(&self, cx: &Context, cause: Cause<'_>, moves: &Moves) -> Result<(), StorageError> {
        let mut history = Vec::new();
        self.apply_at_locations(moves, &mut history).await?;
        self.apply_at_suppliers(moves, &mut history).await?;
        let row = |change: Changed| {
            let row = adjustment::Model {
                store_id: self.reader().owner(),
                id: cx.new_uuid(),
                variant_id: change.variant.into(),
                location_id: change.location.map(String::from),
                supplier_id: change.supplier.map(String::from),
                bucket: change.bucket.to_owned(),
                before: change.before,
                after: change.after,
                source: cause.source.as_str().to_owned(),
                document_id: Some(cause.document.to_owned()),
                actor: cx.actor(),
                request_id: cx.request().to_string(),
                at: cx.now(),
            };
            row.into_active_model()
        };
        self.insert(history.into_iter().map(row).collect()).await
    }

    async fn apply_at_locations(&self, moves: &Moves, history: &mut Vec<Changed>) -> Result<(), StorageError> {
        let mut changes: BTreeMap<Pair, Vec<(Counted, i64)>> = BTreeMap::new();
        for one in moves.iter() {
            match one.place {
                Place::Location(at, counted) => changes.entry((one.variant, at)).or_default().push((counted, one.by)),
                Place::Supplier(..) => {}
            }
        }
        let variants: BTreeSet<VariantId> = changes.keys().map(|(variant, _)| variant.clone()).collect();
        let locations: BTreeSet<LocationId> = changes.keys().map(|(_, at)| at.clone()).collect();
        let (variants, locations): (Vec<_>, Vec<_>) = (Vec::from_iter(variants), Vec::from_iter(locations));
        let before = self.reader().levels_at(&variants, &locations).await?;
        let mut rows = Vec::new();
        for ((variant, at), moves) in changes {
            let was = before.get(&(variant.clone(), at.clone())).copied().unwrap_or_default();
            let is = moves
                .iter()
                .fold(was, |levels, (counted, by)| levels.moved(*counted, *by));
            for bucket in moves.iter().flat_map(|(counted, _)| counted.buckets()) {
                history.push(Changed {
                    variant: variant.clone(),
                    location: Some(at.clone()),
                    supplier: None,
                    bucket: bucket.as_str(),
                    before: was.of(*bucket),
                    after: is.of(*bucket),
                });
            }
            rows.push((variant, at, is));
        }
        self.put_levels(rows).await
    }

    async fn apply_at_suppliers(&self, moves: &Moves, history: &mut Vec<Changed>) -> Result<(), StorageError> {
        let mut changes: BTreeMap<AtSupplierKey, i64> = BTreeMap::new();
        for one in moves.iter() {
            match one.place {
                Place::Supplier(supplier, kind) => {
                    changes.insert((supplier, one.variant, kind), one.by);
                }
                Place::Location(..) => {}
            }
        }
        let before = self
            .reader()
            .stock_of_suppliers(&changes.keys().cloned().collect())
            .await?;
        let mut rows = Vec::new();
        for ((supplier, variant, kind), by) in changes {
            let was = before
                .get(&(supplier.clone(), variant.clone(), kind))
                .copied()
                .unwrap_or(0);
            history.push(Changed {
                variant: variant.clone(),
                location: None,
                supplier: Some(supplier.clone()),
                bucket: kind.as_str(),
                before: was,
                after: was + by,
            });
            rows.push((supplier, variant, kind, was + by));
        }
        self.put_supplier_stock(rows).await
    }

    /// Sets what lies at suppliers, without a history.
    pub(crate) async fn put_supplier_stock(
        &self,
        stock: Vec<(SupplierId, VariantId, AtSupplier, i64)>,
    ) -> Result<(), StorageError> {
        use supplier_stock::Column::{Kind, Quantity, StoreId, SupplierId as Whose, VariantId as Of};
        let row = |(supplier, variant, kind, quantity): (SupplierId, VariantId, AtSupplier, i64)| {
            let row = supplier_stock::Model {
                store_id: self.reader().owner(),
                supplier_id: supplier.into(),
                variant_id: variant.into(),
                kind: kind.as_str().to_owned(),
                quantity,
            };
            row.into_active_model()
        };
        let replace = OnConflict::columns([StoreId, Whose, Of, Kind])
            .update_column(Quantity)
            .to_owned();
        self.put(stock.into_iter().map(row).collect(), replace).await
    }

    /// Sets what there is, without a history: for stock that was there before the product was.
    pub(crate) async fn put_levels(&self, levels: Vec<(VariantId, LocationId, Levels)>) -> Result<(), StorageError> {
        use level::Column::{
            Available, Committed, Damaged, Incoming, LocationId, OnHand, QualityControl, Reserved, SafetyStock,
            StoreId, VariantId,
        };
        let row = |(variant, at, levels): (crate::model::VariantId, crate::model::LocationId, Levels)| {
            let row = level::Model {
                store_id: self.reader().owner(),
                variant_id: variant.into(),
                location_id: at.into(),
                on_hand: levels.on_hand(),
                available: levels.available,
                incoming: levels.incoming,
                committed: levels.committed,
                reserved: levels.reserved,
                damaged: levels.damaged,
                safety_stock: levels.safety_stock,
                quality_control: levels.quality_control,
            };
            row.into_active_model()
        };
        let replace = OnConflict::columns([StoreId, VariantId, LocationId])
            .update_columns([
                OnHand,
                Available,
                Incoming,
                Committed,
                Reserved,
                Damaged,
                SafetyStock,
                QualityControl,
            ])
            .to_owned();
        self.put(levels.into_iter().map(row).collect(), replace).await
    }
}

/// A bucket that changed.
struct Changed {
    variant: VariantId,
    location: Option<LocationId>,
    supplier: Option<SupplierId>,
    bucket: &'static str,
    before: i64,
    after: i64,
}
