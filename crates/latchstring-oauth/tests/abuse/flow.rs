//! The conversation as an independent client holds it: the `oauth2` crate, over a function that calls the router.

use axum::body::Body;
use latchstring_core::Scope as Granted;
use oauth2::{
    AuthUrl, AuthorizationCode, ClientId, CsrfToken, HttpRequest, HttpResponse, PkceCodeChallenge, RedirectUrl,
    RefreshToken, RequestTokenError, RevocationUrl, Scope, StandardRevocableToken, TokenResponse, TokenUrl,
    basic::{BasicClient, BasicErrorResponseType},
};

use crate::door::{App, Browser, CALLBACK, Door, ISSUER, parameter};

async fn call(door: Door, request: HttpRequest) -> Result<HttpResponse, axum::http::Error> {
    let reply = door.send(request.map(Body::from)).await;
    let mut response = axum::http::Response::new(reply.body.to_vec());
    *response.status_mut() = reply.status;
    *response.headers_mut() = reply.headers;
    Ok(response)
}

#[tokio::test]
async fn an_independent_client_connects_refreshes_and_leaves() {
    let door = Door::new().await;
    let metadata = door.get("/.well-known/oauth-authorization-server").await;
    let registered = App::registered(&door).await;
    let http = |request: HttpRequest| call(door.clone(), request);
    let client = BasicClient::new(ClientId::new(registered.client_id))
        .set_auth_uri(AuthUrl::new(metadata.member("authorization_endpoint")).expect("an address"))
        .set_token_uri(TokenUrl::new(metadata.member("token_endpoint")).expect("an address"))
        .set_revocation_url(RevocationUrl::new(metadata.member("revocation_endpoint")).expect("an address"))
        .set_redirect_uri(RedirectUrl::new(CALLBACK.to_owned()).expect("an address"));
    let resource = door.connector_url(&door.alpha);

    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let (url, state) = client
        .authorize_url(CsrfToken::new_random)
        .add_scope(Scope::new("read".to_owned()))
        .add_extra_param("resource", resource.clone())
        .set_pkce_challenge(challenge)
        .url();
    let parameters: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    let parameters: Vec<(&str, &str)> = parameters.iter().map(|(name, value)| (&**name, &**value)).collect();
    let mut browser = Browser::new(&door);
    let page = browser.open(&parameters).await;
    let confirm = browser
        .type_code(&page, &door.code(&door.alpha, Granted::ReadWrite).await)
        .await;
    assert!(confirm.text().contains("Alpha &amp; Sons"), "{}", confirm.text());
    let sent = browser.press(&confirm, "allow").await.location().expect("sent back");
    assert_eq!(parameter(&sent, "state").as_ref(), Some(state.secret()));
    assert_eq!(parameter(&sent, "iss").as_deref(), Some(ISSUER));

    let code = AuthorizationCode::new(parameter(&sent, "code").expect("a code"));
    let first = client
        .exchange_code(code)
        .set_pkce_verifier(verifier)
        .add_extra_param("resource", resource.clone())
        .request_async(&http)
        .await
        .expect("tokens");
    let scopes: Vec<&str> = first
        .scopes()
        .expect("always said")
        .iter()
        .map(|scope| scope.as_str())
        .collect();
    assert_eq!(scopes, ["read", "write"]);
    assert_eq!(first.expires_in().map(|time| time.as_secs()), Some(3600));
    assert!(door.opens(&door.alpha, first.access_token().secret()).await);

    let first_refresh = first.refresh_token().expect("a refresh token");
    let second = client
        .exchange_refresh_token(first_refresh)
        .add_extra_param("resource", resource)
        .request_async(&http)
        .await
        .expect("tokens");
    assert!(door.opens(&door.alpha, second.access_token().secret()).await);
    assert!(
        door.opens(&door.alpha, first.access_token().secret()).await,
        "until it expires"
    );

    let last = second.refresh_token().expect("a refresh token").clone();
    let revocation = client
        .revoke_token(StandardRevocableToken::RefreshToken(last.clone()))
        .expect("an https address");
    revocation.request_async(&http).await.expect("revoked");
    assert!(!door.opens(&door.alpha, second.access_token().secret()).await);
    assert!(!door.opens(&door.alpha, first.access_token().secret()).await);
    for token in [last, RefreshToken::new("nonsense".to_owned())] {
        let refused = client
            .exchange_refresh_token(&token)
            .request_async(&http)
            .await
            .expect_err("refused");
        let RequestTokenError::ServerResponse(refused) = refused else {
            panic!("{refused}")
        };
        assert_eq!(*refused.error(), BasicErrorResponseType::InvalidGrant);
    }
}

/// When tokens were issued, the client gets them, whatever else goes wrong: the code is spent, and there is no second
/// answer.
#[tokio::test]
async fn a_store_that_cannot_keep_the_client_does_not_keep_its_tokens_from_it() {
    let (door, spy) = Door::spied().await;
    let app = App::registered(&door).await;
    let code = app.authorized(&door, &door.alpha, Granted::Read).await;
    spy.break_question(Some("keep_client"));
    let first = app.exchange(&door, &code, &[]).await;
    spy.break_question(None);
    let again = app.exchange(&door, &code, &[]).await;
    assert!(
        first.status == 200 || again.status == 200,
        "{} then {}",
        first.text(),
        again.text()
    );
}
