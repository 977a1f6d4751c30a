//! Bounds, products, cycles, layers and the order of a graph of services.

use super::bounds::{upper, weakest_path};
use super::components::{components, cycle};
use super::diagram::Diagram;
use super::graph::Graph;
use crate::error::{Error, Result};
use crate::estimate::{Bound, Estimate, Scope};
use crate::method::Method;
use crate::quantile::Quantile;
use crate::unit::Unit;

/// What can be promised of one service.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct ServiceRow {
    /// The service.
    pub service: String,
    /// What was said of it alone.
    pub own: Option<f64>,
    /// No more than this, however failures coincide: the availability of the worst of itself and all that it cannot do
    /// without. Its guaranteed interval ends there and begins where failures never coincide.
    pub bound_worst: Estimate,
    /// The availability if services fail independently; shared dependencies count once. `None` where something that decides
    /// is not known, or the graph is too entangled.
    pub product: Option<Estimate>,
    /// How much the product is below the bound.
    pub gap: Option<f64>,
    /// Why there is no product.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// The cycles that it is part of, each ending where it began.
    pub cycles: Vec<Vec<String>>,
    /// From the service to what bounds it.
    pub weakest_path: Vec<String>,
}

/// Services that need each other.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Cycle {
    /// All of them.
    pub members: Vec<String>,
    /// A shortest way around through the first of them.
    pub path: Vec<String>,
}

/// A service that needs one of a higher layer.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct LayerViolation {
    /// Who needs.
    pub service: String,
    /// Its layer.
    pub layer: i64,
    /// What it needs.
    pub needs: String,
    /// That one's layer.
    pub needs_layer: i64,
}

/// Services that can be started at the same time.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct BootStep {
    /// The number of the step, from 1.
    pub step: usize,
    /// The services.
    pub services: Vec<String>,
    /// Those among them that are in a cycle: they need each other and no order starts them.
    pub in_a_cycle: Vec<String>,
}

/// What a graph of services says.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Dependencies {
    /// One row a service, by name.
    pub services: Vec<ServiceRow>,
    /// All cycles of what services cannot do without.
    pub cycles: Vec<Cycle>,
    /// Where a layer needs a higher one.
    pub layer_violations: Vec<LayerViolation>,
    /// In which order to start; soft needs are waited for by nobody.
    pub boot: Vec<BootStep>,
}

/// Analyses a graph of services.
///
/// A service is up iff it is up by itself, everything that it needs is, and of each redundancy group as many as it says;
/// soft needs change nothing. In a cycle services are up together.
///
/// ```
/// use sre_stats::slo::dependencies::{analyse, read_dot};
/// let graph = read_dot("digraph { web [availability=0.999]; db [availability=0.99]; web -> db; web -> db2; db2 -> db }")?;
/// let found = analyse(&graph)?;
/// let web = found.services.iter().find(|s| s.service == "web").unwrap();
/// assert_eq!(web.bound_worst.value, 0.99);
/// assert_eq!(web.weakest_path, ["web", "db"]);
/// assert_eq!(found.boot[0].services, ["db"]);
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// [`Empty`](crate::ErrorKind::Empty) for a graph without a service.
pub fn analyse(graph: &Graph) -> Result<Dependencies> {
    let services = graph.services();
    if services.is_empty() {
        return Err(Error::empty("the graph has no service"));
    }
    let successors = successors(graph);
    let order = components(&successors);
    let bound = upper(graph, &order);
    let diagram = Diagram::of(graph, &order).ok();
    let own: Vec<f64> = services.iter().map(|s| s.availability.map_or(1.0, Quantile::p)).collect();
    let products = diagram.as_ref().map(|d| d.probabilities(&own));
    let cycles: Vec<(Vec<usize>, Vec<usize>)> =
        order.iter().filter_map(|c| Some((c.clone(), cycle(&successors, c)?))).collect();
    let names = |list: &[usize]| list.iter().map(|i| graph.name(*i).to_owned()).collect::<Vec<_>>();
    let mut rows: Vec<ServiceRow> = (0..services.len())
        .map(|v| {
            let deciding = diagram.as_ref().map_or_else(|| reached(&successors, v), |d| d.deciding(v));
            let product = products.as_ref().map(|p| p[v]);
            row(graph, v, &deciding, bound[v], product)
        })
        .collect();
    for (v, row) in rows.iter_mut().enumerate() {
        row.weakest_path = names(&weakest_path(graph, &bound, v));
        row.cycles = cycles.iter().filter(|(members, _)| members.contains(&v)).map(|(_, path)| names(path)).collect();
    }
    rows.sort_by(|a, b| a.service.cmp(&b.service));
    let mut cycles: Vec<Cycle> = cycles
        .iter()
        .map(|(members, path)| {
            let mut members = names(members);
            members.sort();
            Cycle { members, path: names(path) }
        })
        .collect();
    cycles.sort_by(|a, b| a.members.cmp(&b.members));
    Ok(Dependencies {
        services: rows,
        cycles,
        layer_violations: layer_violations(graph),
        boot: boot(graph, &successors, &order),
    })
}

