//! Connected apps: from an approved code to tokens and to the end.

use super::*;
use crate::{GrantKind, RevokeOutcome, Token};

#[tokio::test]
async fn an_approved_app_gets_exactly_what_the_code_allowed() {
    let setup = setup().await;
    for scope in [Scope::Read, Scope::ReadWrite] {
        setup.clock.advance(TimeDelta::milliseconds(1)); // lists are in the order of milliseconds
        let tokens = setup.connect(scope).await;
        assert_eq!((tokens.scope, tokens.expires_in), (scope, TimeDelta::hours(1)));
        let grant = setup.app(&tokens).await.expect("recognised");
        assert_eq!((grant.tenant(), grant.scope()), (setup.tenant.id, scope));
        assert_eq!(grant.holder().to_string(), "Claude (claude.ai)");
    }
    let listed = setup.access.list_apps(setup.tenant.id).await.expect("listed");
    assert_eq!(listed.len(), 2);
    assert_eq!(
        (listed[0].scope, listed[0].granted_by.name()),
        (Scope::ReadWrite, "Ann")
    );
    assert!(
        listed
            .iter()
            .all(|app| app.connected_at.is_some() && app.revoked.is_none())
    );
    assert_eq!(
        setup.events().await[..3],
        [
            AccessEventKind::AppConnected,
            AccessEventKind::CodeRedeemed,
            AccessEventKind::CodeCreated
        ]
    );
}

#[tokio::test]
async fn when_an_app_was_last_used_is_listed() {
    let setup = setup().await;
    let tokens = setup.connect(Scope::Read).await;
    setup.clock.advance(TimeDelta::minutes(5));
    setup.app(&tokens).await.expect("recognised");
    setup.access.shutdown().await;
    let listed = setup.access.list_apps(setup.tenant.id).await.expect("listed");
    assert_eq!(listed[0].last_used_at, Some(setup.access.now().await.expect("a clock")));
}

#[tokio::test]
async fn a_code_is_approved_once() {
    let setup = setup().await;
    let approval = setup.approval(Scope::Read).await;
    let again = Approval {
        code: approval.code,
        connector: None,
        app: approval.app.clone(),
        redirect_uri: approval.redirect_uri.clone(),
        challenge: approval.challenge,
    };
    assert!(setup.access.approve(approval).await.expect("asked").is_some());
    assert!(setup.access.approve(again).await.expect("asked").is_none());
}

#[tokio::test]
async fn c05_a_code_is_not_spent_on_another_connector() {
    let setup = setup().await;
    let other = setup
        .access
        .ensure_tenant("other.example", "Other")
        .await
        .expect("stored");
    let mut approval = setup.approval(Scope::Read).await;
    let right = approval.connector.replace(other.connector);
    let (code, app, uri, challenge) = (
        approval.code,
        approval.app.clone(),
        approval.redirect_uri.clone(),
        approval.challenge,
    );
    assert!(setup.access.approve(approval).await.expect("asked").is_none());
    let approval = Approval {
        code,
        connector: right,
        app,
        redirect_uri: uri,
        challenge,
    };
    assert!(
        setup.access.approve(approval).await.expect("asked").is_some(),
        "it was not spent"
    );
}

#[tokio::test]
async fn o01_only_the_right_client_with_the_right_proof_spends_a_code() {
    let setup = setup().await;
    let other = setup
        .access
        .ensure_tenant("other.example", "Other")
        .await
        .expect("stored");
    let code = setup.authorize(Scope::Read).await;
    let right = Setup::exchange(&code);
    for wrong in [
        CodePresented {
            client_id: "another",
            ..right
        },
        CodePresented {
            redirect_uri: Some("https://claude.ai/"),
            ..right
        },
        CodePresented {
            verifier: CHALLENGE,
            ..right
        },
        CodePresented { verifier: "", ..right },
        CodePresented { code: "lsc_x", ..right },
    ] {
        assert!(is_refused(&setup.access.exchange(wrong).await), "{wrong:?}");
    }
    let elsewhere = CodePresented {
        connector: Some(&other.connector),
        ..right
    };
    assert!(matches!(
        setup.access.exchange(elsewhere).await,
        Err(SpendError::OtherConnector)
    ));
    let named = CodePresented {
        connector: Some(&setup.tenant.connector),
        redirect_uri: None,
        ..right
    };
    assert!(setup.access.exchange(named).await.is_ok(), "nothing of that spent it");
}

#[tokio::test]
async fn an_unknown_code_of_the_right_form_is_refused() {
    let setup = setup().await;
    let code = Token::generate(&TokenPrefix::AUTHORIZATION_CODE).into_secret();
    assert!(is_refused(&setup.access.exchange(Setup::exchange(&code)).await));
    let token = Token::generate(&TokenPrefix::REFRESH).into_secret();
    assert!(is_refused(&setup.access.refresh(Setup::refresh(&token)).await));
}

