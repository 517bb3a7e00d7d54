//! The tests as Debian's source package of `SpiderMonkey` has them: each with a few lines of its own around, and the
//! harness files collected in a `shell.js` per directory.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use crate::frontmatter::Frontmatter;

/// The directories of the suite that are run.
const PARTS: [&str; 2] = ["built-ins", "language"];

pub(crate) struct Suite {
    /// The package and its version.
    pub(crate) package: String,
    /// The commit of Test262.
    pub(crate) revision: String,
    pub(crate) harness: BTreeMap<String, String>,
    pub(crate) tests: Vec<Test>,
}

pub(crate) struct Test {
    /// The path below `test/`, with slashes, as Test262 names it.
    pub(crate) id: String,
    pub(crate) head: Frontmatter,
    pub(crate) text: String,
}

impl Suite {
    /// Reads the tests whose names begin with `only`.
    pub(crate) fn open(root: &Path, only: &str) -> io::Result<Self> {
        let mut suite = Self {
            package: fs::read_to_string(root.join("PACKAGE"))?.trim().to_owned(),
            revision: revision(&fs::read_to_string(root.join("GIT-INFO"))?),
            harness: BTreeMap::new(),
            tests: Vec::new(),
        };
        suite.add_harness(&root.join("shell.js"))?;
        for part in PARTS {
            suite.add_directory(root, &root.join(part), only)?;
        }
        suite.tests.sort_by(|one, other| one.id.cmp(&other.id));
        Ok(suite)
    }

    fn add_directory(&mut self, root: &Path, directory: &Path, only: &str) -> io::Result<()> {
        for entry in fs::read_dir(directory)? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if path.is_dir() {
                self.add_directory(root, &path, only)?;
            } else if name == "shell.js" {
                self.add_harness(&path)?;
            } else if is_test(&path, &name) {
                let test = Test::read(root, &path)?;
                if test.id.starts_with(only) {
                    self.tests.push(test);
                }
            }
        }
        Ok(())
    }

    fn add_harness(&mut self, shell: &Path) -> io::Result<()> {
        let text = fs::read_to_string(shell)?;
        for part in text.split("// file: ").skip(1) {
            if let Some((name, source)) = part.split_once('\n') {
                self.harness.insert(name.trim().to_owned(), source.to_owned());
            }
        }
        Ok(())
    }
}

impl Test {
    fn read(root: &Path, path: &PathBuf) -> io::Result<Self> {
        let text = String::from_utf8_lossy(&fs::read(path)?).into_owned();
        let head = Frontmatter::parse(&text);
        let text = original(&text, &head);
        let path = path.strip_prefix(root).unwrap_or(path).to_string_lossy().into_owned();
        let id = match path.strip_suffix("-strict.js") {
            Some(name) if head.has_flag("onlyStrict") => format!("{name}.js"),
            _ => path,
        };
        Ok(Self { id, head, text })
    }
}

fn is_test(path: &Path, name: &str) -> bool {
    path.extension().is_some_and(|extension| extension == "js") && name != "browser.js" && !name.contains("_FIXTURE")
}

/// Without what the package added to the test.
fn original(text: &str, head: &Frontmatter) -> String {
    let mut text = text;
    if let Some((_, rest)) = text.split_once('\n').filter(|_| text.starts_with("// |reftest|")) {
        text = rest;
    }
    if head.has_flag("onlyStrict") {
        text = text.strip_prefix("'use strict';\n").unwrap_or(text);
    }
    text.trim_end_matches('\n')
        .strip_suffix("\nreportCompare(0, 0);")
        .unwrap_or(text)
        .to_owned()
}

fn revision(git_info: &str) -> String {
    let commit = git_info.lines().find_map(|line| line.strip_prefix("commit "));
    commit.unwrap_or("of unknown revision").trim().to_owned()
}