/// What each service cannot do without, groups included.
fn successors(graph: &Graph) -> Vec<Vec<usize>> {
    let of = |needs: &Vec<&super::graph::Need>| {
        let mut all: Vec<usize> = needs.iter().flat_map(|n| n.on.iter().copied()).collect();
        all.sort_unstable();
        all.dedup();
        all
    };
    graph.hard().iter().map(of).collect()
}

/// All that a service leads to, itself included.
fn reached(successors: &[Vec<usize>], from: usize) -> Vec<usize> {
    let (mut seen, mut todo) = (vec![false; successors.len()], vec![from]);
    while let Some(v) = todo.pop() {
        if !std::mem::replace(&mut seen[v], true) {
            todo.extend(successors[v].iter().copied());
        }
    }
    (0..seen.len()).filter(|i| seen[*i]).collect()
}

fn row(graph: &Graph, v: usize, deciding: &[usize], bound: f64, product: Option<f64>) -> ServiceRow {
    let services = graph.services();
    let scope = Scope::untimed(Unit::Ratio);
    let unknown: Vec<&str> =
        deciding.iter().filter(|i| services[**i].availability.is_none()).map(|i| graph.name(*i)).collect();
    let n = deciding.len() as u64;
    let down: f64 = deciding.iter().map(|i| services[*i].availability.map_or(1.0, Quantile::complement)).sum();
    // the least that is left if no two are ever down together; what is not known may be down for good
    let lower = (1.0 - down).max(0.0).min(bound);
    let within = Bound::Guaranteed { lower, upper: bound };
    let named = |list: &[&str]| match list {
        [first @ .., _] if first.len() >= 4 => format!("{} and {} more", list[..3].join(", "), list.len() - 3),
        all => all.join(", "),
    };
    let mut bound_worst =
        Estimate::new(bound, Method::Named("worst hard dependency"), n, &scope).with_bound(within.clone());
    if !unknown.is_empty() {
        bound_worst = bound_worst.with_caveat(format!("not known, and taken as always up: {}", named(&unknown)));
    }
    let (product, why) = match product {
        _ if !unknown.is_empty() => (None, Some(format!("the availability of {} is not known", named(&unknown)))),
        None => (None, Some("the graph is too entangled to count every combination".to_owned())),
        Some(p) => {
            let estimate = Estimate::new(p, Method::Named("product under independence"), n, &scope).with_bound(within);
            (Some(estimate), None)
        }
    };
    ServiceRow {
        service: graph.name(v).to_owned(),
        own: services[v].availability.map(Quantile::p),
        // rounding in the last digit is no gap
        gap: product.as_ref().map(|p| (bound - p.value).max(0.0)),
        bound_worst,
        product,
        why,
        cycles: Vec::new(),
        weakest_path: Vec::new(),
    }
}

fn layer_violations(graph: &Graph) -> Vec<LayerViolation> {
    let services = graph.services();
    let mut out = Vec::new();
    for need in graph.needs() {
        let from = &services[need.service];
        for to in need.on.iter().map(|i| &services[*i]) {
            if let (Some(layer), Some(needs_layer)) = (from.layer, to.layer)
                && needs_layer > layer
            {
                out.push(LayerViolation { service: from.name.clone(), layer, needs: to.name.clone(), needs_layer });
            }
        }
    }
    out.sort_by(|a, b| (&a.service, &a.needs).cmp(&(&b.service, &b.needs)));
    out.dedup();
    out
}

/// Each component starts one step after the last of those that it leads to.
fn boot(graph: &Graph, successors: &[Vec<usize>], order: &[Vec<usize>]) -> Vec<BootStep> {
    let mut step = vec![0; successors.len()];
    let mut steps: Vec<BootStep> = Vec::new();
    for component in order {
        let outside = component.iter().flat_map(|v| &successors[*v]).filter(|w| !component.contains(w));
        let at = outside.map(|w| step[*w] + 1).max().unwrap_or(0);
        for v in component {
            step[*v] = at;
        }
        while steps.len() <= at {
            steps.push(BootStep { step: steps.len() + 1, services: Vec::new(), in_a_cycle: Vec::new() });
        }
        let names = component.iter().map(|v| graph.name(*v).to_owned());
        steps[at].services.extend(names.clone());
        if component.len() > 1 || component.iter().any(|v| successors[*v].contains(v)) {
            steps[at].in_a_cycle.extend(names);
        }
    }
    for step in &mut steps {
        step.services.sort();
        step.in_a_cycle.sort();
    }
    steps
}
