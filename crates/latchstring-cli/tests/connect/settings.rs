//! What it says when it was not told what it needs. Standard output stays empty, and the code is 2.

use std::process::Output;

use crate::client::{KEY, command};

const URL: &str = "http://127.0.0.1:8787/mcp";

fn complaint(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert_eq!(output.stdout, b"");
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn without_a_key_it_says_where_to_get_one_and_what_to_write_where() {
    let said = complaint(&command().args(["connect", "--url", URL]).output().unwrap());
    for part in [
        "LATCHSTRING_KEY is not set",
        "http://127.0.0.1:8787/access",
        "claude_desktop_config.json",
    ] {
        assert!(said.contains(part), "`{part}` is missing: {said}");
    }
    let snippet = &said[said.find("{\n").unwrap()..=said.rfind("}\n").unwrap()];
    let snippet: serde_json::Value = serde_json::from_str(snippet).unwrap();
    let server = &snippet["mcpServers"]["latchstring"];
    assert_eq!(server["command"], env!("CARGO_BIN_EXE_latchstring"));
    assert_eq!(server["args"], serde_json::json!(["connect", "--url", URL]));
    assert!(server["env"]["LATCHSTRING_KEY"].is_string());
}

#[test]
fn t13_a_key_on_the_command_line_is_refused_and_not_repeated() {
    for flag in [vec!["--key", KEY], vec!["--key=asmk_hunter2"], vec!["--key"]] {
        let mut command = command();
        command
            .env("LATCHSTRING_KEY", "asmk_other")
            .args(["connect", "--url", URL]);
        let said = complaint(&command.args(&flag).output().unwrap());
        assert!(
            said.contains("list of processes") && said.contains("LATCHSTRING_KEY"),
            "{said}"
        );
        assert!(!said.contains("hunter2"), "{said}");
    }
}

#[test]
fn t13_a_key_in_the_place_of_something_else_is_not_repeated() {
    for given in [
        vec!["connect", KEY],
        vec!["connect", "--url", URL, KEY],
        vec!["connect", "--url", URL, "--", KEY],
        vec!["connect", "--url", URL, "--wait", KEY],
        vec!["connect", "--url", URL, "--wait=asmk_hunter2"],
        vec!["connect", "--url", URL, "--log", KEY],
        vec!["connect", "--url", URL, "--asmk_hunter2"],
        vec!["connect", "--url", URL, "Bearer asmk_hunter2"],
        vec!["connect", "--url", URL, "LATCHSTRING_KEY=asmk_hunter2"],
        vec!["connect", "http://127.0.0.1:8787/mcp?key=asmk_hunter2"],
        vec![KEY],
    ] {
        let said = complaint(&command().args(&given).output().unwrap());
        assert!(
            said.contains("list of processes") && said.contains("LATCHSTRING_KEY"),
            "{said}"
        );
        assert!(!said.contains("hunter2"), "{said}");
    }
    for given in ["--wiat", "--log_level", "mistake"] {
        let said = complaint(&command().args(["connect", "--url", URL, given]).output().unwrap());
        assert!(said.contains(given) && said.contains("Usage"), "{said}");
    }
    let help = command().args(["connect", "--help"]).output().unwrap();
    assert!(help.status.success() && help.stderr.is_empty(), "{help:?}");
}

#[test]
fn t13_a_secret_in_the_address_is_not_shown() {
    let url = format!("{URL}?token=hunter2");
    let said = complaint(&command().args(["connect", "--url", &url]).output().unwrap());
    assert!(said.contains(URL) && !said.contains("hunter2"), "{said}");
}

#[test]
fn t13_a_key_does_not_go_over_the_network_unencrypted() {
    let mut command = command();
    command.env("LATCHSTRING_KEY", KEY);
    let said = complaint(
        &command
            .args(["connect", "--url", "http://example.com/mcp"])
            .output()
            .unwrap(),
    );
    assert!(said.contains("unencrypted") && said.contains("https"), "{said}");
}

#[test]
fn a_key_that_is_none_is_named_and_not_repeated() {
    let mut command = command();
    command.env("LATCHSTRING_KEY", "Bearer asmk_hunter2");
    let said = complaint(&command.args(["connect", "--url", URL]).output().unwrap());
    assert!(said.contains("`Bearer`") && !said.contains("hunter2"), "{said}");
}
