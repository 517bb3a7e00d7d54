//! The SQL access store with a window: what it is asked is counted, and a test can act before any question.

use std::{
    collections::HashMap,
    pin::Pin,
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use async_trait::async_trait;
use latchstring::{
    GrantId, Hold, TenantId,
    access::{AccessStore, FoundBearer, GrantKind, SecretHash, Standing, StoreError, contract::Front},
    db::SqlAccessStore,
};

/// What a test sees of the store, and when it acts.
#[derive(Default)]
pub struct Watch {
    asked: Mutex<HashMap<&'static str, usize>>,
    hook: Mutex<Option<Hook>>,
    memory: Mutex<Option<Memory>>,
    is_cut_off: AtomicBool,
}

/// Something to do before a question is answered.
struct Hook {
    /// Which question; any of a request's if `None`.
    question: Option<&'static str>,
    /// How many of them go by first.
    first: usize,
    act: Pin<Box<dyn Future<Output = ()> + Send>>,
}

/// What a store should not do: remember who was welcome.
struct Memory {
    lasts: Duration,
    bearers: HashMap<SecretHash, (Instant, FoundBearer)>,
    standing: HashMap<GrantId, (Instant, Standing)>,
}

/// Asked by workers in the background, at moments of their own.
const BACKGROUND: [&str; 4] = ["standing_among", "note_used", "append_audit", "sweep"];

impl Watch {
    /// How many times this method of the store was called.
    pub fn asked(&self, question: &str) -> usize {
        lock(&self.asked).get(question).copied().unwrap_or_default()
    }

    /// How many times a session asked whether its grant stands.
    pub fn stands(&self) -> usize {
        self.asked("standing")
    }

    /// Does `act` just before the `nth` question from now on, whichever it is. What workers ask in the background does
    /// not count. What `act` asks itself goes by.
    pub fn before_nth(&self, nth: usize, act: impl Future<Output = ()> + Send + 'static) {
        self.set(None, nth, Box::pin(act));
    }

    /// Does `act` just before this method is called for the `nth` time from now on.
    pub fn before_nth_of(&self, question: &'static str, nth: usize, act: impl Future<Output = ()> + Send + 'static) {
        self.set(Some(question), nth, Box::pin(act));
    }

    /// Whether the last act is still waiting for its moment. Forgets it.
    pub fn forget(&self) -> bool {
        lock(&self.hook).take().is_some()
    }

    /// Puts the store out of reach, or back.
    pub fn cut_off(&self, is_cut_off: bool) {
        self.is_cut_off.store(is_cut_off, Ordering::SeqCst);
    }

    /// Makes a bad store of it, for tests that must notice: one that remembers for so long who was welcome.
    pub fn remember_for(&self, lasts: Duration) {
        *lock(&self.memory) = Some(Memory {
            lasts,
            bearers: HashMap::new(),
            standing: HashMap::new(),
        });
    }

    fn set(&self, question: Option<&'static str>, nth: usize, act: Pin<Box<dyn Future<Output = ()> + Send>>) {
        let first = nth - 1;
        *lock(&self.hook) = Some(Hook { question, first, act });
    }

    async fn ask(&self, question: &'static str) -> Result<(), StoreError> {
        *lock(&self.asked).entry(question).or_default() += 1;
        let due = lock(&self.hook).take_if(|hook| hook.is_due(question));
        if let Some(hook) = due {
            hook.act.await;
        }
        if self.is_cut_off.load(Ordering::SeqCst) {
            return Err(StoreError::unavailable("cut off"));
        }
        Ok(())
    }

    fn remembered<T>(&self, look: impl FnOnce(&Memory) -> Option<&(Instant, T)>) -> Option<T>
    where
        T: Clone,
    {
        let memory = lock(&self.memory);
        let memory = memory.as_ref()?;
        look(memory)
            .filter(|(since, _)| since.elapsed() < memory.lasts)
            .map(|(_, what)| what.clone())
    }

    fn remember(&self, keep: impl FnOnce(&mut Memory)) {
        lock(&self.memory).as_mut().map(keep);
    }
}

impl Hook {
    fn is_due(&mut self, question: &str) -> bool {
        let is_meant = self
            .question
            .map_or(!BACKGROUND.contains(&question), |meant| meant == question);
        if is_meant && self.first > 0 {
            self.first -= 1;
            return false;
        }
        is_meant
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap()
}

/// See [`Watch`].
pub struct WatchedStore {
    inner: SqlAccessStore,
    watch: Arc<Watch>,
}

impl WatchedStore {
    /// Watches `inner`.
    pub fn new(inner: SqlAccessStore) -> Self {
        Self {
            inner,
            watch: Arc::default(),
        }
    }

    /// The window.
    pub fn watch(&self) -> Arc<Watch> {
        self.watch.clone()
    }
}

#[async_trait]
impl Front for WatchedStore {
    type Store = SqlAccessStore;

    async fn ask(&self, question: &'static str) -> Result<&SqlAccessStore, StoreError> {
        self.watch.ask(question).await?;
        Ok(&self.inner)
    }

    async fn find_bearer(&self, kind: GrantKind, hashes: &[SecretHash]) -> Result<Option<FoundBearer>, StoreError> {
        let store = self.ask("find_bearer").await?;
        if let Some(found) = hashes
            .first()
            .and_then(|hash| self.watch.remembered(|memory| memory.bearers.get(hash)))
        {
            return Ok(Some(found));
        }
        let found = store.find_bearer(kind, hashes).await?;
        if let (Some(found), Some(hash)) = (&found, hashes.first()) {
            let entry = (Instant::now(), found.clone());
            self.watch.remember(|memory| _ = memory.bearers.insert(*hash, entry));
        }
        Ok(found)
    }

    async fn standing(&self, tenant: TenantId, grant: GrantId) -> Result<Option<Standing>, StoreError> {
        let store = self.ask("standing").await?;
        if let Some(standing) = self.watch.remembered(|memory| memory.standing.get(&grant)) {
            return Ok(Some(standing));
        }
        let standing = store.standing(tenant, grant).await?;
        if let Some(standing) = standing {
            let entry = (Instant::now(), standing);
            self.watch.remember(|memory| _ = memory.standing.insert(grant, entry));
        }
        Ok(standing)
    }

    async fn hold(&self, tenant: TenantId, grant: GrantId) -> Result<Option<(Standing, Hold)>, StoreError> {
        let store = self.ask("hold").await?;
        match self.watch.remembered(|memory| memory.standing.get(&grant)) {
            Some(standing) => Ok(Some((standing, Hold::new(())))),
            None => store.hold(tenant, grant).await,
        }
    }
}
