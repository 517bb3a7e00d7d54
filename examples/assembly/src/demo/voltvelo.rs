//! Voltvelo: e-bikes and spare parts, assembled to order.

use super::tables::{ACTIVE, Good, INACTIVE, NONE, Part, Row::From, Row::Of, Row::Sub, Row::Waste, Tables};
use crate::model::BomSettings;

#[rustfmt::skip]
pub(super) const TABLES: Tables = Tables {
    name: "Voltvelo",
    currency: "CHF",
    locations: [("80001", "Assembly hall"), ("80002", "Zürich shop"), ("80003", "Spare parts store")],
    catalogue: &[
        ("42001", "City One",          "S",              "VV-C1-S",     "2890.00"),
        ("42002", "City One",          "M",              "VV-C1-M",     "2890.00"),
        ("42003", "City One",          "L",              "VV-C1-L",     "2890.00"),
        ("42004", "Cargo Max",         "Single battery", "VV-CM-1",     "4990.00"),
        ("42005", "Cargo Max",         "Dual battery",   "VV-CM-2",     "5790.00"),
        ("42006", "Trail Hardtail",    "M",              "VV-TR-M",     "3690.00"),
        ("42007", "Trail Hardtail",    "L",              "VV-TR-L",     "3690.00"),
        ("42008", "Fold Mini",         "Default Title",  "VV-FM",       "1990.00"),
        ("42009", "Battery pack",      "500 Wh",         "VV-BAT-500",  "549.00"),
        ("42010", "Battery pack",      "750 Wh",         "VV-BAT-750",  "749.00"),
        ("42011", "Front wheel",       "28 inch",        "VV-WHL-F28",  "129.00"),
        ("42012", "Motor wheel",       "28 inch, 250 W", "VV-WHL-M28",  "429.00"),
        ("42013", "Brake kit",         "Hydraulic",      "VV-BRK-H",    "149.00"),
        ("42014", "Light kit",         "Default Title",  "VV-LGT",      "79.00"),
        ("42015", "Service kit",       "Annual",         "VV-SRV",      "49.00"),
        ("42016", "Child seat",        "Rear",           "VV-CHILD",    "159.00"),
        ("42017", "Helmet",            "M",              "VV-HLM-M",    "89.00"),
        ("42018", "Rain cover",        "Cargo",          "VV-RAIN",     "119.00"),
    ],
    materials: &[
        ("60001", "City frame",        "S",               "FR-C-S",     "pcs", "310.00", "Alumax",      ["7", "0", "0"]),
        ("60002", "City frame",        "M",               "FR-C-M",     "pcs", "310.00", "Alumax",      ["18", "0", "0"]),
        ("60003", "City frame",        "L",               "FR-C-L",     "pcs", "315.00", "Alumax",      ["11", "0", "0"]),
        ("60004", "Cargo frame",       "Default Title",   "FR-CM",      "pcs", "720.00", "Alumax",      ["5", "0", "0"]),
        ("60005", "Trail frame",       "M",               "FR-T-M",     "pcs", "405.00", "Alumax",      ["9", "0", "0"]),
        ("60006", "Trail frame",       "L",               "FR-T-L",     "pcs", "405.00", "Alumax",      ["0", "0", "0"]),
        ("60007", "Folding frame",     "20 inch",         "FR-FM",      "pcs", "265.00", "Alumax",      ["8", "0", "0"]),
        ("60008", "Hub motor",         "250 W",           "MO-250",     "pcs", "138.00", "Kinetik",     ["44", "0", "12"]),
        ("60009", "Mid motor",         "500 W",           "MO-500",     "pcs", "392.00", "Kinetik",     ["10", "0", "2"]),
        ("60010", "Controller",        "36 V 15 A",       "CT-36",      "pcs", "54.00",  "Kinetik",     ["39", "0", "10"]),
        ("60011", "Controller",        "48 V 25 A",       "CT-48",      "pcs", "81.00",  "Kinetik",     ["12", "0", "4"]),
        ("60012", "Display",           "Colour",          "DS-COL",     "pcs", "38.00",  "Kinetik",     ["41", "1", "15"]),
        ("60013", "Torque sensor",     "BB 68 mm",        "SN-TRQ",     "pcs", "47.50",  "Kinetik",     ["26", "0", "6"]),
        ("60014", "Speed sensor",      "Hall",            "SN-SPD",     "pcs", "4.20",   "Kinetik",     ["90", "0", "40"]),
        ("60015", "Lithium cell",      "21700 5 Ah",      "CE-21700",   "pcs", "3.95",   "Cellwerk",    ["2600", "0", "520"]),
        ("60016", "Battery board",     "36 V BMS",        "BM-36",      "pcs", "14.80",  "Cellwerk",    ["48", "0", "10"]),
        ("60017", "Battery board",     "48 V BMS",        "BM-48",      "pcs", "18.60",  "Cellwerk",    ["22", "0", "6"]),
        ("60018", "Battery case",      "Downtube",        "BC-DT",      "pcs", "21.00",  "Cellwerk",    ["40", "0", "5"]),
        ("60019", "Battery case",      "Rack",            "BC-RK",      "pcs", "19.50",  "Cellwerk",    ["14", "0", "5"]),
        ("60020", "Charger",           "36 V 4 A",        "CH-36",      "pcs", "27.00",  "Cellwerk",    ["37", "3", "10"]),
        ("60021", "Charger",           "48 V 4 A",        "CH-48",      "pcs", "31.00",  "Cellwerk",    ["16", "0", "5"]),
        ("60022", "Rim",               "28 inch 32h",     "RM-28",      "pcs", "22.40",  "Radbau Roth", ["70", "0", "20"]),
        ("60023", "Rim",               "20 inch 36h",     "RM-20",      "pcs", "19.80",  "Radbau Roth", ["31", "0", "8"]),
        ("60024", "Rim",               "29 inch 32h",     "RM-29",      "pcs", "29.60",  "Radbau Roth", ["24", "0", "6"]),
        ("60025", "Front hub",         "Disc 15 mm",      "HB-F15",     "pcs", "16.70",  "Radbau Roth", ["52", "0", "10"]),
        ("60026", "Rear hub",          "Disc 12 mm",      "HB-R12",     "pcs", "28.90",  "Radbau Roth", ["21", "0", "6"]),
        ("60027", "Spoke",             "264 mm",          "SP-264",     "pcs", "0.34",   "Radbau Roth", ["3400", "0", "800"]),
        ("60028", "Spoke",             "186 mm",          "SP-186",     "pcs", "0.33",   "Radbau Roth", ["1500", "0", "300"]),
        ("60029", "Spoke nipple",      "Brass",           "SP-NIP",     "pcs", "0.08",   "Radbau Roth", ["6200", "0", "1200"]),
        ("60030", "Tyre",              "28 x 1.75",       "TY-28",      "pcs", "18.50",  "Gummiwerk",   ["66", "4", "20"]),
        ("60031", "Tyre",              "20 x 2.15",       "TY-20",      "pcs", "21.00",  "Gummiwerk",   ["28", "0", "10"]),
        ("60032", "Tyre",              "29 x 2.4",        "TY-29",      "pcs", "34.00",  "Gummiwerk",   ["19", "0", "6"]),
        ("60033", "Inner tube",        "28 inch",         "TU-28",      "pcs", "2.90",   "Gummiwerk",   ["120", "20", "60"]),
        ("60034", "Inner tube",        "20 inch",         "TU-20",      "pcs", "2.70",   "Gummiwerk",   ["50", "5", "20"]),
        ("60035", "Brake caliper",     "Hydraulic",       "BR-CAL",     "pcs", "23.00",  "Stoppar",     ["72", "0", "20"]),
        ("60036", "Brake lever",       "Cut-off switch",  "BR-LEV",     "pcs", "14.50",  "Stoppar",     ["75", "0", "20"]),
        ("60037", "Brake disc",        "180 mm",          "BR-DSC",     "pcs", "9.80",   "Stoppar",     ["81", "0", "30"]),
        ("60038", "Brake pad",         "Pair",            "BR-PAD",     "pcs", "4.10",   "Stoppar",     ["160", "12", "90"]),
        ("60039", "Handlebar",         "City 660",        "HB-660",     "pcs", "13.90",  "Alumax",      ["42", "0", "0"]),
        ("60040", "Handlebar",         "Trail 780",       "HB-780",     "pcs", "24.00",  "Alumax",      ["13", "0", "0"]),
        ("60041", "Stem",              "Adjustable",      "ST-ADJ",     "pcs", "11.20",  "Alumax",      ["55", "0", "5"]),
        ("60042", "Grips",             "Ergo, pair",      "GR-ERG",     "pcs", "7.60",   "Gummiwerk",   ["60", "5", "10"]),
        ("60043", "Saddle",            "Gel",             "SA-GEL",     "pcs", "19.00",  "Sitzgut",     ["47", "3", "0"]),
        ("60044", "Seat post",         "27.2 mm",         "SP-272",     "pcs", "12.80",  "Alumax",      ["50", "0", "0"]),
        ("60045", "Fork",              "Rigid 28",        "FK-R28",     "pcs", "48.00",  "Alumax",      ["29", "0", "0"]),
        ("60046", "Fork",              "Suspension 29",   "FK-S29",     "pcs", "",       "Federtech",   ["12", "0", "0"]),
        ("60047", "Chain",             "10-speed",        "CN-10",      "pcs", "11.50",  "Antrieb AG",  ["58", "5", "30"]),
        ("60048", "Cassette",          "10-speed",        "CS-10",      "pcs", "32.00",  "Antrieb AG",  ["27", "0", "8"]),
        ("60049", "Belt drive",        "118 teeth",       "BD-118",     "pcs", "62.00",  "Antrieb AG",  ["20", "0", "4"]),
        ("60050", "Front light",       "80 lux",          "LI-F80",     "pcs", "21.50",  "Lumitec",     ["36", "2", "10"]),
        ("60051", "Rear light",        "Brake light",     "LI-RBR",     "pcs", "12.40",  "Lumitec",     ["0", "0", "4"]),
        ("60052", "Kick stand",        "Double",          "KS-DBL",     "pcs", "16.00",  "Alumax",      ["0", "0", "0"]),
        ("42009", "Battery pack",      "500 Wh",          "VV-BAT-500", "pcs", "",       "Voltvelo",    ["6", "1", "2"]),
        ("42014", "Light kit",         "Default Title",   "VV-LGT",     "pcs", "41.00",  "Voltvelo",    ["9", "2", "0"]),
        ("VMAT-VAR-2001", "Motor cable",       "", "VM-CBL-MOT", "m",   "3.40",  "Kinetik",     ["58.5", "0", "12"]),
        ("VMAT-VAR-2002", "Signal cable",      "", "VM-CBL-SIG", "m",   "0.90",  "Kinetik",     ["210", "0", "40"]),
        ("VMAT-VAR-2003", "Brake hose",        "", "VM-HSE",     "m",   "2.20",  "Stoppar",     ["74.25", "0", "20"]),
        ("VMAT-VAR-2004", "Mineral oil",       "", "VM-OIL-MIN", "L",   "14.00", "Stoppar",     ["3.6", "0", "5"]),
        ("VMAT-VAR-2005", "Nickel strip",      "", "VM-NCK",     "m",   "0.85",  "Cellwerk",    ["160", "0", "30"]),
        ("VMAT-VAR-2006", "Shrink wrap",       "", "VM-SHW",     "m",   "1.30",  "Cellwerk",    ["48", "0", "10"]),
        ("VMAT-VAR-2007", "Thermal paste",     "", "VM-THP",     "kg",  "36.00", "Cellwerk",    ["0.9", "0", "0.5"]),
        ("VMAT-VAR-2008", "Grease",            "", "VM-GRS",     "kg",  "11.00", "Antrieb AG",  ["4.2", "0.5", "2"]),
        ("VMAT-VAR-2009", "Threadlocker",      "", "VM-LOK",     "mL",  "0.30",  "Antrieb AG",  ["260", "0", "50"]),
        ("VMAT-VAR-2010", "Rim tape",          "", "VM-RIM",     "m",   "0.45",  "Radbau Roth", ["190", "0", "60"]),
        ("VMAT-VAR-2011", "Frame clear coat",  "", "VM-CLR",     "L",   "28.00", "Alumax",      ["2.75", "0", "0"]),
        ("VMAT-VAR-2012", "Decal sheet",       "", "VM-DCL",     "pcs", "1.60",  "Druckhaus",   ["64", "0", "0"]),
        ("VMAT-VAR-2013", "Bike carton",       "", "VM-CTN-B",   "pcs", "9.40",  "Packwerk CH", ["22", "0", "0"]),
        ("VMAT-VAR-2014", "Parts carton",      "", "VM-CTN-P",   "pcs", "1.20",  "Packwerk CH", ["140", "10", "60"]),
        ("VMAT-VAR-2015", "Manual",            "", "VM-DOC",     "pcs", "0.90",  "Druckhaus",   ["300", "10", "20"]),
        ("VMAT-VAR-2016", "Bolt set, frame",   "", "VM-BLT-FR",  "pcs", "2.40",  "Antrieb AG",  ["0", "0", "0"]),
        ("VMAT-VAR-2017", "Zip tie",           "", "VM-ZIP",     "pcs", "0.02",  "Antrieb AG",  ["0", "0", "0"]),
        ("VMAT-VAR-2018", "Firmware licence",  "", "VM-LIC",     "pcs", "",      "Kinetik",     ["500", "0", "0"]),
        ("VMAT-VAR-2019", "Assembly time",     "", "VM-TIME",    "h",   "52.00", "",            ["160", "0", "0"]),
        ("VMAT-VAR-2020", "Cell holder",       "", "VM-HLD",     "pcs", "0.28",  "Cellwerk",    ["420", "0", "80"]),
        ("VMAT-VAR-2021", "Fuse 30 A",         "", "VM-FUS-30",  "pcs", "0.40",  "Cellwerk",    ["130", "5", "40"]),
        ("VMAT-VAR-2022", "Cleaning cloth",    "", "VM-CLO",     "pcs", "0.60",  "Antrieb AG",  ["75", "20", "0"]),
        ("VMAT-VAR-2023", "Chain oil, 50 mL",  "", "VM-OIL-CHN", "pcs", "2.10",  "Antrieb AG",  ["44", "8", "10"]),
        ("VMAT-VAR-2024", "Reflector set",     "", "VM-RFL",     "pcs", "1.10",  "Lumitec",     ["90", "0", "0"]),
        ("VMAT-VAR-2025", "Cargo floor board", "", "VM-FLR",     "pcs", "34.00", "Holz Huber",  ["6", "0", "0"]),
        ("VMAT-VAR-2026", "Old display glass", "", "VM-OLD-GLS", "pcs", "3.00",  "Kinetik",     ["17", "0", "0"]),
    ],
    non_essential: &["VM-ZIP", "VM-BLT-FR", "VM-DOC", "VM-LOK", "KS-DBL"],
    sub_assemblies: &[
        Part { key: "cell_block", name: "Cell block, 10s1p", only_consume_preassembled: false, shelf: ["16", "0", "2"], rows: &[
            Of("CE-21700", "10"), Of("VM-HLD", "2"), Waste("VM-NCK", "0.9", "12"), Waste("VM-THP", "0.004", "10")] },
        Part { key: "battery_500", name: "Battery, 500 Wh", only_consume_preassembled: false, shelf: ["5", "0", "1"], rows: &[
            Sub("cell_block", "3"), Of("BM-36", "1"), Of("BC-DT", "1"), Of("VM-FUS-30", "1"), Waste("VM-SHW", "0.4", "15")] },
        Part { key: "battery_750", name: "Battery, 750 Wh", only_consume_preassembled: true, shelf: ["4", "0", "0"], rows: &[
            Sub("cell_block", "4"), Of("BM-48", "1"), Of("BC-DT", "1"), Of("VM-FUS-30", "1"), Waste("VM-SHW", "0.5", "15")] },
        Part { key: "front_wheel_28", name: "Front wheel, 28 inch", only_consume_preassembled: false, shelf: ["6", "0", "1"], rows: &[
            Of("RM-28", "1"), Of("HB-F15", "1"), Waste("SP-264", "32", "2"), Waste("SP-NIP", "32", "2"), Of("TY-28", "1"), Of("TU-28", "1"), Waste("VM-RIM", "2.2", "5"), Of("BR-DSC", "1")] },
        Part { key: "motor_wheel_28", name: "Motor wheel, 28 inch", only_consume_preassembled: false, shelf: ["3", "0", "0"], rows: &[
            Of("RM-28", "1"), Of("MO-250", "1"), Waste("SP-264", "36", "2"), Waste("SP-NIP", "36", "2"), Of("TY-28", "1"), Of("TU-28", "1"), Waste("VM-RIM", "2.2", "5"), Of("BR-DSC", "1")] },
        Part { key: "brake_side", name: "Brake, one side", only_consume_preassembled: false, shelf: ["10", "0", "4"], rows: &[
            Of("BR-CAL", "1"), Of("BR-LEV", "1"), Of("BR-PAD", "1"), Waste("VM-HSE", "1.4", "8"), Waste("VM-OIL-MIN", "0.015", "20")] },
        Part { key: "cockpit_city", name: "Cockpit, city", only_consume_preassembled: false, shelf: ["2", "0", "0"], rows: &[
            Sub("brake_side", "2"), Of("HB-660", "1"), Of("ST-ADJ", "1"), Of("GR-ERG", "1"), Of("DS-COL", "1"), Of("VM-CBL-SIG", "2.5")] },
        Part { key: "drive_36", name: "Drive, 36 V", only_consume_preassembled: true, shelf: ["7", "0", "0"], rows: &[
            Sub("battery_500", "1"), Sub("motor_wheel_28", "1"), Of("CT-36", "1"), Of("SN-SPD", "1"), Waste("VM-CBL-MOT", "1.6", "5"), Of("VM-LIC", "1")] },
    ],
    boms: &[
        Good { key: "city_one_s", sku: "VV-C1-S", settings: BomSettings { dynamic_adjustment: true, ..ACTIVE }, shelf: ["1", "1", "0"], rows: &[
            Of("FR-C-S", "1"), Sub("drive_36", "1"), Sub("front_wheel_28", "1"), Sub("cockpit_city", "1"), Of("FK-R28", "1"), Of("SA-GEL", "1"), Of("SP-272", "1"), Of("BD-118", "1"), Of("VM-BLT-FR", "1"), Of("VM-CTN-B", "1")] },
        Good { key: "city_one_m", sku: "VV-C1-M", settings: BomSettings { dynamic_adjustment: true, ..ACTIVE }, shelf: ["2", "1", "0"], rows: &[
            Of("FR-C-M", "1"), Sub("drive_36", "1"), Sub("front_wheel_28", "1"), Sub("cockpit_city", "1"), Of("FK-R28", "1"), Of("SA-GEL", "1"), Of("SP-272", "1"), Of("BD-118", "1"), Of("VM-BLT-FR", "1"), Of("VM-CTN-B", "1")] },
        Good { key: "city_one_l", sku: "VV-C1-L", settings: BomSettings { dynamic_adjustment: true, ..ACTIVE }, shelf: ["1", "0", "0"], rows: &[
            Of("FR-C-L", "1"), Sub("drive_36", "1"), Sub("front_wheel_28", "1"), Sub("cockpit_city", "1"), Of("FK-R28", "1"), Of("SA-GEL", "1"), Of("SP-272", "1"), Of("BD-118", "1"), Of("VM-BLT-FR", "1"), Of("VM-CTN-B", "1")] },
        Good { key: "cargo_single", sku: "VV-CM-1", settings: ACTIVE, shelf: NONE, rows: &[
            Of("FR-CM", "1"), Sub("battery_750", "1"), Of("MO-500", "1"), Of("CT-48", "1"), Of("SN-TRQ", "1"), Sub("brake_side", "2"), Of("RM-20", "2"), Waste("SP-186", "72", "2"), Waste("SP-NIP", "72", "2"), Of("TY-20", "2"), Of("TU-20", "2"), Of("VM-FLR", "1"), Of("KS-DBL", "1")] },
        Good { key: "cargo_dual", sku: "VV-CM-2", settings: ACTIVE, shelf: NONE, rows: &[
            Of("FR-CM", "1"), Sub("battery_750", "2"), Of("MO-500", "1"), Of("CT-48", "1"), Of("SN-TRQ", "1"), Sub("brake_side", "2"), Of("RM-20", "2"), Waste("SP-186", "72", "2"), Waste("SP-NIP", "72", "2"), Of("TY-20", "2"), Of("TU-20", "2"), Of("VM-FLR", "1"), Of("KS-DBL", "1")] },
        Good { key: "trail_m", sku: "VV-TR-M", settings: ACTIVE, shelf: NONE, rows: &[
            Of("FR-T-M", "1"), Sub("battery_750", "1"), Of("MO-500", "1"), Of("CT-48", "1"), Of("SN-TRQ", "1"), Sub("brake_side", "2"), Of("FK-S29", "1"), Of("RM-29", "2"), Of("HB-F15", "1"), Of("HB-R12", "1"), Waste("SP-264", "64", "2"), Waste("SP-NIP", "64", "2"), Of("TY-29", "2"), Of("HB-780", "1"), Of("CN-10", "1"), Of("CS-10", "1")] },
        Good { key: "trail_l", sku: "VV-TR-L", settings: INACTIVE, shelf: NONE, rows: &[
            Of("FR-T-L", "1"), Sub("battery_750", "1"), Of("MO-500", "1"), Of("CT-48", "1"), Of("SN-TRQ", "1"), Sub("brake_side", "2"), Of("FK-S29", "1"), Of("RM-29", "2"), Of("HB-F15", "1"), Of("HB-R12", "1"), Waste("SP-264", "64", "2"), Waste("SP-NIP", "64", "2"), Of("TY-29", "2"), Of("HB-780", "1"), Of("CN-10", "1"), Of("CS-10", "1")] },
        Good { key: "fold_mini", sku: "VV-FM", settings: ACTIVE, shelf: ["0", "2", "0"], rows: &[
            Of("FR-FM", "1"), Sub("battery_500", "1"), Of("MO-250", "1"), Of("CT-36", "1"), Sub("cockpit_city", "1"), Of("RM-20", "2"), Waste("SP-186", "72", "2"), Waste("SP-NIP", "72", "2"), Of("TY-20", "2"), Of("TU-20", "2"), Of("CN-10", "1"), Of("VM-CTN-B", "0.5")] },
        Good { key: "pack_500", sku: "VV-BAT-500", settings: ACTIVE, shelf: ["2", "0", "3"], rows: &[
            Sub("battery_500", "1"), Of("CH-36", "1"), From("VM-CTN-P", "1", "80003")] },
        Good { key: "pack_750", sku: "VV-BAT-750", settings: BomSettings { only_sell_preassembled: true, ..ACTIVE }, shelf: ["1", "0", "2"], rows: &[
            Sub("battery_750", "1"), Of("CH-48", "1"), From("VM-CTN-P", "1", "80003")] },
        Good { key: "wheel_front", sku: "VV-WHL-F28", settings: ACTIVE, shelf: ["0", "0", "4"], rows: &[
            Sub("front_wheel_28", "1"), Of("VM-CTN-P", "1")] },
        Good { key: "wheel_motor", sku: "VV-WHL-M28", settings: ACTIVE, shelf: NONE, rows: &[
            Sub("motor_wheel_28", "1"), Waste("VM-CBL-MOT", "0.8", "5"), Of("VM-CTN-P", "1")] },
        Good { key: "brake_kit", sku: "VV-BRK-H", settings: ACTIVE, shelf: ["0", "0", "6"], rows: &[
            Sub("brake_side", "2"), Of("BR-DSC", "2"), Of("VM-CTN-P", "1"), Of("VM-DOC", "1")] },
        Good { key: "light_kit", sku: "VV-LGT", settings: ACTIVE, shelf: NONE, rows: &[
            Of("LI-F80", "1"), Of("LI-RBR", "1"), Of("VM-CBL-SIG", "3.5"), Of("VM-ZIP", "6"), Of("VM-RFL", "1")] },
        Good { key: "service_kit", sku: "VV-SRV", settings: ACTIVE, shelf: ["5", "3", "10"], rows: &[
            Of("BR-PAD", "2"), Of("VM-OIL-CHN", "1"), Waste("VM-GRS", "0.03", "10"), Of("VM-CLO", "2"), Of("TU-28", "1"), Of("VM-FUS-30", "1")] },
    ],
};
