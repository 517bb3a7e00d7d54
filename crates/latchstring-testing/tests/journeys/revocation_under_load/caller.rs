//! Who asks, and who takes away.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use axum::http::StatusCode;
use chrono::TimeDelta;
use latchstring::{GrantId, Scope, TenantId, access::GrantKind};
use latchstring_testing::{Agent, Reply, TestApp, person};
use serde_json::json;

use super::{
    history::{Call, History, Moment, Revocation, Verdict},
    ledger::{Entry, Ledger},
};

/// One grant, as callers and revokers know it.
#[derive(Clone)]
pub(super) struct Holder {
    /// At work on each of the servers.
    agents: Vec<Agent>,
    kind: GrantKind,
    tenant: TenantId,
    grant: GrantId,
}

impl Holder {
    /// A new key, or a newly connected app.
    pub(super) async fn new(kind: GrantKind, servers: &[Arc<TestApp>], dice: &mut Dice) -> Self {
        let (first, tenant) = (&servers[0], dice.below(2));
        match kind {
            GrantKind::Key => {
                let agent = first.agent_of(tenant, Scope::ReadWrite).await;
                let agents = servers.iter().map(|server| server.stranger(agent.key())).collect();
                let (tenant, grant) = (agent.summary().tenant, agent.summary().grant);
                Self {
                    agents,
                    kind,
                    tenant,
                    grant,
                }
            }
            GrantKind::App => {
                // More codes in a minute than a network may try would be refused.
                first.clock.advance(TimeDelta::seconds(1));
                let connected = first
                    .let_in(first.published_chat(tenant), tenant, Scope::ReadWrite)
                    .await;
                let chat = &connected.chat;
                let at = |server: &Arc<TestApp>| chat.at(server.router.clone()).agent(&connected.tokens.access);
                let agents = servers.iter().map(at).collect();
                let (tenant, grant) = (connected.tenant, connected.grant);
                Self {
                    agents,
                    kind,
                    tenant,
                    grant,
                }
            }
        }
    }
}

/// What all share: the servers, the grants in use, the clock, and how much is still to do.
pub(super) struct Load {
    pub(super) servers: Vec<Arc<TestApp>>,
    pub(super) ledger: Ledger,
    pub(super) holders: Mutex<Vec<Holder>>,
    pub(super) left: AtomicUsize,
    pub(super) began: Instant,
}

impl Load {
    fn now(&self) -> Moment {
        self.began.elapsed()
    }

    fn is_next(&self) -> bool {
        let less = |left: usize| left.checked_sub(1);
        self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, less).is_ok()
    }

    fn holder(&self, dice: &mut Dice) -> Holder {
        let holders = self.holders.lock().unwrap();
        holders[dice.below(holders.len())].clone()
    }
}

/// Asks, with one grant after another and on any of the servers, until enough was asked. One in three is a write.
pub(super) async fn call(load: Arc<Load>, mut dice: Dice) -> History {
    let mut history = History::default();
    while load.is_next() {
        let holder = load.holder(&mut dice);
        let agent = &holder.agents[dice.below(holder.agents.len())];
        let (tool, arguments) = match dice.below(6) {
            0 | 1 => ("entries_add", json!({})),
            2 => ("run", json!({ "program": "return await app.entries.count({})" })),
            3 => ("describe", json!({ "names": ["entries"] })),
            _ => ("entries_count", json!({})),
        };
        let start = load.now();
        let reply = agent.call(tool, arguments).await;
        let (end, verdict) = (load.now(), verdict(&reply));
        let grant = holder.grant;
        history.calls.push(Call {
            grant,
            start,
            end,
            verdict,
        });
    }
    history
}

fn verdict(reply: &Reply) -> Verdict {
    match reply.status {
        StatusCode::UNAUTHORIZED => Verdict::Revoked,
        StatusCode::OK => match reply.structured()["error"]["code"].as_str() {
            None => Verdict::Served,
            Some("REVOKED") => Verdict::Revoked,
            Some(_) => Verdict::Neither,
        },
        _ => Verdict::Neither,
    }
}

/// Takes grants of one kind away, on any of the servers, and gives new ones out, for as long as there is work. Who was
/// revoked is used on for a moment.
pub(super) async fn revoke(load: Arc<Load>, kind: GrantKind, mut dice: Dice) -> History {
    let mut history = History::default();
    while load.left.load(Ordering::SeqCst) > 0 {
        let fresh = Holder::new(kind, &load.servers, &mut dice).await;
        let victim = {
            let mut holders = load.holders.lock().unwrap();
            holders.push(fresh);
            let place = holders.iter().position(|holder| holder.kind == kind).unwrap();
            holders[place].clone()
        };
        tokio::time::sleep(Duration::from_millis(dice.below(40) as u64)).await;
        let access = &load.servers[dice.below(load.servers.len())].access;
        let (tenant, grant) = (victim.tenant, victim.grant);
        let start = load.now();
        let revoked = match kind {
            GrantKind::Key => access.revoke_key(tenant, grant, &person()).await,
            GrantKind::App => access.revoke_app(tenant, grant, &person()).await,
        };
        load.ledger.append(Entry::Revoked(grant));
        let end = load.now();
        revoked.unwrap();
        history.revocations.push(Revocation { grant, start, end });
        tokio::time::sleep(Duration::from_millis(dice.below(40) as u64)).await;
        load.holders.lock().unwrap().retain(|holder| holder.grant != grant);
    }
    history
}

/// Random numbers that are the same in every run (`SplitMix64`).
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % bound as u64).unwrap()
    }
}
