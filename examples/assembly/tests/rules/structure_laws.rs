//! Laws: ways round and depths are found as by looking at every way there is.

use assembly::model::{Graph, Node, Structure, StructureError, graph::MAX_DEPTH};
use proptest::{collection, prelude::*};

use crate::structures::{Workshop, bom, sub};

/// Sub-assemblies, and behind them BOMs whose finished goods are materials.
const PARTS: usize = 14;
const BOMS: usize = 2;

type Edges = Vec<(usize, usize)>;

/// Mostly from one to a later one, often to the next, so that there are long ways down and few ways round.
fn edges() -> impl Strategy<Value = Edges> {
    let next = (0..PARTS - 1).prop_map(|from| (from, from + 1));
    let down = (0..PARTS, 0..PARTS + BOMS).prop_filter("down", |(from, to)| from < to);
    let up = (0..PARTS + BOMS, 0..PARTS);
    let chain = (0..=PARTS).prop_map(|length| (1..length).map(|to| (to - 1, to)).collect::<Edges>());
    let others = collection::vec(prop_oneof![4 => next, 4 => down, 1 => up], 0..14);
    (chain, others).prop_map(|(mut chain, others)| {
        chain.extend(others);
        chain
    })
}

fn node(at: usize) -> Node {
    if at < PARTS {
        sub(&at.to_string())
    } else {
        Node::Bom(format!("b{at}").try_into().unwrap())
    }
}

fn graph(edges: &Edges) -> Graph {
    let mut graph = Graph::default();
    for (whole, part) in edges {
        graph.add(node(*whole), node(*part));
    }
    graph
}

/// Which lead to which, by one edge or more.
fn reach(edges: &Edges) -> Vec<Vec<bool>> {
    let all = PARTS + BOMS;
    let mut reach = vec![vec![false; all]; all];
    for (from, to) in edges {
        reach[*from][*to] = true;
    }
    for via in 0..all {
        for from in 0..all {
            for to in 0..all {
                reach[from][to] |= reach[from][via] && reach[via][to];
            }
        }
    }
    reach
}

/// The most sub-assemblies on any way down that takes no BOM apart; `None` if such a way leads round.
fn deepest(edges: &Edges, from: usize, above: &mut Vec<usize>) -> Option<u32> {
    above.push(from);
    let mut deepest = 0;
    for (_, to) in edges.iter().filter(|(whole, to)| *whole == from && *to < PARTS) {
        if above.contains(to) {
            return None;
        }
        deepest = deepest.max(1 + self::deepest(edges, *to, above)?);
    }
    above.pop();
    Some(deepest)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn a_way_round_is_found_if_and_only_if_there_is_one(edges in edges(), start in 0..PARTS + BOMS) {
        let (graph, reach) = (graph(&edges), reach(&edges));
        let way = graph.cycle_through(&node(start));
        prop_assert_eq!(way.is_some(), reach[start][start]);
        if let Some(way) = way {
            prop_assert_eq!((way.first(), way.last()), (Some(&node(start)), Some(&node(start))));
            for step in way.windows(2) {
                let is_step = |(from, to): &&(usize, usize)| node(*from) == step[0] && node(*to) == step[1];
                prop_assert!(edges.iter().any(|edge| is_step(&edge)), "no edge {} > {}", step[0], step[1]);
            }
        }
    }

    #[test]
    fn a_depth_is_the_longest_way_down(edges in edges(), start in 0..PARTS + BOMS) {
        let expected = deepest(&edges, start, &mut Vec::new());
        prop_assert_eq!(graph(&edges).depth_below(&node(start)), expected);
    }

    #[test]
    fn a_structure_is_refused_if_and_only_if_it_leads_round_or_too_deep(edges in edges()) {
        let mut workshop = Workshop::default().contains(&bom(), "0", "1");
        for at in 0..PARTS {
            workshop = workshop.sub_assembly(&at.to_string(), "0");
        }
        for (whole, part) in edges.iter().filter(|(whole, part)| *whole < PARTS && *part < PARTS) {
            workshop = workshop.contains(&node(*whole), &part.to_string(), "1");
        }
        let below = deepest(&edges, 0, &mut Vec::new());
        match (below.map(|below| below + 1), Structure::of(&bom(), &workshop.parts)) {
            (None, Err(StructureError::Cycle(_))) => {}
            (Some(depth), Err(StructureError::TooDeep)) => prop_assert!(depth > MAX_DEPTH),
            (Some(depth), Ok(structure)) => {
                prop_assert!(depth <= MAX_DEPTH);
                let order: Vec<String> = structure.sub_assemblies().map(|part| part.id.to_string()).collect();
                let place = |at: &usize| order.iter().position(|id| *id == at.to_string());
                for (whole, part) in &edges {
                    if let (Some(whole), Some(part)) = (place(whole), place(part)) {
                        prop_assert!(whole < part, "parents come before their parts");
                    }
                }
            }
            (depth, other) => prop_assert!(false, "{depth:?}: {other:?}"),
        }
    }
}
