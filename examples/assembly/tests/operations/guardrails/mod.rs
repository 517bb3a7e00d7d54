//! Each rule that a command must keep: the refusal, its words, and that nothing was written although it was caught.

use latchstring::ErrorCode;
use serde_json::{Value, json};

use crate::stores::Stores;

mod in_use;
mod plan;

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
