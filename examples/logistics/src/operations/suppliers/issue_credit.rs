//! `suppliers.issue_credit`

use latchstring::{ChangeAction, Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::{CreditOrigin, Currency, Note, Price, SupplierId};
use crate::operations::shared::found;
use crate::operations::shared::suppliers::{CreditItem, NewCredit};
use crate::storage::Counter;
use crate::{Logistics, Writer};

/// Writes down that a supplier owes money, for whatever reason. Of a return use `app.returnOrders.issueCredit`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct IssueCreditSupplier {
    /// The supplier's id, from `app.suppliers.list({ search })`.
    supplier_id: SupplierId,
    /// How much, as a decimal string.
    amount: Price,
    /// In what; the supplier's currency if left out.
    currency: Option<Currency>,
    /// Why, at most 5000 characters.
    note: Option<Note>,
}

/// The credit.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct CreditIssued {
    /// As it is now.
    pub(super) credit: CreditItem,
}

impl Command for IssueCreditSupplier {
    const NAME: &'static str = "suppliers.issue_credit";
    const TITLE: &'static str = "Write a credit of a supplier down";
    const EXAMPLE: &'static str = r#"const { credit } = await app.suppliers.issueCredit({ supplierId: "sup_glass", amount: "40.00", note: "Broken panes" });"#;
    const DESTRUCTIVE: bool = false;
    const REPLAYABLE: bool = true;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (ErrorCode::NotFound, "the store has no such supplier"),
        (ErrorCode::InvalidInput, "the amount is 0"),
    ];
    type Domain = Logistics;
    type Output = CreditIssued;

    async fn run(self, cx: &Context, db: &mut Writer) -> Result<CreditIssued, OperationError> {
        let supplier = found::supplier(db.reader(), &self.supplier_id).await?;
        if self.amount == Price::ZERO {
            return Err(OperationError::invalid_input(
                "`amount` is 0; a credit is of more than nothing",
            ));
        }
        let new = NewCredit {
            supplier: supplier.id,
            amount: self.amount,
            currency: self.currency.unwrap_or(supplier.currency),
            origin: CreditOrigin::Manual,
            return_order: None,
            lines: Vec::new(),
            note: self.note.map(String::from),
        };
        let credit = new.issued(cx, db.next(Counter::Credit).await?);
        db.add_credit(&credit).await?;
        let after = serde_json::to_value(&credit).map_err(OperationError::internal)?;
        db.record("credit", credit.id.clone(), ChangeAction::Created, None, Some(after));
        Ok(CreditIssued {
            credit: CreditItem::from(&credit),
        })
    }
}
