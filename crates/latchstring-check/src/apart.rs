//! Reading on a thread of its own.
//!
//! The parser descends once for each level of nesting, and a hostile program is nothing but nesting. So it is read on a
//! stack that is large enough for the deepest program of its length. What is not touched of it costs nothing. And the
//! threads that serve everybody go on meanwhile.

use std::thread;

use tokio::sync::oneshot;

/// Stack per byte of program, measured with programs that nest with every byte, in a build without optimisation.
const STACK_PER_BYTE: usize = 16 << 10;
const LEAST_STACK: usize = 1 << 20;

/// Runs `work`, which reads `bytes` of program. None when it could not: no thread was to be had, or it panicked, which is
/// our fault and not the program's.
pub(crate) async fn read<T: Send + 'static>(bytes: usize, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    let (sender, read) = oneshot::channel();
    thread::Builder::new()
        .name("check".to_owned())
        .stack_size(LEAST_STACK + STACK_PER_BYTE * bytes)
        .spawn(move || sender.send(work()))
        .inspect_err(|error| tracing::warn!(%error, "no thread to check a program on; it runs unchecked"))
        .ok()?;
    read.await.ok()
}
