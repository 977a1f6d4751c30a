//! Which series are counted: a vector selector of `PromQL`.

use std::fmt;
use std::str::FromStr;

use super::quote::promql;
use crate::error::{Error, Position, Result};
use crate::labels::Labels;

/// How a label is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MatchOp {
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `=~`, anchored at both ends
    Regex,
    /// `!~`
    NotRegex,
}

impl MatchOp {
    fn sign(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Regex => "=~",
            Self::NotRegex => "!~",
        }
    }
}

/// One condition on a label.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Matcher {
    /// The label's name, a valid one.
    pub label: String,
    /// How it is compared.
    pub op: MatchOp,
    /// With what; any text.
    pub value: String,
}

/// A metric with conditions on its labels, as in `http_requests_total{code=~"5..",service="checkout"}`.
///
/// Values may hold anything: they are escaped. A metric's name that `PromQL` cannot hold is written as `{__name__="…"}`.
///
/// ```
/// use sre_stats::slo::rules::Selector;
/// let selector: Selector = r#"http_requests_total{ code =~ "5.." }"#.parse()?;
/// assert_eq!(selector.to_string(), r#"http_requests_total{code=~"5.."}"#);
/// # Ok::<(), sre_stats::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Selector {
    metric: String,
    matchers: Vec<Matcher>,
}

impl Selector {
    /// All series of a metric.
    ///
    /// # Errors
    /// [`Argument`](crate::ErrorKind::Argument) for an empty name.
    pub fn new(metric: impl Into<String>) -> Result<Self> {
        let metric = metric.into();
        if metric.trim().is_empty() {
            return Err(Error::argument("a metric without a name selects nothing"));
        }
        Ok(Self { metric, matchers: Vec::new() })
    }

    /// The same selector with one more condition.
    ///
    /// # Errors
    /// [`Argument`](crate::ErrorKind::Argument) where Prometheus has no label of such a name.
    pub fn with(mut self, label: &str, op: MatchOp, value: &str) -> Result<Self> {
        if !is_label(label) {
            return Err(Error::argument(format!("Prometheus has no label “{label}”"))
                .hint("its labels are letters, digits and _, and do not begin with a digit"));
        }
        self.matchers.push(Matcher { label: label.to_owned(), op, value: value.to_owned() });
        Ok(self)
    }

    /// The same selector for the series with these labels; a label that it has a condition on already is left as it is.
    ///
    /// # Errors
    /// As [`with`](Self::with).
    pub fn narrowed(self, labels: &Labels) -> Result<Self> {
        let known: Vec<String> = self.matchers.iter().map(|m| m.label.clone()).collect();
        labels
            .iter()
            .filter(|(name, _)| !known.contains(name))
            .try_fold(self, |selector, (name, value)| selector.with(name, MatchOp::Equal, value))
    }

    /// The metric's name.
    pub fn metric(&self) -> &str {
        &self.metric
    }

    /// The conditions.
    pub fn matchers(&self) -> &[Matcher] {
        &self.matchers
    }

    /// The selector written for one series with these labels, as in the input of a unit test.
    pub(super) fn series(&self, labels: &Labels) -> String {
        let matchers = labels.iter().map(|(label, value)| Matcher {
            label: label.clone(),
            op: MatchOp::Equal,
            value: value.clone(),
        });
        Self { metric: self.metric.clone(), matchers: matchers.collect() }.to_string()
    }

    /// Labels of a series that the selector takes; `None` where a pattern is not understood well enough to make one up.
    pub(super) fn example(&self) -> Option<Labels> {
        let mut labels = Labels::new();
        for m in &self.matchers {
            let value = match m.op {
                MatchOp::Equal => Some(m.value.clone()),
                MatchOp::Regex => Some(matching(&m.value)?.first()?.clone()),
                MatchOp::NotEqual if m.value.is_empty() => Some("other".to_owned()),
                // a label that is not there is the empty text, which the pattern must not match
                MatchOp::NotRegex if can_be_empty(&m.value)? => return None,
                MatchOp::NotEqual | MatchOp::NotRegex => None,
            };
            if let Some(value) = value.filter(|v| !v.is_empty()) {
                labels.set(m.label.clone(), value);
            }
        }
        Some(labels)
    }

