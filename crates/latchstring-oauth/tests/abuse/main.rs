//! Attacks on the authorization server, and what must come of them. A test about an attack of the list begins with its
//! id. Most run over a fresh database; whatever needs only the rules runs in memory.

mod assertions;
mod authorize;
mod bodies;
mod codes;
mod door;
mod fate;
mod floods;
mod flow;
mod forms;
mod leaks;
mod logs;
mod metadata;
mod model;
mod place;
mod refresh;
mod registration;
mod strangers;
mod streams;
#[expect(
    clippy::unwrap_used,
    dead_code,
    reason = "shared with the unit tests, which need more of it"
)]
#[path = "../../src/assertion/test_keys.rs"]
mod test_keys;
mod token_endpoint;
mod tokens;
mod words;
mod wrong_requests;
