//! `stock_takes.update`

use latchstring::{Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::inventory::Moves;
use crate::model::stock_take::StockTakeAction;
use crate::model::{Name, Note, Patch, StockTakeId};
use crate::operations::shared::settle::{Done, settle_stock_take};
use crate::operations::shared::stock_takes::StockTakeChanged;
use crate::operations::shared::{found, stock_takes};
use crate::{Logistics, Writer};

/// Changes the name or the notes of a stock take; what is left out stays as it is.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct UpdateStockTake {
    /// The stock take's id, from `app.stockTakes.list({ search })`.
    stock_take_id: StockTakeId,
    /// What people call it; null for nothing.
    #[serde(default)]
    name: Patch<Name>,
    /// Notes, at most 5000 characters; null for none.
    #[serde(default)]
    notes: Patch<Note>,
    /// Refuse unless the stock take is still at this version; it is in what `get`, `list` and every change of it
    /// answer.
    expected_version: Option<u64>,
}

impl Command for UpdateStockTake {
    const NAME: &'static str = "stock_takes.update";
    const TITLE: &'static str = "Change a stock take";
    const EXAMPLE: &'static str =
        r#"await app.stockTakes.update({ stockTakeId: "st_1001", name: "Shop, first shelf" });"#;
    const IDEMPOTENT: bool = true;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (ErrorCode::NotFound, "the store has no such stock take"),
        (ErrorCode::Conflict, "it is not at `expectedVersion`"),
        (
            ErrorCode::InvalidState,
            "its status does not allow it; `details.allowedFrom` says which do",
        ),
    ];
    type Domain = Logistics;
    type Output = StockTakeChanged;

    async fn run(self, cx: &Context, db: &mut Writer) -> Result<StockTakeChanged, OperationError> {
        let before = found::stock_take(db.reader(), &self.stock_take_id, self.expected_version).await?;
        let mut take = before.clone();
        take.check(StockTakeAction::Update)?;
        take.name = self.name.over(take.name);
        take.notes = self.notes.over(take.notes);
        let take = settle_stock_take(cx, db, &before, take, &Moves::default(), Done::new("update")).await?;
        stock_takes::changed(db.reader(), take).await
    }
}
