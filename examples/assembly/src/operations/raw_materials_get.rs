//! `raw_materials.get`

use latchstring::{Context, ErrorCode, OperationError, Query};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    made_of::Connection,
    raw_materials_list::{MaterialItem, shown},
};
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
    /// What uses it, by name, 1000 at most; null unless `includeConnections`.
    connections: Option<Vec<Connection>>,
}

impl Query for GetRawMaterial {
    const NAME: &'static str = "raw_materials.get";
    const TITLE: &'static str = "Get a raw material";
    const EXAMPLE: &'static str = r#"const { connections } = await app.rawMaterials.get({ variantId: "VMAT-VAR-1001", includeConnections: true });"#;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[(ErrorCode::NotFound, "the store has no such raw material")];
    type Domain = Assembly;
    type Output = RawMaterial;

    async fn run(self, _: &Context, db: &mut Reader) -> Result<RawMaterial, OperationError> {
        let material = db.material(&self.variant_id).await?;
        let shown = shown(db, material.into_iter().collect()).await?.pop();
        let raw_material = shown.ok_or_else(|| no_material(&self.variant_id))?;
        let connections = if self.include_connections.unwrap_or_default() {
            let referrers = db.material_referrers(&self.variant_id).await?;
            Some(referrers.into_iter().map(Connection::from).collect())
        } else {
            None
        };
        Ok(RawMaterial {
            raw_material,
            connections,
        })
    }
}
