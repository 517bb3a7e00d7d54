//! Writes down what happened, off the request path: the audit trail, and when grants were last used.
//!
//! One worker takes whatever has gathered and stores it in one transaction, so the busier the server, the fewer
//! commits per call. Records that nobody waits for gather for [`GATHERED_FOR`]: a commit costs more than a short call
//! does. The queue is bounded: when the store is slow, callers wait; when it is away, the worker tries
//! again until it is back. A record that is lost all the same (the worker died, the process ended) says so in the log.
//!
//! A record holds its call's program until it is stored: 64 KiB at most, unless the product sets another limit. So
//! while the store is away, the 1,024 records in the queue, the 1,024 that were abandoned and the 256 in hand hold up to
//! 144 MiB of programs, and what the calls changed besides.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use latchstring_core::{CallRecord, GrantId};
use tokio::{
    runtime::Handle,
    sync::{Notify, Semaphore, mpsc, oneshot},
    task::JoinHandle,
    time::{Instant, sleep, sleep_until, timeout},
};

use crate::{AccessStore, AuditKey, StoreError};

/// Records that may wait in the queue.
const QUEUE: usize = 1_024;
/// Abandoned records that may wait for a place in the queue.
const WAITING: u32 = 1_024;
/// Records stored in one transaction.
const BATCH: usize = 256;
/// How long a record waits for others, if nobody waits for one of them. A process that is killed loses as much of them.
const GATHERED_FOR: Duration = Duration::from_millis(20);
/// How long a caller waits for its record to be stored. After that it stays queued, and the caller goes on.
const STORED_WITHIN: Duration = Duration::from_secs(10);
/// How long the worker goes on trying an unreachable store once it was told to stop.
const LAST_TRIES: Duration = Duration::from_secs(5);
const FIRST_PAUSE: Duration = Duration::from_millis(20);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// What the worker asks of the store. Apart from [`AccessStore`], so that a test can play it in a few lines.
#[async_trait]
pub(crate) trait Ledger: Send + Sync + 'static {
    async fn append(&self, calls: &[&CallRecord]) -> Result<(), StoreError>;
    async fn note(&self, uses: &[(GrantId, DateTime<Utc>)]) -> Result<(), StoreError>;
}

#[async_trait]
impl Ledger for Trail {
    async fn append(&self, calls: &[&CallRecord]) -> Result<(), StoreError> {
        self.store.append_audit(calls, &self.key).await
    }

    async fn note(&self, uses: &[(GrantId, DateTime<Utc>)]) -> Result<(), StoreError> {
        self.store.note_used(uses).await
    }
}

/// The store, and the key of its audit chain.
pub(crate) struct Trail {
    pub(crate) store: Arc<dyn AccessStore>,
    pub(crate) key: AuditKey,
}

/// The way to the worker.
pub(crate) struct Bookkeeping {
    queue: mpsc::Sender<Entry>,
    waiting: Arc<Semaphore>,
    uses: Arc<Uses>,
    hurry: Arc<Notify>,
    stop: Arc<Notify>,
    worker: Mutex<Option<JoinHandle<()>>>,
}

impl Bookkeeping {
    /// Starts the worker. It ends when this is dropped, having stored what was queued.
    pub(crate) fn start<L: Ledger>(ledger: Arc<L>) -> Self {
        let (queue, receiver) = mpsc::channel(QUEUE);
        let uses = Arc::new(Uses::default());
        let hurry = Arc::new(Notify::new());
        let stop = Arc::new(Notify::new());
        let worker = Worker {
            ledger,
            receiver,
            uses: Arc::clone(&uses),
            hurry: Arc::clone(&hurry),
            stop: Arc::clone(&stop),
            give_up_at: None,
        }
        .run();
        Self {
            queue,
            waiting: Arc::new(Semaphore::new(WAITING as usize)),
            uses,
            hurry,
            stop,
            worker: Mutex::new(Some(tokio::spawn(worker))),
        }
    }

