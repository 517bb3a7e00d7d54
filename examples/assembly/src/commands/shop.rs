//! `shop show | set`

use assembly::{
    model::{Shop, ShopPlan},
    orders::{Orders, Platform},
    shop::{self, ShopChange},
};
use latchstring_server::{
    Beside, Which,
    answer::{Answer, plain},
    clap::{self, Args, Subcommand, ValueEnum},
};
use serde_json::json;

use crate::AssemblyProduct;

#[derive(Debug, Args)]
pub(crate) struct ShopArguments {
    #[command(flatten)]
    which: Which,
    #[command(subcommand)]
    command: ShopCommand,
}

#[derive(Debug, Subcommand)]
enum ShopCommand {
    /// Show the plan and the settings.
    Show,
    /// Change the plan or settings; what is not named stays as it is.
    Set(Set),
}

#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
struct Set {
    /// What the store pays for.
    #[arg(long)]
    plan: Option<Plan>,
    /// The location that orders take from, by its id or its name.
    #[arg(long, value_name = "LOCATION")]
    default_location: Option<String>,
    /// Whether orders take from the location that they name.
    #[arg(long, value_name = "BOOL")]
    multi_location: Option<bool>,
    /// Whether what the shop shows is computed for each location.
    #[arg(long, value_name = "BOOL")]
    location_dynamic: Option<bool>,
    /// Whether refunds put nothing back.
    #[arg(long, value_name = "BOOL")]
    refunds_disabled: Option<bool>,
    /// Whether cancelled orders put nothing back.
    #[arg(long, value_name = "BOOL")]
    cancellations_disabled: Option<bool>,
    /// Whether counts may go below zero.
    #[arg(long, value_name = "BOOL")]
    allow_negative: Option<bool>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Plan {
    /// The basic plan.
    Standard,
    /// Everything.
    Enhanced,
}

pub(super) async fn run(beside: &Beside<'_, AssemblyProduct>, arguments: ShopArguments) -> anyhow::Result<Answer> {
    let store = beside.tenant(&arguments.which).await?;
    let orders = Orders::new(beside.database().clone(), Platform::Up);
    let shop = match arguments.command {
        ShopCommand::Show => shop::read(beside.database(), store.id).await?,
        ShopCommand::Set(set) => {
            let change = ShopChange {
                plan: set.plan.map(|plan| match plan {
                    Plan::Standard => ShopPlan::Standard,
                    Plan::Enhanced => ShopPlan::Enhanced,
                }),
                default_location: match set.default_location {
                    Some(at) => Some(orders.location(store.id, &at).await?),
                    None => None,
                },
                multi_location_sensitive_adjustments: set.multi_location,
                location_sensitive_dynamic_adjustments: set.location_dynamic,
                refunds_sync_disabled: set.refunds_disabled,
                cancelled_orders_sync_disabled: set.cancellations_disabled,
                allow_negative_inventory: set.allow_negative,
            };
            shop::change(beside.database(), store.id, change).await?
        }
    };
    Ok(answer(&shop))
}

fn answer(shop: &Shop) -> Answer {
    let json = json!({
        "name": shop.name, "currency": shop.currency, "plan": shop.plan, "settings": shop.settings,
    });
    let text = format!("{}, {}, plan {}", plain(&shop.name), shop.currency, shop.plan.as_str());
    Answer::with_settings(text, json, "settings")
}
