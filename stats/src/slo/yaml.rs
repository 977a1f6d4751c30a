//! YAML as a tree of text that knows its lines, so that an error names the place and `0.9995` loses no digit.

use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle, Span};

use crate::error::{Error, Position, Result};

/// More nodes than this, aliases counted as what they stand for, are no specification that anybody wrote.
const MOST_NODES: usize = 200_000;
/// Deeper trees are refused.
const DEEPEST: usize = 64;

/// A node and where it begins.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Node {
    pub(super) value: Value,
    pub(super) line: u64,
    pub(super) column: u64,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Null,
    Scalar { text: String, plain: bool },
    List(Vec<Node>),
    Map(Vec<(Key, Node)>),
}

/// A key of a mapping.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Key {
    pub(super) text: String,
    plain: bool,
    pub(super) line: u64,
    pub(super) column: u64,
}

fn place(line: u64, column: u64) -> Position {
    Position::default().at_line(line).at_column(column.to_string())
}

impl Key {
    pub(super) fn error(&self, message: impl Into<String>) -> Error {
        Error::parse(message).at(place(self.line, self.column))
    }
}

impl Node {
    pub(super) fn error(&self, message: impl Into<String>) -> Error {
        Error::parse(message).at(place(self.line, self.column))
    }

    pub(super) fn is_null(&self) -> bool {
        self.value == Value::Null
    }

    pub(super) fn map(&self) -> Option<&[(Key, Node)]> {
        if let Value::Map(entries) = &self.value { Some(entries) } else { None }
    }

    pub(super) fn text(&self) -> Option<&str> {
        if let Value::Scalar { text, .. } = &self.value { Some(text) } else { None }
    }

    /// The value of a key; a null is none.
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        self.map()?.iter().find(|(k, v)| k.text == key && !v.is_null()).map(|(_, v)| v)
    }

    /// The text of a key's value, where there is one.
    pub(super) fn word(&self, key: &str) -> Result<Option<&str>> {
        self.get(key).map(|v| v.text().ok_or_else(|| v.error(format!("“{key}” is to be text or a number")))).transpose()
    }

    /// The text of a key that must be there.
    pub(super) fn needed(&self, key: &str) -> Result<&str> {
        self.word(key)?.ok_or_else(|| self.error(format!("“{key}” is missing")))
    }

    /// The node of a key that must be there.
    pub(super) fn child(&self, key: &str) -> Result<&Self> {
        self.get(key).ok_or_else(|| self.error(format!("“{key}” is missing")))
    }

    /// The elements of a key's list; none where it is not there.
    pub(super) fn list(&self, key: &str) -> Result<&[Self]> {
        match self.get(key) {
            None => Ok(&[]),
            Some(node) => match &node.value {
                Value::List(items) => Ok(items),
                _ => Err(node.error(format!("“{key}” is to be a list"))),
            },
        }
    }

    /// `yes`, `no` and their kin.
    pub(super) fn flag(&self, key: &str) -> Result<Option<bool>> {
        let Some(node) = self.get(key) else { return Ok(None) };
        match node.text().map(str::to_ascii_lowercase).as_deref() {
            Some("true" | "yes") => Ok(Some(true)),
            Some("false" | "no") => Ok(Some(false)),
            _ => Err(node.error(format!("“{key}” is to be true or false"))),
        }
    }

    /// Keys that are none of those known.
    pub(super) fn unknown(&self, known: &[&str]) -> Vec<&Key> {
        let entries = self.map().unwrap_or_default();
        entries.iter().map(|(k, _)| k).filter(|k| !known.contains(&k.text.as_str())).collect()
    }

    /// The node as block YAML, indented by `indent` spaces.
    pub(super) fn to_yaml(&self, indent: usize) -> String {
        let mut out = String::new();
        self.write(&mut out, indent);
        out
    }

    fn write(&self, out: &mut String, indent: usize) {
        let pad = " ".repeat(indent);
        match &self.value {
            Value::Null => out.push_str(&format!("{pad}null\n")),
            Value::Scalar { text, plain } => out.push_str(&format!("{pad}{}\n", scalar(text, *plain))),
            Value::List(items) if items.is_empty() => out.push_str(&format!("{pad}[]\n")),
            Value::Map(entries) if entries.is_empty() => out.push_str(&format!("{pad}{{}}\n")),
            Value::List(items) => {
                for item in items {
                    let inner = item.to_yaml(indent + 2);
                    out.push_str(&format!("{pad}- {}", inner.trim_start_matches(' ')));
                }
            }
            Value::Map(entries) => {
                for (key, value) in entries {
                    out.push_str(&format!("{pad}{}:", scalar(&key.text, key.plain)));
                    if value.is_nested() {
                        out.push('\n');
                        value.write(out, indent + 2);
                    } else {
                        out.push(' ');
                        out.push_str(value.to_yaml(0).as_str());
                    }
                }
            }
        }
    }

    fn is_nested(&self) -> bool {
        match &self.value {
            Value::List(items) => !items.is_empty(),
            Value::Map(entries) => !entries.is_empty(),
            _ => false,
        }
    }
}

