//! The example of a bulk form, from the command's.

use crate::Name;

/// A call of `many` with the argument that `example` gives to `single`; `None` if it does not call it.
pub(super) fn of(single: &Name, many: &Name, example: &str) -> Option<String> {
    let (_, behind) = example.split_once(&format!("app.{}(", single.program()))?;
    let argument = match argument(behind)?.trim() {
        "" => "{}",
        given => given,
    };
    let many = many.program();
    Some(format!(
        "const {{ results, failed }} = await app.{many}({{ items: [{argument}] }});"
    ))
}

/// What stands before the bracket that ends the call.
fn argument(behind: &str) -> Option<&str> {
    let mut depth = 0_usize;
    let mut quote = None;
    let mut is_escaped = false;
    for (at, letter) in behind.char_indices() {
        if let Some(mark) = quote {
            if !is_escaped && letter == mark {
                quote = None;
            }
            is_escaped = letter == '\\' && !is_escaped;
            continue;
        }
        match letter {
            '"' | '\'' | '`' => quote = Some(letter),
            '(' | '[' | '{' => depth += 1,
            ')' if depth == 0 => return Some(&behind[..at]),
            ')' | ']' | '}' => depth = depth.checked_sub(1)?,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_argument_ends_with_its_own_bracket_and_texts_may_hold_others() {
        let (single, many) = (Name::new("notes.add").unwrap(), Name::new("notes.add_many").unwrap());
        let made = |example: &str| of(&single, &many, example);
        assert_eq!(
            made(r#"const { id } = await app.notes.add({ text: "a ) \" b", at: later(2) }); return id"#).as_deref(),
            Some(
                r#"const { results, failed } = await app.notes.addMany({ items: [{ text: "a ) \" b", at: later(2) }] });"#
            )
        );
        assert_eq!(
            made("await app.notes.add()").as_deref(),
            Some("const { results, failed } = await app.notes.addMany({ items: [{}] });")
        );
        assert_eq!(made("await app.notes.addAll({})"), None);
        assert_eq!(made("await app.notes.add({"), None);
    }
}
