//! What the fuzz targets in `fuzz/` call: a guest that lies, an engine that was broken, frames that lie, and what holds
//! nevertheless.
//!
//! It is here and not there, so that a test replays the inputs that are checked in, and so that nothing has to be public
//! for it.

mod engine;
mod frames;
mod guest;
mod host;
mod input;
mod judge;
mod memory;

pub use engine::Engines;
pub use frames::Frames;
pub use guest::Guests;

#[cfg(test)]
mod tests {
    use std::{
        fs,
        panic::{AssertUnwindSafe, catch_unwind},
        path::Path,
    };

    use super::*;

    const LIAR: &[u8] = include_bytes!("../fuzz/liar.wasm");

    /// The inputs that are checked in, by name.
    fn seeds(target: &str) -> Vec<(String, Vec<u8>)> {
        let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
        let names = fs::read_dir(directory).unwrap().map(|file| file.unwrap().file_name());
        // What the fuzzer found itself is named by 40 hexadecimal digits, and is on some machines only.
        let names = names
            .map(|name| name.into_string().unwrap())
            .filter(|name| name.len() < 40);
        let mut seeds: Vec<_> = names
            .map(|name| {
                let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
                let bytes = fs::read(path.join(&name)).unwrap();
                (name, bytes)
            })
            .collect();
        seeds.sort();
        assert!(seeds.len() > 10, "{} seeds of {target}", seeds.len());
        seeds
    }

    #[test]
    fn s04_a_guest_that_lies_costs_its_own_run_and_nothing_else() {
        let mut guests = Guests::new(LIAR);
        for (name, seed) in seeds("guest") {
            catch_unwind(AssertUnwindSafe(|| guests.run(&seed))).unwrap_or_else(|_| panic!("{name}"));
        }
        guests.look_at_the_memory();
    }

    #[test]
    fn s04_an_engine_whose_memory_was_written_over_costs_its_own_run_and_nothing_else() {
        let cache = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/tmp/guest");
        let mut engines = Engines::new(Some(&cache));
        for (name, seed) in seeds("engine") {
            catch_unwind(AssertUnwindSafe(|| engines.run(&seed))).unwrap_or_else(|_| panic!("{name}"));
        }
    }

    #[test]
    fn s03_frames_that_lie_cost_their_own_run_and_nothing_else() {
        let mut frames = Frames::new(LIAR);
        for (name, seed) in seeds("frames") {
            catch_unwind(AssertUnwindSafe(|| frames.run(&seed))).unwrap_or_else(|_| panic!("{name}"));
        }
    }
}
