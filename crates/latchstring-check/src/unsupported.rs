//! What the language has and a program has not: modules, and TypeScript that is more than types.

use oxc::ast::{
    AstKind,
    ast::{ImportOrExportKind, TSNamespaceDeclarationBody},
};

use crate::{faults::Faults, missing::shortened, reading::Reading};

const NO_MODULES: &str = "there are no modules; a program has the JavaScript language and `app`, so leave it out";

/// Adds a fault for each.
pub(crate) fn find(reading: &Reading<'_>, faults: &mut Faults<'_>) {
    for (_, kind) in reading.nodes() {
        match kind {
            AstKind::ImportDeclaration(it) if it.import_kind == ImportOrExportKind::Value => {
                let what = it.source.value.as_str();
                faults.syntax(
                    it.span.start,
                    format!("`{}` cannot be imported; {NO_MODULES}", shortened(what)),
                );
            }
            AstKind::ImportExpression(it) => {
                faults.syntax(it.span.start, format!("`import()` is not there; {NO_MODULES}"));
            }
            AstKind::ImportMeta(it) => {
                faults.syntax(it.span.start, format!("`import.meta` is not there; {NO_MODULES}"));
            }
            AstKind::ExportAllDeclaration(it) => {
                faults.syntax(it.span.start, format!("nothing can be exported; {NO_MODULES}"));
            }
            AstKind::ExportFromDeclaration(it) => {
                faults.syntax(it.span.start, format!("nothing can be exported; {NO_MODULES}"));
            }
            AstKind::TSEnumDeclaration(it) if !it.declare => {
                let name = it.id.name;
                let advice = format!("use an object, as in `const {name} = {{ A: \"A\" }}`");
                faults.syntax(
                    it.span.start,
                    format!("`enum` is more than types, which is all that is taken off; {advice}"),
                );
            }
            AstKind::TSNamespaceDeclaration(it)
                if !it.declare && matches!(it.body, TSNamespaceDeclarationBody::TSModuleBlock(_)) =>
            {
                faults.syntax(
                    it.span.start,
                    "`namespace` is more than types, which is all that is taken off; use an object",
                );
            }
            AstKind::TSImportEqualsDeclaration(it) => {
                faults.syntax(it.span.start, format!("nothing can be imported; {NO_MODULES}"));
            }
            AstKind::TSExportAssignment(it) => {
                faults.syntax(it.span.start, "`export =` is not there; end the program with `return`");
            }
            AstKind::Decorator(it) => {
                faults.syntax(it.span.start, "decorators are not there; call the function instead");
            }
            AstKind::FormalParameter(it) if it.accessibility.is_some() || it.readonly => {
                faults.syntax(
                    it.span.start,
                    "a parameter cannot make a field; declare the field, and assign it in the constructor",
                );
            }
            AstKind::JSXElement(it) => {
                faults.syntax(
                    it.span.start,
                    "there is no JSX; return plain values, they are shown as they are",
                );
            }
            _ => {}
        }
    }
}
