//! The example products that have a corpus.

use std::pin::Pin;

use assembly::Assembly;
use latchstring::{access::Tenant, db::Database};
use latchstring_testing::TestApp;
use logistics::{Logistics, model::Plan, shop};

/// An example product: where its corpus lies, and how a server with its demo data is started.
pub(crate) struct Product {
    /// Its folder under `examples`.
    pub(crate) folder: &'static str,
    /// Its two demo stores, as pages call them. The first is meant where none is named.
    pub(crate) stores: [&'static str; 2],
    /// Starts a server. What a page says of the shop, both stores are set up by.
    pub(crate) start: fn(Option<String>) -> Starting,
}

type Starting = Pin<Box<dyn Future<Output = TestApp> + Send>>;

/// Bills of materials and stock.
pub(crate) static ASSEMBLY: Product = Product {
    folder: "assembly",
    stores: ["Lumen & Oak", "Voltvelo"],
    start: |shop| {
        assert!(shop.is_none(), "no page of assembly sets its shop up");
        Box::pin(TestApp::start(open_assembly))
    },
};

/// Purchase orders, transfers, counts and returns.
pub(crate) static LOGISTICS: Product = Product {
    folder: "logistics",
    stores: ["Harbor & Pine", "Kiln & Clay"],
    start: |shop| {
        let change = shop.map(|words| shop_change(&words));
        Box::pin(TestApp::start(move |database, tenants| {
            open_logistics(database, tenants, change)
        }))
    },
};

async fn open_assembly(database: Database, tenants: [Tenant; 2]) -> Assembly {
    let domain = Assembly::open(database.clone()).await.unwrap();
    let tenants = tenants.map(|tenant| tenant.id);
    assembly::demo::seed(&database, &tenants).await.unwrap();
    domain
}

async fn open_logistics(database: Database, tenants: [Tenant; 2], change: Option<shop::ShopChange>) -> Logistics {
    let domain = Logistics::open(database.clone()).await.unwrap();
    let tenants = tenants.map(|tenant| tenant.id);
    logistics::demo::seed(&database, &tenants).await.unwrap();
    if let Some(change) = change {
        for tenant in tenants {
            shop::change(&database, tenant, change).await.unwrap();
        }
    }
    domain
}

/// What words such as `plan core, auto-sync false` change; they are those of the command `shop set`.
fn shop_change(words: &str) -> shop::ShopChange {
    let mut change = shop::ShopChange::default();
    for (name, value) in words.split(", ").filter_map(|part| part.split_once(' ')) {
        let is_on = || Some(value.parse().unwrap_or_else(|_| panic!("`{name}` is true or false")));
        match (name, value) {
            ("plan", "core") => change.plan = Some(Plan::Core),
            ("plan", "enhanced") => change.plan = Some(Plan::Enhanced),
            ("plan", "elevate") => change.plan = Some(Plan::Elevate),
            ("auto-sync", _) => change.auto_sync_on_receive = is_on(),
            ("block-sync", _) => change.block_sync = is_on(),
            ("track-incoming", _) => change.track_incoming = is_on(),
            ("disable-available-movements", _) => change.disable_available_movements = is_on(),
            _ => panic!("`{name} {value}` is nothing that a shop can be set to"),
        }
    }
    assert_ne!(change, shop::ShopChange::default(), "`{words}` says nothing of a shop");
    change
}

#[test]
fn a_shop_is_set_up_in_the_words_of_its_command() {
    let change = shop_change("plan core, auto-sync false");
    assert_eq!(
        change,
        shop::ShopChange {
            plan: Some(Plan::Core),
            auto_sync_on_receive: Some(false),
            ..shop::ShopChange::default()
        }
    );
}
