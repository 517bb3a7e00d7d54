//! Types taken off by writing spaces over them, so that every place stays what it was.

use oxc::{
    ast::{
        AstKind,
        ast::{FunctionType, ImportOrExportKind, TSNamespaceDeclarationBody, TSType, TSTypeName},
    },
    span::{GetSpan, Span},
};

use crate::reading::Reading;

/// The bytes of a program that are being written over.
struct Blanks {
    bytes: Vec<u8>,
}

impl Blanks {
    fn blank(&mut self, from: u32, to: u32) {
        for byte in &mut self.bytes[from as usize..to as usize] {
            if !matches!(byte, b'\n' | b'\r') {
                *byte = b' ';
            }
        }
    }

    fn span(&mut self, span: Span) {
        self.blank(span.start, span.end);
    }

    /// A statement that goes leaves a semicolon, so that its neighbours do not run together.
    fn statement(&mut self, span: Span) {
        self.span(span);
        self.bytes[span.start as usize] = b';';
    }

    /// The first `sign` in a stretch.
    fn sign(&mut self, sign: u8, from: u32, to: u32) {
        if let Some(at) = self.bytes[from as usize..to as usize]
            .iter()
            .position(|byte| *byte == sign)
        {
            self.bytes[from as usize + at] = b' ';
        }
    }

    /// What only types know among the words before a member's name.
    fn modifiers(&mut self, from: u32, to: u32) {
        const WORDS: [&str; 7] = [
            "public",
            "private",
            "protected",
            "readonly",
            "override",
            "declare",
            "abstract",
        ];
        let (from, to) = (from as usize, to as usize);
        let text = String::from_utf8_lossy(&self.bytes[from..to]).into_owned();
        for word in WORDS {
            for (at, _) in text.match_indices(word) {
                self.bytes[from + at..from + at + word.len()].fill(b' ');
            }
        }
    }
}

/// The program without its types, as long as it was.
pub(crate) fn without_types(reading: &Reading<'_>) -> String {
    let mut blanks = Blanks {
        bytes: reading.text.as_bytes().to_vec(),
    };
    for (_, kind) in reading.nodes() {
        one(&mut blanks, kind, reading);
    }
    // Last, for what is put behind a type would be blanked with it.
    for (_, kind) in reading.nodes() {
        if let AstKind::ArrowFunctionExpression(it) = kind
            && let Some(kind) = &it.return_type
        {
            keep_the_arrow_near(&mut blanks, kind.span, reading);
        }
    }
    // Whole bytes are written over: of a longer character all.
    String::from_utf8(blanks.bytes).unwrap_or_else(|_| reading.text.to_owned())
}

