//! Changing what something is made of: the same for BOMs and sub-assemblies.
//!
//! Every operation on rows is: read the thing and its rows, work out the new rows, hand both to [`change_rows`].

use latchstring::{ChangeAction, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    composition::{RowInput, Whole, check_rows, check_structure, register, rows_over},
    differences::differences,
    made_of::{Component, Nested, Shown},
};
use crate::{
    Reader, Writer,
    error::{no_bom, no_sub_assembly},
    model::{
        Bom, BomId, Owner, RowsError, SubAssembly, SubAssemblyId, VariantId,
        rows::{self, Row},
        structure::Rows,
    },
    operations::{
        boms::list::{BomItem, shown_one_with as shown_bom},
        sub_assemblies::list::{SubAssemblyItem, shown_one_with as shown_sub_assembly},
    },
    storage::StorageError,
};

/// What happens to rows that are not given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Mode {
    /// They stay, and so do the fields that are left out of a row that is there already.
    #[default]
    Merge,
    /// They go.
    Replace,
}

impl Mode {
    pub(crate) fn apply<I: RowInput>(self, old: &[I::Row], given: Option<Vec<I>>) -> Result<Vec<I::Row>, RowsError> {
        match (self, given) {
            (_, None) => Ok(old.to_vec()),
            (Self::Merge, Some(given)) => rows::merge(old, &rows_over(given, old)?),
            (Self::Replace, Some(given)) => {
                let given = rows_over(given, &[])?;
                rows::check(&given).map(|()| given)
            }
        }
    }
}

/// Something that has rows.
pub(crate) trait Made: Sized + Send {
    /// As the rows' owner.
    fn owner(&self) -> Owner;

    /// The finished good that it makes, if it makes one.
    fn product(&self) -> Option<&VariantId>;

    /// What people call it.
    fn name(&self) -> &str;

    /// Refuses rows that it must not have.
    fn check(&self, after: &Rows) -> Result<(), OperationError>;

    /// Stores that it has changed.
    fn save_changed(self, cx: &Context, db: &Writer) -> impl Future<Output = Result<Self, StorageError>> + Send;
}

impl Made for Bom {
    fn owner(&self) -> Owner {
        Owner::Bom(self.id.clone())
    }

    fn product(&self) -> Option<&VariantId> {
        Some(&self.variant)
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn check(&self, after: &Rows) -> Result<(), OperationError> {
        if self.settings.active && after.is_empty() {
            let text = format!(
                "BOM `{}` is active and would have no components left; first call `app.boms.configure` with \
                 {{ active: false }}",
                self.id
            );
            return Err(OperationError::new(ErrorCode::InvalidState, text));
        }
        Ok(())
    }

    async fn save_changed(self, cx: &Context, db: &Writer) -> Result<Self, StorageError> {
        let bom = self.changed(cx.now());
        db.save_bom(&bom).await?;
        Ok(bom)
    }
}

impl Made for SubAssembly {
    fn owner(&self) -> Owner {
        Owner::SubAssembly(self.id.clone())
    }

