//! The MCP server: one value for all callers, one surface per request.

use std::{sync::Arc, time::Duration};

use latchstring_core::{
    Channel, Context, Effect, ErrorCode, Finish, Grant, Holder, OperationError, Session, Surface, parse_input,
};
use latchstring_runner::{Calls, READ_INPUT, WRITE_INPUT};
use rmcp::{
    ErrorData, RoleServer, ServerHandler,
    model::{
        CacheScope, CallToolRequestParams, CallToolResponse, CallToolResult, CompleteRequestMethod,
        CompleteRequestParams, CompleteResult, ContentBlock, CustomRequest, CustomResult, ErrorCode as RpcCode,
        GetPromptRequestParams, GetPromptResponse, Implementation, InitializeRequestParams, InitializeResult,
        ListPromptsRequestMethod, ListPromptsResult, ListResourceTemplatesResult, ListResourcesResult, ListToolsResult,
        MetaObject, PaginatedRequestParams, PromptsCapability, ProtocolVersion, ReadResourceRequestParams,
        ReadResourceResponse, ResourcesCapability, ServerCapabilities, ServerConfig, SubscriptionFilter,
    },
    service::{RequestContext, SubscriptionContext},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};
use tracing::Instrument;

use crate::{
    cut, describe, direct, docs, error,
    kept::Kept,
    knowledge::Knowledge,
    listeners::{Listener, Listeners},
    mode::{Mode, Tools},
    pages::page,
    progress, run, search,
    tools::{self, Tool},
    view,
};
use tokio_util::sync::CancellationToken;

/// What the server says of itself.
#[derive(Debug, Clone)]
pub struct About {
    /// The product's name on the wire, such as `assembly`.
    pub name: String,
    /// The product's name for people.
    pub title: String,
    /// Its version.
    pub version: String,
    /// What a model should know before it starts; the first 512 characters count most.
    pub instructions: String,
}

/// Serves a catalog to whoever holds a grant.
#[derive(Clone)]
pub struct Server(Arc<Parts>);

struct Parts {
    about: About,
    calls: Calls,
    knowledge: Knowledge,
    kept: Kept,
    listeners: Arc<Listeners>,
}

impl Server {
    /// A server that carries out these calls. What it finds has addresses below `public_url`.
    pub fn new(about: About, calls: Calls, public_url: &str) -> Self {
        Self(Arc::new(Parts {
            knowledge: Knowledge::new(calls.catalog().clone(), &about.name, public_url),
            kept: Kept::new(calls.clock()),
            about,
            calls,
            listeners: Arc::default(),
        }))
    }

    pub(crate) fn knowledge(&self) -> &Knowledge {
        &self.0.knowledge
    }

    pub(crate) fn calls(&self) -> &Calls {
        &self.0.calls
    }

    /// Ends the streams that only wait, lets the calls under way go on for `grace` at most and then ends them, which
    /// undoes what they changed. Returns when none is left.
    pub async fn drain(&self, grace: Duration) {
        self.0.listeners.close();
        self.0.calls.drain(grace).await;
    }

    /// A place for one more stream of this grant, or why there is none.
    pub(crate) async fn listener(&self, grant: &Grant) -> Result<Arc<Listener>, OperationError> {
        self.0.calls.check(grant).await?;
        self.0.listeners.admit(grant.id()).map(Arc::new)
    }

    fn surface(&self, context: &RequestContext<RoleServer>) -> Result<(Surface, Tools), ErrorData> {
        let parts = context.extensions.get::<http::request::Parts>();
        let grant = parts.and_then(|parts| parts.extensions.get::<Arc<Grant>>().zip(Some(&parts.uri)));
        // No grant means that the gate in front of this server is missing; then nothing is visible to anybody.
        let (grant, uri) = grant.ok_or_else(|| ErrorData::internal_error("the request carries no grant", None))?;
        let surface = self.0.calls.surface(Arc::clone(grant));
        let mode = Mode::of(uri);
        let seen = mode.and_then(|mode| Ok((mode.narrow(surface)?, mode.tools)));
        seen.map_err(|error| ErrorData::invalid_params(error.message().to_owned(), None))
    }