    /// Queues a record, waiting for a place; with `durable`, waits until it is stored, too.
    pub(crate) async fn record(&self, call: CallRecord, durable: bool) {
        let request = call.request;
        let (mut entry, stored) = Entry::new(call);
        entry.is_awaited = durable;
        let mut parting = Parting {
            entry: Some(entry),
            bookkeeping: self,
        };
        let place = self.queue.reserve().await;
        if let (Ok(place), Some(entry)) = (place, parting.entry.take()) {
            place.send(entry);
        }
        if !durable {
            return;
        }
        self.hurry.notify_one();
        match timeout(STORED_WITHIN, stored).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) => tracing::error!(request.id = %request, "a change was made but its audit record was lost"),
            Err(_) => tracing::error!(request.id = %request, "a change was made but its audit record is still waiting"),
        }
    }

    /// Queues a record without waiting.
    pub(crate) fn abandon(&self, call: CallRecord) {
        self.abandon_entry(Entry::new(call).0);
    }

    fn abandon_entry(&self, entry: Entry) {
        let Err(mpsc::error::TrySendError::Full(entry)) = self.queue.try_send(entry) else {
            return;
        };
        let (Ok(place), Ok(runtime)) = (Arc::clone(&self.waiting).try_acquire_owned(), Handle::try_current()) else {
            return; // dropping the entry logs it
        };
        let queue = self.queue.clone();
        runtime.spawn(async move {
            // An error means that the worker is gone; dropping the entry logs it.
            let _ = queue.send(entry).await;
            drop(place);
        });
    }

    /// Notes that a grant was used, at most once a minute.
    pub(crate) fn note_used(&self, grant: GrantId, now: DateTime<Utc>) {
        self.uses.note(grant, now);
    }

    /// Stores all that was recorded before this call, and ends the worker.
    pub(crate) async fn shutdown(&self) {
        // With all places taken, no abandoned record is still on its way. They free themselves if the worker dies.
        let all = timeout(LAST_TRIES, self.waiting.acquire_many(WAITING)).await;
        self.stop.notify_one();
        let worker = self.worker.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(worker) = worker
            && let Err(error) = worker.await
        {
            tracing::error!(%error, "the bookkeeping worker died; audit records may be missing");
        }
        drop(all);
    }
}

/// A record on its way. Dropped before it is stored, it tells the log what was lost.
struct Entry {
    call: CallRecord,
    /// Whether the caller waits until it is stored.
    is_awaited: bool,
    stored: Option<oneshot::Sender<()>>,
}

impl Entry {
    fn new(call: CallRecord) -> (Self, oneshot::Receiver<()>) {
        let (sender, receiver) = oneshot::channel();
        (
            Self {
                call,
                is_awaited: false,
                stored: Some(sender),
            },
            receiver,
        )
    }

    /// It is in the ledger: nothing was lost, and whoever waits may go on.
    fn settle(mut self) {
        if let Some(stored) = self.stored.take() {
            // The caller may have stopped waiting.
            let _ = stored.send(());
        }
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        if self.stored.is_some() {
            let CallRecord {
                request,
                tenant,
                grant,
                tool,
                outcome,
                committed,
                ..
            } = &self.call;
            tracing::error!(
                request.id = %request, tenant.id = %tenant, grant.id = %grant, tool, outcome, committed,
                "an audit record was lost"
            );
        }
    }
}

/// A record whose caller waits for a place in the queue. If the caller goes away, the record waits on without it.
struct Parting<'a> {
    entry: Option<Entry>,
    bookkeeping: &'a Bookkeeping,
}

impl Drop for Parting<'_> {
    fn drop(&mut self) {
        if let Some(entry) = self.entry.take() {
            self.bookkeeping.abandon_entry(entry);
        }
    }
}

struct Worker<L: ?Sized> {
    ledger: Arc<L>,
    receiver: mpsc::Receiver<Entry>,
    uses: Arc<Uses>,
    /// Told when a record came that somebody waits for.
    hurry: Arc<Notify>,
    stop: Arc<Notify>,
    give_up_at: Option<Instant>,
}

impl<L: Ledger + ?Sized> Worker<L> {
    async fn run(mut self) {
        let mut batch = Vec::with_capacity(BATCH);
        loop {
            tokio::select! {
                biased;
                () = self.stop.notified(), if self.give_up_at.is_none() => self.begin_to_stop(),
                received = self.receiver.recv_many(&mut batch, BATCH) => {
                    if received == 0 {
                        break;
                    }
                    self.gather(&mut batch).await;
                    self.store_calls(std::mem::take(&mut batch)).await;
                }
                () = self.uses.gathered.notified() => {}
            }
            self.store_uses().await;
        }
    }

