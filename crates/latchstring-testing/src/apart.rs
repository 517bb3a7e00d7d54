//! Two stores, one database: neither can see, name or change anything of the other.
//!
//! What is tried is taken from the schemas of all operations, so a new one is tried without a word about it. A product says
//! what its ids name and which are whose ([`Apart`]); what has to hold is the same for every product.

mod kind;
mod places;

use std::collections::BTreeSet;

use latchstring::{Effect, ErrorCode, Operation, OperationError, Scope, TenantId};
use serde_json::{Map, Value, json};

use crate::{
    Stores,
    examples::{arguments, takes},
};
pub use kind::Kind;
use places::Place;

/// What a product's ids name, and what its two demo stores hold.
#[derive(Debug, Clone, Copy)]
pub struct Apart {
    /// What ids name.
    pub kinds: &'static [Kind],
    /// The fields of text that are no ids. A field that is in neither list is refused, so that a new one gets into one.
    pub texts: &'static [&'static str],
    /// Where a call has one field or another: an operation, the field that is tried, one of ours for it, and the field that
    /// has to go.
    pub instead: &'static [(&'static str, &'static str, &'static str, &'static str)],
    /// Where an id that nobody has is no mistake, since it may be of something that is gone or only narrows a list: an
    /// operation and the field. The answer then has no items.
    pub may_be_gone: &'static [(&'static str, &'static str)],
    /// Where a call with an id that is not ours is refused before the id is looked at, because it would be a change that is not
    /// allowed: an operation and the field.
    pub refused_before: &'static [(&'static str, &'static str)],
    /// The columns of tables that hold ids and other words of a store, with `, ` between them.
    pub words: &'static [(&'static str, &'static str)],
    /// The column that says whose a row is.
    pub owner: &'static str,
    /// What makes the answers of a query as large as they can be: fields and values.
    pub largest: &'static [(&'static str, Largest)],
    /// What somebody would look for who knows what the second store has.
    pub searched: &'static [&'static str],
}

/// A value of [`Apart::largest`].
#[derive(Debug, Clone, Copy)]
pub enum Largest {
    /// A switch that is on.
    On,
    /// So many items.
    Items(u32),
}

/// What was tried with ids of the second store.
#[derive(Debug, Default)]
pub struct Tried {
    /// How many ids in how many places.
    pub ids: usize,
    /// Of these, how many in calls that an id of ours makes valid. They were refused for that id and nothing else.
    pub in_valid_calls: usize,
    /// The places where an id of ours makes no valid call on the demo data, as `operation: field`.
    pub invalid: Vec<String>,
}

