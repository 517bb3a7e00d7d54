//! Brings a database's schema up to date.

use sea_orm_migration::MigratorTrait;

use crate::{Database, DatabaseError};

impl Database {
    /// Applies the migrations of `M` that are missing, all or none. Processes that start at once wait for each other.
    ///
    /// Migrators with tables of their own for what was applied (`migration_table_name`) may share a database.
    ///
    /// # Errors
    /// [`DatabaseError::NewerVersion`] when the database has migrations that `M` does not know.
    pub async fn migrate<M: MigratorTrait>(&self) -> Result<(), DatabaseError> {
        let at_start = |source| self.at_start(source);
        let work = self.begin_migration(&M::migration_table_name().to_string()).await?;
        let known = M::migrations();
        let applied = M::get_migration_models(&work).await.map_err(at_start)?;
        let unknown = applied
            .into_iter()
            .find(|row| known.iter().all(|migration| migration.name() != row.version));
        if let Some(row) = unknown {
            return Err(DatabaseError::NewerVersion {
                place: self.place(),
                migration: row.version,
            });
        }
        M::up(&work, None).await.map_err(at_start)?;
        work.commit().await.map_err(at_start)
    }
}
