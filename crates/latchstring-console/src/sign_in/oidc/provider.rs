//! The app as a provider: where people are sent, and the two questions it is asked when they are back.
//!
//! Its addresses are the operator's, so they may lead into a private network. Its answers are read with limits all the
//! same, and what it says in an error is not shown to anybody.

use std::{borrow::Cow, pin::Pin, time::Duration};

use axum::http::{Request, Response, StatusCode, header};
use latchstring_access::Access;
use oauth2::{
    AsyncHttpClient, AuthUrl, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointNotSet, EndpointSet,
    HttpRequest, HttpResponse, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RequestTokenError, Scope,
    TokenResponse, TokenUrl,
    basic::{BasicClient, BasicErrorResponseType, BasicTokenType},
};
use reqwest::redirect::Policy;
use url::Url;

use super::{OidcSettings, OidcSettingsError, flow::Flow};
use crate::{sign_in::claims::Claims, state::is_this_machine};

/// For each answer, from the first question for an address to the last byte.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The longest answer that is read, in bytes.
const MAX_ANSWER: usize = 64 * 1024;

/// How we name ourselves.
const USER_AGENT: &str = concat!("latchstring/", env!("CARGO_PKG_VERSION"), " (sign-in)");

type Client = BasicClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointSet>;

/// The app, and how we speak to it.
pub(super) struct Provider {
    client: Client,
    userinfo_url: Url,
    scopes: Vec<Scope>,
    http: Http,
}

/// Why the app cannot say who somebody is. No token, and nothing else that it said, is in it.
#[derive(Debug, thiserror::Error)]
pub(super) enum ProviderError {
    #[error("the app cannot be reached, or takes more than 10 seconds")]
    Unreachable(#[source] reqwest::Error),
    #[error("the app answers with more than 64 KiB")]
    TooLarge,
    #[error("the app refuses the code: {0}; check client id, secret and redirect address")]
    Refused(&'static str),
    #[error("the app answers {0} instead of the user information")]
    Status(u16),
    #[error("the app's answer cannot be read as {0}")]
    Unreadable(&'static str),
}

impl Provider {
    pub(super) fn new(settings: &OidcSettings) -> Result<Self, OidcSettingsError> {
        let urls = [&settings.authorize_url, &settings.token_url, &settings.userinfo_url];
        if let Some(wrong) = urls.into_iter().find(|url| !is_safe(url)) {
            return Err(OidcSettingsError::Url(wrong.clone()));
        }
        let mut client = BasicClient::new(ClientId::new(settings.client_id.clone()));
        if let Some(secret) = &settings.client_secret {
            client = client.set_client_secret(ClientSecret::new(secret.expose().to_owned()));
        }
        let http = reqwest::Client::builder()
            .timeout(TIMEOUT)
            .redirect(Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            // Whatever the environment says: what goes to the app goes to nobody else.
            .no_proxy()
            .user_agent(USER_AGENT);
        Ok(Self {
            client: client
                .set_auth_uri(AuthUrl::from_url(settings.authorize_url.clone()))
                .set_token_uri(TokenUrl::from_url(settings.token_url.clone())),
            userinfo_url: settings.userinfo_url.clone(),
            scopes: settings.scopes.iter().cloned().map(Scope::new).collect(),
            http: Http(http.build().map_err(OidcSettingsError::Client)?),
        })
    }

    /// Where a person signs in.
    pub(super) fn authorize_url(&self, flow: &Flow, access: &Access, callback: String) -> Url {
        let challenge = PkceCodeChallenge::from_code_verifier_sha256(&flow.verifier(access));
        let (url, _) = self
            .client
            .authorize_url(|| CsrfToken::new(flow.state(access)))
            .add_scopes(self.scopes.iter().cloned())
            .set_pkce_challenge(challenge)
            .set_redirect_uri(Cow::Owned(redirect(callback)))
            .url();
        url
    }

    /// What the app says of the person whom it gave this code.
    pub(super) async fn identify(
        &self,
        code: String,
        verifier: PkceCodeVerifier,
        callback: String,
    ) -> Result<Claims, ProviderError> {
        let tokens = self
            .client
            .exchange_code(AuthorizationCode::new(code))
            .set_pkce_verifier(verifier)
            .set_redirect_uri(Cow::Owned(redirect(callback)))
            .request_async(&self.http)
            .await;
        let tokens = tokens.map_err(|error| match error {
            RequestTokenError::Request(error) => error,
            RequestTokenError::ServerResponse(response) => ProviderError::Refused(reason(response.error())),
            RequestTokenError::Parse(..) | RequestTokenError::Other(_) => ProviderError::Unreadable("tokens"),
        })?;
        if !matches!(tokens.token_type(), BasicTokenType::Bearer) {
            return Err(ProviderError::Unreadable("a bearer token"));
        }
        let request = Request::get(self.userinfo_url.as_str())
            .header(header::ACCEPT, "application/json")
            .header(
                header::AUTHORIZATION,
                format!("Bearer {}", tokens.access_token().secret()),
            )
            .body(Vec::new())
            .map_err(|_| ProviderError::Unreadable("a bearer token"))?;
        let answer = self.http.send(request).await?;
        if answer.status() != StatusCode::OK {
            return Err(ProviderError::Status(answer.status().as_u16()));
        }
        // A signed answer (`application/jwt`) is not JSON, so it is refused as well.
        Claims::parse(answer.body()).ok_or(ProviderError::Unreadable("user information in JSON"))
    }
}

/// The way there.
struct Http(reqwest::Client);

impl Http {
    async fn send(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, ProviderError> {
        let request = request.try_into().map_err(ProviderError::Unreachable)?;
        let mut answer = self.0.execute(request).await.map_err(ProviderError::Unreachable)?;
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(ProviderError::Unreachable)? {
            if body.len() + chunk.len() > MAX_ANSWER {
                return Err(ProviderError::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        let mut response = Response::new(body);
        *response.status_mut() = answer.status();
        *response.headers_mut() = std::mem::take(answer.headers_mut());
        Ok(response)
    }
}

impl<'c> AsyncHttpClient<'c> for Http {
    type Error = ProviderError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, ProviderError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.send(request))
    }
}

/// Whether secrets may go there: over TLS, or not out of this machine. It has no fragment (RFC 6749, section 3.1), and
/// what it needs to know is in the settings, not in the address.
fn is_safe(url: &Url) -> bool {
    let is_private = url.scheme() == "https" || (url.scheme() == "http" && is_this_machine(url));
    is_private && url.username().is_empty() && url.password().is_none() && url.fragment().is_none()
}

fn redirect(callback: String) -> RedirectUrl {
    RedirectUrl::new(callback).expect("our own address is one")
}

/// What the standard calls it (RFC 6749, section 5.2).
fn reason(error: &BasicErrorResponseType) -> &'static str {
    match error {
        BasicErrorResponseType::InvalidClient => "invalid_client",
        BasicErrorResponseType::InvalidGrant => "invalid_grant",
        BasicErrorResponseType::InvalidRequest => "invalid_request",
        BasicErrorResponseType::InvalidScope => "invalid_scope",
        BasicErrorResponseType::UnauthorizedClient => "unauthorized_client",
        BasicErrorResponseType::UnsupportedGrantType => "unsupported_grant_type",
        BasicErrorResponseType::Extension(_) => "for a reason of its own",
    }
}
