//! The pipe: each message of the client's has a task, so that none waits for another.

use std::{collections::HashMap, io, pin::pin, sync::Arc, time::Duration};

use tokio::{
    signal,
    task::{self, AbortHandle, JoinError, JoinSet},
    time::timeout,
};

use crate::{
    endpoint::Endpoint,
    input::{self, Line},
    listen::listen,
    message::{Id, Kind, Message, Refused},
    output::{self, Output},
    refusal::Refusal,
    reply::Reply,
};

/// How long what is under way may take once standard input has ended.
const GRACE: Duration = Duration::from_secs(1);
const LISTEN: &str = "subscriptions/listen";

struct Bridge {
    endpoint: Arc<Endpoint>,
    output: Output,
    tasks: JoinSet<()>,
    requests: HashMap<Id, UnderWay>,
}

struct UnderWay {
    task: AbortHandle,
    is_stream: bool,
}

/// Passes messages on until there are no more, nobody reads the answers, or it is told to stop.
///
/// # Errors
/// When standard input cannot be read.
pub(crate) async fn run(endpoint: Endpoint) -> io::Result<()> {
    tracing::info!(address = %endpoint.address, "messages are passed on");
    let mut lines = input::lines();
    let (output, written) = output::start();
    let mut bridge = Bridge {
        endpoint: Arc::new(endpoint),
        output,
        tasks: JoinSet::new(),
        requests: HashMap::new(),
    };
    let mut told_to_stop = pin!(told_to_stop());
    let ended = loop {
        tokio::select! {
            line = lines.recv() => match line {
                Some(Ok(line)) => bridge.take(line),
                Some(Err(error)) => break Err(error),
                None => break Ok(GRACE),
            },
            Some(done) = bridge.tasks.join_next_with_id() => bridge.forget(&done),
            () = bridge.output.closed() => break Ok(Duration::ZERO),
            () = &mut told_to_stop => break Ok(Duration::ZERO),
        }
    };
    bridge.finish(*ended.as_ref().unwrap_or(&Duration::ZERO)).await;
    written.all().await;
    ended.map(drop)
}

impl Bridge {
    fn take(&mut self, line: Line) {
        let message = match Message::read(line) {
            Ok(message) => message,
            Err(refused) => return self.refuse(refused),
        };
        let (endpoint, output) = (Arc::clone(&self.endpoint), self.output.clone());
        match &message.kind {
            // To a server without sessions, a connection that closes is what takes a request back; the notification
            // would not find it.
            Kind::Cancelled(id) => {
                if let Some(request) = self.requests.remove(id) {
                    request.task.abort();
                }
            }
            Kind::Request(id) => {
                let (id, is_stream) = (id.clone(), message.method == LISTEN);
                let work = answer(endpoint, message, id.clone(), output);
                let task = self.tasks.spawn(work);
                self.requests.insert(id, UnderWay { task, is_stream });
            }
            Kind::Told => {
                self.tasks.spawn(tell(endpoint, message));
            }
        }
    }

    fn refuse(&mut self, Refused { id, refusal }: Refused) {
        tracing::warn!(why = refusal.why(), "a line is not passed on");
        let output = self.output.clone();
        self.tasks.spawn(async move { output.line(refusal.answer(&id)).await });
    }

    fn forget(&mut self, done: &Result<(task::Id, ()), JoinError>) {
        let id = match done {
            Ok((id, ())) => *id,
            Err(error) => error.id(),
        };
        self.requests.retain(|_, request| request.task.id() != id);
    }

    async fn finish(mut self, grace: Duration) {
        for stream in self.requests.values().filter(|request| request.is_stream) {
            stream.task.abort();
        }
        let all = async { while self.tasks.join_next().await.is_some() {} };
        let _ = timeout(grace, all).await;
        self.tasks.shutdown().await;
    }
}

/// Passes a request on, and what comes for it back.
async fn answer(endpoint: Arc<Endpoint>, message: Message, id: Id, output: Output) {
    let outcome = match message.method.as_str() {
        LISTEN => listen(&endpoint, &message, &id, &output).await,
        _ => ask(&endpoint, &message, &id, &output).await,
    };
    match outcome {
        Ok(()) => tracing::debug!(method = ?message.method, id = %id.value(), "answered"),
        Err(refusal) => {
            tracing::warn!(method = ?message.method, id = %id.value(), why = refusal.why(), "not answered");
            output.line(refusal.answer(id.value())).await;
        }
    }
}

async fn ask(endpoint: &Endpoint, message: &Message, id: &Id, output: &Output) -> Result<(), Refusal> {
    let request = endpoint.request(message)?;
    let response = endpoint.post(&request).await?;
    let mut reply = Reply::of(response, id, &endpoint.address).await?;
    while let Some(said) = reply.next().await? {
        if message.method == "initialize"
            && let Some(revision) = said.message["result"]["protocolVersion"].as_str()
        {
            endpoint.set_negotiated(revision);
        }
        output.line(said.line).await;
        if said.is_answer {
            return Ok(());
        }
    }
    Err(Refusal::lost("the stream ended"))
}

/// Passes on what wants no answer, and gives none.
async fn tell(endpoint: Arc<Endpoint>, message: Message) {
    let refused = match endpoint.request(&message) {
        Ok(request) => match endpoint.post(&request).await {
            Ok(response) if response.status().is_success() => return,
            Ok(response) => format!("HTTP {}", response.status()),
            Err(refusal) => refusal.why().to_owned(),
        },
        Err(refusal) => refusal.why().to_owned(),
    };
    tracing::warn!(method = ?message.method, why = refused, "the server did not take a notification");
}

async fn told_to_stop() {
    let interrupted = async {
        if signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminated = async {
        match signal::unix::signal(signal::unix::SignalKind::terminate()) {
            Ok(mut signals) => _ = signals.recv().await,
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminated = std::future::pending::<()>();
    tokio::select! {
        () = interrupted => {}
        () = terminated => {}
    }
}
