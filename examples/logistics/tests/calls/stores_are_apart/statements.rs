//! Every statement is bound to a store from the start.

#[test]
fn every_statement_starts_out_bound_to_a_store() {
    // `Reader::all` and `Writer::insert`, `put`, `update` and `delete` are the only doors: only their files may begin a
    // statement in another way.
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut open = vec![folder];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
                continue;
            }
            let code = std::fs::read_to_string(&path).unwrap();
            let is_door = ["reader.rs", "writer.rs"].contains(&path.file_name().unwrap().to_str().unwrap());
            for call in [
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
            ] {
                assert!(
                    is_door || !code.contains(call),
                    "{} calls `{call}` past the store",
                    path.display()
                );
            }
        }
    }
}
