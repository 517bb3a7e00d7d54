//! Who may call what: one row per operation, reviewed whenever it changes.

use latchstring_testing::permissions;

use crate::stores::Stores;

#[tokio::test]
async fn every_operation_is_visible_to_exactly_the_grants_that_may_call_it() {
    let stores = Stores::open().await;
    let matrix = permissions::matrix(&stores);
    insta::assert_snapshot!(matrix);
}

#[tokio::test]
async fn a_read_grant_is_told_nothing_of_operations_that_write() {
    let stores = Stores::open().await;
    let writes = permissions::writes_are_hidden_from_readers(&stores).await;
    assert!(writes >= 40, "{writes}");
}

#[tokio::test]
async fn every_field_of_every_input_is_explained() {
    let stores = Stores::open().await;
    assert_eq!(permissions::unexplained(&stores), [""; 0]);
}
