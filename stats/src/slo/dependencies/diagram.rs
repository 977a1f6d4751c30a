//! The probability that a service is up if services fail independently, each counted once however often it is needed.
//!
//! Whether a service is up is a function of which services are up by themselves. It is kept as a binary decision diagram
//! (R. Bryant, IEEE Trans. Computers 35, 1986), on which the probability is one sum from the leaves up.

use std::collections::HashMap;

use super::graph::{Graph, Need};

/// Diagrams with more nodes than this are given up.
const MOST_NODES: usize = 400_000;
/// Graphs with more services than this are not tried.
const MOST_SERVICES: usize = 2000;

const DOWN: u32 = 0;
const UP: u32 = 1;

/// A node: the service that is asked, and what follows where it is down and where it is up.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Node {
    variable: u32,
    down: u32,
    up: u32,
}

/// When each service is up.
pub(super) struct Diagram {
    nodes: Vec<Node>,
    roots: Vec<u32>,
    /// The service of each variable.
    services: Vec<usize>,
}

/// Too many nodes.
pub(super) struct TooEntangled;

struct Builder {
    nodes: Vec<Node>,
    unique: HashMap<Node, u32>,
    both: HashMap<(u32, u32), u32>,
    either: HashMap<(u32, u32), u32>,
}

impl Builder {
    fn new() -> Self {
        let leaf = |to| Node { variable: u32::MAX, down: to, up: to };
        Self { nodes: vec![leaf(DOWN), leaf(UP)], unique: HashMap::new(), both: HashMap::new(), either: HashMap::new() }
    }

    fn node(&mut self, variable: u32, down: u32, up: u32) -> Result<u32, TooEntangled> {
        if down == up {
            return Ok(down);
        }
        let node = Node { variable, down, up };
        if let Some(&at) = self.unique.get(&node) {
            return Ok(at);
        }
        if self.nodes.len() >= MOST_NODES {
            return Err(TooEntangled);
        }
        let at = self.nodes.len() as u32;
        self.nodes.push(node);
        self.unique.insert(node, at);
        Ok(at)
    }

    fn get(&self, at: u32) -> Node {
        self.nodes[at as usize]
    }

    fn and(&mut self, a: u32, b: u32) -> Result<u32, TooEntangled> {
        match (a.min(b), a.max(b)) {
            (DOWN, _) => Ok(DOWN),
            (UP, other) => Ok(other),
            (a, b) if a == b => Ok(a),
            key => {
                if let Some(&known) = self.both.get(&key) {
                    return Ok(known);
                }
                let (variable, x, y) = self.split(key);
                let (down, up) = (self.and(x.0, y.0)?, self.and(x.1, y.1)?);
                let found = self.node(variable, down, up)?;
                self.both.insert(key, found);
                Ok(found)
            }
        }
    }

    fn or(&mut self, a: u32, b: u32) -> Result<u32, TooEntangled> {
        match (a.min(b), a.max(b)) {
            (DOWN, other) => Ok(other),
            (UP, _) => Ok(UP),
            (a, b) if a == b => Ok(a),
            key => {
                if let Some(&known) = self.either.get(&key) {
                    return Ok(known);
                }
                let (variable, x, y) = self.split(key);
                let (down, up) = (self.or(x.0, y.0)?, self.or(x.1, y.1)?);
                let found = self.node(variable, down, up)?;
                self.either.insert(key, found);
                Ok(found)
            }
        }
    }

    /// The first variable of two nodes, and what each says of it.
    fn split(&self, (a, b): (u32, u32)) -> (u32, (u32, u32), (u32, u32)) {
        let (x, y) = (self.get(a), self.get(b));
        let first = x.variable.min(y.variable);
        let branches = |at: u32, n: Node| if n.variable == first { (n.down, n.up) } else { (at, at) };
        (first, branches(a, x), branches(b, y))
    }

    /// Whether at least so many of several are up.
    fn at_least(&mut self, members: &[u32], least: usize) -> Result<u32, TooEntangled> {
        // reached[j]: at least j of those looked at so far
        let mut reached = vec![DOWN; least + 1];
        reached[0] = UP;
        for &member in members {
            for j in (1..=least).rev() {
                let with = self.and(member, reached[j - 1])?;
                reached[j] = self.or(reached[j], with)?;
            }
        }
        Ok(reached[least])
    }
}

impl Diagram {
    /// When each service is up: itself and all that it needs. In a cycle services are up together if nothing else keeps
    /// them down.
    pub(super) fn of(graph: &Graph, order: &[Vec<usize>]) -> Result<Self, TooEntangled> {
        let n = graph.services().len();
        if n > MOST_SERVICES {
            return Err(TooEntangled);
        }
        let hard = graph.hard();
        // who needs comes before what is needed: the functions of the needed are then shared whole
        let services: Vec<usize> = order.iter().rev().flatten().copied().collect();
        let mut variable = vec![0; n];
        for (at, service) in services.iter().enumerate() {
            variable[*service] = at as u32;
        }
        let mut b = Builder::new();
        let mut roots = vec![UP; n];
        for component in order {
            loop {
                let mut moved = false;
                for &v in component {
                    let mut up = b.node(variable[v], DOWN, UP)?;
                    for need in &hard[v] {
                        let met = Self::met(&mut b, need, &roots)?;
                        up = b.and(up, met)?;
                    }
                    moved |= up != roots[v];
                    roots[v] = up;
                }
                // functions only fall, and equal ones are one node
                if !moved {
                    break;
                }
            }
        }
        Ok(Self { nodes: b.nodes, roots, services })
    }

    fn met(b: &mut Builder, need: &Need, roots: &[u32]) -> Result<u32, TooEntangled> {
        let members: Vec<u32> = need.on.iter().map(|i| roots[*i]).collect();
        b.at_least(&members, need.at_least)
    }

    /// The probability that each service is up, by the own availability of each.
    pub(super) fn probabilities(&self, own: &[f64]) -> Vec<f64> {
        let mut p = vec![0.0, 1.0];
        // a node comes after those that it leads to
        for node in self.nodes.iter().skip(2) {
            let a = own[self.services[node.variable as usize]];
            p.push((1.0 - a) * p[node.down as usize] + a * p[node.up as usize]);
        }
        self.roots.iter().map(|root| p[*root as usize]).collect()
    }

    /// The services that decide whether a service is up, itself included, by their numbers.
    pub(super) fn deciding(&self, service: usize) -> Vec<usize> {
        let (mut seen, mut todo) = (vec![false; self.nodes.len()], vec![self.roots[service]]);
        let mut out = Vec::new();
        while let Some(at) = todo.pop() {
            if at <= UP || std::mem::replace(&mut seen[at as usize], true) {
                continue;
            }
            let node = self.nodes[at as usize];
            out.push(self.services[node.variable as usize]);
            todo.extend([node.down, node.up]);
        }
        out.sort_unstable();
        out.dedup();
        out
    }
}
