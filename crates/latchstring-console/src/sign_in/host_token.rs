//! A sign-in for an access page that the app shows in a frame of its own: the app hands over a token it has signed.
//!
//! The token says whose store it is and who the person is, works for a minute or two, and is accepted once, so that an
//! address from a history or a log lets nobody in. What it is exchanged for is a session of an hour.

mod hosts;
mod token;

use std::sync::Arc;

use axum::{
    Router,
    extract::{Query, State, rejection::QueryRejection},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use jsonwebtoken::DecodingKey;
use latchstring_access::{Secret, StoreError, Tenant};
use latchstring_pages::{Frames, Icon, Kind, notice, protect};
use maud::html;
use serde::Deserialize;
use url::Url;

use super::{Desk, SignIn, claims::Manages};
use crate::{error::ConsoleError, frame, words};
use hosts::TenantHosts;
use token::{HostToken, HostTokenError};

/// The shortest secret, in bytes: the length of what it signs (RFC 7518, section 3.2).
const SHORTEST_SECRET: usize = 32;

/// People come in by a token that the app has signed, as embedded Shopify apps send it.
///
/// The app opens `/access/sign-in?id_token=…` in a frame; a token in `Authorization: Bearer` counts, too. It is a JWT
/// (HS256) of 4 KiB at most. `dest` is `https://` and the host of the tenant, which is its host key, and `iss` is at the
/// same host. `aud`, `sub`, `exp`, `nbf` and `iat` have to be there; `name` may be. It works for 120 seconds at most,
/// give or take 10 that clocks may be apart, and once.
///
/// Cookies in a frame go over TLS only, so the public address has to begin with `https`.
///
/// ```
/// use latchstring_access::Secret;
/// use latchstring_console::{HostTokenSettings, HostTokenSignIn, Manages};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let sign_in = HostTokenSignIn::new(HostTokenSettings {
///     secrets: vec![Secret::new("the client secret of the app, 32 bytes or more")],
///     audience: "the API key of the app".to_owned(),
///     tenant_suffix: ".myshopify.com".to_owned(),
///     frame_origins: vec!["https://admin.shopify.com".parse()?],
///     manages: Manages::Everybody,
/// })?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct HostTokenSignIn(Arc<Rules>);

/// What a token has to be.
#[derive(Debug)]
pub struct HostTokenSettings {
    /// What the app signs with, 32 bytes at least. Two while one replaces the other: either is accepted.
    pub secrets: Vec<Secret>,
    /// For whom the token has to be: the API key, or client id, of the app.
    pub audience: String,
    /// What the hosts of tenants end with, such as `.myshopify.com`. One label stands before it.
    pub tenant_suffix: String,
    /// The origins, besides the tenant's own host, in whose pages the access page may be shown, such as
    /// `https://admin.shopify.com`. Every page around the frame counts.
    pub frame_origins: Vec<Url>,
    /// Who may make and revoke. Shopify's tokens do not say what a person may do.
    pub manages: Manages,
}

/// Why settings make no sign-in.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum HostTokenSettingsError {
    /// There is no secret, or there are more than two.
    #[error("{0} secrets; give one, or two while one replaces the other")]
    Secrets(usize),
    /// A secret is too short.
    #[error("a secret has fewer than 32 bytes; use the one that the app signs with, whole")]
    ShortSecret,
    /// The audience is empty.
    #[error("no audience; give the API key of the app, which its tokens have in `aud`")]
    Audience,
    /// Hosts cannot end with this.
    #[error("`{0}` is not what hosts of tenants end with; write a dot and a domain, such as `.myshopify.com`")]
    TenantSuffix(String),
    /// No page can be at this origin.
    #[error("`{0}` may not frame the page; write https, a host and no path, such as `https://admin.shopify.com`")]
    FrameOrigin(Url),
}

struct Rules {
    keys: Vec<DecodingKey>,
    audience: String,
    hosts: TenantHosts,
    frame_origins: Vec<String>,
    manages: Manages,
}

