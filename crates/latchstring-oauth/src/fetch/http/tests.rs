mod server;

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::Mutex;
use std::time::Instant;

use latchstring_core::{ManualClock, SystemClock};
use server::{Answer, Server, Trap};

use super::*;

const LIMIT: usize = 5 * 1024;

/// A name server that gives these answers in turn, and the last one for ever.
struct Script(Mutex<Vec<Vec<IpAddr>>>);

impl Script {
    fn of<const N: usize>(answers: [&str; N]) -> Arc<Self> {
        let answers = answers
            .iter()
            .map(|answer| answer.split(' ').map(|text| text.parse().unwrap()).collect());
        Arc::new(Self(Mutex::new(answers.collect())))
    }
}

#[async_trait]
impl Lookup for Script {
    async fn addresses(&self, _: &str) -> io::Result<Vec<IpAddr>> {
        let mut answers = self.0.lock().unwrap();
        Ok(if answers.len() > 1 {
            answers.remove(0)
        } else {
            answers[0].clone()
        })
    }
}

/// A name server that is silent.
struct Silence;

#[async_trait]
impl Lookup for Silence {
    async fn addresses(&self, _: &str) -> io::Result<Vec<IpAddr>> {
        std::future::pending().await
    }
}

fn way(lookup: Arc<dyn Lookup>, port: u16) -> Way {
    Way {
        lookup,
        permits: |address| address == Ipv4Addr::LOCALHOST,
        port,
        timeout: TIMEOUT,
        authority: Some(reqwest::Certificate::from_der(&server::certificate()).unwrap()),
    }
}

fn documents(way: Way) -> HttpDocuments {
    HttpDocuments::by(way, Arc::new(SystemClock))
}

/// One that may speak to `server`.
fn reaching(server: &Server) -> HttpDocuments {
    documents(way(Script::of(["127.0.0.1"]), server.address.port()))
}

fn url(text: &str) -> Url {
    Url::parse(text).unwrap()
}

fn document() -> Url {
    url("https://client.example.com/c.json")
}

async fn fetched(answer: impl Into<Vec<u8>>) -> Result<Document, FetchError> {
    let server = Server::start(Answer::Send(answer.into())).await;
    reaching(&server).fetch(&document(), LIMIT).await
}

fn json_answer(headers: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n{headers}\r\n");
    [head.as_bytes(), body].concat()
}

#[tokio::test]
async fn a_document_is_fetched_and_nothing_is_said_but_what_is_needed() {
    let server = Server::start(Answer::Send(json_answer("Content-Length: 2\r\n", b"{}"))).await;
    let found = reaching(&server).fetch(&document(), LIMIT).await.unwrap();
    assert_eq!(found.body, b"{}");
    assert_eq!(found.fresh_for, Duration::from_mins(5));
    let requests = server.requests().await;
    let mut lines: Vec<_> = requests[0].trim_end().split("\r\n").collect();
    lines[1..].sort_unstable();
    assert_eq!(
        lines,
        [
            "get /c.json http/1.1",
            "accept-encoding: identity",
            "accept: application/json",
            "host: client.example.com",
            concat!(
                "user-agent: latchstring/",
                env!("CARGO_PKG_VERSION"),
                " (client documents)"
            ),
        ]
    );
}

#[tokio::test]
async fn freshness_is_what_the_server_says_within_a_minute_and_a_day() {
    for (header, seconds) in [
        ("", 300),
        ("Cache-Control: max-age=600\r\n", 600),
        ("Cache-Control: public, Max-Age=\"600\"\r\n", 600),
        ("Cache-Control: max-age=0\r\n", 60),
        ("Cache-Control: no-store\r\n", 60),
        ("Cache-Control: no-cache, max-age=600\r\n", 60),
        ("Cache-Control: max-age=600\r\nCache-Control: no-store\r\n", 60),
        ("Cache-Control: max-age=31536000\r\n", 86_400),
        ("Cache-Control: max-age=99999999999999999999999\r\n", 86_400),
        ("Cache-Control: max-age=-1\r\n", 300),
        ("Cache-Control: max-age=\r\n", 300),
        ("Cache-Control: public\r\n", 300),
    ] {
        let found = fetched(json_answer(header, b"{}")).await.unwrap();
        assert_eq!(found.fresh_for.as_secs(), seconds, "{header}");
    }
}

