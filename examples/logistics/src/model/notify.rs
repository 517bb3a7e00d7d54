//! Reports that go out by the clock, notifications that go out when stock runs low, and who gets them.

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, NaiveTime, TimeDelta, Utc, Weekday};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{RecipientId, Refusal, ReportId, ViewId, forecast::ModelSettings, status::named};

named! {
    /// What a report tells.
    ReportKind {
        /// What a view of the forecast says is to be ordered.
        ForecastViewSummary = "forecast_view_summary",
        /// Where the open purchase orders stand.
        PoStatus = "po_status",
    }
}

named! {
    /// How often a report goes out.
    Frequency {
        /// Every day.
        Daily = "daily",
        /// Every Monday.
        Weekly = "weekly",
        /// On the first of every month.
        Monthly = "monthly",
    }
}

/// A report that goes out by the clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// Which one.
    pub id: ReportId,
    /// What people call it.
    pub name: String,
    /// What it tells.
    pub kind: ReportKind,
    /// Of which view, where it is of one.
    pub view: Option<ViewId>,
    /// Who gets it.
    pub recipients: Vec<RecipientId>,
    /// How often.
    pub frequency: Frequency,
    /// At what time of day, UTC.
    pub send_time: NaiveTime,
    /// Whether it goes out at all.
    pub is_enabled: bool,
    /// When it went out last by the clock.
    pub last_sent_at: Option<DateTime<Utc>>,
    /// When it goes out next; `None` where it does not.
    pub next_at: Option<DateTime<Utc>>,
    /// How often it has changed, from 1.
    pub version: u64,
}

impl Report {
    /// The same, due when it should be after `now`.
    #[must_use]
    pub fn scheduled(mut self, now: DateTime<Utc>) -> Self {
        self.next_at = if self.is_enabled {
            next(self.frequency, self.send_time, now)
        } else {
            None
        };
        self
    }

    /// Whether it waits for a time that is later than the one after the next: it was put there by a clock that ran ahead,
    /// and would be silent until then.
    pub fn is_astray(&self, now: DateTime<Utc>) -> bool {
        let after_next =
            next(self.frequency, self.send_time, now).and_then(|next_at| next(self.frequency, self.send_time, next_at));
        self.is_enabled && self.next_at.zip(after_next).is_some_and(|(at, latest)| at > latest)
    }

    /// Checks that it can go out.
    ///
    /// # Errors
    /// When nobody gets it, or it is of a view and names none.
    pub fn checked(self) -> Result<Self, Refusal> {
        match (self.kind, &self.view) {
            (ReportKind::ForecastViewSummary, None) => Err(Refusal::input(
                "a `forecast_view_summary` is of a view; name it with `viewId`, from `app.forecast.views({})`",
            )),
            (ReportKind::PoStatus, Some(_)) => {
                Err(Refusal::input("a `po_status` report is of no view; leave `viewId` out"))
            }
            _ if self.recipients.is_empty() => Err(Refusal::input(
                "nobody gets this report; name at least one in `recipientIds`, from `app.recipients.list({})`",
            )),
            _ if self.recipients.len() > 50 => Err(Refusal::input("a report has at most 50 recipients")),
            _ => Ok(self),
        }
    }
}

/// The first moment after `now` at which something is due.
fn next(frequency: Frequency, at: NaiveTime, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let today = now.date_naive();
    let is_due = |day: &NaiveDate| match frequency {
        Frequency::Daily => true,
        Frequency::Weekly => day.weekday() == Weekday::Mon,
        Frequency::Monthly => day.day() == 1,
    };
    let last = today
        .checked_add_months(Months::new(2))?
        .checked_add_days(Days::new(1))?;
    let days = today.iter_days().take_while(|day| *day <= last).filter(is_due);
    days.map(|day| day.and_time(at).and_utc()).find(|moment| *moment > now)
}

/// Somebody who gets reports and notifications.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Recipient {
    /// Which one.
    pub id: RecipientId,
    /// The address, in lower case.
    pub email: Email,
    /// What people call them.
    pub name: Option<String>,
}

/// An e-mail address, in lower case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(inline)]
pub struct Email(String);

impl Email {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Not an address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an e-mail address; write one such as orders@example.com")]
pub struct EmailError(String);

impl TryFrom<String> for Email {
    type Error = EmailError;

