//! The chain of a tenant's calls: each is authenticated together with the one before it.
//!
//! A link is HMAC-SHA-256 over the link before, the call's position, and the call as JSON. So a call that is altered,
//! taken out or put in does not fit any more, and nobody makes it fit without the key ring. What the chain cannot show by
//! itself is that its end was cut off together with the head: for that, note a head elsewhere and hand it to
//! [`Access::check_audit`](crate::Access::check_audit) later.

use std::{borrow::Cow, fmt, str::FromStr};

use hmac::{Hmac, KeyInit, Mac};
use latchstring_core::{Change, Effect, GrantId, RequestId, TenantId};
use serde::Serialize;
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::{AuditEntry, AuditOperation};

/// What links are made with: derived from an entry of the key ring, so that the pepper itself need not be handed out.
pub struct AuditKey {
    id: String,
    key: Zeroizing<[u8; 32]>,
}

/// One link: where in the chain, under which entry of the key ring, and the code that proves it. No secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditLink {
    /// The call's place among its tenant's calls, from 1.
    pub position: u64,
    /// The entry of the key ring.
    pub key_id: String,
    /// The code.
    pub mac: [u8; 32],
}

impl AuditKey {
    pub(crate) fn new(id: &str, key: [u8; 32]) -> Self {
        Self {
            id: id.to_owned(),
            key: Zeroizing::new(key),
        }
    }

    /// The entry of the key ring it comes from.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The link that this call becomes after `previous`.
    #[expect(
        clippy::missing_panics_doc,
        reason = "a key may be of any length, and what is linked is always JSON"
    )]
    pub fn link(&self, previous: Option<&AuditLink>, call: &AuditEntry) -> AuditLink {
        let position = previous.map_or(0, |link| link.position) + 1;
        let mut mac = Hmac::<Sha256>::new_from_slice(&*self.key).expect("HMAC takes a key of any length");
        mac.update(&previous.map_or([0; 32], |link| link.mac));
        mac.update(&position.to_be_bytes());
        mac.update(&Linked::of(call).to_json());
        AuditLink {
            position,
            key_id: self.id.clone(),
            mac: mac.finalize().into_bytes().into(),
        }
    }
}

impl fmt::Debug for AuditKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuditKey").field("id", &self.id).finish_non_exhaustive()
    }
}

/// `12:` and the code in hexadecimal, to be noted elsewhere and read back.
impl fmt::Display for AuditLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:", self.position, self.key_id)?;
        self.mac.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for AuditLink {
    type Err = AuditLinkError;

    fn from_str(text: &str) -> Result<Self, AuditLinkError> {
        let mut parts = text.splitn(3, ':');
        let (Some(position), Some(key_id), Some(mac)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(AuditLinkError);
        };
        let position = position.parse().map_err(|_| AuditLinkError)?;
        let is_hexadecimal = mac.len() == 64 && mac.bytes().all(|byte| byte.is_ascii_hexdigit());
        if position == 0 || key_id.is_empty() || !is_hexadecimal {
            return Err(AuditLinkError);
        }
        let mut bytes = [0; 32];
        for (at, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&mac[2 * at..2 * at + 2], 16).map_err(|_| AuditLinkError)?;
        }
        Ok(Self {
            position,
            key_id: key_id.to_owned(),
            mac: bytes,
        })
    }
}

/// Text that is not a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not a head of an audit trail; one looks like `12:k0a1b2c3d:` and 64 hexadecimal digits")]
pub struct AuditLinkError;

/// What of a call is linked: all that is kept of it, as it is kept. A field that is added to [`AuditEntry`] later must be
/// left out here where it is absent, or what was linked before does not fit any more.
#[derive(Serialize)]
struct Linked<'a> {
    request: RequestId,
    at: i64,
    tenant: TenantId,
    grant: GrantId,
    holder: Cow<'a, str>,
    channel: &'a str,
    tool: Cow<'a, str>,
    outcome: &'a str,
    committed: bool,
    micros: u128,
    program: Option<&'a str>,
    program_kept: bool,
    operations: Vec<LinkedOperation<'a>>,
}

#[derive(Serialize)]
struct LinkedOperation<'a> {
    operation: Cow<'a, str>,
    effect: Option<&'a str>,
    outcome: &'a str,
    micros: u128,
    rows: Option<u64>,
    changes: Vec<Change>,
}

