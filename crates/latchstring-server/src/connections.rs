//! Connections: accepted as `axum::serve` does, and closed when nothing comes.
//!
//! `axum::serve` has no clock for what stands before a request, so whoever sends half of the headers would be waited for as
//! long as they like.

use std::{io, net::SocketAddr, time::Duration};

use axum::{Router, serve::Listener};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{conn::auto::Builder, graceful::GracefulShutdown},
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

/// How long a new connection may stay silent.
const FIRST_WORD_WITHIN: Duration = Duration::from_secs(10);
/// How long the headers of a request may take, from the connection's beginning or the last answer. Longer than proxies keep
/// idle connections (a minute, mostly), so that none sends a request on one that is just being closed.
const HEADERS_WITHIN: Duration = Duration::from_secs(75);
/// How often a client of HTTP/2 is asked whether it is still there, and how long it has to say so.
const PING_EVERY: Duration = Duration::from_secs(30);
const PONG_WITHIN: Duration = Duration::from_secs(20);

/// What every connection of HTTP/2 begins with (RFC 9113, section 3.4).
const PREFACE: &[u8; 24] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// Serves until told to stop, and then until every connection has got its last answer.
pub(crate) async fn serve(mut listener: TcpListener, router: Router, stop: CancellationToken) {
    let mut http = Builder::new(TokioExecutor::new());
    http.http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADERS_WITHIN);
    http.http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(PING_EVERY)
        .keep_alive_timeout(PONG_WITHIN);
    // With the caller's address, by which the limits tell networks apart.
    let router = router.into_make_service_with_connect_info::<SocketAddr>();
    let open = GracefulShutdown::new();
    loop {
        let (socket, caller) = tokio::select! {
            // Goes on after an error, such as too many open files.
            accepted = Listener::accept(&mut listener) => accepted,
            () = stop.cancelled() => break,
        };
        let (http, router, watcher, stop) = (http.clone(), router.clone(), open.watcher(), stop.clone());
        tokio::spawn(async move {
            let has_begun = tokio::select! {
                has_begun = timeout(FIRST_WORD_WITHIN, begins(&socket)) => matches!(has_begun, Ok(Ok(true))),
                () = stop.cancelled() => false,
            };
            if has_begun {
                let Ok(service) = router.oneshot(caller).await;
                let connection = http.serve_connection(TokioIo::new(socket), TowerToHyperService::new(service));
                // How it ended is its client's business.
                let _ = watcher.watch(connection).await;
            }
        });
    }
    drop(listener);
    open.shutdown().await;
}

