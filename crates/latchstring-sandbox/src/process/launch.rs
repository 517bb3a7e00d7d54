//! Starting a zygote.

use std::{
    ffi::OsStr,
    io,
    os::{
        fd::{AsFd, OwnedFd},
        unix::{net::UnixStream, process::CommandExt},
    },
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Arc,
    time::Duration,
};

use rustix::net::{AddressFamily, SocketFlags, SocketType, socketpair, sockopt};

use super::wire::{FromWorker, FromZygote, ToZygote, receive, receive_packet, send_packet};
use crate::{StartError, worker::ARGUMENT};

/// How long a zygote has for each step of its beginning. In a debug build and on a busy machine it needs seconds.
const STEP: Duration = Duration::from_secs(30);

/// What every zygote is started with.
#[derive(Debug)]
pub(super) struct Launcher {
    pub(super) binary: Option<PathBuf>,
    pub(super) artifact: Arc<OwnedFd>,
    pub(super) hard_heap_bytes: usize,
    pub(super) require_landlock: bool,
}

/// A zygote that can fork. Dropped, it and its workers are killed.
#[derive(Debug)]
pub(super) struct Zygote {
    pub(super) socket: OwnedFd,
    /// What is missing of Landlock.
    pub(super) landlock: Option<String>,
    process: Child,
}

impl Drop for Zygote {
    fn drop(&mut self) {
        let _ = self.process.kill();
        // An app that ignores its children's ends has it waited for already.
        let _ = self.process.wait();
    }
}

impl Launcher {
    /// Starts one, and sees it fork a worker that locks itself in.
    pub(super) fn launch(&self) -> Result<Zygote, StartError> {
        let (mut zygote, own) = self.spawned().map_err(failed)?;
        let begin = ToZygote::Begin {
            hard_heap_bytes: self.hard_heap_bytes,
            require_landlock: self.require_landlock,
        };
        send_packet(&zygote.socket, &begin, &[self.artifact.as_fd()]).map_err(failed)?;
        drop(own);
        match answer(&zygote.socket)? {
            (FromZygote::Ready { landlock }, _) => zygote.landlock = landlock,
            (FromZygote::NotReady(text), _) if text.starts_with("Landlock is required") => {
                return Err(StartError::Landlock(text));
            }
            (FromZygote::NotReady(text), _) => return Err(StartError::Processes(text)),
            (other, _) => return Err(unexpected(&other)),
        }
        send_packet(&zygote.socket, &ToZygote::Fork, &[]).map_err(failed)?;
        let socket = match answer(&zygote.socket)? {
            (FromZygote::Forked { .. }, with) => with.into_iter().next(),
            (FromZygote::NotForked(text), _) => return Err(StartError::Processes(text)),
            (other, _) => return Err(unexpected(&other)),
        };
        let worker = UnixStream::from(socket.ok_or_else(|| failed(io::ErrorKind::NotConnected.into()))?);
        worker.set_read_timeout(Some(STEP)).map_err(failed)?;
        match receive(worker.as_fd()).map_err(failed)? {
            Some(FromWorker::Ready) => Ok(zygote),
            Some(FromWorker::NotReady(text)) => Err(StartError::Processes(text)),
            Some(_) | None => Err(StartError::Processes(
                "a worker ended before it was locked in".to_owned(),
            )),
        }
    }

    /// The process, which has not said anything yet, and its end of the socket.
    fn spawned(&self) -> io::Result<(Zygote, OwnedFd)> {
        let (own, its) = socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, SocketFlags::CLOEXEC, None)?;
        sockopt::set_socket_timeout(&own, sockopt::Timeout::Recv, Some(STEP))?;
        sockopt::set_socket_timeout(&own, sockopt::Timeout::Send, Some(STEP))?;
        let named = self.binary.clone().or_else(|| std::env::current_exe().ok());
        let name = named
            .as_deref()
            .and_then(Path::file_name)
            .unwrap_or(OsStr::new("sandbox"));
        let binary = self.binary.as_deref().unwrap_or(Path::new("/proc/self/exe"));
        let process = Command::new(binary)
            .arg0(name)
            .arg(ARGUMENT)
            .env_clear()
            .current_dir("/")
            // A signal from the terminal is for the server, which ends its programs in its own time.
            .process_group(0)
            .stdin(Stdio::from(its.try_clone()?))
            .stdout(Stdio::null())
            .stderr(Stdio::inherit())
            .spawn()?;
        let zygote = Zygote {
            socket: own,
            landlock: None,
            process,
        };
        Ok((zygote, its))
    }
}

fn answer(socket: &OwnedFd) -> Result<(FromZygote, Vec<OwnedFd>), StartError> {
    let answer = receive_packet(socket).map_err(failed)?;
    answer.ok_or_else(|| {
        StartError::Processes("the process ended at its start; does its `main` begin with `enter_if_asked`?".to_owned())
    })
}

fn unexpected(message: &FromZygote) -> StartError {
    StartError::Processes(format!("it said {message:?}"))
}

#[expect(clippy::needless_pass_by_value, reason = "for `map_err`")]
fn failed(error: io::Error) -> StartError {
    StartError::Processes(error.to_string())
}