    /// Waits for more of them, unless somebody waits for one that is there.
    async fn gather(&mut self, batch: &mut Vec<Entry>) {
        let until = Instant::now() + GATHERED_FOR;
        let mut is_time = false;
        while !is_time
            && self.give_up_at.is_none()
            && batch.len() < BATCH
            && !batch.iter().any(|entry| entry.is_awaited)
        {
            tokio::select! {
                biased;
                () = self.stop.notified() => self.begin_to_stop(),
                () = self.hurry.notified() => {}
                () = sleep_until(until) => is_time = true,
            }
            while batch.len() < BATCH
                && let Ok(entry) = self.receiver.try_recv()
            {
                batch.push(entry);
            }
        }
    }

    /// From now on nothing new is queued; what is there is still stored.
    fn begin_to_stop(&mut self) {
        self.give_up_at = Some(Instant::now() + LAST_TRIES);
        self.receiver.close();
    }

    async fn store_calls(&mut self, batch: Vec<Entry>) {
        match self.append(&batch).await {
            Ok(()) => batch.into_iter().for_each(Entry::settle),
            Err(StoreError::Unavailable(_)) => {} // out of tries; dropping the batch logs it
            Err(error) => {
                // Something in the batch cannot be stored. Alone, the others can.
                tracing::error!(error = &error as &dyn std::error::Error, "audit records were refused");
                for entry in batch {
                    if self.append(std::slice::from_ref(&entry)).await.is_ok() {
                        entry.settle();
                    }
                }
            }
        }
    }

    /// Appends the batch, however often it takes; when stopping, until it is time to give up.
    async fn append(&mut self, batch: &[Entry]) -> Result<(), StoreError> {
        let calls: Vec<&CallRecord> = batch.iter().map(|entry| &entry.call).collect();
        let mut pause = FIRST_PAUSE;
        loop {
            let result = self.ledger.append(&calls).await;
            let Err(StoreError::Unavailable(source)) = &result else {
                return result;
            };
            tracing::warn!(
                error = source.as_ref() as &dyn std::error::Error,
                "audit records wait for the access store"
            );
            if self.give_up_at.is_some_and(|moment| Instant::now() >= moment) {
                return result;
            }
            tokio::select! {
                () = sleep(pause) => {}
                () = self.stop.notified(), if self.give_up_at.is_none() => self.begin_to_stop(),
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    async fn store_uses(&self) {
        let uses = self.uses.take();
        if uses.is_empty() {
            return;
        }
        if let Err(error) = self.ledger.note(&uses).await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "when grants were last used was not stored"
            );
            self.uses.put_back(uses);
        }
    }
}

/// When grants were used. Each is noted at most once a minute, so this is as large as the grants used in a minute.
#[derive(Default)]
struct Uses {
    grants: Mutex<HashMap<GrantId, Use>>,
    gathered: Notify,
}

struct Use {
    noted_at: DateTime<Utc>,
    is_stored: bool,
}

impl Uses {
    const INTERVAL: TimeDelta = TimeDelta::minutes(1);
    const TIDY_ABOVE: usize = 4_096;

    fn note(&self, grant: GrantId, now: DateTime<Utc>) {
        let mut grants = self.lock();
        if grants
            .get(&grant)
            .is_some_and(|last| (now - last.noted_at).abs() < Self::INTERVAL)
        {
            return;
        }
        if grants.len() > Self::TIDY_ABOVE {
            grants.retain(|_, last| !last.is_stored || (now - last.noted_at).abs() < Self::INTERVAL);
        }
        grants.insert(
            grant,
            Use {
                noted_at: now,
                is_stored: false,
            },
        );
        self.gathered.notify_one();
    }

    fn take(&self) -> Vec<(GrantId, DateTime<Utc>)> {
        let mut grants = self.lock();
        let new = grants.iter_mut().filter(|(_, last)| !last.is_stored);
        new.map(|(grant, last)| {
            last.is_stored = true;
            (*grant, last.noted_at)
        })
        .collect()
    }

    /// To be stored with the next batch.
    fn put_back(&self, uses: Vec<(GrantId, DateTime<Utc>)>) {
        let mut grants = self.lock();
        for (grant, noted_at) in uses {
            grants
                .entry(grant)
                .or_insert(Use {
                    noted_at,
                    is_stored: false,
                })
                .is_stored = false;
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<GrantId, Use>> {
        self.grants.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
