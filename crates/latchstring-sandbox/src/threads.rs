//! Run threads: each keeps its own state, and jobs come to the state.
//!
//! An instance of the guest cannot leave the thread that made it, so the turns of a run come to that thread. A run that
//! waits for the host is an entry in the thread's state and blocks nobody, but whatever computes there blocks it. So
//! runs are spread by the seats they hold from their start to their end, and there are more threads than processors.

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

use crate::claim;

type Job<S> = Box<dyn FnOnce(&mut S) + Send>;

/// A fixed set of threads, each with an `S` of its own. Dropping the set ends them once their jobs are done.
#[derive(Debug)]
pub(crate) struct Threads<S> {
    threads: Vec<RunThread<S>>,
}

#[derive(Debug)]
struct RunThread<S> {
    jobs: Sender<Job<S>>,
    /// Jobs running or queued, and seats held.
    load: Arc<AtomicUsize>,
}

/// A run's place on a thread, held until it is dropped: as long as the run lives, waiting included.
#[derive(Debug)]
pub(crate) struct Seat {
    load: Arc<AtomicUsize>,
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.load.fetch_sub(1, Ordering::Relaxed);
    }
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

    /// A seat on the thread with the fewest jobs and seats; among equals always the same, whose caches are warm.
    pub(crate) fn take_seat(&self) -> (usize, Seat) {
        loop {
            let loads = self.threads.iter().map(|thread| thread.load.load(Ordering::Relaxed));
            let (index, load) = loads.enumerate().min_by_key(|(_, load)| *load).unwrap_or((0, 0));
            let thread = &self.threads[index];
            // Somebody else may have taken it meanwhile.
            let taken = thread
                .load
                .compare_exchange(load, load + 1, Ordering::Relaxed, Ordering::Relaxed);
            if taken.is_ok() {
                let load = Arc::clone(&thread.load);
                return (index, Seat { load });
            }
        }
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
    claim::stand_behind_the_server();
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
    fn a_new_run_goes_to_the_thread_with_the_fewest_jobs_and_runs() {
        let threads = Threads::new(3, |_| ()).unwrap();
        let (release, held) = mpsc::channel::<()>();
        threads.submit(0, move |()| held.recv().unwrap());
        let (one, waits) = threads.take_seat();
        let (two, computes) = threads.take_seat();
        assert_eq!((one, two), (1, 2), "a run that waits keeps its seat");
        drop(computes);
        assert_eq!(threads.take_seat().0, 2);
        drop(waits);
        assert_eq!(threads.take_seat().0, 1);
        release.send(()).unwrap();
    }
}
