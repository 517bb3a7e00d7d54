//! Reorder rules.

use std::collections::BTreeMap;

use latchstring::db::column::checked;
use sea_orm::{
    ColumnTrait, Condition, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::OnConflict,
};

use super::{Reader, StorageError, Window, Writer, entity::constant};
use crate::model::{Constants, ConstantsKey, LocationId, VariantId};

fn stored(location: Option<&LocationId>) -> String {
    location.map(ToString::to_string).unwrap_or_default()
}

fn value(row: constant::Model) -> Result<(ConstantsKey, Constants), StorageError> {
    let location = (!row.location_id.is_empty()).then(|| checked("constants", "location_id", row.location_id));
    let key = ConstantsKey {
        variant: checked("constants", "variant_id", row.variant_id)?,
        location: location.transpose()?,
    };
    let constants = Constants {
        min: row.min,
        max: row.max,
        target: row.target,
        static_reorder_point: row.static_reorder_point,
    };
    Ok((key, constants))
}

impl Reader {
    /// One rule.
    pub(crate) async fn constants(&self, key: &ConstantsKey) -> Result<Option<Constants>, StorageError> {
        let select = self
            .all::<constant::Entity>()
            .filter(constant::Column::VariantId.eq(key.variant.as_str()))
            .filter(constant::Column::LocationId.eq(stored(key.location.as_ref())));
        let row = select.one(self.transaction()).await?;
        Ok(row.map(value).transpose()?.map(|(_, constants)| constants))
    }

    /// Every rule of a variant; a store has not many locations.
    pub(crate) async fn constants_of(
        &self,
        variant: &VariantId,
    ) -> Result<BTreeMap<Option<LocationId>, Constants>, StorageError> {
        let select = self
            .all::<constant::Entity>()
            .filter(constant::Column::VariantId.eq(variant.as_str()));
        let rows = select
            .order_by_asc(constant::Column::LocationId)
            .all(self.transaction())
            .await?;
        let rules = rows.into_iter().map(|row| {
            let (key, constants) = value(row)?;
            Ok((key.location, constants))
        });
        rules.collect()
    }

    /// A part of the rules, by variant and location, and how many there are.
    pub(crate) async fn constants_page(
        &self,
        variants: &[VariantId],
        location: Option<&LocationId>,
        window: &Window<(String, String)>,
    ) -> Result<(Vec<(ConstantsKey, Constants)>, u64), StorageError> {
        use constant::Column::{LocationId as At, VariantId as Of};
        let mut select = self.all::<constant::Entity>();
        if !variants.is_empty() {
            select = select.filter(Of.is_in(variants.iter().map(VariantId::as_str)));
        }
        if let Some(location) = location {
            // What holds there: its own rules, and those for every location.
            select = select.filter(At.is_in([location.as_str(), ""]));
        }
        let total = select.clone().count(self.transaction()).await?;
        if let Some((variant, at)) = &window.after {
            let later = Condition::any().add(Of.gt(variant.as_str())).add(At.gt(at.as_str()));
            select = select.filter(Of.gte(variant.as_str())).filter(later);
        }
        let rows = select
            .order_by_asc(Of)
            .order_by_asc(At)
            .limit(window.limit)
            .all(self.transaction())
            .await?;
        Ok((rows.into_iter().map(value).collect::<Result<_, _>>()?, total))
    }
}

impl Writer {
    /// Puts a rule in place of what it was; one that says nothing is removed.
    pub(crate) async fn save_constants(&self, key: &ConstantsKey, constants: Constants) -> Result<(), StorageError> {
        use constant::Column::{LocationId, Max, Min, StaticReorderPoint, StoreId, Target, VariantId};
        let location = stored(key.location.as_ref());
        if constants.is_empty() {
            let delete = self
                .delete::<constant::Entity>()
                .filter(VariantId.eq(key.variant.as_str()));
            delete.filter(LocationId.eq(location)).exec(self.transaction()).await?;
            return Ok(());
        }
        let row = constant::Model {
            store_id: self.reader().owner(),
            variant_id: key.variant.to_string(),
            location_id: location,
            min: constants.min,
            max: constants.max,
            target: constants.target,
            static_reorder_point: constants.static_reorder_point,
        };
        let replace = OnConflict::columns([StoreId, VariantId, LocationId])
            .update_columns([Min, Max, Target, StaticReorderPoint])
            .to_owned();
        self.put(vec![row.into_active_model()], replace).await
    }
}
