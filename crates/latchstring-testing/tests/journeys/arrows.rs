//! Who may import whom. The table is the one in docs/ARCHITECTURE.md.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, MetadataCommand};

/// Our crates, and which of ours each may import.
const ARROWS: &[(&str, &[&str])] = &[
    ("latchstring-core", &[]),
    ("latchstring-access", &["latchstring-core"]),
    ("latchstring-migrations", &[]),
    (
        "latchstring-db",
        &["latchstring-core", "latchstring-access", "latchstring-migrations"],
    ),
    ("latchstring-sandbox", &["latchstring-core"]),
    ("latchstring-mcp", &["latchstring-core"]),
    (
        "latchstring",
        &[
            "latchstring-core",
            "latchstring-access",
            "latchstring-db",
            "latchstring-mcp",
            "latchstring-sandbox",
        ],
    ),
    ("latchstring-server", &["latchstring"]),
    ("latchstring-testing", &["latchstring"]),
    ("assembly", &["latchstring", "latchstring-server"]),
];

/// Crates that only some of ours may import.
const RESERVED: &[(&str, &[&str])] = &[
    ("wasmer", &["latchstring-sandbox"]),
    ("rmcp", &["latchstring-mcp"]),
    ("sea-orm", &["latchstring-db", "assembly"]),
    (
        "sea-orm-migration",
        &["latchstring-migrations", "latchstring-db", "assembly"],
    ),
    ("clap", &["latchstring-server"]),
    ("tracing-subscriber", &["latchstring-server"]),
    ("anyhow", &["latchstring-server", "assembly"]),
];

#[test]
fn every_crate_imports_only_what_it_may() {
    let metadata = MetadataCommand::new().no_deps().exec().unwrap();
    let allowed: BTreeMap<_, _> = ARROWS.iter().copied().collect();
    let ours: BTreeSet<&str> = metadata.packages.iter().map(|package| package.name.as_str()).collect();
    assert_eq!(
        ours,
        allowed.keys().copied().collect(),
        "the table names every crate of the workspace and no other"
    );

    for package in &metadata.packages {
        let name = package.name.as_str();
        for dependency in package
            .dependencies
            .iter()
            .filter(|one| one.kind == DependencyKind::Normal)
        {
            let wanted = dependency.name.as_str();
            let is_ours = ours.contains(wanted);
            assert!(
                !is_ours || allowed[name].contains(&wanted),
                "`{name}` must not import `{wanted}`"
            );
            if let Some((_, users)) = RESERVED.iter().find(|(reserved, _)| *reserved == wanted) {
                assert!(
                    users.contains(&name),
                    "`{wanted}` is reserved for {users:?}, but `{name}` imports it"
                );
            }
        }
    }
}

#[test]
fn every_shared_dependency_says_what_it_is_for() {
    let manifest = include_str!("../../../../Cargo.toml");
    let table = manifest
        .split("[workspace.dependencies]")
        .nth(1)
        .unwrap()
        .split("\n[")
        .next()
        .unwrap();
    for line in table
        .lines()
        .filter(|line| line.contains(" = ") && !line.contains("path = "))
    {
        assert!(line.contains(" # "), "no reason behind `{line}`");
    }
}
