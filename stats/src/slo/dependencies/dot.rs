//! A graph in a part of Graphviz' DOT.

use std::collections::BTreeMap;

use super::graph::Graph;
use crate::error::{Error, Position, Result};
use crate::quantile::Quantile;

/// Reads a graph of services from DOT: `digraph`, nodes and edges with attributes, chains `a -> b -> c`, sets `a -> {b c}`.
///
/// An edge says what its tail needs. Meaning have the attributes `availability` and `layer` of a node, and `soft` (also
/// `style=dotted`), `group` and `at_least` of an edge; all others are for drawing. Subgraphs with names, ports, HTML labels and
/// undirected graphs are refused.
///
/// ```
/// let graph = sre_stats::slo::dependencies::read_dot(
///     "digraph { web [availability=\"99.95%\"]; web -> auth; web -> {\"db-a\" \"db-b\"} [group=db] }",
/// )?;
/// assert_eq!((graph.services().len(), graph.needs().len()), (4, 2));
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// [`Parse`](crate::ErrorKind::Parse) with line and column.
pub fn read_dot(text: &str) -> Result<Graph> {
    let mut parser = Parser { tokens: tokens(text)?, at: 0, graph: Graph::default(), groups: Vec::new() };
    parser.graph()?;
    Ok(parser.graph)
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    Id(String),
    Sign(&'static str),
    End,
}

#[derive(Clone, Debug)]
struct Token {
    kind: Kind,
    line: u64,
    column: u64,
}

impl Token {
    fn error(&self, message: impl Into<String>) -> Error {
        Error::parse(message).at(Position::default().at_line(self.line).at_column(self.column.to_string()))
    }

    fn shown(&self) -> String {
        match &self.kind {
            Kind::Id(text) => format!("“{text}”"),
            Kind::Sign(text) => format!("“{text}”"),
            Kind::End => "the end".to_owned(),
        }
    }
}

/// What somebody may call the availability of a service.
const LIKE_AVAILABILITY: [&str; 7] = ["slo", "sla", "objective", "target", "uptime", "available", "reliability"];

const SIGNS: [&str; 9] = ["->", "--", "{", "}", "[", "]", ";", ",", "="];

fn tokens(text: &str) -> Result<Vec<Token>> {
    let mut out = Vec::new();
    let mut comment = false;
    for (whole, line) in text.lines().zip(1_u64..) {
        if whole.trim_start().starts_with('#') {
            continue;
        }
        let mut rest = whole;
        loop {
            if comment {
                let Some((_, after)) = rest.split_once("*/") else { break };
                (rest, comment) = (after, false);
            }
            rest = rest.trim_start();
            let column = whole.chars().count() as u64 - rest.chars().count() as u64 + 1;
            let token = |kind| Token { kind, line, column };
            let Some(first) = rest.chars().next() else { break };
            if rest.starts_with("//") {
                break;
            }
            if let Some(after) = rest.strip_prefix("/*") {
                (rest, comment) = (after, true);
                continue;
            }
            if let Some(sign) = SIGNS.iter().find(|s| rest.starts_with(**s)) {
                out.push(token(Kind::Sign(sign)));
                rest = rest.get(sign.len()..).unwrap_or_default();
            } else if let Some(after) = rest.strip_prefix('"') {
                let Some((word, after)) = quoted(after) else {
                    return Err(token(Kind::End).error("a quotation is not closed on its line"));
                };
                out.push(token(Kind::Id(word)));
                rest = after;
            } else if first.is_alphanumeric() || first == '_' || first == '.' {
                let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.')).unwrap_or(rest.len());
                let (word, after) = rest.split_at(end);
                out.push(token(Kind::Id(word.to_owned())));
                rest = after;
            } else {
                return Err(token(Kind::End)
                    .error(format!("“{first}” has no meaning here"))
                    .hint("a name with other signs than letters, digits, _ and . is to be quoted"));
            }
        }
    }
    let line = text.lines().count().max(1) as u64;
    out.push(Token { kind: Kind::End, line, column: 1 });
    Ok(out)
}

/// The word before a closing quotation mark, and what follows it.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut word = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((word, text.get(at + 1..).unwrap_or_default())),
            '\\' => match chars.next() {
                Some((_, '"')) => word.push('"'),
                Some((_, '\\')) => word.push('\\'),
                // the line breaks of labels
                Some((_, other)) => word.extend(['\\', other]),
                None => return None,
            },
            c => word.push(c),
        }
    }
    None
}

type Attributes = BTreeMap<String, (String, Token)>;

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    graph: Graph,
    /// Service, group and members of the groups so far.
    groups: Vec<Group>,
}

