//! How a changed document is written: the document, what it does to stock, what happened to it, and what a dry run tells.

use std::collections::BTreeSet;

use latchstring::{ChangeAction, Context, OperationError};
use serde_json::{Value, json};

use super::changes::{created, with_lines};
use crate::{
    Reader, Writer,
    model::{
        LocationId, PurchaseOrder, ReturnOrder, StockTake, StockTakeLine, TransferOrder, VariantId,
        inventory::{Counted, Moves, Place, Source, short, shortages},
        purchase::Push,
    },
    storage::Cause,
};

/// What was done, in a word, and with what.
pub(crate) struct Done {
    pub(crate) action: &'static str,
    pub(crate) details: Option<Value>,
}

impl Done {
    pub(crate) fn new(action: &'static str) -> Self {
        Self { action, details: None }
    }

    pub(crate) fn with(action: &'static str, details: Value) -> Self {
        Self {
            action,
            details: Some(details),
        }
    }
}

/// Whether more may be taken than is available.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Negative {
    /// It may.
    Allowed,
    /// It may not; says what to do instead.
    Refused(&'static str),
}

impl Negative {
    /// As the caller says.
    pub(crate) fn unless(is_allowed: bool, way_out: &'static str) -> Self {
        if is_allowed {
            Self::Allowed
        } else {
            Self::Refused(way_out)
        }
    }
}

async fn check_stock(db: &Reader, moves: &Moves, negative: Negative) -> Result<(), OperationError> {
    let Negative::Refused(way_out) = negative else {
        return Ok(());
    };
    let (mut variants, mut locations) = (BTreeSet::new(), BTreeSet::new());
    for one in moves.iter() {
        match one.place {
            Place::Location(at, Counted::Available) if one.by < 0 => {
                variants.insert(one.variant);
                locations.insert(at);
            }
            Place::Location(..) | Place::Supplier(..) => {}
        }
    }
    let (variants, locations): (Vec<_>, Vec<_>) = (Vec::from_iter(variants), Vec::from_iter(locations));
    let levels = db.levels_at(&variants, &locations).await?;
    let at =
        |variant: &VariantId, at: &LocationId| levels.get(&(variant.clone(), at.clone())).copied().unwrap_or_default();
    match shortages(moves, at) {
        none if none.is_empty() => Ok(()),
        short_of => Err(short(&short_of, way_out).into()),
    }
}

macro_rules! settle {
    ($settle:ident $create:ident, $what:ident, $entity:literal, $save:ident, $source:ident) => {
        /// Writes a changed document.
        pub(crate) async fn $settle(
            cx: &Context,
            db: &mut Writer,
            before: &$what,
            mut after: $what,
            negative: Negative,
            done: Done,
        ) -> Result<$what, OperationError> {
            after.version += 1;
            after.updated_at = cx.now();
            let moves = after.footprint().instead_of(&before.footprint());
            check_stock(db.reader(), &moves, negative).await?;
            let cause = Cause {
                source: Source::$source,
                document: after.id.as_str(),
            };
            db.$save(Some(before), &after).await?;
            db.apply(cx, cause, &moves).await?;
            db.add_activity(cx, after.id.as_str(), done.action, done.details.as_ref())
                .await?;
            let (was, is) = with_lines((before, &before.lines), (&after, &after.lines));
            db.record(
                $entity,
                after.id.clone(),
                ChangeAction::Updated,
                Some(was),
                Some(is),
            );
            Ok(after)
        }

        /// Writes a new document.
        pub(crate) async fn $create(
            cx: &Context,
            db: &mut Writer,
            new: &$what,
            done: Done,
        ) -> Result<(), OperationError> {
            let moves = new.footprint();
            db.$save(None, new).await?;
            let cause = Cause {
                source: Source::$source,
                document: new.id.as_str(),
            };
            db.apply(cx, cause, &moves).await?;
            db.add_activity(cx, new.id.as_str(), done.action, done.details.as_ref())
                .await?;
            let is = created(new, &new.lines);
            db.record($entity, new.id.clone(), ChangeAction::Created, None, Some(is));
            Ok(())
        }
    };
}

settle!(settled_purchase create_purchase, PurchaseOrder, "purchase_order", save_purchase_order, PurchaseOrder);
settle!(settled_transfer create_transfer, TransferOrder, "transfer_order", save_transfer_order, TransferOrder);
settle!(settled_return create_return, ReturnOrder, "return_order", save_return_order, ReturnOrder);

