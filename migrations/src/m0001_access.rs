//! Tenants, grants, keys, the audit trail and the key ring's checks.
//!
//! Validity lives in `access_grant` and `tenant` alone; a credential only points to a grant.

use sea_orm_migration::{
    prelude::*,
    schema::{big_integer, big_integer_null, big_pk_auto, blob, boolean, integer, text, text_null, uuid},
};

pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0001_access"
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
            access_grant(),
            credential(),
            audit_call(),
            audit_operation(),
            key_ring_check(),
        ] {
            manager.create_table(table).await?;
        }
        for index in indexes() {
            manager.create_index(index).await?;
        }
        Ok(())
    }
}

fn tenant() -> TableCreateStatement {
    Table::create()
        .table("tenant")
        .col(uuid("id").primary_key())
        .col(
            text("host_key")
                .unique_key()
                .check(cust("length(host_key) BETWEEN 1 AND 255")),
        )
        .col(text("public_id").unique_key().check(cust("length(public_id) = 32")))
        .col(text("name"))
        .col(text("status").check(cust("status IN ('active', 'suspended', 'uninstalled')")))
        // Moves on with every installation and uninstallation, which leaves earlier grants behind.
        .col(big_integer("install_gen").check(cust("install_gen >= 1")))
        .col(big_integer("installed_at"))
        .col(big_integer_null("uninstalled_at"))
        .check(cust("status <> 'uninstalled' OR uninstalled_at IS NOT NULL"))
        .take()
}

fn access_grant() -> TableCreateStatement {
    Table::create()
        .table("access_grant")
        .col(uuid("id").primary_key())
        .col(uuid("tenant_id"))
        .col(big_integer("install_gen").check(cust("install_gen >= 1")))
        .col(text("kind").check(cust("kind IN ('key')")))
        .col(text("scope").check(cust("scope IN ('read', 'read_write')")))
        .col(text("label").check(cust("length(label) <= 80")))
        .col(text("created_by_sub"))
        .col(text("created_by_name"))
        .col(big_integer("created_at"))
        .col(big_integer_null("last_used_at"))
        .col(big_integer_null("expires_at"))
        .col(big_integer_null("revoked_at"))
        .col(text_null("revoked_by_sub"))
        .col(text_null("revoked_by_name"))
        .check(cust("expires_at IS NULL OR expires_at > created_at"))
        .check(cust("(revoked_at IS NULL) = (revoked_by_sub IS NULL)"))
        .check(cust("(revoked_at IS NULL) = (revoked_by_name IS NULL)"))
        .foreign_key(
            ForeignKey::create()
                .from("access_grant", "tenant_id")
                .to("tenant", "id"),
        )
        .take()
}

fn credential() -> TableCreateStatement {
    Table::create()
        .table("credential")
        .col(big_pk_auto("id"))
        .col(uuid("grant_id"))
        .col(text("kind").check(cust("kind IN ('key')")))
        .col(blob("hash").unique_key().check(cust("length(hash) = 32")))
        .col(text("hash_key_id").check(cust("length(hash_key_id) BETWEEN 1 AND 32")))
        .col(text("hint").check(cust("length(hint) <= 32")))
        .col(big_integer("created_at"))
        .foreign_key(
            ForeignKey::create()
                .from("credential", "grant_id")
                .to("access_grant", "id"),
        )
        .take()
}

/// No foreign keys to tenants and grants: what was done stays written down, whatever becomes of those.
fn audit_call() -> TableCreateStatement {
    Table::create()
        .table("audit_call")
        .col(big_pk_auto("seq"))
        // Unique, so that a batch of unknown fate can be sent again.
        .col(uuid("request_id").unique_key())
        .col(big_integer("at"))
        .col(uuid("tenant_id"))
        .col(uuid("grant_id"))
        .col(text("holder"))
        .col(text("channel"))
        .col(text("tool"))
        .col(text("outcome"))
        .col(boolean("committed"))
        .col(big_integer("duration_micros").check(cust("duration_micros >= 0")))
        .col(text_null("program_sha256"))
        .take()
}

fn audit_operation() -> TableCreateStatement {
    Table::create()
        .table("audit_operation")
        .col(big_integer("call_seq"))
        .col(integer("position").check(cust("position >= 0")))
        .col(text("operation"))
        .col(text_null("effect").check(cust("effect IN ('read', 'write')")))
        .col(text("outcome"))
        .col(big_integer("duration_micros").check(cust("duration_micros >= 0")))
        // JSON, compact: a list of what was changed, with the fields before and after; NULL for nothing.
        .col(text_null("changes"))
        .primary_key(Index::create().col("call_seq").col("position"))
        .foreign_key(
            ForeignKey::create()
                .from("audit_operation", "call_seq")
                .to("audit_call", "seq"),
        )
        .take()
}

fn key_ring_check() -> TableCreateStatement {
    Table::create()
        .table("key_ring_check")
        .col(
            text("key_id")
                .primary_key()
                .check(cust("length(key_id) BETWEEN 1 AND 32")),
        )
        .col(blob("check_hash").check(cust("length(check_hash) = 32")))
        .take()
}

/// For the queries there are; unique columns have theirs already.
fn indexes() -> [IndexCreateStatement; 4] {
    [
        Index::create()
            .name("tenant_by_name")
            .table("tenant")
            .col("name")
            .take(),
        Index::create()
            .name("access_grant_by_tenant")
            .table("access_grant")
            .col("tenant_id")
            .take(),
        Index::create()
            .name("credential_by_grant")
            .table("credential")
            .col("grant_id")
            .take(),
        Index::create()
            .name("audit_call_by_tenant")
            .table("audit_call")
            .col("tenant_id")
            .col("seq")
            .take(),
    ]
}

fn cust(condition: &'static str) -> Expr {
    Expr::cust(condition)
}
