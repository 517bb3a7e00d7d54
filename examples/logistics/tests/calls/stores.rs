//! The two demo stores in a throw-away database, and a way to call operations in them.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use latchstring::db::{Database, testing::FreshDatabase};
use latchstring::{
    Catalog, Channel, Clock, Context, Effect, ErrorCode, Finish, Finished, Grant, GrantId, Holder, ManualClock,
    OpenGate, OperationError, Scope, Session, TenantId,
};
use logistics::{Logistics, demo};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, Statement};
use serde_json::Value;
use uuid::Uuid;

pub(crate) struct Stores {
    pub(crate) catalog: Catalog,
    pub(crate) database: Database,
    pub(crate) harbor: TenantId,
    pub(crate) kiln: TenantId,
    clock: ManualClock,
    /// A statement that reads every row.
    everything: String,
    _home: FreshDatabase,
}

/// As clocks tell it, finer than databases keep it.
fn noon() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 3, 1, 12, 0, 0).unwrap() + TimeDelta::nanoseconds(123_456_789)
}

/// Every row of every table, as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stored(BTreeSet<String>);

impl Stored {
    /// The rows that are gone, and those that have come.
    pub(crate) fn changes(&self, later: &Self) -> Vec<String> {
        let gone = self.0.difference(&later.0).map(|row| format!("- {row}"));
        let come = later.0.difference(&self.0).map(|row| format!("+ {row}"));
        gone.chain(come).collect()
    }

    /// The rows of one store.
    pub(crate) fn of(&self, tenant: TenantId) -> Self {
        let id = tenant.as_uuid();
        let (blob, text) = (format!("X'{}'", id.simple()).to_uppercase(), id.to_string());
        let rows = self.0.iter().filter(|row| row.contains(&blob) || row.contains(&text));
        Self(rows.cloned().collect())
    }
}

impl Stores {
    pub(crate) async fn open() -> Self {
        Self::open_on(FreshDatabase::new("app").await).await
    }

    pub(crate) async fn open_on(home: FreshDatabase) -> Self {
        let database = Database::open(home.url()).await.unwrap();
        let logistics = Logistics::open(database.clone()).await.unwrap();
        let catalog = Catalog::new(logistics).unwrap();
        let (harbor, kiln) = (TenantId::new(noon()), TenantId::new(noon()));
        demo::seed(&database, &[harbor, kiln]).await.unwrap();
        let everything = everything(&database.begin_read().await.unwrap()).await;
        Self {
            catalog,
            everything,
            database,
            harbor,
            kiln,
            clock: ManualClock::at(noon()),
            _home: home,
        }
    }

    /// A store's desk: always the same grant of a scope.
    #[expect(clippy::disallowed_methods, reason = "a test stands in for the check of a key")]
    pub(crate) fn grant(tenant: TenantId, scope: Scope) -> Arc<Grant> {
        let bits = tenant.as_uuid().as_u128() ^ u128::from(scope == Scope::Read);
        let holder = Holder::Key {
            label: "Test desk".to_owned(),
            hint: "lstk_1234...abcd".to_owned(),
        };
        let id = GrantId::from_uuid(Uuid::from_u128(bits));
        Arc::new(Grant::vouch(id, tenant, scope, holder))
    }

    /// Another desk of the same store, which may write.
    #[expect(clippy::disallowed_methods, reason = "a test stands in for the check of a key")]
    pub(crate) fn another_grant(&self, tenant: TenantId) -> Arc<Grant> {
        let holder = Self::grant(tenant, Scope::ReadWrite).holder().clone();
        Arc::new(Grant::vouch(GrantId::new(self.now()), tenant, Scope::ReadWrite, holder))
    }

    /// Lets time pass.
    pub(crate) fn later(&self, by: TimeDelta) {
        self.clock.advance(by);
    }

    /// The number `n` of a statement.
    pub(crate) async fn number(&self, sql: &str) -> i64 {
        let read = self.database.begin_read().await.unwrap();
        let row = read.query_one_raw(Statement::from_string(read.get_database_backend(), sql));
        row.await.unwrap().unwrap().try_get("", "n").unwrap()
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    pub(crate) fn session(&self, tenant: TenantId, scope: Scope, effect: Effect) -> Session {
        self.session_of(Self::grant(tenant, scope), effect)
    }

    pub(crate) fn session_of(&self, grant: Arc<Grant>, effect: Effect) -> Session {
        let surface = self.catalog.surface(grant.clone());
        let cx = Context::begin(grant, Channel::Mcp, &self.clock, Duration::from_mins(1));
        Session::open(&surface, effect, cx, Arc::new(OpenGate), "test")
    }

    /// One call by a read & write grant, committed even if it is refused: as by a program that catches the refusal.
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
        // One after the other, as calls of an assistant are.
        self.clock.advance(TimeDelta::milliseconds(1));
        let mut session = self.session(tenant, Scope::ReadWrite, Effect::Write);
        let answer = session.call_from_program(path, &arguments.to_string()).await;
        let finished = session.finish(Finish::Commit).await?;
        let answer = answer?;
        Ok((serde_json::from_str(answer.get()).unwrap(), finished))
    }

