//! A fault: a question of a page with an id, and with words of which an answer must have one.

use crate::page::Question;

/// What stands before the words that an answer must have one of.
const NAMED: &str = "Named: ";
/// What stands before how often a line is meant, and behind that, before the line.
const REPEAT: (&str, &str) = ("// repeat ", ": ");

/// A program with one fault.
pub(crate) struct Fault {
    /// The first word of its title.
    pub(crate) id: String,
    /// The name that is meant, or the way on, in words of which one is enough.
    pub(crate) named: Vec<String>,
    pub(crate) question: Question,
}

/// The faults on a page with these questions and this text.
pub(crate) fn faults(questions: &[Question], text: &str) -> Vec<Fault> {
    let lines: Vec<&str> = text.lines().collect();
    let of_question = |question: &Question| {
        let behind = lines.get(question.line..).unwrap_or_default().iter();
        let mut prose = behind.take_while(|line| !line.starts_with("## "));
        let named = prose.find_map(|line| line.strip_prefix(NAMED)).unwrap_or_default();
        let mut question = question.clone();
        for program in &mut question.programs {
            program.source = expanded(&program.source);
        }
        Fault {
            id: question.title.split(' ').next().unwrap_or_default().to_owned(),
            named: named.split('`').skip(1).step_by(2).map(str::to_owned).collect(),
            question,
        }
    };
    questions.iter().map(of_question).collect()
}

/// The program with its repeated lines written out.
fn expanded(source: &str) -> String {
    let lines = source.lines().map(|line| {
        let repeat = line.strip_prefix(REPEAT.0).and_then(|rest| rest.split_once(REPEAT.1));
        let repeat = repeat.and_then(|(times, line)| Some((times.parse().ok()?, line)));
        repeat.map_or_else(|| line.to_owned(), |(times, line)| vec![line; times].join("\n"))
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_line_is_repeated_as_often_as_it_says() {
    assert_eq!(expanded("a\n// repeat 3: b\n// c"), "a\nb\nb\nb\n// c");
}
