//! The table of kept answers.

use sea_orm_migration::{
    prelude::*,
    schema::{big_integer, blob, uuid},
    sea_orm::DbBackend,
};

use crate::tables::Text;

/// Makes the table `latchstring_replay`. A product lists it in its own `MigratorTrait::migrations`, after those it has.
///
/// It is applied once, under the name `latchstring_replay_1`, and is never edited: a change is a further migration.
pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "latchstring_replay_1"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    #[expect(
        elided_lifetimes_in_paths,
        reason = "the trait declares it so, and async_trait wants the same"
    )]
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(replay(manager.get_database_backend())).await?;
        manager.create_index(replay_by_age()).await
    }
}

fn replay(backend: DbBackend) -> TableCreateStatement {
    // `a` and `A` are two keys.
    let text = |name| Text::on(backend).text(name);
    Table::create()
        .table("latchstring_replay")
        .col(uuid("tenant_id"))
        .col(uuid("grant_id"))
        .col(text("operation"))
        .col(text("caller_key"))
        .col(blob("arguments").check(Expr::cust("length(arguments) = 32")))
        .col(text("answer"))
        .col(big_integer("answered_at"))
        .primary_key(Index::create().col("grant_id").col("operation").col("caller_key"))
        .take()
}

/// What is forgotten is found by it.
fn replay_by_age() -> IndexCreateStatement {
    Index::create()
        .name("latchstring_replay_by_age")
        .table("latchstring_replay")
        .col("tenant_id")
        .col("answered_at")
        .take()
}
