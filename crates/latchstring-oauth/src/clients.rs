//! Who a client is, however it says so: by its own document, or by having registered.

use std::sync::Arc;

use axum::http::{header, request::Parts};
use latchstring_access::StoreError;

use crate::{
    assertion::{ASSERTION_TYPE, claimed_client},
    cimd::{ClientDocumentError, DocumentAddress},
    client::ClientMetadata,
    error::OAuthError,
    form::Form,
    issuer::TOKEN,
    limits::DOCUMENTS,
    net::Net,
    registration::Registration,
    state::AuthorizationServer,
};

/// Why there is no client.
#[derive(Debug)]
pub(crate) enum NoClient {
    /// Nobody of that id is known, or its document is not usable; what to tell whoever wrote it.
    Unknown(String),
    /// Its document cannot be fetched right now.
    OutOfReach(ClientDocumentError),
    /// It cannot be said right now.
    Unavailable(Box<dyn std::error::Error + Send + Sync>),
}

impl AuthorizationServer {
    /// The client with this id.
    pub(crate) async fn client(&self, client_id: &str) -> Result<Arc<ClientMetadata>, NoClient> {
        if DocumentAddress::is_meant_by(client_id) {
            let documents = self.documents().ok_or_else(|| {
                NoClient::Unknown("this server fetches no client metadata documents; register the client".to_owned())
            })?;
            return documents.client(client_id).await.map_err(|error| {
                if error.is_temporary() {
                    NoClient::OutOfReach(error)
                } else {
                    NoClient::Unknown(error.to_string())
                }
            });
        }
        let unknown = || NoClient::Unknown("the client is not registered, or was forgotten; register again".to_owned());
        let client = self.access().find_client(client_id).await?.ok_or_else(unknown)?;
        let registration = Registration::from_stored(&client.metadata).map_err(|_| unknown())?;
        Ok(Arc::new(registration.into_client(client.client_id)))
    }

    /// The client that sends a form to a program's endpoint, having shown who it is as far as it must.
    pub(crate) async fn authenticate_client(
        &self,
        form: &Form,
        parts: &Parts,
    ) -> Result<Arc<ClientMetadata>, OAuthError> {
        let has_header = parts.headers.contains_key(header::AUTHORIZATION);
        if has_header || form.get("client_secret").is_some() {
            let text = "clients have no secrets here; send client_id in the form, or a signed client_assertion";
            return Err(OAuthError::InvalidClient(text.to_owned()));
        }
        let assertion = match (form.get("client_assertion_type"), form.get("client_assertion")) {
            (None, None) => None,
            (Some(ASSERTION_TYPE), Some(assertion)) => Some(assertion),
            _ => {
                let text =
                    format!("send client_assertion and client_assertion_type together, the latter as {ASSERTION_TYPE}");
                return Err(OAuthError::InvalidClient(text));
            }
        };
        // What an assertion claims of itself only says whose keys to check it with.
        let claimed = assertion.and_then(claimed_client);
        let client_id = form
            .get("client_id")
            .or(claimed.as_deref())
            .ok_or_else(|| OAuthError::InvalidClient("client_id is missing; send it in the form".to_owned()))?;
        if self
            .documents()
            .is_some_and(|documents| documents.would_fetch(client_id))
        {
            self.count(&DOCUMENTS, &Net::of(parts, self.proxies())).await?;
        }
        let client = self.client(client_id).await?;
        match assertion {
            Some(assertion) => self.check_assertion(&client, assertion).await?,
            None if client.auth().allows_none => {}
            None => {
                let text = "this client signs its requests; send client_assertion (private_key_jwt)";
                return Err(OAuthError::InvalidClient(text.to_owned()));
            }
        }
        Ok(client)
    }

    /// Keeps a client that registered itself, for it was used. What it was used for is done already, so a failure is
    /// told to the log alone.
    pub(crate) async fn keep(&self, client_id: &str) {
        if !DocumentAddress::is_meant_by(client_id)
            && let Err(error) = self.access().keep_client(client_id).await
        {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "a registered client may be forgotten too early"
            );
        }
    }

    async fn check_assertion(&self, client: &ClientMetadata, assertion: &str) -> Result<(), OAuthError> {
        let token_endpoint = self.issuer().endpoint(TOKEN);
        let audiences = [self.issuer().as_str(), token_endpoint.as_str()];
        let now = self.access().now().await?;
        let verified = self.assertions().verify(client, assertion, &audiences, now).await;
        let verified = verified.map_err(|error| {
            if error.is_temporary() {
                OAuthError::Unavailable(error.into())
            } else {
                OAuthError::InvalidClient(error.to_string())
            }
        })?;
        let _place = self.noise().place()?;
        let is_new = self
            .access()
            .use_assertion(client.client_id(), &verified.jti, verified.expires_at)
            .await?;
        if is_new {
            Ok(())
        } else {
            let text = "this client assertion was used before; sign a new one with another jti";
            Err(OAuthError::InvalidClient(text.to_owned()))
        }
    }
}

impl From<StoreError> for NoClient {
    fn from(error: StoreError) -> Self {
        Self::Unavailable(error.into())
    }
}

impl From<NoClient> for OAuthError {
    fn from(error: NoClient) -> Self {
        match error {
            NoClient::Unknown(text) => Self::InvalidClient(text),
            NoClient::OutOfReach(error) => Self::Unavailable(error.into()),
            NoClient::Unavailable(source) => Self::Unavailable(source),
        }
    }
}
