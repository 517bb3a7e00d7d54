//! What the guide for people holds: the product's pages, and a page for each operation.

use latchstring_console::GuidePage;
use latchstring_core::{Catalog, Effect, Operation, Page};

/// All of it. As public as the document at `/api/v1/openapi.json`: it is the catalog, and nobody's data.
pub(crate) fn pages(catalog: &Catalog) -> Vec<GuidePage> {
    let pages = catalog.guide().pages().iter().map(page);
    pages
        .chain(catalog.operations().map(|operation| of(operation)))
        .collect()
}

fn page(page: &Page) -> GuidePage {
    let (_title, text) = page.text.split_once('\n').unwrap_or_default();
    GuidePage {
        place: page.slug.to_owned(),
        title: page.title.to_owned(),
        summary: page.summary.to_owned(),
        markdown: text.to_owned(),
    }
}

fn of(operation: &Operation) -> GuidePage {
    let needs = match operation.effect {
        Effect::Read => "Reads. Any key or connection may call it.",
        Effect::Write => "Changes data. Only a read & write key or connection may call it.",
    };
    GuidePage {
        place: format!("operations/{}", operation.name.as_str()),
        title: operation.title.clone().into_owned(),
        summary: operation.summary().to_owned(),
        markdown: format!("{needs}\n\n```ts\n{}```\n", latchstring_mcp::declaration(operation)),
    }
}
