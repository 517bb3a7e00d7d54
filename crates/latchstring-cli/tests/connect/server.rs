//! A server that answers as a test tells it to, on a real socket.

use std::{
    future::pending,
    io,
    sync::{Arc, Mutex},
};

use axum::{
    Json, Router,
    body::{Body, Bytes},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use futures_util::{StreamExt, stream};
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::oneshot};

pub(crate) struct Server {
    pub(crate) url: String,
    seen: Arc<Mutex<Vec<Request>>>,
}

/// One request.
#[derive(Clone)]
pub(crate) struct Request {
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
    /// How many came before.
    pub(crate) before: usize,
}

impl Server {
    pub(crate) async fn start<F>(answer: impl Fn(Request) -> F + Clone + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Response> + Send + 'static,
    {
        Self::on(TcpListener::bind("127.0.0.1:0").await.unwrap(), answer)
    }

    pub(crate) fn on<F>(listener: TcpListener, answer: impl Fn(Request) -> F + Clone + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Response> + Send + 'static,
    {
        let url = format!("http://{}/mcp", listener.local_addr().unwrap());
        let seen: Arc<Mutex<Vec<Request>>> = Arc::default();
        let requests = Arc::clone(&seen);
        let handler = async move |headers: HeaderMap, body: Bytes| {
            let body = serde_json::from_slice(&body).unwrap_or_default();
            let request = {
                let mut requests = requests.lock().unwrap();
                let before = requests.len();
                requests.push(Request { headers, body, before });
                requests[before].clone()
            };
            answer(request).await
        };
        tokio::spawn(async move { axum::serve(listener, Router::new().fallback(handler)).await });
        Self { url, seen }
    }

    pub(crate) fn seen(&self) -> Vec<Request> {
        self.seen.lock().unwrap().clone()
    }
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn method(&self) -> &str {
        self.body["method"].as_str().unwrap()
    }

    /// A result.
    pub(crate) fn result(&self, result: Value) -> Response {
        let mut answer = json!({ "jsonrpc": "2.0", "id": self.body["id"] });
        answer["result"] = result;
        Json(answer).into_response()
    }

    /// The first event of a stream for changes.
    pub(crate) fn acknowledgement(&self) -> String {
        let params = json!({
            "_meta": { "io.modelcontextprotocol/subscriptionId": self.body["id"] },
            "notifications": { "toolsListChanged": true },
        });
        let method = "notifications/subscriptions/acknowledged";
        event(&json!({ "jsonrpc": "2.0", "method": method, "params": params }))
    }
}

pub(crate) fn event(message: &Value) -> String {
    format!("event: message\ndata: {message}\n\n")
}

/// How a stream goes on after its events.
#[derive(Clone, Copy)]
pub(crate) enum Then {
    Ends,
    Breaks,
    Stays,
}

pub(crate) fn events(events: &[String], then: Then) -> Response {
    let said: Vec<io::Result<String>> = events.iter().cloned().map(Ok).collect();
    let said = stream::iter(said);
    let body = match then {
        Then::Ends => Body::from_stream(said),
        Then::Breaks => Body::from_stream(said.chain(stream::once(async {
            // What was said goes out first.
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            Err(io::Error::other("on purpose"))
        }))),
        Then::Stays => Body::from_stream(said.chain(stream::pending())),
    };
    ([(header::CONTENT_TYPE, "text/event-stream")], body).into_response()
}

pub(crate) fn status(code: u16, headers: &[(&str, &str)], body: &str) -> Response {
    let mut response = (StatusCode::from_u16(code).unwrap(), body.to_owned()).into_response();
    for (name, value) in headers {
        let name: header::HeaderName = name.parse().unwrap();
        response.headers_mut().insert(name, value.parse().unwrap());
    }
    response
}

/// Says when it is dropped.
pub(crate) struct Tell(Option<oneshot::Sender<()>>);

pub(crate) fn tell() -> (Tell, oneshot::Receiver<()>) {
    let (sender, receiver) = oneshot::channel();
    (Tell(Some(sender)), receiver)
}

impl Drop for Tell {
    fn drop(&mut self) {
        let _ = self.0.take().unwrap().send(());
    }
}

/// Never comes to an end, and has `tell` say when nobody waits for it any more.
pub(crate) async fn never(tell: Tell) -> Response {
    let _tell = tell;
    pending().await
}
