//! Who changes what somebody else changed meanwhile is told so: by version, and for counts by quantity.

use latchstring::{Effect, ErrorCode, Finish, Scope};
use serde_json::{Value, json};

use crate::{
    examples::{arguments, takes, with_a_spare_head},
    stores::Stores,
};

#[tokio::test]
async fn every_command_that_takes_an_expected_version_refuses_another() {
    let stores = with_a_spare_head().await;
    let surface = stores.catalog.surface(Stores::grant(stores.lumen, Scope::ReadWrite));
    for operation in surface.operations() {
        if !takes(operation, "expectedVersion") {
            continue;
        }
        let path = operation.name.program();
        let mut arguments = arguments(operation);
        for wrong in [0, 2] {
            arguments["expectedVersion"] = json!(wrong);
            let error = stores.refusal(path, arguments.clone()).await;
            assert_eq!(error.code(), ErrorCode::Conflict, "{path}");
            assert_eq!(error.details(), Some(&json!({ "version": 1 })), "{path}");
            let words = format!("is at version 1 and not at {wrong}");
            assert!(
                error.message().contains(&words) && error.message().contains("read it again"),
                "{error}"
            );
        }
        arguments["expectedVersion"] = json!(1);
        let mut session = stores.session(stores.lumen, Scope::ReadWrite, Effect::Write);
        session.call_from_program(path, &arguments.to_string()).await.unwrap();
        session.finish(Finish::DryRun).await.unwrap();
    }
}

#[tokio::test]
async fn every_command_that_changes_something_with_a_version_takes_an_expected_one() {
    let stores = Stores::open().await;
    let surface = stores.catalog.surface(Stores::grant(stores.lumen, Scope::ReadWrite));
    // Counts have quantities instead; what is new has no version yet; registering is as of now by its nature.
    let others = ["create", "create_virtual", "set_stock", "set_preassembled", "register"];
    for operation in surface.operations() {
        let name = operation.name.as_str().split_once('.').unwrap().1;
        let is_single = operation.effect == Effect::Write && !name.ends_with("_many");
        let takes_version = takes(operation, "expectedVersion");
        assert_eq!(
            takes_version,
            is_single && !others.contains(&name),
            "{}",
            operation.name
        );
    }
}

#[tokio::test]
async fn of_two_who_read_the_same_version_one_is_refused() {
    let stores = Stores::open().await;
    let read = stores.ok("boms.get", json!({ "bomId": "bom_trio" })).await;
    let version = read["bom"]["version"].clone();
    let first = json!({ "bomId": "bom_trio", "name": "Trio, first", "expectedVersion": version });
    let second = json!({ "bomId": "bom_trio", "variantId": "50039", "expectedVersion": version });
    stores.ok("boms.update", first).await;
    let error = stores.refusal("boms.removeComponent", second.clone()).await;
    assert_eq!(error.code(), ErrorCode::Conflict);
    let mut again = second;
    again["expectedVersion"] = error.details().unwrap()["version"].clone();
    stores.ok("boms.removeComponent", again).await;
}

#[tokio::test]
async fn of_two_at_once_one_is_refused() {
    let stores = Stores::open().await;
    let rename = |name: &str| json!({ "bomId": "bom_trio", "name": name, "expectedVersion": 1 });
    let set = |quantity: u32| {
        let level = json!({ "locationId": "70001", "quantity": quantity, "expectedQuantity": 0 });
        json!({ "bomId": "bom_trio", "levels": [level] })
    };
    for (path, one, other) in [
        ("boms.update", rename("One"), rename("Other")),
        ("boms.setPreassembled", set(1), set(2)),
    ] {
        let (one, other) = tokio::join!(
            stores.call(stores.lumen, path, one),
            stores.call(stores.lumen, path, other)
        );
        let refused: Vec<_> = [one, other].into_iter().filter_map(Result::err).collect();
        assert_eq!(refused.len(), 1, "{path}");
        assert_eq!(refused[0].code(), ErrorCode::Conflict, "{path}");
    }
}

#[tokio::test]
async fn a_version_counts_changes_and_nothing_else() {
    let stores = Stores::open().await;
    let version = |answer: &Value, thing: &str| answer[thing]["version"].as_u64().unwrap();
    let bom = |more: Value| with(json!({ "bomId": "bom_trio" }), more);
    for (path, arguments, expected) in [
        ("boms.update", bom(json!({ "name": "Trio" })), 2),
        ("boms.update", bom(json!({ "name": "Trio" })), 2),
        ("boms.configure", bom(json!({ "active": false })), 3),
        ("boms.configure", bom(json!({ "active": false })), 3),
        (
            "boms.addComponent",
            bom(json!({ "variantId": "50001", "quantity": 1 })),
            4,
        ),
        (
            "boms.updateComponent",
            bom(json!({ "variantId": "50001", "quantity": 1 })),
            4,
        ),
        (
            "boms.updateComponent",
            bom(json!({ "variantId": "50001", "quantity": 2 })),
            5,
        ),
        ("boms.removeComponent", bom(json!({ "variantId": "50001" })), 6),
        ("boms.setComponents", bom(json!({ "components": [] })), 6),
    ] {
        let answer = stores.ok(path, arguments).await;
        assert_eq!(version(&answer, "bom"), expected, "{path}");
    }
    let ready = bom(json!({ "levels": [{ "locationId": "70001", "quantity": 1 }] }));
    stores.ok("boms.setPreassembled", ready).await;
    let read = stores.ok("boms.get", bom(json!({}))).await;
    assert_eq!(version(&read, "bom"), 6, "what lies ready is not part of it");
}

fn with(mut object: Value, more: Value) -> Value {
    if let (Value::Object(object), Value::Object(more)) = (&mut object, more) {
        object.extend(more);
    }
    object
}

#[tokio::test]
async fn a_count_that_changed_meanwhile_is_not_overwritten() {
    let stores = Stores::open().await;
    for (path, thing, there) in [
        (
            "rawMaterials.setStock",
            json!({ "variantId": "VMAT-VAR-1001" }),
            json!(182.5),
        ),
        ("boms.setPreassembled", json!({ "bomId": "bom_desk_lamp" }), json!(3)),
        (
            "subAssemblies.setPreassembled",
            json!({ "subAssemblyId": "sub_lamp_head" }),
            json!(4),
        ),
    ] {
        // The showroom is as expected, the workshop is not: neither is set.
        let level = |expected: &Value| {
            json!({ "levels": [
                { "locationId": "70003", "quantity": 1 },
                { "locationId": "70001", "quantity": 7, "expectedQuantity": expected },
            ] })
        };
        let error = stores.refusal(path, with(thing.clone(), level(&json!(99)))).await;
        assert_eq!(error.code(), ErrorCode::Conflict, "{path}");
        assert_eq!(
            error.details(),
            Some(&json!({ "locationId": "70001", "quantity": there })),
            "{path}"
        );
        let words = format!("there are {there} and not 99");
        assert!(
            error.message().contains(&words) && error.message().contains("read it again"),
            "{error}"
        );
        stores.ok(path, with(thing, level(&there))).await;
    }
    // Where nothing was ever counted, there is none.
    let first =
        json!({ "bomId": "bom_trio", "levels": [{ "locationId": "70001", "quantity": 1, "expectedQuantity": 0 }] });
    stores.ok("boms.setPreassembled", first.clone()).await;
    assert_eq!(
        stores.refused("boms.setPreassembled", first).await.0,
        ErrorCode::Conflict
    );
}
