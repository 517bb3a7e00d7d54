//! From the fuzzer's bytes to frames that are nearly right.

use std::time::Duration;

use latchstring_core::Console;

use super::{SURFACE, takes_time};
use crate::{
    fuzzing::{guest::script, input::Input},
    guest::{Answer, Settings, Thrown},
    process::{FromWorker, HEAD, Start, ToWorker, frame},
    request::Request,
    run::{Deadline, Ending, Spent, Verdict},
};

/// No conversation has more frames, or bytes.
const FRAMES: usize = 64;
const BYTES: usize = 16 << 20;

/// Longest that the liar may compute for a server that lies.
const GUEST_TIME: Duration = Duration::from_millis(5);

/// What an honest worker says.
pub(super) fn honest() -> Vec<u8> {
    let done = FromWorker::Ended(Ending {
        verdict: Verdict::Done("true".to_owned()),
        spent: Spent::default(),
    });
    [framed(&FromWorker::Ready), framed(&done)].concat()
}

/// What a worker says to its first program, and to its second.
pub(super) fn from_worker(input: &mut Input<'_>) -> (Vec<u8>, Vec<u8>) {
    let (mut first, mut now) = (None, Vec::new());
    let mut last = 0;
    for _ in 0..FRAMES {
        if input.is_empty() || now.len() > BYTES {
            break;
        }
        let kind = input.byte() % 14;
        if kind < 9 {
            last = now.len();
        }
        match kind {
            0 => now.extend(framed(&FromWorker::Ready)),
            1 => now.extend(framed(&FromWorker::NotReady(input.text()))),
            2 => now.extend(framed(&FromWorker::Calls(requests(input)))),
            3 => now.extend(framed(&FromWorker::Ended(Ending {
                verdict: verdict(input),
                spent: spent(input),
            }))),
            4 => now.extend(framed(&FromWorker::Spent(spent(input)))),
            5 => now.extend(framed(&FromWorker::More(input.word()))),
            6 => now.extend(framed(&FromWorker::Broken(input.long_text()))),
            7 => now.extend(framed(&FromWorker::Ended(Ending {
                verdict: Verdict::Done(input.long_text()),
                spent: Spent::default(),
            }))),
            8 => now.extend(framed(&FromWorker::Ended(Ending {
                verdict: Verdict::Failed(thrown(input)),
                spent: Spent::default(),
            }))),
            9 if first.is_none() => {
                first = Some(std::mem::take(&mut now));
                last = 0;
            }
            9 => {}
            other => damage(other, &mut now, last, input),
        }
    }
    match first {
        Some(first) => (first, now),
        None => (now, Vec::new()),
    }
}

/// What a server says to a worker, and in how many frames. None when it would take long.
pub(super) fn to_worker(mut input: Input<'_>) -> Option<(Vec<u8>, usize)> {
    let (mut said, mut last) = (Vec::new(), 0);
    for _ in 0..FRAMES {
        if input.is_empty() || said.len() > BYTES {
            break;
        }
        let kind = input.byte() % 9;
        if kind < 5 {
            last = said.len();
        }
        match kind {
            0 | 1 => said.extend(framed(&ToWorker::Start(Box::new(start(&mut input))))),
            2 => said.extend(framed(&ToWorker::Answers(answers(&mut input)))),
            3 => said.extend(framed(&ToWorker::Tell)),
            4 => said.extend(framed(&ToWorker::Granted(input.word().is_multiple_of(2)))),
            other => damage(other + 5, &mut said, last, &mut input),
        }
    }
    // Damage may have made any program of any length.
    let mut frames = 1;
    let mut rest = said.as_slice();
    while let Some(length) = crate::process::length(rest) {
        let whole = rest.get(HEAD..HEAD + length).unwrap_or_default();
        if let Ok(ToWorker::Start(start)) = crate::process::message(whole)
            && start.guest_time > GUEST_TIME
            && takes_time(&start.source)
        {
            return None;
        }
        frames += 1;
        rest = rest.get(HEAD + length..).unwrap_or_default();
    }
    Some((said, frames))
}

