//! Journeys through the real router, the real sandbox and a real database.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod apps;
mod arrows;
mod capture;
mod dry_runs;
mod guide;
mod http;
mod keys;
mod limits;
mod limits_of_calls;
mod listen;
mod outage;
mod pepper;
mod plan;
mod programs;
mod protocol;
mod refusals;
mod rest;
mod results;
mod revocation_at_every_step;
mod revocation_of_open_work;
mod revocation_under_load;
mod secrets;
mod uninstall;
mod view;
mod visibility;

use assembly::{Assembly, demo};
use latchstring::{Limits, access::Tenant, db::Database};
use latchstring_testing::{Agent, Setup, TestApp, person};

/// The assembly product with its two demo stores.
async fn assembly() -> TestApp {
    TestApp::start(open).await
}

async fn assembly_with(limits: Limits) -> TestApp {
    let setup = Setup {
        limits,
        ..Setup::default()
    };
    TestApp::with(setup, open).await
}

async fn open(database: Database, tenants: [Tenant; 2]) -> Assembly {
    let domain = Assembly::open(database.clone()).await.unwrap();
    demo::seed(&database, &tenants.map(|tenant| tenant.id)).await.unwrap();
    domain
}

/// A second key of the first store.
async fn open_agent(app: &TestApp) -> Agent {
    app.agent(latchstring::Scope::Read).await
}

/// Revokes the agent's key just before the store is asked for the `nth` time from now on whether a grant stands.
fn revoke_before_standing(app: &TestApp, nth: usize, agent: &Agent) {
    let (access, key) = (app.access.clone(), agent.summary().clone());
    app.watch.before_nth_of("standing", nth, async move {
        access.revoke_key(key.tenant, key.grant, &person()).await.unwrap();
    });
}
