//! From a connection code to tokens: approve, exchange, refresh.
//!
//! What is wrong with a request is found before anything is spent, so that a mistake costs nobody their code or token.
//! Who presents a spent token again, being the right client, has shown that there are two copies of it: then the grant
//! ends (RFC 9700, sections 2.1.1 and 4.14).

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use latchstring_core::{CodeId, GrantId, Scope, TenantId};

use super::Access;
use crate::{
    AUTHORIZATION_CODE_LIFETIME, AccessEventKind, AppIdentity, Challenge, ConnectorId, FoundRefreshToken, FoundToken,
    GrantKind, IssuedToken, IssuedTokens, Person, PlanRule, REFRESH_TOKEN_LIFETIME, REPLAY_WINDOW, Redemption, Secret,
    StoreError, Token, TokenPrefix, seal,
};

/// How long a spent authorization code is taken for a repeated request, not for a stolen copy.
const REPEATED_REQUEST: TimeDelta = TimeDelta::seconds(30);

/// How often the tokens of one app are refreshed, and within what time. Apps refresh when an access token is about to
/// expire, so none comes near; one that goes wrong must not fill the store.
pub const REFRESHES: u64 = 60;
const REFRESHES_WITHIN: Duration = Duration::from_hours(1);

/// What a person approved: a code that was found live, spent on an app.
#[derive(Debug)]
pub struct Approval {
    /// The connection code.
    pub code: CodeId,
    /// The connector that the app asked for, if it named one.
    pub connector: Option<ConnectorId>,
    /// The app.
    pub app: AppIdentity,
    /// Where the authorization code is sent, exactly.
    pub redirect_uri: String,
    /// What the app must prove to know.
    pub challenge: Challenge,
}

/// An app that may fetch its tokens.
#[derive(Debug)]
pub struct Authorized {
    /// The authorization code, to be sent to the app.
    pub code: Secret,
    /// Whose data it will see.
    pub tenant: TenantId,
    /// What it may do.
    pub scope: Scope,
}

/// The tokens of one answer. The same token presented twice within [`REPLAY_WINDOW`] gives the same tokens twice.
#[derive(Debug)]
pub struct TokenTexts {
    /// The access token.
    pub access: Secret,
    /// The refresh token.
    pub refresh: Secret,
    /// How long the access token works from when it was issued.
    pub expires_in: TimeDelta,
    /// What they allow.
    pub scope: Scope,
}

/// What a client says when it presents an authorization code.
#[derive(Debug, Clone, Copy)]
pub struct CodePresented<'a> {
    /// The code.
    pub code: &'a str,
    /// The client, as it was identified.
    pub client_id: &'a str,
    /// Where the code was sent, if the client says so.
    pub redirect_uri: Option<&'a str>,
    /// The proof.
    pub verifier: &'a str,
    /// The connector the tokens are for, if the client says so.
    pub connector: Option<&'a ConnectorId>,
}

/// What a client says when it presents a refresh token.
#[derive(Debug, Clone, Copy)]
pub struct RefreshPresented<'a> {
    /// The token.
    pub token: &'a str,
    /// The client, as it was identified.
    pub client_id: &'a str,
    /// The scope it asks for, if it says so.
    pub scope: Option<Scope>,
    /// The connector the tokens are for, if the client says so.
    pub connector: Option<&'a ConnectorId>,
}

impl Access {
    /// Spends a connection code on an app. `None` when the code is no longer live, or not for this connector.
    pub async fn approve(&self, approval: Approval) -> Result<Option<Authorized>, StoreError> {
        let now = self.store.now().await?;
        let code = Token::generate(&TokenPrefix::AUTHORIZATION_CODE);
        let redemption = Redemption {
            code: approval.code,
            connector: approval.connector,
            needs_plan: self.rules.plan == PlanRule::Subscription,
            grant: GrantId::new(now),
            app: approval.app,
            authorization_code: IssuedToken {
                secret: self.issue(code.secret()),
                expires_at: now + AUTHORIZATION_CODE_LIFETIME,
            },
            redirect_uri: approval.redirect_uri,
            challenge: approval.challenge,
            at: now,
        };
        let Some(redeemed) = self.store.redeem(&redemption).await? else {
            return Ok(None);
        };
        self.note(now, redeemed.tenant, AccessEventKind::CodeRedeemed)
            .grant(redemption.grant)
            .code(redemption.code)
            .write()
            .await;
        Ok(Some(Authorized {
            code: code.into_secret(),
            tenant: redeemed.tenant,
            scope: redeemed.scope,
        }))
    }

