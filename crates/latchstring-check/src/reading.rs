//! A program, parsed.

use oxc::{
    allocator::Allocator,
    ast::{
        AstKind,
        ast::{Expression, Program},
    },
    parser::{ParseOptions, Parser},
    semantic::{NodeId, Semantic, SemanticBuilder},
    span::{SourceType, Span},
};

use crate::{bounds, faults::Faults, syntax};

/// The parsed program with its names resolved. Nodes are looked at one after the other, which needs no recursion.
pub(crate) struct Reading<'a> {
    pub(crate) text: &'a str,
    pub(crate) program: &'a Program<'a>,
    pub(crate) semantic: Semantic<'a>,
}

impl<'a> Reading<'a> {
    /// Parses `text`. What is wrong with its syntax is added to `faults`; then there may be nothing to read.
    pub(crate) fn of(text: &'a str, allocator: &'a Allocator, faults: &mut Faults<'_>) -> Option<Self> {
        let kind = if bounds::may_have_types(text) {
            SourceType::ts().with_module(true)
        } else {
            SourceType::mjs()
        };
        let options = ParseOptions {
            allow_return_outside_function: true,
            ..ParseOptions::default()
        };
        let parsed = Parser::new(allocator, text, kind).with_options(options).parse();
        for diagnostic in parsed.diagnostics.errors() {
            syntax::tell(diagnostic, text, faults);
        }
        if parsed.panicked || !faults.is_empty() {
            return None;
        }
        let program = allocator.alloc(parsed.program);
        let built = SemanticBuilder::new()
            .with_build_nodes(true)
            .with_check_syntax_error(true)
            .build(program);
        for diagnostic in built.diagnostics.errors() {
            syntax::tell(diagnostic, text, faults);
        }
        Some(Self {
            text,
            program,
            semantic: built.semantic,
        })
    }

    /// Every node, parents before children.
    pub(crate) fn nodes(&self) -> impl Iterator<Item = (NodeId, AstKind<'a>)> + '_ {
        self.semantic
            .nodes()
            .iter_enumerated()
            .map(|(id, node)| (id, node.kind()))
    }

    pub(crate) fn parent(&self, id: NodeId) -> AstKind<'a> {
        self.semantic.nodes().parent_kind(id)
    }

    /// Whether `id` lies in a function of the program, and not at its top level.
    pub(crate) fn is_in_function(&self, id: NodeId) -> bool {
        self.semantic.nodes().ancestor_kinds(id).any(|kind| {
            matches!(
                kind,
                AstKind::Function(_) | AstKind::ArrowFunctionExpression(_) | AstKind::StaticBlock(_)
            )
        })
    }

    pub(crate) fn source_of(&self, span: Span) -> &'a str {
        &self.text[span.start as usize..span.end as usize]
    }
}

/// An expression without parentheses, assertions of types and the like around it.
pub(crate) fn bare<'e, 'a>(expression: &'e Expression<'a>) -> &'e Expression<'a> {
    expression.get_inner_expression()
}
