//! What a program was answered, without what differs from run to run.

use latchstring_testing::Reply;
use serde_json::{Value, json};

use crate::{
    block::Kind,
    layout::laid_out,
    page::{Program, Tool},
};

/// The answer to a program.
#[derive(Debug)]
pub(crate) struct Told {
    result: Option<Value>,
    changes: Option<Value>,
    console: Option<String>,
    failure: Option<String>,
}

impl Told {
    /// What is in this reply. Ids that were made for it become `<id 1>` and so on, in the order in which they appear in the
    /// answers to one question; `ids` are those so far.
    pub(crate) fn of(reply: &Reply, ids: &mut Vec<String>) -> Self {
        let answer = reply.json();
        if let Some(error) = answer.get("error") {
            return Self::failed(format!(
                "JSON-RPC error {}: {}",
                error["code"],
                error["message"].as_str().unwrap()
            ));
        }
        let (content, structured) = (&answer["result"]["content"], &answer["result"]["structuredContent"]);
        if structured["ok"] != json!(true) {
            let texts = content.as_array().unwrap().iter();
            let texts: Vec<&str> = texts.filter_map(|part| part["text"].as_str()).collect();
            return Self::failed(same_each_time(&texts.join("\n"), ids));
        }
        if structured.get("cut").is_some() {
            return Self::failed(without_handle(content[1]["text"].as_str().unwrap().trim()));
        }
        let mut fixed =
            |value: &Value| -> Value { serde_json::from_str(&same_each_time(&value.to_string(), ids)).unwrap() };
        Self {
            result: structured.get("result").map(&mut fixed),
            changes: structured.get("changes").map(&mut fixed),
            console: structured["console"].as_str().map(|text| text.trim_end().to_owned()),
            failure: None,
        }
    }

    fn failed(text: String) -> Self {
        Self {
            result: None,
            changes: None,
            console: None,
            failure: Some(text),
        }
    }

    /// Whether there is something of this kind.
    pub(crate) fn has(&self, kind: Kind) -> bool {
        match kind {
            Kind::Program => false,
            Kind::Result => self.result.is_some(),
            Kind::Changes => self.changes.is_some(),
            Kind::Console => self.console.is_some(),
            Kind::Failure => self.failure.is_some(),
        }
    }

    /// What a page has to say: everything but changes, which only a dry run is asked for, and other programs where the page
    /// names them.
    pub(crate) fn blocks(&self, program: &Program) -> Vec<(Kind, String)> {
        let is_asked = program.sent.tool == Tool::DryRun || program.block(Kind::Changes).is_some();
        let changes = self.changes.as_ref().filter(|_| is_asked);
        let blocks = [
            (Kind::Result, self.result.as_ref().map(laid_out)),
            (Kind::Changes, changes.map(laid_out)),
            (Kind::Console, self.console.clone()),
            (Kind::Failure, self.failure.clone()),
        ];
        blocks
            .into_iter()
            .filter_map(|(kind, text)| Some((kind, text?)))
            .collect()
    }
}

/// The note on a result that is cut, without what is random in it: the handle of the rest, and the size, which counts the
/// digits of the time it took.
fn without_handle(note: &str) -> String {
    let note = replaced(note, "result/", "/", "<handle>");
    replaced(&note, " of ", " bytes", "<so many>")
}

/// The text with what is between these two replaced, where both are in it.
fn replaced(text: &str, before: &str, behind: &str, by: &str) -> String {
    let parts = text
        .split_once(before)
        .and_then(|(start, rest)| Some((start, rest.split_once(behind)?.1)));
    parts.map_or_else(
        || text.to_owned(),
        |(start, end)| format!("{start}{before}{by}{behind}{end}"),
    )
}

/// The text with each id that was made in the run replaced by its number: 32 hexadecimal digits or more.
fn same_each_time(text: &str, ids: &mut Vec<String>) -> String {
    const SHORTEST: usize = 32;
    let is_digit = |one: char| matches!(one, '0'..='9' | 'a'..='f');
    let mut fixed = String::new();
    let mut rest = text;
    while let Some(start) = rest.find(is_digit) {
        let length = rest[start..].find(|one| !is_digit(one)).unwrap_or(rest.len() - start);
        let (run, behind) = rest[start..].split_at(length);
        fixed.push_str(&rest[..start]);
        if length < SHORTEST {
            fixed.push_str(run);
        } else {
            let known = ids.iter().position(|id| id == run);
            let number = known.unwrap_or_else(|| {
                ids.push(run.to_owned());
                ids.len() - 1
            });
            fixed.push_str(&format!("<id {}>", number + 1));
        }
        rest = behind;
    }
    fixed + rest
}

#[test]
fn an_id_that_was_made_is_the_same_number_wherever_it_appears() {
    let (one, other) = ("0199f0a3c8007000a1b2c3d4e5f60718", "0199f0a3c8007001a1b2c3d4e5f60718");
    let mut ids = Vec::new();
    let told = same_each_time(
        &format!("bom_{one} VMAT-VAR-{other} of bom_{one}, bom_facade"),
        &mut ids,
    );
    assert_eq!(told, "bom_<id 1> VMAT-VAR-<id 2> of bom_<id 1>, bom_facade");
    assert_eq!(same_each_time(other, &mut ids), "<id 2>");
}
