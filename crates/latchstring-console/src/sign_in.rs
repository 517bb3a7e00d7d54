//! How people come in: the seam, and what its implementations are given.

mod claims;
pub(crate) mod demo;
pub(crate) mod host_token;
pub(crate) mod oidc;

pub use claims::Manages;

use async_trait::async_trait;
use axum::{
    Form, Router,
    extract::{State, rejection::FormRejection},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
    routing::post,
};
use chrono::{DateTime, TimeDelta, Utc};
use latchstring_access::{Access, Person, Tenant, TenantStatus};
use latchstring_pages::{Frames, is_own_form};
use maud::{Markup, html};
use serde::Deserialize;

use crate::{
    ACCESS, Console, Permission, Visitor,
    error::ConsoleError,
    frame,
    session::{self, Jar},
    words,
};

/// How people come in. The app knows who they are, and for which of its tenants they may speak.
#[async_trait]
pub trait SignIn: Send + Sync + 'static {
    /// The pages and redirects of signing in, below `/access/sign-in`; who comes without a session is sent to its root.
    /// When it knows who it is, it calls [`Desk::admit`].
    fn router(&self, desk: Desk) -> Router;

    /// How long a session lasts. What the app says of a person may change meanwhile, so keep it short.
    fn lifetime(&self) -> TimeDelta {
        TimeDelta::hours(1)
    }

    /// Whether the access page is shown in a frame of the app. Cookies are kept accordingly.
    fn is_framed(&self) -> bool {
        false
    }

    /// Who may frame the pages of this tenant.
    fn frames(&self, tenant: &Tenant) -> Frames {
        let _ = tenant;
        Frames::Nobody
    }

    /// Who may frame what is shown where no tenant is known, and holds nothing of one: [`Desk::page`], errors, and that one
    /// has signed out.
    fn frames_of_anybody(&self) -> Frames {
        Frames::Nobody
    }
}

/// What a sign-in works with: the tenants, a page to ask on, and the way in.
#[derive(Clone)]
pub struct Desk(Console);

impl Desk {
    pub(crate) fn new(console: Console) -> Self {
        Self(console)
    }

    /// Who may do what.
    pub fn access(&self) -> &Access {
        self.0.access()
    }

    /// The product's name, for people.
    pub fn title(&self) -> &str {
        self.0.title()
    }

    /// What a tenant is called, such as `store`.
    pub fn tenant_noun(&self) -> &str {
        self.0.tenant_noun()
    }

    /// The address of a path below `/access/sign-in`.
    pub fn url(&self, path: &str) -> String {
        format!("{}{ACCESS}/sign-in{path}", self.0.origin())
    }

    /// Whether a form was sent from one of our own pages. Ask before you believe one.
    pub fn is_own_form(&self, headers: &HeaderMap) -> bool {
        is_own_form(headers, &self.0.origin())
    }

    /// A page in the middle, where nobody is signed in. [`SignIn::frames_of_anybody`] says who may frame it.
    pub fn page(&self, title: &str, main: Markup, status: StatusCode) -> Response {
        let frames = self.0.sign_in().frames_of_anybody();
        frame::alone(&self.0, title, main).respond(status, &frame::policy(frames))
    }

    /// The tenant with this host key, if it is installed.
    ///
    /// # Errors
    /// When the store cannot be asked.
    pub async fn tenant(&self, host_key: &str) -> Result<Option<Tenant>, latchstring_access::StoreError> {
        let found = self.access().find_tenants(host_key).await?;
        Ok(found
            .into_iter()
            .find(|tenant| tenant.host_key == host_key && tenant.status == TenantStatus::Active))
    }

    /// Lets a person in to the access page of a tenant.
    ///
    /// # Errors
    /// When the store cannot be asked.
    pub async fn admit(
        &self,
        tenant: &Tenant,
        person: Person,
        may: Permission,
    ) -> Result<Response, latchstring_access::StoreError> {
        let now = self.access().now().await?;
        let visitor = Visitor {
            person,
            connector: tenant.connector.clone(),
            installed_at: tenant.installed_at,
            session_generation: tenant.session_generation,
            may,
            until: now + self.0.sign_in().lifetime(),
        };
        Ok(self.0.enter(ACCESS, &visitor, now))
    }
}

