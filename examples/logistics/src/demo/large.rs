//! A store of any size, to measure on: the same for the same size and the same moment.

use chrono::{DateTime, Days, NaiveTime, TimeDelta, Utc};
use latchstring::TenantId;
use latchstring::db::Database;

use super::{
    documents::purchases::bring,
    made,
    tables::{cell, number},
    telling::view,
};
use crate::{
    StorageError, Writer,
    model::{
        Currency, Levels, LineId, Location, LocationId, Plan, Preferences, Price, Product, ProductId, PurchaseLine,
        PurchaseOrder, PurchaseStatus, Shop, Supplier, SupplierId, SupplierVariant, Variant, VariantId,
        inventory::{Counted, Place},
        notify::{Frequency, Report, ReportKind},
        purchase::{PurchaseDates, Push},
        supplier::Fulfilment,
    },
    storage::Counter,
};

/// Variants that one supplier delivers: its view of the forecast can be sorted.
const PER_SUPPLIER: usize = 1250;

/// Rows that are written in one transaction.
const PORTION: usize = 20_000;

/// How large a store is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Variants; five of each product. The store has a supplier for each 1250 of them, and four at least.
    pub variants: usize,
    /// Purchase orders. One in ten is open, and those are the latest.
    pub orders: usize,
    /// Lines of each order, no more than a supplier has variants.
    pub lines: usize,
}

impl Size {
    /// A large store: 50,000 variants, 20,000 orders with 30 lines each.
    pub const LARGE: Self = Self {
        variants: 50_000,
        orders: 20_000,
        lines: 30,
    };

    /// This divided by so much; orders have as many lines.
    #[must_use]
    pub fn by(self, part: usize) -> Self {
        Self {
            variants: self.variants / part,
            orders: self.orders / part,
            lines: self.lines,
        }
    }

    fn suppliers(self) -> usize {
        (self.variants / PER_SUPPLIER).max(4)
    }
}

/// Fills an empty tenant with a store of five locations. The tables must be there: see
/// [`Logistics::open`](crate::Logistics::open).
///
/// # Errors
/// When the database fails.
pub async fn fill(database: &Database, tenant: TenantId, size: Size) -> Result<(), StorageError> {
    let now = made(tenant);
    let write = async || Ok::<_, StorageError>(Writer::new(database.begin_write_for(tenant).await?, tenant));
    let shop = Shop {
        name: "Large store".to_owned(),
        currency: euro(),
        plan: Plan::Elevate,
        preferences: Preferences::default(),
    };
    let db = write().await?;
    db.add_shop(&shop, &locations()).await?;
    db.add_default_codes().await?;
    add_suppliers(&db, size, now).await?;
    db.put_report(&of_everything()).await?;
    db.commit_unfenced().await?;

    for numbers in portions(size.variants, PORTION) {
        let db = write().await?;
        let variants: Vec<Variant> = numbers.clone().map(|number| variant(size, number)).collect();
        let products: Vec<Product> = numbers
            .clone()
            .filter(|number| number.is_multiple_of(5))
            .map(product)
            .collect();
        db.add_catalogue(&products, &variants).await?;
        let links: Vec<SupplierVariant> = numbers.clone().flat_map(|number| links(size, number)).collect();
        db.put_links(&links).await?;
        db.commit_unfenced().await?;
    }
    for numbers in portions(size.variants, PORTION / 10) {
        let db = write().await?;
        let sales = numbers.flat_map(|number| sales(number).map(move |(at, ago, units)| (number, at, ago, units)));
        let sales = sales.filter_map(|(number, at, ago, units)| {
            let day = now.date_naive().checked_sub_days(Days::new(ago))?;
            Some((variant_id(number), location_id(at), day, units))
        });
        db.add_sales(sales).await?;
        db.commit_unfenced().await?;
    }

    let mut incoming = vec![0; size.variants * LOCATIONS.len()];
    for numbers in portions(size.orders, PORTION / size.lines.max(1)) {
        let db = write().await?;
        let mut orders = Vec::new();
        for number in numbers {
            let seq = db.next(Counter::PurchaseOrder).await?;
            orders.push(order(size, number, seq, now));
        }
        for one in orders
            .iter()
            .flat_map(|order| order.footprint().iter().collect::<Vec<_>>())
        {
            match one.place {
                // What came is in what lies there already.
                Place::Location(_, Counted::Available) | Place::Supplier(..) => {}
                Place::Location(at, Counted::Incoming) => incoming[place(&one.variant, &at)] += one.by,
            }
        }
        db.add_purchase_orders(&orders).await?;
        db.commit_unfenced().await?;
    }
    for numbers in portions(size.variants, PORTION / LOCATIONS.len()) {
        let db = write().await?;
        let levels = numbers.flat_map(|number| (0..LOCATIONS.len()).map(move |at| (number, at)));
        let levels = levels.map(|(number, at)| {
            let here = Levels {
                available: small((number * 37 + at * 101) % 90),
                committed: small((number + at) % 3),
                incoming: incoming[number * LOCATIONS.len() + at],
                ..Levels::default()
            };
            (variant_id(number), location_id(at), here)
        });
        db.put_levels(levels.collect()).await?;
        db.commit_unfenced().await?;
    }
    Ok(())
}

