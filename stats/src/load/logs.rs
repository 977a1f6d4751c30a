//! Log lines: nginx's and Apache's combined format, logfmt, and either of them or JSON after a ULID.
//!
//! The combined format is that of Apache's `mod_log_config` and nginx's `ngx_http_log_module`; what follows the user agent is the
//! site's own, where `$request_time` (seconds) and `%D` (microseconds) are usual. A ULID (github.com/ulid/spec) begins with 48 bits of
//! milliseconds since the epoch.

use std::borrow::Cow;

use crate::load::json_lines;
use crate::load::number::{self, Field};
use crate::load::records::{Line, Records};

/// The combined format, and what the site writes after it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct AccessLog {
    /// The names of the words after the user agent.
    pub(crate) extras: Vec<String>,
}

/// Words `key=value`, the values perhaps in quotes.
pub(crate) struct Logfmt;

/// Lines that begin with a ULID.
pub(crate) struct Ulid;

/// The words of a line in the combined format.
struct Words<'a> {
    head: Vec<(&'static str, &'a [u8])>,
    extras: Vec<&'a [u8]>,
}

impl AccessLog {
    /// The names of the words after the user agent, by what they hold in the first lines. The latency among them is
    /// `request_time` in seconds or `request_time_us`.
    pub(crate) fn of(head: &[u8]) -> Self {
        let lines: Vec<Words<'_>> =
            head.split(|b| *b == b'\n').take(500).filter_map(|l| words(l.trim_ascii())).collect();
        let most = lines.iter().map(|l| l.extras.len()).max().unwrap_or(0);
        let mut log = Self::default();
        for i in 0..most {
            let values: Vec<&[u8]> = lines.iter().filter_map(|l| l.extras.get(i).copied()).collect();
            let numbers: Vec<f64> = values
                .iter()
                .filter_map(|w| if let Field::Number(v) = number::parse(w) { Some(v) } else { None })
                .collect();
            let is_latency = !numbers.is_empty()
                && numbers.iter().all(|v| (0.0..1e8).contains(v))
                && !log.extras.iter().any(|n| n.starts_with("request_time"));
            let decimals = values.iter().any(|w| w.contains(&b'.'));
            log.extras.push(match (is_latency, decimals) {
                (true, true) => "request_time".to_owned(),
                (true, false) => "request_time_us".to_owned(),
                _ => format!("word {}", i + 1),
            });
        }
        log
    }

    /// The name of the latency, where there is one.
    pub(crate) fn latency(&self) -> Option<&'static str> {
        ["request_time", "request_time_us"].into_iter().find(|name| self.extras.iter().any(|n| n == name))
    }
}

/// Whether a line is in the combined or common format.
pub(crate) fn is_access(line: &[u8]) -> bool {
    words(line).is_some()
}

/// Reads `host ident user [time] "request" status bytes`, and what follows.
fn words(line: &[u8]) -> Option<Words<'_>> {
    let mut rest = line;
    let mut head = Vec::with_capacity(10);
    for name in ["remote_addr", "ident", "user"] {
        let (word, after) = plain(rest)?;
        head.push((name, word));
        rest = after;
    }
    let after = rest.strip_prefix(b"[")?;
    let end = memchr::memchr(b']', after)?;
    head.push(("time", after.get(..end)?));
    let (request, after) = quoted(after.get(end + 1..)?.trim_ascii_start())?;
    let mut parts = request.split(|b| *b == b' ');
    if let (Some(method), Some(path)) = (parts.next(), parts.next()) {
        head.push(("method", method));
        head.push(("path", path.split(|b| *b == b'?').next().unwrap_or(path)));
    }
    let (status, after) = plain(after)?;
    if !status.iter().all(u8::is_ascii_digit) || status.len() != 3 {
        return None;
    }
    head.push(("status", status));
    let (bytes, mut rest) = plain(after)?;
    head.push(("bytes", bytes));
    for name in ["referer", "user_agent"] {
        if let Some((word, after)) = quoted(rest) {
            head.push((name, word));
            rest = after;
        }
    }
    let mut extras = Vec::new();
    while let Some((word, after)) = quoted(rest).or_else(|| plain(rest)) {
        extras.push(word);
        rest = after;
    }
    Some(Words { head, extras })
}