    /// Whether every series of this selector is one of the other: the same metric, and all its conditions among ours.
    pub(super) fn is_within(&self, other: &Self) -> bool {
        self.metric == other.metric && other.matchers.iter().all(|m| self.matchers.contains(m))
    }

    /// Labels of a series that `whole` takes and this one, which is within it, does not.
    pub(super) fn example_outside(&self, whole: &Self) -> Option<Labels> {
        let mut labels = whole.example()?;
        let own = self.matchers.iter().find(|m| !whole.matchers.contains(m))?;
        match own.op {
            // absent, unless absent is what it asks for
            MatchOp::Equal if own.value.is_empty() => labels.set(own.label.clone(), "other"),
            MatchOp::Regex if can_be_empty(&own.value)? => return None,
            MatchOp::Equal | MatchOp::Regex => {}
            MatchOp::NotEqual => labels.set(own.label.clone(), own.value.clone()),
            MatchOp::NotRegex => {
                labels.set(own.label.clone(), matching(&own.value)?.into_iter().find(|v| !v.is_empty())?);
            }
        }
        Some(labels)
    }
}

/// Words that the lexer of `PromQL` takes for something other than a metric.
const RESERVED: [&str; 8] = ["inf", "nan", "bool", "on", "ignoring", "group_left", "group_right", "atan2"];

fn is_metric(name: &str) -> bool {
    let sound = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
    !name.is_empty()
        && name.chars().all(sound)
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && !RESERVED.contains(&name.to_ascii_lowercase().as_str())
}

/// Whether Prometheus (before 3.0, and without quotes since) takes a text as the name of a label.
pub(super) fn is_label(name: &str) -> bool {
    !name.is_empty()
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && name != "__name__"
}

impl fmt::Display for Selector {
    /// As `PromQL` has it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = is_metric(&self.metric);
        if plain {
            f.write_str(&self.metric)?;
            if self.matchers.is_empty() {
                return Ok(());
            }
        }
        let mut parts = Vec::new();
        if !plain {
            parts.push(format!("__name__={}", promql(&self.metric)));
        }
        parts.extend(self.matchers.iter().map(|m| format!("{}{}{}", m.label, m.op.sign(), promql(&m.value))));
        write!(f, "{{{}}}", parts.join(","))
    }
}

impl FromStr for Selector {
    type Err = Error;
    /// Reads a metric's name with matchers in braces; no range, offset or function.
    fn from_str(text: &str) -> Result<Self> {
        Reader { text, at: 0 }.selector()
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn skip(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    fn error(&self, message: impl Into<String>) -> Error {
        let column = self.text.get(..self.at).map_or(0, |t| t.chars().count()) + 1;
        Error::parse(format!("“{}”: {}", self.text, message.into()))
            .at(Position::default().at_column(column.to_string()))
            .hint(r#"write a selector like http_requests_total{code=~"5.."}"#)
    }

    fn take(&mut self, sign: &str) -> bool {
        self.skip();
        let found = self.rest().starts_with(sign);
        self.at += if found { sign.len() } else { 0 };
        found
    }

    fn word(&mut self) -> &'a str {
        self.skip();
        let rest = self.rest();
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == ':')).unwrap_or(rest.len());
        self.at += end;
        rest.get(..end).unwrap_or_default()
    }