impl<'a> Linked<'a> {
    fn of(call: &'a AuditEntry) -> Self {
        Self {
            request: call.request,
            at: call.at.timestamp_micros(),
            tenant: call.tenant,
            grant: call.grant,
            holder: kept(&call.holder),
            channel: &call.channel,
            tool: kept(&call.tool),
            outcome: &call.outcome,
            committed: call.committed,
            micros: call.duration.as_micros(),
            program: call.program_sha256.as_deref(),
            program_kept: call.program_kept,
            operations: call.operations.iter().map(LinkedOperation::of).collect(),
        }
    }

    fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("text, numbers and JSON values are always JSON")
    }
}

impl<'a> LinkedOperation<'a> {
    fn of(record: &'a AuditOperation) -> Self {
        Self {
            operation: kept(&record.operation),
            effect: record.effect.map(Effect::as_str),
            outcome: &record.outcome,
            micros: record.duration.as_micros(),
            rows: record.rows,
            changes: record.changes.iter().map(sorted).collect(),
        }
    }
}

/// A change with its fields by name: what was linked while they were always kept so has to fit for ever.
fn sorted(change: &Change) -> Change {
    let mut change = change.clone();
    for state in [&mut change.before, &mut change.after].into_iter().flatten() {
        state.sort_all_objects();
    }
    change
}

/// Text as stores keep it: not all of them can hold U+0000.
fn kept(text: &str) -> Cow<'_, str> {
    if text.contains('\0') {
        text.replace('\0', "\u{FFFD}").into()
    } else {
        text.into()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use chrono::DateTime;
    use latchstring_core::ChangeAction;
    use serde_json::json;

    use super::*;

    fn call() -> AuditEntry {
        AuditEntry {
            seq: 7,
            request: "req_00000000000000000000000000000001".parse().expect("an id"),
            at: DateTime::from_timestamp_micros(1_790_000_000_000_001).expect("a moment"),
            tenant: "ten_00000000000000000000000000000002".parse().expect("an id"),
            grant: "gra_00000000000000000000000000000003".parse().expect("an id"),
            holder: "key Night report".into(),
            channel: "mcp".into(),
            tool: "run_write".into(),
            outcome: "OK".into(),
            committed: true,
            duration: Duration::from_millis(2),
            program_sha256: None,
            program_kept: false,
            operations: vec![AuditOperation {
                operation: "boms.update".into(),
                effect: Some(Effect::Write),
                outcome: "OK".into(),
                duration: Duration::from_millis(1),
                rows: Some(1),
                changes: vec![Change {
                    entity: "bom".into(),
                    id: "b1".into(),
                    action: ChangeAction::Updated,
                    before: Some(
                        json!({ "quantity": 0.1, "name": "Lamp", "cost": { "currency": "EUR", "amount": "1" } }),
                    ),
                    after: None,
                }],
            }],
            link: None,
        }
    }

    /// The code was computed by other means, over the form that calls had when fields were always kept by name.
    #[test]
    fn a04_what_was_linked_with_its_fields_by_name_fits_in_whatever_order_they_are_kept() {
        let call = call();
        let link = AuditKey::new("k1", [7; 32]).link(None, &call);
        assert_eq!(
            link.to_string(),
            "1:k1:2ab8e96017b9354fb28276933a2055fb11f0ec68a1e37649bdcc692fa98f7fbb"
        );
    }

    #[test]
    fn a_link_reads_back_as_it_is_told_and_nothing_else_does() {
        let link = AuditLink {
            position: 12,
            key_id: "k1".into(),
            mac: std::array::from_fn(|at| u8::try_from(at * 8).expect("below 256")),
        };
        let text = link.to_string();
        assert!(text.starts_with("12:k1:000810"), "{text}");
        assert_eq!(text.parse(), Ok(link));
        let short = &text[..text.len() - 1];
        for wrong in [
            "",
            "12",
            "12:k1",
            "0:k1:",
            short,
            &text.replace(":00", ":+0"),
            &text.replace("12:", "0:"),
        ] {
            assert_eq!(wrong.parse::<AuditLink>(), Err(AuditLinkError), "{wrong}");
        }
        assert_eq!(text.replace("00", "é").parse::<AuditLink>(), Err(AuditLinkError));
    }

    #[test]
    fn a_key_does_not_print() {
        assert_eq!(
            format!("{:?}", AuditKey::new("k1", [7; 32])),
            r#"AuditKey { id: "k1", .. }"#
        );
    }
}
