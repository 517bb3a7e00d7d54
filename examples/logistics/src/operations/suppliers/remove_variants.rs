//! `suppliers.remove_variants`

use latchstring::{Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeSet;

use crate::model::{Refusal, SupplierId, SupplierVariant, VariantId};
use crate::operations::shared::found;
use crate::operations::shared::outcome::{Outcome, Outcomes};
use crate::operations::shared::paging::up_to;
use crate::operations::shared::suppliers::record_link;
use crate::{Logistics, Writer};

/// Removes variants from what a supplier delivers. Where it was the primary supplier, the default supplier is from
/// then on. The default supplier itself keeps everything.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct RemoveVariantsSupplier {
    /// The supplier's id, from `app.suppliers.list({ search })`.
    supplier_id: SupplierId,
    /// Which, 1 to 500.
    variant_ids: Vec<VariantId>,
}

impl Command for RemoveVariantsSupplier {
    const NAME: &'static str = "suppliers.remove_variants";
    const TITLE: &'static str = "Say what a supplier no longer delivers";
    const EXAMPLE: &'static str =
        r#"await app.suppliers.removeVariants({ supplierId: "sup_glass", variantIds: ["42003"] });"#;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (ErrorCode::NotFound, "the store has no such supplier"),
        (ErrorCode::InvalidState, "it is the default supplier"),
        (ErrorCode::InvalidInput, "`variantIds` is empty or has more than 500"),
    ];
    type Domain = Logistics;
    type Output = Outcomes;

    async fn run(self, _: &Context, db: &mut Writer) -> Result<Outcomes, OperationError> {
        up_to(500, "variantIds", self.variant_ids.len())?;
        let supplier = found::supplier(db.reader(), &self.supplier_id).await?;
        if supplier.is_default {
            return Err(Refusal::state(
                "this is the default supplier, which every variant has; nothing can be removed",
            )
            .into());
        }
        let links = db.reader().links_of(&supplier.id, &self.variant_ids).await?;
        let default = db.reader().default_supplier().await?;
        let (mut results, mut gone, mut promoted) = (Vec::new(), BTreeSet::new(), Vec::new());
        for id in self.variant_ids {
            let Some(link) = links.get(&id).filter(|_| !gone.contains(&id)) else {
                results.push(Err(OperationError::not_found(
                    "variant of this supplier",
                    &id,
                    "suppliers.variants({ supplierId })",
                )));
                continue;
            };
            if link.is_primary {
                promoted.push(id.clone());
            }
            gone.insert(id);
            results.push(Ok(Outcome::Removed));
        }
        let gone: Vec<VariantId> = gone.into_iter().collect();
        db.drop_links(&supplier.id, &gone).await?;
        for id in &gone {
            record_link(db, links.get(id), None)?;
        }
        if let Some(default) = default {
            let links = db.reader().links_of(&default.id, &promoted).await?;
            let promoted = promoted.into_iter().map(|id| {
                let new = || SupplierVariant::new(default.id.clone(), id.clone(), default.currency.clone());
                SupplierVariant {
                    is_primary: true,
                    ..links.get(&id).cloned().unwrap_or_else(new)
                }
            });
            let promoted: Vec<SupplierVariant> = promoted.collect();
            db.put_links(&promoted).await?;
            for link in &promoted {
                record_link(db, links.get(&link.variant), Some(link))?;
            }
        }
        Outcomes::of(results)
    }
}
