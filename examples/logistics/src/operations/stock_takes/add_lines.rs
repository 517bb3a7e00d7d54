//! `stock_takes.add_lines`

use latchstring::{Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::create::{Which, variants};
use crate::model::inventory::Moves;
use crate::model::stock_take::StockTakeAction;
use crate::model::{StockTakeId, StockTakeStatus, SupplierId, VariantId};
use crate::operations::shared::settle::{Done, settle_stock_take};
use crate::operations::shared::stock_takes::{StockTakeChanged, check_free};
use crate::operations::shared::{found, stock_takes};
use crate::{Logistics, Writer};

/// Adds variants to a stock take. Give one of `all`, `variantIds` and `supplierId`. Those that are there already stay
/// as they are; where counting has begun, what is on hand now is expected of the new ones.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct AddLinesStockTake {
    /// The stock take's id, from `app.stockTakes.list({ search })`.
    stock_take_id: StockTakeId,
    /// Count everything that has stock figures at the location.
    all: Option<bool>,
    /// Count these variants, 1 to 5000.
    variant_ids: Option<Vec<VariantId>>,
    /// Count what this supplier delivers.
    supplier_id: Option<SupplierId>,
    /// Refuse unless the stock take is still at this version; it is in what `get`, `list` and every change of it
    /// answer.
    expected_version: Option<u64>,
}

impl Command for AddLinesStockTake {
    const NAME: &'static str = "stock_takes.add_lines";
    const TITLE: &'static str = "Add lines to a stock take";
    const EXAMPLE: &'static str =
        r#"await app.stockTakes.addLines({ stockTakeId: "st_1001", variantIds: ["42007"] });"#;
    const DESTRUCTIVE: bool = false;
    const IDEMPOTENT: bool = true;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (ErrorCode::NotFound, "the store has no such stock take"),
        (ErrorCode::Conflict, "it is not at `expectedVersion`"),
        (
            ErrorCode::InvalidState,
            "its status does not allow it; `details.allowedFrom` says which do",
        ),
        (
            ErrorCode::Conflict,
            "a variant is being counted there already, or it is not at `expectedVersion`",
        ),
        (ErrorCode::LimitExceeded, "more than 5000 lines"),
    ];
    type Domain = Logistics;
    type Output = StockTakeChanged;

    async fn run(self, cx: &Context, db: &mut Writer) -> Result<StockTakeChanged, OperationError> {
        let before = found::stock_take(db.reader(), &self.stock_take_id, self.expected_version).await?;
        let mut take = before.clone();
        take.check(StockTakeAction::AddLines)?;
        let which = Which::new(self.all, self.variant_ids, self.supplier_id)?;
        if matches!(which, Which::Nothing) {
            return Err(OperationError::invalid_input(
                "nothing is named; give one of `all: true`, `variantIds` and `supplierId`",
            ));
        }
        let variants = variants(db.reader(), &take.location, which).await?;
        let mut lines = stock_takes::new_lines(cx, variants.values());
        if take.status == StockTakeStatus::InProgress {
            let ids: Vec<VariantId> = variants.keys().cloned().collect();
            let levels = db
                .reader()
                .levels_at(&ids, std::slice::from_ref(&take.location))
                .await?;
            for line in &mut lines {
                let key = (line.variant.clone(), take.location.clone());
                line.expected = levels.get(&key).map_or(0, |levels| levels.on_hand());
            }
        }
        let added = take.add_lines(lines)?;
        check_free(db.reader(), &take).await?;
        let take = settle_stock_take(
            cx,
            db,
            &before,
            take,
            &Moves::default(),
            Done::with("addLines", json!({ "added": added })),
        )
        .await?;
        stock_takes::changed(db.reader(), take).await
    }
}
