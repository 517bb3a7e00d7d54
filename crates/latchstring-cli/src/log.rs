//! What happens, on standard error: standard output is the protocol's.
//!
//! Only our own lines, so that no library can write a header down. They carry methods, ids and HTTP statuses, never the
//! key and nothing of what is asked or answered.

use tracing_subscriber::{
    filter::{LevelFilter, Targets},
    fmt,
    layer::SubscriberExt,
    util::SubscriberInitExt,
};

pub(crate) fn start(level: LevelFilter) {
    let lines = fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .with_target(false);
    let ours = Targets::new().with_target(env!("CARGO_BIN_NAME"), level);
    tracing_subscriber::registry().with(lines).with(ours).init();
}
