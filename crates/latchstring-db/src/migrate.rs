//! Brings a database's schema up to date.

use sea_orm::DbErr;
use sea_orm_migration::MigratorTrait;

use crate::{Database, DatabaseError, error};

impl Database {
    /// Applies the migrations of `M` that are missing, all or none. Processes that start at once wait for each other.
    ///
    /// # Errors
    /// [`DatabaseError::NewerVersion`] when the database has migrations that `M` does not know.
    pub async fn migrate<M: MigratorTrait>(&self) -> Result<(), DatabaseError> {
        let at_start = |source: DbErr| error::at_start(self.path(), source);
        let work = self.begin_write().await?;
        let known = M::migrations();
        let applied = M::get_migration_models(&work).await.map_err(at_start)?;
        let unknown = applied
            .into_iter()
            .find(|row| known.iter().all(|migration| migration.name() != row.version));
        if let Some(row) = unknown {
            return Err(DatabaseError::NewerVersion {
                path: self.path().to_owned(),
                migration: row.version,
            });
        }
        M::up(&work, None).await.map_err(at_start)?;
        work.commit().await.map_err(at_start)
    }
}
