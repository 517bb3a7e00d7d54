use super::*;
use crate::access::plans::{postgres_plan, sqlite_plan};

#[tokio::test]
async fn the_look_up_of_every_request_goes_by_unique_indexes() {
    for (kind, ring_size) in [(GrantKind::Key, 1), (GrantKind::App, 1), (GrantKind::Key, 3)] {
        let plan = sqlite_plan(&find_bearer_sql(kind, ring_size), ring_size + 1).await;
        assert_eq!(
            plan,
            [
                "SEARCH c USING INDEX sqlite_autoindex_credential_1 (hash=?)",
                "SEARCH g USING INDEX sqlite_autoindex_access_grant_1 (id=?)",
                "SEARCH t USING INDEX sqlite_autoindex_tenant_1 (id=?)",
            ]
        );
    }
}

#[tokio::test]
async fn the_check_before_every_operation_goes_by_unique_indexes() {
    for (sql, places) in [(standing_sql(), 3), (standing_among_sql(), BATCH + 1)] {
        let plan = sqlite_plan(&sql, places).await;
        assert_eq!(plan.len(), 2);
        assert!(
            plan.iter()
                .all(|step| step.starts_with("SEARCH") && step.contains("(id=?)")),
            "{plan:?}"
        );
    }
}

#[tokio::test]
async fn so_it_is_on_postgres() {
    let keys = [
        "credential_m0002_hash_key",
        "access_grant_m0002_pkey",
        "tenant_m0002_pkey",
    ];
    let hash = SecretHash::from_bytes([7; 32]);
    for kind in [GrantKind::Key, GrantKind::App] {
        let Some(plan) = postgres_plan(&find_bearer_sql(kind, 1), [bytes(&hash)]).await else {
            return;
        };
        assert_eq!(plan, keys);
    }
    let ids = [Uuid::nil(), Uuid::nil()].map(Value::from);
    let plan = postgres_plan(&standing_sql(), ids).await.expect("there is a server");
    assert_eq!(plan, keys[1..]);
}