    fn selector(mut self) -> Result<Selector> {
        let mut metric = self.word().to_owned();
        let mut matchers: Vec<Matcher> = Vec::new();
        if self.take("{") {
            while !self.take("}") {
                let label = self.word();
                if !is_label(label) && label != "__name__" {
                    return Err(self.error("expected a label or “}”"));
                }
                let ops = [MatchOp::Regex, MatchOp::NotRegex, MatchOp::NotEqual, MatchOp::Equal];
                let Some(op) = ops.into_iter().find(|op| self.take(op.sign())) else {
                    return Err(self.error("expected one of = != =~ !~"));
                };
                let value = self.quoted()?;
                match (label, op) {
                    ("__name__", MatchOp::Equal) if metric.is_empty() => metric = value,
                    ("__name__", _) => return Err(self.error("the metric is named once, and by =")),
                    _ => matchers.push(Matcher { label: label.to_owned(), op, value }),
                }
                if !self.take(",") && !self.rest().trim_start().starts_with('}') {
                    return Err(self.error("expected “,” or “}”"));
                }
            }
        }
        self.skip();
        if !self.rest().is_empty() {
            return Err(self.error("only a metric and its matchers belong here; windows are added"));
        }
        if metric.is_empty() {
            return Err(self.error("the metric's name is missing"));
        }
        Ok(Selector { metric, matchers })
    }

    /// A string in single or double quotes with Go's escapes, or in backticks without.
    fn quoted(&mut self) -> Result<String> {
        self.skip();
        let Some(quote) = self.rest().chars().next().filter(|c| "\"'`".contains(*c)) else {
            return Err(self.error("expected a value in quotes"));
        };
        self.at += 1;
        let mut out = String::new();
        loop {
            let Some(c) = self.rest().chars().next() else { return Err(self.error("the quotes are not closed")) };
            self.at += c.len_utf8();
            match c {
                c if c == quote => return Ok(out),
                '\\' if quote != '`' => out.push(self.escape(quote)?),
                '\n' if quote != '`' => return Err(self.error("a value in quotes does not hold a line break")),
                c => out.push(c),
            }
        }
    }

    fn escape(&mut self, quote: char) -> Result<char> {
        let Some(c) = self.rest().chars().next() else { return Err(self.error("the quotes are not closed")) };
        let known = match c {
            'n' => Some('\n'),
            't' => Some('\t'),
            'r' => Some('\r'),
            '\\' => Some('\\'),
            c if c == quote => Some(c),
            _ => None,
        };
        let digits = match c {
            'u' => 4,
            'U' => 8,
            _ => 0,
        };
        let hex = self.rest().get(1..=digits).filter(|_| digits > 0);
        let code = hex.and_then(|h| u32::from_str_radix(h, 16).ok()).and_then(char::from_u32);
        match known.or(code) {
            Some(value) => {
                self.at += 1 + digits;
                Ok(value)
            }
            None => Err(self.error(format!("“\\{c}” is no escape that is understood"))),
        }
    }
}

fn can_be_empty(pattern: &str) -> Option<bool> {
    Some(matching(pattern)?.iter().any(String::is_empty))
}

