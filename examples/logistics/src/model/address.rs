//! What is written on paper: addresses, shipments, and documents by name.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, de};

use super::Name;

/// An address, as it is written on an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(inline)]
pub struct Address {
    /// Who, or which company.
    pub name: Name,
    /// Street and number.
    pub street: Name,
    /// What else the street needs.
    #[serde(default)]
    pub street_addition: Option<Name>,
    /// The postal code.
    #[serde(default)]
    pub postal_code: Option<Name>,
    /// The city.
    pub city: Name,
    /// The state or province.
    #[serde(default)]
    pub region: Option<Name>,
    /// The country.
    pub country: Name,
}

/// How an order travels.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(inline)]
pub struct Shipment {
    /// Who carries it.
    pub carrier: Name,
    /// Its tracking number.
    #[serde(default)]
    pub tracking_number: Option<Name>,
    /// When it left.
    #[serde(default, deserialize_with = "moment")]
    pub shipped_at: Option<DateTime<Utc>>,
    /// When it is expected.
    #[serde(default, deserialize_with = "moment")]
    pub expected_at: Option<DateTime<Utc>>,
}

/// A moment, or the refusal that says how to write one.
fn moment<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<DateTime<Utc>>, D::Error> {
    let Some(text) = Option::<String>::deserialize(deserializer)? else {
        return Ok(None);
    };
    let moment = DateTime::parse_from_rfc3339(&text).map_err(|_| {
        let shown: String = text.chars().take(40).collect();
        de::Error::custom(format!("`{shown}` is not a moment; write it like 2026-03-01T00:00:00Z"))
    });
    Ok(Some(moment?.to_utc()))
}

/// A file that people attached; only its name and size are known here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
pub struct Document {
    /// The file's name.
    pub name: String,
    /// Its media type.
    pub media_type: String,
    /// How large it is, in bytes.
    pub bytes: u64,
    /// When it was attached.
    pub added_at: DateTime<Utc>,
}
