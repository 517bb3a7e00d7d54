//! The thread that keeps a zygote alive and speaks with it.

use std::{
    collections::{HashMap, VecDeque},
    io::{self, Read, Write},
    os::{
        fd::{AsFd, OwnedFd},
        unix::net::UnixStream,
    },
    sync::{Arc, mpsc},
    time::{Duration, Instant},
};

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    process::Pid,
};
use tokio::sync::oneshot;

use super::{
    Pool, Worker,
    launch::{Launcher, Zygote},
    wire::{Death, FromZygote, ToZygote, receive_packet, send_packet},
};
use crate::{
    StartError,
    image::sealed,
    pace::{Pace, Who},
};

/// How often workers that are kept are looked through.
const ROUND: Duration = Duration::from_secs(10);

/// A zygote that lives shorter than this is not started again at once.
const STABLE: Duration = Duration::from_secs(10);

/// The first wait before one is started again, doubled each time it dies young, and the longest.
const FIRST_WAIT: Duration = Duration::from_millis(100);
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// What the pool wants of the zygote.
#[derive(Debug)]
pub(super) enum Ask {
    Prepare {
        surface: u64,
        forget: Option<u64>,
        paths: Arc<[String]>,
    },
    /// For who waits for it, or as a spare.
    Fork(Option<oneshot::Sender<Worker>>),
}

/// Wakes the thread when something was asked. Dropped, it ends the thread.
#[derive(Debug)]
pub(super) struct Bell(UnixStream);

impl Bell {
    pub(super) fn new() -> io::Result<(Self, UnixStream)> {
        let (bell, rung) = UnixStream::pair()?;
        bell.set_nonblocking(true)?;
        rung.set_nonblocking(true)?;
        Ok((Self(bell), rung))
    }

    pub(super) fn ring(&self) {
        // When it is full, it rings.
        let _ = (&self.0).write(&[1]);
    }
}

/// Keeps a zygote until the bell is dropped. Says on `started` what became of the first.
pub(super) fn keep(
    launcher: &Launcher,
    pool: &Arc<Pool>,
    asks: &mpsc::Receiver<Ask>,
    rung: &UnixStream,
    started: &mpsc::Sender<Result<(), StartError>>,
) {
    let mut is_first = true;
    let mut wait = FIRST_WAIT;
    loop {
        let began = Instant::now();
        match launcher.launch() {
            Ok(zygote) => {
                if is_first {
                    if let Some(missing) = &zygote.landlock {
                        tracing::warn!(
                            missing,
                            "Landlock does not confine the sandbox's workers in full; the filter on system calls does"
                        );
                    }
                    let _ = started.send(Ok(()));
                }
                let generation = pool.begin();
                let mut link = Link {
                    zygote,
                    pool,
                    generation,
                    newest: 0,
                    forks: VecDeque::new(),
                    deaths: HashMap::new(),
                };
                match link.serve(asks, rung) {
                    Ok(()) => return,
                    Err(error) => tracing::error!(%error, "the sandbox's zygote ended; programs under way are lost"),
                }
                // What it forked is dead or dying, and what waits is told.
                drop(link);
                pool.begin();
            }
            Err(error) if is_first => {
                let _ = started.send(Err(error));
                return;
            }
            Err(error) => tracing::error!(%error, "the sandbox's zygote does not start again"),
        }
        is_first = false;
        if began.elapsed() >= STABLE {
            wait = FIRST_WAIT;
        }
        if is_over_within(wait, rung) {
            return;
        }
        wait = (wait * 2).min(LONGEST_WAIT);
    }
}

/// Waits, unless the bell is dropped. What rings meanwhile is looked at afterwards anyway.
fn is_over_within(wait: Duration, rung: &UnixStream) -> bool {
    std::thread::sleep(wait);
    is_dropped(rung)
}

/// Hushes the bell. True when it was dropped.
fn is_dropped(mut rung: &UnixStream) -> bool {
    let mut rings = [0; 64];
    loop {
        match rung.read(&mut rings) {
            Ok(0) => return true,
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return false,
        }
    }
}

struct Link<'a> {
    zygote: Zygote,
    pool: &'a Arc<Pool>,
    generation: u64,
    newest: u64,
    /// Asked for and not answered, with the newest snapshot before each.
    forks: VecDeque<(Option<oneshot::Sender<Worker>>, u64)>,
    deaths: HashMap<u64, oneshot::Sender<Death>>,
}

