//! Moments as people read them: in UTC as the server writes them, in the reader's own zone once the script has run.

use chrono::{DateTime, NaiveDate, Utc};
use maud::{Markup, html};

/// Abbreviated as browsers abbreviate them in British English, so that the script changes the zone and nothing else.
const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sept", "Oct", "Nov", "Dec",
];

fn month(date: &impl chrono::Datelike) -> &'static str {
    usize::try_from(date.month0())
        .ok()
        .and_then(|at| MONTHS.get(at))
        .copied()
        .unwrap_or_default()
}

fn date_text(at: DateTime<Utc>) -> String {
    format!("{} {} {}", at.format("%-d"), month(&at), at.format("%Y"))
}

/// Its day, such as `21 Nov 2026`.
pub fn date(at: DateTime<Utc>) -> Markup {
    html! { time datetime=(machine(at)) data-as="date" { (date_text(at)) } }
}

/// Day and minute, such as `21 Nov 2026, 09:12`.
pub fn moment(at: DateTime<Utc>) -> Markup {
    html! { time datetime=(machine(at)) data-as="moment" { (date_text(at)) ", " (at.format("%H:%M")) } }
}

/// The minute alone, such as `09:12`.
pub fn time(at: DateTime<Utc>) -> Markup {
    html! { time datetime=(machine(at)) data-as="time" { (at.format("%H:%M")) } }
}

/// The second, such as `09:12:31`.
pub fn second(at: DateTime<Utc>) -> Markup {
    html! { time datetime=(machine(at)) data-as="second" { (at.format("%H:%M:%S")) } }
}

/// A day of the calendar, such as `8 Nov`. It is a day in UTC, whatever zone the reader is in.
pub fn day(day: NaiveDate) -> Markup {
    html! { time datetime=(day) { (day.format("%-d")) " " (month(&day)) } }
}

/// How long ago that was, roughly; after a week, its day.
pub fn ago(at: DateTime<Utc>, now: DateTime<Utc>) -> Markup {
    let past = now - at;
    let some = |count: i64, one: &str| {
        let plural = if count == 1 { "" } else { "s" };
        format!("{count} {one}{plural} ago")
    };
    let text = match (past.num_minutes(), past.num_hours(), past.num_days()) {
        (..1, ..) => "just now".to_owned(),
        (minutes @ ..60, ..) => some(minutes, "minute"),
        (_, hours @ ..24, _) => some(hours, "hour"),
        (.., days @ ..7) => some(days, "day"),
        _ => return date(at),
    };
    html! { time datetime=(machine(at)) { (text) } }
}

fn machine(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("a moment")
    }

    #[test]
    fn moments_are_written_in_utc_for_who_has_no_script() {
        let at = at("2026-09-03T09:02:07.5Z");
        let shown = |markup: Markup| markup.into_string();
        assert_eq!(
            shown(moment(at)),
            r#"<time datetime="2026-09-03T09:02:07Z" data-as="moment">3 Sept 2026, 09:02</time>"#
        );
        assert_eq!(
            shown(date(at)),
            r#"<time datetime="2026-09-03T09:02:07Z" data-as="date">3 Sept 2026</time>"#
        );
        assert!(shown(time(at)).ends_with(">09:02</time>"));
        assert!(shown(second(at)).ends_with(">09:02:07</time>"));
        assert_eq!(
            shown(day(at.date_naive())),
            r#"<time datetime="2026-09-03">3 Sept</time>"#
        );
    }

    #[test]
    fn what_was_lately_is_told_by_how_long_ago_it_was() {
        let then = at("2026-11-21T09:00:00Z");
        let told = |past: TimeDelta| {
            let html = ago(then, then + past).into_string();
            html.split(['<', '>']).nth(2).expect("a text").to_owned()
        };
        for (past, expected) in [
            (TimeDelta::seconds(-5), "just now"),
            (TimeDelta::seconds(59), "just now"),
            (TimeDelta::seconds(60), "1 minute ago"),
            (TimeDelta::minutes(59), "59 minutes ago"),
            (TimeDelta::minutes(60), "1 hour ago"),
            (TimeDelta::hours(23), "23 hours ago"),
            (TimeDelta::hours(24), "1 day ago"),
            (TimeDelta::days(6), "6 days ago"),
            (TimeDelta::days(7), "21 Nov 2026"),
        ] {
            assert_eq!(told(past), expected, "{past}");
        }
    }
}
