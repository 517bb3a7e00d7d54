//! Journeys through the real router, the real sandbox and a real database.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod arrows;
mod keys;
mod limits;
mod programs;
mod protocol;
mod secrets;
mod visibility;

use assembly::{Assembly, demo};
use latchstring::Limits;
use latchstring_testing::TestApp;

/// The assembly product with its two demo stores.
async fn assembly() -> TestApp {
    assembly_with(Limits::default()).await
}

async fn assembly_with(limits: Limits) -> TestApp {
    TestApp::with_limits(limits, async |database, tenants| {
        let domain = Assembly::open(database.clone()).await.unwrap();
        let stores: Vec<_> = tenants.iter().map(|tenant| tenant.id).collect();
        demo::seed(&database, &stores).await.unwrap();
        domain
    })
    .await
}
