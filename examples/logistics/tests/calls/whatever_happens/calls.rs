//! Calls made up by dice: any step of any document, in any status, with any of its lines.

use serde_json::{Value, json};

use crate::stores::Stores;

/// Numbers that look like chance and are the same every time.
pub(super) struct Dice(pub(super) u64);

impl Dice {
    pub(super) fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[usize::try_from(self.roll(all.len() as u64)).unwrap()]
    }

    fn heads(&mut self) -> bool {
        self.roll(2) == 0
    }
}

/// A kind of document: its namespace, its id's field, and its steps. Those that matter to stock are there more than once.
pub(super) struct Kind {
    pub(super) namespace: &'static str,
    pub(super) id: &'static str,
    pub(super) steps: &'static [&'static str],
}

pub(super) const KINDS: [Kind; 4] = [
    Kind {
        namespace: "purchaseOrders",
        id: "purchaseOrderId",
        steps: &[
            "create",
            "create",
            "update",
            "addLines",
            "addCustomLine",
            "updateLine",
            "removeLine",
            "send",
            "send",
            "confirm",
            "confirm",
            "confirmAll",
            "start",
            "receive",
            "receive",
            "receive",
            "unreceive",
            "syncInventory",
            "complete",
            "quickComplete",
            "pause",
            "resume",
            "dispute",
            "resolveDispute",
            "cancel",
            "reopen",
            "delete",
            "splitLines",
            "splitBySupplier",
            "merge",
            "addPayment",
            "setMarkedAsPaid",
            "setShipment",
            "removeShipment",
            "setAddresses",
            "applyCredit",
            "reverseCredit",
            "fixIncoming",
            "updatePayment",
            "removePayment",
        ],
    },
    Kind {
        namespace: "transferOrders",
        id: "transferOrderId",
        steps: &[
            "create",
            "create",
            "update",
            "addLines",
            "updateLine",
            "removeLine",
            "send",
            "send",
            "send",
            "receive",
            "receive",
            "receive",
            "updatePlanned",
            "updatePlanned",
            "hold",
            "resume",
            "complete",
            "cancel",
            "revertToDraft",
            "revertToSent",
            "delete",
            "fixIncoming",
            "duplicate",
            "setAddresses",
            "setShipment",
        ],
    },
    Kind {
        namespace: "returnOrders",
        id: "returnOrderId",
        steps: &[
            "create",
            "create",
            "update",
            "addLines",
            "updateLine",
            "removeLine",
            "advance",
            "advance",
            "advance",
            "advance",
            "back",
            "hold",
            "resume",
            "reject",
            "cancel",
            "moveInventory",
            "moveInventory",
            "issueCredit",
            "voidCredit",
            "setShipment",
            "setAddresses",
            "delete",
        ],
    },
    Kind {
        namespace: "stockTakes",
        id: "stockTakeId",
        steps: &[
            "create",
            "create",
            "update",
            "addLines",
            "removeLine",
            "start",
            "start",
            "count",
            "count",
            "count",
            "complete",
            "complete",
            "cancel",
            "delete",
        ],
    },
];

const VARIANTS: [&str; 5] = ["42001", "42003", "42005", "42006", "42012"];
const LOCATIONS: [&str; 3] = ["81001", "81002", "81003"];

async fn items(stores: &Stores, path: &str, arguments: Value) -> Vec<Value> {
    stores.ok(path, arguments).await["items"].as_array().unwrap().clone()
}

/// The id of one of them; one that nobody has where there is none.
fn any(all: &[Value], id: &str, dice: &mut Dice) -> Value {
    if all.is_empty() {
        return json!("none");
    }
    dice.of(all)[id].clone()
}

