//! Bytes that are not UTF-8: counted and told, never replaced in silence.

use std::borrow::Cow;

use crate::error::Position;
use crate::load::report::{LoadReport, WarningKind, counted};
use crate::load::table::Tallies;

/// Notes every sequence of a piece of text that is not UTF-8.
pub(crate) fn note(text: &[u8], tallies: &mut Tallies) {
    if std::str::from_utf8(text).is_ok() {
        return;
    }
    let mut line = 1;
    for chunk in text.utf8_chunks() {
        line += memchr::memchr_iter(b'\n', chunk.valid().as_bytes()).count() as u64;
        if !chunk.invalid().is_empty() {
            tallies.note(WarningKind::Encoding, None, line, || hex(chunk.invalid()));
        }
    }
}

/// A whole text, with wrong sequences replaced by U+FFFD and told.
pub(crate) fn text<'a>(bytes: &'a [u8], file: &str, report: &mut LoadReport) -> Cow<'a, str> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut tallies = Tallies::default();
    note(bytes, &mut tallies);
    for t in tallies.iter() {
        report.warn(t.kind, message(t.count, &t.sample), Position::in_file(file).at_line(t.line), t.count);
    }
    String::from_utf8_lossy(bytes)
}

/// The sentence about wrong sequences.
pub(crate) fn message(count: u64, first: &str) -> String {
    let (are, were) = if count == 1 { ("is", "was") } else { ("are", "were") };
    format!(
        "{} {are} not UTF-8, first {first}, and {were} replaced by �; is the file in another encoding?",
        counted(count, "byte sequence")
    )
}

fn hex(bytes: &[u8]) -> String {
    let words: Vec<String> = bytes.iter().map(|b| format!("{b:02x}")).collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_bytes_are_counted_with_the_first_line() {
        let mut report = LoadReport::default();
        let got = text(b"\xef\xbb\xbfname\ncaf\xe9,1\nna\xefve,2\n", "x", &mut report);
        assert_eq!(got, "name\ncaf\u{fffd},1\nna\u{fffd}ve,2\n");
        let [w] = report.warnings.as_slice() else { panic!("{:?}", report.warnings) };
        assert_eq!((w.kind, w.count, w.position.line), (WarningKind::Encoding, 2, Some(2)));
        assert!(w.message.contains("first e9"), "{}", w.message);
        let mut clean = LoadReport::default();
        assert_eq!(text("größe".as_bytes(), "x", &mut clean), "größe");
        assert!(clean.warnings.is_empty());
    }
}
