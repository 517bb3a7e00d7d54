//! Credits that were written down by hand, and what of them is applied.

use chrono::{DateTime, Utc};

use super::tables::{Tables, cell, number};
use crate::{
    StorageError, Writer,
    model::{Application, Credit, CreditOrigin, Price},
    storage::Counter,
};

/// Adds the credits of the tables.
pub(super) async fn add_credits(db: &Writer, tables: &Tables, made: DateTime<Utc>) -> Result<(), StorageError> {
    let (application, credit_id, order, amount) = tables.application;
    for (id, supplier, value, currency) in tables.credits {
        let seq = db.next(Counter::Credit).await?;
        let mut credit = Credit {
            id: cell(id),
            seq,
            supplier: cell(supplier),
            memo_number: Counter::Credit.number(seq),
            amount: number(value),
            currency: cell(currency),
            remaining: number(value),
            origin: CreditOrigin::Manual,
            return_order: None,
            lines: Vec::new(),
            note: None,
            issued_at: made,
            voided_at: None,
        };
        let applied = number::<Price>(amount);
        if *id == credit_id {
            let left = credit.remaining.amount().minus(applied.amount());
            credit.remaining = left.price().expect("the demo's tables are well-formed");
        }
        db.add_credit(&credit).await?;
        if *id == credit_id {
            db.add_application(&Application {
                id: cell(application),
                credit: credit.id,
                order: cell(order),
                amount: applied,
                rate: None,
                value: applied,
                applied_at: made,
                reversed_at: None,
            })
            .await?;
        }
    }
    Ok(())
}
