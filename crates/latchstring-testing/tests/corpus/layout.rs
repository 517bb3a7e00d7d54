//! JSON as a person likes to read it: on one line what fits on one.

use serde_json::Value;

const WIDTH: usize = 110;

/// The value as text.
pub(crate) fn laid_out(value: &Value) -> String {
    let mut text = String::new();
    write(&mut text, value, 0, 0);
    text
}

/// Writes `value` at this indentation; `before` is how much is on the line already.
fn write(text: &mut String, value: &Value, indentation: usize, before: usize) {
    let short = on_one_line(value);
    let (open, close, parts): (char, char, Vec<(String, &Value)>) = match value {
        Value::Array(items) if !items.is_empty() => {
            ('[', ']', items.iter().map(|item| (String::new(), item)).collect())
        }
        Value::Object(fields) if !fields.is_empty() => {
            let named = fields
                .iter()
                .map(|(name, field)| (format!("{}: ", Value::from(name.as_str())), field));
            ('{', '}', named.collect())
        }
        _ => return text.push_str(&short),
    };
    if before + short.chars().count() <= WIDTH {
        return text.push_str(&short);
    }
    text.push(open);
    let inner = indentation + 2;
    for (number, (name, part)) in parts.into_iter().enumerate() {
        text.push_str(if number == 0 { "\n" } else { ",\n" });
        text.push_str(&" ".repeat(inner));
        text.push_str(&name);
        write(text, part, inner, inner + name.chars().count() + 1);
    }
    text.push('\n');
    text.push_str(&" ".repeat(indentation));
    text.push(close);
}

fn on_one_line(value: &Value) -> String {
    match value {
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(on_one_line).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(fields) if !fields.is_empty() => {
            let fields = fields
                .iter()
                .map(|(name, field)| format!("{}: {}", Value::from(name.as_str()), on_one_line(field)));
            format!("{{ {} }}", fields.collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}

#[test]
fn what_fits_is_on_one_line_and_the_rest_is_broken() {
    let short = serde_json::json!({ "a": [1, "two"], "b": {} });
    assert_eq!(laid_out(&short), r#"{ "a": [1, "two"], "b": {} }"#);
    let long = serde_json::json!(["x".repeat(60), "y".repeat(60)]);
    assert_eq!(laid_out(&long).lines().count(), 4);
}
