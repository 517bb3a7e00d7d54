//! Who may import whom. The table is the one in docs/ARCHITECTURE.md.

use std::{
    collections::{BTreeMap, BTreeSet},
    process::Command,
};

use serde_json::{Value, json};

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
    ("latchstring-check", &["latchstring-core"]),
    ("latchstring-runner", &["latchstring-check", "latchstring-core"]),
    ("latchstring-mcp", &["latchstring-core", "latchstring-runner"]),
    ("latchstring-rest", &["latchstring-core", "latchstring-runner"]),
    ("latchstring-pages", &["latchstring-core"]),
    (
        "latchstring-oauth",
        &["latchstring-core", "latchstring-access", "latchstring-pages"],
    ),
    (
        "latchstring-console",
        &["latchstring-core", "latchstring-access", "latchstring-pages"],
    ),
    (
        "latchstring",
        &[
            "latchstring-core",
            "latchstring-access",
            "latchstring-console",
            "latchstring-db",
            "latchstring-mcp",
            "latchstring-oauth",
            "latchstring-rest",
            "latchstring-runner",
            "latchstring-sandbox",
        ],
    ),
    ("latchstring-server", &["latchstring"]),
    // A client: it knows the server by its protocol alone.
    ("latchstring-cli", &[]),
    // The databases that tests throw away are no part of what an app embeds.
    ("latchstring-testing", &["latchstring", "latchstring-db"]),
    ("assembly", &["latchstring", "latchstring-server"]),
    ("logistics", &["latchstring", "latchstring-server"]),
];

/// Crates that only some of ours may import.
const RESERVED: &[(&str, &[&str])] = &[
    ("wasmer", &["latchstring-sandbox"]),
    ("oxc", &["latchstring-check"]),
    ("rmcp", &["latchstring-mcp"]),
    ("sea-orm", &["latchstring-db", "assembly", "logistics"]),
    (
        "sea-orm-migration",
        &["latchstring-migrations", "latchstring-db", "assembly", "logistics"],
    ),
    ("clap", &["latchstring-server", "latchstring-cli"]),
    ("tracing-subscriber", &["latchstring-server", "latchstring-cli"]),
    ("anyhow", &["latchstring-server", "assembly", "logistics"]),
    // The two ways out: to documents of clients, and to the app that people sign in with. Besides that, the bridge and
    // the tests of the binary are clients.
    (
        "reqwest",
        &[
            "latchstring-oauth",
            "latchstring-console",
            "latchstring-cli",
            "latchstring-testing",
        ],
    ),
    ("jsonwebtoken", &["latchstring-oauth", "latchstring-console"]),
    (
        "maud",
        &["latchstring-pages", "latchstring-oauth", "latchstring-console"],
    ),
    ("chacha20poly1305", &["latchstring-access"]),
    ("hkdf", &["latchstring-access"]),
];

#[test]
fn every_crate_imports_only_what_it_may() {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .output()
        .unwrap();
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let name_of = |value: &Value| value["name"].as_str().unwrap().to_owned();

    let allowed: BTreeMap<_, _> = ARROWS.iter().copied().collect();
    let ours: BTreeSet<String> = packages.iter().map(name_of).collect();
    let named: BTreeSet<String> = allowed.keys().map(ToString::to_string).collect();
    assert_eq!(ours, named, "the table names every crate of the workspace and no other");

    for package in packages {
        let name = name_of(package);
        // `kind` is null for what is neither a dev- nor a build-dependency.
        let imports = package["dependencies"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|one| one["kind"] == json!(null));
        for wanted in imports.map(name_of) {
            let may = !ours.contains(&wanted) || allowed[name.as_str()].contains(&wanted.as_str());
            assert!(may, "`{name}` must not import `{wanted}`");
            if let Some((_, users)) = RESERVED.iter().find(|(reserved, _)| *reserved == wanted) {
                assert!(
                    users.contains(&name.as_str()),
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
