//! The documents of clients, without a network: one client has one.

use std::time::Duration;

use async_trait::async_trait;
use latchstring::oauth::{Document, Documents, FetchError};
use serde_json::json;
use url::Url;

/// The id of the client that has a document.
pub(crate) const CLIENT: &str = "https://chat.example/client.json";

/// The web, as far as tests know it.
pub(crate) struct Published;

#[async_trait]
impl Documents for Published {
    async fn fetch(&self, url: &Url, _: usize) -> Result<Document, FetchError> {
        if url.as_str() != CLIENT {
            return Err(FetchError::Status(404));
        }
        let document = json!({
            "client_id": CLIENT,
            "client_name": "Published chat",
            "redirect_uris": ["https://chat.example/callback"],
            "token_endpoint_auth_method": "none",
        });
        Ok(Document {
            body: document.to_string().into_bytes(),
            fresh_for: Duration::from_mins(5),
        })
    }
}
