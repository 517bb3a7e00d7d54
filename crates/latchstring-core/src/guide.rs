//! What a product says beside its operations: documentation pages, questions people ask, and the things that have an
//! address of their own. None of it is made from a tenant's data.

use std::collections::BTreeSet;

use crate::Operation;

/// What a product says beside its operations; a domain fills it in [`Domain::guide`](crate::Domain::guide).
#[derive(Debug, Clone, Default)]
pub struct Guide {
    pages: Vec<Page>,
    prompts: Vec<Prompt>,
    entities: Vec<Entity>,
}

/// A page of documentation, in Markdown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Its name in addresses, such as `virtual-materials`.
    pub slug: &'static str,
    /// Its first line, a heading.
    pub title: &'static str,
    /// The paragraph after it, in one sentence.
    pub summary: &'static str,
    /// All of it.
    pub text: &'static str,
}

/// A question that people ask often, ready to be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prompt {
    /// Its name, in snake case.
    pub name: &'static str,
    /// Its title for people.
    pub title: &'static str,
    /// What it is for.
    pub description: &'static str,
    /// What has to be filled in.
    pub arguments: &'static [PromptArgument],
    /// The question itself, with `{argument}` where an argument goes. A line whose arguments are all left out is, too.
    pub text: &'static str,
}

/// Something to be filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PromptArgument {
    /// Its name.
    pub name: &'static str,
    /// What it is.
    pub description: &'static str,
    /// Whether it must be given.
    pub is_required: bool,
    /// The [`Entity`] whose ids complete it.
    pub entity: Option<&'static str>,
}

/// A kind of thing with an address, such as `assembly://boms/{bomId}`, that is read by a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entity {
    /// Its plural in addresses, such as `boms`.
    pub name: &'static str,
    /// Its title for people.
    pub title: &'static str,
    /// What is there.
    pub description: &'static str,
    /// The query that reads one, such as `boms.get`.
    pub read: &'static str,
    /// The field of the query's input, and of the items of `list`, that holds the id.
    pub id: &'static str,
    /// The query that finds some by words, in a field `search`, and answers `items`.
    pub list: &'static str,
}

impl Guide {
    /// Adds a page from its Markdown: a heading, an empty line, a sentence that says what it is about, and the rest.
    pub fn page(&mut self, slug: &'static str, text: &'static str) -> &mut Self {
        let mut paragraphs = text.split("\n\n").map(str::trim);
        let title = paragraphs.next().and_then(|line| line.strip_prefix("# ")).unwrap_or("");
        let summary = paragraphs.next().unwrap_or("");
        self.pages.push(Page {
            slug,
            title,
            summary,
            text,
        });
        self
    }

    /// Adds a question.
    pub fn prompt(&mut self, prompt: Prompt) -> &mut Self {
        self.prompts.push(prompt);
        self
    }

    /// Adds a kind of thing.
    pub fn entity(&mut self, entity: Entity) -> &mut Self {
        self.entities.push(entity);
        self
    }

    /// The pages, in the order of their adding.
    pub fn pages(&self) -> &[Page] {
        &self.pages
    }

    /// The questions.
    pub fn prompts(&self) -> &[Prompt] {
        &self.prompts
    }

    /// The things that have addresses.
    pub fn entities(&self) -> &[Entity] {
        &self.entities
    }

    /// What is wrong with it.
    pub(crate) fn faults(&self, operations: &[Operation]) -> Vec<String> {
        let mut faults = Vec::new();
        let mut names = BTreeSet::new();
        for page in &self.pages {
            let is_slug = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            if page.slug.is_empty() || !page.slug.chars().all(is_slug) {
                faults.push(format!(
                    "the page `{}` is not named by lower-case letters and hyphens",
                    page.slug
                ));
            }
            if page.title.is_empty() || page.summary.is_empty() || page.summary.contains('\n') {
                faults.push(format!(
                    "the page `{}` does not begin with `# Title`, an empty line and one line that says what it is about",
                    page.slug
                ));
            }
            if !names.insert(page.slug) {
                faults.push(format!("the page `{}` is there twice", page.slug));
            }
        }
        for prompt in &self.prompts {
            for argument in prompt.arguments {
                if !prompt.text.contains(&format!("{{{}}}", argument.name)) {
                    faults.push(format!(
                        "the prompt `{}` does not use its `{}`",
                        prompt.name, argument.name
                    ));
                }
                if argument
                    .entity
                    .is_some_and(|name| self.entities.iter().all(|entity| entity.name != name))
                {
                    faults.push(format!(
                        "the prompt `{}` has an unknown kind of thing for `{}`",
                        prompt.name, argument.name
                    ));
                }
            }
        }
        for entity in &self.entities {
            for (name, field) in [(entity.read, entity.id), (entity.list, "search")] {
                let operation = operations.iter().find(|operation| operation.name.as_str() == name);
                let has_field = operation.is_some_and(|operation| {
                    let properties = operation.input_schema.get("properties");
                    operation.effect == crate::Effect::Read && properties.is_some_and(|all| all.get(field).is_some())
                });
                if !has_field {
                    faults.push(format!(
                        "`{}` needs a query `{name}` with a field `{field}`",
                        entity.name
                    ));
                }
            }
        }
        faults
    }
}

