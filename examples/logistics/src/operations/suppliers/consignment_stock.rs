//! `suppliers.consignment_stock`

use latchstring::{Context, ErrorCode, OperationError, Query};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::inventory::AtSupplier;
use crate::model::{SupplierId, Variant, VariantId};
use crate::operations::shared::found;
use crate::operations::shared::paging::{Listed, window};
use crate::storage::SupplierStock;
use crate::{Logistics, Reader};

/// Lists what a supplier has given on consignment: received as `consignment`, and still the supplier's.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ConsignmentStockSupplier {
    /// The supplier's id, from `app.suppliers.list({ search })`.
    supplier_id: SupplierId,
    /// How many, 1 to 50; 50 if left out.
    limit: Option<i64>,
    /// The `cursor` of the answer before, for the next ones.
    cursor: Option<String>,
}

/// What lies there.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StockAtSupplier {
    variant_id: VariantId,
    title: String,
    quantity: i64,
}

impl Query for ConsignmentStockSupplier {
    const NAME: &'static str = "suppliers.consignment_stock";
    const TITLE: &'static str = "Consignment stock";
    const EXAMPLE: &'static str =
        r#"const { items } = await app.suppliers.consignmentStock({ supplierId: "sup_glass" });"#;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[(ErrorCode::NotFound, "the store has no such supplier")];
    type Domain = Logistics;
    type Output = Listed<StockAtSupplier>;

    async fn run(self, _: &Context, db: &mut Reader) -> Result<Listed<StockAtSupplier>, OperationError> {
        let supplier = found::supplier(db, &self.supplier_id).await?;
        let window = window(self.limit, self.cursor.as_deref())?;
        let (rows, total) = db
            .supplier_stock(&supplier.id, AtSupplier::Consignment, &window)
            .await?;
        let mut listed = Listed::new(rows, total, &window, |row: &SupplierStock| row.variant.to_string());
        let rows = listed.take_items();
        let ids: Vec<VariantId> = rows.iter().map(|row| row.variant.clone()).collect();
        let variants = db.variants(&ids).await?;
        let item = |row: SupplierStock| StockAtSupplier {
            title: variants.get(&row.variant).map(Variant::full_title).unwrap_or_default(),
            variant_id: row.variant,
            quantity: row.quantity,
        };
        Ok(listed.with(rows.into_iter().map(item).collect()))
    }
}
