//! `suppliers.credit_ledger`

use latchstring::{Context, ErrorCode, OperationError, Query};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::{Credit, CreditId, SupplierId};
use crate::operations::shared::found;
use crate::operations::shared::paging::{Listed, window};
use crate::operations::shared::suppliers::{ApplicationItem, CreditItem};
use crate::{Logistics, Reader};

/// Lists the credits of a supplier, the latest first, each with where it was applied.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct CreditLedgerSupplier {
    /// The supplier's id, from `app.suppliers.list({ search })`.
    supplier_id: SupplierId,
    /// How many, 1 to 50; 50 if left out.
    limit: Option<i64>,
    /// The `cursor` of the answer before, for the next ones.
    cursor: Option<String>,
}

/// A credit, and where it was applied.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct LedgerItem {
    #[serde(flatten)]
    credit: CreditItem,
    /// Also those that were taken back.
    applications: Vec<ApplicationItem>,
}

impl Query for CreditLedgerSupplier {
    const NAME: &'static str = "suppliers.credit_ledger";
    const TITLE: &'static str = "Credits of a supplier";
    const EXAMPLE: &'static str =
        r#"const { items } = await app.suppliers.creditLedger({ supplierId: "sup_nordtimber" });"#;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[(ErrorCode::NotFound, "the store has no such supplier")];
    type Domain = Logistics;
    type Output = Listed<LedgerItem>;

    async fn run(self, _: &Context, db: &mut Reader) -> Result<Listed<LedgerItem>, OperationError> {
        let supplier = found::supplier(db, &self.supplier_id).await?;
        let window = window(self.limit, self.cursor.as_deref())?;
        let (credits, total) = db.credit_page(&supplier.id, &window).await?;
        let listed = Listed::new(credits, total, &window, |credit: &Credit| credit.seq);
        let ids: Vec<CreditId> = listed.items.iter().map(|credit| credit.id.clone()).collect();
        let applied = db.applications_of(&ids).await?;
        Ok(listed.map(|credit| LedgerItem {
            applications: applied
                .iter()
                .filter(|one| one.credit == credit.id)
                .cloned()
                .map(ApplicationItem::from)
                .collect(),
            credit: CreditItem::from(&credit),
        }))
    }
}
