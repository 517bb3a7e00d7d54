//! A product's own commands, which stand beside `key` and `tenant`.

use clap::Subcommand;

use super::Product;
use crate::{answer::Answer, commands::Beside};

/// The commands that a product has of its own: an enum that derives [`clap::Subcommand`]. Each works beside the server that
/// may be running, on its data, and answers in text or, with `--json`, in JSON; that flag is added to each of them.
///
/// ```
/// use latchstring_server::{Beside, Product, ProductCommand, Which, answer::{Answer, plain}, clap};
/// use serde_json::json;
///
/// #[derive(clap::Subcommand)]
/// enum BoardCommand {
///     /// Count the boards of a workspace.
///     Count {
///         #[command(flatten)]
///         which: Which, // `--workspace NAME`, where the product calls a tenant a workspace
///     },
/// }
///
/// impl<P: Product> ProductCommand<P> for BoardCommand {
///     async fn run(self, beside: &Beside<'_, P>) -> anyhow::Result<Answer> {
///         let Self::Count { which } = self;
///         let tenant = beside.tenant(&which).await?;
///         let reader = beside.database().begin_read().await?;
///         // ... count them ...
/// #       drop(reader);
///         Ok(Answer {
///             text: format!("{} has 3 boards", plain(&tenant.name)),
///             json: json!({ "boards": 3 }),
///         })
///     }
/// }
/// ```
pub trait ProductCommand<P: Product>: Subcommand + Send {
    /// Does it.
    ///
    /// # Errors
    /// In one line that says what to do, as every command's.
    fn run(self, beside: &Beside<'_, P>) -> impl Future<Output = anyhow::Result<Answer>> + Send;
}

/// The commands of a product that has none of its own.
#[derive(Debug, Clone, Copy, Subcommand)]
pub enum NoCommands {}

impl<P: Product> ProductCommand<P> for NoCommands {
    async fn run(self, _: &Beside<'_, P>) -> anyhow::Result<Answer> {
        match self {}
    }
}
