//! A session commits everything or nothing.

use latchstring::{Effect, ErrorCode, Finish, Scope};
use serde_json::{Value, json};

use crate::{
    examples::{arguments, with_a_spare_head},
    stores::Stores,
};

/// Some commands of each kind, all of which succeed.
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

#[tokio::test]
async fn a_rollback_leaves_no_trace_of_any_command() {
    let stores = with_a_spare_head().await;
    let before = stores.stored().await;
    let surface = stores.catalog.surface(Stores::grant(stores.lumen, Scope::ReadWrite));
    for operation in surface.operations().filter(|one| one.effect == Effect::Write) {
        let name = &operation.name;
        for finish in [Finish::DryRun, Finish::Fail(ErrorCode::ProgramError)] {
            let mut session = stores.session(stores.lumen, Scope::ReadWrite, Effect::Write);
            let arguments = arguments(operation).to_string();
            session.call_from_program(name.program(), &arguments).await.unwrap();
            let finished = session.finish(finish).await.unwrap();
            assert!(!finished.committed, "{name}");
            assert!(
                !finished.changes.is_empty(),
                "{name} does not tell what it would change"
            );
        }
    }
    assert_eq!(before.changes(&stores.stored().await), [""; 0]);
}

#[tokio::test]
async fn a_dropped_session_leaves_no_trace() {
    let stores = Stores::open().await;
    let before = stores.stored().await;
    let mut session = stores.session(stores.lumen, Scope::ReadWrite, Effect::Write);
    for (path, arguments) in program() {
        session.call_from_program(path, &arguments.to_string()).await.unwrap();
    }
    drop(session);
    assert_eq!(before.changes(&stores.stored().await), [""; 0]);
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
