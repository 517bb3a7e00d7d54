//! A session commits everything or nothing.

use latchstring::{Effect, Finish, Scope};
use serde_json::{Value, json};

use crate::stores::Stores;

/// Every command once, each of which succeeds.
fn program() -> Vec<(&'static str, Value)> {
    let levels = json!([{ "locationId": "70001", "quantity": 3 }, { "locationId": "70002", "quantity": 0.5 }]);
    vec![
        ("rawMaterials.createVirtual", json!({ "name": "Rivet" })),
        (
            "rawMaterials.setStock",
            json!({ "variantId": "VMAT-VAR-1001", "levels": levels }),
        ),
        (
            "boms.create",
            json!({ "variantId": "41016", "components": [{ "variantId": "41017", "quantity": 1 }] }),
        ),
        (
            "boms.setComponents",
            json!({ "bomId": "bom_trio", "components": [{ "variantId": "50001", "quantity": 2 }] }),
        ),
        ("boms.setPreassembled", json!({ "bomId": "bom_trio", "levels": levels })),
        (
            "subAssemblies.setPreassembled",
            json!({ "subAssemblyId": "sub_lamp_head", "levels": levels }),
        ),
        ("boms.update", json!({ "bomId": "bom_trio", "name": "Trio, new" })),
        ("boms.delete", json!({ "bomId": "bom_care_kit" })),
    ]
}

async fn everything(stores: &Stores) -> Vec<Value> {
    let mut seen = Vec::new();
    for path in ["boms.list", "rawMaterials.list", "subAssemblies.list"] {
        seen.push(stores.ok(path, json!({})).await);
    }
    seen.push(stores.ok("boms.get", json!({ "bomId": "bom_trio" })).await);
    seen
}

#[tokio::test]
async fn a_rollback_leaves_no_trace_of_any_command() {
    let stores = Stores::open().await;
    let (before, rows) = (everything(&stores).await, stores.row_counts().await);
    for finish in [Finish::DryRun, Finish::Fail(latchstring::ErrorCode::ProgramError)] {
        let mut session = stores.session(stores.lumen, Scope::ReadWrite, Effect::Write);
        for (path, arguments) in program() {
            session.call_from_program(path, &arguments.to_string()).await.unwrap();
        }
        let finished = session.finish(finish).await.unwrap();
        assert!(!finished.committed);
        assert_eq!(
            finished.changes.len(),
            program().len() + 1,
            "the registered variant counts as a change"
        );
    }
    assert_eq!(stores.row_counts().await, rows);
    assert_eq!(everything(&stores).await, before);
}

#[tokio::test]
async fn a_dropped_session_leaves_no_trace() {
    let stores = Stores::open().await;
    let rows = stores.row_counts().await;
    let mut session = stores.session(stores.lumen, Scope::ReadWrite, Effect::Write);
    for (path, arguments) in program() {
        session.call_from_program(path, &arguments.to_string()).await.unwrap();
    }
    drop(session);
    assert_eq!(stores.row_counts().await, rows);
}

#[tokio::test]
async fn a_session_reads_what_it_wrote() {
    let stores = Stores::open().await;
    let mut session = stores.session(stores.lumen, Scope::ReadWrite, Effect::Write);
    let made = session
        .call_from_program("rawMaterials.createVirtual", r#"{ "name": "Rivet" }"#)
        .await
        .unwrap();
    let made: Value = serde_json::from_str(made.get()).unwrap();
    let id = &made["rawMaterial"]["variantId"];
    let levels = json!({ "variantId": id, "levels": [{ "locationId": "70003", "quantity": 2.25 }] });
    session
        .call_from_program("rawMaterials.setStock", &levels.to_string())
        .await
        .unwrap();
    let seen = session
        .call_from_program("rawMaterials.get", &json!({ "variantId": id }).to_string())
        .await
        .unwrap();
    let seen: Value = serde_json::from_str(seen.get()).unwrap();
    assert_eq!(seen["rawMaterial"]["inventoryQuantity"], json!(2.25));
    assert!(session.finish(Finish::Commit).await.unwrap().committed);
    assert_eq!(
        stores.ok("rawMaterials.list", json!({ "search": "rivet" })).await["totalCount"],
        json!(1)
    );
}

#[tokio::test]
async fn a_program_may_catch_a_refusal_and_keep_the_rest() {
    let stores = Stores::open().await;
    let mut session = stores.session(stores.lumen, Scope::ReadWrite, Effect::Write);
    let half_wrong = json!({ "bomId": "bom_trio", "components": [
        { "variantId": "41017", "quantity": 1 }, { "variantId": "50001", "quantity": 1, "locationId": "99999" },
    ] });
    assert!(
        session
            .call_from_program("boms.setComponents", &half_wrong.to_string())
            .await
            .is_err()
    );
    let wrong_level = json!({ "variantId": "VMAT-VAR-1001", "levels": [
        { "locationId": "70001", "quantity": 1 }, { "locationId": "99999", "quantity": 1 },
    ] });
    assert!(
        session
            .call_from_program("rawMaterials.setStock", &wrong_level.to_string())
            .await
            .is_err()
    );
    session
        .call_from_program("boms.update", r#"{ "bomId": "bom_trio", "name": "Trio, kept" }"#)
        .await
        .unwrap();
    let finished = session.finish(Finish::Commit).await.unwrap();
    assert_eq!(finished.changes.len(), 1, "what was refused has written nothing");
    let trio = stores.ok("boms.get", json!({ "bomId": "bom_trio" })).await;
    assert_eq!(
        (trio["bom"]["name"].as_str(), trio["bom"]["componentCount"].as_u64()),
        (Some("Trio, kept"), Some(4))
    );
    assert_eq!(
        stores
            .ok("rawMaterials.inventory", json!({ "variantId": "VMAT-VAR-1001" }))
            .await["total"],
        json!(482.5)
    );
    assert_eq!(stores.number("SELECT COUNT(*) AS n FROM adjustments").await, 0);
}
