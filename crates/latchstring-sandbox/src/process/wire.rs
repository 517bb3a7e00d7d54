//! What the server, the zygote and the workers say to each other.
//!
//! Between server and worker: a stream of frames, each its length in four bytes and a message. The server believes
//! neither length nor message of a worker. Between server and zygote: one message a packet, some with descriptors.

use std::{
    io::{self, IoSlice, IoSliceMut},
    mem::MaybeUninit,
    os::fd::{AsFd, BorrowedFd, OwnedFd},
    time::Duration,
};

use rustix::{
    io::{Errno, retry_on_intr},
    net::{
        RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer, SendAncillaryMessage, SendFlags,
        recvmsg, sendmsg,
    },
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{
    guest::{Answer, Settings},
    request::Request,
    run::{Ending, Spent},
};

/// Bytes of a frame's length.
pub(crate) const HEAD: usize = 4;

/// Longest packet between server and zygote.
const PACKET: usize = 4 << 10;

/// Most descriptors of a packet.
const DESCRIPTORS: usize = 2;

/// From the server to a worker.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum ToWorker {
    /// A program, after [`FromWorker::Ready`] or the end of the one before.
    Start(Box<Start>),
    /// The answers to [`FromWorker::Calls`].
    Answers(Vec<Answer>),
    /// Whether it has the pages that it asked for.
    Granted(bool),
    /// The program is over; what did it use?
    Tell,
}

/// A program and what it may use.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Start {
    /// Which snapshot, by the number it was prepared under.
    pub(crate) surface: u64,
    pub(crate) settings: Settings,
    pub(crate) guest_time: Duration,
    /// From now.
    pub(crate) wall: Duration,
    pub(crate) source: String,
}

/// From a worker to the server. Whoever broke the engine owns the worker and may have written any of it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum FromWorker {
    /// It is locked in. The first frame of all.
    Ready,
    /// It could not be locked in, and ends.
    NotReady(String),
    Calls(Vec<Request>),
    Ended(Ending),
    /// After [`ToWorker::Tell`].
    Spent(Spent),
    /// Asks for so many pages.
    More(u32),
    /// The program is innocent.
    Broken(String),
}

/// From the server to the zygote.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum ToZygote {
    /// The first of all. With the compiled guest as a sealed memory file.
    Begin {
        hard_heap_bytes: usize,
        require_landlock: bool,
    },
    /// Make a snapshot with these paths, which are in a sealed memory file, and remember it under this number.
    Prepare { surface: u64, forget: Option<u64> },
    /// Fork a worker.
    Fork,
}

/// From the zygote to the server.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum FromZygote {
    /// It can fork. `landlock` says what is missing of it, if anything.
    Ready {
        landlock: Option<String>,
    },
    /// It ends.
    NotReady(String),
    /// With the worker's socket and its pidfd.
    Forked {
        worker: u64,
        process: i32,
    },
    NotForked(String),
    Died {
        worker: u64,
        death: Death,
    },
    /// For the log.
    Trouble(String),
}

/// How a worker ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Death {
    Exit(i32),
    Signal(i32),
}

impl std::fmt::Display for Death {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match *self {
            Self::Exit(status) => write!(f, "it exited with {status}"),
            Self::Signal(libc::SIGSYS) => f.write_str("it made a system call that it may not make"),
            Self::Signal(libc::SIGKILL) => f.write_str("it was killed from outside, as when memory is short"),
            Self::Signal(libc::SIGXCPU) => f.write_str("it computed longer than a worker may"),
            Self::Signal(signal) => write!(f, "signal {signal} ended it"),
        }
    }
}

/// A frame with `message`.
pub(crate) fn frame(message: &impl Serialize) -> io::Result<Vec<u8>> {
    let mut bytes = postcard::to_extend(message, vec![0; HEAD]).map_err(io::Error::other)?;
    let length = u32::try_from(bytes.len() - HEAD).map_err(|_| io::ErrorKind::FileTooLarge)?;
    bytes[..HEAD].copy_from_slice(&length.to_le_bytes());
    Ok(bytes)
}

/// The length of the frame that begins with `bytes`, without its head, once the head is there.
pub(crate) fn length(bytes: &[u8]) -> Option<usize> {
    let head = bytes.first_chunk::<HEAD>()?;
    Some(u32::from_le_bytes(*head) as usize)
}

/// The whole of `bytes` as a message.
pub(crate) fn message<T: DeserializeOwned>(bytes: &[u8]) -> io::Result<T> {
    match postcard::take_from_bytes(bytes) {
        Ok((message, [])) => Ok(message),
        Ok(_) => Err(io::Error::new(io::ErrorKind::InvalidData, "more than a message")),
        Err(error) => Err(io::Error::new(io::ErrorKind::InvalidData, error)),
    }
}

/// Sends a frame and waits until it is away. For the worker's side.
pub(super) fn send(socket: BorrowedFd<'_>, message: &impl Serialize) -> io::Result<()> {
    let bytes = frame(message)?;
    let mut rest = bytes.as_slice();
    while !rest.is_empty() {
        let written = retry_on_intr(|| rustix::io::write(socket, rest))?;
        rest = &rest[written..];
    }
    Ok(())
}

/// How much of a frame is waited for at once, so that no more memory is taken than bytes came.
const CHUNK: usize = 64 << 10;

