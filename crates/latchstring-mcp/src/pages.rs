//! Long lists, a page at a time.

use rmcp::{ErrorData, model::PaginatedRequestParams};

/// How many items a page has.
const PAGE: usize = 100;

/// The page that is asked for, and the cursor of the next one. A cursor is the place where its page begins; clients take it
/// as it is, and there is nothing to learn from another.
///
/// # Errors
/// When the cursor is none of ours.
pub(crate) fn page<T>(
    items: Vec<T>,
    asked: Option<PaginatedRequestParams>,
) -> Result<(Vec<T>, Option<String>), ErrorData> {
    let begin = match asked.and_then(|asked| asked.cursor) {
        None => 0,
        Some(cursor) => cursor
            .parse::<usize>()
            .ok()
            .filter(|at| *at > 0 && *at % PAGE == 0 && *at < items.len())
            .ok_or_else(|| ErrorData::invalid_params("this is no cursor of this list; begin without one", None))?,
    };
    let next = (begin + PAGE < items.len()).then(|| (begin + PAGE).to_string());
    Ok((items.into_iter().skip(begin).take(PAGE).collect(), next))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(count: usize, cursor: Option<&str>) -> Result<(Vec<usize>, Option<String>), ErrorData> {
        let asked = cursor.map(|cursor| PaginatedRequestParams::default().with_cursor(Some(cursor.to_owned())));
        page((0..count).collect(), asked)
    }

    #[test]
    fn every_item_is_on_one_page_and_the_last_has_no_next() {
        for count in [0, 1, 100, 101, 250] {
            let (mut all, mut cursor) = of(count, None).expect("a page");
            while let Some(next) = cursor {
                let (more, after) = of(count, Some(&next)).expect("a page");
                assert!(!more.is_empty());
                all.extend(more);
                cursor = after;
            }
            assert_eq!(all, (0..count).collect::<Vec<_>>());
        }
    }

    #[test]
    fn x02_a_cursor_that_is_none_is_refused() {
        for wrong in ["", "0", "1", "99", "300", "-100", "x", "18446744073709551616"] {
            assert!(of(250, Some(wrong)).is_err(), "{wrong}");
        }
    }
}
