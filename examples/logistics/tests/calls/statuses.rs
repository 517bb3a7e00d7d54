//! Every document in every status, and every step that depends on it: the tables of the model, through the operations.

use latchstring::{Effect, ErrorCode, Finish, Scope};
use logistics::model::{
    purchase::PurchaseAction,
    returning::ReturnAction,
    status::{Action, Status},
    stock_take::StockTakeAction,
    transfer::TransferAction,
};
use serde_json::{Value, json};

use crate::stores::Stores;

/// Tries a step in every status; the documents of the demo are one in each, in the order of the statuses.
async fn walk<S: Status, A: Action<S>>(
    stores: &Stores,
    action: A,
    (path, field, prefix): (&str, &str, &str),
    with: Value,
) {
    for (nth, status) in S::ALL.iter().enumerate() {
        let mut arguments = with.clone();
        let id = format!("{prefix}_{}", 1001 + nth);
        arguments[field] = json!(id);
        let mut session = stores.session(stores.harbor, Scope::ReadWrite, Effect::Write);
        let answer = session.call_from_program(path, &arguments.to_string()).await;
        session.finish(Finish::DryRun).await.unwrap();
        let shown = format!("{path} from {}", status.as_str());
        if action.allowed_from().contains(status) {
            if let Err(error) = answer {
                assert_ne!(error.code(), ErrorCode::Internal, "{shown}: {error}");
                let details = error.details().cloned().unwrap_or_default();
                assert!(details.get("allowedFrom").is_none(), "{shown} is refused: {error}");
            }
            continue;
        }
        let error = answer.expect_err(&shown);
        assert_eq!(error.code(), ErrorCode::InvalidState, "{shown}: {error}");
        let details = error.details().unwrap();
        let allowed: Vec<&str> = action.allowed_from().iter().map(|status| status.as_str()).collect();
        assert_eq!(details["currentStatus"], json!(status.as_str()), "{shown}");
        assert_eq!(details["allowedFrom"], json!(allowed), "{shown}");
        assert!(
            error.message().contains(&format!("is `{}`", status.as_str())),
            "{shown}: {error}"
        );
    }
}

#[tokio::test]
async fn every_step_of_a_purchase_order_is_allowed_where_its_table_says() {
    let stores = Stores::open().await;
    let line = json!({ "lines": [{ "lineId": "x", "received": 1 }] });
    let address = json!({ "billing": null });
    let shipment = json!({ "shipment": { "carrier": "Post" } });
    let credit = json!({ "creditId": "crd_1001", "amount": "1" });
    let new_line = json!({ "lines": [{ "variantId": "42015", "quantity": 1 }] });
    for (action, path, with) in [
        (PurchaseAction::Update, "update", json!({ "name": "x" })),
        (
            PurchaseAction::ChangeSupplier,
            "update",
            json!({ "supplierId": "sup_leimkontor" }),
        ),
        (PurchaseAction::AddLines, "addLines", new_line),
        (PurchaseAction::UpdateLine, "updateLine", json!({ "lineId": "x" })),
        (PurchaseAction::RemoveLine, "removeLine", json!({ "lineId": "x" })),
        (PurchaseAction::Send, "send", json!({})),
        (PurchaseAction::Confirm, "confirmAll", json!({})),
        (
            PurchaseAction::Confirm,
            "confirm",
            json!({ "lines": [{ "lineId": "x", "confirmed": 1 }] }),
        ),
        (PurchaseAction::Start, "start", json!({})),
        (PurchaseAction::Receive, "receive", line.clone()),
        (PurchaseAction::Unreceive, "unreceive", json!({})),
        (PurchaseAction::SyncInventory, "syncInventory", json!({})),
        (PurchaseAction::Complete, "complete", json!({})),
        (PurchaseAction::CompleteShort, "complete", json!({ "force": true })),
        (PurchaseAction::QuickComplete, "quickComplete", json!({})),
        (PurchaseAction::Pause, "pause", json!({})),
        (PurchaseAction::Resume, "resume", json!({})),
        (PurchaseAction::Dispute, "dispute", json!({})),
        (PurchaseAction::ResolveDispute, "resolveDispute", json!({})),
        (PurchaseAction::Cancel, "cancel", json!({})),
        (PurchaseAction::Reopen, "reopen", json!({})),
        (PurchaseAction::Delete, "delete", json!({})),
        (PurchaseAction::Split, "splitBySupplier", json!({})),
        (PurchaseAction::SetShipment, "setShipment", shipment),
        (PurchaseAction::SetShipment, "removeShipment", json!({})),
        (PurchaseAction::SetAddresses, "setAddresses", address),
        (PurchaseAction::ApplyCredit, "applyCredit", credit),
        (
            PurchaseAction::ReverseCredit,
            "reverseCredit",
            json!({ "applicationId": "app_1" }),
        ),
    ] {
        let path = format!("purchaseOrders.{path}");
        // The supplier's change is refused with the table of `update` where nothing can be changed at all.
        if action == PurchaseAction::ChangeSupplier {
            continue;
        }
        walk(&stores, action, (&path, "purchaseOrderId", "po"), with).await;
    }
}

