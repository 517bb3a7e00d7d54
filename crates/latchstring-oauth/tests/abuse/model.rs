//! Whatever is done in whatever order: an app gets in exactly when the model says so.
//!
//! The model knows no hashes, no rows and no HTTP.

mod rules;

use chrono::TimeDelta;
use latchstring_access::{Plan, Secret, TenantEvent, TenantEventKind};
use latchstring_core::{Clock, GrantId, Scope};
use proptest::prelude::*;

use self::rules::{Code, Grant, Model, OneTime};
use crate::door::{App, Browser, Door, Reply, ann};

#[derive(Debug, Clone, Copy)]
enum Step {
    Mint,
    Type(u8),
    Approve(u8),
    Exchange(u8),
    Refresh(u8),
    Replay(u8),
    Call(u8),
    Revoke(u8),
    Uninstall,
    Reinstall,
    Plan(bool),
    Advance(u32),
}

/// What the model's numbers stand for.
struct World {
    door: Door,
    app: App,
    codes: Vec<Secret>,
    confirms: Vec<(usize, u32, Browser, Reply)>,
    grants: Vec<GrantId>,
    authorizations: Vec<String>,
    tokens: Vec<Reply>,
}

/// The latest or the one before it (which may be spent on it) most of the time, otherwise any.
fn one_of<T>(all: &[T], pick: u8) -> Option<usize> {
    let last = all.len().checked_sub(1)?;
    Some(match pick {
        0..96 => last,
        96..192 => last.saturating_sub(1),
        192.. => usize::from(pick) % all.len(),
    })
}

impl World {
    async fn new() -> Self {
        let door = Door::in_memory().await;
        let document = serde_json::json!({
            "client_id": "https://claude.ai/client.json",
            "client_name": "Claude",
            "redirect_uris": ["https://claude.ai/api/mcp/auth_callback"],
        });
        let app = App::published(&door, &document);
        let (codes, confirms, grants, authorizations, tokens) = Default::default();
        Self {
            door,
            app,
            codes,
            confirms,
            grants,
            authorizations,
            tokens,
        }
    }

    async fn happens(&self, model: &mut Model, kind: TenantEventKind) {
        // Events of one moment cannot be put in order.
        self.advance(model, 1);
        let host_key = self.door.alpha.host_key.clone();
        let event = TenantEvent {
            delivery: None,
            host_key,
            occurred_at: self.door.clock.now(),
            kind,
        };
        self.door.access.apply(&event).await.expect("applied");
    }

    fn advance(&self, model: &mut Model, seconds: u32) {
        self.door.advance(TimeDelta::seconds(seconds.into()));
        model.now += seconds;
    }

    async fn take(&mut self, model: &mut Model, step: Step) {
        match step {
            Step::Mint => self.mint(model).await,
            Step::Type(pick) => self.type_code(model, pick).await,
            Step::Approve(pick) => self.approve(model, pick).await,
            Step::Exchange(pick) => self.exchange(model, pick).await,
            Step::Refresh(pick) => {
                let Some(at) = one_of(&self.tokens, pick) else { return };
                self.refresh(model, at).await;
            }
            Step::Replay(pick) => {
                let is_spent = |at: &usize| model.tokens[*at].spent.is_some();
                let spent: Vec<usize> = (0..model.tokens.len()).filter(is_spent).collect();
                let Some(at) = one_of(&spent, pick) else { return };
                self.refresh(model, spent[at]).await;
            }
            Step::Call(pick) => {
                let Some(at) = one_of(&self.tokens, pick) else { return };
                self.call(model, at).await;
            }
            Step::Revoke(pick) => {
                let Some(at) = one_of(&self.grants, pick) else { return };
                let (tenant, grant) = (self.door.alpha.id, self.grants[at]);
                self.door
                    .access
                    .revoke_app(tenant, grant, &ann())
                    .await
                    .expect("revoked");
                model.grants[at].is_revoked = true;
            }
            Step::Uninstall => {
                self.happens(model, TenantEventKind::Uninstalled).await;
                model.installation = None;
            }
            Step::Reinstall => {
                self.advance(model, 1);
                self.door.reinstall(&self.door.alpha).await;
                model.installations += 1;
                (model.installation, model.is_paid) = (Some(model.installations), true);
            }
            Step::Plan(_) if model.installation.is_none() => {}
            Step::Plan(is_paid) => {
                let plan = if is_paid { Plan::Active } else { Plan::Lapsed };
                self.happens(model, TenantEventKind::PlanChanged(plan)).await;
                model.is_paid = is_paid;
            }
            Step::Advance(seconds) => self.advance(model, seconds),
        }
    }

