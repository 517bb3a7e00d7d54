use super::*;
use crate::{Config, Settings, Variables};

const HOST_TOKEN: &str = r#"
public-url = "https://mcp.example.com"
sign-in = "host-token"
manages = "everybody"
[host-token]
secrets = ["shpss_hunter2_hunter2_hunter2_hunter2"]
audience = "api-key"
tenant-suffix = ".myshopify.com"
frame-origins = ["https://admin.shopify.com"]
"#;

const OIDC: &str = r#"
public-url = "https://mcp.example.com"
sign-in = "oidc"
manages = "role:roles=admin"
[oidc]
authorize-url = "https://app.example/oauth/authorize"
token-url = "https://app.example/oauth/token"
userinfo-url = "https://app.example/oauth/userinfo"
client-id = "access-page"
client-secret = "hunter2"
scopes = ["openid", "stores"]
tenant-claim = "stores"
"#;

fn resolve(file: &str, variables: Variables) -> anyhow::Result<Config> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("latchstring.toml");
    std::fs::write(&path, file).unwrap();
    let settings = Settings {
        config: Some(path),
        ..Settings::default()
    };
    settings.resolve("shop", variables)
}

/// The way in by this file, in a word.
fn way(file: &str) -> &'static str {
    let way_in = resolve(file, Variables::default()).unwrap().take_way_in();
    match way_in.unwrap() {
        None => "none",
        Some(WayIn::Demo(_)) => "demo",
        Some(WayIn::HostToken(_)) => "host token",
        Some(WayIn::Oidc(_)) => "oidc",
    }
}

/// The file without the line that begins so, or with another one in its place.
fn with(file: &str, begin: &str, line: &str) -> String {
    assert!(file.contains(&format!("\n{begin}")), "{begin}");
    let lines = file.lines().map(|one| if one.starts_with(begin) { line } else { one });
    lines.collect::<Vec<_>>().join("\n")
}

/// What an operator reads who starts the server.
fn complaint(file: &str) -> String {
    let config = resolve(file, Variables::default());
    let complaint = format!(
        "{:#}",
        config.and_then(|mut config| config.take_way_in()).err().unwrap()
    );
    assert!(!complaint.contains("hunter2"), "{complaint}");
    complaint
}

#[test]
fn without_a_sign_in_there_is_the_demo_on_the_own_machine_and_else_no_page() {
    assert_eq!(way(""), "demo");
    assert_eq!(way("public-url = \"http://localhost:8787\""), "demo");
    assert_eq!(way("public-url = \"https://mcp.example.com\""), "none");
}

#[test]
fn a_way_that_is_chosen_is_taken_wherever_the_server_is() {
    assert_eq!(way(HOST_TOKEN), "host token");
    assert_eq!(way(&with(HOST_TOKEN, "frame-origins", "")), "host token");
    assert_eq!(way(OIDC), "oidc");
    assert_eq!(way(&with(OIDC, "public-url", "")), "oidc");
    assert_eq!(way(&with(OIDC, "client-secret", "")), "oidc");
    assert_eq!(way(&with(OIDC, "scopes", "")), "oidc");
}

#[test]
fn what_a_way_needs_and_has_not_is_named() {
    for (file, line, setting) in [
        (HOST_TOKEN, "manages", "--manages"),
        (HOST_TOKEN, "public-url", "--public-url"),
        (HOST_TOKEN, "secrets", "LATCHSTRING_HOST_TOKEN_SECRETS"),
        (HOST_TOKEN, "audience", "--host-token-audience"),
        (HOST_TOKEN, "tenant-suffix", "--host-token-tenant-suffix"),
        (OIDC, "manages", "--manages"),
        (OIDC, "authorize-url", "--oidc-authorize-url"),
        (OIDC, "token-url", "--oidc-token-url"),
        (OIDC, "userinfo-url", "--oidc-userinfo-url"),
        (OIDC, "client-id", "--oidc-client-id"),
        (OIDC, "tenant-claim", "--oidc-tenant-claim"),
    ] {
        let complaint = complaint(&with(file, line, ""));
        assert!(
            complaint.contains(setting) && complaint.contains("; "),
            "{line}: {complaint}"
        );
    }
}

