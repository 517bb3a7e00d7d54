//! Who a client is: what we keep of the metadata it registered or published.
//!
//! Clients that register themselves (RFC 7591) and clients that publish a document under their own address end as the
//! same value, read by the same rules ([`Declared`]). The difference that matters to a person is kept: only a published
//! document has a host that vouches for the name.

mod declared;

pub(crate) use declared::{Declared, MetadataError, NONE, PRIVATE_KEY_JWT, text, texts};

use url::Url;

use crate::jwks::Jwks;
use crate::redirect::RedirectUri;

/// A client, as far as we know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ClientMetadata {
    client_id: String,
    name: String,
    redirect_uris: Vec<RedirectUri>,
    auth: ClientAuth,
    vouched_by: Option<String>,
}

/// How a client may say who it is at the token endpoint: in at least one of these ways.
///
/// A client that permits both may use either. An assertion that it does send has to be right in any case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ClientAuth {
    /// By its id alone, as a public client does (`none`).
    pub(crate) allows_none: bool,
    /// By an assertion that one of these keys signed (`private_key_jwt`).
    pub(crate) keys: Option<KeySource>,
}

/// Where the keys of a client are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum KeySource {
    /// Under an address we may fetch from (`jwks_uri`).
    Uri(Url),
    /// In the metadata itself (`jwks`).
    Inline(Jwks),
}

impl ClientMetadata {
    /// The client with this id, from what it declared. `vouched_by` is the host that its metadata came from, if it did
    /// not come from the client alone. A client without a name is called by the host of its first redirect address, as long as a
    /// name may be.
    pub(crate) fn new(client_id: String, declared: Declared, vouched_by: Option<String>) -> Self {
        let name = declared.name.unwrap_or_else(|| {
            let first = declared
                .redirect_uris
                .first()
                .expect("metadata without a redirect address is refused");
            declared::name_of(first.host())
        });
        Self {
            client_id,
            name,
            redirect_uris: declared.redirect_uris,
            auth: declared.auth,
            vouched_by,
        }
    }

    /// The id it goes by in requests.
    pub(crate) fn client_id(&self) -> &str {
        &self.client_id
    }

    /// What it calls itself. Nothing in it disturbs a page or a terminal, and nothing says that it is true: show the
    /// host beside it.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// How it may say who it is.
    pub(crate) fn auth(&self) -> &ClientAuth {
        &self.auth
    }

    /// The host its metadata was published by. `None` if it registered itself, so that anybody could have chosen the
    /// name.
    pub(crate) fn vouched_by(&self) -> Option<&str> {
        self.vouched_by.as_deref()
    }

    /// The presented redirect address, if it is one of this client's ([`RedirectUri::matching`]).
    pub(crate) fn redirect(&self, presented: &str) -> Option<RedirectUri> {
        self.redirect_uris
            .iter()
            .find_map(|registered| registered.matching(presented))
    }

    /// Do all answers go to the machine of whoever opened the page? Then any program there may pass itself off as this
    /// client, and a person is to be told so.
    pub(crate) fn is_loopback_only(&self) -> bool {
        self.redirect_uris.iter().all(RedirectUri::is_loopback)
    }
}
