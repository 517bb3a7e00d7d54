//! The history of counts: rows are only ever added.

use chrono::{DateTime, Utc};
use latchstring::db::column::checked;
use sea_orm::{
    ColumnTrait, Condition, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::ExprTrait,
};
use uuid::Uuid;

use super::{
    Kind, Page, Reader, StorageError, Writer,
    entity::{AdjustmentSource, adjustment},
};
use crate::model::{LocationId, Quantity};

/// A change of a count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Adjustment {
    pub(crate) at: DateTime<Utc>,
    pub(crate) kind: Kind,
    pub(crate) item: String,
    pub(crate) location: LocationId,
    pub(crate) before: Quantity,
    pub(crate) after: Quantity,
    pub(crate) source: AdjustmentSource,
    pub(crate) actor: String,
}

/// Who changes counts, and on which occasion.
#[derive(Debug, Clone)]
pub(crate) struct Cause {
    pub(crate) at: DateTime<Utc>,
    pub(crate) source: AdjustmentSource,
    /// In words.
    pub(crate) actor: String,
    /// The id of the call or of the event.
    pub(crate) occasion: String,
}

/// Which changes to list.
#[derive(Debug, Default)]
pub(crate) struct AdjustmentFilter {
    pub(crate) item: Option<(Kind, String)>,
    pub(crate) location: Option<LocationId>,
    pub(crate) since: Option<DateTime<Utc>>,
    pub(crate) source: Option<AdjustmentSource>,
}

impl TryFrom<adjustment::Model> for Adjustment {
    type Error = StorageError;

    fn try_from(row: adjustment::Model) -> Result<Self, StorageError> {
        Ok(Self {
            at: row.at,
            kind: row.kind,
            item: row.item_id,
            location: checked("adjustments", "location_id", row.location_id)?,
            before: Quantity::from_micros(row.before),
            after: Quantity::from_micros(row.after),
            source: row.source,
            actor: row.actor,
        })
    }
}

impl Reader {
    /// A page of changes, the latest first, and how many there are on all pages.
    pub(crate) async fn adjustment_page(
        &self,
        filter: &AdjustmentFilter,
        page: Page,
    ) -> Result<(Vec<Adjustment>, u64), StorageError> {
        use adjustment::Column::{At, Id, ItemId, Kind, LocationId, Source};
        let item = filter.item.as_ref().map(|(kind, id)| Kind.eq(*kind).and(ItemId.eq(id)));
        let conditions = Condition::all()
            .add_option(item)
            .add_option(filter.location.as_ref().map(|id| LocationId.eq(id.as_str())))
            .add_option(filter.since.map(|since| At.gte(since)))
            .add_option(filter.source.map(|source| Source.eq(source)));
        let select = self.all::<adjustment::Entity>().filter(conditions);
        let total = select.clone().count(self.transaction()).await?;
        let rows = select
            .order_by_desc(At)
            .order_by_desc(Id)
            .offset(page.offset)
            .limit(page.limit)
            .all(self.transaction())
            .await?;
        let adjustments = rows.into_iter().map(Adjustment::try_from);
        Ok((adjustments.collect::<Result<_, _>>()?, total))
    }
}

impl Writer {
    /// Writes down how counts of an item changed: where, from what, to what. The ids sort as they are made.
    pub(super) async fn add_adjustments(
        &self,
        cause: &Cause,
        (kind, item): (Kind, &str),
        levels: &[(LocationId, Quantity, Quantity)],
        mut new_id: impl FnMut() -> Uuid,
    ) -> Result<(), StorageError> {
        let row = |(location, before, after): &(LocationId, Quantity, Quantity)| {
            let row = adjustment::Model {
                store_id: self.reader().owner(),
                id: new_id(),
                kind,
                item_id: item.to_owned(),
                location_id: location.to_string(),
                before: before.micros(),
                after: after.micros(),
                actor: cause.actor.clone(),
                source: cause.source,
                request_id: cause.occasion.clone(),
                at: cause.at,
            };
            row.into_active_model()
        };
        self.insert(levels.iter().map(row).collect()).await
    }
}
