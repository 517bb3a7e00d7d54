//! Laws, over any sequence of commands, with ids that are right and wrong.

use std::collections::{BTreeMap, BTreeSet};

use latchstring::{ErrorCode, OperationError};
use proptest::{collection, prelude::*, sample};
use serde_json::{Value, json};

use crate::stores::Stores;

/// Sub-assemblies: the first ten are a chain, as deep as may be, the others lie beside it; behind them, one that does not
/// exist.
const PARTS: usize = 12;
const CHAIN: usize = 10;
/// A variant whose BOM is made of the chain and that is in one of the others at first, two that have no BOM, one of the
/// demo's, one that is no finished good, and one that does not exist.
const VARIANTS: [&str; 6] = ["41016", "41017", "41018", "41001", "50001", "99999"];

/// A command about what is made of what. Numbers are places in the lists above; a whole beyond the parts is a BOM.
#[derive(Debug, Clone)]
enum Step {
    AddPart(usize, usize),
    AddMaterial(usize, usize),
    SetParts(usize, Vec<usize>, bool),
    SetMany(Vec<(usize, usize)>),
    CreateBom(usize, Vec<usize>, Vec<usize>),
    CreatePart(Vec<usize>, Vec<usize>),
    DeleteBom(usize),
    DeletePart(usize),
    RemovePart(usize, usize),
}

fn step() -> impl Strategy<Value = Step> {
    let part = || 0..=PARTS;
    let whole = || 0..PARTS + 3;
    // Often one of the same two, so that ways lead through finished goods.
    let variant = || prop_oneof![3 => 0..2_usize, 1 => 0..VARIANTS.len()];
    let parts = || collection::vec(part(), 0..3);
    prop_oneof![
        4 => (whole(), part()).prop_map(|(whole, part)| Step::AddPart(whole, part)),
        3 => (whole(), variant()).prop_map(|(whole, variant)| Step::AddMaterial(whole, variant)),
        2 => (whole(), parts(), any::<bool>()).prop_map(|(whole, parts, is_whole)| Step::SetParts(whole, parts, is_whole)),
        1 => collection::vec((0..PARTS, part()), 1..4).prop_map(Step::SetMany),
        2 => (variant(), collection::vec(variant(), 0..2), parts())
            .prop_map(|(variant, materials, parts)| Step::CreateBom(variant, materials, parts)),
        1 => (collection::vec(variant(), 0..2), parts()).prop_map(|(materials, parts)| Step::CreatePart(materials, parts)),
        1 => variant().prop_map(Step::DeleteBom),
        1 => part().prop_map(Step::DeletePart),
        1 => (whole(), part()).prop_map(|(whole, part)| Step::RemovePart(whole, part)),
    ]
}

/// The store in which it happens.
struct Place {
    stores: Stores,
    parts: Vec<String>,
}

impl Place {
    async fn open() -> Self {
        let stores = Stores::open().await;
        let mut parts = vec!["sub_nobody".to_owned()];
        for number in 0..PARTS {
            let is_chained = (PARTS - CHAIN + 1..PARTS).contains(&number);
            let below: Vec<Value> = parts
                .last()
                .filter(|_| is_chained)
                .map(|id| json!({ "subAssemblyId": id, "quantity": 1 }))
                .into_iter()
                .collect();
            let arguments = json!({ "name": format!("Part {number}"), "subAssemblies": below });
            let made = stores.ok("subAssemblies.create", arguments).await;
            parts.push(made["subAssembly"]["subAssemblyId"].as_str().unwrap().to_owned());
        }
        parts.reverse();
        let bom = json!({ "variantId": VARIANTS[0], "subAssemblies": [{ "subAssemblyId": parts[0], "quantity": 1 }] });
        stores.ok("boms.create", bom).await;
        let taken = json!({ "subAssemblyId": parts[CHAIN], "variantId": VARIANTS[0], "quantity": 1 });
        stores.ok("subAssemblies.addComponent", taken).await;
        Self { stores, parts }
    }

    fn part(&self, at: usize) -> &str {
        &self.parts[at]
    }

    fn rows(&self, parts: &[usize]) -> Value {
        parts
            .iter()
            .map(|at| json!({ "subAssemblyId": self.part(*at), "quantity": 1 }))
            .collect()
    }

