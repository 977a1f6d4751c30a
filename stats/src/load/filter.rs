//! Which rows to keep: `column op literal`, joined by `&&`.

use crate::error::{Error, Result};
use crate::load::number::{self, Field};

/// A comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Op {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    Contains,
}

/// What a column is compared with.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Literal {
    Number(f64),
    Text(String),
}

/// One comparison of a filter.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Clause {
    pub(crate) column: String,
    pub(crate) op: Op,
    pub(crate) literal: Literal,
}

/// Longest first, so that `<=` is not read as `<`.
const OPS: [(&str, Op); 9] = [
    ("==", Op::Eq),
    ("!=", Op::Ne),
    ("<=", Op::Le),
    (">=", Op::Ge),
    ("=~", Op::Contains),
    ("<", Op::Lt),
    (">", Op::Gt),
    ("=", Op::Eq),
    ("~", Op::Contains),
];

/// Reads a filter.
pub(crate) fn parse(text: &str) -> Result<Vec<Clause>> {
    split_and(text).into_iter().map(clause).collect()
}

/// Splits at `&&` outside quotes.
fn split_and(text: &str) -> Vec<&str> {
    let (mut parts, mut start, mut quote) = (Vec::new(), 0, None);
    let bytes = text.as_bytes();
    for (i, &b) in bytes.iter().enumerate() {
        match quote {
            Some(q) if q == b => quote = None,
            None if b == b'"' || b == b'\'' => quote = Some(b),
            None if b == b'&' && bytes.get(i + 1) == Some(&b'&') && i >= start => {
                parts.push(text.get(start..i).unwrap_or_default());
                start = i + 2;
            }
            _ => {}
        }
    }
    parts.push(text.get(start..).unwrap_or_default());
    parts
}

fn clause(text: &str) -> Result<Clause> {
    let bad = |what: &str| {
        Error::argument(format!("“{}” is not a condition: {what}", text.trim()))
            .hint("write it like --where 'status >= 500 && service == \"checkout\"'")
    };
    let at = text
        .char_indices()
        .find_map(|(i, _)| OPS.iter().find(|(s, _)| text.get(i..).is_some_and(|t| t.starts_with(s))).map(|op| (i, op)));
    let Some((i, &(symbol, op))) = at else { return Err(bad("there is no comparison in it")) };
    let column = unquote(text.get(..i).unwrap_or_default()).0;
    let (word, quoted) = unquote(text.get(i + symbol.len()..).unwrap_or_default());
    if column.is_empty() {
        return Err(bad("a column is missing before the comparison"));
    }
    if word.is_empty() && !quoted {
        return Err(bad("a value is missing after the comparison"));
    }
    let literal = match number::parse(word.as_bytes()) {
        Field::Number(v) if !quoted && op != Op::Contains && v.is_finite() => Literal::Number(v),
        _ => Literal::Text(word.to_owned()),
    };
    Ok(Clause { column: column.to_owned(), op, literal })
}

fn unquote(text: &str) -> (&str, bool) {
    let text = text.trim();
    for q in ['"', '\''] {
        if let Some(inner) = text.strip_prefix(q).and_then(|t| t.strip_suffix(q)) {
            return (inner, true);
        }
    }
    (text, false)
}

impl Clause {
    /// Whether a number passes; one that is not there never does.
    pub(crate) fn keeps_number(&self, v: f64) -> bool {
        let Literal::Number(x) = self.literal else { return false };
        match self.op {
            Op::Eq => v == x,
            Op::Ne => v != x && !v.is_nan(),
            Op::Lt => v < x,
            Op::Le => v <= x,
            Op::Gt => v > x,
            Op::Ge => v >= x,
            Op::Contains => false,
        }
    }

    /// Whether a word passes; words compare byte by byte.
    pub(crate) fn keeps_word(&self, word: &[u8]) -> bool {
        let Literal::Text(x) = &self.literal else { return false };
        let x = x.as_bytes();
        match self.op {
            Op::Eq => word == x,
            Op::Ne => word != x,
            Op::Lt => word < x,
            Op::Le => word <= x,
            Op::Gt => word > x,
            Op::Ge => word >= x,
            Op::Contains => memchr::memmem::find(word, x).is_some(),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn conditions_read_as_written() {
        let c = parse("status>=500 && service == \"a && b\" && path ~ /pay").unwrap();
        assert_eq!(c.len(), 3);
        assert_eq!((c[0].column.as_str(), c[0].op), ("status", Op::Ge));
        assert!(c[0].keeps_number(503.0) && !c[0].keeps_number(499.0) && !c[0].keeps_number(f64::NAN));
        assert!(c[1].keeps_word(b"a && b"));
        assert!(c[2].keeps_word(b"/api/pay/1") && !c[2].keeps_word(b"/cart"));
        assert_eq!(parse("zone = '7'").unwrap()[0].literal, Literal::Text("7".into()));
        for bad in ["status", "== 5", "status >", "a = 1 &&"] {
            assert!(parse(bad).unwrap_err().to_string().contains("--where"), "{bad}");
        }
    }
}
