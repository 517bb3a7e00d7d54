//! An operation's example, a call in JavaScript, as a body.

use latchstring_core::Operation;
use serde_json::Value;

/// The arguments in the operation's example; `None` if they are more than literals.
pub(super) fn arguments(operation: &Operation) -> Option<Value> {
    let call = format!("app.{}(", operation.name.program());
    let (_, behind) = operation.example.split_once(&call)?;
    serde_json::from_str(&in_json(behind)?).ok()
}

/// The object at the beginning of `text`, with its keys in quotation marks.
fn in_json(text: &str) -> Option<String> {
    let (mut json, mut word) = (String::new(), String::new());
    let (mut depth, mut is_text, mut is_escaped) = (0_usize, false, false);
    for letter in text.chars() {
        if is_text {
            json.push(letter);
            is_text = is_escaped || letter != '"';
            is_escaped = letter == '\\' && !is_escaped;
            continue;
        }
        if letter.is_alphanumeric() || "_.-+".contains(letter) {
            word.push(letter);
            continue;
        }
        let is_key = letter == ':' && !word.is_empty();
        json.push_str(&if is_key { format!("\"{word}\"") } else { word.clone() });
        word.clear();
        json.push(letter);
        match letter {
            '"' => is_text = true,
            '{' | '[' => depth += 1,
            '}' | ']' => depth = depth.checked_sub(1)?,
            _ => {}
        }
        if depth == 0 {
            return Some(json);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_get_quotation_marks_and_texts_stay() {
        let call = r#"{ a: 0.5, list: [{ isOn: true, text: "x: \"y\" }" }] }); return a"#;
        let json = r#"{ "a": 0.5, "list": [{ "isOn": true, "text": "x: \"y\" }" }] }"#;
        assert_eq!(in_json(call).as_deref(), Some(json));
        assert_eq!(in_json("{}); return 1").as_deref(), Some("{}"));
        assert_eq!(in_json("{ a: 1").as_deref(), None);
    }
}
