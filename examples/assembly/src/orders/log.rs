//! What was done for an event, as it is kept and shown.

use serde::{Deserialize, Serialize};

use crate::model::{BomId, LocationId, Move, Quantity, VariantId};

/// What was done for an event.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Done {
    /// Line by line; empty where no active BOM was sold, or nothing is put back by the store's settings.
    pub lines: Vec<LineDone>,
    /// Why the shop platform has not been told yet.
    pub sync_error: Option<String>,
}

/// What was done for units of one finished good.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LineDone {
    /// Which BOM.
    pub bom_id: BomId,
    /// The finished good.
    pub variant_id: VariantId,
    /// Where.
    pub location_id: LocationId,
    /// How many were taken, or put back if below zero.
    pub units: i64,
    /// Every count that changed, and by how much.
    pub moves: Vec<Move>,
    /// What there was not enough of.
    pub missing: Vec<Move>,
    /// What to pick, for BOMs that ask for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub material_list: Option<Vec<Move>>,
    /// What would have been put back somewhere that is gone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lost: Vec<Move>,
    /// How many the shop shows now, if it follows what can be sold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub displayed: Option<Quantity>,
}
