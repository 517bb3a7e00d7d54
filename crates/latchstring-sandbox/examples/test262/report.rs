//! What a run is told as: a report of every test, totals by directory, and what is compared with the last time.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::Path,
};

use serde_json::json;

use crate::{
    compare::{Outcome, Record, Shared},
    compose::Unfit,
    suite::{Suite, Test},
};

#[derive(Debug, Default, Clone)]
pub(crate) struct Totals {
    tests: usize,
    unfit: usize,
    passed: usize,
    form: usize,
    import: usize,
    engine: usize,
    lost: usize,
    gained: usize,
    unhandled: usize,
    script: usize,
}

impl Totals {
    fn add(&mut self, record: &Record) {
        self.tests += 1;
        self.unhandled += usize::from(record.unhandled);
        self.script += usize::from(record.script_passes == Some(true));
        *match record.outcome {
            Outcome::Unfit(_) => &mut self.unfit,
            Outcome::Passed => &mut self.passed,
            Outcome::Failed(Shared::Form) => &mut self.form,
            Outcome::Failed(Shared::Import) => &mut self.import,
            Outcome::Failed(Shared::Engine) => &mut self.engine,
            Outcome::Lost(_) => &mut self.lost,
            Outcome::Gained => &mut self.gained,
        } += 1;
    }

    fn line(&self, name: &str) -> String {
        let numbers = [
            self.tests,
            self.unfit,
            self.tests - self.unfit,
            self.passed,
            self.lost,
            self.gained,
            self.engine,
            self.import,
            self.form,
        ];
        let numbers: Vec<String> = numbers.iter().map(|number| format!("{number:>8}")).collect();
        format!("{name:40}{}", numbers.join(""))
    }
}

const HEADER: &str =
    "directory                                  tests   unfit     run  passed    lost  gained  engine  import    form";

/// A run of the suite.
pub(crate) struct Report<'a> {
    pub(crate) suite: &'a Suite,
    pub(crate) records: &'a [Record],
}

