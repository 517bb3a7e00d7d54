//! The form of an API key and of every OAuth token: a prefix, 190 random bits and a checksum.
//!
//! The prefix says what a token is for. API keys begin as their product says, such as `asmk_`; access tokens with
//! `lsa_`, refresh tokens with `lsr_`, authorization codes with `lsc_`. So a token at the wrong door is known for what it
//! is without asking the store.
//!
//! The prefix and an underscore, then 32 base62 characters + 6 base62 characters of CRC-32 over everything before them. The prefix and the
//! checksum let secret scanners be certain, and let us refuse junk and typing errors without asking the store.

use std::{borrow::Cow, fmt, str::FromStr};

use latchstring_core::random;

use crate::Secret;

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const RANDOM_CHARACTERS: usize = 32;
const CHECKSUM_CHARACTERS: usize = 6;
const TAIL_CHARACTERS: usize = RANDOM_CHARACTERS + CHECKSUM_CHARACTERS;

/// A token in the right form. Whether it opens anything, only the store knows.
pub struct Token {
    text: Secret,
    prefix_length: usize,
}

impl Token {
    /// A new random token.
    pub fn generate(prefix: &TokenPrefix) -> Self {
        let mut text = String::with_capacity(prefix.0.len() + 1 + TAIL_CHARACTERS);
        text.push_str(&prefix.0);
        text.push('_');
        let end = text.len() + RANDOM_CHARACTERS;
        while text.len() < end {
            // 248 = 4 * 62: the bytes beyond it are thrown away, so that every character is equally likely.
            let fair = random::bytes::<32>().into_iter().filter(|byte| *byte < 248);
            text.extend(
                fair.take(end - text.len())
                    .map(|byte| char::from(ALPHABET[usize::from(byte % 62)])),
            );
        }
        text.push_str(&checksum(&text));
        Self {
            text: Secret::new(text),
            prefix_length: prefix.0.len(),
        }
    }

    /// Reads a presented token. Looks at a bounded number of bytes, however long the text is.
    ///
    /// # Errors
    /// When it is not a token with this prefix, or not a whole one.
    pub fn parse(text: &str, prefix: &TokenPrefix) -> Result<Self, TokenError> {
        let tail = text
            .strip_prefix(prefix.as_str())
            .and_then(|rest| rest.strip_prefix('_'))
            .ok_or_else(|| TokenError::WrongPrefix {
                expected: prefix.clone(),
            })?;
        if tail.len() != TAIL_CHARACTERS || !tail.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(TokenError::Malformed);
        }
        let (body, given) = text.split_at(text.len() - CHECKSUM_CHARACTERS);
        if checksum(body) != given {
            return Err(TokenError::WrongChecksum);
        }
        Ok(Self {
            text: Secret::new(text),
            prefix_length: prefix.0.len(),
        })
    }

    /// The whole token.
    pub fn secret(&self) -> &Secret {
        &self.text
    }

    /// The whole token, to be shown once.
    pub fn into_secret(self) -> Secret {
        self.text
    }

    /// Its first and last characters, such as `asmk_Ab12...9xYz`: enough to tell keys apart, too little to use.
    pub fn hint(&self) -> String {
        let text = self.text.expose();
        format!("{}...{}", &text[..self.prefix_length + 5], &text[text.len() - 4..])
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}

/// Six base62 digits of the CRC-32, most significant first.
fn checksum(body: &str) -> String {
    let mut rest = crc32fast::hash(body.as_bytes());
    let mut digits = [0; CHECKSUM_CHARACTERS];
    for digit in digits.iter_mut().rev() {
        *digit = ALPHABET[(rest % 62) as usize];
        rest /= 62;
    }
    digits.into_iter().map(char::from).collect()
}

/// Text that is not such a token. Says nothing of what the right one would be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// It does not begin as keys of this product do.
    #[error("a key begins with `{expected}_`; copy the whole key")]
    WrongPrefix {
        /// How keys of this product begin.
        expected: TokenPrefix,
    },
    /// Too long, too short, or with characters that keys do not have.
    #[error("a key has {TAIL_CHARACTERS} letters and digits after its prefix; copy the whole key, without quotes")]
    Malformed,
    /// A character is wrong or two are swapped.
    #[error("the key has a typing error; copy it again")]
    WrongChecksum,
}

/// What a kind of token begins with, before the underscore: such as `asmk`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenPrefix(Cow<'static, str>);

impl TokenPrefix {
    /// Of access tokens.
    pub const ACCESS: Self = Self(Cow::Borrowed("lsa"));
    /// Of refresh tokens.
    pub const REFRESH: Self = Self(Cow::Borrowed("lsr"));
    /// Of authorization codes.
    pub const AUTHORIZATION_CODE: Self = Self(Cow::Borrowed("lsc"));

    /// The text, without the underscore.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for TokenPrefix {
    type Err = TokenPrefixError;

    /// Reads the prefix of a product's keys.
    fn from_str(text: &str) -> Result<Self, TokenPrefixError> {
        let is_word = text.starts_with(|c: char| c.is_ascii_lowercase())
            && text
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
        let is_ours = [Self::ACCESS, Self::REFRESH, Self::AUTHORIZATION_CODE]
            .iter()
            .any(|prefix| prefix.0 == text);
        if is_word && !is_ours && (2..=12).contains(&text.len()) {
            Ok(Self(Cow::Owned(text.to_owned())))
        } else {
            Err(TokenPrefixError(text.chars().take(32).collect()))
        }
    }
}

