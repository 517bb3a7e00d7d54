//! `stock_takes.reasons`

use latchstring::{Context, OperationError, Query};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::returning::CodeKind;
use crate::{Logistics, Reader};

/// Lists the words that the store has for why a count is not what was expected.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ReasonsStockTake {}

/// The store's words.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Reasons {
    items: Vec<String>,
}

impl Query for ReasonsStockTake {
    const NAME: &'static str = "stock_takes.reasons";
    const TITLE: &'static str = "Reasons for differences";
    const EXAMPLE: &'static str = "const { items } = await app.stockTakes.reasons({});";
    type Domain = Logistics;
    type Output = Reasons;

    async fn run(self, _: &Context, db: &mut Reader) -> Result<Reasons, OperationError> {
        Ok(Reasons {
            items: db.codes(CodeKind::CountReason).await?,
        })
    }
}
