//! `key-ring create`: a new key ring, for servers that share a database and so must share the ring.

use clap::Subcommand;
use latchstring::access::KeyRing;

use crate::config;

#[derive(Debug, Subcommand)]
pub(crate) enum KeyRingCommand {
    /// Print a new key ring, which is stored nowhere. Do this once, keep it secret, and give every server the same.
    Create,
}

#[expect(clippy::print_stdout, reason = "the answer of a command")]
#[expect(clippy::print_stderr, reason = "the answer alone is what a script stores")]
pub(super) fn run(command: &KeyRingCommand) {
    match command {
        KeyRingCommand::Create => {
            println!("{}", KeyRing::generate().to_text().expose());
            eprintln!(
                "A new key ring, shown this once. Give it to every server as {}. Without it, no key works: keep a copy, \
                 but not with the database.",
                config::KEY_RING
            );
        }
    }
}
