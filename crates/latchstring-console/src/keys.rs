//! Making a key: its text is shown on the one page that answers the form, and never again.

use axum::{
    Form, Router,
    extract::{State, rejection::FormRejection},
    http::{HeaderMap, StatusCode},
    response::Response,
    routing::get,
};
use chrono::{DateTime, TimeDelta, Utc};
use latchstring_access::{KeySummary, NewKey, Secret};
use latchstring_core::Scope;
use latchstring_pages::{Icon, Kind, Option_, back, copy, date, icon, notice, options};
use maud::{Markup, PreEscaped, html};
use serde::Deserialize;

use crate::{
    ACCESS, Console,
    error::ConsoleError,
    frame,
    home::label,
    once::{self, Once},
    sign_in::{Sent, Signed},
    words,
};

mod snippets;

/// The lives one can choose for a key, in days.
const DAYS: [u16; 4] = [7, 30, 90, 365];

pub(crate) fn router() -> Router<Console> {
    Router::new().route(&format!("{ACCESS}/keys/new"), get(ask).post(create))
}

#[derive(Debug, Deserialize)]
struct Asked {
    label: String,
    scope: Scope,
    /// In how many days it expires; empty for never.
    expires: String,
    once: String,
    whose: String,
}

impl Sent for Asked {
    fn whose(&self) -> &str {
        &self.whose
    }
}

async fn ask(State(console): State<Console>, headers: HeaderMap) -> Result<Response, ConsoleError> {
    let signed = Signed::looking(&console, &headers).await?;
    if !signed.may_manage() {
        return Err(ConsoleError::NotAllowed);
    }
    let asked = Asked {
        label: String::new(),
        scope: Scope::Read,
        expires: String::new(),
        once: once::new(),
        whose: String::new(),
    };
    let main = form(&console, &signed, &asked, None);
    Ok(frame::narrow(
        &console,
        &signed,
        words::CREATE_A_KEY,
        main,
        StatusCode::OK,
    ))
}

async fn create(
    State(console): State<Console>,
    headers: HeaderMap,
    form: Result<Form<Asked>, FormRejection>,
) -> Result<Response, ConsoleError> {
    let (signed, asked): (_, Asked) = Signed::changing(&console, &headers, form).await?;
    let again = |asked: &Asked, problem: &str| {
        // The form is still good: it made nothing.
        let main = self::form(&console, &signed, asked, Some(problem));
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        Ok(frame::narrow(&console, &signed, words::CREATE_A_KEY, main, status))
    };
    let label = match asked.label.parse() {
        Ok(label) => label,
        Err(error) => return again(&asked, &words::sentence(&error)),
    };
    let expires_at = expires_at(&asked.expires, signed.now)?;
    let new = NewKey {
        tenant: signed.tenant.id,
        scope: asked.scope,
        label,
        created_by: signed.visitor.person.clone(),
        expires_at,
    };
    if once::spend(&console, &signed, &asked.once).await? == Once::Again {
        return Ok(once::already(&console, &signed, words::CREATE_A_KEY));
    }
    match console.access().create_key(new).await {
        Ok((key, summary)) => {
            let main = created(&console, &key, &summary);
            Ok(frame::narrow(
                &console,
                &signed,
                words::KEY_CREATED,
                main,
                StatusCode::OK,
            ))
        }
        Err(error) => match words::key_problem(&error) {
            Some(problem) => again(
                &Asked {
                    once: once::new(),
                    ..asked
                },
                &problem,
            ),
            None => Err(match error {
                latchstring_access::CreateKeyError::Store(error) => error.into(),
                latchstring_access::CreateKeyError::ExpiresInThePast => ConsoleError::Form,
            }),
        },
    }
}