#[tokio::test]
async fn an_authorization_code_works_for_a_minute() {
    let setup = setup().await;
    let code = setup.authorize(Scope::Read).await;
    setup.clock.advance(crate::AUTHORIZATION_CODE_LIFETIME);
    assert!(is_refused(&setup.access.exchange(Setup::exchange(&code)).await));
}

#[tokio::test]
async fn o03_a_code_presented_again_at_once_is_refused_and_later_ends_the_grant() {
    let setup = setup().await;
    let code = setup.authorize(Scope::Read).await;
    let tokens = setup.access.exchange(Setup::exchange(&code)).await.expect("exchanged");
    assert!(is_refused(&setup.access.exchange(Setup::exchange(&code)).await));
    setup.clock.advance(TimeDelta::seconds(30) - TimeDelta::microseconds(1));
    assert!(is_refused(&setup.access.exchange(Setup::exchange(&code)).await));
    assert!(setup.app(&tokens).await.is_ok(), "a request that was sent twice");
    setup.clock.advance(TimeDelta::microseconds(1));
    let stranger = CodePresented {
        client_id: "another",
        ..Setup::exchange(&code)
    };
    assert!(is_refused(&setup.access.exchange(stranger).await));
    assert!(setup.app(&tokens).await.is_ok(), "a stranger ends nobody's grant");
    assert!(is_refused(&setup.access.exchange(Setup::exchange(&code)).await));
    assert!(setup.app(&tokens).await.is_err());
    assert_eq!(setup.events().await[0], AccessEventKind::AuthorizationCodeReused);
    let events = setup.events().await.len();
    assert!(is_refused(&setup.access.exchange(Setup::exchange(&code)).await));
    assert_eq!(setup.events().await.len(), events, "what is over is not ended again");
}

#[tokio::test]
async fn t03_a_token_opens_its_own_connector_only() {
    let setup = setup().await;
    let other = setup
        .access
        .ensure_tenant("other.example", "Other")
        .await
        .expect("stored");
    let tokens = setup.connect(Scope::Read).await;
    let elsewhere = setup
        .access
        .authenticate_app(tokens.access.expose(), &other.connector)
        .await;
    assert!(matches!(elsewhere, Err(AuthenticateError::Refused)));
    assert_eq!(setup.events().await[0], AccessEventKind::AudienceMismatch);
    let noted = setup.events().await.len();
    let again = setup
        .access
        .authenticate_app(tokens.access.expose(), &other.connector)
        .await;
    assert!(matches!(again, Err(AuthenticateError::Refused)));
    assert_eq!(setup.events().await.len(), noted, "once an hour is enough");
}

#[tokio::test]
async fn t02_each_credential_opens_its_own_door_only() {
    let setup = setup().await;
    let (key, _) = setup.access.create_key(asked(&setup.tenant)).await.expect("created");
    let code = setup.authorize(Scope::Read).await;
    let tokens = setup.connect(Scope::Read).await;
    setup.store.cut_off(true); // none of this is asked of the store
    let connector = &setup.tenant.connector;
    let at_connector = setup.access.authenticate_app(key.expose(), connector).await;
    assert!(matches!(at_connector, Err(AuthenticateError::WrongDoor)));
    let at_keys = setup.access.authenticate_key(tokens.access.expose()).await;
    assert!(matches!(at_keys, Err(AuthenticateError::WrongDoor)));
    for other in [
        code.expose(),
        tokens.refresh.expose(),
        "7KQ2-M0ZX-94TB-HJ3E-D8WP",
        CLIENT,
        "",
    ] {
        let at_keys = setup.access.authenticate_key(other).await;
        assert!(matches!(at_keys, Err(AuthenticateError::Refused)), "{other}");
        let at_connector = setup.access.authenticate_app(other, connector).await;
        assert!(matches!(at_connector, Err(AuthenticateError::Refused)), "{other}");
    }
}

#[tokio::test]
async fn an_access_token_works_for_as_long_as_the_rules_say() {
    let setup = setup().await;
    let tokens = setup.connect(Scope::Read).await;
    setup.clock.advance(TimeDelta::hours(1) - TimeDelta::microseconds(1));
    assert!(setup.app(&tokens).await.is_ok());
    setup.clock.advance(TimeDelta::microseconds(1));
    assert!(matches!(setup.app(&tokens).await, Err(AuthenticateError::Refused)));
}

#[tokio::test]
async fn v04_a_revoked_app_has_nothing_left() {
    let setup = setup().await;
    let tokens = setup.connect(Scope::ReadWrite).await;
    let grant = setup.app(&tokens).await.expect("recognised");
    let in_flight = setup.authorize(Scope::Read).await;
    let apps = setup.access.list_apps(setup.tenant.id).await.expect("listed");
    assert_eq!(apps.len(), 2, "also the one that has not fetched its tokens yet");
    for app in apps {
        let outcome = setup
            .access
            .revoke_app(setup.tenant.id, app.grant, &ann())
            .await
            .expect("revoked");
        assert_eq!(outcome, RevokeOutcome::Revoked);
    }
    let outcome = setup
        .access
        .revoke_app(setup.tenant.id, grant.id(), &ann())
        .await
        .expect("asked");
    assert_eq!(outcome, RevokeOutcome::AlreadyRevoked);
    assert!(matches!(setup.app(&tokens).await, Err(AuthenticateError::Refused)));
    assert!(is_refused(&setup.access.refresh(Setup::refresh(&tokens.refresh)).await));
    assert!(is_refused(&setup.access.exchange(Setup::exchange(&in_flight)).await));
    assert!(matches!(setup.access.check(&grant).await, Err(Refusal::Revoked)));
    assert!(matches!(setup.access.hold(&grant).await, Err(Refusal::Revoked)));
    assert_eq!(setup.events().await[..2], [AccessEventKind::AppRevoked; 2]);
}

