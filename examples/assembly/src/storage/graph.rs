//! What is made of what around one thing: as much as a check of its rows needs, and no more of the store.

use std::collections::BTreeSet;

use latchstring::db::{CHUNK, column::checked};
use sea_orm::{
    ColumnTrait, FromQueryResult, JoinType, QueryFilter, QuerySelect, Select,
    sea_query::{Expr, ExprTrait},
};

use super::{
    Kind, Reader, StorageError,
    entity::{bom, component_row, nested_row},
    rows::{kind_of, owner},
};
use crate::model::{Graph, Owner, SubAssemblyId, VariantId, structure::Rows};

/// A row, as an edge from a whole to its part.
#[derive(FromQueryResult)]
struct Edge {
    owner_kind: Kind,
    owner_id: String,
    part_id: String,
}

impl Reader {
    /// What `whole` would be made of with these rows, directly and indirectly. A finished good that is a material
    /// counts as its BOM; `product` counts as `whole`, which makes it. One round of queries per level.
    pub(crate) async fn graph_below(
        &self,
        whole: &Owner,
        product: Option<&VariantId>,
        rows: &Rows,
    ) -> Result<Graph, StorageError> {
        let mut graph = Graph::default();
        let materials: Vec<VariantId> = rows.components.iter().map(|row| row.material.clone()).collect();
        let nested = rows
            .nested
            .iter()
            .map(|row| Owner::SubAssembly(row.sub_assembly.clone()));
        let made = self.finished_goods(&materials).await?.into_values().map(Owner::Bom);
        let mut level: Vec<Owner> = nested.chain(made).collect();
        for part in &level {
            graph.add(whole.clone(), part.clone());
        }
        if product.is_some_and(|product| materials.contains(product)) {
            graph.add(whole.clone(), whole.clone());
        }
        let mut known: BTreeSet<Owner> = level.iter().cloned().collect();
        known.insert(whole.clone());
        level.retain(|part| part != whole);
        while !level.is_empty() {
            let mut next = Vec::new();
            for (from, part) in self.parts_of(&level, whole, product).await? {
                graph.add(from, part.clone());
                if known.insert(part.clone()) {
                    next.push(part);
                }
            }
            level = next;
        }
        Ok(graph)
    }

    /// The sub-assemblies that this one is in, directly and indirectly, as a graph that is turned round: from part to
    /// whole.
    pub(crate) async fn graph_above(&self, part: &SubAssemblyId) -> Result<Graph, StorageError> {
        use nested_row::Column::{OwnerKind, SubAssemblyId as Part};
        let mut graph = Graph::default();
        let mut known: BTreeSet<String> = BTreeSet::from([part.to_string()]);
        let mut level = vec![part.to_string()];
        while !level.is_empty() {
            let mut next = Vec::new();
            for ids in level.chunks(CHUNK) {
                let select = self
                    .all::<nested_row::Entity>()
                    .filter(OwnerKind.eq(Kind::SubAssembly))
                    .filter(Part.is_in(ids));
                for edge in self.nested_edges(select).await? {
                    let (whole, part) = (sub_assembly(edge.owner_id.clone())?, sub_assembly(edge.part_id)?);
                    graph.add(part, whole);
                    if known.insert(edge.owner_id.clone()) {
                        next.push(edge.owner_id);
                    }
                }
            }
            level = next;
        }
        Ok(graph)
    }

    /// What these things are made of, directly: from whole to part.
    async fn parts_of(
        &self,
        wholes: &[Owner],
        maker: &Owner,
        product: Option<&VariantId>,
    ) -> Result<Vec<(Owner, Owner)>, StorageError> {
        use component_row::Column::{MaterialId, OwnerId as Whole, OwnerKind as WholeKind};
        let mut edges = Vec::new();
        for kind in [Kind::Bom, Kind::SubAssembly] {
            let ids: Vec<&str> = wholes
                .iter()
                .filter(|whole| kind_of(whole) == kind)
                .map(Owner::id)
                .collect();
            for ids in ids.chunks(CHUNK) {
                let nested = self
                    .all::<nested_row::Entity>()
                    .filter(nested_row::Column::OwnerKind.eq(kind))
                    .filter(nested_row::Column::OwnerId.is_in(ids.iter().copied()));
                for edge in self.nested_edges(nested).await? {
                    edges.push((owner(edge.owner_kind, edge.owner_id)?, sub_assembly(edge.part_id)?));
                }
                let components = self
                    .all::<component_row::Entity>()
                    .filter(WholeKind.eq(kind))
                    .filter(Whole.is_in(ids.iter().copied()));
                for edge in self.made_edges(components.clone()).await? {
                    let part = Owner::Bom(checked("boms", "id", edge.part_id)?);
                    edges.push((owner(edge.owner_kind, edge.owner_id)?, part));
                }
                if let Some(product) = product {
                    let users = components.filter(MaterialId.eq(product.as_str()));
                    for row in users.all(self.transaction()).await? {
                        edges.push((owner(row.owner_kind, row.owner_id)?, maker.clone()));
                    }
                }
            }
        }
        Ok(edges)
    }

    async fn nested_edges(&self, select: Select<nested_row::Entity>) -> Result<Vec<Edge>, StorageError> {
        use nested_row::Column::{OwnerId, OwnerKind, SubAssemblyId};
        let select = select.select_only().column(OwnerKind).column(OwnerId);
        let select = select.column_as(SubAssemblyId, "part_id").into_model::<Edge>();
        Ok(select.all(self.transaction()).await?)
    }

    /// The rows among these whose material is the finished good of a BOM.
    async fn made_edges(&self, select: Select<component_row::Entity>) -> Result<Vec<Edge>, StorageError> {
        use component_row::Column::{MaterialId, OwnerId, OwnerKind, StoreId};
        let made_here = Expr::col((bom::Entity, bom::Column::VariantId))
            .equals((component_row::Entity, MaterialId))
            .and(Expr::col((bom::Entity, bom::Column::StoreId)).equals((component_row::Entity, StoreId)));
        let select = select.select_only().column(OwnerKind).column(OwnerId);
        let mut select = select.column_as(bom::Column::Id, "part_id");
        QuerySelect::query(&mut select).join(JoinType::InnerJoin, bom::Entity, made_here);
        Ok(select.into_model::<Edge>().all(self.transaction()).await?)
    }
}

fn sub_assembly(id: String) -> Result<Owner, StorageError> {
    Ok(Owner::SubAssembly(checked("nested_rows", "sub_assembly_id", id)?))
}