#[tokio::test]
async fn r04_no_packet_goes_to_an_address_that_is_not_public() {
    let trap = Trap::set(Ipv4Addr::LOCALHOST, 0);
    let trap_v6 = Trap::set(Ipv6Addr::LOCALHOST, trap.port());
    for text in [
        "https://127.0.0.1/c",
        "https://127.1/c",
        "https://2130706433/c",
        "https://0x7f.0.0.1/c",
        "https://0177.0.0.01/c",
        "https://[::1]/c",
        "https://[::ffff:127.0.0.1]/c",
        "https://[::ffff:7f00:1]/c",
        "https://169.254.169.254/c",
        "https://localhost/c",
        "https://localhost./c",
        "https://metadata.google.internal/c",
        "https://user@client.example.com/c",
        "https://client.example.com:22/c",
        "http://client.example.com/c",
    ] {
        // Even if everything else permitted it.
        let open = Way {
            permits: |_| true,
            ..way(Script::of(["127.0.0.1"]), trap.port())
        };
        let error = documents(open).fetch(&url(text), LIMIT).await.unwrap_err();
        assert!(matches!(error, FetchError::Address(_)), "{text}: {error:?}");
    }
    let explicit = format!("https://client.example.com:{}/c", trap.port());
    documents(way(Script::of(["127.0.0.1"]), trap.port()))
        .fetch(&url(&explicit), LIMIT)
        .await
        .unwrap_err();
    for address in [
        "127.0.0.1",
        "0.0.0.0",
        "10.0.0.1",
        "100.64.0.1",
        "169.254.169.254",
        "192.168.0.1",
        "::1",
        "::",
        "::ffff:127.0.0.1",
        "::ffff:7f00:1",
        "::127.0.0.1",
        "fc00::1",
        "fe80::1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
    ] {
        let strict = Way {
            permits: is_global,
            ..way(Script::of([address]), trap.port())
        };
        assert_eq!(
            documents(strict).fetch(&document(), LIMIT).await,
            Err(FetchError::NotPublic),
            "{address}"
        );
    }
    assert!(trap.is_untouched() && trap_v6.is_untouched());
}

#[tokio::test]
async fn r05_one_private_address_among_public_ones_is_enough_to_refuse() {
    let trap = Trap::set(Ipv4Addr::LOCALHOST, 0);
    for answer in [
        "1.1.1.1 127.0.0.1",
        "127.0.0.1 1.1.1.1",
        "2606:4700::1111 ::1",
        "1.1.1.1 ::ffff:127.0.0.1",
    ] {
        let strict = Way {
            permits: is_global,
            ..way(Script::of([answer]), trap.port())
        };
        assert_eq!(
            documents(strict).fetch(&document(), LIMIT).await,
            Err(FetchError::NotPublic),
            "{answer}"
        );
    }
    assert!(trap.is_untouched());
}

#[tokio::test]
async fn r05_the_address_that_was_checked_is_the_one_that_is_dialled() {
    // The server would keep the connection.
    let answer = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";
    let server = Server::start(Answer::Send(answer.into())).await;
    let trap = Trap::set(Ipv4Addr::new(127, 0, 0, 2), server.address.port());
    // 127.0.0.1 stands for a public address, 127.0.0.2 for a private one.
    let documents = documents(way(Script::of(["127.0.0.1", "127.0.0.2"]), server.address.port()));
    documents.fetch(&document(), LIMIT).await.unwrap();
    assert_eq!(server.connections(), 1);
    assert_eq!(
        documents.fetch(&document(), LIMIT).await,
        Err(FetchError::NotPublic),
        "the name is asked about again"
    );
    assert_eq!(server.connections(), 1);
    assert!(trap.is_untouched());
}

