//! `orders create | edit | cancel | refund | list | show | feed | synchronise`

use anyhow::Context;
use assembly::{
    model::{Line, Move, Order, OrderEvent, OrderEventKind, OrderId, Quantity},
    orders::{Applied, Done, Event, LineDone, Orders, Platform, feed::feed},
};
use chrono::{DateTime, Utc};
use latchstring::{RequestId, TenantId, access::Tenant};
use latchstring_server::{
    Beside, Which,
    answer::{Answer, plain, table, time},
    clap::{self, Args, Subcommand},
};
use serde_json::{Value, json};

use crate::AssemblyProduct;

/// As many as are listed at most.
const LISTED: u64 = 50;

#[derive(Debug, Args)]
pub(crate) struct OrdersArguments {
    #[command(flatten)]
    which: Which,
    #[command(subcommand)]
    command: OrdersCommand,
}

#[derive(Debug, Subcommand)]
enum OrdersCommand {
    /// Somebody bought something.
    Create {
        #[command(flatten)]
        lines: Lines,
        /// The order's number; the next one if left out.
        #[arg(long, value_name = "ID", value_parser = order_id)]
        order: Option<OrderId>,
        #[command(flatten)]
        event: EventArguments,
    },
    /// An order has other lines now.
    Edit {
        /// Which order.
        #[arg(value_parser = order_id)]
        order: OrderId,
        #[command(flatten)]
        lines: Lines,
        #[command(flatten)]
        event: EventArguments,
    },
    /// An order is not wanted any more.
    Cancel {
        /// Which order.
        #[arg(value_parser = order_id)]
        order: OrderId,
        #[command(flatten)]
        event: EventArguments,
    },
    /// Something of an order came back.
    Refund {
        /// Which order.
        #[arg(value_parser = order_id)]
        order: OrderId,
        #[command(flatten)]
        lines: Lines,
        #[command(flatten)]
        event: EventArguments,
    },
    /// List the latest 50 orders.
    List,
    /// Show an order with everything that was done for it.
    Show {
        /// Which order.
        #[arg(value_parser = order_id)]
        order: OrderId,
    },
    /// Make orders up: of goods with an active BOM, one in four of them changed, cancelled or refunded.
    Feed {
        /// How many orders.
        #[arg(long, default_value_t = 20)]
        count: usize,
        /// The same seed makes the same orders, once.
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// Tell the shop platform what it could not be told before.
    Synchronise,
}

#[derive(Debug, Args)]
struct Lines {
    /// A variant by its SKU or id, how many, and if wanted the id or name of a location: `LO-ARC-OB=2` or
    /// `LO-ARC-OB=2@Workshop`. Repeat it for more lines.
    #[arg(long = "line", value_name = "LINE", required = true, value_parser = wanted)]
    lines: Vec<Wanted>,
}

#[derive(Debug, Args)]
struct EventArguments {
    /// The platform's id of this event; told twice, it counts once. A new one if left out.
    #[arg(long, value_name = "ID")]
    event_id: Option<String>,
    /// Act as if the shop platform could not be reached.
    #[arg(long)]
    platform_down: bool,
}

/// A line as it is written.
#[derive(Debug, Clone)]
struct Wanted {
    what: String,
    units: u64,
    at: Option<String>,
}

/// Reads a line.
fn wanted(text: &str) -> Result<Wanted, String> {
    let wrong = || format!("`{text}` is no line; write a SKU or id, `=` and how many, such as `LO-ARC-OB=2@Workshop`");
    let (what, rest) = text.split_once('=').ok_or_else(wrong)?;
    let (units, at) = rest
        .split_once('@')
        .map_or((rest, None), |(units, at)| (units, Some(at)));
    Ok(Wanted {
        what: what.to_owned(),
        units: units.parse().map_err(|_| wrong())?,
        at: at.map(str::to_owned),
    })
}

/// Reads an order's number.
fn order_id(text: &str) -> Result<OrderId, String> {
    text.to_owned()
        .try_into()
        .map_err(|error: assembly::model::IdError| error.to_string())
}

pub(super) async fn run(beside: &Beside<'_, AssemblyProduct>, arguments: OrdersArguments) -> anyhow::Result<Answer> {
    let (store, now) = (beside.tenant(&arguments.which).await?, beside.now().await?);
    let reached = Orders::new(beside.database().clone(), Platform::Up);
    match arguments.command {
        OrdersCommand::Create { lines, order, event } => {
            let order = match order {
                Some(order) => order,
                None => reached.next_id(store.id).await?,
            };
            let kind = OrderEventKind::Created(lines.of(&reached, store.id).await?);
            tell(beside, &store, event, order, kind, now).await
        }
        OrdersCommand::Edit { order, lines, event } => {
            let kind = OrderEventKind::Edited(lines.of(&reached, store.id).await?);
            tell(beside, &store, event, order, kind, now).await
        }
        OrdersCommand::Cancel { order, event } => {
            tell(beside, &store, event, order, OrderEventKind::Cancelled, now).await
        }
        OrdersCommand::Refund { order, lines, event } => {
            let kind = OrderEventKind::Refunded(lines.of(&reached, store.id).await?);
            tell(beside, &store, event, order, kind, now).await
        }
        OrdersCommand::List => list(&reached, store.id).await,
        OrdersCommand::Show { order } => show(&reached, store.id, &order).await,
        OrdersCommand::Feed { count, seed } => {
            let fed = feed(&reached, store.id, count, seed, now).await?;
            let text = format!(
                "{} orders placed, {} edited, {} cancelled, {} refunded; {} lines lacked something. `orders list` shows them",
                fed.created, fed.edited, fed.cancelled, fed.refunded, fed.short_lines
            );
            let json = json!({
                "created": fed.created, "edited": fed.edited, "cancelled": fed.cancelled, "refunded": fed.refunded,
                "shortLines": fed.short_lines,
            });
            Ok(Answer { text, json })
        }
        OrdersCommand::Synchronise => {
            let count = reached.synchronise(store.id, now).await?;
            let text = match count {
                0 => "the shop platform has been told everything".to_owned(),
                count => format!("the shop platform was told {count} changes of counts"),
            };
            Ok(Answer {
                text,
                json: json!({ "told": count }),
            })
        }
    }
}

impl Lines {
    async fn of(self, orders: &Orders, store: TenantId) -> anyhow::Result<Vec<Line>> {
        let mut lines = Vec::with_capacity(self.lines.len());
        for wanted in self.lines {
            let article = orders.article(store, &wanted.what, wanted.at.as_deref()).await?;
            lines.push(Line {
                article,
                units: wanted.units,
            });
        }
        Ok(lines)
    }
}

async fn tell(
    beside: &Beside<'_, AssemblyProduct>,
    store: &Tenant,
    told: EventArguments,
    order: OrderId,
    kind: OrderEventKind,
    now: DateTime<Utc>,
) -> anyhow::Result<Answer> {
    let platform = if told.platform_down {
        Platform::Down
    } else {
        Platform::Up
    };
    let orders = Orders::new(beside.database().clone(), platform);
    let event = OrderEvent {
        id: told.event_id.unwrap_or_else(|| RequestId::new(now).to_string()),
        order,
        at: now,
        kind,
    };
    let applied = orders.apply(store.id, &event, now).await?;
    let (order, word) = (&event.order, event.kind.as_str());
    let json = |done: Option<&Done>| {
        json!({
            "orderId": order, "eventId": event.id, "event": word, "duplicate": done.is_none(), "done": done,
        })
    };
    match applied {
        Applied::Duplicate => Ok(Answer {
            text: format!("event {} was told before; nothing happened", plain(&event.id)),
            json: json(None),
        }),
        Applied::Done(done) => {
            let mut lines = vec![format!("order {order} {word}")];
            if done.lines.is_empty() {
                lines.push(
                    "  no stock moved: nothing in it has an active BOM, or the store puts nothing back".to_owned(),
                );
            }
            lines.extend(done.lines.iter().map(line));
            lines.extend(done.sync_error.iter().map(|error| format!("  {error}")));
            Ok(Answer {
                text: lines.join("\n"),
                json: json(Some(&done)),
            })
        }
    }
}

fn line(line: &LineDone) -> String {
    let mut text = format!("  {} x {} at {}", line.units, line.variant_id, line.location_id);
    let mut add = |word: &str, moves: &[Move]| {
        for one in moves {
            let (name, unit) = (plain(&one.name), plain(one.unit.as_str()));
            let quantity = one.quantity;
            let sign = if quantity > Quantity::ZERO && word.is_empty() {
                "+"
            } else {
                ""
            };
            text.push_str(&format!("\n    {word}{sign}{quantity} {unit} {name} ({})", place(one)));
        }
    };
    add("", &line.moves);
    add("missing: ", &line.missing);
    add("gone: ", &line.lost);
    if let Some(displayed) = line.displayed {
        text.push_str(&format!("\n    the shop shows {displayed} now"));
    }
    text
}

fn place(one: &Move) -> &'static str {
    use assembly::model::Place;
    match one.place {
        Place::PlatformStock => "stock of the shop platform",
        Place::OwnStock => "stock",
        Place::SubAssemblyShelf => "shelf",
        Place::BomShelf => "shelf of finished goods",
        Place::Shown => "what the shop shows",
    }
}

