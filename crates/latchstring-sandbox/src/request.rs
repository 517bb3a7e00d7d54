//! The calls of one turn, as the guest left them in its memory.
//!
//! Whoever broke the engine could write anything there, so nothing is believed: every length is checked against what is
//! left, and a call carries no identity. Whose data it touches is the session's affair.

use serde::{Deserialize, Serialize};

/// One call the program made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Request {
    /// Returned with the answer.
    pub(crate) id: u32,
    /// As the program wrote it, such as `boms.list`, but of [`PATH_CHARACTERS`] at most.
    pub(crate) path: String,
    /// JSON text.
    pub(crate) arguments: String,
}

impl Request {
    /// As it is taken from whoever may have made it up.
    pub(crate) fn checked(self) -> Self {
        Self {
            path: shortened(self.path),
            ..self
        }
    }
}

/// Little-endian id, path length and argument length.
const HEADER_BYTES: usize = 12;

/// A program may ask for a name of any length, and errors repeat it.
const PATH_CHARACTERS: usize = 100;

/// Reads all calls, at most `limit`. None when anything does not add up.
pub(crate) fn parse(mut bytes: &[u8], limit: usize) -> Option<Vec<Request>> {
    let mut requests = Vec::new();
    while !bytes.is_empty() {
        if requests.len() == limit {
            return None;
        }
        let (header, rest) = bytes.split_first_chunk::<HEADER_BYTES>()?;
        let word = |at: usize| u32::from_le_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]);
        let (path, rest) = rest.split_at_checked(word(4) as usize)?;
        let (arguments, rest) = rest.split_at_checked(word(8) as usize)?;
        requests.push(Request {
            id: word(0),
            path: shortened(text(path)),
            arguments: text(arguments),
        });
        bytes = rest;
    }
    Some(requests)
}

/// JavaScript strings may hold half characters, which are not UTF-8; they become `\u{FFFD}`.
fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// What is cut ends in `…`, which no operation's name has.
fn shortened(mut path: String) -> String {
    if path.chars().nth(PATH_CHARACTERS).is_some()
        && let Some((end, _)) = path.char_indices().nth(PATH_CHARACTERS - 1)
    {
        path.truncate(end);
        path.push('…');
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encode(id: u32, path_len: u32, argument_len: u32, rest: &str) -> Vec<u8> {
        let mut bytes = Vec::new();
        for word in [id, path_len, argument_len] {
            bytes.extend(word.to_le_bytes());
        }
        bytes.extend(rest.as_bytes());
        bytes
    }

    #[test]
    fn calls_are_read_one_after_the_other() {
        let mut bytes = encode(0, 9, 2, "boms.list{}");
        bytes.extend(encode(3, 1, 7, "x{\"a\":1}"));
        let requests = parse(&bytes, 10).unwrap();
        let seen: Vec<_> = requests
            .iter()
            .map(|r| (r.id, r.path.as_str(), r.arguments.as_str()))
            .collect();
        assert_eq!(seen, [(0, "boms.list", "{}"), (3, "x", "{\"a\":1}")]);
        assert_eq!(parse(&[], 0), Some(vec![]));
    }

    #[test]
    fn s04_forged_lengths_never_read_beyond_the_buffer() {
        for hostile in [
            encode(0, u32::MAX, u32::MAX, "x"),
            encode(0, 1, u32::MAX, "x"),
            encode(0, u32::MAX, 2, "x{}"),
            encode(0, 2, 0, "x"),
            encode(0, 0, 1, ""),
            encode(0, 1, 2, "x{}")[..11].to_vec(),
            [encode(0, 1, 2, "x{}"), vec![1, 2, 3]].concat(),
        ] {
            assert_eq!(parse(&hostile, 10), None, "{hostile:?}");
        }
    }

    #[test]
    fn s04_more_calls_than_allowed_are_refused_whole() {
        let many = encode(0, 0, 0, "").repeat(1000);
        assert_eq!(parse(&many, 999), None);
        assert_eq!(parse(&many, 1000).unwrap().len(), 1000);
    }

    #[test]
    fn s04_a_path_is_cut_to_a_readable_length() {
        for (length, expected) in [(100, 100), (101, 100), (1_000_000, 100)] {
            let path = shortened("é".repeat(length));
            assert_eq!(path.chars().count(), expected);
            assert_eq!(path.ends_with('…'), length > 100);
        }
    }

    #[test]
    fn s04_bytes_that_are_not_text_become_text() {
        let mut bytes = encode(u32::MAX, 2, 2, "");
        bytes.extend([0xff, 0xfe, 0xed, 0xa0]);
        let requests = parse(&bytes, 1).unwrap();
        assert_eq!(requests[0].id, u32::MAX);
        assert!(requests[0].path.contains('\u{FFFD}'));
    }
}
