//! Whether a tenant pays, and whether that matters.

/// The state of a tenant's subscription, as the app last said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plan {
    /// Paid for.
    Active,
    /// Not paid for. Grants are kept and work again once it is active.
    Lapsed,
}

/// What a product asks of its tenants' plans.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlanRule {
    /// Every tenant is served.
    Free,
    /// Only a tenant whose plan is active is served.
    Subscription,
}

impl PlanRule {
    /// Whether a tenant with this plan is served.
    pub fn serves(self, plan: Plan) -> bool {
        self == Self::Free || plan == Plan::Active
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_subscription_product_minds_a_lapse() {
        assert!(PlanRule::Free.serves(Plan::Lapsed));
        assert!(PlanRule::Free.serves(Plan::Active));
        assert!(PlanRule::Subscription.serves(Plan::Active));
        assert!(!PlanRule::Subscription.serves(Plan::Lapsed));
    }
}
