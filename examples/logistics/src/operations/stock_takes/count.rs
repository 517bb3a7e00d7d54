//! `stock_takes.count`

use latchstring::{Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::model::inventory::Moves;
use crate::model::returning::CodeKind;
use crate::model::stock_take::{Count, StockTakeAction};
use crate::model::{LineId, StockTake, StockTakeId, Units, VariantId};
use crate::operations::shared::paging::up_to;
use crate::operations::shared::settle::{Done, settle_stock_take};
use crate::operations::shared::stock_takes::StockTakeChanged;
use crate::operations::shared::{found, stock_takes};
use crate::{Logistics, Writer};

/// Writes down what was counted. A count is the whole number of units, unless `increment` says that they come on top,
/// as when each unit is scanned.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct CountStockTake {
    /// The stock take's id, from `app.stockTakes.list({ search })`.
    stock_take_id: StockTakeId,
    /// The lines, 1 to 500, each by `lineId`, `variantId` or `sku`.
    lines: Vec<CountedLine>,
    /// Refuse unless the stock take is still at this version; it is in what `get`, `list` and every change of it
    /// answer.
    expected_version: Option<u64>,
}

/// What was counted of a line.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct CountedLine {
    /// The line.
    line_id: Option<LineId>,
    /// Or its variant.
    variant_id: Option<VariantId>,
    /// Or its SKU.
    sku: Option<String>,
    /// How many.
    counted: Units,
    /// Whether they come on top of those counted before, as from a scanner; false if left out. A line that is there a
    /// second time needs it. Send `idempotencyKey` along, so that nothing is added twice.
    increment: Option<bool>,
    /// Why it is not what was expected, from `app.stockTakes.reasons({})`.
    reason: Option<String>,
}

/// The line that is meant.
fn line_of(take: &StockTake, given: &CountedLine) -> Result<LineId, OperationError> {
    let by = match (&given.line_id, &given.variant_id, &given.sku) {
        (Some(id), None, None) => return Ok(id.clone()),
        (None, Some(id), None) => take.lines.iter().find(|line| line.variant == *id),
        (None, None, Some(sku)) => {
            let mut with = take.lines.iter().filter(|line| line.sku.as_ref() == Some(sku));
            let first = with.next();
            if with.next().is_some() {
                return Err(OperationError::invalid_input(format!(
                    "more than one line has the SKU `{}`; name it by `lineId`",
                    sku.chars().take(100).collect::<String>()
                )));
            }
            first
        }
        _ => {
            return Err(OperationError::invalid_input(
                "name each line by one of `lineId`, `variantId` and `sku`",
            ));
        }
    };
    let line = by.map(|line| line.id.clone());
    line.ok_or_else(|| {
        let what = given
            .variant_id
            .as_ref()
            .map(ToString::to_string)
            .or_else(|| given.sku.clone());
        let what: String = what.unwrap_or_default().chars().take(100).collect();
        OperationError::new(
            ErrorCode::NotFound,
            format!(
                "`{what}` is not in this stock take; add it with `app.stockTakes.addLines`, or see what is with \
                 `app.stockTakes.lineItems({{ stockTakeId }})`"
            ),
        )
    })
}

impl Command for CountStockTake {
    const NAME: &'static str = "stock_takes.count";
    const TITLE: &'static str = "Write counts down";
    const EXAMPLE: &'static str = r#"await app.stockTakes.count({ stockTakeId: "st_1002", lines: [{ sku: "HP-BRD-900", counted: 12, reason: "miscounted" }] });"#;
    const REPLAYABLE: bool = true;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (ErrorCode::NotFound, "the store has no such stock take"),
        (ErrorCode::Conflict, "it is not at `expectedVersion`"),
        (
            ErrorCode::InvalidState,
            "its status does not allow it; `details.allowedFrom` says which do",
        ),
        (
            ErrorCode::InvalidInput,
            "a line is named by more than one of `lineId`, `variantId` and `sku`, or is counted twice; or a reason is not the store's",
        ),
    ];
    type Domain = Logistics;
    type Output = StockTakeChanged;

    async fn run(self, cx: &Context, db: &mut Writer) -> Result<StockTakeChanged, OperationError> {
        let before = found::stock_take(db.reader(), &self.stock_take_id, self.expected_version).await?;
        let mut take = before.clone();
        up_to(500, "lines", self.lines.len())?;
        take.check(StockTakeAction::Count)?;
        let mut counts = Vec::with_capacity(self.lines.len());
        for line in self.lines {
            found::check_code(db.reader(), CodeKind::CountReason, "reason", line.reason.as_deref()).await?;
            counts.push(Count {
                line: line_of(&take, &line)?,
                units: line.counted.get(),
                is_more: line.increment.unwrap_or_default(),
                reason: line.reason,
            });
        }
        let counted = counts.len();
        take.count(counts)?;
        let take = settle_stock_take(
            cx,
            db,
            &before,
            take,
            &Moves::default(),
            Done::with("count", json!({ "lines": counted })),
        )
        .await?;
        stock_takes::changed(db.reader(), take).await
    }
}
