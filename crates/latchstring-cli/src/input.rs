//! Lines from standard input, read by a thread of their own: a read cannot be taken back, and nothing waits for it.

use std::io::{self, BufRead, Read};

use tokio::sync::mpsc;

/// The longest line, in bytes. Servers take less.
pub(crate) const MOST_BYTES: usize = 4 << 20;
/// Lines that may wait.
const WAITING: usize = 16;

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Line {
    /// Without its end.
    Whole(Vec<u8>),
    /// Longer than [`MOST_BYTES`]; it is not kept.
    TooLong,
}

/// Lines from standard input, until it ends.
pub(crate) fn lines() -> mpsc::Receiver<io::Result<Line>> {
    let (sender, receiver) = mpsc::channel(WAITING);
    std::thread::spawn(move || {
        let mut input = io::stdin().lock();
        while let Some(line) = next(&mut input).transpose() {
            let is_last = line.is_err();
            if sender.blocking_send(line).is_err() || is_last {
                break;
            }
        }
    });
    receiver
}

/// The next line with something in it.
fn next(input: &mut impl BufRead) -> io::Result<Option<Line>> {
    loop {
        let mut line = Vec::new();
        let most = u64::try_from(MOST_BYTES).unwrap_or(u64::MAX);
        if input.by_ref().take(most + 1).read_until(b'\n', &mut line)? == 0 {
            return Ok(None);
        }
        if line.ends_with(b"\n") {
            line.pop();
        } else if line.len() > MOST_BYTES {
            input.skip_until(b'\n')?;
            return Ok(Some(Line::TooLong));
        }
        if !line.trim_ascii().is_empty() {
            return Ok(Some(Line::Whole(line)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(mut input: &[u8]) -> Vec<Line> {
        std::iter::from_fn(|| next(&mut input).unwrap()).collect()
    }

    #[test]
    fn lines_come_whole_and_empty_ones_not_at_all() {
        let whole = |text: &str| Line::Whole(text.as_bytes().to_vec());
        assert_eq!(
            all(b"one\n\n  \r\ntwo\r\nthree"),
            [whole("one"), whole("two\r"), whole("three")]
        );
    }

    #[test]
    fn a_line_that_is_too_long_costs_itself_and_no_other() {
        let fits = vec![b'x'; MOST_BYTES];
        let input = [fits.as_slice(), b"\n", &fits, b"x\nnext\n"].concat();
        assert_eq!(
            all(&input),
            [Line::Whole(fits), Line::TooLong, Line::Whole(b"next".to_vec())]
        );
    }
}
