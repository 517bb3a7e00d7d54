//! The process that workers are forked from: one thread, no environment, the guest loaded and its snapshots made.
//!
//! What it holds is shared with every worker, copy-on-write, so it must never hold anything of a tenant: it knows the
//! names of operations and nothing else.

use std::{
    collections::HashMap,
    fs::File,
    io,
    os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd},
    sync::Arc,
};

use rustix::{
    event::{PollFd, PollFlags, poll},
    io::Errno,
    net::{AddressFamily, SocketFlags, SocketType, socketpair},
    process::{Pid, PidfdFlags, Signal, WaitId, WaitIdOptions, getpid, getppid, pidfd_open, waitid},
};
use seccompiler::BpfProgram;

use super::{
    confine,
    serve::{self, Workplace},
    wire::{Death, FromZygote, ToZygote, receive_packet, send_packet, short},
};
use crate::{
    budget::PageBudget,
    engine::Compiled,
    error::with_causes,
    slot::PAGE,
    snapshot::{MemoryLimits, Snapshot},
    worker::Takeover,
};

/// Pages that preparing a snapshot may grow by, before any worker asks for its own.
const PREPARING_PAGES: usize = 256;

/// Serves the server at descriptor 0 until it is gone. Never returns.
pub(crate) fn become_zygote(takeover: Option<Takeover>) -> ! {
    let stdin = io::stdin();
    let served = begin(stdin.as_fd(), takeover).and_then(|mut zygote| zygote.serve());
    let status = match served {
        Ok(()) => 0,
        Err(error) => {
            let text = short(&error);
            if send_packet(stdin.as_fd(), &FromZygote::NotReady(text), &[]).is_err() {
                say(&error);
            }
            1
        }
    };
    std::process::exit(status)
}

#[expect(clippy::print_stderr, reason = "there is no server to tell")]
fn say(error: &str) {
    eprintln!("error: a sandbox process is started by its server, not by hand: {error}");
}

struct Zygote<'a> {
    server: BorrowedFd<'a>,
    compiled: Arc<Compiled>,
    limits: MemoryLimits,
    snapshots: HashMap<u64, Arc<Snapshot>>,
    filter: BpfProgram,
    statm: File,
    workers: Vec<(u64, OwnedFd)>,
    forked: u64,
    takeover: Option<Takeover>,
}

