//! The access page: a person sees which keys and apps reach the data of their store, makes new ones, and revokes them.
//!
//! Pages are rendered here and work without scripts. A person comes in through a [`SignIn`], which the app chooses, and
//! has a session in a signed cookie: whose store, who, and what they may do. Whatever changes something is a form that
//! was sent from one of these pages, is refused to who may only look, and answers when the change is durable.
//!
//! The product's documentation for people is here as well ([`guide`](fn@guide)). Nobody signs in for it.

#![forbid(unsafe_code)]

mod activity;
mod connect;
mod error;
mod frame;
mod guide;
mod home;
mod keys;
mod once;
mod pause;
mod revoke;
mod session;
mod sign_in;
mod state;
mod words;

pub use guide::{GuidePage, guide};
pub use session::{Permission, Visitor};
pub use sign_in::{
    Desk, Manages, SignIn,
    demo::DemoSignIn,
    host_token::{HostTokenSettings, HostTokenSettingsError, HostTokenSignIn},
    oidc::{OidcSettings, OidcSettingsError, OidcSignIn},
};
pub use state::{Console, Settings, SettingsError};

/// Where the access page is, below the public address.
pub const ACCESS: &str = "/access";
