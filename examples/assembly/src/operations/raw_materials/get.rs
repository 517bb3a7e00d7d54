//! `raw_materials.get`

use latchstring::{Context, ErrorCode, OperationError, Query};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::list::{MaterialItem, shown, with_connections};
use crate::{Assembly, Reader, error::no_material, model::VariantId};

/// Shows one raw material, on request with every BOM and sub-assembly that uses it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct GetRawMaterial {
    /// The material: a numeric variant id, or `VMAT-VAR-…`.
    variant_id: VariantId,
    /// Whether to list what uses it; false if left out.
    include_connections: Option<bool>,
}

/// A raw material.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RawMaterial {
    raw_material: MaterialItem,
}

impl Query for GetRawMaterial {
    const NAME: &'static str = "raw_materials.get";
    const TITLE: &'static str = "Get a raw material";
    const EXAMPLE: &'static str = r#"const { rawMaterial } = await app.rawMaterials.get({ variantId: "VMAT-VAR-1001", includeConnections: true });"#;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[(ErrorCode::NotFound, "the store has no such raw material")];
    type Domain = Assembly;
    type Output = RawMaterial;

    async fn run(self, _: &Context, db: &mut Reader) -> Result<RawMaterial, OperationError> {
        let material = db.material(&self.variant_id).await?;
        let mut items = shown(db, material.into_iter().collect()).await?;
        if self.include_connections.unwrap_or_default() {
            items = with_connections(db, items).await?;
        }
        let raw_material = items.pop().ok_or_else(|| no_material(&self.variant_id))?;
        Ok(RawMaterial { raw_material })
    }
}
