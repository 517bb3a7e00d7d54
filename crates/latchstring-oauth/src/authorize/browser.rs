//! Which browser a form was shown in.

use axum::http::{HeaderMap, HeaderValue, header};
use latchstring_core::random;
use sha2::{Digest, Sha256};

use crate::issuer::Issuer;

/// How long a browser keeps the cookie, in seconds: as long as a form works.
const MAX_AGE: u32 = 30 * 60;
const CHARACTERS: usize = 32;

/// A browser, known by a random cookie that says nothing else.
#[derive(Debug)]
pub(super) struct Browser {
    id: String,
    is_new: bool,
}

impl Browser {
    /// The browser that sent these headers. One that has the cookie keeps it, so that a second page does not end the
    /// first.
    pub(super) fn of(headers: &HeaderMap, issuer: &Issuer) -> Self {
        Self::known(headers, issuer).unwrap_or_else(|| Self {
            id: format!("{:032x}", u128::from_be_bytes(random::bytes())),
            is_new: true,
        })
    }

    /// The same, if it has the cookie.
    pub(super) fn known(headers: &HeaderMap, issuer: &Issuer) -> Option<Self> {
        let name = cookie_name(issuer);
        let id = headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find_map(|(known, value)| (known == name).then_some(value))?;
        let is_ours = id.len() == CHARACTERS && id.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_ours.then(|| Self {
            id: id.to_owned(),
            is_new: false,
        })
    }

    /// What a ticket holds of it. Not the cookie itself, which the page could then tell.
    pub(super) fn fingerprint(&self) -> String {
        let hash = <[u8; 32]>::from(Sha256::digest(self.id.as_bytes()));
        hash[..16]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect::<Vec<_>>()
            .concat()
    }

    /// The cookie, for a browser that has none. `Lax`, so that it is there when the app opens a second page.
    pub(super) fn cookie(&self, issuer: &Issuer) -> Option<HeaderValue> {
        if !self.is_new {
            return None;
        }
        let secure = if issuer.is_https() { "; Secure" } else { "" };
        let name = cookie_name(issuer);
        let cookie = format!(
            "{name}={}; Path=/; HttpOnly; SameSite=Lax; Max-Age={MAX_AGE}{secure}",
            self.id
        );
        HeaderValue::from_str(&cookie).ok()
    }
}

/// With `__Host-` no other host, and no plain HTTP, can have set it. Browsers take that over TLS only; without TLS we
/// serve the own machine.
fn cookie_name(issuer: &Issuer) -> &'static str {
    if issuer.is_https() {
        "__Host-latchstring-connect"
    } else {
        "latchstring-connect"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn issuer(url: &str) -> Issuer {
        Issuer::new(&url::Url::parse(url).expect("an address"))
    }

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (name.parse().expect("a name"), value.parse().expect("a value")))
            .collect()
    }

    #[test]
    fn o11_a_second_page_keeps_the_first_ones_cookie() {
        let issuer = issuer("https://mcp.example.com");
        let first = Browser::of(&HeaderMap::new(), &issuer);
        let cookie = first.cookie(&issuer).expect("a new browser gets one");
        let cookie = cookie.to_str().expect("ASCII");
        assert!(cookie.starts_with("__Host-latchstring-connect="), "{cookie}");
        assert!(
            cookie.ends_with("; Path=/; HttpOnly; SameSite=Lax; Max-Age=1800; Secure"),
            "{cookie}"
        );
        let pair = cookie.split(';').next().expect("a pair");
        let second = Browser::of(&headers(&[("cookie", &format!("a=b; {pair}"))]), &issuer);
        assert_eq!(second.fingerprint(), first.fingerprint());
        assert_eq!(second.cookie(&issuer), None);
        assert!(!first.fingerprint().contains(&first.id) && !first.id.contains(&first.fingerprint()));
    }

    #[test]
    fn without_tls_the_cookie_is_one_that_browsers_take_there() {
        let issuer = issuer("http://127.0.0.1:8787");
        let cookie = Browser::of(&HeaderMap::new(), &issuer).cookie(&issuer);
        let cookie = cookie.expect("a new browser gets one");
        let cookie = cookie.to_str().expect("ASCII");
        assert!(cookie.starts_with("latchstring-connect="), "{cookie}");
        assert!(!cookie.contains("Secure"), "{cookie}");
    }

    #[test]
    fn a_made_up_cookie_is_none() {
        let issuer = issuer("http://127.0.0.1:8787");
        for wrong in ["", "x", "0123456789abcdef", "0123456789abcdef0123456789abcdeg"] {
            let cookie = format!("latchstring-connect={wrong}");
            assert!(
                Browser::known(&headers(&[("cookie", &cookie)]), &issuer).is_none(),
                "{wrong}"
            );
        }
    }
}
