//! Two stores, one database: neither can see, name or change anything of the other.

use latchstring::TenantId;
use latchstring_testing::apart::{Apart, Kind, Largest, a_command_changes_one_store};

use crate::examples::with_a_spare_head;

mod statements;

/// Lumen & Oak against Voltvelo.
const APART: Apart = Apart {
    kinds: &[
        Kind {
            fields: &["variantId", "variantIds", "alternatives", "catalog.get_variants.ids"],
            ours: "50001",
            // A virtual material, a platform's, one that is a finished good, a finished good, and neither.
            theirs: &[
                ("VMAT-VAR-2001", "VMAT-VAR-9999"),
                ("60001", "99999"),
                ("42009", "99999"),
                ("42001", "99999"),
                ("42016", "99999"),
            ],
        },
        Kind {
            fields: &["catalog.get_products.ids"],
            ours: "311001",
            theirs: &[("312001", "399999")],
        },
        Kind {
            fields: &["bomId", "bomIds"],
            ours: "bom_trio",
            theirs: &[("bom_brake_kit", "bom_nobody")],
        },
        Kind {
            fields: &["subAssemblyId", "parentId"],
            ours: "sub_cable_set",
            theirs: &[("sub_cell_block", "sub_nobody")],
        },
        Kind {
            fields: &["locationId", "locationIds"],
            ours: "70001",
            theirs: &[("80001", "99998")],
        },
    ],
    texts: &[
        "cost",
        "description",
        "idempotencyKey",
        "materialTag",
        "name",
        "query",
        "search",
        "since",
        "sku",
        "specifications",
        "unit",
        "vendor",
        "vendorFilter",
    ],
    instead: &[
        ("boms.get", "variantId", "41007", "bomId"),
        ("boms.buildable_many", "bomIds", "bom_trio", "active"),
        ("stock.history", "bomId", "bom_trio", "variantId"),
        ("stock.history", "subAssemblyId", "sub_cable_set", "variantId"),
    ],
    may_be_gone: &[
        ("stock.history", "variantId"),
        ("stock.history", "bomId"),
        ("stock.history", "subAssemblyId"),
    ],
    refused_before: &[],
    words: &[
        ("shops", "name, currency"),
        ("locations", "id, name"),
        ("products", "id, title, vendor"),
        (
            "variants",
            "id, product_id, product_title, sku, barcode, vendor, inventory_item_id",
        ),
        ("materials", "id, product_name, sku, vendor, inventory_item_id"),
        ("boms", "id, name, variant_id"),
        ("sub_assemblies", "id, name, sku"),
    ],
    owner: "store_id",
    largest: &[
        ("pageSize", Largest::Items(250)),
        ("includeConnections", Largest::On),
        ("expand", Largest::On),
    ],
    searched: &[
        "bom_brake_kit",
        "sub_cell_block",
        "VMAT-VAR-2001",
        "42016",
        "Kinetik",
        "battery",
        "id:42016",
        "vendor:Kinetik",
    ],
};

#[tokio::test]
async fn x01_an_id_of_another_store_is_refused_like_one_that_nobody_has() {
    let stores = with_a_spare_head().await;
    let tried = APART.ids_of_the_other_store_are_refused(&stores).await;
    assert_eq!(tried.invalid, [""; 0]);
    assert!(tried.ids > 250, "{} tries", tried.ids);
}

#[tokio::test]
async fn x01_no_answer_holds_a_word_of_another_store() {
    let stores = with_a_spare_head().await;
    let words = APART.no_answer_holds_a_word_of_the_other_store(&stores).await;
    assert!(words > 300, "{words}");
}

#[tokio::test]
async fn x01_a_command_changes_one_store_where_both_have_the_same_ids() {
    let stores = with_a_spare_head().await;
    let third = TenantId::new(stores.now());
    assembly::demo::seed(&stores.database, &[third]).await.unwrap();
    let changes = a_command_changes_one_store(&stores, third).await;
    assert!(changes > 50, "the commands did something: {changes} changes");
}
