//! The authorization endpoint (RFC 6749, section 3.1): a person pastes a connection code and confirms.
//!
//! Opening the page changes nothing, however often it is done: what the app asked for goes into the form as a signed
//! ticket, bound to the browser by a cookie. The first form takes the connection code. The second names the store, the
//! scope and the app, and only its Allow spends the code. Nothing is remembered: every connection needs a new code.

mod browser;
mod page;
mod request;
mod ticket;

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Request, State},
    http::{HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
    routing::get,
};
use latchstring_access::{AppIdentity, Approval};
use latchstring_core::RefusedAs;
use latchstring_pages::{Policy, is_own_form, protect};

use self::{
    browser::Browser,
    page::{Problem, leading_to},
    request::Refused,
    ticket::{Asked, Step},
};
use crate::{
    error::OAuthError, form::Form, issuer::AUTHORIZE, limits::CODES, net::Net, redirect::RedirectUri,
    state::AuthorizationServer,
};

/// How many codes may be typed into one form.
const TRIES: u64 = 5;
/// Tries are remembered this long, which is longer than a form works.
const TRIES_WINDOW: std::time::Duration = std::time::Duration::from_hours(1);
/// The largest form, in bytes: a ticket holds a redirect address and a state of 2,000 bytes each.
const MAX_FORM: usize = 32 * 1024;

pub(crate) fn router() -> Router<AuthorizationServer> {
    Router::new()
        .route(AUTHORIZE, get(show).post(submit))
        .layer(DefaultBodyLimit::max(MAX_FORM))
}

/// Shows the form. Changes nothing.
async fn show(State(server): State<AuthorizationServer>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let browser = Browser::of(&parts.headers, server.issuer());
    let net = Net::of(&parts, server.proxies());
    let asked = match request::read(&server, parts.uri.query().unwrap_or_default(), &net).await {
        Ok(asked) => asked,
        Err(refused) => return refusal(&server, &refused),
    };
    let now = match server.access().now().await {
        Ok(now) => now,
        Err(error) => return unavailable(&server, &error),
    };
    let ticket = ticket::issue(server.access(), &asked, &Step::Code, &browser, now);
    let mut response = page::code(&server, &asked, &ticket, None).respond(StatusCode::OK, &leading_to(&asked.redirect));
    if let Some(cookie) = browser.cookie(server.issuer()) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// Takes either form.
async fn submit(State(server): State<AuthorizationServer>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, MAX_FORM).await else {
        return problem(&server, StatusCode::PAYLOAD_TOO_LARGE, &Problem::Form);
    };
    match take(&server, &parts, &body).await {
        Ok(response) => response,
        Err(Stop::Problem(status, text)) => problem(&server, status, &text),
        Err(Stop::TooMany(wait)) => too_many(&server, wait),
        Err(Stop::NotNow) => not_now(&server),
        Err(Stop::Unavailable(source)) => unavailable(&server, source.as_ref()),
    }
}

/// Why a form goes no further.
enum Stop {
    Problem(StatusCode, Problem),
    TooMany(std::time::Duration),
    NotNow,
    Unavailable(Box<dyn std::error::Error + Send + Sync>),
}

async fn take(server: &AuthorizationServer, parts: &Parts, body: &Bytes) -> Result<Response, Stop> {
    if !is_own_form(&parts.headers, &server.issuer().origin()) {
        return Err(Stop::Problem(StatusCode::FORBIDDEN, Problem::CrossSite));
    }
    let form = Form::parse(body).map_err(|_| Stop::Problem(StatusCode::BAD_REQUEST, Problem::Form))?;
    let browser = Browser::known(&parts.headers, server.issuer());
    let now = server.access().now().await?;
    let opened = form
        .get("ticket")
        .zip(browser.as_ref())
        .and_then(|(text, browser)| ticket::open(server.access(), text, browser, now));
    let (Some(browser), Some((asked, step))) = (&browser, opened) else {
        return Err(Stop::Problem(StatusCode::BAD_REQUEST, Problem::FormExpired));
    };
    if form.get("action") == Some("cancel") {
        return Ok(redirect(server, &asked, &[("error", "access_denied")]));
    }
    match step {
        Step::Code => {
            server.count(&CODES, &Net::of(parts, server.proxies())).await?;
            let count = server
                .access()
                .count(&format!("ticket:{}", asked.id), TRIES_WINDOW)
                .await?;
            if count.so_far > TRIES {
                return Err(Stop::Problem(StatusCode::FORBIDDEN, Problem::TriesUsedUp));
            }
            let typed = form.get("code").unwrap_or_default();
            let found = server.access().find_code(typed).await?;
            // A code of another store is told no other way than one that does not exist.
            let found = found.filter(|found| asked.connector.as_ref().is_none_or(|asked| *asked == found.connector));
            let policy = leading_to(&asked.redirect);
            let page = match &found {
                None => {
                    let ticket = ticket::issue(server.access(), &asked, &Step::Code, browser, now);
                    let page = page::code(server, &asked, &ticket, Some(TRIES.saturating_sub(count.so_far)));
                    refused("wrong_code", page.respond(StatusCode::UNPROCESSABLE_ENTITY, &policy))
                }
                Some(found) => {
                    let ticket = ticket::issue(server.access(), &asked, &Step::Confirm(found.id), browser, now);
                    page::confirm(server, &asked, &ticket, found).respond(StatusCode::OK, &policy)
                }
            };
            Ok(page)
        }
        Step::Confirm(code) => {
            let approval = Approval {
                code,
                connector: asked.connector.clone(),
                app: AppIdentity {
                    client_id: asked.client_id.clone(),
                    name: asked.name.clone(),
                    host: asked.host.clone(),
                    redirect_host: asked.redirect.host().to_owned(),
                },
                redirect_uri: asked.redirect.as_str().to_owned(),
                challenge: asked.challenge,
            };
            match server.access().approve(approval).await? {
                None => Err(Stop::Problem(StatusCode::CONFLICT, Problem::CodeGone)),
                Some(authorized) => {
                    server.keep(&asked.client_id).await;
                    Ok(redirect(server, &asked, &[("code", authorized.code.expose())]))
                }
            }
        }
    }
}

