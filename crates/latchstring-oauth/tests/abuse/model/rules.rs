//! The model: which code was made when, what became of it, and who holds what.

/// Seconds. What is spent remembers when.
#[derive(Debug, Default)]
pub(super) struct Model {
    pub(super) now: u32,
    /// Which installation this is; `None` while there is none.
    pub(super) installation: Option<u32>,
    pub(super) installations: u32,
    pub(super) is_paid: bool,
    pub(super) codes: Vec<Code>,
    pub(super) grants: Vec<Grant>,
    pub(super) authorizations: Vec<OneTime>,
    pub(super) tokens: Vec<OneTime>,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Code {
    pub(super) made: u32,
    pub(super) installation: u32,
    pub(super) is_spent: bool,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Grant {
    pub(super) installation: u32,
    pub(super) is_revoked: bool,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct OneTime {
    pub(super) grant: usize,
    pub(super) made: u32,
    pub(super) spent: Option<u32>,
    pub(super) successor: Option<usize>,
}

impl Model {
    pub(super) fn is_live(&self, code: usize) -> bool {
        let Code {
            made,
            installation,
            is_spent,
        } = self.codes[code];
        !is_spent && self.now - made < 600 && self.installation == Some(installation)
    }

    pub(super) fn may_mint(&self) -> bool {
        let live = (0..self.codes.len()).filter(|code| self.is_live(*code)).count();
        self.installation.is_some() && self.is_paid && live < 3
    }

    pub(super) fn may_redeem(&self, code: usize) -> bool {
        self.is_live(code) && self.is_paid
    }

    pub(super) fn stands(&self, grant: usize) -> bool {
        !self.grants[grant].is_revoked && self.installation == Some(self.grants[grant].installation)
    }

    pub(super) fn new_token(&mut self, grant: usize) -> usize {
        self.tokens.push(OneTime {
            grant,
            made: self.now,
            spent: None,
            successor: None,
        });
        self.tokens.len() - 1
    }

    /// Whether there are new tokens for it.
    pub(super) fn exchange(&mut self, at: usize) -> bool {
        let OneTime { grant, made, spent, .. } = self.authorizations[at];
        let is_good = spent.is_none() && self.now - made < 60 && self.stands(grant);
        if is_good {
            self.authorizations[at].spent = Some(self.now);
            self.new_token(grant);
        } else if spent.is_some_and(|spent| self.now - spent >= 30) {
            self.grants[grant].is_revoked = true;
        }
        is_good
    }

    /// Which tokens there are for it: new ones, or those it was spent on.
    pub(super) fn refresh(&mut self, at: usize) -> Option<usize> {
        let OneTime {
            grant,
            made,
            spent,
            successor,
        } = self.tokens[at];
        let Some(spent) = spent else {
            let is_good = self.now - made < 90 * 86_400 && self.stands(grant);
            return is_good.then(|| {
                let new = self.new_token(grant);
                (self.tokens[at].spent, self.tokens[at].successor) = (Some(self.now), Some(new));
                new
            });
        };
        let is_unspent = successor.is_some_and(|next| self.tokens[next].spent.is_none());
        if self.now - spent < 60 && is_unspent && self.stands(grant) {
            return successor;
        }
        self.grants[grant].is_revoked = true;
        None
    }

    pub(super) fn call(&self, at: usize) -> u16 {
        let OneTime { grant, made, .. } = self.tokens[at];
        match self.stands(grant) && self.now - made < 3600 {
            true if self.is_paid => 200,
            true => 403,
            false => 401,
        }
    }
}