    fn try_from(text: String) -> Result<Self, EmailError> {
        let wrong = || EmailError(text.chars().take(100).collect());
        let (local, domain) = text.trim().rsplit_once('@').ok_or_else(wrong)?;
        let is_plain = |part: &str| {
            part.bytes()
                .all(|byte| byte.is_ascii_graphic() && !b"<>()[],;:\\\"@ ".contains(&byte))
        };
        let labels: Vec<&str> = domain.split('.').collect();
        let is_domain = labels.len() > 1
            && labels.iter().all(|label| {
                !label.is_empty()
                    && !label.starts_with('-')
                    && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            });
        // A dash at its beginning would be an option to a program that is given the address.
        let is_local = !local.is_empty()
            && local.len() <= 64
            && is_plain(local)
            && !local.starts_with('-')
            && local.split('.').all(|part| !part.is_empty());
        if !is_local || !is_domain || domain.len() > 200 {
            return Err(wrong());
        }
        Ok(Self(format!("{local}@{domain}").to_ascii_lowercase()))
    }
}

impl From<Email> for String {
    fn from(email: Email) -> Self {
        email.0
    }
}

/// When people are told that stock runs low. A store has one.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Rule {
    /// Whether anything is told.
    pub is_enabled: bool,
    /// Whether to tell when something is sold out.
    pub stock_out: bool,
    /// Tell when so many or fewer are left.
    pub threshold: Option<i64>,
    /// Tell so many days before something should be ordered.
    pub days_before_reorder: Option<i64>,
    /// Of what: what these views show.
    pub views: Vec<ViewId>,
    /// Whom to tell.
    pub recipients: Vec<RecipientId>,
    /// How often it has changed; 0 before it was ever set.
    pub version: u64,
}

impl Rule {
    /// What it lacks to tell anything, as it is given; nothing where it can.
    pub fn missing(&self) -> Vec<&'static str> {
        let tells = self.stock_out || self.threshold.is_some() || self.days_before_reorder.is_some();
        let lacks = [
            (!tells, "`stockOut: true`, a `threshold` or `daysBeforeReorder`"),
            (self.views.is_empty(), "`viewIds` from `app.forecast.views({})`"),
            (
                self.recipients.is_empty(),
                "`recipientIds` from `app.recipients.list({})`",
            ),
        ];
        let lacks = lacks.into_iter().filter(|(is_missing, _)| *is_missing);
        lacks.map(|(_, what)| what).collect()
    }
}

named! {
    /// Why people are told.
    Trigger {
        /// It is sold out.
        StockOut = "stock_out",
        /// As many or fewer are left as the rule says.
        Threshold = "threshold",
        /// It should be ordered soon.
        DaysBeforeReorder = "days_before_reorder",
    }
}

/// What is known of a trigger for a variant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Alarm {
    /// Whether the condition held when it was last looked at.
    pub was_met: bool,
    /// When people were last told.
    pub told_at: Option<DateTime<Utc>>,
}

impl Alarm {
    /// Looks again: whether people are to be told now. A level that is crossed is told once, until it is crossed back; a
    /// reorder date at most every 48 hours.
    pub fn look(&mut self, trigger: Trigger, is_met: bool, now: DateTime<Utc>) -> bool {
        let tells = match trigger {
            Trigger::StockOut | Trigger::Threshold => is_met && !self.was_met,
            // Either way: a clock that ran ahead once must not silence it for as long.
            Trigger::DaysBeforeReorder => {
                is_met
                    && self
                        .told_at
                        .is_none_or(|told| (now - told).abs() >= TimeDelta::hours(48))
            }
        };
        self.was_met = is_met;
        if tells {
            self.told_at = Some(now);
        }
        tells
    }
}

/// A view of the forecast.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct View {
    /// Which one.
    pub id: ViewId,
    /// What people call it.
    pub name: String,
    /// Only variants of this supplier.
    pub supplier: Option<super::SupplierId>,
    /// Only variants with these words in title, SKU or vendor.
    pub search: Option<String>,
    /// Which columns are shown, in order.
    pub columns: Vec<Column>,
    /// How it reckons.
    pub settings: ModelSettings,
    /// Whose stock counts; none: that of every location.
    pub stock_locations: Vec<super::LocationId>,
    /// Whose sales count; none: those of every location.
    pub demand_locations: Vec<super::LocationId>,
    /// Whether the product made it: for everything, or for a supplier.
    pub is_automatic: bool,
    /// How often it has changed, from 1.
    pub version: u64,
}