    /// Exchanges an authorization code for tokens.
    ///
    /// # Errors
    /// See [`SpendError`]. Only the right client with the right proof spends a code.
    pub async fn exchange(&self, presented: CodePresented<'_>) -> Result<TokenTexts, SpendError> {
        let code = Token::parse(presented.code, &TokenPrefix::AUTHORIZATION_CODE).map_err(|_| SpendError::Refused)?;
        let found = self
            .store
            .find_authorization_code(&self.ring.hashes(code.secret()))
            .await?;
        let found = found.ok_or(SpendError::Refused)?;
        let token = &found.token;
        let is_its_client = token.client_id == presented.client_id
            && presented.redirect_uri.is_none_or(|uri| uri == found.redirect_uri)
            && found.challenge.is_answered_by(presented.verifier);
        if !is_its_client {
            return Err(SpendError::Refused);
        }
        is_for(token, presented.connector)?;
        if let Some(spent_at) = token.spent_at {
            if token.at - spent_at >= REPEATED_REQUEST {
                self.stolen(token, AccessEventKind::AuthorizationCodeReused).await?;
            }
            return Err(SpendError::Refused);
        }
        let (texts, issued) = self.new_tokens(token.grant, token.scope, token.at);
        if !self.store.exchange(token.id, &issued).await? {
            return Err(SpendError::Refused);
        }
        self.note(token.at, token.tenant, AccessEventKind::AppConnected)
            .grant(token.grant)
            .write()
            .await;
        Ok(texts)
    }

    /// Exchanges a refresh token for new tokens.
    ///
    /// # Errors
    /// See [`SpendError`].
    pub async fn refresh(&self, presented: RefreshPresented<'_>) -> Result<TokenTexts, SpendError> {
        let token = Token::parse(presented.token, &TokenPrefix::REFRESH).map_err(|_| SpendError::Refused)?;
        let hashes = self.ring.hashes(token.secret());
        let found = self.find_refresh(&hashes, presented.client_id).await?;
        is_for(&found.token, presented.connector)?;
        if presented.scope.is_some_and(|scope| !found.token.scope.includes(scope)) {
            return Err(SpendError::WiderScope);
        }
        if found.token.spent_at.is_some() {
            return self.again(token.secret(), &found).await;
        }
        let bucket = format!("refresh:{}", found.token.grant);
        let count = self.store.count(&bucket, REFRESHES_WITHIN).await?;
        if count.so_far > REFRESHES {
            return Err(SpendError::TooMany(count.ends_in));
        }
        let (texts, issued) = self.new_tokens(found.token.grant, found.token.scope, found.token.at);
        let sealed = seal::seal(token.secret(), found.token.grant, &texts.to_answer());
        if self.store.rotate(found.token.id, &issued, &sealed).await? {
            return Ok(texts);
        }
        // Another request with the same token was faster, or the token is over.
        let found = self.find_refresh(&hashes, presented.client_id).await?;
        if found.token.spent_at.is_none() {
            return Err(SpendError::Refused);
        }
        self.again(token.secret(), &found).await
    }

    /// A refresh token of this client. What is another's is not told apart from what does not exist, and changes
    /// nothing: whoever found a token must not be able to end its grant.
    async fn find_refresh(
        &self,
        hashes: &[crate::SecretHash],
        client_id: &str,
    ) -> Result<FoundRefreshToken, SpendError> {
        let found = self.store.find_refresh_token(hashes).await?;
        found
            .filter(|found| found.token.client_id == client_id)
            .ok_or(SpendError::Refused)
    }

