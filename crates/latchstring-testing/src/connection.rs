//! A connected app: the tokens it has, and what a person could revoke.

use latchstring::{GrantId, TenantId};

use crate::{Agent, ChatApp, Tokens};

/// An app that was let in.
#[derive(Clone)]
pub struct Connection {
    /// The app.
    pub chat: ChatApp,
    /// Its first tokens.
    pub tokens: Tokens,
    /// Whose data it sees.
    pub tenant: TenantId,
    /// Its row in the list of connected apps.
    pub grant: GrantId,
}

impl Connection {
    /// The app at work.
    pub fn agent(&self) -> Agent {
        self.chat.agent(&self.tokens.access)
    }
}
