//! Stock takes: what lies at a location, counted by people.
//!
//! Counting takes time, and stock moves meanwhile. So a finished take sets each counted line to what was counted by moving
//! the difference to what there is *then*, and tells where that is not what was expected at the start.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Amount, LineId, LocationId, Price, Refusal, StockTakeId, VariantId, WrongStatus,
    inventory::Moves,
    status::{Action, actions, statuses},
};

/// Most lines of a stock take.
pub const MOST_LINES: usize = 5000;

statuses! {
    "stock take",
    /// Where a stock take stands.
    StockTakeStatus {
        /// Being prepared.
        Draft = "draft",
        /// Being counted.
        InProgress = "in_progress",
        /// Counted, and the stock set.
        Completed = "completed",
        /// Called off.
        Cancelled = "cancelled",
    }
}

actions! {
    StockTakeStatus,
    /// What can be done with a stock take.
    StockTakeAction {
        /// Change its name or notes.
        Update = "update": [Draft, InProgress],
        /// Add lines.
        AddLines = "addLines": [Draft, InProgress],
        /// Leave a line out.
        RemoveLine = "removeLine": [Draft, InProgress],
        /// Begin to count.
        Start = "start": [Draft],
        /// Write counts down.
        Count = "count": [InProgress],
        /// Set the stock.
        Complete = "complete": [InProgress],
        /// Call it off.
        Cancel = "cancel": [Draft, InProgress],
        /// Remove it for good.
        Delete = "delete": [Draft, Cancelled],
    }
}

/// A stock take with its lines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StockTake {
    /// Which one.
    pub id: StockTakeId,
    /// Counts up.
    pub seq: i64,
    /// What it is called on paper.
    pub number: String,
    /// What people call it.
    pub name: Option<String>,
    /// Where.
    pub location: LocationId,
    /// Where it stands.
    pub status: StockTakeStatus,
    /// Notes.
    pub notes: Option<String>,
    /// When counting began.
    pub started_at: Option<DateTime<Utc>>,
    /// When the stock was set.
    pub completed_at: Option<DateTime<Utc>>,
    /// How often it has changed, from 1.
    pub version: u64,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
    /// What is counted, in order.
    #[serde(skip)]
    pub lines: Vec<StockTakeLine>,
}

/// A line of a stock take.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StockTakeLine {
    /// Which one.
    pub id: LineId,
    /// What is counted.
    pub variant: VariantId,
    /// What people call it.
    pub title: String,
    /// The stock keeping unit.
    pub sku: Option<String>,
    /// How many were on hand when counting began.
    pub expected: i64,
    /// How many were counted; `None` until they are.
    pub counted: Option<i64>,
    /// Why it is not what was expected.
    pub reason: Option<String>,
    /// What one is worth, in the store's currency.
    pub unit_cost: Price,
    /// By how much the stock was changed in the end.
    pub adjusted: Option<i64>,
}

/// What becomes of lines that nobody counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum Uncounted {
    /// Their stock stays as it is.
    #[default]
    Skip,
    /// Their stock is set to zero.
    Zero,
}

/// A line whose stock moved while it was counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Drift {
    /// Which line.
    pub line_id: LineId,
    /// Of what.
    pub variant_id: VariantId,
    /// How many were on hand when counting began.
    pub expected: i64,
    /// How many were on hand at the end, before the stock was set.
    pub on_hand: i64,
    /// How many were counted.
    pub counted: i64,
}

/// What a stock take is worth, in the store's currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct StockTakeTotals {
    /// What was expected of the counted lines.
    pub expected: Amount,
    /// What was counted.
    pub counted: Amount,
    /// `counted` less `expected`.
    pub difference: Amount,
}

/// How a line is counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    /// Which line.
    pub line: LineId,
    /// How many.
    pub units: i64,
    /// Whether they come on top of those counted before.
    pub is_more: bool,
    /// Why it is not what was expected.
    pub reason: Option<String>,
}

impl StockTake {
    /// Checks that something may be done now.
    ///
    /// # Errors
    /// When its status does not allow it.
    pub fn check(&self, action: StockTakeAction) -> Result<(), WrongStatus> {
        action.check(self.status)
    }

