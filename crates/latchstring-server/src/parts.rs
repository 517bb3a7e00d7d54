//! What every command needs: the data directory, the databases, the keys.

use std::{path::Path, sync::Arc};

use anyhow::{Context, bail};
use latchstring::{
    access::{Access, KeyRing, Rules, TokenPrefix},
    db::{Database, SqlAccessStore},
};

use crate::{Config, Product, config};

/// The file, in the data directory, with the secrets under which keys are hashed.
const KEY_RING: &str = "key-ring.json";

/// Opens (and at the first start creates) what the keys live in.
pub(crate) async fn open_access<P: Product>(config: &Config) -> anyhow::Result<(Database, Arc<Access>)> {
    prepare_directory(&config.data_dir)?;
    let ring = key_ring::<P>(config)?;
    let database = Database::open(config.access_url.as_str()).await?;
    let store = SqlAccessStore::open(database.clone()).await?;
    let prefix: TokenPrefix = P::KEY_PREFIX.parse().context("the product's key prefix is not right")?;
    let rules = Rules {
        access_token_lifetime: config.access_token_lifetime,
        ..Rules::new(prefix, P::PLAN)
    };
    let access = Access::open(Arc::new(store), ring, rules).await?;
    Ok((database, Arc::new(access)))
}

/// Opens the product's own data, and brings its schema up to date.
pub(crate) async fn open_product<P: Product>(config: &Config) -> anyhow::Result<(Database, P::Domain)> {
    let database = Database::open(config.database_url.as_str()).await?;
    let domain = P::open(database.clone())
        .await
        .context("the product's database cannot be opened")?;
    Ok((database, domain))
}

/// Whether a server has been here, so that a command on the wrong directory makes nothing.
pub(crate) fn was_served(config: &Config) -> bool {
    let has_ring = config.key_ring.is_some() || config.data_dir.join(KEY_RING).exists();
    has_ring && config.access_url.sqlite_file().is_none_or(Path::exists)
}

/// The ring from the environment, or else from the data directory. A new one is made only where the database is a file:
/// servers that share a database must share the ring, too, and each would make its own.
fn key_ring<P: Product>(config: &Config) -> anyhow::Result<KeyRing> {
    if let Some(text) = &config.key_ring {
        return KeyRing::parse(text.expose().trim())
            .with_context(|| format!("the key ring in {} is not usable", config::KEY_RING));
    }
    let path = config.data_dir.join(KEY_RING);
    if config.database_url.is_postgres() && !path.exists() {
        bail!(
            "with a PostgreSQL database the key ring must be given: run `{} key-ring create` once, and give every server \
             the text it prints as {} (or as the file {})",
            P::NAME,
            config::KEY_RING,
            path.display()
        );
    }
    Ok(KeyRing::load_or_create(&path)?)
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
