//! A test as a program, and as the scripts that Test262 asks for.

use std::collections::BTreeMap;

use crate::suite::Test;

const HOST: &str = include_str!("host.js");
/// Around a program, as `src/guest.rs` has it.
const PREFIX: &str = "(async()=>{\n\"use strict\";\n";
const SUFFIX: &str = "\n})()";
/// What a program prints at its end.
pub(crate) const END: &str = "test262: end";

/// Why a test is not a program, whatever it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Unfit {
    Sloppy,
    Module,
    Raw,
    Hook,
}

impl Unfit {
    pub(crate) const ALL: [Self; 4] = [Self::Sloppy, Self::Module, Self::Raw, Self::Hook];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sloppy => "sloppy mode only",
            Self::Module => "a module",
            Self::Raw => "a script that must stand alone",
            Self::Hook => "realms, agents or other hooks of an engine's shell",
        }
    }
}

/// One test, ready to run.
pub(crate) struct Composed {
    /// What the sandbox is sent.
    pub(crate) program: String,
    /// Evaluated before [`script`](Self::script).
    pub(crate) harness: String,
    /// The test in strict mode.
    pub(crate) script: String,
}

impl Composed {
    pub(crate) fn new(test: &Test, files: &BTreeMap<String, String>) -> Result<Self, Unfit> {
        for (flag, unfit) in [
            ("noStrict", Unfit::Sloppy),
            ("module", Unfit::Module),
            ("raw", Unfit::Raw),
        ] {
            if test.head.has_flag(flag) {
                return Err(unfit);
            }
        }
        let mut harness = HOST.to_owned();
        let mut hooks = uses_hooks(&test.text);
        let included = test.head.includes.iter().map(String::as_str);
        for name in ["assert.js", "sta.js"].into_iter().chain(included) {
            let file = files.get(name).map_or("", String::as_str);
            hooks |= uses_hooks(file);
            harness.push_str(file);
            harness.push('\n');
        }
        if hooks {
            return Err(Unfit::Hook);
        }
        // Errors are told by their names, and this one has none.
        harness.push_str("Test262Error.prototype.name = \"Test262Error\";\n");
        let end = match test.head.negative {
            Some(_) => String::new(),
            None => format!("\n;$print({END:?});"),
        };
        Ok(Self {
            program: format!("{harness}{}{end}", test.text),
            harness,
            script: format!("\"use strict\";\n{}", test.text),
        })
    }

    /// The program in the wrapper that the sandbox puts around it.
    pub(crate) fn wrapped(&self) -> String {
        format!("{PREFIX}{}{SUFFIX}", self.program)
    }
}

/// Hooks of `$262` that nothing but an engine's shell has.
fn uses_hooks(text: &str) -> bool {
    text.split("$262.")
        .skip(1)
        .any(|rest| !rest.starts_with("detachArrayBuffer") && !rest.starts_with("global"))
}