impl Link<'_> {
    /// Passes on what is asked and what is answered, until the bell is dropped. An error is the zygote's end.
    fn serve(&mut self, asks: &mpsc::Receiver<Ask>, rung: &UnixStream) -> io::Result<()> {
        let round = Timespec::try_from(ROUND).map_err(io::Error::other)?;
        loop {
            for ask in asks.try_iter() {
                self.ask(ask)?;
            }
            let mut watched = [
                PollFd::new(&self.zygote.socket, PollFlags::IN),
                PollFd::new(rung, PollFlags::IN),
            ];
            match poll(&mut watched, Some(&round)) {
                Ok(_) | Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
            let [answered, asked] = watched.map(|one| !one.revents().is_empty());
            if asked && is_dropped(rung) {
                return Ok(());
            }
            if answered {
                let (message, with) = receive_packet(&self.zygote.socket)?.ok_or(io::ErrorKind::UnexpectedEof)?;
                self.hear(message, with)?;
            }
            self.pool.expire(Instant::now());
        }
    }

    fn ask(&mut self, ask: Ask) -> io::Result<()> {
        match ask {
            Ask::Prepare { surface, forget, paths } => {
                let paths = postcard::to_stdvec(&*paths).map_err(io::Error::other)?;
                let paths = sealed(&paths)?;
                self.newest = surface;
                send_packet(
                    &self.zygote.socket,
                    &ToZygote::Prepare { surface, forget },
                    &[paths.as_fd()],
                )
            }
            Ask::Fork(waiting) => {
                self.forks.push_back((waiting, self.newest));
                send_packet(&self.zygote.socket, &ToZygote::Fork, &[])
            }
        }
    }

    fn hear(&mut self, message: FromZygote, with: Vec<OwnedFd>) -> io::Result<()> {
        match message {
            FromZygote::Forked { worker, process } => {
                let (waiting, newest) = self.forks.pop_front().ok_or(io::ErrorKind::InvalidData)?;
                let worker = self.worker((worker, process), newest, with)?;
                self.hand_over(Some(worker), waiting);
            }
            FromZygote::NotForked(error) => {
                tracing::error!(error, "no worker could be forked for the sandbox");
                let (waiting, _) = self.forks.pop_front().ok_or(io::ErrorKind::InvalidData)?;
                self.hand_over(None, waiting);
            }
            FromZygote::Died { worker, death } => {
                let was_idle = self.pool.forget(worker);
                let told = self.deaths.remove(&worker).map(|run| run.send(death));
                // What the server killed itself has nobody that waits for it.
                if was_idle || death == Death::Signal(libc::SIGSYS) || matches!(told, Some(Ok(()))) {
                    tracing::warn!(worker, %death, "a worker of the sandbox ended by itself");
                }
            }
            FromZygote::Trouble(trouble) => tracing::error!(trouble, "the sandbox's zygote has trouble"),
            FromZygote::NotReady(error) => return Err(io::Error::other(error)),
            FromZygote::Ready { .. } => return Err(io::ErrorKind::InvalidData.into()),
        }
        Ok(())
    }

    fn worker(&mut self, (number, pid): (u64, i32), newest: u64, with: Vec<OwnedFd>) -> io::Result<Worker> {
        let pid = Pid::from_raw(pid).ok_or(io::ErrorKind::InvalidData)?;
        let Ok([socket, process]) = <[OwnedFd; 2]>::try_from(with) else {
            return Err(io::Error::other("a worker came without its descriptors"));
        };
        let socket = UnixStream::from(socket);
        socket.set_nonblocking(true)?;
        let (dies, death) = oneshot::channel();
        self.deaths.insert(number, dies);
        Ok(Worker {
            socket: Arc::new(socket),
            surface: 0,
            death,
            is_ready: false,
            pace: Arc::new(Pace::of(Who::Process(pid), Arc::clone(&self.pool.crowd))),
            process,
            number,
            generation: self.generation,
            newest,
            owner: None,
            runs: 0,
            computed: Duration::ZERO,
            idle_since: Instant::now(),
        })
    }

    fn hand_over(&self, worker: Option<Worker>, waiting: Option<oneshot::Sender<Worker>>) {
        match waiting {
            None => self.pool.add_spare(worker),
            Some(waiting) => {
                if let Some(worker) = worker {
                    // Who waited may have gone. The worker is killed then.
                    drop(waiting.send(worker));
                }
            }
        }
    }
}
