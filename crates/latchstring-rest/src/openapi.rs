//! `GET /api/v1/openapi.json`: every operation of the catalog, for people and for generators of clients.

mod example;
mod schemas;

use std::collections::BTreeMap;

use axum::{
    Json, Router,
    body::Bytes,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use latchstring_core::{Catalog, Effect, Operation, Scope};
use latchstring_runner::{READ_INPUT, WRITE_INPUT, read_output, write_output};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::{
    answer::{API_VERSION, status},
    endpoint::{RUN, RUN_WRITE},
};
use schemas::{Schemas, pointer};

/// What the document says of the server.
#[derive(Debug, Clone)]
pub struct About {
    /// The product's name for people.
    pub title: String,
    /// Its version.
    pub version: String,
    /// The address of the server, without a path.
    pub url: String,
}

/// The document's route. It takes no key: there is nothing of any tenant in it.
pub fn document(about: &About, catalog: &Catalog) -> Router {
    let document = Bytes::from(describe(about, catalog).to_string());
    let digest = Sha256::digest(&document);
    let tag = digest[..16]
        .iter()
        .fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
    let tag = format!("\"{tag}\"");
    let answer = async move |headers: HeaderMap| answer(&headers, &tag, document.clone());
    Router::new().route("/api/v1/openapi.json", get(answer).fallback(only_get))
}

async fn only_get() -> Response {
    let error = json!({ "error": { "code": "METHOD_NOT_ALLOWED", "message": "use GET: this is a document" } });
    (
        StatusCode::METHOD_NOT_ALLOWED,
        [(header::ALLOW, "GET, HEAD")],
        Json(error),
    )
        .into_response()
}

fn answer(headers: &HeaderMap, tag: &str, document: Bytes) -> Response {
    let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let is_known = known.is_some_and(|tags| tags.trim() == "*" || tags.contains(tag));
    let mut response = if is_known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        ([(header::CONTENT_TYPE, "application/json")], document).into_response()
    };
    let headers = response.headers_mut();
    // Kept, but asked about each time: a new version of the server has new operations.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    if let Ok(tag) = HeaderValue::from_str(tag) {
        headers.insert(header::ETAG, tag);
    }
    response
}

/// The document.
fn describe(about: &About, catalog: &Catalog) -> Value {
    let mut schemas = Schemas::default();
    schemas.add("Meta", object(meta()));
    schemas.add("Error", object(error()));
    let mut paths = Map::new();
    for operation in catalog.operations() {
        let (path, item) = operation_item(operation, &mut schemas);
        paths.insert(path, item);
    }
    for (path, item) in programs(&mut schemas) {
        paths.insert(path, item);
    }
    let key = "An API key, read or read & write. Operations whose `x-scope` is `read_write` answer a read key like names \
               that do not exist.";
    json!({
        "openapi": "3.1.0",
        "info": { "title": about.title, "version": about.version },
        "servers": [{ "url": about.url }],
        "security": [{ "key": [] }],
        "paths": paths,
        "components": {
            "schemas": schemas.into_map(),
            "responses": {
                "Unauthorized": {
                    "description": "The API key is missing, wrong, expired or revoked.",
                    "headers": { "WWW-Authenticate": { "schema": { "type": "string" } } },
                    "content": { "application/json": { "schema": unauthorized() } }
                },
                "TooMany": too_many(),
                "Refused": failed("The request cannot be carried out; the message says what to do."),
                "Failed": failed("The server could not do it. After 503 try again when `Retry-After` says."),
            },
            "securitySchemes": { "key": { "type": "http", "scheme": "bearer", "description": key } }
        }
    })
}

/// One operation with its path.
fn operation_item(operation: &Operation, schemas: &mut Schemas) -> (String, Value) {
    let (name, tool) = (&operation.name, operation.name.tool());
    let (input, output) = (format!("{tool}_input"), format!("{tool}_output"));
    schemas.add(&input, operation.input_schema.clone());
    schemas.add(&output, operation.output_schema.clone());
    let mut failures: BTreeMap<u16, Vec<String>> = BTreeMap::new();
    for (code, when) in &operation.errors {
        let told = failures.entry(status(*code).as_u16()).or_default();
        told.push(format!("`{code}`: {when}."));
    }
    let mut item = item(&Item {
        id: tool,
        tag: name.as_str().split('.').next().unwrap_or_default(),
        title: &operation.title,
        description: operation.description.trim(),
        scope: scope_for(operation.effect),
        input: &input,
        output: &output,
        takes_nothing: !operation.input_schema.contains_key("required"),
        example: example::arguments(operation),
    });
    for (status, told) in failures {
        item["responses"][status.to_string()] = failed(&told.join("\n"));
    }
    (format!("/api/v1/{name}"), json!({ "post": item }))
}

