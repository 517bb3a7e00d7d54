//! Requests that are well-formed but for one thing, so that what is behind the parsers is reached, too.

use std::fmt::Write;

use arbitrary::Arbitrary;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use serde_json::{Map, Number, Value, json};

use crate::input::Asked;

const CURRENT: &str = "2026-07-28";

/// What is said in many places. Operations, tools and fields in all their spellings, and the protocol's own words.
const WORDS: &[&str] = &[
    "notes.list",
    "notes.get",
    "notes.addOne",
    "notes.add_one",
    "notes_list",
    "notes_add_one",
    "numbers.sum",
    "numbers_sum",
    "shapes.measure",
    "shapes_measure",
    "echo.say",
    "echo_say",
    "echo.fail",
    "echo_fail",
    "raw_materials.set_stock",
    "rawMaterials.setStock",
    "raw_materials_set_stock",
    "notes",
    "numbers",
    "rawMaterials",
    "app.notes",
    "search",
    "fetch",
    "docs",
    "describe",
    "run",
    "run_write",
    "code",
    "direct",
    "both",
    "overview",
    "guide/overview",
    "fuzz://guide/overview",
    "fuzz://notes/not_7",
    "fuzz://notes/{noteId}",
    "not_7",
    "noteId",
    "find_note",
    "note",
    "result/AAAA/2",
    "2024-11-05",
    "2025-03-26",
    "2025-06-18",
    "2025-11-25",
    CURRENT,
    "application/json",
    "text/event-stream",
    "identity",
    "gzip",
    "tools/list",
    "tools/call",
    "initialize",
    "",
    " ",
    "\u{0}",
    "\u{202e}ümläut €",
];

