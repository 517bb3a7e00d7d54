//! The one place that asks the operating system for randomness.

/// `N` random bytes, fit for secrets.
///
/// # Panics
/// When the operating system has no randomness to give; nothing secret could be made then.
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    #[expect(clippy::disallowed_methods, reason = "this is the one place")]
    getrandom::fill(&mut bytes).expect("the operating system gives randomness");
    bytes
}