/// A word up to the next blank.
fn plain(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = text.iter().position(|b| *b == b' ').unwrap_or(text.len());
    let (word, rest) = text.split_at_checked(end)?;
    (!word.is_empty()).then_some((word, rest.trim_ascii_start()))
}

/// A word in quotes, within which a backslash keeps the next byte.
fn quoted(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let inner = text.strip_prefix(b"\"")?;
    let mut at = 0;
    loop {
        at += memchr::memchr2(b'"', b'\\', inner.get(at..)?)?;
        if inner.get(at) == Some(&b'"') {
            return Some((inner.get(..at)?, inner.get(at + 1..)?.trim_ascii_start()));
        }
        at += 2;
    }
}

impl Records for AccessLog {
    fn fields<'a>(&self, line: &'a [u8], put: &mut dyn FnMut(&str, Cow<'a, [u8]>)) -> Line {
        let Some(words) = words(line) else { return Line::Unreadable };
        for (name, word) in words.head {
            put(name, Cow::Borrowed(word));
        }
        for (name, word) in self.extras.iter().zip(words.extras) {
            put(name, Cow::Borrowed(word));
        }
        Line::Record
    }
}

impl Records for Logfmt {
    fn fields<'a>(&self, line: &'a [u8], put: &mut dyn FnMut(&str, Cow<'a, [u8]>)) -> Line {
        let mut found = false;
        pairs(line, &mut |name, value| {
            found = true;
            put(name, value);
        });
        if found { Line::Record } else { Line::Unreadable }
    }
}

/// Gives every `key=value` of a line; words without a value are passed over.
fn pairs<'a>(line: &'a [u8], put: &mut dyn FnMut(&str, Cow<'a, [u8]>)) {
    let mut rest = line.trim_ascii_start();
    while !rest.is_empty() {
        let end = rest.iter().position(|b| matches!(b, b'=' | b' ' | b'\t' | b'"')).unwrap_or(rest.len());
        let (key, after) = rest.split_at_checked(end).unwrap_or((rest, &[]));
        let Some(after) = after.strip_prefix(b"=").filter(|_| is_key(key)) else {
            // a word, or a quote that belongs to no key
            rest = match quoted(after) {
                Some((_, after)) => after,
                None => after.get(1..).unwrap_or_default().trim_ascii_start(),
            };
            continue;
        };
        let name = String::from_utf8_lossy(key);
        if let Some((word, after)) = quoted(after) {
            put(&name, if word.contains(&b'\\') { Cow::Owned(unescape(word)) } else { Cow::Borrowed(word) });
            rest = after;
        } else {
            let end = after.iter().position(|b| matches!(b, b' ' | b'\t')).unwrap_or(after.len());
            put(&name, Cow::Borrowed(after.get(..end).unwrap_or_default()));
            rest = after.get(end..).unwrap_or_default().trim_ascii_start();
        }
    }
}

fn is_key(word: &[u8]) -> bool {
    word.first().is_some_and(|b| b.is_ascii_alphabetic() || matches!(b, b'_' | b'@'))
        && word.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-' | b'@' | b'/' | b':'))
}

fn unescape(word: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(word.len());
    let mut bytes = word.iter();
    while let Some(b) = bytes.next() {
        match b {
            b'\\' => out.extend(bytes.next().map(|b| if *b == b'n' { b'\n' } else { *b })),
            other => out.push(*other),
        }
    }
    out
}

/// Whether a line is logfmt: two pairs at least, and nothing before the first.
pub(crate) fn is_logfmt(line: &[u8]) -> bool {
    let mut count = 0;
    pairs(line, &mut |_, _| count += 1);
    let end = line.iter().position(|b| matches!(b, b'=' | b' ' | b',' | b'"')).unwrap_or(line.len());
    count >= 2 && line.get(end) == Some(&b'=') && line.get(..end).is_some_and(is_key)
}

/// The milliseconds since the epoch in the ULID that a line begins with, and what follows it.
pub(crate) fn ulid(line: &[u8]) -> Option<(u64, &[u8])> {
    const LENGTH: usize = 26;
    let (id, rest) = line.split_at_checked(LENGTH)?;
    if !matches!(rest.first(), Some(b' ' | b'\t' | b':' | b'|')) || !matches!(id.first(), Some(b'0'..=b'7')) {
        return None;
    }
    let mut time = 0_u64;
    for (i, b) in id.iter().enumerate() {
        let digit = crockford(*b)?;
        if i < 10 {
            time = time * 32 + u64::from(digit);
        }
    }
    Some((time, rest.get(1..)?.trim_ascii()))
}