fn one(blanks: &mut Blanks, kind: AstKind<'_>, reading: &Reading<'_>) {
    match kind {
        AstKind::TSTypeAnnotation(it) => blanks.span(it.span),
        AstKind::TSTypeParameterDeclaration(it) => blanks.span(it.span),
        AstKind::TSTypeParameterInstantiation(it) => blanks.span(it.span),
        AstKind::TSAsExpression(it) => behind(blanks, it.expression.span().end, it.span, reading),
        AstKind::TSSatisfiesExpression(it) => behind(blanks, it.expression.span().end, it.span, reading),
        AstKind::TSNonNullExpression(it) => behind(blanks, it.expression.span().end, it.span, reading),
        AstKind::TSTypeAssertion(it) => blanks.blank(it.span.start, it.expression.span().start),
        AstKind::TSTypeAliasDeclaration(it) => blanks.statement(it.span),
        AstKind::TSInterfaceDeclaration(it) => blanks.statement(it.span),
        AstKind::TSGlobalDeclaration(it) => blanks.statement(it.span),
        AstKind::TSExternalModuleDeclaration(it) => blanks.statement(it.span),
        AstKind::TSNamespaceDeclaration(it)
            if it.declare || !matches!(it.body, TSNamespaceDeclarationBody::TSModuleBlock(_)) =>
        {
            blanks.statement(it.span);
        }
        AstKind::TSEnumDeclaration(it) if it.declare => blanks.statement(it.span),
        AstKind::ImportDeclaration(it) if it.import_kind == ImportOrExportKind::Type => blanks.statement(it.span),
        AstKind::ExportNamedDeclaration(it) => blanks.statement(it.span),
        AstKind::ExportDeclaration(it) => blanks.blank(it.span.start, it.declaration.span().start),
        AstKind::VariableDeclaration(it) if it.declare => blanks.statement(it.span),
        AstKind::VariableDeclarator(it) if it.definite => {
            let end = it.type_annotation.as_ref().map_or(it.span.end, |kind| kind.span.start);
            blanks.sign(b'!', it.id.span().end, end);
        }
        AstKind::Function(it) if it.body.is_none() && is_declaration(it.r#type) => blanks.statement(it.span),
        AstKind::TSThisParameter(it) => {
            blanks.span(it.span);
            let end = u32::try_from(blanks.bytes.len()).unwrap_or(u32::MAX);
            let rest = &reading.text[it.span.end as usize..];
            if rest.trim_start().starts_with(',') {
                blanks.sign(b',', it.span.end, end);
            }
        }
        AstKind::FormalParameter(it) if it.optional => {
            let end = it.type_annotation.as_ref().map_or(it.span.end, |kind| kind.span.start);
            blanks.sign(b'?', it.pattern.span().end, end);
        }
        AstKind::Class(it) => {
            if it.declare {
                blanks.statement(it.span);
                return;
            }
            let name = it.id.as_ref().map_or(it.body.span.start, |id| id.span.start);
            if it.r#abstract {
                blanks.modifiers(it.span.start, name);
            }
            if let (Some(first), Some(last)) = (it.implements.first(), it.implements.last()) {
                let from = reading.text[..first.span.start as usize].rfind("implements");
                let from = from.and_then(|at| u32::try_from(at).ok()).unwrap_or(first.span.start);
                blanks.blank(from, last.span.end);
            }
        }
        AstKind::MethodDefinition(it) => {
            if it.value.body.is_none() {
                blanks.statement(it.span);
                return;
            }
            blanks.modifiers(it.span.start, it.key.span().start);
            if it.optional {
                blanks.sign(b'?', it.key.span().end, it.value.span.start);
            }
        }
        AstKind::PropertyDefinition(it) => {
            if it.declare || it.r#type == oxc::ast::ast::PropertyDefinitionType::TSAbstractPropertyDefinition {
                blanks.statement(it.span);
                return;
            }
            blanks.modifiers(it.span.start, it.key.span().start);
            let end = it.type_annotation.as_ref().map_or(it.span.end, |kind| kind.span.start);
            if it.optional {
                blanks.sign(b'?', it.key.span().end, end);
            }
            if it.definite {
                blanks.sign(b'!', it.key.span().end, end);
            }
        }
        AstKind::TSIndexSignature(it) => blanks.span(it.span),
        _ => {}
    }
}

fn is_declaration(kind: FunctionType) -> bool {
    matches!(
        kind,
        FunctionType::FunctionDeclaration | FunctionType::TSDeclareFunction
    )
}

/// `x as T`, `x satisfies T`, `x!`: what stands behind the expression goes. Where it ended a statement and the next line
/// goes on like an expression, a semicolon stays.
fn behind(blanks: &mut Blanks, from: u32, whole: Span, reading: &Reading<'_>) {
    blanks.blank(from, whole.end);
    let rest = &reading.text[whole.end as usize..];
    let next = rest.trim_start();
    let is_next_line = rest[..rest.len() - next.len()].contains('\n');
    if is_next_line && next.starts_with(['(', '[', '`', '/', '+', '-']) {
        blanks.bytes[from as usize] = b';';
    }
}

/// No line may end between `)` and `=>`: where the type between them has several, the parenthesis moves behind it.
fn keep_the_arrow_near(blanks: &mut Blanks, kind: Span, reading: &Reading<'_>) {
    if !reading.source_of(kind).contains('\n') {
        return;
    }
    let before = reading.text[..kind.start as usize].trim_end();
    if before.ends_with(')') {
        blanks.bytes[before.len() - 1] = b' ';
        blanks.bytes[kind.end as usize - 1] = b')';
    }
}

/// Whether a type says that anything may follow.
pub(crate) fn is_const(kind: &TSType<'_>) -> bool {
    matches!(kind, TSType::TSTypeReference(it) if matches!(&it.type_name, TSTypeName::IdentifierReference(name) if name.name == "const"))
}