    /// Adds lines; a variant that is there already stays as it is.
    ///
    /// # Errors
    /// When its status forbids it, or there would be too many.
    pub fn add_lines(&mut self, lines: Vec<StockTakeLine>) -> Result<usize, Refusal> {
        self.check(StockTakeAction::AddLines)?;
        let before = self.lines.len();
        let mut there: BTreeSet<VariantId> = self.lines.iter().map(|line| line.variant.clone()).collect();
        let new = lines.into_iter().filter(|line| there.insert(line.variant.clone()));
        self.lines.extend(new);
        if self.lines.len() > MOST_LINES {
            return Err(Refusal::too_many(format!(
                "the stock take would have {} lines; it may have {MOST_LINES}, so make several: one for each supplier, say",
                self.lines.len()
            )));
        }
        Ok(self.lines.len() - before)
    }

    /// Leaves a line out.
    ///
    /// # Errors
    /// When its status forbids it, or the line is unknown.
    pub fn remove_line(&mut self, id: &LineId) -> Result<StockTakeLine, Refusal> {
        self.check(StockTakeAction::RemoveLine)?;
        let at = self.lines.iter().position(|line| line.id == *id);
        Ok(self.lines.remove(at.ok_or_else(|| no_line(id))?))
    }

    /// Begins to count: what is on hand now is what is expected.
    ///
    /// # Errors
    /// When it is no draft, or has no line.
    pub fn start(&mut self, on_hand: impl Fn(&VariantId) -> i64, now: DateTime<Utc>) -> Result<(), Refusal> {
        self.check(StockTakeAction::Start)?;
        if self.lines.is_empty() {
            return Err(Refusal::input(
                "the stock take has no lines, so there is nothing to count; add some with `app.stockTakes.addLines`",
            ));
        }
        for line in &mut self.lines {
            line.expected = on_hand(&line.variant);
        }
        self.status = StockTakeStatus::InProgress;
        self.started_at = Some(now);
        Ok(())
    }

    /// Writes counts down.
    ///
    /// # Errors
    /// When it is not being counted, a line is unknown, the second count of one would take the place of the first, or more
    /// would be counted than can be entered.
    pub fn count(&mut self, counts: Vec<Count>) -> Result<(), Refusal> {
        self.check(StockTakeAction::Count)?;
        let mut named = BTreeSet::new();
        for count in counts {
            let line = self.lines.iter_mut().find(|line| line.id == count.line);
            let line = line.ok_or_else(|| no_line(&count.line))?;
            // The second would take the place of the first, and nobody would notice.
            if !named.insert(line.id.clone()) && !count.is_more {
                return Err(Refusal::input(format!(
                    "line `{}` (`{}`) is counted twice in one call; name it once, or give what comes on top \
                     `increment: true`",
                    line.id, line.title
                )));
            }
            let before = if count.is_more { line.counted.unwrap_or(0) } else { 0 };
            let counted = before + count.units;
            if counted > super::Units::MAX {
                return Err(Refusal::input(format!(
                    "line `{}` would be counted as {counted}; at most {} can be",
                    line.id,
                    super::Units::MAX
                )));
            }
            line.counted = Some(counted);
            line.reason = count.reason.or_else(|| line.reason.take());
        }
        Ok(())
    }

    /// Finishes it: tells which stock changes, and where it moved since counting began.
    ///
    /// # Errors
    /// When it is not being counted, or nothing was counted.
    pub fn complete(
        &mut self,
        uncounted: Uncounted,
        on_hand: impl Fn(&VariantId) -> i64,
        now: DateTime<Utc>,
    ) -> Result<(Moves, Vec<Drift>), Refusal> {
        self.check(StockTakeAction::Complete)?;
        if uncounted == Uncounted::Skip && self.lines.iter().all(|line| line.counted.is_none()) {
            return Err(Refusal::state(
                "no line is counted yet, so nothing would change; count with `app.stockTakes.count`, or call it off with \
                 `app.stockTakes.cancel`",
            ));
        }
        let (mut moves, mut drifts) = (Moves::default(), Vec::new());
        for line in &mut self.lines {
            let counted = match (line.counted, uncounted) {
                (Some(counted), _) => counted,
                (None, Uncounted::Zero) => 0,
                (None, Uncounted::Skip) => continue,
            };
            let is = on_hand(&line.variant);
            if is != line.expected {
                drifts.push(Drift {
                    line_id: line.id.clone(),
                    variant_id: line.variant.clone(),
                    expected: line.expected,
                    on_hand: is,
                    counted,
                });
            }
            line.counted = Some(counted);
            line.adjusted = Some(counted - is);
            moves.stock(&line.variant, &self.location, counted - is);
        }
        self.status = StockTakeStatus::Completed;
        self.completed_at = Some(now);
        Ok((moves, drifts))
    }

