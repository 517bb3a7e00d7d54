//! latchstring-access
