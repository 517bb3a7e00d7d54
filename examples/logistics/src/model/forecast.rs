//! The forecast: how fast something sells, when to order it again, and how much.
//!
//! Day by day from today: stock falls by the predicted demand and rises by what is on its way. The day on which it is at or
//! below the reorder point is the day to order.

use std::{cmp::Reverse, collections::BTreeMap};

use chrono::{Days, NaiveDate};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::status::named;

/// How far the simulation looks.
pub const HORIZON: u64 = 365;

/// Days of data below which nothing is said about how much demand varies.
const ENOUGH: usize = 14;

/// How sure safety stock should be: 95 of 100 cycles.
const Z: f64 = 1.65;

named! {
    /// How demand is predicted.
    Method {
        /// The one of the others that would have done best on the last two weeks.
        Automatic = "automatic",
        /// As on average.
        Average = "average",
        /// As a straight line through the window goes on.
        Trend = "trend",
        /// As on average in the last four weeks.
        Recent = "recent",
    }
}

named! {
    /// By how many days sales are divided.
    Divisor {
        /// Those since the first sale in the window.
        DaysWithData = "days_with_data",
        /// All of the window.
        Window = "window",
    }
}

/// How a view reckons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schemars(inline)]
pub struct ModelSettings {
    /// How demand is predicted; `automatic` if left out.
    pub method: Method,
    /// How many days of sales count, 7 to 365; 90 if left out.
    pub window_days: u16,
    /// By how many days sales are divided; `days_with_data` if left out.
    pub divisor: Divisor,
    /// Safety stock for so many days of demand; reckoned from how demand varies if left out.
    pub safety_days: Option<u16>,
}

impl Default for ModelSettings {
    fn default() -> Self {
        Self {
            method: Method::Automatic,
            window_days: 90,
            divisor: Divisor::DaysWithData,
            safety_days: None,
        }
    }
}

/// What a supplier's terms are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// Days from order to delivery.
    pub lead_days: u64,
    /// The fewest that are sold.
    pub minimum: i64,
    /// The most that are sold at once.
    pub maximum: Option<i64>,
    /// They come in packs of so many.
    pub pack: i64,
}

/// What is known of a variant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// Today.
    pub today: NaiveDate,
    /// Units sold by day.
    pub sales: BTreeMap<NaiveDate, i64>,
    /// What can be sold now.
    pub stock: i64,
    /// What is on its way, by the day on which it is expected.
    pub incoming: BTreeMap<NaiveDate, i64>,
    /// The terms of the supplier.
    pub terms: Terms,
}

/// What follows for a variant.
#[derive(Debug, Clone, PartialEq)]
pub struct Outlook {
    /// How demand was predicted.
    pub method: Method,
    /// Units a day.
    pub rate: f64,
    /// Units in the supplier's lead time.
    pub lead_demand: f64,
    /// Units kept against surprises.
    pub safety: f64,
    /// At how many units to order.
    pub reorder_point: i64,
    /// When that is reached; `None`: not within a year.
    pub reorder_date: Option<NaiveDate>,
    /// How many to order, as the supplier sells them; 0: none.
    pub reorder_quantity: i64,
    /// How long the stock lasts, in days; `None`: nothing sells.
    pub days_of_stock: Option<f64>,
}

/// Sales day by day up to yesterday, as far as they count.
fn days(known: &Known, settings: ModelSettings) -> Vec<f64> {
    let window = u64::from(settings.window_days.clamp(7, 365));
    let Some(first) = known.today.checked_sub_days(Days::new(window)) else {
        return Vec::new();
    };
    let begin = match settings.divisor {
        Divisor::Window => Some(first),
        Divisor::DaysWithData => known
            .sales
            .range(first..known.today)
            .find(|(_, sold)| **sold != 0)
            .map(|(day, _)| *day),
    };
    let Some(begin) = begin else { return Vec::new() };
    let day = |day: NaiveDate| units(known.sales.get(&day).copied().unwrap_or(0));
    begin
        .iter_days()
        .take_while(|one| *one < known.today)
        .map(day)
        .collect()
}

#[expect(
    clippy::cast_precision_loss,
    reason = "units are far below what a float holds exactly"
)]
fn units(units: i64) -> f64 {
    units as f64
}

fn mean(days: &[f64]) -> f64 {
    if days.is_empty() {
        return 0.0;
    }
    days.iter().sum::<f64>() / count(days.len())
}

