//! The worker processes of the sandbox's tests and benchmarks: the library's own, taken over by programs that ask for it.
//!
//! A program whose first line is `// taken over: NAME` has broken its engine and does what [`act`] does under that name,
//! locked in as every worker is. It returns when what it tried was refused.

#![expect(unsafe_code, reason = "an attacker's means")]

use std::{os::fd::BorrowedFd, ptr, sync::Mutex, thread::sleep, time::Duration};

fn main() {
    latchstring_sandbox::worker::enter_taken_over_if_asked(take_over);
}

/// The owners whose programs this process has run.
static OWNERS: Mutex<Vec<String>> = Mutex::new(Vec::new());

fn take_over(source: &str, server: BorrowedFd<'_>) -> bool {
    let first = source.lines().next().unwrap_or_default();
    if let Some(owner) = first.strip_prefix("// owner: ")
        && let Ok(mut owners) = OWNERS.lock()
    {
        owners.push(owner.to_owned());
        let list = format!("[{}]", owners.join(","));
        send(server, &done(&list));
        return true;
    }
    first
        .strip_prefix("// taken over: ")
        .is_some_and(|name| act(name, server))
}

/// True when the server was answered.
fn act(name: &str, server: BorrowedFd<'_>) -> bool {
    if call(name) {
        return false;
    }
    let forged = done("\"forged\"");
    // Asks for no pages.
    let hungry = || {
        send(server, &[5, 0]);
        receive(server);
    };
    match name {
        "nothing" => return false,
        "look around" => look_around(),
        "a long length" => send_bytes(server, &[0xff, 0xff, 0xff, 0xff, 1, 2, 3]),
        "a length and silence" => send_bytes(server, &[0, 0, 0, 2, 1, 2, 3]),
        "a flood" => {
            send_bytes(server, &(63_u32 << 20).to_le_bytes());
            for _ in 0..63 {
                send_bytes(server, &vec![0xAB; 1 << 20]);
            }
        }
        "no message" => send(server, &[200, 1, 2, 3]),
        "half a message" => send(server, &forged[..4]),
        "a message and a half" => send(server, &[forged.as_slice(), &[1, 2]].concat()),
        "no calls" => send(server, &[2, 0]),
        "a thousand calls" => send(server, &calls(1000)),
        "endless calls" => loop {
            send(server, &calls(1));
            receive(server);
        },
        "unknown ids" => {
            send(server, &calls(3));
            receive(server);
            send(server, &forged);
        }
        "endless hunger" => loop {
            hungry();
        },
        "much hunger" => {
            (0..100).for_each(|_| hungry());
            send(server, &forged);
        }
        "more than there is" => {
            send(server, &[5, 0xff, 0xff, 0xff, 0xff, 0x0f]);
            receive(server);
            send(server, &forged);
        }
        "ready again" => send(server, &[0]),
        "not ready" => send(server, &[1, 1, b'x']),
        "last words unasked" => send(server, &[4, 0, 0, 0, 0, 0]),
        "a result that is not JSON" => send(server, &done("{")),
        "a result that is too long" => send(server, &done(&format!("\"{}\"", "x".repeat(2 << 20)))),
        "cancelled" => send(server, &[3, 9, 0, 0, 0, 0, 0]),
        "silence" => sleep(Duration::from_secs(1000)),
        "an end and more" => {
            send(server, &forged);
            send(server, &done("\"frames after the end\""));
        }
        "an end and more later" => {
            send(server, &forged);
            sleep(Duration::from_millis(100));
            send(server, &done("\"frames after the end\""));
        }
        "death" => leave(0),
        "death in the middle" => {
            send_bytes(server, &[200, 0, 0, 0, 1, 2]);
            leave(0)
        }
        "a wild pointer" => {
            // SAFETY: none; it is what the test is about.
            unsafe { ptr::without_provenance_mut::<u8>(8).write_volatile(1) }
        }
        "an abort" => std::process::abort(),
        _ => leave(9),
    }
    true
}

