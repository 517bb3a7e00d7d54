//! A small catalog: what a shop sells. Nothing is ever called.

use std::sync::Arc;

use chrono::DateTime;
use latchstring_check::prepare;
use latchstring_core::{
    Catalog, Change, Code, Command, Context, Domain, Effect, Failure, Fence, Grant, GrantId, Holder, OperationError,
    Operations, Query, Scope, Surface, TenantId, UnitOfWork,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

struct Shop;

struct Reader;

struct Writer(Reader);

impl AsMut<Reader> for Writer {
    fn as_mut(&mut self) -> &mut Reader {
        &mut self.0
    }
}

impl UnitOfWork for Writer {
    fn take_changes(&mut self) -> Vec<Change> {
        Vec::new()
    }

    async fn commit(self, _: Fence) -> Result<(), OperationError> {
        Ok(())
    }
}

impl Domain for Shop {
    type Reader = Reader;
    type Writer = Writer;

    async fn read(&self, _: &Context) -> Result<Reader, OperationError> {
        Ok(Reader)
    }

    async fn write(&self, _: &Context) -> Result<Writer, OperationError> {
        Ok(Writer(Reader))
    }

    fn operations(list: &mut Operations<Self>) {
        list.query::<List>().query::<Get>().query::<Stock>().command::<Rename>();
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
enum Order {
    Name,
    Price,
}

/// Lists what is sold.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "nothing is called")]
struct List {
    search: Option<String>,
    #[schemars(range(min = 1, max = 100))]
    page_size: Option<u32>,
    order_by: Option<Order>,
    tags: Option<Vec<String>>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Page {
    items: Vec<Item>,
    total_count: u32,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Item {
    id: String,
    name: String,
    price: Money,
    note: Option<String>,
    tags: Vec<String>,
    made_at: String,
    kind: Kind,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "nothing is called")]
enum Kind {
    /// Sold.
    Sold,
    /// Given away.
    Given,
}

#[derive(Serialize, JsonSchema)]
struct Money {
    amount: String,
    currency: String,
}

/// Gets one.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "nothing is called")]
struct Get {
    id: String,
}

#[derive(Serialize, JsonSchema)]
struct One {
    item: Item,
}

/// How many there are.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Stock {}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Counts {
    on_hand: u32,
}

/// Renames one.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "nothing is called")]
struct Rename {
    id: String,
    name: String,
    lines: Option<Vec<Line>>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "nothing is called")]
struct Line {
    item_id: String,
    quantity: f64,
}

macro_rules! operation {
    ($kind:ident, $type:ident, $name:literal, $output:ident, $db:ident) => {
        impl $kind for $type {
            const NAME: &'static str = $name;
            const TITLE: &'static str = $name;
            const EXAMPLE: &'static str = $name;
            type Domain = Shop;
            type Output = $output;

            async fn run(self, _: &Context, _: &mut $db) -> Result<$output, OperationError> {
                unreachable!("nothing is called")
            }
        }
    };
}

operation!(Query, List, "items.list", Page, Reader);
operation!(Query, Get, "items.get", One, Reader);
operation!(Query, Stock, "stock_room.count_all", Counts, Reader);
operation!(Command, Rename, "items.rename", One, Writer);

fn surface(scope: Scope) -> Surface {
    let now = DateTime::UNIX_EPOCH;
    let holder = Holder::Key {
        label: "test".into(),
        hint: "asmk_0...0".into(),
    };
    #[expect(clippy::disallowed_methods, reason = "a test may vouch")]
    let grant = Grant::vouch(GrantId::new(now), TenantId::new(now), scope, holder);
    Catalog::new(Shop).unwrap().surface(Arc::new(grant))
}

/// What somebody who may write sees.
pub(crate) fn writing() -> Surface {
    surface(Scope::ReadWrite)
}

/// What is evaluated of `source` in `run`, or why nothing is.
pub(crate) fn prepared(source: &str) -> Result<Code, Box<Failure>> {
    prepared_for(source, Effect::Read)
}

pub(crate) fn prepared_for(source: &str, effect: Effect) -> Result<Code, Box<Failure>> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let surface = surface(Scope::ReadWrite);
    let surface = match effect {
        Effect::Read => surface.reads_only(),
        Effect::Write => surface,
    };
    runtime.block_on(prepare(&source.into(), &surface, effect))
}

/// Everything that is told of a program that is refused, as a line each: `line:column name: message`.
pub(crate) fn told(source: &str) -> Vec<String> {
    let Err(failure) = prepared(source) else {
        return Vec::new();
    };
    let at = failure.at.as_ref().unwrap();
    let first = format!("{}:{} {}: {}", at.line, at.column, failure.name, failure.message);
    let more = failure.more.iter().map(|fault| {
        format!(
            "{}:{} {}: {}",
            fault.at.line, fault.at.column, fault.name, fault.message
        )
    });
    std::iter::once(first).chain(more).collect()
}
