//! The product's own commands: what a shop platform would tell it, told by hand.

mod orders;
mod shop;

use latchstring_server::{
    Beside, ProductCommand,
    answer::Answer,
    clap::{self, Subcommand},
};

use crate::AssemblyProduct;

/// Commands beside `key`, `code` and the others.
#[derive(Debug, Subcommand)]
pub(crate) enum AssemblyCommand {
    /// Orders, as the shop platform would tell them: create, edit, cancel, refund, list, show, feed, synchronise.
    Orders(orders::OrdersArguments),
    /// A store's plan and settings: show, set.
    Shop(shop::ShopArguments),
}

impl ProductCommand<AssemblyProduct> for AssemblyCommand {
    async fn run(self, beside: &Beside<'_, AssemblyProduct>) -> anyhow::Result<Answer> {
        match self {
            Self::Orders(arguments) => orders::run(beside, arguments).await,
            Self::Shop(arguments) => shop::run(beside, arguments).await,
        }
    }
}
