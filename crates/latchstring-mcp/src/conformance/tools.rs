//! Tools whose answers the suite knows.

use std::time::Duration;

use rmcp::{
    ErrorData, RoleServer,
    model::{
        CallToolRequestParams, CallToolResponse, CallToolResult, ClientCapabilities, LoggingLevel,
        LoggingMessageNotificationParam, ProgressNotificationParam, Tool,
    },
    service::RequestContext,
};
use serde_json::{Value, json};

use super::{
    Change, Fixtures,
    inputs::{self, Round},
    is_modern,
    resources::PNG,
    wire,
};

/// A sound of no length.
const WAV: &str = "UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAIA+AAACABAAZGF0YQAAAAA=";
/// Between two notifications, so that they arrive as two.
const PAUSE: Duration = Duration::from_millis(50);

const WITHOUT_ARGUMENTS: [&str; 24] = [
    "test_simple_text",
    "test_image_content",
    "test_audio_content",
    "test_embedded_resource",
    "test_multiple_content_types",
    "test_error_handling",
    "test_tool_with_logging",
    "test_logging_tool",
    "test_tool_with_progress",
    "test_reconnection",
    "test_missing_capability",
    "test_trigger_tool_change",
    "test_trigger_prompt_change",
    "test_streaming_elicitation",
    "test_elicitation_sep1034_defaults",
    "test_elicitation_sep1330_enums",
    "test_input_required_result_elicitation",
    "test_input_required_result_sampling",
    "test_input_required_result_list_roots",
    "test_input_required_result_request_state",
    "test_input_required_result_multiple_inputs",
    "test_input_required_result_multi_round",
    "test_input_required_result_tampered_state",
    "test_input_required_result_capabilities",
];

/// The tools, each with the schema that the suite looks for.
pub(super) fn all() -> Vec<Tool> {
    let mut tools: Vec<Tool> = WITHOUT_ARGUMENTS.iter().map(|name| tool(name, json!({}))).collect();
    tools.extend([
        tool(
            "test_sampling",
            json!({ "properties": { "prompt": { "type": "string" } } }),
        ),
        tool(
            "test_elicitation",
            json!({ "properties": { "message": { "type": "string" } } }),
        ),
        tool(
            "test_tool_with_header",
            json!({ "properties": { "region": { "type": "string", "x-mcp-header": "Region" } } }),
        ),
        tool("json_schema_2020_12_tool", wide_schema()),
    ]);
    tools
}

pub(super) fn find(name: &str) -> Option<Tool> {
    all().into_iter().find(|tool| tool.name == name)
}

fn tool(name: &str, mut schema: Value) -> Tool {
    schema["type"] = json!("object");
    wire(json!({ "name": name, "description": "For the conformance suite", "inputSchema": schema }))
}

/// Every keyword that a server might lose on the way.
fn wide_schema() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$defs": {
            "address": {
                "$anchor": "addressDef",
                "type": "object",
                "properties": { "street": { "type": "string" }, "city": { "type": "string" } },
            },
        },
        "properties": {
            "name": { "type": "string" },
            "address": { "$ref": "#/$defs/address" },
            "contactMethod": { "type": "string", "enum": ["phone", "email"] },
            "phone": { "type": "string" },
            "email": { "type": "string" },
        },
        "allOf": [{ "anyOf": [{ "required": ["phone"] }, { "required": ["email"] }] }],
        "if": { "properties": { "contactMethod": { "const": "phone" } }, "required": ["contactMethod"] },
        "then": { "required": ["phone"] },
        "else": { "required": ["email"] },
        "additionalProperties": false,
    })
}

pub(super) async fn call(
    fixtures: &Fixtures,
    request: &CallToolRequestParams,
    context: &RequestContext<RoleServer>,
) -> Result<CallToolResponse, ErrorData> {
    let name = request.name.as_ref();
    match name {
        "test_tool_with_logging" | "test_logging_tool" => log(context).await,
        "test_tool_with_progress" => make_progress(context).await,
        "test_trigger_tool_change" => fixtures.tell(Change::Tools),
        "test_trigger_prompt_change" => fixtures.tell(Change::Prompts),
        "test_missing_capability" => {
            let declared = context.client_capabilities().unwrap_or_default();
            if declared.sampling.is_none() {
                let needed: ClientCapabilities = wire(json!({ "sampling": {} }));
                return Err(ErrorData::missing_required_client_capability(needed));
            }
        }
        _ => {}
    }
    let rounds = rounds(name, &context.client_capabilities().unwrap_or_default());
    if !rounds.is_empty()
        && let Some(ask) = inputs::next(
            &rounds,
            request.input_responses.as_ref(),
            request.request_state.as_deref(),
        )?
    {
        return Ok(ask.into());
    }
    Ok(answer(name).into())
}

