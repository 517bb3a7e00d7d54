//! The audit trail as it is read back: page by page, one call with its program, and how many calls there were.

use std::{ops::Range, time::Duration};

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use latchstring_core::{CallRecord, Change, Effect, GrantId, OperationRecord, RequestId, TenantId};

use crate::AuditLink;

/// The most calls that one reading returns.
pub const MAX_AUDIT_ENTRIES: u32 = 1_000;

/// The most days that are counted at once.
pub const MAX_AUDIT_DAYS: u32 = 90;

/// The most counts that one question returns: of ninety days, those of all grants that may be live, and some of revoked
/// ones.
pub const MAX_AUDIT_COUNTS: u32 = 10_000;

/// Which calls of a tenant to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuditQuery {
    /// Those of one grant; `None` for all.
    pub grant: Option<GrantId>,
    /// Those written down before the call with this [`AuditEntry::seq`]; `None` to begin with the latest.
    pub before: Option<u64>,
    /// So many; [`MAX_AUDIT_ENTRIES`] at most, whatever is asked.
    pub limit: u32,
}

impl AuditQuery {
    /// The latest calls of all grants.
    pub fn latest(limit: u32) -> Self {
        Self {
            grant: None,
            before: None,
            limit,
        }
    }
}

/// Days in a row, by UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuditDays {
    first: NaiveDate,
    after: NaiveDate,
}

impl AuditDays {
    /// So many days, of which this is the last; [`MAX_AUDIT_DAYS`] at most, whatever is asked.
    ///
    /// ```
    /// use chrono::NaiveDate;
    /// use latchstring_access::AuditDays;
    ///
    /// let today = NaiveDate::from_ymd_opt(2026, 3, 2).unwrap();
    /// assert_eq!(AuditDays::up_to(today, 3).first().to_string(), "2026-02-28");
    /// ```
    pub fn up_to(last: NaiveDate, count: u32) -> Self {
        let after = last.succ_opt().unwrap_or(last);
        let count = Days::new(u64::from(count.min(MAX_AUDIT_DAYS)));
        Self {
            first: after.checked_sub_days(count).unwrap_or(NaiveDate::MIN),
            after,
        }
    }

    /// The first of them.
    pub fn first(self) -> NaiveDate {
        self.first
    }

    /// From the midnight that begins them to the one that ends them.
    pub fn moments(self) -> Range<DateTime<Utc>> {
        let midnight = |day: NaiveDate| day.and_time(NaiveTime::MIN).and_utc();
        midnight(self.first)..midnight(self.after)
    }
}

/// How many calls of a grant began on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallsPerDay {
    /// The day, by UTC.
    pub day: NaiveDate,
    /// The grant.
    pub grant: GrantId,
    /// The calls, whatever their outcome; at least 1.
    pub calls: u64,
}

/// One call that was written down.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditEntry {
    /// Its place in the trail, the cursor of [`AuditQuery::before`]: what was written down later has a greater one. All
    /// tenants' calls are counted together, so a person who sees two of them learns how busy the server was.
    pub seq: u64,
    /// The call's id.
    pub request: RequestId,
    /// When it began.
    pub at: DateTime<Utc>,
    /// Whose data.
    pub tenant: TenantId,
    /// Under which grant.
    pub grant: GrantId,
    /// Who held it then, for people.
    pub holder: String,
    /// Through which door.
    pub channel: String,
    /// The tool that was called.
    pub tool: String,
    /// `OK`, an error code, or `CANCELLED`.
    pub outcome: String,
    /// Whether its changes were committed.
    pub committed: bool,
    /// How long it took, to the microsecond.
    pub duration: Duration,
    /// SHA-256 of the program, where there was one, in hexadecimal.
    pub program_sha256: Option<String>,
    /// Whether its source was kept.
    pub program_kept: bool,
    /// The operations it called, in order.
    pub operations: Vec<AuditOperation>,
    /// Its link in the chain of its tenant's calls; `None` when it was written down before there was a chain.
    pub link: Option<AuditLink>,
}

/// One operation inside a call that was written down.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditOperation {
    /// The operation's name, or what was asked for.
    pub operation: String,
    /// Whether it reads or writes; `None` for an unknown name.
    pub effect: Option<Effect>,
    /// `OK` or an error code.
    pub outcome: String,
    /// How long it took, to the microsecond.
    pub duration: Duration,
    /// The rows it answered, as [`OperationRecord::rows`] says; `None` when it was written down before they were counted.
    pub rows: Option<u64>,
    /// What it changed; counts only if the call was committed.
    pub changes: Vec<Change>,
}

impl AuditEntry {
    /// The call as it is read back from this place in the trail, except for its link.
    pub fn of(seq: u64, call: &CallRecord) -> Self {
        Self {
            seq,
            request: call.request,
            at: call.at,
            tenant: call.tenant,
            grant: call.grant,
            holder: call.holder.clone(),
            channel: call.channel.as_str().to_owned(),
            tool: call.tool.clone(),
            outcome: call.outcome.to_owned(),
            committed: call.committed,
            duration: call.duration,
            program_sha256: call.program.as_ref().map(|program| program.sha256.clone()),
            program_kept: call.program.as_ref().is_some_and(|program| program.source.is_some()),
            operations: call.operations.iter().map(AuditOperation::from).collect(),
            link: None,
        }
    }
}

impl From<&OperationRecord> for AuditOperation {
    fn from(record: &OperationRecord) -> Self {
        Self {
            operation: record.operation.clone(),
            effect: record.effect,
            outcome: record.outcome.to_owned(),
            duration: record.duration,
            rows: Some(record.rows),
            changes: record.changes.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ninety_days_are_counted_at_most_and_the_ends_of_time_are_no_limit() {
        let day = |text: &str| text.parse::<NaiveDate>().expect("a day");
        let first = |last, count| AuditDays::up_to(last, count).first();
        assert_eq!(first(day("2026-03-31"), 1), day("2026-03-31"));
        assert_eq!(first(day("2026-03-31"), 90), day("2026-01-01"));
        assert_eq!(first(day("2026-03-31"), u32::MAX), day("2026-01-01"));
        assert!(AuditDays::up_to(day("2026-03-31"), 0).moments().is_empty());
        assert_eq!(first(NaiveDate::MIN, 90), NaiveDate::MIN);
        assert!(AuditDays::up_to(NaiveDate::MAX, 90).moments().start < DateTime::<Utc>::MAX_UTC);
    }
}
