//! What programs are accepted, what is evaluated of them, and what is told of those that cannot work.

#![expect(clippy::unwrap_used, reason = "tests")]

mod explain;
mod faults;
mod hostile;
mod shapes;
mod shop;
mod typescript;
