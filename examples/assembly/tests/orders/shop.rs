//! A small store whose every count can be read at a glance: a lamp of one head, one base and 0.5 m of cable with 10 % waste;
//! a head of one lens and 0.25 of a sheet. Lens, sheet and base are the platform's, cable is virtual.

use std::collections::BTreeMap;

use assembly::{
    Assembly,
    model::{Article, Line, LocationId, Move, OrderEvent, OrderEventKind},
    orders::{Applied, Done, EventError, Orders, Platform},
};
use chrono::{DateTime, TimeZone, Utc};
use latchstring::db::{Database, testing::FreshDatabase};
use latchstring::{
    Catalog, Channel, Context, Effect, Finish, Grant, GrantId, Holder, ManualClock, OpenGate, Scope, Session, TenantId,
};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};

pub(crate) struct Shop {
    pub(crate) database: Database,
    pub(crate) store: TenantId,
    catalog: Catalog,
    pub(crate) orders: Orders,
    pub(crate) head: String,
    pub(crate) cable: String,
    pub(crate) lamp: String,
    _home: FreshDatabase,
}

pub(crate) const LAMP: &str = "41001";

pub(crate) fn noon() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 3, 1, 12, 0, 0).unwrap()
}

pub(crate) fn article(variant: &str, location: Option<&str>) -> Article {
    Article {
        variant: variant.to_owned().try_into().unwrap(),
        location: location.map(|id| id.to_owned().try_into().unwrap()),
    }
}

pub(crate) fn lamps(units: u64) -> Vec<Line> {
    vec![Line {
        article: article(LAMP, None),
        units,
    }]
}

impl Shop {
    /// 5 heads are on the shelf, 2 lamps are on the shelf; there are 20 of everything else.
    pub(crate) async fn open() -> Self {
        let home = FreshDatabase::new("app").await;
        let database = Database::open(home.url()).await.unwrap();
        let assembly = Assembly::open(database.clone()).await.unwrap();
        let store = TenantId::new(noon());
        let shop = Self {
            orders: Orders::new(database.clone(), Platform::Up),
            catalog: Catalog::new(assembly).unwrap(),
            database,
            store,
            head: String::new(),
            cable: String::new(),
            lamp: String::new(),
            _home: home,
        };
        shop.fill().await
    }

    async fn fill(mut self) -> Self {
        let id = self.store.as_uuid();
        let id = if self.is_on_postgres().await {
            format!("'{id}'")
        } else {
            format!("x'{}'", id.simple())
        };
        for statement in [
            format!(
                "INSERT INTO shops (store_id, name, currency, allow_negative_inventory, default_location_id) \
                 VALUES ({id}, 'Shop', 'EUR', FALSE, '70001')"
            ),
            format!("INSERT INTO locations VALUES ({id}, '70001', 'Home', TRUE), ({id}, '70002', 'Branch', TRUE)"),
            format!(
                "INSERT INTO variants (store_id, id, product_id, product_title, title, price, search) VALUES \
                 ({id}, '41001', '31001', 'Lamp', '', 100000000, 'lamp'), \
                 ({id}, '41002', '31002', 'Set of two lamps', '', 180000000, 'set'), \
                 ({id}, '50001', '32001', 'Lens', '', 0, 'lens'), \
                 ({id}, '50002', '32002', 'Sheet', '', 0, 'sheet'), \
                 ({id}, '50003', '32003', 'Base', '', 0, 'base')"
            ),
            format!(
                "INSERT INTO levels (store_id, kind, item_id, location_id, quantity) VALUES \
                 ({id}, 'material', '50001', '70001', 20000000), ({id}, 'material', '50002', '70001', 20000000), \
                 ({id}, 'material', '50003', '70001', 20000000), ({id}, 'displayed', '41001', '70001', 30000000)"
            ),
        ] {
            self.execute(&statement).await;
        }
        let made = self.call("rawMaterials.createVirtual", json!({ "name": "Cable", "unit": "m" }));
        self.cable = text(&made.await["rawMaterial"]["variantId"]);
        let made = self.call(
            "subAssemblies.create",
            json!({ "name": "Head", "components": [
                { "variantId": "50001", "quantity": 1 }, { "variantId": "50002", "quantity": 0.25 },
            ] }),
        );
        self.head = text(&made.await["subAssembly"]["subAssemblyId"]);
        let made = self.call(
            "boms.create",
            json!({ "variantId": LAMP, "settings": { "active": true }, "components": [
                { "variantId": "50003", "quantity": 1 },
                { "variantId": self.cable, "quantity": 0.5, "wastePercentage": 10 },
            ], "subAssemblies": [{ "subAssemblyId": self.head, "quantity": 1 }] }),
        );
        self.lamp = text(&made.await["bom"]["bomId"]);
        let levels = |quantity: u32| json!([{ "locationId": "70001", "quantity": quantity }]);
        self.call(
            "rawMaterials.setStock",
            json!({ "variantId": self.cable, "levels": levels(20) }),
        )
        .await;
        self.call(
            "subAssemblies.setPreassembled",
            json!({ "subAssemblyId": self.head, "levels": levels(5) }),
        )
        .await;
        self.call(
            "boms.setPreassembled",
            json!({ "bomId": self.lamp, "levels": levels(2) }),
        )
        .await;
        self
    }

