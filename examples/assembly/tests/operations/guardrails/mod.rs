//! Each rule that a command must keep: the refusal, its words, and that nothing was written although it was caught.

mod plan;
