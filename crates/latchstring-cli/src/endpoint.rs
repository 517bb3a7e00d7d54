//! The server, as HTTP has it: one `POST` for each message, with the headers that the client's revision wants.

use std::{
    error::Error,
    io,
    net::{Ipv4Addr, Ipv6Addr},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use reqwest::{
    Client, ClientBuilder, Request, Response,
    header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue},
    redirect::Policy,
};
use tokio::time::{Instant, sleep};

use crate::{
    address::Address,
    backoff::Backoff,
    key::Key,
    message::Message,
    refusal::{INVALID_REQUEST, Refusal},
    settings::Settings,
};

const CONNECT_WITHIN: Duration = Duration::from_secs(5);
/// Shorter than a server or proxy keeps an idle connection, so that no request meets one that is being closed.
const IDLE_FOR: Duration = Duration::from_secs(20);
const FIRST_WAIT: Duration = Duration::from_millis(100);
const LONGEST_WAIT: Duration = Duration::from_secs(2);

pub(crate) struct Endpoint {
    pub(crate) address: Address,
    key: Key,
    patience: Duration,
    client: Client,
    /// What `initialize` agreed on, for clients that do not name their revision in each request.
    negotiated: Mutex<Option<String>>,
}

impl Endpoint {
    pub(crate) fn new(settings: Settings) -> reqwest::Result<Self> {
        let Settings {
            address, key, patience, ..
        } = settings;
        let client = client(&address).build()?;
        Ok(Self {
            address,
            key,
            patience,
            client,
            negotiated: Mutex::new(None),
        })
    }

    /// What `initialize` agreed on.
    pub(crate) fn set_negotiated(&self, revision: &str) {
        *self.negotiated.lock().unwrap_or_else(PoisonError::into_inner) = Some(revision.to_owned());
    }

    /// The request that carries this message.
    pub(crate) fn request(&self, message: &Message) -> Result<Request, Refusal> {
        let negotiated = self.negotiated.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let mut request = self
            .client
            .post(self.address.url().clone())
            .header(CONTENT_TYPE, "application/json")
            .header(ACCEPT, "application/json, text/event-stream")
            .header(AUTHORIZATION, self.key.header())
            .body(message.text.clone());
        if let Some(revision) = &message.revision {
            request = request
                .header("MCP-Protocol-Version", plain(revision)?)
                .header("Mcp-Method", plain(&message.method)?);
            if let Some(name) = &message.name {
                request = request.header("Mcp-Name", encoded(name));
            }
        } else if let Some(revision) = negotiated.filter(|_| message.method != "initialize") {
            request = request.header("MCP-Protocol-Version", plain(&revision)?);
        }
        request.build().map_err(|error| {
            Refusal::new(
                INVALID_REQUEST,
                format!("the request cannot be sent: {}", causes(&error)),
            )
        })
    }

    /// Sends it. While nobody is there it is tried again, for as long as there is patience; once any of it may have
    /// arrived, never.
    pub(crate) async fn post(&self, request: &Request) -> Result<Response, Refusal> {
        let give_up = Instant::now() + self.patience;
        let mut backoff = Backoff::between(FIRST_WAIT, LONGEST_WAIT);
        loop {
            let outcome = self.post_once(request).await;
            let wait = backoff.wait();
            match outcome {
                Err(Failure::Unreachable(_)) if Instant::now() + wait < give_up => sleep(wait).await,
                Err(failure) => return Err(failure.into()),
                Ok(response) => return Ok(response),
            }
        }
    }

    /// Sends it, once.
    pub(crate) async fn post_once(&self, request: &Request) -> Result<Response, Failure> {
        let request = request.try_clone().expect("the body of a message is in memory");
        self.client.execute(request).await.map_err(|error| {
            let cause = causes(&error);
            if !error.is_connect() {
                Failure::Other(Refusal::lost(&cause))
            } else if chain(&error).any(is_unsafe) {
                Failure::Other(Refusal::unsafe_connection(&self.address, &cause))
            } else {
                Failure::Unreachable(Refusal::unreachable(&self.address, &cause))
            }
        })
    }
}

