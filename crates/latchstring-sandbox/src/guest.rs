//! One instance of the guest, typed: its exported functions and its control block.
//!
//! Whatever is read from its memory is taken as hostile: lengths are limited before anything is allocated, and wasmer
//! checks each access against the memory's size.

use std::ptr::NonNull;

use serde::{Deserialize, Serialize};
use wasmer::{Engine, Global, Imports, Instance, Memory, RuntimeError, Store, TypedFunction};

use crate::{
    engine::Compiled,
    error::Broken,
    request::{self, Request},
};

/// Before and after a program. The guest gives the two lines of the prefix the numbers -1 and 0.
const PREFIX: &str = "(async()=>{\n\"use strict\";\n";
const SUFFIX: &str = "\n})()";

/// Room for the description of an error, which the guest keeps far shorter.
const DESCRIPTION_BYTES: u32 = 256 << 10;

/// Longest text of an error, and how many of the errors within it are told. The guest has less: 4,000 bytes, and what
/// stands for a character that was cut in two.
const TEXT_BYTES: usize = 4 << 10;
const INNER_ERRORS: usize = 3;

/// What a program may use, as the guest counts it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Settings {
    pub(crate) polls: u32,
    pub(crate) now_ms: i64,
    pub(crate) seed: u64,
    pub(crate) heap_bytes: u32,
    pub(crate) calls: u32,
    pub(crate) result_bytes: u32,
    pub(crate) console_bytes: u32,
}

/// The host's answer to one call: a result, or an error and the number under which the host keeps it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Answer {
    pub(crate) id: u32,
    pub(crate) failure: Option<u32>,
    /// JSON text.
    pub(crate) json: Box<str>,
}

/// How a turn ended.
#[derive(Debug)]
pub(crate) enum Status {
    Done(String),
    Failed(Thrown),
    Pending(Vec<Request>),
    Stuck,
    Interrupted(Thrown),
    TooLarge(u32),
    NotJson(Thrown),
    Unawaited(Thrown),
    OutOfMemory(Thrown),
}

/// What the guest says of an error.
#[derive(Debug, Default, Clone, Serialize, Deserialize)]
pub(crate) struct Thrown {
    pub(crate) name: Option<String>,
    pub(crate) message: Option<String>,
    pub(crate) stack: Option<String>,
    /// The messages of the first errors in an `AggregateError`.
    #[serde(default)]
    pub(crate) inner: Vec<String>,
    /// What was thrown, when it was no error.
    #[serde(rename = "thrown")]
    pub(crate) value: Option<String>,
    /// The number of the failed call it comes from, or [`CALL_LIMIT`].
    pub(crate) mark: Option<i64>,
}

impl Thrown {
    /// With texts of no more than the guest gives them: they end up in answers, and whoever broke the engine, or owns the
    /// worker, may have written any.
    pub(crate) fn short(self) -> Self {
        let text = |text: Option<String>| text.map(|text| cut(text, TEXT_BYTES));
        Self {
            name: text(self.name),
            message: text(self.message),
            stack: text(self.stack),
            inner: (self.inner.into_iter().take(INNER_ERRORS))
                .map(|text| cut(text, TEXT_BYTES / 4))
                .collect(),
            value: text(self.value),
            mark: self.mark,
        }
    }
}

/// The first `most` bytes, but no part of a character.
pub(crate) fn cut(mut text: String, most: usize) -> String {
    text.truncate(text.floor_char_boundary(most));
    text
}

/// [`Thrown::mark`] of the error for too many calls.
pub(crate) const CALL_LIMIT: i64 = -1;

/// Why a turn gave no status.
#[derive(Debug)]
pub(crate) enum Halt {
    /// What the host has to say is longer than the input buffer: [`Guest::reserve`] this much and put it again.
    NeedsRoom(u32),
    /// There is no room for what the host has to say.
    NoRoom,
    Broken(Broken),
}

impl From<Broken> for Halt {
    fn from(broken: Broken) -> Self {
        Self::Broken(broken)
    }
}

/// What the control block counts.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) console: String,
    pub(crate) console_dropped: u32,
    pub(crate) calls: u32,
}

/// An instance, with memory of its own.
pub(crate) struct Guest {
    // Dropped last: everything else refers to it.
    memory: Memory,
    reserve: TypedFunction<u32, u32>,
    start: TypedFunction<u32, i32>,
    resume: TypedFunction<u32, i32>,
    stack_pointer: Global,
    instance: Instance,
    control: u32,
    stack_top: i32,
    store: Store,
}

