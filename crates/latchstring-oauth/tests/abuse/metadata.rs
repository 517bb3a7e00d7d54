//! What anybody may read, from anywhere, by which methods; and that it tells nothing.

use axum::{
    body::Body,
    http::{Method, Request, header},
};
use latchstring_access::ConnectorId;
use serde_json::json;

use crate::door::{Door, ISSUER, connector_path};

const RESOURCE: &str = "/.well-known/oauth-protected-resource";
const SERVER: &str = "/.well-known/oauth-authorization-server";

#[tokio::test]
async fn the_authorization_server_says_what_it_can_do() {
    let door = Door::in_memory().await;
    let reply = door.get(SERVER).await;
    assert_eq!(reply.status, 200);
    assert_eq!(
        reply.json(),
        json!({
            "issuer": ISSUER,
            "authorization_endpoint": "https://mcp.example.com/authorize",
            "token_endpoint": "https://mcp.example.com/token",
            "registration_endpoint": "https://mcp.example.com/register",
            "revocation_endpoint": "https://mcp.example.com/revoke",
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": ["authorization_code", "refresh_token"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["none", "private_key_jwt"],
            "token_endpoint_auth_signing_alg_values_supported": ["RS256", "ES256"],
            "revocation_endpoint_auth_methods_supported": ["none", "private_key_jwt"],
            "revocation_endpoint_auth_signing_alg_values_supported": ["RS256", "ES256"],
            "scopes_supported": ["read", "write", "offline_access"],
            "client_id_metadata_document_supported": true,
            "authorization_response_iss_parameter_supported": true,
        })
    );
    assert_eq!(door.get("/.well-known/openid-configuration").await.body, reply.body);
}

#[tokio::test]
async fn a_connector_that_exists_is_described_like_one_that_does_not() {
    let (door, spy) = Door::spied().await;
    let (real, made_up) = (door.alpha.connector.clone(), ConnectorId::generate());
    spy.asked();
    let described = async |id: &ConnectorId| {
        let reply = door.get(&format!("{RESOURCE}/c/{id}/mcp-agent")).await;
        format!(
            "{} {:?} {}",
            reply.status,
            reply.headers,
            reply.text().replace(id.as_str(), "ID")
        )
    };
    assert_eq!(described(&real).await, described(&made_up).await);
    let reply = door.get(&format!("{RESOURCE}/c/{real}/mcp-agent")).await;
    let resource = format!("{ISSUER}/c/{real}/mcp-agent");
    let document = |resource: &str| {
        json!({
            "resource": resource,
            "resource_name": "Assembly",
            "authorization_servers": [ISSUER],
            "bearer_methods_supported": ["header"],
            "scopes_supported": ["read", "write"],
        })
    };
    assert_eq!(reply.json(), document(&resource));
    assert_eq!(door.get(RESOURCE).await.json(), document(ISSUER));
    for wrong in ["x", "..", &real.as_str()[1..], &real.as_str().to_uppercase(), "%00"] {
        let reply = door.get(&format!("{RESOURCE}/c/{wrong}/mcp-agent")).await;
        assert_eq!(reply.status, 404, "{wrong}");
    }
    // The endpoint itself tells no more, and nobody has been asked.
    let refused = async |id: &ConnectorId| {
        let reply = door.get(&format!("/c/{id}/mcp-agent")).await;
        format!("{} {:?} {}", reply.status, reply.headers, reply.text()).replace(id.as_str(), "ID")
    };
    assert_eq!(refused(&real).await, refused(&made_up).await);
    assert_eq!(spy.asked(), [""; 0]);
}

#[tokio::test]
async fn a_challenge_says_where_to_learn_more_and_an_error_only_after_a_try() {
    let door = Door::in_memory().await;
    let reply = door.get(&connector_path(&door.alpha)).await;
    let connector = &door.alpha.connector;
    let metadata = format!("{ISSUER}{RESOURCE}/c/{connector}/mcp-agent");
    let plain = format!("Bearer resource_metadata=\"{metadata}\", scope=\"read write\"");
    assert_eq!(reply.header(header::WWW_AUTHENTICATE), Some(plain.as_str()));
    let tried = door.present(&door.alpha, "x").await;
    assert_eq!(
        tried.header(header::WWW_AUTHENTICATE),
        Some(format!("{plain}, error=\"invalid_token\"").as_str())
    );
    assert_eq!(
        door.get("/mcp").await.header(header::WWW_AUTHENTICATE),
        Some("Bearer realm=\"mcp\"")
    );
    assert_eq!(tried.header(header::CACHE_CONTROL), Some("no-store"));
}

fn request(method: Method, path: &str) -> Request<Body> {
    Request::builder()
        .method(method)
        .uri(path)
        .body(Body::empty())
        .expect("a request")
}

#[tokio::test]
async fn programs_in_browsers_may_call_from_anywhere_but_not_the_page() {
    let door = Door::in_memory().await;
    let preflight = async |path: &str, method: &str| {
        let request = Request::options(path)
            .header("origin", "https://inspector.example")
            .header("access-control-request-method", method)
            .header("access-control-request-headers", "content-type,mcp-protocol-version");
        door.send(request.body(Body::empty()).expect("a request")).await
    };
    let resource = format!("{RESOURCE}/c/{}/mcp-agent", door.alpha.connector);
    let open = [("/token", "POST"), ("/register", "POST"), ("/revoke", "POST")];
    for (path, method) in open
        .into_iter()
        .chain([(SERVER, "GET"), (RESOURCE, "GET"), (resource.as_str(), "GET")])
    {
        let reply = preflight(path, method).await;
        assert_eq!(reply.status, 200, "{path}");
        assert_eq!(reply.header(header::ACCESS_CONTROL_ALLOW_ORIGIN), Some("*"), "{path}");
        assert_eq!(reply.header(header::ACCESS_CONTROL_ALLOW_CREDENTIALS), None, "{path}");
        let allowed = reply.header(header::ACCESS_CONTROL_ALLOW_HEADERS).expect("a list");
        assert!(
            allowed.contains("content-type") && allowed.contains("mcp-protocol-version"),
            "{allowed}"
        );
    }
    for method in ["GET", "POST"] {
        let reply = preflight("/authorize", method).await;
        assert_eq!(reply.status, 405);
        assert!(
            !reply
                .headers
                .keys()
                .any(|name| name.as_str().starts_with("access-control")),
            "{:?}",
            reply.headers
        );
    }
}

#[tokio::test]
async fn only_the_methods_that_are_meant_do_anything() {
    let (door, spy) = Door::spied().await;
    spy.asked();
    for path in ["/token", "/register", "/revoke"] {
        for method in [
            Method::GET,
            Method::HEAD,
            Method::PUT,
            Method::DELETE,
            Method::PATCH,
            Method::TRACE,
        ] {
            assert_eq!(
                door.send(request(method.clone(), path)).await.status,
                405,
                "{method} {path}"
            );
        }
    }
    for path in ["/authorize", SERVER, RESOURCE] {
        for method in [Method::PUT, Method::DELETE, Method::PATCH, Method::TRACE] {
            assert_eq!(
                door.send(request(method.clone(), path)).await.status,
                405,
                "{method} {path}"
            );
        }
    }
    assert_eq!(door.send(request(Method::POST, SERVER)).await.status, 405);
    assert_eq!(spy.asked(), [""; 0]);
}