/// Plain text that was plain on one line stays so; all else is quoted.
fn scalar(text: &str, plain: bool) -> String {
    if plain && !text.contains('\n') { text.to_owned() } else { quoted(text) }
}

/// A text in double quotes; the escapes of JSON are YAML's too.
pub(super) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// What is being read.
enum Open {
    List(Node, usize),
    Map(Node, usize, Option<Key>),
}

/// The documents of a YAML text.
///
/// Aliases stand for what they name; merge keys, tags of one's own, keys that are not text and keys given twice are refused.
pub(super) fn documents(text: &str) -> Result<Vec<Node>> {
    let mut reader = Reader { documents: Vec::new(), open: Vec::new(), anchors: HashMap::new(), nodes: 0 };
    for event in Parser::new_from_str(text) {
        match event {
            Ok((event, span)) => reader.take(event, span)?,
            Err(e) => {
                let marker = e.marker();
                return Err(Error::parse(format!("this is not YAML: {}", e.info()))
                    .at(place(marker.line() as u64, marker.col() as u64 + 1)));
            }
        }
    }
    Ok(reader.documents)
}

/// The one document of a YAML text.
pub(super) fn document(text: &str) -> Result<Node> {
    let mut all = documents(text)?;
    match (all.pop(), all.is_empty()) {
        (Some(one), true) if !one.is_null() => Ok(one),
        (Some(second), false) => Err(second.error("there is more than one document")),
        _ => Err(Error::empty("there is no document")),
    }
}

struct Reader {
    documents: Vec<Node>,
    open: Vec<Open>,
    anchors: HashMap<usize, Node>,
    nodes: usize,
}

impl Reader {
    fn take(&mut self, event: Event<'_>, span: Span) -> Result<()> {
        let (line, column) = (span.start.line() as u64, span.start.col() as u64 + 1);
        let node = |value| Node { value, line, column };
        let tag = match &event {
            Event::Scalar(.., tag) | Event::SequenceStart(_, tag) | Event::MappingStart(_, tag) => tag.as_ref(),
            _ => None,
        };
        if let Some(tag) = tag.filter(|t| t.handle != "tag:yaml.org,2002:") {
            return Err(node(Value::Null).error(format!("the tag {}{} is not understood", tag.handle, tag.suffix)));
        }
        match event {
            Event::Scalar(text, style, anchor, _) => {
                let plain = style == ScalarStyle::Plain;
                let null = plain && matches!(text.as_ref(), "" | "~" | "null" | "Null" | "NULL");
                let value = if null { Value::Null } else { Value::Scalar { text: text.into_owned(), plain } };
                self.close(node(value), anchor)
            }
            Event::SequenceStart(anchor, _) => self.enter(Open::List(node(Value::List(Vec::new())), anchor)),
            Event::MappingStart(anchor, _) => self.enter(Open::Map(node(Value::Map(Vec::new())), anchor, None)),
            Event::SequenceEnd | Event::MappingEnd => match self.open.pop() {
                Some(Open::List(done, anchor) | Open::Map(done, anchor, _)) => self.close(done, anchor),
                None => Ok(()),
            },
            Event::Alias(anchor) => match self.anchors.get(&anchor).cloned() {
                Some(found) => {
                    self.nodes += size(&found);
                    self.close(found, 0)
                }
                None => Err(node(Value::Null).error("an alias stands inside of what it names")),
            },
            _ => Ok(()),
        }
    }

