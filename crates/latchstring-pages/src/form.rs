//! Whether a form was sent from one of our own pages.

use axum::http::HeaderMap;

/// Whether a form was sent from our own page, whose origin this is. Browsers say so in `Origin`, and newer ones in
/// `Sec-Fetch-Site`; a request that has neither is from no browser, and nobody's form.
pub fn is_own_form(headers: &HeaderMap, origin: &str) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let from = text("origin").map(|from| from == origin);
    let site = text("sec-fetch-site").map(|site| site == "same-origin");
    (from.is_some() || site.is_some()) && from.unwrap_or(true) && site.unwrap_or(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn o11_a_form_must_come_from_our_own_page() {
        let own = |pairs: &[(&'static str, &str)]| {
            let headers = pairs
                .iter()
                .map(|(name, value)| (name.parse().expect("a name"), value.parse().expect("a value")))
                .collect();
            is_own_form(&headers, "https://mcp.example.com")
        };
        assert!(own(&[("origin", "https://mcp.example.com")]));
        assert!(own(&[("sec-fetch-site", "same-origin")]));
        assert!(own(&[
            ("origin", "https://mcp.example.com"),
            ("sec-fetch-site", "same-origin")
        ]));
        assert!(!own(&[]));
        assert!(!own(&[("origin", "null")]));
        assert!(!own(&[("origin", "http://mcp.example.com")]));
        assert!(!own(&[("origin", "https://evil.example")]));
        for site in ["cross-site", "same-site", "none"] {
            assert!(
                !own(&[("origin", "https://mcp.example.com"), ("sec-fetch-site", site)]),
                "{site}"
            );
        }
        assert!(!own(&[
            ("origin", "https://evil.example"),
            ("sec-fetch-site", "same-origin")
        ]));
    }
}