#[tokio::test]
async fn r06_a_redirect_is_not_followed() {
    let elsewhere = Server::start(Answer::Send(json_answer("Content-Length: 2\r\n", b"{}"))).await;
    for status in [
        "301 Moved",
        "302 Found",
        "303 See Other",
        "307 Temporary",
        "308 Permanent",
    ] {
        for location in [
            "https://victim.example.com/c.json",
            "https://127.0.0.1/",
            "http://169.254.169.254/latest/",
            "/d.json",
        ] {
            let answer = format!(
                "HTTP/1.1 {status}\r\nLocation: {location}\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{{}}"
            );
            assert!(
                matches!(fetched(answer).await, Err(FetchError::Status(301..=308))),
                "{status} {location}"
            );
        }
    }
    assert_eq!(elsewhere.connections(), 0);
}

#[tokio::test]
async fn r06_any_status_but_200_is_refused() {
    for (status, temporary) in [
        (201, false),
        (204, false),
        (206, false),
        (400, false),
        (404, false),
        (429, true),
        (500, true),
        (503, true),
    ] {
        let answer = format!("HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{{}}");
        let error = fetched(answer).await.unwrap_err();
        assert_eq!(
            (error.clone(), error.is_temporary()),
            (FetchError::Status(status), temporary)
        );
    }
}

#[tokio::test]
async fn r06_only_json_by_its_type_is_read() {
    let with_type = |line: &str| format!("HTTP/1.1 200 OK\r\n{line}Content-Length: 2\r\n\r\n{{}}");
    for line in [
        "",
        "Content-Type: text/html\r\n",
        "Content-Type: text/json\r\n",
        "Content-Type: application/jsonp\r\n",
        "Content-Type: text/html; x=application/json\r\n",
        "Content-Type: image/svg+xml\r\n",
        "Content-Type: image/x+json\r\n",
        "Content-Type: application/json, text/html\r\n",
        "Content-Type: \r\n",
    ] {
        assert_eq!(fetched(with_type(line)).await, Err(FetchError::ContentType), "{line}");
    }
    for line in [
        "Content-Type: application/json\r\n",
        "content-type: Application/JSON; charset=utf-8\r\n",
        "Content-Type: application/cimd+json\r\n",
        "Content-Type: application/jwk-set+json\r\n",
    ] {
        fetched(with_type(line)).await.unwrap();
    }
}

#[tokio::test]
async fn r06_a_document_over_the_limit_is_refused_however_it_is_sent() {
    let too_large = Err(FetchError::TooLarge { limit: LIMIT });
    let body = |length: usize| vec![b' '; length];
    let chunked = |length: usize| {
        let body = [format!("{length:x}\r\n").as_bytes(), &body(length), b"\r\n0\r\n\r\n"].concat();
        json_answer("Transfer-Encoding: chunked\r\n", &body)
    };
    let counted = |length: usize| json_answer(&format!("Content-Length: {length}\r\n"), &body(length));
    let until_close = |length: usize| json_answer("", &body(length));
    for answer in [&chunked as &dyn Fn(usize) -> Vec<u8>, &counted, &until_close] {
        assert_eq!(fetched(answer(6 * 1024)).await, too_large);
        assert_eq!(fetched(answer(LIMIT + 1)).await, too_large);
        assert_eq!(fetched(answer(LIMIT)).await.unwrap().body.len(), LIMIT);
    }
    // Announced only: not even the first byte is waited for.
    assert_eq!(
        fetched(json_answer("Content-Length: 1000000000000\r\n", b"")).await,
        too_large
    );
    // Less than announced.
    assert_eq!(
        fetched(json_answer("Content-Length: 100\r\n", b"{}")).await,
        Err(FetchError::Unreachable)
    );
}

