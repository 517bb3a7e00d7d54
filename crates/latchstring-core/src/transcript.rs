//! What a session saw and did, as one number.
//!
//! Two sessions that did the same, were answered the same and changed the same have the same digest, whenever they were.
//! So whoever has the digest of a dry run knows whether its commit is what was reviewed.

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use crate::{Change, Json, OperationError};

/// The calls of a session so far, with their answers and changes.
pub(crate) struct Transcript {
    hash: Sha256,
    /// The session's own moment, as answers tell it.
    now: String,
}

impl Transcript {
    /// No calls yet, in a session of this moment.
    pub(crate) fn new(now: DateTime<Utc>) -> Self {
        Self {
            hash: Sha256::new(),
            now: serde_json::json!(now).as_str().unwrap_or_default().to_owned(),
        }
    }

    /// One call more.
    pub(crate) fn call(
        &mut self,
        path: &str,
        arguments: &str,
        result: &Result<Json, OperationError>,
        changes: &[Change],
    ) {
        self.piece(path);
        self.piece(arguments);
        match result {
            Ok(json) => self.piece(json.get()),
            Err(error) => {
                self.piece(error.code().as_str());
                self.piece(error.message());
                self.piece(&serde_json::json!(error.details()).to_string());
            }
        }
        self.piece(&serde_json::json!(changes).to_string());
    }

    /// The number.
    pub(crate) fn digest(&self) -> [u8; 32] {
        self.hash.clone().finalize().into()
    }

    /// Adds text, in which the session's own moment counts as the same as any other's.
    fn piece(&mut self, text: &str) {
        let text = text.replace(&self.now, "now");
        self.hash.update((text.len() as u64).to_le_bytes());
        self.hash.update(text);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{json, value::to_raw_value};

    use super::*;
    use crate::{ChangeAction, ErrorCode};

    fn moment(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(second, 123_456_000).unwrap()
    }

    type Call<'a> = (&'a str, &'a str, Result<serde_json::Value, OperationError>, Vec<Change>);

    fn digest(now: DateTime<Utc>, calls: Vec<Call<'_>>) -> [u8; 32] {
        let mut transcript = Transcript::new(now);
        for (path, arguments, result, changes) in calls {
            let result = result.map(|value| to_raw_value(&value).unwrap());
            transcript.call(path, arguments, &result, &changes);
        }
        transcript.digest()
    }

    fn change(after: i64) -> Change {
        Change {
            entity: "note".to_owned(),
            id: "1".to_owned(),
            action: ChangeAction::Updated,
            before: None,
            after: Some(json!({ "count": after })),
        }
    }

    #[test]
    fn all_that_happens_counts_and_when_it_happens_does_not() {
        let told = |now: DateTime<Utc>| json!({ "name": "a", "updatedAt": now });
        let one = |now| digest(now, vec![("notes.get", "{}", Ok(told(now)), vec![])]);
        assert_eq!(one(moment(1)), one(moment(2)));
        let refused = |message: &str| Err(OperationError::new(ErrorCode::Conflict, message.to_owned()));
        let all = [
            one(moment(1)),
            digest(moment(1), vec![("notes.get", "{}", Ok(told(moment(2))), vec![])]),
            digest(moment(1), vec![("notes.got", "{}", Ok(told(moment(1))), vec![])]),
            digest(moment(1), vec![("notes.get", "{ }", Ok(told(moment(1))), vec![])]),
            digest(
                moment(1),
                vec![("notes.get", "{}", Ok(told(moment(1))), vec![change(1)])],
            ),
            digest(
                moment(1),
                vec![("notes.get", "{}", Ok(told(moment(1))), vec![change(2)])],
            ),
            digest(moment(1), vec![("notes.get", "{}", refused("no"), vec![])]),
            digest(moment(1), vec![("notes.get", "{}", refused("never"), vec![])]),
            digest(moment(1), vec![]),
        ];
        for (at, digest) in all.iter().enumerate() {
            assert!(!all[..at].contains(digest), "{at} is the same as one before it");
        }
    }

    #[test]
    fn what_is_between_two_pieces_cannot_be_moved() {
        let one = digest(moment(1), vec![("ab", "c", Ok(json!(1)), vec![])]);
        let other = digest(moment(1), vec![("a", "bc", Ok(json!(1)), vec![])]);
        assert_ne!(one, other);
    }
}
