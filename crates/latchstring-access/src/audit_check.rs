//! Does a tenant's audit trail still say what was written down?

use std::collections::HashSet;

use latchstring_core::{RequestId, TenantId};
use sha2::{Digest, Sha256};

use crate::{AccessStore, AuditEntry, AuditKey, AuditLink, AuditQuery, StoreError};

/// How many calls are in memory at once, with all that they changed.
const PAGE: u32 = 200;

/// More faults than this say nothing new.
const MOST_FAULTS: usize = 100;

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditCheck {
    /// How many calls were checked.
    pub calls: u64,
    /// How many calls are in no chain. Those that were written down before there was one are, and nothing can be said of
    /// them; so is what somebody put in, or took out of the chain.
    pub unchained: u64,
    /// The last link, to be noted elsewhere.
    pub head: Option<AuditLink>,
    /// What is wrong, the latest first; of those that single calls may have, a hundred at most. Empty when all is well.
    pub faults: Vec<AuditFault>,
}

/// Something that is wrong with an audit trail.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AuditFault {
    /// The call, its link or the one before it is not what it was.
    #[error("call {position} ({request}) was altered, or the link before it was")]
    Altered {
        /// Its place.
        position: u64,
        /// Its id.
        request: RequestId,
    },
    /// Calls are gone.
    #[error("calls {first} to {last} are missing")]
    Missing {
        /// The first of them.
        first: u64,
        /// The last of them.
        last: u64,
    },
    /// A call among linked ones is not linked itself.
    #[error("the call {request} is not part of the chain, though there was one when it was written down")]
    PutIn {
        /// Its id.
        request: RequestId,
    },
    /// There are calls below the chain, and not as many as are known to be older than it.
    #[error("{found} calls are in no chain, and {known} are known to be older than it")]
    Unchained {
        /// How many there are.
        found: u64,
        /// How many there should be.
        known: u64,
    },
    /// There are calls after the end of the chain, or no end was kept.
    #[error("the end of the chain that was kept is not that of its last call, {position} ({request})")]
    WrongHead {
        /// The place of the last call.
        position: u64,
        /// Its id.
        request: RequestId,
    },
    /// It was made under an entry that the key ring no longer has.
    #[error("call {position} ({request}) cannot be checked: the key ring has no entry `{key_id}`")]
    UnknownKey {
        /// Its place.
        position: u64,
        /// Its id.
        request: RequestId,
        /// The entry.
        key_id: String,
    },
    /// The program that is kept is not the one that was sent.
    #[error("the program of the call {request} was altered or is gone")]
    ProgramAltered {
        /// The call's id.
        request: RequestId,
    },
    /// The chain does not go through the head that was noted.
    #[error("the trail does not contain the head that was noted for call {position}; it was cut, or written anew")]
    NotAsNoted {
        /// Its place.
        position: u64,
    },
}

/// Reads the whole trail, latest first, a page at a time.
pub(crate) async fn check(
    store: &dyn AccessStore,
    keys: &[AuditKey],
    tenant: TenantId,
    noted: Option<&AuditLink>,
    known_unchained: u64,
) -> Result<AuditCheck, StoreError> {
    let head = store.audit_head(tenant).await?;
    let mut query = AuditQuery::latest(PAGE);
    let mut page = store.read_audit(tenant, &query).await?;
    let mut checking = Checking {
        keys,
        has_moved_on: has_moved_on(store, tenant, &page).await?,
        head,
        noted: noted.cloned(),
        successor: None,
        has_seen_programs: HashSet::new(),
        calls: 0,
        unchained: 0,
        faults: Vec::new(),
    };
    while let Some(last) = page.last() {
        query.before = Some(last.seq);
        for entry in page {
            if let Some(request) = checking.new_program(&entry) {
                let found = store.find_audit(tenant, request).await?;
                checking.program(&entry, found.and_then(|(_, source)| source));
            }
            checking.next(entry);
        }
        page = store.read_audit(tenant, &query).await?;
    }
    Ok(checking.finish(known_unchained))
}

/// Whether calls that came after the head was read have moved it on: a call and the head that it makes become visible at
/// once, so the head is never behind the calls that were read before it.
async fn has_moved_on(store: &dyn AccessStore, tenant: TenantId, page: &[AuditEntry]) -> Result<bool, StoreError> {
    let position = |link: &Option<AuditLink>| link.as_ref().map_or(0, |link| link.position);
    let last = page.iter().map(|entry| position(&entry.link)).max().unwrap_or(0);
    Ok(position(&store.audit_head(tenant).await?) >= last)
}

