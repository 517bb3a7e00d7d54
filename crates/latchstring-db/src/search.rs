//! Looking for words in rows, the same on every database.

use sea_orm::{
    ColumnTrait, Condition, IntoSimpleExpr,
    sea_query::{ExprTrait, LikeExpr, SimpleExpr},
};

/// What a search may find of a row, to be kept in one column. Databases fold the case of ASCII letters only, so it is folded
/// here, letter by letter.
pub fn searchable(texts: &[Option<&str>]) -> String {
    let texts: Vec<&str> = texts.iter().copied().flatten().collect();
    folded(&texts.join("\n"))
}

/// Every word of a search is somewhere in a column of [`searchable`] text, whatever its case.
pub fn has_words<C: ColumnTrait + IntoSimpleExpr>(column: C, search: Option<&str>) -> Condition {
    let words = search.into_iter().flat_map(str::split_whitespace);
    words.fold(Condition::all(), |all, word| all.add(has_word(column, word)))
}

/// Every word of a search is somewhere in the column, or in what else this says of the word.
pub fn has_words_or<C: ColumnTrait + IntoSimpleExpr>(
    column: C,
    search: Option<&str>,
    or: impl Fn(&str) -> SimpleExpr,
) -> Condition {
    let words = search.into_iter().flat_map(str::split_whitespace);
    let either = |word| Condition::any().add(has_word(column, word)).add(or(word));
    words.map(either).fold(Condition::all(), Condition::add)
}

/// A word is somewhere in a column of [`searchable`] text, whatever its case.
pub fn has_word<C: ColumnTrait + IntoSimpleExpr>(column: C, word: &str) -> SimpleExpr {
    let pattern = LikeExpr::new(format!("%{}%", escaped(word)));
    column.into_simple_expr().like(pattern.escape('\\'))
}

/// A text in lower case, in which nothing has a meaning to `LIKE` with `\` as its escape.
pub fn escaped(text: &str) -> String {
    folded(text)
        .replace('\\', "\\\\")
        .replace('%', "\\%")
        .replace('_', "\\_")
}

fn folded(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_is_folded_beyond_ascii_and_nothing_is_a_pattern() {
        assert_eq!(searchable(&[Some("ÄPFEL"), None, Some("L-O")]), "äpfel\nl-o");
        assert_eq!(escaped("100%_\\Ä"), "100\\%\\_\\\\ä");
    }
}
