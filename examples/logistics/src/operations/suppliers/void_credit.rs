//! `suppliers.void_credit`

use latchstring::{ChangeAction, Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::Deserialize;

use super::issue_credit::CreditIssued;
use crate::model::{CreditId, Refusal};
use crate::operations::shared::changes::differences;
use crate::operations::shared::found;
use crate::operations::shared::suppliers::CreditItem;
use crate::{Logistics, Writer};

/// Makes a credit that was written down by hand worth nothing, as long as none of it is applied.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct VoidCreditSupplier {
    /// The credit's id, from `app.suppliers.creditLedger({ supplierId })`.
    credit_id: CreditId,
}

impl Command for VoidCreditSupplier {
    const NAME: &'static str = "suppliers.void_credit";
    const TITLE: &'static str = "Void a credit of a supplier";
    const EXAMPLE: &'static str = r#"await app.suppliers.voidCredit({ creditId: "crd_1003" });"#;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (ErrorCode::NotFound, "the store has no such credit"),
        (ErrorCode::InvalidState, "it is voided already, or of a return"),
        (ErrorCode::InUse, "a part of it is applied"),
    ];
    type Domain = Logistics;
    type Output = CreditIssued;

    async fn run(self, cx: &Context, db: &mut Writer) -> Result<CreditIssued, OperationError> {
        let before = found::credit(db.reader(), &self.credit_id).await?;
        if let Some(of) = &before.return_order {
            return Err(Refusal::state(format!(
                "credit `{}` is of return `{of}`; void it with `app.returnOrders.voidCredit`",
                before.id
            ))
            .into());
        }
        let mut credit = before.clone();
        credit.void(cx.now())?;
        db.save_credit(&credit).await?;
        let (was, is) = differences(&before, &credit);
        db.record("credit", credit.id.clone(), ChangeAction::Updated, Some(was), Some(is));
        Ok(CreditIssued {
            credit: CreditItem::from(&credit),
        })
    }
}
