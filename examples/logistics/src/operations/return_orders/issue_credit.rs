//! `return_orders.issue_credit`

use latchstring::{ChangeAction, Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::model::returning::{CreditStatus, ReturnAction};
use crate::model::{Amount, CreditId, CreditOrigin, LineId, Note, Price, Refusal, ReturnOrder, ReturnOrderId};
use crate::operations::shared::found;
use crate::operations::shared::paging::up_to;
use crate::operations::shared::returns::{ReturnOrderItem, needs_elevate, show_return};
use crate::operations::shared::settle::{Done, Negative, settle_return};
use crate::operations::shared::suppliers::{CreditItem, NewCredit};
use crate::storage::Counter;
use crate::{Logistics, Writer};

/// Writes down what the supplier credits for a return, in its currency. `line`: one line, once the supplier has the
/// units; `individual`: a credit for each line that is named; `grouped`: one credit for all lines that are not
/// credited yet.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct IssueCreditReturnOrder {
    /// The return's id, from `app.returnOrders.list({ search })`.
    return_order_id: ReturnOrderId,
    /// How.
    mode: CreditMode,
    /// The lines, with `line` one and with `individual` 1 to 500; not with `grouped`.
    lines: Option<Vec<CreditedLine>>,
    /// How much altogether, with `grouped` only; what the lines cost if left out.
    amount: Option<Price>,
    /// Whether more may be credited than the lines cost; false if left out.
    allow_exceed: Option<bool>,
    /// Notes, at most 5000 characters.
    note: Option<Note>,
    /// Refuse unless the return is still at this version; it is in what `get`, `list` and every change of it answer.
    expected_version: Option<u64>,
}

/// How a return is credited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub(crate) enum CreditMode {
    /// One line.
    Line,
    /// A credit for each line that is named.
    Individual,
    /// One credit for all lines.
    Grouped,
}

/// A line that is credited.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct CreditedLine {
    /// The line's id, from `app.returnOrders.lineItems({ returnOrderId })`.
    line_id: LineId,
    /// How much, as a decimal string; what the line cost if left out.
    amount: Option<Price>,
}

/// What was issued.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct CreditsIssued {
    credits: Vec<CreditItem>,
    /// The return, as it is now.
    order: ReturnOrderItem,
}

/// For each credit its lines, and how much is for each.
type Parts = Vec<Vec<(LineId, Price)>>;

fn parts(
    order: &ReturnOrder,
    mode: CreditMode,
    lines: Option<Vec<CreditedLine>>,
    amount: Option<Price>,
    may_exceed: bool,
) -> Result<Parts, OperationError> {
    match mode {
        CreditMode::Line | CreditMode::Individual => {
            if mode == CreditMode::Line {
                order.check(ReturnAction::CreditLine).map_err(|wrong| {
                    Refusal::from(wrong).also("`mode: \"individual\"` credits lines in every status")
                })?;
            }
            let lines = lines.unwrap_or_default();
            up_to(if mode == CreditMode::Line { 1 } else { 500 }, "lines", lines.len())?;
            if amount.is_some() {
                return Err(OperationError::invalid_input(
                    "`amount` goes with `grouped`; give each line its own `amount`",
                ));
            }
            for (at, line) in lines.iter().enumerate() {
                if lines[..at].iter().any(|other| other.line_id == line.line_id) {
                    return Err(OperationError::invalid_input(format!(
                        "line `{}` is named twice; name it once",
                        line.line_id
                    )));
                }
            }
            let part = |given: CreditedLine| {
                let line = order.line(&given.line_id)?;
                let value = line.value();
                let amount = given.amount.or_else(|| value.price()).unwrap_or(Price::ZERO);
                check_amount(amount, value, &format!("line `{}`", line.id), may_exceed)?;
                Ok(vec![(given.line_id, amount)])
            };
            lines.into_iter().map(part).collect()
        }
        CreditMode::Grouped => {
            if lines.is_some() {
                return Err(OperationError::invalid_input(
                    "`grouped` is for all lines; leave `lines` out",
                ));
            }
            let open: Vec<_> = order
                .lines
                .iter()
                .filter(|line| line.credit_status != CreditStatus::Issued)
                .collect();
            if order.lines.is_empty() {
                return Err(Refusal::input(
                    "the return has no lines, so there is nothing to credit; add some with `app.returnOrders.addLines`",
                )
                .into());
            }
            if open.is_empty() {
                return Err(Refusal::conflict(format!(
                    "every line is credited already, with {} {} altogether; to credit one anew, void its credit first with \
                     `app.returnOrders.voidCredit`",
                    order.total_credit(),
                    order.currency
                ))
                .into());
            }
            let value: Amount = open.iter().map(|line| line.value()).sum();
            let amount = amount.or_else(|| value.price()).unwrap_or(Price::ZERO);
            check_amount(amount, value, "the lines", may_exceed)?;
            // Each line gets its own value as long as there is enough; the last one gets what is left.
            let mut left = amount.amount();
            let mut part = Vec::with_capacity(open.len());
            for (at, line) in open.iter().enumerate() {
                let is_last = at + 1 == open.len();
                let own = if is_last { left } else { line.value().min(left) };
                left = left.minus(own);
                part.push((line.id.clone(), own.price().unwrap_or(Price::ZERO)));
            }
            Ok(vec![part])
        }
    }
}

