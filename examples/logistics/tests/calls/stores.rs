//! The two demo stores in a throw-away database.

use std::{ops::Deref, sync::Arc};

use chrono::TimeDelta;
use latchstring::db::testing::FreshDatabase;
use latchstring::{Grant, Scope, TenantId};
use logistics::{Logistics, demo};

/// Harbor & Pine, where calls are made, and Kiln & Clay.
pub(crate) struct Stores {
    both: latchstring_testing::Stores,
    pub(crate) harbor: TenantId,
    pub(crate) kiln: TenantId,
}

impl Stores {
    pub(crate) async fn open() -> Self {
        Self::open_on(FreshDatabase::new("app").await).await
    }

    pub(crate) async fn open_on(home: FreshDatabase) -> Self {
        let both = latchstring_testing::Stores::open(home, async |database, stores| {
            let logistics = Logistics::open(database.clone()).await.unwrap();
            demo::seed(&database, &stores).await.unwrap();
            logistics
        });
        // One after the other, as calls of an assistant are.
        let both = both.await.calling_every(TimeDelta::milliseconds(1));
        let [harbor, kiln] = both.tenants;
        Self { both, harbor, kiln }
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
