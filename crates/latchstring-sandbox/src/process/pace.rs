//! Programs that compute long give way to those that do not.
//!
//! All workers have the same claim to the processors. So beside a crowd that computes without end, a program of half a
//! millisecond would wait for all of them at each of its turns. But most programs are short, and those that are not are
//! late already. So whoever has computed for a while goes on behind all others: when nobody else wants the processor, and
//! hardly ever otherwise. How long that while is depends on how many there are, since together they are in the way.
//!
//! A process without privileges cannot take that back, so a worker that was put behind runs no other program then.

use std::{
    convert::Infallible,
    mem::MaybeUninit,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use rustix::process::Pid;
use tokio::time::sleep;

/// How long all programs that compute now may do so, together, before they go behind.
const TOGETHER: Duration = Duration::from_millis(10);

/// How long a turn takes before it is looked at, and how often then.
const LOOK: Duration = Duration::from_millis(2);

/// What stands between a worker's program and the other programs' processors.
#[derive(Debug)]
pub(crate) struct Pace {
    worker: Pid,
    is_behind: AtomicBool,
    /// Turns, of all workers, that were looked at and are not behind.
    crowd: Arc<AtomicUsize>,
}

/// One of the crowd.
struct Place<'a>(&'a AtomicUsize);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Pace {
    pub(super) fn new(worker: Pid, crowd: Arc<AtomicUsize>) -> Self {
        Self {
            worker,
            is_behind: AtomicBool::new(false),
            crowd,
        }
    }

    /// Watches one turn. Dropped when the turn is over.
    pub(crate) async fn watch(&self) -> Infallible {
        sleep(LOOK).await;
        if !self.is_behind() {
            self.wait_and_put_behind().await;
        }
        std::future::pending().await
    }

    async fn wait_and_put_behind(&self) {
        self.crowd.fetch_add(1, Ordering::Relaxed);
        let _place = Place(&self.crowd);
        let Some(began) = processor_time(self.worker) else {
            return;
        };
        loop {
            sleep(LOOK).await;
            let crowd = u32::try_from(self.crowd.load(Ordering::Relaxed)).unwrap_or(u32::MAX);
            let Some(now) = processor_time(self.worker) else { return };
            if now.saturating_sub(began) >= TOGETHER / crowd.max(1) {
                break;
            }
        }
        match schedule(self.worker, libc::SCHED_IDLE) {
            Ok(()) => self.is_behind.store(true, Ordering::Relaxed),
            // It is gone, or the system does not let us. Then it competes as before.
            Err(error) => tracing::debug!(%error, "a worker that computes long could not be put behind the others"),
        }
    }

    fn is_behind(&self) -> bool {
        self.is_behind.load(Ordering::Relaxed)
    }

    /// Whether the worker can compute beside the others again.
    pub(super) fn recovers(&self) -> bool {
        !self.is_behind()
            || schedule(self.worker, libc::SCHED_OTHER).is_ok_and(|()| {
                self.is_behind.store(false, Ordering::Relaxed);
                true
            })
    }
}

/// What the process has computed in its life.
#[expect(unsafe_code, reason = "the clock of another process has no safe wrapper")]
fn processor_time(process: Pid) -> Option<Duration> {
    let mut clock = 0;
    let mut time = MaybeUninit::<libc::timespec>::uninit();
    // SAFETY: both only write to the places they are given, which are ours.
    let told = unsafe {
        libc::clock_getcpuclockid(process.as_raw_nonzero().get(), &raw mut clock) == 0
            && libc::clock_gettime(clock, time.as_mut_ptr()) == 0
    };
    if !told {
        return None;
    }
    // SAFETY: it was written, as the call told.
    let time = unsafe { time.assume_init() };
    Some(Duration::new(
        time.tv_sec.try_into().ok()?,
        time.tv_nsec.try_into().ok()?,
    ))
}

/// The worker's one thread that runs programs has the number of its process. While the server holds the worker, the
/// zygote may have waited for it after its death, and the number may be another process's of the same user for a moment:
/// then that one is scheduled otherwise, and nothing else happens to it.
#[expect(unsafe_code, reason = "the scheduler has no safe wrapper")]
fn schedule(process: Pid, policy: i32) -> std::io::Result<()> {
    // SAFETY: all of its fields are numbers.
    let parameters: libc::sched_param = unsafe { std::mem::zeroed() };
    // SAFETY: it reads the parameters, which live.
    let result = unsafe { libc::sched_setscheduler(process.as_raw_nonzero().get(), policy, &raw const parameters) };
    if result == 0 {
        Ok(())
    } else {
        Err(std::io::Error::last_os_error())
    }
}
