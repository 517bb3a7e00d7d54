//! What to paste where, so that a client uses a key.

use serde_json::json;

/// Lines for one client.
pub(super) struct Snippet {
    pub(super) client: &'static str,
    /// Where they go, as HTML of ours.
    pub(super) where_to: &'static str,
    pub(super) lines: String,
}

/// For each client, with the key in it.
pub(super) fn all(name: &str, title: &str, url: &str, key: &str) -> [Snippet; 6] {
    let variable = format!("{}_KEY", name.to_uppercase().replace('-', "_"));
    let pretty = |value: serde_json::Value| format!("{value:#}");
    [
        Snippet {
            client: "Claude Code",
            where_to: "In a terminal:",
            lines: format!(
                "claude mcp add --transport http {name} {url} \\\n  --header \"Authorization: Bearer {key}\""
            ),
        },
        Snippet {
            client: "Codex",
            where_to: "In a terminal. The variable has to be set wherever Codex is started:",
            lines: format!(
                "export {variable}={key}\ncodex mcp add {name} --url {url} \\\n  --bearer-token-env-var {variable}"
            ),
        },
        Snippet {
            client: "Cursor",
            where_to: "In <code>~/.cursor/mcp.json</code>:",
            lines: pretty(json!({
                "mcpServers": { name: { "url": url, "headers": { "Authorization": format!("Bearer {key}") } } }
            })),
        },
        Snippet {
            client: "VS Code",
            where_to: "In <code>.vscode/mcp.json</code>. VS Code asks for the key once and keeps it safely:",
            lines: pretty(json!({
                "inputs": [{
                    "type": "promptString",
                    "id": format!("{name}-key"),
                    "description": format!("API key of {title}"),
                    "password": true
                }],
                "servers": { name: {
                    "type": "http",
                    "url": url,
                    "headers": { "Authorization": format!("Bearer ${{input:{name}-key}}") }
                } }
            })),
        },
        Snippet {
            client: "Claude Desktop",
            where_to: "In Settings, Developer, Edit Config. It needs Node.js; then quit Claude and start it again:",
            lines: pretty(json!({
                "mcpServers": { name: {
                    "command": "npx",
                    "args": ["-y", "mcp-remote", url, "--header", "Authorization:${AUTH_HEADER}"],
                    "env": { "AUTH_HEADER": format!("Bearer {key}") }
                } }
            })),
        },
        Snippet {
            client: "curl",
            where_to: "In a terminal:",
            lines: format!(
                "curl -s {url} \\\n  -H \"Authorization: Bearer {key}\" \\\n  -H \"Content-Type: application/json\" \\\n  \
                 -H \"Accept: application/json, text/event-stream\" \\\n  \
                 -d '{{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}}'"
            ),
        },
    ]
}
