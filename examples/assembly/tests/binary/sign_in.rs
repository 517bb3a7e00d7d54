//! People come to the access page of a server on the internet, by the way that its operator chose.

mod provider;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use latchstring::{Clock, SystemClock};
use reqwest::{Client, Response, Url, redirect::Policy};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::server::{Home, Server, answer, command, end};
use provider::Provider;

const SECRET: &str = "shpss_0123456789abcdef0123456789abcdef";
const SESSION: &str = "__Host-latchstring-access";

/// Starts a server behind a proxy that ends TLS, with these lines in its file and this secret in its environment.
fn serve(home: &Home, lines: &str, secret: (&str, &str)) -> Server {
    home.give_key_ring();
    let file = home.path().join("latchstring.toml");
    let public = "public-url = \"https://mcp.example.com\"\ntrusted-proxies = 1";
    std::fs::write(&file, format!("{public}\n{lines}")).unwrap();
    let mut command = command(home);
    command.arg("--config").arg(file).env(secret.0, secret.1);
    let server = Server::start_as(home, command);
    assert_eq!(server.ready["accessUrl"], "https://mcp.example.com/access");
    server
}

/// A browser, and the proxy in between.
struct Browser {
    client: Client,
    origin: String,
}

impl Browser {
    fn before(server: &Server) -> Self {
        Self {
            client: Client::builder().redirect(Policy::none()).build().unwrap(),
            origin: format!("http://{}", server.ready["listen"].as_str().unwrap()),
        }
    }

    async fn open(&self, path: &str, cookie: &str) -> Response {
        let request = self.client.get(format!("{}{path}", self.origin));
        let request = request
            .header("host", "mcp.example.com")
            .header("x-forwarded-for", "203.0.113.7")
            .header("x-forwarded-proto", "https");
        request.header("cookie", cookie).send().await.unwrap()
    }
}

fn location(response: &Response) -> &str {
    response.headers()["location"].to_str().unwrap()
}

/// The cookie of this name, as a browser sends it back.
fn cookie(response: &Response, name: &str) -> String {
    let set = response.headers().get_all("set-cookie").iter();
    let mut set = set.map(|value| value.to_str().unwrap());
    let cookie = set.find(|cookie| cookie.starts_with(&format!("{name}="))).unwrap();
    cookie.split(';').next().unwrap().to_owned()
}

/// What the app signs for who opens its page, as Shopify does.
fn token(secret: &str) -> String {
    let now = SystemClock.now().timestamp();
    let claims = json!({
        "iss": "https://voltvelo.myshopify.com/admin", "dest": "https://voltvelo.myshopify.com", "aud": "api-key",
        "sub": "42", "name": "Nora Lindqvist", "exp": now + 60, "nbf": now, "iat": now, "jti": "4321",
    });
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let message = format!("{}.{}", part(&json!({ "alg": "HS256", "typ": "JWT" })), part(&claims));
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(message.as_bytes());
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
}

#[tokio::test]
async fn a_token_of_the_app_leads_to_the_access_page_of_its_store() {
    let home = Home::new().await;
    let lines = "sign-in = 'host-token'\nmanages = 'everybody'\n[host-token]\naudience = 'api-key'\n\
                 tenant-suffix = '.myshopify.com'\nframe-origins = ['https://admin.shopify.com']";
    let server = serve(&home, lines, ("LATCHSTRING_HOST_TOKEN_SECRETS", SECRET));
    answer(
        &home,
        &[
            "tenant",
            "install",
            "voltvelo.myshopify.com",
            "--name",
            "Voltvelo at Shopify",
        ],
    );
    let browser = Browser::before(&server);
    let forged = token("not the secret of the app, but as long");
    let path = |token: &str| format!("/access/sign-in?embedded=1&id_token={token}");
    assert_eq!(browser.open(&path(&forged), "").await.status(), 401);

    let token = token(SECRET);
    let entered = browser.open(&path(&token), "").await;
    assert_eq!((entered.status().as_u16(), location(&entered)), (303, "/access"));
    let session = cookie(&entered, SESSION);
    let page = browser.open("/access", &session).await;
    assert_eq!(page.status(), 200);
    let policy = page.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.contains("https://admin.shopify.com"), "{policy}");
    let page = page.text().await.unwrap();
    for expected in ["Voltvelo at Shopify", "Nora Lindqvist", "/access/keys/new"] {
        assert!(page.contains(expected), "`{expected}` is missing: {page}");
    }
    assert_eq!(browser.open(&path(&token), "").await.status(), 401, "it works once");

    let output = server.stop();
    let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    assert!(
        said.contains("https://mcp.example.com/access/sign-in?id_token="),
        "{said}"
    );
    assert!(
        !said.contains(SECRET) && !said.contains(&token),
        "t13: a secret: {said}"
    );
}

