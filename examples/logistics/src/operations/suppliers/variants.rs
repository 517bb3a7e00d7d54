//! `suppliers.variants`

use latchstring::{Context, ErrorCode, OperationError, Query};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::{SupplierId, SupplierVariant};
use crate::operations::shared::found;
use crate::operations::shared::paging::{Listed, window};
use crate::operations::shared::suppliers::{SupplierVariantItem, show_links};
use crate::{Logistics, Reader};

/// Lists what a supplier delivers, by variant: costs, minimum, packs, lead time, and whether the supplier is the
/// primary one.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct VariantsSupplier {
    /// The supplier's id, from `app.suppliers.list({ search })`.
    supplier_id: SupplierId,
    /// How many, 1 to 50; 50 if left out.
    limit: Option<i64>,
    /// The `cursor` of the answer before, for the next ones.
    cursor: Option<String>,
}

impl Query for VariantsSupplier {
    const NAME: &'static str = "suppliers.variants";
    const TITLE: &'static str = "What a supplier delivers";
    const EXAMPLE: &'static str =
        r#"const { items } = await app.suppliers.variants({ supplierId: "sup_nordtimber" });"#;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[(ErrorCode::NotFound, "the store has no such supplier")];
    type Domain = Logistics;
    type Output = Listed<SupplierVariantItem>;

    async fn run(self, _: &Context, db: &mut Reader) -> Result<Listed<SupplierVariantItem>, OperationError> {
        let supplier = found::supplier(db, &self.supplier_id).await?;
        let window = window(self.limit, self.cursor.as_deref())?;
        let (links, total) = db.link_page(&supplier.id, &window).await?;
        let mut listed = Listed::new(links, total, &window, |link: &SupplierVariant| link.variant.to_string());
        let links = listed.take_items();
        Ok(listed.with(show_links(db, links).await?))
    }
}
