//! Lumen & Oak: lamps and small furniture, made by hand.

use super::tables::{ACTIVE, Good, INACTIVE, NONE, Part, Row::From, Row::Of, Row::Sub, Row::Waste, Tables};
use crate::model::BomSettings;

#[rustfmt::skip]
pub(super) const TABLES: Tables = Tables {
    name: "Lumen & Oak",
    currency: "EUR",
    locations: [("70001", "Workshop"), ("70002", "Showroom"), ("70003", "Barn store")],
    catalogue: &[
        ("41001", "Arc desk lamp",      "Oak / Brass",   "LO-ARC-OB",   "189.00"),
        ("41002", "Arc desk lamp",      "Walnut / Black","LO-ARC-WB",   "209.00"),
        ("41003", "Arc floor lamp",     "Oak / Brass",   "LO-FLR-OB",   "349.00"),
        ("41004", "Arc floor lamp",     "Walnut / Black","LO-FLR-WB",   "379.00"),
        ("41005", "Pebble pendant",     "Small",         "LO-PEB-S",    "129.00"),
        ("41006", "Pebble pendant",     "Large",         "LO-PEB-L",    "169.00"),
        ("41007", "Trio pendant",       "Default Title", "LO-TRIO",     "419.00"),
        ("41008", "Dowel stool",        "Oak",           "LO-STL-O",    "149.00"),
        ("41009", "Dowel stool",        "Walnut",        "LO-STL-W",    "179.00"),
        ("41010", "Dowel side table",   "Oak",           "LO-TBL-O",    "239.00"),
        ("41011", "Dowel bench",        "Oak",           "LO-BEN-O",    "329.00"),
        ("41012", "Wall shelf",         "Oak, 80 cm",    "LO-SHF-80",   "89.00"),
        ("41013", "Reading corner set", "Oak / Brass",   "LO-SET-READ", "649.00"),
        ("41014", "Lamp care kit",      "Default Title", "LO-KIT-CARE", "24.00"),
        ("41015", "Gift box desk lamp", "Oak / Brass",   "LO-GIFT-ARC", "199.00"),
        ("41016", "Wall lamp",          "Oak / Brass",   "LO-WAL-OB",   "139.00"),
        ("41017", "Wall shelf",         "Oak, 120 cm",   "LO-SHF-120",  "119.00"),
        ("41018", "Coat hook",          "Brass",         "LO-HOOK-B",   "19.00"),
        ("41019", "Linen cushion",      "Natural",       "LO-CUSH-N",   "39.00"),
    ],
    materials: &[
        ("50001", "Oak board",            "600 x 120 x 20", "WD-OAK-600",  "pcs", "8.40",  "Nordholz",        ["64", "0", "120"]),
        ("50002", "Oak board",            "900 x 300 x 25", "WD-OAK-900",  "pcs", "21.50", "Nordholz",        ["18", "0", "40"]),
        ("50003", "Walnut board",         "600 x 120 x 20", "WD-WAL-600",  "pcs", "14.90", "Nordholz",        ["22", "0", "30"]),
        ("50004", "Walnut board",         "900 x 300 x 25", "WD-WAL-900",  "pcs", "38.00", "Nordholz",        ["6", "0", "9"]),
        ("50005", "Oak dowel",            "28 mm x 1 m",    "WD-DOW-OAK",  "pcs", "5.20",  "Nordholz",        ["90", "0", "200"]),
        ("50006", "Walnut dowel",         "28 mm x 1 m",    "WD-DOW-WAL",  "pcs", "9.10",  "Nordholz",        ["24", "0", "40"]),
        ("50007", "Oak round base",       "200 mm",         "WD-BAS-200",  "pcs", "11.00", "Nordholz",        ["30", "0", "25"]),
        ("50008", "Walnut round base",    "200 mm",         "WD-BAS-200W", "pcs", "16.50", "Nordholz",        ["12", "0", "8"]),
        ("50009", "Oak round base",       "320 mm",         "WD-BAS-320",  "pcs", "19.00", "Nordholz",        ["9", "0", "14"]),
        ("50010", "Walnut round base",    "320 mm",         "WD-BAS-320W", "pcs", "27.00", "Nordholz",        ["0", "0", "5"]),
        ("50011", "LED module",           "6 W 2700 K",     "EL-LED-6",    "pcs", "7.80",  "Helio Components",["140", "0", "60"]),
        ("50012", "LED module",           "12 W 2700 K",    "EL-LED-12",   "pcs", "12.40", "Helio Components",["35", "0", "20"]),
        ("50013", "LED driver",           "6 W dimmable",   "EL-DRV-6",    "pcs", "6.90",  "Helio Components",["118", "0", "40"]),
        ("50014", "LED driver",           "12 W dimmable",  "EL-DRV-12",   "pcs", "9.60",  "Helio Components",["28", "0", "0"]),
        ("50015", "Touch dimmer",         "Default Title",  "EL-DIM-T",    "pcs", "4.35",  "Helio Components",["75", "0", "30"]),
        ("50016", "Cord switch",          "Black",          "EL-SW-BLK",   "pcs", "1.90",  "Kabelwerk",       ["200", "0", "0"]),
        ("50017", "Euro plug",            "Black",          "EL-PLG-BLK",  "pcs", "0.95",  "Kabelwerk",       ["260", "0", "100"]),
        ("50018", "Ceiling rose",         "Brass",          "EL-ROS-BRS",  "pcs", "8.70",  "Messing Maier",   ["26", "2", "0"]),
        ("50019", "Ceiling rose",         "Black",          "EL-ROS-BLK",  "pcs", "6.20",  "Messing Maier",   ["14", "0", "0"]),
        ("50020", "Brass arm",            "Curved 400 mm",  "MT-ARM-400B", "pcs", "18.20", "Messing Maier",   ["33", "0", "20"]),
        ("50021", "Steel arm",            "Curved 400 mm",  "MT-ARM-400K", "pcs", "13.70", "Messing Maier",   ["20", "0", "12"]),
        ("50022", "Brass arm",            "Curved 900 mm",  "MT-ARM-900B", "pcs", "34.00", "Messing Maier",   ["8", "0", "6"]),
        ("50023", "Steel arm",            "Curved 900 mm",  "MT-ARM-900K", "pcs", "25.50", "Messing Maier",   ["5", "0", "4"]),
        ("50024", "Brass joint",          "Friction",       "MT-JNT-B",    "pcs", "5.60",  "Messing Maier",   ["85", "0", "0"]),
        ("50025", "Steel joint",          "Friction",       "MT-JNT-K",    "pcs", "4.10",  "Messing Maier",   ["60", "0", "0"]),
        ("50026", "Brass shade",          "140 mm",         "MT-SHD-140B", "pcs", "15.30", "Messing Maier",   ["41", "0", "10"]),
        ("50027", "Steel shade",          "140 mm black",   "MT-SHD-140K", "pcs", "11.20", "Messing Maier",   ["29", "0", "10"]),
        ("50028", "Glass globe",          "150 mm opal",    "GL-GLB-150",  "pcs", "9.80",  "Glashütte Lauscha",["38", "1", "24"]),
        ("50029", "Glass globe",          "220 mm opal",    "GL-GLB-220",  "pcs", "15.40", "Glashütte Lauscha",["13", "1", "6"]),
        ("50030", "Counterweight",        "1.2 kg",         "MT-CWT-12",   "pcs", "3.80",  "Gusswerk Thale",  ["54", "0", "30"]),
        ("50031", "Counterweight",        "3 kg",           "MT-CWT-30",   "pcs", "7.90",  "Gusswerk Thale",  ["17", "0", "10"]),
        ("50032", "Shelf bracket",        "Hidden, pair",   "MT-BRK-H",    "pcs", "6.40",  "Messing Maier",   ["22", "0", "40"]),
        ("50033", "Wall plate",           "Brass",          "MT-WPL-B",    "pcs", "7.20",  "Messing Maier",   ["0", "0", "0"]),
        ("50034", "Threaded insert",      "M8",             "HW-INS-M8",   "pcs", "0.12",  "Schraubenhaus",   ["2400", "0", "0"]),
        ("50035", "Machine screw",        "M8 x 40",        "HW-SCR-M8",   "pcs", "0.09",  "Schraubenhaus",   ["3100", "0", "0"]),
        ("50036", "Wood screw",           "4 x 40",         "HW-SCR-440",  "pcs", "0.02",  "Schraubenhaus",   ["0", "0", "0"]),
        ("50037", "Felt pad",             "25 mm",          "HW-FLT-25",   "pcs", "0.06",  "Schraubenhaus",   ["5200", "0", "1000"]),
        ("50038", "Strain relief",        "Clear",          "EL-STR-CLR",  "pcs", "0.22",  "Kabelwerk",       ["640", "0", "0"]),
        ("50039", "Terminal block",       "3-pole",         "EL-TRM-3",    "pcs", "0.31",  "Kabelwerk",       ["480", "0", "0"]),
        ("50040", "Table leg blank",      "Oak 450 mm",     "WD-LEG-450",  "pcs", "6.70",  "Nordholz",        ["48", "0", "60"]),
        ("50041", "Seat blank",           "Oak 340 mm",     "WD-SEA-O",    "pcs", "17.30", "Nordholz",        ["15", "0", "12"]),
        ("50042", "Seat blank",           "Walnut 340 mm",  "WD-SEA-W",    "pcs", "26.80", "Nordholz",        ["4", "0", "3"]),
        ("50043", "Drawer runner",        "Full, pair",     "HW-RUN-F",    "pcs", "",      "Schraubenhaus",   ["10", "0", "0"]),
        ("50044", "Cork tile",            "300 mm",         "FN-CRK-300",  "pcs", "2.10",  "Korkhaus",        ["0", "0", "60"]),
        ("50045", "Lamp carton",          "Small",          "PK-CTN-S",    "pcs", "1.35",  "Packwerk",        ["80", "0", "240"]),
        ("50046", "Lamp carton",          "Tall",           "PK-CTN-T",    "pcs", "3.10",  "Packwerk",        ["20", "0", "60"]),
        ("50047", "Furniture carton",     "Flat",           "PK-CTN-F",    "pcs", "4.20",  "Packwerk",        ["34", "0", "90"]),
        ("50048", "Gift box",             "Linen",          "PK-GIFT-L",   "pcs", "",      "Packwerk",        ["16", "4", "0"]),
        ("50049", "Bulb",                 "E27 filament",   "EL-BLB-E27",  "pcs", "3.40",  "Helio Components",["60", "12", "0"]),
        ("50050", "Magnifier lens",       "100 mm",         "GL-LNS-100",  "pcs", "12.00", "Glashütte Lauscha",["3", "0", "0"]),
        ("41001", "Arc desk lamp",        "Oak / Brass",    "LO-ARC-OB",   "pcs", "",      "Lumen & Oak",     ["4", "2", "0"]),
        ("41008", "Dowel stool",          "Oak",            "LO-STL-O",    "pcs", "62.00", "Lumen & Oak",     ["6", "1", "0"]),
        ("41014", "Lamp care kit",        "Default Title",  "LO-KIT-CARE", "pcs", "6.10",  "Lumen & Oak",     ["25", "5", "0"]),
        ("VMAT-VAR-1001", "Textile cable",     "", "VM-CBL-TXT", "m",  "1.15",  "Kabelwerk",       ["182.5", "0", "300"]),
        ("VMAT-VAR-1002", "Inner wire",        "", "VM-WIR-075", "m",  "0.28",  "Kabelwerk",       ["95.25", "0", "400"]),
        ("VMAT-VAR-1003", "Wood glue",         "", "VM-GLU-D3",  "L",  "8.90",  "Leimkontor",      ["3.75", "0", "10"]),
        ("VMAT-VAR-1004", "Hard wax oil",      "", "VM-OIL-HW",  "L",  "24.50", "Leimkontor",      ["2.2", "0", "5"]),
        ("VMAT-VAR-1005", "Sandpaper 180",     "", "VM-SND-180", "pcs","0.55",  "Leimkontor",      ["140", "0", "0"]),
        ("VMAT-VAR-1006", "Sandpaper 320",     "", "VM-SND-320", "pcs","0.60",  "Leimkontor",      ["88", "0", "0"]),
        ("VMAT-VAR-1007", "Brass polish",      "", "VM-POL-BRS", "L",  "18.00", "Leimkontor",      ["0.8", "0", "2"]),
        ("VMAT-VAR-1008", "Solder",            "", "VM-SLD",     "kg", "42.00", "Kabelwerk",       ["0.65", "0", "1"]),
        ("VMAT-VAR-1009", "Heat-shrink tube",  "", "VM-HST-6",   "m",  "0.70",  "Kabelwerk",       ["24", "0", "0"]),
        ("VMAT-VAR-1010", "Tissue paper",      "", "VM-TIS",     "pcs","0.04",  "Packwerk",        ["900", "100", "0"]),
        ("VMAT-VAR-1011", "Packing tape",      "", "VM-TAP",     "m",  "0.03",  "Packwerk",        ["0", "0", "0"]),
        ("VMAT-VAR-1012", "Cardboard insert",  "", "VM-INS-CB",  "pcs","0.38",  "Packwerk",        ["210", "0", "150"]),
        ("VMAT-VAR-1013", "Instruction sheet", "", "VM-DOC-1",   "pcs","0.05",  "Druckerei Weber", ["1200", "50", "0"]),
        ("VMAT-VAR-1014", "Care card",         "", "VM-DOC-2",   "pcs","0.04",  "Druckerei Weber", ["800", "50", "0"]),
        ("VMAT-VAR-1015", "Microfibre cloth",  "", "VM-CLO",     "pcs","0.75",  "Leimkontor",      ["64", "10", "0"]),
        ("VMAT-VAR-1016", "Lacquer, black",    "", "VM-LAC-K",   "L",  "16.20", "Leimkontor",      ["1.4", "0", "0"]),
        ("VMAT-VAR-1017", "Threadlocker",      "", "VM-LOK",     "mL", "0.32",  "Schraubenhaus",   ["180", "0", "0"]),
        ("VMAT-VAR-1018", "Bench time",        "", "VM-TIME",    "h",  "38.00", "",                ["120", "0", "0"]),
        ("VMAT-VAR-1019", "Laser engraving",   "", "VM-ENGR",    "pcs","",      "Druckerei Weber", ["40", "0", "0"]),
        ("VMAT-VAR-1020", "Serial label",      "", "VM-LBL",     "pcs","0.02",  "Druckerei Weber", ["2000", "0", "0"]),
        ("VMAT-VAR-1021", "Edge wax",          "", "VM-WAX",     "kg", "14.00", "Leimkontor",      ["0.5", "0", "0"]),
        ("VMAT-VAR-1022", "Rubber ring",       "", "VM-RNG-40",  "pcs","0.18",  "Schraubenhaus",   ["150", "0", "0"]),
        ("VMAT-VAR-1023", "Silica bag",        "", "VM-SIL",     "pcs","0.03",  "Packwerk",        ["0", "0", "500"]),
        ("VMAT-VAR-1024", "Ribbon",            "", "VM-RIB",     "m",  "0.22",  "Packwerk",        ["45.5", "8", "0"]),
        ("VMAT-VAR-1025", "Spare fuse",        "", "VM-FUS",     "pcs","0.11",  "Kabelwerk",       ["70", "0", "0"]),
        ("VMAT-VAR-1026", "Old stock veneer",  "", "VM-VEN-OLD", "m2", "6.00",  "Nordholz",        ["12.75", "0", "0"]),
        ("VMAT-VAR-1027", "Test bulb",         "", "VM-BLB-T",   "pcs","",      "",                ["0", "0", "0"]),
    ],
    non_essential: &["HW-SCR-440", "HW-FLT-25", "VM-TAP", "VM-TIS", "VM-LBL", "VM-DOC-1", "VM-DOC-2", "VM-SIL"],
    sub_assemblies: &[
        Part { key: "cable_set", name: "Cable set, 2 m", only_consume_preassembled: false, shelf: ["12", "0", "0"], rows: &[
            Waste("VM-CBL-TXT", "2", "5"), Of("EL-PLG-BLK", "1"), Of("EL-SW-BLK", "1"), Of("EL-STR-CLR", "2"), Waste("VM-SLD", "0.002", "20")] },
        Part { key: "led_engine", name: "LED engine, 6 W", only_consume_preassembled: false, shelf: ["9", "0", "0"], rows: &[
            Of("EL-LED-6", "1"), Of("EL-DRV-6", "1"), Of("EL-TRM-3", "1"), Waste("VM-WIR-075", "0.35", "10"), Waste("VM-HST-6", "0.08", "25")] },
        Part { key: "lamp_head", name: "Lamp head, brass", only_consume_preassembled: false, shelf: ["4", "0", "0"], rows: &[
            Sub("led_engine", "1"), Of("MT-SHD-140B", "1"), Of("EL-DIM-T", "1"), Of("MT-JNT-B", "1"), Waste("VM-POL-BRS", "0.01", "10")] },
        Part { key: "lamp_head_black", name: "Lamp head, black", only_consume_preassembled: true, shelf: ["3", "0", "0"], rows: &[
            Sub("led_engine", "1"), Of("MT-SHD-140K", "1"), Of("EL-DIM-T", "1"), Of("MT-JNT-K", "1"), Waste("VM-LAC-K", "0.02", "15")] },
        Part { key: "desk_lamp_core", name: "Desk lamp core, brass", only_consume_preassembled: false, shelf: ["2", "0", "0"], rows: &[
            Sub("lamp_head", "1"), Sub("cable_set", "1"), Of("MT-ARM-400B", "1"), Of("MT-JNT-B", "1"), Of("VM-LOK", "0.4")] },
        Part { key: "globe_drop", name: "Globe drop", only_consume_preassembled: false, shelf: NONE, rows: &[
            Sub("led_engine", "1"), Of("GL-GLB-150", "1"), Waste("VM-CBL-TXT", "1.5", "5"), Of("VM-RNG-40", "1")] },
        Part { key: "dowel_leg_set", name: "Dowel leg set, oak", only_consume_preassembled: false, shelf: ["5", "0", "2"], rows: &[
            Waste("WD-DOW-OAK", "2", "8"), Of("HW-INS-M8", "4"), Of("HW-SCR-M8", "4"), Of("HW-FLT-25", "4"), Waste("VM-OIL-HW", "0.03", "5")] },
        Part { key: "flat_pack", name: "Flat pack", only_consume_preassembled: true, shelf: ["20", "0", "6"], rows: &[
            Of("PK-CTN-F", "1"), Of("VM-INS-CB", "2"), Of("VM-TAP", "2.5"), Of("VM-DOC-1", "1")] },
    ],
    boms: &[
        Good { key: "desk_lamp", sku: "LO-ARC-OB", settings: BomSettings { dynamic_adjustment: true, ..ACTIVE }, shelf: ["3", "1", "0"], rows: &[
            Sub("desk_lamp_core", "1"), Of("WD-BAS-200", "1"), Of("MT-CWT-12", "1"), Waste("VM-OIL-HW", "0.015", "5"), Of("PK-CTN-S", "1"), Of("VM-TIS", "3")] },
        Good { key: "desk_lamp_walnut", sku: "LO-ARC-WB", settings: ACTIVE, shelf: ["1", "0", "0"], rows: &[
            Sub("lamp_head_black", "1"), Sub("cable_set", "1"), Of("MT-ARM-400K", "1"), Of("MT-JNT-K", "1"), Of("WD-BAS-200W", "1"), Of("MT-CWT-12", "1"), Of("PK-CTN-S", "1")] },
        Good { key: "floor_lamp", sku: "LO-FLR-OB", settings: ACTIVE, shelf: NONE, rows: &[
            Sub("lamp_head", "1"), Sub("cable_set", "1"), Of("MT-ARM-900B", "1"), Of("MT-JNT-B", "2"), Of("WD-BAS-320", "1"), Of("MT-CWT-30", "1"), From("PK-CTN-T", "1", "70003")] },
        Good { key: "floor_lamp_walnut", sku: "LO-FLR-WB", settings: INACTIVE, shelf: NONE, rows: &[
            Sub("lamp_head_black", "1"), Sub("cable_set", "1"), Of("MT-ARM-900K", "1"), Of("MT-JNT-K", "2"), Of("WD-BAS-320W", "1"), Of("MT-CWT-30", "1"), From("PK-CTN-T", "1", "70003")] },
        Good { key: "pebble_small", sku: "LO-PEB-S", settings: ACTIVE, shelf: ["0", "2", "0"], rows: &[
            Sub("globe_drop", "1"), Of("EL-ROS-BRS", "1"), Of("PK-CTN-S", "1"), Of("VM-DOC-1", "1")] },
        Good { key: "pebble_large", sku: "LO-PEB-L", settings: ACTIVE, shelf: NONE, rows: &[
            Of("EL-LED-12", "1"), Of("EL-DRV-12", "1"), Of("GL-GLB-220", "1"), Of("EL-ROS-BRS", "1"), Waste("VM-CBL-TXT", "1.5", "5"), Of("PK-CTN-S", "1")] },
        Good { key: "trio", sku: "LO-TRIO", settings: ACTIVE, shelf: NONE, rows: &[
            Sub("globe_drop", "3"), Of("EL-ROS-BLK", "1"), Waste("VM-WIR-075", "0.9", "10"), Of("EL-TRM-3", "2"), Of("PK-CTN-S", "2")] },
        Good { key: "stool_oak", sku: "LO-STL-O", settings: ACTIVE, shelf: ["2", "0", "0"], rows: &[
            Sub("dowel_leg_set", "1"), Of("WD-SEA-O", "1"), Sub("flat_pack", "1")] },
        Good { key: "stool_walnut", sku: "LO-STL-W", settings: ACTIVE, shelf: NONE, rows: &[
            Waste("WD-DOW-WAL", "2", "8"), Of("HW-INS-M8", "4"), Of("HW-SCR-M8", "4"), Of("WD-SEA-W", "1"), Sub("flat_pack", "1")] },
        Good { key: "side_table", sku: "LO-TBL-O", settings: ACTIVE, shelf: NONE, rows: &[
            Of("WD-LEG-450", "4"), Of("WD-OAK-600", "3"), Waste("VM-GLU-D3", "0.08", "15"), Waste("VM-OIL-HW", "0.06", "5"), Of("HW-RUN-F", "1"), Sub("flat_pack", "1")] },
        Good { key: "bench", sku: "LO-BEN-O", settings: ACTIVE, shelf: NONE, rows: &[
            Sub("dowel_leg_set", "2"), Of("WD-OAK-900", "1.5"), Waste("VM-GLU-D3", "0.1", "15"), Waste("VM-OIL-HW", "0.09", "5"), Sub("flat_pack", "1")] },
        Good { key: "shelf_80", sku: "LO-SHF-80", settings: ACTIVE, shelf: ["4", "0", "0"], rows: &[
            Of("WD-OAK-900", "1"), Of("MT-BRK-H", "1"), Of("HW-SCR-440", "6"), Waste("VM-OIL-HW", "0.04", "5"), Of("PK-CTN-F", "1")] },
        Good { key: "reading_set", sku: "LO-SET-READ", settings: BomSettings { only_sell_preassembled: true, ..ACTIVE }, shelf: ["2", "0", "0"], rows: &[
            Of("LO-ARC-OB", "1"), Of("LO-STL-O", "1"), Of("LO-KIT-CARE", "1"), Of("VM-RIB", "1.2")] },
        Good { key: "care_kit", sku: "LO-KIT-CARE", settings: ACTIVE, shelf: NONE, rows: &[
            Of("VM-CLO", "1"), Waste("VM-POL-BRS", "0.05", "4"), Of("VM-DOC-2", "1"), Of("VM-FUS", "2")] },
        Good { key: "gift_desk_lamp", sku: "LO-GIFT-ARC", settings: INACTIVE, shelf: NONE, rows: &[
            Of("LO-ARC-OB", "1"), Of("PK-GIFT-L", "1"), Of("VM-RIB", "1.5"), Of("VM-ENGR", "1"), Of("VM-DOC-2", "1")] },
    ],
};
