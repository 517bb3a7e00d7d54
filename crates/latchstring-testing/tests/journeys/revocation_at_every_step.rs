//! V02: access is taken away between any two steps of getting it. Whatever wins, no usable token is left.

use std::sync::Arc;

use axum::http::StatusCode;
use chrono::TimeDelta;
use latchstring::{
    Clock, CodeId, Scope, TenantId,
    access::{Access, Applied, NewTenant, Plan, TenantEvent, TenantEventKind},
};
use latchstring_testing::{ChatApp, TestApp, Tokens, person};
use serde_json::json;

use crate::assembly;

/// How access is taken away.
#[derive(Debug, Clone, Copy)]
enum Blow {
    /// The code is cancelled, and every app of the store revoked.
    Revoke,
    /// The app is uninstalled from the store.
    Uninstall,
}

const BLOWS: [Blow; 2] = [Blow::Revoke, Blow::Uninstall];

impl Blow {
    async fn strike(self, access: Arc<Access>, tenant: TenantId, code: CodeId) {
        match self {
            Self::Revoke => {
                access.cancel_code(tenant, code, &person()).await.unwrap();
                for row in access.list_apps(tenant).await.unwrap() {
                    access.revoke_app(tenant, row.grant, &person()).await.unwrap();
                }
            }
            Self::Uninstall => {
                apply(&access, TenantEventKind::Uninstalled).await;
            }
        }
    }
}

async fn apply(access: &Access, kind: TenantEventKind) {
    let event = TenantEvent {
        delivery: None,
        host_key: "first.example".to_owned(),
        occurred_at: access.now().await.unwrap(),
        kind,
    };
    assert!(matches!(access.apply(&event).await.unwrap(), Applied::Done(_)));
}

/// Everything an app may hold that could be of use.
#[derive(Default)]
struct Held {
    authorization_code: Option<String>,
    tokens: Vec<Tokens>,
}

impl Held {
    /// From a connection code to tokens, as far as it goes.
    async fn connect(&mut self, chat: &ChatApp, code: &str) {
        let Ok(authorization_code) = chat.approved(code).await else {
            return;
        };
        self.authorization_code = Some(authorization_code.clone());
        self.keep(&chat.exchange(&authorization_code).await);
    }

    async fn refresh(&mut self, chat: &ChatApp) {
        let token = self.tokens[0].refresh.clone();
        self.keep(&chat.refresh(&token).await);
    }

    fn keep(&mut self, reply: &latchstring_testing::Reply) {
        if reply.status == StatusCode::OK {
            self.tokens.push(Tokens::of(reply));
        }
    }

    async fn is_of_no_use(&self, chat: &ChatApp, when: &str) {
        for Tokens { access, refresh } in &self.tokens {
            let reply = chat.agent(access).rpc("tools/list", json!({})).await;
            assert_eq!(reply.status, StatusCode::UNAUTHORIZED, "{when}");
            assert_eq!(
                chat.refresh(refresh).await.json()["error"],
                json!("invalid_grant"),
                "{when}"
            );
        }
        if let Some(code) = &self.authorization_code {
            assert_eq!(
                chat.exchange(code).await.json()["error"],
                json!("invalid_grant"),
                "{when}"
            );
        }
    }
}

/// The store is installed again, in a later moment, so that the next round begins as the first did.
async fn install_again(app: &TestApp) {
    app.clock.advance(TimeDelta::seconds(1));
    let new = NewTenant::new("first.example", "First store", app.clock.now());
    apply(
        &app.access,
        TenantEventKind::Installed {
            new,
            plan: Plan::Active,
        },
    )
    .await;
    app.clock.advance(TimeDelta::minutes(2));
}

#[tokio::test]
async fn v02_a_blow_at_any_step_of_connecting_leaves_no_usable_token() {
    let app = assembly().await;
    let tenant = app.tenants[0].id;
    for blow in BLOWS {
        let mut steps = 0;
        loop {
            steps += 1;
            let chat = app.chat().await;
            let (code, summary) = app.code(Scope::ReadWrite).await;
            app.watch
                .before_nth(steps, blow.strike(app.access.clone(), tenant, summary.id));
            let mut held = Held::default();
            held.connect(&chat, &code).await;
            let was_over_before = app.watch.forget();
            if was_over_before {
                assert_eq!(held.tokens.len(), 1, "undisturbed, it connects");
                blow.strike(app.access.clone(), tenant, summary.id).await;
            }
            let when = format!("{blow:?} before question {steps}");
            held.is_of_no_use(&chat, &when).await;
            let (mut late, ended) = (Held::default(), !was_over_before);
            late.connect(&chat, &code).await;
            late.is_of_no_use(&chat, &when).await;
            assert!(late.authorization_code.is_none(), "the code is over, too: {when}");
            install_again(&app).await;
            held.is_of_no_use(&chat, &format!("{when}, installed again")).await;
            if !ended {
                break;
            }
        }
        assert!(steps > 8, "only {steps} questions: the steps are not seen");
    }
}

#[tokio::test]
async fn v02_a_blow_at_any_step_of_a_refresh_leaves_no_usable_token() {
    let app = assembly().await;
    for blow in BLOWS {
        let mut steps = 0;
        loop {
            steps += 1;
            let connected = app.connect(Scope::Read).await;
            let code = app.access.list_codes(connected.tenant).await.unwrap()[0].id;
            let mut held = Held {
                tokens: vec![connected.tokens.clone()],
                ..Held::default()
            };
            app.watch
                .before_nth(steps, blow.strike(app.access.clone(), connected.tenant, code));
            held.refresh(&connected.chat).await;
            let was_over_before = app.watch.forget();
            if was_over_before {
                assert_eq!(held.tokens.len(), 2, "undisturbed, it refreshes");
            } else {
                held.is_of_no_use(&connected.chat, &format!("{blow:?} before question {steps}"))
                    .await;
            }
            install_again(&app).await;
            if was_over_before {
                break;
            }
        }
        assert!(steps > 3, "only {steps} questions: the steps are not seen");
    }
}

#[tokio::test]
async fn v02_an_outage_at_any_step_of_a_refresh_costs_nobody_the_connection() {
    let app = assembly().await;
    let mut steps = 0;
    loop {
        steps += 1;
        let connected = app.connect(Scope::Read).await;
        let watch = app.watch.clone();
        app.watch.before_nth(steps, async move { watch.cut_off(true) });
        let first = connected.chat.refresh(&connected.tokens.refresh).await;
        let was_over_before = app.watch.forget();
        app.watch.cut_off(false);
        if !was_over_before {
            assert!(
                [200, 503].contains(&first.status.as_u16()),
                "before question {steps}: {}",
                first.text
            );
        }
        let tokens = Tokens::of(&connected.chat.refresh(&connected.tokens.refresh).await);
        assert_eq!(
            connected.chat.agent(&tokens.access).run("return 1").await,
            json!(1),
            "before question {steps}"
        );
        if was_over_before {
            break;
        }
        app.clock.advance(TimeDelta::minutes(2));
    }
    assert!(steps > 3, "only {steps} questions: the steps are not seen");
}