    async fn mint(&mut self, model: &mut Model) {
        let found = self
            .door
            .access
            .find_tenants(&self.door.alpha.host_key)
            .await
            .expect("found");
        let made = self.door.access.create_code(&found[0], Scope::Read, ann()).await;
        assert_eq!(made.is_ok(), model.may_mint());
        if let (Ok((code, _)), Some(installation)) = (made, model.installation) {
            self.codes.push(code);
            model.codes.push(Code {
                made: model.now,
                installation,
                is_spent: false,
            });
        }
    }

    async fn type_code(&mut self, model: &Model, pick: u8) {
        let Some(code) = one_of(&self.codes, pick) else { return };
        let (browser, page) = self
            .app
            .confirm_page(&self.door, &self.door.alpha, &self.codes[code])
            .await;
        assert_eq!(page.status == 200, model.may_redeem(code), "{}", page.status);
        if page.status == 200 {
            self.confirms.push((code, model.now, browser, page));
        }
    }

    async fn approve(&mut self, model: &mut Model, pick: u8) {
        let Some(at) = one_of(&self.confirms, pick) else { return };
        let (code, _, browser, page) = &self.confirms[at];
        let sent = browser.press(page, "allow").await;
        assert_eq!(sent.status == 303, model.may_redeem(*code), "{}", sent.status);
        if sent.status != 303 {
            return;
        }
        model.codes[*code].is_spent = true;
        model.grants.push(Grant {
            installation: model.codes[*code].installation,
            is_revoked: false,
        });
        let grant = model.grants.len() - 1;
        model.authorizations.push(OneTime {
            grant,
            made: model.now,
            spent: None,
            successor: None,
        });
        self.authorizations.push(sent.sent("code").expect("a code"));
        let listed = self.door.access.list_apps(self.door.alpha.id).await.expect("listed");
        self.grants.extend(
            listed
                .iter()
                .map(|app| app.grant)
                .find(|grant| !self.grants.contains(grant)),
        );
        assert_eq!(self.grants.len(), model.grants.len());
    }

    async fn exchange(&mut self, model: &mut Model, pick: u8) {
        let Some(at) = one_of(&self.authorizations, pick) else {
            return;
        };
        let reply = self.app.exchange(&self.door, &self.authorizations[at], &[]).await;
        assert_eq!(reply.status == 200, model.exchange(at), "{}", reply.text());
        if reply.status == 200 {
            self.tokens.push(reply);
        }
    }

    async fn refresh(&mut self, model: &mut Model, at: usize) {
        let reply = self
            .app
            .refresh(&self.door, &self.tokens[at].member("refresh_token"))
            .await;
        match model.refresh(at) {
            None => assert_eq!(reply.verdict(), (400, "invalid_grant".into())),
            Some(new) if new == self.tokens.len() => {
                assert_eq!(reply.status, 200);
                self.tokens.push(reply);
            }
            Some(same) => assert_eq!(reply.body, self.tokens[same].body),
        }
    }

    async fn call(&self, model: &Model, at: usize) {
        let token = self.tokens[at].member("access_token");
        let reply = self.door.present(&self.door.alpha, &token).await;
        assert_eq!(reply.status.as_u16(), model.call(at), "{at}: {model:?}");
    }
}

fn step() -> impl Strategy<Value = Step> {
    let pick = any::<u8>;
    prop_oneof![
        3 => Just(Step::Mint),
        4 => pick().prop_map(Step::Type),
        5 => pick().prop_map(Step::Approve),
        5 => pick().prop_map(Step::Exchange),
        5 => pick().prop_map(Step::Refresh),
        4 => pick().prop_map(Step::Replay),
        3 => pick().prop_map(Step::Call),
        1 => pick().prop_map(Step::Revoke),
        1 => Just(Step::Uninstall),
        2 => Just(Step::Reinstall),
        1 => Just(Step::Plan(false)),
        2 => Just(Step::Plan(true)),
        4 => prop_oneof![1..30_u32, 29..31_u32, 59..62_u32, 600..601_u32, 3_500..3_700_u32, 7_775_999..7_776_001_u32]
            .prop_map(Step::Advance),
    ]
}

/// Half of the time, an app is connected to begin with, so that more happens to it.
fn beginning() -> impl Strategy<Value = &'static [Step]> {
    const CONNECTED: &[Step] = &[
        Step::Mint,
        Step::Type(0),
        Step::Approve(0),
        Step::Exchange(0),
        Step::Refresh(0),
    ];
    prop_oneof![Just(&[][..]), Just(CONNECTED)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 384, max_shrink_iters: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_a_call_succeeds_exactly_when_the_model_says_so(
        beginning in beginning(),
        steps in prop::collection::vec(step(), 1..60),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let mut world = World::new().await;
            let mut model = Model { installation: Some(0), is_paid: true, ..Model::default() };
            for step in beginning.iter().copied().chain(steps) {
                world.take(&mut model, step).await;
            }
            for at in 0..world.tokens.len() {
                world.call(&model, at).await;
            }
        });
    }
}
