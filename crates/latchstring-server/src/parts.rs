//! What every command needs: the data directory, the databases, the keys.

use std::{path::Path, sync::Arc};

use anyhow::Context;
use latchstring::{
    SystemClock,
    access::{Access, KeyPrefix, KeyRing},
    db::{Database, SqlAccessStore},
};

use crate::{Config, Product};

/// The file, in the data directory, with the secrets under which keys are hashed.
pub(crate) const KEY_RING: &str = "key-ring.json";

/// Opens (and at the first start creates) what the keys live in.
pub(crate) async fn open_access<P: Product>(config: &Config) -> anyhow::Result<(Database, Arc<Access>)> {
    prepare_directory(&config.data_dir)?;
    let database = Database::open(&config.access_url).await?;
    let store = SqlAccessStore::open(database.clone()).await?;
    let ring = KeyRing::load_or_create(&config.data_dir.join(KEY_RING))?;
    let prefix: KeyPrefix = P::KEY_PREFIX.parse().context("the product's key prefix is not right")?;
    let access = Access::open(Arc::new(store), ring, Arc::new(SystemClock), prefix).await?;
    Ok((database, Arc::new(access)))
}

/// Makes the directory, for its owner alone.
fn prepare_directory(dir: &Path) -> anyhow::Result<()> {
    let make = || {
        let mut builder = std::fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(dir)
    };
    make().with_context(|| {
        format!(
            "cannot use the data directory {}; make it writable or name another with --data-dir",
            dir.display()
        )
    })
}
