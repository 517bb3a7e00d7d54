//! The audit trail is a chain, and all sessions on a tenant's access page can be ended at once.

use sea_orm_migration::{
    prelude::*,
    schema::{big_integer, big_integer_null, blob, blob_null, boolean_null, text, text_null, uuid},
};

pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0005_chain"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    #[expect(
        elided_lifetimes_in_paths,
        reason = "the trait declares it so, and async_trait wants the same"
    )]
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .alter_table(added("tenant", big_integer("session_gen").default(0).take()))
            .await?;
        // NULL for what was written down before there was a chain.
        for column in [
            boolean_null("program_kept"),
            big_integer_null("chain_position")
                .check(cust("chain_position >= 1"))
                .take(),
            text_null("chain_key")
                .check(cust("(chain_position IS NULL) = (chain_key IS NULL)"))
                .take(),
            blob_null("chain_mac")
                .check(cust("(chain_position IS NULL) = (chain_mac IS NULL)"))
                .take(),
        ] {
            manager.alter_table(added("audit_call", column)).await?;
        }
        manager.create_index(audit_call_by_position()).await?;
        manager.create_table(audit_head()).await
    }
}

fn added(table: &'static str, column: ColumnDef) -> TableAlterStatement {
    Table::alter().table(table).add_column(column).take()
}

/// Two calls in one place would be two ends of one chain.
fn audit_call_by_position() -> IndexCreateStatement {
    Index::create()
        .name("audit_call_by_position")
        .table("audit_call")
        .col("tenant_id")
        .col("chain_position")
        .unique()
        .take()
}

/// The last link of each tenant's chain.
fn audit_head() -> TableCreateStatement {
    Table::create()
        .table("audit_head")
        .col(uuid("tenant_id").primary_key())
        .col(big_integer("position").check(cust("position >= 1")))
        .col(text("key_id"))
        .col(blob("mac").check(cust("length(mac) = 32")))
        .take()
}

fn cust(condition: &'static str) -> Expr {
    Expr::cust(condition)
}