/// When a key ends that is asked for so many days; `None` for never, which is sent as an empty text.
fn expires_at(days: &str, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, ConsoleError> {
    if days.is_empty() {
        return Ok(None);
    }
    let days: u16 = days.parse().map_err(|_| ConsoleError::Form)?;
    if DAYS.contains(&days) {
        Ok(Some(now + TimeDelta::days(days.into())))
    } else {
        Err(ConsoleError::Form)
    }
}

/// What a key or code may allow, to choose from.
pub(crate) fn scopes(chosen: Scope) -> Markup {
    let choices = [Scope::Read, Scope::ReadWrite].map(|scope| Option_ {
        value: scope.as_str().to_owned(),
        name: words::scope(scope).to_owned(),
        hint: Some(words::scope_hint(scope).to_owned()),
    });
    html! { fieldset { legend { (words::MAY_DO) } (options("scope", chosen.as_str(), &choices)) } }
}

fn form(console: &Console, signed: &Signed, asked: &Asked, problem: Option<&str>) -> Markup {
    let described = if problem.is_some() {
        "label-hint problem"
    } else {
        "label-hint"
    };
    html! {
        (back(ACCESS, console.page_title()))
        div.intro { h1 { (words::CREATE_A_KEY) } p { (words::key_intro(console.tenant_noun())) } }
        form.stack method="post" action={ (ACCESS) "/keys/new" } {
            @if let Some(problem) = problem {
                div #problem role="alert" tabindex="-1" data-focus {
                    (notice(Kind::Bad, Icon::Warn, &html! { p { strong { (words::NOT_CREATED) } } p { (problem) } }))
                }
            }
            div.field {
                label for="label" { (words::LABEL) }
                p.hint #label-hint { (words::LABEL_HINT) }
                input #label type="text" name="label" maxlength="80" autocomplete="off" spellcheck="false" value=(asked.label)
                    aria-describedby=(described);
            }
            (scopes(asked.scope))
            div.field {
                label for="expires" { (words::EXPIRES) }
                p.hint #expires-hint { (words::EXPIRES_HINT) }
                select #expires name="expires" aria-describedby="expires-hint" {
                    option value="" { (words::NEVER) }
                    @for days in DAYS {
                        option value=(days) selected[asked.expires == days.to_string()] {
                            (words::in_days(days)) " (" (date(signed.now + TimeDelta::days(days.into()))) ")"
                        }
                    }
                }
            }
            input type="hidden" name="once" value=(asked.once);
            (signed.field())
            div.actions {
                button.primary { (words::CREATE_KEY) }
                a.button href=(ACCESS) { (words::CANCEL) }
            }
        }
    }
}

fn created(console: &Console, key: &Secret, summary: &KeySummary) -> Markup {
    let snippets = snippets::all(console.name(), console.title(), &console.mcp_url(), key.expose());
    html! {
        div.intro {
            h1 { (words::KEY_CREATED) }
            p {
                bdi { (label(summary)) } " · " (words::scope(summary.scope))
                @if let Some(end) = summary.expires_at { " · " (words::EXPIRES) " " (date(end)) }
            }
        }
        section.panel aria-labelledby="copy-now" {
            h2 #copy-now { (words::COPY_NOW) }
            div.field {
                label.sr for="secret" { (words::KEY) }
                div.copy {
                    input.secret #secret type="text" dir="ltr" readonly spellcheck="false" autocomplete="off"
                        value=(key.expose()) data-once=(words::WAS_SHOWN);
                    (copy("secret", words::THE_KEY))
                }
                p.hint { (words::keep_safe(summary.scope, console.tenant_noun())) }
            }
        }
        section aria-labelledby="use" {
            h2 #use { (words::USE_IT) }
            div.fold {
                @for (at, snippet) in snippets.iter().enumerate() {
                    @let id = format!("use-{at}");
                    details name="client" open[at == 0] {
                        summary { (snippet.client) }
                        div.stack {
                            p.quiet { (PreEscaped(snippet.where_to)) }
                            div.block {
                                pre id=(id) dir="ltr" data-once=(words::WAS_SHOWN) { code { (snippet.lines) } }
                                (copy(&id, &words::lines_for(snippet.client)))
                            }
                        }
                    }
                }
            }
        }
        div.actions { a.button.primary href=(ACCESS) { (icon(Icon::Check)) (words::COPIED) } }
    }
}
