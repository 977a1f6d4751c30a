//! Lines of logfmt or JSON after a ULID, which begins with 48 bits of milliseconds since the epoch (github.com/ulid/spec).

use std::borrow::Cow;

use super::logfmt::pairs;
use crate::load::json_lines;
use crate::load::records::{Line, Records};

/// Lines that begin with a ULID.
pub(crate) struct Ulid;

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

    #[test]
    fn the_example_of_the_specification() {
        // https://github.com/ulid/spec: 01ARYZ6S41 is 1469918176385
        assert_eq!(ulid(b"01ARYZ6S41TSV4RRFFQ69G5FAV rest").unwrap(), (1_469_918_176_385, &b"rest"[..]));
        assert_eq!(ulid(b"81ARYZ6S41TSV4RRFFQ69G5FAV rest"), None);
        assert_eq!(ulid(b"01ARYZ6S41TSV4RRFFQ69G5FAU rest"), None);
    }
}
