//! `notifications.get_rule`

use latchstring::{Context, OperationError, Query};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::notify::Rule;
use crate::model::{RecipientId, ViewId};
use crate::{Logistics, Reader};

/// Shows when people are told that stock runs low, and who. A store has one rule; where it was never set, it is off.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct GetRuleNotification {}

/// When people are told that stock runs low.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RuleItem {
    enabled: bool,
    /// Whether to tell when something is sold out.
    stock_out: bool,
    /// Tell when so many or fewer are on hand.
    threshold: Option<i64>,
    /// Tell so many days before something should be ordered.
    days_before_reorder: Option<i64>,
    /// Of what: what these views show.
    view_ids: Vec<ViewId>,
    recipient_ids: Vec<RecipientId>,
    /// How often it has changed; 0: it was never set.
    version: u64,
}

impl From<Rule> for RuleItem {
    fn from(rule: Rule) -> Self {
        Self {
            enabled: rule.is_enabled,
            stock_out: rule.stock_out,
            threshold: rule.threshold,
            days_before_reorder: rule.days_before_reorder,
            view_ids: rule.views,
            recipient_ids: rule.recipients,
            version: rule.version,
        }
    }
}

impl Query for GetRuleNotification {
    const NAME: &'static str = "notifications.get_rule";
    const TITLE: &'static str = "Get the notification rule";
    const EXAMPLE: &'static str = "const rule = await app.notifications.getRule({});";
    type Domain = Logistics;
    type Output = RuleItem;

    async fn run(self, _: &Context, db: &mut Reader) -> Result<RuleItem, OperationError> {
        Ok(db.rule().await?.into())
    }
}
