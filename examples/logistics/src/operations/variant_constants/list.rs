//! `variant_constants.list`

use latchstring::{Context, ErrorCode, OperationError, Query};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::{Constants, ConstantsKey, LocationId, VariantId};
use crate::operations::shared::found;
use crate::operations::shared::paging::{Listed, up_to, window};
use crate::{Logistics, Reader};

/// Lists reorder rules, by variant: how many to keep, by hand. A rule for a location stands above the one for all
/// locations. The forecast does not read them.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ListConstants {
    /// Only those of these variants, at most 100.
    variant_ids: Option<Vec<VariantId>>,
    /// Only those that matter at this location: its own, and those for every location.
    location_id: Option<LocationId>,
    /// How many, 1 to 50; 50 if left out.
    limit: Option<i64>,
    /// The `cursor` of the answer before, for the next ones.
    cursor: Option<String>,
}

/// A reorder rule.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ConstantsItem {
    variant_id: VariantId,
    /// Null: everywhere, for what a location's own rule does not say.
    location_id: Option<LocationId>,
    /// Keep at least this many.
    min: Option<i64>,
    /// Keep no more than this many.
    max: Option<i64>,
    /// Fill up to this many.
    target: Option<i64>,
    /// Order at this many.
    static_reorder_point: Option<i64>,
}

impl From<(ConstantsKey, Constants)> for ConstantsItem {
    fn from((key, constants): (ConstantsKey, Constants)) -> Self {
        Self {
            variant_id: key.variant,
            location_id: key.location,
            min: constants.min,
            max: constants.max,
            target: constants.target,
            static_reorder_point: constants.static_reorder_point,
        }
    }
}

impl Query for ListConstants {
    const NAME: &'static str = "variant_constants.list";
    const TITLE: &'static str = "List reorder rules";
    const EXAMPLE: &'static str = "const { items } = await app.variantConstants.list({});";
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[(ErrorCode::NotFound, "the location does not exist")];
    type Domain = Logistics;
    type Output = Listed<ConstantsItem>;

    async fn run(self, _: &Context, db: &mut Reader) -> Result<Listed<ConstantsItem>, OperationError> {
        if let Some(ids) = &self.variant_ids {
            up_to(100, "variantIds", ids.len())?;
        }
        if let Some(at) = &self.location_id {
            found::location(db, at).await?;
        }
        let window = window(self.limit, self.cursor.as_deref())?;
        let variants = self.variant_ids.unwrap_or_default();
        let (rules, total) = db.constants_page(&variants, self.location_id.as_ref(), &window).await?;
        let key = |(key, _): &(ConstantsKey, Constants)| {
            let at = key.location.as_ref().map(ToString::to_string).unwrap_or_default();
            (key.variant.to_string(), at)
        };
        Ok(Listed::new(rules, total, &window, key).map(ConstantsItem::from))
    }
}
