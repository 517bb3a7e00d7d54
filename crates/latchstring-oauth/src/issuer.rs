//! Our own addresses, each made in one place.

use latchstring_access::ConnectorId;
use url::Url;

/// The address under which everything is reached: the issuer of tokens (RFC 8414, section 2) and the base of all
/// endpoints. Never ends with a slash, and is compared letter by letter.
#[derive(Debug, Clone)]
pub(crate) struct Issuer {
    text: String,
    is_https: bool,
}

/// Where the endpoints are, below the issuer. These are the paths that MCP clients fall back to when they have no metadata
/// at hand (revision 2025-03-26 of the specification): a client that was started anew refreshes its tokens there.
pub(crate) const AUTHORIZE: &str = "/authorize";
pub(crate) const TOKEN: &str = "/token";
pub(crate) const REGISTER: &str = "/register";
pub(crate) const REVOKE: &str = "/revoke";

/// The path of connectors, as a route.
pub(crate) const CONNECTOR_ROUTE: &str = "/c/{connector}/mcp-agent";

impl Issuer {
    pub(crate) fn new(public_url: &Url) -> Self {
        Self {
            text: public_url.as_str().trim_end_matches('/').to_owned(),
            is_https: public_url.scheme() == "https",
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether browsers reach us by TLS, so that cookies may insist on it.
    pub(crate) fn is_https(&self) -> bool {
        self.is_https
    }

    /// The origin that a browser sends for our own pages.
    pub(crate) fn origin(&self) -> String {
        Url::parse(&self.text).map_or_else(|_| self.text.clone(), |url| url.origin().ascii_serialization())
    }

    pub(crate) fn endpoint(&self, path: &str) -> String {
        format!("{}{path}", self.text)
    }

    /// The address a person pastes into a chat.
    pub(crate) fn connector_url(&self, connector: &ConnectorId) -> String {
        format!("{}/c/{connector}/mcp-agent", self.text)
    }

    /// Where an app learns who protects that address (RFC 9728, section 3.1).
    pub(crate) fn resource_metadata_url(&self, connector: &ConnectorId) -> String {
        format!(
            "{}{}/c/{connector}/mcp-agent",
            self.text,
            crate::metadata::PROTECTED_RESOURCE
        )
    }

    /// The connector that an address names, exactly as we hand it out.
    pub(crate) fn connector_of(&self, resource: &str) -> Option<ConnectorId> {
        let id = resource
            .strip_prefix(self.text.as_str())?
            .strip_prefix("/c/")?
            .strip_suffix("/mcp-agent")?;
        id.parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c05_only_the_exact_address_names_a_connector() {
        let issuer = Issuer::new(&Url::parse("https://mcp.example.com/").expect("an address"));
        let connector = ConnectorId::generate();
        let url = issuer.connector_url(&connector);
        assert_eq!(issuer.connector_of(&url), Some(connector.clone()));
        for wrong in [
            "https://mcp.example.com".to_owned(),
            "https://mcp.example.com/".to_owned(),
            format!("{url}/"),
            format!("{url}?x=1"),
            format!("{url}#x"),
            url.replace("https", "http"),
            url.replace("mcp.example.com", "MCP.example.com"),
            url.replace("mcp.example.com", "mcp.example.com.evil.example"),
            url.replace("/c/", "/c/../c/"),
            url.replace(connector.as_str(), &connector.as_str()[1..]),
            String::new(),
        ] {
            assert_eq!(issuer.connector_of(&wrong), None, "{wrong}");
        }
    }
}
