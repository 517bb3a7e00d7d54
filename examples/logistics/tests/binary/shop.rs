//! A store's plan and preferences, told from the command line beside the running server.

use latchstring_testing::binary::Server;
use serde_json::json;

use crate::{home, refused, tell, written};

#[tokio::test]
async fn a_stores_plan_and_preferences_are_shown_and_changed_and_rule_at_once() {
    let home = home().await;
    let server = Server::start(&home);
    let shown = tell(&home, &["shop", "show"]);
    assert_eq!(
        (
            &shown["plan"],
            &shown["currency"],
            &shown["preferences"]["autoSyncOnReceive"]
        ),
        (&json!("elevate"), &json!("EUR"), &json!(true))
    );
    let now = tell(&home, &["shop", "set", "--plan", "core", "--auto-sync", "false"]);
    assert_eq!(
        (&now["plan"], &now["preferences"]["autoSyncOnReceive"]),
        (&json!("core"), &json!(false))
    );
    assert_eq!(tell(&home, &["shop", "show"]), now);

    // What is received is not in stock, and the rule is beyond the plan.
    let unsynced = written(
        &server,
        "const { order } = await app.purchaseOrders.receive({ purchaseOrderId: 'po_1004', \
           lines: [{ lineId: 'line_1004_1', received: 1 }] }); \
         return order.units.unsynced",
    )
    .await;
    assert_eq!(unsynced, json!(1));
    let program = "await app.notifications.setRule({ enabled: false })";
    let (_, body) = server.body(&server.key("readWrite"), "run_write", program).await;
    assert!(body.to_string().contains("PLAN_REQUIRED"), "{body}");
    tell(&home, &["shop", "set", "--plan", "enhanced"]);
    written(&server, program).await;

    let complaint = refused(&home, &["shop", "set"]);
    assert!(complaint.contains("--plan"), "{complaint}");
    let complaint = refused(&home, &["shop", "set", "--plan", "gold"]);
    assert!(complaint.contains("elevate"), "{complaint}");
}