impl Guest {
    pub(crate) fn new(engine: Engine, compiled: &Compiled) -> Result<Self, Broken> {
        let mut store = Store::new(engine);
        let instance = Instance::new(&mut store, &compiled.module, &Imports::new())
            .map_err(|error| Broken::Instance(error.into()))?;
        let exports = &instance.exports;
        let missing = |_| Broken::Guest("an export is missing");
        Ok(Self {
            memory: exports.get_memory("memory").map_err(missing)?.clone(),
            reserve: exports.get_typed_function(&store, "reserve").map_err(missing)?,
            start: exports.get_typed_function(&store, "start").map_err(missing)?,
            resume: exports.get_typed_function(&store, "resume").map_err(missing)?,
            stack_pointer: exports.get_global("__stack_pointer").map_err(missing)?.clone(),
            control: compiled.control,
            stack_top: compiled.stack_top,
            instance,
            store,
        })
    }

    /// Starts the engine and makes `app` of `paths`. Returns what the memory then holds. Once, before any program.
    pub(crate) fn prepare(mut self, paths: &[String]) -> Result<Vec<u8>, Broken> {
        let trapped = |error: RuntimeError| Broken::Prepare(error.message());
        let init: TypedFunction<(), i32> = self.export("init")?;
        let expose: TypedFunction<u32, i32> = self.export("expose")?;
        let status = init.call(&mut self.store).map_err(trapped)?;
        self.prepared(status)?;
        let paths = serde_json::to_vec(paths).map_err(|error| Broken::Prepare(error.to_string()))?;
        let too_long = |_| Broken::Prepare("the paths do not fit".to_owned());
        let length = u32::try_from(paths.len()).map_err(|_| Broken::Prepare("too many paths".to_owned()))?;
        self.reserve(length).map_err(trapped)?;
        let length = self.put_input(&[&paths]).map_err(too_long)?;
        let status = expose.call(&mut self.store, length).map_err(trapped)?;
        self.prepared(status)?;
        // The image is memory alone. The stack pointer is the one other thing that changes, and is back.
        if !self.is_stack_empty() {
            return Err(Broken::Guest("its stack pointer moved"));
        }
        self.image()
    }

    fn export<A: wasmer::WasmTypeList, R: wasmer::WasmTypeList>(
        &self,
        name: &str,
    ) -> Result<TypedFunction<A, R>, Broken> {
        self.instance
            .exports
            .get_typed_function(&self.store, name)
            .map_err(|_| Broken::Guest("an export is missing"))
    }

    fn prepared(&self, status: i32) -> Result<(), Broken> {
        if status == 0 {
            return Ok(());
        }
        let thrown = self.thrown(&self.control()?)?;
        Err(Broken::Prepare(format!("{status}, {thrown:?}")))
    }

    fn is_stack_empty(&mut self) -> bool {
        self.stack_pointer.get(&mut self.store).i32() == Some(self.stack_top)
    }

    /// Makes it as new, when compiled code has ended each time as code does. False when that cannot be.
    pub(crate) fn renew(&mut self) -> bool {
        self.is_stack_empty() && self.memory.reset(&mut self.store).is_ok()
    }

    /// All of the memory.
    pub(crate) fn image(&self) -> Result<Vec<u8>, Broken> {
        self.memory
            .view(&self.store)
            .copy_to_vec()
            .map_err(|_| Broken::Guest("its memory is unreadable"))
    }

    /// Where its memory begins.
    pub(crate) fn base(&self) -> Result<NonNull<u8>, Broken> {
        NonNull::new(self.memory.view(&self.store).data_ptr()).ok_or(Broken::Guest("its memory is nowhere"))
    }

    /// Writes the limits and the program, and returns the length to start with.
    pub(crate) fn put_program(&mut self, source: &str, settings: &Settings) -> Result<u32, Halt> {
        let mut limits = Vec::with_capacity(36);
        limits.extend(settings.polls.to_le_bytes());
        limits.extend(milliseconds(settings.now_ms).to_le_bytes());
        limits.extend(settings.seed.to_le_bytes());
        limits.extend(settings.heap_bytes.to_le_bytes());
        limits.extend(settings.calls.to_le_bytes());
        limits.extend(settings.result_bytes.to_le_bytes());
        limits.extend(settings.console_bytes.to_le_bytes());
        self.write(self.control + 12, &limits)?;
        self.put_input(&[PREFIX.as_bytes(), source.as_bytes(), SUFFIX.as_bytes()])
    }

