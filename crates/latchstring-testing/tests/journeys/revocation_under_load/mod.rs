//! V01: thousands of requests on two servers while their grants are taken away. No request that begins after a
//! revocation was acknowledged is served, none is refused before, and no write is committed after it.

mod caller;
mod history;
mod ledger;

use std::{
    sync::{Arc, Mutex, atomic::AtomicUsize},
    time::{Duration, Instant},
};

use latchstring::access::GrantKind;
use latchstring_testing::TestApp;

use self::{
    caller::{Dice, Holder, Load},
    history::{History, Verdict, Violation},
    ledger::{Entry, Ledger},
};

const CALLERS: u64 = 16;
/// Grants in use at any time; few, so that each is busy when it ends.
const HOLDERS: u64 = 8;

/// Two servers on the same databases.
struct Pair {
    servers: Vec<Arc<TestApp>>,
    ledger: Ledger,
}

impl Pair {
    async fn start() -> Self {
        let ledger = Ledger::default();
        let shared = ledger.clone();
        let app = TestApp::start(move |_, _| std::future::ready(shared.clone())).await;
        let replica = app.replica().await;
        let servers = vec![Arc::new(app), Arc::new(replica)];
        Self { servers, ledger }
    }

    /// So many requests, half of them with keys and half as apps, while grants are revoked at random.
    async fn under_load(self, requests: usize) -> History {
        let mut dice = Dice::new(0);
        let mut holders = Vec::new();
        for n in 0..HOLDERS {
            let kind = if n % 2 == 0 { GrantKind::Key } else { GrantKind::App };
            holders.push(Holder::new(kind, &self.servers, &mut dice).await);
        }
        let load = Arc::new(Load {
            servers: self.servers,
            ledger: self.ledger.clone(),
            holders: Mutex::new(holders),
            left: AtomicUsize::new(requests),
            began: Instant::now(),
        });
        let mut work = tokio::task::JoinSet::new();
        for n in 1..=CALLERS {
            work.spawn(caller::call(load.clone(), Dice::new(n)));
        }
        work.spawn(caller::revoke(load.clone(), GrantKind::Key, Dice::new(100)));
        work.spawn(caller::revoke(load.clone(), GrantKind::App, Dice::new(101)));
        let mut history = History::default();
        while let Some(part) = work.join_next().await {
            history.add(part.unwrap());
        }
        history.order = self.ledger.entries();
        history
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn v01_no_request_is_served_and_no_write_committed_after_its_grant_was_revoked() {
    let history = Pair::start().await.under_load(10_000).await;
    assert_eq!(history.check(), []);

    // That the test could have seen something.
    let count = |verdict| history.calls.iter().filter(|call| call.verdict == verdict).count();
    let (served, refused, neither) = (count(Verdict::Served), count(Verdict::Revoked), count(Verdict::Neither));
    let writes = history
        .order
        .iter()
        .filter(|entry| matches!(entry, Entry::Write(_)))
        .count();
    let revocations = history.revocations.len();
    let story = format!(
        "{served} served, {refused} refused, {neither} neither; {writes} writes committed; {revocations} revocations"
    );
    assert!(
        served > 5_000 && refused > 100 && neither < 100 && writes > 1_000 && revocations > 100,
        "{story}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn v01_servers_that_remember_for_200_ms_who_was_welcome_are_found_out() {
    let pair = Pair::start().await;
    for server in &pair.servers {
        server.watch.remember_for(Duration::from_millis(200));
    }
    let violations = pair.under_load(2_000).await.check();
    let served = violations
        .iter()
        .any(|one| matches!(one, Violation::ServedAfter { .. }));
    let wrote = violations.iter().any(|one| matches!(one, Violation::WroteAfter { .. }));
    assert!(served && wrote, "{violations:?}");
}
