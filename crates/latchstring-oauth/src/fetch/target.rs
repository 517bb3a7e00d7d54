//! Which addresses we fetch from, as far as the address itself tells.

use url::{Host, Url};

use super::FetchError;

/// Names that lead nowhere public, by convention or by registry (RFC 6761, RFC 6762, RFC 8375, RFC 9476). What they
/// resolve to is checked as well; this refuses them before anybody is asked.
const INNER_DOMAINS: [&str; 14] = [
    "alt",
    "arpa",
    "corp",
    "home",
    "internal",
    "intranet",
    "invalid",
    "lan",
    "local",
    "localdomain",
    "localhost",
    "onion",
    "private",
    "test",
];

/// # Errors
/// When `url` is not HTTPS to a public-looking name on port 443.
pub(crate) fn check(url: &Url) -> Result<(), FetchError> {
    let refuse = |reason| Err(FetchError::Address(reason));
    if url.scheme() != "https" {
        return refuse("has to begin with https://");
    }
    if url.port().is_some() {
        return refuse("names a port; serve the document on 443");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return refuse("holds a user name or password; leave them out");
    }
    if url.fragment().is_some() {
        return refuse("has a fragment; leave out the `#` and what follows");
    }
    // The parser has already turned decimal, octal and hexadecimal spellings into the IPv4 addresses they are.
    let Some(Host::Domain(name)) = url.host() else {
        return refuse("names a machine by number; use a domain name");
    };
    let Some((_, last)) = name.rsplit_once('.') else {
        return refuse("has a host without a dot; use a public domain name");
    };
    if name.split('.').any(str::is_empty) {
        return refuse("has a host with an empty label; write it without a trailing dot");
    }
    if INNER_DOMAINS.contains(&last) {
        return refuse("has a host that is not public; use a public domain name");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r04_addresses_that_cannot_be_public_are_refused_by_their_spelling() {
        for text in [
            "http://client.example.com/c.json",
            "ftp://client.example.com/c.json",
            "https://client.example.com:22/c.json",
            "https://client.example.com:8443/c.json",
            "https://user@client.example.com/c.json",
            "https://user:password@client.example.com/c.json",
            "https://client.example.com/c.json#f",
            "https://127.0.0.1/c.json",
            "https://127.1/c.json",
            "https://2130706433/c.json",
            "https://0x7f000001/c.json",
            "https://0x7f.0.0.1/c.json",
            "https://0177.0.0.1/c.json",
            "https://127.0.0.1./c.json",
            "https://169.254.169.254/latest",
            "https://8.8.8.8/c.json",
            "https://[::1]/c.json",
            "https://[::ffff:10.0.0.1]/c.json",
            "https://[::ffff:a00:1]/c.json",
            "https://[64:ff9b::a00:1]/c.json",
            "https://\u{ff11}27.0.0.1/c.json",
            "https://localhost/c.json",
            "https://LOCALHOST/c.json",
            "https://localhost./c.json",
            "https://a.localhost/c.json",
            "https://a.localhost./c.json",
            "https://metadata.google.internal/c.json",
            "https://printer.local/c.json",
            "https://router.home.arpa/c.json",
            "https://1.0.0.127.in-addr.arpa/c.json",
            "https://nas.lan/c.json",
            "https://wiki.corp/c.json",
            "https://a.test/c.json",
            "https://intranet/c.json",
            "https://client.example.com./c.json",
            "https://client..example.com/c.json",
        ] {
            let url = Url::parse(text).unwrap();
            assert!(matches!(check(&url), Err(FetchError::Address(_))), "{text}");
        }
    }

    #[test]
    fn public_names_on_443_are_accepted() {
        for text in [
            "https://claude.ai/oauth/claude-code-client-metadata",
            "https://client.example.com:443/c.json",
            "https://b\u{fc}cher.example/c.json",
        ] {
            assert_eq!(check(&Url::parse(text).unwrap()), Ok(()), "{text}");
        }
    }
}
