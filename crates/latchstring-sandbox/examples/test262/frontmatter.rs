//! The YAML at the head of a test, as far as running it needs: lists of words, and `negative`.

#[derive(Debug, Default)]
pub(crate) struct Frontmatter {
    pub(crate) flags: Vec<String>,
    pub(crate) includes: Vec<String>,
    pub(crate) features: Vec<String>,
    /// The name of the error that the test must end with.
    pub(crate) negative: Option<String>,
}

impl Frontmatter {
    pub(crate) fn parse(text: &str) -> Self {
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        let yaml = text
            .split_once("/*---")
            .and_then(|(_, rest)| rest.split_once("---*/"))
            .map_or("", |(yaml, _)| yaml);
        let mut head = Self::default();
        for (key, value) in entries(yaml) {
            match key {
                "flags" => head.flags = words(&value),
                "includes" => head.includes = words(&value),
                "features" => head.features = words(&value),
                "negative" => {
                    head.negative = value
                        .lines()
                        .find_map(|line| line.trim().strip_prefix("type:"))
                        .map(|name| name.trim().to_owned());
                }
                _ => {}
            }
        }
        head
    }

    pub(crate) fn has_flag(&self, flag: &str) -> bool {
        self.flags.iter().any(|own| own == flag)
    }

    pub(crate) fn has_feature(&self, feature: &str) -> bool {
        self.features.iter().any(|own| own == feature)
    }
}

/// Each key at the margin with what follows up to the next. Some tests indent all of it.
fn entries(yaml: &str) -> Vec<(&str, String)> {
    let mut entries: Vec<(&str, String)> = Vec::new();
    let first = yaml.lines().find(|line| !line.trim().is_empty()).unwrap_or("");
    let margin = &first[..first.len() - first.trim_start().len()];
    for line in yaml.lines() {
        let line = line.strip_prefix(margin).unwrap_or(line);
        match line.split_once(':') {
            Some((key, value)) if line.starts_with(|first: char| first.is_ascii_alphabetic()) => {
                entries.push((key, value.to_owned()));
            }
            _ => {
                if let Some((_, value)) = entries.last_mut() {
                    value.push('\n');
                    value.push_str(line);
                }
            }
        }
    }
    entries
}

/// The words of `[one, two]` or of a list with one a line.
fn words(value: &str) -> Vec<String> {
    value
        .split(['[', ']', ',', '\n'])
        .map(|word| word.trim().trim_start_matches("- ").trim().to_owned())
        .filter(|word| !word.is_empty() && !word.starts_with('#'))
        .collect()
}
