//! Connection codes, connected apps and their tokens, plans, and the record of who gave access.
//!
//! SQLite cannot change the rules of a table, so the three that get new ones are made anew, filled from the old and
//! put in their place, on both databases alike. No rule has to be switched off for that: the new tables refer to each
//! other, the old ones go children first, and a rename takes the references along.

use sea_orm_migration::{
    prelude::*,
    schema::{big_integer, big_integer_null, big_pk_auto, blob, blob_null, boolean, text, text_null, uuid, uuid_null},
};

pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0002_connected_apps"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    #[expect(
        elided_lifetimes_in_paths,
        reason = "the trait declares it so, and async_trait wants the same"
    )]
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [
            tenant(),
            connection_code(),
            access_grant(),
            credential(),
            access_event(),
            oauth_client(),
            oauth_assertion(),
            rate_count(),
            tenant_delivery(),
        ] {
            manager.create_table(table).await?;
        }
        let db = manager.get_connection();
        for copy in COPIES {
            db.execute_unprepared(copy).await?;
        }
        for old in ["credential", "access_grant", "tenant"] {
            manager.drop_table(Table::drop().table(old).take()).await?;
        }
        for (new, name) in [
            ("tenant_m0002", "tenant"),
            ("access_grant_m0002", "access_grant"),
            ("credential_m0002", "credential"),
        ] {
            manager.rename_table(Table::rename().table(new, name).take()).await?;
        }
        for index in INDEXES {
            db.execute_unprepared(index).await?;
        }
        Ok(())
    }
}

/// What there was: every tenant's plan is active as of its installation, and every grant is a key.
const COPIES: [&str; 3] = [
    "INSERT INTO tenant_m0002 (id, host_key, public_id, name, status, install_gen, installed_at, uninstalled_at, plan, \
     plan_changed_at) \
     SELECT id, host_key, public_id, name, status, install_gen, installed_at, uninstalled_at, 'active', installed_at \
     FROM tenant",
    "INSERT INTO access_grant_m0002 (id, tenant_id, install_gen, kind, scope, label, created_by_sub, created_by_name, \
     created_at, last_used_at, expires_at, revoked_at, revoked_by_sub, revoked_by_name) \
     SELECT id, tenant_id, install_gen, kind, scope, label, created_by_sub, created_by_name, created_at, \
     last_used_at, expires_at, revoked_at, revoked_by_sub, revoked_by_name \
     FROM access_grant",
    // Nothing refers to a credential's number yet, so each gets a new one, in the same order.
    "INSERT INTO credential_m0002 (grant_id, kind, hash, hash_key_id, hint, created_at) \
     SELECT grant_id, kind, hash, hash_key_id, hint, created_at FROM credential ORDER BY id",
];

/// For the queries there are; unique columns have theirs already.
const INDEXES: [&str; 12] = [
    "CREATE INDEX tenant_by_name ON tenant (name)",
    // As the lists of keys and apps are ordered: those not revoked first, newest first.
    "CREATE INDEX access_grant_by_tenant ON access_grant (tenant_id, kind, (revoked_at IS NOT NULL), id DESC)",
    "CREATE INDEX credential_by_grant ON credential (grant_id, kind)",
    "CREATE INDEX credential_by_expiry ON credential (expires_at) WHERE expires_at IS NOT NULL",
    "CREATE INDEX credential_by_seal ON credential (spent_at) WHERE sealed IS NOT NULL",
    "CREATE INDEX connection_code_by_tenant ON connection_code (tenant_id, id)",
    "CREATE INDEX connection_code_by_expiry ON connection_code (expires_at)",
    "CREATE INDEX access_event_by_tenant ON access_event (tenant_id, seq)",
    "CREATE INDEX oauth_client_by_expiry ON oauth_client (is_used, expires_at)",
    "CREATE INDEX oauth_assertion_by_expiry ON oauth_assertion (expires_at)",
    "CREATE INDEX rate_count_by_end ON rate_count (ends_at)",
    "CREATE INDEX tenant_delivery_by_receipt ON tenant_delivery (received_at)",
];

