//! Syntax errors, with what to do about them.

use oxc::diagnostics::OxcDiagnostic;

use crate::faults::Faults;

/// Adds what the parser found.
pub(crate) fn tell(diagnostic: &OxcDiagnostic, text: &str, faults: &mut Faults<'_>) {
    let mut places = diagnostic.labels.iter().map(|label| label.span().start);
    let last = places.next_back();
    // Of a name that is declared twice, the second is the one to change.
    let at = if diagnostic.message.contains("already been declared") {
        last
    } else {
        places.next().or(last)
    };
    let at = at
        .unwrap_or_default()
        .min(u32::try_from(text.len()).unwrap_or(u32::MAX));
    let message = in_our_words(&diagnostic.message);
    let message = match remedy(&message, text, at as usize) {
        Some(remedy) => format!("{message}; {remedy}"),
        None => format!("{message}; put this right and send the whole program again"),
    };
    faults.syntax(at, message);
}

/// Lower case, without a full stop, without the name of the parser's language.
fn in_our_words(message: &str) -> String {
    let message = message.trim_end_matches('.');
    if message.starts_with("`await` is only allowed") {
        return "`await` stands in a function that is not async".to_owned();
    }
    if message.starts_with("Expected a semicolon or an implicit semicolon") {
        return "two statements run together here, or something is missing between them".to_owned();
    }
    let message = message
        .replace("but found `EOF`", "but the program ends")
        .replace("but found `Identifier`", "but found a name");
    let mut letters = message.chars();
    match letters.next() {
        Some(first) if letters.clone().next().is_some_and(char::is_lowercase) => {
            first.to_lowercase().chain(letters).collect()
        }
        _ => message,
    }
}

fn remedy(message: &str, text: &str, at: usize) -> Option<&'static str> {
    let start = text.trim_start();
    let line = text[..at].rfind('\n').map_or(0, |end| end + 1);
    let line = text[line..].lines().next().unwrap_or_default().trim_start();
    let is_python = [
        "def ", "import ", "from ", "print ", "elif ", "for ", "if ", "while ", "class ", "with ", "try:",
    ]
    .iter()
    .any(|word| line.starts_with(word))
        && (line.trim_end().ends_with(':') || line.starts_with("from ") || line.starts_with("import "));
    if is_python {
        return Some("this looks like Python; a program is JavaScript");
    }
    if start.starts_with('{') && start.trim_end().ends_with('}') && start[1..].trim_start().starts_with('"') {
        return Some("this looks like JSON; a program is JavaScript that calls `app`");
    }
    if line.starts_with('<') {
        return Some("this looks like markup; send the program alone");
    }
    if let Some(remedy) = slip(message, line, &text[at..]) {
        return Some(remedy);
    }
    let found = [
        ("`await` stands in", "make the function around it `async`"),
        (
            "already been declared",
            "use another name for this one, or drop its `const`, `let` or `function`",
        ),
        (
            "unterminated string",
            "close the string on the line it begins on, or use a template: `...`",
        ),
        ("reserved word", "use another name"),
        ("unterminated template", "close the template with a backtick"),
        ("unterminated", "close it"),
        ("import", "there are no modules; everything is in `app`"),
        ("cannot assign to", "declare it with `let` if it is to change"),
        (
            "missing initializer",
            "give it a value, as in `const x = 1`, or use `let`",
        ),
        (
            "illegal break",
            "use `return` to end the program, or put it into a loop",
        ),
        ("illegal 'continue'", "put it into a loop"),
    ];
    let lower = message.to_lowercase();
    if let Some((_, remedy)) = found.iter().find(|(part, _)| lower.contains(part)) {
        return Some(remedy);
    }
    if text[at..].trim().is_empty() || lower.contains("but the program ends") {
        return Some("the program ends too early; close what is open: a `{`, `(`, `[`, a string or a template");
    }
    if lower.starts_with("expected") || lower.starts_with("unexpected") {
        return Some(
            "look for a missing or an extra bracket, comma or quote here or just before, and send the whole program again",
        );
    }
    None
}

/// Slips that are told by what stands at the place, and on its line.
fn slip(message: &str, line: &str, rest: &str) -> Option<&'static str> {
    let word = rest
        .split(|letter: char| !letter.is_alphanumeric())
        .next()
        .unwrap_or_default();
    let is_block = line.contains("=> {") && (line.contains(": ") || line.contains(','));
    Some(match word {
        "and" => "write `&&` for and",
        "or" => "write `||` for or",
        "not" => "write `!` for not",
        "else" => {
            "`else` has no `if` before it; put what belongs to the `if` into braces: `if (x) { ... } else { ... }`"
        }
        _ if ["&gt;", "&lt;", "&amp;", "&quot;"]
            .iter()
            .any(|entity| line.contains(entity)) =>
        {
            "this is escaped as HTML; send `=>`, `<`, `>`, `&` and quotes as they are"
        }
        _ if rest.starts_with(['“', '”', '‘', '’', '„', '«', '»']) => "use straight quotes: \" or '",
        _ if line.starts_with('#') => "write comments with `//`",
        _ if message.starts_with("invalid assignment in object") => "a field has a colon: `{ search: \"lamp\" }`",
        _ if message.starts_with("cannot assign") && line.contains("?.") => {
            "nothing can be assigned through `?.`; make sure that the object is there and assign with `.`"
        }
        _ if message.starts_with("two statements") && is_block => {
            "an arrow function that returns an object has it in parentheses: `(x) => ({ id: x.id })`"
        }
        _ if message.starts_with("two statements") => "put a semicolon or a new line between them",
        _ if message.contains("or `)`") => "close the parenthesis before this with `)`, or put a comma",
        _ if message.contains("or `}`") => "put a comma before this, or close the object with `}`",
        _ if message.contains("or `]`") => "put a comma before this, or close the list with `]`",
        _ => return None,
    })
}