    /// Calls it off.
    ///
    /// # Errors
    /// When it is completed or cancelled.
    pub fn cancel(&mut self) -> Result<(), Refusal> {
        self.check(StockTakeAction::Cancel).map_err(|wrong| match self.status {
            StockTakeStatus::Completed => Refusal::from(wrong)
                .also("what it set stays; to set other figures count anew with `app.stockTakes.create`"),
            StockTakeStatus::Draft | StockTakeStatus::InProgress | StockTakeStatus::Cancelled => wrong.into(),
        })?;
        self.status = StockTakeStatus::Cancelled;
        Ok(())
    }

    /// What the counted lines are worth.
    pub fn totals(&self) -> StockTakeTotals {
        let counted = self.lines.iter().filter_map(|line| Some((line, line.counted?)));
        let (expected, counted) = counted.fold((Amount::ZERO, Amount::ZERO), |(expected, counted), (line, units)| {
            (
                expected.plus(line.unit_cost.times(line.expected)),
                counted.plus(line.unit_cost.times(units)),
            )
        });
        StockTakeTotals {
            expected,
            counted,
            difference: counted.minus(expected),
        }
    }

    /// The line of each variant.
    pub fn by_variant(&self) -> BTreeMap<&VariantId, &StockTakeLine> {
        self.lines.iter().map(|line| (&line.variant, line)).collect()
    }
}

