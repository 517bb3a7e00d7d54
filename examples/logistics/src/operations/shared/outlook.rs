//! The rows of a view of the forecast.

use std::collections::BTreeMap;

use chrono::{DateTime, Days, NaiveDate, Utc};
use latchstring::{ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    Reader,
    model::{
        LocationId, Refusal, SupplierId, SupplierVariant, Variant, VariantId,
        forecast::{self, Known, Method, Terms, Tier},
        notify::View,
    },
    storage::{CatalogFilter, Window},
};

/// How many variants can be reckoned with at once, to sort them or to tell all of them.
pub(crate) const MOST: u64 = 2000;

/// How many variants are reckoned with at once where all of a view are.
const PORTION: u64 = 500;

/// What the forecast says of a variant.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ForecastRow {
    pub(crate) variant_id: VariantId,
    pub(crate) title: String,
    pub(crate) sku: Option<String>,
    /// Whose terms it reckons with: those of the view's supplier, or else of the primary one.
    supplier_id: Option<SupplierId>,
    supplier_name: Option<String>,
    /// How demand was predicted.
    method: Method,
    /// Units a day.
    sales_rate: f64,
    /// Units in the supplier's lead time.
    predicted_demand: f64,
    /// Units kept against surprises.
    safety_stock: f64,
    /// At how many units to order.
    reorder_point: i64,
    /// When that is reached; null: not within a year.
    pub(crate) reorder_date: Option<NaiveDate>,
    /// How many to order, as the supplier sells them; 0: none.
    pub(crate) reorder_quantity: i64,
    /// How long the stock lasts, in days; null: nothing sells.
    days_of_stock: Option<f64>,
    /// On its way, at the view's locations.
    incoming: i64,
    pub(crate) available: i64,
    pub(crate) on_hand: i64,
    /// `a`: among those that make up 80 % of all units sold in the view's window; `b`: the next 15 %; `c`: the rest. As
    /// reckoned in the last ten minutes.
    abc_tier: Tier,
}

/// By what to sort.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub(crate) enum ForecastSort {
    /// By id.
    VariantId,
    /// What is to be ordered first, first.
    ReorderDate,
    /// What is to be ordered most, first.
    ReorderQuantity,
    /// What runs out first, first.
    DaysOfStock,
    /// What sells most, first.
    SalesRate,
}

/// The words by which a view is narrowed: its own, and those of who looks.
fn words_of(view: &View, search: Option<&str>) -> Option<String> {
    let words: Vec<&str> = [view.search.as_deref(), search].into_iter().flatten().collect();
    (!words.is_empty()).then(|| words.join(" "))
}

/// Whether a view can be paged through: one of a supplier is narrowed only when all of it is known.
pub(crate) fn is_paged(view: &View, search: Option<&str>) -> bool {
    view.supplier.is_none() || words_of(view, search).is_none()
}

/// The variants of a view that [`is_paged`], by id, and how many there are. Of one that is not, what is to be narrowed.
pub(crate) async fn variants_of(
    db: &Reader,
    view: &View,
    search: Option<&str>,
    window: &Window<String>,
) -> Result<(Vec<Variant>, u64), OperationError> {
    match &view.supplier {
        None => {
            let filter = CatalogFilter {
                search: words_of(view, search),
                ..CatalogFilter::default()
            };
            Ok(db.variant_page(&filter, window).await?)
        }
        Some(supplier) => {
            let (links, total) = db.link_page(supplier, window).await?;
            let ids: Vec<VariantId> = links.into_iter().map(|link| link.variant).collect();
            let variants: Vec<Variant> = db.variants(&ids).await?.into_values().collect();
            Ok((variants, total))
        }
    }
}

/// All variants of a view, where they are not too many.
pub(crate) async fn all_variants_of(
    db: &Reader,
    view: &View,
    search: Option<&str>,
) -> Result<Vec<Variant>, OperationError> {
    let window = Window {
        after: None,
        limit: MOST + 1,
    };
    let (mut variants, _) = variants_of(db, view, search, &window).await?;
    if variants.len() as u64 > MOST {
        return Err(OperationError::new(
            ErrorCode::LimitExceeded,
            format!(
                "the view has more than {MOST} variants, which are too many to sort or tell all of; narrow it with `search`, take \
                 a supplier's view, or page through it by `variant_id`"
            ),
        ));
    }
    narrow(view, search, &mut variants);
    Ok(variants)
}

