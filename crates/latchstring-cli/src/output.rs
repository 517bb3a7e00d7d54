//! Lines to standard output: one writer, whole lines, each written at once.

use std::{
    io::{self, Write},
    time::Duration,
};

use tokio::{
    sync::{mpsc, oneshot},
    time::timeout,
};

/// Lines that may wait. When the client does not read, answers are no longer fetched, either.
const WAITING: usize = 64;
/// How long lines that are left may take at the end.
const LAST_LINES: Duration = Duration::from_secs(1);

/// Hands lines to the thread that writes.
#[derive(Clone)]
pub(crate) struct Output(mpsc::Sender<String>);

/// Resolves when everything was written.
pub(crate) struct Written(oneshot::Receiver<()>);

pub(crate) fn start() -> (Output, Written) {
    let (sender, mut lines) = mpsc::channel::<String>(WAITING);
    let (done, written) = oneshot::channel();
    std::thread::spawn(move || {
        let mut output = io::stdout().lock();
        while let Some(mut line) = lines.blocking_recv() {
            line.push('\n');
            if output.write_all(line.as_bytes()).and_then(|()| output.flush()).is_err() {
                break; // nobody reads any more, and `closed` says so
            }
        }
        let _ = done.send(());
    });
    (Output(sender), Written(written))
}

impl Output {
    /// Writes one message. It has no line breaks.
    pub(crate) async fn line(&self, message: String) {
        let _ = self.0.send(message).await;
    }

    /// Waits until nobody reads what is written.
    pub(crate) async fn closed(&self) {
        self.0.closed().await;
    }
}

impl Written {
    /// Waits for the last lines, for a moment. Every [`Output`] has to be gone by then.
    pub(crate) async fn all(self) {
        let _ = timeout(LAST_LINES, self.0).await;
    }
}
