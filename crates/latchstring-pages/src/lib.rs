//! How the pages look that a person reads: one stylesheet, one small script, the parts they are made of, and the headers
//! that protect them.
//!
//! Pages work without scripts. Every value is escaped by the template, nothing is loaded from elsewhere, and the
//! policy names the one stylesheet and the one script by their hashes, so that nothing else runs or is applied. Text that
//! comes from outside (names, labels, hosts) stands in a `bdi`, because it may be written from right to left.

#![forbid(unsafe_code)]

mod form;
mod moment;
mod page;
mod parts;

pub use form::is_own_form;
pub use moment::{ago, date, day, moment, second, time};
pub use page::{Frames, Page, Policy, protect};
pub use parts::{Icon, Kind, Option_, back, copy, host, icon, notice, options, scope_badge, scope_name, status};
