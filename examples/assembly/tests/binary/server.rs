//! The built binary, over a data directory of its own.

use std::{ops::Deref, path::Path, process::Command};

use latchstring_testing::binary;
pub(crate) use latchstring_testing::binary::{Server, answer, command, end, finish};
use serde_json::Value;

const BINARY: &str = env!("CARGO_BIN_EXE_assembly");

/// A data directory of assembly.
pub(crate) struct Home(binary::Home);

impl Home {
    pub(crate) async fn new() -> Self {
        Self(binary::Home::of(BINARY).await)
    }
}

impl Deref for Home {
    type Target = binary::Home;

    fn deref(&self) -> &binary::Home {
        &self.0
    }
}

/// The built binary, with nothing inherited that could configure it.
pub(crate) fn binary() -> Command {
    binary::bare(Path::new(BINARY))
}

/// The names of an object's fields.
pub(crate) fn fields(object: &Value) -> Vec<&str> {
    object.as_object().unwrap().keys().map(String::as_str).collect()
}
