//! A sign-in under way: from the moment a person is sent to the app until they are back.
//!
//! The browser keeps a random number and when it ends. State and verifier are derived from that by our key, so that the
//! cookie tells neither, and nothing need be stored: a state that fits the cookie is a state that we gave to this browser.

use axum::http::{HeaderMap, HeaderValue, header};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use chrono::{DateTime, TimeDelta, Utc};
use latchstring_access::{Access, StoreError};
use latchstring_core::random;
use oauth2::PkceCodeVerifier;

/// How long a person may take.
const LIFETIME: TimeDelta = TimeDelta::minutes(10);

/// What is derived begins with what it is for, so that nothing else we sign is ever one of these.
const FOR_STATE: &str = "console sign-in state\n";
const FOR_VERIFIER: &str = "console sign-in verifier\n";

/// The number, in hexadecimal digits.
const DIGITS: usize = 32;

/// What the cookie says, which is not signed itself: whatever counts is signed over it.
pub(super) struct Flow {
    id: String,
    ends_at: DateTime<Utc>,
}

impl Flow {
    pub(super) fn begin(now: DateTime<Utc>) -> Self {
        Self {
            id: format!("{:032x}", u128::from_be_bytes(random::bytes())),
            ends_at: now + LIFETIME,
        }
    }

    /// The one of this browser, if there is one and it has time left.
    pub(super) fn find(headers: &HeaderMap, is_https: bool, now: DateTime<Utc>) -> Option<Self> {
        let value = headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find_map(|(name, value)| (name == cookie_name(is_https)).then_some(value))?;
        let (id, ends_at) = value.split_once('.')?;
        let is_ours = id.len() == DIGITS && id.bytes().all(|byte| byte.is_ascii_hexdigit());
        let ends_at = DateTime::from_timestamp(ends_at.parse().ok()?, 0)?;
        (is_ours && now < ends_at).then(|| Self {
            id: id.to_owned(),
            ends_at,
        })
    }

    /// What goes to the app and comes back.
    pub(super) fn state(&self, access: &Access) -> String {
        BASE64.encode(access.sign(self.text(FOR_STATE).as_bytes()))
    }

    /// Whether this is what we sent along, in this browser.
    pub(super) fn has_state(&self, access: &Access, state: &str) -> bool {
        BASE64
            .decode(state)
            .is_ok_and(|state| access.has_signed(self.text(FOR_STATE).as_bytes(), &state))
    }

    /// What proves to the app that the code was meant for us (RFC 7636): 43 characters.
    pub(super) fn verifier(&self, access: &Access) -> PkceCodeVerifier {
        PkceCodeVerifier::new(BASE64.encode(access.sign(self.text(FOR_VERIFIER).as_bytes())))
    }

    /// Takes a step of it, which is taken once; `false` when it was taken before.
    pub(super) async fn spend(&self, access: &Access, step: &str) -> Result<bool, StoreError> {
        // Steps are one more kind of thing that is used once; their names are no client's, whose ids have no space.
        let whose = format!("console {step}");
        access.use_assertion(&whose, &self.id, self.ends_at).await
    }

    /// All of it, after what it is signed for.
    pub(super) fn text(&self, purpose: &str) -> String {
        format!("{purpose}{}", self.value())
    }

    fn value(&self) -> String {
        format!("{}.{}", self.id, self.ends_at.timestamp())
    }

    /// Hands it to the browser. `Lax`, so that it is there when the app sends the person back.
    pub(super) fn cookie(&self, is_https: bool) -> Option<HeaderValue> {
        set_cookie(&self.value(), LIFETIME, is_https)
    }

    /// Takes it back.
    pub(super) fn clear(is_https: bool) -> Option<HeaderValue> {
        set_cookie("", TimeDelta::zero(), is_https)
    }
}

fn set_cookie(value: &str, lifetime: TimeDelta, is_https: bool) -> Option<HeaderValue> {
    let secure = if is_https { "; Secure" } else { "" };
    let cookie = format!(
        "{}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={}{secure}",
        cookie_name(is_https),
        lifetime.num_seconds()
    );
    HeaderValue::from_str(&cookie).ok()
}

/// With `__Host-` no other host, and no plain HTTP, can have set it. Browsers take that over TLS only; without TLS we
/// serve the own machine.
fn cookie_name(is_https: bool) -> &'static str {
    if is_https {
        "__Host-latchstring-sign-in"
    } else {
        "latchstring-sign-in"
    }
}
