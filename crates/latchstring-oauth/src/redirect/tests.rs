use proptest::prelude::*;

use super::*;

fn registered(text: &str) -> RedirectUri {
    text.parse().unwrap()
}

#[test]
fn https_and_loopback_addresses_can_be_registered() {
    for (text, host, origin, is_loopback) in [
        (
            "https://claude.ai/api/mcp/auth_callback",
            "claude.ai",
            "https://claude.ai",
            false,
        ),
        (
            "https://a.example:8443/cb?x=1&y=%20",
            "a.example",
            "https://a.example:8443",
            false,
        ),
        ("https://a.example", "a.example", "https://a.example", false),
        (
            "https://xn--bcher-kva.example/",
            "xn--bcher-kva.example",
            "https://xn--bcher-kva.example",
            false,
        ),
        ("http://127.0.0.1:33418", "127.0.0.1", "http://127.0.0.1:33418", true),
        ("http://127.0.0.1:33418/", "127.0.0.1", "http://127.0.0.1:33418", true),
        ("http://localhost/callback", "localhost", "http://localhost", true),
        ("http://[::1]:9/cb", "[::1]", "http://[::1]:9", true),
        ("https://localhost/cb", "localhost", "https://localhost", true),
    ] {
        let uri = registered(text);
        assert_eq!(uri.as_str(), text);
        assert_eq!(
            (uri.host(), uri.origin(), uri.is_loopback()),
            (host, origin, is_loopback)
        );
    }
}

#[test]
fn o04_what_a_browser_and_we_could_read_differently_cannot_be_registered() {
    use RedirectUriError as E;
    let long = format!("https://a.example/{}", "a".repeat(MAX_LENGTH));
    let long_host = format!("https://{}example/cb", "a.".repeat(124));
    for (text, error) in [
        ("javascript:alert(1)", E::Scheme),
        ("JaVaScRiPt:alert(1)", E::Scheme),
        ("java\tscript:alert(1)", E::Character),
        ("data:text/html,x", E::Scheme),
        ("cursor://anysphere.cursor-retrieval/cb", E::Scheme),
        ("com.example.app:/cb", E::Scheme),
        ("file:///etc/passwd", E::Scheme),
        ("ftp://a.example/", E::Scheme),
        ("/callback", E::NotAbsolute),
        ("//a.example/cb", E::NotAbsolute),
        ("", E::NotAbsolute),
        ("https://", E::NotAbsolute),
        ("http://a.example/cb", E::PlainHttp),
        ("http://192.168.1.10/cb", E::PlainHttp),
        ("http://10.0.0.1:3000/cb", E::PlainHttp),
        ("http://127.0.0.2/cb", E::PlainHttp),
        ("http://localhost.a.example/cb", E::PlainHttp),
        ("http://localhost./cb", E::PlainHttp),
        ("https://user@a.example/cb", E::UserInfo),
        ("https://a.example@evil.example/cb", E::UserInfo),
        ("https://a@b@evil.example/cb", E::UserInfo),
        ("https://a.example/cb#f", E::Fragment),
        ("https://a.example/cb#", E::Fragment),
        ("https://a.example\\@evil.example/cb", E::Character),
        ("https://a.example/c b", E::Character),
        (" https://a.example/cb", E::Character),
        ("https://a.example/cb\r\nx: y", E::Character),
        ("https://a.example/cb\0", E::Character),
        ("https://\u{430}.example/cb", E::Character),
        ("https://a.example./cb", E::Host),
        ("https://a..example/cb", E::Host),
        ("https://a;b.example/cb", E::Host),
        ("https://a,b.example/cb", E::Host),
        (&long, E::TooLong),
        (&long_host, E::HostTooLong),
    ] {
        assert_eq!(text.parse::<RedirectUri>().unwrap_err(), error, "{text:?}");
    }
}

#[test]
fn o04_an_address_has_to_be_spelt_as_a_browser_spells_it() {
    for (text, wanted) in [
        ("https://:@a.example/cb", "https://a.example/cb"),
        ("https://a.example/x/../cb", "https://a.example/cb"),
        ("https://a.example/%2e%2e/cb", "https://a.example/cb"),
        ("https://A.example/cb", "https://a.example/cb"),
        ("HTTPS://a.example/cb", "https://a.example/cb"),
        ("https:a.example/cb", "https://a.example/cb"),
        ("https:///a.example/cb", "https://a.example/cb"),
        ("https://a.example:443/cb", "https://a.example/cb"),
        ("https://a.example:08443/cb", "https://a.example:8443/cb"),
        ("http://0x7f.1/cb", "http://127.0.0.1/cb"),
        ("http://2130706433/cb", "http://127.0.0.1/cb"),
        ("http://[0:0::1]/cb", "http://[::1]/cb"),
        ("https://a.example/<b>", "https://a.example/%3Cb%3E"),
    ] {
        let error = RedirectUriError::Spelling {
            wanted: wanted.to_owned(),
        };
        assert_eq!(text.parse::<RedirectUri>().unwrap_err(), error, "{text:?}");
    }
}

