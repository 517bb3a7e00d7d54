//! Two stores, one database: neither can see, name or change anything of the other.

use latchstring::TenantId;
use latchstring_testing::apart::{Apart, Kind, Largest, a_command_changes_one_store};

use crate::stores::Stores;

mod statements;

const fn kind(
    fields: &'static [&'static str],
    ours: &'static str,
    theirs: &'static [(&'static str, &'static str)],
) -> Kind {
    Kind { fields, ours, theirs }
}

/// Harbor & Pine against Kiln & Clay.
const APART: Apart = Apart {
    kinds: &[
        kind(&["variantId", "variantIds"], "42001", &[("43001", "99999")]),
        kind(&["productId"], "31001", &[("32001", "39999")]),
        kind(
            &[
                "locationId",
                "locationIds",
                "originLocationId",
                "destinationLocationId",
                "stockLocationIds",
                "demandLocationIds",
            ],
            "81003",
            &[("82001", "89999")],
        ),
        kind(&["supplierId"], "sup_nordtimber", &[("sup_claysupply", "sup_nobody")]),
        kind(
            &["purchaseOrderId", "sourceIds", "targetId", "documentId"],
            "po_1001",
            &[("po_2001", "po_9999")],
        ),
        kind(&["transferOrderId"], "to_1001", &[("to_2001", "to_9999")]),
        kind(&["returnOrderId"], "rma_1001", &[("rma_2001", "rma_9999")]),
        kind(&["stockTakeId"], "st_1001", &[("st_2001", "st_9999")]),
        kind(&["lineId", "lineIds"], "line_1002_1", &[("line_2002_1", "line_9999_1")]),
        kind(&["paymentId"], "pay_1006_1", &[("pay_2003_1", "pay_9999_1")]),
        kind(&["creditId"], "crd_1001", &[("crd_2001", "crd_9999")]),
        kind(&["applicationId"], "app_1", &[("app_2001", "app_9999")]),
        kind(&["viewId", "viewIds"], "view_all", &[("view_glazes", "view_nobody")]),
        kind(&["reportId"], "rep_weekly", &[("rep_monday", "rep_nobody")]),
        kind(
            &["recipientId", "recipientIds"],
            "rcp_buyer",
            &[("rcp_studio", "rcp_nobody")],
        ),
    ],
    texts: TEXTS,
    instead: &[],
    may_be_gone: &[
        ("inventory.levels", "variantIds"),
        ("inventory.history", "variantId"),
        ("inventory.history", "documentId"),
        ("purchase_orders.list", "supplierId"),
        ("purchase_orders.list", "locationId"),
        ("transfer_orders.list", "locationId"),
        ("return_orders.list", "supplierId"),
        ("return_orders.list", "purchaseOrderId"),
        ("return_orders.list", "locationId"),
        ("stock_takes.list", "locationId"),
        ("variants.list", "productId"),
        ("variant_constants.list", "variantIds"),
        ("variants.get_many", "variantIds"),
    ],
    // The order of the example is sent, and its supplier can be changed in a draft only.
    refused_before: &[("purchase_orders.update", "supplierId")],
    words: &[
        ("shops", "name"),
        ("locations", "id, name, name_override, address"),
        ("products", "id, title, vendor"),
        (
            "variants",
            "id, product_id, product_title, sku, barcode, vendor, inventory_item_id",
        ),
        ("suppliers", "id"),
        ("supplier_variants", "supplier_id, variant_id"),
        ("purchase_orders", "id"),
        ("purchase_order_lines", "id"),
        ("transfer_orders", "id"),
        ("transfer_order_lines", "id"),
        ("return_orders", "id"),
        ("return_order_lines", "id"),
        ("stock_takes", "id"),
        ("stock_take_lines", "id"),
        ("credits", "id"),
        ("applications", "id"),
        ("recipients", "id, email"),
        ("views", "id, name"),
        ("reports", "id, name"),
    ],
    owner: "store_id",
    largest: &[("limit", Largest::Items(50)), ("isActive", Largest::On)],
    searched: &["po_2002", "43001", "KC-MUG-C", "clay", "sup_claysupply", "Glaze House"],
};

/// What is neither an id of a store nor a choice: names, amounts, days, codes.
const TEXTS: &[&str] = &[
    "address",
    "amount",
    "barcode",
    "carrier",
    "city",
    "columns",
    "condition",
    "contactPerson",
    "cost",
    "country",
    "createdFrom",
    "createdTo",
    "creditAmount",
    "creditLimit",
    "currency",
    "cursor",
    "date",
    "description",
    "disposition",
    "email",
    "exchangeRate",
    "expectedAt",
    "expectedDelivery",
    "expectedFrom",
    "expectedTo",
    "frequency",
    "from",
    "idempotencyKey",
    "kind",
    "lineReason",
    "mediaType",
    "memoNumber",
    "message",
    "method",
    "name",
    "note",
    "notes",
    "number",
    "onTimeDeliveryRate",
    "paymentTerms",
    "phone",
    "postalCode",
    "productName",
    "productUrl",
    "rate",
    "reason",
    "reference",
    "region",
    "requestedDelivery",
    "search",
    "sendTime",
    "shippedAt",
    "shippingCost",
    "since",
    "sku",
    "skus",
    "street",
    "streetAddition",
    "supplierSku",
    "taxRate",
    "title",
    "to",
    "trackingNumber",
    "unitCost",
    "until",
    "value",
    "vendor",
    "website",
];

#[tokio::test]
async fn x01_an_id_of_another_store_is_refused_like_one_that_nobody_has() {
    let stores = Stores::open().await;
    let tried = APART.ids_of_the_other_store_are_refused(&stores).await;
    insta::assert_snapshot!(tried.invalid.join("\n"));
    assert!(tried.ids > 200, "{} tries", tried.ids);
    assert!(tried.in_valid_calls > 120, "{} in valid calls", tried.in_valid_calls);
}

#[tokio::test]
async fn x01_no_answer_holds_a_word_of_another_store() {
    let stores = Stores::open().await;
    let words = APART.no_answer_holds_a_word_of_the_other_store(&stores).await;
    assert!(words > 60, "{words}");
}

#[tokio::test]
async fn x01_a_command_changes_one_store_where_both_have_the_same_ids() {
    let stores = Stores::open().await;
    let third = TenantId::new(stores.now());
    logistics::demo::seed(&stores.database, &[third]).await.unwrap();
    let changes = a_command_changes_one_store(&stores, third).await;
    assert!(changes > 50, "the commands did something: {changes} changes");
}
