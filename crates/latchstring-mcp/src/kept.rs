//! What was cut from a result because it is longer than clients take, kept for a while so that the rest can be fetched.
//!
//! It is kept in memory, for the grant that it was told to, and forgotten after ten minutes or when there is too much. A
//! server that did not cut it does not have it; there the program is run again.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use chrono::{DateTime, TimeDelta, Utc};
use latchstring_core::{Clock, ErrorCode, GrantId, OperationError, TenantId, random};

/// How long a part is, in bytes: about 6,000 tokens of JSON, below what the tightest client takes (25,000 tokens).
pub(crate) const PART: usize = 20_000;
/// How much is kept in all, for one tenant, and for one grant.
const MOST: usize = 64 << 20;
const MOST_OF_TENANT: usize = 8 << 20;
const MOST_OF_GRANT: usize = 4 << 20;
const FOR: TimeDelta = TimeDelta::minutes(10);

/// The rest of results.
pub(crate) struct Kept {
    clock: Arc<dyn Clock>,
    results: Mutex<HashMap<String, One>>,
}

struct One {
    tenant: TenantId,
    grant: GrantId,
    at: DateTime<Utc>,
    text: Arc<str>,
}

/// A part of a result.
pub(crate) struct Part {
    pub(crate) text: String,
    pub(crate) number: usize,
    pub(crate) of: usize,
    /// The id of the next one.
    pub(crate) next: Option<String>,
}

impl Kept {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            results: Mutex::default(),
        }
    }

    /// The first part of a text, if it is longer than one; the others are kept.
    pub(crate) fn cut(&self, (tenant, grant): (TenantId, GrantId), text: &str) -> Option<Part> {
        if text.len() <= PART {
            return None;
        }
        let handle = format!("result/{}", BASE64.encode(random::bytes::<16>()));
        let one = One {
            tenant,
            grant,
            at: self.clock.now(),
            text: text.into(),
        };
        let part = one.part(&handle, 1);
        self.keep(handle, one);
        part
    }

    fn keep(&self, handle: String, one: One) {
        let now = self.clock.now();
        let mut results = self.results.lock().unwrap_or_else(PoisonError::into_inner);
        results.retain(|_, one| now - one.at < FOR);
        let (tenant, grant) = (one.tenant, one.grant);
        make_room(&mut results, one.text.len(), MOST_OF_GRANT, |other| {
            other.grant == grant
        });
        make_room(&mut results, one.text.len(), MOST_OF_TENANT, |other| {
            other.tenant == tenant
        });
        make_room(&mut results, one.text.len(), MOST, |_| true);
        results.insert(handle, one);
    }

    /// The part with this id; `None` when it is no such id at all.
    ///
    /// # Errors
    /// When the grant has no such part, or not any more.
    pub(crate) fn part(&self, grant: GrantId, id: &str) -> Result<Option<Part>, OperationError> {
        if !id.starts_with("result/") {
            return Ok(None);
        }
        let gone = || {
            OperationError::new(
                ErrorCode::NotFound,
                "this result is not kept any more; run the program again, and return less at once",
            )
        };
        let (handle, number) = id.rsplit_once('/').ok_or_else(gone)?;
        let now = self.clock.now();
        let mut results = self.results.lock().unwrap_or_else(PoisonError::into_inner);
        results.retain(|_, one| now - one.at < FOR);
        let one = results.get(handle).filter(|one| one.grant == grant);
        let part = one.and_then(|one| one.part(handle, number.parse().ok()?));
        part.map(Some).ok_or_else(gone)
    }
}

/// Forgets the oldest of those that count, until so many bytes more are no more than the most.
fn make_room(results: &mut HashMap<String, One>, more: usize, most: usize, counts: impl Fn(&One) -> bool) {
    loop {
        let theirs = || results.iter().filter(|(_, one)| counts(one));
        let sum: usize = theirs().map(|(_, one)| one.text.len()).sum();
        let oldest = theirs().min_by_key(|(_, one)| one.at).map(|(handle, _)| handle.clone());
        match oldest {
            Some(oldest) if sum + more > most => results.remove(&oldest),
            _ => return,
        };
    }
}

