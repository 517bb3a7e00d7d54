//! A structure: one thing with everything it is made of, ready to be walked.
//!
//! Sub-assemblies are kept in an order in which a parent comes before its parts. So one pass over them sees the whole
//! demand for each before it goes into its parts, however many branches lead there.

use std::collections::{BTreeMap, BTreeSet};

use super::{ComponentRow, Graph, Material, NestedRow, Owner, SubAssembly, SubAssemblyId, VariantId, graph::MAX_DEPTH};

/// What one thing is made of, directly.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rows {
    /// Materials.
    pub components: Vec<ComponentRow>,
    /// Sub-assemblies.
    pub nested: Vec<NestedRow>,
}

impl Rows {
    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.components.is_empty() && self.nested.is_empty()
    }
}

/// Rows, sub-assemblies and materials, as they are stored: enough for one or several things.
#[derive(Debug, Clone, Default)]
pub struct Parts {
    /// The rows of everything in here.
    pub rows: BTreeMap<Owner, Rows>,
    /// The sub-assemblies that rows name.
    pub sub_assemblies: BTreeMap<SubAssemblyId, SubAssembly>,
    /// The materials that rows name.
    pub materials: BTreeMap<VariantId, Material>,
}

impl Parts {
    /// The rows of `owner`; none if it has none.
    pub fn rows_of(&self, owner: &Owner) -> Rows {
        self.rows.get(owner).cloned().unwrap_or_default()
    }
}

/// A sub-assembly in its place.
#[derive(Debug, Clone)]
pub(crate) struct Branch<'a> {
    pub(crate) sub_assembly: &'a SubAssembly,
    pub(crate) components: Vec<(&'a ComponentRow, &'a Material)>,
    pub(crate) nested: Vec<(usize, &'a NestedRow)>,
}

/// One thing with everything it is made of. Without cycles, and no deeper than [`MAX_DEPTH`].
#[derive(Debug, Clone)]
pub struct Structure<'a> {
    pub(crate) components: Vec<(&'a ComponentRow, &'a Material)>,
    pub(crate) nested: Vec<(usize, &'a NestedRow)>,
    /// Parents before their parts.
    pub(crate) branches: Vec<Branch<'a>>,
}

/// What is wrong with a stored structure.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StructureError {
    /// Something is made of itself.
    #[error("sub-assembly `{0}` is made of itself")]
    Cycle(SubAssemblyId),
    /// Nested deeper than allowed.
    #[error("sub-assemblies are nested more than {MAX_DEPTH} deep")]
    TooDeep,
    /// A row names a sub-assembly that is not there.
    #[error("sub-assembly `{0}` is missing")]
    NoSubAssembly(SubAssemblyId),
    /// A row names a material that is not there.
    #[error("material `{0}` is missing")]
    NoMaterial(VariantId),
}

impl<'a> Structure<'a> {
    /// The structure of `root`, out of `parts`.
    ///
    /// # Errors
    /// When the rows make no structure: a cycle, too deep, or something missing.
    pub fn of(root: &Owner, parts: &'a Parts) -> Result<Self, StructureError> {
        let order = order(root, parts)?;
        let place: BTreeMap<&SubAssemblyId, usize> = order.iter().enumerate().map(|(at, id)| (*id, at)).collect();
        let rows_of = |owner: &Owner| -> Result<_, StructureError> {
            let Some(rows) = parts.rows.get(owner) else {
                return Ok((Vec::new(), Vec::new()));
            };
            let component = |row: &'a ComponentRow| {
                let material = parts.materials.get(&row.material);
                material
                    .map(|material| (row, material))
                    .ok_or_else(|| StructureError::NoMaterial(row.material.clone()))
            };
            let components = rows.components.iter().map(component).collect::<Result<_, _>>()?;
            let nested = rows
                .nested
                .iter()
                .filter_map(|row| Some((*place.get(&row.sub_assembly)?, row)))
                .collect();
            Ok((components, nested))
        };
        let (components, nested) = rows_of(root)?;
        let mut branches = Vec::with_capacity(order.len());
        for id in order {
            let missing = || StructureError::NoSubAssembly(id.clone());
            let sub_assembly = parts.sub_assemblies.get(id).ok_or_else(missing)?;
            let (components, nested) = rows_of(&Owner::SubAssembly(id.clone()))?;
            branches.push(Branch {
                sub_assembly,
                components,
                nested,
            });
        }
        Ok(Self {
            components,
            nested,
            branches,
        })
    }

    /// Everything directly or indirectly in it, each material once.
    pub fn materials(&self) -> BTreeSet<&'a VariantId> {
        self.all_components().map(|(row, _)| &row.material).collect()
    }

    /// The sub-assemblies in it, each once, parents before their parts.
    pub fn sub_assemblies(&self) -> impl Iterator<Item = &'a SubAssembly> {
        self.branches.iter().map(|branch| branch.sub_assembly)
    }

    /// How many rows there are to walk.
    pub fn size(&self) -> usize {
        let inner = |branch: &Branch<'_>| branch.components.len() + branch.nested.len();
        self.components.len() + self.nested.len() + self.branches.iter().map(inner).sum::<usize>()
    }

    pub(crate) fn all_components(&self) -> impl Iterator<Item = &(&'a ComponentRow, &'a Material)> {
        self.components
            .iter()
            .chain(self.branches.iter().flat_map(|branch| &branch.components))
    }
}

/// The sub-assemblies below `root`, parents before their parts.
fn order<'a>(root: &Owner, parts: &'a Parts) -> Result<Vec<&'a SubAssemblyId>, StructureError> {
    let mut graph = Graph::default();
    let mut users: BTreeMap<&SubAssemblyId, usize> = BTreeMap::new();
    let mut open = vec![root.clone()];
    while let Some(owner) = open.pop() {
        for row in parts.rows.get(&owner).map_or(&[][..], |rows| &rows.nested) {
            graph.add(owner.clone(), Owner::SubAssembly(row.sub_assembly.clone()));
            let users = users.entry(&row.sub_assembly).or_default();
            *users += 1;
            if *users == 1 {
                open.push(Owner::SubAssembly(row.sub_assembly.clone()));
            }
        }
    }
    // Take what no remaining parent uses, until nothing is left; what is left over is on a cycle.
    let mut order = Vec::with_capacity(users.len());
    let mut open = vec![root.clone()];
    while let Some(owner) = open.pop() {
        for row in parts.rows.get(&owner).map_or(&[][..], |rows| &rows.nested) {
            let Some(left) = users.get_mut(&row.sub_assembly) else {
                continue;
            };
            *left = left.saturating_sub(1);
            if *left == 0 {
                users.remove(&row.sub_assembly);
                order.push(&row.sub_assembly);
                open.push(Owner::SubAssembly(row.sub_assembly.clone()));
            }
        }
    }
    if let Some(id) = users.keys().next() {
        return Err(StructureError::Cycle((*id).clone()));
    }
    match graph.depth_below(root) {
        Some(depth) if depth <= MAX_DEPTH => Ok(order),
        _ => Err(StructureError::TooDeep),
    }
}
