//! What a test logs.

use std::{cell::RefCell, io::Write, sync::Once};

use tracing_subscriber::{Layer, filter::dynamic_filter_fn, layer::SubscriberExt, util::SubscriberInitExt};

/// What is logged on one thread, at the most talkative level there is. The whole flow runs on that thread.
///
/// The subscriber is everybody's: one of a single thread's makes `tracing` forget, now and then, what others log first.
pub(crate) struct Capture;

thread_local! {
    static LOG: RefCell<Option<Vec<u8>>> = const { RefCell::new(None) };
}

impl Capture {
    pub(crate) fn start() {
        static INSTALLED: Once = Once::new();
        INSTALLED.call_once(|| {
            let is_wanted = dynamic_filter_fn(|_, _| LOG.with_borrow(Option::is_some));
            let lines = tracing_subscriber::fmt::layer().with_ansi(false).with_writer(|| Self);
            tracing_subscriber::registry().with(lines.with_filter(is_wanted)).init();
        });
        LOG.set(Some(Vec::new()));
    }

    pub(crate) fn end() -> Vec<u8> {
        LOG.take().unwrap()
    }
}

impl Write for Capture {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        LOG.with_borrow_mut(|log| log.as_mut().map(|log| log.extend(bytes)));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
