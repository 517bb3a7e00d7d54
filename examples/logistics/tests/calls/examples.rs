//! The example of each operation. Models copy them, so they must work.

pub(crate) use latchstring_testing::examples::{arguments, takes};

use crate::stores::Stores;

#[tokio::test]
async fn every_example_works_on_the_demo_data() {
    let stores = Stores::open().await;
    let broken = latchstring_testing::examples::broken(&stores).await;
    assert!(broken.is_empty(), "{broken:#?}");
}
