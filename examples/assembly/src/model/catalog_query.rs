//! What one types to search the catalogue: words, and fields with values as the shop platform writes them.

/// A part of a query; all parts must hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Term {
    /// A word that occurs somewhere.
    Word(String),
    /// A field that has a value.
    Field {
        /// Which field.
        field: Field,
        /// What it is, or begins with.
        value: String,
        /// Whether the value was followed by `*`.
        is_prefix: bool,
    },
}

/// What can be asked for by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// The id of what is listed.
    Id,
    /// The id of the product.
    ProductId,
    /// The SKU of a variant.
    Sku,
    /// The barcode of a variant.
    Barcode,
    /// Words in the title.
    Title,
    /// The vendor.
    Vendor,
    /// The product's type.
    ProductType,
    /// One of the product's tags.
    Tag,
    /// `active`, `draft` or `archived`.
    Status,
}

impl Field {
    /// Every field by its name in a query.
    const NAMES: [(&str, Self); 9] = [
        ("id", Self::Id),
        ("product_id", Self::ProductId),
        ("sku", Self::Sku),
        ("barcode", Self::Barcode),
        ("title", Self::Title),
        ("vendor", Self::Vendor),
        ("product_type", Self::ProductType),
        ("tag", Self::Tag),
        ("status", Self::Status),
    ];

    /// Whether a value is found anywhere in the field, not only as the whole of it.
    pub fn is_text(self) -> bool {
        match self {
            Self::Title | Self::Vendor | Self::ProductType => true,
            Self::Id | Self::ProductId | Self::Sku | Self::Barcode | Self::Tag | Self::Status => false,
        }
    }
}

/// A query that cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// A name before a colon that is no field.
    #[error(
        "a query has no field `{0}`; there are id, product_id, sku, barcode, title, vendor, product_type, tag and status. \
         Put words with a colon in quotes"
    )]
    NoField(String),
    /// A way of combining that is not there.
    #[error("a query cannot have `{0}`; all parts must hold, so ask once for each choice and put the answers together")]
    NoOperator(&'static str),
    /// Several values of something that has one.
    #[error("`{0}` takes one value; ask once for each, or take `app.catalog.getVariants` for several ids")]
    OneValue(String),
    /// Nothing behind the colon.
    #[error("`{0}:` has no value; write it behind the colon, in quotes if it has spaces")]
    NoValue(String),
}

/// Reads a query: words, `field:value`, `field:"a value"`, `field:beginning*`. `AND` is implied and may be written.
///
/// # Errors
/// When there is a field that does not exist, one without a value, or `OR` or `NOT`.
pub fn terms(query: &str) -> Result<Vec<Term>, QueryError> {
    let mut terms = Vec::new();
    for (text, is_quoted) in words(query) {
        match (text.as_str(), is_quoted) {
            ("AND", false) => {}
            ("OR", false) => return Err(QueryError::NoOperator("OR")),
            ("NOT", false) => return Err(QueryError::NoOperator("NOT")),
            (_, true) => terms.extend(text.split_whitespace().map(|word| Term::Word(word.to_owned()))),
            (_, false) => terms.push(term(&text)?),
        }
    }
    Ok(terms)
}

fn term(text: &str) -> Result<Term, QueryError> {
    if text.len() > 1 && text.starts_with('-') {
        return Err(QueryError::NoOperator("-"));
    }
    let Some((name, value)) = text.split_once(':') else {
        return Ok(Term::Word(text.to_owned()));
    };
    let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'_');
    if !is_name {
        return Ok(Term::Word(text.to_owned()));
    }
    let known = Field::NAMES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
    let Some((_, field)) = known else {
        return Err(QueryError::NoField(name.to_owned()));
    };
    let value = value.trim_matches('"');
    let (value, is_prefix) = value.strip_suffix('*').map_or((value, false), |value| (value, true));
    if value.is_empty() {
        return Err(QueryError::NoValue(name.to_owned()));
    }
    if matches!(field, Field::Id | Field::ProductId | Field::Barcode) && value.contains(',') {
        return Err(QueryError::OneValue(name.to_owned()));
    }
    Ok(Term::Field {
        field: *field,
        value: value.to_owned(),
        is_prefix,
    })
}

/// The query cut at spaces outside quotes; and for each part, whether it was in quotes as a whole.
fn words(query: &str) -> Vec<(String, bool)> {
    let mut words = Vec::new();
    let (mut word, mut is_open) = (String::new(), false);
    for one in query.chars() {
        if one == '"' {
            is_open = !is_open;
        }
        if one.is_whitespace() && !is_open {
            words.push(std::mem::take(&mut word));
        } else {
            word.push(one);
        }
    }
    words.push(word);
    let quoted = |word: String| match word.strip_prefix('"') {
        Some(rest) => (rest.trim_end_matches('"').to_owned(), true),
        None => (word, false),
    };
    words.into_iter().filter(|word| !word.is_empty()).map(quoted).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(field: Field, value: &str, is_prefix: bool) -> Term {
        Term::Field {
            field,
            value: value.to_owned(),
            is_prefix,
        }
    }

    #[test]
    fn words_and_fields_are_told_apart() {
        let read = terms(r#"desk  sku:LO-* vendor:"Helio Components" AND Status:active "a: b" 1:2"#).unwrap();
        let word = |text: &str| Term::Word(text.to_owned());
        assert_eq!(
            read,
            [
                word("desk"),
                field(Field::Sku, "LO-", true),
                field(Field::Vendor, "Helio Components", false),
                field(Field::Status, "active", false),
                word("a:"),
                word("b"),
                word("1:2"),
            ]
        );
        assert_eq!(terms("  "), Ok(Vec::new()));
    }

    #[test]
    fn what_a_query_cannot_say_is_refused_with_what_it_can() {
        for (query, part) in [
            ("colour:red", "no field `colour`"),
            ("lamp OR stool", "cannot have `OR`"),
            ("NOT lamp", "cannot have `NOT`"),
            ("sku:", "`sku:` has no value"),
            ("lamp -oak", "cannot have `-`"),
            ("id:41001,41002", "`id` takes one value"),
        ] {
            let error = terms(query).unwrap_err().to_string();
            assert!(error.contains(part), "{error}");
        }
    }
}