/// `run` and `run_write`.
fn programs(schemas: &mut Schemas) -> [(String, Value); 2] {
    schemas.add("RunInput", READ_INPUT.clone());
    schemas.add("RunOutput", read_output());
    schemas.add("RunWriteInput", WRITE_INPUT.clone());
    schemas.add("RunWriteOutput", write_output());
    let program = json!({ "program": "return Object.keys(app)" });
    let run = item(&Item {
        id: RUN,
        tag: "programs",
        title: "Run a program",
        description: "Runs a JavaScript program that reads: the body of an async function. `await \
                      app.<namespace>.<method>({...})` calls an operation. It sees one moment of the data.",
        scope: Scope::Read,
        input: "RunInput",
        output: "RunOutput",
        takes_nothing: false,
        example: Some(program.clone()),
    });
    let run_write = item(&Item {
        id: RUN_WRITE,
        tag: "programs",
        title: "Run a program that changes data",
        description: "Runs a JavaScript program that may write. Its changes are kept if it returns, and undone if it throws \
                      or meets a limit. With `dryRun` they are told and undone.",
        scope: Scope::ReadWrite,
        input: "RunWriteInput",
        output: "RunWriteOutput",
        takes_nothing: false,
        example: Some(program),
    });
    [(RUN, run), (RUN_WRITE, run_write)].map(|(name, item)| (format!("/api/v1/{name}"), json!({ "post": item })))
}

struct Item<'a> {
    id: &'a str,
    tag: &'a str,
    title: &'a str,
    description: &'a str,
    scope: Scope,
    input: &'a str,
    output: &'a str,
    takes_nothing: bool,
    example: Option<Value>,
}

fn item(of: &Item<'_>) -> Value {
    let mut content = json!({ "schema": { "$ref": pointer(of.input) } });
    if let Some(example) = &of.example {
        content["example"] = example.clone();
    }
    let answer = json!({
        "type": "object",
        "properties": { "data": { "$ref": pointer(of.output) }, "meta": { "$ref": pointer("Meta") } },
        "required": ["data", "meta"]
    });
    json!({
        "operationId": of.id,
        "tags": [of.tag],
        "summary": of.title,
        "description": of.description,
        "x-scope": of.scope.as_str(),
        "requestBody": { "required": !of.takes_nothing, "content": { "application/json": content } },
        "responses": {
            "200": { "description": "Done.", "headers": request_id(), "content": { "application/json": { "schema": answer } } },
            "401": { "$ref": "#/components/responses/Unauthorized" },
            "429": { "$ref": "#/components/responses/TooMany" },
            "4XX": { "$ref": "#/components/responses/Refused" },
            "5XX": { "$ref": "#/components/responses/Failed" }
        }
    })
}

/// The least scope that may call something with this effect.
fn scope_for(effect: Effect) -> Scope {
    match effect {
        Effect::Read => Scope::Read,
        Effect::Write => Scope::ReadWrite,
    }
}

fn failed(description: &str) -> Value {
    let schema = json!({
        "type": "object",
        "properties": { "error": { "$ref": pointer("Error") }, "meta": { "$ref": pointer("Meta") } },
        "required": ["error", "meta"]
    });
    json!({
        "description": description,
        "headers": request_id(),
        "content": { "application/json": { "schema": schema } }
    })
}

/// The door answers this in front of everything, so there is no request id yet.
fn too_many() -> Value {
    let schema = json!({
        "type": "object",
        "properties": { "error": { "$ref": pointer("Error") } },
        "required": ["error"]
    });
    json!({
        "description": "Too many calls with this key, or too many requests from this network without a key that works. Try \
                        again when `Retry-After` says.",
        "headers": { "Retry-After": { "description": "In seconds.", "schema": { "type": "integer" } } },
        "content": { "application/json": { "schema": schema } }
    })
}

fn request_id() -> Value {
    json!({ "X-Request-Id": { "description": "The same as `meta.requestId`.", "schema": { "type": "string" } } })
}

fn meta() -> Value {
    json!({
        "type": "object",
        "properties": {
            "requestId": { "type": "string", "description": "Under this id the log and the audit trail have the call." },
            "apiVersion": { "type": "string", "const": API_VERSION }
        },
        "required": ["requestId", "apiVersion"]
    })
}

fn error() -> Value {
    json!({
        "type": "object",
        "description": "Why a request was not carried out. A program that failed also has `name`, `line`, `column`, \
                        `sourceLine`, `operation`, `console`, `calls` and `durationMs`, as far as they are known.",
        "properties": {
            "code": { "type": "string", "description": "The kind, such as `INVALID_INPUT`." },
            "message": { "type": "string", "description": "What is wrong and what to do next." },
            "details": { "description": "What a script can act on." }
        },
        "required": ["code", "message"]
    })
}

fn unauthorized() -> Value {
    json!({
        "type": "object",
        "properties": { "error": {}, "error_description": { "type": "string" } },
        "required": ["error"]
    })
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(object) => object,
        _ => Map::new(),
    }
}
