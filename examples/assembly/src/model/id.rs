//! Ids: text behind a type of its own, so that a location never passes for a material.

use latchstring::values::{IdError, checked_id};

// The examples are ids of the demo store.
latchstring::text_id! {
    /// A place where stock lies.
    LocationId { example: "70001" }
    /// A product of the catalogue.
    ProductId { example: "311001" }
    /// A variant of the catalogue (digits), or a virtual material (`VMAT-VAR-…`). Raw materials go by it, too.
    VariantId { example: "VMAT-VAR-1001", check: checked_variant, error: VariantIdError }
    /// A bill of materials.
    BomId { example: "bom_desk_lamp" }
    /// An order.
    OrderId { example: "1001" }
    /// A sub-assembly.
    SubAssemblyId { example: "sub_lamp_head" }
}

/// Text that cannot be the id of a variant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VariantIdError {
    /// No id at all.
    #[error(transparent)]
    Id(#[from] IdError),
    /// Not of a variant.
    #[error(
        "`{0}` is not a variant id; one is all digits, or begins with `VMAT-VAR-` for a virtual material. Look it up by SKU \
         or name with `app.rawMaterials.list({{ search }})` or `app.catalog.searchVariants({{ query }})`"
    )]
    NotAVariant(String),
}

fn checked_variant(text: String) -> Result<String, VariantIdError> {
    let text = checked_id(text)?;
    let is_variant = text.starts_with(VariantId::VIRTUAL) || text.bytes().all(|byte| byte.is_ascii_digit());
    if is_variant {
        Ok(text)
    } else {
        Err(VariantIdError::NotAVariant(text))
    }
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
    fn a_variant_is_digits_or_a_virtual_material() {
        let full = VariantId::try_from("gid://shopify/ProductVariant/42".to_owned());
        assert!(matches!(full, Err(VariantIdError::Id(IdError::Global { .. }))));
        let wrong = VariantId::try_from("bom_1".to_owned());
        assert!(matches!(wrong, Err(VariantIdError::NotAVariant(_))));
        assert!(VariantId::try_from("VMAT-VAR-7".to_owned()).unwrap().is_virtual());
    }
}