/// Waits for a frame from the server. None at its end. For the worker's side.
pub(super) fn receive<T: DeserializeOwned>(socket: BorrowedFd<'_>) -> io::Result<Option<T>> {
    let mut head = [0; HEAD];
    if !fill(socket, &mut head)? {
        return Ok(None);
    }
    let length = u32::from_le_bytes(head) as usize;
    let mut bytes = Vec::new();
    while bytes.len() < length {
        let before = bytes.len();
        bytes.resize(length.min(before + CHUNK), 0);
        if !fill(socket, &mut bytes[before..])? {
            return Ok(None);
        }
    }
    message(&bytes).map(Some)
}

fn fill(socket: BorrowedFd<'_>, mut rest: &mut [u8]) -> io::Result<bool> {
    while !rest.is_empty() {
        let read = retry_on_intr(|| rustix::io::read(socket, &mut *rest))?;
        if read == 0 {
            return Ok(false);
        }
        rest = &mut rest[read..];
    }
    Ok(true)
}

/// Sends one packet, with descriptors.
pub(super) fn send_packet(socket: impl AsFd, message: &impl Serialize, with: &[BorrowedFd<'_>]) -> io::Result<()> {
    let bytes = postcard::to_stdvec(message).map_err(io::Error::other)?;
    if bytes.len() > PACKET {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(DESCRIPTORS))];
    let mut control = SendAncillaryBuffer::new(&mut space);
    if !with.is_empty() && !control.push(SendAncillaryMessage::ScmRights(with)) {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    let bytes = [IoSlice::new(&bytes)];
    retry_on_intr(|| sendmsg(&socket, &bytes, &mut control, SendFlags::NOSIGNAL))?;
    Ok(())
}

/// Waits for one packet and its descriptors. None at the other side's end.
pub(super) fn receive_packet<T: DeserializeOwned>(socket: impl AsFd) -> io::Result<Option<(T, Vec<OwnedFd>)>> {
    let mut bytes = [0; PACKET];
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(DESCRIPTORS))];
    let mut control = RecvAncillaryBuffer::new(&mut space);
    let received = loop {
        let mut into = [IoSliceMut::new(&mut bytes)];
        match recvmsg(&socket, &mut into, &mut control, RecvFlags::CMSG_CLOEXEC) {
            Err(Errno::INTR) => {}
            Err(Errno::CONNRESET) => return Ok(None),
            received => break received?,
        }
    };
    if received.bytes == 0 {
        return Ok(None);
    }
    let mut with = Vec::new();
    for message in control.drain() {
        if let RecvAncillaryMessage::ScmRights(descriptors) = message {
            with.extend(descriptors);
        }
    }
    Ok(Some((message(&bytes[..received.bytes])?, with)))
}

/// A text that fits a packet.
pub(super) fn short(text: &str) -> String {
    text.chars().take(500).collect()
}

#[cfg(test)]
mod tests {
    use rustix::net::{AddressFamily, SocketFlags, SocketType, socketpair};

    use super::*;
    use crate::run::{Deadline, Verdict};

    #[test]
    fn a_message_comes_back_as_it_was_sent() {
        let ending = Ending {
            verdict: Verdict::Late(Deadline::Guest, None),
            spent: Spent {
                calls: 3,
                ..Spent::default()
            },
        };
        let bytes = frame(&FromWorker::Ended(ending)).unwrap();
        assert_eq!(length(&bytes), Some(bytes.len() - HEAD));
        let back: FromWorker = message(&bytes[HEAD..]).unwrap();
        assert!(
            matches!(
                &back,
                FromWorker::Ended(Ending {
                    verdict: Verdict::Late(Deadline::Guest, None),
                    spent: Spent { calls: 3, .. }
                })
            ),
            "{back:?}"
        );
    }

    #[test]
    fn s03_bytes_that_are_no_message_are_refused_whatever_lengths_they_claim() {
        assert_eq!(length(&[1, 2, 3]), None);
        let mut bytes = vec![2];
        for _ in 0..20 {
            // A number of calls, the length of a text, and so on, each as large as can be.
            bytes.extend([0xff, 0xff, 0xff, 0xff, 0x0f]);
            assert!(message::<FromWorker>(&bytes).is_err());
        }
        for first in 0..=u8::MAX {
            let _ = message::<FromWorker>(&[first, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]);
            assert!(
                message::<FromWorker>(&[first, 1, 1, 1, 1]).is_err() || first == 5,
                "{first}"
            );
        }
        let mut more = frame(&FromWorker::Ready).unwrap()[HEAD..].to_vec();
        more.push(0);
        assert!(message::<FromWorker>(&more).is_err(), "more than a message");
    }

    #[test]
    fn a_packet_brings_its_descriptors() {
        let (one, other) = socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, SocketFlags::CLOEXEC, None).unwrap();
        let file = crate::image::sealed(b"content").unwrap();
        send_packet(&one, &ToZygote::Fork, &[]).unwrap();
        send_packet(
            &one,
            &FromZygote::Forked { worker: 7, process: 9 },
            &[file.as_fd(), one.as_fd()],
        )
        .unwrap();
        let (first, with) = receive_packet::<ToZygote>(&other).unwrap().unwrap();
        assert!(matches!(first, ToZygote::Fork) && with.is_empty());
        let (second, with) = receive_packet::<FromZygote>(&other).unwrap().unwrap();
        assert!(
            matches!(second, FromZygote::Forked { worker: 7, process: 9 }),
            "{second:?}"
        );
        assert_eq!(with.len(), 2);
        drop((one, with));
        assert!(receive_packet::<ToZygote>(&other).unwrap().is_none());
    }
}
