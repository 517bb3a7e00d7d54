//! What an app tells of its tenants: installed, uninstalled, paid, not paid.
//!
//! Events arrive at least once and may arrive late. Each carries the moment it happened, and a tenant remembers the
//! moments of the last installation and the last change of plan: what happened before those is past and changes
//! nothing. So a late `uninstalled` does not end a newer installation, and a late `installed` does not revive one. Of two
//! things of one moment, the one that shuts counts.

use chrono::{DateTime, Utc};

use crate::{NewTenant, Person, Plan, Tenant};

/// Something that happened to a tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantEvent {
    /// The delivery's id, by which a repeated one is known; `None` for what a person does here.
    pub delivery: Option<String>,
    /// The app's own key for the tenant.
    pub host_key: String,
    /// When it happened.
    pub occurred_at: DateTime<Utc>,
    /// What happened.
    pub kind: TenantEventKind,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TenantEventKind {
    /// The app was installed. Whatever was granted in an earlier installation is left behind, even when its end was
    /// never told.
    Installed {
        /// The ids that a tenant gets which was not known.
        new: NewTenant,
        /// Its plan.
        plan: Plan,
    },
    /// The app was uninstalled. Every key, connection and code is dead for good.
    Uninstalled,
    /// The subscription began, lapsed or was renewed.
    PlanChanged(Plan),
    /// Somebody paused the tenant's access: no call is served until it is resumed, or the app is installed anew, which
    /// leaves no grant to be paused. Keys and apps are kept, and apps may refresh their tokens meanwhile.
    Paused {
        /// Who.
        by: Person,
    },
    /// The tenant is served again.
    Resumed {
        /// Who resumed it.
        by: Person,
    },
    /// A person may no longer speak for the tenant. Their live connection codes are cancelled, and the sessions on the
    /// access page are over, everybody's: who may still speak for it signs in again.
    PersonRemoved {
        /// The app's id for the person.
        sub: String,
        /// Who removed them.
        by: Person,
    },
}

/// What became of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Applied {
    /// It changed the tenant, which is now so.
    Done(Tenant),
    /// This delivery was received before.
    Duplicate,
    /// Something newer has happened since; nothing was changed.
    Late,
    /// No such tenant is known; nothing was changed, nor is the delivery remembered. It may have overtaken the
    /// installation: deliver it again.
    UnknownTenant,
}