/// Writes a purchase order whose units changed, with what that does to stock by the store's preferences.
pub(crate) async fn settle_purchase(
    cx: &Context,
    db: &mut Writer,
    before: &PurchaseOrder,
    mut after: PurchaseOrder,
    (push, negative): (Push, Negative),
    done: Done,
) -> Result<PurchaseOrder, OperationError> {
    let preferences = db.reader().shop().await?.preferences;
    after.recompute(&preferences, push);
    settled_purchase(cx, db, before, after, negative, done).await
}

/// Writes a purchase order of which nothing changed that concerns units: no stock moves, whatever the store prefers by now.
pub(crate) async fn note_purchase(
    cx: &Context,
    db: &mut Writer,
    before: &PurchaseOrder,
    after: PurchaseOrder,
    done: Done,
) -> Result<PurchaseOrder, OperationError> {
    settled_purchase(cx, db, before, after, Negative::Allowed, done).await
}

/// Writes a changed transfer order, with what it does to stock where it stands now.
pub(crate) async fn settle_transfer(
    cx: &Context,
    db: &mut Writer,
    before: &TransferOrder,
    mut after: TransferOrder,
    negative: Negative,
    done: Done,
) -> Result<TransferOrder, OperationError> {
    after.recompute();
    settled_transfer(cx, db, before, after, negative, done).await
}

/// Writes a changed return, with what it does to stock where it stands now.
pub(crate) async fn settle_return(
    cx: &Context,
    db: &mut Writer,
    before: &ReturnOrder,
    mut after: ReturnOrder,
    negative: Negative,
    done: Done,
) -> Result<ReturnOrder, OperationError> {
    after.recompute();
    settled_return(cx, db, before, after, negative, done).await
}

/// Writes down that a document is gone.
pub(crate) fn record_gone<T: serde::Serialize>(
    db: &mut Writer,
    entity: &'static str,
    id: &str,
    was: &T,
) -> Result<(), OperationError> {
    let was = serde_json::to_value(was).map_err(OperationError::internal)?;
    db.record(entity, id, ChangeAction::Deleted, Some(was), None);
    Ok(())
}

/// Sets what is on its way of these variants to a location to what open orders have on their way.
pub(crate) async fn reconcile(
    cx: &Context,
    db: &mut Writer,
    cause: Cause<'_>,
    variants: &[VariantId],
    at: &LocationId,
) -> Result<Vec<(VariantId, i64, i64)>, OperationError> {
    let due = db.reader().on_the_way(variants, at).await?;
    let levels = db.reader().levels_at(variants, std::slice::from_ref(at)).await?;
    let (mut moves, mut fixed) = (Moves::default(), Vec::new());
    for (variant, due) in due {
        let is = levels
            .get(&(variant.clone(), at.clone()))
            .map_or(0, |levels| levels.incoming);
        if is != due {
            moves.incoming(&variant, at, due - is);
            fixed.push((variant, is, due));
        }
    }
    db.apply(cx, cause, &moves).await?;
    for (variant, is, due) in &fixed {
        let (was, is) = (json!({ "incoming": is }), json!({ "incoming": due }));
        db.record(
            "level",
            format!("{variant}/{at}"),
            ChangeAction::Updated,
            Some(was),
            Some(is),
        );
    }
    Ok(fixed)
}

/// Writes a changed stock take, with what it does to stock.
pub(crate) async fn settle_stock_take(
    cx: &Context,
    db: &mut Writer,
    before: &StockTake,
    mut after: StockTake,
    moves: &Moves,
    done: Done,
) -> Result<StockTake, OperationError> {
    after.version += 1;
    after.updated_at = cx.now();
    let cause = Cause {
        source: Source::StockTake,
        document: after.id.as_str(),
    };
    db.save_stock_take(Some(before), &after).await?;
    db.apply(cx, cause, moves).await?;
    db.add_activity(cx, after.id.as_str(), done.action, done.details.as_ref())
        .await?;
    let (was, is) = with_lines((before, &before.lines), (&after, &after.lines));
    db.record(
        "stock_take",
        after.id.clone(),
        ChangeAction::Updated,
        Some(was),
        Some(is),
    );
    Ok(after)
}

/// Writes a new stock take.
pub(crate) async fn create_stock_take(
    cx: &Context,
    db: &mut Writer,
    new: &StockTake,
    done: Done,
) -> Result<(), OperationError> {
    db.save_stock_take(None, new).await?;
    db.add_activity(cx, new.id.as_str(), done.action, done.details.as_ref())
        .await?;
    // There are thousands, and nothing is known of them yet.
    let mut is = created::<_, StockTakeLine>(new, &[]);
    is["lines"] = new.lines.len().into();
    db.record("stock_take", new.id.clone(), ChangeAction::Created, None, Some(is));
    Ok(())
}
