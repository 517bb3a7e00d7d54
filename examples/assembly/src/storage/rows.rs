//! The rows of BOMs and sub-assemblies: whole structures at once, never one row at a time.

use std::collections::{BTreeMap, BTreeSet};

use latchstring::db::{CHUNK, column::checked};
use sea_orm::{ColumnTrait, IntoActiveModel, QueryFilter, QueryOrder};

use super::{
    Kind, Reader, StorageError, Writer,
    entity::{bom, component_row, nested_row, sub_assembly},
};
use crate::model::{
    BomId, ComponentRow, NestedRow, Owner, SubAssembly, SubAssemblyId, VariantId,
    graph::MAX_DEPTH,
    structure::{Parts, Rows},
};

/// The two columns that say whose row it is.
pub(super) fn owner(kind: Kind, id: String) -> Result<Owner, StorageError> {
    match kind {
        Kind::Bom => Ok(Owner::Bom(checked("rows", "owner_id", id)?)),
        Kind::SubAssembly => Ok(Owner::SubAssembly(checked("rows", "owner_id", id)?)),
        Kind::Material | Kind::Displayed => Err(StorageError::Inconsistent {
            table: "rows",
            column: "owner_kind",
            value: id,
            why: "a material is made of nothing".to_owned(),
        }),
    }
}

pub(super) fn kind_of(owner: &Owner) -> Kind {
    match owner {
        Owner::Bom(_) => Kind::Bom,
        Owner::SubAssembly(_) => Kind::SubAssembly,
    }
}

impl Reader {
    /// These things with everything they are made of: one round of queries per level, whatever their number.
    pub(crate) async fn parts(&self, roots: &[Owner]) -> Result<Parts, StorageError> {
        let mut all = BTreeMap::new();
        let mut known: BTreeSet<Owner> = roots.iter().cloned().collect();
        let mut level: Vec<Owner> = roots.to_vec();
        // One level more than is allowed: a structure that is too deep is then found to be so.
        for _ in 0..=MAX_DEPTH + 1 {
            let rows = self.rows(&level).await?;
            let nested = rows.values().flat_map(|rows| &rows.nested);
            let next = nested.map(|row| Owner::SubAssembly(row.sub_assembly.clone()));
            level = next.filter(|owner| known.insert(owner.clone())).collect();
            all.extend(rows);
            if level.is_empty() {
                break;
            }
        }
        let mut parts = Parts {
            rows: all,
            ..Parts::default()
        };
        let nested: BTreeSet<&str> = parts
            .rows
            .values()
            .flat_map(|rows| &rows.nested)
            .map(|row| row.sub_assembly.as_str())
            .collect();
        for ids in nested.into_iter().collect::<Vec<_>>().chunks(CHUNK) {
            let select = self
                .all::<sub_assembly::Entity>()
                .filter(sub_assembly::Column::Id.is_in(ids.iter().copied()));
            for row in select.all(self.transaction()).await? {
                let sub_assembly = SubAssembly::try_from(row)?;
                parts.sub_assemblies.insert(sub_assembly.id.clone(), sub_assembly);
            }
        }
        let materials: BTreeSet<&VariantId> = parts
            .rows
            .values()
            .flat_map(|rows| &rows.components)
            .map(|row| &row.material)
            .collect();
        let materials: Vec<VariantId> = materials.into_iter().cloned().collect();
        parts.materials = self.materials(&materials).await?;
        Ok(parts)
    }

    /// The rows of these things.
    async fn rows(&self, owners: &[Owner]) -> Result<BTreeMap<Owner, Rows>, StorageError> {
        let mut rows: BTreeMap<Owner, Rows> = BTreeMap::new();
        for kind in [Kind::Bom, Kind::SubAssembly] {
            let ids: Vec<&str> = owners
                .iter()
                .filter(|owner| kind_of(owner) == kind)
                .map(Owner::id)
                .collect();
            for ids in ids.chunks(CHUNK) {
                let select = self
                    .all::<component_row::Entity>()
                    .filter(component_row::Column::OwnerKind.eq(kind));
                let select = select.filter(component_row::Column::OwnerId.is_in(ids.iter().copied()));
                for row in select
                    .order_by_asc(component_row::Column::Position)
                    .all(self.transaction())
                    .await?
                {
                    let owner = owner(row.owner_kind, row.owner_id.clone())?;
                    rows.entry(owner).or_default().components.push(row.try_into()?);
                }
                let select = self
                    .all::<nested_row::Entity>()
                    .filter(nested_row::Column::OwnerKind.eq(kind));
                let select = select.filter(nested_row::Column::OwnerId.is_in(ids.iter().copied()));
                for row in select
                    .order_by_asc(nested_row::Column::Position)
                    .all(self.transaction())
                    .await?
                {
                    let owner = owner(row.owner_kind, row.owner_id.clone())?;
                    rows.entry(owner).or_default().nested.push(row.try_into()?);
                }
            }
        }
        Ok(rows)
    }

