//! What the zygote and the workers give up.
//!
//! Once: privileges, files and connections (Landlock), core dumps, being traced. In each worker, before its first
//! program: descriptors, memory and processes beyond its own (limits), and all system calls but those that computing and
//! answering take (seccomp). None of it can be taken back.

use std::{collections::BTreeMap, io};

use landlock::{ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, Ruleset, RulesetAttr, RulesetStatus, Scope};
use rustix::process::{DumpableBehavior, Resource, Rlimit, Signal, set_dumpable_behavior, setrlimit};
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen::Dword, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
    apply_filter_all_threads,
};

use crate::claim;

/// Newest Landlock that is asked for: files, TCP, signals and abstract sockets. An older kernel gives what it has.
const LANDLOCK: ABI = ABI::V6;

/// What a worker may have beyond its guest's memory: frames on their way, an error's text, the watchdog's stack.
const WORKING_BYTES: u64 = 64 << 20;

/// Address space beyond what it has when it is forked: an allocator reserves more than it uses.
const ADDRESS_BYTES: u64 = 512 << 20;

/// Computing over a worker's life. A program's own limit is far below; this ends a worker that was taken over and
/// computes while nobody waits for it.
const CPU_SECONDS: u64 = 300;

/// Confines the zygote, and so every worker. Tells what is missing of Landlock, if anything.
pub(super) fn zygote() -> Result<Option<String>, String> {
    let failed = |what: &'static str| move |error: rustix::io::Errno| format!("{what}: {error}");
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL)).map_err(failed("the death signal"))?;
    set_dumpable_behavior(DumpableBehavior::NotDumpable).map_err(failed("core dumps"))?;
    setrlimit(Resource::Core, exactly(0)).map_err(failed("core dumps"))?;
    rustix::thread::set_no_new_privs(true).map_err(failed("privileges"))?;
    claim::stand_behind_the_server();
    landlock().map_err(|error| format!("Landlock: {error}"))
}

/// No file is opened, no TCP socket bound or connected, no signal sent and no abstract socket reached outside.
fn landlock() -> Result<Option<String>, landlock::RulesetError> {
    let status = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(LANDLOCK))?
        .handle_access(AccessNet::from_all(LANDLOCK))?
        .scope(Scope::from_all(LANDLOCK))?
        .create()?
        .restrict_self()?;
    Ok(match status.ruleset {
        RulesetStatus::FullyEnforced => None,
        RulesetStatus::PartiallyEnforced => Some(format!("it is older than wanted ({:?})", status.landlock)),
        RulesetStatus::NotEnforced => Some("the kernel has none, or it is switched off".to_owned()),
    })
}

/// What a worker had when it was forked.
#[derive(Debug, Clone, Copy)]
pub(super) struct Size {
    pub(super) address_bytes: u64,
    pub(super) data_bytes: u64,
}

/// Confines a worker. The watchdog runs by now; nothing else will be started.
pub(super) fn worker(size: Size, hard_heap_bytes: u64, filter: &BpfProgram) -> Result<(), String> {
    let limits = [
        (Resource::Fsize, 0),
        (Resource::Nproc, 0),
        (Resource::Memlock, 0),
        (Resource::Msgqueue, 0),
        // Its socket is number 0.
        (Resource::Nofile, 1),
        (Resource::Cpu, CPU_SECONDS),
        (Resource::As, size.address_bytes + ADDRESS_BYTES),
        // Private memory that can be written: also what is made so within the guest's 8 GiB of addresses.
        (Resource::Data, size.data_bytes + hard_heap_bytes + WORKING_BYTES),
    ];
    for (resource, limit) in limits {
        setrlimit(resource, exactly(limit)).map_err(|error| format!("the limit {resource:?}: {error}"))?;
    }
    apply_filter_all_threads(filter).map_err(|error| format!("the filter on system calls: {error}"))
}

fn exactly(limit: u64) -> Rlimit {
    Rlimit {
        current: Some(limit),
        maximum: Some(limit),
    }
}

