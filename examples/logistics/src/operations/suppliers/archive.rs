//! `suppliers.archive`

use latchstring::{ChangeAction, Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::{Refusal, SupplierId};
use crate::operations::shared::changes::differences;
use crate::operations::shared::outlook::check_unused;
use crate::operations::shared::suppliers::{SupplierChanged, supplier_at, view_of};
use crate::{Logistics, Writer};

/// Archives a supplier: nothing new can be ordered there, its automatic forecast view is gone, and its orders stay.
/// With `archived: false` it comes back. The default supplier cannot be archived.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ArchiveSupplier {
    /// The supplier's id, from `app.suppliers.list({ search })`.
    supplier_id: SupplierId,
    /// False to bring it back; true if left out.
    archived: Option<bool>,
    /// Refuse unless the supplier is still at this version; it is in what `get`, `list` and every change of it
    /// answer.
    expected_version: Option<u64>,
}

impl Command for ArchiveSupplier {
    const NAME: &'static str = "suppliers.archive";
    const TITLE: &'static str = "Archive a supplier";
    const EXAMPLE: &'static str = r#"await app.suppliers.archive({ supplierId: "sup_glass" });"#;
    const IDEMPOTENT: bool = true;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (ErrorCode::NotFound, "the store has no such supplier"),
        (ErrorCode::Conflict, "it is not at `expectedVersion`"),
        (ErrorCode::InvalidState, "it is the default supplier"),
        (ErrorCode::InUse, "a report or the rule uses its forecast view"),
    ];
    type Domain = Logistics;
    type Output = SupplierChanged;

    async fn run(self, cx: &Context, db: &mut Writer) -> Result<SupplierChanged, OperationError> {
        let before = supplier_at(db.reader(), &self.supplier_id, self.expected_version).await?;
        let mut supplier = before.clone();
        let archived = self.archived.unwrap_or(true);
        if supplier.is_default && archived {
            return Err(
                Refusal::state("this is the default supplier, which every variant has; it cannot be archived").into(),
            );
        }
        if supplier.is_archived != archived {
            supplier.is_archived = archived;
            supplier.version += 1;
            supplier.updated_at = cx.now();
            if archived {
                if let Some(view) = db.reader().view_of(&supplier.id).await? {
                    check_unused(db.reader(), &view).await?;
                }
                db.drop_view_of(&supplier.id).await?;
            } else {
                db.put_view(&view_of(&supplier, cx.new_uuid())).await?;
            }
        }
        let (was, is) = differences(&before, &supplier);
        db.put_supplier(&supplier).await?;
        db.record(
            "supplier",
            supplier.id.clone(),
            ChangeAction::Updated,
            Some(was),
            Some(is),
        );
        Ok(SupplierChanged {
            supplier: supplier.into(),
        })
    }
}