#[tokio::test]
async fn every_step_of_a_transfer_order_is_allowed_where_its_table_says() {
    let stores = Stores::open().await;
    for (action, path, with) in [
        (TransferAction::Update, "update", json!({ "name": "x" })),
        (
            TransferAction::AddLines,
            "addLines",
            json!({ "lines": [{ "variantId": "42015", "quantity": 1 }] }),
        ),
        (
            TransferAction::UpdateLine,
            "updateLine",
            json!({ "lineId": "x", "planned": 1 }),
        ),
        (TransferAction::RemoveLine, "removeLine", json!({ "lineId": "x" })),
        (TransferAction::Send, "send", json!({})),
        (TransferAction::Receive, "receive", json!({})),
        (
            TransferAction::UpdatePlanned,
            "updatePlanned",
            json!({ "lineId": "x", "planned": 1 }),
        ),
        (TransferAction::Hold, "hold", json!({})),
        (TransferAction::Resume, "resume", json!({})),
        (TransferAction::Complete, "complete", json!({})),
        (TransferAction::Cancel, "cancel", json!({ "keepReceived": true })),
        (TransferAction::RevertToDraft, "revertToDraft", json!({})),
        (TransferAction::RevertToSent, "revertToSent", json!({})),
        (TransferAction::Delete, "delete", json!({})),
        (TransferAction::FixIncoming, "fixIncoming", json!({})),
        (TransferAction::SetShipment, "setShipment", json!({ "shipment": null })),
        (TransferAction::SetAddresses, "setAddresses", json!({ "from": null })),
    ] {
        let path = format!("transferOrders.{path}");
        walk(&stores, action, (&path, "transferOrderId", "to"), with).await;
    }
}

#[tokio::test]
async fn every_step_of_a_return_is_allowed_where_its_table_says() {
    let stores = Stores::open().await;
    let lines = json!({ "lines": [{ "variantId": "42015", "quantity": 1 }] });
    for (action, path, with) in [
        (ReturnAction::Update, "update", json!({ "notes": "x" })),
        (ReturnAction::AddLines, "addLines", lines),
        (ReturnAction::UpdateLine, "updateLine", json!({ "lineId": "x" })),
        (ReturnAction::RemoveLine, "removeLine", json!({ "lineId": "x" })),
        (ReturnAction::Advance, "advance", json!({})),
        (ReturnAction::Back, "back", json!({})),
        (ReturnAction::Hold, "hold", json!({})),
        (ReturnAction::Resume, "resume", json!({})),
        (ReturnAction::Reject, "reject", json!({})),
        (ReturnAction::Cancel, "cancel", json!({})),
        (
            ReturnAction::CreditLine,
            "issueCredit",
            json!({ "mode": "line", "lines": [{ "lineId": "x" }] }),
        ),
        (ReturnAction::MoveInventory, "moveInventory", json!({})),
        (ReturnAction::SetShipment, "setShipment", json!({ "shipment": null })),
        (ReturnAction::SetAddresses, "setAddresses", json!({ "from": null })),
        (ReturnAction::Delete, "delete", json!({})),
    ] {
        let path = format!("returnOrders.{path}");
        walk(&stores, action, (&path, "returnOrderId", "rma"), with).await;
    }
}

#[tokio::test]
async fn every_step_of_a_stock_take_is_allowed_where_its_table_says() {
    let stores = Stores::open().await;
    for (action, path, with) in [
        (StockTakeAction::Update, "update", json!({ "name": "x" })),
        (
            StockTakeAction::AddLines,
            "addLines",
            json!({ "variantIds": ["42015"] }),
        ),
        (StockTakeAction::RemoveLine, "removeLine", json!({ "lineId": "x" })),
        (StockTakeAction::Start, "start", json!({})),
        (
            StockTakeAction::Count,
            "count",
            json!({ "lines": [{ "variantId": "42001", "counted": 1 }] }),
        ),
        (StockTakeAction::Complete, "complete", json!({})),
        (StockTakeAction::Cancel, "cancel", json!({})),
        (StockTakeAction::Delete, "delete", json!({})),
    ] {
        let path = format!("stockTakes.{path}");
        walk(&stores, action, (&path, "stockTakeId", "st"), with).await;
    }
}
