//! What an app asked for, on its way through the person's browser and back.
//!
//! A ticket is signed, so it comes back as it went; bound to one browser, so it is of no use in another; and works for
//! half an hour. It is kept nowhere. It holds no secret: the connection code is in it by its id only.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use latchstring_access::{Access, Challenge, ConnectorId};
use latchstring_core::CodeId;
use serde::{Deserialize, Serialize};

use super::browser::Browser;
use crate::redirect::RedirectUri;

/// How long a form works. A code has to be fetched meanwhile.
const LIFETIME: TimeDelta = TimeDelta::minutes(30);

/// What an app asked for, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Asked {
    /// Counts the tries.
    pub(super) id: String,
    pub(super) client_id: String,
    pub(super) name: String,
    pub(super) host: Option<String>,
    pub(super) is_loopback_only: bool,
    pub(super) redirect: RedirectUri,
    pub(super) state: Option<String>,
    pub(super) challenge: Challenge,
    pub(super) connector: Option<ConnectorId>,
}

/// How far the person is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// The code is to be typed.
    Code,
    /// The code was typed and is live; the person is to confirm.
    Confirm(CodeId),
}

#[derive(Serialize, Deserialize)]
struct Signed {
    id: String,
    client_id: String,
    name: String,
    host: Option<String>,
    loopback: bool,
    redirect: String,
    state: Option<String>,
    challenge: String,
    connector: Option<String>,
    code: Option<CodeId>,
    browser: String,
    ends: i64,
}

/// A ticket for one form.
pub(super) fn issue(access: &Access, asked: &Asked, step: &Step, browser: &Browser, now: DateTime<Utc>) -> String {
    let signed = Signed {
        id: asked.id.clone(),
        client_id: asked.client_id.clone(),
        name: asked.name.clone(),
        host: asked.host.clone(),
        loopback: asked.is_loopback_only,
        redirect: asked.redirect.as_str().to_owned(),
        state: asked.state.clone(),
        challenge: asked.challenge.to_string(),
        connector: asked.connector.as_ref().map(ToString::to_string),
        code: match step {
            Step::Code => None,
            Step::Confirm(code) => Some(*code),
        },
        browser: browser.fingerprint(),
        ends: (now + LIFETIME).timestamp(),
    };
    let text = serde_json::to_vec(&signed).expect("texts and numbers are always JSON");
    let signature = access.sign(&text);
    format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(&text),
        URL_SAFE_NO_PAD.encode(signature)
    )
}

/// What is in a ticket, if we signed it, for this browser, and not too long ago.
pub(super) fn open(access: &Access, ticket: &str, browser: &Browser, now: DateTime<Utc>) -> Option<(Asked, Step)> {
    let (text, signature) = ticket.split_once('.')?;
    let text = URL_SAFE_NO_PAD.decode(text).ok()?;
    if !access.has_signed(&text, &URL_SAFE_NO_PAD.decode(signature).ok()?) {
        return None;
    }
    let signed: Signed = serde_json::from_slice(&text).ok()?;
    if signed.browser != browser.fingerprint() || now.timestamp() >= signed.ends {
        return None;
    }
    let asked = Asked {
        id: signed.id,
        client_id: signed.client_id,
        name: signed.name,
        host: signed.host,
        is_loopback_only: signed.loopback,
        redirect: signed.redirect.parse().ok()?,
        state: signed.state,
        challenge: signed.challenge.parse().ok()?,
        connector: match signed.connector {
            None => None,
            Some(text) => Some(text.parse().ok()?),
        },
    };
    let step = signed.code.map_or(Step::Code, Step::Confirm);
    Some((asked, step))
}