    /// Writes the answers to all calls of the last turn, and returns the length to resume with.
    pub(crate) fn put_answers(&mut self, answers: &[Answer]) -> Result<u32, Halt> {
        let heads: Vec<[u8; 12]> = answers
            .iter()
            .map(Answer::head)
            .collect::<Option<_>>()
            .ok_or(Halt::NoRoom)?;
        let mut parts = Vec::with_capacity(answers.len() * 3);
        for (head, answer) in heads.iter().zip(answers) {
            parts.extend([head.as_slice(), answer.json.as_bytes(), &[0]]);
        }
        self.put_input(&parts)
    }

    /// Makes the input buffer `length` bytes long, or tells that it cannot. Runs compiled code.
    pub(crate) fn reserve(&mut self, length: u32) -> Result<bool, RuntimeError> {
        Ok(self.reserve.call(&mut self.store, length)? != 0)
    }

    /// Begins the program that was put. Runs compiled code until the turn's end.
    pub(crate) fn start(&mut self, length: u32) -> Result<i32, RuntimeError> {
        self.start.call(&mut self.store, length)
    }

    /// Goes on with the answers that were put. Runs compiled code until the turn's end.
    pub(crate) fn resume(&mut self, length: u32) -> Result<i32, RuntimeError> {
        self.resume.call(&mut self.store, length)
    }

    /// What `code`, as `start` or `resume` returned it, means.
    pub(crate) fn status(&self, code: i32, settings: &Settings) -> Result<Status, Broken> {
        let control = self.control()?;
        Ok(match code {
            0 => Status::Done(self.text(control.out_ptr, control.out_len, settings.result_bytes)?),
            1 => Status::Failed(self.thrown(&control)?),
            2 => {
                let bytes = self.read(control.requests_ptr, control.requests_len, u32::MAX)?;
                let requests = request::parse(&bytes, settings.calls as usize);
                Status::Pending(requests.ok_or(Broken::Guest("calls that do not add up"))?)
            }
            3 => Status::Stuck,
            4 => Status::Interrupted(self.thrown(&control)?),
            5 => Status::TooLarge(control.result_size),
            6 => Status::NotJson(self.thrown(&control)?),
            7 => Status::Unawaited(self.thrown(&control)?),
            8 => Status::OutOfMemory(self.thrown(&control)?),
            _ => return Err(Broken::Guest("an unknown status")),
        })
    }

    /// What was printed and counted so far; also after a trap.
    pub(crate) fn tally(&self, settings: &Settings) -> Result<Tally, Broken> {
        let control = self.control()?;
        Ok(Tally {
            console: self.text(control.console_ptr, control.console_len, settings.console_bytes)?,
            console_dropped: control.console_dropped,
            calls: control.calls.min(settings.calls),
        })
    }

    fn thrown(&self, control: &Control) -> Result<Thrown, Broken> {
        let text = self.text(control.out_ptr, control.out_len, DESCRIPTION_BYTES)?;
        // An engine out of memory, or tampered with, may say nothing sensible. The status stands all the same.
        let thrown: Thrown = serde_json::from_str(&whole_characters(&text)).unwrap_or_default();
        Ok(thrown.short())
    }

    fn control(&self) -> Result<Control, Broken> {
        let mut bytes = [0; Control::BYTES];
        let view = self.memory.view(&self.store);
        view.read(u64::from(self.control), &mut bytes)
            .map_err(|_| Broken::Guest("no control block"))?;
        Ok(Control::parse(&bytes))
    }