impl Report<'_> {
    fn each(&self) -> impl Iterator<Item = (&Test, &Record)> {
        self.suite.tests.iter().zip(self.records)
    }

    fn totals(&self, depth: usize) -> BTreeMap<String, Totals> {
        let mut totals: BTreeMap<String, Totals> = BTreeMap::new();
        for (test, record) in self.each() {
            let name: Vec<&str> = test.id.split('/').take(depth).collect();
            totals.entry(name.join("/")).or_default().add(record);
        }
        totals
    }

    pub(crate) fn write(&self, path: &Path) -> io::Result<()> {
        let tests: Vec<_> = self
            .each()
            .map(|(test, record)| {
                let (outcome, reason) = words(record.outcome);
                let mut entry = json!({ "id": test.id, "outcome": outcome });
                if !reason.is_empty() {
                    entry["reason"] = json!(reason);
                }
                if let Some([sandbox, native, script]) = &record.told {
                    entry["sandbox"] = json!(sandbox);
                    entry["native"] = json!(native);
                    entry["nativeScript"] = json!(script);
                }
                if record.differently {
                    entry["differently"] = json!(true);
                }
                if record.unhandled {
                    entry["unhandledRejection"] = json!(true);
                }
                if matches!(record.outcome, Outcome::Failed(Shared::Engine)) {
                    entry["features"] = json!(test.head.features);
                }
                entry
            })
            .collect();
        let report = json!({ "package": self.suite.package, "revision": self.suite.revision, "tests": tests });
        fs::write(path, serde_json::to_vec(&report)?)
    }

    /// Totals by directory, and what they are made of.
    pub(crate) fn summary(&self) -> String {
        let mut text = format!(
            "Test262 {} from {}\n\n{HEADER}\n",
            self.suite.revision, self.suite.package
        );
        for depth in [2, 1] {
            for (name, totals) in self.totals(depth) {
                text += &format!("{}\n", totals.line(&name));
            }
            text += "\n";
        }
        for unfit in Unfit::ALL {
            let count = self
                .records
                .iter()
                .filter(|record| record.outcome == Outcome::Unfit(unfit))
                .count();
            text += &format!("{count:>8} not a program: {}\n", unfit.name());
        }
        for (reason, tests) in self.differences() {
            text += &format!("{:>8} {reason}\n", tests.len());
        }
        let count = |is: fn(&Record) -> bool| self.records.iter().filter(|record| is(record)).count();
        text += &format!(
            "{:>8} passed, but one tells of an unhandled rejection and the other does not\n",
            count(|record| record.differently && record.outcome == Outcome::Passed)
        );
        text += &format!(
            "{:>8} passed, and then a promise was rejected that nobody handled\n",
            count(|record| record.unhandled)
        );
        text += &format!(
            "{:>8} fail in both, with different errors\n",
            count(|record| record.differently && record.outcome != Outcome::Passed)
        );
        text += &format!(
            "{:>8} of those run pass natively as strict scripts\n",
            count(|record| record.script_passes == Some(true))
        );
        let lacking = self.lacking();
        let explained = self.each().filter(|(test, record)| {
            record.outcome == Outcome::Failed(Shared::Engine)
                && test
                    .head
                    .features
                    .iter()
                    .any(|feature| lacking.contains(feature.as_str()))
        });
        text += &format!(
            "{:>8} of the engine's failures need what it lacks: {}\n",
            explained.count(),
            lacking.into_iter().collect::<Vec<_>>().join(", ")
        );
        text
    }

    /// Features of which no test passes, in no form.
    fn lacking(&self) -> BTreeSet<&str> {
        let (mut failed, mut passed) = (BTreeSet::new(), BTreeSet::new());
        for (test, record) in self.each() {
            let features = test.head.features.iter().map(String::as_str);
            match record.outcome {
                Outcome::Unfit(_) => {}
                Outcome::Failed(Shared::Engine) => failed.extend(features),
                _ if test.head.negative.is_some() => {}
                _ => passed.extend(features),
            }
        }
        failed.difference(&passed).copied().collect()
    }

    fn differences(&self) -> BTreeMap<String, Vec<&str>> {
        let mut differences: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for (test, record) in self.each() {
            if let Outcome::Lost(_) | Outcome::Gained = record.outcome {
                let (outcome, reason) = words(record.outcome);
                let reason = format!("{outcome} {reason}").trim_end().to_owned();
                differences.entry(reason).or_default().push(&test.id);
            }
        }
        differences
    }

    /// What is checked in: the suite, totals, and each test in which sandbox and native engine differ.
    pub(crate) fn expectations(&self) -> String {
        let mut text = format!(
            "# Where the sandbox differs from the engine it is made of. Written by `just test262`; see \
             docs/conformance-javascript.md.\nsuite {}, Test262 {}\n\n",
            self.suite.package, self.suite.revision
        );
        text += &format!("# {HEADER}\n");
        for (name, totals) in self.totals(1) {
            text += &format!("= {}\n", totals.line(&name));
        }
        for (reason, tests) in self.differences() {
            text += &format!("\n# {reason}: {}\n", tests.len());
            for test in tests {
                text += &format!("{}\n", test.strip_suffix(".js").unwrap_or(test));
            }
        }
        text
    }
}

fn words(outcome: Outcome) -> (&'static str, &'static str) {
    match outcome {
        Outcome::Unfit(unfit) => ("unfit", unfit.name()),
        Outcome::Passed => ("passed", ""),
        Outcome::Failed(Shared::Form) => ("failed", "form"),
        Outcome::Failed(Shared::Import) => ("failed", "import"),
        Outcome::Failed(Shared::Engine) => ("failed", "engine"),
        Outcome::Lost(reason) => ("lost", reason.name()),
        Outcome::Gained => ("gained", ""),
    }
}
