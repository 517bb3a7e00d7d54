//! Every operation of a product, and the one way from a grant to what it may see.

use std::{collections::BTreeSet, sync::Arc};

use crate::{
    Domain, Effect, Grant, Guide, Operations, Scope, Surface,
    operation::Operation,
    surface::View,
    unit::{ErasedUnit, Unit},
};

/// Opens a fresh unit of work of the catalog's domain.
pub(crate) type Opener = Arc<dyn Fn(Effect) -> Box<dyn ErasedUnit> + Send + Sync>;

/// Every operation of one domain. Built once, shared by all callers.
#[derive(Clone)]
pub struct Catalog {
    read: Arc<View>,
    read_write: Arc<View>,
    guide: Arc<Guide>,
}

/// A domain whose operations cannot be offered; found when the server starts, never later.
#[derive(Debug, thiserror::Error)]
#[error("the catalog is not right: {0}")]
pub struct CatalogError(String);

impl Catalog {
    /// Collects the operations of `domain`.
    ///
    /// # Errors
    /// When a name is malformed or used twice, an input or output is not an object, or a description is missing.
    pub fn new<D: Domain>(domain: D) -> Result<Self, CatalogError> {
        let Operations { list, mut faults, .. } = Operations::<D>::of();
        let mut tools = BTreeSet::new();
        for operation in &list {
            let name = &operation.name;
            if !tools.insert(name.tool().to_owned()) {
                faults.push(format!("`{name}` is used twice, as a name or as a tool"));
            }
            if operation.description.trim().is_empty() {
                faults.push(format!(
                    "`{name}` has no doc comment; the model would not know what it does"
                ));
            }
            for (side, schema) in [("input", &operation.input_schema), ("output", &operation.output_schema)] {
                if schema.get("type").and_then(serde_json::Value::as_str) != Some("object") {
                    faults.push(format!("the {side} of `{name}` is not an object"));
                }
            }
        }
        let mut guide = Guide::default();
        D::guide(&mut guide);
        faults.extend(guide.faults(&list));
        if !faults.is_empty() {
            return Err(CatalogError(faults.join("; ")));
        }
        let domain = Arc::new(domain);
        let open: Opener = Arc::new(move |effect| Box::new(Unit::new(domain.clone(), effect)));
        let operations: Vec<Arc<Operation>> = list.into_iter().map(Arc::new).collect();
        let view = |scope: Scope| {
            let visible = operations.iter().filter(|operation| scope.allows(operation.effect));
            Arc::new(View::new(visible.cloned().collect(), open.clone()))
        };
        Ok(Self {
            read: view(Scope::Read),
            read_write: view(Scope::ReadWrite),
            guide: Arc::new(guide),
        })
    }

    /// Every operation by name, to describe them. None can be called from here.
    pub fn operations(&self) -> impl ExactSizeIterator<Item = &Arc<Operation>> {
        self.read_write.operations()
    }

    /// What the product says beside its operations.
    pub fn guide(&self) -> &Guide {
        &self.guide
    }

    /// What `grant` may see. There is no other way to call anything.
    pub fn surface(&self, grant: Arc<Grant>) -> Surface {
        let view = match grant.scope() {
            Scope::Read => &self.read,
            Scope::ReadWrite => &self.read_write,
        };
        Surface::new(grant, view.clone(), self.read.clone())
    }
}