/// Waits until it can be told which HTTP the client speaks. `false` if it went away before.
async fn begins(socket: &TcpStream) -> io::Result<bool> {
    let mut start = [0; PREFACE.len()];
    loop {
        let length = socket.peek(&mut start).await?;
        let is_part = length < PREFACE.len() && PREFACE.starts_with(&start[..length]);
        if length == 0 || !is_part {
            return Ok(length > 0);
        }
        // The rest of it, for which `peek` does not wait.
        sleep(Duration::from_millis(50)).await;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use axum::routing::get;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        sync::Notify,
        task::JoinHandle,
        time::Instant,
    };

    use super::*;

    struct Served {
        address: SocketAddr,
        /// Lets `/slow` answer.
        go_on: Arc<Notify>,
        stop: CancellationToken,
        server: JoinHandle<()>,
    }

    async fn served() -> Served {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (go_on, stop) = (Arc::new(Notify::new()), CancellationToken::new());
        let wait = Arc::clone(&go_on);
        let slow = get(async move || {
            wait.notified().await;
            "slow"
        });
        let router = Router::new().route("/slow", slow).route("/", get(async || "here"));
        let server = tokio::spawn(serve(listener, router, stop.clone()));
        Served {
            address,
            go_on,
            stop,
            server,
        }
    }

    impl Served {
        async fn connect(&self, first: &[u8]) -> TcpStream {
            let mut socket = TcpStream::connect(self.address).await.unwrap();
            socket.write_all(first).await.unwrap();
            socket
        }
    }

    /// What is answered until the server closes.
    async fn rest(mut socket: TcpStream) -> String {
        let mut answer = Vec::new();
        let _ = socket.read_to_end(&mut answer).await;
        String::from_utf8(answer).unwrap()
    }

    const HALF: &[u8] = b"GET / HTTP/1.1\r\nHost: x\r\n";
    const WHOLE: &[u8] = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n";

    #[tokio::test(start_paused = true)]
    async fn h04_whoever_sends_nothing_or_half_of_the_headers_is_not_waited_for() {
        let served = served().await;
        for (first, within) in [
            (&b""[..], FIRST_WORD_WITHIN),
            (b"PRI * HT", FIRST_WORD_WITHIN),
            (b"P", FIRST_WORD_WITHIN),
            (HALF, HEADERS_WITHIN),
            (WHOLE, HEADERS_WITHIN),
            (&[WHOLE, HALF].concat(), HEADERS_WITHIN),
        ] {
            let began = Instant::now();
            let answer = rest(served.connect(first).await).await;
            let shown = String::from_utf8_lossy(first);
            let took = began.elapsed();
            assert!(
                took >= within && took < within + Duration::from_secs(1),
                "{shown}: {took:?}"
            );
            assert_eq!(answer.contains("here"), first.starts_with(WHOLE), "{shown}: {answer}");
        }
    }

    #[tokio::test]
    async fn a_server_that_stops_gives_the_last_answers_and_takes_nothing_new() {
        let served = served().await;
        let idle = served.connect(WHOLE).await;
        let silent = served.connect(b"").await;
        let mut slow = served.connect(b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n").await;
        // So that it is under way.
        slow.writable().await.unwrap();
        sleep(Duration::from_millis(50)).await;
        served.stop.cancel();
        assert!(rest(idle).await.contains("here"));
        assert_eq!(rest(silent).await, "");
        assert!(TcpStream::connect(served.address).await.is_err());
        assert!(!served.server.is_finished());
        served.go_on.notify_one();
        let mut answer = String::new();
        slow.read_to_string(&mut answer).await.unwrap();
        assert!(answer.ends_with("slow"), "{answer}");
        timeout(Duration::from_secs(5), served.server).await.unwrap().unwrap();
    }

    /// A frame of HTTP/2 (RFC 9113, section 4.1).
    fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
        let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
        let head = [&length[1..], &[kind, flags], &stream.to_be_bytes()].concat();
        [&head, payload].concat()
    }

    /// GET or POST for `/slow`, whose answer does not come (RFC 7541: three names of its table, and two texts).
    fn asking(method: u8) -> Vec<u8> {
        [&[method, 0x86, 0x04, 5][..], b"/slow", &[0x41, 1], b"x"].concat()
    }

    const GET: u8 = 0x82;
    const POST: u8 = 0x83;
    const HEADERS: u8 = 1;
    const DATA: u8 = 0;
    const RESET: u8 = 3;
    const SETTINGS: u8 = 4;
    const CONTINUATION: u8 = 9;
    const END_STREAM: u8 = 1;
    const END_HEADERS: u8 = 4;

    /// Sends these again and again, up to a hundred thousand times; how many the server took before it hung up.
    async fn flood(served: &Served, first: &[u8], each: impl Fn(u32) -> Vec<u8>) -> u32 {
        const MOST: u32 = 100_000;
        let mut socket = served.connect(PREFACE).await;
        socket.write_all(&frame(SETTINGS, 0, 0, &[])).await.unwrap();
        socket.write_all(first).await.unwrap();
        let (mut answers, mut socket) = socket.into_split();
        let reading = tokio::spawn(async move { tokio::io::copy(&mut answers, &mut tokio::io::sink()).await });
        for number in 0..MOST {
            if reading.is_finished() || socket.write_all(&each(number)).await.is_err() {
                return number;
            }
        }
        MOST
    }

    async fn is_served(served: &Served) -> bool {
        let socket = served
            .connect(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            .await;
        let answer = timeout(Duration::from_secs(10), rest(socket)).await;
        answer.is_ok_and(|answer| answer.ends_with("here"))
    }

    #[tokio::test]
    async fn what_the_floods_ask_for_is_answered_to_who_waits() {
        let served = served().await;
        let mut socket = served.connect(PREFACE).await;
        socket.write_all(&frame(SETTINGS, 0, 0, &[])).await.unwrap();
        let asked = frame(HEADERS, END_STREAM | END_HEADERS, 1, &asking(GET));
        socket.write_all(&asked).await.unwrap();
        served.go_on.notify_one();
        let mut heard = Vec::new();
        while !heard.ends_with(b"slow") {
            assert!(socket.read_buf(&mut heard).await.unwrap() > 0, "{heard:?}");
        }
    }

    #[tokio::test]
    async fn h05_whoever_asks_and_resets_at_once_again_and_again_is_hung_up_on() {
        let served = served().await;
        let taken = flood(&served, &[], |number| {
            let stream = 2 * number + 1;
            let asked = frame(HEADERS, END_STREAM | END_HEADERS, stream, &asking(GET));
            [asked, frame(RESET, 0, stream, &8_u32.to_be_bytes())].concat()
        })
        .await;
        assert!((20..100_000).contains(&taken), "{taken}");
        assert!(is_served(&served).await);
    }

    #[tokio::test]
    async fn h05_headers_without_an_end_are_not_collected() {
        let served = served().await;
        let begun = frame(HEADERS, END_STREAM, 1, &asking(GET));
        // One header again and again: a literal with an empty value.
        let more = [&[0x00, 1][..], b"a", &[0]].concat().repeat(4_000);
        let taken = flood(&served, &begun, |_| frame(CONTINUATION, 0, 1, &more)).await;
        assert!((1..1_000).contains(&taken), "{taken} of 16 kB each");
        assert!(is_served(&served).await);
    }

    #[tokio::test]
    async fn h05_empty_parts_of_a_body_keep_nobody_from_being_served() {
        let served = served().await;
        let begun = frame(HEADERS, END_HEADERS, 1, &asking(POST));
        let taken = flood(&served, &begun, |_| frame(DATA, 0, 1, &[])).await;
        assert!(taken > 20, "{taken}");
        assert!(is_served(&served).await);
    }
}