/// Back to the app, by 303: the browser must not repeat the form there (RFC 9700, section 4.12).
fn redirect(server: &AuthorizationServer, asked: &Asked, answer: &[(&str, &str)]) -> Response {
    let location = response_address(server, &asked.redirect, asked.state.as_deref(), answer);
    let Ok(location) = HeaderValue::from_str(&location) else {
        return problem(server, StatusCode::BAD_REQUEST, &Problem::Form);
    };
    let mut response = (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response();
    protect(response.headers_mut(), &leading_to(&asked.redirect), false);
    response
}

/// Where the app hears the answer: with the state it sent, and with who we are (RFC 9207).
fn response_address(
    server: &AuthorizationServer,
    redirect: &RedirectUri,
    state: Option<&str>,
    answer: &[(&str, &str)],
) -> String {
    let mut parameters = answer.to_vec();
    parameters.extend(state.map(|state| ("state", state)));
    parameters.push(("iss", server.issuer().as_str()));
    redirect.with_params(&parameters)
}

/// A request of an app that cannot be served. The person sees what is wrong; where the redirect address is one of the
/// app's, a link tells the app. It is not followed by itself, for then anybody could make us send people anywhere (RFC
/// 9700, section 4.11.2).
fn refusal(server: &AuthorizationServer, why: &Refused) -> Response {
    match why {
        Refused::Page(text) => problem(server, StatusCode::BAD_REQUEST, &Problem::Request(text.clone())),
        Refused::TooMany(wait) => too_many(server, *wait),
        Refused::OutOfReach { client_id } => {
            let host = client_id.split('/').nth(2).unwrap_or_default().to_owned();
            let mut response = problem(server, StatusCode::SERVICE_UNAVAILABLE, &Problem::OutOfReach { host });
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from_static("30"));
            response
        }
        Refused::Unavailable(source) => unavailable(server, source.as_ref()),
        Refused::Back {
            redirect,
            state,
            error,
            description,
        } => {
            let description_text = crate::error::visible(description);
            let answer = [("error", *error), ("error_description", description_text.as_str())];
            let link = response_address(server, redirect, state.as_deref(), &answer);
            let page = page::refused(server, description, &link, redirect.host());
            refused(error, page.respond(StatusCode::BAD_REQUEST, &Policy::default()))
        }
    }
}

fn problem(server: &AuthorizationServer, status: StatusCode, problem: &Problem) -> Response {
    let response = page::problem(server, problem).respond(status, &Policy::default());
    refused(problem.class(), response)
}

fn refused(class: &'static str, mut response: Response) -> Response {
    response.extensions_mut().insert(RefusedAs(class));
    response
}

fn too_many(server: &AuthorizationServer, wait: std::time::Duration) -> Response {
    let mut response = problem(server, StatusCode::TOO_MANY_REQUESTS, &Problem::TooMany);
    let seconds = HeaderValue::from(wait.as_secs().max(1));
    response.headers_mut().insert(header::RETRY_AFTER, seconds);
    response
}

fn unavailable(server: &AuthorizationServer, source: &(dyn std::error::Error + Send + Sync + 'static)) -> Response {
    tracing::error!(
        error = source as &dyn std::error::Error,
        "the approval page cannot be shown"
    );
    not_now(server)
}

fn not_now(server: &AuthorizationServer) -> Response {
    let mut response = problem(server, StatusCode::SERVICE_UNAVAILABLE, &Problem::Unavailable);
    response
        .headers_mut()
        .insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
    response
}

impl From<OAuthError> for Stop {
    fn from(error: OAuthError) -> Self {
        match error {
            OAuthError::TooMany(wait) => Self::TooMany(wait),
            OAuthError::NotNow => Self::NotNow,
            OAuthError::Unavailable(source) => Self::Unavailable(source),
            OAuthError::InvalidRequest(_)
            | OAuthError::InvalidClient(_)
            | OAuthError::InvalidGrant(_)
            | OAuthError::InvalidScope(_)
            | OAuthError::InvalidTarget(_)
            | OAuthError::UnsupportedGrantType(_)
            | OAuthError::Full
            | OAuthError::Registration(..) => Self::Problem(StatusCode::BAD_REQUEST, Problem::Form),
        }
    }
}

impl From<latchstring_access::StoreError> for Stop {
    fn from(error: latchstring_access::StoreError) -> Self {
        Self::Unavailable(error.into())
    }
}
