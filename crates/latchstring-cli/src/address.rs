//! Where the server is. A key goes over TLS, or does not leave this machine.

use std::{fmt, str::FromStr};

use thiserror::Error;
use url::{Host, Url};

/// The address of an MCP endpoint.
#[derive(Debug, Clone)]
pub(crate) struct Address(Url);

#[derive(Debug, Error)]
pub(crate) enum AddressError {
    #[error("it is no address; give the server's whole URL, such as https://mcp.example.com/mcp")]
    Invalid(#[from] url::ParseError),
    #[error("`{0}` would send the key unencrypted; use https, or an address of this machine such as 127.0.0.1")]
    Plain(String),
    #[error("the address begins with `{0}:`; it has to be https, or http on this machine")]
    Scheme(String),
    #[error("the address has a name or password in it; the key is all that is needed")]
    Credentials,
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut url = Url::parse(text)?;
        url.set_fragment(None);
        if !url.username().is_empty() || url.password().is_some() {
            return Err(AddressError::Credentials);
        }
        let address = Self(url);
        match address.0.scheme() {
            "https" => Ok(address),
            "http" if address.is_loopback() => Ok(address),
            "http" => Err(AddressError::Plain(address.to_string())),
            other => Err(AddressError::Scheme(other.to_owned())),
        }
    }
}

impl Address {
    pub(crate) fn url(&self) -> &Url {
        &self.0
    }

    pub(crate) fn is_loopback(&self) -> bool {
        match self.0.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        }
    }

    /// Where people make and revoke keys: beside the endpoint.
    pub(crate) fn access_page(&self) -> String {
        let page = self.0.join("access").unwrap_or_else(|_| self.0.clone());
        Self(page).to_string()
    }

    /// Where a redirect of the server's leads.
    pub(crate) fn leads_to(&self, location: &str) -> Option<String> {
        self.0.join(location).ok().map(|url| Self(url).to_string())
    }
}

/// Without a query: it may have a secret in it.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = self.0.clone();
        shown.set_query(None);
        shown.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<String, String> {
        let address: Result<Address, _> = text.parse();
        address.map(|one| one.to_string()).map_err(|error| error.to_string())
    }

    #[test]
    fn https_goes_anywhere_and_http_stays_on_this_machine() {
        for text in [
            "https://mcp.example.com/mcp",
            "http://127.0.0.1:8787/mcp",
            "http://127.9.9.9/mcp",
            "http://[::1]:8787/mcp",
            "http://localhost:8787/mcp",
        ] {
            assert_eq!(parse(text).as_deref(), Ok(text));
        }
        for text in [
            "http://mcp.example.com/mcp",
            "http://192.168.0.7/mcp",
            "http://localhost.example.com/mcp",
            "http://0.0.0.0:8787/mcp",
        ] {
            assert!(parse(text).unwrap_err().contains("unencrypted"), "{text}");
        }
        assert!(parse("ftp://127.0.0.1/").unwrap_err().contains("`ftp:`"));
        assert!(parse("127.0.0.1:8787/mcp").unwrap_err().contains("whole URL"));
        assert!(
            !parse("https://me:hunter2@example.com/")
                .unwrap_err()
                .contains("hunter2")
        );
    }

    #[test]
    fn the_access_page_is_beside_the_endpoint() {
        let page = |text: &str| text.parse::<Address>().unwrap().access_page();
        assert_eq!(page("https://example.com/mcp?a=b"), "https://example.com/access");
        assert_eq!(
            page("https://example.com/tools/mcp"),
            "https://example.com/tools/access"
        );
    }
}
