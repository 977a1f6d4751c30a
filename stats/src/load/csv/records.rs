//! The records of delimited text by the `csv` crate, and how wide they are without holding one.

use csv_core::ReadRecordResult;

/// Reads all records of a text, the first among them, of which a reader of its own would keep two copies as its header.
pub(super) fn records(text: &[u8], delimiter: u8) -> csv::Reader<&[u8]> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).delimiter(delimiter).from_reader(text);
    reader.set_byte_headers(csv::ByteRecord::new());
    reader
}

/// How many fields each of the first `most` records has: a record that is held takes eight bytes a field and more.
pub(super) fn widths(text: &[u8], delimiter: u8, most: usize) -> Vec<usize> {
    let mut reader = csv_core::ReaderBuilder::new().delimiter(delimiter).build();
    let (mut fields, mut ends) = (vec![0; 1 << 12], [0; 1 << 9]);
    let (mut rest, mut width, mut widths) = (text, 0, Vec::new());
    while widths.len() < most {
        // input that is empty is its end
        let (result, read, _, ended) = reader.read_record(rest, &mut fields, &mut ends);
        rest = rest.get(read..).unwrap_or_default();
        width += ended;
        match result {
            ReadRecordResult::Record => widths.push(std::mem::take(&mut width)),
            ReadRecordResult::End => break,
            ReadRecordResult::InputEmpty | ReadRecordResult::OutputFull | ReadRecordResult::OutputEndsFull => {}
        }
    }
    widths
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Against the reader that keeps its header, as the `csv` crate is commonly used.
        #[test]
        fn records_and_their_widths_are_those_of_the_csv_crate(text in "[ab;,\"\n\r]{0,80}", most in 0_usize..9) {
            let text = text.as_bytes();
            let usual = || csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text);
            let wanted: Vec<csv::ByteRecord> = usual().byte_records().map(Result::unwrap).collect();
            let found: Vec<csv::ByteRecord> = records(text, b',').byte_records().map(Result::unwrap).collect();
            prop_assert_eq!(&found, &wanted);
            let wide: Vec<usize> = wanted.iter().take(most).map(csv::ByteRecord::len).collect();
            prop_assert_eq!(widths(text, b',', most), wide);
        }
    }

    #[test]
    fn wide_records_and_long_fields_are_counted_whole() {
        let text = format!("{}\n\"{}\",2\r\n3", ";".repeat(5000), "x\n".repeat(9000));
        assert_eq!(widths(text.as_bytes(), b';', 9), [5001, 1, 1]);
        assert_eq!(widths(text.as_bytes(), b',', 9), [1, 2, 1]);
    }
}
