//! `variants.get_many`

use latchstring::{Context, ErrorCode, OperationError, Query};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

use super::list::VariantItem;
use crate::model::VariantId;
use crate::operations::shared::paging::up_to;
use crate::{Logistics, Reader};

/// Shows up to 100 variants by their ids. Those that do not exist are listed in `missing`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct GetManyVariant {
    /// Their ids, 1 to 100.
    variant_ids: Vec<VariantId>,
}

/// Variants by their ids.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ManyVariants {
    /// Those that exist, in the order given, each once.
    items: Vec<VariantItem>,
    /// The ids of which there is none, each once.
    missing: Vec<VariantId>,
}

impl Query for GetManyVariant {
    const NAME: &'static str = "variants.get_many";
    const TITLE: &'static str = "Get variants";
    const EXAMPLE: &'static str =
        r#"const { items, missing } = await app.variants.getMany({ variantIds: ["42001", "42002"] });"#;
    const ERRORS: &'static [(ErrorCode, &'static str)] =
        &[(ErrorCode::InvalidInput, "`variantIds` is empty or has more than 100")];
    type Domain = Logistics;
    type Output = ManyVariants;

    async fn run(self, _: &Context, db: &mut Reader) -> Result<ManyVariants, OperationError> {
        up_to(100, "variantIds", self.variant_ids.len())?;
        let mut found = db.variants(&self.variant_ids).await?;
        let (mut items, mut missing, mut seen) = (Vec::new(), Vec::new(), BTreeSet::new());
        for id in self.variant_ids {
            if !seen.insert(id.clone()) {
                continue;
            }
            match found.remove(&id) {
                Some(variant) => items.push(variant.into()),
                None => missing.push(id),
            }
        }
        Ok(ManyVariants { items, missing })
    }
}
