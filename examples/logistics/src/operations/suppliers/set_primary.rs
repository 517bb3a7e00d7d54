//! `suppliers.set_primary`

use latchstring::{ChangeAction, Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::model::{Refusal, SupplierId, VariantId};
use crate::operations::shared::found;
use crate::{Logistics, Writer};

/// Makes a supplier the primary one of a variant: the forecast reckons with its terms from then on. It must deliver
/// the variant already.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct SetPrimarySupplier {
    /// Of what.
    variant_id: VariantId,
    /// The supplier's id, from `app.suppliers.list({ search })`.
    supplier_id: SupplierId,
}

/// Who is primary now.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PrimarySet {
    variant_id: VariantId,
    supplier_id: SupplierId,
    /// Who was before.
    before: Option<SupplierId>,
}

impl Command for SetPrimarySupplier {
    const NAME: &'static str = "suppliers.set_primary";
    const TITLE: &'static str = "Choose the primary supplier";
    const EXAMPLE: &'static str =
        r#"await app.suppliers.setPrimary({ variantId: "42003", supplierId: "sup_nordtimber" });"#;
    const IDEMPOTENT: bool = true;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (ErrorCode::NotFound, "the variant or the supplier does not exist"),
        (
            ErrorCode::InvalidState,
            "the supplier does not deliver it, or is archived",
        ),
    ];
    type Domain = Logistics;
    type Output = PrimarySet;

    async fn run(self, _: &Context, db: &mut Writer) -> Result<PrimarySet, OperationError> {
        let variants = std::slice::from_ref(&self.variant_id);
        found::variants(db.reader(), variants).await?;
        let supplier = found::supplier(db.reader(), &self.supplier_id).await?;
        supplier.check_open()?;
        let mut links = db.reader().links_for(variants).await?;
        let before = links
            .iter()
            .find(|link| link.is_primary)
            .map(|link| link.supplier.clone());
        if !links.iter().any(|link| link.supplier == supplier.id) {
            return Err(Refusal::state(format!(
                "supplier `{}` does not deliver variant `{}`; say that it does with `app.suppliers.setVariants` first",
                supplier.id, self.variant_id
            ))
            .into());
        }
        for link in &mut links {
            link.is_primary = link.supplier == supplier.id;
        }
        db.put_links(&links).await?;
        let told = |id: &Option<SupplierId>| Some(json!({ "primarySupplierId": id }));
        let after = Some(supplier.id.clone());
        db.record(
            "variant",
            self.variant_id.clone(),
            ChangeAction::Updated,
            told(&before),
            told(&after),
        );
        Ok(PrimarySet {
            variant_id: self.variant_id,
            supplier_id: supplier.id,
            before,
        })
    }
}
