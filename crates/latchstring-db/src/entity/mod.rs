//! The tables as sea-orm sees them, one file each. Rows are not domain values; `access` turns one into the other.

pub(crate) mod access_grant;
pub(crate) mod audit_call;
pub(crate) mod audit_operation;
pub(crate) mod credential;
pub(crate) mod key_ring_check;
pub(crate) mod tenant;
