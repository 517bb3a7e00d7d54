//! The server's side without a zygote: for fuzzing, which is the worker itself.

use std::{
    fs::File,
    io,
    os::unix::net::UnixStream,
    sync::{Arc, Mutex, mpsc},
    time::{Duration, Instant},
};

use rustix::process::Pid;
use tokio::sync::oneshot;

use super::{Death, Pool, Processes, State, Worker};
use crate::{
    budget::PageBudget,
    lock::lock,
    pace::{Pace, Who},
};

impl Processes {
    /// None is forked. A program gets a worker that was [given](Self::give), or none.
    pub(crate) fn alone(grown_pages: usize, max_pages: usize) -> Arc<Self> {
        let pool = Pool {
            state: Mutex::new(State::default()),
            crowd: Arc::default(),
            spare_limit: 0,
            warm_limit: 4,
        };
        Arc::new(Self {
            pool: Arc::new(pool),
            asks: mpsc::channel().0,
            bell: None,
            thread: None,
            budget: Arc::new(PageBudget::new(grown_pages)),
            max_pages,
        })
    }

    /// Has whoever is at the other end of `socket` as the next worker.
    pub(crate) fn give(&self, socket: UnixStream, death: oneshot::Receiver<Death>) -> io::Result<()> {
        socket.set_nonblocking(true)?;
        let mut state = lock(&self.pool.state);
        state.clock += 1;
        let nobody = Pid::from_raw(i32::MAX).ok_or(io::ErrorKind::InvalidInput)?;
        let worker = Worker {
            socket: Arc::new(socket),
            surface: 0,
            death,
            is_ready: false,
            // Of no process that there is, so that none is put behind others.
            pace: Arc::new(Pace::of(Who::Process(nobody), Arc::clone(&self.pool.crowd))),
            // Nobody's, so that nobody is killed.
            process: File::open("/dev/null")?.into(),
            number: state.clock,
            generation: state.generation,
            newest: u64::MAX,
            owner: None,
            runs: 0,
            computed: Duration::ZERO,
            idle_since: Instant::now(),
        };
        state.spares.push(worker);
        Ok(())
    }

    /// Pages that programs may still add.
    pub(crate) fn pages_left(&self) -> usize {
        self.budget.left()
    }
}
