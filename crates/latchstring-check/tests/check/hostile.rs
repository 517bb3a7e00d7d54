//! Programs that are written to hurt whoever reads them. S01: they end within their limit, and nobody else notices.

use crate::shop::prepared;

/// Nesting with every byte or two, as long as a program may be.
fn nested(open: &str, middle: &str, close: &str) -> String {
    let times = (64 << 10) / (open.len() + close.len());
    format!("{}{middle}{}", open.repeat(times), close.repeat(times))
}

#[test]
fn s01_programs_that_are_nothing_but_nesting_are_read_or_refused() {
    for (open, middle, close) in [
        ("!", "1", ""),
        ("a=", "1", ""),
        ("a=>", "1", ""),
        ("if(1)", ";", ""),
        ("a?", "1", ":2"),
        ("1?2:", "1", ""),
        ("new ", "X", ""),
        ("await ", "1", ""),
        ("yield ", "1", ""),
        ("1+", "1", ""),
        ("1**", "1", ""),
        ("a.", "b", ""),
        ("do ", ";", " while(1)"),
        ("a<", "b", ""),
        ("a<b,", "c", ""),
        ("x as ", "y", ""),
        ("<T>", "x", ""),
        ("a||", "b", ""),
        ("1,", "1", ""),
        ("async()=>", "1", ""),
        ("typeof ", "x", ""),
        ("else ", "", ""),
        ("a?.", "b", ""),
        ("f``", "", ""),
        ("/", "a", "/"),
        ("x!", "", ""),
        ("let a=", "1", ""),
        ("for(;;)", ";", ""),
        ("(", "1", ")"),
        ("[", "1", "]"),
        ("{", "", "}"),
        ("({a:", "1", "})"),
        ("`${", "1", "}`"),
        ("(a=(", "b", "))"),
        ("f<a,", "b", ">(1)"),
        ("class A{x=", "1", "}"),
        ("app.items.list({search:", "1", "})"),
        ("app.", "items", ""),
        ("await app.items.list().", "x", ""),
        ("[...", "a", "]"),
        ("x.map(x=>", "1", ")"),
        ("(x=>x)(", "1", ")"),
    ] {
        // What comes of it is the same to us; that something comes of it is not.
        let _ = prepared(&nested(open, middle, close));
    }
}

/// Labels are looked up through all others around them, so these are fewer: without optimisation 64 KiB of them take a minute.
#[test]
fn s01_labels_within_labels_are_read() {
    let _ = prepared(&format!("{};", "a:".repeat(2_000)));
}

#[test]
fn s01_very_many_faults_are_told_in_few_words() {
    let source = (0..5_000).fold(String::new(), |text, i| text + &format!("oops_{i};"));
    let failure = prepared(&source).unwrap_err();
    assert_eq!(failure.more.len(), 9);
    assert!(
        failure.message.contains("more faults than are told here"),
        "{}",
        failure.message
    );
}

proptest::proptest! {
    #[test]
    fn no_text_makes_it_panic_and_what_is_accepted_keeps_its_lines(source in "[ -~é\n]{0,80}") {
        if let Ok(code) = prepared(&source) {
            proptest::prop_assert_eq!(code.text().matches('\n').count(), source.matches('\n').count());
        }
    }

    #[test]
    fn pieces_of_programs_in_any_order_are_read_or_refused(pieces in proptest::collection::vec(0..PIECES.len(), 0..30)) {
        let source: String = pieces.iter().map(|at| PIECES[*at]).collect();
        if let Ok(code) = prepared(&source) {
            proptest::prop_assert_eq!(code.in_source(code.text().len()), source.len());
        }
    }
}

const PIECES: [&str; 36] = [
    "const a = ",
    "await ",
    "app.items.list(",
    "{",
    "}",
    "(",
    ")",
    "search: 'x'",
    ";",
    "\n",
    "return ",
    "a",
    ".items",
    ".map(",
    "(x) =>",
    " x.name",
    "async ",
    "function main() {",
    "for (const b of ",
    "`${",
    "}`",
    ": string",
    "<T>",
    " as any",
    "!",
    "?",
    "if (",
    "else ",
    "type A = ",
    "class B {",
    "```",
    "é",
    "...",
    "[",
    "]",
    ", ",
];
