//! `subscriptions/listen`: a stream that stays open, for longer than a connection does.
//!
//! When it breaks, it is asked for again, and the client is not told: for it, the one stream goes on. It sees one
//! acknowledgement. What changed while there was no stream is not known, so after each new one the client is told that
//! the lists may have changed, as far as the first acknowledgement promised to. A stream that the server ends with an
//! answer has ended.

use std::time::Duration;

use reqwest::{Request, Response};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use crate::{
    backoff::Backoff,
    endpoint::Endpoint,
    message::{Id, Message},
    output::Output,
    refusal::Refusal,
    reply::Reply,
};

const FIRST_WAIT: Duration = Duration::from_millis(500);
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// A stream that lived so long was a good one; the next waits begin anew.
const LONG_LIFE: Duration = Duration::from_mins(1);
/// The longest time that a server may ask for.
const LONGEST_RETRY_AFTER: u64 = 300;

const ACKNOWLEDGED: &str = "notifications/subscriptions/acknowledged";
const SUBSCRIPTION: &str = "io.modelcontextprotocol/subscriptionId";
/// What an acknowledgement promises, and how it is kept.
const LISTS: [(&str, &str); 3] = [
    ("toolsListChanged", "notifications/tools/list_changed"),
    ("promptsListChanged", "notifications/prompts/list_changed"),
    ("resourcesListChanged", "notifications/resources/list_changed"),
];

/// Passes on what comes, until it ends. Given back is why it cannot go on.
pub(crate) async fn listen(endpoint: &Endpoint, message: &Message, id: &Id, output: &Output) -> Result<(), Refusal> {
    let request = endpoint.request(message)?;
    let mut stream = Stream {
        endpoint,
        id,
        output,
        promised: None,
    };
    let mut backoff = Backoff::between(FIRST_WAIT, LONGEST_WAIT);
    let mut response = endpoint.post(&request).await;
    loop {
        let since = Instant::now();
        let refusal = match stream.pass_on(response).await {
            Ok(()) => return Ok(()),
            Err(refusal) if refusal.may_pass && stream.promised.is_some() => refusal,
            Err(refusal) => return Err(refusal),
        };
        if since.elapsed() > LONG_LIFE {
            backoff = Backoff::between(FIRST_WAIT, LONGEST_WAIT);
        }
        let asked = Duration::from_secs(refusal.retry_after.unwrap_or(0).min(LONGEST_RETRY_AFTER));
        tracing::info!(id = %id.value(), why = refusal.why(), "a stream broke; it is asked for again");
        sleep(backoff.wait().max(asked)).await;
        response = again(endpoint, &request).await;
    }
}

async fn again(endpoint: &Endpoint, request: &Request) -> Result<Response, Refusal> {
    endpoint.post_once(request).await.map_err(Refusal::from)
}

struct Stream<'a> {
    endpoint: &'a Endpoint,
    id: &'a Id,
    output: &'a Output,
    /// What the client was told it would hear of.
    promised: Option<Value>,
}

impl Stream<'_> {
    /// One connection's part of it. `Ok` when the answer was among it.
    async fn pass_on(&mut self, response: Result<Response, Refusal>) -> Result<(), Refusal> {
        let mut reply = Reply::of(response?, self.id, &self.endpoint.address).await?;
        while let Some(said) = reply.next().await? {
            if said.message["method"] == ACKNOWLEDGED {
                if let Some(promised) = &self.promised {
                    self.tell_of_changes(promised).await;
                    continue;
                }
                self.promised = Some(said.message["params"]["notifications"].clone());
            }
            self.output.line(said.line).await;
            if said.is_answer {
                return Ok(());
            }
        }
        Err(Refusal::lost("the stream ended"))
    }

    async fn tell_of_changes(&self, promised: &Value) {
        for (_, method) in LISTS.iter().filter(|(list, _)| promised[list] == true) {
            let params = json!({ "_meta": { SUBSCRIPTION: self.id.value() } });
            let notification = json!({ "jsonrpc": "2.0", "method": method, "params": params });
            self.output.line(notification.to_string()).await;
        }
    }
}