    async fn call(
        &self,
        surface: &Surface,
        tool: &Tool,
        arguments: &str,
        cx: Context,
        gone: CancellationToken,
    ) -> CallToolResult {
        let calls = &self.0.calls;
        let open = |effect| calls.session(surface, effect, tool.name(), cx.clone());
        // A session asks before each operation. These tools may call none, and open no more than an operation would.
        if !matches!(tool, Tool::Direct(_))
            && let Err(refusal) = calls.check(surface.grant()).await
        {
            return refuse(open(Effect::Read), &refusal).await;
        }
        match tool {
            Tool::Search => {
                answer(open(Effect::Read), tool, &search::SEARCH_INPUT, arguments, |input| {
                    Ok(search::search(surface, self.knowledge(), &input))
                })
                .await
            }
            Tool::Fetch => {
                answer(open(Effect::Read), tool, &search::FETCH_INPUT, arguments, |input| {
                    search::fetch(surface, self.knowledge(), &self.0.kept, &input)
                })
                .await
            }
            Tool::Docs => {
                answer(open(Effect::Read), tool, &docs::INPUT, arguments, |input| {
                    docs::docs(self.knowledge(), &input)
                })
                .await
            }
            Tool::Describe => {
                answer(open(Effect::Read), tool, &describe::INPUT, arguments, |input| {
                    describe::describe(surface, &input)
                })
                .await
            }
            Tool::Run => match parse_input(tool.name(), &READ_INPUT, arguments) {
                Ok(input) => run::answer(calls.run(open(Effect::Read), input, gone).await),
                Err(error) => refuse(open(Effect::Read), &error).await,
            },
            Tool::RunWrite => match parse_input(tool.name(), &WRITE_INPUT, arguments) {
                Ok(input) => run::answer(calls.run_write(open(Effect::Write), input, gone).await),
                Err(error) => refuse(open(Effect::Read), &error).await,
            },
            Tool::Direct(operation) => {
                let session = open(operation.effect);
                direct::answer(calls.operation(session, operation, arguments, gone).await)
            }
        }
    }

    pub(crate) fn context(&self, surface: &Surface) -> Context {
        let channel = match surface.grant().holder() {
            Holder::App { .. } => Channel::Connector,
            _ => Channel::Mcp,
        };
        self.0.calls.begin(surface.grant().clone(), channel)
    }

    fn implementation(&self) -> Implementation {
        Implementation::new(&self.0.about.name, &self.0.about.version).with_title(&self.0.about.title)
    }

    /// `_meta` with the server's name, which clients of 2026-07-28 expect on every result.
    fn meta(&self, context: &RequestContext<RoleServer>) -> Option<MetaObject> {
        is_modern(context).then(|| {
            let mut meta = MetaObject::default();
            let info = serde_json::to_value(self.implementation()).unwrap_or_default();
            meta.insert("io.modelcontextprotocol/serverInfo".to_owned(), info);
            meta
        })
    }
}

pub(crate) fn is_modern(context: &RequestContext<RoleServer>) -> bool {
    context
        .protocol_version()
        .is_some_and(|version| version.as_str() >= ProtocolVersion::V_2026_07_28.as_str())
}

/// A tool that answers from the surface alone.
async fn answer<I: DeserializeOwned, O: Serialize>(
    session: Session,
    tool: &Tool,
    schema: &Map<String, Value>,
    arguments: &str,
    work: impl FnOnce(I) -> Result<O, OperationError>,
) -> CallToolResult {
    let output = match parse_input(tool.name(), schema, arguments).and_then(work) {
        Ok(output) => output,
        Err(error) => return refuse(session, &error).await,
    };
    if let Err(error) = session.finish(Finish::Commit).await {
        return error::refused(&error);
    }
    let structured = serde_json::to_value(&output).unwrap_or_default();
    // Declarations and pages are text already; as a JSON string they would be unreadable.
    let plain = match tool {
        Tool::Describe => &structured["declarations"],
        Tool::Docs => &structured["text"],
        _ => &Value::Null,
    };
    let text = plain.as_str().map_or_else(|| structured.to_string(), ToOwned::to_owned);
    let mut result = CallToolResult::success(vec![ContentBlock::text(text)]);
    result.structured_content = Some(structured);
    result
}

/// Ends a session that did nothing, because what was asked for is wrong.
async fn refuse(session: Session, error: &OperationError) -> CallToolResult {
    // The call is refused already; that the record could not be kept changes nothing for the caller.
    let _ = session.finish(Finish::Fail(error.code())).await;
    error::refused(error)
}

