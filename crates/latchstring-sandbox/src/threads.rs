//! Run threads: each keeps its own state, and jobs come to the state.
//!
//! An instance of the guest cannot leave the thread that made it, so the turns of a run come to that thread. A run that
//! waits for the host is an entry in the thread's state and blocks nobody.

use std::{
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
        mpsc::{Receiver, Sender, channel},
    },
    thread,
};

type Job<S> = Box<dyn FnOnce(&mut S) + Send>;

/// A fixed set of threads, each with an `S` of its own. Dropping the set ends them once their jobs are done.
#[derive(Debug)]
pub(crate) struct Threads<S> {
    threads: Vec<RunThread<S>>,
}

#[derive(Debug)]
struct RunThread<S> {
    jobs: Sender<Job<S>>,
    /// Jobs running or queued.
    load: Arc<AtomicUsize>,
}

impl<S: 'static> Threads<S> {
    /// Starts `count` threads; `state` makes the state of each, on it.
    pub(crate) fn new(count: usize, state: impl Fn(usize) -> S + Clone + Send + 'static) -> io::Result<Self> {
        let threads = (0..count)
            .map(|index| {
                let (jobs, queue) = channel();
                let load = Arc::new(AtomicUsize::new(0));
                let (counted, state) = (Arc::clone(&load), state.clone());
                thread::Builder::new()
                    .name(format!("sandbox-{index}"))
                    .spawn(move || work(&queue, &counted, &mut state(index)))?;
                Ok(RunThread { jobs, load })
            })
            .collect::<io::Result<_>>()?;
        Ok(Self { threads })
    }

    /// The thread with the fewest jobs; among equals always the same, whose caches are warm.
    pub(crate) fn least_loaded(&self) -> usize {
        let load = |index: &usize| self.threads[*index].load.load(Ordering::Relaxed);
        (0..self.threads.len()).min_by_key(load).unwrap_or(0)
    }

    /// Queues a job. One that panics is dropped, with all it owns, and its thread goes on with the next.
    pub(crate) fn submit(&self, thread: usize, job: impl FnOnce(&mut S) + Send + 'static) {
        let thread = &self.threads[thread];
        thread.load.fetch_add(1, Ordering::Relaxed);
        if thread.jobs.send(Box::new(job)).is_err() {
            // Cannot be while the set lives: a thread ends when the last sender is gone. The job's caller notices by
            // what the job owned being dropped.
            tracing::error!("a run thread is gone");
        }
    }
}

fn work<S>(queue: &Receiver<Job<S>>, load: &AtomicUsize, state: &mut S) {
    while let Ok(job) = queue.recv() {
        if catch_unwind(AssertUnwindSafe(|| job(state))).is_err() {
            tracing::error!("a run thread panicked; the program it ran is lost");
        }
        load.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::Threads;

    #[test]
    fn a_panicking_job_is_lost_and_the_thread_goes_on() {
        let threads = Threads::new(1, |_| 0_u32).unwrap();
        let (answer, answers) = mpsc::channel::<u32>();
        let lost = answer.clone();
        threads.submit(0, move |_| {
            let _lost = lost;
            panic!("on purpose");
        });
        threads.submit(0, |state| *state += 1);
        threads.submit(0, move |state| answer.send(*state).unwrap());
        assert_eq!(answers.recv(), Ok(1));
        assert!(answers.recv().is_err(), "what the lost job owned was dropped");
    }

    #[test]
    fn a_new_run_goes_to_the_thread_with_the_fewest_jobs() {
        let threads = Threads::new(2, |_| ()).unwrap();
        let (release, held) = mpsc::channel::<()>();
        assert_eq!(threads.least_loaded(), 0);
        threads.submit(0, move |()| held.recv().unwrap());
        assert_eq!(threads.least_loaded(), 1);
        release.send(()).unwrap();
    }
}
