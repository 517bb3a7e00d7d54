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
        format!("listen = \"127.0.0.1:1\"\nprograms = 7\nwebhook-secrets = {secrets}\n"),
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
