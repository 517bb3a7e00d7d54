//! Pages of lists, the same for every list.

use latchstring::OperationError;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::storage::Page;

const MOST: u32 = 1000;
const USUAL: u32 = 100;

/// Which page, checked.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Paging {
    page: u32,
    size: u32,
}

impl Paging {
    /// The page asked for: the first of a hundred, unless said otherwise.
    pub(crate) fn new(page: Option<u32>, size: Option<u32>) -> Result<Self, OperationError> {
        let (page, size) = (page.unwrap_or(1), size.unwrap_or(USUAL));
        if page == 0 {
            return Err(OperationError::invalid_input("`page` is `0`; pages count from 1"));
        }
        if !(1..=MOST).contains(&size) {
            let text = format!("`pageSize` is `{size}`; it lies between 1 and {MOST}, so ask for several pages");
            return Err(OperationError::invalid_input(text));
        }
        Ok(Self { page, size })
    }

    /// The rows on it.
    pub(crate) fn rows(self) -> Page {
        Page {
            offset: u64::from(self.page - 1) * u64::from(self.size),
            limit: u64::from(self.size),
        }
    }

    /// What is told of it besides its items.
    pub(crate) fn envelope<T>(self, items: Vec<T>, total_count: u64, available_vendors: Vec<String>) -> Listed<T> {
        Listed {
            items,
            total_count,
            page: self.page,
            page_size: self.size,
            total_pages: total_count.div_ceil(u64::from(self.size)),
            available_vendors,
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
    /// Every vendor there is, for `vendorFilter`; empty where nothing has a vendor.
    available_vendors: Vec<String>,
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

/// A search text, checked.
pub(crate) fn search(text: Option<String>) -> Result<Option<String>, OperationError> {
    match text {
        Some(text) if text.chars().count() > 200 => Err(OperationError::invalid_input(
            "`search` has more than 200 characters; a word or two is enough",
        )),
        text => Ok(text),
    }
}
