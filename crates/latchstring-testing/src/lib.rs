//! latchstring-testing
