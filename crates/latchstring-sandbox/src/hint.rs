//! What a syntax error means that assistants often make.

use crate::{brackets, position::Place};

/// A better message and the place it belongs to, where the mistake is certain.
pub(crate) fn syntax(message: &str, place: Place, source: &str) -> Option<(String, usize)> {
    if place.beyond {
        return match brackets::open_at_end(source) {
            Ok(open) if open.is_empty() => None,
            Ok(_) => Some((
                "the program ends inside an unclosed `{`, `(` or `[`".to_owned(),
                place.offset,
            )),
            Err(extra) => Some((
                "this bracket closes nothing; remove it, or open it before".to_owned(),
                extra,
            )),
        };
    }
    let before = source[..place.offset].trim_end();
    if ends_with_word(before, "import") || message == "unsupported keyword: export" {
        let message = format!("{message}; there are no modules; everything is in `app`");
        return Some((message, place.offset));
    }
    // Where `await` is allowed it takes whatever follows, and the engine says something else.
    let not_taken = message.starts_with("expecting") || message.starts_with("Unexpected");
    if not_taken && ends_with_word(before, "await") {
        return Some((
            "`await` in a function that is not async; make the function `async`".to_owned(),
            before.len() - "await".len(),
        ));
    }
    None
}

fn ends_with_word(text: &str, word: &str) -> bool {
    text.strip_suffix(word)
        .is_some_and(|rest| !rest.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '$' | '.')))
}
