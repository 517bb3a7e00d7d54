//! What an app asks for when it sends a person here.
//!
//! The client and its redirect address are checked first. Until both are known to belong together, nothing is sent
//! anywhere (RFC 6749, section 4.1.2.1).

use latchstring_access::{Challenge, ConnectorId};
use latchstring_core::random;

use super::ticket::Asked;
use crate::{clients::NoClient, form::Form, net::Net, redirect::RedirectUri, scope, state::AuthorizationServer};

/// The longest `state` that is carried, in bytes.
const MAX_STATE: usize = 2_000;

/// Why an app's request is not served.
pub(super) enum Refused {
    /// Told to the person only: we do not know whose request it is.
    Page(String),
    /// Told to the person, who may take it back to the app.
    Back {
        redirect: RedirectUri,
        state: Option<String>,
        error: &'static str,
        description: String,
    },
    /// The caller's network asks for too much.
    TooMany(std::time::Duration),
    /// The app's own description cannot be fetched right now.
    OutOfReach { client_id: String },
    /// It cannot be said right now.
    Unavailable(Box<dyn std::error::Error + Send + Sync>),
}

/// Reads and checks a query.
pub(super) async fn read(server: &AuthorizationServer, query: &str, net: &Net) -> Result<Asked, Refused> {
    let page = |text: &str| Refused::Page(text.to_owned());
    let form = Form::parse(query.as_bytes()).map_err(|error| Refused::Page(error.to_string()))?;
    let client_id = form.get("client_id").ok_or_else(|| page("client_id is missing"))?;
    let client = server.client(client_id, net).await.map_err(|error| match error {
        NoClient::Unknown(text) => Refused::Page(text),
        NoClient::OutOfReach => Refused::OutOfReach {
            client_id: client_id.to_owned(),
        },
        NoClient::TooMany(wait) => Refused::TooMany(wait),
        NoClient::Unavailable(source) => Refused::Unavailable(source),
    })?;
    let presented = form
        .get("redirect_uri")
        .ok_or_else(|| page("redirect_uri is missing"))?;
    let redirect = client
        .redirect(presented)
        .ok_or_else(|| page("redirect_uri is not one of the app's; it must be exactly as the app registered it"))?;
    let state = form.get("state");
    if state.is_some_and(|state| state.len() > MAX_STATE) {
        return Err(page("state is longer than 2,000 bytes"));
    }

    let back = |error: &'static str, description: &str| Refused::Back {
        redirect: redirect.clone(),
        state: state.map(ToOwned::to_owned),
        error,
        description: description.to_owned(),
    };
    check_options(&form).map_err(|(error, description)| back(error, description))?;
    let challenge: Challenge = form
        .get("code_challenge")
        .ok_or_else(|| {
            back(
                "invalid_request",
                "code_challenge is missing; use PKCE with the method S256",
            )
        })?
        .parse()
        .map_err(|error: latchstring_access::ChallengeError| back("invalid_request", &error.to_string()))?;
    // A scope is not chosen here but by whoever made the code; what we do not have is refused all the same.
    scope::from_wire(form.get("scope").unwrap_or_default())
        .map_err(|_| back("invalid_scope", "the scope has unknown words; there are read and write"))?;
    let connector: Option<ConnectorId> = match form.get("resource") {
        None => None,
        Some(resource) => Some(server.issuer().connector_of(resource).ok_or_else(|| {
            back(
                "invalid_target",
                "resource is not the address of a connector; use it exactly as the person was given it",
            )
        })?),
    };
    Ok(Asked {
        id: format!("{:032x}", u128::from_be_bytes(random::bytes())),
        client_id: client.client_id().to_owned(),
        name: client.name().to_owned(),
        host: client.vouched_by().map(ToOwned::to_owned),
        is_loopback_only: client.is_loopback_only(),
        redirect,
        state: state.map(ToOwned::to_owned),
        challenge,
        connector,
    })
}

/// What has one right value, or must be absent.
fn check_options(form: &Form) -> Result<(), (&'static str, &'static str)> {
    match form.get("response_type") {
        Some("code") => {}
        Some(_) => return Err(("unsupported_response_type", "response_type must be code")),
        None => return Err(("invalid_request", "response_type is missing; it must be code")),
    }
    if form.get("request").is_some() {
        return Err((
            "request_not_supported",
            "request objects are not supported; send plain parameters",
        ));
    }
    if form.get("request_uri").is_some() {
        return Err((
            "request_uri_not_supported",
            "request_uri is not supported; send plain parameters",
        ));
    }
    if form.get("response_mode").is_some_and(|mode| mode != "query") {
        return Err(("invalid_request", "response_mode must be query"));
    }
    if form.get("code_challenge_method") != Some("S256") {
        return Err(("invalid_request", "code_challenge_method must be S256"));
    }
    if form
        .get("prompt")
        .is_some_and(|prompt| prompt.split(' ').any(|word| word == "none"))
    {
        // OpenID Connect Core, section 3.1.2.6. Nothing is remembered, so a person is always needed.
        return Err((
            "interaction_required",
            "a person must paste a connection code; do not send prompt=none",
        ));
    }
    Ok(())
}