fn tenant() -> TableCreateStatement {
    Table::create()
        .table("tenant_m0002")
        .col(uuid("id").primary_key())
        .col(
            text("host_key")
                .unique_key()
                .check(cust("length(host_key) BETWEEN 1 AND 255")),
        )
        // The connector's id.
        .col(text("public_id").unique_key().check(cust("length(public_id) = 32")))
        .col(text("name"))
        .col(text("status").check(cust("status IN ('active', 'suspended', 'uninstalled')")))
        // Moves on with every installation and uninstallation, which leaves earlier grants behind.
        .col(big_integer("install_gen").check(cust("install_gen >= 1")))
        .col(big_integer("installed_at"))
        .col(big_integer_null("uninstalled_at"))
        .col(text("plan").check(cust("plan IN ('active', 'lapsed')")))
        .col(big_integer("plan_changed_at"))
        .check(cust("status <> 'uninstalled' OR uninstalled_at IS NOT NULL"))
        .take()
}

fn connection_code() -> TableCreateStatement {
    Table::create()
        .table("connection_code")
        .col(uuid("id").primary_key())
        .col(uuid("tenant_id"))
        .col(big_integer("install_gen").check(cust("install_gen >= 1")))
        .col(text("scope").check(cust("scope IN ('read', 'read_write')")))
        .col(blob("hash").unique_key().check(cust("length(hash) = 32")))
        .col(text("hash_key_id").check(cust("length(hash_key_id) BETWEEN 1 AND 32")))
        .col(text("created_by_sub"))
        .col(text("created_by_name"))
        .col(big_integer("created_at"))
        .col(big_integer("expires_at"))
        .col(big_integer_null("redeemed_at"))
        .col(big_integer_null("cancelled_at"))
        .col(text_null("cancelled_by_sub"))
        .col(text_null("cancelled_by_name"))
        .check(cust("expires_at > created_at"))
        .check(cust("redeemed_at >= created_at"))
        .check(cust("redeemed_at IS NULL OR cancelled_at IS NULL"))
        .check(cust("(cancelled_at IS NULL) = (cancelled_by_sub IS NULL)"))
        .check(cust("(cancelled_at IS NULL) = (cancelled_by_name IS NULL)"))
        .foreign_key(
            ForeignKey::create()
                .from("connection_code", "tenant_id")
                .to("tenant_m0002", "id"),
        )
        .take()
}

fn access_grant() -> TableCreateStatement {
    Table::create()
        .table("access_grant_m0002")
        .col(uuid("id").primary_key())
        .col(uuid("tenant_id"))
        .col(big_integer("install_gen").check(cust("install_gen >= 1")))
        .col(text("kind").check(cust("kind IN ('key', 'app')")))
        .col(text("scope").check(cust("scope IN ('read', 'read_write')")))
        .col(text("label").check(cust("length(label) <= 80")))
        .col(text_null("client_id").check(cust("length(client_id) BETWEEN 1 AND 500")))
        .col(text_null("client_name").check(cust("length(client_name) <= 200")))
        .col(text_null("client_host").check(cust("length(client_host) BETWEEN 1 AND 255")))
        .col(text_null("redirect_host").check(cust("length(redirect_host) BETWEEN 1 AND 255")))
        // Which connection code made it. No foreign key: codes are forgotten before grants.
        .col(uuid_null("code_id").unique_key())
        .col(text("created_by_sub"))
        .col(text("created_by_name"))
        .col(big_integer("created_at"))
        // When an app fetched its first tokens.
        .col(big_integer_null("connected_at"))
        .col(big_integer_null("last_used_at"))
        .col(big_integer_null("expires_at"))
        .col(big_integer_null("revoked_at"))
        .col(text_null("revoked_by_sub"))
        .col(text_null("revoked_by_name"))
        .check(cust("expires_at IS NULL OR expires_at > created_at"))
        .check(cust("(revoked_at IS NULL) = (revoked_by_sub IS NULL)"))
        .check(cust("(revoked_at IS NULL) = (revoked_by_name IS NULL)"))
        .check(cust("kind = 'key' OR label = ''"))
        .check(cust("kind = 'key' OR expires_at IS NULL"))
        .check(cust("(kind = 'app') = (client_id IS NOT NULL)"))
        .check(cust("(kind = 'app') = (client_name IS NOT NULL)"))
        .check(cust("(kind = 'app') = (redirect_host IS NOT NULL)"))
        .check(cust("(kind = 'app') = (code_id IS NOT NULL)"))
        .check(cust("kind = 'app' OR client_host IS NULL"))
        .check(cust("kind = 'app' OR connected_at IS NULL"))
        .foreign_key(
            ForeignKey::create()
                .from("access_grant_m0002", "tenant_id")
                .to("tenant_m0002", "id"),
        )
        .take()
}