    async fn is_on_postgres(&self) -> bool {
        let read = self.database.begin_read().await.unwrap();
        read.get_database_backend() == sea_orm::DbBackend::Postgres
    }

    /// A statement past everything, for what only people and the platform can set.
    pub(crate) async fn execute(&self, sql: &str) {
        let write = self.database.begin_write_for(self.store).await.unwrap();
        write.execute_unprepared(sql).await.unwrap();
        latchstring::db::commit(write).await.unwrap();
    }

    /// A setting of the store.
    pub(crate) async fn set(&self, setting: &str) {
        self.execute(&format!("UPDATE shops SET {setting}")).await;
    }

    /// A call by an assistant that must succeed.
    #[expect(clippy::disallowed_methods, reason = "a test stands in for the check of a key")]
    pub(crate) async fn call(&self, path: &str, arguments: Value) -> Value {
        let holder = Holder::Key {
            label: "Desk".to_owned(),
            hint: "asmk_1234...abcd".to_owned(),
        };
        let grant = Arc::new(Grant::vouch(GrantId::new(noon()), self.store, Scope::ReadWrite, holder));
        let surface = self.catalog.surface(grant.clone());
        let cx = Context::begin(grant, Channel::Mcp, &ManualClock::at(noon()), Duration::from_mins(1));
        let mut session = Session::open(&surface, Effect::Write, cx, Arc::new(OpenGate), "test");
        let answer = session.call_from_program(path, &arguments.to_string()).await;
        let answer = answer.unwrap_or_else(|error| panic!("{path} {arguments}: {error}"));
        session.finish(Finish::Commit).await.unwrap();
        serde_json::from_str(answer.get()).unwrap()
    }

    pub(crate) async fn try_tell(&self, id: &str, kind: OrderEventKind) -> Result<Applied, EventError> {
        let event = OrderEvent {
            id: id.to_owned(),
            order: "1001".to_owned().try_into().unwrap(),
            at: noon(),
            kind,
        };
        self.orders.apply(self.store, &event, noon()).await
    }

    /// An event of order 1001 that must be applied.
    pub(crate) async fn tell(&self, id: &str, kind: OrderEventKind) -> Done {
        match self.try_tell(id, kind).await.unwrap() {
            Applied::Done(done) => done,
            Applied::Duplicate => panic!("`{id}` was told before"),
        }
    }

    /// Every count that is not zero, by what it is and where.
    pub(crate) async fn counts(&self) -> BTreeMap<String, String> {
        let read = self.database.begin_read().await.unwrap();
        let sql = "SELECT kind, item_id, location_id, quantity FROM levels WHERE quantity <> 0";
        let rows = read
            .query_all_raw(Statement::from_string(read.get_database_backend(), sql))
            .await
            .unwrap();
        let names = [
            ("50001", "lens"),
            ("50002", "sheet"),
            ("50003", "base"),
            (self.cable.as_str(), "cable"),
            (self.head.as_str(), "head"),
            (self.lamp.as_str(), "lamp"),
            (LAMP, "shown"),
        ];
        let mut counts = BTreeMap::new();
        for row in rows {
            let item: String = row.try_get("", "item_id").unwrap();
            let at: String = row.try_get("", "location_id").unwrap();
            let quantity: i64 = row.try_get("", "quantity").unwrap();
            let name = names
                .iter()
                .find(|(id, _)| *id == item)
                .map_or(item.as_str(), |(_, name)| name);
            let name = if at == "70001" {
                name.to_owned()
            } else {
                format!("{name}@{at}")
            };
            counts.insert(name, assembly::model::Quantity::from_micros(quantity).to_string());
        }
        counts
    }

    /// The counts in one line: `base 20, cable 20, …`.
    pub(crate) async fn line(&self) -> String {
        let counts = self.counts().await;
        let each: Vec<String> = counts.iter().map(|(name, count)| format!("{name} {count}")).collect();
        each.join(", ")
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// Moves in one line: `lamp -2, shown -9, …`.
pub(crate) fn told(moves: &[Move]) -> String {
    let each: Vec<String> = moves
        .iter()
        .map(|one| format!("{} {}", one.name, one.quantity))
        .collect();
    each.join(", ")
}

pub(crate) fn at(id: &str) -> LocationId {
    id.to_owned().try_into().unwrap()
}
