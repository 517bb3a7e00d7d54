//! Who made or revoked a key, as the app's sign-in names them.

/// A person (or a program acting for one) as the app knows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    sub: String,
    name: String,
}

impl Person {
    /// A person by the app's id for them and by the name to show. Characters that could disturb a terminal or the
    /// direction of text become `\u{FFFD}`, and each is cut to 200 characters.
    pub fn new(sub: &str, name: &str) -> Self {
        let clean = |text: &str| {
            text.trim()
                .chars()
                .take(200)
                .map(|c| if disturbs(c) { '\u{FFFD}' } else { c })
                .collect()
        };
        Self {
            sub: clean(sub),
            name: clean(name),
        }
    }

    /// The app's id for them.
    pub fn sub(&self) -> &str {
        &self.sub
    }

    /// The name to show.
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// Control characters, line separators, invisible marks, and whatever changes the direction of the text after it. The
/// joiners U+200C and U+200D are not among them: Persian and many emoji are written with them.
pub fn disturbs(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{061C}' | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
                | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}'
        )
}

/// What takes no place, or an empty one, though it is neither space nor control character: the soft hyphen, fillers of
/// Hangul, Mongolian and Khmer, variation selectors of Mongolian, the blank of Braille, marks of musical notation, tags.
/// Some of them count as letters.
pub fn shows_as_nothing(c: char) -> bool {
    matches!(
        c,
        '\u{AD}' | '\u{34F}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180F}'
            | '\u{2800}' | '\u{3164}' | '\u{FFA0}' | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E0FFF}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t14_a_name_cannot_disturb_a_terminal() {
        let person = Person::new("u1\n", "Ann\u{1b}[31m \u{202E}txt");
        assert_eq!(person.name(), "Ann\u{FFFD}[31m \u{FFFD}txt");
        assert_eq!(person.sub(), "u1");
        let joined = "\u{645}\u{6CC}\u{200C}\u{62E}\u{648}\u{627}\u{647}\u{645} \u{1F469}\u{200D}\u{1F527}";
        assert_eq!(Person::new("u1", joined).name(), joined);
    }
}
