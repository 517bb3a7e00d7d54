//! `suppliers.get`

use latchstring::{Context, ErrorCode, OperationError, Query};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::SupplierId;
use crate::operations::shared::found;
use crate::operations::shared::suppliers::SupplierItem;
use crate::{Logistics, Reader};

/// Shows one supplier by its id.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct GetSupplier {
    /// The supplier's id, from `app.suppliers.list({ search })`.
    supplier_id: SupplierId,
}

impl Query for GetSupplier {
    const NAME: &'static str = "suppliers.get";
    const TITLE: &'static str = "Get a supplier";
    const EXAMPLE: &'static str = r#"const supplier = await app.suppliers.get({ supplierId: "sup_nordtimber" });"#;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[(ErrorCode::NotFound, "the store has no such supplier")];
    type Domain = Logistics;
    type Output = SupplierItem;

    async fn run(self, _: &Context, db: &mut Reader) -> Result<SupplierItem, OperationError> {
        Ok(found::supplier(db, &self.supplier_id).await?.into())
    }
}
