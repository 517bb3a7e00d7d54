//! `notifications.set_rule`

use latchstring::{ChangeAction, Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::Deserialize;

use super::get_rule::RuleItem;
use crate::model::notify::Rule;
use crate::model::{Patch, Plan, RecipientId, Units, ViewId};
use crate::operations::shared::changes::differences;
use crate::operations::shared::found;
use crate::{Logistics, Reader, Writer};

/// Says when people are told that stock runs low, and who; what is left out stays as it is. A sold-out variant and
/// one at the threshold are told once until there is more again; a reorder date at most every 48 hours.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct SetRuleNotification {
    /// Whether anything is told.
    enabled: Option<bool>,
    /// Whether to tell when something is sold out.
    stock_out: Option<bool>,
    /// Tell when so many or fewer are on hand; null: never.
    #[serde(default)]
    threshold: Patch<Units>,
    /// Tell so many days before something should be ordered; null: never.
    #[serde(default)]
    days_before_reorder: Patch<Units>,
    /// Of what: what these views show, 50 at most.
    view_ids: Option<Vec<ViewId>>,
    /// Whom to tell, 50 at most.
    recipient_ids: Option<Vec<RecipientId>>,
    /// Refuse unless the rule is still at this version; it is in what `get`, `list` and every change of it answer.
    expected_version: Option<u64>,
}

impl Command for SetRuleNotification {
    const NAME: &'static str = "notifications.set_rule";
    const TITLE: &'static str = "Set the notification rule";
    const EXAMPLE: &'static str = r#"await app.notifications.setRule({ enabled: true, stockOut: true, viewIds: ["view_all"], recipientIds: ["rcp_buyer"] });"#;
    const IDEMPOTENT: bool = true;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (ErrorCode::PlanRequired, "it needs the plan `enhanced`"),
        (ErrorCode::NotFound, "a view or a recipient does not exist"),
        (ErrorCode::Conflict, "it is not at `expectedVersion`"),
        (
            ErrorCode::InvalidInput,
            "a rule that is on lacks a trigger, a view or a recipient",
        ),
    ];
    type Domain = Logistics;
    type Output = RuleItem;

    async fn run(self, _: &Context, db: &mut Writer) -> Result<RuleItem, OperationError> {
        found::needs(db.reader(), Plan::Enhanced, "the notification rule").await?;
        let before = db.reader().rule().await?;
        OperationError::check_version(self.expected_version, before.version, "the notification rule")?;
        let units = |patch: Patch<Units>, before: Option<i64>| match patch {
            Patch::Keep => before,
            Patch::Clear => None,
            Patch::Set(units) => Some(units.get()),
        };
        let is_long = |length: usize| length > 50;
        if self.view_ids.as_ref().map(Vec::len).is_some_and(is_long)
            || self.recipient_ids.as_ref().map(Vec::len).is_some_and(is_long)
        {
            return Err(OperationError::invalid_input(
                "a rule has at most 50 views and 50 recipients",
            ));
        }
        let views = match self.view_ids {
            Some(ids) => {
                for id in &ids {
                    found::view(db.reader(), id).await?;
                }
                ids
            }
            // A supplier's view goes when the supplier is archived. That must not keep the rule from being changed.
            None => still_there(db.reader(), &before.views).await?,
        };
        let rule = Rule {
            is_enabled: self.enabled.unwrap_or(before.is_enabled),
            stock_out: self.stock_out.unwrap_or(before.stock_out),
            threshold: units(self.threshold, before.threshold),
            days_before_reorder: units(self.days_before_reorder, before.days_before_reorder),
            views,
            recipients: self.recipient_ids.unwrap_or_else(|| before.recipients.clone()),
            version: before.version + 1,
        };
        if rule.days_before_reorder.is_some_and(|days| days > 365) {
            return Err(OperationError::invalid_input(
                "`daysBeforeReorder` is more than a year; give 365 at most",
            ));
        }
        found::check_recipients(db.reader(), &rule.recipients).await?;
        let missing = rule.missing();
        if rule.is_enabled && !missing.is_empty() {
            return Err(OperationError::invalid_input(format!(
                "a rule that is on needs a trigger, a view and a recipient; give it {}",
                missing.join(", ")
            )));
        }
        db.put_rule(&rule).await?;
        let (was, is) = differences(&before, &rule);
        db.record("notification_rule", "rule", ChangeAction::Updated, Some(was), Some(is));
        Ok(rule.into())
    }
}

/// Those of these views that the store has.
async fn still_there(db: &Reader, ids: &[ViewId]) -> Result<Vec<ViewId>, OperationError> {
    let mut there = Vec::with_capacity(ids.len());
    for id in ids {
        if db.view(id).await?.is_some() {
            there.push(id.clone());
        }
    }
    Ok(there)
}
