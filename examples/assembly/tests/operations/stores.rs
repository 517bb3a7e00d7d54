//! The two demo stores in a throw-away database, and a way to call operations in them.

use std::{sync::Arc, time::Duration};

use assembly::{Assembly, demo};
use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use latchstring::db::{Database, testing::FreshDatabase};
use latchstring::{
    Catalog, Channel, Context, Effect, ErrorCode, Finish, Finished, Grant, GrantId, Holder, ManualClock, OpenGate,
    OperationError, Scope, Session, TenantId,
};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::Value;

pub(crate) struct Stores {
    pub(crate) catalog: Catalog,
    pub(crate) database: Database,
    pub(crate) lumen: TenantId,
    pub(crate) volt: TenantId,
    clock: ManualClock,
    _home: FreshDatabase,
}

/// As clocks tell it, finer than databases keep it.
fn noon() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 3, 1, 12, 0, 0).unwrap() + TimeDelta::nanoseconds(123_456_789)
}

impl Stores {
    pub(crate) async fn open() -> Self {
        Self::open_on(FreshDatabase::new("app").await).await
    }

    pub(crate) async fn open_on(home: FreshDatabase) -> Self {
        let database = Database::open(home.url()).await.unwrap();
        let assembly = Assembly::open(database.clone()).await.unwrap();
        let catalog = Catalog::new(assembly).unwrap();
        let (lumen, volt) = (TenantId::new(noon()), TenantId::new(noon()));
        demo::seed(&database, &[lumen, volt]).await.unwrap();
        Self {
            catalog,
            database,
            lumen,
            volt,
            clock: ManualClock::at(noon()),
            _home: home,
        }
    }

    #[expect(clippy::disallowed_methods, reason = "a test stands in for the check of a key")]
    pub(crate) fn grant(tenant: TenantId, scope: Scope) -> Arc<Grant> {
        let holder = Holder::Key {
            label: "Test desk".to_owned(),
            hint: "asmk_1234...abcd".to_owned(),
        };
        Arc::new(Grant::vouch(GrantId::new(noon()), tenant, scope, holder))
    }

    pub(crate) fn session(&self, tenant: TenantId, scope: Scope, effect: Effect) -> Session {
        let grant = Self::grant(tenant, scope);
        let surface = self.catalog.surface(grant.clone());
        let cx = Context::begin(grant, Channel::Mcp, &self.clock, Duration::from_mins(1));
        Session::open(&surface, effect, cx, Arc::new(OpenGate), "test")
    }

    /// One call by a read & write grant, committed if it succeeds.
    pub(crate) async fn call(&self, tenant: TenantId, path: &str, arguments: Value) -> Result<Value, OperationError> {
        self.change(tenant, path, arguments).await.map(|(answer, _)| answer)
    }

    /// The same, with what it changed.
    pub(crate) async fn change(
        &self,
        tenant: TenantId,
        path: &str,
        arguments: Value,
    ) -> Result<(Value, Finished), OperationError> {
        let mut session = self.session(tenant, Scope::ReadWrite, Effect::Write);
        match session.call_from_program(path, &arguments.to_string()).await {
            Ok(answer) => {
                let finished = session.finish(Finish::Commit).await?;
                Ok((serde_json::from_str(answer.get()).unwrap(), finished))
            }
            Err(error) => {
                session.finish(Finish::Fail(error.code())).await?;
                Err(error)
            }
        }
    }

    /// A call in Lumen & Oak that must succeed.
    pub(crate) async fn ok(&self, path: &str, arguments: Value) -> Value {
        self.call(self.lumen, path, arguments).await.unwrap()
    }

    /// A call in Lumen & Oak that must be refused, and leave no trace.
    pub(crate) async fn refused(&self, path: &str, arguments: Value) -> (ErrorCode, String) {
        let before = self.row_counts().await;
        let error = self.call(self.lumen, path, arguments).await.unwrap_err();
        assert_eq!(self.row_counts().await, before, "{path} left a trace");
        (error.code(), error.message().to_owned())
    }

    /// How many rows each table has.
    pub(crate) async fn row_counts(&self) -> Vec<(&'static str, i64)> {
        let tables = [
            "shops",
            "locations",
            "variants",
            "materials",
            "boms",
            "sub_assemblies",
            "component_rows",
            "nested_rows",
            "levels",
            "adjustments",
        ];
        let mut counts = Vec::new();
        for table in tables {
            counts.push((table, self.number(&format!("SELECT COUNT(*) AS n FROM {table}")).await));
        }
        counts
    }

    /// The number `n` of a statement.
    pub(crate) async fn number(&self, sql: &str) -> i64 {
        let read = self.database.begin_read().await.unwrap();
        let row = read
            .query_one_raw(Statement::from_string(read.get_database_backend(), sql))
            .await
            .unwrap()
            .unwrap();
        row.try_get("", "n").unwrap()
    }

    /// The text `t` of a statement.
    pub(crate) async fn text(&self, sql: &str) -> String {
        let read = self.database.begin_read().await.unwrap();
        let row = read
            .query_one_raw(Statement::from_string(read.get_database_backend(), sql))
            .await
            .unwrap()
            .unwrap();
        row.try_get("", "t").unwrap()
    }
}
