//! What several tables have in common, from a column's text to its meaning.

use chrono::{DateTime, Utc};
use latchstring_access::{ConnectorId, Inconsistency, Person, Plan, Revocation};
use latchstring_core::{Scope, TenantId};
use sea_orm::prelude::Uuid;

use crate::{inconsistency::inconsistency, moment::from_micros};

pub(super) fn read_scope(text: &str, table: &'static str, id: impl std::fmt::Display) -> Result<Scope, Inconsistency> {
    text.parse().map_err(|_| inconsistency(table, "scope", id))
}

pub(super) fn read_plan(text: &str, tenant: Uuid) -> Result<Plan, Inconsistency> {
    match text {
        "active" => Ok(Plan::Active),
        "lapsed" => Ok(Plan::Lapsed),
        _ => Err(inconsistency("tenant", "plan", TenantId::from_uuid(tenant))),
    }
}

pub(super) fn plan_text(plan: Plan) -> &'static str {
    match plan {
        Plan::Active => "active",
        Plan::Lapsed => "lapsed",
    }
}

pub(super) fn read_connector(text: &str, tenant: Uuid) -> Result<ConnectorId, Inconsistency> {
    text.parse()
        .map_err(|_| inconsistency("tenant", "public_id", TenantId::from_uuid(tenant)))
}

/// When and by whom something was ended, in three columns that are all there or all not.
pub(super) struct Ended {
    pub(super) at: Option<i64>,
    pub(super) sub: Option<String>,
    pub(super) name: Option<String>,
}

impl Ended {
    pub(super) fn read(
        self,
        table: &'static str,
        column: &'static str,
        id: impl std::fmt::Display,
    ) -> Result<Option<Revocation>, Inconsistency> {
        match (self.at, self.sub, self.name) {
            (None, None, None) => Ok(None),
            (Some(at), Some(sub), Some(name)) => Ok(Some(Revocation {
                at: from_micros(at, table, column, id)?,
                by: Person::new(&sub, &name),
            })),
            _ => Err(inconsistency(table, column, id)),
        }
    }
}

/// A moment that may be missing.
pub(super) fn read_moment(
    micros: Option<i64>,
    table: &'static str,
    column: &'static str,
    id: impl std::fmt::Display,
) -> Result<Option<DateTime<Utc>>, Inconsistency> {
    micros.map(|micros| from_micros(micros, table, column, id)).transpose()
}