/// A digit of Crockford's base 32, which has no I, L, O and U.
fn crockford(byte: u8) -> Option<u8> {
    const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    DIGITS.iter().position(|d| *d == byte.to_ascii_uppercase()).map(|i| i as u8)
}

impl Records for Ulid {
    fn fields<'a>(&self, line: &'a [u8], put: &mut dyn FnMut(&str, Cow<'a, [u8]>)) -> Line {
        let Some((time, rest)) = ulid(line) else { return Line::Unreadable };
        put("ulid_time", Cow::Owned(time.to_string().into_bytes()));
        if rest.starts_with(b"{") {
            return JSON.fields(rest, put);
        }
        pairs(rest, put);
        Line::Record
    }
}

const JSON: json_lines::JsonLines = json_lines::JsonLines;

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn fields(records: &dyn Records, line: &str) -> Vec<(String, String)> {
        let mut out = Vec::new();
        records.fields(line.as_bytes(), &mut |name, value| {
            out.push((name.to_owned(), String::from_utf8_lossy(&value).into_owned()));
        });
        out
    }

    #[test]
    fn the_examples_of_apache_and_of_the_ulid_specification() {
        // https://httpd.apache.org/docs/2.4/logs.html
        let line = "127.0.0.1 - frank [10/Oct/2000:13:55:36 -0700] \"GET /apache_pb.gif?a=1 HTTP/1.0\" 200 2326 \
                    \"http://www.example.com/start.html\" \"Mozilla/4.08 [en] (Win98; I \\\"x\\\" ;Nav)\" 0.213";
        let log = AccessLog::of(line.as_bytes());
        assert_eq!((log.extras.as_slice(), log.latency()), (&["request_time".to_owned()][..], Some("request_time")));
        let got = fields(&log, line);
        for (name, value) in [
            ("time", "10/Oct/2000:13:55:36 -0700"),
            ("method", "GET"),
            ("path", "/apache_pb.gif"),
            ("status", "200"),
            ("bytes", "2326"),
            ("request_time", "0.213"),
        ] {
            assert!(got.contains(&(name.into(), value.into())), "{name} in {got:?}");
        }
        assert!(is_access(b"::1 - - [10/Oct/2000:13:55:36 -0700] \"-\" 408 -"));
        assert!(!is_access(b"[01/Jan/2026:00:00:00 +0000],5"));
        // https://github.com/ulid/spec: 01ARYZ6S41 is 1469918176385
        assert_eq!(ulid(b"01ARYZ6S41TSV4RRFFQ69G5FAV rest").unwrap(), (1_469_918_176_385, &b"rest"[..]));
        assert_eq!(ulid(b"81ARYZ6S41TSV4RRFFQ69G5FAV rest"), None);
        assert_eq!(ulid(b"01ARYZ6S41TSV4RRFFQ69G5FAU rest"), None);
    }

    #[test]
    fn logfmt_has_quotes_and_bare_words() {
        let got = fields(&Logfmt, "level=info msg=\"a \\\"b\\\" c\" slow took=12ms empty= path=/a=b");
        let want = [("level", "info"), ("msg", "a \"b\" c"), ("took", "12ms"), ("empty", ""), ("path", "/a=b")];
        assert_eq!(got, want.map(|(k, v)| (k.to_owned(), v.to_owned())));
        assert!(is_logfmt(b"ts=1 level=info") && !is_logfmt(b"time,a=b c=d") && !is_logfmt(b"GET a=b c=d"));
    }

    proptest! {
        #[test]
        fn nothing_panics(bytes in proptest::collection::vec(any::<u8>(), 0..80), text in "[a=\"\\\\ \\[\\]0-9-]{0,60}") {
            for line in [bytes.as_slice(), text.as_bytes()] {
                for records in [&AccessLog::of(line) as &dyn Records, &Logfmt, &Ulid] {
                    records.fields(line, &mut |_, _| {});
                }
            }
        }
    }
}
