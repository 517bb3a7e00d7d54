//! Snapshots: the started engine with one product's `app`, from which runs begin.
//!
//! Starting the engine takes milliseconds, so it is done once per distinct list of paths and its memory kept as an
//! image. A few snapshots are remembered; grants with the same surface share one.

use std::{
    ops::Range,
    sync::{
        Arc, Mutex, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
};

use wasmer::{Engine, sys::NativeEngineExt};

use crate::{
    budget::PageBudget,
    engine::Compiled,
    error::Broken,
    guest::{Answer, Guest, Halt, Settings, Status},
    image::Image,
    lock::lock,
    memory::SnapshotTunables,
    slot::{self, PAGE, Pool},
};

/// How many lists of paths are remembered.
const REMEMBERED: usize = 16;

/// How many free slots a snapshot keeps, at some 170 KiB each.
const KEPT_SLOTS: usize = 16;

/// Clean bytes between two hot pages that are kept with them rather than splitting the range: copying a few pages is
/// cheaper than another system call.
const HOT_GAP: usize = 16 << 10;

/// Does a bit of everything that programs do, so that the pages they write are seen.
const TYPICAL: &str = r#"
const answers = await Promise.all([1, 2, 3].map((id) => app.warm.up({ id, name: `n${id}` })));
console.log("rows", answers.length, { some: "value" });
const rows = answers.flatMap((answer) => answer.rows).filter((row) => row.value > 1);
const sums = new Map();
for (const { key, value } of rows) sums.set(key, (sums.get(key) ?? 0) + value);
rows.sort((a, b) => b.value - a.value);
try { await app.warm.down({}); } catch (error) { console.log(error.message); }
return { sums: Object.fromEntries(sums), first: rows[0], all: rows };
"#;

/// A started engine to copy runs from.
pub(crate) struct Snapshot {
    compiled: Arc<Compiled>,
    engine: Engine,
    pool: Arc<Pool>,
}

impl Snapshot {
    pub(crate) fn new(compiled: &Arc<Compiled>, paths: &[String], limits: &MemoryLimits) -> Result<Self, Broken> {
        let content = Guest::new(compiled.engine.clone(), compiled)?.prepare(paths)?;
        let image = Image::new(&content).map_err(Broken::Mapping)?;
        let pool = Arc::new(Pool::new(
            image,
            Arc::clone(&limits.budget),
            limits.max_pages,
            KEPT_SLOTS,
        ));
        let mut engine = compiled.engine.clone();
        engine.set_tunables(SnapshotTunables::new(Arc::clone(&pool)));
        let snapshot = Self {
            compiled: Arc::clone(compiled),
            engine,
            pool,
        };
        let hot = snapshot.hot_ranges()?;
        snapshot.pool.keep_resident(hot);
        Ok(snapshot)
    }

    /// A guest at the point where a program can be put and started.
    pub(crate) fn guest(&self) -> Result<Guest, Broken> {
        Guest::new(self.engine.clone(), &self.compiled)
    }

    pub(crate) fn pool(&self) -> &Pool {
        &self.pool
    }

    pub(crate) fn control(&self) -> u32 {
        self.compiled.control
    }

    /// The ranges that a typical program leaves different from the image.
    fn hot_ranges(&self) -> Result<Vec<Range<usize>>, Broken> {
        let settings = Settings {
            polls: 0,
            now_ms: 1_600_000_000_000,
            seed: 1,
            heap_bytes: 32 << 20,
            calls: 16,
            result_bytes: 64 << 10,
            console_bytes: 4096,
        };
        let failed = |halt: Halt| Broken::Prepare(format!("{halt:?}"));
        let mut guest = self.guest()?;
        let length = guest.put_program(TYPICAL, &settings).map_err(failed)?;
        let mut code = guest.start(length).map_err(|trap| Broken::Prepare(trap.message()))?;
        let result = loop {
            match guest.status(code, &settings)? {
                Status::Pending(requests) => {
                    let answers: Vec<_> = requests.iter().map(typical_answer).collect();
                    let length = guest.put_answers(&answers).map_err(failed)?;
                    code = guest.resume(length).map_err(|trap| Broken::Prepare(trap.message()))?;
                }
                other => break other,
            }
        };
        if !matches!(result, Status::Done(_)) {
            return Err(Broken::Prepare(format!("{result:?}")));
        }
        Ok(different_ranges(
            self.pool.image().bytes(),
            &guest.image()?,
            slot::system_page(),
        ))
    }
}

fn typical_answer(request: &crate::request::Request) -> Answer {
    let (failure, json) = if request.path == "warm.up" {
        let rows: Vec<_> = (0..20)
            .map(|i| serde_json::json!({ "key": format!("k{}", i % 3), "value": i }))
            .collect();
        (None, serde_json::json!({ "rows": rows }))
    } else {
        (
            Some(0),
            serde_json::json!({ "code": "NOT_FOUND", "message": "no such thing", "operation": request.path }),
        )
    };
    Answer {
        id: request.id,
        failure,
        json: json.to_string().into(),
    }
}

/// The pages of `after` that differ, joined over small gaps.
fn different_ranges(before: &[u8], after: &[u8], page_bytes: usize) -> Vec<Range<usize>> {
    let mut ranges: Vec<Range<usize>> = Vec::new();
    for (index, (before, after)) in before.chunks(page_bytes).zip(after.chunks(page_bytes)).enumerate() {
        if before == after {
            continue;
        }
        let page = index * page_bytes..index * page_bytes + before.len();
        match ranges.last_mut() {
            Some(last) if page.start - last.end <= HOT_GAP => last.end = page.end,
            _ => ranges.push(page),
        }
    }
    ranges
}

/// What memories may grow to.
#[derive(Debug, Clone)]
pub(crate) struct MemoryLimits {
    pub(crate) budget: Arc<PageBudget>,
    pub(crate) max_pages: usize,
}

impl MemoryLimits {
    pub(crate) fn new(budget_bytes: usize, hard_heap_bytes: usize) -> Self {
        Self {
            budget: Arc::new(PageBudget::new(budget_bytes / PAGE)),
            max_pages: hard_heap_bytes / PAGE,
        }
    }
}

/// The snapshots in use lately.
pub(crate) struct Snapshots {
    compiled: Arc<Compiled>,
    limits: MemoryLimits,
    remembered: Mutex<Vec<Remembered>>,
    clock: AtomicU64,
}

struct Remembered {
    paths: Arc<[String]>,
    used: u64,
    snapshot: Arc<OnceLock<Arc<Snapshot>>>,
}

impl Snapshots {
    pub(crate) fn new(compiled: Arc<Compiled>, limits: MemoryLimits) -> Self {
        Self {
            compiled,
            limits,
            remembered: Mutex::default(),
            clock: AtomicU64::new(0),
        }
    }

    /// The snapshot for `paths`. Makes it, in some milliseconds, when it is not remembered.
    pub(crate) fn of(&self, paths: &Arc<[String]>) -> Result<Arc<Snapshot>, Broken> {
        let place = self.place(paths);
        if let Some(snapshot) = place.get() {
            return Ok(Arc::clone(snapshot));
        }
        // Two runs that come here at once both make one; the second is dropped. Rare, and nobody waits under a lock.
        let made = Arc::new(Snapshot::new(&self.compiled, paths, &self.limits)?);
        Ok(Arc::clone(place.get_or_init(|| made)))
    }

    fn place(&self, paths: &Arc<[String]>) -> Arc<OnceLock<Arc<Snapshot>>> {
        let used = self.clock.fetch_add(1, Ordering::Relaxed);
        let mut remembered = lock(&self.remembered);
        // The same list usually comes as the same allocation.
        let known = remembered.iter().position(|one| Arc::ptr_eq(&one.paths, paths));
        if let Some(at) = known.or_else(|| remembered.iter().position(|one| one.paths == *paths)) {
            remembered[at].used = used;
            return Arc::clone(&remembered[at].snapshot);
        }
        if remembered.len() >= REMEMBERED
            && let Some(oldest) = (0..remembered.len()).min_by_key(|at| remembered[*at].used)
        {
            // Runs that still use it keep it alive until they end.
            remembered.swap_remove(oldest);
        }
        let snapshot = Arc::default();
        remembered.push(Remembered {
            paths: Arc::clone(paths),
            used,
            snapshot: Arc::clone(&snapshot),
        });
        snapshot
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::path::Path;

    use super::*;

    /// The guest, from the cache that all tests share.
    pub(crate) fn compiled() -> Arc<Compiled> {
        let cache = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/tmp/guest");
        Compiled::shared(Some(&cache)).unwrap()
    }

    /// As a sandbox has them.
    pub(crate) fn snapshots() -> Snapshots {
        Snapshots::new(compiled(), MemoryLimits::new(1 << 30, 64 << 20))
    }

    pub(crate) fn paths() -> Arc<[String]> {
        Arc::new(["boms.list".to_owned()])
    }

    #[test]
    fn a_list_of_paths_is_prepared_once_and_the_least_used_is_forgotten() {
        let snapshots = snapshots();
        let list = |number: usize| -> Arc<[String]> { Arc::new([format!("some.op{number}")]) };
        let first = snapshots.of(&list(0)).unwrap();
        assert!(
            Arc::ptr_eq(&first, &snapshots.of(&list(0)).unwrap()),
            "equal lists share one"
        );
        let second = snapshots.of(&list(1)).unwrap();
        for number in 2..REMEMBERED {
            snapshots.of(&list(number)).unwrap();
        }
        snapshots.of(&list(0)).unwrap();
        snapshots.of(&list(REMEMBERED)).unwrap();
        assert!(Arc::ptr_eq(&first, &snapshots.of(&list(0)).unwrap()));
        assert!(
            !Arc::ptr_eq(&second, &snapshots.of(&list(1)).unwrap()),
            "it was the one used longest ago"
        );
    }

    #[test]
    fn changed_pages_are_joined_over_small_gaps() {
        let before = vec![0_u8; 32 * 4096];
        let mut after = before.clone();
        for page in [3, 5, 20] {
            after[page * 4096 + 17] = 1;
        }
        assert_eq!(
            different_ranges(&before, &after, 4096),
            [3 * 4096..6 * 4096, 20 * 4096..21 * 4096]
        );
        assert!(different_ranges(&before, &before, 4096).is_empty());
    }
}
