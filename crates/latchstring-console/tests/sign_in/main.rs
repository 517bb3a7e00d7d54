//! How people come in, as a browser and the app see it: through the real router.

mod door;
mod host_token;
mod oidc;
mod provider;