fn answer(name: &str) -> CallToolResult {
    let text = |text: &str| json!({ "type": "text", "text": text });
    let image = || json!({ "type": "image", "data": PNG, "mimeType": "image/png" });
    let resource = |uri: &str, mime_type: &str, text: &str| json!({ "type": "resource", "resource": { "uri": uri, "mimeType": mime_type, "text": text } });
    let content = match name {
        "test_simple_text" => json!([text("This is a simple text response for testing.")]),
        "test_image_content" => json!([image()]),
        "test_audio_content" => json!([{ "type": "audio", "data": WAV, "mimeType": "audio/wav" }]),
        "test_embedded_resource" => json!([resource(
            "test://embedded-resource",
            "text/plain",
            "This is an embedded resource content."
        )]),
        "test_multiple_content_types" => json!([
            text("Multiple content types test:"),
            image(),
            resource(
                "test://mixed-content-resource",
                "application/json",
                r#"{"test":"data","value":123}"#
            ),
        ]),
        "test_error_handling" => json!([text("This tool intentionally returns an error for testing")]),
        // The suite looks for the word when it has sent a state back.
        _ => json!([text("done, state-ok")]),
    };
    wire(json!({ "resultType": "complete", "content": content, "isError": name == "test_error_handling" }))
}

/// What `name` asks the client for, one round after the other.
fn rounds(name: &str, declared: &ClientCapabilities) -> Vec<Round> {
    let user_name = || ("user_name", inputs::text("What is your name?", "name"));
    let greeting = || ("greeting", inputs::sample("Generate a greeting"));
    let confirm = || {
        let question = inputs::form("Please confirm", &json!({ "ok": { "type": "boolean" } }), &["ok"]);
        ("confirm", question)
    };
    match name {
        "test_input_required_result_elicitation" | "test_streaming_elicitation" | "test_elicitation" => {
            vec![Round::of([user_name()])]
        }
        "test_elicitation_sep1034_defaults" => {
            vec![Round::of([("fields", inputs::form("Defaults", &defaults(), &[]))])]
        }
        "test_elicitation_sep1330_enums" => vec![Round::of([("fields", inputs::form("Choices", &choices(), &[]))])],
        "test_input_required_result_sampling" | "test_sampling" => {
            vec![Round::of([(
                "capital_question",
                inputs::sample("What is the capital of France?"),
            )])]
        }
        "test_input_required_result_list_roots" => vec![Round::of([("client_roots", inputs::roots())])],
        "test_input_required_result_request_state" | "test_input_required_result_tampered_state" => {
            vec![Round::of([confirm()]).with_state("asked to confirm")]
        }
        "test_input_required_result_multiple_inputs" => {
            let questions = [user_name(), greeting(), ("client_roots", inputs::roots())];
            vec![Round::of(questions).with_state("asked for three")]
        }
        "test_input_required_result_multi_round" => {
            let second = inputs::text("Step 2: What is your favorite color?", "color");
            vec![
                Round::of([("step1", inputs::text("Step 1: What is your name?", "name"))])
                    .with_state("asked for a name"),
                Round::of([("step2", second)]).with_state("asked for a color"),
            ]
        }
        "test_input_required_result_capabilities" => {
            let asked = [
                declared.elicitation.is_some().then(user_name),
                declared.sampling.is_some().then(greeting),
            ];
            vec![Round::of(asked.into_iter().flatten().collect::<Vec<_>>())]
        }
        _ => Vec::new(),
    }
}

fn defaults() -> Value {
    json!({
        "name": { "type": "string", "default": "John Doe" },
        "age": { "type": "integer", "default": 30 },
        "score": { "type": "number", "default": 95.5 },
        "status": { "type": "string", "enum": ["active", "inactive", "pending"], "default": "active" },
        "verified": { "type": "boolean", "default": true },
    })
}

fn choices() -> Value {
    let titled = json!([{ "const": "one", "title": "One" }, { "const": "two", "title": "Two" }]);
    json!({
        "untitledSingle": { "type": "string", "enum": ["one", "two"] },
        "titledSingle": { "type": "string", "oneOf": titled },
        "untitledMulti": { "type": "array", "items": { "type": "string", "enum": ["one", "two"] } },
        "titledMulti": { "type": "array", "items": { "anyOf": titled } },
    })
}

/// Three messages, where the client is to have them: one of 2026-07-28 says so with each request.
#[expect(
    deprecated,
    reason = "logging is on its way out of the protocol, and still in the suite"
)]
async fn log(context: &RequestContext<RoleServer>) {
    if is_modern(context) && context.meta.log_level().is_none() {
        return;
    }
    for message in [
        "Tool execution started",
        "Tool processing data",
        "Tool execution completed",
    ] {
        let message = LoggingMessageNotificationParam::new(LoggingLevel::Info, json!(message));
        // A client that is gone needs none.
        let _ = context.peer.notify_logging_message(message).await;
        tokio::time::sleep(PAUSE).await;
    }
}

async fn make_progress(context: &RequestContext<RoleServer>) {
    let Some(token) = context.meta.get_progress_token() else {
        return;
    };
    for progress in [0.0, 50.0, 100.0] {
        let progress = ProgressNotificationParam::new(token.clone(), progress).with_total(100.0);
        let _ = context.peer.notify_progress(progress).await;
        tokio::time::sleep(PAUSE).await;
    }
}
