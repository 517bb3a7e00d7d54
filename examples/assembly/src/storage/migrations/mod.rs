//! The tables as they grew: one file per change, never edited once released.

use latchstring::db::{replays, tables::TenantTables};
use sea_orm_migration::prelude::*;

mod m0001_tables;
mod m0002_whole_catalogue;
mod m0003_orders;

/// Every row belongs to a store.
const STORES: TenantTables = TenantTables::owned_by("store_id");

/// Brings the database up to date.
pub(crate) struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_tables::Migration),
            Box::new(m0002_whole_catalogue::Migration),
            Box::new(replays::Migration),
            Box::new(m0003_orders::Migration),
        ]
    }

    fn migration_table_name() -> DynIden {
        "assembly_migrations".into_iden()
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use latchstring::TenantId;
    use latchstring::db::{Database, commit, testing::FreshDatabase};
    use sea_orm::ConnectionTrait;

    use super::*;
    use crate::{Assembly, Reader, model::ShopPlan};

    /// The tables as they were at first.
    struct First;

    #[async_trait::async_trait]
    impl MigratorTrait for First {
        fn migrations() -> Vec<Box<dyn MigrationTrait>> {
            vec![Box::new(m0001_tables::Migration)]
        }

        fn migration_table_name() -> DynIden {
            Migrator::migration_table_name()
        }
    }

    #[tokio::test]
    async fn a_store_from_before_products_keeps_its_catalogue_and_gets_a_product_for_each_variant() {
        let home = FreshDatabase::new("app").await;
        let database = Database::open(home.url()).await.unwrap();
        database.migrate::<First>().await.unwrap();
        let store = TenantId::new(DateTime::UNIX_EPOCH);
        let id = if FreshDatabase::is_on_postgres() {
            format!("'{}'", store.as_uuid())
        } else {
            format!("x'{}'", store.as_uuid().simple())
        };
        let write = database.begin_write().await.unwrap();
        for statement in [
            format!("INSERT INTO shops VALUES ({id}, 'Old', 'EUR', FALSE, '70001')"),
            format!("INSERT INTO variants VALUES ({id}, '41001', 'Lamp', 'Oak', 'L-O', 'Us', 1000000, 'lamp oak')"),
            format!("INSERT INTO variants VALUES ({id}, '41002', 'Lamp', 'Ash', NULL, NULL, 1000000, 'lamp ash')"),
        ] {
            write.execute_unprepared(&statement).await.unwrap();
        }
        commit(write).await.unwrap();

        Assembly::open(database.clone()).await.unwrap();
        let reader = Reader::begin(&database, store).await.unwrap();
        assert_eq!(reader.shop().await.unwrap().plan, ShopPlan::Enhanced);
        let ids = ["41001", "41002"].map(|id| id.to_owned().try_into().unwrap());
        let variants = reader.variants(&ids).await.unwrap();
        let products: Vec<_> = variants.values().map(|variant| variant.product.clone()).collect();
        assert_eq!(products.len(), 2);
        assert_eq!(reader.products(&products).await.unwrap().len(), 2);
    }
}
