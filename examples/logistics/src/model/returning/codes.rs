//! The words that returns and counts are told in; a store may have others than these.

use crate::model::status::named;

named! {
    /// A list of words that returns and counts are told in.
    CodeKind {
        /// Why a return is made.
        RmaReason = "rma_reason",
        /// Why a line is returned.
        LineReason = "line_reason",
        /// In what state it is.
        Condition = "condition",
        /// What is to become of it.
        Disposition = "disposition",
        /// Why a count is not what was expected.
        CountReason = "count_reason",
    }
}

impl CodeKind {
    /// What a store begins with.
    pub const fn defaults(self) -> &'static [&'static str] {
        match self {
            Self::RmaReason => &[
                "damaged_in_transit",
                "defective",
                "wrong_item",
                "wrong_quantity",
                "not_ordered",
                "late_delivery",
                "quality_issue",
                "expired",
                "overstock",
                "recall",
                "other",
            ],
            Self::LineReason => &[
                "damaged",
                "defective",
                "wrong_item",
                "wrong_variant",
                "missing_parts",
                "expired",
                "quality_issue",
                "overstock",
                "recall",
                "other",
            ],
            Self::Condition => &["new", "opened", "used", "damaged", "defective", "expired"],
            Self::Disposition => &[
                "credit",
                "replace",
                "repair",
                "refund",
                "scrap",
                "return_to_stock",
                "donate",
                "other",
            ],
            Self::CountReason => &[
                "miscounted",
                "damaged",
                "lost",
                "found",
                "stolen",
                "expired",
                "sample",
                "data_error",
                "other",
            ],
        }
    }
}
