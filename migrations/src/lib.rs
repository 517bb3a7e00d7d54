//! latchstring-migrations
