//! latchstring
