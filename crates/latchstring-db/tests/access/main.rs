//! The access store on a real database: SQLite, or PostgreSQL with `LATCHSTRING_TEST_POSTGRES`.

mod chain;
mod clock;
mod contract;
mod durability;
mod kill;
mod limits;
mod place;
mod programs;
mod races;
mod replicas;
mod secrets;