impl Console {
    /// To a place on the access page, in a session of this visitor's.
    pub(crate) fn enter(&self, place: &str, visitor: &Visitor, now: DateTime<Utc>) -> Response {
        let mut response = Redirect::to(place).into_response();
        let cookie =
            session::seal(self.access(), visitor).and_then(|value| self.jar().put(&value, visitor.until - now));
        if let Some(cookie) = cookie {
            response.headers_mut().insert(header::SET_COOKIE, cookie);
        }
        response
    }

    pub(crate) fn jar(&self) -> Jar {
        Jar {
            is_https: self.is_https(),
            is_framed: self.sign_in().is_framed(),
        }
    }
}

/// A request of a person who is signed in, and the tenant it is about.
pub(crate) struct Signed {
    pub(crate) visitor: Visitor,
    pub(crate) tenant: Tenant,
    pub(crate) now: DateTime<Utc>,
}

impl Signed {
    /// Who asks to see something.
    pub(crate) async fn looking(console: &Console, headers: &HeaderMap) -> Result<Self, ConsoleError> {
        let now = console.access().now().await?;
        let cookie = console.jar().find(headers);
        let visitor = cookie
            .and_then(|cookie| session::open(console.access(), cookie, now))
            .ok_or(ConsoleError::SignedOut)?;
        let tenant = console.access().find_connector(&visitor.connector).await?;
        let tenant = tenant
            .filter(|tenant| visitor.is_of(tenant))
            .ok_or(ConsoleError::SignedOut)?;
        Ok(Self { visitor, tenant, now })
    }

    /// Who asks to change something, by a form of ours, and the form.
    pub(crate) async fn changing<T: Sent>(
        console: &Console,
        headers: &HeaderMap,
        form: Result<Form<T>, FormRejection>,
    ) -> Result<(Self, T), ConsoleError> {
        if !is_own_form(headers, &console.origin()) {
            return Err(ConsoleError::CrossSite);
        }
        // Not to the sign-in, from where the person would come back without a word that nothing was done.
        let signed = Self::looking(console, headers).await.map_err(|error| match error {
            ConsoleError::SignedOut => ConsoleError::SignedOutMeanwhile,
            error => error,
        })?;
        if !signed.may_manage() {
            return Err(ConsoleError::NotAllowed);
        }
        let Form(form) = form.map_err(|_| ConsoleError::Form)?;
        // In another tab the same browser may have signed in to another tenant since the form was shown.
        if form.whose() != signed.tenant.connector.as_str() {
            return Err(ConsoleError::OtherTenant);
        }
        Ok((signed, form))
    }

    /// The field that says whose data a form is about.
    pub(crate) fn field(&self) -> Markup {
        html! { input type="hidden" name="whose" value=(self.tenant.connector); }
    }

    pub(crate) fn may_manage(&self) -> bool {
        self.visitor.may == Permission::Manage
    }
}

/// A form that changes something says whose data it was shown for.
pub(crate) trait Sent {
    /// What its [`Signed::field`] said.
    fn whose(&self) -> &str;
}

/// One that says nothing else.
#[derive(Deserialize)]
pub(crate) struct Whose {
    whose: String,
}

impl Sent for Whose {
    fn whose(&self) -> &str {
        &self.whose
    }
}

pub(crate) fn router() -> Router<Console> {
    Router::new().route(&format!("{ACCESS}/sign-out"), post(sign_out))
}

async fn sign_out(State(console): State<Console>, headers: HeaderMap) -> Result<Response, ConsoleError> {
    if !is_own_form(&headers, &console.origin()) {
        return Err(ConsoleError::CrossSite);
    }
    let main = html! {
        div.intro { h1 { (words::SIGNED_OUT) } }
        div.actions { a.button href=(ACCESS) { (words::SIGN_IN_AGAIN) } }
    };
    // Not straight to the sign-in, which may let the person in again without asking.
    let mut response = Desk::new(console.clone()).page(words::SIGNED_OUT, main, StatusCode::OK);
    // What the browser kept of our pages, to go back to. Not `cookies` or `storage`: those would take what the app keeps under
    // the same host or domain, and our own cookie is taken back below.
    let clear = HeaderName::from_static("clear-site-data");
    response
        .headers_mut()
        .insert(clear, HeaderValue::from_static("\"cache\""));
    if let Some(cookie) = console.jar().clear() {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    Ok(response)
}
