//! A graph of services as DOT, with the weakest path marked.

use super::analysis::Dependencies;
use super::graph::Graph;
use crate::unit::Unit;

/// The graph in Graphviz' DOT, as [`read_dot`](super::read_dot) reads it: nodes show their own availability and the product,
/// edges of a group are dashed, soft ones dotted, and the weakest path is bold and red. It is that of `from`, or where that is
/// `None` of the worst service that nobody needs.
///
/// ```
/// use sre_stats::slo::dependencies::{analyse, read_dot, to_dot};
/// let graph = read_dot("digraph { web [availability=0.999]; web -> db; db [availability=0.99] }")?;
/// let text = to_dot(&graph, &analyse(&graph)?, None);
/// assert!(text.contains("\"web\" -> \"db\" [color=\"#c62828\", penwidth=2.5]"), "{text}");
/// # Ok::<(), sre_stats::Error>(())
/// ```
pub fn to_dot(graph: &Graph, found: &Dependencies, from: Option<&str>) -> String {
    let path = weakest(graph, found, from);
    let on_path = |a: &str, b: &str| path.windows(2).any(|w| matches!(w, [x, y] if x == a && y == b));
    let mut out = "digraph services {\n  rankdir=LR;\n  node [shape=box];\n".to_owned();
    for row in &found.services {
        let mut attributes = Vec::new();
        let mut label = row.service.clone();
        let service = graph.find(&row.service).and_then(|i| graph.services().get(i));
        if let Some(own) = service.and_then(|s| s.availability) {
            attributes.push(format!("availability={}", quoted(&own.p().to_string())));
            label.push_str(&format!("\nalone {}", Unit::Ratio.show(own.p())));
        }
        if let Some(layer) = service.and_then(|s| s.layer) {
            attributes.push(format!("layer={}", quoted(&layer.to_string())));
        }
        match &row.product {
            Some(product) => label.push_str(&format!("\nwith its needs {}", Unit::Ratio.show(product.value))),
            None => label.push_str(&format!("\nat most {}", Unit::Ratio.show(row.bound_worst.value))),
        }
        attributes.push(format!("label={}", quoted(&label)));
        if path.contains(&row.service) {
            attributes.push("color=\"#c62828\", penwidth=2.5".to_owned());
        }
        out.push_str(&format!("  {} [{}];\n", quoted(&row.service), attributes.join(", ")));
    }
    for (number, need) in graph.needs().iter().enumerate() {
        let tail = graph.name(need.service);
        for head in need.on.iter().map(|i| graph.name(*i)) {
            let mut attributes = Vec::new();
            if need.on.len() > 1 {
                let label = format!("{} of {}", need.at_least, need.on.len());
                let least = need.at_least;
                attributes.push(format!(
                    "group=\"{number}\", at_least={least}, label={}{}",
                    quoted(&label),
                    if need.soft { "" } else { ", style=dashed" }
                ));
            }
            if need.soft {
                attributes.push("soft=true, style=dotted".to_owned());
            }
            if !need.soft && on_path(tail, head) {
                attributes.push("color=\"#c62828\", penwidth=2.5".to_owned());
            }
            let attributes =
                if attributes.is_empty() { String::new() } else { format!(" [{}]", attributes.join(", ")) };
            out.push_str(&format!("  {} -> {}{attributes};\n", quoted(tail), quoted(head)));
        }
    }
    out.push_str("}\n");
    out
}

/// The path to mark.
fn weakest(graph: &Graph, found: &Dependencies, from: Option<&str>) -> Vec<String> {
    let needed = |name: &str| {
        let at = graph.find(name);
        graph.needs().iter().any(|n| Some(n.service) != at && n.on.iter().any(|i| Some(*i) == at))
    };
    let level = |row: &super::ServiceRow| row.product.as_ref().map_or(row.bound_worst.value, |p| p.value);
    let row = if let Some(name) = from {
        found.services.iter().find(|r| r.service == name)
    } else {
        let roots = found.services.iter().filter(|r| !needed(&r.service));
        let worst = roots.min_by(|a, b| level(a).total_cmp(&level(b)));
        // in one great cycle everybody is needed
        worst.or_else(|| found.services.iter().min_by(|a, b| level(a).total_cmp(&level(b))))
    };
    row.map(|r| r.weakest_path.clone()).unwrap_or_default()
}

/// A quoted word of DOT; a line break is the escape that labels know.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::{analyse, read_dot};
    use super::*;

    #[test]
    fn what_is_drawn_reads_back() {
        let graph = read_dot(
            "digraph { web [availability=0.9995, layer=2]; web -> {a b c} [group=g, at_least=2]; web -> cache [soft=true]\n\
             web -> auth; a [availability=\"99%\"]; \"odd \\\"name\\\"\" -> web }",
        )
        .unwrap();
        let text = to_dot(&graph, &analyse(&graph).unwrap(), Some("web"));
        let again = read_dot(&text).unwrap();
        let facts = |g: &Graph| {
            let name = |i: &usize| g.services()[*i].name.clone();
            let mut services: Vec<String> = g.services().iter().map(|s| format!("{s:?}")).collect();
            let mut needs: Vec<String> = g
                .needs()
                .iter()
                .map(|n| {
                    let mut on: Vec<String> = n.on.iter().map(name).collect();
                    on.sort();
                    format!("{} {on:?} {} {}", name(&n.service), n.at_least, n.soft)
                })
                .collect();
            services.sort();
            needs.sort();
            (services, needs)
        };
        assert_eq!(facts(&again), facts(&graph), "{text}");
    }
}