#[test]
fn o04_a_redirect_that_differs_in_any_way_is_not_the_registered_one() {
    let uri = registered("https://a.example/cb");
    for presented in [
        "https://a.example/cb/",
        "https://a.example/c",
        "https://a.example/cb2",
        "https://a.example/cb?x=1",
        "https://a.example/cb?",
        "https://a.example/cb#",
        "https://a.example/cb#f",
        "https://a.example/..;/cb",
        "https://a.example/x/../cb",
        "https://a.example/./cb",
        "https://a.example/%63b",
        "https://a.example/%2563b",
        "https://a.example/cB",
        "https://A.example/cb",
        "HTTPS://a.example/cb",
        "https://a.example./cb",
        "https://a.example:443/cb",
        "https://a.example:8443/cb",
        "https://user@a.example/cb",
        "https://a.example@evil.example/cb",
        "https://a@b@a.example/cb",
        "https://a.example\\cb",
        "https:\\\\a.example/cb",
        "https://\u{430}.example/cb",
        "http://a.example/cb",
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        " https://a.example/cb",
        "https://a.example/cb\t",
        "https://a.example/cb\n",
        "https://a.example/cb\0",
        "//a.example/cb",
        "/cb",
        "",
    ] {
        assert_eq!(uri.matching(presented), None, "{presented:?}");
    }
    assert_eq!(uri.matching("https://a.example/cb").as_ref(), Some(&uri));
}

#[test]
fn o05_a_loopback_redirect_may_name_any_port_and_nothing_else() {
    for host in ["127.0.0.1", "[::1]", "localhost"] {
        for port in ["", ":4000"] {
            let uri = registered(&format!("http://{host}{port}/callback?a=b"));
            for presented in ["", ":1", ":80", ":33418", ":65535"] {
                let presented = format!("http://{host}{presented}/callback?a=b");
                let found = uri.matching(&presented).unwrap();
                assert_eq!(found.as_str(), presented);
                assert_eq!(found.origin(), presented.strip_suffix("/callback?a=b").unwrap());
                assert_eq!(found.host(), host);
            }
            for presented in [
                format!("http://{host}:4001/other"),
                format!("http://{host}:4001/callback"),
                format!("http://{host}:4001/callback?a=b&c"),
                format!("http://{host}:4001/x/callback?a=b"),
                format!("http://{host}:4001@evil.example/callback?a=b"),
                format!("http://{host}@evil.example/callback?a=b"),
                format!("http://{host}.evil.example/callback?a=b"),
                format!("http://{host}:/callback?a=b"),
                format!("http://{host}:0/callback?a=b"),
                format!("http://{host}:04001/callback?a=b"),
                format!("http://{host}:+4001/callback?a=b"),
                format!("http://{host}:65536/callback?a=b"),
                format!("http://{host}:4001:2/callback?a=b"),
                format!("https://{host}:4001/callback?a=b"),
                "http://192.168.1.10:4001/callback?a=b".to_owned(),
                "http://127.0.0.2:4001/callback?a=b".to_owned(),
            ] {
                assert_eq!(uri.matching(&presented), None, "{presented:?}");
            }
        }
    }
    assert_eq!(registered("http://127.0.0.1/cb").matching("http://localhost/cb"), None);
    assert_eq!(
        registered("https://localhost/cb").matching("https://localhost:8443/cb"),
        None
    );
}

#[test]
fn o04_the_longest_host_that_can_be_registered_has_253_bytes() {
    let host = format!("{}.example", "a.".repeat(122) + "a");
    assert_eq!(host.len(), 253);
    assert_eq!(registered(&format!("https://{host}/cb")).host(), host);
    let host = format!("a{host}");
    let error = format!("https://{host}/cb").parse::<RedirectUri>().unwrap_err();
    assert_eq!(error, RedirectUriError::HostTooLong);
}

#[test]
fn o05_a_presented_address_that_is_longer_than_any_registered_one_never_matches() {
    let path = "a".repeat(MAX_LENGTH - "http://127.0.0.1:1/".len());
    let uri = registered(&format!("http://127.0.0.1:1/{path}"));
    assert_eq!(uri.as_str().len(), MAX_LENGTH);
    assert!(uri.matching(&format!("http://127.0.0.1:2/{path}")).is_some());
    assert_eq!(uri.matching(&format!("http://127.0.0.1:22/{path}")), None);
}

