//! One event at work, in one transaction.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use latchstring::Ids;

use super::{Done, EventError, LineDone, Platform};
use crate::{
    StorageError, Writer,
    model::{
        Article, Bom, Execution, Expansion, Kept, LocationId, Move, Order, OrderError, OrderEvent, OrderEventKind,
        Owner, Place, Quantity, Shop, Structure, SubAssemblyId, Supply, VariantId, buildable_at, order::Changes,
    },
    storage::{AdjustmentSource, Cause, Kind, Levels, Taking, Waiting},
};

/// Why the platform has not been told.
const UNREACHABLE: &str = "the shop platform cannot be reached; `orders synchronise` tells it later";

pub(super) struct Engine<'a> {
    db: Writer,
    shop: Shop,
    platform: Platform,
    event: &'a OrderEvent,
    cause: Cause,
    ids: Ids,
    /// What the platform must be told once it can be reached.
    waiting: Vec<Waiting>,
}

impl<'a> Engine<'a> {
    pub(super) fn new(db: Writer, shop: Shop, platform: Platform, event: &'a OrderEvent, now: DateTime<Utc>) -> Self {
        let cause = Cause {
            at: now,
            source: AdjustmentSource::Order,
            actor: format!("order {} {}", event.order, event.kind.as_str()),
            occasion: event.id.clone(),
        };
        Self {
            db,
            shop,
            platform,
            event,
            cause,
            ids: Ids::at(now),
            waiting: Vec::new(),
        }
    }

    /// Does what the event asks for, and writes it down.
    pub(super) async fn apply(mut self, order: &Order, changes: &Changes) -> Result<Done, EventError> {
        self.check(changes).await?;
        self.db.put_order(order).await?;
        let mut done = Done::default();
        // What is dropped comes back before anything is taken, so that an edit may put one thing in place of another.
        for (article, before, after) in changes.iter().filter(|(_, before, after)| before > after) {
            done.lines.extend(self.give_back(article, before - after).await?);
        }
        for (article, before, after) in changes.iter().filter(|(_, before, after)| before < after) {
            done.lines.extend(self.take(article, after - before).await?);
        }
        if !self.waiting.is_empty() {
            self.db.keep_waiting(&self.waiting, || self.ids.make()).await?;
            done.sync_error = Some(UNREACHABLE.to_owned());
        }
        let log = serde_json::to_value(&done).map_err(|error| StorageError::Inconsistent {
            table: "order_events",
            column: "log",
            value: self.event.id.clone(),
            why: error.to_string(),
        })?;
        // Where nothing was to be done, the event is remembered and nothing is told of it.
        let log = (!done.lines.is_empty()).then_some(&log);
        self.db.add_event(self.event, log, done.sync_error.as_deref()).await?;
        self.db.commit_unfenced().await?;
        Ok(done)
    }

    /// Every variant and location that is named must be there.
    async fn check(&self, changes: &Changes) -> Result<(), EventError> {
        let variants: Vec<VariantId> = changes.iter().map(|(article, ..)| article.variant.clone()).collect();
        let known = self.db.reader().variants(&variants).await?;
        if let Some(unknown) = variants.iter().find(|variant| !known.contains_key(*variant)) {
            return Err(OrderError::NoVariant(unknown.to_string()).into());
        }
        let locations = self.db.reader().locations().await?;
        let known: BTreeSet<&LocationId> = locations.iter().map(|location| &location.id).collect();
        let mut named = changes.iter().filter_map(|(article, ..)| article.location.as_ref());
        match named.find(|location| !known.contains(location)) {
            Some(unknown) => Err(OrderError::NoLocation(unknown.clone()).into()),
            None => Ok(()),
        }
    }

    /// Takes units of a finished good, if it has an active BOM.
    async fn take(&mut self, article: &Article, units: u64) -> Result<Option<LineDone>, EventError> {
        let boms = self.db.reader().boms_of(std::slice::from_ref(&article.variant)).await?;
        let Some(bom) = boms.get(&article.variant).filter(|bom| bom.settings.active) else {
            return Ok(None);
        };
        let location = self.shop.settings.location_of(article.location.as_ref());
        let execution = self.execution(bom, &location).await?;
        let moves = execution.take(units);
        self.carry_out(&moves).await?;
        self.db
            .add_taking(&self.event.order, article, units, &execution)
            .await?;
        let material_list = bom.settings.auto_generate_material_list.then(|| {
            let is_picked = |one: &&Move| one.place != Place::Shown;
            let picked = moves.iter().filter(is_picked).cloned();
            picked
                .map(|one| Move {
                    quantity: Quantity::ZERO.minus(one.quantity),
                    ..one
                })
                .collect()
        });
        Ok(Some(LineDone {
            bom_id: bom.id.clone(),
            variant_id: article.variant.clone(),
            units: i64::try_from(units).unwrap_or(i64::MAX),
            moves,
            missing: execution.missing(units),
            material_list,
            lost: Vec::new(),
            displayed: self.displayed(bom, &location).await?,
            location_id: location,
        }))
    }

