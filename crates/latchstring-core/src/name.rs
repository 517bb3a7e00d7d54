//! An operation's name and its three spellings.

use std::fmt;

/// The name of an operation: a namespace and a method in `snake_case`, such as `raw_materials.set_stock`.
///
/// ```
/// use latchstring_core::Name;
///
/// let name = Name::new("raw_materials.set_stock")?;
/// assert_eq!(name.as_str(), "raw_materials.set_stock");
/// assert_eq!(name.program(), "rawMaterials.setStock"); // in a program, after `app.`
/// assert_eq!(name.tool(), "raw_materials_set_stock"); // as a tool of its own
/// # Ok::<_, latchstring_core::NameError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name {
    operation: String,
    program: String,
    tool: String,
}

impl Name {
    /// Checks and spells a name.
    ///
    /// # Errors
    /// When it is not two words of lower-case letters, digits and underscores with one full stop between them, or is
    /// longer than 64 characters (the most that clients accept for a tool).
    pub fn new(operation: &str) -> Result<Self, NameError> {
        let wrong = || NameError(operation.to_owned());
        let (namespace, method) = operation.split_once('.').ok_or_else(wrong)?;
        let is_word = |word: &str| {
            word.starts_with(|c: char| c.is_ascii_lowercase())
                && word
                    .chars()
                    .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        };
        if !is_word(namespace) || !is_word(method) || operation.len() > 64 {
            return Err(wrong());
        }
        Ok(Self {
            operation: operation.to_owned(),
            program: format!("{}.{}", camel_case(namespace), camel_case(method)),
            tool: format!("{namespace}_{method}"),
        })
    }

    /// `raw_materials.set_stock`
    pub fn as_str(&self) -> &str {
        &self.operation
    }

    /// `rawMaterials.setStock`
    pub fn program(&self) -> &str {
        &self.program
    }

    /// `raw_materials_set_stock`
    pub fn tool(&self) -> &str {
        &self.tool
    }

    /// `rawMaterials`
    pub fn program_namespace(&self) -> &str {
        self.program.split('.').next().unwrap_or_default()
    }
}

fn camel_case(word: &str) -> String {
    let mut parts = word.split('_');
    let mut result = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let mut letters = part.chars();
        result.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        result.extend(letters);
    }
    result
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.operation)
    }
}

/// Not the name of an operation.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an operation name; write `namespace.method` in snake_case, 64 characters at most")]
pub struct NameError(String);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_needs_two_words() {
        for wrong in [
            "",
            "boms",
            "boms.",
            ".list",
            "Boms.list",
            "boms.list.all",
            "boms.li-st",
            "1boms.list",
        ] {
            assert!(Name::new(wrong).is_err(), "{wrong}");
        }
        assert!(Name::new(&format!("a.{}", "b".repeat(63))).is_err());
    }
}