impl fmt::Display for TokenPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Not a key prefix.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a key prefix; use 2 to 12 lower-case letters and digits, a letter first, such as `asmk`, and not `lsa`, \
     `lsr` or `lsc`, which OAuth tokens begin with"
)]
pub struct TokenPrefixError(String);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn prefix() -> TokenPrefix {
        "asmk".parse().expect("a prefix")
    }

    #[test]
    fn a_key_has_the_documented_form() {
        let key = Token::generate(&prefix());
        let text = key.secret().expose();
        assert_eq!(text.len(), "asmk_".len() + 38);
        assert_eq!(key.hint(), format!("{}...{}", &text[..9], &text[39..]));
        assert_eq!(format!("{key:?}"), "Token(..)");
    }

    #[test]
    fn the_checksum_is_the_one_that_scanners_compute() {
        // CRC-32 of `123456789` is 0xCBF43926 by definition; its base 62 was computed by hand.
        assert_eq!(checksum("123456789"), "3jZRME");
    }

    #[test]
    fn t01_each_kind_of_junk_is_named() {
        let key = Token::generate(&prefix());
        let text = key.secret().expose();
        let refusal = |text: &str| Token::parse(text, &prefix()).expect_err("refused");
        for other in [
            "",
            "asmk",
            "asmkx",
            "ASMK_",
            &text[1..],
            &text.replace("asmk", "lstk"),
            &format!(" {text}"),
        ] {
            assert_eq!(
                refusal(other),
                TokenError::WrongPrefix { expected: prefix() },
                "{other}"
            );
        }
        let (long, endless) = (format!("{text}0"), format!("asmk_{}", "A".repeat(1 << 20)));
        for part in [
            "asmk_",
            &text[..42],
            &long,
            &endless,
            &format!("asmk_{}é", "A".repeat(36)),
        ] {
            assert_eq!(refusal(part), TokenError::Malformed);
        }
        assert_eq!(refusal(&format!("asmk_{}", "A".repeat(38))), TokenError::WrongChecksum);
    }

    #[test]
    fn every_character_of_the_alphabet_is_about_equally_likely() {
        let mut counts = [0_u32; 128];
        for _ in 0..2_000 {
            for byte in Token::generate(&prefix())
                .secret()
                .expose()
                .bytes()
                .skip(5)
                .take(RANDOM_CHARACTERS)
            {
                counts[usize::from(byte)] += 1;
            }
        }
        // 64,000 draws over 62 characters: 1,032 each, standard deviation 32. The bounds are seven of them wide.
        assert!(
            ALPHABET
                .iter()
                .all(|byte| (800..1_265).contains(&counts[usize::from(*byte)])),
            "{counts:?}"
        );
    }

    #[test]
    fn a_prefix_is_a_short_lower_case_word() {
        for wrong in [
            "",
            "a",
            "Asmk",
            "1abc",
            "asmk_",
            "as-mk",
            "abcdefghijklm",
            "é1",
            "lsa",
            "lsr",
            "lsc",
        ] {
            assert!(wrong.parse::<TokenPrefix>().is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn a_key_reads_back_as_itself(_ in 0..64_u8) {
            let key = Token::generate(&prefix());
            let read = Token::parse(key.secret().expose(), &prefix()).expect("its own text");
            prop_assert_eq!(read.secret().expose(), key.secret().expose());
            prop_assert_eq!(read.hint(), key.hint());
        }

        #[test]
        fn any_one_changed_character_is_refused(at in 0..43_usize, character in any::<char>()) {
            let key = Token::generate(&prefix());
            let mut characters: Vec<char> = key.secret().expose().chars().collect();
            prop_assume!(characters[at] != character);
            characters[at] = character;
            let text: String = characters.into_iter().collect();
            prop_assert!(Token::parse(&text, &prefix()).is_err());
        }

        #[test]
        fn any_one_other_letter_or_digit_is_refused(at in 5..43_usize, letter in 0..62_usize) {
            let key = Token::generate(&prefix());
            let mut bytes = key.secret().expose().as_bytes().to_vec();
            prop_assume!(bytes[at] != ALPHABET[letter]);
            bytes[at] = ALPHABET[letter];
            let text = String::from_utf8(bytes).expect("ASCII");
            prop_assert!(Token::parse(&text, &prefix()).is_err());
        }

        #[test]
        fn any_two_swapped_neighbours_are_refused(at in 0..42_usize) {
            let key = Token::generate(&prefix());
            let mut bytes = key.secret().expose().as_bytes().to_vec();
            prop_assume!(bytes[at] != bytes[at + 1]);
            bytes.swap(at, at + 1);
            let text = String::from_utf8(bytes).expect("ASCII");
            prop_assert!(Token::parse(&text, &prefix()).is_err());
        }

        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,80}", tail in "[0-9A-Za-z]{30,45}") {
            let _ = Token::parse(&text, &prefix());
            let _ = Token::parse(&format!("asmk_{text}"), &prefix());
            let _ = Token::parse(&format!("asmk_{tail}"), &prefix());
        }
    }
}
