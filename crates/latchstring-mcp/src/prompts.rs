//! Prompts: the questions that people ask often, ready to be asked.

use rmcp::{
    ErrorData,
    model::{GetPromptResult, Prompt, PromptArgument, PromptMessage, Role},
};
use serde_json::{Map, Value};

use crate::Server;

impl Server {
    pub(crate) fn prompts(&self) -> Vec<Prompt> {
        let prompts = self.knowledge().prompts().iter().map(|prompt| {
            let arguments = prompt.arguments.iter().map(|argument| {
                PromptArgument::new(argument.name)
                    .with_description(argument.description)
                    .with_required(argument.is_required)
            });
            let arguments: Vec<PromptArgument> = arguments.collect();
            let arguments = (!arguments.is_empty()).then_some(arguments);
            Prompt::new(prompt.name, Some(prompt.description), arguments).with_title(prompt.title)
        });
        prompts.collect()
    }

    pub(crate) fn prompt(&self, name: &str, given: Option<&Map<String, Value>>) -> Result<GetPromptResult, ErrorData> {
        let prompts = self.knowledge().prompts();
        let Some(prompt) = prompts.iter().find(|prompt| prompt.name == name) else {
            let shown: String = name.chars().take(100).collect();
            return Err(ErrorData::invalid_params(
                format!("no prompt `{shown}`; see `prompts/list`"),
                None,
            ));
        };
        let text = prompt.fill(|name| match given?.get(name)? {
            Value::String(text) => Some(text.chars().take(1_000).collect()),
            other => Some(other.to_string().chars().take(1_000).collect()),
        });
        let text = text.map_err(|missing| {
            ErrorData::invalid_params(
                format!("the prompt `{}` needs the argument `{missing}`", prompt.name),
                None,
            )
        })?;
        let message = PromptMessage::new_text(Role::User, text);
        Ok(GetPromptResult::new(vec![message]).with_description(prompt.description))
    }
}
