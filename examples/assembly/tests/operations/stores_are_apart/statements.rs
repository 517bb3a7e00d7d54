//! Every statement is bound to a store from the start.

use std::path::Path;

use latchstring_testing::statements;

#[test]
fn every_statement_starts_out_bound_to_a_store() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    assert_eq!(statements::unbound(&source), [""; 0]);
}
