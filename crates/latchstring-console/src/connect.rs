//! Connecting a web chat: a code is made and shown once, and the page waits with the person until an app has used it.

use axum::{
    Form, Router,
    extract::{Path, State, rejection::FormRejection},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use latchstring_access::{AppSummary, CodeState, CodeSummary, CreateCodeError, Secret};
use latchstring_core::{CodeId, Scope};
use latchstring_pages::{Icon, Kind, back, copy, host, moment, notice, scope_badge, time};
use maud::{Markup, html};
use serde::Deserialize;

use crate::{
    ACCESS, Console,
    error::ConsoleError,
    frame::{self, At},
    home::{ask_to_revoke, returns_to},
    keys::scopes,
    once::{self, Once},
    sign_in::{Sent, Signed, Whose},
    words,
};

pub(crate) fn router() -> Router<Console> {
    Router::new()
        .route(&format!("{ACCESS}/connect"), get(ask).post(create))
        .route(&format!("{ACCESS}/connect/{{code}}"), get(look))
        .route(&format!("{ACCESS}/connect/{{code}}/cancel"), post(cancel))
}

#[derive(Debug, Deserialize)]
struct Asked {
    scope: Scope,
    once: String,
    whose: String,
    /// A code that the new one takes the place of.
    instead: Option<CodeId>,
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
    Ok(form(&console, &signed, Scope::Read, None))
}

fn form(console: &Console, signed: &Signed, scope: Scope, problem: Option<&str>) -> Response {
    let main = html! {
        (back(ACCESS, console.page_title()))
        div.intro { h1 { (words::CONNECT) } p { (words::CONNECT_INTRO) } }
        form.stack method="post" action={ (ACCESS) "/connect" } {
            @if let Some(problem) = problem {
                div role="alert" tabindex="-1" data-focus {
                    (notice(Kind::Bad, Icon::Warn, &html! { p { strong { (words::NO_CODE) } } p { (problem) } }))
                }
            }
            (scopes(scope))
            input type="hidden" name="once" value=(once::new());
            (signed.field())
            div.actions {
                button.primary { (words::GET_A_CODE) }
                a.button href=(ACCESS) { (words::CANCEL) }
            }
        }
    };
    let status = if problem.is_some() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    frame::narrow(console, signed, words::CONNECT, main, status)
}

async fn create(
    State(console): State<Console>,
    headers: HeaderMap,
    form: Result<Form<Asked>, FormRejection>,
) -> Result<Response, ConsoleError> {
    let (signed, asked) = Signed::changing(&console, &headers, form).await?;
    if once::spend(&console, &signed, &asked.once).await? == Once::Again {
        return Ok(once::already(&console, &signed, words::CONNECT));
    }
    let by = signed.visitor.person.clone();
    if let Some(old) = asked.instead {
        let is_cancelled = console.access().cancel_code(signed.tenant.id, old, &by).await?;
        let old = found(&console, &signed, old).await?;
        // An app was faster: whoever asks for another code sees that one first.
        if !is_cancelled && Become::of(&console, &signed, &old).await?.is_app() {
            return Ok(Redirect::to(&format!("{ACCESS}/connect/{}", old.id)).into_response());
        }
    }
    match console.access().create_code(&signed.tenant, asked.scope, by).await {
        Ok((code, summary)) => {
            let body = waiting(&console, &signed, &summary, Some(&code));
            Ok(page(&console, &signed, &summary, &body))
        }
        Err(error) => match (words::code_problem(&error), error) {
            (Some(problem), _) => Ok(self::form(&console, &signed, asked.scope, Some(&problem))),
            (None, CreateCodeError::Store(error)) => Err(error.into()),
            (None, CreateCodeError::PlanLapsed) => Err(ConsoleError::Form),
        },
    }
}

/// What has become of a code: for who waits, and for who asks.
async fn look(
    State(console): State<Console>,
    headers: HeaderMap,
    Path(code): Path<String>,
) -> Result<Response, ConsoleError> {
    let signed = Signed::looking(&console, &headers).await?;
    let code: CodeId = code.parse().map_err(|_| ConsoleError::NotFound)?;
    let summary = found(&console, &signed, code).await?;
    let body = match Become::of(&console, &signed, &summary).await? {
        Become::Waiting | Become::Fetching => waiting(&console, &signed, &summary, None),
        Become::Connected(app) => connected(&signed, &app),
        Become::Revoked => over(&signed, &summary, "revoked", words::WAS_REVOKED),
        Become::Lost => over(&signed, &summary, "lost", words::WAS_LOST),
        Become::Cancelled => over(&signed, &summary, "cancelled", words::IS_CANCELLED),
        Become::Expired => over(&signed, &summary, "expired", words::HAS_EXPIRED),
    };
    Ok(page(&console, &signed, &summary, &body))
}

async fn found(console: &Console, signed: &Signed, code: CodeId) -> Result<CodeSummary, ConsoleError> {
    let codes = console.access().list_codes(signed.tenant.id).await?;
    codes
        .into_iter()
        .find(|known| known.id == code)
        .ok_or(ConsoleError::NotFound)
}

/// What has become of a code.
enum Become {
    /// Nothing yet.
    Waiting,
    /// Somebody pressed Allow; the app has a minute to fetch its tokens.
    Fetching,
    Connected(Box<AppSummary>),
    Revoked,
    /// The app did not fetch them.
    Lost,
    Cancelled,
    Expired,
}

impl Become {
    async fn of(console: &Console, signed: &Signed, code: &CodeSummary) -> Result<Self, ConsoleError> {
        let grant = match &code.state {
            CodeState::Live => return Ok(Self::Waiting),
            CodeState::Cancelled(_) => return Ok(Self::Cancelled),
            CodeState::Expired => return Ok(Self::Expired),
            CodeState::Redeemed { grant, .. } => *grant,
        };
        let apps = console.access().list_apps(signed.tenant.id).await?;
        Ok(match apps.into_iter().find(|app| app.grant == grant) {
            Some(app) if app.revoked.is_some() => Self::Revoked,
            Some(app) if app.connected_at.is_some() => Self::Connected(Box::new(app)),
            Some(_) => Self::Fetching,
            None => Self::Lost,
        })
    }

    /// Whether an app came in by it, and may still be in.
    fn is_app(&self) -> bool {
        matches!(self, Self::Connected(_) | Self::Fetching)
    }
}

async fn cancel(
    State(console): State<Console>,
    headers: HeaderMap,
    Path(code): Path<String>,
    form: Result<Form<Whose>, FormRejection>,
) -> Result<Response, ConsoleError> {
    let (signed, _) = Signed::changing(&console, &headers, form).await?;
    let code: CodeId = code.parse().map_err(|_| ConsoleError::NotFound)?;
    console
        .access()
        .cancel_code(signed.tenant.id, code, &signed.visitor.person)
        .await?;
    Ok(Redirect::to(&format!("{ACCESS}/connect/{code}")).into_response())
}

/// What a code's page shows now. The script asks again and shows what it is told.
struct Body {
    state: &'static str,
    title: String,
    /// What is said to who does not see it change.
    say: String,
    main: Markup,
}

fn page(console: &Console, signed: &Signed, code: &CodeSummary, body: &Body) -> Response {
    let main = html! {
        (back(ACCESS, console.page_title()))
        div.split {
            div.stack data-live=(body.state) data-look={ (ACCESS) "/connect/" (code.id) } data-say=(body.say) { (body.main) }
            @if body.state == "waiting" { (guides(console)) }
        }
        p.foot data-zone=(words::ZONE) { (words::UTC) }
    };
    frame::wide(console, signed, At::InAccess, &body.title, main)
}

fn waiting(console: &Console, signed: &Signed, code: &CodeSummary, text: Option<&Secret>) -> Body {
    let left = (code.expires_at - signed.now).num_seconds().max(0);
    let main = html! {
        div.intro {
            h1 tabindex="-1" { (words::CONNECT) }
            p { (words::one_use(&scope_badge(code.scope), &signed.tenant.name)) }
        }
        ol.steps {
            li {
                h2 { label for="url" { (words::STEP_URL) } }
                div.copy {
                    input.secret #url type="text" dir="ltr" readonly spellcheck="false"
                        value=(console.connector_url(&signed.tenant.connector));
                    (copy("url", words::THE_URL))
                }
            }
            li {
                h2 #code-label { (words::STEP_CODE) }
                div.panel.stack {
                    @match text {
                        Some(text) => {
                            div.bar {
                                code.big #code dir="ltr" data-once=(words::WAS_SHOWN) aria-labelledby="code-label" {
                                    @for (at, group) in text.expose().split('-').enumerate() {
                                        @if at > 0 { "-" } span { (group) }
                                    }
                                }
                                (copy("code", words::THE_CODE))
                            }
                        }
                        None => p { (words::CODE_ELSEWHERE) },
                    }
                    p.quiet {
                        (words::WORKS_UNTIL) (time(code.expires_at)) ". "
                        span data-seconds=(left) data-left=(words::TIME_LEFT) data-start=(words::SAY_TEN_MINUTES)
                            data-minute=(words::SAY_ONE_MINUTE) {}
                    }
                    @if signed.may_manage() && code.state == CodeState::Live {
                        div.actions {
                            (another(signed, code, words::NEW_CODE, ""))
                            form method="post" action={ (ACCESS) "/connect/" (code.id) "/cancel" } {
                                (signed.field())
                                button { (words::CANCEL_CODE) }
                            }
                        }
                    }
                }
            }
            li {
                h2 { (words::STEP_ALLOW) }
                p.live {
                    span { span.dot aria-hidden="true" {} (words::WAITING) }
                    " "
                    // In a tab of its own: this page shows the code, and does so once.
                    a href={ (ACCESS) "/connect/" (code.id) } target="_blank" {
                        (words::CHECK_NOW) span.sr { (words::NEW_TAB) }
                    }
                }
            }
        }
    };
    Body {
        state: "waiting",
        title: words::WAITING_TITLE.to_owned(),
        say: String::new(),
        main,
    }
}

