//! `stock_takes.start`

use latchstring::{Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::inventory::Moves;
use crate::model::{StockTakeId, VariantId};
use crate::operations::shared::settle::{Done, settle_stock_take};
use crate::operations::shared::stock_takes::StockTakeChanged;
use crate::operations::shared::{found, stock_takes};
use crate::{Logistics, Writer};

/// Begins to count: what is on hand now is what is expected of each line.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct StartStockTake {
    /// The stock take's id, from `app.stockTakes.list({ search })`.
    stock_take_id: StockTakeId,
    /// Refuse unless the stock take is still at this version; it is in what `get`, `list` and every change of it
    /// answer.
    expected_version: Option<u64>,
}

impl Command for StartStockTake {
    const NAME: &'static str = "stock_takes.start";
    const TITLE: &'static str = "Start a stock take";
    const EXAMPLE: &'static str = r#"await app.stockTakes.start({ stockTakeId: "st_1001" });"#;
    const DESTRUCTIVE: bool = false;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (ErrorCode::NotFound, "the store has no such stock take"),
        (ErrorCode::Conflict, "it is not at `expectedVersion`"),
        (
            ErrorCode::InvalidState,
            "its status does not allow it; `details.allowedFrom` says which do",
        ),
        (ErrorCode::InvalidInput, "it has no lines"),
    ];
    type Domain = Logistics;
    type Output = StockTakeChanged;

    async fn run(self, cx: &Context, db: &mut Writer) -> Result<StockTakeChanged, OperationError> {
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
        take.start(on_hand, cx.now())?;
        let take = settle_stock_take(cx, db, &before, take, &Moves::default(), Done::new("start")).await?;
        stock_takes::changed(db.reader(), take).await
    }
}
