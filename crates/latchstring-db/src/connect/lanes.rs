//! Queues within this process, one for each tenant that has writers waiting.
//!
//! Writers of one tenant wait for each other on the server, and each that waits there occupies a connection. One of
//! them waits there, the others here; so a tenant occupies two connections at most, and leaves the rest to others.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, Weak},
};

use tokio::sync::OwnedMutexGuard;

/// The queues, by the number of their lock.
#[derive(Default)]
pub(super) struct Lanes(Mutex<HashMap<i64, Weak<tokio::sync::Mutex<()>>>>);

impl Lanes {
    /// Waits for one's turn, in the order of asking.
    pub(super) async fn turn(&self, key: i64) -> OwnedMutexGuard<()> {
        self.lane(key).lock_owned().await
    }

    fn lane(&self, key: i64) -> Arc<tokio::sync::Mutex<()>> {
        let mut lanes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(lane) = lanes.get(&key).and_then(Weak::upgrade) {
            return lane;
        }
        lanes.retain(|_, lane| lane.strong_count() > 0);
        let lane = Arc::default();
        lanes.insert(key, Arc::downgrade(&lane));
        lane
    }
}

/// The number of a lock: the same in every process, of every version. FNV-1a, 64 bits; if two names should ever share
/// a number, their owners wait for each other, and nothing worse.
pub(super) fn lock_number(parts: [&[u8]; 3]) -> i64 {
    const BASIS: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0000_0100_0000_01b3;
    let bytes = parts.iter().flat_map(|part| part.iter().chain(&[0xff]));
    let hash = bytes.fold(BASIS, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(PRIME));
    hash.cast_signed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locks_number_never_changes() {
        // Servers of two versions run side by side during an update, and must mean the same lock.
        assert_eq!(lock_number([b"write", b"public", &[7; 16]]), -2_283_716_391_190_339_462);
        assert_ne!(lock_number([b"a", b"bc", b""]), lock_number([b"ab", b"c", b""]));
    }

    #[tokio::test]
    async fn a_lane_is_forgotten_once_nobody_waits_in_it() {
        let lanes = Lanes::default();
        let first = lanes.turn(1).await;
        assert!(lanes.lane(1).try_lock().is_err() && lanes.lane(2).try_lock().is_ok());
        drop(first);
        drop(lanes.turn(3).await);
        assert_eq!(lanes.0.lock().expect("not poisoned").len(), 1);
    }
}