impl ServerHandler for Server {
    fn get_info(&self) -> ServerConfig {
        // Declared because clients of 2026-07-28 open a stream for it at once. A grant's tools never change.
        let mut capabilities = self.capabilities();
        capabilities.tools.get_or_insert_default().list_changed = Some(true);
        ServerConfig::new(capabilities)
            .with_server_info(self.implementation())
            .with_instructions(&self.0.about.instructions)
    }

    async fn initialize(
        &self,
        request: InitializeRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<InitializeResult, ErrorData> {
        context.peer.set_peer_info(request.clone());
        let mut result = self.negotiate_initialize(&request)?;
        // Clients of these revisions would wait for changes in a session, and there are none.
        result.capabilities = self.capabilities();
        Ok(result)
    }

    fn accepted_subscription_filter(&self, _: &SubscriptionFilter) -> Option<SubscriptionFilter> {
        Some(SubscriptionFilter::builder().tools_list_changed().build())
    }

    /// Keeps the stream open and says nothing on it, until the caller goes away or the server stops.
    async fn listen(&self, context: SubscriptionContext) -> Result<(), ErrorData> {
        let parts = context.request_context().extensions.get::<http::request::Parts>();
        let listener = parts.and_then(|parts| parts.extensions.get::<Arc<Listener>>()).cloned();
        // No place means that the envelope did not see what this is; then nothing bounds it.
        let listener = listener.ok_or_else(|| ErrorData::internal_error("the stream has no place", None))?;
        let wait = async {
            tokio::select! {
                () = context.cancelled() => {}
                () = listener.closed() => {}
            }
        };
        self.0.calls.track(wait).await;
        Ok(())
    }

    async fn list_tools(
        &self,
        asked: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        let (surface, tools) = self.surface(&context)?;
        let shown_by = view::is_shown_by(&context).then_some(self.0.about.name.as_str());
        let listed = tools::of(&surface, tools)
            .map(|tool| tool.listed(&surface, shown_by))
            .collect();
        let (items, next) = page(listed, asked)?;
        let mut result = ListToolsResult::with_all_items(items);
        result.next_cursor = next;
        (result.ttl_ms, result.cache_scope) = private(&context);
        result.meta = self.meta(&context);
        Ok(result)
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let (surface, tools) = self.surface(&context)?;
        let cx = self.context(&surface);
        let Some(tool) = tools::find(&surface, tools, &request.name) else {
            let shown: String = request.name.chars().take(100).collect();
            // Written down: a grant that calls what it may not see is worth knowing about.
            let session = self.0.calls.session(&surface, Effect::Read, &shown, cx);
            let _ = session.finish(Finish::Fail(ErrorCode::UnknownOperation)).await;
            return Err(ErrorData::invalid_params(
                format!("no tool `{shown}`; see `tools/list`"),
                None,
            ));
        };
        let arguments = serde_json::to_string(&request.arguments.unwrap_or_default())
            .map_err(|error| ErrorData::invalid_params(error.to_string(), None))?;
        let request_id = cx.request();
        let span = tracing::info_span!(
            "call",
            tool = tool.name(),
            grant.id = %surface.grant().id(),
            tenant.id = %surface.grant().tenant(),
            request.id = %request_id,
        );
        // The library cancels the token when the caller goes away, and leaves it to us to stop.
        // It is large, and the library moves what it is part of from task to task.
        let call = Box::pin(self.call(&surface, &tool, &arguments, cx, context.ct.clone())).instrument(span);
        let mut result = self.0.calls.track(progress::told(&context, call)).await;
        // A part of what was cut is no longer than a part.
        if !matches!(tool, Tool::Fetch) {
            cut::cut(&self.0.kept, &surface, &mut result);
        }
        error::name_request(&mut result, request_id);
        result.meta = self.meta(&context);
        Ok(result.into())
    }

    async fn on_custom_request(
        &self,
        request: CustomRequest,
        _: RequestContext<RoleServer>,
    ) -> Result<CustomResult, ErrorData> {
        // A known method ends up here when its parameters cannot be read.
        let method = request.method;
        if matches!(
            method.as_str(),
            "tools/call"
                | "tools/list"
                | "initialize"
                | "server/discover"
                | "resources/read"
                | "prompts/get"
                | "completion/complete"
        ) {
            let expected = match method.as_str() {
                "tools/call" => {
                    "; expected {\"name\": \"run\", \"arguments\": {\"program\": \"return 1\"}}, with `arguments` an object"
                }
                _ => "",
            };
            return Err(ErrorData::invalid_params(
                format!("the parameters of `{method}` cannot be read{expected}"),
                None,
            ));
        }
        let shown: String = method.chars().take(100).collect();
        Err(ErrorData::new(
            RpcCode::METHOD_NOT_FOUND,
            format!("no method `{shown}`"),
            None,
        ))
    }

    async fn list_prompts(
        &self,
        asked: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListPromptsResult, ErrorData> {
        if self.knowledge().prompts().is_empty() {
            return Err(ErrorData::method_not_found::<ListPromptsRequestMethod>());
        }
        let (items, next) = page(self.prompts(), asked)?;
        let mut result = ListPromptsResult::with_all_items(items);
        result.next_cursor = next;
        (result.ttl_ms, result.cache_scope) = public(&context);
        result.meta = self.meta(&context);
        Ok(result)
    }

    async fn get_prompt(
        &self,
        request: GetPromptRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<GetPromptResponse, ErrorData> {
        let mut result = self.prompt(&request.name, request.arguments.as_ref())?;
        result.meta = self.meta(&context);
        Ok(result.into())
    }

    async fn list_resources(
        &self,
        asked: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListResourcesResult, ErrorData> {
        let (items, next) = page(self.pages_as_resources(), asked)?;
        let mut result = ListResourcesResult::with_all_items(items);
        result.next_cursor = next;
        (result.ttl_ms, result.cache_scope) = public(&context);
        result.meta = self.meta(&context);
        Ok(result)
    }

    async fn list_resource_templates(
        &self,
        asked: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        let (surface, _) = self.surface(&context)?;
        let (items, next) = page(self.templates(&surface), asked)?;
        let mut result = ListResourceTemplatesResult::with_all_items(items);
        result.next_cursor = next;
        (result.ttl_ms, result.cache_scope) = private(&context);
        result.meta = self.meta(&context);
        Ok(result)
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        let (surface, _) = self.surface(&context)?;
        let mut result = self.read(&surface, &request.uri, &context).await?;
        (result.ttl_ms, result.cache_scope) = if request.uri == self.view() {
            public(&context)
        } else {
            private(&context)
        };
        result.meta = self.meta(&context);
        Ok(result.into())
    }

    async fn complete(
        &self,
        request: CompleteRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CompleteResult, ErrorData> {
        if self.knowledge().entities().is_empty() {
            return Err(ErrorData::method_not_found::<CompleteRequestMethod>());
        }
        let (surface, _) = self.surface(&context)?;
        let (argument, typed) = (&request.argument.name, &request.argument.value);
        let completion = self
            .complete_with(&surface, &request.r#ref, argument, typed, &context)
            .await?;
        let mut result = CompleteResult::new(completion);
        result.meta = self.meta(&context);
        Ok(result)
    }
}

impl Server {
    /// Where the page is that shows results.
    pub(crate) fn view(&self) -> String {
        view::uri(&self.0.about.name)
    }

    /// What is declared, and no more: what is not declared is not answered either.
    fn capabilities(&self) -> ServerCapabilities {
        let mut capabilities = ServerCapabilities::builder().enable_tools().build();
        capabilities.resources = Some(ResourcesCapability::default());
        capabilities.extensions = Some(view::extensions());
        capabilities.prompts = (!self.knowledge().prompts().is_empty()).then(PromptsCapability::default);
        capabilities.completions = (!self.knowledge().entities().is_empty()).then(Default::default);
        capabilities
    }
}

/// The list depends on the grant, and changes the moment that is revoked.
fn private(context: &RequestContext<RoleServer>) -> (Option<u64>, Option<CacheScope>) {
    if is_modern(context) {
        (Some(0), Some(CacheScope::Private))
    } else {
        (None, None)
    }
}

/// The same for everybody, and new only with a new version of the server.
fn public(context: &RequestContext<RoleServer>) -> (Option<u64>, Option<CacheScope>) {
    if is_modern(context) {
        (Some(60 * 60 * 1_000), Some(CacheScope::Public))
    } else {
        (None, None)
    }
}
