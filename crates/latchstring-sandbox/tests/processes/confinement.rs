//! What a worker has, seen from outside and from inside.

use std::{
    fs,
    hash::{BuildHasher, Hasher, RandomState},
    io::{self, ErrorKind},
    os::unix::fs::FileExt,
};

use latchstring_core::{ErrorCode, Limits};
use rustix::process::Pid;

use crate::{
    family::Family,
    log::Log,
    support::{failure_of, owner},
};

/// How much of another process's memory is looked at in one go.
const PART: usize = 1 << 20;

#[tokio::test]
async fn s02_a_worker_has_a_socket_and_nothing_else() {
    let family = Family::new(|_| {});
    let (run, worker) = family.computing().await;
    let of = |name: &str| format!("/proc/{}/{name}", worker.as_raw_pid());
    let status = fs::read_to_string(of("status")).unwrap();
    let says = |line: &str| {
        status
            .lines()
            .any(|one| one.split_whitespace().eq(line.split_whitespace()))
    };
    for line in ["Seccomp: 2", "NoNewPrivs: 1", "Threads: 2"] {
        assert!(says(line), "no `{line}` in {status}");
    }
    let limits = fs::read_to_string(of("limits")).unwrap();
    for (name, limit) in [
        ("Max open files", "1"),
        ("Max processes", "0"),
        ("Max file size", "0"),
        ("Max core file size", "0"),
        ("Max cpu time", "300"),
    ] {
        let line = limits.lines().find(|line| line.starts_with(name)).unwrap();
        let both: Vec<_> = line[name.len()..].split_whitespace().take(2).collect();
        assert_eq!(both, [limit, limit], "{line}");
    }
    let own = rustix::process::getpriority_process(None).unwrap();
    let its = rustix::process::getpriority_process(Some(worker)).unwrap();
    // Further than that, once it has computed for a while.
    assert!(
        its >= (own + 5).min(19),
        "it stands back behind the server: {its}, {own}"
    );
    // Only root sees these of a process that is not to be looked at. From inside they are looked at below.
    match fs::read(of("environ")) {
        Ok(environment) => assert!(environment.is_empty()),
        Err(error) => assert_eq!(error.kind(), ErrorKind::PermissionDenied),
    }
    match fs::read_dir(of("fd")) {
        Ok(descriptors) => {
            let links: Vec<_> = descriptors
                .map(|one| fs::read_link(one.unwrap().path()).unwrap())
                .collect();
            assert_eq!(links.len(), 1, "{links:?}");
            assert!(links[0].to_str().unwrap().starts_with("socket:"), "{links:?}");
        }
        Err(error) => assert_eq!(error.kind(), ErrorKind::PermissionDenied),
    }
    run.abort();
}

#[tokio::test]
async fn s02_inside_a_worker_there_is_no_environment_no_descriptor_and_no_memory_beyond_its_own() {
    let log = Log::start();
    let family = Family::new(|_| {});
    // It leaves with 20 when it found nothing that should not be, which is an end like any other crash.
    let outcome = family
        .run(Some(owner(1)), "// taken over: look around", &Limits::default())
        .await
        .unwrap();
    assert_eq!(failure_of(outcome).code, ErrorCode::ProgramError);
    assert!(log.last().contains("it exited with 20"), "{}", log.last());
}

#[tokio::test]
async fn s02_every_system_call_that_reaches_outside_ends_the_worker() {
    const CALLS: [&str; 24] = [
        "open",
        "open its environment",
        "stat",
        "unlink",
        "socket",
        "unix socket",
        "connect",
        "receive a descriptor",
        "execve",
        "fork",
        "a thread",
        "signal another",
        "signal itself",
        "ptrace",
        "read another's memory",
        "memory file",
        "io_uring",
        "bpf",
        "unshare",
        "prctl",
        "raise a limit",
        "map code",
        "map shared",
        "make code",
    ];
    let log = Log::start();
    let family = Family::new(|_| {});
    let let_through = "// taken over: nothing\nreturn 'let through'";
    assert_eq!(family.result(Some(owner(1)), let_through).await, "\"let through\"");
    for call in CALLS {
        let source = format!("// taken over: {call}\nreturn 'let through'");
        let outcome = family.run(Some(owner(1)), &source, &Limits::default()).await.unwrap();
        let failure = failure_of(outcome);
        assert_eq!(failure.code, ErrorCode::ProgramError, "{call}: {failure:?}");
        assert!(
            failure.message.starts_with("the program crashed the JavaScript engine"),
            "{call}: {failure:?}"
        );
        assert!(
            log.last().contains("it made a system call that it may not make"),
            "{call}: {}",
            log.last()
        );
    }
    assert_eq!(family.result(Some(owner(1)), "return 1").await, "1");
}

#[tokio::test]
async fn s06_no_process_of_the_sandbox_holds_a_secret_of_the_server_or_what_another_grant_was_told() {
    // Made now, so that no binary has them.
    let number = || RandomState::new().build_hasher().finish();
    let [secret, told] = [0, 1].map(|_| format!("{:016x}{:016x}", number(), number()));
    let family = Family::new(|_| {});
    let result = family.result(Some(owner(2)), &format!("return '{told}'")).await;
    assert_eq!(result, format!("\"{told}\""));
    let (run, worker) = family.computing().await;
    for process in [worker, family.zygote()] {
        for text in [&secret, &told] {
            match holds(process, text) {
                Ok(it) => assert!(!it, "{process:?} holds {text}"),
                // Only root may look into a process that is not to be looked at.
                Err(error) => assert_eq!(error.kind(), ErrorKind::PermissionDenied),
            }
        }
    }
    let own = rustix::process::getpid();
    assert!(holds(own, &secret).unwrap() && holds(own, &told).unwrap());
    run.abort();
}

/// Whether this text is anywhere in what the process can write.
fn holds(process: Pid, text: &str) -> io::Result<bool> {
    let of = |name: &str| format!("/proc/{}/{name}", process.as_raw_pid());
    let maps = fs::read_to_string(of("maps"))?;
    let memory = fs::File::open(of("mem"))?;
    let mut part = vec![0; PART + text.len()];
    for line in maps.lines() {
        let (range, rest) = line.split_once(' ').unwrap();
        let (from, to) = range.split_once('-').unwrap();
        let [from, to] = [from, to].map(|at| u64::from_str_radix(at, 16).unwrap());
        if !rest.starts_with("rw") {
            continue;
        }
        for at in (from..to).step_by(PART) {
            // A process that runs may give memory back meanwhile.
            let read = memory.read_at(&mut part, at).unwrap_or(0);
            if part[..read].windows(text.len()).any(|bytes| bytes == text.as_bytes()) {
                return Ok(true);
            }
        }
    }
    Ok(false)
}
