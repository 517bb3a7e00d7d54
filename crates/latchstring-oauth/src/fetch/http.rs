//! The one way out: HTTPS with everything switched off that is not needed.

use std::error::Error;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use http::header::{ACCEPT, ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap};
use latchstring_core::Clock;
use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder, Response, StatusCode};
use url::Url;

use super::address::is_global;
use super::limiter::Limiter;
use super::resolver::{CheckedResolver, Lookup, NotPublic, SystemLookup};
use super::{Document, Documents, FetchError, target};

/// From the first question for an address to the last byte.
const TIMEOUT: Duration = Duration::from_secs(10);

/// How we name ourselves to those we fetch from.
const USER_AGENT: &str = concat!("latchstring/", env!("CARGO_PKG_VERSION"), " (client documents)");

const FRESH_BY_DEFAULT: Duration = Duration::from_mins(5);
/// A document that asks not to be kept is kept for one flow all the same.
const FRESH_AT_LEAST: Duration = Duration::from_mins(1);
const FRESH_AT_MOST: Duration = Duration::from_hours(24);

/// How long after the start the client is made at the latest.
const MADE_AFTER: Duration = Duration::from_secs(2);

/// Fetches documents from the public internet.
pub struct HttpDocuments {
    client: Arc<LazyClient>,
    limiter: Limiter,
    clock: Arc<dyn Clock>,
    timeout: Duration,
}

/// A client that is made when it is used first. Reading the certificate authorities of a machine takes longer than all else
/// that a server does at its start.
struct LazyClient {
    builder: Mutex<Option<ClientBuilder>>,
    /// None when it could not be made.
    client: OnceLock<Option<Client>>,
}

impl LazyClient {
    /// Blocks while it is made. What is in the way is told to the log, once.
    fn made(&self) -> Option<&Client> {
        let made = self.client.get_or_init(|| {
            let builder = self.builder.lock().unwrap_or_else(PoisonError::into_inner).take()?;
            let failed = |error: &reqwest::Error| {
                tracing::error!(
                    error = error as &dyn Error,
                    "no HTTPS client could be made to fetch the documents of clients; are certificate authorities installed?"
                );
            };
            builder.build().inspect_err(failed).ok()
        });
        made.as_ref()
    }
}

/// What tests change: they have no public address to dial.
pub(super) struct Way {
    pub(super) lookup: Arc<dyn Lookup>,
    pub(super) permits: fn(IpAddr) -> bool,
    pub(super) port: u16,
    pub(super) timeout: Duration,
    /// Whom to trust instead of the authorities that the machine trusts.
    pub(super) authority: Option<reqwest::Certificate>,
}

impl HttpDocuments {
    /// Fetches with the names and the certificate authorities that this machine knows. They are read when the first
    /// document is fetched; within a runtime after two seconds, so that the log tells soon when there are none.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        let way = Way {
            lookup: Arc::new(SystemLookup),
            permits: is_global,
            port: 443,
            timeout: TIMEOUT,
            authority: None,
        };
        let documents = Self::by(way, clock);
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            let client = Arc::clone(&documents.client);
            runtime.spawn(async move {
                tokio::time::sleep(MADE_AFTER).await;
                let _ = tokio::task::spawn_blocking(move || client.made().is_some()).await;
            });
        }
        documents
    }

    pub(super) fn by(way: Way, clock: Arc<dyn Clock>) -> Self {
        let Way {
            lookup,
            permits,
            port,
            timeout,
            authority,
        } = way;
        let mut builder = Client::builder()
            .dns_resolver(CheckedResolver { lookup, permits, port })
            // Whatever the environment says: a proxy would resolve the name again.
            .no_proxy()
            .redirect(Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .https_only(true)
            .http1_only()
            .no_gzip()
            .no_brotli()
            .no_zstd()
            .no_deflate()
            // A kept connection would be used without asking for the address again.
            .pool_max_idle_per_host(0)
            .user_agent(USER_AGENT);
        if let Some(authority) = authority {
            builder = builder.tls_certs_only([authority]);
        }
        Self {
            client: Arc::new(LazyClient {
                builder: Mutex::new(Some(builder)),
                client: OnceLock::new(),
            }),
            limiter: Limiter::default(),
            clock,
            timeout,
        }
    }

    /// The client, made now if need be.
    async fn client(&self) -> Result<&Client, FetchError> {
        if self.client.client.get().is_none() {
            let client = Arc::clone(&self.client);
            // A panic leaves it unmade, and is in the log.
            let _ = tokio::task::spawn_blocking(move || client.made().is_some()).await;
        }
        self.client
            .client
            .get()
            .and_then(Option::as_ref)
            .ok_or(FetchError::Unreachable)
    }

    async fn get(&self, url: &Url, limit: usize) -> Result<Document, FetchError> {
        let request = self
            .client()
            .await?
            .get(url.clone())
            .header(ACCEPT, "application/json")
            .header(ACCEPT_ENCODING, "identity");
        let mut response = request.send().await.map_err(|error| transport(url, &error))?;
        check_head(&response, limit)?;
        let fresh_for = fresh_for(response.headers());
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| transport(url, &error))? {
            if body.len() + chunk.len() > limit {
                return Err(FetchError::TooLarge { limit });
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Document { body, fresh_for })
    }
}

