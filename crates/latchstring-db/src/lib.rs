//! latchstring-db
