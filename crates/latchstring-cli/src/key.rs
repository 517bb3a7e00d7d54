//! The API key, from the environment to the `Authorization` header and nowhere else.

use std::fmt;

use reqwest::header::HeaderValue;
use thiserror::Error;
use zeroize::Zeroizing;

/// Where it is looked for.
pub(crate) const VARIABLE: &str = "LATCHSTRING_KEY";

/// An API key. It does not print, and is wiped when it is dropped.
pub(crate) struct Key(Zeroizing<String>);

#[derive(Debug, Error, PartialEq, Eq)]
pub(crate) enum KeyError {
    #[error("{VARIABLE} is not set")]
    Missing,
    #[error("{VARIABLE} begins with `Bearer`; set it to the key alone")]
    Scheme,
    #[error("{VARIABLE} is no key: it has blanks or other characters that no key has; copy it again")]
    Characters,
}

impl Key {
    pub(crate) fn from_environment() -> Result<Self, KeyError> {
        match std::env::var(VARIABLE) {
            Ok(text) => Self::parse(text),
            Err(std::env::VarError::NotPresent) => Err(KeyError::Missing),
            Err(std::env::VarError::NotUnicode(_)) => Err(KeyError::Characters),
        }
    }

    fn parse(text: String) -> Result<Self, KeyError> {
        let text = Zeroizing::new(text);
        let key = text.trim();
        if key.is_empty() {
            return Err(KeyError::Missing);
        }
        if key.get(..7).is_some_and(|start| start.eq_ignore_ascii_case("bearer ")) {
            return Err(KeyError::Scheme);
        }
        if !key.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(KeyError::Characters);
        }
        Ok(Self(Zeroizing::new(key.to_owned())))
    }

    /// As a header. The HTTP client's own copies of it live as long as a request and do not print, either.
    pub(crate) fn header(&self) -> HeaderValue {
        let text = Zeroizing::new(format!("Bearer {}", *self.0));
        let mut header = HeaderValue::from_str(&text).expect("a key has visible ASCII characters only");
        header.set_sensitive(true);
        header
    }
}

/// Whether something in the text could be a key or a token, or much of one: a prefix, an underscore, and letters and
/// digits that are no word.
pub(crate) fn is_in(text: &str) -> bool {
    text.split(|character: char| !character.is_ascii_alphanumeric() && character != '_')
        .filter_map(|word| word.rsplit_once('_'))
        .any(|(prefix, rest)| {
            !prefix.is_empty()
                && rest.len() > 5
                && rest.contains(|one: char| one.is_ascii_digit() || one.is_uppercase())
        })
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t13_it_does_not_print_nor_does_its_header() {
        let key = Key::parse(" asmk_hunter2\n".to_owned()).unwrap();
        assert_eq!(format!("{key:?} {:?}", key.header()), "Key(..) Sensitive");
        assert_eq!(
            key.header(),
            "Bearer asmk_hunter2",
            "what a copy brings along is left out"
        );
    }

    #[test]
    fn t13_a_key_is_seen_wherever_it_stands() {
        for text in [
            "asmk_hunter2",
            "lsa_Ab12Cd34Ef56",
            "Bearer asmk_hunter2",
            "--asmk_hunter2",
            "https://example.com/?a=b&key=asmk_hunter2",
            "'asmk_hunter2…'",
        ] {
            assert!(is_in(text), "{text}");
        }
        for text in [
            "https://mcp.example.com/mcp",
            "--log_level",
            "my_file.txt",
            "_hunter2",
            "asmk_",
            "20",
        ] {
            assert!(!is_in(text), "{text}");
        }
    }

    #[test]
    fn what_is_no_key_is_said_without_repeating_it() {
        for (text, error) in [
            (" ", KeyError::Missing),
            ("bearer asmk_x", KeyError::Scheme),
            ("asmk_x asmk_y", KeyError::Characters),
            ("asmk_…", KeyError::Characters),
        ] {
            assert_eq!(Key::parse(text.to_owned()).unwrap_err(), error, "{text}");
        }
    }
}