struct Group {
    service: String,
    name: String,
    members: Vec<String>,
    at_least: usize,
    soft: bool,
    place: Token,
}

impl Parser {
    fn peek(&self) -> Token {
        let end = || Token { kind: Kind::End, line: 0, column: 0 };
        self.tokens.get(self.at).or(self.tokens.last()).cloned().unwrap_or_else(end)
    }

    fn next(&mut self) -> Token {
        let token = self.peek();
        self.at += 1;
        token
    }

    fn takes(&mut self, sign: &str) -> bool {
        let found = matches!(self.peek().kind, Kind::Sign(s) if s == sign);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, sign: &str) -> Result<()> {
        let token = self.peek();
        if self.takes(sign) {
            Ok(())
        } else {
            Err(token.error(format!("expected “{sign}”, but found {}", token.shown())))
        }
    }

    fn id(&mut self, what: &str) -> Result<String> {
        let token = self.next();
        match token.kind {
            Kind::Id(text) => Ok(text),
            _ => Err(token.error(format!("expected {what}, but found {}", token.shown()))),
        }
    }

    fn graph(&mut self) -> Result<()> {
        let token = self.peek();
        let mut word = self.id("“digraph”")?;
        if word.eq_ignore_ascii_case("strict") {
            word = self.id("“digraph”")?;
        }
        if !word.eq_ignore_ascii_case("digraph") {
            return Err(token
                .error(format!("expected “digraph”, but found “{word}”"))
                .hint("what needs what has a direction: digraph and ->"));
        }
        if matches!(self.peek().kind, Kind::Id(_)) {
            self.at += 1;
        }
        self.expect("{")?;
        while !self.takes("}") {
            if !self.takes(";") {
                self.statement()?;
            }
        }
        let token = self.peek();
        if token.kind != Kind::End {
            return Err(token.error(format!("expected the end, but found {}", token.shown())));
        }
        for group in std::mem::take(&mut self.groups) {
            let members: Vec<&str> = group.members.iter().map(String::as_str).collect();
            let added = self.graph.need(&group.service, &members, group.at_least, group.soft);
            added.map_err(|e| group.place.error(e.to_string()))?;
        }
        Ok(())
    }

    fn statement(&mut self) -> Result<()> {
        let token = self.peek();
        if let Kind::Id(word) = &token.kind {
            if word.eq_ignore_ascii_case("subgraph") {
                return Err(token.error("subgraphs are not read").hint("write their nodes and edges out"));
            }
            if ["graph", "node", "edge"].iter().any(|w| word.eq_ignore_ascii_case(w)) {
                self.at += 1;
                let defaults = self.attributes()?;
                let meant = ["availability", "layer", "soft", "group", "at_least"];
                return match meant.iter().find_map(|m| defaults.get(*m)) {
                    Some((_, place)) => Err(place.error("a default for all is not read").hint("give it to each")),
                    None => Ok(()),
                };
            }
        }
        let mut ends = vec![self.set()?];
        if self.takes("=") {
            // a setting of the graph
            self.id("a value")?;
            return Ok(());
        }
        while self.takes("->") {
            ends.push(self.set()?);
        }
        let undirected = self.peek();
        if self.takes("--") {
            return Err(undirected.error("an edge of “--” has no direction").hint("write a -> b where a needs b"));
        }
        let attributes = self.attributes()?;
        if let [nodes] = ends.as_slice() {
            return nodes.iter().try_for_each(|name| self.node(name, &attributes, &token));
        }
        for pair in ends.windows(2) {
            let [tails, heads] = pair else { continue };
            for tail in tails {
                self.edge(tail, heads, &attributes, &token)?;
            }
        }
        Ok(())
    }

    /// A name, or several in braces.
    fn set(&mut self) -> Result<Vec<String>> {
        if !self.takes("{") {
            return Ok(vec![self.id("a name")?]);
        }
        let mut names = Vec::new();
        while !self.takes("}") {
            if !self.takes(";") && !self.takes(",") {
                names.push(self.id("a name")?);
            }
        }
        Ok(names)
    }

    fn attributes(&mut self) -> Result<Attributes> {
        let mut out = Attributes::new();
        while self.takes("[") {
            while !self.takes("]") {
                if self.takes(",") || self.takes(";") {
                    continue;
                }
                let token = self.peek();
                let key = self.id("an attribute")?;
                let value = if self.takes("=") { self.id("a value")? } else { "true".to_owned() };
                out.insert(key, (value, token));
            }
        }
        Ok(out)
    }

