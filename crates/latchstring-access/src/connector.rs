//! A tenant's connector: the part of its address that cannot be guessed.

use std::{fmt, str::FromStr};

use latchstring_core::random;

/// 128 random bits in hexadecimal, in the address that a person pastes into a chat. It says which tenant an app wants
/// to be connected to. It opens nothing: that takes a connection code.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ConnectorId(String);

impl ConnectorId {
    /// How many characters it has.
    pub const CHARACTERS: usize = 32;

    /// A new random one.
    pub fn generate() -> Self {
        Self(format!("{:032x}", u128::from_be_bytes(random::bytes())))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ConnectorId {
    type Err = ConnectorIdError;

    fn from_str(text: &str) -> Result<Self, ConnectorIdError> {
        let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if text.len() == Self::CHARACTERS && text.bytes().all(is_hex) {
            Ok(Self(text.to_owned()))
        } else {
            Err(ConnectorIdError)
        }
    }
}

impl fmt::Display for ConnectorId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for ConnectorId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ConnectorId({})", self.0)
    }
}

/// Not the id of a connector.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a connector's id has 32 digits and letters a to f; copy the whole connector address")]
pub struct ConnectorIdError;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_reads_back_what_it_shows_and_nothing_else() {
        let id = ConnectorId::generate();
        assert_eq!(id.to_string().parse(), Ok(id.clone()));
        assert_eq!(id.as_str(), id.to_string());
        assert_eq!(format!("{id:?}"), format!("ConnectorId({id})"));
        let text = id.as_str();
        for wrong in [
            "",
            &text[1..],
            &format!("{text}0"),
            &text.replacen(&text[..1], "g", 1),
            "0123456789ABCDEF0123456789ABCDEF",
        ] {
            assert_eq!(wrong.parse::<ConnectorId>(), Err(ConnectorIdError), "{wrong}");
        }
    }
}
