//! `shop show | set`

use latchstring_server::{
    Beside, Which,
    answer::{Answer, plain},
    clap::{self, Args, Subcommand, ValueEnum},
};
use logistics::{
    model::{Plan, Shop},
    shop::{self, ShopChange},
};
use serde_json::json;

use crate::LogisticsProduct;

#[derive(Debug, Args)]
pub(crate) struct ShopArguments {
    #[command(flatten)]
    which: Which,
    #[command(subcommand)]
    command: ShopCommand,
}

#[derive(Debug, Subcommand)]
enum ShopCommand {
    /// Show the plan and the preferences.
    Show,
    /// Change the plan or preferences; what is not named stays as it is.
    Set(Set),
}

#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
struct Set {
    /// What the store pays for.
    #[arg(long)]
    plan: Option<PlanName>,
    /// Whether what a purchase order receives goes into stock at once.
    #[arg(long, value_name = "BOOL")]
    auto_sync: Option<bool>,
    /// Whether purchase orders never put anything into stock.
    #[arg(long, value_name = "BOOL")]
    block_sync: Option<bool>,
    /// Whether open purchase orders count as incoming.
    #[arg(long, value_name = "BOOL")]
    track_incoming: Option<bool>,
    /// Whether transfers move only what is incoming.
    #[arg(long, value_name = "BOOL")]
    disable_available_movements: Option<bool>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum PlanName {
    /// Orders, transfers, counts, suppliers, reports.
    Core,
    /// Also notifications.
    Enhanced,
    /// Also returns to suppliers.
    Elevate,
}

pub(super) async fn run(beside: &Beside<'_, LogisticsProduct>, arguments: ShopArguments) -> anyhow::Result<Answer> {
    let store = beside.tenant(&arguments.which).await?;
    let shop = match arguments.command {
        ShopCommand::Show => shop::read(beside.database(), store.id).await?,
        ShopCommand::Set(set) => {
            let change = ShopChange {
                plan: set.plan.map(|plan| match plan {
                    PlanName::Core => Plan::Core,
                    PlanName::Enhanced => Plan::Enhanced,
                    PlanName::Elevate => Plan::Elevate,
                }),
                auto_sync_on_receive: set.auto_sync,
                block_sync: set.block_sync,
                track_incoming: set.track_incoming,
                disable_available_movements: set.disable_available_movements,
            };
            shop::change(beside.database(), store.id, change).await?
        }
    };
    Ok(answer(&shop))
}

fn answer(shop: &Shop) -> Answer {
    let json = json!({
        "name": shop.name, "currency": shop.currency, "plan": shop.plan, "preferences": shop.preferences,
    });
    let text = format!("{}, {}, plan {}", plain(&shop.name), shop.currency, shop.plan);
    Answer::with_settings(text, json, "preferences")
}
