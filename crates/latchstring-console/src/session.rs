//! A person's session: a signed cookie that says whose store, who, and what they may do.
//!
//! Nothing is stored for it. It is checked against the store of tenants at every request, so it ends with the
//! installation, when everything is revoked, and when somebody may no longer speak for the tenant. It is short, so that
//! what the app said of the person does not stand for long.

use axum::http::{HeaderMap, HeaderValue, header};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use chrono::{DateTime, TimeDelta, Utc};
use latchstring_access::{Access, ConnectorId, Person, Tenant, TenantStatus};
use serde::{Deserialize, Serialize};

/// Signed text begins with this, so that nothing else we sign is ever a session.
const PURPOSE: &str = "console session\n";

/// The longest cookie that is looked at, in bytes.
const MAX_COOKIE: usize = 3_000;

/// A person who was let in, by whom the app's sign-in says they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visitor {
    /// Who.
    pub person: Person,
    /// The connector of the tenant they came for.
    pub connector: ConnectorId,
    /// When the app was installed that they came to: a session does not outlive the installation.
    pub installed_at: DateTime<Utc>,
    /// How often all sessions of the tenant had been ended when this one began: it is over when they are ended again.
    pub session_generation: u64,
    /// What they may do here.
    pub may: Permission,
    /// When the session is over, whatever happens in it.
    pub until: DateTime<Utc>,
}

impl Visitor {
    /// Whether what they came for is still there: the same installation, and their session not ended.
    pub(crate) fn is_of(&self, tenant: &Tenant) -> bool {
        tenant.status == TenantStatus::Active
            && tenant.installed_at == self.installed_at
            && tenant.session_generation == self.session_generation
    }
}

/// What a person may do on the access page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Permission {
    /// See what is connected.
    Look,
    /// Make and revoke, too.
    Manage,
}

#[derive(Serialize, Deserialize)]
struct Claims {
    sub: String,
    name: String,
    connector: String,
    /// Microseconds since 1970.
    installed_at: i64,
    generation: u64,
    may: Permission,
    until: i64,
}

/// The cookie's value for this visitor.
pub(crate) fn seal(access: &Access, visitor: &Visitor) -> Option<String> {
    let claims = Claims {
        sub: visitor.person.sub().to_owned(),
        name: visitor.person.name().to_owned(),
        connector: visitor.connector.as_str().to_owned(),
        installed_at: visitor.installed_at.timestamp_micros(),
        generation: visitor.session_generation,
        may: visitor.may,
        until: visitor.until.timestamp(),
    };
    let text = BASE64.encode(serde_json::to_vec(&claims).ok()?);
    let signature = access.sign(format!("{PURPOSE}{text}").as_bytes());
    Some(format!("{text}.{}", BASE64.encode(signature)))
}

/// The visitor whose cookie this is, if we made it and it is not over.
pub(crate) fn open(access: &Access, cookie: &str, now: DateTime<Utc>) -> Option<Visitor> {
    if cookie.len() > MAX_COOKIE {
        return None;
    }
    let (text, signature) = cookie.split_once('.')?;
    let signature = BASE64.decode(signature).ok()?;
    if !access.has_signed(format!("{PURPOSE}{text}").as_bytes(), &signature) {
        return None;
    }
    let claims: Claims = serde_json::from_slice(&BASE64.decode(text).ok()?).ok()?;
    if now.timestamp() >= claims.until {
        return None;
    }
    Some(Visitor {
        person: Person::new(&claims.sub, &claims.name),
        connector: claims.connector.parse().ok()?,
        installed_at: DateTime::from_timestamp_micros(claims.installed_at)?,
        session_generation: claims.generation,
        may: claims.may,
        until: DateTime::from_timestamp(claims.until, 0)?,
    })
}

/// How the cookie is kept.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Jar {
    pub(crate) is_https: bool,
    /// Whether the page is shown inside the app's own, on another site.
    pub(crate) is_framed: bool,
}

impl Jar {
    /// With `__Host-` no other host, and no plain HTTP, can have set it. Browsers take that over TLS only; without TLS
    /// we serve the own machine.
    fn name(self) -> &'static str {
        if self.is_https {
            "__Host-latchstring-access"
        } else {
            "latchstring-access"
        }
    }

    /// The cookie that a request carries.
    pub(crate) fn find(self, headers: &HeaderMap) -> Option<&str> {
        headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find_map(|(name, value)| (name == self.name()).then_some(value))
    }

    /// Hands it out. In a frame it is kept apart for each site that frames us, and goes over TLS alone.
    pub(crate) fn put(self, value: &str, lifetime: TimeDelta) -> Option<HeaderValue> {
        let site = if self.is_framed { "None; Partitioned" } else { "Lax" };
        let secure = if self.is_https || self.is_framed {
            "; Secure"
        } else {
            ""
        };
        let cookie = format!(
            "{}={value}; Path=/; HttpOnly; SameSite={site}; Max-Age={}{secure}",
            self.name(),
            lifetime.num_seconds()
        );
        HeaderValue::from_str(&cookie).ok()
    }

    /// Takes it back.
    pub(crate) fn clear(self) -> Option<HeaderValue> {
        self.put("", TimeDelta::zero())
    }
}
