//! What other threads may do to a running program: stop it, kill it, take its memory away.
//!
//! The words that stop a guest lie in its memory, and memory is reused. So the address is here only while compiled
//! code runs, between [`Reins::enter`] and [`Reins::leave`], and whoever writes holds the lock.

use std::{ptr::NonNull, sync::Mutex};

use crate::{lock::lock, slot};

/// How hard a program was pulled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Pull {
    /// Not at all.
    Loose,
    /// Asked to stop at the engine's next poll: ends with an error that has a line.
    Stop,
    /// Made to trap at its next call or loop turn.
    Kill,
    /// Deprived of its memory, which nobody may touch any more until the pool has it back.
    Protect,
}

impl Pull {
    pub(crate) fn harder(self) -> Option<Self> {
        match self {
            Self::Loose => Some(Self::Stop),
            Self::Stop => Some(Self::Kill),
            Self::Kill => Some(Self::Protect),
            Self::Protect => None,
        }
    }
}

/// One run's reins, shared by its thread, the watchdog and whoever waits for it.
#[derive(Debug)]
pub(crate) struct Reins {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// Base of the guest's memory and address of its control block, while compiled code runs.
    running: Option<(NonNull<u8>, u32)>,
    pull: Pull,
    cancelled: bool,
}

#[expect(unsafe_code, reason = "a raw pointer is not Send by itself")]
// SAFETY: the pointer is used under the mutex only, to memory that belongs to the process and not to a thread.
unsafe impl Send for State {}

impl Reins {
    pub(crate) fn new() -> Self {
        Self {
            state: Mutex::new(State {
                running: None,
                pull: Pull::Loose,
                cancelled: false,
            }),
        }
    }

    /// Compiled code is about to run in the memory at `base`, which must stay a slot in use until
    /// [`leave`](Self::leave). False when the run was cancelled: it must not run.
    pub(crate) fn enter(&self, base: NonNull<u8>, control: u32) -> bool {
        let mut state = lock(&self.state);
        if state.cancelled {
            return false;
        }
        state.running = Some((base, control));
        true
    }

    /// Compiled code has stopped running. Tells how hard it was pulled; after [`Pull::Protect`] its memory must not be
    /// touched.
    pub(crate) fn leave(&self) -> Pull {
        let mut state = lock(&self.state);
        state.running = None;
        state.pull
    }

    /// Pulls at what runs, if anything does.
    pub(crate) fn pull(&self, pull: Pull) {
        lock(&self.state).pull(pull);
    }

    /// Ends the run, now or before its next turn.
    pub(crate) fn cancel(&self) {
        let mut state = lock(&self.state);
        state.cancelled = true;
        state.pull(Pull::Kill);
    }

    pub(crate) fn is_cancelled(&self) -> bool {
        lock(&self.state).cancelled
    }
}

impl State {
    fn pull(&mut self, pull: Pull) {
        let Some((base, control)) = self.running else { return };
        if pull <= self.pull {
            return;
        }
        match pull {
            Pull::Loose => {}
            Pull::Stop => write_word(base, control),
            Pull::Kill => write_word(base, control + 4),
            Pull::Protect => {
                #[expect(unsafe_code, reason = "changing a mapping in use")]
                // SAFETY: between enter and leave the slot is in use and only compiled code touches its memory; after
                // leave its thread learns of this, and notes it before the pool gets the slot, which reopens it then.
                let protected = unsafe { slot::protect_all(base) };
                if let Err(error) = protected {
                    tracing::error!(%error, "the memory of a program that does not end could not be taken away");
                    return;
                }
            }
        }
        self.pull = pull;
    }
}

#[expect(unsafe_code, reason = "a word in the memory of running code")]
#[expect(
    clippy::cast_ptr_alignment,
    reason = "the base is page-aligned and the control block aligned to 8"
)]
fn write_word(base: NonNull<u8>, address: u32) {
    // SAFETY: the address is an aligned word of the control block, inside the memory at `base`, which is mapped while
    // `running` is set. The compiled code reads the word concurrently; both sides access it as one aligned word.
    unsafe {
        let word = base.as_ptr().add(address as usize).cast::<u32>();
        std::sync::atomic::AtomicU32::from_ptr(word).store(1, std::sync::atomic::Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_runs_is_pulled() {
        let mut memory = [0_u32; 4];
        let base = NonNull::from(&mut memory).cast();
        let reins = Reins::new();
        reins.pull(Pull::Stop);
        assert!(reins.enter(base, 4));
        assert_eq!(reins.leave(), Pull::Loose);
        reins.pull(Pull::Kill);
        assert!(reins.enter(base, 4));
        reins.pull(Pull::Stop);
        reins.pull(Pull::Kill);
        assert_eq!(reins.leave(), Pull::Kill);
        assert_eq!(memory, [0, 1, 1, 0]);
    }

    #[test]
    fn a_cancelled_run_does_not_start_again() {
        let mut memory = [0_u32; 4];
        let reins = Reins::new();
        reins.cancel();
        assert!(!reins.enter(NonNull::from(&mut memory).cast(), 4));
        assert!(reins.is_cancelled());
        assert_eq!(memory, [0; 4]);
    }
}