/// Loads the guest that the server sends, and gives up what a zygote does not need.
fn begin(server: BorrowedFd<'_>, takeover: Option<Takeover>) -> Result<Zygote<'_>, String> {
    close_above(2);
    let _ = rustix::thread::set_name(c"sandbox-zygote");
    outlast_signals_to_the_server();
    let (first, mut with) = receive_packet(server)
        .map_err(|error| format!("descriptor 0 is no socket of a server: {error}"))?
        .ok_or("the server is gone")?;
    let (
        ToZygote::Begin {
            hard_heap_bytes,
            require_landlock,
        },
        Some(artifact),
    ) = (first, with.pop())
    else {
        return Err("the server did not begin at the beginning".to_owned());
    };
    #[expect(unsafe_code, reason = "wasmer cannot verify machine code")]
    // SAFETY: it comes from the process that started this one, which is of the same binary, or of one that the app's
    // author named. Nobody else has the other end of descriptor 0.
    let compiled = unsafe { Compiled::deserialized(&artifact) };
    let compiled = Arc::new(compiled.map_err(|error| with_causes(&error))?);
    drop(artifact);
    let statm = File::open("/proc/self/statm").map_err(|error| format!("`/proc/self/statm`: {error}"))?;
    let threads = std::fs::read_dir("/proc/self/task").map_or(0, Iterator::count);
    if threads != 1 {
        return Err(format!(
            "it has {threads} threads and may have one; call `enter_if_asked` first in `main`, before any is started"
        ));
    }
    let landlock = confine::zygote()?;
    if let Some(missing) = landlock.as_ref().filter(|_| require_landlock) {
        return Err(format!("Landlock is required: {missing}"));
    }
    let budget = PageBudget::asking(PREPARING_PAGES, serve::ask_for_pages);
    let zygote = Zygote {
        server,
        compiled,
        limits: MemoryLimits {
            budget: Arc::new(budget),
            max_pages: hard_heap_bytes / PAGE,
        },
        snapshots: HashMap::new(),
        filter: confine::filter()?,
        statm,
        workers: Vec::new(),
        forked: 0,
        takeover,
    };
    zygote.tell(&FromZygote::Ready { landlock })?;
    Ok(zygote)
}

impl Zygote<'_> {
    fn serve(&mut self) -> Result<(), String> {
        loop {
            if self.wait()? {
                match receive_packet(self.server).map_err(|error| format!("the server: {error}"))? {
                    None => return Ok(()),
                    Some((ToZygote::Prepare { surface, forget }, with)) => self.prepare(surface, forget, with)?,
                    Some((ToZygote::Fork, _)) => self.fork()?,
                    Some((ToZygote::Begin { .. }, _)) => return Err("the server began twice".to_owned()),
                }
            }
        }
    }

    /// Waits for the server or for the end of a worker, and tells of the latter. True when the server said something.
    fn wait(&mut self) -> Result<bool, String> {
        let mut watched = vec![PollFd::new(&self.server, PollFlags::IN)];
        watched.extend(
            self.workers
                .iter()
                .map(|(_, worker)| PollFd::new(worker, PollFlags::IN)),
        );
        match poll(&mut watched, None) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(error) => return Err(format!("waiting failed: {error}")),
        }
        let is_spoken_to = !watched[0].revents().is_empty();
        let ended: Vec<_> = (watched[1..].iter().enumerate())
            .filter(|(_, worker)| !worker.revents().is_empty())
            .map(|(at, _)| at)
            .collect();
        for at in ended.into_iter().rev() {
            let (worker, process) = self.workers.swap_remove(at);
            let death = death(&process);
            self.tell(&FromZygote::Died { worker, death })?;
        }
        Ok(is_spoken_to)
    }

    fn prepare(&mut self, surface: u64, forget: Option<u64>, mut with: Vec<OwnedFd>) -> Result<(), String> {
        if let Some(forgotten) = forget {
            self.snapshots.remove(&forgotten);
        }
        let paths = with.pop().ok_or("a snapshot without paths")?;
        let paths: Vec<String> = content(paths)
            .and_then(|bytes| super::wire::message(&bytes))
            .map_err(|error| format!("the paths of a snapshot: {error}"))?;
        match Snapshot::new(&self.compiled, &paths, &self.limits) {
            Ok(snapshot) => {
                self.snapshots.insert(surface, Arc::new(snapshot));
                Ok(())
            }
            // A worker that is asked for it says that it is not there.
            Err(broken) => self.tell(&FromZygote::Trouble(short(&with_causes(&broken)))),
        }
    }

    fn fork(&mut self) -> Result<(), String> {
        self.forked += 1;
        match self.forked_worker() {
            Ok((socket, process, number)) => {
                let forked = FromZygote::Forked {
                    worker: self.forked,
                    process: number.as_raw_nonzero().get(),
                };
                let sent = send_packet(self.server, &forked, &[socket.as_fd(), process.as_fd()]);
                self.workers.push((self.forked, process));
                sent.map_err(|error| format!("the server: {error}"))
            }
            Err(error) => self.tell(&FromZygote::NotForked(short(&error.to_string()))),
        }
    }

    /// A new worker: the server's end of its socket, its pidfd, and its number.
    fn forked_worker(&mut self) -> io::Result<(OwnedFd, OwnedFd, Pid)> {
        let (server, worker) = socketpair(AddressFamily::UNIX, SocketType::STREAM, SocketFlags::CLOEXEC, None)?;
        let size = confine::size(&self.statm)?;
        let zygote = getpid();
        #[expect(unsafe_code, reason = "forking")]
        // SAFETY: this process has one thread, as was checked at its start and as nothing here changes, so the child has
        // all that there is, in a state that is whole.
        let child = unsafe { libc::fork() };
        if child < 0 {
            return Err(io::Error::last_os_error());
        }
        if child == 0 {
            self.work(&worker, zygote, size);
        }
        // It cannot be another's number yet: nobody has waited for the child.
        let child = Pid::from_raw(child).ok_or_else(|| io::Error::other("a worker without a number"))?;
        Ok((server, pidfd_open(child, PidfdFlags::empty())?, child))
    }

    /// The child's life.
    fn work(&mut self, socket: &OwnedFd, zygote: Pid, size: confine::Size) -> ! {
        let dies_with_zygote = rustix::process::set_parent_process_death_signal(Some(Signal::KILL));
        if dies_with_zygote.is_ok() && getppid() == Some(zygote) && put_at_zero(socket) {
            close_above(0);
            let _ = rustix::thread::set_name(c"sandbox-worker");
            serve::run(Workplace {
                snapshots: std::mem::take(&mut self.snapshots),
                budget: Arc::clone(&self.limits.budget),
                hard_heap_bytes: (self.limits.max_pages * PAGE) as u64,
                size,
                filter: std::mem::take(&mut self.filter),
                takeover: self.takeover,
            });
        }
        serve::exit(1)
    }

    fn tell(&self, message: &FromZygote) -> Result<(), String> {
        send_packet(self.server, message, &[]).map_err(|error| format!("the server: {error}"))
    }
}

