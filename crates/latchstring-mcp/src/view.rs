//! What a program returns, as people see it: a table, bars or a tree.
//!
//! This is the MCP Apps extension (SEP-1865, revision 2026-01-26). The tools that run programs name one page; a client that
//! has the extension reads it, frames it, and hands it every result. The page is the same for everybody: no data, nothing of
//! a tenant or a grant is in it. It asks for nothing, calls nothing, and shows what it is given as text. Results are what they
//! are without it, so that no other client notices.

use rmcp::{
    RoleServer,
    model::{ExtensionCapabilities, JsonObject, MetaObject, ResourceContents},
    service::RequestContext,
};
use serde_json::{Value, json};

use crate::server::is_modern;

const EXTENSION: &str = "io.modelcontextprotocol/ui";
const MIME_TYPE: &str = "text/html;profile=mcp-app";
const PAGE: &str = include_str!("view.html");

/// What a model reads about it. The page takes what has this shape, and shows any other result as it is.
pub(crate) const SHAPES: &str = "A person may see `return {table: {title, columns: [{key, title, unit?}], rows}}`, \
                                 `{bars: {title, unit?, bars: [{label, value, of?}]}}` or \
                                 `{tree: {title, root: {label, detail?, children?}}}` drawn.";

/// Where the page of this product is.
pub(crate) fn uri(product: &str) -> String {
    format!("ui://{product}/result")
}

/// What the server declares.
pub(crate) fn extensions() -> ExtensionCapabilities {
    ExtensionCapabilities::from([(EXTENSION.to_owned(), object(json!({ "mimeTypes": [MIME_TYPE] })))])
}

/// Whether this client is told of the page. Clients before 2026-07-28 say what they can once, in `initialize`, and no session
/// remembers it; those without the extension pass over `_meta`.
pub(crate) fn is_shown_by(context: &RequestContext<RoleServer>) -> bool {
    if !is_modern(context) {
        return true;
    }
    let extensions = context.client_capabilities().and_then(|declared| declared.extensions);
    let settings = extensions.as_ref().and_then(|declared| declared.get(EXTENSION));
    let types = settings
        .and_then(|settings| settings.get("mimeTypes"))
        .and_then(Value::as_array);
    types.is_some_and(|types| types.iter().any(|one| one == MIME_TYPE))
}

/// What a tool says whose results the page shows.
pub(crate) fn of_tool(product: &str) -> MetaObject {
    MetaObject(object(json!({ "ui": { "resourceUri": uri(product) } })))
}

/// The page, with what it may reach: nothing.
pub(crate) fn page(uri: &str) -> ResourceContents {
    let nowhere = json!({ "connectDomains": [], "resourceDomains": [], "frameDomains": [], "baseUriDomains": [] });
    let meta = json!({ "ui": { "csp": nowhere, "prefersBorder": true } });
    ResourceContents::text(PAGE, uri)
        .with_mime_type(MIME_TYPE)
        .with_meta(MetaObject(object(meta)))
}

fn object(value: Value) -> JsonObject {
    match value {
        Value::Object(object) => object,
        _ => JsonObject::new(),
    }
}
