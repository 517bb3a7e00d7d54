//! The demo's documents, brought to their statuses by the same steps that assistants take.

use std::collections::BTreeMap;

use chrono::{DateTime, Days, NaiveTime, TimeDelta, Utc};

use super::tables::{PurchaseRow, ReturnRow, Tables, TakeRow, TransferRow, cell, number};
use crate::{
    StorageError, Writer,
    model::{
        Address, Application, Constants, ConstantsKey, Credit, CreditOrigin, Document, LineId, LocationId, Plan,
        Preferences, Price, PurchaseLine, PurchaseOrder, PurchaseStatus, Refusal, ReturnLine, ReturnOrder,
        ReturnStatus, Shipment, Shop, StockTake, StockTakeLine, StockTakeStatus, TransferLine, TransferOrder,
        TransferStatus, VariantId,
        forecast::ModelSettings,
        inventory::{Counted, Levels, Place},
        notify::{Column, Frequency, Recipient, Report, ReportKind, View},
        purchase::{LineCount, Payment, PaymentMethod, PurchaseDates, Push},
        returning::CreditStatus,
        status::Status,
        stock_take::{Count, Uncounted},
        transfer::TransferDates,
    },
    storage::Counter,
};

/// A step that the tables say is possible. A test goes through them all.
fn possible<T>(done: Result<T, Refusal>) -> T {
    done.expect("the demo's tables are well-formed")
}

fn status<S: Status>(name: &str) -> S {
    S::parse(name).expect("the demo's tables are well-formed")
}

/// Fills a store.
pub(super) async fn fill(db: &Writer, tables: &Tables, made: DateTime<Utc>) -> Result<(), StorageError> {
    let shop = Shop {
        name: tables.name.to_owned(),
        currency: tables.currency(),
        plan: Plan::Elevate,
        preferences: Preferences::default(),
    };
    db.add_shop(&shop, &tables.locations()).await?;
    db.add_default_codes().await?;
    db.add_catalogue(&tables.products(), &tables.variants()).await?;
    let mut levels: BTreeMap<(VariantId, LocationId), Levels> = tables
        .levels()
        .into_iter()
        .map(|(variant, at, levels)| ((variant, at), levels))
        .collect();
    db.add_sales(tables.sales(made.date_naive()).into_iter()).await?;
    add_suppliers(db, tables, made).await?;
    let mut at_suppliers = Vec::new();
    let mut add = |moves: crate::model::inventory::Moves| {
        for one in moves.iter() {
            match one.place {
                // What came and what left is in the figures of the tables already.
                Place::Location(_, Counted::Available) => {}
                Place::Location(at, Counted::Incoming) => {
                    levels.entry((one.variant, at)).or_default().incoming += one.by;
                }
                Place::Supplier(supplier, kind) => at_suppliers.push((supplier, one.variant, kind, one.by)),
            }
        }
    };
    let made_before = |nth: i64| made - TimeDelta::days(40 - nth);
    for (nth, row) in (1i64..).zip(tables.purchases) {
        let seq = db.next(Counter::PurchaseOrder).await?;
        let order = purchase(tables, row, (seq, nth), made_before(nth));
        add(order.footprint());
        db.save_purchase_order(None, &order).await?;
    }
    for (nth, row) in (1i64..).zip(tables.transfers) {
        let seq = db.next(Counter::TransferOrder).await?;
        let order = transfer(tables, row, (seq, nth), made_before(nth));
        add(order.footprint());
        db.save_transfer_order(None, &order).await?;
    }
    for (nth, row) in (1i64..).zip(tables.takes) {
        let seq = db.next(Counter::StockTake).await?;
        db.save_stock_take(None, &stock_take(tables, row, (seq, nth), made_before(nth)))
            .await?;
    }
    add_credits(db, tables, made).await?;
    for (nth, row) in (1i64..).zip(tables.returns) {
        let seq = db.next(Counter::ReturnOrder).await?;
        let (order, credit) = return_order(tables, row, (seq, nth), made_before(nth));
        if let Some(mut credit) = credit {
            credit.seq = db.next(Counter::Credit).await?;
            credit.memo_number = Counter::Credit.number(credit.seq);
            db.add_credit(&credit).await?;
        }
        db.save_return_order(None, &order).await?;
    }
    let levels = levels.into_iter().map(|((variant, at), levels)| (variant, at, levels));
    db.put_levels(levels.collect()).await?;
    db.put_supplier_stock(at_suppliers).await?;
    add_telling(db, tables, made).await
}