    fn enter(&mut self, open: Open) -> Result<()> {
        self.open.push(open);
        if self.open.len() > DEEPEST {
            return Err(Error::parse(format!("the tree is deeper than {DEEPEST}")));
        }
        Ok(())
    }

    /// A node is complete: it belongs to whatever is open around it.
    fn close(&mut self, node: Node, anchor: usize) -> Result<()> {
        self.nodes += 1;
        if self.nodes > MOST_NODES {
            return Err(node.error(format!("there are more than {MOST_NODES} nodes")));
        }
        if anchor > 0 {
            self.anchors.insert(anchor, node.clone());
        }
        match self.open.last_mut() {
            None => self.documents.push(node),
            Some(Open::List(list, _)) => {
                if let Value::List(items) = &mut list.value {
                    items.push(node);
                }
            }
            Some(Open::Map(map, _, waiting)) => {
                let Value::Map(entries) = &mut map.value else { return Ok(()) };
                if let Some(key) = waiting.take() {
                    entries.push((key, node));
                } else {
                    let (line, column) = (node.line, node.column);
                    let Value::Scalar { text, plain } = node.value else {
                        return Err(Error::parse("a key is to be text").at(place(line, column)));
                    };
                    let key = Key { text, plain, line, column };
                    if key.text == "<<" {
                        return Err(key.error("merge keys are not understood").hint("write the keys out"));
                    }
                    if entries.iter().any(|(k, _)| k.text == key.text) {
                        return Err(key.error(format!("“{}” is given twice", key.text)));
                    }
                    *waiting = Some(key);
                }
            }
        }
        Ok(())
    }
}

fn size(node: &Node) -> usize {
    match &node.value {
        Value::List(items) => 1 + items.iter().map(size).sum::<usize>(),
        Value::Map(entries) => 1 + entries.iter().map(|(_, v)| size(v)).sum::<usize>(),
        _ => 1,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn nodes_know_their_lines_and_numbers_keep_their_digits() {
        let d = document("a: 0.99950\nb:\n  - x: \"1: [y\"\n  -   2\nc: ~\nd: &k {e: f}\ng: *k\n").unwrap();
        assert_eq!(d.needed("a").unwrap(), "0.99950");
        let list = d.list("b").unwrap();
        assert_eq!((list[1].text(), list[1].line, list[1].column), (Some("2"), 4, 7));
        assert_eq!(list[0].needed("x").unwrap(), "1: [y");
        assert!(d.get("c").is_none());
        assert_eq!(d.get("g").unwrap().needed("e").unwrap(), "f");
        let error = d.needed("z").unwrap_err();
        assert_eq!(error.to_string(), "line 1, column 1: “z” is missing");
        let again = document(&d.to_yaml(0)).unwrap();
        assert_eq!(again.to_yaml(0), d.to_yaml(0));
        assert_eq!(again.get("b").unwrap().to_yaml(0), "- x: \"1: [y\"\n- 2\n");
    }

    #[test]
    fn what_is_not_understood_is_refused_at_its_place() {
        for (text, says) in [
            ("a: [1\nb: 2\n", "not YAML"),
            ("a: 1\na: 2\n", "line 2, column 1: “a” is given twice"),
            ("a: !mine 1\n", "tag"),
            ("? [1]\n: 2\n", "key"),
            ("<<: {a: 1}\n", "merge"),
            ("", "no document"),
            ("a: 1\n---\nb: 2\n", "more than one"),
        ] {
            let error = document(text).unwrap_err().to_string();
            assert!(error.contains(says), "{text}: {error}");
        }
        let mut laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for i in 1..9 {
            laughs.push_str(&format!("a{i}: &a{i} [{}]\n", vec![format!("*a{}", i - 1); 10].join(", ")));
        }
        assert!(document(&laughs).unwrap_err().to_string().contains("nodes"));
        assert!(document(&"[".repeat(100)).is_err());
        assert_eq!(documents("a: 1\n---\nb: 2\n").unwrap().len(), 2);
    }
}
