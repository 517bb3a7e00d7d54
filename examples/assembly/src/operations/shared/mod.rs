//! What several operations have in common.

pub(crate) mod buildable;
pub(crate) mod change_rows;
pub(crate) mod composition;
pub(crate) mod differences;
pub(crate) mod levels;
pub(crate) mod made_of;
pub(crate) mod paging;
pub(crate) mod set_levels;
