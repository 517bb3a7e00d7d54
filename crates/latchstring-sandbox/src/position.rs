//! From an error's stack to a place in the program.

use latchstring_core::Position;

use crate::brackets;

/// How the guest calls the program.
const FILE: &str = "program.js:";

/// Longest piece of a source line that is shown, in characters.
const SHOWN: usize = 200;

/// How many occurrences of a method's name are looked at for a call.
const SEARCHED: usize = 50;

/// The function around the program's wrapper. Its place is the wrapper's end, whatever happened inside.
const WRAPPER: &str = "    at <eval> ";

/// A place in the program, before it is put into a [`Position`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    /// In bytes of the source.
    pub(crate) offset: usize,
    /// The engine means what the wrapper adds behind the program: it ended too early, or closed the wrapper.
    pub(crate) beyond: bool,
}

/// Whether the error was found in reading the program; one that was thrown has a function in its first line.
pub(crate) fn is_parsing(stack: &str) -> bool {
    stack
        .trim_start()
        .strip_prefix("at ")
        .is_some_and(|at| at.starts_with(FILE))
}

/// The innermost place of `stack` that lies in `source`. A bare loop that is stopped has none.
pub(crate) fn place(stack: &str, source: &str) -> Option<Place> {
    let (line, column) = stack
        .lines()
        .filter(|line| !line.starts_with(WRAPPER))
        .filter_map(frame)
        .find(|(line, _)| *line >= 1)?;
    let (lines, index) = (source.lines().count().max(1), usize::try_from(line).ok()? - 1);
    let beyond = index >= lines;
    let start = line_starts(source).nth(index.min(lines - 1)).unwrap_or(0);
    let length = source[start..].lines().next().map_or(0, str::len);
    let column = usize::try_from(column).ok()?.max(1) - 1;
    let mut offset = start + if beyond { length } else { column.min(length) };
    while !source.is_char_boundary(offset) {
        offset -= 1;
    }
    Some(Place { offset, beyond })
}

/// As it is told. An offset beyond the end is the end.
pub(crate) fn position(offset: usize, source: &str) -> Option<Position> {
    let (index, start) = line_starts(source)
        .take_while(|start| *start <= offset)
        .enumerate()
        .last()
        .unwrap_or((0, 0));
    let text = source[start..].lines().next().unwrap_or("");
    let before = text
        .get(..offset - start)
        .map_or_else(|| text.chars().count(), |before| before.chars().count());
    Some(Position {
        line: u32::try_from(index + 1).ok()?,
        column: u32::try_from(before + 1).ok()?,
        source_line: shown(text, before),
    })
}

/// Where the call of `path` begins that was under way at `offset`.
///
/// For a call on several lines, or with calls among its arguments, the engine tells the last place inside the
/// parentheses. So the method's name is looked for backwards, and it must be followed by a parenthesis that is still
/// open at `offset`. Where none is, the offset stays.
pub(crate) fn call_at(offset: usize, path: &str, source: &str) -> usize {
    let method = path.rsplit('.').next().unwrap_or(path);
    let namespace = path.len() - method.len();
    // `boms.get` rather than any `get`, which may be another namespace's.
    called(offset, path, source)
        .map(|at| at + namespace)
        .or_else(|| called(offset, method, source))
        .unwrap_or(offset)
}

/// The last call of `name` that begins at or before `offset` and is not over there.
fn called(offset: usize, name: &str, source: &str) -> Option<usize> {
    if name.is_empty() {
        return None;
    }
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    let names = source
        .rmatch_indices(name)
        .map(|(at, _)| at)
        .skip_while(|at| *at > offset);
    names.take(SEARCHED).find(|at| {
        let rest = &source[at + name.len()..];
        let open = source.len() - rest.trim_start().len();
        if source[..*at].ends_with(is_part) || !source[open..].starts_with('(') {
            return false;
        }
        // The engine itself told the name, or it is among the arguments.
        offset <= open
            || brackets::open_at_end(&source[open..offset]).is_ok_and(|brackets| brackets.first() == Some(&0))
    })
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
        let place = super::place(stack, source)?;
        position(place.offset, source).map(|at| (at.line, at.column, at.source_line))
    }

    #[test]
    fn a_call_is_told_by_its_method_whatever_its_arguments_do() {
        for (source, at, path, expected) in [
            ("await app.a.set({\n x: 1,\n y: f(2) })", "f(2)", "a.set", "set({"),
            ("app.a.set({ y: f(2) })", "set(", "a.set", "set({"),
            ("app.a.set(1); g(2)", "g(2)", "a.set", "g(2)"),
            ("app.a.set(1); app.a.set(f(2))", "f(2)", "a.set", "set(f"),
            ("app.a.set({ x: ')', y: f(2) })", "f(2)", "a.set", "set({"),
            ("const u = app.a.set; u(f(2))", "f(2)", "a.set", "f(2)"),
            ("const { set } = app.a; set(f(2))", "f(2)", "a.set", "set(f"),
            ("app.a.reset(app.a.set(f(1)), g(2))", "g(2)", "a.set", "g(2)"),
            ("app.a.set(app.b.set(1), g(2))", "set(1)", "a.set", "set(app"),
            ("app.a.set(app.b.set(1), g(2))", "set(1)", "b.set", "set(1"),
            ("app.a.set(app.a.get(1), g(2))", "g(2)", "a.set", "set(app"),
        ] {
            let found = call_at(source.find(at).unwrap(), path, source);
            assert!(source[found..].starts_with(expected), "{source}: {}", &source[found..]);
        }
        assert_eq!(call_at(0, "", ""), 0);
        assert_eq!(call_at(2, "x.é", "éé("), 2);
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
            let _ = place(stack, "é");
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
