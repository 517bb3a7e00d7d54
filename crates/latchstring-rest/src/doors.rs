//! Who may knock, as at the MCP endpoint: a page in somebody's browser may not, whatever name it has for this server.

use axum::http::{HeaderMap, StatusCode, Uri, header, uri::Authority};

use crate::answer::Refused;

/// Host names and browser origins.
#[derive(Debug, Clone)]
pub struct Doors {
    /// `Host` values that are ours, as `name` or `name:port`; others are refused, against DNS rebinding.
    pub hosts: Vec<String>,
    /// `Origin` values that may call from a browser, as `https://name:port`, or `http://localhost:*`.
    pub origins: Vec<String>,
}

impl Doors {
    /// Whether a request to `uri` with these headers may come in.
    pub(crate) fn admit(&self, uri: &Uri, headers: &HeaderMap) -> Result<(), Refused> {
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
        // HTTP/2 has the name in the address.
        let host = host.map_or_else(|| uri.authority().cloned(), |host| host.parse().ok());
        if !host.is_some_and(|host| self.is_ours(&host)) {
            return Err(refused("`Host` is not a name of this server; use its public address"));
        }
        let Some(origin) = headers.get(header::ORIGIN) else {
            return Ok(());
        };
        let origin = origin.to_str().ok().and_then(|origin| origin.parse().ok());
        if !origin.is_some_and(|origin| self.is_welcome(&origin)) {
            return Err(refused("pages of this `Origin` may not call; an operator can allow it"));
        }
        Ok(())
    }

    fn is_ours(&self, host: &Authority) -> bool {
        let ours = self.hosts.iter().filter_map(|ours| ours.parse::<Authority>().ok());
        ours.into_iter().any(|ours| {
            let is_port = match (ours.port_u16(), host.port_u16()) {
                (None, _) => true,
                // Left out where it is the scheme's own, and the proxy in front knows the scheme.
                (Some(port), None) => port == 443 || port == 80,
                (Some(port), Some(asked)) => port == asked,
            };
            is_port && ours.host().eq_ignore_ascii_case(host.host())
        })
    }

    fn is_welcome(&self, origin: &Uri) -> bool {
        let (Some(scheme), Some(host)) = (origin.scheme_str(), origin.host()) else {
            return false;
        };
        let own_port = if scheme == "https" { 443 } else { 80 };
        let port = origin.port_u16().unwrap_or(own_port);
        let (exact, any) = (format!("{scheme}://{host}:{port}"), format!("{scheme}://{host}:*"));
        self.origins.iter().any(|allowed| *allowed == exact || *allowed == any)
    }
}

fn refused(text: &str) -> Refused {
    Refused::new(StatusCode::FORBIDDEN, "FORBIDDEN", text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admits(host: &str, origin: Option<&str>) -> bool {
        let doors = Doors {
            hosts: ["localhost", "[::1]", "app.example:443"].map(String::from).to_vec(),
            origins: ["https://app.example:443", "http://localhost:*"]
                .map(String::from)
                .to_vec(),
        };
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, host.parse().unwrap());
        if let Some(origin) = origin {
            headers.insert(header::ORIGIN, origin.parse().unwrap());
        }
        doors.admit(&Uri::from_static("/api/v1/run"), &headers).is_ok()
    }

    #[test]
    fn h01_foreign_hosts_and_origins_are_refused() {
        for host in [
            "localhost",
            "localhost:8787",
            "[::1]:1",
            "app.example",
            "APP.example:443",
        ] {
            assert!(admits(host, None), "{host}");
        }
        for host in [
            "evil.example",
            "app.example:80",
            "localhost.evil.example",
            "app.example.",
            "a b",
            "",
        ] {
            assert!(!admits(host, None), "{host}");
        }
        for origin in [
            "https://app.example",
            "https://app.example:443",
            "http://localhost:6274",
        ] {
            assert!(admits("localhost", Some(origin)), "{origin}");
        }
        for origin in [
            "null",
            "https://evil.example",
            "http://app.example:443",
            "https://localhost:1",
            "",
        ] {
            assert!(!admits("localhost", Some(origin)), "{origin}");
        }
    }
}