    fn text(&self, pointer: u32, length: u32, limit: u32) -> Result<String, Broken> {
        let mut bytes = self.read(pointer, length, limit)?;
        // A limit may have cut a character in two.
        if let Err(error) = std::str::from_utf8(&bytes)
            && error.error_len().is_none()
        {
            bytes.truncate(error.valid_up_to());
        }
        Ok(String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()))
    }

    fn read(&self, pointer: u32, length: u32, limit: u32) -> Result<Vec<u8>, Broken> {
        let view = self.memory.view(&self.store);
        let end = u64::from(pointer) + u64::from(length);
        if length > limit || end > view.data_size() {
            return Err(Broken::Guest("a length beyond its memory or its limit"));
        }
        let mut bytes = vec![0; length as usize];
        view.read(u64::from(pointer), &mut bytes)
            .map_err(|_| Broken::Guest("memory that is not there"))?;
        Ok(bytes)
    }

    fn write(&mut self, pointer: u32, bytes: &[u8]) -> Result<(), Broken> {
        let view = self.memory.view(&self.store);
        view.write(u64::from(pointer), bytes)
            .map_err(|_| Broken::Guest("memory that is not there"))
    }

    /// Changes a word anywhere in its memory, for fuzzing.
    #[cfg(any(test, fuzzing))]
    pub(crate) fn write_over(&mut self, address: u32, change: impl FnOnce(u32) -> u32) {
        let mut word = [0; 4];
        let is_there = self
            .memory
            .view(&self.store)
            .read(u64::from(address), &mut word)
            .is_ok();
        if is_there {
            let changed = change(u32::from_le_bytes(word));
            let _ = self.write(address, &changed.to_le_bytes());
        }
    }

    fn put_input(&mut self, parts: &[&[u8]]) -> Result<u32, Halt> {
        let length: usize = parts.iter().map(|part| part.len()).sum();
        let length = u32::try_from(length).map_err(|_| Halt::NoRoom)?;
        let control = self.control()?;
        if length > control.in_cap {
            return Err(Halt::NeedsRoom(length));
        }
        let mut at = control.in_ptr;
        for part in parts {
            self.write(at, part)?;
            // The sum fits 32 bits; a forged pointer wraps and the next write is refused or lands in the guest's own
            // memory, where it may write anyway.
            at = at.wrapping_add(u32::try_from(part.len()).unwrap_or(u32::MAX));
        }
        Ok(length)
    }
}

impl Answer {
    fn head(&self) -> Option<[u8; 12]> {
        let failure = match self.failure {
            None => -1,
            Some(number) => i32::try_from(number).ok()?,
        };
        let length = u32::try_from(self.json.len()).ok()?;
        let mut head = [0; 12];
        head[..4].copy_from_slice(&self.id.to_le_bytes());
        head[4..8].copy_from_slice(&failure.to_le_bytes());
        head[8..].copy_from_slice(&length.to_le_bytes());
        Some(head)
    }
}

/// The part of the control block that the host reads; `guest/control.h` has the same offsets.
#[derive(Debug, Default, PartialEq, Eq)]
struct Control {
    in_ptr: u32,
    in_cap: u32,
    out_ptr: u32,
    out_len: u32,
    console_ptr: u32,
    console_len: u32,
    console_dropped: u32,
    requests_ptr: u32,
    requests_len: u32,
    calls: u32,
    result_size: u32,
}

impl Control {
    const BYTES: usize = 96;

    fn parse(bytes: &[u8; Self::BYTES]) -> Self {
        let word = |at: usize| u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
        Self {
            in_ptr: word(48),
            in_cap: word(52),
            out_ptr: word(56),
            out_len: word(60),
            console_ptr: word(64),
            console_len: word(68),
            console_dropped: word(72),
            requests_ptr: word(76),
            requests_len: word(80),
            calls: word(84),
            result_size: word(92),
        }
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "milliseconds since 1970 fit 53 bits for 285,000 years"
)]
fn milliseconds(now_ms: i64) -> f64 {
    now_ms as f64
}

/// JSON with half characters (`\ud800` alone), which JavaScript writes and nothing else reads, replaced.
pub(crate) fn whole_characters(json: &str) -> std::borrow::Cow<'_, str> {
    let escape = |at: usize| {
        let digits = json.get(at..at + 6)?.strip_prefix("\\u")?;
        u32::from_str_radix(digits, 16).ok()
    };
    let mut whole = String::new();
    let (mut copied, mut at) = (0, 0);
    while let Some(found) = json[at..].find('\\') {
        at += found;
        match escape(at) {
            Some(0xD800..0xDC00) if matches!(escape(at + 6), Some(0xDC00..0xE000)) => at += 12,
            Some(0xD800..0xE000) => {
                whole.push_str(&json[copied..at]);
                whole.push_str("\\ufffd");
                at += 6;
                copied = at;
            }
            // Any other escape: step over the backslash and what it escapes, which is one byte in JSON.
            _ => at += 1 + json[at + 1..].chars().next().map_or(0, char::len_utf8),
        }
    }
    if copied == 0 {
        return json.into();
    }
    whole.push_str(&json[copied..]);
    whole.into()
}

#[cfg(test)]
mod tests;