#[test]
fn o05_a_loopback_redirect_without_a_path_stays_without_one() {
    let uri = registered("http://127.0.0.1:33418");
    assert_eq!(
        uri.matching("http://127.0.0.1:5").unwrap().origin(),
        "http://127.0.0.1:5"
    );
    assert_eq!(uri.matching("http://127.0.0.1:5/"), None);
}

#[test]
fn parameters_follow_an_existing_query() {
    for (uri, expected) in [
        ("https://a.example/cb", "https://a.example/cb?code=1"),
        ("https://a.example/cb?", "https://a.example/cb?code=1"),
        ("https://a.example/cb?x=y", "https://a.example/cb?x=y&code=1"),
        ("https://a.example/cb?x=y&", "https://a.example/cb?x=y&code=1"),
        ("http://127.0.0.1:9", "http://127.0.0.1:9?code=1"),
    ] {
        assert_eq!(registered(uri).with_params(&[("code", "1")]), expected);
    }
}

/// Texts that are like a redirect address, because they are one with a piece put in, taken out or changed.
fn nearly(text: &'static str) -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("..;/".to_owned()),
        Just("@".to_owned()),
        Just("%2e".to_owned()),
        Just("%252e".to_owned()),
        Just(":8443".to_owned()),
        Just("#".to_owned()),
        Just("?".to_owned()),
        Just("\\".to_owned()),
        Just("/".to_owned()),
        Just(".".to_owned()),
        Just("\t".to_owned()),
        "[ -~]{1,3}",
        any::<char>().prop_map(String::from),
    ];
    (0..=text.len(), 0..=text.len(), piece).prop_map(move |(a, b, piece)| {
        let (from, to) = (a.min(b), a.max(b));
        format!("{}{piece}{}", &text[..from], &text[to..])
    })
}

proptest! {
    #[test]
    fn o04_no_presented_text_but_the_registered_one_matches(
        presented in prop_oneof![any::<String>(), nearly("https://a.example:444/cb/x?y=z")]
    ) {
        let uri = registered("https://a.example:444/cb/x?y=z");
        prop_assert_eq!(uri.matching(&presented).is_some(), presented == uri.as_str());
    }

    #[test]
    fn o05_no_presented_text_matches_but_the_registered_one_and_another_port(
        presented in prop_oneof![any::<String>(), nearly("http://127.0.0.1:4000/cb?y=z")]
    ) {
        let uri = registered("http://127.0.0.1:4000/cb?y=z");
        if let Some(found) = uri.matching(&presented) {
            // An independent reader agrees that only the port is another one.
            let mut url = Url::parse(&presented).unwrap();
            url.set_port(Some(4000)).unwrap();
            prop_assert_eq!(url.as_str(), uri.as_str());
            prop_assert_eq!(found.as_str(), presented.as_str());
        }
    }

    #[test]
    fn o06_parameters_come_back_as_they_were(
        name in "[a-z_]{1,10}", value in any::<String>(), query in prop_oneof![Just(""), Just("?"), Just("?a=b"), Just("?&")]
    ) {
        let uri = registered(&format!("https://a.example/cb{query}"));
        let answer = uri.with_params(&[(&name, &value), ("iss", "https://issuer.example")]);
        prop_assert!(answer.bytes().all(|byte| byte.is_ascii_graphic()));
        prop_assert!(answer.starts_with(uri.as_str()));
        let parsed = Url::parse(&answer).unwrap();
        let found: Vec<_> = parsed.query_pairs().into_owned().filter(|(key, _)| *key == name).collect();
        prop_assert!(found.contains(&(name.clone(), value.clone())));
        prop_assert_eq!(parsed.query_pairs().last().unwrap().1, "https://issuer.example");
        prop_assert_eq!(parsed.host_str(), Some("a.example"));
        prop_assert_eq!(parsed.fragment(), None);
    }

    #[test]
    fn whatever_is_registered_is_what_a_browser_would_open(text in prop_oneof![any::<String>(), nearly("https://a.example:444/cb/x?y=z"), nearly("http://[::1]:4000/cb")]) {
        if let Ok(uri) = text.parse::<RedirectUri>() {
            let url = Url::parse(uri.as_str()).unwrap();
            prop_assert_eq!(url.origin().ascii_serialization(), uri.origin());
            prop_assert_eq!(url.host_str(), Some(uri.host()));
            prop_assert!(uri.origin().bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:/[]".contains(&byte)));
        }
    }
}
