//! Small graphs against every combination of up and down.

#![allow(clippy::unwrap_used, clippy::panic)]

use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::{Graph, analyse};
use crate::estimate::Bound;
use crate::quantile::Quantile;

/// Which services are up where those of the bit set are up by themselves: all are supposed to be, and whoever lacks something
/// falls, until nobody does.
fn running(graph: &Graph, alone: u32) -> u32 {
    let mut up = alone;
    loop {
        let mut next = up;
        for need in graph.needs().iter().filter(|n| !n.soft) {
            let there = need.on.iter().filter(|i| up >> **i & 1 == 1).count();
            if there < need.at_least {
                next &= !(1 << need.service);
            }
        }
        if next == up {
            return up;
        }
        up = next;
    }
}

fn random_graph(random: &mut impl Rng, n: usize) -> Graph {
    let mut graph = Graph::default();
    let name = |i: usize| format!("s{i}");
    for i in 0..n {
        let share = f64::from(random.random_range(50_u32..=100)) / 100.0;
        graph.describe(&name(i), Some(Quantile::new(share).unwrap()), None).unwrap();
    }
    for _ in 0..random.random_range(0..=n + 2) {
        let from = random.random_range(0..n);
        let mut on: Vec<String> = (0..n).filter(|_| random.random::<f64>() < 0.3).map(name).collect();
        if on.is_empty() {
            on.push(name(random.random_range(0..n)));
        }
        let least = if random.random::<f64>() < 0.5 { 1 } else { random.random_range(1..=on.len()) };
        let on: Vec<&str> = on.iter().map(String::as_str).collect();
        graph.need(&name(from), &on, least, random.random::<f64>() < 0.15).unwrap();
    }
    graph
}

/// Cycles, groups, groups of groups and shared dependencies: the product is the sum over all combinations.
#[test]
fn the_product_is_the_sum_over_all_combinations() {
    let mut random = ChaCha8Rng::seed_from_u64(21);
    for round in 0..300 {
        let n = random.random_range(1..=7);
        let graph = random_graph(&mut random, n);
        let found = analyse(&graph).unwrap();
        let mut expected = vec![0.0; n];
        for alone in 0..1_u32 << n {
            let chance: f64 = graph
                .services()
                .iter()
                .enumerate()
                .map(|(i, s)| {
                    let p = s.availability.unwrap().p();
                    if alone >> i & 1 == 1 { p } else { 1.0 - p }
                })
                .product();
            let up = running(&graph, alone);
            (0..n).for_each(|i| expected[i] += if up >> i & 1 == 1 { chance } else { 0.0 });
        }
        for row in &found.services {
            let at = graph.find(&row.service).unwrap();
            let product = row.product.as_ref().unwrap().value;
            assert!((product - expected[at]).abs() < 1e-12, "round {round}: {product} {}", expected[at]);
            assert!(row.gap.unwrap() >= 0.0 && product <= row.bound_worst.value + 1e-12);
        }
    }
}

/// Any joint distribution of failures, with the marginals that it happens to have, stays within the bounds.
#[test]
fn no_distribution_breaks_the_bounds() {
    let mut random = ChaCha8Rng::seed_from_u64(22);
    for _ in 0..300 {
        let n = random.random_range(1..=6);
        let shape = random_graph(&mut random, n);
        let mut weights: Vec<f64> =
            (0..1 << n).map(|_| if random.random::<f64>() < 0.6 { 0.0 } else { random.random::<f64>() }).collect();
        weights[(1 << n) - 1] += 0.5;
        let sum: f64 = weights.iter().sum();
        let mut graph = Graph::default();
        for i in 0..n {
            let p: f64 = (0..1_u32 << n).filter(|s| s >> i & 1 == 1).map(|s| weights[s as usize] / sum).sum();
            graph.describe(&format!("s{i}"), Some(Quantile::new(p.min(1.0)).unwrap()), None).unwrap();
        }
        for need in shape.needs() {
            let on: Vec<&str> = need.on.iter().map(|i| shape.services()[*i].name.as_str()).collect();
            graph.need(&shape.services()[need.service].name, &on, need.at_least, need.soft).unwrap();
        }
        for row in analyse(&graph).unwrap().services {
            let at = graph.find(&row.service).unwrap();
            let truth: f64 =
                (0..1_u32 << n).filter(|s| running(&graph, *s) >> at & 1 == 1).map(|s| weights[s as usize] / sum).sum();
            let Bound::Guaranteed { lower, upper } = row.bound_worst.bound else { panic!("{row:?}") };
            assert!(lower - 1e-12 <= truth && truth <= upper + 1e-12, "{lower} {truth} {upper}");
        }
    }
}

