//! latchstring-server
