//! latchstring-mcp
