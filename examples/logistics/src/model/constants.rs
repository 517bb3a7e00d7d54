//! Reorder rules: how much of a variant should be kept, by hand. They are shown and used to fill up to a level; the
//! forecast does not read them.

use std::collections::BTreeMap;

use super::{LocationId, Refusal, VariantId};

/// For what a rule is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConstantsKey {
    /// Of what.
    pub variant: VariantId,
    /// Where; `None`: at every location without a rule of its own.
    pub location: Option<LocationId>,
}

/// The numbers of a rule; `None`: not said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Constants {
    /// Keep at least this many.
    pub min: Option<i64>,
    /// Keep no more than this many.
    pub max: Option<i64>,
    /// Fill up to this many.
    pub target: Option<i64>,
    /// Order at this many.
    pub static_reorder_point: Option<i64>,
}

impl Constants {
    /// Whether nothing is said.
    pub fn is_empty(self) -> bool {
        self == Self::default()
    }

    /// Checks that the numbers go together.
    ///
    /// # Errors
    /// When one lies outside of where the others let it lie.
    pub fn checked(self) -> Result<Self, Refusal> {
        let pairs = [
            ("min", self.min, "max", self.max),
            ("min", self.min, "target", self.target),
            ("target", self.target, "max", self.max),
            ("min", self.min, "staticReorderPoint", self.static_reorder_point),
            ("staticReorderPoint", self.static_reorder_point, "max", self.max),
        ];
        for (low, below, high, above) in pairs {
            if let (Some(below), Some(above)) = (below, above)
                && below > above
            {
                return Err(Refusal::input(format!(
                    "`{low}` would be {below} and `{high}` {above}; `{low}` may not be more than `{high}`, so change both in \
                     one call, or clear one with null"
                )));
            }
        }
        Ok(self)
    }

    /// Checks that the numbers also go together with the other rules of their variant: at a location its own rule and the one
    /// for every location hold as one. `others` may have what this rule was before.
    ///
    /// # Errors
    /// When at some location they would not; says at which.
    pub fn beside(
        self,
        location: Option<&LocationId>,
        others: &BTreeMap<Option<LocationId>, Self>,
    ) -> Result<Self, Refusal> {
        let together = |own: Self, all: Self, at: &LocationId| {
            own.over(all).checked().map_err(|refusal| {
                refusal.also(format!(
                    "at location `{at}` its own rule and the one for every location hold together; see both with \
                     `app.variantConstants.list({{ variantIds: [...] }})`"
                ))
            })
        };
        if let Some(at) = location {
            together(self, others.get(&None).copied().unwrap_or_default(), at)?;
        } else {
            for (at, own) in others {
                if let Some(at) = at {
                    together(*own, self, at)?;
                }
            }
        }
        Ok(self)
    }

    /// What holds at a location: its own rule's numbers, and where it says nothing those of the rule for all.
    #[must_use]
    pub fn over(self, all: Self) -> Self {
        Self {
            min: self.min.or(all.min),
            max: self.max.or(all.max),
            target: self.target.or(all.target),
            static_reorder_point: self.static_reorder_point.or(all.static_reorder_point),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(min: Option<i64>, target: Option<i64>, max: Option<i64>, point: Option<i64>) -> Constants {
        Constants {
            min,
            max,
            target,
            static_reorder_point: point,
        }
    }

    #[test]
    fn numbers_stand_in_their_order() {
        assert!(rule(Some(1), Some(2), Some(3), Some(2)).checked().is_ok());
        assert!(rule(Some(2), Some(2), Some(2), Some(2)).checked().is_ok());
        assert!(rule(None, None, Some(3), Some(3)).checked().is_ok());
        for wrong in [
            rule(Some(4), None, Some(3), None),
            rule(Some(4), Some(3), None, None),
            rule(None, Some(4), Some(3), None),
            rule(Some(4), None, None, Some(3)),
            rule(None, None, Some(3), Some(4)),
        ] {
            let text = wrong.checked().unwrap_err().to_string();
            assert!(text.contains("would be 4") && text.contains('3'), "{text}");
        }
    }

    #[test]
    fn the_rules_of_a_variant_go_together_at_each_location() {
        let at: LocationId = "a".to_owned().try_into().unwrap();
        let all = rule(None, None, Some(10), None);
        let others = BTreeMap::from([(None, all), (Some(at.clone()), rule(Some(8), None, None, None))]);
        assert!(rule(Some(10), None, None, None).beside(Some(&at), &others).is_ok());
        let refused = rule(Some(11), None, None, None)
            .beside(Some(&at), &others)
            .unwrap_err()
            .to_string();
        assert!(
            refused.contains("`min` would be 11") && refused.contains("location `a`"),
            "{refused}"
        );
        assert!(rule(Some(11), None, Some(12), None).beside(Some(&at), &others).is_ok());
        assert!(rule(None, None, Some(7), None).beside(None, &others).is_err());
        assert!(rule(None, None, Some(8), None).beside(None, &others).is_ok());
    }

    #[test]
    fn a_location_has_the_last_word() {
        let here = rule(Some(5), None, None, None);
        let all = rule(Some(1), Some(9), None, None);
        assert_eq!(here.over(all), rule(Some(5), Some(9), None, None));
    }
}
