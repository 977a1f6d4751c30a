//! Log lines: access logs of web servers and balancers, logfmt, and either of them or JSON after a ULID or within a container's log.
//!
//! | file | what it does |
//! |---|---|
//! | `access` | access logs: nginx's and Apache's combined format, and the rest of them by their layout |
//! | `extras` | what a site writes after the user agent, and which of it is the time of the request |
//! | `proxies` | lines of Envoy, of AWS's balancers, HAProxy and Heroku's router |
//! | `logfmt`, `ulid` | `key=value`, and lines after a ULID |
//! | `frame` | what container engines put around each line |

mod access;
mod extras;
mod frame;
mod logfmt;
mod proxies;
mod ulid;

pub(crate) use access::AccessLog;
pub(crate) use frame::{Frame, Framed};
pub(crate) use logfmt::Logfmt;
pub(crate) use ulid::Ulid;

use crate::load::json_lines;
use crate::load::options::Format;

/// Lines looked at to find what most of them are.
const LINES: usize = 20;

/// The format of a line that is a record of a log; JSON may be of any kind.
fn of_line(line: &[u8]) -> Option<Format> {
    if ulid::ulid(line).is_some() {
        Some(Format::UlidLog)
    } else if access::is_access(line) {
        Some(Format::AccessLog)
    } else if line.starts_with(b"{") && json_lines::scan(line, &mut |_, _| {}).is_some() {
        Some(Format::JsonLines)
    } else {
        logfmt::is_logfmt(line).then_some(Format::Logfmt)
    }
}

/// The format of a log by its first line, or by that within a container's log.
pub(crate) fn by_first_line(line: &[u8]) -> Option<Format> {
    match Frame::of(line) {
        Some(frame) => of_line(&frame.open(line)?.1),
        None => of_line(line).filter(|format| *format != Format::JsonLines),
    }
}

/// The format of a log that begins with something else, such as a greeting: what most of its first lines are.
pub(crate) fn by_most_lines(text: &[u8]) -> Option<Format> {
    let lines: Vec<&[u8]> = lines(text).take(LINES).collect();
    let open = |line: &&[u8]| match Frame::of(line) {
        Some(frame) => of_line(&frame.open(line)?.1),
        None => of_line(line),
    };
    let found: Vec<Format> = lines.iter().filter_map(open).collect();
    let most = found.iter().max_by_key(|format| found.iter().filter(|other| other == format).count())?;
    let count = found.iter().filter(|format| *format == most).count();
    (count * 2 > lines.len()).then_some(*most)
}

/// The first lines that are whole and not empty; what ends without a line's end is one where there is no other.
fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let whole = memchr::memrchr(b'\n', text).and_then(|end| text.get(..end)).unwrap_or(text);
    whole.split(|b| *b == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty())
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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::load::records::Records;
    use proptest::prelude::*;

    pub(super) fn fields(records: &dyn Records, line: &str) -> Vec<(String, String)> {
        let mut out = Vec::new();
        records.fields(line.as_bytes(), &mut |name, value| {
            out.push((name.to_owned(), String::from_utf8_lossy(&value).into_owned()));
        });
        out
    }

    #[test]
    fn a_greeting_does_not_hide_what_the_lines_are() {
        let access = "127.0.0.1 - - [01/Jan/2026:00:00:00 +0000] \"GET / HTTP/1.1\" 200 1\n".repeat(2);
        for (text, format) in [
            ("Starting\n{\"a\":1}\n{\"a\":2}\n".to_owned(), Some(Format::JsonLines)),
            ("Starting v1\nts=1 level=info\nts=2 level=info\n".to_owned(), Some(Format::Logfmt)),
            (format!("garbage\n{access}"), Some(Format::AccessLog)),
            ("time,value\n1,2\n3,4\n".to_owned(), None),
            ("one\ntwo\n{\"a\":1}\n".to_owned(), None),
        ] {
            assert_eq!(by_most_lines(text.as_bytes()), format, "{text}");
        }
    }

    proptest! {
        #[test]
        fn nothing_panics(bytes in proptest::collection::vec(any::<u8>(), 0..80), text in "[a=\"\\\\ \\[\\]0-9:/,{}-]{0,60}") {
            for line in [bytes.as_slice(), text.as_bytes()] {
                by_most_lines(line);
                for records in [&AccessLog::of(line) as &dyn Records, &Logfmt, &Ulid] {
                    records.fields(line, &mut |_, _| {});
                    Framed { frame: Frame::Cri, inner: records }.fields(line, &mut |_, _| {});
                    Framed { frame: Frame::Docker, inner: records }.fields(line, &mut |_, _| {});
                }
            }
        }
    }
}