async fn list(orders: &Orders, store: TenantId) -> anyhow::Result<Answer> {
    let (latest, total) = orders.latest(store, LISTED).await?;
    let rows: Vec<_> = latest
        .iter()
        .map(|order| {
            [
                order.id.to_string(),
                order.status.as_str().to_owned(),
                lines_of(order),
                time(order.created_at),
            ]
        })
        .collect();
    let mut text = table(["ORDER", "STATUS", "LINES", "PLACED"], &rows);
    if total > LISTED {
        text += &format!("\n\nThese are the latest {LISTED} of {total}.");
    }
    let json = json!({ "orders": latest.iter().map(shown).collect::<Vec<_>>(), "totalCount": total });
    Ok(Answer { text, json })
}

fn lines_of(order: &Order) -> String {
    let lines = order.lines.iter().map(|(article, units)| match units.refunded {
        0 => format!("{article}={}", units.ordered),
        refunded => format!("{article}={} ({refunded} refunded)", units.ordered),
    });
    lines.collect::<Vec<_>>().join(", ")
}

fn shown(order: &Order) -> Value {
    let line = |(article, units): (&assembly::model::Article, &assembly::model::order::Units)| {
        json!({
            "variantId": article.variant, "locationId": article.location, "ordered": units.ordered,
            "refunded": units.refunded,
        })
    };
    json!({
        "orderId": order.id, "status": order.status.as_str(), "lines": order.lines.iter().map(line).collect::<Vec<_>>(),
        "createdAt": order.created_at, "updatedAt": order.updated_at,
    })
}

async fn show(orders: &Orders, store: TenantId, id: &OrderId) -> anyhow::Result<Answer> {
    let history = orders.history(store, id).await.context("the order cannot be shown")?;
    let order = &history.order;
    let mut text = vec![format!(
        "order {} is {}: {}",
        order.id,
        order.status.as_str(),
        lines_of(order)
    )];
    for event in &history.events {
        let Event { id, kind, at, .. } = event;
        text.push(format!("{} {kind} ({})", time(*at), plain(id)));
        let done: Option<Done> = event.log.clone().map(serde_json::from_value).transpose()?;
        text.extend(done.iter().flat_map(|done| &done.lines).map(line));
        text.extend(event.sync_error.iter().map(|error| format!("  {error}")));
    }
    let events = history.events.iter().map(|event| {
        json!({
            "eventId": event.id, "event": event.kind, "at": event.at, "log": event.log, "syncError": event.sync_error,
        })
    });
    let events: Vec<Value> = events.collect();
    let mut json = shown(order);
    json["events"] = json!(events);
    Ok(Answer {
        text: text.join("\n"),
        json,
    })
}
