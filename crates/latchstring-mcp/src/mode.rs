//! What of a surface a client wants to see, said in the address: `?tools=direct`, `?only=boms,raw_materials`, and
//! `/readonly` behind the endpoint's own path.

use http::Uri;
use latchstring_core::{OperationError, Surface};

/// Behind the endpoint's path, for a grant that should only read here.
pub(crate) const READ_ONLY: &str = "/readonly";

/// Which tools are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Tools {
    /// Programs, and what helps to write them. However many operations there are, the list stays short.
    #[default]
    Code,
    /// Each operation as a tool of its own, and no programs.
    Direct,
    /// Both.
    Both,
}

/// What a client wants to see.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Mode {
    pub(crate) tools: Tools,
    only: Vec<String>,
    is_read_only: bool,
}

impl Mode {
    /// What the address says.
    ///
    /// # Errors
    /// When a parameter has a value that is not understood. Parameters that are not ours are passed over: clients add
    /// their own.
    pub(crate) fn of(uri: &Uri) -> Result<Self, OperationError> {
        let mut mode = Self {
            is_read_only: uri.path().trim_end_matches('/').ends_with(READ_ONLY),
            ..Self::default()
        };
        for (name, value) in url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()) {
            match (name.as_ref(), value.as_ref()) {
                ("tools", "code") => mode.tools = Tools::Code,
                ("tools", "direct") => mode.tools = Tools::Direct,
                ("tools", "both") => mode.tools = Tools::Both,
                ("tools", other) => {
                    return Err(OperationError::invalid_input(format!(
                        "`tools={}` in the address is not understood; use code, direct or both",
                        other.chars().take(100).collect::<String>()
                    )));
                }
                ("only", namespaces) => {
                    let names = namespaces.split(',').map(str::trim).filter(|name| !name.is_empty());
                    mode.only.extend(names.map(ToOwned::to_owned));
                }
                _ => {}
            }
        }
        Ok(mode)
    }

    /// The surface as it is seen so.
    ///
    /// # Errors
    /// When a namespace that is asked for is not there.
    pub(crate) fn narrow(&self, surface: Surface) -> Result<Surface, OperationError> {
        let surface = if self.is_read_only {
            surface.read_only()
        } else {
            surface
        };
        if self.only.is_empty() {
            return Ok(surface);
        }
        let names: Vec<&str> = self.only.iter().map(String::as_str).collect();
        surface.only(&names)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(uri: &str) -> Result<Mode, String> {
        let uri: Uri = uri.parse().expect("an address");
        Mode::of(&uri).map_err(|error| error.message().to_owned())
    }

    #[test]
    fn the_address_says_what_is_seen() {
        assert_eq!(mode("/mcp"), Ok(Mode::default()));
        assert_eq!(mode("/mcp?tools=direct&utm=1").expect("a mode").tools, Tools::Direct);
        let narrowed = mode("/c/x/mcp-agent/readonly?only=boms,%20rawMaterials&only=locations").expect("a mode");
        assert_eq!(narrowed.only, ["boms", "rawMaterials", "locations"]);
        assert!(narrowed.is_read_only);
        assert!(mode("/mcp?tools=all").is_err_and(|error| error.contains("code, direct or both")));
    }
}
