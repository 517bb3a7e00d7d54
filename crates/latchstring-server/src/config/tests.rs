use super::*;

fn resolve(settings: Settings) -> anyhow::Result<Config> {
    settings.resolve("shop", Variables::default())
}

#[test]
fn a_flag_wins_over_the_file_and_the_file_over_the_default() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("latchstring.toml");
    let secrets = r#"["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]"#;
    std::fs::write(
        &path,
        format!("listen = \"127.0.0.1:1\"\nprograms = 7\ncalls-per-minute = 0\nwebhook-secrets = {secrets}\n"),
    )
    .unwrap();
    let settings = Settings {
        config: Some(path.clone()),
        listen: Some(SocketAddr::from(([127, 0, 0, 1], 2))),
        ..Settings::default()
    };
    let config = resolve(settings).unwrap();
    assert_eq!(
        (config.listen.port(), config.programs, config.program_time.as_secs()),
        (2, 7, 30)
    );
    assert_eq!((config.webhook_secrets.len(), config.trusted_proxies), (1, 0));
    assert_eq!(config.calls_per_minute, 0, "none at all");
    assert_eq!(resolve(Settings::default()).unwrap().calls_per_minute, 600);
    assert_eq!(config.access_token_lifetime, TimeDelta::hours(1));
}

#[test]
fn a_mistake_in_the_file_is_told_by_its_line_and_without_the_line() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("latchstring.toml");
    for (text, expected) in [
        (
            "programs = 7\nlisen = \"127.0.0.1:1\"\n",
            "line 2: unknown field `lisen`",
        ),
        (
            "webhook-secrets = { hunter2 = 1 }\n",
            "line 1: expected a text, or a list of texts",
        ),
        ("webhook-secrets = hunter2\n", "line 1: "),
    ] {
        std::fs::write(&path, text).unwrap();
        let settings = Settings {
            config: Some(path.clone()),
            ..Settings::default()
        };
        let error = format!("{:#}", resolve(settings).unwrap_err());
        assert!(error.contains(expected) && !error.contains("hunter2"), "{error}");
    }
}

#[test]
fn a_setting_that_makes_no_sense_is_named() {
    let none = Settings::default;
    let url = |text: &str| Some(Url::parse(text).unwrap());
    for (settings, expected) in [
        (
            Settings {
                programs: Some(0),
                ..none()
            },
            "--programs is 0; use 1 to 10000",
        ),
        (
            Settings {
                access_token_minutes: Some(4),
                ..none()
            },
            "--access-token-minutes is 4; use 5 to 1440",
        ),
        (
            Settings {
                trusted_proxies: Some(17),
                ..none()
            },
            "--trusted-proxies is 17;",
        ),
        (
            Settings {
                public_url: url("https://a.example/mcp"),
                ..none()
            },
            "--public-url is `https://a.example/mcp`; put the server on a host name of its own",
        ),
        (
            Settings {
                public_url: url("https://a.example/?x"),
                ..none()
            },
            "--public-url is",
        ),
        (
            Settings {
                public_url: url("https://a.example/#x"),
                ..none()
            },
            "--public-url is",
        ),
        (
            Settings {
                public_url: url("https://ann:hunter2@a.example"),
                ..none()
            },
            "--public-url has a name or password",
        ),
    ] {
        let error = resolve(settings).unwrap_err().to_string();
        assert!(error.starts_with(expected), "{error}");
    }
    assert!(
        resolve(Settings {
            public_url: url("https://a.example:8443"),
            ..none()
        })
        .is_ok()
    );
}

#[test]
fn a_public_address_without_tls_is_refused_unless_it_is_this_machine() {
    let resolve = |public_url: &str| {
        resolve(Settings {
            public_url: Some(Url::parse(public_url).unwrap()),
            ..Settings::default()
        })
    };
    for open in [
        "http://mcp.example.com",
        "http://192.168.1.5:8787",
        "http://128.0.0.1",
        "http://0.0.0.0:8787",
        "http://[fd00::1]:8787",
        "http://localhost.example.com",
        "http://127.0.0.1.example.com",
    ] {
        let error = resolve(open).unwrap_err().to_string();
        assert!(error.starts_with(&format!("--public-url is `{open}")), "{error}");
        assert!(
            error.contains("could read keys, codes and tokens") && error.contains("ends TLS"),
            "{error}"
        );
    }
    for closed in [
        "http://localhost:8787",
        "http://127.0.0.1:8787",
        "http://127.8.9.10",
        "http://[::1]:8787",
        "https://mcp.example.com",
        "https://192.168.1.5:8443",
    ] {
        assert!(resolve(closed).is_ok(), "{closed}");
    }
}

#[test]
fn an_address_that_other_machines_reach_needs_a_public_one() {
    let resolve = |listen: &str, public_url: Option<&str>| {
        resolve(Settings {
            listen: Some(listen.parse().unwrap()),
            public_url: public_url.map(|url| url.parse().unwrap()),
            ..Settings::default()
        })
    };
    for reached in ["0.0.0.0:8787", "[::]:8787", "192.168.1.5:8787", "[fd00::1]:8787"] {
        let error = resolve(reached, None).unwrap_err().to_string();
        assert!(error.starts_with(&format!("--listen {reached}")), "{error}");
        assert!(error.contains("--public-url"), "{error}");
        assert!(resolve(reached, Some("https://mcp.example.com")).is_ok(), "{reached}");
    }
    for own in ["127.0.0.1:8787", "127.8.9.10:0", "[::1]:8787"] {
        assert!(resolve(own, None).is_ok(), "{own}");
    }
}

#[test]
fn t13_neither_settings_nor_configuration_print_a_secret() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("latchstring.toml");
    std::fs::write(&path, "webhook-secrets = \"hunter2 hunter2 hunter2 hunter2\"\n").unwrap();
    let settings = Settings {
        config: Some(path),
        database_url: Some("postgres://ann:hunter2@db/shop".parse().unwrap()),
        ..Settings::default()
    };
    let variables = Variables {
        key_ring: Some(Secret::new("hunter2")),
        ..Variables::default()
    };
    let printed = format!("{settings:?} {variables:?}");
    let config = settings.resolve("shop", variables).unwrap();
    assert_eq!(config.webhook_secrets.len(), 1);
    assert_eq!(config.access_url, config.database_url);
    assert!(
        !format!("{printed} {config:?}").contains("hunter2"),
        "{printed} {config:?}"
    );
}
