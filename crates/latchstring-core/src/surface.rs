//! What one grant may see.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use crate::{Effect, Grant, OperationError, catalog::Opener, operation::Operation, unit::ErasedUnit};

/// A grant and the operations it may see. Tool lists, calls, programs, declarations: all go through this one value.
#[derive(Clone)]
pub struct Surface {
    grant: Arc<Grant>,
    /// What is visible here.
    view: Arc<View>,
    /// What the grant may see in all; more than `view` where only reads are wanted.
    all: Arc<View>,
    reads: Arc<View>,
}

/// A set of operations with its look-ups, made once per scope.
pub(crate) struct View {
    operations: Vec<Arc<Operation>>,
    by_name: HashMap<String, usize>,
    by_program: HashMap<String, usize>,
    by_tool: HashMap<String, usize>,
    program_paths: Arc<[String]>,
    open: Opener,
}

impl View {
    pub(crate) fn new(mut operations: Vec<Arc<Operation>>, open: Opener) -> Self {
        operations.sort_by(|a, b| a.name.cmp(&b.name));
        let index = |spelling: fn(&Operation) -> &str| {
            operations
                .iter()
                .enumerate()
                .map(|(at, operation)| (spelling(operation).to_owned(), at))
                .collect()
        };
        let by_name = index(|operation| operation.name.as_str());
        let by_program = index(|operation| operation.name.program());
        let by_tool = index(|operation| operation.name.tool());
        let program_paths = operations
            .iter()
            .map(|operation| operation.name.program().to_owned())
            .collect();
        Self {
            operations,
            by_name,
            by_program,
            by_tool,
            program_paths,
            open,
        }
    }
}

impl View {
    pub(crate) fn operations(&self) -> impl ExactSizeIterator<Item = &Arc<Operation>> {
        self.operations.iter()
    }

    /// By either spelling, also where one name has both: `rawMaterials.set_stock`.
    fn find(&self, path: &str) -> Option<&Arc<Operation>> {
        let at = self
            .by_program
            .get(path)
            .or_else(|| self.by_name.get(&in_snake_case(path)));
        at.map(|at| &self.operations[*at])
    }
}

/// A name as operations have it. Longer than any name it is nobody's.
fn in_snake_case(path: &str) -> String {
    let mut name = String::with_capacity(path.len().min(100));
    for one in path.chars().take(100) {
        if one.is_ascii_uppercase() {
            name.push('_');
        }
        name.push(one.to_ascii_lowercase());
    }
    name
}

impl Surface {
    pub(crate) fn new(grant: Arc<Grant>, view: Arc<View>, reads: Arc<View>) -> Self {
        Self {
            grant,
            all: view.clone(),
            view,
            reads,
        }
    }

    /// Whose surface this is.
    pub fn grant(&self) -> &Arc<Grant> {
        &self.grant
    }

    /// The visible operations, by name.
    pub fn operations(&self) -> impl ExactSizeIterator<Item = &Arc<Operation>> {
        self.view.operations()
    }

    /// Whether any visible operation has this effect.
    pub fn has(&self, effect: Effect) -> bool {
        self.grant.scope().allows(effect) && self.operations().any(|operation| operation.effect == effect)
    }

    /// The same grant, seeing nothing that writes.
    #[must_use]
    pub fn reads_only(&self) -> Self {
        Self {
            view: self.reads.clone(),
            ..self.clone()
        }
    }

    /// The same grant, as one that may only read: what writes is not even told of.
    #[must_use]
    pub fn read_only(&self) -> Self {
        Self {
            view: self.reads.clone(),
            all: self.reads.clone(),
            ..self.clone()
        }
    }

    /// The same grant, seeing these namespaces alone, named as in operations (`raw_materials`) or programs
    /// (`rawMaterials`).
    ///
    /// # Errors
    /// When one of them is not visible; says which there are.
    pub fn only(&self, namespaces: &[&str]) -> Result<Self, OperationError> {
        let named = |operation: &Operation, namespace: &str| {
            let own = operation.name.as_str().split('.').next();
            own == Some(namespace) || operation.name.program_namespace() == namespace
        };
        if let Some(unknown) = namespaces
            .iter()
            .find(|namespace| !self.operations().any(|operation| named(operation, namespace)))
        {
            let there_are: BTreeSet<&str> = self
                .operations()
                .filter_map(|operation| operation.name.as_str().split('.').next())
                .collect();
            let there_are: Vec<&str> = there_are.into_iter().collect();
            return Err(OperationError::invalid_input(format!(
                "no namespace `{}`; there are: {}",
                unknown.chars().take(100).collect::<String>(),
                there_are.join(", ")
            )));
        }
        let narrowed = |view: &View| {
            let kept = view
                .operations()
                .filter(|operation| namespaces.iter().any(|namespace| named(operation, namespace)));
            Arc::new(View::new(kept.cloned().collect(), view.open.clone()))
        };
        Ok(Self {
            grant: self.grant.clone(),
            view: narrowed(&self.view),
            all: narrowed(&self.all),
            reads: narrowed(&self.reads),
        })
    }

    /// The operation called `raw_materials.set_stock`, or that a program calls `rawMaterials.setStock`.
    ///
    /// # Errors
    /// When none is visible by that name; hidden and nonexistent ones get the same words.
    pub fn find(&self, name: &str) -> Result<&Arc<Operation>, OperationError> {
        let path = name.strip_prefix("app.").unwrap_or(name);
        if let Some(found) = self.view.find(path) {
            return Ok(found);
        }
        if let Some(elsewhere) = self.all.find(path) {
            return Err(OperationError::elsewhere(elsewhere.name.program()));
        }
        let visible = self.view.program_paths.iter().map(String::as_str);
        let has_others = self.all.operations().len() > self.view.operations().len();
        Err(OperationError::unknown_operation(path, visible, has_others))
    }

    /// The operation whose tool is called `raw_materials_set_stock`.
    pub fn tool(&self, name: &str) -> Option<&Arc<Operation>> {
        self.view.by_tool.get(name).map(|at| &self.view.operations[*at])
    }

    /// What `app` holds in a program: `rawMaterials.setStock` and so on, sorted by operation name.
    pub fn program_paths(&self) -> Arc<[String]> {
        self.view.program_paths.clone()
    }

    pub(crate) fn open(&self, effect: Effect) -> Box<dyn ErasedUnit> {
        (self.view.open)(effect)
    }
}

impl std::fmt::Debug for Surface {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Surface")
            .field("grant", &self.grant.id())
            .field("operations", &self.view.program_paths)
            .finish_non_exhaustive()
    }
}
