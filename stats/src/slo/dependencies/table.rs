//! A graph as comma-separated text.

use std::collections::BTreeMap;

use super::graph::Graph;
use crate::error::{Error, Position, Result};

/// The columns, all but the first optional.
const COLUMNS: [&str; 7] = ["service", "needs", "kind", "group", "at_least", "availability", "layer"];

/// Reads a graph of services from CSV with a header: a row is a need, or without `needs` a service alone.
///
/// `kind` is `hard` or `soft`; needs of one service with the same `group` are alternatives, of which `at_least` (1) have to be
/// up. `availability` and `layer` are the service's own, on any of its rows.
///
/// ```
/// let graph = sre_stats::slo::dependencies::read_table(
///     "service,needs,group,availability\nweb,auth,,99.95%\nweb,db-a,db,\nweb,db-b,db,\nauth,,,99.9%\n",
/// )?;
/// assert_eq!((graph.services().len(), graph.needs().len()), (4, 2));
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// [`Parse`](crate::ErrorKind::Parse) with line and column.
pub fn read_table(text: &str) -> Result<Graph> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).flexible(true).from_reader(text.as_bytes());
    let bad = |e: &csv::Error| {
        let line = e.position().map_or(1, csv::Position::line);
        Error::parse(format!("this is not CSV: {e}")).at(Position::default().at_line(line))
    };
    let header = reader.headers().map_err(|e| bad(&e))?.clone();
    for name in &header {
        if !COLUMNS.contains(&name) {
            return Err(Error::parse(format!("the column “{name}” has no meaning here"))
                .at(Position::default().at_line(1).at_column(name))
                .hint(format!("known are {}", COLUMNS.join(", "))));
        }
    }
    if !header.iter().any(|name| name == "service") {
        return Err(Error::parse("there is no column “service”").at(Position::default().at_line(1)));
    }
    let mut graph = Graph::default();
    // members and number of each group of each service, by the row that named it first
    let mut groups: BTreeMap<(String, String), usize> = BTreeMap::new();
    let mut needs: Vec<(u64, String, Vec<String>, usize, bool)> = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|e| bad(&e))?;
        let line = record.position().map_or(0, csv::Position::line);
        let field = |name: &str| {
            let at = header.iter().position(|h| h == name)?;
            record.get(at).filter(|v| !v.is_empty())
        };
        let wrong = |column: &str, message: String| {
            Error::parse(message).at(Position::default().at_line(line).at_column(column))
        };
        let Some(service) = field("service") else {
            return Err(wrong("service", "the service has no name".to_owned()));
        };
        let availability = field("availability")
            .filter(|v| *v != "unknown")
            .map(|v| v.parse().map_err(|_| wrong("availability", format!("“{v}” is not an availability"))))
            .transpose()?;
        let layer = field("layer")
            .map(|v| v.parse().map_err(|_| wrong("layer", format!("“{v}” is not a whole number"))))
            .transpose()?;
        graph.describe(service, availability, layer).map_err(|e| wrong("service", e.message().to_owned()))?;
        let Some(on) = field("needs") else { continue };
        let soft = match field("kind") {
            None | Some("hard") => false,
            Some("soft") => true,
            Some(other) => return Err(wrong("kind", format!("“{other}” is neither hard nor soft"))),
        };
        let at_least = field("at_least")
            .map(|v| v.parse().map_err(|_| wrong("at_least", format!("“{v}” is not a whole number"))))
            .transpose()?;
        let fresh = needs.len();
        let at = match field("group") {
            Some(group) => *groups.entry((service.to_owned(), group.to_owned())).or_insert(fresh),
            None => fresh,
        };
        match needs.get_mut(at) {
            Some((.., members, least, is_soft)) => {
                members.push(on.to_owned());
                *least = at_least.unwrap_or(*least);
                if *is_soft != soft {
                    return Err(wrong("kind", "a group is hard or soft as a whole".to_owned()));
                }
            }
            None => needs.push((line, service.to_owned(), vec![on.to_owned()], at_least.unwrap_or(1), soft)),
        }
    }
    for (line, service, members, at_least, soft) in needs {
        let members: Vec<&str> = members.iter().map(String::as_str).collect();
        graph
            .need(&service, &members, at_least, soft)
            .map_err(|e| Error::parse(e.to_string()).at(Position::default().at_line(line)))?;
    }
    Ok(graph)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_table_says_what_yaml_says() {
        let table = "service,needs,kind,group,at_least,availability,layer\nweb,auth,,,,99.95%,2\nweb,cache,soft,,,,\n\
                     web,db-a,hard,db,,,\nweb,db-b,hard,db,1,,\nauth,,,,,0.999,\n";
        let yaml = "services:\n  web:\n    availability: 99.95%\n    layer: 2\n    needs: [auth, soft: cache, any: [db-a, db-b]]\n  \
                    auth: {availability: 0.999}\n";
        let (table, yaml) = (read_table(table).unwrap(), super::super::read_yaml(yaml).unwrap());
        let sorted = |g: &Graph| {
            let mut services: Vec<String> = g.services().iter().map(|s| format!("{s:?}")).collect();
            services.sort();
            let mut needs: Vec<String> = g
                .needs()
                .iter()
                .map(|n| {
                    let mut on: Vec<&str> = n.on.iter().map(|i| g.name(*i)).collect();
                    on.sort_unstable();
                    format!("{} {on:?} {} {}", g.name(n.service), n.at_least, n.soft)
                })
                .collect();
            needs.sort();
            (services, needs)
        };
        assert_eq!(sorted(&table), sorted(&yaml));
    }

    #[test]
    fn mistakes_have_their_line() {
        for (text, says) in [
            ("service,nedes\na,b\n", "“nedes” has no meaning"),
            ("name\na\n", "“name” has no meaning"),
            ("service,availability\na,99%\na,98%\n", "line 3, column service: “a” has two availabilities"),
            ("service,needs,kind\na,b,firm\n", "line 2, column kind: “firm”"),
            ("service,needs,at_least\na,b,2\n", "line 2: “a” needs at least 2 of 1"),
        ] {
            let error = read_table(text).unwrap_err().to_string();
            assert!(error.contains(says), "{text}: {error}");
        }
    }
}