    /// A call in Harbor & Pine that must succeed.
    pub(crate) async fn ok(&self, path: &str, arguments: Value) -> Value {
        let shown = arguments.to_string();
        let answer = self.call(self.harbor, path, arguments).await;
        answer.unwrap_or_else(|error| panic!("{path}({shown}): {error}"))
    }

    /// A call in Harbor & Pine that must be refused, and leave no trace although it is caught.
    pub(crate) async fn refusal(&self, path: &str, arguments: Value) -> OperationError {
        let (before, shown) = (self.stored().await, arguments.to_string());
        let error = match self.call(self.harbor, path, arguments).await {
            Ok(answer) => panic!("{path}({shown}) is not refused: {answer}"),
            Err(error) => error,
        };
        let changes = before.changes(&self.stored().await);
        assert!(changes.is_empty(), "{path}({shown}) left a trace: {changes:#?}");
        error
    }

    /// The same, with the code and the words of the refusal.
    pub(crate) async fn refused(&self, path: &str, arguments: Value) -> (ErrorCode, String) {
        let error = self.refusal(path, arguments).await;
        (error.code(), error.message().to_owned())
    }

    /// Every row of every table there is, of all stores.
    pub(crate) async fn stored(&self) -> Stored {
        let read = self.database.begin_read().await.unwrap();
        Stored(texts(&read, &self.everything).await.into_iter().collect())
    }

    /// The ids, names and other short texts of a store, row by row, with `U+001F` between them.
    pub(crate) async fn texts_of(&self, tenant: TenantId) -> Vec<String> {
        let columns = [
            ("shops", "name"),
            ("locations", "id, name, name_override, address"),
            ("products", "id, title, vendor"),
            (
                "variants",
                "id, product_id, product_title, sku, barcode, vendor, inventory_item_id",
            ),
            ("suppliers", "id"),
            ("supplier_variants", "supplier_id, variant_id"),
            ("purchase_orders", "id"),
            ("purchase_order_lines", "id"),
            ("transfer_orders", "id"),
            ("transfer_order_lines", "id"),
            ("return_orders", "id"),
            ("return_order_lines", "id"),
            ("stock_takes", "id"),
            ("stock_take_lines", "id"),
            ("credits", "id"),
            ("applications", "id"),
            ("recipients", "id, email"),
            ("views", "id, name"),
            ("reports", "id, name"),
        ];
        let read = self.database.begin_read().await.unwrap();
        let id = match read.get_database_backend() {
            DbBackend::Sqlite => format!("X'{}'", tenant.as_uuid().simple()),
            _ => format!("'{}'", tenant.as_uuid()),
        };
        let mut rows = Vec::new();
        for (table, columns) in columns {
            let columns: Vec<String> = columns
                .split(", ")
                .map(|name| format!("COALESCE({name}, '')"))
                .collect();
            let columns = columns.join(" || '\u{1F}' || ");
            rows.extend(
                texts(
                    &read,
                    &format!("SELECT {columns} AS t FROM {table} WHERE store_id = {id}"),
                )
                .await,
            );
        }
        rows
    }

    /// What an assistant cannot do: people, the shop platform, or time.
    pub(crate) async fn behind_the_scenes(&self, sql: &str) {
        let write = self.database.begin_write_for(self.harbor).await.unwrap();
        let done = write.execute_unprepared(sql).await.unwrap();
        assert!(done.rows_affected() > 0, "{sql}");
        write.commit().await.unwrap();
    }
}

/// A statement that reads every row of every table as a text, whatever tables there are.
async fn everything(read: &DatabaseTransaction) -> String {
    let is_sqlite = read.get_database_backend() == DbBackend::Sqlite;
    let tables = if is_sqlite {
        "SELECT name AS t FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    } else {
        "SELECT tablename AS t FROM pg_tables WHERE schemaname = 'public'"
    };
    let mut selects = Vec::new();
    for table in texts(read, tables).await {
        let row = if is_sqlite {
            let columns = format!("SELECT name AS t FROM pragma_table_info('{table}')");
            let columns = texts(read, &columns).await.into_iter();
            let quoted: Vec<String> = columns.map(|name| format!("quote(\"{name}\")")).collect();
            quoted.join(" || ',' || ")
        } else {
            "one::text".to_owned()
        };
        selects.push(format!("SELECT '{table}: ' || {row} AS t FROM {table} one"));
    }
    selects.join(" UNION ALL ")
}

async fn texts(read: &DatabaseTransaction, sql: &str) -> Vec<String> {
    let rows = read.query_all_raw(Statement::from_string(read.get_database_backend(), sql));
    let rows = rows.await.unwrap();
    rows.iter().map(|row| row.try_get("", "t").unwrap()).collect()
}