    /// Gives back units that the order took last, unless the store's settings say that nothing is put back.
    async fn give_back(&mut self, article: &Article, mut units: u64) -> Result<Vec<LineDone>, EventError> {
        let is_disabled = match &self.event.kind {
            OrderEventKind::Cancelled => self.shop.settings.cancelled_orders_sync_disabled,
            OrderEventKind::Refunded(_) => self.shop.settings.refunds_sync_disabled,
            OrderEventKind::Created(_) | OrderEventKind::Edited(_) => false,
        };
        let mut lines = Vec::new();
        for mut taking in self.db.reader().takings(&self.event.order, article).await? {
            if units == 0 {
                break;
            }
            let back = units.min(taking.held);
            units -= back;
            if !is_disabled {
                lines.push(self.put_back(&taking, back).await?);
            }
            taking.held -= back;
            self.db.save_taking(&self.event.order, &taking).await?;
        }
        Ok(lines)
    }

    async fn put_back(&mut self, taking: &Taking, units: u64) -> Result<LineDone, EventError> {
        let Taking { execution, held, .. } = taking;
        let bom = self.db.reader().bom(&execution.bom).await?;
        let parts: Vec<SubAssemblyId> = execution.sub_assemblies().cloned().collect();
        let parts = self.db.reader().sub_assemblies(&parts).await?;
        let kept = Kept {
            finished: bom.as_ref().is_some_and(|bom| bom.settings.keep_assembled_on_return),
            parts: parts
                .into_values()
                .filter(|part| part.keep_assembled_on_return)
                .map(|part| part.id)
                .collect(),
        };
        let all = execution.give_back(*held, held - units, &kept);
        let (moves, lost) = self.still_there(all).await?;
        self.carry_out(&moves).await?;
        let location = execution.location().clone();
        Ok(LineDone {
            bom_id: execution.bom.clone(),
            variant_id: execution.variant().clone(),
            units: -i64::try_from(units).unwrap_or(i64::MAX),
            moves,
            missing: Vec::new(),
            material_list: None,
            lost,
            displayed: match &bom {
                Some(bom) => self.displayed(bom, &location).await?,
                None => None,
            },
            location_id: location,
        })
    }

    /// What can be moved, and what belongs to something that was deleted meanwhile.
    async fn still_there(&self, moves: Vec<Move>) -> Result<(Vec<Move>, Vec<Move>), StorageError> {
        let reader = self.db.reader();
        let ids = |place: Place| {
            moves
                .iter()
                .filter(move |one| one.place == place)
                .map(|one| one.id.clone())
        };
        let own: Vec<VariantId> = ids(Place::OwnStock).filter_map(|id| id.try_into().ok()).collect();
        let own = reader.materials(&own).await?;
        let parts: Vec<SubAssemblyId> = ids(Place::SubAssemblyShelf)
            .filter_map(|id| id.try_into().ok())
            .collect();
        let parts = reader.sub_assemblies(&parts).await?;
        let boms: Vec<_> = ids(Place::BomShelf).filter_map(|id| id.try_into().ok()).collect();
        let boms = reader.boms(&boms).await?;
        let is_there = |one: &Move| match one.place {
            Place::PlatformStock | Place::Shown => true,
            Place::OwnStock => own.keys().any(|id| id.as_str() == one.id),
            Place::SubAssemblyShelf => parts.keys().any(|id| id.as_str() == one.id),
            Place::BomShelf => boms.keys().any(|id| id.as_str() == one.id),
        };
        Ok(moves.into_iter().partition(is_there))
    }

    /// What is known of a finished good now: what it is made of, and what there is.
    async fn execution(&self, bom: &Bom, location: &LocationId) -> Result<Execution, StorageError> {
        let owner = Owner::Bom(bom.id.clone());
        let parts = self.db.reader().parts(std::slice::from_ref(&owner)).await?;
        let structure = structure(&owner, &parts)?;
        let supply = self.supply(&structure).await?;
        let ready = self.level(Kind::Bom, bom.id.as_str(), location).await?;
        let settings = &self.shop.settings;
        let is_computed = bom.settings.dynamic_adjustment && settings.is_adjusted_at(location);
        let shown = if is_computed || bom.settings.maintain_inventory_level {
            None
        } else {
            Some(self.level(Kind::Displayed, bom.variant.as_str(), location).await?)
        };
        let expansion = Expansion::at(&structure, &supply, location);
        Ok(Execution::new(
            bom,
            expansion,
            ready,
            shown,
            settings.allow_negative_inventory,
        ))
    }

