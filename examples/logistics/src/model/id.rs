//! Ids: text behind a type of its own, so that a location never passes for a supplier.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Text that cannot be an id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// Empty, very long, or with characters that no id has.
    #[error(
        "`{0}` is not an id; ids are 1 to 100 letters, digits, `-` and `_`. Look the id up by name or number in the list of \
         its kind"
    )]
    Malformed(String),
    /// The platform's long form of an id.
    #[error("`{given}` is a full id; pass its last part, `{short}`")]
    Global {
        /// What was passed.
        given: String,
        /// What to pass.
        short: String,
    },
}

fn checked(text: String) -> Result<String, IdError> {
    let cut = |text: &str| text.chars().take(120).collect::<String>();
    if let Some((_, short)) = text.strip_prefix("gid://").and_then(|rest| rest.rsplit_once('/')) {
        return Err(IdError::Global {
            given: cut(&text),
            short: cut(short),
        });
    }
    let is_id = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if text.is_empty() || text.len() > 100 || !text.bytes().all(is_id) {
        return Err(IdError::Malformed(cut(&text)));
    }
    Ok(text)
}

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident, $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
        #[serde(try_from = "String")]
        #[schemars(inline)]
        pub struct $name(String);

        impl $name {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The id of something new.
            pub fn new(uuid: Uuid) -> Self {
                Self(format!(concat!($prefix, "{}"), uuid.simple()))
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;

            fn try_from(text: String) -> Result<Self, IdError> {
                checked(text).map(Self)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

id! {
    /// A place where stock lies.
    LocationId, "loc_";
    /// A product of the catalogue.
    ProductId, "";
    /// A variant of the catalogue: what is bought, moved and counted.
    VariantId, "";
    /// A supplier.
    SupplierId, "sup_";
    /// A purchase order.
    PurchaseOrderId, "po_";
    /// A transfer order.
    TransferOrderId, "to_";
    /// A return to a supplier.
    ReturnOrderId, "rma_";
    /// A stock take.
    StockTakeId, "st_";
    /// A line of an order, a return or a stock take.
    LineId, "line_";
    /// A payment of a purchase order.
    PaymentId, "pay_";
    /// A credit that a supplier gave.
    CreditId, "crd_";
    /// A part of a credit, applied to a purchase order.
    ApplicationId, "app_";
    /// A view of the forecast.
    ViewId, "view_";
    /// A scheduled report.
    ReportId, "rep_";
    /// Somebody who gets reports and notifications.
    RecipientId, "rcp_";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_id_is_refused_with_its_short_form() {
        let error = VariantId::try_from("gid://shopify/ProductVariant/42".to_owned()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "`gid://shopify/ProductVariant/42` is a full id; pass its last part, `42`"
        );
        for wrong in ["", "a b", "x'; drop table suppliers", "ü"] {
            assert!(LocationId::try_from(wrong.to_owned()).is_err(), "{wrong}");
        }
    }
}
