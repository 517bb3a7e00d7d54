//! The binary as an operator meets it: starts, stops, keys, and messages that say what to do.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod server;

use std::{net::TcpListener, path::Path};

use sea_orm::{ConnectionTrait, Database};
use serde_json::{Value, json};
use server::{Server, command};
use tempfile::TempDir;

const COUNT: &str = "return (await app.boms.list({})).totalCount";

/// Runs a command to its end; whether it succeeded, what it printed, what it complained about.
fn finish(dir: &Path, arguments: &[&str]) -> (bool, String, String) {
    let output = command(dir).args(arguments).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.success(), text(output.stdout), text(output.stderr))
}

#[tokio::test]
async fn the_first_start_shows_keys_that_work_and_later_starts_keep_them_working() {
    let dir = TempDir::new().unwrap();
    let server = Server::start(dir.path());
    let (read, write) = (server.key("read"), server.key("readWrite"));
    assert_eq!(server.run(&read, COUNT).await.1["result"], json!(15));
    let output = server.stop();
    assert!(output.status.success(), "{output:?}");
    let printed = String::from_utf8(output.stdout).unwrap();
    for expected in [
        read.as_str(),
        write.as_str(),
        "claude mcp add",
        "curl -s",
        "A program to try",
    ] {
        assert!(printed.contains(expected), "`{expected}` is missing: {printed}");
    }
    let logged = String::from_utf8(output.stderr).unwrap();
    assert!(
        !logged.contains(&read) && !logged.contains(&write),
        "t13: a key in the log"
    );

    let server = Server::start(dir.path());
    assert_eq!(server.ready["stores"][0]["keys"], Value::Null, "keys are shown once");
    assert_eq!(server.run(&read, COUNT).await.1["result"], json!(15));
    let printed = String::from_utf8(server.stop().stdout).unwrap();
    assert!(
        printed.contains("key create") && !printed.contains("asmk_"),
        "{printed}"
    );
}

#[tokio::test]
async fn keys_are_made_and_revoked_beside_the_running_server() {
    let dir = TempDir::new().unwrap();
    let server = Server::start(dir.path());
    let store = server.ready["stores"][1]["name"].as_str().unwrap().to_owned();

    let (ok, made, complaint) = finish(
        dir.path(),
        &["key", "create", "--store", &store, "--label", "script", "--json"],
    );
    assert!(ok, "{complaint}");
    let made: Value = serde_json::from_str(&made).unwrap();
    let (key, id) = (made["key"].as_str().unwrap(), made["id"].as_str().unwrap());
    assert_eq!(made["scope"], json!("read"), "read is the default");
    assert_eq!(server.run(key, "return 1 + 1").await.1["result"], json!(2));

    let (_, listed, _) = finish(dir.path(), &["key", "list", "--store", &store, "--json"]);
    assert!(listed.contains(id) && listed.contains("script") && !listed.contains(key));

    let (ok, said, complaint) = finish(dir.path(), &["key", "revoke", "--store", &store, id]);
    assert!(ok, "{complaint}");
    assert!(said.contains("is revoked"));
    assert_eq!(server.run(key, "return 1 + 1").await.0, 401);

    let (ok, _, complaint) = finish(dir.path(), &["key", "create"]);
    assert!(
        !ok && complaint.contains("more than one store") && complaint.contains(&store),
        "{complaint}"
    );
}

#[test]
fn a_port_in_use_is_said_in_one_line() {
    let dir = TempDir::new().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let (ok, _, complaint) = finish(dir.path(), &["--listen", &address]);
    assert!(!ok);
    assert_eq!(complaint.lines().count(), 1, "{complaint}");
    assert!(
        complaint.contains(&format!("{address} is in use")) && complaint.contains("--listen"),
        "{complaint}"
    );
}

