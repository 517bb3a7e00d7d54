//! Ids: text behind a type of its own, so that a location never passes for a material.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Text that cannot be an id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// Empty, very long, or with characters that no id has.
    #[error(
        "`{0}` is not an id; ids are 1 to 100 letters, digits, `-` and `_`. Look the id up by name in the list of its kind"
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
    /// Not of a variant.
    #[error(
        "`{0}` is not a variant id; one is all digits, or begins with `VMAT-VAR-` for a virtual material. Look it up by SKU \
         or name with `app.rawMaterials.list({{ search }})` or `app.catalog.searchVariants({{ query }})`"
    )]
    NotAVariant(String),
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

fn checked_variant(text: String) -> Result<String, IdError> {
    let text = checked(text)?;
    let is_variant = text.starts_with(VariantId::VIRTUAL) || text.bytes().all(|byte| byte.is_ascii_digit());
    if is_variant {
        Ok(text)
    } else {
        Err(IdError::NotAVariant(text))
    }
}

// The last is an id of the demo store, for the examples of operations.
macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $check:ident, $example:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
        #[serde(try_from = "String")]
        #[schemars(inline, extend("examples" = [$example]))]
        pub struct $name(String);

        impl $name {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;

            fn try_from(text: String) -> Result<Self, IdError> {
                $check(text).map(Self)
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
    };
}

id! {
    /// A place where stock lies.
    LocationId, checked, "70001"
}
id! {
    /// A product of the catalogue.
    ProductId, checked, "311001"
}
id! {
    /// A variant of the catalogue (digits), or a virtual material (`VMAT-VAR-…`). Raw materials go by it, too.
    VariantId, checked_variant, "VMAT-VAR-1001"
}
id! {
    /// A bill of materials.
    BomId, checked, "bom_desk_lamp"
}
id! {
    /// An order.
    OrderId, checked, "1001"
}
id! {
    /// A sub-assembly.
    SubAssemblyId, checked, "sub_lamp_head"
}

impl VariantId {
    /// How the id of a virtual material begins.
    pub const VIRTUAL: &str = "VMAT-VAR-";

    /// Whether it names a virtual material.
    pub fn is_virtual(&self) -> bool {
        self.0.starts_with(Self::VIRTUAL)
    }
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
        assert!(VariantId::try_from("bom_1".to_owned()).is_err());
        assert!(VariantId::try_from("VMAT-VAR-7".to_owned()).unwrap().is_virtual());
        for wrong in ["", "a b", "x'; drop table boms", "ü"] {
            assert!(LocationId::try_from(wrong.to_owned()).is_err(), "{wrong}");
        }
    }
}