    fn product(&self) -> Option<&VariantId> {
        None
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn check(&self, _: &Rows) -> Result<(), OperationError> {
        Ok(())
    }

    async fn save_changed(self, cx: &Context, db: &Writer) -> Result<Self, StorageError> {
        let sub_assembly = self.changed(cx.now());
        db.save_sub_assembly(&sub_assembly).await?;
        Ok(sub_assembly)
    }
}

/// A BOM to change, at the version that the caller expects.
pub(crate) async fn bom_at(db: &Reader, id: &BomId, expected: Option<u64>) -> Result<Bom, OperationError> {
    let bom = db.bom(id).await?.ok_or_else(|| no_bom(id))?;
    OperationError::check_version(expected, bom.version, format_args!("BOM `{id}`"))?;
    Ok(bom)
}

/// A sub-assembly to change, at the version that the caller expects.
pub(crate) async fn sub_assembly_at(
    db: &Reader,
    id: &SubAssemblyId,
    expected: Option<u64>,
) -> Result<SubAssembly, OperationError> {
    let found = db.sub_assembly(id).await?.ok_or_else(|| no_sub_assembly(id))?;
    OperationError::check_version(expected, found.version, format_args!("sub-assembly `{id}`"))?;
    Ok(found)
}

/// Puts new rows in place of the old ones, after every check. Rows that are as they were change nothing.
///
/// Answers the thing as it is now, and the catalogue variants that were registered for it.
pub(crate) async fn change_rows<M: Made>(
    cx: &Context,
    db: &mut Writer,
    made: M,
    before: &Rows,
    after: &Rows,
) -> Result<(M, Vec<VariantId>), OperationError> {
    let owner = made.owner();
    rows::check(&after.components)?;
    rows::check(&after.nested)?;
    made.check(after)?;
    let to_register = check_rows(cx, db.reader(), before, after).await?;
    let whole = Whole {
        owner: &owner,
        product: made.product(),
        is_new: false,
    };
    check_structure(db.reader(), whole, after).await?;
    if before == after {
        return Ok((made, Vec::new()));
    }

    register(db, &to_register).await?;
    db.replace_rows(&owner, after).await?;
    let made = made.save_changed(cx, db).await?;
    let (before, after) = differences(before, after);
    let told = |rows: Value| Some(json!({ "name": made.name(), "rows": rows }));
    let (was, is) = (told(json!(before)), told(json!(after)));
    let entity = match &owner {
        Owner::Bom(_) => "bom",
        Owner::SubAssembly(_) => "sub_assembly",
    };
    db.record(entity, owner.id(), ChangeAction::Updated, was, is);
    Ok((made, to_register.into_iter().map(|material| material.id).collect()))
}

/// A BOM with what it is made of now.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BomRows {
    bom: BomItem,
    /// Its materials.
    components: Vec<Component>,
    /// Its sub-assemblies.
    sub_assemblies: Vec<Nested>,
    /// Catalogue variants that were registered as raw materials for it.
    registered_variant_ids: Vec<VariantId>,
}

/// A sub-assembly with what it is made of now.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SubAssemblyRows {
    sub_assembly: SubAssemblyItem,
    /// Its materials.
    components: Vec<Component>,
    /// The sub-assemblies in it.
    sub_assemblies: Vec<Nested>,
    /// Catalogue variants that were registered as raw materials for it.
    registered_variant_ids: Vec<VariantId>,
}

impl BomRows {
    pub(crate) async fn shown(
        db: &Reader,
        (bom, registered_variant_ids): (Bom, Vec<VariantId>),
    ) -> Result<Self, OperationError> {
        let owner = bom.owner();
        let parts = db.parts(std::slice::from_ref(&owner)).await?;
        let (components, sub_assemblies) = Shown::read(db, &parts).await?.rows(&owner);
        Ok(Self {
            bom: shown_bom(db, bom, &parts).await?,
            components,
            sub_assemblies,
            registered_variant_ids,
        })
    }
}

impl SubAssemblyRows {
    pub(crate) async fn shown(
        db: &Reader,
        (made, registered_variant_ids): (SubAssembly, Vec<VariantId>),
    ) -> Result<Self, OperationError> {
        let owner = made.owner();
        let parts = db.parts(std::slice::from_ref(&owner)).await?;
        let (components, sub_assemblies) = Shown::read(db, &parts).await?.rows(&owner);
        Ok(Self {
            sub_assembly: shown_sub_assembly(db, made, &parts).await?,
            components,
            sub_assemblies,
            registered_variant_ids,
        })
    }
}

/// Adds a row that is not there yet.
pub(crate) fn with_new<R: Row>(
    owner: &Owner,
    mut rows: Vec<R>,
    row: R,
    change_with: &str,
) -> Result<Vec<R>, OperationError> {
    if rows.iter().any(|old| old.key() == row.key()) {
        let text = format!(
            "`{}` is in {owner} already; change its row with `{change_with}`",
            row.key()
        );
        return Err(OperationError::new(ErrorCode::Conflict, text));
    }
    rows.push(row);
    Ok(rows)
}

/// Changes the row about this, which must be there.
pub(crate) fn with_changed<R: Row>(
    owner: &Owner,
    mut rows: Vec<R>,
    key: &R::Key,
    change: impl FnOnce(R) -> R,
) -> Result<Vec<R>, OperationError> {
    let place = rows.iter().position(|row| row.key() == key);
    let place = place.ok_or_else(|| no_row(owner, &rows, key))?;
    rows[place] = change(rows[place].clone());
    Ok(rows)
}

/// Takes out the row about this, which must be there.
pub(crate) fn without<R: Row>(owner: &Owner, mut rows: Vec<R>, key: &R::Key) -> Result<Vec<R>, OperationError> {
    let place = rows.iter().position(|row| row.key() == key);
    let place = place.ok_or_else(|| no_row(owner, &rows, key))?;
    rows.remove(place);
    Ok(rows)
}

fn no_row<R: Row>(owner: &Owner, rows: &[R], key: &R::Key) -> OperationError {
    let there: Vec<String> = rows.iter().take(50).map(|row| row.key().to_string()).collect();
    let text = format!("{owner} has no row of `{key}`; `details.rows` lists what it has");
    OperationError::new(ErrorCode::NotFound, text).with_details(json!({ "rows": there }))
}