    fn materials(materials: &[usize]) -> Value {
        materials
            .iter()
            .map(|at| json!({ "variantId": VARIANTS[*at], "quantity": 1 }))
            .collect()
    }

    async fn bom_of(&self, variant: usize) -> String {
        let sql = format!("SELECT id AS t FROM boms WHERE variant_id = '{}'", VARIANTS[variant]);
        let found = self.stores.texts(&sql).await.pop();
        found.unwrap_or_else(|| "bom_nobody".to_owned())
    }

    /// The namespace, the field and the id of a whole.
    async fn whole(&self, at: usize, field: &'static str) -> (&'static str, &'static str, String) {
        if at < PARTS {
            ("subAssemblies", field, self.part(at).to_owned())
        } else {
            ("boms", "bomId", self.bom_of(at - PARTS).await)
        }
    }

    async fn does(&self, step: &Step) -> Result<Value, OperationError> {
        let (path, arguments) = match step {
            Step::AddPart(whole, part) => {
                let (space, field, id) = self.whole(*whole, "parentId").await;
                let arguments = json!({ field: id, "subAssemblyId": self.part(*part), "quantity": 1 });
                (format!("{space}.addSubAssembly"), arguments)
            }
            Step::AddMaterial(whole, variant) => {
                let (space, field, id) = self.whole(*whole, "subAssemblyId").await;
                let arguments = json!({ field: id, "variantId": VARIANTS[*variant], "quantity": 1 });
                (format!("{space}.addComponent"), arguments)
            }
            Step::SetParts(whole, parts, is_whole) => {
                let (space, field, id) = self.whole(*whole, "subAssemblyId").await;
                let mode = if *is_whole { "replace" } else { "merge" };
                let arguments = json!({ field: id, "subAssemblies": self.rows(parts), "mode": mode });
                (format!("{space}.setComponents"), arguments)
            }
            Step::SetMany(pairs) => {
                let item = |(whole, part): &(usize, usize)| json!({ "subAssemblyId": self.part(*whole), "subAssemblies": self.rows(&[*part]) });
                let items: Vec<Value> = pairs.iter().map(item).collect();
                ("subAssemblies.setComponentsMany".to_owned(), json!({ "items": items }))
            }
            Step::CreateBom(variant, materials, parts) => {
                let arguments = json!({ "variantId": VARIANTS[*variant], "components": Self::materials(materials), "subAssemblies": self.rows(parts) });
                ("boms.create".to_owned(), arguments)
            }
            Step::CreatePart(materials, parts) => {
                let arguments = json!({ "name": "New", "components": Self::materials(materials), "subAssemblies": self.rows(parts) });
                ("subAssemblies.create".to_owned(), arguments)
            }
            Step::DeleteBom(variant) => {
                let id = self.bom_of(*variant).await;
                ("boms.delete".to_owned(), json!({ "bomId": id }))
            }
            Step::DeletePart(part) => (
                "subAssemblies.delete".to_owned(),
                json!({ "subAssemblyId": self.part(*part) }),
            ),
            Step::RemovePart(whole, part) => {
                let (space, field, id) = self.whole(*whole, "parentId").await;
                let arguments = json!({ field: id, "subAssemblyId": self.part(*part) });
                (format!("{space}.removeSubAssembly"), arguments)
            }
        };
        self.stores.call(self.stores.lumen, &path, arguments).await
    }

    /// What is made of what, as the tables have it.
    async fn made_of(&self) -> MadeOf {
        let nested =
            "SELECT owner_kind || ' ' || owner_id || ' sub_assembly ' || sub_assembly_id AS t FROM nested_rows";
        let made_here = "SELECT owner_kind || ' ' || owner_id || ' bom ' || boms.id AS t FROM component_rows \
                         JOIN boms ON boms.variant_id = component_rows.material_id";
        let mut made_of = MadeOf::default();
        for sql in [nested, made_here] {
            for row in self.stores.texts(sql).await {
                let words: Vec<&str> = row.split(' ').collect();
                let (whole, part) = (words[..2].join(" "), words[2..].join(" "));
                made_of.0.entry(whole).or_default().insert(part);
            }
        }
        made_of
    }
}

/// From each whole to its parts, each with its kind. Shares no code with the rules.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct MadeOf(BTreeMap<String, BTreeSet<String>>);

