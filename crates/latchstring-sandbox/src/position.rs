//! From an error's stack to a place in the program.

use latchstring_core::Position;

/// How the guest calls the program.
const FILE: &str = "program.js:";

/// Longest piece of a source line that is shown, in characters.
const SHOWN: usize = 200;

/// The function around the program's wrapper. Its place is the wrapper's end, whatever happened inside.
const WRAPPER: &str = "    at <eval> ";

/// The innermost place of `stack` that lies in `source`. A bare loop that is stopped has none.
pub(crate) fn position(stack: &str, source: &str) -> Option<Position> {
    let (line, column) = stack
        .lines()
        .filter(|line| !line.starts_with(WRAPPER))
        .filter_map(frame)
        .find(|(line, _)| *line >= 1)?;
    let lines = source.lines().count().max(1);
    let index = usize::try_from(line).ok()?.min(lines) - 1;
    let text = source.lines().nth(index).unwrap_or("");
    // What is beyond the last line is what the wrapper adds: the program ended too early.
    let bytes = if usize::try_from(line).ok()? > lines {
        text.len()
    } else {
        usize::try_from(column).ok()?.max(1) - 1
    };
    let before = text
        .get(..bytes)
        .map_or_else(|| text.chars().count(), |before| before.chars().count());
    Some(Position {
        line: u32::try_from(index + 1).ok()?,
        column: u32::try_from(before + 1).ok()?,
        source_line: shown(text, before),
    })
}

/// Line and column (in bytes) of one line of the stack: `    at name (program.js:2:9)` or `    at program.js:2:9`.
fn frame(line: &str) -> Option<(i64, u32)> {
    let at = &line[line.rfind(FILE)? + FILE.len()..];
    let (line, column) = at.trim_end_matches(')').split_once(':')?;
    Some((line.parse().ok()?, column.parse().ok()?))
}

/// The line, or the piece of it around `column` when it is very long.
fn shown(line: &str, column: usize) -> String {
    let length = line.chars().count();
    if length <= SHOWN {
        return line.to_owned();
    }
    let start = column.saturating_sub(SHOWN / 2).min(length - SHOWN);
    let piece: String = line.chars().skip(start).take(SHOWN).collect();
    let (before, after) = (
        if start > 0 { "…" } else { "" },
        if start + SHOWN < length { "…" } else { "" },
    );
    format!("{before}{piece}{after}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(stack: &str, source: &str) -> Option<(u32, u32, String)> {
        position(stack, source).map(|at| (at.line, at.column, at.source_line))
    }

    #[test]
    fn the_innermost_frame_of_the_program_is_the_place() {
        let stack = "    at parse (native)\n    at f (program.js:2:9)\n    at <anonymous> (program.js:5:1)\n";
        assert_eq!(
            place(stack, "a\nbcdefghijkl\nc"),
            Some((2, 9, "bcdefghijkl".to_owned()))
        );
        assert_eq!(place("    at program.js:1:2\n", "ab"), Some((1, 2, "ab".to_owned())));
        assert_eq!(place("    at <anonymous> (native)\n", "a"), None);
        assert_eq!(place("    at <anonymous> (program.js:-1:3)\n", "a"), None);
        assert_eq!(
            place(
                "    at <anonymous> (program.js:0:1)\n    at <eval> (program.js:3:1)\n",
                "a\nb"
            ),
            None
        );
    }

    #[test]
    fn columns_count_characters() {
        assert_eq!(
            place("    at f (program.js:1:7)", "ééé.x"),
            Some((1, 4, "ééé.x".to_owned()))
        );
    }

    #[test]
    fn a_place_beyond_the_program_is_its_end() {
        assert_eq!(
            place("    at program.js:3:1", "if (x) {\n  y"),
            Some((2, 4, "  y".to_owned()))
        );
        assert_eq!(place("    at program.js:1:99", "ab"), Some((1, 3, "ab".to_owned())));
        assert_eq!(place("    at program.js:9:9", ""), Some((1, 1, String::new())));
    }

    #[test]
    fn forged_frames_do_no_harm() {
        for stack in [
            "program.js:",
            "program.js:1",
            "program.js:99999999999999999999:1",
            "(program.js:1:x)",
            "program.js:1:0",
        ] {
            let _ = position(stack, "é");
        }
    }

    #[test]
    fn a_very_long_line_is_cut_around_the_place() {
        let source = format!("{}X{}", "a".repeat(5000), "b".repeat(5000));
        let (_, column, shown) = place("    at program.js:1:5001", &source).unwrap();
        assert_eq!(column, 5001);
        assert_eq!(shown.chars().count(), SHOWN + 2);
        assert!(shown.starts_with("…a") && shown.contains('X') && shown.ends_with("b…"));
    }
}
