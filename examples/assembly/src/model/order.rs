//! Orders as the shop platform tells them: what is ordered, and what happens to it.

use std::{collections::BTreeMap, fmt};

use chrono::{DateTime, Utc};

use super::{LocationId, OrderId, VariantId};

/// Something that happened to an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderEvent {
    /// The platform's id of the event, 1 to 100 characters; told twice, it counts once.
    pub id: String,
    /// Which order.
    pub order: OrderId,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// What happened.
    pub kind: OrderEventKind,
}

/// What happens to orders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OrderEventKind {
    /// It was placed, with these lines.
    Created(Vec<Line>),
    /// These are its lines now, instead of those before.
    Edited(Vec<Line>),
    /// It is not wanted any more.
    Cancelled,
    /// So much of it came back.
    Refunded(Vec<Line>),
}

impl OrderEventKind {
    /// A word for it.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Created(_) => "created",
            Self::Edited(_) => "edited",
            Self::Cancelled => "cancelled",
            Self::Refunded(_) => "refunded",
        }
    }
}

/// Units of one article.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What.
    pub article: Article,
    /// How many.
    pub units: u64,
}

/// What is ordered, and where it is to come from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Article {
    /// The variant.
    pub variant: VariantId,
    /// The location that the order names.
    pub location: Option<LocationId>,
}

impl fmt::Display for Article {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.location {
            None => write!(f, "{}", self.variant),
            Some(location) => write!(f, "{}@{location}", self.variant),
        }
    }
}

/// Whether an order is still wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderStatus {
    /// It is.
    Open,
    /// It was cancelled.
    Cancelled,
}

impl OrderStatus {
    /// A word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Cancelled => "cancelled",
        }
    }
}

/// An order as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// Which one.
    pub id: OrderId,
    /// Whether it is still wanted.
    pub status: OrderStatus,
    /// What of each article was ordered, and of that, what came back.
    pub lines: BTreeMap<Article, Units>,
    /// When it was placed.
    pub created_at: DateTime<Utc>,
    /// When something last happened to it.
    pub updated_at: DateTime<Utc>,
}

/// Units of an article in an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Units {
    /// What is ordered now.
    pub ordered: u64,
    /// What of it came back.
    pub refunded: u64,
}

impl Units {
    /// What is still out.
    pub fn out(self) -> u64 {
        self.ordered.saturating_sub(self.refunded)
    }
}

/// What an event asks for: how many units of each article are out before it and after it.
pub type Changes = Vec<(Article, u64, u64)>;

/// An event that cannot have happened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OrderError {
    /// Its id is no id.
    #[error("the id of an event has 1 to 100 characters; `{0}` has not")]
    EventId(String),
    /// Nothing in it.
    #[error("an order has at least one line; name one, such as `41001=2`")]
    NoLines,
    /// Too much in it.
    #[error("an order has {0} lines; {MOST_LINES} are allowed")]
    TooManyLines(usize),
    /// A line about nothing, or about more than anybody sells.
    #[error("a line of `{article}` has {units} units; it has 1 to {MOST_UNITS}")]
    Units {
        /// The line.
        article: String,
        /// How many.
        units: u64,
    },
    /// The same article in two lines.
    #[error("`{0}` is in two lines; put it into one, with the units added up")]
    Twice(String),
    /// The catalogue has no such variant.
    #[error("the catalogue has no variant `{0}`")]
    NoVariant(String),
    /// Nothing has this SKU.
    #[error("no variant has the id or SKU `{0}`")]
    NoSku(String),
    /// More than one variant has this SKU.
    #[error("several variants have the SKU `{0}`; name the one you mean by its id")]
    SeveralWithSku(String),
    /// The store has no location of this id or name.
    #[error("the store has no location with the id or name `{0}`; it has {1}")]
    NoSuchLocation(String, String),
    /// The store has no such location.
    #[error("the store has no location `{0}`")]
    NoLocation(LocationId),
    /// There is no such order.
    #[error("there is no order `{0}`; `orders list` shows those there are")]
    NoOrder(OrderId),
    /// There is such an order already.
    #[error("order `{0}` is there already; change it with `orders edit`")]
    Exists(OrderId),
    /// It was cancelled.
    #[error("order `{0}` was cancelled; nothing happens to it any more")]
    Cancelled(OrderId),
    /// No line of the order is about this.
    #[error("the order has no line of `{article}`; it has {lines}")]
    NoLine {
        /// What was named.
        article: String,
        /// What there is.
        lines: String,
    },
    /// More comes back than is out.
    #[error("of `{article}`, {out} are out, so {units} cannot come back")]
    TooMany {
        /// Of what.
        article: String,
        /// How many are to come back.
        units: u64,
        /// How many are out.
        out: u64,
    },
    /// Fewer are ordered than came back already.
    #[error("of `{article}`, {refunded} came back already, so {units} cannot be all that was ordered")]
    Refunded {
        /// Of what.
        article: String,
        /// How many are to be ordered.
        units: u64,
        /// How many came back.
        refunded: u64,
    },
}

