//! What happened, on one clock, and whether it may have happened so.
//!
//! A grant that can be revoked is a register written once, so the check looks at each grant by itself. Nothing here
//! knows how requests are made: a history may be put together from several processes on one machine.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use latchstring::GrantId;

use super::ledger::Entry;

/// Since the clock's beginning.
pub(super) type Moment = Duration;

/// One request, from before it was sent until after its answer was read.
#[derive(Debug, Clone)]
pub(super) struct Call {
    pub(super) grant: GrantId,
    pub(super) start: Moment,
    pub(super) end: Moment,
    pub(super) verdict: Verdict,
}

/// What the answer says of the grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It was served: the grant stood.
    Served,
    /// 401, or the tool error `REVOKED`.
    Revoked,
    /// Neither: too busy, say.
    Neither,
}

/// One revocation that was acknowledged.
#[derive(Debug, Clone)]
pub(super) struct Revocation {
    pub(super) grant: GrantId,
    pub(super) start: Moment,
    pub(super) end: Moment,
}

/// Everything.
#[derive(Debug, Default)]
pub(super) struct History {
    pub(super) calls: Vec<Call>,
    pub(super) revocations: Vec<Revocation>,
    /// Which commit came before or after which acknowledgement.
    pub(super) order: Vec<Entry>,
}

/// What must not happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Violation {
    /// A request that began after the grant was known to be revoked was served.
    ServedAfter { grant: GrantId, late_by: Duration },
    /// A request was refused before anybody had begun to revoke the grant.
    RefusedBefore { grant: GrantId },
    /// A write was committed after the revocation was acknowledged.
    WroteAfter { grant: GrantId },
}

impl History {
    pub(super) fn add(&mut self, other: Self) {
        self.calls.extend(other.calls);
        self.revocations.extend(other.revocations);
        self.order.extend(other.order);
    }

    /// Everything that must not have happened.
    pub(super) fn check(&self) -> Vec<Violation> {
        // From when a grant is known to be revoked: because it was acknowledged, or because somebody was told so.
        let told = self.calls.iter().filter(|call| call.verdict == Verdict::Revoked);
        let told = told.map(|call| (call.grant, call.end));
        let known = earliest(self.revocations.iter().map(|one| (one.grant, one.end)).chain(told));
        let begun = earliest(self.revocations.iter().map(|one| (one.grant, one.start)));
        let mut violations = Vec::new();
        for call in &self.calls {
            let grant = call.grant;
            match call.verdict {
                Verdict::Served => {
                    let late_by = known.get(&grant).and_then(|known| call.start.checked_sub(*known));
                    violations.extend(late_by.map(|late_by| Violation::ServedAfter { grant, late_by }));
                }
                Verdict::Revoked if begun.get(&grant).is_none_or(|begun| call.end < *begun) => {
                    violations.push(Violation::RefusedBefore { grant });
                }
                Verdict::Revoked | Verdict::Neither => {}
            }
        }
        let mut revoked = BTreeSet::new();
        for entry in &self.order {
            match *entry {
                Entry::Revoked(grant) => drop(revoked.insert(grant)),
                Entry::Write(grant) if revoked.contains(&grant) => violations.push(Violation::WroteAfter { grant }),
                Entry::Write(_) => {}
            }
        }
        violations
    }
}

fn earliest(moments: impl Iterator<Item = (GrantId, Moment)>) -> BTreeMap<GrantId, Moment> {
    let mut earliest = BTreeMap::new();
    for (grant, moment) in moments {
        let first = earliest.entry(grant).or_insert(moment);
        *first = moment.min(*first);
    }
    earliest
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    const fn ms(milliseconds: u64) -> Moment {
        Duration::from_millis(milliseconds)
    }

    /// A history of one grant, revoked from 10 to 20, with these calls.
    fn history(grant: GrantId, calls: &[(u64, u64, Verdict)]) -> History {
        let call = |(start, end, verdict): &(u64, u64, Verdict)| {
            let (start, end, verdict) = (ms(*start), ms(*end), *verdict);
            Call {
                grant,
                start,
                end,
                verdict,
            }
        };
        History {
            calls: calls.iter().map(call).collect(),
            revocations: vec![Revocation {
                grant,
                start: ms(10),
                end: ms(20),
            }],
            order: vec![Entry::Write(grant), Entry::Revoked(grant)],
        }
    }

    #[test]
    fn v01_what_overlaps_a_revocation_may_go_either_way() {
        let calls = [
            (0, 9, Verdict::Served),
            (5, 25, Verdict::Served),
            (12, 18, Verdict::Served),
            (19, 30, Verdict::Revoked),
            (31, 40, Verdict::Revoked),
            (31, 40, Verdict::Neither),
        ];
        assert_eq!(history(GrantId::new(DateTime::UNIX_EPOCH), &calls).check(), []);
    }

    #[test]
    fn v01_each_violation_is_found() {
        let grant = GrantId::new(DateTime::UNIX_EPOCH);
        let served = Violation::ServedAfter { grant, late_by: ms(1) };
        assert_eq!(
            history(grant, &[(21, 22, Verdict::Served)]).check(),
            std::slice::from_ref(&served)
        );
        let told = [(11, 13, Verdict::Revoked), (14, 16, Verdict::Served)];
        assert_eq!(history(grant, &told).check(), [served], "once told, always so");

        let refused = Violation::RefusedBefore { grant };
        assert_eq!(
            history(grant, &[(5, 9, Verdict::Revoked)]).check(),
            std::slice::from_ref(&refused)
        );
        let never = History {
            revocations: Vec::new(),
            ..history(grant, &[(5, 9, Verdict::Revoked)])
        };
        assert_eq!(never.check(), [refused]);

        let mut late = history(grant, &[]);
        late.order.push(Entry::Write(grant));
        assert_eq!(late.check(), [Violation::WroteAfter { grant }]);
    }
}
