//! What a lower plan does not have.

use latchstring::{Effect, ErrorCode, Finish, Scope};
use logistics::{model::Plan, shop};
use serde_json::json;

use crate::{examples::arguments, stores::Stores};

async fn on(plan: Plan) -> Stores {
    let stores = Stores::open().await;
    let change = shop::ShopChange {
        plan: Some(plan),
        ..shop::ShopChange::default()
    };
    shop::change(&stores.database, stores.harbor, change).await.unwrap();
    stores
}

#[tokio::test]
async fn returns_need_the_highest_plan_but_for_looking_at_them() {
    let stores = on(Plan::Enhanced).await;
    let surface = stores.catalog.surface(Stores::grant(stores.harbor, Scope::ReadWrite));
    let open = [
        "return_orders.list",
        "return_orders.get",
        "return_orders.line_items",
        "return_orders.shipment",
    ];
    for operation in surface
        .operations()
        .filter(|one| one.name.as_str().starts_with("return_orders."))
    {
        let name = operation.name.as_str();
        let mut session = stores.session(stores.harbor, Scope::ReadWrite, Effect::Write);
        let answer = session
            .call_from_program(operation.name.program(), &arguments(operation).to_string())
            .await;
        session.finish(Finish::DryRun).await.unwrap();
        if open.contains(&name) {
            assert!(answer.is_ok(), "{name}");
        } else if name.ends_with("_many") {
            assert!(answer.unwrap().get().contains("PLAN_REQUIRED"), "{name}");
        } else {
            let error = answer.expect_err(name);
            assert_eq!(error.code(), ErrorCode::PlanRequired, "{name}: {error}");
            assert_eq!(error.details().unwrap()["plan"], json!("elevate"));
        }
    }
}

#[tokio::test]
async fn the_notification_rule_needs_the_middle_plan() {
    let stores = on(Plan::Core).await;
    let (code, text) = stores
        .refused("notifications.setRule", json!({ "stockOut": true }))
        .await;
    assert_eq!(code, ErrorCode::PlanRequired);
    assert!(text.contains("`enhanced`"), "{text}");
    assert_eq!(
        stores.ok("notifications.getRule", json!({})).await["enabled"],
        json!(false)
    );
}
