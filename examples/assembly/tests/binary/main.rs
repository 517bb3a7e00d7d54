//! The binary as an operator meets it: starts, stops, keys, and messages that say what to do.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod apps;
mod audit;
mod key_ring;
mod orders;
mod server;
mod settings;
mod sign_in;
mod tenants;
mod webhook;

use std::{
    io::{BufRead, BufReader, Read},
    net::{TcpListener, TcpStream},
    process::Stdio,
    time::{Duration, Instant},
};

use sea_orm::{ConnectionTrait, Database};
use serde_json::{Value, json};
use server::{Home, Server, answer, command, finish};

const COUNT: &str = "return (await app.boms.list({})).totalCount";

#[tokio::test]
async fn the_first_start_hands_over_keys_that_work_and_later_starts_keep_them_working() {
    let home = Home::new().await;
    let server = Server::start(&home);
    let (read, write) = (server.key("read"), server.key("readWrite"));
    assert_eq!(server.run(&read, COUNT).await.1["result"], json!(15));
    let ready = server.ready.clone();
    let output = server.stop();
    assert!(output.status.success(), "{output:?}");
    let printed = String::from_utf8(output.stdout).unwrap();
    for expected in [
        connector_url(&ready),
        "code create --store \"Lumen & Oak\" --scope read",
        "ready.json",
    ] {
        assert!(printed.contains(expected), "`{expected}` is missing: {printed}");
    }
    assert!(
        !printed.contains("asmk_"),
        "t13: a key where no terminal is, which may keep it: {printed}"
    );
    let logged = String::from_utf8(output.stderr).unwrap();
    assert!(
        !logged.contains(&read) && !logged.contains(&write),
        "t13: a key in the log"
    );

    let server = Server::start(&home);
    assert_eq!(server.ready["stores"][0]["keys"], Value::Null, "keys are shown once");
    assert_eq!(server.run(&read, COUNT).await.1["result"], json!(15));
    let again = server.ready.clone();
    let connector = |ready| connector_url(ready).split_once("/c/").unwrap().1;
    assert_eq!(connector(&again), connector(&ready), "a connector stays what it is");
    let printed = String::from_utf8(server.stop().stdout).unwrap();
    for expected in ["key create", "code create", connector_url(&again)] {
        assert!(printed.contains(expected), "`{expected}` is missing: {printed}");
    }
    assert!(!printed.contains("asmk_"), "{printed}");
}

