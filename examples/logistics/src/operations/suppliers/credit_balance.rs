//! `suppliers.credit_balance`

use latchstring::{Context, ErrorCode, OperationError, Query};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::{Price, SupplierId};
use crate::operations::shared::found;
use crate::operations::shared::suppliers::{Balance, balances};
use crate::{Logistics, Reader};

/// Shows what a supplier owes, in each currency; amounts of two currencies are never added.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct CreditBalanceSupplier {
    /// The supplier's id, from `app.suppliers.list({ search })`.
    supplier_id: SupplierId,
}

/// What a supplier owes.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CreditBalance {
    balances: Vec<Balance>,
    /// The most that it may owe, in the supplier's currency, as people say.
    credit_limit: Option<Price>,
}

impl Query for CreditBalanceSupplier {
    const NAME: &'static str = "suppliers.credit_balance";
    const TITLE: &'static str = "What a supplier owes";
    const EXAMPLE: &'static str =
        r#"const { balances } = await app.suppliers.creditBalance({ supplierId: "sup_nordtimber" });"#;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[(ErrorCode::NotFound, "the store has no such supplier")];
    type Domain = Logistics;
    type Output = CreditBalance;

    async fn run(self, _: &Context, db: &mut Reader) -> Result<CreditBalance, OperationError> {
        let supplier = found::supplier(db, &self.supplier_id).await?;
        Ok(CreditBalance {
            balances: balances(&db.credits_of(&supplier.id).await?),
            credit_limit: supplier.credit_limit,
        })
    }
}