#[tokio::test]
async fn who_signs_in_with_the_app_comes_to_the_access_page_of_their_store() {
    let home = Home::new().await;
    let provider = Provider::start(json!({ "sub": "u1", "name": "Nora Lindqvist", "stores": ["voltvelo"] }));
    let lines = format!(
        "sign-in = 'oidc'\nmanages = 'flag:owner'\n[oidc]\nauthorize-url = '{0}/authorize'\ntoken-url = '{0}/token'\n\
         userinfo-url = '{0}/userinfo'\nclient-id = 'access-page'\ntenant-claim = 'stores'",
        provider.origin
    );
    let server = serve(&home, &lines, ("LATCHSTRING_OIDC_CLIENT_SECRET", SECRET));
    let browser = Browser::before(&server);
    let sent = browser.open("/access/sign-in", "").await;
    let authorize: Url = location(&sent).parse().unwrap();
    let asked = |name: &str| {
        let mut pairs = authorize.query_pairs();
        pairs.find_map(|(key, value)| (key == name).then(|| value.into_owned()))
    };
    assert!(
        authorize
            .as_str()
            .starts_with(&format!("{}/authorize?", provider.origin))
    );
    assert_eq!(asked("client_id").as_deref(), Some("access-page"));
    assert_eq!(asked("scope").as_deref(), Some("openid profile"));
    let callback = "https://mcp.example.com/access/sign-in/callback";
    assert_eq!(asked("redirect_uri").as_deref(), Some(callback));

    let back = format!("/access/sign-in/callback?code=code-1&state={}", asked("state").unwrap());
    let entered = browser.open(&back, &cookie(&sent, "__Host-latchstring-sign-in")).await;
    assert_eq!((entered.status().as_u16(), location(&entered)), (303, "/access"));
    let page = browser
        .open("/access", &cookie(&entered, SESSION))
        .await
        .text()
        .await
        .unwrap();
    assert!(page.contains("Voltvelo") && page.contains("Nora Lindqvist"), "{page}");
    assert!(
        !page.contains("/access/keys/new"),
        "who is no owner may only look: {page}"
    );
    let [token, userinfo] = provider.was_asked();
    for expected in ["POST /token ", "code=code-1", "code_verifier="] {
        assert!(token.contains(expected), "`{expected}` is missing: {token}");
    }
    assert!(userinfo.starts_with("GET /userinfo "), "{userinfo}");
}

#[tokio::test]
async fn a_server_on_the_internet_has_no_access_page_without_a_way_in() {
    let home = Home::new().await;
    home.give_key_ring();
    let mut public = command(&home);
    public.args(["--public-url", "https://mcp.example.com"]);
    let server = Server::start_as(&home, public);
    assert_eq!(server.ready["accessUrl"], Value::Null);
    let browser = Browser::before(&server);
    for path in ["/access", "/access/sign-in"] {
        assert_eq!(browser.open(path, "").await.status(), 404, "{path}");
    }
}

#[tokio::test]
async fn a_way_in_that_lacks_a_setting_is_said_in_one_line_and_nothing_is_made() {
    let home = Home::new().await;
    for (arguments, expected) in [
        (["--sign-in", "host-token", "--manages", "nobody"], "--public-url"),
        (["--sign-in", "oidc", "--manages", "nobody"], "--oidc-authorize-url"),
        (
            ["--sign-in", "oidc", "--host-token-audience", "x"],
            "--host-token-audience",
        ),
        (["--oidc-client-id", "x", "--oidc-scopes", "openid"], "--sign-in"),
        (["--sign-in", "oidc", "--manages", "owner"], "flag:CLAIM"),
        (["--sign-in", "saml", "--manages", "nobody"], "host-token, oidc"),
    ] {
        let (ok, _, complaint) = end(command(&home).args(arguments).args(["--listen", "127.0.0.1:0"]));
        assert!(!ok && complaint.contains(expected), "{arguments:?}: {complaint}");
        assert!(!home.data().exists(), "{arguments:?}");
    }
}
