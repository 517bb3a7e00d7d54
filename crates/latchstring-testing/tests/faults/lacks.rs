//! What an answer to a fault lacks.

use crate::fault::Fault;

/// Something that a model needs to put its program right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lack {
    /// It was no failure: the fault went unnoticed.
    Failure,
    Line,
    Column,
    /// The line of the program that it names, with a mark below the column.
    SourceLine,
    /// What is meant, or the way on.
    Named,
}

impl Lack {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Failure => "failure",
            Self::Line => "line",
            Self::Column => "column",
            Self::SourceLine => "source line",
            Self::Named => "named",
        }
    }
}

/// What the answer to this fault lacks, if it is a failure with this text.
pub(crate) fn lacks(failure: Option<&str>, fault: &Fault) -> Vec<Lack> {
    let Some(text) = failure else {
        return vec![Lack::Failure];
    };
    let source = fault.question.programs.first().map_or("", |program| &program.source);
    let (line, column) = (number_after(text, "line "), number_after(text, "column "));
    let has = [
        (Lack::Line, line.is_some()),
        (Lack::Column, column.is_some()),
        (Lack::SourceLine, shows(text, source, line, column)),
        (Lack::Named, fault.named.iter().any(|name| names(text, name))),
    ];
    has.into_iter()
        .filter_map(|(lack, is_there)| (!is_there).then_some(lack))
        .collect()
}

/// The number behind these words in the first line.
fn number_after(text: &str, words: &str) -> Option<usize> {
    let (_, rest) = text.lines().next()?.split_once(words)?;
    let end = rest.find(|one: char| !one.is_ascii_digit()).unwrap_or(rest.len());
    rest[..end].parse().ok()
}

/// Whether the line of the program stands in the text, with a mark below the column.
fn shows(text: &str, source: &str, line: Option<usize>, column: Option<usize>) -> bool {
    let (Some(line), Some(column)) = (line, column) else {
        return false;
    };
    let Some(of_source) = line.checked_sub(1).and_then(|at| source.lines().nth(at)) else {
        return false;
    };
    let shown = format!("{line} | {of_source}");
    let mut lines = text.lines().skip_while(|line| *line != shown).skip(1);
    let mark = format!("| {:1$}^", "", column - 1);
    lines.next().is_some_and(|line| line.trim_start() == mark)
}

/// Whether the text has this name outside of the lines of the program.
fn names(text: &str, name: &str) -> bool {
    let own = text.lines().filter(|line| !is_of_the_program(line));
    let own: Vec<&str> = own.collect();
    plain(&own.join("\n")).contains(&plain(name))
}

fn is_of_the_program(line: &str) -> bool {
    let rest = line.trim_start_matches(|one: char| one == ' ' || one.is_ascii_digit());
    rest.starts_with("| ")
}

/// Without what differs between the ways to write a name: `boms.list` and `boms_list` are the same.
fn plain(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let is_word = |at: Option<usize>| {
        at.and_then(|at| characters.get(at))
            .is_some_and(|one| one.is_alphanumeric())
    };
    let joins = |at: usize| matches!(characters[at], '.' | '_') && is_word(at.checked_sub(1)) && is_word(Some(at + 1));
    let kept = (0..characters.len()).filter(|at| !joins(*at)).map(|at| characters[at]);
    kept.flat_map(char::to_lowercase).collect()
}

#[test]
fn an_answer_lacks_what_is_not_in_it() {
    let source = "const a = 1;\nreturn b;";
    let good = "PROGRAM_ERROR at line 2, column 8: b is not defined\n2 | return b;\n  |        ^";
    let place = |text: &str| (number_after(text, "line "), number_after(text, "column "));
    let (line, column) = place(good);
    assert!(shows(good, source, line, column));
    assert!(!shows(&good.replace("        ^", "^"), source, line, column));
    assert!(!shows("at line 2, column 8\nreturn b;", source, line, column));
    assert_eq!(place("TIMEOUT: stopped after 2 s"), (None, None));
    assert!(names(good, "Not defined"));
    assert!(!names(good, "return"));
    assert!(names("no `boms_list`", "boms.list"));
    assert!(!names("did you mean it?", "?."));
}
