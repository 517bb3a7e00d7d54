//! A race that is really run.

use std::{future::Future, pin::Pin, sync::Arc};

use tokio::{sync::Barrier, task::JoinSet};

/// One who takes part in a race of different ones.
pub(super) type Runner<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Runs these at once, each as a task of its own: none begins before all are there. What they return comes in the order
/// in which they ended.
pub(super) async fn at_once<F>(runners: impl IntoIterator<Item = F>) -> Vec<F::Output>
where
    F: Future<Output: Send> + Send + 'static,
{
    let runners: Vec<F> = runners.into_iter().collect();
    let barrier = Arc::new(Barrier::new(runners.len()));
    let mut race = JoinSet::new();
    for runner in runners {
        let barrier = Arc::clone(&barrier);
        race.spawn(async move {
            barrier.wait().await;
            runner.await
        });
    }
    race.join_all().await
}
