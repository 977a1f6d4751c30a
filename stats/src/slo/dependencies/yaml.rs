//! A graph as YAML.

use super::super::yaml::{Node, Value, document};
use super::graph::Graph;
use crate::error::{Error, Result};

/// Reads a graph of services from YAML.
///
/// ```
/// let graph = sre_stats::slo::dependencies::read_yaml(
///     "services:\n  web:\n    availability: 99.95%\n    layer: 2\n    needs:\n      - auth\n      - soft: cache\n      \
///      - any: [db-a, db-b]\n        at_least: 1\n  auth: {availability: 0.999}\n",
/// )?;
/// assert_eq!(graph.needs().len(), 3);
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// [`Parse`](crate::ErrorKind::Parse) with line and column, also for a key that has no meaning.
pub fn read_yaml(text: &str) -> Result<Graph> {
    let root = document(text)?;
    only(&root, &["services"])?;
    let services = root.child("services")?;
    let Some(entries) = services.map() else {
        return Err(services.error("“services” is to be a mapping of names"));
    };
    let mut graph = Graph::default();
    for (key, _) in entries {
        graph.describe(&key.text, None, None).map_err(|e| key.error(e.message()))?;
    }
    for (key, service) in entries {
        if service.is_null() {
            continue;
        }
        if service.map().is_none() {
            return Err(service.error(format!("“{}” is to be a mapping", key.text)));
        }
        only(service, &["availability", "layer", "needs"])?;
        let availability = match service.get("availability") {
            Some(node) if node.text() != Some("unknown") => {
                let text = node.text().unwrap_or_default();
                Some(
                    text.parse()
                        .map_err(|e: Error| node.error(format!("“{text}” is not an availability")).caused_by(e))?,
                )
            }
            _ => None,
        };
        let layer = match service.get("layer") {
            Some(node) => {
                let number = node.text().and_then(|t| t.parse().ok());
                Some(number.ok_or_else(|| node.error("a layer is a whole number"))?)
            }
            None => None,
        };
        graph.describe(&key.text, availability, layer).map_err(|e| service.error(e.message()))?;
        for need in service.list("needs")? {
            add_need(&mut graph, &key.text, need)?;
        }
    }
    Ok(graph)
}

fn only(node: &Node, known: &[&str]) -> Result<()> {
    match node.unknown(known).first() {
        Some(key) => Err(key
            .error(format!("“{}” has no meaning here", key.text))
            .hint(format!("known are {}", known.join(", ")))),
        None => Ok(()),
    }
}

/// `name`, `soft: name`, or `any: [names]` with `at_least`.
fn add_need(graph: &mut Graph, service: &str, need: &Node) -> Result<()> {
    if let Some(name) = need.text() {
        return graph.need(service, &[name], 1, false).map_err(|e| need.error(e.message()));
    }
    only(need, &["soft", "any", "at_least"])?;
    let at_least = match need.word("at_least")? {
        Some(text) => text.parse().map_err(|_| need.error(format!("“{text}” is not a whole number")))?,
        None => 1,
    };
    let (members, soft) = match (need.get("soft"), need.get("any")) {
        (Some(soft), None) => (soft, true),
        (None, Some(any)) => (any, false),
        _ => return Err(need.error("a need is a name, “soft: name” or “any: [names]”")),
    };
    let names: Vec<&str> = match &members.value {
        Value::List(items) => {
            items.iter().map(|n| n.text().ok_or_else(|| n.error("a name is to be text"))).collect::<Result<_>>()?
        }
        _ => vec![members.text().ok_or_else(|| members.error("a name is to be text"))?],
    };
    graph.need(service, &names, at_least, soft).map_err(|e| need.error(e.to_string()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn mistakes_have_their_line() {
        for (text, says) in [
            ("services:\n  a: {availabilty: 99%}\n", "line 2, column 7: “availabilty” has no meaning here"),
            ("services:\n  a: {availability: 101%}\n", "“101%” is not an availability"),
            ("services:\n  a: {layer: high}\n", "whole number"),
            (
                "services:\n  a:\n    needs:\n      - any: [b, c]\n        at_least: 3\n",
                "line 4, column 9: “a” needs at least 3 of 2",
            ),
            ("services:\n  a:\n    needs: b\n", "“needs” is to be a list"),
            ("services: [a]\n", "mapping of names"),
            ("servcies: {}\n", "“servcies” has no meaning"),
        ] {
            let error = read_yaml(text).unwrap_err().to_string();
            assert!(error.contains(says), "{text}: {error}");
        }
    }
}