/// A call made up by dice.
pub(super) async fn call(stores: &Stores, dice: &mut Dice) -> (String, Value) {
    let kind = dice.of(&KINDS);
    let step = *dice.of(kind.steps);
    let all = items(stores, &format!("{}.list", kind.namespace), json!({})).await;
    // The latest are what was made here; the demo's own stand in every status.
    let one = any(&all, kind.id, dice);
    let lines = match stores
        .call(
            stores.harbor,
            &format!("{}.lineItems", kind.namespace),
            json!({ kind.id: one }),
        )
        .await
    {
        Ok(answer) => answer["items"].as_array().unwrap().clone(),
        Err(_) => Vec::new(),
    };
    let line = any(&lines, "lineId", dice);
    let variant = *dice.of(&VARIANTS);
    let (at, to) = (*dice.of(&LOCATIONS), *dice.of(&LOCATIONS));
    let (units, few) = (dice.roll(9), dice.roll(3));
    let new_lines = json!([{ "variantId": variant, "quantity": units }]);
    let allows = dice.heads();
    let mut more = match (kind.namespace, step) {
        ("purchaseOrders", "create") => {
            json!({ "supplierId": "sup_nordtimber", "locationId": at, "lines": new_lines })
        }
        ("transferOrders", "create") => {
            json!({ "originLocationId": at, "destinationLocationId": to, "lines": new_lines })
        }
        ("returnOrders", "create") => {
            json!({ "supplierId": "sup_nordtimber", "locationId": at, "reason": "defective", "lines": new_lines })
        }
        ("stockTakes", "create") => json!({ "locationId": at, "variantIds": [variant, VARIANTS[0]] }),
        ("purchaseOrders", "update") if allows => json!({ "locationId": at }),
        ("transferOrders", "update") if allows => json!({ "destinationLocationId": at }),
        ("returnOrders", "update") => json!({ "notes": "looked at" }),
        (_, "update") => json!({ "name": "looked at" }),
        ("stockTakes", "addLines") => json!({ "variantIds": [variant] }),
        (_, "addLines") => json!({ "lines": new_lines }),
        (_, "addCustomLine") => json!({ "title": "Pallet", "quantity": units, "unitCost": "7.77" }),
        ("purchaseOrders", "updateLine") => json!({ "lineId": line, "ordered": units * 4 }),
        ("transferOrders", "updateLine" | "updatePlanned") => {
            json!({ "lineId": line, "planned": units })
        }
        ("returnOrders", "updateLine") => json!({ "lineId": line, "quantity": units }),
        (_, "removeLine") => json!({ "lineId": line }),
        (_, "confirm") => json!({ "lines": [{ "lineId": line, "confirmed": units }] }),
        ("purchaseOrders", "receive") => json!({
            "lines": [{ "lineId": line, "received": units, "rejected": few }], "allowOverReceipt": few == 2,
        }),
        ("purchaseOrders", "unreceive") if allows => json!({ "lines": [{ "lineId": line, "received": few }] }),
        ("transferOrders", "receive") if allows => json!({ "lines": [{ "lineId": line, "received": few + 1 }] }),
        ("purchaseOrders", "complete") => json!({ "force": allows }),
        ("transferOrders", "cancel") => json!({ "keepReceived": allows }),
        ("purchaseOrders", "splitLines") => json!({ "lineIds": [line] }),
        ("purchaseOrders", "merge") => {
            let target = any(&all, kind.id, dice);
            return (
                "purchaseOrders.merge".to_owned(),
                json!({ "sourceIds": [one], "targetId": target }),
            );
        }
        (_, "addPayment") => json!({ "amount": "5", "currency": "EUR", "date": "2026-03-01", "method": "wire" }),
        (_, "updatePayment") => json!({ "paymentId": "pay_1006_1", "amount": "6" }),
        (_, "removePayment") => json!({ "paymentId": "pay_1006_1" }),
        (_, "setMarkedAsPaid") => json!({ "markedAsPaid": allows }),
        (_, "setShipment") => json!({ "shipment": { "carrier": "Post" } }),
        ("purchaseOrders", "setAddresses") => json!({ "billing": null }),
        (_, "setAddresses") => json!({ "from": null }),
        (_, "applyCredit") => json!({ "creditId": "crd_1001", "amount": "1.25" }),
        (_, "reverseCredit") => json!({ "applicationId": "app_1" }),
        (_, "advance") => json!({ "moveInventory": allows }),
        (_, "moveInventory") => json!({ "back": allows }),
        (_, "issueCredit") => json!({ "mode": "grouped", "amount": "2", "allowExceed": allows }),
        (_, "voidCredit") => {
            let credit = lines.iter().map(|line| line["creditId"].clone()).find(Value::is_string);
            json!({ "creditId": credit.unwrap_or(json!("none")) })
        }
        (_, "count") => json!({ "lines": [{ "lineId": line, "counted": units * 3, "increment": allows }] }),
        ("stockTakes", "complete") => json!({ "uncounted": if few == 0 { "zero" } else { "skip" } }),
        _ => json!({}),
    };
    if step != "create" {
        more[kind.id] = one;
    }
    if ["send", "updatePlanned", "advance", "moveInventory", "unreceive"].contains(&step)
        && (kind.namespace, step) != ("purchaseOrders", "send")
        && few == 0
    {
        more["allowNegative"] = json!(true);
    }
    (format!("{}.{step}", kind.namespace), more)
}