fn connected(signed: &Signed, app: &AppSummary) -> Body {
    let main = html! {
        div.intro { h1 tabindex="-1" { (words::is_connected(&app.app.name)) } p { (words::GO_BACK) } }
        dl.facts.panel {
            dt { (words::APP) } dd { strong { bdi { (app.app.name) } } br; (host(app.app.host.as_deref())) }
            dt { (words::ACCESS) } dd { (scope_badge(app.scope)) }
            dt { (words::GRANTED) } dd { (words::by(app.granted_by.name())) ", " (moment(app.granted_at)) }
            dt { (words::RETURNS_TO) } dd { (returns_to(&app.app.redirect_host)) }
        }
        div.actions {
            a.button.primary href=(ACCESS) { (words::DONE) }
            @if signed.may_manage() {
                (ask_to_revoke(app.grant, &html! { button.danger { (words::NOT_ME) } }))
            }
        }
    };
    Body {
        state: "connected",
        title: words::is_connected_title(&app.app.name),
        say: words::say_connected(&app.app.name, app.app.host.as_deref()),
        main,
    }
}

fn over(signed: &Signed, code: &CodeSummary, state: &'static str, heading: &str) -> Body {
    let main = html! {
        div.intro { h1 tabindex="-1" { (heading) } p { (words::NOTHING_CONNECTED) } }
        div.actions {
            @if signed.may_manage() { (another(signed, code, words::NEW_CODE, "primary")) }
            a.button href=(ACCESS) { (words::DONE) }
        }
        @if signed.may_manage() { p.hint { (words::same_scope(code.scope)) } }
    };
    Body {
        state,
        title: heading.to_owned(),
        say: heading.to_owned(),
        main,
    }
}

/// A button for another code of the same scope, which ends this one.
fn another(signed: &Signed, code: &CodeSummary, text: &str, class: &str) -> Markup {
    html! {
        form method="post" action={ (ACCESS) "/connect" } {
            input type="hidden" name="scope" value=(code.scope.as_str());
            input type="hidden" name="once" value=(once::new());
            input type="hidden" name="instead" value=(code.id);
            (signed.field())
            button class=(class) { (text) }
        }
    }
}

fn guides(console: &Console) -> Markup {
    html! {
        aside.stack.guide aria-label=(words::GUIDE) {
            h2 { (words::GUIDE) }
            div.fold {
                details name="guide" open { summary { "claude.ai" } div.stack { (words::claude_steps(console.title())) } }
                details name="guide" { summary { "ChatGPT" } div.stack { (words::chatgpt_steps(console.title())) } }
            }
            p.hint { (words::GUIDE_DATE) }
        }
    }
}
