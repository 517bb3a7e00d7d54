//! Has the store forget, now and then, what can never matter again.

use std::{sync::Arc, time::Duration};

use tokio::{task::JoinHandle, time::interval};

use crate::AccessStore;

const INTERVAL: Duration = Duration::from_mins(10);

/// Sweeps until it is dropped. Several servers may do so at once.
pub(crate) struct Sweeper(JoinHandle<()>);

impl Sweeper {
    pub(crate) fn start(store: Arc<dyn AccessStore>) -> Self {
        Self(tokio::spawn(async move {
            let mut turns = interval(INTERVAL);
            turns.tick().await; // the first turn is at once; a start has other things to do
            loop {
                turns.tick().await;
                if let Err(error) = store.sweep().await {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        "the store was not swept; it will be later"
                    );
                }
            }
        }))
    }
}

impl Drop for Sweeper {
    fn drop(&mut self) {
        self.0.abort();
    }
}
