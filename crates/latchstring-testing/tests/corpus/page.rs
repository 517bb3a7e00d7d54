//! A page of the corpus: questions, each with programs and what is expected of them.

use std::{
    fmt,
    path::{Path, PathBuf},
};

use latchstring::Scope;
use serde_json::Value;

use crate::{
    block::{Block, Kind, written},
    difference::difference,
    told::Told,
};

/// A file of the corpus.
pub(crate) struct Page {
    path: PathBuf,
    /// Its folder and its file.
    pub(crate) name: String,
    text: String,
    pub(crate) questions: Vec<Question>,
}

/// What somebody asks, with the programs that answer it, one after the other on the same data.
#[derive(Debug, Clone)]
pub(crate) struct Question {
    pub(crate) line: usize,
    pub(crate) title: String,
    /// What the page says of how the shop is set up; otherwise it is as the demo has it.
    pub(crate) shop: Option<String>,
    pub(crate) programs: Vec<Program>,
}

/// A program, how it is sent, and what is expected of it.
#[derive(Debug, Clone)]
pub(crate) struct Program {
    pub(crate) line: usize,
    pub(crate) source: String,
    pub(crate) sent: Sent,
    pub(crate) expected: Vec<Block>,
    /// Where the page goes on behind the program's fence.
    behind: usize,
}

/// How a program is sent. What is said of one holds for the next ones of the same question.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sent {
    /// Which of the two demo stores.
    pub(crate) store: usize,
    /// What the key allows.
    pub(crate) scope: Scope,
    pub(crate) tool: Tool,
}

/// The tool that a program is sent to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tool {
    Run,
    RunWrite,
    DryRun,
}

impl Default for Sent {
    fn default() -> Self {
        Self {
            store: 0,
            scope: Scope::ReadWrite,
            tool: Tool::Run,
        }
    }
}

impl Sent {
    /// Takes a line such as `- store: Voltvelo`, where these are the stores.
    fn take(&mut self, line: &str, stores: [&str; 2]) -> Result<(), String> {
        match line.split_once(": ").map(|(key, value)| (key, value.trim_matches('`'))) {
            Some(("store", name)) => {
                let store = stores.iter().position(|store| *store == name);
                self.store = store.ok_or_else(|| format!("`{name}` is none of the stores {stores:?}"))?;
            }
            Some(("key", "read")) => self.scope = Scope::Read,
            Some(("key", "read & write")) => self.scope = Scope::ReadWrite,
            Some(("tool", "run")) => self.tool = Tool::Run,
            Some(("tool", "run_write")) => self.tool = Tool::RunWrite,
            Some(("tool", "run_write, dry run")) => self.tool = Tool::DryRun,
            _ => return Err(format!("`{line}` says nothing about how a program is sent")),
        }
        Ok(())
    }
}

impl Page {
    /// Reads the page at `path`, on which these are the stores.
    pub(crate) fn read(path: &Path, stores: [&str; 2]) -> Self {
        let text = std::fs::read_to_string(path).unwrap();
        let folder = path.parent().and_then(Path::file_name).unwrap_or_default();
        let file = path.file_name().unwrap_or_default();
        let name = format!("{}/{}", folder.display(), file.display());
        let questions = questions(&text, stores).unwrap_or_else(|(line, error)| panic!("{name}:{line}: {error}"));
        Self {
            path: path.to_owned(),
            name,
            text,
            questions,
        }
    }

    /// Whether its programs have mistakes.
    pub(crate) fn is_of_mistakes(&self) -> bool {
        self.name.starts_with("mistakes/")
    }

    /// Writes what is answered where something else was expected.
    pub(crate) fn update<'a>(&self, answered: impl Iterator<Item = (&'a Question, &'a [Told])>) {
        let mut edits = Vec::new();
        for (question, answers) in answered {
            for (program, told) in question.programs.iter().zip(answers) {
                edits.extend(program.edits(told));
            }
        }
        if edits.is_empty() {
            return;
        }
        edits.sort_by_key(|(range, _)| (range.start, range.end));
        let mut text = String::new();
        let mut done = 0;
        for (range, new) in edits {
            text.push_str(&self.text[done..range.start]);
            text.push_str(&new);
            done = range.end;
        }
        text.push_str(&self.text[done..]);
        std::fs::write(&self.path, text).unwrap();
    }
}

impl Question {
    /// Whether the page's name or the question's has this in it.
    pub(crate) fn is_named(&self, page: &str, part: &str) -> bool {
        page.contains(part) || self.title.contains(part)
    }

    /// Whether something is different after it. A program that fails changes nothing.
    pub(crate) fn has_changed(&self, answers: &[Told]) -> bool {
        let mut sent = self.programs.iter().zip(answers);
        sent.any(|(program, told)| program.sent.tool == Tool::RunWrite && !told.has(Kind::Failure))
    }

