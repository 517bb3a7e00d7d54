//! Reading on a thread of its own.
//!
//! The parser descends once for each level of nesting, and a hostile program is nothing but nesting. So it is read on a
//! stack that is large enough for the deepest program of its length. What is not touched of it costs nothing. And the
//! threads that serve everybody go on meanwhile.
//!
//! Most programs are short, and starting a thread costs as much as reading one of them. So the threads that read short
//! ones stay, a few of them, for the next.

use std::{
    io,
    sync::{
        Mutex, PoisonError,
        mpsc::{SendError, Sender, channel},
    },
    thread,
};

use tokio::sync::oneshot;

/// Stack per byte of program, measured with programs that nest with every byte, in a build without optimisation.
const STACK_PER_BYTE: usize = 16 << 10;
const LEAST_STACK: usize = 1 << 20;

/// A program of so many bytes at most is short.
const SHORT: usize = 2 << 10;

/// Threads that wait for a short program. When all are busy, more are started.
const KEPT: usize = 4;

type Job = Box<dyn FnOnce() + Send>;

/// The ways to the threads that wait, the one that waits shortest at the end.
static WAITING: Mutex<Vec<Sender<Job>>> = Mutex::new(Vec::new());

/// Runs `work`, which reads `bytes` of program. None when it could not: no thread was to be had, or it panicked, which is
/// our fault and not the program's.
pub(crate) async fn read<T: Send + 'static>(bytes: usize, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    let (sender, read) = oneshot::channel();
    let job = Box::new(move || drop(sender.send(work())));
    let begun = if bytes <= SHORT {
        on_a_kept_thread(job)
    } else {
        start(bytes, job)
    };
    begun
        .inspect_err(|error| tracing::warn!(%error, "no thread to check a program on; it runs unchecked"))
        .ok()?;
    read.await.ok()
}

fn on_a_kept_thread(job: Job) -> io::Result<()> {
    let waiting = WAITING.lock().unwrap_or_else(PoisonError::into_inner).pop();
    let job = match waiting {
        None => job,
        Some(thread) => match thread.send(job) {
            Ok(()) => return Ok(()),
            Err(SendError(job)) => job,
        },
    };
    start(SHORT, move || work(job))
}

fn start(bytes: usize, work: impl FnOnce() + Send + 'static) -> io::Result<()> {
    thread::Builder::new()
        .name("check".to_owned())
        .stack_size(LEAST_STACK + STACK_PER_BYTE * bytes)
        .spawn(work)
        .map(drop)
}

/// Does one job after the other, as long as there is a place to wait. One that panics ends its thread.
fn work(first: Job) {
    let (sender, jobs) = channel();
    let mut job = first;
    loop {
        job();
        let mut waiting = WAITING.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() >= KEPT {
            return;
        }
        waiting.push(sender.clone());
        drop(waiting);
        let Ok(next) = jobs.recv() else { return };
        job = next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_panics_is_not_read_and_what_comes_next_is() {
        for bytes in [1, SHORT, SHORT + 1] {
            assert_eq!(read::<()>(bytes, || panic!("on purpose")).await, None);
            assert_eq!(read(bytes, || 7).await, Some(7));
        }
    }

    #[tokio::test]
    async fn as_many_short_programs_as_come_are_read_at_once() {
        let barrier = std::sync::Arc::new(std::sync::Barrier::new(3 * KEPT));
        let all: Vec<_> = (0..3 * KEPT)
            .map(|_| {
                let barrier = std::sync::Arc::clone(&barrier);
                tokio::spawn(read(1, move || barrier.wait().is_leader()))
            })
            .collect();
        let mut leaders = 0;
        for one in all {
            leaders += u32::from(one.await.unwrap() == Some(true));
        }
        assert_eq!(leaders, 1);
        assert!(WAITING.lock().unwrap().len() <= KEPT);
    }
}
