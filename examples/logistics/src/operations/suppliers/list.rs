//! `suppliers.list`

use latchstring::{Context, ErrorCode, OperationError, Query};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::Supplier;
use crate::operations::shared::paging::{Listed, search, window};
use crate::operations::shared::suppliers::SupplierItem;
use crate::storage::SupplierFilter;
use crate::{Logistics, Reader};

/// Lists suppliers, by number.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ListSupplier {
    /// Words that must all occur in name, contact, e-mail, city, number or id. At most 200 characters.
    search: Option<String>,
    /// Whether to list archived ones, too; false if left out.
    include_archived: Option<bool>,
    /// How many, 1 to 50; 50 if left out.
    limit: Option<i64>,
    /// The `cursor` of the answer before, for the next ones.
    cursor: Option<String>,
}

impl Query for ListSupplier {
    const NAME: &'static str = "suppliers.list";
    const TITLE: &'static str = "List suppliers";
    const EXAMPLE: &'static str = "const { items } = await app.suppliers.list({});";
    const ERRORS: &'static [(ErrorCode, &'static str)] =
        &[(ErrorCode::InvalidInput, "`limit` or `cursor` is not one there is")];
    type Domain = Logistics;
    type Output = Listed<SupplierItem>;

    async fn run(self, _: &Context, db: &mut Reader) -> Result<Listed<SupplierItem>, OperationError> {
        let filter = SupplierFilter {
            search: search("search", self.search)?,
            with_archived: self.include_archived.unwrap_or_default(),
        };
        let window = window(self.limit, self.cursor.as_deref())?;
        let (items, total) = db.supplier_page(&filter, &window).await?;
        Ok(Listed::new(items, total, &window, |supplier: &Supplier| supplier.number).map(SupplierItem::from))
    }
}
