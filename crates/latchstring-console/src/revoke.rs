//! Revoking one, and revoking all. First the question, then the deed; what is shown afterwards is what the store says.

use axum::{
    Form, Router,
    extract::{
        Query, State,
        rejection::{FormRejection, QueryRejection},
    },
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use latchstring_access::StoreError;
use latchstring_core::GrantId;
use latchstring_pages::{Icon, ago, back, host, icon, scope_badge};
use maud::{Markup, html};
use serde::Deserialize;

use crate::{
    ACCESS, Console,
    error::ConsoleError,
    frame,
    home::{Lists, label},
    sign_in::{Sent, Signed},
    words,
};

pub(crate) fn router() -> Router<Console> {
    Router::new()
        .route(&format!("{ACCESS}/revoke"), get(ask).post(revoke))
        .route(&format!("{ACCESS}/revoke-all"), get(ask_all).post(revoke_all))
}

#[derive(Deserialize)]
struct Which {
    grant: GrantId,
}

#[derive(Deserialize)]
struct Meant {
    grant: GrantId,
    whose: String,
}

impl Sent for Meant {
    fn whose(&self) -> &str {
        &self.whose
    }
}

async fn ask(
    State(console): State<Console>,
    headers: HeaderMap,
    which: Result<Query<Which>, QueryRejection>,
) -> Result<Response, ConsoleError> {
    let signed = Signed::looking(&console, &headers).await?;
    if !signed.may_manage() {
        return Err(ConsoleError::NotAllowed);
    }
    let Query(Which { grant }) = which.map_err(|_| ConsoleError::NotFound)?;
    let lists = Lists::read(&console, &signed.tenant).await?;
    let used = |at: Option<_>| at.map_or_else(|| html! { (words::NEVER) }, |at| ago(at, signed.now));
    let key = lists.live_keys(signed.now).find(|key| key.grant == grant);
    let app = lists.live_apps().find(|app| app.grant == grant);
    let (title, main) = if let Some(key) = key {
        let facts = html! {
            dt { (words::KEY) } dd { code dir="ltr" { (key.hint) } }
            dt { (words::ACCESS) } dd { (scope_badge(key.scope)) }
            dt { (words::LAST_USED) } dd { (used(key.last_used_at)) }
        };
        let buttons = (words::REVOKE_KEY, words::NO_WAY_BACK_KEY);
        (
            words::REVOKE_A_KEY,
            question(&console, &signed, grant, label(key), buttons, &facts),
        )
    } else if let Some(app) = app {
        let facts = html! {
            dt { (words::APP) } dd { (host(app.app.host.as_deref())) }
            dt { (words::ACCESS) } dd { (scope_badge(app.scope)) }
            dt { (words::LAST_USED) } dd { (used(app.last_used_at)) }
        };
        let buttons = (words::REVOKE_APP, words::NO_WAY_BACK_APP);
        (
            words::REVOKE_AN_APP,
            question(&console, &signed, grant, &app.app.name, buttons, &facts),
        )
    } else {
        return Err(ConsoleError::NotFound);
    };
    Ok(frame::narrow(&console, &signed, title, main, StatusCode::OK))
}

fn question(
    console: &Console,
    signed: &Signed,
    grant: GrantId,
    name: &str,
    (button, no_way_back): (&str, &str),
    facts: &Markup,
) -> Markup {
    html! {
        (back(ACCESS, console.page_title()))
        form.stack method="post" action={ (ACCESS) "/revoke" } data-question {
            div.intro { h1 #question { (words::revoke_question(name)) } }
            div.stack #consequence { p { (words::CONSEQUENCE) } p { (no_way_back) } }
            dl.facts { (facts) }
            input type="hidden" name="grant" value=(grant);
            (signed.field())
            div.actions {
                button.primary.danger { (button) }
                a.button href=(ACCESS) data-cancel autofocus { (words::CANCEL) }
            }
        }
    }
}

async fn revoke(
    State(console): State<Console>,
    headers: HeaderMap,
    form: Result<Form<Meant>, FormRejection>,
) -> Result<Response, ConsoleError> {
    let (signed, Meant { grant, .. }) = Signed::changing(&console, &headers, form).await?;
    let (access, tenant, by) = (console.access(), signed.tenant.id, &signed.visitor.person);
    match access.revoke_key(tenant, grant, by).await {
        Err(StoreError::NotFound(_)) => access.revoke_app(tenant, grant, by).await?,
        answer => answer?,
    };
    Ok(Redirect::to(&format!("{ACCESS}?revoked={grant}#{grant}")).into_response())
}

async fn ask_all(State(console): State<Console>, headers: HeaderMap) -> Result<Response, ConsoleError> {
    let signed = Signed::looking(&console, &headers).await?;
    if !signed.may_manage() {
        return Err(ConsoleError::NotAllowed);
    }
    let lists = Lists::read(&console, &signed.tenant).await?;
    let main = question_all(&console, &signed, &lists, None);
    Ok(frame::narrow(
        &console,
        &signed,
        words::REVOKE_ALL_QUESTION,
        main,
        StatusCode::OK,
    ))
}

/// `typed` is a name that was not the right one.
fn question_all(console: &Console, signed: &Signed, lists: &Lists, typed: Option<&str>) -> Markup {
    let (keys, apps) = (lists.live_keys(signed.now).count(), lists.live_apps().count());
    let described = if typed.is_some() {
        "name-hint name-error"
    } else {
        "name-hint"
    };
    html! {
        (back(ACCESS, console.page_title()))
        form.stack method="post" action={ (ACCESS) "/revoke-all" } data-question {
            div.intro { h1 #question { (words::REVOKE_ALL_QUESTION) } }
            div.stack #consequence { (words::revoke_all_consequence(keys, apps, &signed.tenant.name)) }
            div.field {
                label for="name" { (words::type_name(console.tenant_noun())) }
                p.hint #name-hint { bdi { (signed.tenant.name) } }
                @if typed.is_some() {
                    p.error #name-error role="alert" { (icon(Icon::Warn)) span { (words::NAME_DIFFERS) } }
                }
                input #name type="text" name="name" required autocomplete="off" autocapitalize="off" spellcheck="false"
                    aria-describedby=(described) aria-invalid=[typed.map(|_| "true")] value=[typed] autofocus;
            }
            (signed.field())
            div.actions {
                button.primary.danger { (words::REVOKE_EVERYTHING) }
                a.button href=(ACCESS) data-cancel { (words::CANCEL) }
            }
        }
    }
}

#[derive(Deserialize)]
struct Confirmed {
    name: String,
    whose: String,
}

impl Sent for Confirmed {
    fn whose(&self) -> &str {
        &self.whose
    }
}

async fn revoke_all(
    State(console): State<Console>,
    headers: HeaderMap,
    form: Result<Form<Confirmed>, FormRejection>,
) -> Result<Response, ConsoleError> {
    let (signed, Confirmed { name, .. }) = Signed::changing(&console, &headers, form).await?;
    if name.trim() != signed.tenant.name {
        let lists = Lists::read(&console, &signed.tenant).await?;
        let main = question_all(&console, &signed, &lists, Some(&name));
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(frame::narrow(
            &console,
            &signed,
            words::REVOKE_ALL_QUESTION,
            main,
            status,
        ));
    }
    let mut visitor = signed.visitor;
    let session = Some(visitor.session_generation);
    let all = console
        .access()
        .revoke_all(signed.tenant.id, &visitor.person, session)
        .await?;
    // Everybody's sessions ended with it. Whoever did it goes on in the one that this began, for as long as theirs had.
    visitor.session_generation = all.session_generation;
    Ok(console.enter(&format!("{ACCESS}?done=revoked-all"), &visitor, signed.now))
}