/// What is no frame, or was one.
fn damage(kind: u8, said: &mut Vec<u8>, last: usize, input: &mut Input<'_>) {
    match kind {
        10 => said.extend(input.some()),
        11 => {
            let length = input.word();
            said.extend(length.to_le_bytes());
            said.extend(input.some());
        }
        12 => {
            let (at, with) = (input.word() as usize, input.byte());
            let frame = &mut said[last..];
            if !frame.is_empty() {
                let at = at % frame.len();
                frame[at] ^= with;
            }
        }
        _ => {
            let less = usize::from(input.byte()).min(said.len() - last);
            said.truncate(said.len() - less);
        }
    }
}

fn framed(message: &impl serde::Serialize) -> Vec<u8> {
    frame(message).expect("it is short")
}

fn requests(input: &mut Input<'_>) -> Vec<Request> {
    let count = input.byte();
    let mut requests: Vec<_> = (0..count % 16)
        .map(|_| Request {
            id: input.word(),
            path: input.long_text(),
            arguments: input.long_text(),
        })
        .collect();
    if count >= 128 {
        // Many, and short.
        let more = usize::from(count) * 8;
        requests.extend((0..more).map(|_| Request {
            id: 7,
            path: "fuzz.it".to_owned(),
            arguments: "{}".to_owned(),
        }));
    }
    requests
}

fn thrown(input: &mut Input<'_>) -> Thrown {
    let flags = input.byte();
    let text = |bit: u8, input: &mut Input<'_>| (flags >> bit & 1 == 1).then(|| input.long_text());
    Thrown {
        name: text(0, input),
        message: text(1, input),
        stack: text(2, input),
        value: text(3, input),
        inner: (0..flags >> 4 & 7).map(|_| input.long_text()).collect(),
        mark: (flags & 0x80 != 0).then(|| input.long().cast_signed()),
    }
}

fn verdict(input: &mut Input<'_>) -> Verdict {
    let deadline = match input.byte() % 3 {
        0 => Deadline::Guest,
        1 => Deadline::Wall,
        _ => Deadline::Polls,
    };
    match input.byte() % 11 {
        0 => Verdict::Done(input.text()),
        1 => Verdict::Failed(thrown(input)),
        2 => Verdict::Stuck,
        3 => Verdict::Late(deadline, Some(thrown(input))),
        4 => Verdict::TooLarge(input.word()),
        5 => Verdict::NotJson(thrown(input)),
        6 => Verdict::Unawaited(thrown(input)),
        7 => Verdict::OutOfMemory(Some(thrown(input))),
        8 => Verdict::Crashed(input.long_text()),
        9 => Verdict::Cancelled,
        _ => Verdict::Late(deadline, None),
    }
}

fn spent(input: &mut Input<'_>) -> Spent {
    Spent {
        console: Console {
            text: input.long_text(),
            dropped_bytes: input.word(),
        },
        calls: input.word(),
        guest_time: Duration::from_nanos(input.long()),
    }
}

fn start(input: &mut Input<'_>) -> Start {
    let flags = input.byte();
    let source = if flags & 1 == 0 {
        script(input.some())
    } else {
        input.long_text()
    };
    let guest_time = if flags & 2 == 0 || takes_time(&source) {
        GUEST_TIME
    } else {
        Duration::from_secs(input.long())
    };
    Start {
        surface: if flags & 4 == 0 { SURFACE } else { input.long() },
        settings: if flags & 8 == 0 {
            Settings {
                polls: 0,
                now_ms: 0,
                seed: 1,
                heap_bytes: 32 << 20,
                calls: 16,
                result_bytes: 4096,
                console_bytes: 4096,
            }
        } else {
            Settings {
                polls: input.word(),
                now_ms: input.long().cast_signed(),
                seed: input.long(),
                heap_bytes: input.word(),
                calls: input.word(),
                result_bytes: input.word(),
                console_bytes: input.word(),
            }
        },
        guest_time,
        wall: if flags & 16 == 0 {
            Duration::from_secs(5)
        } else {
            Duration::from_secs(input.long())
        },
        source,
    }
}

fn answers(input: &mut Input<'_>) -> Vec<Answer> {
    (0..input.byte() % 16)
        .map(|_| Answer {
            id: input.word(),
            failure: (input.byte() & 1 == 1).then(|| input.word()),
            json: input.long_text().into(),
        })
        .collect()
}