impl HostTokenSignIn {
    /// A sign-in by these settings.
    ///
    /// # Errors
    /// When no token could ever be right, or a wrong one could.
    pub fn new(settings: HostTokenSettings) -> Result<Self, HostTokenSettingsError> {
        let HostTokenSettings {
            secrets,
            audience,
            tenant_suffix,
            frame_origins,
            manages,
        } = settings;
        if !(1..=2).contains(&secrets.len()) {
            return Err(HostTokenSettingsError::Secrets(secrets.len()));
        }
        if secrets.iter().any(|secret| secret.expose().len() < SHORTEST_SECRET) {
            return Err(HostTokenSettingsError::ShortSecret);
        }
        if audience.is_empty() {
            return Err(HostTokenSettingsError::Audience);
        }
        Ok(Self(Arc::new(Rules {
            keys: secrets
                .iter()
                .map(|secret| DecodingKey::from_secret(secret.expose().as_bytes()))
                .collect(),
            audience,
            hosts: TenantHosts::new(tenant_suffix).map_err(HostTokenSettingsError::TenantSuffix)?,
            frame_origins: frame_origins.into_iter().map(origin).collect::<Result<_, _>>()?,
            manages,
        })))
    }
}

/// The origin as it stands in a policy. A host may contain characters there that would end the directive.
fn origin(url: Url) -> Result<String, HostTokenSettingsError> {
    let host = url.host_str().unwrap_or_default();
    let is_plain = !host.is_empty()
        && host
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte));
    let has_no_more = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    if url.scheme() == "https" && is_plain && has_no_more && url.username().is_empty() && url.password().is_none() {
        Ok(url.origin().ascii_serialization())
    } else {
        Err(HostTokenSettingsError::FrameOrigin(url))
    }
}

impl SignIn for HostTokenSignIn {
    fn router(&self, desk: Desk) -> Router {
        let door = Door {
            desk,
            rules: Arc::clone(&self.0),
        };
        Router::new().route("/", get(enter)).with_state(door)
    }

    fn is_framed(&self) -> bool {
        true
    }

    fn frames(&self, tenant: &Tenant) -> Frames {
        // A tenant that an operator has named otherwise has no page of its own that could frame ours.
        let own = self.0.hosts.contains(&tenant.host_key).then_some(&tenant.host_key);
        let own = own.map(|host| format!("https://{host}"));
        Frames::Origins(own.into_iter().chain(self.0.frame_origins.iter().cloned()).collect())
    }

    fn frames_of_anybody(&self) -> Frames {
        self.0.frames()
    }
}

#[derive(Clone)]
struct Door {
    desk: Desk,
    rules: Arc<Rules>,
}

/// Whatever else the app sends along is passed over.
#[derive(Deserialize)]
struct Sent {
    id_token: Option<String>,
}

/// Why somebody stays outside.
enum Outside {
    /// They bring no token: their session is over, or they came by themselves.
    NoToken,
    Wrong(HostTokenError),
    /// The token was used before.
    Used,
    /// The token is right, and the app is not installed here.
    NotInstalled(String),
    Unavailable(StoreError),
}

impl From<HostTokenError> for Outside {
    fn from(error: HostTokenError) -> Self {
        Self::Wrong(error)
    }
}

impl From<StoreError> for Outside {
    fn from(error: StoreError) -> Self {
        Self::Unavailable(error)
    }
}

async fn enter(State(door): State<Door>, headers: HeaderMap, sent: Result<Query<Sent>, QueryRejection>) -> Response {
    let answer = match find(&headers, sent) {
        Ok(token) => door.admit(&token).await,
        Err(outside) => Err(outside),
    };
    let mut response = answer.unwrap_or_else(|outside| door.turn_away(outside));
    // The redirect as well: browsers look at each step on the way into a frame.
    protect(response.headers_mut(), &frame::policy(door.rules.frames()), false);
    response
}

/// The one token that was sent. With two it would have to be said which counts.
fn find(headers: &HeaderMap, sent: Result<Query<Sent>, QueryRejection>) -> Result<String, Outside> {
    let Ok(Query(Sent { id_token })) = sent else {
        return Err(HostTokenError::Form.into());
    };
    let mut bearers = headers.get_all(header::AUTHORIZATION).iter().filter_map(bearer);
    match (id_token, bearers.next(), bearers.next()) {
        (None, None, _) => Err(Outside::NoToken),
        (Some(token), None, _) => Ok(token),
        (None, Some(token), None) => Ok(token.to_owned()),
        (Some(_), Some(_), _) | (None, Some(_), Some(_)) => Err(HostTokenError::Form.into()),
    }
}