    fn node(&mut self, name: &str, attributes: &Attributes, place: &Token) -> Result<()> {
        let availability = match attributes.get("availability") {
            Some((text, at)) if text != "unknown" => {
                Some(text.parse().map_err(|_| at.error(format!("“{text}” is not an availability")))?)
            }
            _ => None,
        };
        // an availability by another name would be taken for a wish of the drawing, and the service for one that never fails
        let alike = LIKE_AVAILABILITY.iter().find_map(|key| attributes.get(*key).zip(Some(key)));
        if let Some(((text, at), key)) = alike.filter(|((text, _), _)| text.parse::<Quantile>().is_ok()) {
            return Err(at
                .error(format!("“{key}” is not read, and “{text}” looks like an availability"))
                .hint("call it availability"));
        }
        let layer = match attributes.get("layer") {
            Some((text, at)) => Some(text.parse().map_err(|_| at.error(format!("“{text}” is not a whole number")))?),
            None => None,
        };
        self.graph.describe(name, availability, layer).map_err(|e| place.error(e.message()))
    }

    fn edge(&mut self, tail: &str, heads: &[String], attributes: &Attributes, place: &Token) -> Result<()> {
        let is = |key: &str, word: &str| attributes.get(key).is_some_and(|(v, _)| v.eq_ignore_ascii_case(word));
        let soft = is("soft", "true") || is("style", "dotted");
        self.graph.named(tail);
        for head in heads {
            self.graph.named(head);
        }
        let least = match attributes.get("at_least") {
            Some((text, at)) => Some(text.parse().map_err(|_| at.error(format!("“{text}” is not a whole number")))?),
            None => None,
        };
        let Some((group, _)) = attributes.get("group") else {
            if let (Some(_), Some((_, at))) = (least, attributes.get("at_least")) {
                return Err(at.error("“at_least” belongs to a “group”"));
            }
            return heads
                .iter()
                .try_for_each(|head| self.graph.need(tail, &[head], 1, soft).map_err(|e| place.error(e.message())));
        };
        let known = self.groups.iter_mut().find(|g| g.service == tail && g.name == *group);
        match known {
            Some(known) => {
                known.members.extend(heads.iter().cloned());
                known.at_least = least.unwrap_or(known.at_least);
                known.soft |= soft;
            }
            None => self.groups.push(Group {
                service: tail.to_owned(),
                name: group.clone(),
                members: heads.to_vec(),
                at_least: least.unwrap_or(1),
                soft,
                place: place.clone(),
            }),
        }
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_forms_are_read() {
        let graph = read_dot(
            "/* a\n comment */ strict digraph \"shop\" {\n  rankdir=LR; node [shape=box]\n  # a line\n  web [availability=0.999, layer=2 \
             label=\"Web\\nserver\"];\n  web -> api -> {auth, \"data base\"} // chain\n  api -> cache [style=dotted]\n}\n",
        )
        .unwrap();
        let names: Vec<&str> = graph.services().iter().map(|s| s.name.as_str()).collect();
        assert_eq!(names, ["web", "api", "auth", "data base", "cache"]);
        assert_eq!(graph.needs().len(), 4);
        assert_eq!((graph.needs()[3].soft, graph.services()[0].layer), (true, Some(2)));
    }

    #[test]
    fn mistakes_have_their_place() {
        for (text, says) in [
            ("graph { a -- b }", "digraph"),
            ("digraph {\n a -- b }", "line 2, column 4: an edge"),
            ("digraph { a-b }", "“-” has no meaning"),
            ("digraph { a -> }", "expected a name, but found “}”"),
            ("digraph { subgraph x { a } }", "subgraphs"),
            ("digraph { a [availability=2] }", "“2” is not an availability"),
            ("digraph { a -> b [at_least=1] }", "belongs to a “group”"),
            ("digraph { a -> b [group=g, at_least=2] }", "at least 2 of 1"),
            ("digraph { node [layer=1]; }", "default"),
            ("digraph { \"a }", "not closed"),
            ("digraph { a", "expected"),
            ("digraph { a } b", "expected the end"),
            ("digraph {\n a [slo=\"99.9%\"]; a -> b }", "line 2, column 5: “slo” is not read"),
        ] {
            let error = read_dot(text).unwrap_err().to_string();
            assert!(error.contains(says), "{text}: {error}");
        }
    }

    #[test]
    fn no_text_panics_or_hangs() {
        let valid = "digraph { a [x=\"y\\\"\"]; a -> {b c} [group=g, at_least=1]; /* z */ }";
        for (i, _) in valid.char_indices() {
            let _ = read_dot(&valid[..i]);
            let _ = read_dot(&valid[i..]);
        }
    }
}
