//! Logfmt: words `key=value`, the values perhaps in quotes.

use std::borrow::Cow;

use super::quoted;
use crate::load::records::{Line, Records};

/// Words `key=value`, the values perhaps in quotes.
pub(crate) struct Logfmt;

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
pub(super) fn pairs<'a>(line: &'a [u8], put: &mut dyn FnMut(&str, Cow<'a, [u8]>)) {
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

pub(super) fn is_key(word: &[u8]) -> bool {
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

#[cfg(test)]
mod tests {
    use super::super::tests::fields;
    use super::*;

    #[test]
    fn logfmt_has_quotes_and_bare_words() {
        let got = fields(&Logfmt, "level=info msg=\"a \\\"b\\\" c\" slow took=12ms empty= path=/a=b");
        let want = [("level", "info"), ("msg", "a \"b\" c"), ("took", "12ms"), ("empty", ""), ("path", "/a=b")];
        assert_eq!(got, want.map(|(k, v)| (k.to_owned(), v.to_owned())));
        assert!(is_logfmt(b"ts=1 level=info") && !is_logfmt(b"time,a=b c=d") && !is_logfmt(b"GET a=b c=d"));
    }
}
