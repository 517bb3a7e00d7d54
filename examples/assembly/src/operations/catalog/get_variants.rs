//! `catalog.get_variants`

use latchstring::{Context, ErrorCode, OperationError, Query};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::items::{VariantItem, shown};
use crate::{Assembly, Reader, error::no_variant, model::VariantId, operations::shared::paging::up_to_a_hundred};

/// Shows variants of the catalogue by their ids, in the order given.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct GetVariants {
    /// Numeric variant ids, 1 to 100.
    #[schemars(example = ["41001", "41002"])]
    ids: Vec<VariantId>,
}

/// The variants.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Variants {
    /// In the order of the ids.
    items: Vec<VariantItem>,
}

impl Query for GetVariants {
    const NAME: &'static str = "catalog.get_variants";
    const TITLE: &'static str = "Get variants of the catalogue";
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (ErrorCode::NotFound, "the store has no such variant"),
        (ErrorCode::InvalidInput, "`ids` is empty or has more than 100"),
    ];
    type Domain = Assembly;
    type Output = Variants;

    async fn run(self, _: &Context, db: &mut Reader) -> Result<Variants, OperationError> {
        up_to_a_hundred("ids", self.ids.len())?;
        let known = db.variants(&self.ids).await?;
        let one = |id: &VariantId| known.get(id).cloned().ok_or_else(|| no_variant(id));
        let variants = self.ids.iter().map(one).collect::<Result<_, _>>()?;
        let items = shown(db, variants).await?;
        Ok(Variants { items })
    }
}
