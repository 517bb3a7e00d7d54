//! How many statements operations make does not depend on how large the store is, and what they read is no more than they
//! need. Times are measured elsewhere: `cargo bench -p assembly --bench scale`.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use assembly::{
    Assembly,
    demo::large::{self, Size},
};
use chrono::DateTime;
use latchstring::db::{Database, testing::FreshDatabase};
use latchstring::{
    Catalog, Channel, Context, Finish, Grant, GrantId, Holder, ManualClock, OpenGate, Scope, Session, TenantId,
};
use serde_json::{Value, json};

struct Store {
    catalog: Catalog,
    grant: Arc<Grant>,
    statements: Arc<Mutex<Vec<String>>>,
    _home: FreshDatabase,
}

impl Store {
    #[expect(clippy::disallowed_methods, reason = "a test stands in for the check of a key")]
    async fn open(size: Size) -> Self {
        let home = FreshDatabase::new("scale").await;
        let statements = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&statements);
        let watch = move |sql: &str| {
            // What PostgreSQL is told at the start of a transaction is no query of ours.
            if !sql.contains("pg_advisory") && !sql.starts_with("SET ") {
                heard.lock().unwrap().push(sql.to_owned());
            }
        };
        let database = Database::open_watched(home.url(), watch).await.unwrap();
        let assembly = Assembly::open(database.clone()).await.unwrap();
        let tenant = TenantId::new(DateTime::UNIX_EPOCH);
        large::fill(&database, tenant, size).await.unwrap();
        let holder = Holder::Key {
            label: "Desk".to_owned(),
            hint: "asmk_1234...abcd".to_owned(),
        };
        Self {
            catalog: Catalog::new(assembly).unwrap(),
            grant: Arc::new(Grant::vouch(
                GrantId::new(DateTime::UNIX_EPOCH),
                tenant,
                Scope::ReadWrite,
                holder,
            )),
            statements,
            _home: home,
        }
    }

    /// One call that is undone, with the statements it made.
    async fn call(&self, path: &str, arguments: &Value) -> (Value, Vec<String>) {
        let surface = self.catalog.surface(Arc::clone(&self.grant));
        let effect = surface.find(path).unwrap().effect;
        let clock = ManualClock::at(DateTime::UNIX_EPOCH);
        let cx = Context::begin(Arc::clone(&self.grant), Channel::Mcp, &clock, Duration::from_mins(5));
        let mut session = Session::open(&surface, effect, cx, Arc::new(OpenGate), "test");
        self.statements.lock().unwrap().clear();
        let answer = session.call_from_program(path, &arguments.to_string()).await;
        let answer = answer.unwrap_or_else(|error| panic!("{path} {arguments}: {error}"));
        session.finish(Finish::DryRun).await.unwrap();
        let statements = std::mem::take(&mut *self.statements.lock().unwrap());
        (serde_json::from_str(answer.get()).unwrap(), statements)
    }
}

/// A store with few rows, whose structures are as deep as in a large one.
const SMALL: Size = Size {
    materials: 400,
    boms: 80,
    sub_assemblies: 40,
};

/// The same five times over.
const LARGER: Size = Size {
    materials: 2000,
    boms: 400,
    sub_assemblies: 200,
};

