//! What is rare among the rows of a store, written as in the index of it: a database that is given the zero as a parameter
//! cannot know that the index has them all.

use sea_orm::sea_query::{Expr, SimpleExpr};

/// Lines of orders that have something on its way.
pub(super) fn is_on_the_way() -> SimpleExpr {
    Expr::cust("incoming <> 0")
}

/// Levels that are below zero.
pub(super) fn is_below_zero() -> SimpleExpr {
    Expr::cust("(on_hand < 0 OR available < 0)")
}
