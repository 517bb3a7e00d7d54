//! How people come in, as a browser and the app see it: through the real router.

#![expect(clippy::unwrap_used, reason = "what fails in a helper fails the test that called it")]

mod address;
mod door;
mod host_token;
mod oidc;
mod provider;
