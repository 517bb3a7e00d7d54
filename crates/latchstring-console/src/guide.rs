//! The product's documentation for people: what `search` and `fetch` answer has addresses, and they lead here. It is the
//! same for everybody and holds no tenant's data, so nobody signs in for it.

use std::{collections::HashMap, sync::Arc};

use axum::{
    Router,
    extract::{Path, State},
    http::StatusCode,
    response::Response,
    routing::get,
};
use latchstring_pages::{Page, Policy, back};
use maud::{Markup, PreEscaped, html};
use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use crate::words;

/// Where it is, below the public address.
const GUIDE: &str = "/guide";

/// A page of it.
#[derive(Debug, Clone)]
pub struct GuidePage {
    /// Its place below `/guide/`, such as `overview` or `operations/boms.list`.
    pub place: String,
    /// Its title.
    pub title: String,
    /// What it is about, in a sentence.
    pub summary: String,
    /// All of it but the title, in Markdown. Its author is the product's: HTML in it is shown as text.
    pub markdown: String,
}

/// The pages of a product with this title, and a list of them.
pub fn guide(title: &str, pages: Vec<GuidePage>) -> Router {
    let shelf = Shelf {
        title: title.to_owned(),
        bodies: pages.iter().map(|page| rendered(&page.markdown)).collect(),
        places: pages
            .iter()
            .enumerate()
            .map(|(at, page)| (page.place.clone(), at))
            .collect(),
        pages,
    };
    Router::new()
        .route(GUIDE, get(list))
        .route(&format!("{GUIDE}/{{*place}}"), get(show))
        .with_state(Arc::new(shelf))
}

struct Shelf {
    title: String,
    pages: Vec<GuidePage>,
    /// As HTML, made once.
    bodies: Vec<Markup>,
    places: HashMap<String, usize>,
}

impl Shelf {
    fn respond(&self, title: &str, main: Markup, status: StatusCode) -> Response {
        let bar = html! { p.where { strong { (self.title) } } };
        let page = Page::new(format!("{title}: {}", self.title), bar, main)
            .narrow()
            .plain();
        page.respond(status, &Policy::default())
    }
}

async fn list(State(shelf): State<Arc<Shelf>>) -> Response {
    let (operations, pages): (Vec<&GuidePage>, Vec<&GuidePage>) =
        shelf.pages.iter().partition(|page| page.place.contains('/'));
    let main = html! {
        div.intro { h1 { (words::DOCUMENTATION) } p { (words::DOCUMENTATION_INTRO) } }
        section { h2 { (words::PAGES) } (entries(&pages)) }
        section {
            h2 { (words::OPERATIONS) }
            @for group in operations.chunk_by(|one, next| area(one) == area(next)) {
                section { h3 { (area(group[0]).replace('_', " ")) } (entries(group)) }
            }
        }
    };
    shelf.respond(words::DOCUMENTATION, main, StatusCode::OK)
}

async fn show(State(shelf): State<Arc<Shelf>>, Path(place): Path<String>) -> Response {
    let found = shelf.places.get(&place);
    let Some((page, body)) = found.map(|at| (&shelf.pages[*at], &shelf.bodies[*at])) else {
        let main = html! {
            (back(GUIDE, words::DOCUMENTATION))
            div.intro { h1 { (words::NO_SUCH_PAGE) } }
        };
        return shelf.respond(words::NO_SUCH_PAGE, main, StatusCode::NOT_FOUND);
    };
    let main = html! {
        (back(GUIDE, words::DOCUMENTATION))
        div.intro { h1 { (page.title) } }
        div.prose { (body) }
    };
    shelf.respond(&page.title, main, StatusCode::OK)
}

/// What an operation is of: `stock_takes` for `operations/stock_takes.list`.
fn area(page: &GuidePage) -> &str {
    let name = page.place.rsplit('/').next().unwrap_or_default();
    name.split('.').next().unwrap_or_default()
}

fn entries(pages: &[&GuidePage]) -> Markup {
    html! {
        dl.stack {
            @for page in pages {
                div {
                    dt { a href={ (GUIDE) "/" (page.place) } { (page.title) } }
                    dd.quiet { (rendered(&page.summary)) }
                }
            }
        }
    }
}

/// Markdown as HTML. What it has of HTML is shown as it is written, and its headings stand below the page's own.
fn rendered(markdown: &str) -> Markup {
    let lower = |level: HeadingLevel| match level {
        HeadingLevel::H1 | HeadingLevel::H2 => HeadingLevel::H2,
        _ => HeadingLevel::H3,
    };
    let events = Parser::new_ext(markdown, Options::ENABLE_TABLES).map(|event| match event {
        Event::Html(text) | Event::InlineHtml(text) => Event::Text(text),
        Event::Start(Tag::Heading {
            level,
            id,
            classes,
            attrs,
        }) => Event::Start(Tag::Heading {
            level: lower(level),
            id,
            classes,
            attrs,
        }),
        Event::End(TagEnd::Heading(level)) => Event::End(TagEnd::Heading(lower(level))),
        other => other,
    });
    let mut html = String::new();
    pulldown_cmark::html::push_html(&mut html, events);
    PreEscaped(html)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn operations_stand_under_what_they_are_of() {
        let page = |place: &str| GuidePage {
            place: place.to_owned(),
            title: place.to_owned(),
            summary: String::new(),
            markdown: String::new(),
        };
        let places = [
            "overview",
            "operations/notes.list",
            "operations/stock_takes.get",
            "operations/stock_takes.list",
        ];
        let request = axum::http::Request::get(GUIDE).body(axum::body::Body::empty()).unwrap();
        let router = guide("Notes", places.map(page).into());
        let answer = tower::ServiceExt::oneshot(router, request).await.unwrap();
        let body = axum::body::to_bytes(answer.into_body(), 100_000).await.unwrap();
        let html = String::from_utf8(body.to_vec()).unwrap();
        let headings: Vec<&str> = html
            .split("<h3>")
            .skip(1)
            .filter_map(|rest| rest.split('<').next())
            .collect();
        assert_eq!(headings, ["notes", "stock takes"], "{html}");
        assert_eq!(html.matches("<dt>").count(), 4, "{html}");
    }

    #[test]
    fn t14_html_in_a_page_is_text() {
        let html = rendered("# A\n\n<script>alert(1)</script> and <b onclick=x>b</b>\n\n| a |\n|---|\n| `<i>` |\n")
            .into_string();
        assert!(
            !html.contains("<script") && !html.contains("<b ") && !html.contains("<i>"),
            "{html}"
        );
        assert!(html.contains("<h2>A</h2>") && html.contains("<table>"), "{html}");
    }
}