fn death(process: &OwnedFd) -> Death {
    match waitid(WaitId::PidFd(process.as_fd()), WaitIdOptions::EXITED) {
        Ok(Some(status)) => match (status.terminating_signal(), status.exit_status()) {
            (Some(signal), _) => Death::Signal(signal),
            (None, Some(status)) => Death::Exit(status),
            (None, None) => Death::Exit(-1),
        },
        Ok(None) | Err(_) => Death::Exit(-1),
    }
}

/// All of a memory file.
fn content(file: OwnedFd) -> io::Result<Vec<u8>> {
    let file = File::from(file);
    let length = usize::try_from(file.metadata()?.len()).map_err(io::Error::other)?;
    let mut bytes = vec![0; length];
    // From its beginning: the server sends the same file to the next zygote.
    std::os::unix::fs::FileExt::read_exact_at(&file, &mut bytes, 0)?;
    Ok(bytes)
}

/// Whoever stops a server may send its signal to all processes of the service. The server then lets programs come to
/// their ends, and takes the zygote and the workers down with it.
#[expect(unsafe_code, reason = "a system call without a safe wrapper in std")]
fn outlast_signals_to_the_server() {
    for signal in [libc::SIGTERM, libc::SIGINT, libc::SIGHUP] {
        // SAFETY: ignoring a signal runs no code of ours.
        unsafe {
            libc::signal(signal, libc::SIG_IGN);
        }
    }
}

#[expect(unsafe_code, reason = "a system call without a safe wrapper in std")]
fn put_at_zero(socket: &OwnedFd) -> bool {
    // SAFETY: descriptor 0 was the zygote's socket, which nothing in a worker uses again.
    unsafe { libc::dup2(socket.as_raw_fd(), 0) == 0 }
}

/// Closes every descriptor above `kept`, whoever opened it.
#[expect(unsafe_code, reason = "a system call without a safe wrapper in std")]
fn close_above(kept: u32) {
    // SAFETY: in a new zygote nothing owns a descriptor above 2 yet. A worker never drops what it has of the zygote's, so
    // nobody closes a number again; nor does it open anything.
    unsafe {
        libc::syscall(libc::SYS_close_range, kept + 1, u32::MAX, 0);
    }
}