impl Prompt {
    /// The question with these answers filled in.
    ///
    /// # Errors
    /// The name of a required argument that is missing, or of one that is unknown.
    pub fn fill(&self, given: impl Fn(&str) -> Option<String>) -> Result<String, &'static str> {
        let mut answers = Vec::new();
        for argument in self.arguments {
            let answer = given(argument.name).filter(|answer| !answer.trim().is_empty());
            if argument.is_required && answer.is_none() {
                return Err(argument.name);
            }
            answers.push((format!("{{{}}}", argument.name), answer));
        }
        let lines = self.text.lines().filter_map(|line| {
            let used = || answers.iter().filter(|(place, _)| line.contains(place.as_str()));
            if used().next().is_some() && used().all(|(_, answer)| answer.is_none()) {
                return None;
            }
            Some(filled(line, &answers))
        });
        Ok(lines.collect::<Vec<_>>().join("\n"))
    }
}

/// The line with its places filled, from the left, so that an answer is never taken for a place.
fn filled(line: &str, answers: &[(String, Option<String>)]) -> String {
    let next = answers
        .iter()
        .filter_map(|(place, answer)| Some((line.find(place.as_str())?, place, answer)))
        .min_by_key(|(at, ..)| *at);
    let Some((at, place, answer)) = next else {
        return line.to_owned();
    };
    let (before, after) = (&line[..at], &line[at + place.len()..]);
    format!("{before}{}{}", answer.as_deref().unwrap_or(""), filled(after, answers))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROMPT: Prompt = Prompt {
        name: "limits",
        title: "What limits it",
        description: "What holds a product up.",
        arguments: &[
            PromptArgument {
                name: "bom",
                description: "Which.",
                is_required: true,
                entity: None,
            },
            PromptArgument {
                name: "location",
                description: "Where.",
                is_required: false,
                entity: None,
            },
        ],
        text: "What limits {bom}?\nOnly at {location}.\nBe short.",
    };

    #[test]
    fn a_question_is_filled_in_and_loses_the_lines_that_nothing_goes_into() {
        let fill = |given: &[(&str, &str)]| {
            let given: Vec<(String, String)> = given.iter().map(|(a, b)| ((*a).into(), (*b).into())).collect();
            PROMPT.fill(|name| {
                given
                    .iter()
                    .find(|(one, _)| one == name)
                    .map(|(_, answer)| answer.clone())
            })
        };
        assert_eq!(fill(&[("bom", "Lamp")]).as_deref(), Ok("What limits Lamp?\nBe short."));
        let both = fill(&[("bom", "{location}"), ("location", "Shop")]);
        assert_eq!(both.as_deref(), Ok("What limits {location}?\nOnly at Shop.\nBe short."));
        assert_eq!(fill(&[("bom", " "), ("location", "Shop")]), Err("bom"));
    }

    #[test]
    fn a_page_begins_with_its_title_and_what_it_is_about() {
        let mut guide = Guide::default();
        guide
            .page("one", "# One\n\nAbout one.\n\nMore.")
            .page("Two!", "No heading")
            .page("one", "# One\n\nAgain.");
        assert_eq!(
            (guide.pages()[0].title, guide.pages()[0].summary),
            ("One", "About one.")
        );
        let faults = guide.faults(&[]).join("\n");
        for expected in ["`Two!` is not named", "`Two!` does not begin", "`one` is there twice"] {
            assert!(faults.contains(expected), "{faults}");
        }
    }
}
