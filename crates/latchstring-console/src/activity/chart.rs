//! Calls per day: one line of bars for each key and app, all to the same scale.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use latchstring_access::AuditDays;
use latchstring_core::GrantId;
use latchstring_pages::day;
use maud::{Markup, html};

use super::link;
use crate::{
    Console,
    error::ConsoleError,
    home::{Lists, label},
    sign_in::Signed,
    words,
};

const DAYS: u32 = 14;
/// The height of the highest bar, and the widths of a day and its bar.
const HEIGHT: u64 = 36;
const STEP: usize = 20;
const BAR: usize = 10;

/// One line of the picture.
struct Line<'a> {
    grant: GrantId,
    name: &'a str,
    calls: Vec<u64>,
}

impl Line<'_> {
    fn total(&self) -> u64 {
        self.calls.iter().sum()
    }
}

/// The picture, with its figures below; nothing while there were no calls.
pub(super) async fn of(console: &Console, signed: &Signed, lists: &Lists) -> Result<Markup, ConsoleError> {
    let asked = AuditDays::up_to(signed.now.date_naive(), DAYS);
    let days: Vec<NaiveDate> = (0..u64::from(DAYS))
        .filter_map(|after| asked.first().checked_add_days(Days::new(after)))
        .collect();
    let mut counts: BTreeMap<(GrantId, NaiveDate), u64> = BTreeMap::new();
    for count in console.access().count_audit(signed.tenant.id, asked).await? {
        counts.insert((count.grant, count.day), count.calls);
    }
    let apps = lists.apps.iter().map(|app| (app.grant, app.app.name.as_str()));
    let keys = lists.keys.iter().map(|key| (key.grant, label(key)));
    let lines: Vec<Line<'_>> = apps
        .chain(keys)
        .map(|(grant, name)| Line {
            grant,
            name,
            calls: days
                .iter()
                .map(|day| counts.get(&(grant, *day)).copied().unwrap_or(0))
                .collect(),
        })
        .filter(|line| line.total() > 0)
        .collect();
    let most = lines.iter().flat_map(|line| &line.calls).copied().max().unwrap_or(0);
    Ok(if most == 0 {
        html! {}
    } else {
        picture(&days, &lines, most)
    })
}

fn picture(days: &[NaiveDate], lines: &[Line<'_>], most: u64) -> Markup {
    let width = days.len() * STEP;
    html! {
        figure.stack aria-labelledby="per-day" {
            figcaption { h2 #per-day { (words::CALLS_PER_DAY) } p.small { (words::chart_intro(days.len(), most)) } }
            div.chart {
                @for line in lines {
                    a href=(link("/activity", Some(line.grant), None)) {
                        span { bdi { (line.name) } }
                        svg viewBox={ "0 0 " (width) " " (HEIGHT) } preserveAspectRatio="none" aria-hidden="true" {
                            @for (at, calls) in line.calls.iter().enumerate() {
                                @if *calls > 0 {
                                    @let height = height(*calls, most);
                                    rect x=(at * STEP + (STEP - BAR) / 2) y=(HEIGHT - height) width=(BAR) height=(height) {}
                                }
                            }
                        }
                        span.total { (words::calls(line.total())) }
                    }
                }
                @if let (Some(first), Some(last)) = (days.first(), days.last()) {
                    p.axis { span { (day(*first)) (day(*last)) } }
                }
            }
            details.bare {
                summary { (words::THE_NUMBERS) }
                div.scrolls tabindex="0" role="region" aria-label=(words::NUMBERS_CAPTION) { table.list {
                    caption.sr { (words::NUMBERS_CAPTION) }
                    thead { tr {
                        th scope="col" { (words::DAY) }
                        @for line in lines { th.number scope="col" { bdi { (line.name) } } }
                    } }
                    tbody {
                        @for (at, date) in days.iter().enumerate().rev() {
                            tr {
                                th scope="row" { (day(*date)) }
                                @for line in lines { td.number data-label=(line.name) { (line.calls[at]) } }
                            }
                        }
                    }
                } }
            }
        }
    }
}

/// Even one call can be seen.
fn height(calls: u64, most: u64) -> u64 {
    let share = u128::from(calls) * u128::from(HEIGHT) / u128::from(most.max(1));
    u64::try_from(share).unwrap_or(HEIGHT).clamp(2, HEIGHT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_busiest_day_is_as_high_as_can_be_and_the_quietest_can_be_seen() {
        assert_eq!(height(61, 61), 36);
        assert_eq!(height(30, 60), 18);
        assert_eq!(height(1, 1_000_000), 2);
        assert_eq!(height(u64::MAX, u64::MAX), 36);
    }
}
