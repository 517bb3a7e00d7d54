//! `reports.list`

use latchstring::{Context, OperationError, Query};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::operations::shared::paging::Listed;
use crate::operations::shared::reports::ReportItem;
use crate::{Logistics, Reader};

/// Lists the reports that go out by the clock, by name.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ListReport {}

impl Query for ListReport {
    const NAME: &'static str = "reports.list";
    const TITLE: &'static str = "List reports";
    const EXAMPLE: &'static str = "const { items } = await app.reports.list({});";
    type Domain = Logistics;
    type Output = Listed<ReportItem>;

    async fn run(self, _: &Context, db: &mut Reader) -> Result<Listed<ReportItem>, OperationError> {
        Ok(Listed::whole(
            db.reports().await?.into_iter().map(ReportItem::from).collect(),
        ))
    }
}