    /// A refresh token that was spent: within the window it is answered as before, for real clients refresh in
    /// parallel and lose answers. Later, or once its successor was spent, there is a copy of it.
    async fn again(&self, token: &Secret, found: &FoundRefreshToken) -> Result<TokenTexts, SpendError> {
        let FoundToken {
            grant,
            scope,
            stands,
            spent_at,
            at,
            ..
        } = &found.token;
        let is_recent = spent_at.is_some_and(|spent_at| *at - spent_at < REPLAY_WINDOW);
        if is_recent && !found.successor_is_spent && *stands {
            let answer = found
                .sealed
                .as_deref()
                .and_then(|sealed| seal::unseal(token, *grant, sealed));
            return answer
                .and_then(|answer| TokenTexts::from_answer(&answer, *scope))
                .ok_or(SpendError::Refused);
        }
        self.stolen(&found.token, AccessEventKind::RefreshTokenReused).await?;
        Err(SpendError::Refused)
    }

    async fn stolen(&self, token: &FoundToken, event: AccessEventKind) -> Result<(), StoreError> {
        // Also of a grant that does not stand just now: its tenant may be resumed.
        let by = Person::new("latchstring", "reuse of a spent token");
        self.revoke(GrantKind::App, token.tenant, token.grant, &by, event)
            .await
            .map(drop)
    }

    fn new_tokens(&self, grant: GrantId, scope: Scope, at: DateTime<Utc>) -> (TokenTexts, IssuedTokens) {
        let (access, refresh) = (
            Token::generate(&TokenPrefix::ACCESS),
            Token::generate(&TokenPrefix::REFRESH),
        );
        let expires_in = self.rules.access_token_lifetime;
        let issued = IssuedTokens {
            grant,
            access: IssuedToken {
                secret: self.issue(access.secret()),
                expires_at: at + expires_in,
            },
            refresh: IssuedToken {
                secret: self.issue(refresh.secret()),
                expires_at: at + REFRESH_TOKEN_LIFETIME,
            },
            at,
        };
        let texts = TokenTexts {
            access: access.into_secret(),
            refresh: refresh.into_secret(),
            expires_in,
            scope,
        };
        (texts, issued)
    }
}

/// Tokens are for the connector of their tenant and no other (RFC 8707, section 2).
fn is_for(token: &FoundToken, connector: Option<&ConnectorId>) -> Result<(), SpendError> {
    match connector {
        Some(connector) if *connector != token.connector => Err(SpendError::OtherConnector),
        Some(_) | None => Ok(()),
    }
}

impl TokenTexts {
    /// As it is sealed: what cannot be known from the grant.
    fn to_answer(&self) -> Secret {
        let seconds = self.expires_in.num_seconds();
        Secret::new(format!("{} {} {seconds}", self.access.expose(), self.refresh.expose()))
    }

    fn from_answer(answer: &Secret, scope: Scope) -> Option<Self> {
        let mut parts = answer.expose().split(' ');
        Some(Self {
            access: Secret::new(parts.next()?),
            refresh: Secret::new(parts.next()?),
            expires_in: TimeDelta::seconds(parts.next()?.parse().ok()?),
            scope,
        })
    }
}

/// Why a client got no tokens.
#[derive(Debug, thiserror::Error)]
pub enum SpendError {
    /// The code or token is unknown, another client's, spent, expired or revoked, or the proof is wrong. Not told
    /// which.
    #[error("this code or token is not valid for this client; ask the person to connect the app again")]
    Refused,
    /// It is for another connector than the one asked for. Nothing was spent.
    #[error("these tokens are for another connector; ask for the one that the person approved")]
    OtherConnector,
    /// More is asked for than was granted. Nothing was spent.
    #[error("the scope is wider than what was granted; leave it out, or ask the person to connect the app again")]
    WiderScope,
    /// The app refreshed [`REFRESHES`] times within an hour, and may again after this time. Nothing was spent.
    #[error("this app refreshes its tokens too often; use an access token until it expires")]
    TooMany(Duration),
    /// The store cannot be asked, which is no verdict.
    #[error(transparent)]
    Store(#[from] StoreError),
}