fn bearer(value: &HeaderValue) -> Option<&str> {
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

impl Door {
    async fn admit(&self, token: &str) -> Result<Response, Outside> {
        let Self { desk, rules } = self;
        let now = desk.access().now().await?;
        let verified = HostToken::verify(token, rules, now)?;
        let tenant = desk.tenant(&verified.host).await?;
        let tenant = tenant.ok_or(Outside::NotInstalled(verified.host))?;
        // Tokens are one more kind of thing that is used once; the name is no client's, whose ids have no space.
        let whose = format!("host token for {}", rules.audience);
        let is_first = desk
            .access()
            .use_assertion(&whose, &verified.id, verified.expires_at)
            .await?;
        if !is_first {
            return Err(Outside::Used);
        }
        Ok(desk.admit(&tenant, verified.person, verified.may).await?)
    }

    fn turn_away(&self, outside: Outside) -> Response {
        let noun = self.desk.tenant_noun();
        let (heading, text) = match outside {
            Outside::NoToken => (words::OPEN_FROM_APP, words::NO_TOKEN.to_owned()),
            Outside::Wrong(error) => {
                tracing::info!(error = &error as &dyn std::error::Error, "a host token was refused");
                (words::OPEN_AGAIN, words::WRONG_TOKEN.to_owned())
            }
            Outside::Used => {
                tracing::info!("a host token was refused: it was used before");
                (words::OPEN_AGAIN, words::WRONG_TOKEN.to_owned())
            }
            Outside::NotInstalled(host) => {
                tracing::info!(
                    host,
                    "a host token was refused: the app is not installed for its tenant"
                );
                (words::NOT_INSTALLED, words::install_first(noun))
            }
            Outside::Unavailable(error) => return ConsoleError::from(error).into_response(),
        };
        let main = html! {
            div.intro { h1 { (heading) } }
            div role="alert" { (notice(Kind::Warn, Icon::Warn, &html! { p { (text) } })) }
        };
        let mut response = self.desk.page(heading, main, StatusCode::UNAUTHORIZED);
        let challenge = HeaderValue::from_static("Bearer");
        response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        response
    }
}

impl Rules {
    /// Where our words are to be read while it is not known whose frame it is: in that of any tenant.
    fn frames(&self) -> Frames {
        let any_tenant = self.hosts.source();
        let frames = std::iter::once(any_tenant).chain(self.frame_origins.iter().cloned());
        Frames::Origins(frames.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> HostTokenSettings {
        HostTokenSettings {
            secrets: vec![Secret::new("a".repeat(32))],
            audience: "api-key".into(),
            tenant_suffix: ".myshopify.com".into(),
            frame_origins: vec!["https://admin.shopify.com".parse().expect("an address")],
            manages: Manages::Everybody,
        }
    }

    fn problem(settings: HostTokenSettings) -> String {
        HostTokenSignIn::new(settings)
            .err()
            .map_or_else(String::new, |error| error.to_string())
    }

    #[test]
    fn settings_that_no_token_or_a_guessed_one_would_fit_are_refused() {
        assert_eq!(problem(settings()), "");
        let secrets = |lengths: &[usize]| HostTokenSettings {
            secrets: lengths.iter().map(|length| Secret::new("a".repeat(*length))).collect(),
            ..settings()
        };
        assert_eq!(problem(secrets(&[32, 32])), "");
        assert!(problem(secrets(&[])).starts_with("0 secrets;"));
        assert!(problem(secrets(&[32, 32, 32])).starts_with("3 secrets;"));
        assert!(problem(secrets(&[32, 31])).starts_with("a secret has fewer than 32 bytes;"));
        let nobody = HostTokenSettings {
            audience: String::new(),
            ..settings()
        };
        assert!(problem(nobody).starts_with("no audience;"));
        let suffix = HostTokenSettings {
            tenant_suffix: ".com".into(),
            ..settings()
        };
        assert!(problem(suffix).starts_with("`.com` is not what hosts of tenants end with;"));
    }

    #[test]
    fn o10_an_origin_that_may_frame_the_page_is_https_and_a_host() {
        for wrong in [
            "http://admin.example",
            "https://admin.example/app",
            "https://admin.example/?a",
            "https://user@admin.example",
            "https://*.example",
            "https://a;b.example",
            "https://a'b.example",
            "https://a,b.example",
            "data:text/html,",
        ] {
            let settings = HostTokenSettings {
                frame_origins: vec![wrong.parse().expect("an address")],
                ..settings()
            };
            assert!(problem(settings).contains("may not frame the page;"), "{wrong}");
        }
    }
}