#[derive(Debug, Arbitrary)]
pub(crate) struct Shape<'a> {
    verb: u8,
    door: Door<'a>,
    era: Era,
    id: Id<'a>,
    call: Call<'a>,
    strange: Option<(Header, Text<'a>)>,
    again: Option<Option<(Header, Text<'a>)>>,
    /// As it should be, three times out of four.
    broken: Option<Option<Broken<'a>>>,
}

#[derive(Debug, Arbitrary)]
enum Door<'a> {
    Mcp,
    Direct { is_read_only: bool },
    Both,
    Only(bool, Vec<Text<'a>>),
    Query(bool, Text<'a>),
    Rest,
    RestAt(Text<'a>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Arbitrary)]
enum Era {
    Current,
    Before,
    Silent,
}

#[derive(Debug, Arbitrary)]
enum Id<'a> {
    Number(i64),
    Text(Text<'a>),
    Absent,
    Odd(Json<'a>),
}

#[derive(Debug, Arbitrary)]
enum Text<'a> {
    Word(u8),
    Near(u8, u8, char),
    Plain(&'a str),
    Long(char, char, u8),
}

#[derive(Debug, Arbitrary)]
enum Json<'a> {
    Null,
    Truth(bool),
    Small(i8),
    Whole(i64),
    Natural(u64),
    Real(f64),
    Text(Text<'a>),
    List(Vec<Json<'a>>),
    Object(Vec<(Text<'a>, Json<'a>)>),
    Deep(u8, bool),
    Wide(u16),
}

#[derive(Debug, Arbitrary)]
enum Call<'a> {
    Tool(Tool<'a>),
    Program(Vec<Statement<'a>>, bool, bool),
    Any(Text<'a>, Json<'a>),
    Tools,
    Initialize(Text<'a>, Json<'a>),
    Discover,
    Ping,
    Listen(bool),
    Resources,
    Templates,
    Read(Text<'a>),
    Prompts,
    Prompt(Text<'a>, Vec<(Text<'a>, Json<'a>)>),
    Complete(bool, Text<'a>, Text<'a>, Text<'a>),
    Notification(Json<'a>),
    Method(Text<'a>, Json<'a>),
}

#[derive(Debug, Arbitrary)]
enum Tool<'a> {
    Search(Text<'a>),
    Fetch(Text<'a>),
    Docs(Option<Text<'a>>),
    Describe(Vec<Text<'a>>),
    List(Option<Text<'a>>, Option<u32>, Option<u16>),
    Get(u8),
    Sum(Vec<f64>, i32),
    Measure(Part<'a>),
    Say(Json<'a>, u16),
    Fail(u8, Text<'a>, Json<'a>),
    Add(Text<'a>),
    SetStock(Vec<(u8, i64)>),
}

#[derive(Debug, Arbitrary)]
struct Part<'a> {
    length: f64,
    parts: Vec<Part<'a>>,
    label: Option<Text<'a>>,
}

#[derive(Debug, Arbitrary)]
enum Statement<'a> {
    Call(Tool<'a>),
    Other(Text<'a>, Json<'a>),
    Log(Text<'a>),
    Throw(Text<'a>),
    Return(Json<'a>),
    Source(Text<'a>),
}

#[derive(Debug, Arbitrary)]
enum Header {
    Method,
    Name,
    Version,
    Accept,
    ContentType,
    ContentEncoding,
    Host,
    Origin,
    Session,
    LastEvent,
    Parameter,
}

#[derive(Debug, Arbitrary)]
enum Broken<'a> {
    Cut(u16),
    Followed(&'a [u8]),
    Bytes(&'a [u8]),
    Batch,
}

impl Shape<'_> {
    /// The request; `None` if HTTP has no such address.
    pub(crate) fn asked(&self) -> Option<Asked> {
        let (method, params, name) = self.call.said();
        let params = self.with_meta(params);
        let message = self.message(method.as_str(), &params);
        let mut headers = HeaderMap::new();
        let mut add = |header: &Header, value: &str| {
            if let Ok(value) = HeaderValue::from_bytes(value.as_bytes()) {
                headers.insert(header.name(), value);
            }
        };
        add(&Header::ContentType, "application/json");
        match self.era {
            Era::Current => {
                add(&Header::Version, CURRENT);
                add(&Header::Method, &method);
                add(&Header::Name, &name);
            }
            Era::Before => add(&Header::Version, "2025-06-18"),
            Era::Silent => {}
        }
        for (header, value) in self.strange.iter().chain(self.again.iter().flatten()) {
            add(header, &value.text());
        }
        let (address, body) = match &self.door {
            Door::Rest => (in_path(&name), params["arguments"].to_string()),
            Door::RestAt(name) => (in_path(&name.text()), params["arguments"].to_string()),
            door => (door.of_mcp(), message.to_string()),
        };
        Some(Asked {
            method: self.method(),
            uri: address.parse().ok()?,
            headers,
            body: match self.broken.iter().flatten().next() {
                Some(broken) => broken.of(body),
                None => body.into_bytes(),
            },
        })
    }

    fn method(&self) -> Method {
        match self.verb {
            0 => Method::GET,
            1 => Method::DELETE,
            2 => Method::PUT,
            3 => Method::OPTIONS,
            4 => Method::HEAD,
            _ => Method::POST,
        }
    }

    fn with_meta(&self, mut params: Value) -> Value {
        if self.era == Era::Current && params.is_object() {
            params["_meta"] = json!({
                "io.modelcontextprotocol/protocolVersion": CURRENT,
                "io.modelcontextprotocol/clientCapabilities": {},
                "io.modelcontextprotocol/clientInfo": { "name": "fuzz", "version": "1" },
            });
        }
        params
    }

    fn message(&self, method: &str, params: &Value) -> Value {
        let mut message = json!({ "jsonrpc": "2.0", "method": method, "params": params });
        match &self.id {
            Id::Number(id) => message["id"] = json!(id),
            Id::Text(id) => message["id"] = json!(id.text()),
            Id::Absent => {}
            Id::Odd(id) => message["id"] = id.value(),
        }
        message
    }
}

impl Door<'_> {
    fn of_mcp(&self) -> String {
        let path = |is_read_only| if is_read_only { "/mcp/readonly" } else { "/mcp" };
        match self {
            Self::Mcp | Self::Rest | Self::RestAt(_) => path(false).to_owned(),
            Self::Direct { is_read_only } => format!("{}?tools=direct", path(*is_read_only)),
            Self::Both => format!("{}?tools=both", path(false)),
            Self::Only(is_read_only, names) => {
                let names: Vec<String> = names.iter().map(|name| escaped(&name.text())).collect();
                format!("{}?tools=both&only={}", path(*is_read_only), names.join(","))
            }
            Self::Query(is_read_only, query) => format!("{}?{}", path(*is_read_only), escaped(&query.text())),
        }
    }
}

impl Header {
    fn name(&self) -> HeaderName {
        HeaderName::from_static(match self {
            Self::Method => "mcp-method",
            Self::Name => "mcp-name",
            Self::Version => "mcp-protocol-version",
            Self::Accept => "accept",
            Self::ContentType => "content-type",
            Self::ContentEncoding => "content-encoding",
            Self::Host => "host",
            Self::Origin => "origin",
            Self::Session => "mcp-session-id",
            Self::LastEvent => "last-event-id",
            Self::Parameter => "mcp-param-name",
        })
    }
}

impl Broken<'_> {
    fn of(&self, text: String) -> Vec<u8> {
        let mut bytes = text.into_bytes();
        match self {
            Self::Cut(at) => bytes.truncate(usize::from(*at)),
            Self::Followed(more) => bytes.extend_from_slice(more),
            Self::Bytes(others) => bytes = others.to_vec(),
            Self::Batch => {
                bytes.insert(0, b'[');
                bytes.push(b']');
            }
        }
        bytes
    }
}

impl Call<'_> {
    /// The method, its parameters, and the name of what is meant.
    fn said(&self) -> (String, Value, String) {
        let plain = |method: &str| (method.to_owned(), json!({}), String::new());
        match self {
            Self::Tool(tool) => {
                let (name, arguments) = tool.said();
                tool_call(name.replace('.', "_"), arguments)
            }
            Self::Program(statements, may_write, is_dry) => {
                let lines: Vec<String> = statements.iter().map(Statement::line).collect();
                let mut arguments = json!({ "program": lines.join("\n") });
                if *is_dry {
                    arguments["dryRun"] = json!(true);
                }
                tool_call(if *may_write { "run_write" } else { "run" }.to_owned(), arguments)
            }
            Self::Any(name, arguments) => tool_call(name.text(), arguments.value()),
            Self::Tools => plain("tools/list"),
            Self::Initialize(version, more) => {
                let params = json!({
                    "protocolVersion": version.text(),
                    "capabilities": more.value(),
                    "clientInfo": { "name": "fuzz", "version": "1" },
                });
                ("initialize".to_owned(), params, String::new())
            }
            Self::Discover => plain("server/discover"),
            Self::Ping => plain("ping"),
            Self::Listen(wants) => {
                let params = json!({ "notifications": { "toolsListChanged": wants } });
                ("subscriptions/listen".to_owned(), params, String::new())
            }
            Self::Resources => plain("resources/list"),
            Self::Templates => plain("resources/templates/list"),
            Self::Read(uri) => ("resources/read".to_owned(), json!({ "uri": uri.text() }), uri.text()),
            Self::Prompts => plain("prompts/list"),
            Self::Prompt(name, given) => {
                let given: Map<String, Value> = given.iter().map(|(key, value)| (key.text(), value.value())).collect();
                let params = json!({ "name": name.text(), "arguments": given });
                ("prompts/get".to_owned(), params, name.text())
            }
            Self::Complete(of_prompt, whose, argument, typed) => {
                let reference = if *of_prompt {
                    json!({ "type": "ref/prompt", "name": whose.text() })
                } else {
                    json!({ "type": "ref/resource", "uri": whose.text() })
                };
                let argument = json!({ "name": argument.text(), "value": typed.text() });
                let params = json!({ "ref": reference, "argument": argument });
                ("completion/complete".to_owned(), params, String::new())
            }
            Self::Notification(params) => ("notifications/cancelled".to_owned(), params.value(), String::new()),
            Self::Method(method, params) => (method.text(), params.value(), String::new()),
        }
    }
}

fn tool_call(name: String, arguments: Value) -> (String, Value, String) {
    let params = json!({ "name": name, "arguments": arguments });
    ("tools/call".to_owned(), params, name)
}

impl Tool<'_> {
    /// Its name as an operation, or its own, and its arguments.
    fn said(&self) -> (&'static str, Value) {
        match self {
            Self::Search(query) => ("search", json!({ "query": query.text() })),
            Self::Fetch(id) => ("fetch", json!({ "id": id.text() })),
            Self::Docs(page) => ("docs", json!({ "page": page.as_ref().map(Text::text) })),
            Self::Describe(names) => {
                let names: Vec<String> = names.iter().map(Text::text).collect();
                ("describe", json!({ "names": names }))
            }
            Self::List(search, page, size) => {
                let search = search.as_ref().map(Text::text);
                (
                    "notes.list",
                    json!({ "search": search, "page": page, "pageSize": size }),
                )
            }
            Self::Get(at) => ("notes.get", json!({ "noteId": format!("not_{at}") })),
            Self::Sum(values, weight) => ("numbers.sum", json!({ "values": values, "weight": weight })),
            Self::Measure(root) => ("shapes.measure", json!({ "root": root.value() })),
            Self::Say(value, times) => ("echo.say", json!({ "value": value.value(), "times": times })),
            Self::Fail(kind, message, details) => {
                let arguments = json!({ "kind": kind, "message": message.text(), "details": details.value() });
                ("echo.fail", arguments)
            }
            Self::Add(text) => ("notes.add_one", json!({ "noteText": text.text() })),
            Self::SetStock(rows) => {
                let row = |(at, quantity): &(u8, i64)| json!({ "at": at, "quantity": quantity });
                let rows: Vec<Value> = rows.iter().map(row).collect();
                ("raw_materials.set_stock", json!({ "rows": rows }))
            }
        }
    }
}

impl Part<'_> {
    fn value(&self) -> Value {
        let parts: Vec<Value> = self.parts.iter().map(Part::value).collect();
        json!({ "length": self.length, "parts": parts, "label": self.label.as_ref().map(Text::text) })
    }
}

impl Statement<'_> {
    fn line(&self) -> String {
        match self {
            Self::Call(tool) => {
                let (name, arguments) = tool.said();
                format!("await app.{name}({arguments})")
            }
            Self::Other(name, arguments) => format!("return await app.{}({})", name.text(), arguments.value()),
            Self::Log(text) => format!("console.log({})", text.text()),
            Self::Throw(text) => format!("throw {}", text.text()),
            Self::Return(value) => format!("return {}", value.value()),
            Self::Source(text) => text.text(),
        }
    }
}

impl Text<'_> {
    fn text(&self) -> String {
        let word = |at: u8| WORDS[usize::from(at) % WORDS.len()];
        match self {
            Self::Word(at) => word(*at).to_owned(),
            // One letter is another.
            Self::Near(at, place, letter) => {
                let mut letters: Vec<char> = word(*at).chars().collect();
                if !letters.is_empty() {
                    let place = usize::from(*place) % letters.len();
                    letters[place] = *letter;
                }
                letters.into_iter().collect()
            }
            Self::Plain(text) => (*text).to_owned(),
            // Mostly up to 1,000 letters, and now and then over a million. The first may be of another length, so that a cut
            // is not always between two.
            Self::Long(first, letter, power) => {
                let power = if power % 64 > 20 { power % 11 } else { power % 64 };
                format!("{first}{}", letter.to_string().repeat(1 << power))
            }
        }
    }
}

impl Json<'_> {
    fn value(&self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Truth(truth) => json!(truth),
            Self::Small(number) => json!(number),
            Self::Whole(number) => json!(number),
            Self::Natural(number) => json!(number),
            Self::Real(number) => Number::from_f64(*number).map_or(Value::Null, Value::Number),
            Self::Text(text) => json!(text.text()),
            Self::List(items) => items.iter().map(Self::value).collect(),
            Self::Object(fields) => fields
                .iter()
                .map(|(name, value)| (name.text(), value.value()))
                .collect(),
            Self::Deep(depth, is_list) => (0..*depth).fold(Value::Null, |inner, _| match is_list {
                true => json!([inner]),
                false => json!({ "parts": inner }),
            }),
            // Now and then very wide.
            Self::Wide(count) => {
                let count = if count % 16 == 0 { 5_000 } else { count % 100 };
                (0..count).map(|at| (format!("field{at}"), json!(at))).collect()
            }
        }
    }
}

fn in_path(name: &str) -> String {
    let plain = format!("/api/v1/{name}");
    if plain.parse::<Uri>().is_ok() {
        plain
    } else {
        format!("/api/v1/{}", escaped(name))
    }
}

/// With an escape for what may not stand in an address.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for byte in text.bytes().take(10_000) {
        if byte.is_ascii_alphanumeric() || b"-._~=&+".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            let _ = write!(escaped, "%{byte:02X}");
        }
    }
    escaped
}