/// One short text for each alternative of a pattern, that it matches; `None` where the pattern has more than plain characters,
/// `.`, escapes of signs, `*`, `+`, `?`, plain classes and alternatives at the top.
fn matching(pattern: &str) -> Option<Vec<String>> {
    let mut out = vec![String::new()];
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        let one = match c {
            '|' => {
                out.push(String::new());
                continue;
            }
            '.' => '0',
            '\\' => match chars.next()? {
                'd' | 'w' => '0',
                sign if sign.is_ascii_punctuation() => sign,
                _ => return None,
            },
            '[' => {
                let first = chars.next().filter(|c| c.is_alphanumeric())?;
                loop {
                    match chars.next()? {
                        ']' => break,
                        '[' | '\\' => return None,
                        _ => {}
                    }
                }
                first
            }
            '(' | ')' | '{' | '}' | '*' | '+' | '?' | '^' | '$' | ']' => return None,
            c => c,
        };
        // none is enough for * and ?, one for +
        let optional = matches!(chars.peek(), Some('*' | '?'));
        if matches!(chars.peek(), Some('*' | '?' | '+')) {
            chars.next();
        }
        if !optional {
            out.last_mut()?.push(one);
        }
    }
    Some(out)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Selector {
        text.parse().unwrap()
    }

    #[test]
    fn selectors_are_read_as_prometheus_reads_them() {
        for (text, shown) in [
            ("up", "up"),
            (" up{} ", "up"),
            ("a:b{x='1', y!=\"2\",}", r#"a:b{x="1",y!="2"}"#),
            ("m{x=`a\\d`}", r#"m{x="a\\d"}"#),
            (r#"{__name__="weird name",x=~"a|b"}"#, r#"{__name__="weird name",x=~"a|b"}"#),
            (r#"m{x!~"\u00e9\n"}"#, r#"m{x!~"é\n"}"#),
        ] {
            assert_eq!(read(text).to_string(), shown);
            assert_eq!(read(shown), read(text));
        }
        for (text, says) in [
            ("", "name is missing"),
            ("{x=\"1\"}", "name is missing"),
            ("rate(up[5m])", "only a metric"),
            ("up[5m]", "only a metric"),
            ("up{x}", "expected one of"),
            ("up{x=1}", "in quotes"),
            ("up{x=\"1}", "not closed"),
            ("up{1x=\"1\"}", "expected a label"),
            ("up{x=\"1\" y=\"2\"}", "expected “,”"),
            ("up{x=\"\\q\"}", "no escape"),
            ("up{__name__=\"x\"}", "named once"),
        ] {
            let error = text.parse::<Selector>().unwrap_err().to_string();
            assert!(error.contains(says), "{text}: {error}");
        }
        assert!(Selector::new("up").unwrap().with("a b", MatchOp::Equal, "x").is_err());
        assert_eq!(Selector::new("Inf").unwrap().to_string(), "{__name__=\"Inf\"}");
    }

    proptest! {
        #[test]
        fn hostile_values_read_back(value in "\\PC{0,30}|[\\x00-\\x7f]{0,12}", metric in "\\PC{1,12}") {
            prop_assume!(!metric.trim().is_empty());
            let selector = Selector::new(metric).unwrap().with("x", MatchOp::Equal, &value).unwrap();
            let text = selector.to_string();
            prop_assert!(!text.contains('\n'));
            prop_assert_eq!(read(&text), selector);
        }
    }

    #[test]
    fn examples_are_taken_and_left() {
        let labels = |text: &str| read(text).example().map(|l| l.to_string());
        assert_eq!(labels(r#"m{a="1",b=~"5..",c!="x"}"#).unwrap(), r#"{a="1", b="500"}"#);
        assert_eq!(labels(r#"m{b=~"api/.+|web"}"#).unwrap(), r#"{b="api/0"}"#);
        assert_eq!(labels(r#"m{b=~"[45].*"}"#).unwrap(), r#"{b="4"}"#);
        assert_eq!(labels(r#"m{b!~"5.."}"#).unwrap(), "{}");
        assert_eq!(labels(r#"m{b=~"(a|b){2}"}"#), None);
        let outside = |part: &str, whole: &str| {
            let (part, whole) = (read(part), read(whole));
            assert!(part.is_within(&whole));
            part.example_outside(&whole).map(|l| l.to_string())
        };
        assert_eq!(outside(r#"m{s="a",code=~"5.."}"#, r#"m{s="a"}"#).unwrap(), r#"{s="a"}"#);
        assert_eq!(outside(r#"m{code!="200"}"#, "m").unwrap(), r#"{code="200"}"#);
        assert_eq!(outside(r#"m{code!~"2.."}"#, "m").unwrap(), r#"{code="200"}"#);
        assert_eq!(outside("m", "m"), None);
        assert!(!read("m").is_within(&read("n")) && !read("m").is_within(&read(r#"m{a="1"}"#)));
    }
}
