//! Reports, the notification rule, who gets both, and what was told already.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use latchstring::db::column::{checked, one_of};
use sea_orm::{ColumnTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, sea_query::OnConflict};

use super::{
    Reader, StorageError, Writer,
    entity::{alarm, recipient, report, rule},
    row::{read, written},
};
use crate::model::{
    RecipientId, ReportId, VariantId,
    notify::{Alarm, Email, Recipient, Report, Rule, Trigger},
};

/// The most reports, and the most recipients, that a store may have; lists of them are read whole.
pub(crate) const MOST_TOLD: u64 = 1000;

/// What is known of each trigger and variant.
pub(crate) type Watched = BTreeMap<(Trigger, VariantId), Alarm>;

impl Reader {
    /// One report.
    pub(crate) async fn report(&self, id: &ReportId) -> Result<Option<Report>, StorageError> {
        let select = self.all::<report::Entity>().filter(report::Column::Id.eq(id.as_str()));
        let row = select.one(self.transaction()).await?;
        row.map(|row| read("reports", &row.body)).transpose()
    }

    /// Every report, by name.
    pub(crate) async fn reports(&self) -> Result<Vec<Report>, StorageError> {
        let select = self.all::<report::Entity>().order_by_asc(report::Column::Name);
        let rows = select
            .order_by_asc(report::Column::Id)
            .limit(MOST_TOLD)
            .all(self.transaction())
            .await?;
        rows.iter().map(|row| read("reports", &row.body)).collect()
    }

    /// The reports that are due.
    pub(crate) async fn due_reports(&self, now: DateTime<Utc>) -> Result<Vec<Report>, StorageError> {
        let select = self.all::<report::Entity>().filter(report::Column::NextAt.lte(now));
        let rows = select
            .order_by_asc(report::Column::Id)
            .limit(MOST_TOLD)
            .all(self.transaction())
            .await?;
        rows.iter().map(|row| read("reports", &row.body)).collect()
    }

    /// Everybody who gets something, by address.
    pub(crate) async fn recipients(&self) -> Result<Vec<Recipient>, StorageError> {
        let select = self.all::<recipient::Entity>().order_by_asc(recipient::Column::Email);
        let rows = select.limit(MOST_TOLD).all(self.transaction()).await?;
        rows.iter().map(|row| read("recipients", &row.body)).collect()
    }

    /// One of them.
    pub(crate) async fn recipient(&self, id: &RecipientId) -> Result<Option<Recipient>, StorageError> {
        let select = self
            .all::<recipient::Entity>()
            .filter(recipient::Column::Id.eq(id.as_str()));
        let row = select.one(self.transaction()).await?;
        row.map(|row| read("recipients", &row.body)).transpose()
    }

    /// Who has this address.
    pub(crate) async fn recipient_at(&self, email: &Email) -> Result<Option<Recipient>, StorageError> {
        let select = self
            .all::<recipient::Entity>()
            .filter(recipient::Column::Email.eq(email.as_str()));
        let row = select.one(self.transaction()).await?;
        row.map(|row| read("recipients", &row.body)).transpose()
    }

    /// The rule; one that says nothing where none was ever set.
    pub(crate) async fn rule(&self) -> Result<Rule, StorageError> {
        let row = self.all::<rule::Entity>().one(self.transaction()).await?;
        row.map_or_else(|| Ok(Rule::default()), |row| read("rules", &row.body))
    }

    /// What was told already.
    pub(crate) async fn alarms(&self) -> Result<Watched, StorageError> {
        let rows = self.all::<alarm::Entity>().all(self.transaction()).await?;
        let mut all = Watched::new();
        for row in rows {
            let trigger = one_of(("alarms", "trigger"), &row.trigger, Trigger::EVERY, Trigger::as_str)?;
            let alarm = Alarm {
                was_met: row.was_met,
                told_at: row.told_at,
            };
            all.insert((trigger, checked("alarms", "variant_id", row.variant_id)?), alarm);
        }
        Ok(all)
    }
}

impl Writer {
    /// Puts a report in place of what it was, if it was.
    pub(crate) async fn put_report(&self, report: &Report) -> Result<(), StorageError> {
        use report::Column::{Body, Id, Name, NextAt, StoreId};
        let row = report::Model {
            store_id: self.reader().owner(),
            id: report.id.to_string(),
            name: report.name.clone(),
            next_at: report.next_at,
            body: written("reports", report)?,
        };
        let replace = OnConflict::columns([StoreId, Id])
            .update_columns([Name, NextAt, Body])
            .to_owned();
        self.put(vec![row.into_active_model()], replace).await
    }

    /// Removes a report.
    pub(crate) async fn drop_report(&self, id: &ReportId) -> Result<(), StorageError> {
        let delete = self
            .delete::<report::Entity>()
            .filter(report::Column::Id.eq(id.as_str()));
        delete.exec(self.transaction()).await?;
        Ok(())
    }

    /// Puts a recipient in place of what they were, if they were.
    pub(crate) async fn put_recipient(&self, recipient: &Recipient) -> Result<(), StorageError> {
        use recipient::Column::{Body, Email, Id, StoreId};
        let row = recipient::Model {
            store_id: self.reader().owner(),
            id: recipient.id.to_string(),
            email: recipient.email.as_str().to_owned(),
            body: written("recipients", recipient)?,
        };
        let replace = OnConflict::columns([StoreId, Id])
            .update_columns([Email, Body])
            .to_owned();
        self.put(vec![row.into_active_model()], replace).await
    }

    /// Removes a recipient.
    pub(crate) async fn drop_recipient(&self, id: &RecipientId) -> Result<(), StorageError> {
        let delete = self
            .delete::<recipient::Entity>()
            .filter(recipient::Column::Id.eq(id.as_str()));
        delete.exec(self.transaction()).await?;
        Ok(())
    }

    /// Puts the rule in place of what it was.
    pub(crate) async fn put_rule(&self, rule: &Rule) -> Result<(), StorageError> {
        let row = rule::Model {
            store_id: self.reader().owner(),
            body: written("rules", rule)?,
        };
        let replace = OnConflict::column(rule::Column::StoreId)
            .update_column(rule::Column::Body)
            .to_owned();
        self.put(vec![row.into_active_model()], replace).await
    }

    /// Writes down what was told.
    pub(crate) async fn put_alarms(&self, alarms: &Watched) -> Result<(), StorageError> {
        use alarm::Column::{StoreId, ToldAt, Trigger, VariantId, WasMet};
        let row = |((trigger, variant), alarm): (&(crate::model::notify::Trigger, crate::model::VariantId), &Alarm)| {
            let row = alarm::Model {
                store_id: self.reader().owner(),
                trigger: trigger.as_str().to_owned(),
                variant_id: variant.to_string(),
                was_met: alarm.was_met,
                told_at: alarm.told_at,
            };
            row.into_active_model()
        };
        let replace = OnConflict::columns([StoreId, Trigger, VariantId])
            .update_columns([WasMet, ToldAt])
            .to_owned();
        self.put(alarms.iter().map(row).collect(), replace).await
    }
}
