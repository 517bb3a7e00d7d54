//! Days, moments and times as they are given: what is none is refused with how to write one.

use std::ops::RangeInclusive;

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, Utc};
use schemars::JsonSchema;
use serde::Deserialize;

/// A day, such as `2026-03-01`.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(inline)]
pub(crate) struct Day(NaiveDate);

/// A moment, such as `2026-03-01T00:00:00Z`.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(inline)]
pub(crate) struct Moment(DateTime<Utc>);

/// A time of day in UTC, such as `08:30`.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(inline)]
pub(crate) struct TimeOfDay(NaiveTime);

fn shown(text: &str) -> String {
    text.chars().take(40).collect()
}

/// The years that a day may lie in: those that every database sorts by their text, too.
const YEARS: RangeInclusive<i32> = 1900..=9999;

impl TryFrom<String> for Day {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let day = text.parse::<NaiveDate>().ok();
        day.filter(|day| YEARS.contains(&day.year())).map(Self).ok_or_else(|| {
            format!(
                "`{}` is not a day of the years {} to {}; write year, month and day, such as 2026-03-01",
                shown(&text),
                YEARS.start(),
                YEARS.end()
            )
        })
    }
}

impl TryFrom<String> for Moment {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let wrong = |_| format!("`{}` is not a moment; write it like 2026-03-01T00:00:00Z", shown(&text));
        DateTime::parse_from_rfc3339(&text)
            .map(|moment| Self(moment.to_utc()))
            .map_err(wrong)
    }
}

impl TryFrom<String> for TimeOfDay {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let wrong = |_| {
            format!(
                "`{}` is not a time of day; write hours and minutes in UTC, such as 08:30",
                shown(&text)
            )
        };
        NaiveTime::parse_from_str(&text, "%H:%M").map(Self).map_err(wrong)
    }
}

impl From<Day> for NaiveDate {
    fn from(day: Day) -> Self {
        day.0
    }
}

impl From<Moment> for DateTime<Utc> {
    fn from(moment: Moment) -> Self {
        moment.0
    }
}

impl From<TimeOfDay> for NaiveTime {
    fn from(time: TimeOfDay) -> Self {
        time.0
    }
}
