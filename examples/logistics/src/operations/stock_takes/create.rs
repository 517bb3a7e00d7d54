//! `stock_takes.create`

use latchstring::{Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;

use crate::model::stock_take::MOST_LINES;
use crate::model::{LocationId, Name, Note, StockTake, StockTakeId, StockTakeStatus, SupplierId, Variant, VariantId};
use crate::operations::shared::paging::up_to;
use crate::operations::shared::settle::{Done, create_stock_take};
use crate::operations::shared::stock_takes::{StockTakeChanged, check_free};
use crate::operations::shared::{found, stock_takes};
use crate::storage::{Counter, LevelFilter, Window};
use crate::{Logistics, Reader, Writer};

/// Creates a stock take of a location, as a draft. Give one of `all`, `variantIds` and `supplierId`, or none and add
/// lines later. A variant is in one open stock take of a location at most.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct CreateStockTake {
    /// Where, from `app.locations.list({})`.
    location_id: LocationId,
    /// What people call it, 1 to 255 characters.
    name: Option<Name>,
    /// Notes, at most 5000 characters.
    notes: Option<Note>,
    /// Count everything that has stock figures at the location.
    all: Option<bool>,
    /// Count these variants, 1 to 5000.
    variant_ids: Option<Vec<VariantId>>,
    /// Count what this supplier delivers.
    supplier_id: Option<SupplierId>,
}

impl Command for CreateStockTake {
    const NAME: &'static str = "stock_takes.create";
    const TITLE: &'static str = "Create a stock take";
    const EXAMPLE: &'static str = r#"const { stockTake } = await app.stockTakes.create({ locationId: "81003", name: "Outlet, spring", all: true });"#;
    const DESTRUCTIVE: bool = false;
    const REPLAYABLE: bool = true;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (
            ErrorCode::NotFound,
            "the location, a variant or the supplier does not exist",
        ),
        (
            ErrorCode::Conflict,
            "a variant is being counted there already; `details.stockTakeId` says in which",
        ),
        (
            ErrorCode::InvalidInput,
            "more than one of `all`, `variantIds` and `supplierId`",
        ),
        (ErrorCode::LimitExceeded, "more than 5000 lines"),
    ];
    type Domain = Logistics;
    type Output = StockTakeChanged;

    async fn run(self, cx: &Context, db: &mut Writer) -> Result<StockTakeChanged, OperationError> {
        found::open_location(db.reader(), &self.location_id).await?;
        let which = Which::new(self.all, self.variant_ids, self.supplier_id)?;
        let variants = variants(db.reader(), &self.location_id, which).await?;
        let mut take = StockTake {
            id: StockTakeId::new(cx.new_uuid()),
            seq: 0,
            number: String::new(),
            name: self.name.map(String::from),
            location: self.location_id,
            status: StockTakeStatus::Draft,
            notes: self.notes.map(String::from),
            started_at: None,
            completed_at: None,
            version: 1,
            created_at: cx.now(),
            updated_at: cx.now(),
            lines: Vec::new(),
        };
        take.add_lines(stock_takes::new_lines(cx, variants.values()))?;
        check_free(db.reader(), &take).await?;
        take.seq = db.next(Counter::StockTake).await?;
        take.number = Counter::StockTake.number(take.seq);
        create_stock_take(cx, db, &take, Done::new("create")).await?;
        stock_takes::changed(db.reader(), take).await
    }
}

/// What is to be counted.
pub(super) enum Which {
    Nothing,
    Everything,
    These(Vec<VariantId>),
    Of(SupplierId),
}

impl Which {
    pub(super) fn new(
        all: Option<bool>,
        variants: Option<Vec<VariantId>>,
        supplier: Option<SupplierId>,
    ) -> Result<Self, OperationError> {
        match (all.unwrap_or_default(), variants, supplier) {
            (false, None, None) => Ok(Self::Nothing),
            (true, None, None) => Ok(Self::Everything),
            (false, Some(variants), None) => {
                up_to(5000, "variantIds", variants.len())?;
                Ok(Self::These(variants))
            }
            (false, None, Some(supplier)) => Ok(Self::Of(supplier)),
            _ => Err(OperationError::invalid_input(
                "give at most one of `all`, `variantIds` and `supplierId`",
            )),
        }
    }
}

/// The variants to be counted at a location.
pub(super) async fn variants(
    db: &Reader,
    at: &LocationId,
    which: Which,
) -> Result<BTreeMap<VariantId, Variant>, OperationError> {
    // One more than a stock take may have, so that too many are noticed.
    let most = u64::try_from(MOST_LINES).unwrap_or(u64::MAX) + 1;
    let ids = match which {
        Which::Nothing => Vec::new(),
        Which::These(ids) => return found::variants(db, &ids).await,
        Which::Everything => {
            let filter = LevelFilter {
                locations: vec![at.clone()],
                ..LevelFilter::default()
            };
            let window = Window {
                after: None,
                limit: most,
            };
            let (rows, _) = db.level_page(&filter, &window).await?;
            rows.into_iter().map(|row| row.variant).collect()
        }
        Which::Of(supplier) => {
            found::supplier(db, &supplier).await?;
            db.variants_of(&supplier, most).await?
        }
    };
    Ok(db.variants(&ids).await?)
}