/// Makes a system call that no worker may make. False when there is none of that name.
fn call(name: &str) -> bool {
    let path = c"/etc/passwd".as_ptr();
    // SAFETY: the arguments are valid for each; what a call changes is this process alone, which the test throws away.
    unsafe {
        match name {
            "open" => i64::from(libc::open(path, libc::O_RDONLY)),
            "open its environment" => i64::from(libc::open(c"/proc/self/environ".as_ptr(), libc::O_RDONLY)),
            "stat" => libc::syscall(libc::SYS_newfstatat, libc::AT_FDCWD, path, ptr::null_mut::<u8>(), 0),
            "unlink" => libc::syscall(libc::SYS_unlinkat, libc::AT_FDCWD, c"/nowhere/x".as_ptr(), 0),
            "socket" => i64::from(libc::socket(libc::AF_INET, libc::SOCK_STREAM, 0)),
            "unix socket" => i64::from(libc::socket(libc::AF_UNIX, libc::SOCK_STREAM, 0)),
            "connect" => i64::from(libc::connect(0, ptr::null(), 0)),
            "receive a descriptor" => libc::syscall(libc::SYS_recvmsg, 0, ptr::null_mut::<u8>(), libc::MSG_DONTWAIT),
            "execve" => i64::from(libc::execve(c"/bin/true".as_ptr(), ptr::null(), ptr::null())),
            "fork" => i64::from(libc::fork()),
            "a thread" => libc::syscall(
                libc::SYS_clone,
                libc::CLONE_VM | libc::CLONE_THREAD | libc::CLONE_SIGHAND,
                0,
            ),
            "signal another" => libc::syscall(libc::SYS_kill, 1, 0),
            "signal itself" => libc::syscall(libc::SYS_tgkill, 1, 1, 0),
            "ptrace" => libc::syscall(libc::SYS_ptrace, libc::PTRACE_TRACEME, 0, 0, 0),
            "read another's memory" => libc::syscall(libc::SYS_process_vm_readv, 1, 0, 0, 0, 0, 0),
            "memory file" => libc::syscall(libc::SYS_memfd_create, c"x".as_ptr(), 0),
            "io_uring" => libc::syscall(libc::SYS_io_uring_setup, 1, ptr::null_mut::<u8>()),
            "bpf" => libc::syscall(libc::SYS_bpf, 0, ptr::null_mut::<u8>(), 0),
            "unshare" => libc::syscall(libc::SYS_unshare, libc::CLONE_NEWUSER),
            "prctl" => i64::from(libc::prctl(libc::PR_SET_DUMPABLE, 1)),
            "raise a limit" => libc::syscall(libc::SYS_prlimit64, 0, libc::RLIMIT_NOFILE, 0, 0),
            "map code" => map(
                libc::PROT_READ | libc::PROT_EXEC,
                libc::MAP_PRIVATE | libc::MAP_ANONYMOUS,
            ),
            "map shared" => map(libc::PROT_READ, libc::MAP_SHARED | libc::MAP_ANONYMOUS),
            "make code" => libc::syscall(libc::SYS_mprotect, 0x1000, 0x1000, libc::PROT_READ | libc::PROT_EXEC),
            _ => return false,
        }
    };
    true
}

unsafe fn map(access: i32, flags: i32) -> i64 {
    // SAFETY: a mapping where the kernel likes.
    unsafe { libc::syscall(libc::SYS_mmap, ptr::null_mut::<u8>(), 4096, access, flags, -1, 0) }
}

/// Leaves with a number that says what is there and should not be.
fn look_around() {
    if std::env::vars_os().next().is_some() {
        leave(21);
    }
    for descriptor in 1..4096 {
        // SAFETY: it writes nothing.
        if unsafe { libc::write(descriptor, ptr::null(), 0) } == 0 {
            leave(22);
        }
    }
    // SAFETY: mappings where the kernel likes; nobody uses them.
    let (memory, addresses) = unsafe {
        let private = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
        let (writable, size) = (libc::PROT_READ | libc::PROT_WRITE, 256 << 20);
        (
            libc::mmap(ptr::null_mut(), size, writable, private, -1, 0),
            libc::mmap(
                ptr::null_mut(),
                2 << 30,
                libc::PROT_NONE,
                private | libc::MAP_NORESERVE,
                -1,
                0,
            ),
        )
    };
    if memory != libc::MAP_FAILED {
        leave(23);
    }
    if addresses != libc::MAP_FAILED {
        leave(24);
    }
    leave(20);
}

fn leave(status: i32) -> ! {
    // SAFETY: it ends the process.
    unsafe { libc::_exit(status) }
}

/// The message of a program that is done.
fn done(json: &str) -> Vec<u8> {
    let mut message = vec![3, 0];
    number(&mut message, json.len());
    message.extend(json.as_bytes());
    message.extend([0, 0, 0, 0, 0]);
    message
}

/// A message of `count` calls, with numbers that nobody gave.
fn calls(count: usize) -> Vec<u8> {
    let mut message = vec![2];
    number(&mut message, count);
    for _ in 0..count {
        message.extend([0xff, 0xff, 0xff, 0xff, 0x0f]);
        for text in ["parts.get", "{}"] {
            number(&mut message, text.len());
            message.extend(text.as_bytes());
        }
    }
    message
}

fn number(message: &mut Vec<u8>, mut value: usize) {
    while value >= 0x80 {
        message.push(u8::try_from(value & 0x7f).unwrap_or(0) | 0x80);
        value >>= 7;
    }
    message.push(u8::try_from(value).unwrap_or(0));
}

fn send(server: BorrowedFd<'_>, message: &[u8]) {
    let length = u32::try_from(message.len()).unwrap_or(0);
    send_bytes(server, &[&length.to_le_bytes(), message].concat());
}

fn send_bytes(server: BorrowedFd<'_>, mut bytes: &[u8]) {
    while !bytes.is_empty() {
        match rustix::io::write(server, bytes) {
            Ok(written) => bytes = &bytes[written..],
            Err(_) => leave(8),
        }
    }
}

fn receive(server: BorrowedFd<'_>) {
    let mut bytes = [0; 8 << 10];
    if rustix::io::read(server, &mut bytes).unwrap_or(0) == 0 {
        leave(7);
    }
}
