//! The access page as a browser sees it: through the real router, without a script.

mod activity;
mod connecting;
mod desk;
mod framing;
mod home;
mod keys;
mod permission;
mod revoking;
mod sessions;
