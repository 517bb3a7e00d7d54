//! What a client is asked before a fixture answers, and whether it has answered.

use rmcp::{
    ErrorData,
    model::{InputRequiredResult, InputResponses},
};
use serde_json::{Map, Value, json};

use super::wire;

/// Questions that are asked together.
pub(super) struct Round {
    /// What the client sends back with its answers. A question that stands for itself needs none.
    state: Option<&'static str>,
    questions: Vec<(&'static str, Value)>,
}

impl Round {
    pub(super) fn of(questions: impl Into<Vec<(&'static str, Value)>>) -> Self {
        Self {
            state: None,
            questions: questions.into(),
        }
    }

    pub(super) fn with_state(mut self, state: &'static str) -> Self {
        self.state = Some(state);
        self
    }

    fn is_answered(&self, responses: &InputResponses) -> bool {
        self.questions.iter().all(|(key, question)| {
            responses
                .get(*key)
                .is_some_and(|response| match question["method"].as_str() {
                    Some("elicitation/create") => response["action"] == "accept" && response["content"].is_object(),
                    Some("sampling/createMessage") => response["content"].is_object(),
                    _ => response["roots"].is_array(),
                })
        })
    }

    fn ask(&self) -> InputRequiredResult {
        let questions: Map<String, Value> = self
            .questions
            .iter()
            .map(|(key, question)| ((*key).to_owned(), question.clone()))
            .collect();
        InputRequiredResult::new(Some(wire(Value::Object(questions))), self.state.map(ToOwned::to_owned))
    }
}

/// What the client has to be asked next; none when it has answered every round.
///
/// # Errors
/// When the state is none that was given out.
pub(super) fn next(
    rounds: &[Round],
    responses: Option<&InputResponses>,
    state: Option<&str>,
) -> Result<Option<InputRequiredResult>, ErrorData> {
    let at = match (rounds.first().and_then(|round| round.state), state) {
        (Some(_), Some(state)) => rounds
            .iter()
            .position(|round| round.state == Some(state))
            .ok_or_else(|| ErrorData::invalid_params("the `requestState` is not one of this server's", None))?,
        _ => 0,
    };
    let is_answered = responses.is_some_and(|responses| rounds[at].is_answered(responses));
    Ok(rounds.get(at + usize::from(is_answered)).map(Round::ask))
}

/// A form with these fields, given as JSON schema.
pub(super) fn form(message: &str, properties: &Value, required: &[&str]) -> Value {
    json!({
        "method": "elicitation/create",
        "params": {
            "message": message,
            "requestedSchema": { "type": "object", "properties": properties, "required": required },
        },
    })
}

/// A form with one text.
pub(super) fn text(message: &str, field: &str) -> Value {
    form(message, &json!({ field: { "type": "string" } }), &[field])
}

/// A question to the client's model.
pub(super) fn sample(prompt: &str) -> Value {
    json!({
        "method": "sampling/createMessage",
        "params": {
            "messages": [{ "role": "user", "content": { "type": "text", "text": prompt } }],
            "maxTokens": 100,
        },
    })
}

pub(super) fn roots() -> Value {
    json!({ "method": "roots/list", "params": {} })
}