#[tokio::test]
async fn a_key_is_no_app_and_an_app_no_key() {
    let setup = setup().await;
    let (_, key) = setup.access.create_key(asked(&setup.tenant)).await.expect("created");
    setup.connect(Scope::Read).await;
    let app = setup.access.list_apps(setup.tenant.id).await.expect("listed")[0].grant;
    let by = ann();
    assert!(matches!(
        setup.access.revoke_app(setup.tenant.id, key.grant, &by).await,
        Err(StoreError::NotFound(_))
    ));
    assert!(matches!(
        setup.access.revoke_key(setup.tenant.id, app, &by).await,
        Err(StoreError::NotFound(_))
    ));
    assert_eq!((GrantKind::Key.as_str(), GrantKind::App.as_str()), ("key", "app"));
}

#[tokio::test]
async fn t11_an_app_gives_back_its_own_access_only() {
    let setup = setup().await;
    let (one, two) = (setup.connect(Scope::Read).await, setup.connect(Scope::Read).await);
    for nothing in [
        "",
        "lsa_x",
        VERIFIER,
        Token::generate(&TokenPrefix::ACCESS).secret().expose(),
    ] {
        setup.access.give_back(nothing, CLIENT).await.expect("no error");
    }
    setup
        .access
        .give_back(one.access.expose(), "another")
        .await
        .expect("no error");
    assert!(setup.app(&one).await.is_ok());
    setup
        .access
        .give_back(one.access.expose(), CLIENT)
        .await
        .expect("given back");
    assert!(setup.app(&one).await.is_err());
    assert!(is_refused(&setup.access.refresh(Setup::refresh(&one.refresh)).await));
    assert!(setup.app(&two).await.is_ok());
    setup
        .access
        .give_back(two.refresh.expose(), CLIENT)
        .await
        .expect("given back");
    assert!(setup.app(&two).await.is_err());
    assert_eq!(setup.events().await[..2], [AccessEventKind::AppLeft; 2]);
}

#[tokio::test]
async fn registered_clients_are_forgotten_unless_they_are_used() {
    let setup = setup().await;
    let client = setup
        .access
        .add_client("client_1".into(), "{}".into())
        .await
        .expect("added");
    assert_eq!(client.expires_at - client.created_at, crate::UNUSED_CLIENT_LIFETIME);
    setup
        .access
        .add_client("client_2".into(), "{}".into())
        .await
        .expect("added");
    setup.clock.advance(TimeDelta::minutes(59));
    setup.access.keep_client("client_2").await.expect("kept");
    setup.clock.advance(TimeDelta::minutes(1));
    assert!(setup.access.find_client("client_1").await.expect("asked").is_none());
    setup
        .clock
        .advance(TimeDelta::days(90) - TimeDelta::minutes(1) - TimeDelta::microseconds(1));
    let kept = setup
        .access
        .find_client("client_2")
        .await
        .expect("asked")
        .expect("kept");
    assert_eq!(kept.metadata, "{}");
    setup.clock.advance(TimeDelta::microseconds(1));
    assert!(setup.access.find_client("client_2").await.expect("asked").is_none());
}

#[tokio::test]
async fn r09_an_assertion_is_used_once() {
    let setup = setup().await;
    let until = setup.access.now().await.expect("a clock") + TimeDelta::minutes(5);
    assert!(setup.access.use_assertion("a", "jti", until).await.expect("asked"));
    assert!(!setup.access.use_assertion("a", "jti", until).await.expect("asked"));
    assert!(
        setup.access.use_assertion("b", "jti", until).await.expect("asked"),
        "of another client"
    );
}

#[tokio::test]
async fn counters_count_by_window() {
    let setup = setup().await;
    let minute = std::time::Duration::from_mins(1);
    setup.clock.advance(TimeDelta::seconds(15));
    assert_eq!(setup.access.count("a", minute).await.expect("counted").so_far, 1);
    setup.clock.advance(TimeDelta::seconds(15));
    let second = setup.access.count("a", minute).await.expect("counted");
    assert_eq!((second.so_far, second.ends_in.as_secs()), (2, 45));
    assert_eq!(setup.access.count("b", minute).await.expect("counted").so_far, 1);
    setup.clock.advance(TimeDelta::seconds(45));
    assert_eq!(setup.access.count("a", minute).await.expect("counted").so_far, 1);
}