/// The system calls of a worker. Any other ends it.
pub(super) fn filter() -> Result<BpfProgram, String> {
    let never_executable = vec![rule(&[argument(
        2,
        SeccompCmpOp::MaskedEq(u64::from(bits(libc::PROT_EXEC))),
        0,
    )?])?];
    let private_and_never_executable = vec![rule(&[
        argument(2, SeccompCmpOp::MaskedEq(u64::from(bits(libc::PROT_EXEC))), 0)?,
        argument(
            3,
            SeccompCmpOp::MaskedEq(u64::from(bits(libc::MAP_SHARED | libc::MAP_PRIVATE))),
            u64::from(bits(libc::MAP_PRIVATE)),
        )?,
    ])?];
    let mut allowed: BTreeMap<i64, Vec<SeccompRule>> = [
        // Its socket.
        libc::SYS_read,
        libc::SYS_write,
        libc::SYS_close,
        // Its memory.
        libc::SYS_munmap,
        libc::SYS_madvise,
        libc::SYS_mremap,
        libc::SYS_brk,
        // Its two threads, and their time.
        libc::SYS_futex,
        libc::SYS_clock_gettime,
        libc::SYS_clock_nanosleep,
        libc::SYS_sched_yield,
        libc::SYS_restart_syscall,
        // Traps.
        libc::SYS_rt_sigaction,
        libc::SYS_rt_sigprocmask,
        libc::SYS_rt_sigreturn,
        libc::SYS_sigaltstack,
        // Hash maps.
        libc::SYS_getrandom,
        // Its end.
        libc::SYS_exit,
        libc::SYS_exit_group,
    ]
    .map(|call| (call, Vec::new()))
    .into();
    allowed.insert(libc::SYS_mprotect, never_executable);
    allowed.insert(libc::SYS_mmap, private_and_never_executable);
    let architecture = std::env::consts::ARCH.try_into().map_err(|error| format!("{error}"))?;
    let filter = SeccompFilter::new(allowed, SeccompAction::KillProcess, SeccompAction::Allow, architecture);
    filter
        .and_then(BpfProgram::try_from)
        .map_err(|error| format!("the filter on system calls: {error}"))
}

fn rule(conditions: &[SeccompCondition]) -> Result<SeccompRule, String> {
    SeccompRule::new(conditions.to_vec()).map_err(|error| format!("{error}"))
}

fn argument(index: u8, comparison: SeccompCmpOp, value: u64) -> Result<SeccompCondition, String> {
    SeccompCondition::new(index, Dword, comparison, value).map_err(|error| format!("{error}"))
}

fn bits(flags: i32) -> u32 {
    flags.cast_unsigned()
}

/// What the file `/proc/self/statm`, opened before Landlock, says.
pub(super) fn size(statm: &std::fs::File) -> io::Result<Size> {
    let mut text = [0; 200];
    let read = std::os::unix::fs::FileExt::read_at(statm, &mut text, 0)?;
    let text = std::str::from_utf8(&text[..read]).map_err(io::Error::other)?;
    let pages: Vec<u64> = text
        .split_whitespace()
        .map_while(|number| number.parse().ok())
        .collect();
    let page = crate::slot::system_page() as u64;
    match pages[..] {
        [address, _, _, _, _, data, ..] => Ok(Size {
            address_bytes: address * page,
            data_bytes: data * page,
        }),
        _ => Err(io::Error::other("`/proc/self/statm` is not as expected")),
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, io::ErrorKind, net::TcpListener, thread};

    use super::*;

    #[test]
    fn s02_landlock_alone_lets_no_file_be_opened_and_no_port_be_bound() {
        // It binds the thread that asks for it, so the other tests go on.
        let confined = thread::spawn(|| {
            assert!(fs::read("/proc/self/environ").is_ok());
            let Ok(None) = landlock() else {
                return None;
            };
            Some((
                fs::read("/proc/self/environ").unwrap_err().kind(),
                fs::write("/dev/shm/latchstring", "x").unwrap_err().kind(),
                fs::read_dir("/").unwrap_err().kind(),
                TcpListener::bind("127.0.0.1:0").unwrap_err().kind(),
            ))
        });
        // A kernel without Landlock is told of in the log, and has the filter alone.
        if let Some(refused) = confined.join().unwrap() {
            let no = ErrorKind::PermissionDenied;
            assert_eq!(refused, (no, no, no, no));
        }
    }

    #[test]
    fn the_size_of_a_process_is_read() {
        let size = size(&fs::File::open("/proc/self/statm").unwrap()).unwrap();
        assert!(
            size.data_bytes > 1 << 16 && size.data_bytes < size.address_bytes,
            "{size:?}"
        );
        assert!(filter().unwrap().len() > 20);
    }
}