/// Leaves out what has not the words, of a supplier's view: what a supplier delivers is not searched by the database.
fn narrow(view: &View, search: Option<&str>, variants: &mut Vec<Variant>) {
    if let (Some(_), Some(search)) = (&view.supplier, words_of(view, search)) {
        let words: Vec<String> = search.split_whitespace().map(str::to_lowercase).collect();
        variants.retain(|variant| {
            let texts = [
                Some(variant.full_title()),
                variant.sku.clone(),
                variant.barcode.clone(),
                variant.vendor.clone(),
                Some(variant.id.to_string()),
            ];
            let text = texts
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
                .join("\n")
                .to_lowercase();
            words.iter().all(|word| text.contains(word))
        });
    }
}

/// Refuses to lose a view that a report or the notification rule uses.
pub(crate) async fn check_unused(db: &Reader, view: &View) -> Result<(), OperationError> {
    let reports = db.reports().await?.into_iter();
    let of_reports = reports.filter(|report| report.view.as_ref() == Some(&view.id));
    let mut used_by: Vec<String> = of_reports.map(|report| format!("report `{}`", report.id)).collect();
    if db.rule().await?.views.contains(&view.id) {
        used_by.push("the notification rule".to_owned());
    }
    if used_by.is_empty() {
        return Ok(());
    }
    Err(Refusal::in_use(format!(
        "view `{}` is used by {}; give these another view first",
        view.id,
        used_by.join(", ")
    ))
    .with(json!({ "usedBy": used_by }))
    .into())
}

/// What the forecast says of everything in a view, some hundreds of variants at a time: for what goes out by the clock,
/// where nobody can narrow the view.
pub(crate) struct Portions<'a> {
    view: &'a View,
    now: DateTime<Utc>,
    window: Window<String>,
    is_over: bool,
}

impl<'a> Portions<'a> {
    pub(crate) fn new(view: &'a View, now: DateTime<Utc>) -> Self {
        Self {
            view,
            now,
            window: Window {
                after: None,
                limit: PORTION,
            },
            is_over: false,
        }
    }

    /// The next ones, by id; `None` at the end.
    pub(crate) async fn next(&mut self, db: &Reader) -> Result<Option<Vec<ForecastRow>>, OperationError> {
        if self.is_over {
            return Ok(None);
        }
        let (mut variants, _) = variants_of(db, self.view, None, &self.window).await?;
        self.is_over = (variants.len() as u64) < PORTION;
        self.window.after = variants.last().map(|last| last.id.to_string());
        narrow(self.view, None, &mut variants);
        Ok(Some(rows(db, self.view, &variants, self.now).await?))
    }
}

/// What the forecast says of these variants.
pub(crate) async fn rows(
    db: &Reader,
    view: &View,
    variants: &[Variant],
    now: DateTime<Utc>,
) -> Result<Vec<ForecastRow>, OperationError> {
    let today = now.date_naive();
    let ids: Vec<VariantId> = variants.iter().map(|variant| variant.id.clone()).collect();
    let since = today
        .checked_sub_days(Days::new(u64::from(view.settings.window_days)))
        .unwrap_or(today);
    let mut sales = db.sales(&ids, &view.demand_locations, since).await?;
    let tiers = db.tiers(since, now).await?;
    // Tiers are of what is sold anywhere, wherever the view looks.
    let sold: BTreeMap<VariantId, i64> = if view.demand_locations.is_empty() {
        sales
            .iter()
            .map(|(id, days)| (id.clone(), days.values().sum()))
            .collect()
    } else {
        db.sold_of(&ids, since).await?
    };
    let links: BTreeMap<VariantId, SupplierVariant> = match &view.supplier {
        Some(supplier) => db.links_of(supplier, &ids).await?,
        None => db.primary_links(&ids).await?,
    };
    let suppliers: Vec<SupplierId> = links.values().map(|link| link.supplier.clone()).collect();
    let suppliers = db.suppliers(&suppliers).await?;
    let mut here: BTreeMap<VariantId, (i64, i64, i64)> = BTreeMap::new();
    for ((variant, _), levels) in db.levels_at(&ids, &view.stock_locations).await? {
        let (available, on_hand, incoming) = here.entry(variant).or_default();
        *available += levels.available;
        *on_hand += levels.on_hand();
        *incoming += levels.incoming;
    }
    let mut coming = on_the_way(db, &ids, &view.stock_locations, &links, today).await?;
    let row = |variant: &Variant| {
        let link = links.get(&variant.id);
        let (available, on_hand, incoming) = here.get(&variant.id).copied().unwrap_or_default();
        let known = Known {
            today,
            sales: sales.remove(&variant.id).unwrap_or_default(),
            stock: available,
            incoming: coming.remove(&variant.id).unwrap_or_default(),
            terms: terms(link),
        };
        let outlook = forecast::outlook(&known, view.settings);
        ForecastRow {
            variant_id: variant.id.clone(),
            title: variant.full_title(),
            sku: variant.sku.clone(),
            supplier_id: link.map(|link| link.supplier.clone()),
            supplier_name: link
                .and_then(|link| suppliers.get(&link.supplier))
                .map(|one| one.name.clone()),
            method: outlook.method,
            sales_rate: rounded(outlook.rate),
            predicted_demand: rounded(outlook.lead_demand),
            safety_stock: rounded(outlook.safety),
            reorder_point: outlook.reorder_point,
            reorder_date: outlook.reorder_date,
            reorder_quantity: outlook.reorder_quantity,
            days_of_stock: outlook.days_of_stock.map(rounded),
            incoming,
            available,
            on_hand,
            abc_tier: tiers.tier(&variant.id, sold.get(&variant.id).copied().unwrap_or(0)),
        }
    };
    Ok(variants.iter().map(row).collect())
}

