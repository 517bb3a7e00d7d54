//! Somebody has the database: what can they do with it?

use latchstring_access::{
    Access, AppIdentity, Approval, AuthenticateError, CodePresented, ConnectionCode, KeyRing, NewKey, Person,
    RefreshPresented, Secret, SecretHash, SpendError, Tenant, Token, TokenPrefix, TokenTexts,
};
use latchstring_core::{Clock, CodeId, Grant, Scope, SystemClock};
use latchstring_db::Database;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, QueryResult, Statement};
use sha2::{Digest, Sha256};

use crate::place::Place;

/// RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const CLIENT: &str = "https://claude.ai/oauth/client.json";

/// A server with one of each kind of secret in its database, spent and unspent.
struct Setup {
    place: Place,
    db: Database,
    access: Access,
    secrets: Secrets,
}

struct Secrets {
    tenant: Tenant,
    key: Secret,
    /// Not redeemed yet.
    code: Secret,
    /// Not exchanged yet.
    authorization_code: Secret,
    /// The second ones of an app; its first are spent.
    tokens: TokenTexts,
    first_refresh: Secret,
}

async fn setup() -> Setup {
    let place = Place::new().await;
    let (db, access) = (place.open().await, place.server().await);
    let secrets = secrets(&access).await;
    Setup {
        place,
        db,
        access,
        secrets,
    }
}

async fn secrets(access: &Access) -> Secrets {
    let tenant = access.ensure_tenant("shop.example", "Shop").await.expect("stored");
    let first = exchange(access, &authorize(access, &tenant).await)
        .await
        .expect("exchanged");
    let tokens = refresh(access, &first.refresh).await.expect("refreshed");
    Secrets {
        key: make_key(access, &tenant).await,
        code: make_code(access, &tenant).await,
        authorization_code: authorize(access, &tenant).await,
        tokens,
        first_refresh: first.refresh,
        tenant,
    }
}

async fn make_key(access: &Access, tenant: &Tenant) -> Secret {
    let asked = NewKey {
        tenant: tenant.id,
        scope: Scope::ReadWrite,
        label: "Claude".parse().expect("a label"),
        created_by: Person::new("user-1", "Ann"),
        expires_at: None,
    };
    access.create_key(asked).await.expect("created").0
}

async fn make_code(access: &Access, tenant: &Tenant) -> Secret {
    let ann = Person::new("user-1", "Ann");
    access.create_code(tenant, Scope::Read, ann).await.expect("created").0
}

/// A new authorization code.
async fn authorize(access: &Access, tenant: &Tenant) -> Secret {
    let code = make_code(access, tenant).await;
    let found = access.find_code(code.expose()).await.expect("answered").expect("live");
    let approval = Approval {
        code: found.id,
        connector: Some(tenant.connector.clone()),
        app: AppIdentity {
            client_id: CLIENT.into(),
            name: "Claude".into(),
            host: Some("claude.ai".into()),
            redirect_host: "claude.ai".into(),
        },
        redirect_uri: "https://claude.ai/callback".into(),
        challenge: CHALLENGE.parse().expect("a challenge"),
    };
    access
        .approve(approval)
        .await
        .expect("answered")
        .expect("redeemed")
        .code
}

async fn exchange(access: &Access, code: &Secret) -> Result<TokenTexts, SpendError> {
    let presented = CodePresented {
        code: code.expose(),
        client_id: CLIENT,
        redirect_uri: None,
        verifier: VERIFIER,
        connector: None,
    };
    access.exchange(presented).await
}

async fn refresh(access: &Access, token: &Secret) -> Result<TokenTexts, SpendError> {
    refresh_text(access, token.expose()).await
}

async fn refresh_text(access: &Access, token: &str) -> Result<TokenTexts, SpendError> {
    let presented = RefreshPresented {
        token,
        client_id: CLIENT,
        scope: None,
        connector: None,
    };
    access.refresh(presented).await
}

async fn authenticate(access: &Access, tenant: &Tenant, token: &Secret) -> Result<Grant, AuthenticateError> {
    access.authenticate_app(token.expose(), &tenant.connector).await
}

/// Whether this text does anything at any door of ours.
async fn opens_anything(access: &Access, tenant: &Tenant, text: &str) -> bool {
    let presented = CodePresented {
        code: text,
        client_id: CLIENT,
        redirect_uri: None,
        verifier: VERIFIER,
        connector: None,
    };
    access.authenticate_key(text).await.is_ok()
        || access.authenticate_app(text, &tenant.connector).await.is_ok()
        || access.find_code(text).await.expect("answered").is_some()
        || access.exchange(presented).await.is_ok()
        || refresh_text(access, text).await.is_ok()
}

async fn rows(db: &DatabaseTransaction, sql: &str) -> Vec<QueryResult> {
    db.query_all_raw(Statement::from_string(db.get_database_backend(), sql))
        .await
        .expect("answered")
}

