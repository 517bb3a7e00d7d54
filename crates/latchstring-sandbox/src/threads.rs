//! Run threads: each keeps its own state, and jobs come to the state.
//!
//! An instance of the guest cannot leave the thread that made it, so the turns of a run come to that thread. A run that
//! waits for the host is an entry in the thread's state and blocks nobody, but whatever computes there blocks it. So
//! runs are spread by the seats they hold from their start to their end, and there are more threads than processors.

use std::{
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
        mpsc::{Receiver, Sender, channel},
    },
    thread,
};

use crate::{claim, lock::lock};

type Job<S> = Box<dyn FnOnce(&mut S) + Send>;
type Make<S> = Arc<dyn Fn(usize) -> S + Send + Sync>;

/// A fixed number of threads, each with an `S` of its own. Dropping the set ends them once their jobs are done.
pub(crate) struct Threads<S> {
    threads: Vec<RunThread<S>>,
    /// Makes the `S` of a thread, on it.
    state: Make<S>,
}

struct RunThread<S> {
    jobs: Mutex<Sender<Job<S>>>,
    /// Jobs running or queued, and seats held.
    load: Arc<AtomicUsize>,
}

/// A run's place on a thread, held until it is dropped: as long as the run lives, waiting included.
#[derive(Debug)]
pub(crate) struct Seat {
    load: Arc<AtomicUsize>,
}

impl Seat {
    /// Whether the thread has nothing else, neither other runs nor jobs.
    pub(crate) fn is_the_only_one(&self) -> bool {
        self.load.load(Ordering::Relaxed) == 1
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.load.fetch_sub(1, Ordering::Relaxed);
    }
}

impl<S: 'static> Threads<S> {
    /// Starts `count` threads; `state` makes the state of each, on it.
    pub(crate) fn new(count: usize, state: impl Fn(usize) -> S + Send + Sync + 'static) -> io::Result<Self> {
        let state: Make<S> = Arc::new(state);
        let threads = (0..count)
            .map(|index| {
                let load = Arc::default();
                let jobs = Mutex::new(spawn(index, &state, &load)?);
                Ok(RunThread { jobs, load })
            })
            .collect::<io::Result<_>>()?;
        Ok(Self { threads, state })
    }

    /// Puts a new thread, with a new `S`, in the place of one, which ends once its jobs are done.
    pub(crate) fn replace(&self, thread: usize) -> io::Result<()> {
        let RunThread { jobs, load } = &self.threads[thread];
        *lock(jobs) = spawn(thread, &self.state, load)?;
        Ok(())
    }

    /// A seat on the thread with the fewest jobs and seats, among equals one that `fits`; then always the same, whose caches
    /// are warm.
    pub(crate) fn take_seat(&self, fits: impl Fn(usize) -> bool) -> (usize, Seat) {
        loop {
            let load_of = |thread: &RunThread<S>| thread.load.load(Ordering::Relaxed);
            let load = self.threads.iter().map(load_of).min().unwrap_or(0);
            let has_it = |index: &usize| load_of(&self.threads[*index]) == load;
            let mut idlest = (0..self.threads.len()).filter(has_it);
            let index = idlest.clone().find(|index| fits(*index)).or_else(|| idlest.next());
            let index = index.unwrap_or(0);
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
        if lock(&thread.jobs).send(Box::new(job)).is_err() {
            // Cannot be while the set lives: a thread ends when the last sender is gone. The job's caller notices by
            // what the job owned being dropped.
            tracing::error!("a run thread is gone");
        }
    }
}

/// Starts a thread. What it is sent is counted in `load`.
fn spawn<S: 'static>(index: usize, state: &Make<S>, load: &Arc<AtomicUsize>) -> io::Result<Sender<Job<S>>> {
    let (jobs, queue) = channel();
    let (load, state) = (Arc::clone(load), Arc::clone(state));
    thread::Builder::new().name(format!("sandbox-{index}")).spawn(move || {
        claim::stand_behind_the_server();
        work(&queue, &load, &mut state(index));
    })?;
    Ok(jobs)
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
    fn a_thread_that_is_replaced_does_what_it_was_given_and_the_new_one_begins_anew() {
        let threads = Threads::new(1, |_| 0_u32).unwrap();
        let (answer, answers) = mpsc::channel::<(u32, std::thread::ThreadId)>();
        let tell = |answer: mpsc::Sender<_>| {
            move |state: &mut u32| {
                *state += 1;
                answer.send((*state, std::thread::current().id())).unwrap();
            }
        };
        threads.submit(0, tell(answer.clone()));
        threads.replace(0).unwrap();
        threads.submit(0, tell(answer));
        let (one, two) = (answers.recv().unwrap(), answers.recv().unwrap());
        assert!((one.0, two.0) == (1, 1) && one.1 != two.1);
        // Nobody is left who could tell.
        assert!(answers.recv().is_err());
        assert_eq!(threads.take_seat(|_| true).0, 0);
    }

    #[test]
    fn a_new_run_goes_to_the_thread_with_the_fewest_jobs_and_runs() {
        let threads = Threads::new(3, |_| ()).unwrap();
        let (release, held) = mpsc::channel::<()>();
        threads.submit(0, move |()| held.recv().unwrap());
        let (one, waits) = threads.take_seat(|_| true);
        let (two, computes) = threads.take_seat(|_| true);
        assert_eq!((one, two), (1, 2), "a run that waits keeps its seat");
        drop(computes);
        assert_eq!(threads.take_seat(|_| true).0, 2);
        drop(waits);
        assert_eq!(threads.take_seat(|_| true).0, 1);
        release.send(()).unwrap();
    }
}
