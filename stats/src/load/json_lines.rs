//! JSON, one object a line: structured logs, and what k6 and vegeta write.
//!
//! Objects within an object give their fields names joined by dots, as in `upstream.response_time`; lists are passed over. A
//! number keeps its digits, so that times in nanoseconds lose none.

use std::borrow::Cow;

use crate::load::records::{Line, Records};

/// Objects nested deeper than this are no record.
const DEEPEST: usize = 32;

/// Any object a line.
pub(crate) struct JsonLines;

impl Records for JsonLines {
    fn fields<'a>(&self, line: &'a [u8], put: &mut dyn FnMut(&str, Cow<'a, [u8]>)) -> Line {
        if scan(line, put).is_some() { Line::Record } else { Line::Unreadable }
    }
}

/// Gives every text, number and truth of an object with its name; `None` where the line is no JSON object.
pub(crate) fn scan<'a>(line: &'a [u8], put: &mut dyn FnMut(&str, Cow<'a, [u8]>)) -> Option<()> {
    let mut scanner = Scanner { text: line, at: 0, path: String::new() };
    scanner.blanks();
    scanner.object(put, 0)?;
    scanner.blanks();
    (scanner.at == line.len()).then_some(())
}

struct Scanner<'a> {
    text: &'a [u8],
    at: usize,
    path: String,
}

impl<'a> Scanner<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        self.blanks();
        (self.peek() == Some(byte)).then(|| self.at += 1)
    }

    fn object(&mut self, put: &mut dyn FnMut(&str, Cow<'a, [u8]>), depth: usize) -> Option<()> {
        self.take(b'{')?;
        if depth > DEEPEST {
            return None;
        }
        self.blanks();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Some(());
        }
        loop {
            let key = self.string()?;
            self.take(b':')?;
            let outer = self.path.len();
            if outer > 0 {
                self.path.push('.');
            }
            self.path.push_str(&String::from_utf8_lossy(&key));
            self.value(put, depth)?;
            self.path.truncate(outer);
            self.blanks();
            match self.peek()? {
                b',' => self.at += 1,
                b'}' => {
                    self.at += 1;
                    return Some(());
                }
                _ => return None,
            }
        }
    }

    fn value(&mut self, put: &mut dyn FnMut(&str, Cow<'a, [u8]>), depth: usize) -> Option<()> {
        self.blanks();
        match self.peek()? {
            b'{' => self.object(put, depth + 1),
            b'[' => self.list(depth + 1),
            b'"' => {
                let word = self.string()?;
                put(&self.path, word);
                Some(())
            }
            _ => {
                let word = self.word()?;
                if word != b"null" {
                    put(&self.path, Cow::Borrowed(word));
                }
                Some(())
            }
        }
    }

    /// Passes over a list.
    fn list(&mut self, depth: usize) -> Option<()> {
        self.take(b'[')?;
        if depth > DEEPEST {
            return None;
        }
        self.blanks();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Some(());
        }
        loop {
            self.blanks();
            match self.peek()? {
                b'{' => self.object(&mut |_, _| {}, depth + 1)?,
                b'[' => self.list(depth + 1)?,
                b'"' => drop(self.string()?),
                _ => drop(self.word()?),
            }
            self.blanks();
            match self.peek()? {
                b',' => self.at += 1,
                b']' => {
                    self.at += 1;
                    return Some(());
                }
                _ => return None,
            }
        }
    }

    /// A number, `true`, `false` or `null`.
    fn word(&mut self) -> Option<&'a [u8]> {
        let rest = self.text.get(self.at..)?;
        let length = rest.iter().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'+' | b'.')).count();
        let word = rest.get(..length)?;
        let known = matches!(word, b"true" | b"false" | b"null");
        let number = word.first().is_some_and(|b| b.is_ascii_digit() || *b == b'-')
            && word.iter().all(|b| matches!(b, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E'));
        self.at += length;
        (known || number).then_some(word)
    }

    fn string(&mut self) -> Option<Cow<'a, [u8]>> {
        self.take(b'"')?;
        let start = self.at;
        let mut escaped = false;
        loop {
            let rest = self.text.get(self.at..)?;
            self.at += memchr::memchr2(b'"', b'\\', rest)?;
            if self.peek() == Some(b'"') {
                break;
            }
            escaped = true;
            self.at += 2;
        }
        let raw = self.text.get(start..self.at)?;
        self.at += 1;
        if !escaped {
            return Some(Cow::Borrowed(raw));
        }
        let whole = String::from_utf8_lossy(self.text.get(start - 1..self.at)?);
        let text: String = serde_json::from_str(&whole).ok()?;
        Some(Cow::Owned(text.into_bytes()))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::Value;

    fn fields(line: &[u8]) -> Option<Vec<(String, String)>> {
        let mut out = Vec::new();
        scan(line, &mut |name, value| out.push((name.to_owned(), String::from_utf8_lossy(&value).into_owned())))?;
        Some(out)
    }

    fn flat(path: &str, value: &Value, out: &mut Vec<(String, String)>) {
        match value {
            Value::Object(map) => {
                for (key, value) in map {
                    let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                    flat(&path, value, out);
                }
            }
            Value::String(text) => out.push((path.to_owned(), text.clone())),
            Value::Number(_) | Value::Bool(_) => out.push((path.to_owned(), value.to_string())),
            Value::Null | Value::Array(_) => {}
        }
    }

    fn json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            (-1e6..1e6_f64).prop_map(Value::from),
            "\\PC{0,8}|[\"\\\\\n\t/]{0,4}".prop_map(Value::from),
        ];
        let tree = leaf.prop_recursive(3, 24, 5, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                proptest::collection::vec(("[a-z\"é]{1,4}", inner), 0..4)
                    .prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
            ]
        });
        proptest::collection::vec(("[a-z]{1,4}", tree), 0..5).prop_map(|p| Value::Object(p.into_iter().collect()))
    }

    proptest! {
        #[test]
        fn the_fields_are_those_of_serde_json(value in json(), pretty in any::<bool>()) {
            let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) }.unwrap();
            let mut want = Vec::new();
            flat("", &value, &mut want);
            prop_assert_eq!(fields(text.as_bytes()), Some(want));
        }

        #[test]
        fn what_serde_json_reads_is_read_and_nothing_panics(text in "[{}\\[\\]\",:a1 \\\\.e-]{0,40}") {
            let read = fields(text.as_bytes());
            if serde_json::from_str::<serde_json::Map<String, Value>>(&text).is_ok() {
                prop_assert!(read.is_some());
            }
        }
    }

    #[test]
    fn numbers_keep_their_digits() {
        let got = fields(br#"{"t":1795615024892000123,"u":{"x":0.1000,"l":[1,{"a":"]"}]},"s":"a\"\u00e9","n":null}"#)
            .unwrap();
        let want = [("t", "1795615024892000123"), ("u.x", "0.1000"), ("s", "a\"é")];
        assert_eq!(got, want.map(|(k, v)| (k.to_owned(), v.to_owned())));
        for bad in ["{", "{\"a\":1}}", "{\"a\" 1}", "[1]", "{\"a\":x}", "{\"a\":1,}", "{'a':1}"] {
            assert_eq!(fields(bad.as_bytes()), None, "{bad}");
        }
        let deep = "{\"a\":".repeat(100) + "1" + &"}".repeat(100);
        assert_eq!(fields(deep.as_bytes()), None);
    }
}