/// Lines of one order.
pub const MOST_LINES: usize = 250;
/// Units of one line.
pub const MOST_UNITS: u64 = 1_000_000;

fn checked(lines: &[Line]) -> Result<(), OrderError> {
    if lines.is_empty() {
        return Err(OrderError::NoLines);
    }
    if lines.len() > MOST_LINES {
        return Err(OrderError::TooManyLines(lines.len()));
    }
    let mut seen = std::collections::BTreeSet::new();
    for line in lines {
        let article = &line.article;
        if !(1..=MOST_UNITS).contains(&line.units) {
            return Err(OrderError::Units {
                article: article.to_string(),
                units: line.units,
            });
        }
        if !seen.insert(article) {
            return Err(OrderError::Twice(article.to_string()));
        }
    }
    Ok(())
}

impl OrderEvent {
    /// The order after this event, and what it asks for.
    ///
    /// # Errors
    /// When it cannot have happened to the order as it stands.
    pub fn applied_to(&self, order: Option<Order>) -> Result<(Order, Changes), OrderError> {
        if !(1..=100).contains(&self.id.chars().count()) {
            return Err(OrderError::EventId(self.id.chars().take(40).collect()));
        }
        let order = match (&self.kind, order) {
            (OrderEventKind::Created(_), Some(order)) => return Err(OrderError::Exists(order.id)),
            (OrderEventKind::Created(lines), None) => return self.created(lines),
            (_, None) => return Err(OrderError::NoOrder(self.order.clone())),
            (_, Some(order)) => order,
        };
        if order.status == OrderStatus::Cancelled {
            return Err(OrderError::Cancelled(order.id));
        }
        let (status, after) = match &self.kind {
            OrderEventKind::Created(lines) | OrderEventKind::Edited(lines) => {
                (OrderStatus::Open, edited(&order, lines)?)
            }
            OrderEventKind::Refunded(lines) => (OrderStatus::Open, refunded(&order, lines)?),
            OrderEventKind::Cancelled => (OrderStatus::Cancelled, cancelled(&order)),
        };
        let changes = after.iter().map(|(article, units)| {
            let before = order.lines.get(article).copied().unwrap_or_default().out();
            (article.clone(), before, units.out())
        });
        let changes = changes.filter(|(_, before, after)| before != after).collect();
        let after = Order {
            status,
            lines: after,
            updated_at: self.at,
            ..order
        };
        Ok((after, changes))
    }

    fn created(&self, lines: &[Line]) -> Result<(Order, Changes), OrderError> {
        checked(lines)?;
        let units = |line: &Line| Units {
            ordered: line.units,
            refunded: 0,
        };
        let order = Order {
            id: self.order.clone(),
            status: OrderStatus::Open,
            lines: lines.iter().map(|line| (line.article.clone(), units(line))).collect(),
            created_at: self.at,
            updated_at: self.at,
        };
        let changes = lines.iter().map(|line| (line.article.clone(), 0, line.units));
        Ok((order, changes.collect()))
    }
}

fn edited(order: &Order, lines: &[Line]) -> Result<BTreeMap<Article, Units>, OrderError> {
    checked(lines)?;
    let mut after = order.lines.clone();
    for units in after.values_mut() {
        units.ordered = units.refunded;
    }
    for Line { article, units } in lines {
        let line = after.entry(article.clone()).or_default();
        if *units < line.refunded {
            return Err(OrderError::Refunded {
                article: article.to_string(),
                units: *units,
                refunded: line.refunded,
            });
        }
        line.ordered = *units;
    }
    Ok(after)
}

fn refunded(order: &Order, lines: &[Line]) -> Result<BTreeMap<Article, Units>, OrderError> {
    checked(lines)?;
    let mut after = order.lines.clone();
    for Line { article, units } in lines {
        let article = &meant(order, article)?;
        let line = after.entry(article.clone()).or_default();
        if *units > line.out() {
            return Err(OrderError::TooMany {
                article: article.to_string(),
                units: *units,
                out: line.out(),
            });
        }
        line.refunded += units;
    }
    Ok(after)
}

/// The line that is meant: of this article, or the only one of its variant where no location is named.
fn meant(order: &Order, article: &Article) -> Result<Article, OrderError> {
    if order.lines.contains_key(article) {
        return Ok(article.clone());
    }
    let same = order.lines.keys().filter(|line| line.variant == article.variant);
    if let (None, [only]) = (&article.location, same.collect::<Vec<_>>().as_slice()) {
        return Ok((*only).clone());
    }
    let lines: Vec<String> = order.lines.keys().map(|line| format!("`{line}`")).collect();
    Err(OrderError::NoLine {
        article: article.to_string(),
        lines: lines.join(", "),
    })
}

fn cancelled(order: &Order) -> BTreeMap<Article, Units> {
    let mut after = order.lines.clone();
    for units in after.values_mut() {
        units.ordered = units.refunded;
    }
    after
}
