//! Each rule that a command must keep: the refusal, its words, and that nothing was written although it was caught.

use chrono::TimeDelta;
use latchstring::ErrorCode;
use serde_json::{Value, json};

use crate::stores::Stores;

mod bounds;
mod bulk;
mod depth;
mod history;
mod in_use;
mod made_of_itself;
mod plan;
mod quantities;
mod registering;
mod replays;
mod rows;
mod stock;
mod switches;
mod texts;
mod versions;

/// A call that must be refused in these words, and leave no trace.
async fn refused(stores: &Stores, path: &str, arguments: Value, words: &[&str]) -> ErrorCode {
    let shown = arguments.to_string();
    let (code, message) = stores.refused(path, arguments).await;
    for word in words {
        assert!(message.contains(word), "{path}({shown}): `{word}` is not in: {message}");
    }
    code
}

/// Makes a sub-assembly of one each of others.
async fn sub_assembly(stores: &Stores, name: &str, parts: &[&str]) -> String {
    let rows: Vec<Value> = parts
        .iter()
        .map(|id| json!({ "subAssemblyId": id, "quantity": 1 }))
        .collect();
    let arguments = json!({ "name": name, "subAssemblies": rows });
    let made = stores.ok("subAssemblies.create", arguments).await;
    made["subAssembly"]["subAssemblyId"].as_str().unwrap().to_owned()
}

/// Makes sub-assemblies of which each is in the one before; answers them from the top.
async fn chain(stores: &Stores, length: usize) -> Vec<String> {
    let mut made: Vec<String> = Vec::new();
    for number in 0..length {
        let parts: Vec<&str> = made.last().map(String::as_str).into_iter().collect();
        made.push(sub_assembly(stores, &format!("Link {number}"), &parts).await);
    }
    made.reverse();
    made
}

/// Makes so many sub-assemblies of nothing, in the order of their ids.
async fn hundreds(stores: &Stores, count: usize) -> Vec<String> {
    let mut made = Vec::new();
    while made.len() < count {
        stores.later(TimeDelta::milliseconds(1));
        let names = (made.len()..count).take(250);
        let items: Vec<Value> = names
            .map(|number| json!({ "name": format!("Leaf {number}") }))
            .collect();
        let done = stores.ok("subAssemblies.createMany", json!({ "items": items })).await;
        for one in done["results"].as_array().unwrap() {
            let id = &one["result"]["subAssembly"]["subAssemblyId"];
            made.push(id.as_str().unwrap().to_owned());
        }
    }
    made
}

/// Makes a BOM for the wall lamp, which has none, of a row of this kind each.
async fn wall_lamp(stores: &Stores, components: Value, sub_assemblies: Value) -> String {
    let arguments = json!({ "variantId": "41016", "components": components, "subAssemblies": sub_assemblies });
    let made = stores.ok("boms.create", arguments).await;
    made["bom"]["bomId"].as_str().unwrap().to_owned()
}