#[expect(clippy::cast_precision_loss, reason = "at most a year of days")]
fn count(days: usize) -> f64 {
    days as f64
}

/// Units a day in the time to come, by one method.
fn rate(days: &[f64], method: Method) -> f64 {
    match method {
        Method::Automatic | Method::Average => mean(days),
        Method::Recent => mean(&days[days.len().saturating_sub(28)..]),
        Method::Trend => {
            let n = count(days.len());
            let middle = (n - 1.0) / 2.0;
            let average = mean(days);
            let (mut up, mut down) = (0.0, 0.0);
            for (at, sold) in days.iter().enumerate() {
                let x = count(at) - middle;
                up += x * (sold - average);
                down += x * x;
            }
            let slope = if down == 0.0 { 0.0 } else { up / down };
            // Two weeks ahead of the last day: the middle of what is usually asked for.
            (average + slope * (middle + 14.0)).max(0.0)
        }
    }
}

/// The method that would have told the last two weeks best from the days before them; the simplest where they tie.
fn chosen(days: &[f64], method: Method) -> Method {
    if method != Method::Automatic {
        return method;
    }
    if days.len() < 2 * ENOUGH {
        return Method::Average;
    }
    let (before, last) = days.split_at(days.len() - ENOUGH);
    let error = |method: Method| (rate(before, method) - mean(last)).abs();
    let mut best = Method::Average;
    for other in [Method::Recent, Method::Trend] {
        if error(other) + 1e-9 < error(best) {
            best = other;
        }
    }
    best
}

fn deviation(days: &[f64]) -> f64 {
    let average = mean(days);
    let squares: f64 = days.iter().map(|sold| (sold - average).powi(2)).sum();
    (squares / (count(days.len()) - 1.0)).sqrt()
}

/// What follows from what is known.
pub fn outlook(known: &Known, settings: ModelSettings) -> Outlook {
    let days = days(known, settings);
    let method = chosen(&days, settings.method);
    let rate = rate(&days, method);
    let lead = days_of(known.terms.lead_days);
    let lead_demand = rate * lead;
    let safety = match settings.safety_days {
        Some(days) => rate * f64::from(days),
        None if days.len() < ENOUGH => 0.0,
        None => Z * deviation(&days) * lead.sqrt(),
    };
    let reorder_point = whole((lead_demand + safety).ceil());
    let until = known.today.checked_add_days(Days::new(2 * known.terms.lead_days));
    let coming: i64 = until.map_or(0, |until| known.incoming.range(..=until).map(|(_, units)| units).sum());
    let cycle = rate * 2.0 * lead + safety;
    let wanted = whole((cycle - units(known.stock) - units(coming)).ceil()).max(0);
    Outlook {
        method,
        rate,
        lead_demand,
        safety,
        reorder_point,
        reorder_date: reorder_date(known, rate, reorder_point),
        reorder_quantity: orderable(wanted, known.terms),
        days_of_stock: (rate > 0.0).then(|| units(known.stock.max(0)) / rate),
    }
}

fn days_of(days: u64) -> f64 {
    f64::from(u32::try_from(days).unwrap_or(u32::MAX))
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "casts of floats stop at the ends of the integer"
)]
fn whole(number: f64) -> i64 {
    number as i64
}

/// The first day on which what is there is at or below the reorder point.
fn reorder_date(known: &Known, rate: f64, reorder_point: i64) -> Option<NaiveDate> {
    if rate <= 0.0 {
        return None;
    }
    let mut stock = units(known.stock);
    // What should have come already is expected today.
    let late: i64 = known.incoming.range(..known.today).map(|(_, units)| units).sum();
    stock += units(late);
    for (at, day) in known
        .today
        .iter_days()
        .take(usize::try_from(HORIZON).unwrap_or(365))
        .enumerate()
    {
        if at > 0 {
            stock -= rate;
        }
        stock += units(known.incoming.get(&day).copied().unwrap_or(0));
        if stock <= units(reorder_point) {
            return Some(day);
        }
    }
    None
}

/// A quantity as the supplier sells it: at least the minimum, in whole packs, at most the maximum.
pub fn orderable(wanted: i64, terms: Terms) -> i64 {
    if wanted <= 0 {
        return 0;
    }
    let pack = terms.pack.max(1);
    let up = wanted.max(terms.minimum);
    let packs = up / pack + i64::from(up % pack > 0);
    match terms.maximum {
        Some(most) if packs * pack > most => most / pack * pack,
        Some(_) | None => packs * pack,
    }
}

