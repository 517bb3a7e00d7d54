//! The two demo stores in a throw-away database.

use std::{ops::Deref, sync::Arc};

use assembly::{Assembly, demo};
use latchstring::db::testing::FreshDatabase;
use latchstring::{Grant, Scope, TenantId};

/// Lumen & Oak, where calls are made, and Voltvelo.
pub(crate) struct Stores {
    both: latchstring_testing::Stores,
    pub(crate) lumen: TenantId,
    pub(crate) volt: TenantId,
}

impl Stores {
    pub(crate) async fn open() -> Self {
        Self::open_on(FreshDatabase::new("app").await).await
    }

    pub(crate) async fn open_on(home: FreshDatabase) -> Self {
        let both = latchstring_testing::Stores::open(home, async |database, stores| {
            let assembly = Assembly::open(database.clone()).await.unwrap();
            demo::seed(&database, &stores).await.unwrap();
            assembly
        });
        let both = both.await;
        let [lumen, volt] = both.tenants;
        Self { both, lumen, volt }
    }

    pub(crate) fn grant(tenant: TenantId, scope: Scope) -> Arc<Grant> {
        latchstring_testing::desk(tenant, scope)
    }
}

impl Deref for Stores {
    type Target = latchstring_testing::Stores;

    fn deref(&self) -> &Self::Target {
        &self.both
    }
}
