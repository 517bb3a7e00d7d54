//! latchstring-sandbox