#[test]
fn a_data_directory_that_cannot_be_used_is_said_in_one_line() {
    let dir = TempDir::new().unwrap();
    // A file in its place: that stops even the superuser, whom permissions do not.
    std::fs::write(dir.path().join("data"), "").unwrap();
    let (ok, _, complaint) = finish(dir.path(), &["--listen", "127.0.0.1:0"]);
    assert!(!ok);
    assert_eq!(complaint.lines().count(), 1, "{complaint}");
    assert!(
        complaint.contains("data directory") && complaint.contains("--data-dir"),
        "{complaint}"
    );
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_left_alone_and_said_in_one_line() {
    for (file, table) in [
        ("assembly.access.db", "latchstring_migrations"),
        ("assembly.db", "assembly_migrations"),
    ] {
        let dir = TempDir::new().unwrap();
        Server::start(dir.path()).stop();
        let url = format!("sqlite:{}", dir.path().join("data").join(file).display());
        let database = Database::connect(url).await.unwrap();
        let insert = format!("INSERT INTO {table} (version, applied_at) VALUES ('m9999_from_the_future', 0)");
        database.execute_unprepared(&insert).await.unwrap();
        database.close().await.unwrap();

        let (ok, _, complaint) = finish(dir.path(), &["--listen", "127.0.0.1:0"]);
        assert!(!ok);
        assert_eq!(complaint.lines().count(), 1, "{complaint}");
        assert!(complaint.contains("newer version"), "{complaint}");
    }
}

#[test]
fn a_key_ring_that_does_not_fit_the_database_is_refused() {
    let dir = TempDir::new().unwrap();
    Server::start(dir.path()).stop();
    std::fs::remove_file(dir.path().join("data/key-ring.json")).unwrap();
    let (ok, _, complaint) = finish(dir.path(), &["--listen", "127.0.0.1:0"]);
    assert!(!ok && complaint.contains("key ring"), "{complaint}");
}

#[test]
fn a_setting_that_makes_no_sense_is_named() {
    let dir = TempDir::new().unwrap();
    for (arguments, expected) in [
        (["--programs", "0"], "--programs"),
        (["--database-url", "postgres://localhost/x"], "PostgreSQL"),
        (["--public-url", "ftp://x"], "--public-url"),
        (["--public-url", "x"], "write the whole address"),
        (["--listen", "8901"], "127.0.0.1:8901"),
        (["--listen", "0.0.0.0:8901"], "--public-url"),
        (["--allowed-origins", "app.example.com"], "--allowed-origins"),
        (["--config", "/no/such/file.toml"], "/no/such/file.toml"),
    ] {
        let (ok, _, complaint) = finish(dir.path(), &arguments);
        assert!(!ok && complaint.contains(expected), "{arguments:?}: {complaint}");
    }
}

#[tokio::test]
async fn a_server_that_is_told_to_stop_lets_a_change_under_way_come_to_its_end() {
    let dir = TempDir::new().unwrap();
    let server = Server::start(dir.path());
    let key = server.key("readWrite");
    let program = "await app.rawMaterials.createVirtual({ name: 'Beeswax' }); let n = 0; \
                   for (let i = 0; i < 2e6; i++) n += i; await app.boms.list({}); return n";
    let call = server.call(&key, "run_write", program);
    let stop = async {
        tokio::time::sleep(std::time::Duration::from_millis(150)).await;
        server.signal();
    };
    let ((status, answer), ()) = tokio::join!(call, stop);
    assert_eq!((status, &answer["committed"]), (200, &json!(true)), "{answer}");
    let output = server.wait();
    assert!(output.status.success(), "{output:?}");
    let log = String::from_utf8(output.stderr).unwrap();
    assert!(!log.contains("lost") && !log.contains("ERROR"), "{log}");

    let server = Server::start(dir.path());
    let count = "return (await app.rawMaterials.list({ search: 'Beeswax' })).totalCount";
    assert_eq!(server.run(&key, count).await.1["result"], json!(1));
}

#[test]
fn a_key_command_on_the_wrong_directory_creates_nothing() {
    let dir = TempDir::new().unwrap();
    let (ok, _, complaint) = finish(dir.path(), &["key", "list"]);
    assert!(!ok && complaint.contains("--data-dir"), "{complaint}");
    assert!(!dir.path().join("data").exists());
}
