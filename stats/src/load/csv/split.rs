//! Cuts text into pieces at record boundaries.

use memchr::{memchr, memrchr};

/// Where a text may be cut.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Cuts {
    /// The ends of the pieces, increasing; the last is the end of the last whole record.
    pub(crate) ends: Vec<usize>,
    /// Where a quote opens that is not closed in the text.
    pub(crate) open: Option<usize>,
}

/// Cuts `text`, which begins at a record boundary, into pieces of about `size` bytes.
///
/// A quote opens a quoted field only at the field's start, and doubles inside it, as in the `csv` crate; so only quotes
/// need to be visited. At the end of the input (`last`) what is left is a record too.
pub(crate) fn cut(text: &[u8], delimiter: u8, size: usize, last: bool) -> Cuts {
    let mut cuts = Cuts::default();
    let mut target = size;
    let mut boundary = 0;
    let mut at = 0;
    while at < text.len() {
        // an unquoted stretch, up to the next quote that opens a field
        let stop = next_opening(text, at, delimiter).unwrap_or(text.len());
        while target < stop {
            let from = target.max(at);
            let Some(nl) = text.get(from..stop).and_then(|t| memchr(b'\n', t)) else { break };
            cuts.ends.push(from + nl + 1);
            target = from + nl + 1 + size;
        }
        if let Some(nl) = text.get(at..stop).and_then(|t| memrchr(b'\n', t)) {
            boundary = at + nl + 1;
        }
        if stop == text.len() {
            break;
        }
        let Some(after) = closing(text, stop + 1) else {
            cuts.open = Some(stop);
            break;
        };
        at = after;
    }
    let end = if last { text.len() } else { boundary };
    if end > cuts.ends.last().copied().unwrap_or(0) {
        cuts.ends.push(end);
    }
    cuts
}

/// The next quote at the start of a field.
fn next_opening(text: &[u8], from: usize, delimiter: u8) -> Option<usize> {
    let mut at = from;
    loop {
        let quote = at + memchr(b'"', text.get(at..)?)?;
        let before = quote.checked_sub(1).and_then(|i| text.get(i));
        if before.is_none_or(|&b| b == delimiter || b == b'\n' || b == b'\r') {
            return Some(quote);
        }
        at = quote + 1;
    }
}

/// The place after the quote that closes a field.
fn closing(text: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        let quote = at + memchr(b'"', text.get(at..)?)?;
        if text.get(quote + 1) != Some(&b'"') {
            return Some(quote + 1);
        }
        at = quote + 2;
    }
}

/// Counts lines up to where records begin.
///
/// The `csv` reader gives a record's start before the line ends that it skips: the `\n` of a `\r\n`, and blank lines.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LineCounter {
    byte: usize,
    line: u64,
}

impl LineCounter {
    pub(crate) fn new() -> Self {
        Self { byte: 0, line: 1 }
    }

    /// Where the record begins that was asked for last.
    pub(crate) fn start(&self) -> u64 {
        self.byte as u64
    }

    /// The line, from 1, of the record that the reader says begins at `byte`; asked for in increasing order.
    pub(crate) fn line_of(&mut self, text: &[u8], byte: u64) -> u64 {
        let from = text.get(byte as usize..).unwrap_or_default();
        let skipped = from.iter().take_while(|b| matches!(b, b'\n' | b'\r')).count();
        let start = byte as usize + skipped;
        self.line += memchr::memchr_iter(b'\n', text.get(self.byte..start).unwrap_or_default()).count() as u64;
        self.byte = start;
        self.line
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn records(text: &[u8]) -> Vec<Vec<Vec<u8>>> {
        let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text);
        reader.byte_records().map(|r| r.unwrap().iter().map(<[u8]>::to_vec).collect()).collect()
    }

    proptest! {
        /// The records of the pieces, read one after the other, are the records of the whole.
        #[test]
        fn the_csv_crate_reads_the_same_from_pieces(text in "[ab,\"\n\r]{0,80}", size in 1_usize..20) {
            let text = text.as_bytes();
            let cuts = cut(text, b',', size, true);
            prop_assert_eq!(cuts.ends.last().copied().unwrap_or(0), text.len());
            let mut start = 0;
            let mut pieces = Vec::new();
            for end in cuts.ends {
                pieces.extend(records(&text[start..end]));
                start = end;
            }
            prop_assert_eq!(pieces, records(text));
        }

        /// What is carried over to the next batch begins at a record.
        #[test]
        fn a_batch_may_end_anywhere(text in "[ab,\"\n\r]{0,80}", at in 0_usize..80) {
            let text = text.as_bytes();
            let head = &text[..at.min(text.len())];
            let whole = cut(head, b',', 1 << 20, false).ends.last().copied().unwrap_or(0);
            let mut both = records(&text[..whole]);
            both.extend(records(&text[whole..]));
            prop_assert_eq!(both, records(text));
        }
    }

    #[test]
    fn an_open_quote_is_told() {
        assert_eq!(cut(b"a,b\n\"c,d\n", b',', 1, true), Cuts { ends: vec![4, 9], open: Some(4) });
        assert_eq!(cut(b"a,5\"\nb,6\"\n", b',', 1, true).open, None);
    }
}
