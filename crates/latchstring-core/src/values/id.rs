//! Ids that are text behind a type of their own, so that a location never passes for a supplier.

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

/// Checks that a text can be an id.
///
/// # Errors
/// When it is empty, longer than 100 characters, has others than letters, digits, `-` and `_`, or is a shop platform's
/// `gid://` form of an id.
pub fn checked_id(text: String) -> Result<String, IdError> {
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

/// Makes a type for each kind of id. It is text on the wire and in the database.
///
/// In braces stands what is known of it besides: an `example`, for those of operations; the `prefix` of new ones, which
/// gives it `new`; and a narrower `check` with its `error`, which begins with [`checked_id`](crate::values::checked_id).
///
/// ```
/// latchstring_core::text_id! {
///     /// A place where stock lies.
///     LocationId { example: "70001" }
///     /// A supplier.
///     SupplierId { prefix: "sup_" }
/// }
///
/// assert!(LocationId::try_from("gid://shopify/Location/70001".to_owned()).is_err());
/// let new = SupplierId::new(latchstring_core::values::Uuid::nil());
/// assert_eq!(new.as_str(), "sup_00000000000000000000000000000000");
/// ```
#[macro_export]
macro_rules! text_id {
    (@check $text:ident) => { $crate::values::checked_id($text) };
    (@check $text:ident $check:path) => { $check($text) };
    (@error) => { $crate::values::IdError };
    (@error $error:ty) => { $error };
    ($(
        $(#[$doc:meta])*
        $name:ident { $(example: $example:literal)? $(prefix: $prefix:literal)? $(, check: $check:path, error: $error:ty)? }
    )*) => {$(
        $(#[$doc])*
        #[derive(
            Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord,
            ::serde::Serialize, ::serde::Deserialize, ::schemars::JsonSchema,
        )]
        #[serde(try_from = "String")]
        #[schemars(inline $(, extend("examples" = [$example]))?)]
        pub struct $name(String);

        impl $name {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            $(
                /// The id of something new.
                pub fn new(uuid: $crate::values::Uuid) -> Self {
                    Self(format!(concat!($prefix, "{}"), uuid.simple()))
                }
            )?
        }

        impl TryFrom<String> for $name {
            type Error = $crate::text_id!(@error $($error)?);

            fn try_from(text: String) -> Result<Self, Self::Error> {
                $crate::text_id!(@check text $($check)?).map(Self)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_id_is_refused_with_its_short_form() {
        let error = checked_id("gid://shopify/ProductVariant/42".to_owned()).map_err(|error| error.to_string());
        let told = "`gid://shopify/ProductVariant/42` is a full id; pass its last part, `42`";
        assert_eq!(error, Err(told.to_owned()));
        for wrong in ["", "a b", "x'; drop table boms", "ü"] {
            assert!(checked_id(wrong.to_owned()).is_err(), "{wrong}");
        }
        assert!(checked_id("x".repeat(101)).is_err() && checked_id("x".repeat(100)).is_ok());
    }
}