fn check_amount(amount: Price, value: Amount, of: &str, may_exceed: bool) -> Result<(), OperationError> {
    if amount == Price::ZERO {
        return Err(OperationError::invalid_input(format!(
            "the credit for {of} would be of nothing; say with `amount` how much it is"
        )));
    }
    if amount.amount() > value && !may_exceed {
        return Err(OperationError::invalid_input(format!(
            "{of} cost {value}, which is less than {amount}; credit that much at most, or pass `allowExceed: true`"
        )));
    }
    Ok(())
}

impl Command for IssueCreditReturnOrder {
    const NAME: &'static str = "return_orders.issue_credit";
    const TITLE: &'static str = "Write a credit down";
    const EXAMPLE: &'static str =
        r#"await app.returnOrders.issueCredit({ returnOrderId: "rma_1006", mode: "grouped" });"#;
    const DESTRUCTIVE: bool = false;
    const REPLAYABLE: bool = true;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (ErrorCode::NotFound, "the store has no such return order"),
        (ErrorCode::PlanRequired, "it needs the plan `elevate`"),
        (
            ErrorCode::InvalidState,
            "its status does not allow it with `line`; `details.allowedFrom` says which do",
        ),
        (
            ErrorCode::Conflict,
            "a line is credited already, or it is not at `expectedVersion`",
        ),
        (
            ErrorCode::InvalidInput,
            "nothing is credited, or more than a line costs",
        ),
    ];
    type Domain = Logistics;
    type Output = CreditsIssued;

    async fn run(self, cx: &Context, db: &mut Writer) -> Result<CreditsIssued, OperationError> {
        needs_elevate(db.reader()).await?;
        let before = found::return_order(db.reader(), &self.return_order_id, self.expected_version).await?;
        let mut order = before.clone();
        let parts = parts(
            &order,
            self.mode,
            self.lines,
            self.amount,
            self.allow_exceed.unwrap_or_default(),
        )?;
        let note = self.note.map(String::from);
        // Everything is checked before the first memo number is used up.
        let mut amounts = Vec::with_capacity(parts.len());
        let mut tried = order.clone();
        let probe = CreditId::new(cx.new_uuid());
        for part in &parts {
            let amount: Amount = part.iter().map(|(_, amount)| amount.amount()).sum();
            let amount = amount.price().filter(|amount| *amount > Price::ZERO);
            amounts.push(amount.ok_or_else(|| {
                OperationError::invalid_input(
                    "the credit would be of nothing, or of more than can be entered; say how much it is",
                )
            })?);
            tried.credit(&probe, part)?;
        }
        let mut credits = Vec::new();
        for (part, amount) in parts.iter().zip(amounts) {
            let new = NewCredit {
                supplier: order.supplier.clone(),
                amount,
                currency: order.currency.clone(),
                origin: CreditOrigin::Rma,
                return_order: Some(order.id.clone()),
                lines: part.iter().map(|(id, _)| id.clone()).collect(),
                note: note.clone(),
            };
            let credit = new.issued(cx, db.next(Counter::Credit).await?);
            order.credit(&credit.id, part)?;
            credits.push(credit);
        }
        for credit in &credits {
            db.add_credit(credit).await?;
            let after = serde_json::to_value(credit).map_err(OperationError::internal)?;
            db.record("credit", credit.id.clone(), ChangeAction::Created, None, Some(after));
        }
        let ids: Vec<&CreditId> = credits.iter().map(|credit| &credit.id).collect();
        let done = Done::with("issueCredit", json!({ "creditIds": ids }));
        let order = settle_return(cx, db, &before, order, Negative::Allowed, done).await?;
        Ok(CreditsIssued {
            credits: credits.iter().map(CreditItem::from).collect(),
            order: show_return(db.reader(), order).await?,
        })
    }
}
