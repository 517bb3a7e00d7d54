//! State machines: in which statuses an action is allowed, and how one is refused.
//!
//! Each kind of document has a status and an action, both enums. Which statuses allow an action is one table,
//! [`Action::allowed_from`]; nothing else decides it.

use serde_json::json;

use super::Refusal;

/// The status of a kind of document.
pub trait Status: Copy + PartialEq + 'static {
    /// What has it, such as `purchase order`.
    const WHAT: &'static str;
    /// Every status, in the order of a document's life.
    const ALL: &'static [Self];

    /// The name on the wire and in the database.
    fn as_str(self) -> &'static str;

    /// The one of this name.
    fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|status| status.as_str() == name)
    }
}

/// What can be done with a document.
pub trait Action<S: Status>: Copy + 'static {
    /// Every one.
    fn every() -> &'static [Self];

    /// Its name, as in the operation that does it.
    fn as_str(self) -> &'static str;

    /// The statuses that allow it.
    fn allowed_from(self) -> &'static [S];

    /// Checks it.
    ///
    /// # Errors
    /// When the status does not allow it; the text says which do.
    fn check(self, current: S) -> Result<(), WrongStatus> {
        if self.allowed_from().contains(&current) {
            return Ok(());
        }
        let possible = Self::every()
            .iter()
            .filter(|action| action.allowed_from().contains(&current))
            .map(|action| action.as_str())
            // Some actions are a part of an operation, and are named in words.
            .filter(|name| !name.contains(' '));
        Err(WrongStatus {
            what: S::WHAT,
            action: self.as_str(),
            current: current.as_str(),
            allowed: self.allowed_from().iter().map(|status| status.as_str()).collect(),
            possible: possible.collect(),
        })
    }
}

/// An action that the status does not allow.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this {what} is `{current}`, and `{action}` is allowed from {}", names(.allowed))]
pub struct WrongStatus {
    what: &'static str,
    action: &'static str,
    current: &'static str,
    allowed: Vec<&'static str>,
    /// What can be done instead.
    possible: Vec<&'static str>,
}

fn names(statuses: &[&'static str]) -> String {
    let names: Vec<String> = statuses.iter().map(|name| format!("`{name}`")).collect();
    match names.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
        None => "none".to_owned(),
    }
}

impl From<WrongStatus> for Refusal {
    fn from(wrong: WrongStatus) -> Self {
        let details = json!({
            "currentStatus": wrong.current, "allowedFrom": wrong.allowed, "action": wrong.action,
            "possibleNow": wrong.possible,
        });
        Self::state(wrong.to_string()).with(details)
    }
}

impl From<WrongStatus> for latchstring::OperationError {
    fn from(wrong: WrongStatus) -> Self {
        Refusal::from(wrong).into()
    }
}

/// An enum with names on the wire.
macro_rules! named {
    ($(#[$doc:meta])* $name:ident { $($(#[$of:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash,
            serde::Serialize, serde::Deserialize, schemars::JsonSchema,
        )]
        #[serde(rename_all = "snake_case")]
        #[schemars(inline)]
        pub enum $name {
            $($(#[$of])* $variant,)*
        }

        impl $name {
            /// Every one.
            pub const EVERY: &'static [Self] = &[$(Self::$variant,)*];

            /// The name on the wire and in the database.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)*
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

/// The same as a status.
macro_rules! statuses {
    ($what:literal, $(#[$doc:meta])* $name:ident { $($rest:tt)* }) => {
        $crate::model::status::named! { $(#[$doc])* $name { $($rest)* } }

        impl $crate::model::status::Status for $name {
            const WHAT: &'static str = $what;
            const ALL: &'static [Self] = Self::EVERY;

            fn as_str(self) -> &'static str {
                self.as_str()
            }
        }
    };
}

/// Actions, each with the statuses that allow it.
macro_rules! actions {
    ($status:ident, $(#[$doc:meta])* $name:ident { $($(#[$of:meta])* $variant:ident = $text:literal: [$($from:ident),*],)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name {
            $($(#[$of])* $variant,)*
        }

        impl $name {
            /// Every one.
            pub const EVERY: &'static [Self] = &[$(Self::$variant,)*];
        }

        impl $crate::model::status::Action<$status> for $name {
            fn every() -> &'static [Self] {
                Self::EVERY
            }

            fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)*
                }
            }

            fn allowed_from(self) -> &'static [$status] {
                match self {
                    $(Self::$variant => &[$($status::$from),*],)*
                }
            }
        }
    };
}

pub(crate) use {actions, named, statuses};

#[cfg(test)]
pub(crate) mod table {
    use super::{Action, Status};

    /// Walks every pair of a status and an action, and compares with a table: a line for each action, with its name and a
    /// mark for each status, `x` where it is allowed.
    pub(crate) fn walk<S: Status + std::fmt::Debug, A: Action<S>>(every: &[A], table: &str) {
        let mut rows = table.lines().map(str::trim).filter(|line| !line.is_empty());
        let head: Vec<&str> = rows.next().unwrap().split_whitespace().collect();
        let statuses: Vec<&str> = S::ALL.iter().map(|status| status.as_str()).collect();
        assert_eq!(head, statuses, "the table's head names every status");
        let rows: Vec<Vec<&str>> = rows.map(|line| line.split_whitespace().collect()).collect();
        assert_eq!(rows.len(), every.len(), "the table has a line for each action");
        for (row, action) in rows.iter().zip(every) {
            assert_eq!(row[0].replace('_', " "), action.as_str());
            assert_eq!(row.len(), statuses.len() + 1, "{}", row[0]);
            for (mark, status) in row[1..].iter().zip(S::ALL) {
                match (action.check(*status), *mark) {
                    (Ok(()), "x") => {}
                    (Err(wrong), "-") => {
                        let text = wrong.to_string();
                        assert!(text.contains(&format!("is `{}`", status.as_str())), "{text}");
                        for allowed in action.allowed_from() {
                            assert!(text.contains(&format!("`{}`", allowed.as_str())), "{text}");
                        }
                        for other in every {
                            let is_possible = other.check(*status).is_ok() && !other.as_str().contains(' ');
                            let name = other.as_str();
                            assert_eq!(wrong.possible.contains(&name), is_possible, "{name} in {status:?}");
                        }
                    }
                    (is, mark) => panic!("{} from {status:?}: {is:?}, and the table says `{mark}`", row[0]),
                }
            }
        }
    }
}
