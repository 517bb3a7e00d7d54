//! Results that are longer than clients take.

use latchstring_core::Surface;
use rmcp::model::{CallToolResult, ContentBlock};
use serde_json::{Value, json};

use crate::kept::Kept;

/// Cuts a result that is longer than clients take, and says how to get the rest.
pub(crate) fn cut(kept: &Kept, surface: &Surface, result: &mut CallToolResult) {
    let text: String = result
        .content
        .iter()
        .filter_map(|block| block.as_text())
        .map(|block| block.text.as_str())
        .collect();
    let Some(part) = kept.cut((surface.grant().tenant(), surface.grant().id()), &text) else {
        return;
    };
    let next = part.next.unwrap_or_default();
    let note = format!(
        "cut after {} of {} bytes. The next part: `fetch` with id \"{next}\", for ten minutes. Better: filter and add up \
             in a program, and return only what is needed",
        part.text.len(),
        text.len()
    );
    result.content = vec![ContentBlock::text(part.text), ContentBlock::text(format!("\n[{note}]"))];
    if let Some(Value::Object(structured)) = &mut result.structured_content {
        // Clients show the model one or the other, so both are short. What is not long is kept.
        structured.retain(|_, value| value.to_string().len() < 2_000);
        structured.insert("cut".to_owned(), json!({ "next": next, "note": note }));
    }
}