fn no_line(id: &LineId) -> Refusal {
    Refusal::missing(format!(
        "the stock take has no line `{id}`; list them with `app.stockTakes.lineItems({{ stockTakeId }})`"
    ))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::status::table;

    #[test]
    fn every_action_is_allowed_where_the_table_says() {
        table::walk::<StockTakeStatus, _>(
            StockTakeAction::EVERY,
            "
            draft in_progress completed cancelled
            update     x x - -
            addLines   x x - -
            removeLine x x - -
            start      x - - -
            count      - x - -
            complete   - x - -
            cancel     x x - -
            delete     x - - x
            ",
        );
    }

    fn id<T: TryFrom<String, Error: std::fmt::Debug>>(text: &str) -> T {
        text.to_owned().try_into().unwrap()
    }

    fn take() -> StockTake {
        let line = |name: &str| StockTakeLine {
            id: id(name),
            variant: id(&format!("v{name}")),
            title: name.to_owned(),
            sku: None,
            expected: 0,
            counted: None,
            reason: None,
            unit_cost: "2.50".parse().unwrap(),
            adjusted: None,
        };
        StockTake {
            id: id("st"),
            seq: 1,
            number: "ST-1".to_owned(),
            name: None,
            location: id("a"),
            status: StockTakeStatus::Draft,
            notes: None,
            started_at: None,
            completed_at: None,
            version: 1,
            created_at: DateTime::UNIX_EPOCH,
            updated_at: DateTime::UNIX_EPOCH,
            lines: vec![line("1"), line("2"), line("3")],
        }
    }

    fn count(line: &str, units: i64, is_more: bool) -> Count {
        Count {
            line: id(line),
            units,
            is_more,
            reason: None,
        }
    }

    #[test]
    fn the_stock_becomes_what_was_counted_also_where_it_moved_meanwhile() {
        let mut take = take();
        take.start(|_| 10, DateTime::UNIX_EPOCH).unwrap();
        take.count(vec![count("1", 12, false), count("2", 4, true), count("2", 5, true)])
            .unwrap();
        // Three of the first were sold between the count and the end.
        let on_hand = |variant: &VariantId| if variant.as_str() == "v1" { 7 } else { 10 };
        let (moves, drifts) = take.complete(Uncounted::Skip, on_hand, DateTime::UNIX_EPOCH).unwrap();
        let moves: Vec<_> = moves.iter().map(|one| (one.variant.to_string(), one.by)).collect();
        assert_eq!(moves, [("v1".to_owned(), 5), ("v2".to_owned(), -1)]);
        assert_eq!(drifts.len(), 1);
        assert_eq!((drifts[0].expected, drifts[0].on_hand, drifts[0].counted), (10, 7, 12));
        let totals = take.totals();
        assert_eq!(
            [totals.expected, totals.counted, totals.difference].map(|sum| sum.to_string()),
            ["50.00", "52.50", "2.50"]
        );
        let again = take
            .complete(Uncounted::Skip, |_| 10, DateTime::UNIX_EPOCH)
            .unwrap_err();
        assert!(again.to_string().contains("is `completed`"), "{again}");
    }

    #[test]
    fn a_line_that_is_counted_twice_in_one_call_is_refused_unless_it_adds_up() {
        let mut take = take();
        take.start(|_| 10, DateTime::UNIX_EPOCH).unwrap();
        for twice in [
            vec![count("1", 12, false), count("1", 3, false)],
            vec![count("1", 2, true), count("1", 3, false)],
        ] {
            let refused = take.clone().count(twice).unwrap_err().to_string();
            assert!(refused.contains("twice") && refused.contains("increment"), "{refused}");
        }
        take.count(vec![count("1", 12, false), count("1", 3, true)]).unwrap();
        assert_eq!(take.lines[0].counted, Some(15));
        // In another call it is a count anew.
        take.count(vec![count("1", 7, false)]).unwrap();
        assert_eq!(take.lines[0].counted, Some(7));
        let most = crate::model::Units::MAX;
        assert!(take.count(vec![count("1", most, true)]).is_err());
    }

    proptest! {
        #[test]
        fn what_was_counted_is_on_hand_in_the_end_wherever_it_moved(
            at_start in prop::array::uniform3(-20i64..50),
            moved in prop::array::uniform3(-30i64..30),
            counted in prop::array::uniform3(prop::option::of(0i64..60)),
            zero in any::<bool>(),
        ) {
            let place = |variant: &VariantId| variant.as_str()[1..].parse::<usize>().unwrap() - 1;
            let now = |variant: &VariantId| at_start[place(variant)] + moved[place(variant)];
            let mut take = take();
            take.start(|variant| at_start[place(variant)], DateTime::UNIX_EPOCH).unwrap();
            let counts = ["1", "2", "3"].into_iter().zip(counted);
            let counts = counts.filter_map(|(line, units)| Some(count(line, units?, false)));
            take.count(counts.collect()).unwrap();
            let uncounted = if zero { Uncounted::Zero } else { Uncounted::Skip };
            let Ok((moves, drifts)) = take.complete(uncounted, now, DateTime::UNIX_EPOCH) else {
                prop_assert!(!zero && counted.iter().all(Option::is_none));
                return Ok(());
            };
            for (at, counted) in counted.into_iter().enumerate() {
                let variant: VariantId = id(&format!("v{}", at + 1));
                let by: i64 = moves.iter().filter(|one| one.variant == variant).map(|one| one.by).sum();
                let becomes = counted.or(zero.then_some(0));
                prop_assert_eq!(now(&variant) + by, becomes.unwrap_or(now(&variant)));
                let is_told = drifts.iter().any(|drift| drift.variant_id == variant);
                prop_assert_eq!(is_told, becomes.is_some() && moved[at] != 0);
            }
        }
    }

    #[test]
    fn what_nobody_counted_becomes_nothing_only_where_that_is_asked_for() {
        let mut take = take();
        take.start(|_| 10, DateTime::UNIX_EPOCH).unwrap();
        assert!(
            take.clone()
                .complete(Uncounted::Skip, |_| 10, DateTime::UNIX_EPOCH)
                .is_err()
        );
        let (moves, _) = take.complete(Uncounted::Zero, |_| 10, DateTime::UNIX_EPOCH).unwrap();
        assert!(moves.iter().all(|one| one.by == -10));
        assert_eq!(moves.iter().count(), 3);
    }
}