fn portions(all: usize, portion: usize) -> impl Iterator<Item = std::ops::Range<usize>> {
    let portion = portion.max(1);
    (0..all)
        .step_by(portion)
        .map(move |from| from..(from + portion).min(all))
}

/// Numbers here are small.
fn small(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn euro() -> Currency {
    cell("EUR")
}

const LOCATIONS: [(&str, &str); 5] = [
    ("90001", "North"),
    ("90002", "South"),
    ("90003", "West"),
    ("90004", "East"),
    ("90005", "Centre"),
];

fn locations() -> Vec<Location> {
    let location = |(id, name): (&str, &str)| Location {
        id: cell(id),
        name: name.to_owned(),
        name_override: None,
        address: None,
        is_active: true,
    };
    LOCATIONS.map(location).to_vec()
}

fn location_id(at: usize) -> LocationId {
    cell(LOCATIONS[at].0)
}

/// The first variant has this number, as its id.
const FIRST: usize = 7_000_000;

fn variant_id(number: usize) -> VariantId {
    cell(&(FIRST + number).to_string())
}

/// Where something is counted in a list of every variant at every location.
fn place(variant: &VariantId, at: &LocationId) -> usize {
    let variant: usize = number(variant.as_str());
    let at = LOCATIONS.iter().position(|(id, _)| *id == at.as_str());
    (variant - FIRST) * LOCATIONS.len() + at.unwrap_or(0)
}

fn product_id(number: usize) -> ProductId {
    cell(&format!("3{:06}", number / 5))
}

const NAMES: [&str; 8] = ["Screw", "Plate", "Cable", "Board", "Clip", "Hinge", "Tube", "Label"];

fn product(number: usize) -> Product {
    Product {
        id: product_id(number),
        title: product_title(number),
        vendor: None,
        product_type: None,
    }
}

fn product_title(number: usize) -> String {
    let product = number / 5;
    format!("{} {product}", NAMES[product % NAMES.len()])
}

fn variant(size: Size, number: usize) -> Variant {
    Variant {
        id: variant_id(number),
        product: product_id(number),
        product_title: product_title(number),
        title: format!("{} mm", (number % 5 + 1) * 100),
        sku: Some(format!("SKU-{number:06}")),
        barcode: Some(format!("40{number:011}")),
        vendor: Some(supplier_name(number % size.suppliers())),
        inventory_item_id: None,
        cost: Some(cost(number)),
    }
}

fn cost(number: usize) -> Price {
    self::number(&format!("{}.50", number % 90 + 1))
}

fn supplier_id(number: usize) -> SupplierId {
    cell(&format!("sup_{number:02}"))
}

fn supplier_name(number: usize) -> String {
    format!("Vendor {number}")
}

fn supplier(number: usize, id: SupplierId, name: String, now: DateTime<Utc>) -> Supplier {
    Supplier {
        id,
        number: small(number),
        name,
        contact_person: None,
        email: None,
        phone: None,
        website: None,
        address: None,
        city: None,
        country: None,
        payment_terms: None,
        currency: euro(),
        tax_rate: self::number("19"),
        on_time_delivery_rate: None,
        credit_limit: None,
        is_archived: false,
        is_default: number == 1,
        version: 1,
        created_at: now,
        updated_at: now,
    }
}

async fn add_suppliers(db: &Writer, size: Size, now: DateTime<Utc>) -> Result<(), StorageError> {
    db.put_view(&view("view_all", "Everything", None)).await?;
    db.next(Counter::Supplier).await?;
    let default = supplier(1, cell("sup_default"), "Default supplier".to_owned(), now);
    db.put_supplier(&default).await?;
    for number in 0..size.suppliers() {
        db.next(Counter::Supplier).await?;
        let one = supplier(number + 2, supplier_id(number), supplier_name(number), now);
        let view = view(&format!("view_{}", one.id), &one.name, Some(one.id.as_str()));
        db.put_supplier(&one).await?;
        db.put_view(&view).await?;
    }
    Ok(())
}

/// A report of the view for everything, which goes out when it is asked for.
fn of_everything() -> Report {
    Report {
        id: cell("rep_all"),
        name: "Everything".to_owned(),
        kind: ReportKind::ForecastViewSummary,
        view: Some(cell("view_all")),
        recipients: Vec::new(),
        frequency: Frequency::Monthly,
        send_time: NaiveTime::MIN,
        is_enabled: false,
        last_sent_at: None,
        next_at: None,
        version: 1,
    }
}

/// Its supplier, and the default one.
fn links(size: Size, number: usize) -> [SupplierVariant; 2] {
    let own = SupplierVariant {
        supplier_sku: Some(format!("V-{number}")),
        cost: Some(cost(number)),
        minimum_order: 6,
        pack_size: 6,
        lead_time_days: small(number % 20 + 5),
        is_primary: true,
        ..SupplierVariant::new(supplier_id(number % size.suppliers()), variant_id(number), euro())
    };
    [
        own,
        SupplierVariant::new(cell("sup_default"), variant_id(number), euro()),
    ]
}

/// What was sold of a variant: at which location, how many days ago, how many. One in ten sells every third day at two
/// locations, the others every fifteenth day at one.
fn sales(number: usize) -> impl Iterator<Item = (usize, u64, i64)> {
    let (places, every) = if number.is_multiple_of(10) { (2, 3) } else { (1, 15) };
    let days = (1..=90u64).filter(move |ago| (number as u64 + ago).is_multiple_of(every));
    days.flat_map(move |ago| (0..places).map(move |at| ((number + at) % LOCATIONS.len(), ago, small(number % 4 + 1))))
}

/// An order; the last of the store is `po_000001`.
fn order(size: Size, number: usize, seq: i64, now: DateTime<Utc>) -> PurchaseOrder {
    let back = size.orders - number;
    let suppliers = size.suppliers();
    let of = back % suppliers;
    let at = now - TimeDelta::minutes(small(back) * 75);
    let line = |nth: usize| {
        let number = of + suppliers * ((back * 7 + nth) % (size.variants / suppliers));
        let variant = variant(size, number);
        PurchaseLine {
            id: cell::<LineId>(&format!("line_{back:06}_{nth:03}")),
            title: variant.full_title(),
            sku: variant.sku,
            supplier_sku: Some(format!("V-{number}")),
            unit_cost: cost(number),
            variant: Some(variant.id),
            ordered: small(number % 7 + 1) * 6,
            confirmed: None,
            received: 0,
            cancelled: 0,
            rejected: 0,
            synced: 0,
            elsewhere: 0,
            incoming: 0,
            tax_rate: None,
            fulfilment: Fulfilment::Warehouse,
            schedule: Vec::new(),
            receipts: Vec::new(),
            notes: None,
        }
    };
    let mut order = PurchaseOrder {
        id: cell(&format!("po_{back:06}")),
        seq,
        number: Counter::PurchaseOrder.number(seq),
        name: Some(format!("{} {back}", NAMES[back % NAMES.len()])),
        supplier: supplier_id(of),
        location: location_id(back % LOCATIONS.len()),
        status: PurchaseStatus::Draft,
        previous: None,
        currency: euro(),
        tax_rate: self::number("19"),
        shipping_cost: self::number("12.00"),
        notes: None,
        dates: PurchaseDates {
            expected_delivery: at.date_naive().checked_add_days(Days::new(30)),
            ..PurchaseDates::default()
        },
        marked_as_paid: false,
        billing_address: None,
        shipping_address: None,
        shipment: None,
        documents: Vec::new(),
        payments: Vec::new(),
        is_archived: false,
        version: 1,
        created_at: at,
        updated_at: at,
        lines: (0..size.lines).map(line).collect(),
    };
    bring(&mut order, status(size, back), at);
    order.recompute(&Preferences::default(), Push::AsPreferred);
    order
}

fn status(size: Size, back: usize) -> PurchaseStatus {
    if back > size.orders / 10 {
        return if back.is_multiple_of(50) {
            PurchaseStatus::Cancelled
        } else {
            PurchaseStatus::Completed
        };
    }
    match back % 4 {
        0 => PurchaseStatus::Draft,
        1 => PurchaseStatus::Confirmed,
        2 => PurchaseStatus::Sent,
        _ => PurchaseStatus::PartiallyReceived,
    }
}
