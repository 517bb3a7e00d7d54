//! Every statement of a product is bound to a store from the start.

use std::path::Path;

/// How a statement could begin past the doors of the kit, which bind it to a store
/// ([`latchstring::db::TenantReader`], [`latchstring::db::TenantWriter`]).
const PAST_THE_DOORS: [&str; 10] = [
    "::find(",
    "::find_by_id(",
    "::delete_many(",
    "::delete_by_id(",
    "::update_many(",
    "::update(",
    "::insert(",
    "::insert_many(",
    "::insert_select(",
    "Statement::from",
];

/// The places in the code below this folder where a statement is not bound to a store: each file, and what it calls.
pub fn unbound(source: &Path) -> Vec<String> {
    let mut open = vec![source.to_owned()];
    let (mut unbound, mut read) = (Vec::new(), 0);
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
                continue;
            }
            let code = std::fs::read_to_string(&path).unwrap();
            let calls = PAST_THE_DOORS.iter().filter(|call| code.contains(**call));
            unbound.extend(calls.map(|call| format!("{} calls `{call}`", path.display())));
            read += 1;
        }
    }
    assert!(read > 0, "no code in `{}`", source.display());
    unbound
}