impl MadeOf {
    /// The most sub-assemblies on any way down, finished goods not taken apart; an error if any way leads round.
    fn depth(&self) -> Result<usize, String> {
        let mut deepest = 0;
        for whole in self.0.keys() {
            deepest = deepest.max(self.depth_of(whole, &mut Vec::new())?);
        }
        Ok(deepest)
    }

    fn depth_of(&self, whole: &str, above: &mut Vec<String>) -> Result<usize, String> {
        above.push(whole.to_owned());
        let mut deepest = usize::from(whole.starts_with("sub_assembly"));
        for part in self.0.get(whole).into_iter().flatten() {
            if above.contains(part) {
                return Err(format!("{above:?} leads round to {part}"));
            }
            let below = self.depth_of(part, above)?;
            if part.starts_with("sub_assembly") {
                deepest = deepest.max(below + usize::from(whole.starts_with("sub_assembly")));
            }
        }
        above.pop();
        Ok(deepest)
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, max_shrink_iters: 60, ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_made_of_itself_or_too_deep_and_what_is_refused_leaves_no_trace(
        steps in collection::vec(step(), 1..16),
    ) {
        runtime().block_on(async {
            let place = Place::open().await;
            let mut before = place.stores.stored().await;
            for step in &steps {
                let made_of = place.made_of().await;
                let done = place.does(step).await;
                let after = place.stores.stored().await;
                if let Err(error) = &done {
                    let trace = before.changes(&after);
                    assert!(trace.is_empty(), "{step:?} was refused, {error}, and left {trace:#?}");
                    assert_ne!(error.code(), ErrorCode::Internal, "{step:?}");
                    check_reason(&place, step, made_of, error).await;
                }
                match place.made_of().await.depth() {
                    Ok(depth) => assert!(depth <= 10, "{step:?} made it {depth} deep"),
                    Err(round) => panic!("{step:?}: {round}"),
                }
                before = after;
            }
            // Everything can still be shown and computed.
            place.stores.ok("boms.list", json!({ "pageSize": 1000 })).await;
            place.stores.ok("subAssemblies.list", json!({ "pageSize": 1000 })).await;
            place.stores.ok("boms.buildableMany", json!({ "pageSize": 250 })).await;
        });
    }
}

/// What is refused for its way round or its depth would have had one.
async fn check_reason(place: &Place, step: &Step, mut made_of: MadeOf, error: &OperationError) {
    let is_about_structure = error.message().contains("made of itself") || error.message().contains("are allowed");
    if !is_about_structure || error.code() != ErrorCode::InvalidInput {
        return;
    }
    let (whole, part) = match step {
        Step::AddPart(whole, part) => (*whole, format!("sub_assembly {}", place.part(*part))),
        Step::AddMaterial(whole, variant) => (*whole, format!("bom {}", place.bom_of(*variant).await)),
        _ => return,
    };
    let (space, _, id) = place.whole(whole, "").await;
    let kind = if space == "boms" { "bom" } else { "sub_assembly" };
    made_of.0.entry(format!("{kind} {id}")).or_default().insert(part);
    let depth = made_of.depth();
    assert!(
        depth.as_ref().map_or(true, |depth| *depth > 10),
        "{step:?} is refused for nothing: {error}"
    );
}

/// A command that counts.
#[derive(Debug, Clone)]
enum Count {
    Set(usize, Vec<(usize, i64, Option<i64>)>),
    Delete(usize),
}

/// Three things of each kind that has counts.
const COUNTED: [(&str, &str, &str, &str); 6] = [
    (
        "rawMaterials.setStock",
        "rawMaterials.remove",
        "variantId",
        "VMAT-VAR-1026",
    ),
    (
        "rawMaterials.setStock",
        "rawMaterials.remove",
        "variantId",
        "VMAT-VAR-1001",
    ),
    ("boms.setPreassembled", "boms.delete", "bomId", "bom_care_kit"),
    ("boms.setPreassembled", "boms.delete", "bomId", "bom_trio"),
    (
        "subAssemblies.setPreassembled",
        "subAssemblies.delete",
        "subAssemblyId",
        "sub_flat_pack",
    ),
    (
        "subAssemblies.setPreassembled",
        "subAssemblies.delete",
        "subAssemblyId",
        "sub_nobody",
    ),
];

fn count() -> impl Strategy<Value = Count> {
    let level = (0..4_usize, -2..6_i64, prop::option::weighted(0.3, -1..4_i64));
    let levels = collection::vec(level, 0..3);
    prop_oneof![
        6 => (0..COUNTED.len(), levels).prop_map(|(at, levels)| Count::Set(at, levels)),
        1 => (0..COUNTED.len()).prop_map(Count::Delete),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 60, ..ProptestConfig::default() })]

    #[test]
    fn no_count_falls_below_nothing_and_the_history_leads_to_every_count(steps in collection::vec(count(), 1..14)) {
        runtime().block_on(async {
            let stores = Stores::open().await;
            let mut before = stores.stored().await;
            for step in &steps {
                stores.later(chrono::TimeDelta::milliseconds(5));
                let (path, arguments) = match step {
                    Count::Set(at, levels) => {
                        let (set, _, key, id) = COUNTED[*at];
                        let level = |(at, quantity, expected): &(usize, i64, Option<i64>)| {
                            let location = ["70001", "70002", "70003", "nowhere"][*at];
                            json!({ "locationId": location, "quantity": quantity, "expectedQuantity": expected })
                        };
                        let levels: Vec<Value> = levels.iter().map(level).collect();
                        (set, json!({ key: id, "levels": levels }))
                    }
                    Count::Delete(at) => {
                        let (_, delete, key, id) = COUNTED[*at];
                        (delete, json!({ key: id }))
                    }
                };
                let done = stores.call(stores.lumen, path, arguments).await;
                let after = stores.stored().await;
                if let Err(error) = done {
                    assert!(before.changes(&after).is_empty(), "{step:?} was refused, {error}, and left a trace");
                }
                assert!(stores.number("SELECT MIN(quantity) AS n FROM levels").await >= 0, "{step:?}");
                before = after;
            }
            check_history(&stores).await;
        });
    }
}

