//! What the forecast reads: the page that is asked for, and once in ten minutes all that was sold.

use chrono::TimeDelta;
use serde_json::json;

use super::{LARGER, Size, store};

/// More than a view that is sorted may have.
const TWICE: Size = Size {
    variants: 2400,
    orders: 600,
    lines: 8,
};

const OF_EVERYTHING: &str = "GROUP BY \"sales\".\"variant_id\"";

#[tokio::test]
async fn all_that_was_sold_is_added_up_once_in_ten_minutes() {
    let store = store(LARGER).await;
    let page = json!({ "viewId": "view_all", "limit": 20 });
    let mut sums = Vec::new();
    for minutes in [0, 0, 9, 1, 9] {
        store.later(TimeDelta::minutes(minutes));
        let (_, statements) = store.call("forecast.rows", &page).await;
        sums.push(statements.iter().filter(|sql| sql.contains(OF_EVERYTHING)).count());
    }
    assert_eq!(sums, [1, 0, 0, 1, 0]);
}

/// Page by page the tiers are what they are when everything is looked at together.
#[tokio::test]
async fn tiers_are_the_same_whatever_is_asked_for() {
    let store = store(LARGER).await;
    let mut of_supplier = Vec::new();
    for row in rows(
        &store,
        json!({ "viewId": "view_sup_01", "sortBy": "sales_rate", "limit": 50 }),
    )
    .await
    {
        of_supplier.push((row["variantId"].clone(), row["abcTier"].clone()));
    }
    let mut of_all = Vec::new();
    let mut cursor = json!(null);
    loop {
        let page = json!({ "viewId": "view_all", "limit": 50, "cursor": cursor });
        let (answer, _) = store.call("forecast.rows", &page).await;
        of_all.extend(answer["items"].as_array().unwrap().clone());
        cursor = answer["cursor"].clone();
        if cursor.is_null() {
            break;
        }
    }
    assert_eq!(of_all.len(), LARGER.variants);
    for (id, tier) in of_supplier {
        let same = of_all.iter().find(|row| row["variantId"] == id).unwrap();
        assert_eq!(same["abcTier"], tier, "{id}");
    }
    let sold = |row: &serde_json::Value| row["salesRate"].as_f64().unwrap();
    let in_tier = |tier: &str| {
        of_all
            .iter()
            .filter(|row| row["abcTier"] == tier)
            .map(sold)
            .sum::<f64>()
    };
    let (a, b, all) = (in_tier("a"), in_tier("b"), of_all.iter().map(sold).sum::<f64>());
    assert!((0.7..0.9).contains(&(a / all)), "{}", a / all);
    assert!((0.9..1.0).contains(&((a + b) / all)), "{}", (a + b) / all);
}

/// A report of twice as much takes twice the portions, and no more.
#[tokio::test]
async fn a_report_of_everything_takes_statements_in_proportion_to_what_it_is_of() {
    let (few, many) = (store(LARGER).await, store(TWICE).await);
    let report = json!({ "reportId": "rep_all" });
    let (told, statements) = few.call("reports.preview", &report).await;
    let (of_more, more) = many.call("reports.preview", &report).await;
    assert_eq!(told["body"]["variants"], json!(LARGER.variants));
    assert_eq!(of_more["body"]["variants"], json!(TWICE.variants));
    assert!(
        more.len() <= 2 * statements.len(),
        "{} statements, {} of half as much",
        more.len(),
        statements.len()
    );
}

async fn rows(store: &latchstring_testing::Measured, arguments: serde_json::Value) -> Vec<serde_json::Value> {
    let (answer, _) = store.call("forecast.rows", &arguments).await;
    answer["items"].as_array().unwrap().clone()
}