named! {
    /// How much of the store's sales something makes up.
    Tier {
        /// Those that make up the first 80 %.
        A = "a",
        /// Those that make up the next 15 %.
        B = "b",
        /// The rest.
        C = "c",
    }
}

/// Where the tiers end, in the order of who sold most; those that sold as much are in the order of their keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tiers<K> {
    /// The last of the first tier, with what it sold.
    last_a: Option<(i64, K)>,
    /// The last of the second.
    last_b: Option<(i64, K)>,
}

impl<K: Ord + Clone> Tiers<K> {
    /// By how much everything sold.
    pub fn of(sold: &BTreeMap<K, i64>) -> Self {
        let mut sorted: Vec<(&K, i64)> = sold
            .iter()
            .filter(|(_, units)| **units > 0)
            .map(|(key, units)| (key, *units))
            .collect();
        let total: i64 = sorted.iter().map(|(_, units)| units).sum();
        sorted.sort_by(|(_, one), (_, other)| other.cmp(one));
        let (mut before, mut last_a, mut last_b) = (0, None, None);
        for (key, units) in sorted {
            if before * 100 < total * 80 {
                last_a = Some((units, key.clone()));
            } else if before * 100 < total * 95 {
                last_b = Some((units, key.clone()));
            } else {
                break;
            }
            before += units;
        }
        Self { last_a, last_b }
    }

    /// The tier of something that sold so much.
    pub fn tier(&self, key: &K, sold: i64) -> Tier {
        let is_within = |last: &Option<(i64, K)>| {
            let last = last.as_ref();
            last.is_some_and(|(units, last)| (Reverse(sold), key) <= (Reverse(*units), last))
        };
        if sold <= 0 {
            Tier::C
        } else if is_within(&self.last_a) {
            Tier::A
        } else if is_within(&self.last_b) {
            Tier::B
        } else {
            Tier::C
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn today() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 3, 1).unwrap()
    }

    fn ago(days: u64) -> NaiveDate {
        today().checked_sub_days(Days::new(days)).unwrap()
    }

    fn later(days: u64) -> NaiveDate {
        today().checked_add_days(Days::new(days)).unwrap()
    }

    const TERMS: Terms = Terms {
        lead_days: 10,
        minimum: 1,
        maximum: None,
        pack: 1,
    };

    fn known(sales: impl Fn(u64) -> i64, days: u64, stock: i64) -> Known {
        Known {
            today: today(),
            sales: (1..=days).map(|day| (ago(day), sales(day))).collect(),
            stock,
            incoming: BTreeMap::new(),
            terms: TERMS,
        }
    }

    #[test]
    fn steady_sales_need_no_safety_stock_and_run_out_on_the_day_they_should() {
        let outlook = outlook(&known(|_| 2, 90, 50), ModelSettings::default());
        assert_eq!((outlook.rate, outlook.safety, outlook.reorder_point), (2.0, 0.0, 20));
        // 50 less 2 a day is 20 after fifteen days.
        assert_eq!(outlook.reorder_date, Some(later(15)));
        assert_eq!(outlook.days_of_stock, Some(25.0));
        // Two lead times of demand are 40, and 50 are there.
        assert_eq!(outlook.reorder_quantity, 0);
        let low = super::outlook(&known(|_| 2, 90, 12), ModelSettings::default());
        assert_eq!((low.reorder_date, low.reorder_quantity), (Some(today()), 28));
    }

    #[test]
    fn what_is_on_its_way_puts_the_day_off_and_lowers_the_quantity() {
        let mut known = known(|_| 2, 90, 26);
        assert_eq!(outlook(&known, ModelSettings::default()).reorder_date, Some(later(3)));
        known.incoming.insert(later(2), 10);
        let outlook = super::outlook(&known, ModelSettings::default());
        assert_eq!(outlook.reorder_date, Some(later(8)));
        assert_eq!(outlook.reorder_quantity, 4);
        // What comes after two lead times helps nothing now.
        known.incoming = [(later(21), 100)].into();
        assert_eq!(super::outlook(&known, ModelSettings::default()).reorder_quantity, 14);
    }