/// The HTTP client for this address.
fn client(address: &Address) -> ClientBuilder {
    let client = Client::builder()
        .user_agent(concat!("latchstring/", env!("CARGO_PKG_VERSION")))
        // A redirect would carry the key elsewhere.
        .redirect(Policy::none())
        .referer(false)
        .connect_timeout(CONNECT_WITHIN)
        .pool_idle_timeout(IDLE_FOR);
    if !address.is_loopback() {
        return client;
    }
    client
        // To a proxy, what is for this machine would go unencrypted, with the key.
        .no_proxy()
        // And to wherever the name leads, if it were looked up (RFC 6761, section 6.3). The port is the address's.
        .resolve_to_addrs(
            "localhost",
            &[(Ipv4Addr::LOCALHOST, 0).into(), (Ipv6Addr::LOCALHOST, 0).into()],
        )
}

/// Why there is no response.
pub(crate) enum Failure {
    /// There was no connection, so nothing was sent.
    Unreachable(Refusal),
    Other(Refusal),
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Unreachable(refusal) | Failure::Other(refusal) => refusal,
        }
    }
}

/// A header value without a way to encode it.
fn plain(text: &str) -> Result<HeaderValue, Refusal> {
    if is_plain(text) {
        return Ok(HeaderValue::from_str(text).expect("plain text fits a header"));
    }
    let why = "the method and the protocol revision have to fit a header: visible ASCII characters";
    Err(Refusal::new(INVALID_REQUEST, why))
}

/// Streamable HTTP of 2026-07-28, "Value Encoding".
fn encoded(text: &str) -> HeaderValue {
    let looks_encoded = text.starts_with("=?base64?") && text.ends_with("?=");
    let text = if is_plain(text) && !looks_encoded {
        text.to_owned()
    } else {
        format!("=?base64?{}?=", BASE64.encode(text))
    };
    HeaderValue::from_str(&text).expect("encoded text fits a header")
}

fn is_plain(text: &str) -> bool {
    text.trim() == text && text.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ')
}

/// Whether TLS is what failed: trying again does not help.
fn is_unsafe(cause: &(dyn Error + 'static)) -> bool {
    let Some(error) = cause.downcast_ref::<io::Error>() else {
        return false;
    };
    // One such error may hold another, which it does not name as its source.
    error.kind() == io::ErrorKind::InvalidData || error.get_ref().is_some_and(|inner| is_unsafe(inner))
}

/// What went wrong, from the outside in, without the address: it stands beside it.
pub(crate) fn causes(error: &(dyn Error + 'static)) -> String {
    let mut causes: Vec<String> = chain(error).skip(1).map(ToString::to_string).collect();
    causes.dedup();
    if causes.is_empty() {
        "no reason was given".to_owned()
    } else {
        causes.join(": ")
    }
}

fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}

#[cfg(test)]
mod tests {
    use reqwest::dns::{Addrs, Name, Resolve, Resolving};
    use tokio::net::TcpListener;

    use super::*;

    /// Leads every name to where nobody listens.
    struct Liar;

    impl Resolve for Liar {
        fn resolve(&self, _: Name) -> Resolving {
            let elsewhere: Addrs = Box::new(std::iter::once((Ipv4Addr::new(127, 6, 6, 6), 0).into()));
            Box::pin(async { Ok(elsewhere) })
        }
    }

    #[tokio::test]
    async fn t13_whoever_answers_for_names_does_not_get_what_is_for_localhost() {
        for (listens, scheme) in [("127.0.0.1:0", "http"), ("127.0.0.1:0", "https"), ("[::1]:0", "http")] {
            let Ok(listener) = TcpListener::bind(listens).await else {
                continue; // a machine without IPv6
            };
            let port = listener.local_addr().unwrap().port();
            let address: Address = format!("{scheme}://localhost:{port}/mcp").parse().unwrap();
            let client = client(&address).dns_resolver(Liar).build().unwrap();
            let asked = tokio::spawn(client.get(address.url().clone()).send());
            let reached = tokio::time::timeout(Duration::from_secs(10), listener.accept()).await;
            assert!(reached.is_ok(), "{scheme} {listens}");
            asked.abort();
        }
    }

    #[test]
    fn a_name_that_does_not_fit_a_header_is_encoded() {
        // The examples of the specification.
        for (name, header) in [
            ("us-west1", "us-west1"),
            ("Hello, 世界", "=?base64?SGVsbG8sIOS4lueVjA==?="),
            (" padded ", "=?base64?IHBhZGRlZCA=?="),
            ("line1\nline2", "=?base64?bGluZTEKbGluZTI=?="),
            ("=?base64?literal?=", "=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?="),
        ] {
            assert_eq!(encoded(name), header);
        }
        assert!(plain("tools/list\r\nx: y").is_err());
    }
}
