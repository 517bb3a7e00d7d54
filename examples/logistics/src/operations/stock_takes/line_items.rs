//! `stock_takes.line_items`

use latchstring::{Context, ErrorCode, OperationError, Query};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::{LineId, Refusal, StockTakeId, StockTakeLine};
use crate::operations::shared::found;
use crate::operations::shared::paging::Listed;
use crate::operations::shared::stock_takes::StockTakeLineItem;
use crate::{Logistics, Reader};

/// Lines in one answer.
const MOST: usize = 500;

/// Lists the lines of a stock take: what was expected, and what was counted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct LineItemsStockTake {
    /// The stock take's id, from `app.stockTakes.list({ search })`.
    stock_take_id: StockTakeId,
    /// True for those only that nobody counted yet; all of them if left out.
    uncounted_only: Option<bool>,
    /// How many, 1 to 500; 500 if left out.
    limit: Option<i64>,
    /// The `cursor` of the answer before, for the next ones.
    cursor: Option<String>,
}

impl Query for LineItemsStockTake {
    const NAME: &'static str = "stock_takes.line_items";
    const TITLE: &'static str = "Lines of a stock take";
    const EXAMPLE: &'static str =
        r#"const { items } = await app.stockTakes.lineItems({ stockTakeId: "st_1002", uncountedOnly: true });"#;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (ErrorCode::NotFound, "the store has no such stock take"),
        (
            ErrorCode::InvalidInput,
            "`limit` is not between 1 and 500, or `cursor` is not one there is",
        ),
    ];
    type Domain = Logistics;
    type Output = Listed<StockTakeLineItem>;

    async fn run(self, _: &Context, db: &mut Reader) -> Result<Listed<StockTakeLineItem>, OperationError> {
        let take = found::stock_take(db, &self.stock_take_id, None).await?;
        let limit = match self.limit.map(|limit| (limit, usize::try_from(limit))) {
            None => MOST,
            Some((_, Ok(limit))) if (1..=MOST).contains(&limit) => limit,
            Some((limit, _)) => {
                return Err(OperationError::invalid_input(format!(
                    "`limit` is `{limit}`; it lies between 1 and {MOST}, so go on with the `cursor` of each answer"
                )));
            }
        };
        // A cursor is a line and not a number of lines: those before it may be counted or left out meanwhile.
        let start = match self.cursor {
            None => 0,
            Some(cursor) => after(&take.lines, &cursor)?,
        };
        let only = self.uncounted_only.unwrap_or_default();
        let is_wanted = |line: &&StockTakeLine| !only || line.counted.is_none();
        let total = take.lines.iter().filter(is_wanted).count();
        let mut rest = take.lines[start..].iter().filter(is_wanted);
        let lines: Vec<&StockTakeLine> = rest.by_ref().take(limit).collect();
        let last = lines.last().filter(|_| rest.next().is_some());
        Ok(Listed {
            cursor: last.map(|line| line.id.to_string()),
            total_count: u64::try_from(total).unwrap_or(u64::MAX),
            items: lines.into_iter().map(StockTakeLineItem::from).collect(),
        })
    }
}

/// The place after the line that a cursor names.
fn after(lines: &[StockTakeLine], cursor: &str) -> Result<usize, Refusal> {
    let at = LineId::try_from(cursor.to_owned())
        .ok()
        .and_then(|id| lines.iter().position(|line| line.id == id));
    at.map(|at| at + 1).ok_or_else(|| {
        let shown: String = cursor.chars().take(40).collect();
        Refusal::input(format!(
            "`cursor` is `{shown}`, which this list never gave, or its line was removed; leave it out to begin anew"
        ))
    })
}
