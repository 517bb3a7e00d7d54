//! The product's own commands: what people set, and what goes out.

mod outbox;
mod shop;

use latchstring_server::{
    Beside, ProductCommand,
    answer::Answer,
    clap::{self, Subcommand},
};

use crate::LogisticsProduct;

/// Commands beside `key`, `code` and the others.
#[derive(Debug, Subcommand)]
pub(crate) enum LogisticsCommand {
    /// Reports and notifications: run what is due, deliver what waits, list.
    Outbox(outbox::OutboxArguments),
    /// A store's plan and preferences: show, set.
    Shop(shop::ShopArguments),
}

impl ProductCommand<LogisticsProduct> for LogisticsCommand {
    async fn run(self, beside: &Beside<'_, LogisticsProduct>) -> anyhow::Result<Answer> {
        match self {
            Self::Outbox(arguments) => outbox::run(beside, arguments).await,
            Self::Shop(arguments) => shop::run(beside, arguments).await,
        }
    }
}
