//! What a delivery says, in JSON, and the event that it becomes.
//!
//! Fields that are not known are passed over, so that an app may send more than we read; a `type` that is not known is
//! refused, so that nobody believes it was understood.

use chrono::{DateTime, SubsecRound, Utc};
use latchstring_access::{NewTenant, Person, Plan, TenantEvent, TenantEventKind, disturbs};
use serde::Deserialize;

use super::TOLERANCE;

/// The database's bound on host keys, in characters.
const MAX_KEY_CHARACTERS: usize = 255;

/// Longer names are cut.
const MAX_NAME_CHARACTERS: usize = 200;

/// One delivery, as it was sent.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Delivery {
    r#type: Type,
    occurred_at: DateTime<Utc>,
    tenant: TenantTold,
    plan: Option<PlanTold>,
    person: Option<PersonTold>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Type {
    Installed,
    Uninstalled,
    PlanChanged,
    PersonRemoved,
}

#[derive(Debug, Deserialize)]
struct TenantTold {
    key: String,
    name: Option<String>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum PlanTold {
    Active,
    Lapsed,
}

#[derive(Debug, Deserialize)]
struct PersonTold {
    sub: String,
}

impl From<PlanTold> for Plan {
    fn from(told: PlanTold) -> Self {
        match told {
            PlanTold::Active => Self::Active,
            PlanTold::Lapsed => Self::Lapsed,
        }
    }
}

impl Delivery {
    /// Reads the JSON.
    ///
    /// # Errors
    /// With a text for the sender that says what is wrong.
    pub(super) fn read(body: &[u8]) -> Result<Self, String> {
        serde_json::from_slice(body).map_err(|error| format!("the body is not what is expected: {error}"))
    }

    /// The event, known by the delivery's id.
    ///
    /// # Errors
    /// With a text for the sender that says what is wrong.
    pub(super) fn into_event(self, delivery: &str, now: DateTime<Utc>) -> Result<TenantEvent, String> {
        let occurred_at = self.occurred_at.trunc_subsecs(6);
        // It would make everything that happens until then look as if it had happened before.
        if occurred_at > now + TOLERANCE {
            return Err("`occurredAt` is in the future; check the sender's clock".to_owned());
        }
        let host_key = self.tenant.key;
        if !(1..=MAX_KEY_CHARACTERS).contains(&host_key.chars().count()) || host_key.chars().any(disturbs) {
            return Err(format!(
                "`tenant.key` has 1 to {MAX_KEY_CHARACTERS} characters, none of them invisible; send the app's own key \
                 for the tenant"
            ));
        }
        let kind = match self.r#type {
            Type::Installed => {
                // Not told is not paid: the app says so when it is.
                let plan = self.plan.map_or(Plan::Lapsed, Plan::from);
                let name = self.tenant.name.as_deref().map(shown).filter(|name| !name.is_empty());
                let name = name.ok_or("`installed` needs `tenant.name`, the name to show to people")?;
                let new = NewTenant {
                    plan,
                    ..NewTenant::new(&host_key, name, occurred_at)
                };
                TenantEventKind::Installed { new, plan }
            }
            Type::Uninstalled => TenantEventKind::Uninstalled,
            Type::PlanChanged => {
                let plan = self.plan.ok_or("`plan_changed` needs `plan`, `active` or `lapsed`")?;
                TenantEventKind::PlanChanged(plan.into())
            }
            Type::PersonRemoved => {
                let person = self.person.filter(|person| !person.sub.is_empty());
                let person = person.ok_or("`person_removed` needs `person.sub`, the app's id for the person")?;
                TenantEventKind::PersonRemoved {
                    // As it was when the person made a code.
                    sub: Person::new(&person.sub, "").sub().to_owned(),
                    by: Person::new("webhook", "the app (webhook)"),
                }
            }
        };
        Ok(TenantEvent {
            delivery: Some(delivery.to_owned()),
            host_key,
            occurred_at,
            kind,
        })
    }
}

/// A name that cannot disturb a terminal or a list, not too long for one.
fn shown(name: &str) -> String {
    let name = name.trim().chars().take(MAX_NAME_CHARACTERS);
    name.map(|c| if disturbs(c) { char::REPLACEMENT_CHARACTER } else { c })
        .collect()
}
