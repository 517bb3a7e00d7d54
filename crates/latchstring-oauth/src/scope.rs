//! Scopes on the wire: `read`, and `read write` for what may change data.
//!
//! What an app gets is what the person's connection code allows, whatever it asks for (RFC 6749, section 3.3); the
//! answer says so. `offline_access` is accepted and means nothing, for every app gets a refresh token.

use latchstring_core::Scope;

/// What a resource advertises.
pub(crate) const OF_RESOURCE: [&str; 2] = ["read", "write"];

/// What the authorization server advertises. Without `offline_access` some clients ask for no refresh token, and their
/// users are logged out every hour.
pub(crate) const OF_SERVER: [&str; 3] = ["read", "write", "offline_access"];

/// The scope of a challenge. It names both: a client may be granted less than it asked for, but some refuse to be granted
/// more.
pub(crate) const CHALLENGE: &str = "read write";

/// As an answer says it.
pub(crate) fn to_wire(scope: Scope) -> &'static str {
    match scope {
        Scope::Read => "read",
        Scope::ReadWrite => "read write",
    }
}

/// As a request says it; `Ok(None)` when it names none of ours.
///
/// # Errors
/// When it names something we do not know.
pub(crate) fn from_wire(text: &str) -> Result<Option<Scope>, UnknownScope> {
    let mut asked = None;
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        asked = match word {
            "read" => asked.or(Some(Scope::Read)),
            "write" => Some(Scope::ReadWrite),
            "offline_access" => asked,
            _ => return Err(UnknownScope),
        };
    }
    Ok(asked)
}

/// A scope that this server does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct UnknownScope;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_words_does_not_matter() {
        assert_eq!(from_wire("read"), Ok(Some(Scope::Read)));
        for both in [
            "read write",
            "write read",
            "write",
            "write read offline_access",
            " read  write ",
        ] {
            assert_eq!(from_wire(both), Ok(Some(Scope::ReadWrite)), "{both}");
        }
        assert_eq!(from_wire(""), Ok(None));
        assert_eq!(from_wire("offline_access"), Ok(None));
        assert_eq!(from_wire("read admin"), Err(UnknownScope));
        assert_eq!(from_wire("READ"), Err(UnknownScope));
        assert_eq!(from_wire(to_wire(Scope::Read)), Ok(Some(Scope::Read)));
        assert_eq!(from_wire(to_wire(Scope::ReadWrite)), Ok(Some(Scope::ReadWrite)));
    }
}
