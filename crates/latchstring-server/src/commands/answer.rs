//! What a command answers: text for a person, JSON for a script.

use chrono::{DateTime, SecondsFormat, Utc};
use clap::Args;
use latchstring::access::{Revocation, disturbs};
use serde_json::Value;

/// How to answer.
#[derive(Debug, Clone, Copy, Default, Args)]
pub(crate) struct Form {
    /// Print JSON.
    #[arg(long, global = true)]
    pub(super) json: bool,
}

/// What came of a command, said twice.
#[derive(Debug)]
pub struct Answer {
    /// For a person, in one line or several. What others chose goes through [`plain`] first.
    pub text: String,
    /// For a script that said `--json`.
    pub json: Value,
}

impl Answer {
    /// A line for a person, and below it a line for each setting in this field of what a script gets.
    pub fn with_settings(mut text: String, json: Value, field: &str) -> Self {
        if let Some(Value::Object(settings)) = json.get(field) {
            for (name, value) in settings {
                text.push_str(&format!("\n  {name}: {}", value.to_string().trim_matches('"')));
            }
        }
        Self { text, json }
    }

    #[expect(clippy::print_stdout, reason = "the answer of a command")]
    pub(crate) fn print(self, form: Form) {
        if form.json {
            println!("{}", self.json);
        } else {
            println!("{}", self.text);
        }
    }
}

/// A moment, to the second, as in `2026-11-29T22:50:44Z`.
pub fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// When something was last used.
pub(crate) fn used(at: Option<DateTime<Utc>>) -> String {
    at.map_or_else(|| "never".to_owned(), time)
}

/// When and by whom something was revoked or cancelled.
pub(crate) fn ended(how: &str, revocation: &Revocation) -> String {
    format!("{how} by {} at {}", plain(revocation.by.name()), time(revocation.at))
}

/// Text that somebody else chose, fit for a terminal.
pub fn plain(text: &str) -> String {
    let shown = text
        .chars()
        .map(|c| if disturbs(c) { char::REPLACEMENT_CHARACTER } else { c });
    shown.collect()
}

/// Rows under a head, in columns.
pub fn table<const N: usize>(head: [&str; N], rows: &[[String; N]]) -> String {
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.chain([head[column].len()]).max().unwrap_or(0)
    };
    let line = |cells: [&str; N]| {
        let padded = cells
            .iter()
            .enumerate()
            .map(|(column, cell)| format!("{cell:0$}", width(column)));
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    let rows = rows.iter().map(|row| line(row.each_ref().map(String::as_str)));
    let lines: Vec<String> = std::iter::once(line(head)).chain(rows).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn settings_are_told_line_by_line() {
        let answer = Answer::with_settings(
            "A shop".to_owned(),
            json!({ "is": { "at": "70001", "open": true } }),
            "is",
        );
        assert_eq!(answer.text, "A shop\n  at: 70001\n  open: true");
    }

    #[test]
    fn a_table_has_columns_and_no_blanks_at_its_end() {
        let rows = [
            ["ü".to_owned(), "1".to_owned()],
            ["long name".to_owned(), String::new()],
        ];
        assert_eq!(table(["NAME", "N"], &rows), "NAME       N\nü          1\nlong name");
    }

    #[test]
    fn t14_what_an_app_calls_itself_cannot_disturb_a_terminal() {
        assert_eq!(plain("Clau\u{1b}[2Jde\u{202E}"), "Clau\u{FFFD}[2Jde\u{FFFD}");
    }
}