/// Without groups the bound is reached: where the services with less availability are down whenever one with more is.
#[test]
fn the_bound_is_reached_where_failures_coincide() {
    let mut random = ChaCha8Rng::seed_from_u64(23);
    for _ in 0..200 {
        let n = random.random_range(1..=7);
        let shape = random_graph(&mut random, n);
        let mut graph = Graph::default();
        for s in shape.services() {
            graph.describe(&s.name, s.availability, None).unwrap();
        }
        for need in shape.needs() {
            for on in &need.on {
                graph.need(&shape.services()[need.service].name, &[&shape.services()[*on].name], 1, need.soft).unwrap();
            }
        }
        let own: Vec<f64> = graph.services().iter().map(|s| s.availability.unwrap().p()).collect();
        for row in analyse(&graph).unwrap().services {
            let at = graph.find(&row.service).unwrap();
            // at quantile u those are up whose availability is at least u
            let mut levels = own.clone();
            levels.push(0.0);
            let is_up = |u: f64| {
                let alone = (0..n).filter(|i| own[*i] >= u).fold(0_u32, |set, i| set | 1 << i);
                running(&graph, alone) >> at & 1 == 1
            };
            let reached = levels.into_iter().filter(|u| is_up(*u)).fold(0.0, f64::max);
            assert!((row.bound_worst.value - reached).abs() < 1e-12);
            let end = graph.find(row.weakest_path.last().unwrap()).unwrap();
            assert!((own[end] - row.bound_worst.value).abs() < 1e-12, "{row:?}");
        }
    }
}

#[test]
fn a_shop() {
    // two databases of 99 % behind three services, of which two share the login
    let mut graph = Graph::default();
    let share = |text: &str| Some(text.parse::<Quantile>().unwrap());
    for (name, a, layer) in
        [("web", "99.9%", 3), ("api", "99.9%", 2), ("login", "99.5%", 1), ("db-a", "99%", 0), ("db-b", "99%", 0)]
    {
        graph.describe(name, share(a), Some(layer)).unwrap();
    }
    graph.need("web", &["api"], 1, false).unwrap();
    graph.need("web", &["login"], 1, false).unwrap();
    graph.need("api", &["login"], 1, false).unwrap();
    graph.need("api", &["db-a", "db-b"], 1, false).unwrap();
    graph.need("db-a", &["api"], 1, true).unwrap();
    let found = analyse(&graph).unwrap();
    let web = found.services.iter().find(|r| r.service == "web").unwrap();
    let expected = 0.999 * 0.999 * 0.995 * (1.0 - 0.01 * 0.01);
    assert!((web.product.as_ref().unwrap().value - expected).abs() < 1e-15);
    assert_eq!((web.bound_worst.value, web.weakest_path.join(" ")), (0.995, "web login".to_owned()));
    assert!((web.gap.unwrap() - (0.995 - expected)).abs() < 1e-15);
    assert!(found.cycles.is_empty());
    let steps: Vec<String> = found.boot.iter().map(|s| s.services.join(" ")).collect();
    assert_eq!(steps, ["db-a db-b login", "api", "web"]);
    assert_eq!((found.layer_violations.len(), found.layer_violations[0].needs.as_str()), (1, "api"));
    // the login now needs the web: three services start together or not at all
    graph.need("login", &["web"], 1, false).unwrap();
    let found = analyse(&graph).unwrap();
    assert_eq!(found.cycles[0].members, ["api", "login", "web"]);
    assert_eq!(found.cycles[0].path, ["web", "login", "web"]);
    assert_eq!(found.boot[1].in_a_cycle, ["api", "login", "web"]);
    // what is not known stays so
    graph.need("db-b", &["disk"], 1, false).unwrap();
    let found = analyse(&graph).unwrap();
    let web = found.services.iter().find(|r| r.service == "web").unwrap();
    assert!(web.product.is_none() && web.why.as_ref().unwrap().contains("disk"));
    assert_eq!((web.bound_worst.value, web.bound_worst.interval()), (0.995, Some((0.0, 0.995))));
}

/// A chain of a thousand services is no harder than its length.
#[test]
fn long_chains_are_counted() {
    let mut graph = Graph::default();
    for i in 0..1000 {
        graph.describe(&format!("s{i}"), Some("99.99%".parse().unwrap()), None).unwrap();
        graph.need(&format!("s{i}"), &[&format!("s{}", i + 1)], 1, false).unwrap();
    }
    graph.describe("s1000", Some("99.99%".parse().unwrap()), None).unwrap();
    let found = analyse(&graph).unwrap();
    let first = found.services.iter().find(|r| r.service == "s0").unwrap();
    assert!((first.product.as_ref().unwrap().value - 0.9999_f64.powi(1001)).abs() < 1e-12);
}
