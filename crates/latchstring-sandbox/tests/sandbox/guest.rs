//! The guest module itself.

use latchstring_sandbox::GUEST;
use sha2::{Digest, Sha256};
use wasmer::sys::wasmparser::{Parser, Payload};

#[test]
fn the_guest_imports_nothing() {
    let mut sections = 0;
    for payload in Parser::new(0).parse_all(GUEST) {
        sections += 1;
        if let Payload::ImportSection(imports) = payload.unwrap() {
            assert_eq!(imports.count(), 0, "the guest reaches outside");
        }
    }
    assert!(sections > 5);
}

#[test]
fn the_guest_is_the_one_its_checksum_names() {
    let named = include_str!("../../guest/qjs.wasm.sha256").split(' ').next().unwrap();
    let actual = Sha256::digest(GUEST)
        .iter()
        .fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
    assert_eq!(actual, named, "run `just guest`");
}

#[test]
fn the_guest_exports_its_ways_in_and_no_more() {
    let mut names = Vec::new();
    for payload in Parser::new(0).parse_all(GUEST) {
        if let Payload::ExportSection(exports) = payload.unwrap() {
            names.extend(exports.into_iter().map(|export| export.unwrap().name));
        }
    }
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "__stack_pointer",
            "control",
            "expose",
            "init",
            "memory",
            "reserve",
            "resume",
            "start"
        ]
    );
}
