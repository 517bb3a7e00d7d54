//! A worker: one program at a time, for the server at descriptor 0.

use std::{
    collections::HashMap,
    io,
    os::fd::{AsFd, BorrowedFd},
    sync::Arc,
    time::Instant,
};

use seccompiler::BpfProgram;

use super::{
    confine,
    wire::{FromWorker, Start, ToWorker, receive, send},
};
use crate::{
    budget::PageBudget,
    error::{Broken, with_causes},
    ready::Ready,
    reins::Reins,
    run::{OnThread, Run, Terms, Turn, later},
    snapshot::Snapshot,
    watchdog::Watchdog,
    worker::Takeover,
};

/// All that a worker has of the zygote.
pub(super) struct Workplace {
    pub(super) snapshots: HashMap<u64, Arc<Snapshot>>,
    pub(super) budget: Arc<PageBudget>,
    pub(super) hard_heap_bytes: u64,
    pub(super) size: confine::Size,
    pub(super) filter: BpfProgram,
    pub(super) takeover: Option<Takeover>,
}

/// Serves until the server closes the socket, or until something is not as it has to be. Nothing is dropped at the end:
/// what the worker has of the zygote has lost its descriptors.
pub(super) fn run(workplace: Workplace) -> ! {
    let workplace = std::mem::ManuallyDrop::new(workplace);
    let status = i32::from(serve(&workplace).is_err());
    exit(status)
}

#[expect(unsafe_code, reason = "ending without the zygote's farewells")]
pub(super) fn exit(status: i32) -> ! {
    // SAFETY: it ends the process and runs nothing.
    unsafe { libc::_exit(status) }
}

/// Asks the server for pages, in the middle of a turn.
pub(super) fn ask_for_pages(pages: usize) -> bool {
    let pages = u32::try_from(pages).unwrap_or(u32::MAX);
    let stdin = io::stdin();
    let asked = send(stdin.as_fd(), &FromWorker::More(pages));
    match asked.and_then(|()| receive(stdin.as_fd())) {
        Ok(Some(ToWorker::Granted(is_granted))) => is_granted,
        // The server is gone, or is done with this worker.
        Ok(_) | Err(_) => exit(1),
    }
}

fn serve(workplace: &Workplace) -> io::Result<()> {
    let stdin = io::stdin();
    let server = stdin.as_fd();
    let watchdog = Watchdog::new(1)?;
    let confined = confine::worker(workplace.size, workplace.hard_heap_bytes, &workplace.filter);
    if let Err(error) = confined {
        return send(server, &FromWorker::NotReady(error));
    }
    send(server, &FromWorker::Ready)?;
    let desk = Desk {
        snapshots: &workplace.snapshots,
        budget: &workplace.budget,
        takeover: workplace.takeover,
    };
    answer(server, &desk, &watchdog)
}

/// What a worker needs for programs, once it is confined.
pub(crate) struct Desk<'a> {
    pub(crate) snapshots: &'a HashMap<u64, Arc<Snapshot>>,
    pub(crate) budget: &'a PageBudget,
    pub(crate) takeover: Option<Takeover>,
}

/// Does what the server says, until it closes its end.
pub(crate) fn answer(server: BorrowedFd<'_>, desk: &Desk<'_>, watchdog: &Watchdog) -> io::Result<()> {
    let on = OnThread { index: 0, watchdog };
    let mut run = None;
    let mut kept = None;
    while let Some(message) = receive(server)? {
        let told = match message {
            ToWorker::Start(start) => {
                if desk.takeover.is_some_and(|takeover| takeover(&start.source, server)) {
                    continue;
                }
                desk.budget.start_over();
                begun(desk, *start, &mut kept).and_then(|(mut begun, source)| {
                    let turn = begun.start(&source, &on)?;
                    run = Some(begun);
                    Ok(FromWorker::of(turn))
                })
            }
            ToWorker::Answers(answers) => {
                let run: &mut Run = run.as_mut().ok_or_else(|| io::Error::other("answers to no program"))?;
                run.resume(&answers, &on).map(FromWorker::of)
            }
            ToWorker::Tell => {
                let run = run.take().ok_or_else(|| io::Error::other("no program to tell of"))?;
                run.spent().map(FromWorker::Spent)
            }
            ToWorker::Granted(_) => return Err(io::Error::other("pages that were not asked for")),
        };
        let told = told.unwrap_or_else(|broken| FromWorker::Broken(with_causes(&broken)));
        let is_over = !matches!(told, FromWorker::Calls(_));
        // Told before the memory is restored, which takes about as long as a small program.
        send(server, &told)?;
        if is_over {
            kept = run.take().and_then(Run::end);
        }
    }
    Ok(())
}

fn begun(desk: &Desk<'_>, start: Start, kept: &mut Option<Ready>) -> Result<(Run, String), Broken> {
    let snapshot = desk.snapshots.get(&start.surface);
    let snapshot = snapshot.ok_or(Broken::NoWorker("it has no snapshot of these operations"))?;
    let terms = Terms {
        settings: start.settings,
        guest_time: start.guest_time,
        wall_deadline: later(Instant::now(), start.wall),
        reins: Arc::new(Reins::new()),
        // The server counts what it grants.
        own: Vec::new(),
        _held: Box::new(()),
    };
    let ready = Ready::kept_or_new(kept, Arc::clone(snapshot))?;
    Ok((Run::new(ready, terms), start.source))
}

impl FromWorker {
    fn of(turn: Turn) -> Self {
        match turn {
            Turn::Calls(requests) => Self::Calls(requests),
            Turn::Ended(ending) => Self::Ended(ending),
        }
    }
}
