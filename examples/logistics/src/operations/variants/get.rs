//! `variants.get`

use latchstring::{Context, ErrorCode, OperationError, Query};
use schemars::JsonSchema;
use serde::Deserialize;

use super::list::VariantItem;
use crate::model::VariantId;
use crate::operations::shared::found;
use crate::{Logistics, Reader};

/// Shows one variant by its id.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct GetVariant {
    /// The variant's id, from `app.variants.list({ search })`.
    variant_id: VariantId,
}

impl Query for GetVariant {
    const NAME: &'static str = "variants.get";
    const TITLE: &'static str = "Get a variant";
    const EXAMPLE: &'static str = r#"const variant = await app.variants.get({ variantId: "42001" });"#;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[(ErrorCode::NotFound, "the store has no such variant")];
    type Domain = Logistics;
    type Output = VariantItem;

    async fn run(self, _: &Context, db: &mut Reader) -> Result<VariantItem, OperationError> {
        let mut variants = found::variants(db, std::slice::from_ref(&self.variant_id)).await?;
        let variant = variants.remove(&self.variant_id);
        Ok(variant.ok_or_else(|| found::no_variant(&self.variant_id))?.into())
    }
}
