//! A sign-in without a password, for a server that only its own machine reaches.

use std::net::SocketAddr;

use axum::{
    Form, Router,
    extract::{ConnectInfo, State, rejection::FormRejection},
    http::{StatusCode, request::Parts},
    response::Response,
    routing::get,
};
use latchstring_access::{Person, TenantStatus};
use latchstring_pages::{Icon, Kind, Option_, notice, options};
use maud::html;
use serde::Deserialize;

use super::{Desk, SignIn};
use crate::{ACCESS, Permission, error::ConsoleError, words};

/// Lets whoever sits at the machine be one of two people at any of its tenants. It answers nobody who comes from
/// another machine.
pub struct DemoSignIn;

impl SignIn for DemoSignIn {
    fn router(&self, desk: Desk) -> Router {
        Router::new().route("/", get(ask).post(enter)).with_state(desk)
    }
}

/// Who one can be.
const PEOPLE: [(&str, &str, Permission); 2] = [
    ("demo-owner", "Nora Lindqvist", Permission::Manage),
    ("demo-staff", "Tomás Herrera", Permission::Look),
];

#[derive(Deserialize)]
struct Choice {
    tenant: String,
    person: String,
}

fn is_from_here(parts: &Parts) -> Result<(), ConsoleError> {
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
    let is_loopback = peer.is_some_and(|ConnectInfo(peer)| peer.ip().to_canonical().is_loopback());
    if is_loopback {
        Ok(())
    } else {
        Err(ConsoleError::NotHere)
    }
}

async fn ask(State(desk): State<Desk>, parts: Parts) -> Result<Response, ConsoleError> {
    is_from_here(&parts)?;
    let tenants = desk.access().list_tenants().await?;
    let tenants: Vec<Option_> = tenants
        .into_iter()
        .filter(|tenant| tenant.status == TenantStatus::Active)
        .map(|tenant| Option_ {
            value: tenant.host_key,
            name: tenant.name,
            hint: None,
        })
        .collect();
    let people = PEOPLE.map(|(sub, name, may)| Option_ {
        value: sub.to_owned(),
        name: name.to_owned(),
        hint: Some(words::permission(may).to_owned()),
    });
    let first = tenants.first().map(|tenant| tenant.value.clone()).unwrap_or_default();
    let main = html! {
        div.intro { h1 { (words::SIGN_IN) } p { (words::DEMO_SIGN_IN) } }
        @if tenants.is_empty() {
            (notice(Kind::Warn, Icon::Warn, &html! { p { (words::no_tenants(desk.tenant_noun())) } }))
        } @else {
            form.stack method="post" action={ (ACCESS) "/sign-in" } {
                fieldset { legend { (words::capitalized(desk.tenant_noun())) } (options("tenant", &first, &tenants)) }
                fieldset { legend { (words::PERSON) } (options("person", PEOPLE[0].0, &people)) }
                div.actions { button.primary { (words::SIGN_IN) } }
            }
        }
    };
    Ok(desk.page(words::SIGN_IN, main, StatusCode::OK))
}

async fn enter(
    State(desk): State<Desk>,
    parts: Parts,
    form: Result<Form<Choice>, FormRejection>,
) -> Result<Response, ConsoleError> {
    is_from_here(&parts)?;
    if !desk.is_own_form(&parts.headers) {
        return Err(ConsoleError::CrossSite);
    }
    let Form(choice) = form.map_err(|_| ConsoleError::Form)?;
    let tenant = desk.tenant(&choice.tenant).await?.ok_or(ConsoleError::SignedOut)?;
    let (sub, name, may) = PEOPLE
        .into_iter()
        .find(|(sub, ..)| *sub == choice.person)
        .ok_or(ConsoleError::Form)?;
    Ok(desk.admit(&tenant, Person::new(sub, name), may).await?)
}