    #[test]
    fn the_divisor_is_what_was_asked_for() {
        let known = known(|day| if day <= 30 { 3 } else { 0 }, 90, 0);
        let by = |divisor| ModelSettings {
            method: Method::Average,
            divisor,
            ..ModelSettings::default()
        };
        assert!((outlook(&known, by(Divisor::DaysWithData)).rate - 3.0).abs() < 1e-9);
        assert!((outlook(&known, by(Divisor::Window)).rate - 1.0).abs() < 1e-9);
    }

    #[test]
    fn demand_that_varies_needs_safety_stock() {
        let known = known(|day| if day % 2 == 0 { 4 } else { 0 }, 90, 0);
        let average = ModelSettings {
            method: Method::Average,
            divisor: Divisor::Window,
            ..ModelSettings::default()
        };
        let outlook = outlook(&known, average);
        assert!((outlook.rate - 2.0).abs() < 1e-9);
        // A deviation of 2.01, over the root of ten days, 1.65 times.
        assert!((outlook.safety - 10.49).abs() < 0.01, "{}", outlook.safety);
        assert_eq!(outlook.reorder_point, 31);
        let fixed = super::outlook(
            &known,
            ModelSettings {
                safety_days: Some(7),
                ..average
            },
        );
        assert_eq!((fixed.safety, fixed.reorder_point), (14.0, 34));
    }

    #[test]
    fn too_little_data_says_nothing_of_how_demand_varies() {
        let known = known(|day| i64::try_from(day).unwrap() % 3, 10, 0);
        assert!(outlook(&known, ModelSettings::default()).safety.abs() < 1e-9);
    }

    #[test]
    fn the_method_is_the_one_that_would_have_been_right() {
        let rising = known(|day| 90 - i64::try_from(day).unwrap(), 90, 0);
        assert_eq!(outlook(&rising, ModelSettings::default()).method, Method::Trend);
        let stepped = known(|day| if day <= 45 { 8 } else { 2 }, 90, 0);
        assert_eq!(outlook(&stepped, ModelSettings::default()).method, Method::Recent);
        let steady = known(|_| 5, 90, 0);
        assert_eq!(outlook(&steady, ModelSettings::default()).method, Method::Average);
    }

    #[test]
    fn quantities_are_as_the_supplier_sells_them() {
        let terms = Terms {
            minimum: 24,
            maximum: Some(100),
            pack: 12,
            ..TERMS
        };
        for (wanted, sold) in [(0, 0), (-3, 0), (1, 24), (25, 36), (36, 36), (97, 96), (500, 96)] {
            assert_eq!(orderable(wanted, terms), sold, "{wanted}");
        }
    }

    #[test]
    fn nothing_sold_means_nothing_to_order() {
        let outlook = outlook(&known(|_| 0, 90, 5), ModelSettings::default());
        assert_eq!(
            (outlook.reorder_quantity, outlook.reorder_date, outlook.days_of_stock),
            (0, None, None)
        );
        assert_eq!(outlook.reorder_point, 0);
    }

    fn tiers_of(sold: &[(&'static str, i64)]) -> Vec<Tier> {
        let sold: BTreeMap<&str, i64> = sold.iter().copied().collect();
        let tiers = Tiers::of(&sold);
        sold.iter().map(|(key, units)| tiers.tier(key, *units)).collect()
    }

    #[test]
    fn tiers_share_the_sales_out() {
        let sold = [("a", 800), ("b", 150), ("c", 50), ("d", 0), ("e", -3)];
        assert_eq!(tiers_of(&sold), [Tier::A, Tier::B, Tier::C, Tier::C, Tier::C]);
    }

    #[test]
    fn of_those_that_sold_as_much_the_first_by_key_are_in_the_better_tier() {
        // 80 % is reached with the eighth of ten, 95 % with the tenth.
        let keys = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"];
        let tiers = tiers_of(&keys.map(|key| (key, 7)));
        assert_eq!(tiers[..8], [Tier::A; 8]);
        assert_eq!(tiers[8..], [Tier::B; 2]);
    }

    #[test]
    fn one_that_sold_nearly_all_leaves_the_second_tier_empty() {
        assert_eq!(tiers_of(&[("a", 1), ("b", 99)]), [Tier::C, Tier::A]);
        assert_eq!(tiers_of(&[("a", 0)]), [Tier::C]);
    }
}
