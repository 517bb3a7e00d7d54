//! A store to measure: what each call asks of the database.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use chrono::{TimeDelta, TimeZone, Utc};
use latchstring::{
    Catalog, Channel, Context, Domain, Finish, Grant, GrantId, Holder, ManualClock, OpenGate, OperationError, Scope,
    Session, TenantId, db::Database,
};
use latchstring_db::testing::FreshDatabase;
use serde_json::Value;

/// A store in a database of its own, and a desk that may write.
pub struct Measured {
    /// What it is in. What is asked of it directly counts, too.
    pub database: Database,
    catalog: Catalog,
    grant: Arc<Grant>,
    clock: ManualClock,
    statements: Arc<Mutex<Vec<String>>>,
    _home: FreshDatabase,
}

impl Measured {
    /// Opens a product on a fresh database; `open` makes its tables and fills the store.
    #[expect(clippy::disallowed_methods, reason = "a test stands in for the check of a key")]
    pub async fn open<D: Domain>(open: impl AsyncFnOnce(Database, TenantId) -> D) -> Self {
        let home = FreshDatabase::new("scale").await;
        let statements = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&statements);
        let watch = move |sql: &str| {
            // What PostgreSQL is told at the start of a transaction is no query of a product's.
            if !sql.contains("pg_advisory") && !sql.starts_with("SET ") {
                heard.lock().unwrap().push(sql.to_owned());
            }
        };
        let database = Database::open_watched(home.url(), watch).await.unwrap();
        let now = Utc.with_ymd_and_hms(2026, 3, 1, 12, 0, 0).unwrap();
        let tenant = TenantId::new(now);
        let domain = open(database.clone(), tenant).await;
        statements.lock().unwrap().clear();
        let holder = Holder::Key {
            label: "Desk".to_owned(),
            hint: "test_1234...abcd".to_owned(),
        };
        Self {
            database,
            catalog: Catalog::new(domain).unwrap(),
            grant: Arc::new(Grant::vouch(GrantId::new(now), tenant, Scope::ReadWrite, holder)),
            clock: ManualClock::at(now),
            statements,
            _home: home,
        }
    }

    /// Whose store it is.
    pub fn tenant(&self) -> TenantId {
        self.grant.tenant()
    }

    /// Lets time pass.
    pub fn later(&self, by: TimeDelta) {
        self.clock.advance(by);
    }

    /// One call, of which nothing stays.
    ///
    /// # Errors
    /// As the operation is refused.
    pub async fn rehearse(&self, path: &str, arguments: &str) -> Result<Value, OperationError> {
        let surface = self.catalog.surface(Arc::clone(&self.grant));
        let effect = surface.find(path).unwrap().effect;
        let cx = Context::begin(
            Arc::clone(&self.grant),
            Channel::Mcp,
            &self.clock,
            Duration::from_mins(5),
        );
        let mut session = Session::open(&surface, effect, cx, Arc::new(OpenGate), "test");
        let answer = session.call_from_program(path, arguments).await;
        session.finish(Finish::DryRun).await?;
        Ok(serde_json::from_str(answer?.get()).unwrap())
    }

    /// One call that must succeed and of which nothing stays, with the statements that it made.
    pub async fn call(&self, path: &str, arguments: &Value) -> (Value, Vec<String>) {
        self.statements.lock().unwrap().clear();
        let answer = self.rehearse(path, &arguments.to_string()).await;
        let answer = answer.unwrap_or_else(|error| panic!("{path} {arguments}: {error}"));
        let statements = std::mem::take(&mut *self.statements.lock().unwrap());
        (answer, statements)
    }
}