/// Every operation that the stores have something for, with an answer of the same size in both.
fn calls() -> Vec<(&'static str, Value)> {
    let row = json!([{ "variantId": "VMAT-VAR-900001", "quantity": 3 }]);
    let level = json!([{ "locationId": "90001", "quantity": 3 }]);
    let bom = "bom_00009";
    let sub = "sub_00002";
    vec![
        ("shop.get", json!({})),
        ("locations.list", json!({})),
        ("locations.get", json!({ "locationId": "90001" })),
        ("stock.history", json!({})),
        ("catalog.searchVariants", json!({ "pageSize": 20 })),
        ("catalog.searchProducts", json!({ "pageSize": 20 })),
        ("catalog.getVariants", json!({ "ids": ["7000001"] })),
        ("catalog.getProducts", json!({ "ids": ["37000001"] })),
        (
            "rawMaterials.list",
            json!({ "pageSize": 20, "includeConnections": true, "sortBy": "inventoryQuantity" }),
        ),
        ("rawMaterials.get", json!({ "variantId": "VMAT-VAR-900001" })),
        ("rawMaterials.inventory", json!({ "variantId": "VMAT-VAR-900001" })),
        ("boms.list", json!({ "pageSize": 20 })),
        ("boms.get", json!({ "bomId": bom, "expand": true })),
        ("boms.buildable", json!({ "bomId": bom })),
        ("boms.buildableMany", json!({ "pageSize": 20 })),
        ("subAssemblies.list", json!({ "pageSize": 20 })),
        ("subAssemblies.get", json!({ "subAssemblyId": sub })),
        (
            "rawMaterials.setStock",
            json!({ "variantId": "VMAT-VAR-900001", "levels": level }),
        ),
        (
            "rawMaterials.update",
            json!({ "variantId": "VMAT-VAR-900001", "cost": "2.00" }),
        ),
        ("rawMaterials.createVirtual", json!({ "name": "New" })),
        ("rawMaterials.register", json!({ "variantIds": ["7000001", "7000002"] })),
        ("boms.setComponents", json!({ "bomId": bom, "components": row })),
        ("boms.configure", json!({ "bomId": bom, "dynamicAdjustment": true })),
        ("boms.setPreassembled", json!({ "bomId": bom, "levels": level })),
        ("boms.delete", json!({ "bomId": bom })),
        (
            "subAssemblies.setComponents",
            json!({ "subAssemblyId": sub, "components": row }),
        ),
        ("subAssemblies.create", json!({ "name": "New", "components": row })),
        (
            "subAssemblies.setPreassembled",
            json!({ "subAssemblyId": sub, "levels": level }),
        ),
    ]
}

#[tokio::test]
async fn a_larger_store_takes_no_more_statements() {
    let (small, larger) = (Store::open(SMALL).await, Store::open(LARGER).await);
    let mut report = String::new();
    for (path, arguments) in calls() {
        let (_, few) = small.call(path, &arguments).await;
        let (_, as_few) = larger.call(path, &arguments).await;
        report.push_str(&format!("{path:<34}{}\n", as_few.len()));
        // A structure may branch a little more where there is more to branch to; it is as deep.
        assert!(
            as_few.len() <= few.len() + 4,
            "{path}: {} statements, {} in a small store",
            as_few.len(),
            few.len()
        );
    }
    insta::assert_snapshot!(report);
}

#[tokio::test]
async fn every_statement_has_a_key_or_a_limit() {
    let store = Store::open(SMALL).await;
    for (path, arguments) in calls() {
        let (_, statements) = store.call(path, &arguments).await;
        for sql in statements.iter().filter(|sql| sql.starts_with("SELECT")) {
            let is_bound = [
                " IN (",
                " LIMIT ",
                "COUNT(",
                ".\"id\" = ",
                "FROM \"shops\"",
                "DISTINCT",
                "_id\" = ",
                "caller_key",
            ]
            .iter()
            .any(|part| sql.contains(part));
            assert!(is_bound, "{path} reads without a key or a limit: {sql}");
        }
    }
}

#[tokio::test]
async fn buildable_of_every_bom_takes_statements_in_proportion_to_pages() {
    let store = Store::open(LARGER).await;
    let mut counts = Vec::new();
    for page in 1..=4 {
        let (answer, statements) = store.call("boms.buildableMany", &json!({ "page": page })).await;
        assert_eq!(answer["items"].as_array().unwrap().len(), 100);
        counts.push(statements.len());
    }
    assert!(counts.iter().all(|count| *count <= 40), "{counts:?}");
}
