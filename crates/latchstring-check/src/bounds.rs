//! What is not even parsed, because parsing it would take too long.
//!
//! The parser tries some things out and goes back: parentheses that may be parameters, `<` that may open types. Nested,
//! each level doubles back over the next. No program that people or models write comes near these bounds.

/// Brackets within brackets.
const DEPTH: usize = 100;
/// `await` and `yield`; each is looked up through all it stands in.
const AWAITS: usize = 2_000;
/// `<` that may open types. Programs with more are read as JavaScript.
const ANGLES: usize = 300;

/// Where `source` is nested too deeply to be read.
pub(crate) fn too_deep(source: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, byte) in source.bytes().enumerate() {
        match byte {
            b'(' | b'[' | b'{' => {
                depth += 1;
                if depth > DEPTH {
                    return Some(at);
                }
            }
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    let awaits = |word| source.match_indices(word).map(|(at, _)| at).nth(AWAITS);
    awaits("await").or_else(|| awaits("yield"))
}

/// Whether types may be read.
pub(crate) fn may_have_types(source: &str) -> bool {
    source.bytes().filter(|byte| *byte == b'<').count() <= ANGLES
}
