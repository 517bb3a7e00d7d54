//! `return_orders.codes`

use latchstring::{Context, ErrorCode, OperationError, Query};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::returning::CodeKind;
use crate::operations::shared::returns::needs_elevate;
use crate::{Logistics, Reader};

/// Lists the words that the store has for why something is returned, in what state it is, and what is to become of
/// it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct CodesReturnOrder {}

/// The store's words.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Codes {
    /// Why a return is made: `reason` of a return.
    rma_reasons: Vec<String>,
    /// `lineReason` of a line.
    line_reasons: Vec<String>,
    /// `condition` of a line.
    conditions: Vec<String>,
    /// `disposition` of a line.
    dispositions: Vec<String>,
}

impl Query for CodesReturnOrder {
    const NAME: &'static str = "return_orders.codes";
    const TITLE: &'static str = "Words for returns";
    const EXAMPLE: &'static str = "const { lineReasons, conditions } = await app.returnOrders.codes({});";
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[(ErrorCode::PlanRequired, "it needs the plan `elevate`")];
    type Domain = Logistics;
    type Output = Codes;

    async fn run(self, _: &Context, db: &mut Reader) -> Result<Codes, OperationError> {
        needs_elevate(db).await?;
        Ok(Codes {
            rma_reasons: db.codes(CodeKind::RmaReason).await?,
            line_reasons: db.codes(CodeKind::LineReason).await?,
            conditions: db.codes(CodeKind::Condition).await?,
            dispositions: db.codes(CodeKind::Disposition).await?,
        })
    }
}