impl Apart {
    /// Puts ids of the second store into every place of every input where an id goes. Each is answered like one that nobody
    /// has; it is refused, where the call is valid but for it; and nothing is changed.
    pub async fn ids_of_the_other_store_are_refused(&self, stores: &Stores) -> Tried {
        let before = stores.stored().await;
        let (mut tried, mut wrong) = (Tried::default(), Vec::new());
        for operation in stores.surface(Scope::ReadWrite).operations() {
            for place in places::of(self, operation) {
                let valid = self.valid(operation, &place);
                let own = stores.rehearse(operation.name.program(), &valid).await;
                let is_valid = own.is_ok_and(|own| own.get("failed").is_none_or(|failed| *failed == json!(0)));
                if !is_valid {
                    tried.invalid.push(format!("{}: {}", operation.name, place.field()));
                }
                for &(theirs, nobodys) in place.kind.theirs {
                    let ids = (theirs, nobodys);
                    let answer = self
                        .with_theirs(stores, operation, (&place, &valid, is_valid), ids)
                        .await;
                    wrong.extend(answer.err());
                    tried.ids += 1;
                    tried.in_valid_calls += usize::from(is_valid);
                }
            }
            let changes = before.changes(&stores.stored().await);
            assert!(changes.is_empty(), "{} changed {changes:#?}", operation.name);
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
        tried
    }

    /// # Errors
    /// What is wrong with how an id of the second store is answered here.
    async fn with_theirs(
        &self,
        stores: &Stores,
        operation: &Operation,
        (place, valid, is_valid): (&Place, &Value, bool),
        (theirs, nobodys): (&str, &str),
    ) -> Result<(), String> {
        let path = operation.name.program();
        let mut answers = Vec::new();
        for id in [theirs, nobodys] {
            let mut arguments = valid.clone();
            place.put(&mut arguments, id);
            answers.push(told(stores.call(stores.tenants[0], path, arguments).await));
        }
        let [(is_refused, theirs_is), (_, nobodys_is)] = &answers[..] else {
            unreachable!("two were asked for");
        };
        let tried = format!("{path} with {theirs} as {}", place.field());
        let (theirs_text, nobodys_text) = (theirs_is.to_string(), nobodys_is.to_string());
        if theirs_text.replace(theirs, nobodys) != nobodys_text {
            return Err(format!("{tried}: {theirs_is}, but one that nobody has: {nobodys_is}"));
        }
        let may_be_gone = self.may_be_gone.contains(&(operation.name.as_str(), place.field()));
        if may_be_gone && theirs_is["items"] != json!([]) {
            return Err(format!("{tried} is answered with more than no items: {theirs_is}"));
        }
        let refused_before = self.refused_before.contains(&(operation.name.as_str(), place.field()));
        let is_refused = *is_refused || (refused_before && theirs_is["code"].is_string());
        if is_valid && !may_be_gone && !is_refused {
            return Err(format!("{tried} is not refused: {theirs_is}"));
        }
        Ok(())
    }

    /// A call that is valid as far as this place goes: the operation's example, with an id of ours.
    fn valid(&self, operation: &Operation, place: &Place) -> Value {
        let mut arguments = arguments(operation);
        for (name, field, ours, other) in self.instead {
            if *name == operation.name.as_str() && *field == place.field() {
                arguments.as_object_mut().unwrap().remove(*other);
                place.put(&mut arguments, ours);
            }
        }
        if !place.is_filled(&arguments) {
            place.put(&mut arguments, place.kind.ours);
        }
        arguments
    }

    /// Looks through every answer for a word that only the second store has. Says how many such words there are.
    pub async fn no_answer_holds_a_word_of_the_other_store(&self, stores: &Stores) -> usize {
        let [ours, theirs] = stores.tenants;
        let (ours, theirs) = (self.words(stores, ours).await, self.words(stores, theirs).await);
        let only_theirs: BTreeSet<&String> = theirs.difference(&ours).collect();
        for operation in stores.surface(Scope::ReadWrite).operations() {
            let path = operation.name.program();
            for arguments in self.calls(operation) {
                let mut seen = BTreeSet::new();
                if let Ok(answer) = stores.rehearse(path, &arguments).await {
                    texts(&answer, &mut seen);
                }
                let shown: Vec<_> = only_theirs.intersection(&seen.iter().collect()).copied().collect();
                assert!(shown.is_empty(), "{path}({arguments}) shows {shown:?}");
            }
        }
        only_theirs.len()
    }

    /// The example of an operation; of a query also the largest answer, and every search.
    fn calls(&self, operation: &Operation) -> Vec<Value> {
        let mut calls = vec![arguments(operation)];
        if operation.effect == Effect::Read {
            let largest = self.largest.iter().filter(|(field, _)| takes(operation, field));
            let largest: Map<String, Value> = largest
                .map(|(field, most)| match most {
                    Largest::On => ((*field).to_owned(), json!(true)),
                    Largest::Items(items) => ((*field).to_owned(), json!(items)),
                })
                .collect();
            calls.push(Value::Object(largest));
            for field in ["search", "query"].into_iter().filter(|field| takes(operation, field)) {
                calls.extend(self.searched.iter().map(|text| json!({ field: text })));
            }
        }
        calls
    }

    /// Every text that a store has: ids, names, vendors and the like.
    async fn words(&self, stores: &Stores, tenant: TenantId) -> BTreeSet<String> {
        let mut words = BTreeSet::new();
        for (table, columns) in self.words {
            for row in stores.texts_of(tenant, self.owner, table, columns).await {
                words.extend(row.split('\u{1F}').filter(|word| !word.is_empty()).map(str::to_owned));
            }
        }
        words
    }
}

/// Calls every command in the first store, where a third has the same ids: ids are only unique within one. Neither the third
/// store nor the second changes, and the third is answered as before. Says how many rows of the first have changed.
pub async fn a_command_changes_one_store(stores: &Stores, third: TenantId) -> usize {
    let [first, second] = stores.tenants;
    let before = stores.stored().await;
    let surface = stores.surface(Scope::ReadWrite);
    let answers = async || {
        let mut answers = Vec::new();
        for operation in surface.operations().filter(|one| one.effect == Effect::Read) {
            let answer = stores.call(third, operation.name.program(), arguments(operation)).await;
            answers.push(answer.unwrap());
        }
        answers
    };
    let told = answers().await;
    let mut last = before.clone();
    for operation in surface.operations().filter(|one| one.effect == Effect::Write) {
        let path = operation.name.program();
        // Some are refused by now, since those before them were committed.
        drop(stores.call(first, path, arguments(operation)).await);
        let now = stores.stored().await;
        assert_eq!(before.of(third).changes(&now.of(third)), [""; 0], "{path}");
        assert_eq!(before.of(second).changes(&now.of(second)), [""; 0], "{path}");
        last = now;
    }
    assert_eq!(answers().await, told);
    before.of(first).changes(&last.of(first)).len()
}

/// What a call is answered, or how it is refused: also as an item of many. The counts of what an item of many did are nought
/// then, and at least one of them is told.
fn told(answer: Result<Value, OperationError>) -> (bool, Value) {
    match answer {
        Err(error) => {
            let is_refusal = [ErrorCode::NotFound, ErrorCode::InvalidInput].contains(&error.code());
            (is_refusal, error.to_value())
        }
        Ok(answer) => {
            let done = ["succeeded", "created", "refreshed"].map(|field| answer.get(field));
            let nothing_done = done.iter().flatten().all(|count| **count == json!(0));
            let is_refused = answer["failed"] == json!(1) && nothing_done && done.iter().any(Option::is_some);
            (is_refused, answer)
        }
    }
}

fn texts(answer: &Value, seen: &mut BTreeSet<String>) {
    match answer {
        Value::String(text) => drop(seen.insert(text.clone())),
        Value::Array(items) => items.iter().for_each(|item| texts(item, seen)),
        Value::Object(fields) => fields.values().for_each(|field| texts(field, seen)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
