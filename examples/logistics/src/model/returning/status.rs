//! Where a return stands, and what may be done with it there.

use crate::model::status::{actions, statuses};

statuses! {
    "return order",
    /// Where a return to a supplier stands.
    ReturnStatus {
        /// Being written.
        Draft = "draft",
        /// Submitted.
        PendingApproval = "pending_approval",
        /// Approved, by us or by the supplier.
        Approved = "approved",
        /// On its way.
        InTransit = "in_transit",
        /// The supplier has it.
        ReceivedBySupplier = "received_by_supplier",
        /// The supplier has looked at it.
        InspectionComplete = "inspection_complete",
        /// Credit or replacement is agreed.
        Resolved = "resolved",
        /// Closed for the books.
        Closed = "closed",
        /// Paused.
        OnHold = "on_hold",
        /// Refused.
        Rejected = "rejected",
        /// Called off.
        Cancelled = "cancelled",
    }
}

/// The way forward.
pub(super) const CHAIN: [ReturnStatus; 8] = [
    ReturnStatus::Draft,
    ReturnStatus::PendingApproval,
    ReturnStatus::Approved,
    ReturnStatus::InTransit,
    ReturnStatus::ReceivedBySupplier,
    ReturnStatus::InspectionComplete,
    ReturnStatus::Resolved,
    ReturnStatus::Closed,
];

/// The short cuts: from where to where, over what lies between.
pub(super) const SHORT_CUTS: [(ReturnStatus, ReturnStatus); 3] = [
    (ReturnStatus::Draft, ReturnStatus::Approved),
    (ReturnStatus::Approved, ReturnStatus::ReceivedBySupplier),
    (ReturnStatus::ReceivedBySupplier, ReturnStatus::Resolved),
];

actions! {
    ReturnStatus,
    /// What can be done with a return to a supplier.
    ReturnAction {
        /// Change its head.
        Update = "update": [
            Draft, PendingApproval, Approved, InTransit, ReceivedBySupplier, InspectionComplete, Resolved, OnHold, Rejected
        ],
        /// Add lines.
        AddLines = "addLines": [Draft, PendingApproval],
        /// Change a line.
        UpdateLine = "updateLine": [Draft, PendingApproval, Approved],
        /// Leave a line out.
        RemoveLine = "removeLine": [Draft, PendingApproval],
        /// Go one status forward, or by a short cut.
        Advance = "advance": [
            Draft, PendingApproval, Approved, InTransit, ReceivedBySupplier, InspectionComplete, Resolved
        ],
        /// Go back.
        Back = "back": [
            PendingApproval, Approved, InTransit, ReceivedBySupplier, InspectionComplete, Resolved, Closed, Rejected,
            Cancelled
        ],
        /// Put it on hold.
        Hold = "hold": [PendingApproval, Approved, InTransit, ReceivedBySupplier, InspectionComplete, Resolved],
        /// Go on with it.
        Resume = "resume": [OnHold],
        /// Write down that it is refused.
        Reject = "reject": [PendingApproval, Approved, InTransit, ReceivedBySupplier, InspectionComplete],
        /// Call it off.
        Cancel = "cancel": [
            Draft, PendingApproval, Approved, InTransit, ReceivedBySupplier, InspectionComplete, OnHold, Rejected
        ],
        /// Write down a credit for one line.
        CreditLine = "issueCredit for one line": [ReceivedBySupplier, InspectionComplete, Resolved],
        /// Take what it returns out of stock, or put it back.
        MoveInventory = "moveInventory": [
            Approved, InTransit, ReceivedBySupplier, InspectionComplete, Resolved, OnHold, Rejected
        ],
        /// Say how it travels.
        SetShipment = "setShipment": [
            Draft, PendingApproval, Approved, InTransit, ReceivedBySupplier, InspectionComplete, Resolved, OnHold
        ],
        /// Say from where and where to, on paper.
        SetAddresses = "setAddresses": [
            Draft, PendingApproval, Approved, InTransit, ReceivedBySupplier, InspectionComplete, Resolved, OnHold
        ],
        /// Remove it for good.
        Delete = "delete": [Draft, Cancelled],
    }
}

impl ReturnStatus {
    /// Whether its units count as returned: not where they were refused or it was called off.
    pub const fn counts(self) -> bool {
        match self {
            Self::Draft
            | Self::PendingApproval
            | Self::Approved
            | Self::InTransit
            | Self::ReceivedBySupplier
            | Self::InspectionComplete
            | Self::Resolved
            | Self::Closed
            | Self::OnHold => true,
            Self::Rejected | Self::Cancelled => false,
        }
    }
}
