//! The example of each operation. Models copy them, so they must work.

use serde_json::json;

pub(crate) use latchstring_testing::examples::{arguments, takes};

use crate::stores::Stores;

/// The demo stores, with the sub-assembly that the example of a deletion deletes: in the demo everything is in use.
pub(crate) async fn with_a_spare_head() -> Stores {
    let stores = Stores::open().await;
    stores.ok("subAssemblies.create", json!({ "name": "Spare head" })).await;
    stores
        .behind_the_scenes("UPDATE sub_assemblies SET id = 'sub_spare_head' WHERE name = 'Spare head'")
        .await;
    stores
}

#[tokio::test]
async fn every_example_works_on_the_demo_data() {
    let stores = with_a_spare_head().await;
    let broken = latchstring_testing::examples::broken(&stores).await;
    assert!(broken.is_empty(), "{broken:#?}");
}
