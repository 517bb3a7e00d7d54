//! A rough reading of JavaScript: which brackets are open at the end of a piece of it.
//!
//! Good enough to word an error better; nothing depends on it being right.

/// Reads `code` and returns where the brackets and templates that are open at its end begin, outermost first, or where
/// the first closing bracket is that closes nothing.
pub(crate) fn open_at_end(code: &str) -> Result<Vec<usize>, usize> {
    let bytes = code.as_bytes();
    let mut open: Vec<(u8, usize)> = Vec::new();
    // What comes before a slash tells a division from a regular expression.
    let (mut at, mut before) = (0, b'(');
    while let Some(&byte) = bytes.get(at) {
        let rest = &bytes[at..];
        let in_template = open.last().is_some_and(|(bracket, _)| *bracket == b'`');
        let length = match byte {
            b'\\' => 2,
            b'`' if in_template => {
                open.pop();
                1
            }
            b'$' if in_template && rest.get(1) == Some(&b'{') => {
                open.push((b'{', at + 1));
                2
            }
            _ if in_template => 1,
            b'/' if rest.get(1) == Some(&b'/') => line(rest),
            b'/' if rest.get(1) == Some(&b'*') => comment(rest),
            b'"' | b'\'' => quoted(rest, byte),
            b'/' if b"(,=:[!&|?{};+-*%<>~^".contains(&before) => regexp(rest),
            b'(' | b'[' | b'{' | b'`' => {
                open.push((byte, at));
                1
            }
            b')' | b']' | b'}' => {
                open.pop().ok_or(at)?;
                1
            }
            _ => 1,
        };
        let is_blank = byte.is_ascii_whitespace() || rest.starts_with(b"//") || rest.starts_with(b"/*");
        if !is_blank {
            before = byte;
        }
        at += length;
    }
    Ok(open.into_iter().map(|(_, at)| at).collect())
}

fn line(rest: &[u8]) -> usize {
    rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len())
}

fn comment(rest: &[u8]) -> usize {
    let end = rest[2..].windows(2).position(|pair| pair == b"*/");
    end.map_or(rest.len(), |end| end + 4)
}

/// A string ends at its quote, or at the line's end.
fn quoted(rest: &[u8], quote: u8) -> usize {
    ends(rest, |byte, _| byte == quote)
}

/// A regular expression ends at a slash outside of square brackets, or at the line's end.
fn regexp(rest: &[u8]) -> usize {
    ends(rest, |byte, in_class| byte == b'/' && !in_class)
}

fn ends(rest: &[u8], is_end: impl Fn(u8, bool) -> bool) -> usize {
    let (mut at, mut in_class) = (1, false);
    while let Some(&byte) = rest.get(at) {
        match byte {
            b'\n' => return at,
            _ if is_end(byte, in_class) => return at + 1,
            b'\\' => at += 1,
            b'[' => in_class = true,
            b']' => in_class = false,
            _ => {}
        }
        at += 1;
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::open_at_end;

    #[test]
    fn brackets_in_text_do_not_count() {
        for closed in [
            "",
            "f({ a: [1, 2] })",
            "'(' + \"[\" + `{ ( ${g(`}`)} [`",
            "// (\n/* [ ( */ f()",
            "s.replace(/[(/\"]/g, '')",
            "a / b / (c)",
            "'it\\'s ('",
        ] {
            assert_eq!(open_at_end(closed), Ok(vec![]), "{closed}");
        }
    }

    #[test]
    fn what_is_open_is_told_outermost_first() {
        assert_eq!(open_at_end("f({ a: ["), Ok(vec![1, 2, 7]));
        assert_eq!(open_at_end("`a ${ b"), Ok(vec![0, 4]));
        assert_eq!(open_at_end("(a) }"), Err(4));
        assert_eq!(open_at_end("'unfinished\n("), Ok(vec![12]));
    }

    #[test]
    fn hostile_text_does_no_harm() {
        for code in ["\\", "/", "/*", "/*/", "'", "`${", "'\\", "/[", "é\\é", "$", "`$"] {
            let _ = open_at_end(code);
        }
    }
}
