//! Resources: the documentation pages, and the things of a tenant that have addresses, such as `assembly://boms/17`. Also
//! the completion of their ids. The page that shows results is read here, too, but not listed: the tools name it, and there is
//! nothing in it for a model or a person to read.

use latchstring_core::{Effect, Entity, ErrorCode, OperationError, Surface};
use rmcp::{
    ErrorData, RoleServer,
    model::{
        CompletionInfo, ErrorCode as RpcCode, ReadResourceResult, Reference, Resource, ResourceContents,
        ResourceTemplate,
    },
    service::RequestContext,
};
use serde_json::{Value, json};

use crate::{Server, server::is_modern, view};

const MARKDOWN: &str = "text/markdown";
const JSON: &str = "application/json";
/// How many ids complete what was typed.
const COMPLETIONS: usize = 20;

impl Server {
    pub(crate) fn pages_as_resources(&self) -> Vec<Resource> {
        let knowledge = self.knowledge();
        let pages = knowledge.pages().iter().map(|page| {
            Resource::new(knowledge.resource_of(page), page.slug)
                .with_title(page.title)
                .with_description(page.summary)
                .with_mime_type(MARKDOWN)
                .with_size(page.text.len() as u64)
        });
        pages.collect()
    }

    /// The kinds of things whose query is visible.
    pub(crate) fn templates(&self, surface: &Surface) -> Vec<ResourceTemplate> {
        let knowledge = self.knowledge();
        let visible = knowledge
            .entities()
            .iter()
            .filter(|entity| surface.find(entity.read).is_ok());
        let templates = visible.map(|entity| {
            ResourceTemplate::new(knowledge.template_of(entity), entity.name)
                .with_title(entity.title)
                .with_description(entity.description)
                .with_mime_type(JSON)
        });
        templates.collect()
    }

    /// What is at an address. A thing of a tenant is read by its query: checked, limited and written down as a call.
    pub(crate) async fn read(
        &self,
        surface: &Surface,
        uri: &str,
        context: &RequestContext<RoleServer>,
    ) -> Result<ReadResourceResult, ErrorData> {
        let knowledge = self.knowledge();
        let page = knowledge.pages().iter().find(|page| knowledge.resource_of(page) == uri);
        if let Some(page) = page {
            let contents = ResourceContents::text(page.text, uri).with_mime_type(MARKDOWN);
            return Ok(ReadResourceResult::new(vec![contents]));
        }
        if uri == self.view() {
            return Ok(ReadResourceResult::new(vec![view::page(uri)]));
        }
        let Some((entity, id)) = knowledge.entity_at(uri) else {
            return Err(not_there(uri, context));
        };
        let id = percent_decoded(id);
        let arguments = json!({ entity.id: id }).to_string();
        let answer = self
            .query(surface, entity.read, &arguments, "resources/read", context)
            .await;
        match answer {
            Ok(text) => Ok(ReadResourceResult::new(vec![
                ResourceContents::text(text, uri).with_mime_type(JSON),
            ])),
            Err(error)
                if matches!(
                    error.code(),
                    ErrorCode::NotFound | ErrorCode::InvalidInput | ErrorCode::UnknownOperation
                ) =>
            {
                Err(not_there(uri, context))
            }
            Err(error) => {
                error.log();
                Err(failed(&error))
            }
        }
    }

    /// The ids of things that the typed words find.
    pub(crate) async fn complete_with(
        &self,
        surface: &Surface,
        reference: &Reference,
        argument: &str,
        typed: &str,
        context: &RequestContext<RoleServer>,
    ) -> Result<CompletionInfo, ErrorData> {
        let Some(entity) = self.completed_by(reference, argument) else {
            return Ok(CompletionInfo::default());
        };
        let typed: String = typed.chars().take(200).collect();
        let arguments = json!({ "search": typed }).to_string();
        let answer = self
            .query(surface, entity.list, &arguments, "completion/complete", context)
            .await;
        let text = answer.map_err(|error| {
            error.log();
            failed(&error)
        })?;
        let found: Value = serde_json::from_str(&text).unwrap_or_default();
        let items = found["items"].as_array().map_or(&[][..], Vec::as_slice);
        let ids = items.iter().filter_map(|item| match &item[entity.id] {
            Value::String(id) => Some(id.clone()),
            Value::Number(id) => Some(id.to_string()),
            _ => None,
        });
        let values: Vec<String> = ids.take(COMPLETIONS).collect();
        let has_more = items.len() > values.len() || found["totalPages"].as_u64().is_some_and(|pages| pages > 1);
        let mut completion = CompletionInfo::new(values).map_err(|error| ErrorData::internal_error(error, None))?;
        completion.has_more = Some(has_more);
        Ok(completion)
    }

    /// The kind of thing whose ids go where this argument stands.
    fn completed_by(&self, reference: &Reference, argument: &str) -> Option<&Entity> {
        let knowledge = self.knowledge();
        match reference {
            Reference::Resource(template) => knowledge
                .entities()
                .iter()
                .find(|entity| knowledge.template_of(entity) == template.uri && entity.id == argument),
            Reference::Prompt(prompt) => {
                let prompt = knowledge.prompts().iter().find(|one| one.name == prompt.name)?;
                let argument = prompt.arguments.iter().find(|one| one.name == argument)?;
                knowledge.entity(argument.entity?)
            }
            _ => None,
        }
    }

    /// Calls a query as one call of its own, under this name in the audit trail.
    async fn query(
        &self,
        surface: &Surface,
        name: &str,
        arguments: &str,
        tool: &str,
        context: &RequestContext<RoleServer>,
    ) -> Result<String, OperationError> {
        let operation = surface.find(name)?.clone();
        let calls = self.calls();
        let session = calls.session(surface, Effect::Read, tool, self.context(surface));
        let call = calls.operation(session, &operation, arguments, context.ct.clone());
        calls.track(call).await.map(|json| json.get().to_owned())
    }
}

/// Clients of 2026-07-28 expect a wrong parameter, older ones a code of its own.
fn not_there(uri: &str, context: &RequestContext<RoleServer>) -> ErrorData {
    let shown: String = uri.chars().take(200).collect();
    let text = format!("nothing is at `{shown}`; see `resources/list` and `resources/templates/list`");
    let data = Some(json!({ "uri": shown }));
    if is_modern(context) {
        ErrorData::invalid_params(text, data)
    } else {
        ErrorData::resource_not_found(text, data)
    }
}

fn failed(error: &OperationError) -> ErrorData {
    let code = match error.code() {
        ErrorCode::Internal => RpcCode::INTERNAL_ERROR,
        _ => RpcCode::INVALID_REQUEST,
    };
    ErrorData::new(
        code,
        format!("{}: {}", error.code(), error.message()),
        Some(error.to_value()),
    )
}

fn percent_decoded(id: &str) -> String {
    // As a form would have it, but with a plus and an ampersand that stay what they are.
    let pair = format!("id={}", id.replace('+', "%2B").replace('&', "%26"));
    let mut pairs = url::form_urlencoded::parse(pair.as_bytes());
    pairs.next().map(|(_, id)| id.into_owned()).unwrap_or_default()
}