#[tokio::test]
async fn r06_nothing_is_decompressed() {
    // 10 MB of zeros, compressed a thousandfold, would be this and much more of the same.
    let bomb = [
        b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xec\xc1\x01\x01\x00\x00".as_slice(),
        &[0; 4_000],
    ]
    .concat();
    for encoding in ["gzip", "br", "deflate", "zstd", "identity, gzip"] {
        let answer = json_answer(&format!("Content-Encoding: {encoding}\r\n"), &bomb);
        assert_eq!(fetched(answer).await, Err(FetchError::ContentType), "{encoding}");
    }
    assert_eq!(
        fetched(json_answer("", &bomb)).await.unwrap().body,
        bomb,
        "it is just bytes"
    );
}

#[tokio::test]
async fn r06_a_slow_server_is_given_up_as_a_whole() {
    let head = json_answer("Content-Length: 5000\r\n", b"");
    let header_by_header = (b"HTTP/1.1 200 OK\r\n".to_vec(), b"X: y\r\n".repeat(1_000));
    for answer in [
        Answer::Drip(head, vec![b' '; 5_000]),
        Answer::Drip(header_by_header.0, header_by_header.1),
        Answer::Nothing,
    ] {
        let drips = matches!(answer, Answer::Drip(..));
        let server = Server::start(answer).await;
        let hurried = Way {
            timeout: Duration::from_millis(400),
            ..way(Script::of(["127.0.0.1"]), server.address.port())
        };
        let began = Instant::now();
        assert_eq!(
            documents(hurried).fetch(&document(), LIMIT).await,
            Err(FetchError::TimedOut)
        );
        assert!(began.elapsed() < Duration::from_secs(5));
        assert_eq!(server.dripped() > 1, drips, "{}", server.dripped());
    }
    let hurried = Way {
        timeout: Duration::from_millis(50),
        ..way(Arc::new(Silence), 1)
    };
    assert_eq!(
        documents(hurried).fetch(&document(), LIMIT).await,
        Err(FetchError::TimedOut)
    );
    assert_eq!(TIMEOUT, Duration::from_secs(10));
}

#[tokio::test]
async fn r06_a_server_that_is_not_the_one_named_is_refused() {
    let server = Server::start(Answer::Send(json_answer("Content-Length: 2\r\n", b"{}"))).await;
    let other_name = url("https://other.example.com/c.json");
    assert_eq!(
        reaching(&server).fetch(&other_name, LIMIT).await,
        Err(FetchError::Unreachable)
    );
    let by_the_machines_authorities = Way {
        authority: None,
        ..way(Script::of(["127.0.0.1"]), server.address.port())
    };
    assert_eq!(
        documents(by_the_machines_authorities).fetch(&document(), LIMIT).await,
        Err(FetchError::Unreachable)
    );
    assert!(server.requests().await.is_empty());
}

#[tokio::test]
async fn r08_a_thousand_documents_of_one_host_are_thirty_fetches_a_minute() {
    let server = Server::start(Answer::Send(json_answer("Content-Length: 2\r\n", b"{}"))).await;
    let clock = Arc::new(ManualClock::at(chrono::DateTime::UNIX_EPOCH));
    let way = way(Script::of(["127.0.0.1"]), server.address.port());
    let documents = HttpDocuments::by(way, Arc::clone(&clock) as Arc<dyn Clock>);
    let mut refused = 0;
    for number in 0..1_000 {
        let url = url(&format!("https://victim.example.com/{number}"));
        refused += usize::from(documents.fetch(&url, LIMIT).await == Err(FetchError::TooMany));
    }
    assert_eq!((refused, server.connections()), (970, 30));
    documents.fetch(&document(), LIMIT).await.unwrap();
    clock.advance(chrono::TimeDelta::minutes(1));
    documents
        .fetch(&url("https://victim.example.com/1"), LIMIT)
        .await
        .unwrap();
}
