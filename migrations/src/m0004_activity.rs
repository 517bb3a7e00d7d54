//! What people read about their assistants' calls: the programs, the rows that operations answered, and the order in
//! which calls are looked for.

use sea_orm_migration::{
    prelude::*,
    schema::{text, uuid},
};

pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0004_activity"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    #[expect(
        elided_lifetimes_in_paths,
        reason = "the trait declares it so, and async_trait wants the same"
    )]
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(audit_program()).await?;
        for change in CHANGES {
            manager.get_connection().execute_unprepared(change).await?;
        }
        Ok(())
    }
}

/// Each program once for its tenant, however often it was sent. No foreign keys, as for the calls; and no rule that a
/// call's program is here: those of earlier versions are not, and those that were too long to run.
fn audit_program() -> TableCreateStatement {
    Table::create()
        .table("audit_program")
        .col(uuid("tenant_id"))
        .col(text("sha256").check(Expr::cust("length(sha256) = 64")))
        .col(text("source"))
        .primary_key(Index::create().col("tenant_id").col("sha256"))
        .take()
}

const CHANGES: [&str; 3] = [
    // NULL for what was written down before rows were counted.
    "ALTER TABLE audit_operation ADD COLUMN row_count BIGINT CHECK (row_count >= 0)",
    "CREATE INDEX audit_call_by_grant ON audit_call (tenant_id, grant_id, seq)",
    // With all that counting asks for, so that no call itself is read.
    "CREATE INDEX audit_call_by_moment ON audit_call (tenant_id, at, grant_id)",
];