    /// What a thing is directly made of.
    pub(crate) async fn rows_of(&self, owner: &Owner) -> Result<Rows, StorageError> {
        let rows = self.rows(std::slice::from_ref(owner)).await?.remove(owner);
        Ok(rows.unwrap_or_default())
    }
}

impl Writer {
    /// Puts these rows in place of the old ones.
    pub(crate) async fn replace_rows(&self, owner: &Owner, rows: &Rows) -> Result<(), StorageError> {
        self.drop_rows(owner).await?;
        let store_id = self.reader().owner();
        let (owner_kind, owner_id) = (kind_of(owner), owner.id());
        let component = |(position, row): (i32, &ComponentRow)| {
            let row = component_row::Model {
                store_id,
                owner_kind,
                owner_id: owner_id.to_owned(),
                material_id: row.material.to_string(),
                position,
                quantity: row.quantity.micros(),
                waste: row.waste.percent().micros(),
                location_id: row.location.as_ref().map(ToString::to_string),
                alternatives: row
                    .alternatives
                    .iter()
                    .map(VariantId::as_str)
                    .collect::<Vec<_>>()
                    .join(" "),
            };
            row.into_active_model()
        };
        self.insert((0..).zip(&rows.components).map(component).collect())
            .await?;
        let nested = |(position, row): (i32, &NestedRow)| {
            let row = nested_row::Model {
                store_id,
                owner_kind,
                owner_id: owner_id.to_owned(),
                sub_assembly_id: row.sub_assembly.to_string(),
                position,
                quantity: row.quantity.micros(),
            };
            row.into_active_model()
        };
        self.insert((0..).zip(&rows.nested).map(nested).collect()).await
    }

    async fn drop_rows(&self, owner: &Owner) -> Result<(), StorageError> {
        let kind = kind_of(owner);
        let delete = self
            .delete::<component_row::Entity>()
            .filter(component_row::Column::OwnerKind.eq(kind));
        delete
            .filter(component_row::Column::OwnerId.eq(owner.id()))
            .exec(self.transaction())
            .await?;
        let delete = self
            .delete::<nested_row::Entity>()
            .filter(nested_row::Column::OwnerKind.eq(kind));
        delete
            .filter(nested_row::Column::OwnerId.eq(owner.id()))
            .exec(self.transaction())
            .await?;
        Ok(())
    }

    /// Deletes a BOM with its rows and its shelf. Materials and their stock stay.
    pub(crate) async fn delete_bom(&self, id: &BomId) -> Result<(), StorageError> {
        self.drop_rows(&Owner::Bom(id.clone())).await?;
        self.drop_levels(Kind::Bom, id.as_str()).await?;
        let delete = self.delete::<bom::Entity>().filter(bom::Column::Id.eq(id.as_str()));
        delete.exec(self.transaction()).await?;
        Ok(())
    }

    /// Deletes a sub-assembly that nothing uses, with its rows and its shelf. Materials and their stock stay.
    pub(crate) async fn delete_sub_assembly(&self, id: &SubAssemblyId) -> Result<(), StorageError> {
        self.drop_rows(&Owner::SubAssembly(id.clone())).await?;
        self.drop_levels(Kind::SubAssembly, id.as_str()).await?;
        let delete = self
            .delete::<sub_assembly::Entity>()
            .filter(sub_assembly::Column::Id.eq(id.as_str()));
        delete.exec(self.transaction()).await?;
        Ok(())
    }
}
