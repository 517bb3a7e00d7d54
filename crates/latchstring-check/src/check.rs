//! From what a client sent to what is evaluated.

use std::sync::Arc;

use latchstring_core::{Code, Effect, Failure, Surface};
use oxc::allocator::Allocator;

use crate::{
    apart, blank, bounds, faults::Faults, fence, infer::Types, names, reading::Reading, shape, unsupported, uses,
};

/// Makes a program ready to run with what `surface` shows, to read or to write; or tells all that is wrong with it.
///
/// # Errors
/// The first fault, and the others with it. Then the program must not run.
pub async fn prepare(source: &Arc<str>, surface: &Surface, effect: Effect) -> Result<Code, Box<Failure>> {
    let mut faults = Faults::new(source);
    if let Some(at) = bounds::too_deep(source) {
        faults.syntax(
            u32::try_from(at).unwrap_or(u32::MAX),
            "the program is nested too deeply to be read; 100 brackets within each other at most, so write it flatter",
        );
    }
    if let Some(failure) = faults.into_failure() {
        return Err(Box::new(failure));
    }
    let (own, visible) = (Arc::clone(source), surface.clone());
    let read = apart::read(source.len(), move || read(&own, &visible, effect)).await;
    // Where it could not be read, the engine says what it thinks of it.
    read.unwrap_or_else(|| Ok(Code::from(source.as_ref())))
}

fn read(source: &str, surface: &Surface, effect: Effect) -> Result<Code, Box<Failure>> {
    let fenced = if source.trim_start().starts_with("```") {
        fence::within(source)
    } else {
        None
    };
    match body(source, fenced.as_deref().unwrap_or(source), surface, effect) {
        // Words around a fence are no program.
        Err(failure) if fenced.is_none() && failure.name == "SyntaxError" => match fence::within(source) {
            Some(text) => body(source, &text, surface, effect),
            None => Err(failure),
        },
        read => read,
    }
}

/// `text` is `source`, or the part of it that is in its code fence, at the same places.
fn body(source: &str, text: &str, surface: &Surface, effect: Effect) -> Result<Code, Box<Failure>> {
    let allocator = Allocator::default();
    let mut faults = Faults::new(source);
    let mut code = text.to_owned();
    let mut pieces = Vec::new();
    if let Some(reading) = Reading::of(text, &allocator, &mut faults) {
        code = blank::without_types(&reading);
        unsupported::find(&reading, &mut faults);
        names::find(&reading, surface, &mut faults);
        pieces = shape::returning(&reading, &mut code, effect == Effect::Read, &mut faults);
        uses::find(&Types::new(&reading, surface), &mut faults);
    }
    if let Some(failure) = faults.into_failure() {
        return Err(Box::new(failure));
    }
    let pieces: Vec<(usize, &str)> = pieces.iter().map(|(at, piece)| (*at, piece.as_str())).collect();
    Ok(Code::with_inserted(&code, &pieces))
}
