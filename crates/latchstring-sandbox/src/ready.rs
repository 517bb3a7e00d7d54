//! A guest that waits for its program, new or renewed.
//!
//! Making an instance costs more than running a small program in it, and of an instance only two things ever change: its
//! memory and its stack pointer (`engine.rs` has the test). So after a program that came to an end by itself the memory is
//! made the image again, the stack pointer is looked at, and the instance waits for the next program. Nothing of the first
//! program is left that the next could find. After a trap, or when anything is not as it was, the instance is dropped.

use std::{ptr::NonNull, sync::Arc};

use crate::{error::Broken, guest::Guest, snapshot::Snapshot};

/// A guest at the point where a program can be put and started.
pub(crate) struct Ready {
    pub(crate) guest: Guest,
    /// Where its memory begins.
    pub(crate) base: NonNull<u8>,
    pub(crate) snapshot: Arc<Snapshot>,
}

impl Ready {
    /// The one that is kept, if it is of this snapshot, or a new one.
    pub(crate) fn kept_or_new(kept: &mut Option<Self>, snapshot: Arc<Snapshot>) -> Result<Self, Broken> {
        match kept.take().filter(|ready| Arc::ptr_eq(&ready.snapshot, &snapshot)) {
            Some(ready) => Ok(ready),
            None => Self::new(snapshot),
        }
    }

    fn new(snapshot: Arc<Snapshot>) -> Result<Self, Broken> {
        let guest = snapshot.guest()?;
        let base = guest.base()?;
        Ok(Self { guest, base, snapshot })
    }

    /// The same guest as if new, after a program that trapped nowhere. None when it is not known to be whole.
    pub(crate) fn renewed(mut self) -> Option<Self> {
        self.guest.renew().then_some(self)
    }
}