struct Checking<'a> {
    keys: &'a [AuditKey],
    head: Option<AuditLink>,
    has_moved_on: bool,
    noted: Option<AuditLink>,
    /// The call that was read last, whose predecessor is awaited.
    successor: Option<(AuditEntry, AuditLink)>,
    has_seen_programs: HashSet<String>,
    calls: u64,
    unchained: u64,
    faults: Vec<AuditFault>,
}

impl Checking<'_> {
    /// Faults that there may be one of for each call: beyond some they say nothing new.
    fn fault(&mut self, fault: AuditFault) {
        if self.faults.len() < MOST_FAULTS {
            self.faults.push(fault);
        }
    }

    /// A fault of the trail as a whole is told however many others there are.
    fn fault_always(&mut self, fault: AuditFault) {
        self.faults.push(fault);
    }

    /// The request to look a program up by that was not seen before.
    fn new_program(&mut self, entry: &AuditEntry) -> Option<RequestId> {
        let sha256 = entry.program_sha256.as_ref().filter(|_| entry.program_kept)?;
        self.has_seen_programs.insert(sha256.clone()).then_some(entry.request)
    }

    /// The source that was kept is there, and is what was sent.
    fn program(&mut self, entry: &AuditEntry, source: Option<String>) {
        let hash = |source: String| {
            let digest = Sha256::digest(source.as_bytes());
            digest
                .iter()
                .fold(String::with_capacity(64), |hex, byte| hex + &format!("{byte:02x}"))
        };
        if source.map(hash) != entry.program_sha256 {
            self.fault(AuditFault::ProgramAltered { request: entry.request });
        }
    }

    fn next(&mut self, entry: AuditEntry) {
        let Some(link) = entry.link.clone() else {
            let starts_here = self.successor.as_ref().is_none_or(|(_, link)| link.position == 1);
            if self.successor.is_some() && !starts_here || self.successor.is_none() && self.head.is_some() {
                self.fault(AuditFault::PutIn { request: entry.request });
            } else {
                self.unchained += 1;
            }
            return;
        };
        match self.successor.take() {
            None => self.top(&entry, &link),
            Some((successor, after)) => self.pair(&successor, &after, Some(&link)),
        }
        if let Some(head) = self.head.clone().filter(|head| head.position == link.position)
            && head != link
        {
            self.fault_always(AuditFault::WrongHead {
                position: link.position,
                request: entry.request,
            });
        }
        if let Some(noted) = self.noted.take_if(|noted| noted.position == link.position)
            && noted.mac != link.mac
        {
            self.fault_always(AuditFault::NotAsNoted {
                position: noted.position,
            });
        }
        self.calls += 1;
        self.successor = Some((entry, link));
    }

    /// The latest call is what the head says, or came after it.
    fn top(&mut self, entry: &AuditEntry, link: &AuditLink) {
        let head = self.head.as_ref().map_or(0, |head| head.position);
        if head > link.position {
            self.fault(AuditFault::Missing {
                first: link.position + 1,
                last: head,
            });
        } else if head < link.position && !self.has_moved_on {
            self.fault_always(AuditFault::WrongHead {
                position: link.position,
                request: entry.request,
            });
        }
    }

    /// A call fits the one before it.
    fn pair(&mut self, entry: &AuditEntry, link: &AuditLink, previous: Option<&AuditLink>) {
        let (position, request) = (link.position, entry.request);
        let before = previous.map_or(0, |previous| previous.position);
        if before + 1 < position {
            // Whether this one is whole cannot be told without them.
            self.fault(AuditFault::Missing {
                first: before + 1,
                last: position - 1,
            });
            return;
        }
        match self.keys.iter().find(|key| key.id() == link.key_id) {
            None => self.fault(AuditFault::UnknownKey {
                position,
                request,
                key_id: link.key_id.clone(),
            }),
            Some(key) if key.link(previous, entry) != *link => self.fault(AuditFault::Altered { position, request }),
            Some(_) => {}
        }
    }

    fn finish(mut self, known_unchained: u64) -> AuditCheck {
        match self.successor.take() {
            Some((entry, link)) => self.pair(&entry, &link, None),
            None => {
                if let Some(head) = &self.head {
                    let last = head.position;
                    self.fault(AuditFault::Missing { first: 1, last });
                }
            }
        }
        if self.unchained != known_unchained {
            self.fault_always(AuditFault::Unchained {
                found: self.unchained,
                known: known_unchained,
            });
        }
        if let Some(noted) = self.noted.take() {
            self.fault_always(AuditFault::NotAsNoted {
                position: noted.position,
            });
        }
        AuditCheck {
            calls: self.calls,
            unchained: self.unchained,
            head: self.head,
            faults: self.faults,
        }
    }
}