/// Of every item and location, each row begins where the one before it ended, and the last is what there is.
async fn check_history(stores: &Stores) {
    let sql = "SELECT quantity || ' ' || kind || ' ' || item_id || ' ' || location_id AS t FROM levels";
    let split = |row: String| {
        let (quantity, place) = row.split_once(' ').unwrap();
        (place.to_owned(), quantity.parse::<i64>().unwrap())
    };
    let levels: BTreeMap<String, i64> = stores.texts(sql).await.into_iter().map(split).collect();
    let history = stores.ok("stock.history", json!({ "pageSize": 1000 })).await;
    let mut last: BTreeMap<String, f64> = BTreeMap::new();
    for row in history["items"].as_array().unwrap().iter().rev() {
        let text = |field: &str| row[field].as_str().unwrap();
        let place = format!("{} {} {}", text("kind"), text("itemId"), text("locationId"));
        let (before, after) = (row["before"].as_f64().unwrap(), row["after"].as_f64().unwrap());
        if let Some(ended) = last.insert(place.clone(), after) {
            assert!((ended - before).abs() < 1e-9, "{place}: {ended} and then {before}");
        }
        assert!((row["change"].as_f64().unwrap() - (after - before)).abs() < 1e-9);
    }
    for (place, ended) in last {
        let micros = levels.get(&place).copied().unwrap_or(0);
        #[expect(clippy::cast_precision_loss, reason = "small numbers")]
        let is = micros as f64 / 1e6;
        assert!(
            (is - ended).abs() < 1e-9,
            "{place}: the history ends with {ended}, there are {is}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, max_shrink_iters: 20, ..ProptestConfig::default() })]

    #[test]
    fn many_boms_at_once_are_computed_like_each_alone(
        shelves in collection::vec((0..9_usize, 0..3_usize, 0..30_u32), 0..12),
        locations in sample::subsequence(vec!["70001", "70002", "70003"], 1..=3),
        tells_locations_apart in any::<bool>(),
    ) {
        runtime().block_on(async {
            let stores = Stores::open().await;
            if !tells_locations_apart {
                stores
                    .behind_the_scenes(
                        "UPDATE shops SET multi_location_sensitive_adjustments = FALSE, \
                         location_sensitive_dynamic_adjustments = FALSE",
                    )
                    .await;
            }
            let ready = [
                "sub_cable_set", "sub_led_engine", "sub_lamp_head", "sub_lamp_head_black", "sub_desk_lamp_core",
                "sub_globe_drop", "sub_dowel_leg_set", "sub_flat_pack", "sub_led_engine",
            ];
            for (part, at, quantity) in shelves {
                let location = ["70001", "70002", "70003"][at];
                let levels = json!([{ "locationId": location, "quantity": quantity }]);
                let set = json!({ "subAssemblyId": ready[part], "levels": levels });
                stores.ok("subAssemblies.setPreassembled", set).await;
            }
            let call = json!({ "locationIds": locations, "pageSize": 250 });
            let many = stores.ok("boms.buildableMany", call).await;
            assert_eq!(many["totalCount"], json!(15));
            for item in many["items"].as_array().unwrap() {
                let call = json!({ "bomId": item["bomId"], "locationIds": locations });
                let alone = stores.ok("boms.buildable", call).await;
                for field in ["bomId", "name", "total", "reason"] {
                    assert_eq!(item[field], alone[field], "{field}");
                }
                let places = alone["locations"].as_array().unwrap();
                assert_eq!(item["locations"].as_array().unwrap().len(), places.len());
                for (of_many, alone) in item["locations"].as_array().unwrap().iter().zip(places) {
                    for field in ["locationId", "locationName", "buildable", "sellable"] {
                        assert_eq!(of_many[field], alone[field], "{field}");
                    }
                    let limiting = alone["limiting"].as_array().unwrap();
                    assert_eq!(of_many["limitingCount"], json!(limiting.len()));
                    let first: Vec<&Value> = limiting.iter().take(3).collect();
                    assert_eq!(of_many["limiting"], json!(first));
                }
            }
        });
    }
}

/// A row about one of a few materials: which, how much, its waste and its location, where they are given.
type Row = (usize, u32, Option<u32>, Option<Option<usize>>);

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let location = prop::option::of(prop::option::of(0..3_usize));
    collection::vec((0..5_usize, 1..9_u32, prop::option::of(0..20_u32), location), 1..6).prop_map(|mut rows| {
        let mut seen = BTreeSet::new();
        rows.retain(|(material, ..)| seen.insert(*material));
        rows
    })
}

fn row((material, quantity, waste, location): &Row) -> Value {
    let materials = ["50001", "50002", "VMAT-VAR-1001", "VMAT-VAR-1002", "41019"];
    let mut row = json!({ "variantId": materials[*material], "quantity": quantity });
    if let Some(waste) = waste {
        row["wastePercentage"] = json!(waste);
    }
    if let Some(location) = location {
        row["locationId"] = json!(location.map(|at| ["70001", "70002", "70003"][at]));
    }
    row
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, max_shrink_iters: 40, ..ProptestConfig::default() })]

    #[test]
    fn merging_rows_at_once_in_bulk_and_singly_comes_to_the_same(sets in collection::vec(rows(), 2..4)) {
        runtime().block_on(async {
            let stores = Stores::open().await;
            let mut boms = Vec::new();
            for variant in ["41016", "41017", "41018"] {
                let made = stores.ok("boms.create", json!({ "variantId": variant })).await;
                boms.push(made["bom"]["bomId"].clone());
            }
            for set in &sets {
                let rows: Vec<Value> = set.iter().map(row).collect();
                let at_once = json!({ "bomId": boms[0], "components": rows });
                stores.ok("boms.setComponents", at_once).await;
                let items: Vec<Value> = rows.iter().map(|row| json!({ "bomId": boms[1], "components": [row] })).collect();
                let done = stores.ok("boms.setComponentsMany", json!({ "items": items })).await;
                assert_eq!(done["failed"], json!(0));
                for row in &rows {
                    let mut single = row.clone();
                    single["bomId"] = boms[2].clone();
                    // Who does not know whether a row is there adds it, and changes it if it is.
                    if let Err(error) = stores.call(stores.lumen, "boms.addComponent", single.clone()).await {
                        assert_eq!(error.code(), ErrorCode::Conflict, "{error}");
                        stores.ok("boms.updateComponent", single).await;
                    }
                }
            }
            let mut read = Vec::new();
            for bom in &boms {
                read.push(stores.ok("boms.get", json!({ "bomId": bom })).await["components"].clone());
            }
            assert_eq!(read[0], read[1]);
            assert_eq!(read[0], read[2]);
        });
    }
}