async fn add_suppliers(db: &Writer, tables: &Tables, made: DateTime<Utc>) -> Result<(), StorageError> {
    db.put_view(&view("view_all", "Everything", None)).await?;
    for supplier in tables.suppliers(made) {
        db.next(Counter::Supplier).await?;
        db.put_supplier(&supplier).await?;
        if !supplier.is_archived {
            let name = &supplier.name;
            db.put_view(&view(
                &format!("view_{}", supplier.id),
                name,
                Some(supplier.id.as_str()),
            ))
            .await?;
        }
    }
    db.put_links(&tables.links(made)).await
}

pub(super) fn view(id: &str, name: &str, supplier: Option<&str>) -> View {
    View {
        id: cell(id),
        name: name.to_owned(),
        supplier: supplier.map(cell),
        search: None,
        columns: Column::EVERY.to_vec(),
        settings: ModelSettings::default(),
        stock_locations: Vec::new(),
        demand_locations: Vec::new(),
        is_automatic: true,
        version: 1,
    }
}

fn purchase(tables: &Tables, row: &PurchaseRow, (seq, nth): (i64, i64), at: DateTime<Utc>) -> PurchaseOrder {
    let (supplier, location, to, fulfilment, lines) = row;
    let supplier = tables.supplier(supplier, at);
    let id = tables.first + nth;
    let offers = tables.links(at);
    let line = |(position, (variant, quantity)): (i64, &(&'static str, i64))| {
        let variant = tables.variant(variant);
        let offer = offers
            .iter()
            .find(|offer| offer.supplier == supplier.id && offer.variant == variant.id);
        PurchaseLine {
            id: cell::<LineId>(&format!("line_{id}_{position}")),
            title: variant.full_title(),
            sku: variant.sku.clone(),
            supplier_sku: offer.and_then(|offer| offer.supplier_sku.clone()),
            unit_cost: offer
                .and_then(|offer| offer.cost_of(*quantity))
                .or(variant.cost)
                .unwrap_or(Price::ZERO),
            variant: Some(variant.id),
            ordered: *quantity,
            confirmed: None,
            received: 0,
            cancelled: 0,
            rejected: 0,
            synced: 0,
            incoming: 0,
            tax_rate: None,
            fulfilment: *fulfilment,
            schedule: Vec::new(),
            receipts: Vec::new(),
            notes: None,
        }
    };
    let mut order = PurchaseOrder {
        id: cell(&format!("po_{id}")),
        seq,
        number: Counter::PurchaseOrder.number(seq),
        name: None,
        supplier: supplier.id.clone(),
        location: cell(location),
        status: PurchaseStatus::Draft,
        previous: None,
        currency: supplier.currency.clone(),
        tax_rate: supplier.tax_rate,
        shipping_cost: number("12.00"),
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
        lines: (1..).zip(*lines).map(line).collect(),
    };
    bring(&mut order, status(to), at);
    if order.status == PurchaseStatus::PartiallyReceived {
        order.payments.push(Payment {
            payment_id: cell(&format!("pay_{id}_1")),
            amount: number("100.00"),
            currency: order.currency.clone(),
            date: at.date_naive(),
            method: PaymentMethod::Wire,
            reference: Some("First half".to_owned()),
            notes: None,
        });
    }
    if order.status == PurchaseStatus::Confirmed {
        order.shipment = Some(Shipment {
            carrier: cell("Coastal Freight"),
            tracking_number: Some(cell("CF-20114")),
            shipped_at: Some(at),
            expected_at: None,
        });
    }
    if order.status == PurchaseStatus::Sent {
        order.shipping_address = Some(address(tables.name));
        order.documents.push(Document {
            name: "order.pdf".to_owned(),
            media_type: "application/pdf".to_owned(),
            bytes: 48_213,
            added_at: at,
        });
    }
    order.recompute(&Preferences::default(), Push::AsPreferred);
    order
}

fn address(name: &str) -> Address {
    Address {
        name: cell(name),
        street: cell("Quay 7"),
        street_addition: None,
        postal_code: Some(cell("28195")),
        city: cell("Bremen"),
        region: None,
        country: cell("Germany"),
    }
}

/// Brings a draft to a status, by the steps that lead there.
pub(super) fn bring(order: &mut PurchaseOrder, to: PurchaseStatus, at: DateTime<Utc>) {
    let first = order.lines.first().map(|line| (line.id.clone(), line.ordered));
    let (first, ordered) = first.expect("the demo's tables are well-formed");
    let receive = |order: &mut PurchaseOrder, received: i64| {
        let count = LineCount {
            line: first.clone(),
            received,
            rejected: 0,
            cancelled: 0,
        };
        possible(order.receive(&[count], false, at));
    };
    match to {
        PurchaseStatus::Draft => {}
        PurchaseStatus::Sent => possible(order.send(at)),
        PurchaseStatus::PartiallyConfirmed => {
            bring(order, PurchaseStatus::Sent, at);
            possible(order.confirm(Some(&[(first, ordered)]), at));
        }
        PurchaseStatus::Confirmed => {
            bring(order, PurchaseStatus::Sent, at);
            possible(order.confirm(None, at));
        }
        PurchaseStatus::InProgress => {
            bring(order, PurchaseStatus::Confirmed, at);
            possible(order.start());
        }
        PurchaseStatus::PartiallyReceived => {
            bring(order, PurchaseStatus::Confirmed, at);
            receive(order, ordered / 2);
        }
        PurchaseStatus::Received => {
            bring(order, PurchaseStatus::Confirmed, at);
            let counts = order.lines.iter().map(|line| LineCount {
                line: line.id.clone(),
                received: line.ordered,
                rejected: 0,
                cancelled: 0,
            });
            let counts: Vec<LineCount> = counts.collect();
            possible(order.receive(&counts, false, at));
        }
        PurchaseStatus::Completed => {
            bring(order, PurchaseStatus::Received, at);
            possible(order.complete(false, at));
        }
        PurchaseStatus::OnHold => {
            bring(order, PurchaseStatus::Sent, at);
            possible(order.pause());
        }
        PurchaseStatus::Disputed => {
            bring(order, PurchaseStatus::PartiallyReceived, at);
            possible(order.dispute());
        }
        PurchaseStatus::Cancelled => {
            bring(order, PurchaseStatus::Sent, at);
            possible(order.cancel(at));
        }
    }
}

fn transfer(tables: &Tables, row: &TransferRow, (seq, nth): (i64, i64), at: DateTime<Utc>) -> TransferOrder {
    let (origin, destination, to, lines) = row;
    let id = tables.first + nth;
    let line = |(position, (variant, planned)): (i64, &(&'static str, i64))| {
        let variant = tables.variant(variant);
        TransferLine {
            id: cell::<LineId>(&format!("line_t{id}_{position}")),
            title: variant.full_title(),
            sku: variant.sku,
            variant: variant.id,
            planned: *planned,
            received: 0,
            taken: 0,
            incoming: 0,
            put: 0,
        }
    };
    let mut order = TransferOrder {
        id: cell(&format!("to_{id}")),
        seq,
        number: Counter::TransferOrder.number(seq),
        name: None,
        origin: cell(origin),
        destination: cell(destination),
        status: TransferStatus::Draft,
        previous: None,
        notes: None,
        dates: TransferDates::default(),
        from_address: None,
        to_address: None,
        shipment: None,
        documents: Vec::new(),
        version: 1,
        created_at: at,
        updated_at: at,
        lines: (1..).zip(*lines).map(line).collect(),
    };
    let first = order.lines.first().map(|line| (line.id.clone(), line.planned / 2));
    let first = first.expect("the demo's tables are well-formed");
    let to: TransferStatus = status(to);
    if to != TransferStatus::Draft {
        possible(order.send(at));
    }
    match to {
        TransferStatus::Draft | TransferStatus::Sent => {}
        TransferStatus::PartiallyReceived => possible(order.receive(Some(&[first]), at)),
        TransferStatus::Received => possible(order.receive(None, at)),
        TransferStatus::Completed => {
            possible(order.receive(None, at));
            possible(order.complete(at));
        }
        TransferStatus::OnHold => possible(order.hold()),
        TransferStatus::Cancelled => possible(order.cancel(false, at)),
    }
    order.recompute(&Preferences::default());
    order
}

fn stock_take(tables: &Tables, row: &TakeRow, (seq, nth): (i64, i64), at: DateTime<Utc>) -> StockTake {
    let (location, to, variants) = row;
    let id = tables.first + nth;
    let line = |(position, variant): (i64, &&'static str)| {
        let variant = tables.variant(variant);
        StockTakeLine {
            id: cell::<LineId>(&format!("line_s{id}_{position}")),
            title: variant.full_title(),
            sku: variant.sku,
            variant: variant.id,
            expected: 0,
            counted: None,
            reason: None,
            unit_cost: variant.cost.unwrap_or(Price::ZERO),
            adjusted: None,
        }
    };
    let mut take = StockTake {
        id: cell(&format!("st_{id}")),
        seq,
        number: Counter::StockTake.number(seq),
        name: None,
        location: cell(location),
        status: StockTakeStatus::Draft,
        notes: None,
        started_at: None,
        completed_at: None,
        version: 1,
        created_at: at,
        updated_at: at,
        lines: (1..).zip(*variants).map(line).collect(),
    };
    let here = tables.levels();
    let on_hand = |variant: &VariantId| {
        let mut levels = here
            .iter()
            .filter(|(id, at, _)| id == variant && at.as_str() == *location);
        levels.next().map_or(0, |(_, _, levels)| levels.on_hand())
    };
    let count = |take: &StockTake| {
        let line = take.lines.first().map(|line| (line.id.clone(), line.expected));
        let (line, units) = line.expect("the demo's tables are well-formed");
        vec![Count {
            line,
            units: units.max(0),
            is_more: false,
            reason: None,
        }]
    };
    match status(to) {
        StockTakeStatus::Draft => {}
        StockTakeStatus::InProgress => {
            possible(take.start(on_hand, at));
            possible(take.count(count(&take)));
        }
        StockTakeStatus::Completed => {
            possible(take.start(on_hand, at));
            possible(take.count(count(&take)));
            possible(take.complete(Uncounted::Skip, on_hand, at));
        }
        StockTakeStatus::Cancelled => possible(take.cancel()),
    }
    take
}

async fn add_credits(db: &Writer, tables: &Tables, made: DateTime<Utc>) -> Result<(), StorageError> {
    let (application, credit_id, order, amount) = tables.application;
    for (id, supplier, value, currency) in tables.credits {
        let seq = db.next(Counter::Credit).await?;
        let mut credit = Credit {
            id: cell(id),
            seq,
            supplier: cell(supplier),
            memo_number: Counter::Credit.number(seq),
            amount: number(value),
            currency: cell(currency),
            remaining: number(value),
            origin: CreditOrigin::Manual,
            return_order: None,
            lines: Vec::new(),
            note: None,
            issued_at: made,
            voided_at: None,
        };
        let applied = number::<Price>(amount);
        if *id == credit_id {
            let left = credit.remaining.amount().minus(applied.amount());
            credit.remaining = left.price().expect("the demo's tables are well-formed");
        }
        db.add_credit(&credit).await?;
        if *id == credit_id {
            db.add_application(&Application {
                id: cell(application),
                credit: credit.id,
                order: cell(order),
                amount: applied,
                rate: None,
                value: applied,
                applied_at: made,
                reversed_at: None,
            })
            .await?;
        }
    }
    Ok(())
}

fn return_order(
    tables: &Tables,
    row: &ReturnRow,
    (seq, nth): (i64, i64),
    at: DateTime<Utc>,
) -> (ReturnOrder, Option<Credit>) {
    let (supplier, location, to, credit, lines) = row;
    let supplier = tables.supplier(supplier, at);
    let id = tables.first + nth;
    let line = |(position, (variant, quantity)): (i64, &(&'static str, i64))| {
        let variant = tables.variant(variant);
        ReturnLine {
            id: cell::<LineId>(&format!("line_r{id}_{position}")),
            title: variant.full_title(),
            sku: variant.sku,
            variant: variant.id,
            quantity: *quantity,
            unit_cost: variant.cost.unwrap_or(Price::ZERO),
            reason: Some("damaged".to_owned()),
            condition: Some("damaged".to_owned()),
            disposition: Some("credit".to_owned()),
            credit_status: CreditStatus::None,
            credit: None,
            credited: None,
            moved: 0,
        }
    };
    let mut order = ReturnOrder {
        id: cell(&format!("rma_{id}")),
        seq,
        number: Counter::ReturnOrder.number(seq),
        supplier: supplier.id.clone(),
        purchase_order: None,
        location: cell(location),
        currency: supplier.currency.clone(),
        status: ReturnStatus::Draft,
        previous: None,
        reason: "damaged_in_transit".to_owned(),
        notes: None,
        dates: Vec::new(),
        from_address: None,
        to_address: None,
        shipment: None,
        version: 1,
        created_at: at,
        updated_at: at,
        lines: (1..).zip(*lines).map(line).collect(),
    };
    let to: ReturnStatus = status(to);
    let go_to = |order: &mut ReturnOrder, to: ReturnStatus| {
        while order.status != to {
            possible(order.advance(None, at));
        }
    };
    match to {
        ReturnStatus::Draft
        | ReturnStatus::PendingApproval
        | ReturnStatus::Approved
        | ReturnStatus::InTransit
        | ReturnStatus::ReceivedBySupplier
        | ReturnStatus::InspectionComplete
        | ReturnStatus::Resolved
        | ReturnStatus::Closed => go_to(&mut order, to),
        ReturnStatus::OnHold => {
            go_to(&mut order, ReturnStatus::Approved);
            possible(order.hold());
        }
        ReturnStatus::Rejected => {
            go_to(&mut order, ReturnStatus::PendingApproval);
            possible(order.reject(at));
        }
        ReturnStatus::Cancelled => possible(order.cancel()),
    }
    if credit.is_empty() {
        return (order, None);
    }
    let parts: Vec<(LineId, Price)> = order
        .lines
        .iter()
        .filter_map(|line| Some((line.id.clone(), line.value().price()?)))
        .collect();
    let id = cell(credit);
    possible(order.credit(&id, &parts));
    let amount = order.total_credit().price().expect("the demo's tables are well-formed");
    let credit = Credit {
        id,
        seq: 0,
        supplier: order.supplier.clone(),
        memo_number: String::new(),
        amount,
        currency: order.currency.clone(),
        remaining: amount,
        origin: CreditOrigin::Rma,
        return_order: Some(order.id.clone()),
        lines: parts.into_iter().map(|(line, _)| line).collect(),
        note: None,
        issued_at: at,
        voided_at: None,
    };
    (order, Some(credit))
}

async fn add_telling(db: &Writer, tables: &Tables, made: DateTime<Utc>) -> Result<(), StorageError> {
    for (variant, location, min, target, max) in tables.constants {
        let key = ConstantsKey {
            variant: cell(variant),
            location: (!location.is_empty()).then(|| cell(location)),
        };
        let constants = Constants {
            min: Some(*min),
            max: Some(*max),
            target: Some(*target),
            static_reorder_point: None,
        };
        db.save_constants(&key, constants).await?;
    }
    for (id, email, name) in tables.recipients {
        db.put_recipient(&Recipient {
            id: cell(id),
            email: cell(email),
            name: Some((*name).to_owned()),
        })
        .await?;
    }
    let (id, name, words) = tables.view;
    db.put_view(&View {
        search: Some(words.to_owned()),
        is_automatic: false,
        ..view(id, name, None)
    })
    .await?;
    let (id, name) = tables.report;
    let report = Report {
        id: cell(id),
        name: name.to_owned(),
        kind: ReportKind::ForecastViewSummary,
        view: Some(cell("view_all")),
        recipients: vec![cell(tables.recipients[0].0)],
        frequency: Frequency::Weekly,
        send_time: NaiveTime::from_hms_opt(7, 30, 0).unwrap_or_default(),
        is_enabled: true,
        last_sent_at: None,
        next_at: None,
        version: 1,
    };
    db.put_report(&report.scheduled(made)).await
}
