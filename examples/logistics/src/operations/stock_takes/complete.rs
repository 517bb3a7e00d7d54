//! `stock_takes.complete`

use latchstring::{Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::model::stock_take::{Drift, Uncounted};
use crate::model::{StockTakeId, VariantId};
use crate::operations::shared::found;
use crate::operations::shared::settle::{Done, settle_stock_take};
use crate::operations::shared::stock_takes::{StockTakeItem, show_stock_take};
use crate::{Logistics, Writer};

/// Sets the stock of each counted line to what was counted, and tells where it moved while it was counted. Lines that
/// nobody counted stay as they are, unless `uncounted` is `zero`. It cannot be undone; count anew instead.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct CompleteStockTake {
    /// The stock take's id, from `app.stockTakes.list({ search })`.
    stock_take_id: StockTakeId,
    /// What becomes of lines that nobody counted; `skip` if left out.
    uncounted: Option<Uncounted>,
    /// Refuse unless the stock take is still at this version; it is in what `get`, `list` and every change of it
    /// answer.
    expected_version: Option<u64>,
}

/// A completed stock take.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StockTakeCompleted {
    /// As it is now.
    stock_take: StockTakeItem,
    /// How many variants have other stock now.
    adjusted: usize,
    /// Lines whose stock moved between the start and now. Look at these: what was counted may be out of date.
    drift: Vec<Drift>,
}

impl Command for CompleteStockTake {
    const NAME: &'static str = "stock_takes.complete";
    const TITLE: &'static str = "Complete a stock take";
    const EXAMPLE: &'static str = r#"await app.stockTakes.complete({ stockTakeId: "st_1002" });"#;
    const REPLAYABLE: bool = true;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (ErrorCode::NotFound, "the store has no such stock take"),
        (ErrorCode::Conflict, "it is not at `expectedVersion`"),
        (
            ErrorCode::InvalidState,
            "its status does not allow it, or nothing was counted; `details.allowedFrom` says which do",
        ),
    ];
    type Domain = Logistics;
    type Output = StockTakeCompleted;

    async fn run(self, cx: &Context, db: &mut Writer) -> Result<StockTakeCompleted, OperationError> {
        let before = found::stock_take(db.reader(), &self.stock_take_id, self.expected_version).await?;
        let mut take = before.clone();
        let ids: Vec<VariantId> = take.lines.iter().map(|line| line.variant.clone()).collect();
        let levels = db
            .reader()
            .levels_at(&ids, std::slice::from_ref(&take.location))
            .await?;
        let at = take.location.clone();
        let on_hand = |variant: &VariantId| {
            levels
                .get(&(variant.clone(), at.clone()))
                .map_or(0, |levels| levels.on_hand())
        };
        let (moves, drift) = take.complete(self.uncounted.unwrap_or_default(), on_hand, cx.now())?;
        let adjusted = moves.iter().count();
        let done = Done::with("complete", json!({ "adjusted": adjusted, "drifted": drift.len() }));
        let take = settle_stock_take(cx, db, &before, take, &moves, done).await?;
        Ok(StockTakeCompleted {
            stock_take: show_stock_take(db.reader(), take).await?,
            adjusted,
            drift,
        })
    }
}