#[test]
fn what_is_not_right_is_named_with_what_to_write() {
    for (file, line, wrong, expected) in [
        (
            HOST_TOKEN,
            "public-url",
            "public-url = \"http://localhost\"",
            "--public-url, such as https://",
        ),
        (
            HOST_TOKEN,
            "secrets",
            "secrets = \"hunter2\"",
            "LATCHSTRING_HOST_TOKEN_SECRETS",
        ),
        (HOST_TOKEN, "secrets", "secrets = []", "0 secrets; give one"),
        (
            HOST_TOKEN,
            "audience",
            "audience = \"\"",
            "--host-token-audience is not right: no audience",
        ),
        (
            HOST_TOKEN,
            "tenant-suffix",
            "tenant-suffix = \".com\"",
            "--host-token-tenant-suffix is not right: `.com`",
        ),
        (
            HOST_TOKEN,
            "frame-origins",
            "frame-origins = [\"http://a.example\"]",
            "--host-token-frame-origins is not right",
        ),
        (
            HOST_TOKEN,
            "manages",
            "manages = \"owner\"",
            "line 4: write everybody, nobody, flag:CLAIM or",
        ),
        (
            HOST_TOKEN,
            "sign-in",
            "sign-in = \"saml\"",
            "line 3: unknown variant `saml`",
        ),
        (
            HOST_TOKEN,
            "audience",
            "audiense = \"x\"",
            "line 7: unknown field `audiense`",
        ),
        (
            OIDC,
            "token-url",
            "token-url = \"http://app.example/token\"",
            "--oidc-token-url is not an address to sign in at",
        ),
        (
            OIDC,
            "userinfo-url",
            "userinfo-url = \"https://ann:hunter2@app.example\"",
            "--oidc-userinfo-url is not",
        ),
        (OIDC, "client-id", "client-id = \"\"", "--oidc-client-id is empty"),
        (
            OIDC,
            "client-secret",
            "client-secret = { hunter2 = 1 }",
            "expected a text",
        ),
    ] {
        let complaint = complaint(&with(file, line, wrong));
        assert!(complaint.contains(expected), "{wrong}: {complaint}");
    }
}

#[test]
fn settings_of_a_way_that_is_not_chosen_are_refused() {
    let both = format!("{HOST_TOKEN}[oidc]\nclient-id = \"x\"\n");
    assert!(complaint(&both).starts_with("--oidc-client-id is given, but --sign-in is host-token;"));
    let both = format!("{OIDC}[host-token]\naudience = \"x\"\n");
    assert!(complaint(&both).starts_with("--host-token-audience is given, but --sign-in is oidc;"));
    for (file, expected) in [
        ("manages = \"nobody\"", "--manages is given, but no way to sign in;"),
        (
            &with(HOST_TOKEN, "sign-in", "")[..],
            "--manages is given, but no way to sign in;",
        ),
        (
            "[host-token]\nsecrets = \"hunter2\"",
            "LATCHSTRING_HOST_TOKEN_SECRETS (secrets below [host-token]",
        ),
        (
            "[oidc]\nclient-secret = \"hunter2\"",
            "LATCHSTRING_OIDC_CLIENT_SECRET (client-secret below [oidc]",
        ),
    ] {
        assert!(complaint(file).starts_with(expected), "{file}: {}", complaint(file));
    }
}

#[test]
fn a_secret_of_the_environment_wins_over_the_file() {
    let variables = || Variables {
        host_token_secrets: Some(Secret::new("too short, hunter2")),
        ..Variables::default()
    };
    let error = resolve(HOST_TOKEN, variables()).unwrap().take_way_in().err().unwrap();
    assert!(error.to_string().contains("fewer than 32 bytes"), "{error}");
    let config = resolve(
        OIDC,
        Variables {
            oidc_client_secret: Some(Secret::new("other")),
            ..Variables::default()
        },
    );
    let secret = config.unwrap().sign_in.oidc.client_secret;
    assert_eq!(secret.as_ref().map(Secret::expose), Some("other"));
}

#[test]
fn a_command_beside_the_server_needs_no_way_in() {
    assert!(resolve(&with(HOST_TOKEN, "secrets", ""), Variables::default()).is_ok());
}

#[test]
fn t13_no_secret_of_a_sign_in_is_printed() {
    for file in [HOST_TOKEN, OIDC] {
        let config = resolve(file, Variables::default()).unwrap();
        assert!(!format!("{config:?}").contains("hunter2"), "{config:?}");
    }
}

#[test]
fn who_may_make_and_revoke_is_said_in_one_text() {
    let role = |claim: &str, value: &str| Manages::Role {
        claim: claim.to_owned(),
        value: value.to_owned(),
    };
    for (text, expected) in [
        ("everybody", Manages::Everybody),
        ("nobody", Manages::Nobody),
        ("flag:owner", Manages::Flag("owner".to_owned())),
        (
            "flag:https://app.example/owner",
            Manages::Flag("https://app.example/owner".to_owned()),
        ),
        ("role:roles=admin", role("roles", "admin")),
        (
            "role:https://app.example/roles=a=b",
            role("https://app.example/roles", "a=b"),
        ),
    ] {
        assert_eq!(manages(text), Ok(expected), "{text}");
    }
    for wrong in [
        "",
        "Everybody",
        "flag:",
        "flag",
        "role:roles",
        "role:=admin",
        "role:roles=",
        "roles=admin",
    ] {
        assert!(manages(wrong).is_err(), "{wrong}");
    }
}
