//! What the official conformance suite wants of a server under test: tools, prompts and resources whose answers it knows.
//!
//! They lie over the real server. A request that names one of them is answered here, every other by the server itself, and
//! lists have both. In front is what always is: the check of the credential, the envelope, rmcp with our settings. No release
//! has any of this.

#![expect(deprecated, reason = "the suite tests what is on its way out of the protocol, too")]

mod inputs;
mod prompts;
mod resources;
mod tools;

use std::{borrow::Cow, sync::Arc};

use rmcp::{
    ErrorData, RoleServer, ServerHandler,
    model::{
        CallToolRequestParams, CallToolResponse, CompleteRequestParams, CompleteResult, CompletionInfo, CustomRequest,
        CustomResult, DiscoverResult, GetPromptRequestParams, GetPromptResponse, InitializeRequestParams,
        InitializeResult, JsonObject, ListPromptsResult, ListResourceTemplatesResult, ListResourcesResult,
        ListToolsResult, PaginatedRequestParams, PromptsCapability, ProtocolVersion, ReadResourceRequestParams,
        ReadResourceResponse, Reference, ResourcesCapability, ServerCapabilities, ServerConfig, SetLevelRequestParams,
        SubscribeRequestParams, SubscriptionFilter, Tool, UnsubscribeRequestParams,
    },
    service::{RequestContext, SubscriptionContext},
};
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::broadcast;

use crate::Server;

#[cfg(not(debug_assertions))]
compile_error!("the feature `conformance` is for the conformance suite alone; a release is built without it");

/// Changes that a stream may be behind by. The suite makes one at a time.
const PENDING_CHANGES: usize = 16;

/// The server with the fixtures over it.
#[derive(Clone)]
pub(crate) struct Fixtures {
    server: Server,
    changes: Arc<broadcast::Sender<Change>>,
}

/// A list that is said to have changed.
#[derive(Clone, Copy)]
enum Change {
    Tools,
    Prompts,
}

impl Fixtures {
    pub(crate) fn new(server: Server) -> Self {
        let (changes, _) = broadcast::channel(PENDING_CHANGES);
        Self {
            server,
            changes: Arc::new(changes),
        }
    }

    fn tell(&self, change: Change) {
        // Nobody listens to most of them.
        let _ = self.changes.send(change);
    }
}

/// Clients of 2026-07-28 say their revision with each request, others never.
fn is_modern(context: &RequestContext<RoleServer>) -> bool {
    context.meta.protocol_version().is_some()
}

/// What the server declares, and what the fixtures need.
fn with_ours(mut declared: ServerCapabilities) -> ServerCapabilities {
    declared.logging.get_or_insert_with(JsonObject::new);
    declared.completions.get_or_insert_with(JsonObject::new);
    let prompts = declared.prompts.get_or_insert_with(PromptsCapability::default);
    prompts.list_changed = Some(true);
    let resources = declared.resources.get_or_insert_with(ResourcesCapability::default);
    resources.subscribe = Some(true);
    declared
}

/// A value of the protocol as it is on the wire.
fn wire<T: DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).expect("fixtures are written as the protocol has them")
}

impl ServerHandler for Fixtures {
    fn get_info(&self) -> ServerConfig {
        let mut info = self.server.get_info();
        info.capabilities = with_ours(info.capabilities);
        info
    }

    fn supported_protocol_versions(&self) -> Cow<'static, [ProtocolVersion]> {
        self.server.supported_protocol_versions()
    }

    async fn initialize(
        &self,
        request: InitializeRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<InitializeResult, ErrorData> {
        let mut result = self.server.initialize(request, context).await?;
        result.capabilities = with_ours(result.capabilities);
        Ok(result)
    }

    async fn discover(&self, context: RequestContext<RoleServer>) -> Result<DiscoverResult, ErrorData> {
        let mut result = self.server.discover(context).await?;
        result.capabilities = with_ours(result.capabilities);
        Ok(result)
    }

    async fn on_custom_request(
        &self,
        request: CustomRequest,
        context: RequestContext<RoleServer>,
    ) -> Result<CustomResult, ErrorData> {
        self.server.on_custom_request(request, context).await
    }

    fn accepted_subscription_filter(&self, requested: &SubscriptionFilter) -> Option<SubscriptionFilter> {
        let mut accepted = self.server.accepted_subscription_filter(requested)?;
        accepted.prompts_list_changed = Some(true);
        Some(accepted)
    }

    async fn listen(&self, context: SubscriptionContext) -> Result<(), ErrorData> {
        let mut changes = self.changes.subscribe();
        let sink = context.sink().clone();
        let tell = async {
            while let Ok(change) = changes.recv().await {
                // What this stream did not ask for is refused, as it should be.
                let _ = match change {
                    Change::Tools => sink.notify_tool_list_changed().await,
                    Change::Prompts => sink.notify_prompt_list_changed().await,
                };
            }
            std::future::pending::<()>().await;
        };
        tokio::select! {
            ended = self.server.listen(context) => ended,
            () = tell => Ok(()),
        }
    }

    async fn list_tools(
        &self,
        request: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        let mut result = self.server.list_tools(request, context).await?;
        result.tools.extend(tools::all());
        Ok(result)
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        tools::find(name).or_else(|| self.server.get_tool(name))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        match tools::find(&request.name) {
            Some(_) => tools::call(self, &request, &context).await,
            None => self.server.call_tool(request, context).await,
        }
    }

    async fn list_prompts(
        &self,
        request: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListPromptsResult, ErrorData> {
        let mut result = self.server.list_prompts(request, context).await?;
        result.prompts.extend(prompts::all());
        Ok(result)
    }

    async fn get_prompt(
        &self,
        request: GetPromptRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<GetPromptResponse, ErrorData> {
        match prompts::get(&request) {
            Some(answer) => answer,
            None => self.server.get_prompt(request, context).await,
        }
    }

    async fn list_resources(
        &self,
        request: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListResourcesResult, ErrorData> {
        let mut result = self.server.list_resources(request, context).await?;
        result.resources.extend(resources::all());
        Ok(result)
    }

    async fn list_resource_templates(
        &self,
        request: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        let mut result = self.server.list_resource_templates(request, context).await?;
        result.resource_templates.push(resources::template());
        Ok(result)
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        match resources::read(&request.uri) {
            Some(result) => Ok(result.into()),
            None => self.server.read_resource(request, context).await,
        }
    }

    async fn complete(
        &self,
        request: CompleteRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CompleteResult, ErrorData> {
        match &request.r#ref {
            Reference::Prompt(prompt) if prompts::has(&prompt.name) => {
                Ok(CompleteResult::new(CompletionInfo::default()))
            }
            _ => self.server.complete(request, context).await,
        }
    }

    async fn set_level(
        &self,
        request: SetLevelRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<(), ErrorData> {
        if is_modern(&context) {
            return self.server.set_level(request, context).await;
        }
        Ok(())
    }

    async fn subscribe(
        &self,
        request: SubscribeRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<(), ErrorData> {
        match resources::read(&request.uri) {
            Some(_) => Ok(()),
            None => self.server.subscribe(request, context).await,
        }
    }

    async fn unsubscribe(
        &self,
        request: UnsubscribeRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<(), ErrorData> {
        match resources::read(&request.uri) {
            Some(_) => Ok(()),
            None => self.server.unsubscribe(request, context).await,
        }
    }
}
