//! Pages of lists, the same for every list.

use latchstring::{OperationError, values::one_line};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(crate) use latchstring::values::search;

use crate::storage::Page;

const MOST: usize = 1000;
const USUAL: i64 = 100;
/// Names in one `vendorFilter`; databases limit the number of parameters.
const VENDORS: usize = 100;

/// Which page, checked.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Paging {
    page: u32,
    size: u32,
}

impl Paging {
    /// The page asked for: the first of a hundred, unless said otherwise.
    pub(crate) fn new(page: Option<i64>, size: Option<i64>) -> Result<Self, OperationError> {
        Self::up_to(MOST, page, size)
    }

    /// The same where less than usual fits on a page.
    pub(crate) fn up_to(most: usize, page: Option<i64>, size: Option<i64>) -> Result<Self, OperationError> {
        let (page, size) = (page.unwrap_or(1), size.unwrap_or(USUAL));
        if page < 1 {
            return Err(OperationError::invalid_input(format!(
                "`page` is `{page}`; pages count from 1"
            )));
        }
        if usize::try_from(size).map_or(true, |size| !(1..=most).contains(&size)) {
            let text = format!("`pageSize` is `{size}`; it lies between 1 and {most}, so ask for several pages");
            return Err(OperationError::invalid_input(text));
        }
        let too_far =
            |_| OperationError::invalid_input(format!("`page` is `{page}`; `totalPages` says how many there are"));
        Ok(Self {
            page: u32::try_from(page).map_err(too_far)?,
            size: u32::try_from(size).map_err(OperationError::internal)?,
        })
    }

    /// The rows on it.
    pub(crate) fn rows(self) -> Page {
        Page {
            offset: u64::from(self.page - 1) * u64::from(self.size),
            limit: u64::from(self.size),
        }
    }

    /// What is on it, of a list that is known whole.
    pub(crate) fn of<T>(self, all: Vec<T>) -> Vec<T> {
        let page = self.rows();
        let (offset, limit) = (usize::try_from(page.offset), usize::try_from(page.limit));
        all.into_iter()
            .skip(offset.unwrap_or(usize::MAX))
            .take(limit.unwrap_or(usize::MAX))
            .collect()
    }

    /// What is told of it besides its items.
    pub(crate) fn envelope<T>(self, items: Vec<T>, total_count: u64) -> Listed<T> {
        Listed {
            items,
            total_count,
            page: self.page,
            page_size: self.size,
            total_pages: total_count.div_ceil(u64::from(self.size)),
        }
    }
}

/// One page of a list.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Listed<T> {
    /// What is on this page.
    items: Vec<T>,
    /// How many there are on all pages.
    total_count: u64,
    /// Which page this is, from 1.
    page: u32,
    /// How many fit on a page.
    page_size: u32,
    /// How many pages there are.
    total_pages: u64,
}

/// One page of a list that can be filtered by vendor.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ListedByVendor<T> {
    #[serde(flatten)]
    pub(crate) list: Listed<T>,
    /// Every vendor there is, for `vendorFilter`; empty where nothing has a vendor.
    pub(crate) available_vendors: Vec<String>,
}

/// The direction of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SortOrder {
    /// Small, early or A first.
    #[default]
    Asc,
    /// Large, late or Z first.
    Desc,
}

/// The vendors to list, checked; none: whoever it is.
pub(crate) fn vendors(names: Option<Vec<String>>) -> Result<Vec<String>, OperationError> {
    let Some(names) = names else {
        return Ok(Vec::new());
    };
    if !(1..=VENDORS).contains(&names.len()) {
        let text = format!(
            "`vendorFilter` has {} names; name 1 to {VENDORS}, or leave it out for all vendors",
            names.len()
        );
        return Err(OperationError::invalid_input(text));
    }
    for name in &names {
        one_line(name).map_err(|error| OperationError::invalid_input(format!("`vendorFilter`: {error}")))?;
    }
    Ok(names)
}

/// Refuses a list of ids that is empty or too long. `field` is where it was given.
pub(crate) fn up_to_a_hundred(field: &str, length: usize) -> Result<(), OperationError> {
    match length {
        1..=100 => Ok(()),
        _ => Err(OperationError::invalid_input(format!(
            "`{field}` has {length} ids; give 1 to 100 in one call"
        ))),
    }
}
