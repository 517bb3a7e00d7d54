//! Which tenant a person came for, when they may speak for several: what is offered, on its way through their browser.
//!
//! It is signed, so it comes back as it went, and bound to one sign-in under way, so it is of no use in another browser
//! or after ten minutes.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use latchstring_access::{Access, Person, Tenant};
use serde::{Deserialize, Serialize};

use super::flow::Flow;
use crate::Permission;

/// Signed text begins with this, so that nothing else we sign is ever a choice.
const PURPOSE: &str = "console sign-in choice\n";

/// The longest that is read, in bytes: a hundred host keys of 255 characters and what goes with them, in base64, and the
/// person.
const MAX_CHOICE: usize = 160 * 1024;

/// Who may choose among which tenants.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Choice {
    sub: String,
    name: String,
    may: Permission,
    tenants: Vec<Offered>,
}

/// A tenant as it was when it was offered: what ends a session ends the offer of one.
#[derive(Debug, Serialize, Deserialize)]
struct Offered {
    host_key: String,
    installed_at: i64,
    session_generation: u64,
}

impl Offered {
    fn of(tenant: &Tenant) -> Self {
        Self {
            host_key: tenant.host_key.clone(),
            installed_at: tenant.installed_at.timestamp_micros(),
            session_generation: tenant.session_generation,
        }
    }
}

impl Choice {
    pub(super) fn new(person: &Person, may: Permission, tenants: &[Tenant]) -> Self {
        Self {
            sub: person.sub().to_owned(),
            name: person.name().to_owned(),
            may,
            tenants: tenants.iter().map(Offered::of).collect(),
        }
    }

    /// As text for a form.
    pub(super) fn seal(&self, access: &Access, flow: &Flow) -> String {
        let text = serde_json::to_vec(self).expect("texts are always JSON");
        let text = BASE64.encode(text);
        let signature = access.sign(signed(flow, &text).as_bytes());
        format!("{text}.{}", BASE64.encode(signature))
    }

    /// What was offered, if we offered it in this sign-in.
    pub(super) fn open(access: &Access, flow: &Flow, choice: &str) -> Option<Self> {
        if choice.len() > MAX_CHOICE {
            return None;
        }
        let (text, signature) = choice.split_once('.')?;
        if !access.has_signed(signed(flow, text).as_bytes(), &BASE64.decode(signature).ok()?) {
            return None;
        }
        serde_json::from_slice(&BASE64.decode(text).ok()?).ok()
    }

    pub(super) fn offers(&self, host_key: &str) -> bool {
        self.tenants.iter().any(|offered| offered.host_key == host_key)
    }

    /// Whether the tenant is still what was offered.
    pub(super) fn holds(&self, tenant: &Tenant) -> bool {
        let now = Offered::of(tenant);
        self.tenants.iter().any(|offered| {
            offered.host_key == now.host_key
                && offered.installed_at == now.installed_at
                && offered.session_generation == now.session_generation
        })
    }

    pub(super) fn may(&self) -> Permission {
        self.may
    }

    pub(super) fn into_person(self) -> Person {
        Person::new(&self.sub, &self.name)
    }
}

fn signed(flow: &Flow, text: &str) -> String {
    format!("{}\n{text}", flow.text(PURPOSE))
}