    async fn supply(&self, structure: &Structure<'_>) -> Result<Supply, StorageError> {
        let materials: Vec<String> = structure.materials().into_iter().map(ToString::to_string).collect();
        let parts: Vec<String> = structure.sub_assemblies().map(|part| part.id.to_string()).collect();
        let reader = self.db.reader();
        let mut supply = Supply::default();
        let stock: Levels = reader.levels_when_told(Kind::Material, &materials).await?;
        supply.stock = of_ids(stock);
        supply.shelves = of_ids(reader.levels(Kind::SubAssembly, &parts).await?);
        Ok(supply)
    }

    async fn level(&self, kind: Kind, item: &str, location: &LocationId) -> Result<Quantity, StorageError> {
        let levels = self.db.reader().levels_when_told(kind, &[item.to_owned()]).await?;
        let key = (item.to_owned(), location.clone());
        Ok(levels.get(&key).copied().unwrap_or_default())
    }

    /// How many the shop shows now, if it follows what can be sold.
    async fn displayed(&self, bom: &Bom, location: &LocationId) -> Result<Option<Quantity>, StorageError> {
        if !bom.settings.dynamic_adjustment || !self.shop.settings.is_adjusted_at(location) {
            return Ok(None);
        }
        let owner = Owner::Bom(bom.id.clone());
        let parts = self.db.reader().parts(std::slice::from_ref(&owner)).await?;
        let structure = structure(&owner, &parts)?;
        let mut supply = self.supply(&structure).await?;
        let ready = self.level(Kind::Bom, bom.id.as_str(), location).await?;
        supply.finished.insert(location.clone(), ready);
        let result = buildable_at(&structure, &supply, bom.settings.only_sell_preassembled, location);
        Ok(result.sellable.map(Quantity::whole_part))
    }

    /// Changes counts. Those that the platform keeps wait if it cannot be reached.
    async fn carry_out(&mut self, moves: &[Move]) -> Result<(), StorageError> {
        let mut by_item: BTreeMap<(Kind, &str), BTreeMap<LocationId, Quantity>> = BTreeMap::new();
        for one in moves {
            let (kind, is_platforms) = match one.place {
                Place::PlatformStock => (Kind::Material, true),
                Place::Shown => (Kind::Displayed, true),
                Place::OwnStock => (Kind::Material, false),
                Place::SubAssemblyShelf => (Kind::SubAssembly, false),
                Place::BomShelf => (Kind::Bom, false),
            };
            if is_platforms && self.platform == Platform::Down {
                self.waiting.push(Waiting {
                    event_id: self.event.id.clone(),
                    kind,
                    item: one.id.clone(),
                    location: one.location.clone(),
                    quantity: one.quantity,
                });
                continue;
            }
            let at = by_item.entry((kind, &one.id)).or_default();
            let change = at.entry(one.location.clone()).or_default();
            *change = change.plus(one.quantity);
        }
        for (item, changes) in &by_item {
            self.db
                .shift_levels(&self.cause, *item, changes, || self.ids.make())
                .await?;
        }
        Ok(())
    }
}

/// Tells the platform what waits.
pub(super) async fn synchronise(db: &Writer, now: DateTime<Utc>) -> Result<usize, StorageError> {
    let waiting = db.reader().waiting().await?;
    if waiting.is_empty() {
        return Ok(0);
    }
    let ids = Ids::at(now);
    for one in &waiting {
        let cause = Cause {
            at: now,
            source: AdjustmentSource::Order,
            actor: "orders, told to the shop platform later".to_owned(),
            occasion: one.event_id.clone(),
        };
        let change = BTreeMap::from([(one.location.clone(), one.quantity)]);
        db.shift_levels(&cause, (one.kind, &one.item), &change, || ids.make())
            .await?;
    }
    db.all_told().await?;
    Ok(waiting.len())
}

fn of_ids<I: TryFrom<String> + Ord>(levels: Levels) -> BTreeMap<(I, LocationId), Quantity> {
    let known = |((id, location), quantity): ((String, LocationId), Quantity)| {
        Some(((I::try_from(id).ok()?, location), quantity))
    };
    levels.into_iter().filter_map(known).collect()
}

fn structure<'p>(owner: &Owner, parts: &'p crate::model::structure::Parts) -> Result<Structure<'p>, StorageError> {
    Structure::of(owner, parts).map_err(|source| StorageError::Together {
        what: owner.to_string(),
        source: source.into(),
    })
}
