//! Kiln & Clay: pottery.

use super::tables::Tables;
use crate::model::supplier::Fulfilment::Warehouse;

#[rustfmt::skip]
pub(super) const TABLES: Tables = Tables {
    name: "Kiln & Clay",
    currency: "USD",
    first: 2000,
    locations: &[
        ("82001", "Portland", "Studio",  "Kiln Road 1, Portland"),
        ("82002", "Seattle",  "Gallery", "Pike Street 80, Seattle"),
    ],
    variants: &[
        ("43001", "32001", "Stoneware clay", "10 kg",         "KC-CLY-10", "Clay Supply",  "14.00", 18, &[60, 4]),
        ("43002", "32001", "Stoneware clay", "25 kg",         "KC-CLY-25", "Clay Supply",  "31.00", 9,  &[24, 2]),
        ("43003", "32002", "Glaze, celadon", "1 l",           "KC-GLZ-C",  "Glaze House",  "22.50", 6,  &[15, 3]),
        ("43004", "32002", "Glaze, tenmoku", "1 l",           "KC-GLZ-T",  "Glaze House",  "22.50", 5,  &[12, 2]),
        ("43005", "32003", "Mug",            "Celadon",       "KC-MUG-C",  "Kiln & Clay",  "9.00",  21, &[48, 30]),
        ("43006", "32003", "Mug",            "Tenmoku",       "KC-MUG-T",  "Kiln & Clay",  "9.00",  16, &[40, 22]),
    ],
    suppliers: &[
        ("sup_kiln_default", "Default supplier", "",                     "",        "",    "USD", "0", true,  false),
        ("sup_claysupply",   "Clay Supply",      "orders@clay.example",  "Tacoma",  "USA", "USD", "0", false, false),
        ("sup_glazehouse",   "Glaze House",      "sales@glaze.example",  "Salem",   "USA", "USD", "0", false, false),
    ],
    links: &[
        ("sup_claysupply", "43001", "CS-10", "13.20", 10, 5, 6,  true),
        ("sup_claysupply", "43002", "CS-25", "29.50", 4,  2, 6,  true),
        ("sup_glazehouse", "43003", "GH-C",  "21.00", 6,  6, 14, true),
        ("sup_glazehouse", "43004", "GH-T",  "21.00", 6,  6, 14, true),
    ],
    purchases: &[
        ("sup_claysupply", "82001", "draft",              Warehouse, &[("43001", 20), ("43002", 4)]),
        ("sup_claysupply", "82001", "sent",               Warehouse, &[("43001", 30), ("43002", 6)]),
        ("sup_glazehouse", "82001", "partially_received", Warehouse, &[("43003", 12), ("43004", 6)]),
        ("sup_glazehouse", "82001", "completed",          Warehouse, &[("43003", 12)]),
    ],
    transfers: &[
        ("82001", "82002", "draft", &[("43005", 6)]),
        ("82001", "82002", "sent",  &[("43005", 8), ("43006", 8)]),
    ],
    returns: &[
        ("sup_glazehouse", "82001", "draft",    "",         &[("43003", 1)]),
        ("sup_glazehouse", "82001", "resolved", "crd_2002", &[("43004", 1)]),
    ],
    takes: &[
        ("82001", "draft",       &["43005", "43006"]),
        ("82002", "in_progress", &["43005", "43006"]),
    ],
    constants: &[("43001", "", 20, 60, 90)],
    recipients: &[("rcp_studio", "studio@kiln.example", "Studio")],
    view: ("view_glazes", "Glazes", "glaze"),
    report: ("rep_monday", "Mondays"),
    credits: &[("crd_2001", "sup_glazehouse", "60.00", "USD")],
    application: ("app_2001", "crd_2001", "po_2003", "10.00"),
};
