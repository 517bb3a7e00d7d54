//! What is made of what, across the whole store: the check that nothing is made of itself.

use std::collections::{BTreeMap, BTreeSet};

use super::{BomId, Owner, SubAssemblyId};

/// How many sub-assemblies may be nested in one another.
pub const MAX_DEPTH: u32 = 10;

/// Something made of other things: the same as the owner of rows.
pub type Node = Owner;

/// Who is made of whom. A BOM whose finished good is a material elsewhere counts as a part there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Graph {
    parts: BTreeMap<Node, BTreeSet<Node>>,
}

impl Graph {
    /// `part` is used to make `whole`.
    pub fn add(&mut self, whole: Node, part: Node) {
        self.parts.entry(whole).or_default().insert(part);
    }

    /// Forgets what `whole` was made of.
    pub fn clear(&mut self, whole: &Node) {
        self.parts.remove(whole);
    }

    /// A way from `start` back to itself, beginning and ending with it.
    pub fn cycle_through(&self, start: &Node) -> Option<Vec<Node>> {
        let mut came_from: BTreeMap<&Node, &Node> = BTreeMap::new();
        let mut open = vec![start];
        while let Some(node) = open.pop() {
            for part in self.parts.get(node).into_iter().flatten() {
                if part == start {
                    let mut way = vec![start.clone()];
                    let mut at = node;
                    while at != start {
                        way.push(at.clone());
                        at = came_from.get(at)?;
                    }
                    way.push(start.clone());
                    way.reverse();
                    return Some(way);
                }
                if !came_from.contains_key(part) {
                    came_from.insert(part, node);
                    open.push(part);
                }
            }
        }
        None
    }

    /// How many sub-assemblies lie on the longest way down from `start`; `None` if there is a cycle on the way.
    pub fn depth_below(&self, start: &Node) -> Option<u32> {
        let mut known = BTreeMap::new();
        self.depth(start, &mut known)
    }

    fn depth<'a>(&'a self, node: &'a Node, known: &mut BTreeMap<&'a Node, Option<u32>>) -> Option<u32> {
        if let Some(depth) = known.get(node) {
            return *depth;
        }
        known.insert(node, None); // on the way; meeting it again is a cycle
        let mut deepest = 0;
        for part in self.parts.get(node).into_iter().flatten() {
            match part {
                Owner::SubAssembly(_) => deepest = deepest.max(1 + self.depth(part, known)?),
                Owner::Bom(_) => {} // bought in as a material; not taken apart
            }
        }
        known.insert(node, Some(deepest));
        Some(deepest)
    }
}

impl From<BomId> for Node {
    fn from(id: BomId) -> Self {
        Self::Bom(id)
    }
}

impl From<SubAssemblyId> for Node {
    fn from(id: SubAssemblyId) -> Self {
        Self::SubAssembly(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sub(id: &str) -> Node {
        SubAssemblyId::try_from(id.to_owned()).unwrap().into()
    }

    #[test]
    fn a_cycle_is_named_in_order() {
        let mut graph = Graph::default();
        for (whole, part) in [("a", "b"), ("a", "x"), ("b", "c"), ("x", "c"), ("c", "d")] {
            graph.add(sub(whole), sub(part));
        }
        assert_eq!(graph.cycle_through(&sub("a")), None);
        assert_eq!(graph.depth_below(&sub("a")), Some(3));
        graph.add(sub("c"), sub("a"));
        let cycle = graph.cycle_through(&sub("a")).unwrap();
        assert_eq!(cycle.first(), cycle.last());
        assert!(cycle == [sub("a"), sub("x"), sub("c"), sub("a")] || cycle == [sub("a"), sub("b"), sub("c"), sub("a")]);
        assert_eq!(graph.depth_below(&sub("a")), None);
        graph.clear(&sub("c"));
        assert_eq!(graph.cycle_through(&sub("a")), None);
    }

    #[test]
    fn something_made_of_itself_is_the_shortest_cycle() {
        let mut graph = Graph::default();
        graph.add(sub("a"), sub("a"));
        assert_eq!(graph.cycle_through(&sub("a")), Some(vec![sub("a"), sub("a")]));
    }
}
