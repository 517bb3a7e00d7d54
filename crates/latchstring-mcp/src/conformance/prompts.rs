//! Prompts whose messages the suite knows.

use rmcp::{
    ErrorData,
    model::{GetPromptRequestParams, GetPromptResponse, GetPromptResult, Prompt},
};
use serde_json::{Value, json};

use super::{
    inputs::{self, Round},
    resources::PNG,
    wire,
};

const ASKS: &str = "test_input_required_result_prompt";

pub(super) fn all() -> Vec<Prompt> {
    let argument = |name: &str| json!({ "name": name, "description": "Whatever the suite sends", "required": true });
    wire(json!([
        { "name": "test_simple_prompt", "description": "One message" },
        {
            "name": "test_prompt_with_arguments",
            "description": "One message with both arguments",
            "arguments": [argument("arg1"), argument("arg2")],
        },
        {
            "name": "test_prompt_with_embedded_resource",
            "description": "A resource and a message",
            "arguments": [argument("resourceUri")],
        },
        { "name": "test_prompt_with_image", "description": "A picture and a message" },
        { "name": ASKS, "description": "Asks the client first" },
    ]))
}

pub(super) fn has(name: &str) -> bool {
    all().iter().any(|prompt| prompt.name == name)
}

/// The prompt, if it is one of these.
pub(super) fn get(request: &GetPromptRequestParams) -> Option<Result<GetPromptResponse, ErrorData>> {
    let argument = |name: &str| {
        let given = request.arguments.as_ref().and_then(|arguments| arguments.get(name));
        given.and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    let text = |text: &str| json!({ "type": "text", "text": text });
    let contents = match request.name.as_str() {
        "test_simple_prompt" => vec![text("This is a simple prompt for testing.")],
        "test_prompt_with_arguments" => vec![text(&format!(
            "Prompt with arguments: arg1='{}', arg2='{}'",
            argument("arg1"),
            argument("arg2")
        ))],
        "test_prompt_with_embedded_resource" => vec![
            json!({
                "type": "resource",
                "resource": {
                    "uri": argument("resourceUri"),
                    "mimeType": "text/plain",
                    "text": "Embedded resource content for testing.",
                },
            }),
            text("Please process the embedded resource above."),
        ],
        "test_prompt_with_image" => vec![
            json!({ "type": "image", "data": PNG, "mimeType": "image/png" }),
            text("Please analyze the image above."),
        ],
        ASKS => return Some(after_asking(request)),
        _ => return None,
    };
    Some(Ok(messages(contents).into()))
}

fn after_asking(request: &GetPromptRequestParams) -> Result<GetPromptResponse, ErrorData> {
    let question = inputs::text("What context should the prompt use?", "context");
    let rounds = [Round::of([("user_context", question)])];
    let next = inputs::next(
        &rounds,
        request.input_responses.as_ref(),
        request.request_state.as_deref(),
    )?;
    Ok(match next {
        Some(ask) => ask.into(),
        None => messages(vec![json!({ "type": "text", "text": "Thank you." })]).into(),
    })
}

fn messages(contents: Vec<Value>) -> GetPromptResult {
    let messages: Vec<Value> = contents
        .into_iter()
        .map(|content| json!({ "role": "user", "content": content }))
        .collect();
    wire(json!({ "resultType": "complete", "messages": messages }))
}
