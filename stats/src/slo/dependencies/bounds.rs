//! What holds of an availability whatever the failures of services have to do with each other.
//!
//! If nothing is known of how failures coincide, a service that needs all of several is up for at most as long as the worst of
//! them (Fréchet, 1935). At least k of a group are up for at most Σ/k, by Markov's inequality. A service is down only if it
//! or something beneath it is, so it is down for at most the sum of their down times (Boole).

use std::collections::VecDeque;

use super::graph::{Graph, Need};
use crate::quantile::Quantile;

/// In a cycle through a group the bound nears its limit step by step, each of which is a bound.
const MOST_ROUNDS: usize = 1000;

/// The upper bound of each service's availability; what is not known is taken as always up.
pub(super) fn upper(graph: &Graph, order: &[Vec<usize>]) -> Vec<f64> {
    let own: Vec<f64> = graph.services().iter().map(|s| s.availability.map_or(1.0, Quantile::p)).collect();
    let hard = graph.hard();
    let mut bound = vec![1.0; own.len()];
    for component in order {
        for _ in 0..MOST_ROUNDS {
            let mut moved = false;
            for &v in component {
                let tighter = hard[v].iter().map(|need| of_need(need, &bound)).fold(own[v], f64::min);
                moved |= tighter < bound[v];
                bound[v] = tighter.min(bound[v]);
            }
            if !moved {
                break;
            }
        }
    }
    bound
}

/// The bound that one need sets.
pub(super) fn of_need(need: &Need, bound: &[f64]) -> f64 {
    let sum: f64 = need.on.iter().map(|i| bound[*i]).sum();
    match need.on.as_slice() {
        [one] => bound[*one],
        // all of a group is as good as its worst member
        all if need.at_least == all.len() => all.iter().map(|i| bound[*i]).fold(1.0, f64::min),
        _ => (sum / need.at_least as f64).min(1.0),
    }
}

/// The shortest path from a service to one that bounds it by its own availability: step by step along needs that are as tight
/// as the service's bound, through a group to its worst member. The service alone where there is no such path.
pub(super) fn weakest_path(graph: &Graph, bound: &[f64], from: usize) -> Vec<usize> {
    let hard = graph.hard();
    let own = |v: usize| graph.services()[v].availability.map_or(1.0, Quantile::p);
    let mut before: Vec<Option<usize>> = vec![None; bound.len()];
    let mut queue = VecDeque::from([from]);
    while let Some(v) = queue.pop_front() {
        if own(v) <= bound[v] {
            let mut path = vec![v];
            while let Some(at) = path.last().filter(|at| **at != from).and_then(|at| before[*at]) {
                path.push(at);
            }
            path.reverse();
            return path;
        }
        for need in hard[v].iter().filter(|need| of_need(need, bound) <= bound[v]) {
            let worst = need.on.iter().min_by(|a, b| bound[**a].total_cmp(&bound[**b]));
            if let Some(&w) = worst.filter(|w| **w != from && before[**w].is_none()) {
                before[w] = Some(v);
                queue.push_back(w);
            }
        }
    }
    vec![from]
}