/// Every value of every column of every table, as text and, where it is bytes, in hexadecimal.
async fn every_stored_value(db: &Database) -> Vec<String> {
    let reader = db.begin_read().await.expect("begun");
    let (columns, hex) = match reader.get_database_backend() {
        DbBackend::Sqlite => (
            "SELECT m.name, c.name FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table'",
            "CASE typeof({column}) WHEN 'blob' THEN lower(hex({column})) ELSE CAST({column} AS TEXT) END",
        ),
        _ => (
            "SELECT table_name::text, column_name::text FROM information_schema.columns \
             WHERE table_schema = current_schema()",
            "CASE pg_typeof({column})::text WHEN 'bytea' THEN substr({column}::text, 3) ELSE {column}::text END",
        ),
    };
    let mut values = Vec::new();
    for column in rows(&reader, columns).await {
        let table: String = column.try_get_by_index(0).expect("a name");
        let column: String = column.try_get_by_index(1).expect("a name");
        let hex = hex.replace("{column}", &format!("\"{column}\""));
        let sql = format!("SELECT {hex} AS value FROM \"{table}\" WHERE \"{column}\" IS NOT NULL");
        for row in rows(&reader, &sql).await {
            values.push(row.try_get("", "value").expect("a text"));
        }
    }
    values
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t05_nothing_that_is_stored_opens_anything() {
    let Setup {
        place: _place,
        db,
        access,
        secrets,
    } = setup().await;
    let Secrets { tenant, key, .. } = &secrets;
    let values = every_stored_value(&db).await;
    assert!(values.len() > 150, "{}", values.len());
    let hint = values
        .iter()
        .find(|value| value.starts_with("asmk_"))
        .expect("the hint is stored");
    assert!(key.expose().starts_with(hint.split("...").next().expect("a part")));

    let mut forms = vec![String::new()];
    for token in [
        key,
        &secrets.authorization_code,
        &secrets.tokens.access,
        &secrets.tokens.refresh,
    ] {
        let (prefix, _) = token.expose().split_once('_').expect("a prefix");
        forms.push(format!("{prefix}_"));
    }
    for value in &values {
        for form in &forms {
            let text = format!("{form}{value}");
            assert!(!opens_anything(&access, tenant, &text).await, "{text}");
        }
    }
    all_work(&access, &secrets).await;
}

/// The secrets themselves do. Spends what is spent by that.
async fn all_work(access: &Access, secrets: &Secrets) {
    let Secrets { tenant, tokens, .. } = secrets;
    assert!(access.authenticate_key(secrets.key.expose()).await.is_ok());
    assert!(
        access
            .find_code(secrets.code.expose())
            .await
            .expect("answered")
            .is_some()
    );
    assert!(authenticate(access, tenant, &tokens.access).await.is_ok());
    let again = refresh(access, &secrets.first_refresh)
        .await
        .expect("answered as before");
    assert_eq!(again.access.expose(), tokens.access.expose());
    assert!(refresh(access, &tokens.refresh).await.is_ok());
    assert!(exchange(access, &secrets.authorization_code).await.is_ok());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t05_whoever_can_write_rows_still_cannot_make_a_secret_that_works() {
    let Setup {
        place,
        db,
        access,
        secrets,
    } = setup().await;
    let (ours, theirs) = (place.ring(), KeyRing::generate());
    let tenant = &secrets.tenant;
    for (kind, prefix) in [
        ("key", "asmk".parse().expect("a prefix")),
        ("access", TokenPrefix::ACCESS),
        ("refresh", TokenPrefix::REFRESH),
        ("code", TokenPrefix::AUTHORIZATION_CODE),
    ] {
        let opens = async |hash: &dyn Fn(&Secret) -> SecretHash| {
            let chosen = Token::generate(&prefix);
            insert_credential(&db, kind, &hash(chosen.secret())).await;
            opens_anything(&access, tenant, chosen.secret().expose()).await
        };
        assert!(!opens(&sha256).await, "{kind} by its SHA-256");
        assert!(
            !opens(&|secret| theirs.hash(secret).1).await,
            "{kind} hashed as well as it can be without the pepper"
        );
        assert!(
            opens(&|secret| ours.hash(secret).1).await,
            "control: with the pepper, the same row would do for a {kind}"
        );
    }
    let opens = async |hash: &dyn Fn(&Secret) -> SecretHash| {
        let chosen = ConnectionCode::generate();
        insert_code(&db, &hash(chosen.secret())).await;
        opens_anything(&access, tenant, chosen.secret().expose()).await
    };
    assert!(!opens(&sha256).await, "a connection code by its SHA-256");
    assert!(opens(&|secret| ours.hash(secret).1).await, "control: with the pepper");
}

fn sha256(secret: &Secret) -> SecretHash {
    SecretHash::from_bytes(Sha256::digest(secret.expose()).into())
}

async fn insert_credential(db: &Database, kind: &str, hash: &SecretHash) {
    let work = db.begin_write().await.expect("begun");
    let hash = literal(&work, hash);
    let sql = format!(
        "INSERT INTO credential (grant_id, kind, hash, hash_key_id, hint, created_at, expires_at, redirect_uri, \
         challenge) SELECT grant_id, kind, {hash}, hash_key_id, hint, created_at, expires_at, redirect_uri, challenge \
         FROM credential WHERE kind = '{kind}' AND spent_at IS NULL ORDER BY id LIMIT 1"
    );
    let inserted = work.execute_unprepared(&sql).await.expect("inserted");
    assert_eq!(inserted.rows_affected(), 1);
    work.commit().await.expect("committed");
}

async fn insert_code(db: &Database, hash: &SecretHash) {
    let work = db.begin_write().await.expect("begun");
    let id = CodeId::new(SystemClock.now()).as_uuid();
    let id = match work.get_database_backend() {
        DbBackend::Sqlite => format!("x'{}'", id.simple()),
        _ => format!("'{id}'::uuid"),
    };
    let hash = literal(&work, hash);
    let sql = format!(
        "INSERT INTO connection_code (id, tenant_id, install_gen, scope, hash, hash_key_id, created_by_sub, \
         created_by_name, created_at, expires_at) SELECT {id}, tenant_id, install_gen, scope, {hash}, hash_key_id, \
         created_by_sub, created_by_name, created_at, expires_at FROM connection_code LIMIT 1"
    );
    work.execute_unprepared(&sql).await.expect("inserted");
    work.commit().await.expect("committed");
}

fn literal(db: &DatabaseTransaction, hash: &SecretHash) -> String {
    let hex = hash.as_bytes().map(|byte| format!("{byte:02x}")).concat();
    match db.get_database_backend() {
        DbBackend::Sqlite => format!("x'{hex}'"),
        _ => format!("'\\x{hex}'::bytea"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn v11_a_pepper_can_be_changed_and_taking_the_old_one_out_kills_exactly_what_it_hashed() {
    let Setup {
        place,
        access,
        secrets: old,
        ..
    } = setup().await;
    let (old_ring, new_ring) = (entry(&place.ring()), entry(&KeyRing::generate()));
    let with = async |entries: &[&str]| {
        let text = format!(r#"{{"keys":[{}]}}"#, entries.join(","));
        place.server_with(KeyRing::parse(&text).expect("a ring")).await
    };
    drop(access);

    let both = with(&[&new_ring, &old_ring]).await;
    let new = secrets(&both).await;
    assert!(is_known(&both, &old).await.iter().all(|is_known| *is_known));
    assert!(is_known(&both, &new).await.iter().all(|is_known| *is_known));

    let new_only = with(&[&new_ring]).await;
    assert_eq!(is_known(&new_only, &old).await, [false; 4]);
    assert!(exchange(&new_only, &old.authorization_code).await.is_err());
    assert!(refresh(&new_only, &old.tokens.refresh).await.is_err());
    all_work(&new_only, &new).await;
    let still = with(&[&new_ring, &old_ring]).await;
    all_work(&still, &old).await;
}

/// What can be asked without spending anything: the key, the connection code, the access token, and the spent refresh
/// token that is answered again.
async fn is_known(access: &Access, secrets: &Secrets) -> [bool; 4] {
    [
        access.authenticate_key(secrets.key.expose()).await.is_ok(),
        access
            .find_code(secrets.code.expose())
            .await
            .expect("answered")
            .is_some(),
        authenticate(access, &secrets.tenant, &secrets.tokens.access)
            .await
            .is_ok(),
        refresh(access, &secrets.first_refresh).await.is_ok(),
    ]
}

/// The one entry of a ring, as text.
fn entry(ring: &KeyRing) -> String {
    let text = ring.to_text();
    let (_, entries) = text.expose().split_once('[').expect("a list");
    entries.trim_end_matches("]}").to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t13_no_secret_is_stored() {
    let Setup {
        place,
        db,
        access,
        secrets,
    } = setup().await;
    access.shutdown().await;
    let mut texts = vec![secrets.code.expose().replace('-', "")];
    for token in [
        &secrets.key,
        &secrets.authorization_code,
        &secrets.tokens.access,
        &secrets.tokens.refresh,
        &secrets.first_refresh,
    ] {
        texts.push(token.expose().split_once('_').expect("a prefix").1.to_owned());
    }
    let stored = place.database.stored().await;
    let is_stored = |part: &str| stored.iter().any(|(_, bytes)| contains(bytes, part.as_bytes()));
    assert!(
        is_stored(&texts[1][..4]),
        "the search finds what is there, such as the hint"
    );
    for text in &texts {
        assert!(!is_stored(&text[..8]), "in a table, in the file, or in its log");
    }
    db.close().await.expect("closed"); // which copies SQLite's log into its file
    let stored = place.database.stored().await;
    for text in &texts {
        assert!(!stored.iter().any(|(_, bytes)| contains(bytes, &text.as_bytes()[..8])));
    }
}

fn contains(bytes: &[u8], text: &[u8]) -> bool {
    bytes.windows(text.len()).any(|window| window == text)
}