    /// What is not as it should be.
    pub(crate) fn complaints(&self, answers: &[Told], is_mistake: bool) -> Vec<Complaint> {
        let mut complaints = Vec::new();
        for (program, told) in self.programs.iter().zip(answers) {
            let differing = told.blocks(program).into_iter().filter_map(|(kind, told)| {
                let expected = program.block(kind).map_or("", |block| &block.text);
                (!is_same(kind, expected, &told)).then(|| difference(expected, &told))
            });
            let mut texts: Vec<String> = differing.collect();
            let superfluous = program.expected.iter().filter(|block| !told.has(block.kind));
            texts.extend(superfluous.map(|block| difference(&block.text, "")));
            if !is_mistake && told.has(Kind::Failure) {
                texts.push("a good program returns; this one belongs to the mistakes".to_owned());
            }
            let line = program.line;
            complaints.extend(texts.into_iter().map(|text| Complaint { line, text }));
        }
        complaints
    }
}

/// Something that is not as it should be.
pub(crate) struct Complaint {
    pub(crate) line: usize,
    text: String,
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Program {
    /// The expected block of this kind.
    pub(crate) fn block(&self, kind: Kind) -> Option<&Block> {
        self.expected.iter().find(|block| block.kind == kind)
    }

    /// What to write in place of what, so that the page says what was told.
    fn edits(&self, told: &Told) -> Vec<(std::ops::Range<usize>, String)> {
        let mut edits = Vec::new();
        let mut behind = self.behind;
        for (kind, text) in told.blocks(self) {
            match self.block(kind) {
                Some(block) if is_same(kind, &block.text, &text) => behind = block.range.end,
                Some(block) => {
                    edits.push((block.range.clone(), written(kind, &text)));
                    behind = block.range.end;
                }
                None => edits.push((behind..behind, format!("\n{}", written(kind, &text)))),
            }
        }
        let superfluous = self.expected.iter().filter(|block| !told.has(block.kind));
        edits.extend(superfluous.map(|block| (block.range.clone(), String::new())));
        edits
    }
}

fn is_same(kind: Kind, expected: &str, told: &str) -> bool {
    let json = |text: &str| serde_json::from_str::<Value>(text).ok();
    if kind.is_json() {
        json(expected).is_some() && json(expected) == json(told)
    } else {
        expected == told
    }
}

/// The questions in a page's text; or what is wrong with it, and in which line.
fn questions(text: &str, stores: [&str; 2]) -> Result<Vec<Question>, (usize, String)> {
    let mut questions: Vec<Question> = Vec::new();
    let mut sent = Sent::default();
    let mut lines = Lines { text, line: 0, at: 0 };
    while let Some((start, line)) = lines.next() {
        let number = lines.line;
        if let Some(title) = line.strip_prefix("## ") {
            sent = Sent::default();
            questions.push(Question {
                line: number,
                title: title.to_owned(),
                shop: None,
                programs: Vec::new(),
            });
        } else if let Some(words) = line.strip_prefix("- shop: ") {
            let question = questions.last_mut().filter(|question| question.programs.is_empty());
            let question = question.ok_or((number, "a shop is set up before the first program".to_owned()))?;
            question.shop = Some(words.to_owned());
        } else if let Some(option) = line.strip_prefix("- ") {
            sent.take(option, stores).map_err(|error| (number, error))?;
        } else if line.starts_with("```") {
            let block = lines.block(start, line).map_err(|error| (number, error))?;
            let question = questions
                .last_mut()
                .ok_or((number, "a block without a question".to_owned()))?;
            if block.kind == Kind::Program {
                question.programs.push(Program {
                    line: number,
                    source: block.text,
                    sent,
                    expected: Vec::new(),
                    behind: block.range.end,
                });
            } else {
                let program = question.programs.last_mut();
                let program = program.ok_or((number, "something is expected of no program".to_owned()))?;
                program.expected.push(block);
            }
        }
    }
    Ok(questions)
}

/// The lines of a page, read one by one.
struct Lines<'a> {
    text: &'a str,
    /// The number of the line that was read last.
    line: usize,
    /// Where the next one begins.
    at: usize,
}

impl<'a> Lines<'a> {
    /// The next line and where it begins.
    fn next(&mut self) -> Option<(usize, &'a str)> {
        let rest = self.text.get(self.at..).filter(|rest| !rest.is_empty())?;
        let length = rest.find('\n').map_or(rest.len(), |at| at + 1);
        let start = self.at;
        self.at += length;
        self.line += 1;
        Some((start, rest[..length].trim_end_matches('\n')))
    }

    /// The block whose fence is the line that was read last.
    fn block(&mut self, start: usize, opening: &str) -> Result<Block, String> {
        let fence = &opening[..opening.len() - opening.trim_start_matches('`').len()];
        let words = &opening[fence.len()..];
        let kind = Kind::of(words).ok_or_else(|| format!("`{words}` is no kind of block"))?;
        let mut text: Vec<&str> = Vec::new();
        while let Some((_, line)) = self.next() {
            if line == fence {
                return Ok(Block {
                    kind,
                    text: text.join("\n"),
                    range: start..self.at,
                });
            }
            text.push(line);
        }
        Err("the block does not end".to_owned())
    }
}
