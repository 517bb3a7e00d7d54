//! A product's two demo stores in a throw-away database, and a way to call operations in them: without a server, and as a
//! program calls them.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use latchstring::{
    Catalog, Channel, Clock, Context, Domain, Effect, ErrorCode, Finish, Finished, Grant, GrantId, Holder, ManualClock,
    OpenGate, OperationError, Scope, Session, Surface, TenantId,
    db::{
        Database,
        testing::{FreshDatabase, Inspection, Stored},
    },
};
use serde_json::Value;
use uuid::Uuid;

/// Two stores of one product, in one database.
pub struct Stores {
    /// Every operation of the product.
    pub catalog: Catalog,
    /// What both stores are in.
    pub database: Database,
    /// Their ids. What is called without saying where is called in the first.
    pub tenants: [TenantId; 2],
    clock: ManualClock,
    between_calls: TimeDelta,
    inspection: Inspection,
    _home: FreshDatabase,
}

/// As clocks tell it, finer than databases keep it.
fn noon() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 3, 1, 12, 0, 0).unwrap() + TimeDelta::nanoseconds(123_456_789)
}

/// A store's desk: always the same grant of a scope.
#[expect(clippy::disallowed_methods, reason = "a test stands in for the check of a key")]
pub fn desk(tenant: TenantId, scope: Scope) -> Arc<Grant> {
    let bits = tenant.as_uuid().as_u128() ^ u128::from(scope == Scope::Read);
    let holder = Holder::Key {
        label: "Test desk".to_owned(),
        hint: "test_1234...abcd".to_owned(),
    };
    let id = GrantId::from_uuid(Uuid::from_u128(bits));
    Arc::new(Grant::vouch(id, tenant, scope, holder))
}

impl Stores {
    /// Opens a product on this database; `open` makes its tables and fills the two stores.
    pub async fn open<D: Domain>(home: FreshDatabase, open: impl AsyncFnOnce(Database, [TenantId; 2]) -> D) -> Self {
        let database = Database::open(home.url()).await.unwrap();
        let tenants = [TenantId::new(noon()), TenantId::new(noon())];
        let catalog = Catalog::new(open(database.clone(), tenants).await).unwrap();
        Self {
            catalog,
            tenants,
            inspection: Inspection::of(&database).await,
            database,
            clock: ManualClock::at(noon()),
            between_calls: TimeDelta::zero(),
            _home: home,
        }
    }

    /// The same stores where so much time passes before each call.
    #[must_use]
    pub fn calling_every(self, between_calls: TimeDelta) -> Self {
        Self { between_calls, ..self }
    }

    /// Another desk of the same store, which may write.
    #[expect(clippy::disallowed_methods, reason = "a test stands in for the check of a key")]
    pub fn another_grant(&self, tenant: TenantId) -> Arc<Grant> {
        let holder = desk(tenant, Scope::ReadWrite).holder().clone();
        Arc::new(Grant::vouch(GrantId::new(self.now()), tenant, Scope::ReadWrite, holder))
    }

    /// What time it is.
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Lets time pass.
    pub fn later(&self, by: TimeDelta) {
        self.clock.advance(by);
    }

    /// What the desk of the first store sees.
    pub fn surface(&self, scope: Scope) -> Surface {
        self.catalog.surface(desk(self.tenants[0], scope))
    }

    /// A session of a store's desk.
    pub fn session(&self, tenant: TenantId, scope: Scope, effect: Effect) -> Session {
        self.session_of(desk(tenant, scope), effect)
    }

    /// A session of this grant.
    pub fn session_of(&self, grant: Arc<Grant>, effect: Effect) -> Session {
        let surface = self.catalog.surface(grant.clone());
        let cx = Context::begin(grant, Channel::Mcp, &self.clock, Duration::from_mins(1));
        Session::open(&surface, effect, cx, Arc::new(OpenGate), "test")
    }

    /// One call by a read & write grant, committed even if it is refused: as by a program that catches the refusal.
    ///
    /// # Errors
    /// As the operation is refused.
    pub async fn call(&self, tenant: TenantId, path: &str, arguments: Value) -> Result<Value, OperationError> {
        self.change(tenant, path, arguments).await.map(|(answer, _)| answer)
    }

    /// The same, with what it changed.
    ///
    /// # Errors
    /// As the operation is refused.
    pub async fn change(
        &self,
        tenant: TenantId,
        path: &str,
        arguments: Value,
    ) -> Result<(Value, Finished), OperationError> {
        self.clock.advance(self.between_calls);
        let mut session = self.session(tenant, Scope::ReadWrite, Effect::Write);
        let answer = session.call_from_program(path, &arguments.to_string()).await;
        let finished = session.finish(Finish::Commit).await?;
        let answer = answer?;
        Ok((serde_json::from_str(answer.get()).unwrap(), finished))
    }

    /// One call in the first store by a read & write grant, of which nothing stays.
    ///
    /// # Errors
    /// As the operation is refused.
    pub async fn rehearse(&self, path: &str, arguments: &Value) -> Result<Value, OperationError> {
        let mut session = self.session(self.tenants[0], Scope::ReadWrite, Effect::Write);
        let answer = session.call_from_program(path, &arguments.to_string()).await;
        session.finish(Finish::DryRun).await.unwrap();
        answer.map(|answer| serde_json::from_str(answer.get()).unwrap())
    }

    /// A call in the first store that must succeed.
    pub async fn ok(&self, path: &str, arguments: Value) -> Value {
        let shown = arguments.to_string();
        let answer = self.call(self.tenants[0], path, arguments).await;
        answer.unwrap_or_else(|error| panic!("{path}({shown}): {error}"))
    }

    /// A call in the first store that must be refused, and leave no trace although it is caught.
    pub async fn refusal(&self, path: &str, arguments: Value) -> OperationError {
        let (before, shown) = (self.stored().await, arguments.to_string());
        let error = match self.call(self.tenants[0], path, arguments).await {
            Ok(answer) => panic!("{path}({shown}) is not refused: {answer}"),
            Err(error) => error,
        };
        let changes = before.changes(&self.stored().await);
        assert!(changes.is_empty(), "{path}({shown}) left a trace: {changes:#?}");
        error
    }

    /// The same, with the code and the words of the refusal.
    pub async fn refused(&self, path: &str, arguments: Value) -> (ErrorCode, String) {
        let error = self.refusal(path, arguments).await;
        (error.code(), error.message().to_owned())
    }

    /// Every row of every table there is, of all stores.
    pub async fn stored(&self) -> Stored {
        self.inspection.stored().await
    }

    /// The number `n` of a statement.
    pub async fn number(&self, sql: &str) -> i64 {
        self.inspection.number(sql).await
    }

    /// The texts `t` of a statement's rows.
    pub async fn texts(&self, sql: &str) -> Vec<String> {
        self.inspection.texts(sql).await
    }

    /// These columns of the rows that a store has in a table, with `U+001F` between them. `owner` is the column that says
    /// whose a row is.
    pub async fn texts_of(&self, tenant: TenantId, owner: &str, table: &str, columns: &str) -> Vec<String> {
        self.inspection.texts_of(tenant, owner, table, columns).await
    }

    /// What an assistant cannot do in the first store: people, the shop platform, or time.
    pub async fn behind_the_scenes(&self, sql: &str) {
        self.inspection.change(self.tenants[0], sql).await;
    }
}
