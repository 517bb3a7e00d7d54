//! Who a client is, however it says so: by its own document, or by having registered.

use std::{sync::Arc, time::Duration};

use axum::http::{header, request::Parts};
use latchstring_access::StoreError;

use crate::{
    assertion::{ASSERTION_TYPE, AssertionError, Presented, claimed_client},
    cimd::{ClientDocumentError, DocumentAddress},
    client::ClientMetadata,
    error::OAuthError,
    fetch::DocumentError,
    form::Form,
    issuer::TOKEN,
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
    OutOfReach,
    /// The network that asks has made us fetch enough for now.
    TooMany(Duration),
    /// It cannot be said right now.
    Unavailable(Box<dyn std::error::Error + Send + Sync>),
}

impl AuthorizationServer {
    /// The client with this id, which `net` asks about.
    pub(crate) async fn client(&self, client_id: &str, net: &Net) -> Result<Arc<ClientMetadata>, NoClient> {
        if DocumentAddress::is_meant_by(client_id) {
            let documents = self.documents().ok_or_else(|| {
                NoClient::Unknown("this server fetches no client metadata documents; register the client".to_owned())
            })?;
            return documents
                .client(client_id, net)
                .await
                .map_err(|error| self.no_document(client_id, error));
        }
        let unknown = || NoClient::Unknown("the client is not registered, or was forgotten; register again".to_owned());
        let client = self.access().find_client(client_id).await?.ok_or_else(unknown)?;
        let registration = Registration::from_stored(&client.metadata).map_err(|_| unknown())?;
        Ok(Arc::new(registration.into_client(client.client_id)))
    }

    fn no_document(&self, client_id: &str, error: ClientDocumentError) -> NoClient {
        match error {
            ClientDocumentError::Document(DocumentError::Allowance(wait)) => NoClient::TooMany(wait),
            error if error.is_temporary() => {
                let what = "a client metadata document cannot be fetched";
                self.noise().log().warn(what, &format_args!("{client_id}: {error}"));
                NoClient::OutOfReach
            }
            error => NoClient::Unknown(error.to_string()),
        }
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
        let net = Net::of(parts, self.proxies());
        let client = self.client(client_id, &net).await?;
        match assertion {
            Some(assertion) => self.check_assertion(&client, assertion, &net).await?,
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

    async fn check_assertion(&self, client: &ClientMetadata, assertion: &str, net: &Net) -> Result<(), OAuthError> {
        let token_endpoint = self.issuer().endpoint(TOKEN);
        let presented = Presented {
            audiences: &[self.issuer().as_str(), token_endpoint.as_str()],
            net,
            now: self.access().now().await?,
        };
        let verified = self.assertions().verify(client, assertion, &presented).await;
        let verified = verified.map_err(|error| match error {
            AssertionError::Keys(DocumentError::Allowance(wait)) => OAuthError::TooMany(wait),
            error if error.is_temporary() => {
                let cause = format_args!("{}: {error}", client.client_id());
                self.noise()
                    .log()
                    .warn("the keys of a client cannot be fetched", &cause);
                OAuthError::NotNow
            }
            error => OAuthError::InvalidClient(error.to_string()),
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
            NoClient::OutOfReach => Self::NotNow,
            NoClient::TooMany(wait) => Self::TooMany(wait),
            NoClient::Unavailable(source) => Self::Unavailable(source),
        }
    }
}
