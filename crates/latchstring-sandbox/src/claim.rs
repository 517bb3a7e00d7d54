//! What a thread claims of the processors: how much, as its nice value, and how long in one go, as its slice.
//!
//! Who wakes up does not wait for the end of a slice that is longer than its own (`PREEMPT_SHORT` of Linux 6.12). So programs
//! begin with short slices, which many of them share without one waiting for long, and those that compute long get long ones.
//! Systems that know no slices keep to the nice value.

use std::{io, time::Duration};

use rustix::{
    process::{Pid, nice, setpriority_process},
    thread::{CpuSet, sched_getaffinity, sched_setaffinity},
};

/// How much programs stand back behind the server that answers calls: a third of its share of a processor when both want
/// it, all of it otherwise. Not further, because a program's time runs while it waits for a processor.
pub(crate) const NICE: i32 = 5;

/// The slice of a program that has not computed for long: the shortest there is.
pub(crate) const SHORT: Duration = Duration::from_micros(100);

/// The slice of one that has: the longest.
pub(crate) const LONG: Duration = Duration::from_millis(100);

/// Has this thread, and what it forks, stand behind the server with short slices. Where that may not be changed, it competes with
/// the server as before.
pub(crate) fn stand_behind_the_server() {
    // Only this thread, on Linux.
    if let Ok(nice) = nice(NICE) {
        let _ = attributes(0, nice, SHORT);
    }
}

/// Gives a thread another nice value, and slices of this length if the system knows such a thing.
///
/// # Errors
/// When the nice value stays what it was, as it does where it would be lower and the server has no privileges.
pub(crate) fn set(thread: Pid, nice: i32, slice: Duration) -> io::Result<()> {
    setpriority_process(Some(thread), nice)?;
    let _ = attributes(thread.as_raw_nonzero().get(), nice, slice);
    Ok(())
}

/// How many for each processor are so many that they leave one to the others. Fewer could have a processor each, and would be late
/// with half of it.
pub(crate) const CROWDED: usize = 2;

/// Keeps a thread off the last of the processors that it may use, if it is one of a crowd of so many that all would be busy; otherwise lets
/// it use `before` again, what it had before it was kept off. Returns what it had before, if it has one less now.
///
/// What it gets back is what it had then: a processor that was given to the whole server meanwhile is not among them.
pub(crate) fn leave_one_processor(thread: Pid, before: Option<CpuSet>, crowd: usize) -> Option<CpuSet> {
    let all = before.or_else(|| sched_getaffinity(Some(thread)).ok())?;
    let count = all.count() as usize;
    let is_crowded = count > 1 && crowd >= CROWDED * count;
    match (before, is_crowded) {
        (None, false) | (Some(_), true) => before,
        (Some(all), false) => sched_setaffinity(Some(thread), &all).is_err().then_some(all),
        (None, true) => {
            // All of them leave the same one.
            let last = (0..CpuSet::MAX_CPU).rev().find(|number| all.is_set(*number))?;
            let mut others = all;
            others.unset(last);
            sched_setaffinity(Some(thread), &others).is_ok().then_some(all)
        }
    }
}

/// Zero is this thread.
#[expect(unsafe_code, reason = "the call has no safe wrapper")]
fn attributes(thread: i32, nice: i32, slice: Duration) -> io::Result<()> {
    let out_of_range = |_| io::ErrorKind::InvalidInput;
    // SAFETY: a structure of numbers, which may all be zero.
    let mut attributes: libc::sched_attr = unsafe { std::mem::zeroed() };
    attributes.size = u32::try_from(size_of::<libc::sched_attr>()).map_err(out_of_range)?;
    attributes.sched_policy = libc::SCHED_OTHER.cast_unsigned();
    attributes.sched_nice = nice;
    attributes.sched_runtime = u64::try_from(slice.as_nanos()).map_err(out_of_range)?;
    // SAFETY: the structure lives through the call, has the size that it says, and is only read.
    let done = unsafe { libc::syscall(libc::SYS_sched_setattr, thread, &raw const attributes, 0) };
    if done == 0 {
        Ok(())
    } else {
        Err(io::Error::last_os_error())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The nice value and the slice that the system says this thread has.
    #[expect(unsafe_code, reason = "the call has no safe wrapper")]
    fn known() -> (i32, Duration) {
        // SAFETY: a structure of numbers, which may all be zero.
        let mut attributes: libc::sched_attr = unsafe { std::mem::zeroed() };
        let size = u32::try_from(size_of::<libc::sched_attr>()).unwrap();
        // SAFETY: the structure is ours, and no more is written to it than its size, which is told.
        let done = unsafe { libc::syscall(libc::SYS_sched_getattr, 0, &raw mut attributes, size, 0) };
        assert_eq!(done, 0);
        (attributes.sched_nice, Duration::from_nanos(attributes.sched_runtime))
    }

    /// Whether this system has slices of threads.
    fn has_slices() -> bool {
        let release = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap();
        let mut numbers = release.split(['.', '-']).map(|part| part.parse().unwrap_or(0));
        (numbers.next(), numbers.next()) >= (Some(6), Some(12))
    }

    #[test]
    fn a_slice_is_given_and_taken_back_and_the_nice_value_stays() {
        let (me, (nice, _)) = (rustix::thread::gettid(), known());
        for slice in [SHORT, LONG, SHORT] {
            set(me, nice, slice).unwrap();
            let (is_nice, is_slice) = known();
            assert_eq!(is_nice, nice);
            assert!(is_slice == slice || !has_slices(), "{is_slice:?} instead of {slice:?}");
        }
    }
}