/// Puts rows in order.
pub(crate) fn sort(rows: &mut [ForecastRow], by: ForecastSort) {
    let far = NaiveDate::MAX;
    match by {
        ForecastSort::VariantId => rows.sort_by(|one, other| one.variant_id.cmp(&other.variant_id)),
        ForecastSort::ReorderDate => rows.sort_by_key(|row| row.reorder_date.unwrap_or(far)),
        ForecastSort::ReorderQuantity => rows.sort_by_key(|row| std::cmp::Reverse(row.reorder_quantity)),
        ForecastSort::DaysOfStock => {
            let days = |row: &ForecastRow| row.days_of_stock.unwrap_or(f64::INFINITY);
            rows.sort_by(|one, other| days(one).total_cmp(&days(other)));
        }
        ForecastSort::SalesRate => rows.sort_by(|one, other| other.sales_rate.total_cmp(&one.sales_rate)),
    }
}

/// Hundredths are as fine as anybody looks.
fn rounded(number: f64) -> f64 {
    (number * 100.0).round() / 100.0
}

fn terms(link: Option<&SupplierVariant>) -> Terms {
    Terms {
        lead_days: link.map_or(14, |link| u64::try_from(link.lead_time_days).unwrap_or(0)),
        minimum: link.map_or(1, |link| link.minimum_order),
        maximum: link.and_then(|link| link.maximum_order),
        pack: link.map_or(1, |link| link.pack_size),
    }
}

type Coming = BTreeMap<VariantId, BTreeMap<NaiveDate, i64>>;

/// What open orders have on their way, by the day on which it is expected.
async fn on_the_way(
    db: &Reader,
    ids: &[VariantId],
    locations: &[LocationId],
    links: &BTreeMap<VariantId, SupplierVariant>,
    today: NaiveDate,
) -> Result<Coming, OperationError> {
    let mut coming = Coming::new();
    let counts = |at: &LocationId| locations.is_empty() || locations.contains(at);
    for (order, lines) in db.purchases_on_the_way(ids).await? {
        if !counts(&order.location) {
            continue;
        }
        for line in lines {
            let Some(variant) = line.variant.clone() else { continue };
            let lead = links.get(&variant).map_or(14, |link| link.lead_time_days);
            let day = order.delivery_date(u64::try_from(lead).unwrap_or(0)).unwrap_or(today);
            let days = coming.entry(variant).or_default();
            let mut left = line.incoming;
            // What is scheduled comes when it is scheduled; what came already was the first of it.
            let mut came = line.received;
            for part in &line.schedule {
                let done = part.quantity.min(came);
                came -= done;
                let units = (part.quantity - done).min(left);
                *days.entry(part.date).or_default() += units;
                left -= units;
            }
            if left > 0 {
                *days.entry(day).or_default() += left;
            }
        }
    }
    for (order, lines) in db.transfers_on_the_way(ids).await? {
        if !counts(&order.destination) {
            continue;
        }
        let expected = order.shipment.as_ref().and_then(|shipment| shipment.expected_at);
        let day = expected.map_or(today, |at| at.date_naive());
        for line in lines {
            *coming.entry(line.variant).or_default().entry(day).or_default() += line.incoming;
        }
    }
    Ok(coming)
}
