//! A sign-in with the app itself, where it is an OAuth 2 or OIDC provider: the code flow, with state and PKCE.
//!
//! Who the person is, and for whom they may speak, is read from the provider's user information, with a token that the
//! provider gave to us and to nobody else. An ID token is not asked for and not read. What is between the first step and
//! the last is kept nowhere: it comes back through the browser.

mod allowance;
mod choice;
mod flow;
mod provider;

use std::sync::Arc;

use axum::{
    Form, Router,
    extract::{Query, State, rejection::FormRejection, rejection::QueryRejection},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use latchstring_access::{Person, Secret, StoreError, Tenant};
use latchstring_pages::{Icon, Kind, Option_, Policy, notice, options, protect};
use maud::html;
use serde::Deserialize;
use url::Url;

use super::{
    Desk, SignIn,
    claims::{Claims, Manages},
};
use crate::{ACCESS, Permission, error::ConsoleError, words};
use allowance::{Allowance, Spent};
use choice::Choice;
use flow::Flow;
use provider::{Provider, ProviderError};

/// How many of a person's tenants are looked up.
const MAX_TENANTS: usize = 100;

/// The longest code that is passed on, in bytes.
const MAX_CODE: usize = 4 * 1024;

/// People sign in with the app, by OAuth 2 or OIDC.
///
/// Who comes without a session is sent to the app with a state and a PKCE challenge, and comes back to
/// `<public address>/access/sign-in/callback`, which has to be registered with the app as a redirect address. They have
/// ten minutes. Then the app is asked twice, for a token and for the user information; each answer may take 10 seconds
/// and have 64 KiB, and a redirect is not followed. Who may speak for several tenants chooses one; the first 100 that
/// the app names are looked up. A server asks about 10 people at once, and about 100 in a minute.
///
/// ```
/// use latchstring_access::Secret;
/// use latchstring_console::{Manages, OidcSettings, OidcSignIn};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let sign_in = OidcSignIn::new(OidcSettings {
///     authorize_url: "https://app.example/oauth/authorize".parse()?,
///     token_url: "https://app.example/oauth/token".parse()?,
///     userinfo_url: "https://app.example/oauth/userinfo".parse()?,
///     client_id: "access-page".to_owned(),
///     client_secret: Some(Secret::new("the secret of this client")),
///     scopes: vec!["openid".to_owned(), "profile".to_owned(), "stores".to_owned()],
///     tenant_claim: "stores".to_owned(),
///     manages: Manages::Role {
///         claim: "roles".to_owned(),
///         value: "admin".to_owned(),
///     },
///     sub_claim: "sub".to_owned(),
///     name_claim: "name".to_owned(),
/// })?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct OidcSignIn(Arc<Rules>);

/// Where the app is, and what it says of a person.
///
/// The addresses are the operator's own and trusted. Each begins with `https`, or is on the own machine.
#[derive(Debug)]
pub struct OidcSettings {
    /// Where people sign in.
    pub authorize_url: Url,
    /// Where a code is exchanged for a token.
    pub token_url: Url,
    /// Where the token tells who it is for.
    pub userinfo_url: Url,
    /// By which id the app knows us.
    pub client_id: String,
    /// What we prove it with (`client_secret_basic`), if the app gave us a secret.
    pub client_secret: Option<Secret>,
    /// What is asked for, such as `openid` and `profile`.
    pub scopes: Vec<String>,
    /// The claim with the host keys of the tenants that the person may speak for: text, or a list of texts.
    pub tenant_claim: String,
    /// Who may make and revoke.
    pub manages: Manages,
    /// The claim with the app's id of the person, such as `sub`: text, or a whole number.
    pub sub_claim: String,
    /// The claim with the name to show, such as `name`. Who has none is shown by id.
    pub name_claim: String,
}

/// Why settings make no sign-in.
#[derive(Debug, thiserror::Error)]
pub enum OidcSettingsError {
    /// An address is not one for secrets.
    #[error("`{0}` is not an address to sign in at; write https, without user, password and fragment")]
    Url(Url),
    /// A name is empty.
    #[error("`{0}` is empty; write what the app calls it")]
    Empty(&'static str),
    /// The HTTPS client could not be made.
    #[error("no HTTPS client could be made to ask the app who signs in; are certificate authorities installed?")]
    Client(#[source] reqwest::Error),
}

struct Rules {
    provider: Provider,
    allowance: Allowance,
    tenant_claim: String,
    manages: Manages,
    sub_claim: String,
    name_claim: String,
}

impl OidcSignIn {
    /// A sign-in by these settings. Asks nobody yet.
    ///
    /// # Errors
    /// When a secret would leave this machine unprotected, or nobody could ever sign in.
    pub fn new(settings: OidcSettings) -> Result<Self, OidcSettingsError> {
        let named = [
            ("client_id", &settings.client_id),
            ("tenant_claim", &settings.tenant_claim),
            ("sub_claim", &settings.sub_claim),
            ("name_claim", &settings.name_claim),
        ];
        if let Some((name, _)) = named.into_iter().find(|(_, value)| value.is_empty()) {
            return Err(OidcSettingsError::Empty(name));
        }
        Ok(Self(Arc::new(Rules {
            provider: Provider::new(&settings)?,
            allowance: Allowance::new(),
            tenant_claim: settings.tenant_claim,
            manages: settings.manages,
            sub_claim: settings.sub_claim,
            name_claim: settings.name_claim,
        })))
    }
}

impl SignIn for OidcSignIn {
    fn router(&self, desk: Desk) -> Router {
        let door = Door {
            desk,
            rules: Arc::clone(&self.0),
        };
        Router::new()
            .route("/", get(begin))
            .route("/callback", get(come_back))
            .route("/choose", post(choose))
            .with_state(door)
    }
}

#[derive(Clone)]
struct Door {
    desk: Desk,
    rules: Arc<Rules>,
}

/// What the app sends people back with.
#[derive(Deserialize)]
struct Back {
    state: Option<String>,
    code: Option<String>,
    error: Option<String>,
}

#[derive(Deserialize)]
struct Chosen {
    choice: String,
    tenant: String,
}

/// A person, as the app describes them.
struct Described {
    person: Person,
    may: Permission,
    /// The tenants that the app is installed for, of those that it named.
    tenants: Vec<Tenant>,
    /// Whether it named more than are looked up.
    is_cut: bool,
}

/// Why somebody stays outside. Nobody is signed in, and nothing was changed.
enum Outside {
    /// A script or a picture asked, and not a person who opened the page.
    NotOpened,
    /// It did not begin in this browser, took too long, or is over.
    NotBegun,
    /// They, or the app, said no.
    Denied,
    /// The app cannot, or what it says cannot be used. It was logged.
    Failed,
    /// The app was asked about too many.
    TooMany(Spent),
    /// They speak for no tenant that we know.
    NoTenant,
    /// As everywhere.
    Console(ConsoleError),
}

impl From<ConsoleError> for Outside {
    fn from(error: ConsoleError) -> Self {
        Self::Console(error)
    }
}

impl From<StoreError> for Outside {
    fn from(error: StoreError) -> Self {
        Self::Console(error.into())
    }
}

impl From<Spent> for Outside {
    fn from(spent: Spent) -> Self {
        tracing::warn!(reason = ?spent, "the app was not asked who signs in: too many sign-ins");
        Self::TooMany(spent)
    }
}

impl From<ProviderError> for Outside {
    fn from(error: ProviderError) -> Self {
        tracing::warn!(
            error = &error as &dyn std::error::Error,
            "the app could not be asked who signs in"
        );
        Self::Failed
    }
}

async fn begin(State(door): State<Door>, headers: HeaderMap) -> Result<Response, ConsoleError> {
    // Each beginning ends the one before it, so a page that asks behind its person's back begins nothing. Browsers say which
    // it is.
    let mode = headers.get("sec-fetch-mode");
    if mode.is_some_and(|mode| mode != "navigate") {
        return Ok(door.turn_away(Outside::NotOpened));
    }
    let access = door.desk.access();
    let flow = Flow::begin(access.now().await?);
    let url = door.rules.provider.authorize_url(&flow, access, door.callback());
    let mut response = Redirect::to(url.as_str()).into_response();
    let headers = response.headers_mut();
    protect(headers, &Policy::default(), false);
    if let Some(cookie) = flow.cookie(door.is_https()) {
        headers.insert(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

async fn come_back(
    State(door): State<Door>,
    headers: HeaderMap,
    back: Result<Query<Back>, QueryRejection>,
) -> Response {
    let answer = match back {
        Ok(Query(back)) => door.receive(&headers, back).await,
        Err(_) => Err(Outside::NotBegun),
    };
    answer.unwrap_or_else(|outside| door.turn_away(outside))
}

async fn choose(State(door): State<Door>, headers: HeaderMap, form: Result<Form<Chosen>, FormRejection>) -> Response {
    let answer = match form {
        Ok(Form(chosen)) => door.let_choose(&headers, &chosen).await,
        Err(_) => Err(ConsoleError::Form.into()),
    };
    answer.unwrap_or_else(|outside| door.turn_away(outside))
}

impl Door {
    fn callback(&self) -> String {
        self.desk.url("/callback")
    }

    fn is_https(&self) -> bool {
        self.desk.0.is_https()
    }

    async fn receive(&self, headers: &HeaderMap, back: Back) -> Result<Response, Outside> {
        // It changes nothing, so it does not matter who says it.
        if let Some(error) = back.error {
            return Err(Self::explain(&error));
        }
        let access = self.desk.access();
        let now = access.now().await?;
        let (Some(flow), Some(state), Some(code)) = (Flow::find(headers, self.is_https(), now), back.state, back.code)
        else {
            return Err(Outside::NotBegun);
        };
        if !flow.has_state(access, &state) || code.len() > MAX_CODE {
            return Err(Outside::NotBegun);
        }
        // Before the sign-in is spent, so that the person may come back with it.
        let _permit = self.rules.allowance.take(now)?;
        if !flow.spend(access, "sign-in").await? {
            return Err(Outside::NotBegun);
        }
        let claims = self
            .rules
            .provider
            .identify(code, flow.verifier(access), self.callback())
            .await?;
        let described = self.describe(&claims).await?;
        match described.tenants.as_slice() {
            [] => Err(Outside::NoTenant),
            [only] => self.admit(only, described.person, described.may).await,
            [_, ..] => Ok(self.ask(&flow, &described)),
        }
    }

    /// What the app said instead of sending a code. Only what the standard defines is repeated to the log.
    fn explain(error: &str) -> Outside {
        let known = [
            "invalid_request",
            "unauthorized_client",
            "unsupported_response_type",
            "invalid_scope",
            "server_error",
            "temporarily_unavailable",
        ];
        match known.into_iter().find(|known| *known == error) {
            _ if error == "access_denied" => Outside::Denied,
            Some(known) => {
                tracing::warn!(error = known, "the app refused to sign somebody in");
                Outside::Failed
            }
            None => {
                tracing::info!("the app refused to sign somebody in, for a reason of its own");
                Outside::Failed
            }
        }
    }

    async fn describe(&self, claims: &Claims) -> Result<Described, Outside> {
        let rules = &self.rules;
        let Some(person) = claims.person(&rules.sub_claim, &rules.name_claim) else {
            tracing::warn!(
                claim = rules.sub_claim,
                "the app does not say who signs in: the claim is not there, or of another type"
            );
            return Err(Outside::Failed);
        };
        let named = claims.texts(&rules.tenant_claim);
        if named.is_empty() {
            tracing::info!(claim = rules.tenant_claim, "the app names no tenant for who signs in");
        }
        let mut tenants: Vec<Tenant> = Vec::new();
        for host_key in named.iter().take(MAX_TENANTS) {
            let is_new = tenants.iter().all(|tenant| tenant.host_key != *host_key);
            if is_new {
                tenants.extend(self.desk.tenant(host_key).await?);
            }
        }
        Ok(Described {
            person,
            may: rules.manages.permission(claims),
            tenants,
            is_cut: named.len() > MAX_TENANTS,
        })
    }

    fn ask(&self, flow: &Flow, described: &Described) -> Response {
        let Described {
            person,
            may,
            tenants,
            is_cut,
        } = described;
        let choice = Choice::new(person, *may, tenants).seal(self.desk.access(), flow);
        let noun = self.desk.tenant_noun();
        let tenants: Vec<Option_> = tenants
            .iter()
            .map(|tenant| Option_ {
                value: tenant.host_key.clone(),
                name: tenant.name.clone(),
                hint: Some(tenant.host_key.clone()),
            })
            .collect();
        let first = tenants.first().map(|tenant| tenant.value.clone()).unwrap_or_default();
        let title = words::choose_title(noun);
        let main = html! {
            div.intro { h1 { (title) } p { (words::choose_intro(noun, person.name())) } }
            @if *is_cut {
                (notice(Kind::Warn, Icon::Warn, &html! { p { (words::choose_cut(noun, MAX_TENANTS)) } }))
            }
            form.stack method="post" action={ (ACCESS) "/sign-in/choose" } {
                input type="hidden" name="choice" value=(choice);
                fieldset { legend { (words::capitalized(noun)) } (options("tenant", &first, &tenants)) }
                div.actions { button.primary { (words::SIGN_IN) } }
            }
        };
        self.desk.page(&title, main, StatusCode::OK)
    }

    async fn let_choose(&self, headers: &HeaderMap, chosen: &Chosen) -> Result<Response, Outside> {
        if !self.desk.is_own_form(headers) {
            return Err(ConsoleError::CrossSite.into());
        }
        let access = self.desk.access();
        let now = access.now().await?;
        let flow = Flow::find(headers, self.is_https(), now).ok_or(Outside::NotBegun)?;
        let choice = Choice::open(access, &flow, &chosen.choice).ok_or(ConsoleError::Form)?;
        if !choice.offers(&chosen.tenant) {
            return Err(ConsoleError::Form.into());
        }
        if !flow.spend(access, "sign-in choice").await? {
            return Err(Outside::NotBegun);
        }
        let tenant = self.desk.tenant(&chosen.tenant).await?.ok_or(Outside::NoTenant)?;
        if !choice.holds(&tenant) {
            return Err(Outside::NotBegun);
        }
        let may = choice.may();
        self.admit(&tenant, choice.into_person(), may).await
    }

    async fn admit(&self, tenant: &Tenant, person: Person, may: Permission) -> Result<Response, Outside> {
        let mut response = self.desk.admit(tenant, person, may).await?;
        let headers = response.headers_mut();
        protect(headers, &Policy::default(), false);
        if let Some(cookie) = Flow::clear(self.is_https()) {
            headers.append(header::SET_COOKIE, cookie);
        }
        Ok(response)
    }

    fn turn_away(&self, outside: Outside) -> Response {
        let noun = self.desk.tenant_noun();
        let again_in = if let Outside::TooMany(spent) = &outside {
            Some(spent.seconds())
        } else {
            None
        };
        let (status, heading, text) = match outside {
            Outside::NotOpened => (
                StatusCode::UNAUTHORIZED,
                words::NOT_SIGNED_IN,
                words::SIGN_IN_NOT_OPENED.to_owned(),
            ),
            Outside::NotBegun => (
                StatusCode::BAD_REQUEST,
                words::SIGN_IN_AGAIN,
                words::SIGN_IN_NOT_BEGUN.to_owned(),
            ),
            Outside::Denied => (
                StatusCode::FORBIDDEN,
                words::NOT_SIGNED_IN,
                words::SIGN_IN_DENIED.to_owned(),
            ),
            Outside::Failed => (
                StatusCode::BAD_GATEWAY,
                words::NOT_SIGNED_IN,
                words::SIGN_IN_FAILED.to_owned(),
            ),
            Outside::TooMany(spent) => (
                match spent {
                    Spent::AtOnce => StatusCode::SERVICE_UNAVAILABLE,
                    Spent::ThisMinute(_) => StatusCode::TOO_MANY_REQUESTS,
                },
                words::NOT_SIGNED_IN,
                words::TOO_MANY_SIGN_INS.to_owned(),
            ),
            Outside::NoTenant => (
                StatusCode::FORBIDDEN,
                words::NOTHING_FOR_YOU,
                words::speaks_for_none(noun),
            ),
            Outside::Console(error) => return error.into_response(),
        };
        let main = html! {
            div.intro { h1 { (heading) } }
            div role="alert" { (notice(Kind::Warn, Icon::Warn, &html! { p { (text) } })) }
            div.actions { a.button.primary href={ (ACCESS) "/sign-in" } { (words::SIGN_IN) } }
        };
        let mut response = self.desk.page(heading, main, status);
        if let Some(seconds) = again_in {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
