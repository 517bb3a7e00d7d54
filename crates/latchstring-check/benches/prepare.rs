//! What the check costs before anything runs: `cargo bench -p latchstring-check`.

use std::{hint::black_box, sync::Arc};

use criterion::{Criterion, criterion_group, criterion_main};
use latchstring_check::prepare;
use latchstring_core::Effect;

#[path = "../tests/check/shop.rs"]
#[expect(dead_code, clippy::unwrap_used, reason = "of the tests, the catalog is enough")]
mod shop;

const USUAL: &str = "\
const { items } = await app.items.list({ pageSize: 100, orderBy: 'price' });
const dear = items.filter((one) => Number(one.price.amount) > 50);
const details = await Promise.all(dear.map((one) => app.items.get({ id: one.id })));
const byCurrency: Record<string, number> = {};
for (const { item } of details) {
  byCurrency[item.price.currency] = (byCurrency[item.price.currency] ?? 0) + Number(item.price.amount);
}
return { count: dear.length, byCurrency, names: dear.map((one) => one.name) };
";

fn programs(c: &mut Criterion) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    let surface = shop::writing().reads_only();
    let mut long = USUAL.replace("return", "console.log").repeat(60);
    long = long.replace("const ", "var ") + "return 1";
    for (name, source) in [("trivial", "return 1 + 1"), ("usual", USUAL), ("37 KiB", &long)] {
        let source: Arc<str> = source.into();
        c.bench_function(&format!("prepare {name}"), |b| {
            b.iter(|| runtime.block_on(prepare(black_box(&source), &surface, Effect::Read)));
        });
    }
}

criterion_group!(benches, programs);
criterion_main!(benches);
