use std::{
    cell::RefCell,
    collections::BTreeSet,
    io,
    sync::{
        Once,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use latchstring_core::{Channel, RequestId, TenantId};

use super::*;

/// A ledger that refuses, fails or panics on demand.
#[derive(Default)]
struct Fake {
    stored: Mutex<Vec<RequestId>>,
    commits: AtomicUsize,
    uses: Mutex<Vec<(GrantId, DateTime<Utc>)>>,
    is_away: AtomicBool,
    refuses: Mutex<Option<RequestId>>,
    panics: AtomicBool,
}

#[async_trait]
impl Ledger for Fake {
    async fn append(&self, calls: &[&CallRecord]) -> Result<(), StoreError> {
        assert!(
            !self.panics.load(Ordering::SeqCst),
            "the ledger panics, as the test asked"
        );
        if self.is_away.load(Ordering::SeqCst) {
            return Err(StoreError::unavailable("away"));
        }
        if let Some(id) = *self.refuses.lock().expect("not poisoned")
            && calls.iter().any(|call| call.request == id)
        {
            let row = crate::Inconsistency {
                table: "audit_call",
                column: "request_id",
                id: id.to_string(),
            };
            return Err(row.into());
        }
        self.commits.fetch_add(1, Ordering::SeqCst);
        self.stored
            .lock()
            .expect("not poisoned")
            .extend(calls.iter().map(|call| call.request));
        Ok(())
    }

    async fn note(&self, uses: &[(GrantId, DateTime<Utc>)]) -> Result<(), StoreError> {
        if self.is_away.load(Ordering::SeqCst) {
            return Err(StoreError::unavailable("away"));
        }
        self.uses.lock().expect("not poisoned").extend(uses);
        Ok(())
    }
}

impl Fake {
    fn stored(&self) -> Vec<RequestId> {
        self.stored.lock().expect("not poisoned").clone()
    }

    fn uses(&self) -> Vec<(GrantId, DateTime<Utc>)> {
        self.uses.lock().expect("not poisoned").clone()
    }
}

fn started() -> (Arc<Fake>, Bookkeeping) {
    let fake = Arc::new(Fake::default());
    let bookkeeping = Bookkeeping::start(Arc::clone(&fake));
    (fake, bookkeeping)
}

fn call() -> CallRecord {
    let now = DateTime::UNIX_EPOCH;
    CallRecord {
        request: RequestId::new(now),
        at: now,
        tenant: TenantId::new(now),
        grant: GrantId::new(now),
        holder: "test".into(),
        channel: Channel::Mcp,
        tool: "run".into(),
        outcome: "OK",
        committed: true,
        duration: Duration::ZERO,
        program: None,
        operations: Vec::new(),
    }
}

/// Lets the worker do all it can do without time passing.
async fn settle() {
    for _ in 0..20 {
        tokio::task::yield_now().await;
    }
}

/// Lets it have gathered what there is, and store it.
async fn gathered() {
    sleep(GATHERED_FOR).await;
    settle().await;
}

#[tokio::test(start_paused = true)]
async fn a_durable_record_is_stored_when_record_returns() {
    let (fake, bookkeeping) = started();
    let call = call();
    let id = call.request;
    bookkeeping.record(call, true).await;
    assert_eq!(fake.stored(), [id]);
}

#[tokio::test(start_paused = true)]
async fn a_durable_record_waits_for_no_others_and_takes_those_before_it_along() {
    let (fake, bookkeeping) = started();
    let calls = [call(), call(), call()];
    let ids: Vec<_> = calls.iter().map(|call| call.request).collect();
    let [first, second, third] = calls;
    let began = Instant::now();
    bookkeeping.record(first, false).await;
    settle().await;
    assert_eq!(fake.stored(), [], "it waits for others");
    bookkeeping.record(second, true).await;
    assert_eq!(fake.stored(), ids[..2]);
    assert_eq!(fake.commits.load(Ordering::SeqCst), 1);
    bookkeeping.record(third, true).await;
    assert_eq!(fake.stored(), ids);
    assert_eq!(began.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_record_that_nobody_waits_for_is_stored_soon_and_with_what_came_meanwhile() {
    let (fake, bookkeeping) = started();
    let mut ids = Vec::new();
    for _ in 0..10 {
        let call = call();
        ids.push(call.request);
        bookkeeping.record(call, false).await;
        sleep(GATHERED_FOR / 10).await;
    }
    settle().await;
    assert_eq!(fake.stored(), ids);
    assert_eq!(fake.commits.load(Ordering::SeqCst), 1);
}

#[tokio::test(start_paused = true)]
async fn records_that_gather_are_stored_in_order_and_in_one_commit() {
    let (fake, bookkeeping) = started();
    let mut ids = Vec::new();
    for _ in 0..100 {
        let call = call();
        ids.push(call.request);
        bookkeeping.abandon(call); // does not yield, so the worker sees all hundred at once
    }
    bookkeeping.shutdown().await;
    assert_eq!(fake.stored(), ids);
    assert_eq!(fake.commits.load(Ordering::SeqCst), 1);
}

#[tokio::test(start_paused = true)]
async fn records_wait_out_an_outage() {
    let (fake, bookkeeping) = started();
    fake.is_away.store(true, Ordering::SeqCst);
    let (first, second) = (call(), call());
    let ids = [first.request, second.request];
    bookkeeping.record(first, false).await;
    sleep(Duration::from_mins(1)).await;
    bookkeeping.record(second, false).await;
    assert!(fake.stored().is_empty());
    fake.is_away.store(false, Ordering::SeqCst);
    sleep(LONGEST_PAUSE).await;
    gathered().await;
    assert_eq!(fake.stored(), ids);
}

#[tokio::test(start_paused = true)]
async fn a_durable_record_waits_a_bounded_time_and_is_stored_later() {
    let (fake, bookkeeping) = started();
    fake.is_away.store(true, Ordering::SeqCst);
    let began = Instant::now();
    bookkeeping.record(call(), true).await;
    assert_eq!(began.elapsed().as_secs(), STORED_WITHIN.as_secs());
    fake.is_away.store(false, Ordering::SeqCst);
    bookkeeping.shutdown().await;
    assert_eq!(fake.stored().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_full_queue_makes_callers_wait_and_loses_nothing() {
    let (fake, bookkeeping) = started();
    let bookkeeping = Arc::new(bookkeeping);
    fake.is_away.store(true, Ordering::SeqCst);
    // The worker holds one batch, the queue is full, and some wait for a place in it.
    let in_hand_and_queued = QUEUE + 1;
    bookkeeping.record(call(), false).await;
    gathered().await;
    for _ in 1..in_hand_and_queued {
        bookkeeping.record(call(), false).await;
    }
    let waiting = tokio::spawn({
        let bookkeeping = Arc::clone(&bookkeeping);
        async move { bookkeeping.record(call(), false).await }
    });
    for _ in 0..10 {
        bookkeeping.abandon(call());
    }
    settle().await;
    assert!(!waiting.is_finished(), "a caller waits for a place");
    waiting.abort(); // and goes away, which leaves its record behind
    assert!(waiting.await.expect_err("aborted").is_cancelled());

    fake.is_away.store(false, Ordering::SeqCst);
    bookkeeping.shutdown().await;
    assert_eq!(fake.stored().len(), in_hand_and_queued + 11);
}

#[tokio::test(start_paused = true)]
async fn one_record_that_is_refused_does_not_take_the_others_with_it() {
    let (fake, bookkeeping) = started();
    let calls = [call(), call(), call()];
    let ids: Vec<_> = calls.iter().map(|call| call.request).collect();
    *fake.refuses.lock().expect("not poisoned") = Some(ids[1]);
    for call in calls {
        bookkeeping.abandon(call);
    }
    bookkeeping.shutdown().await;
    assert_eq!(fake.stored(), [ids[0], ids[2]]);
}

#[tokio::test(start_paused = true)]
async fn shutdown_gives_up_on_a_store_that_stays_away() {
    let (fake, bookkeeping) = started();
    fake.is_away.store(true, Ordering::SeqCst);
    bookkeeping.record(call(), false).await;
    gathered().await;
    let began = Instant::now();
    bookkeeping.shutdown().await;
    assert!(
        began.elapsed() < LAST_TRIES + LONGEST_PAUSE * 2,
        "{:?}",
        began.elapsed()
    );
}

#[tokio::test(start_paused = true)]
async fn a_worker_that_died_keeps_nobody_waiting() {
    let (fake, bookkeeping) = started();
    fake.panics.store(true, Ordering::SeqCst);
    let began = Instant::now();
    bookkeeping.record(call(), true).await;
    bookkeeping.record(call(), true).await;
    bookkeeping.abandon(call());
    bookkeeping.shutdown().await;
    assert_eq!(began.elapsed(), Duration::ZERO);
    assert!(fake.stored().is_empty());
}

#[tokio::test(start_paused = true)]
async fn dropping_the_bookkeeping_stores_what_was_queued() {
    let (fake, bookkeeping) = started();
    bookkeeping.abandon(call());
    drop(bookkeeping);
    gathered().await;
    assert_eq!(fake.stored().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_grant_is_noted_once_a_minute() {
    let (fake, bookkeeping) = started();
    let start = DateTime::UNIX_EPOCH;
    let (one, two) = (GrantId::new(start), GrantId::new(start));
    let after = |seconds| start + TimeDelta::seconds(seconds);
    for (grant, at) in [
        (one, after(0)),
        (one, after(1)),
        (two, after(2)),
        (one, after(59)),
        (one, after(60)),
    ] {
        bookkeeping.note_used(grant, at);
        settle().await;
    }
    assert_eq!(fake.uses(), [(one, after(0)), (two, after(2)), (one, after(60))]);
}

#[tokio::test(start_paused = true)]
async fn a_use_that_was_not_stored_is_stored_with_the_next() {
    let (fake, bookkeeping) = started();
    let start = DateTime::UNIX_EPOCH;
    let (one, two) = (GrantId::new(start), GrantId::new(start));
    fake.is_away.store(true, Ordering::SeqCst);
    bookkeeping.note_used(one, start);
    settle().await;
    fake.is_away.store(false, Ordering::SeqCst);
    bookkeeping.note_used(two, start);
    settle().await;
    let stored: BTreeSet<_> = fake.uses().into_iter().collect();
    assert_eq!(stored, BTreeSet::from([(one, start), (two, start)]));
}

#[test]
fn noted_uses_do_not_gather_for_ever() {
    let uses = Uses::default();
    let start = DateTime::UNIX_EPOCH;
    let mut most = 0;
    for second in 0..10_000 {
        uses.note(GrantId::new(start), start + TimeDelta::seconds(second));
        uses.take();
        most = most.max(uses.lock().len());
    }
    assert_eq!(most, Uses::TIDY_ABOVE + 1, "tidied when there are many, and not before");
}

#[test]
fn tidying_forgets_no_use_that_is_not_stored() {
    let uses = Uses::default();
    let start = DateTime::UNIX_EPOCH;
    for second in 0..10_000 {
        uses.note(GrantId::new(start), start + TimeDelta::seconds(second));
    }
    assert_eq!(uses.take().len(), 10_000);
}

#[test]
fn tidying_keeps_a_grant_for_its_minute() {
    let uses = Uses::default();
    let start = DateTime::UNIX_EPOCH;
    let after = |seconds| start + TimeDelta::seconds(seconds);
    let grant = GrantId::new(start);
    uses.note(grant, start);
    for _ in 0..Uses::TIDY_ABOVE {
        uses.note(GrantId::new(start), start);
    }
    uses.take();
    uses.note(GrantId::new(start), after(59));
    uses.note(grant, after(59));
    assert_eq!(uses.take().len(), 1, "the minute of the first is not over");
    uses.note(GrantId::new(start), after(60));
    assert_eq!(uses.lock().len(), 2, "those of a minute ago are gone");
}

thread_local! {
    static LOG: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Keeps what is told to the log, apart for each thread and so for each test.
struct Log;

impl io::Write for Log {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        LOG.with_borrow_mut(|log| log.extend(line));
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Log {
    fn listen() {
        // For the whole process: one for a thread alone may not hear what another thread has met first.
        static LISTENING: Once = Once::new();
        LISTENING.call_once(|| tracing_subscriber::fmt().with_writer(|| Self).init());
    }

    fn text() -> String {
        LOG.with_borrow(|log| String::from_utf8(log.clone()).expect("text"))
    }
}

#[tokio::test(start_paused = true)]
async fn a_record_that_is_lost_is_told_to_the_log_and_a_stored_one_is_not() {
    Log::listen();
    let (fake, bookkeeping) = started();
    bookkeeping.record(call(), true).await;
    assert_eq!(Log::text(), "");
    fake.panics.store(true, Ordering::SeqCst);
    let lost = call();
    let request = lost.request.to_string();
    bookkeeping.record(lost, false).await;
    bookkeeping.shutdown().await;
    let text = Log::text();
    assert!(
        text.contains("an audit record was lost") && text.contains(&request),
        "{text}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_store_that_comes_back_during_shutdown_still_gets_what_was_queued() {
    let (fake, bookkeeping) = started();
    fake.is_away.store(true, Ordering::SeqCst);
    bookkeeping.record(call(), false).await;
    gathered().await;
    let comes_back = async {
        sleep(Duration::from_secs(2)).await;
        fake.is_away.store(false, Ordering::SeqCst);
    };
    tokio::join!(bookkeeping.shutdown(), comes_back);
    assert_eq!(fake.stored().len(), 1);
}
