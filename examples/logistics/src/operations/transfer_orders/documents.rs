//! `transfer_orders.documents`

use latchstring::{Context, ErrorCode, OperationError, Query};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::{Document, TransferOrderId};
use crate::operations::shared::found;
use crate::operations::shared::paging::Listed;
use crate::{Logistics, Reader};

/// Lists the files that people attached to a transfer order: their names and sizes, not what is in them.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct DocumentsTransferOrder {
    /// Its id, from `app.transferOrders.list({ search })`.
    transfer_order_id: TransferOrderId,
}

impl Query for DocumentsTransferOrder {
    const NAME: &'static str = "transfer_orders.documents";
    const TITLE: &'static str = "Documents of a transfer order";
    const EXAMPLE: &'static str =
        r#"const { items } = await app.transferOrders.documents({ transferOrderId: "to_1002" });"#;
    const ERRORS: &'static [(ErrorCode, &'static str)] =
        &[(ErrorCode::NotFound, "the store has no such transfer order")];
    type Domain = Logistics;
    type Output = Listed<Document>;

    async fn run(self, _: &Context, db: &mut Reader) -> Result<Listed<Document>, OperationError> {
        let order = found::transfer_order(db, &self.transfer_order_id, None).await?;
        Ok(Listed::whole(order.documents))
    }
}
