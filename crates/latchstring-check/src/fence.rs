//! Programs in a Markdown code fence.

/// `source` with all but what is in its first code fence blanked, so that places stay what they are. None when there is
/// no fence.
pub(crate) fn within(source: &str) -> Option<String> {
    let lines = || {
        source.split_inclusive('\n').scan(0, |at, line| {
            let start = *at;
            *at += line.len();
            Some((start, line))
        })
    };
    let is_fence = |(_, line): &(usize, &str)| line.trim_start().starts_with("```");
    let (open, line) = lines().find(is_fence)?;
    let from = open + line.len();
    let close = lines().filter(|(at, _)| *at >= from).find(is_fence);
    // `return 1```` on the last line: whatever follows the program's own text is the fence's.
    let to = close
        .map_or_else(|| source.trim_end().trim_end_matches('`').len(), |(at, _)| at)
        .max(from);
    let mut kept = String::with_capacity(source.len());
    kept.push_str(&blanked(&source[..from]));
    kept.push_str(&source[from..to]);
    kept.push_str(&blanked(&source[to..]));
    Some(kept)
}

/// Spaces in place of every byte but the ends of lines.
pub(crate) fn blanked(text: &str) -> String {
    text.bytes()
        .map(|byte| if byte == b'\n' { '\n' } else { ' ' })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_the_fence_stays_where_it_is() {
        let inside = |source: &str| within(source).map(|kept| kept.trim_end().to_owned());
        assert_eq!(inside("```js\nreturn 1\n```\n").as_deref(), Some("     \nreturn 1"));
        assert_eq!(inside("```\nreturn 1").as_deref(), Some("   \nreturn 1"));
        assert_eq!(inside("  ```ts\nreturn 1```").as_deref(), Some("       \nreturn 1"));
        assert_eq!(
            inside("Here é:\n\n```js\nx\n```\nDone.").as_deref(),
            Some("        \n\n     \nx")
        );
        assert_eq!(inside("return `a`"), None);
        let source = "```js\nf(`\n```é";
        assert_eq!(within(source).unwrap().len(), source.len());
    }
}
