//! Somebody has the database: what can they do with it?

use std::{fs, path::Path, sync::Arc};

use latchstring_access::{Access, ApiKey, AuthenticateError, KeyRing, NewKey, Person, Secret, SecretHash};
use latchstring_core::{Clock, Scope, SystemClock};
use latchstring_db::{Database, SqlAccessStore};
use sea_orm::{ConnectionTrait, DatabaseTransaction, QueryResult, Statement};

struct Setup {
    folder: tempfile::TempDir,
    db: Database,
    ring: KeyRing,
    access: Access,
    key: Secret,
}

async fn setup() -> Setup {
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("sqlite:{}", folder.path().join("access.sqlite").display());
    let db = Database::open(&url).await.expect("opened");
    let store = Arc::new(SqlAccessStore::open(db.clone()).await.expect("migrated"));
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let prefix = "asmk".parse().expect("a prefix");
    let ring = KeyRing::generate();
    let same_ring = KeyRing::parse(ring.to_text().expose()).expect("its own text");
    let access = Access::open(store, same_ring, clock, prefix).await.expect("opened");
    let tenant = access.ensure_tenant("shop.example", "Shop").await.expect("stored").id;
    let asked = NewKey {
        tenant,
        scope: Scope::ReadWrite,
        label: "Claude".parse().expect("a label"),
        created_by: Person::new("user-1", "Ann"),
        expires_at: None,
    };
    let (key, _) = access.create_key(asked).await.expect("created");
    access.authenticate(key.expose()).await.expect("recognised");
    Setup {
        folder,
        db,
        ring,
        access,
        key,
    }
}

async fn rows(db: &DatabaseTransaction, sql: &str) -> Vec<QueryResult> {
    db.query_all_raw(Statement::from_string(db.get_database_backend(), sql))
        .await
        .expect("answered")
}

/// Every value of every column, as text and, where it is bytes, in hexadecimal.
async fn every_stored_value(db: &Database) -> Vec<String> {
    let reader = db.begin_read().await.expect("begun");
    let mut values = Vec::new();
    for table in rows(&reader, "SELECT name FROM sqlite_master WHERE type = 'table'").await {
        let table: String = table.try_get_by_index(0).expect("a name");
        for column in rows(&reader, &format!("SELECT name FROM pragma_table_info('{table}')")).await {
            let column: String = column.try_get_by_index(0).expect("a name");
            let sql = format!(
                "SELECT CAST({column} AS TEXT) AS text, lower(hex({column})) AS hex FROM {table} \
                 WHERE {column} IS NOT NULL"
            );
            for row in rows(&reader, &sql).await {
                values.extend(row.try_get::<String>("", "text").ok());
                values.push(row.try_get("", "hex").expect("a text"));
            }
        }
    }
    values
}

#[tokio::test]
async fn t05_nothing_that_is_stored_opens_anything() {
    let Setup {
        folder: _folder,
        db,
        access,
        key,
        ..
    } = setup().await;
    let values = every_stored_value(&db).await;
    assert!(values.len() > 40, "{}", values.len());
    let hint = values
        .iter()
        .find(|value| value.starts_with("asmk_"))
        .expect("the hint is stored")
        .clone();
    for value in values.iter().flat_map(|value| [value.clone(), format!("asmk_{value}")]) {
        let answer = access.authenticate(&value).await;
        assert!(matches!(answer, Err(AuthenticateError::Refused)), "{value}");
    }
    assert!(
        key.expose().starts_with(hint.split("...").next().expect("a part")),
        "the test found the right hint"
    );
    assert!(access.authenticate(key.expose()).await.is_ok(), "the key itself does");
}

#[tokio::test]
async fn t05_whoever_can_write_rows_still_cannot_make_a_key() {
    let Setup {
        folder: _folder,
        db,
        ring,
        access,
        ..
    } = setup().await;
    let opens = async |ring: &KeyRing| {
        let chosen = ApiKey::generate(&"asmk".parse().expect("a prefix"));
        insert_credential(&db, &ring.hash(chosen.secret()).1).await;
        access.authenticate(chosen.secret().expose()).await.is_ok()
    };
    assert!(
        !opens(&KeyRing::generate()).await,
        "hashed as well as it can be without the pepper"
    );
    assert!(opens(&ring).await, "control: with the pepper, the same row would do");
}

async fn insert_credential(db: &Database, hash: &SecretHash) {
    let hex = hash.as_bytes().map(|byte| format!("{byte:02x}")).concat();
    let work = db.begin_write().await.expect("begun");
    let sql = format!(
        "INSERT INTO credential (grant_id, kind, hash, hash_key_id, hint, created_at) \
         SELECT grant_id, kind, x'{hex}', hash_key_id, hint, created_at FROM credential LIMIT 1"
    );
    work.execute_unprepared(&sql).await.expect("inserted");
    work.commit().await.expect("committed");
}

#[tokio::test]
async fn t13_no_key_is_stored() {
    let Setup {
        folder,
        db,
        access,
        key,
        ..
    } = setup().await;
    access.shutdown().await;
    let random_part = &key.expose().as_bytes()[5..];
    let hint_found = find_in_files(folder.path(), &random_part[..4]);
    assert!(hint_found, "the search finds what is there, such as the hint");
    assert!(
        !find_in_files(folder.path(), &random_part[..8]),
        "in the file or its log"
    );
    db.close().await.expect("closed"); // which copies the log into the file
    assert!(
        !find_in_files(folder.path(), &random_part[..8]),
        "after the log was copied"
    );
}

fn find_in_files(folder: &Path, text: &[u8]) -> bool {
    fs::read_dir(folder).expect("a folder").any(|file| {
        let bytes = fs::read(file.expect("a file").path()).expect("readable");
        bytes.windows(text.len()).any(|window| window == text)
    })
}
