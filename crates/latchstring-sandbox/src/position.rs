//! From an error's stack to a place in the program.

/// How the guest calls the program.
const FILE: &str = "program.js:";

/// The function around the program's wrapper. Its place is the wrapper's end, whatever happened inside.
const WRAPPER: &str = "    at <eval> ";

/// The innermost place of `stack` that lies in `code`, in bytes. A bare loop that is stopped has none.
///
/// The engine may mean what the wrapper adds behind the program; then it is the program's end.
pub(crate) fn place(stack: &str, code: &str) -> Option<usize> {
    let (line, column) = stack
        .lines()
        .filter(|line| !line.starts_with(WRAPPER))
        .filter_map(frame)
        .find(|(line, _)| *line >= 1)?;
    let (lines, index) = (code.lines().count().max(1), usize::try_from(line).ok()? - 1);
    let beyond = index >= lines;
    let start = line_starts(code).nth(index.min(lines - 1)).unwrap_or(0);
    let length = code[start..].lines().next().map_or(0, str::len);
    let column = usize::try_from(column).ok()?.max(1) - 1;
    let mut offset = start + if beyond { length } else { column.min(length) };
    while !code.is_char_boundary(offset) {
        offset -= 1;
    }
    Some(offset)
}

fn line_starts(source: &str) -> impl Iterator<Item = usize> {
    std::iter::once(0).chain(source.match_indices('\n').map(|(at, _)| at + 1))
}

/// Line and column (in bytes) of one line of the stack: `    at name (program.js:2:9)` or `    at program.js:2:9`.
fn frame(line: &str) -> Option<(i64, u32)> {
    let at = &line[line.rfind(FILE)? + FILE.len()..];
    let (line, column) = at.trim_end_matches(')').split_once(':')?;
    Some((line.parse().ok()?, column.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use latchstring_core::Position;

    fn place(stack: &str, code: &str) -> Option<(u32, u32, String)> {
        let at = Position::of(super::place(stack, code)?, code);
        Some((at.line, at.column, at.source_line))
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
            let _ = place(stack, "é");
        }
    }
}
