//! What lies where, and what the documents say that they have done to it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::stores::Stores;

/// Units by variant and location.
pub(super) type Units = BTreeMap<(String, String), i64>;

/// A store's figures at a moment.
pub(super) struct Figures {
    /// What is on hand.
    pub(super) on_hand: Units,
    /// What is on its way there.
    pub(super) incoming: Units,
    /// What the documents put there or took from there, as they tell it.
    pub(super) done: Units,
    /// What the documents have on their way.
    pub(super) due: Units,
}

impl Figures {
    /// What would lie there without any document: the same whatever they do.
    pub(super) fn without_documents(&self) -> Units {
        let mut rest = self.on_hand.clone();
        for (key, units) in &self.done {
            *rest.entry(key.clone()).or_default() -= units;
        }
        rest.retain(|_, units| *units != 0);
        rest
    }

    /// Of each level that is not what the documents have on their way: what it is, and what it should be.
    pub(super) fn wrong_incoming(&self) -> Vec<String> {
        let mut keys: Vec<_> = self.incoming.keys().chain(self.due.keys()).collect();
        keys.sort();
        keys.dedup();
        let of = |units: &Units, key| units.get(key).copied().unwrap_or(0);
        keys.into_iter()
            .filter(|key| of(&self.incoming, key) != of(&self.due, key))
            .map(|key| {
                format!(
                    "{key:?} has {} and should have {}",
                    of(&self.incoming, key),
                    of(&self.due, key)
                )
            })
            .collect()
    }

    pub(super) async fn of(stores: &Stores) -> Self {
        let mut figures = Self {
            on_hand: Units::new(),
            incoming: Units::new(),
            done: Units::new(),
            due: Units::new(),
        };
        for item in every(stores, "inventory.levels", json!({})).await {
            let of = |field: &str| item[field].as_i64().unwrap();
            let parts = [
                "available",
                "committed",
                "reserved",
                "damaged",
                "safetyStock",
                "qualityControl",
            ]
            .map(of);
            assert_eq!(of("onHand"), parts.iter().sum::<i64>(), "{item}");
            let key = key(&item["variantId"], &item["locationId"]);
            figures.on_hand.insert(key.clone(), of("onHand"));
            figures.incoming.insert(key, of("incoming"));
        }
        figures.purchases(stores).await;
        figures.transfers(stores).await;
        figures.returns(stores).await;
        figures.stock_takes(stores).await;
        figures
    }

    async fn purchases(&mut self, stores: &Stores) {
        for order in every(stores, "purchaseOrders.list", json!({})).await {
            let is_open = !["draft", "completed", "cancelled"].contains(&order["status"].as_str().unwrap());
            let id = json!({ "purchaseOrderId": order["purchaseOrderId"] });
            for line in every(stores, "purchaseOrders.lineItems", id).await {
                if line["fulfilment"] != json!("warehouse") || line["variantId"].is_null() {
                    continue;
                }
                let key = key(&line["variantId"], &order["locationId"]);
                let of = |field: &str| line[field].as_i64().unwrap();
                *self.done.entry(key.clone()).or_default() += of("synced");
                if is_open {
                    *self.due.entry(key).or_default() += of("pending") + of("received") - of("synced");
                }
            }
        }
    }

    async fn transfers(&mut self, stores: &Stores) {
        for order in every(stores, "transferOrders.list", json!({})).await {
            let status = order["status"].as_str().unwrap();
            let id = json!({ "transferOrderId": order["transferOrderId"] });
            for line in every(stores, "transferOrders.lineItems", id).await {
                let of = |field: &str| line[field].as_i64().unwrap();
                let left = match status {
                    "draft" => 0,
                    "cancelled" => of("received"),
                    _ => of("planned"),
                };
                let from = key(&line["variantId"], &order["originLocationId"]);
                let to = key(&line["variantId"], &order["destinationLocationId"]);
                *self.done.entry(from).or_default() -= left;
                *self.done.entry(to.clone()).or_default() += of("received");
                if !["draft", "completed", "cancelled"].contains(&status) {
                    *self.due.entry(to).or_default() += of("pending");
                }
            }
        }
    }

    async fn returns(&mut self, stores: &Stores) {
        for order in every(stores, "returnOrders.list", json!({})).await {
            let id = json!({ "returnOrderId": order["returnOrderId"] });
            for line in every(stores, "returnOrders.lineItems", id).await {
                let from = key(&line["variantId"], &order["locationId"]);
                *self.done.entry(from).or_default() -= line["movedQuantity"].as_i64().unwrap();
            }
        }
    }

    async fn stock_takes(&mut self, stores: &Stores) {
        for take in every(stores, "stockTakes.list", json!({})).await {
            let id = json!({ "stockTakeId": take["stockTakeId"] });
            for line in every(stores, "stockTakes.lineItems", id).await {
                let at = key(&line["variantId"], &take["locationId"]);
                *self.done.entry(at).or_default() += line["adjusted"].as_i64().unwrap_or(0);
            }
        }
    }
}

fn key(variant: &Value, location: &Value) -> (String, String) {
    (
        variant.as_str().unwrap().to_owned(),
        location.as_str().unwrap().to_owned(),
    )
}

/// Every item of a list, part by part.
async fn every(stores: &Stores, path: &str, arguments: Value) -> Vec<Value> {
    let (mut all, mut asked) = (Vec::new(), arguments);
    loop {
        let part = stores.ok(path, asked.clone()).await;
        all.extend(part["items"].as_array().unwrap().iter().cloned());
        match &part["cursor"] {
            Value::String(cursor) => asked["cursor"] = json!(cursor),
            _ => return all,
        }
    }
}
