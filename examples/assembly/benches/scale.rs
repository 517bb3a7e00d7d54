//! What operations cost in a store of 10,000 raw materials, 2,000 BOMs and 500 sub-assemblies, and in smaller ones.
//!
//! `cargo bench -p assembly --bench scale` prints how many statements each call makes at each size, and times it.

#![expect(clippy::print_stdout, reason = "a benchmark reports")]
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot go on has failed")]

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use assembly::{
    Assembly,
    demo::large::{self, Size},
};
use chrono::Utc;
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use latchstring::db::{Database, testing::FreshDatabase};
use latchstring::{
    Catalog, Channel, Context, Effect, Finish, Grant, GrantId, Holder, OpenGate, Scope, Session, SystemClock, TenantId,
};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

struct Store {
    catalog: Catalog,
    grant: Arc<Grant>,
    statements: Arc<AtomicU64>,
    _home: FreshDatabase,
}

impl Store {
    #[expect(clippy::disallowed_methods, reason = "a benchmark stands in for the check of a key")]
    async fn open(size: Size) -> Self {
        let home = FreshDatabase::new("scale").await;
        let statements = Arc::new(AtomicU64::new(0));
        let count = Arc::clone(&statements);
        let watch = move |_: &str| {
            count.fetch_add(1, Ordering::Relaxed);
        };
        let database = Database::open_watched(home.url(), watch).await.unwrap();
        let assembly = Assembly::open(database.clone()).await.unwrap();
        let tenant = TenantId::new(Utc::now());
        large::fill(&database, tenant, size).await.unwrap();
        let holder = Holder::Key {
            label: "Bench".to_owned(),
            hint: "asmk_1234...abcd".to_owned(),
        };
        Self {
            catalog: Catalog::new(assembly).unwrap(),
            grant: Arc::new(Grant::vouch(GrantId::new(Utc::now()), tenant, Scope::ReadWrite, holder)),
            statements,
            _home: home,
        }
    }

    /// One call; a change is undone.
    async fn call(&self, path: &str, arguments: &str) -> Value {
        let surface = self.catalog.surface(Arc::clone(&self.grant));
        let is_read = surface.find(path).unwrap().effect == Effect::Read;
        let effect = if is_read { Effect::Read } else { Effect::Write };
        let cx = Context::begin(
            Arc::clone(&self.grant),
            Channel::Mcp,
            &SystemClock,
            Duration::from_mins(5),
        );
        let mut session = Session::open(&surface, effect, cx, Arc::new(OpenGate), "bench");
        let answer = session.call_from_program(path, arguments).await;
        let answer = answer.unwrap_or_else(|error| panic!("{path} {arguments}: {error}"));
        session.finish(Finish::DryRun).await.unwrap();
        serde_json::from_str(answer.get()).unwrap()
    }

    async fn statements_of(&self, path: &str, arguments: &str) -> u64 {
        let before = self.statements.load(Ordering::Relaxed);
        self.call(path, arguments).await;
        self.statements.load(Ordering::Relaxed) - before
    }
}

/// Calls whose answer has the same size in every store.
fn calls() -> Vec<(&'static str, &'static str, Value)> {
    let row = json!([{ "variantId": "VMAT-VAR-900001", "quantity": 3 }]);
    let level = json!([{ "locationId": "90001", "quantity": 3 }]);
    vec![
        ("list materials", "rawMaterials.list", json!({})),
        (
            "list materials by stock",
            "rawMaterials.list",
            json!({ "sortBy": "inventoryQuantity" }),
        ),
        (
            "list materials with users",
            "rawMaterials.list",
            json!({ "includeConnections": true }),
        ),
        ("search materials", "rawMaterials.list", json!({ "search": "cable 90" })),
        (
            "unused materials",
            "rawMaterials.list",
            json!({ "usageFilter": "unused" }),
        ),
        ("list BOMs", "boms.list", json!({})),
        ("search BOMs", "boms.list", json!({ "search": "good 19" })),
        (
            "one BOM, whole",
            "boms.get",
            json!({ "bomId": "bom_00019", "expand": true }),
        ),
        ("list sub-assemblies", "subAssemblies.list", json!({ "pageSize": 50 })),
        (
            "search variants",
            "catalog.searchVariants",
            json!({ "query": "sku:SKU-7* article" }),
        ),
        ("buildable, one", "boms.buildable", json!({ "bomId": "bom_00019" })),
        ("buildable, 100", "boms.buildableMany", json!({ "pageSize": 100 })),
        ("history", "stock.history", json!({})),
        (
            "set stock",
            "rawMaterials.setStock",
            json!({ "variantId": "VMAT-VAR-900001", "levels": level }),
        ),
        (
            "change a BOM's row",
            "boms.setComponents",
            json!({ "bomId": "bom_00019", "components": row }),
        ),
        (
            "nest at the bottom",
            "subAssemblies.setComponents",
            json!({ "subAssemblyId": "sub_00000", "components": row }),
        ),
    ]
}

fn scale(criterion: &mut Criterion) {
    let runtime = Runtime::new().unwrap();
    let sizes = [
        ("1/4", Size::LARGE.by(4)),
        ("1/2", Size::LARGE.by(2)),
        ("1/1", Size::LARGE),
    ];
    let stores = sizes.map(|(name, size)| (name, runtime.block_on(Store::open(size))));
    println!("statements at 1/4, 1/2 and 1/1 of {:?}", Size::LARGE);
    for (name, path, arguments) in calls() {
        let arguments = arguments.to_string();
        let count = |store: &Store| runtime.block_on(store.statements_of(path, &arguments));
        let counts: Vec<String> = stores.iter().map(|(_, store)| count(store).to_string()).collect();
        println!("  {name:<28} {}", counts.join(" "));
        let mut group = criterion.benchmark_group(name);
        group.sample_size(10).measurement_time(Duration::from_secs(2));
        for (size, store) in &stores {
            group.bench_function(BenchmarkId::from_parameter(size), |bencher| {
                bencher.iter(|| runtime.block_on(store.call(path, &arguments)));
            });
        }
        group.finish();
    }
    let mut group = criterion.benchmark_group("buildable of every BOM");
    group.sample_size(10).measurement_time(Duration::from_secs(5));
    for (size, store) in &stores {
        let all = async || {
            let (mut page, mut seen) = (1, 0);
            loop {
                let answer = store
                    .call("boms.buildableMany", &json!({ "page": page }).to_string())
                    .await;
                seen += answer["items"].as_array().unwrap().len();
                if answer["totalPages"].as_u64().unwrap() <= page {
                    return seen;
                }
                page += 1;
            }
        };
        let before = store.statements.load(Ordering::Relaxed);
        let seen = runtime.block_on(all());
        let statements = store.statements.load(Ordering::Relaxed) - before;
        println!("  buildable of every BOM at {size}: {seen} BOMs, {statements} statements");
        group.bench_function(BenchmarkId::from_parameter(size), |bencher| {
            bencher.iter(|| runtime.block_on(all()));
        });
    }
    group.finish();
}

criterion_group!(benches, scale);
criterion_main!(benches);