impl One {
    fn part(&self, handle: &str, number: usize) -> Option<Part> {
        let mut rest: &str = &self.text;
        let mut parts = Vec::new();
        while !rest.is_empty() {
            let (part, after) = rest.split_at(rest.floor_char_boundary(PART));
            parts.push(part);
            rest = after;
        }
        let text = *parts.get(number.checked_sub(1)?)?;
        Some(Part {
            text: text.to_owned(),
            number,
            of: parts.len(),
            next: (number < parts.len()).then(|| format!("{handle}/{}", number + 1)),
        })
    }
}

#[cfg(test)]
mod tests {
    use latchstring_core::ManualClock;

    use super::*;

    fn kept() -> (Kept, Arc<ManualClock>) {
        let clock = Arc::new(ManualClock::at(DateTime::UNIX_EPOCH));
        (Kept::new(Arc::<ManualClock>::clone(&clock)), clock)
    }

    fn grant() -> GrantId {
        GrantId::new(DateTime::UNIX_EPOCH)
    }

    fn of(grant: GrantId) -> (TenantId, GrantId) {
        (TenantId::from_uuid(grant.as_uuid()), grant)
    }

    #[test]
    fn what_is_cut_is_fetched_part_by_part_and_is_whole() {
        let (kept, _) = kept();
        let (grant, text) = (grant(), "äöü€".repeat(12_000));
        assert!(kept.cut(of(grant), &"x".repeat(PART)).is_none());
        let mut part = kept.cut(of(grant), &text).expect("cut");
        let mut whole = part.text.clone();
        while let Some(next) = &part.next {
            part = kept.part(grant, next).expect("kept").expect("a part");
            assert!(part.text.len() <= PART);
            whole.push_str(&part.text);
        }
        assert_eq!((whole == text, part.number), (true, part.of));
    }

    #[test]
    fn x02_another_grants_result_is_not_there_nor_one_that_was_forgotten() {
        let (kept, clock) = kept();
        let owner = grant();
        let next = kept
            .cut(of(owner), &"x".repeat(2 * PART))
            .and_then(|part| part.next)
            .expect("a next part");
        assert!(kept.part(grant(), &next).is_err());
        assert!(kept.part(owner, "result/AAAA/1").is_err() && kept.part(owner, "result/").is_err());
        assert!(kept.part(owner, &next.replace("/2", "/0")).is_err());
        assert!(kept.part(owner, "boms.list").expect("no part").is_none());
        clock.advance(FOR - TimeDelta::seconds(1));
        assert!(kept.part(owner, &next).is_ok());
        clock.advance(TimeDelta::seconds(1));
        assert!(kept.part(owner, &next).is_err());
    }

    #[test]
    fn the_oldest_makes_room_and_one_grant_does_not_drive_out_the_others() {
        let (kept, clock) = kept();
        let (modest, greedy) = (grant(), grant());
        let first = kept
            .cut(of(modest), &"x".repeat(2 * PART))
            .and_then(|part| part.next)
            .expect("kept");
        let mut handles = Vec::new();
        for _ in 0..100 {
            clock.advance(TimeDelta::milliseconds(1));
            handles.extend(kept.cut(of(greedy), &"y".repeat(1 << 20)).and_then(|part| part.next));
        }
        let there = handles.iter().filter(|id| kept.part(greedy, id).is_ok()).count();
        assert_eq!((there, kept.part(modest, &first).is_ok()), (4, true));
    }

    #[test]
    fn one_tenant_does_not_drive_out_the_others_with_many_keys() {
        let (kept, clock) = kept();
        let tenant = TenantId::new(DateTime::UNIX_EPOCH);
        let mut handles = Vec::new();
        for _ in 0..20 {
            clock.advance(TimeDelta::milliseconds(1));
            let key = grant();
            handles.extend(
                kept.cut((tenant, key), &"y".repeat(1 << 20))
                    .and_then(|part| part.next)
                    .map(|next| (key, next)),
            );
        }
        let there = handles.iter().filter(|(key, id)| kept.part(*key, id).is_ok()).count();
        assert_eq!(there, 8);
    }
}