fn credential() -> TableCreateStatement {
    Table::create()
        .table("credential_m0002")
        .col(big_pk_auto("id"))
        .col(uuid("grant_id"))
        .col(text("kind").check(cust("kind IN ('key', 'access', 'refresh', 'code')")))
        .col(blob("hash").unique_key().check(cust("length(hash) = 32")))
        .col(text("hash_key_id").check(cust("length(hash_key_id) BETWEEN 1 AND 32")))
        .col(text("hint").check(cust("length(hint) <= 32")))
        .col(big_integer("created_at"))
        // A key's expiry is its grant's.
        .col(big_integer_null("expires_at"))
        .col(big_integer_null("spent_at"))
        .col(text_null("redirect_uri").check(cust("length(redirect_uri) BETWEEN 1 AND 2000")))
        .col(blob_null("challenge").check(cust("length(challenge) = 32")))
        // The refresh token it was spent on. No foreign key: the predecessor may be forgotten first or last.
        .col(big_integer_null("successor_id"))
        .col(blob_null("sealed").check(cust("length(sealed) BETWEEN 1 AND 4096")))
        .check(cust("kind = 'key' OR hint = ''"))
        .check(cust("(kind = 'key') = (expires_at IS NULL)"))
        .check(cust("expires_at > created_at"))
        .check(cust("spent_at IS NULL OR kind IN ('refresh', 'code')"))
        .check(cust("spent_at >= created_at"))
        .check(cust("(kind = 'code') = (redirect_uri IS NOT NULL)"))
        .check(cust("(kind = 'code') = (challenge IS NOT NULL)"))
        .check(cust(
            "(kind = 'refresh' AND spent_at IS NOT NULL) = (successor_id IS NOT NULL)",
        ))
        .check(cust("sealed IS NULL OR successor_id IS NOT NULL"))
        .foreign_key(
            ForeignKey::create()
                .from("credential_m0002", "grant_id")
                .to("access_grant_m0002", "id"),
        )
        .take()
}

/// No foreign keys to tenants, grants and codes: what was done stays written down, whatever becomes of those. No list
/// of kinds either, so that a new one needs no new table.
fn access_event() -> TableCreateStatement {
    Table::create()
        .table("access_event")
        .col(big_pk_auto("seq"))
        .col(big_integer("at"))
        .col(uuid("tenant_id"))
        .col(text("kind").check(cust("length(kind) BETWEEN 1 AND 64")))
        .col(uuid_null("grant_id"))
        .col(uuid_null("code_id"))
        .col(text_null("by_sub"))
        .col(text_null("by_name"))
        .check(cust("(by_sub IS NULL) = (by_name IS NULL)"))
        .take()
}

fn oauth_client() -> TableCreateStatement {
    Table::create()
        .table("oauth_client")
        .col(
            text("client_id")
                .primary_key()
                .check(cust("length(client_id) BETWEEN 1 AND 500")),
        )
        // JSON, as the authorization server made it.
        .col(text("metadata").check(cust("length(metadata) BETWEEN 1 AND 65536")))
        .col(big_integer("created_at"))
        .col(big_integer("expires_at"))
        .col(boolean("is_used"))
        .check(cust("expires_at > created_at"))
        .take()
}

fn oauth_assertion() -> TableCreateStatement {
    Table::create()
        .table("oauth_assertion")
        .col(text("client_id").check(cust("length(client_id) BETWEEN 1 AND 500")))
        .col(text("assertion").check(cust("length(assertion) BETWEEN 1 AND 256")))
        .col(big_integer("expires_at"))
        .primary_key(Index::create().col("client_id").col("assertion"))
        .take()
}

/// One row per bucket and length of window: the window that was counted in last.
fn rate_count() -> TableCreateStatement {
    Table::create()
        .table("rate_count")
        .col(text("bucket").check(cust("length(bucket) BETWEEN 1 AND 600")))
        .col(big_integer("window_micros").check(cust("window_micros >= 1")))
        .col(big_integer("ends_at"))
        .col(big_integer("so_far").check(cust("so_far >= 1")))
        .primary_key(Index::create().col("bucket").col("window_micros"))
        .take()
}

/// What an app told us, by the ids of its deliveries, so that none counts twice.
fn tenant_delivery() -> TableCreateStatement {
    Table::create()
        .table("tenant_delivery")
        .col(
            text("delivery")
                .primary_key()
                .check(cust("length(delivery) BETWEEN 1 AND 255")),
        )
        .col(big_integer("received_at"))
        .take()
}

fn cust(condition: &'static str) -> Expr {
    Expr::cust(condition)
}