named! {
    /// A column of a view.
    Column {
        /// Units a day.
        SalesRate = "sales_rate",
        /// Units in the lead time.
        PredictedDemand = "predicted_demand",
        /// At how many to order.
        ReorderPoint = "reorder_point",
        /// When to order.
        ReorderDate = "reorder_date",
        /// How many to order.
        ReorderQuantity = "reorder_quantity",
        /// How long the stock lasts.
        DaysOfStock = "days_of_stock",
        /// What is on its way.
        Incoming = "incoming",
        /// What is there.
        OnHand = "on_hand",
        /// The tier.
        AbcTier = "abc_tier",
        /// Who delivers.
        Supplier = "supplier",
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;

    use super::*;

    fn at(day: u32, hour: u32) -> DateTime<Utc> {
        Utc.with_ymd_and_hms(2026, 3, day, hour, 0, 0).unwrap()
    }

    #[test]
    fn reports_are_due_at_their_time_on_their_day() {
        let eight = NaiveTime::from_hms_opt(8, 0, 0).unwrap();
        // The first of March 2026 is a Sunday.
        assert_eq!(next(Frequency::Daily, eight, at(1, 7)), Some(at(1, 8)));
        assert_eq!(next(Frequency::Daily, eight, at(1, 8)), Some(at(2, 8)));
        assert_eq!(next(Frequency::Weekly, eight, at(1, 7)), Some(at(2, 8)));
        assert_eq!(next(Frequency::Weekly, eight, at(2, 9)), Some(at(9, 8)));
        assert_eq!(next(Frequency::Monthly, eight, at(1, 7)), Some(at(1, 8)));
        let april = Utc.with_ymd_and_hms(2026, 4, 1, 8, 0, 0).unwrap();
        assert_eq!(next(Frequency::Monthly, eight, at(1, 9)), Some(april));
    }

    #[test]
    fn a_level_is_told_once_until_it_is_crossed_back() {
        let mut alarm = Alarm::default();
        let told: Vec<bool> = [false, true, true, false, true]
            .into_iter()
            .map(|is_met| alarm.look(Trigger::StockOut, is_met, at(1, 0)))
            .collect();
        assert_eq!(told, [false, true, false, false, true]);
    }

    #[test]
    fn a_reorder_date_is_told_every_other_day_at_most() {
        let mut alarm = Alarm::default();
        let told: Vec<bool> = [at(1, 0), at(2, 0), at(2, 23), at(3, 0), at(4, 0)]
            .into_iter()
            .map(|now| alarm.look(Trigger::DaysBeforeReorder, true, now))
            .collect();
        assert_eq!(told, [true, false, false, true, false]);
    }

    #[test]
    fn a_clock_that_ran_ahead_once_silences_nothing() {
        let mut report = Report {
            id: "rep".to_owned().try_into().unwrap(),
            name: "x".to_owned(),
            kind: ReportKind::PoStatus,
            view: None,
            recipients: Vec::new(),
            frequency: Frequency::Daily,
            send_time: NaiveTime::from_hms_opt(8, 0, 0).unwrap(),
            is_enabled: true,
            last_sent_at: None,
            next_at: None,
            version: 1,
        };
        let years_ahead = Utc.with_ymd_and_hms(2031, 1, 1, 0, 0, 0).unwrap();
        report = report.scheduled(years_ahead);
        assert!(report.is_astray(at(1, 9)));
        assert_eq!(report.clone().scheduled(at(1, 9)).next_at, Some(at(2, 8)));
        // A clock that goes back by a minute just after a report went out does not send it again.
        report = report.scheduled(at(2, 8));
        assert!(!report.is_astray(at(2, 7)) && !report.is_astray(at(2, 9)));
        let mut alarm = Alarm {
            was_met: true,
            told_at: Some(years_ahead),
        };
        assert!(alarm.look(Trigger::DaysBeforeReorder, true, at(1, 9)));
        assert!(!alarm.look(Trigger::DaysBeforeReorder, true, at(1, 8)));
    }

    #[test]
    fn addresses_are_checked_and_compared_in_lower_case() {
        let email = |text: &str| Email::try_from(text.to_owned());
        assert_eq!(
            email(" Orders@Example.COM ").unwrap(),
            email("orders@example.com").unwrap()
        );
        for wrong in [
            "",
            "a",
            "a@b",
            "@example.com",
            "a b@example.com",
            "a@exa mple.com",
            "a@.com",
            "a<b@example.com",
            "ü@example.com",
            "-oQ/tmp@example.com",
            "a..b@example.com",
            ".a@example.com",
            "a@-example.com",
            "a@example.com\nBcc: b@example.com",
            "a\r@example.com",
            "a@example.com, b@example.com",
            "\"a\"@example.com",
        ] {
            assert!(email(wrong).is_err(), "{wrong}");
        }
    }
}
