//! The guest that lies.

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/liar.wasm");

/// The module, of its text. Tests of the workspace have no reader of texts and take the one that is checked in.
pub fn module() -> Vec<u8> {
    let made = wat::parse_str(include_str!("../liar.wat")).expect("`liar.wat` is a module");
    if std::env::var_os("LIAR_UPDATE").is_some() {
        std::fs::write(PATH, &made).expect("`liar.wasm` can be written");
    }
    let is_the_same = std::fs::read(PATH).is_ok_and(|kept| kept == made);
    assert!(
        is_the_same,
        "`liar.wasm` is not what `liar.wat` says; run once with LIAR_UPDATE=1 in the environment"
    );
    made
}