#[tokio::test]
async fn t13_a_first_start_that_nobody_watches_makes_no_keys_and_says_how_to_make_one() {
    let home = Home::new().await;
    home.give_key_ring();
    let mut server = command(&home)
        .args(["--listen", "127.0.0.1:0"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let lines = BufReader::new(server.stdout.take().unwrap())
        .lines()
        .map(Result::unwrap);
    let printed: Vec<String> = lines.take_while(|line| !line.contains(" key create ")).collect();
    let listed = answer(&home, &["key", "list", "--store", "Voltvelo"]);
    server.kill().unwrap();
    server.wait().unwrap();
    assert_eq!(
        printed.last().map(|line| line.ends_with("To make one:")),
        Some(true),
        "{printed:?}"
    );
    assert!(!printed.concat().contains("asmk_"), "{printed:?}");
    assert_eq!(listed, json!([]));
}

/// The first store's, in the ready file.
fn connector_url(ready: &Value) -> &str {
    ready["stores"][0]["connectorUrl"].as_str().unwrap()
}

#[tokio::test]
async fn keys_are_made_and_revoked_beside_the_running_server() {
    let home = Home::new().await;
    let server = Server::start(&home);
    let store = server.ready["stores"][1]["name"].as_str().unwrap().to_owned();

    let (ok, made, complaint) = finish(
        &home,
        &["key", "create", "--store", &store, "--label", "script", "--json"],
    );
    assert!(ok, "{complaint}");
    let made: Value = serde_json::from_str(&made).unwrap();
    let (key, id) = (made["key"].as_str().unwrap(), made["id"].as_str().unwrap());
    assert_eq!(made["scope"], json!("read"), "read is the default");
    assert_eq!(server.run(key, "return 1 + 1").await.1["result"], json!(2));

    let (_, listed, _) = finish(&home, &["key", "list", "--store", &store, "--json"]);
    assert!(listed.contains(id) && listed.contains("script") && !listed.contains(key));

    let (ok, said, complaint) = finish(&home, &["key", "revoke", "--store", &store, id]);
    assert!(ok, "{complaint}");
    assert!(said.contains("is revoked"));
    assert_eq!(server.run(key, "return 1 + 1").await.0, 401);

    let (ok, _, complaint) = finish(&home, &["key", "create"]);
    assert!(
        !ok && complaint.contains("more than one store") && complaint.contains(&store),
        "{complaint}"
    );
}

#[tokio::test]
async fn a_port_in_use_is_said_in_one_line() {
    let home = Home::new().await;
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let (ok, _, complaint) = finish(&home, &["--listen", &address]);
    assert!(!ok);
    assert_eq!(complaint.lines().count(), 1, "{complaint}");
    assert!(
        complaint.contains(&format!("{address} is in use")) && complaint.contains("--listen"),
        "{complaint}"
    );
}

#[tokio::test]
async fn a_data_directory_that_cannot_be_used_is_said_in_one_line() {
    let home = Home::new().await;
    // A file in its place: that stops even the superuser, whom permissions do not.
    std::fs::write(home.path().join("data"), "").unwrap();
    let (ok, _, complaint) = finish(&home, &["--listen", "127.0.0.1:0"]);
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
        let home = Home::new().await;
        Server::start(&home).stop();
        let database = Database::connect(home.url(file)).await.unwrap();
        let insert = format!("INSERT INTO {table} (version, applied_at) VALUES ('m9999_from_the_future', 0)");
        database.execute_unprepared(&insert).await.unwrap();
        database.close().await.unwrap();

        let (ok, _, complaint) = finish(&home, &["--listen", "127.0.0.1:0"]);
        assert!(!ok);
        assert_eq!(complaint.lines().count(), 1, "{complaint}");
        assert!(complaint.contains("newer version"), "{complaint}");
    }
}

#[tokio::test]
async fn a_server_that_is_told_to_stop_lets_a_change_under_way_come_to_its_end() {
    let home = Home::new().await;
    let server = Server::start(&home);
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

    let server = Server::start(&home);
    let count = "return (await app.rawMaterials.list({ search: 'Beeswax' })).totalCount";
    assert_eq!(server.run(&key, count).await.1["result"], json!(1));
}

#[tokio::test]
async fn a_key_command_on_the_wrong_directory_creates_nothing() {
    let home = Home::new().await;
    let (ok, _, complaint) = finish(&home, &["key", "list"]);
    assert!(!ok && complaint.contains("--data-dir"), "{complaint}");
    assert!(!home.path().join("data").exists());
}

/// In real time, which is why it is the shortest of the limits; the others are tried where the clock can be moved.
#[tokio::test]
async fn h04_a_connection_on_which_nothing_comes_is_closed() {
    let home = Home::new().await;
    let server = Server::start(&home);
    let address = server.ready["listen"].as_str().unwrap().to_owned();
    let mut silent = TcpStream::connect(&address).unwrap();
    let began = Instant::now();
    silent.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    assert_eq!(silent.read(&mut [0]).unwrap(), 0);
    assert!(began.elapsed() >= Duration::from_secs(9), "{:?}", began.elapsed());
    assert_eq!(server.run(&server.key("read"), COUNT).await.1["result"], json!(15));
    assert!(server.stop().status.success());
}

#[tokio::test]
async fn the_operator_says_how_often_a_key_may_call() {
    let home = Home::new().await;
    home.give_key_ring();
    let mut command = command(&home);
    command.args(["--calls-per-minute", "1"]);
    let server = Server::start_as(&home, command);
    let (read, write) = (server.key("read"), server.key("readWrite"));
    for _ in 0..10 {
        assert_eq!(server.run(&read, "return 1").await.0, 200);
    }
    let (status, answer) = server.body(&read, "run", "return 1").await;
    assert_eq!((status, &answer["error"]), (429, &json!("rate_limited")), "{answer}");
    assert_eq!(
        server.run(&write, "return 1").await.0,
        200,
        "another key's calls are its own"
    );
}