#[async_trait]
impl Documents for HttpDocuments {
    async fn fetch(&self, url: &Url, limit: usize) -> Result<Document, FetchError> {
        target::check(url)?;
        self.limiter
            .admit(url.host_str().unwrap_or_default(), self.clock.now())?;
        // Around everything, so that neither a slow name server nor a body that drips counts anew.
        tokio::time::timeout(self.timeout, self.get(url, limit))
            .await
            .unwrap_or(Err(FetchError::TimedOut))
    }
}

fn check_head(response: &Response, limit: usize) -> Result<(), FetchError> {
    if response.status() != StatusCode::OK {
        return Err(FetchError::Status(response.status().as_u16()));
    }
    let headers = response.headers();
    if !is_json(headers) || headers.contains_key(CONTENT_ENCODING) {
        return Err(FetchError::ContentType);
    }
    if response.content_length().is_some_and(|length| length > limit as u64) {
        return Err(FetchError::TooLarge { limit });
    }
    Ok(())
}

/// `application/json`, or a type that is JSON by its suffix (RFC 6839, section 3.1).
fn is_json(headers: &HeaderMap) -> bool {
    let Some(Ok(content_type)) = headers.get(CONTENT_TYPE).map(http::HeaderValue::to_str) else {
        return false;
    };
    let essence = content_type
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
}

/// By `Cache-Control` (RFC 9111, section 5.2.2), within our bounds.
fn fresh_for(headers: &HeaderMap) -> Duration {
    let mut fresh = FRESH_BY_DEFAULT;
    let values = headers.get_all(CACHE_CONTROL);
    for directive in values
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
    {
        let directive = directive.trim().to_ascii_lowercase();
        if directive == "no-store" || directive.starts_with("no-cache") {
            return FRESH_AT_LEAST;
        }
        if let Some(seconds) = directive.strip_prefix("max-age=") {
            // A number that is too large to read is a long time, and one that is none counts as nothing said.
            let digits = seconds.trim_matches('"');
            if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
                fresh = digits.parse().map_or(FRESH_AT_MOST, Duration::from_secs);
            }
        }
    }
    fresh.clamp(FRESH_AT_LEAST, FRESH_AT_MOST)
}

/// What went wrong on the way. The cause is for the operator's log only.
fn transport(url: &Url, error: &reqwest::Error) -> FetchError {
    let causes = || std::iter::successors(Some(error as &(dyn Error + 'static)), |&error| error.source());
    let cause = causes().last().map(ToString::to_string).unwrap_or_default();
    tracing::debug!(
        host = url.host_str(),
        cause,
        "a document of a client could not be fetched"
    );
    if causes().any(<dyn Error>::is::<NotPublic>) {
        FetchError::NotPublic
    } else {
        FetchError::Unreachable
    }
}

#[cfg(test)]
mod tests;
