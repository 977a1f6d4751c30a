//! The lengths that the pages of a Parquet file claim, held against what is there before anything is reserved for them.

use polars_parquet::parquet::compression::Compression;
use polars_parquet::read::ColumnChunkMetadata;

use super::thrift::page_head;
use crate::error::{Error, Result};

/// Values of a page. Most writers begin a new one at a megabyte or at 20 000 rows, and some put a whole row group in one.
const MOST_VALUES: u64 = 1 << 24;
/// Bytes that a page may unpack to whatever its size.
const FREE: u64 = 32 << 20;
/// Bytes that it may unpack to for each packed one: a page of one value over and over is packed a thousandfold.
const RATIO: u64 = 1000;

/// Checks the pages of a column chunk up to its last value.
pub(super) fn check(bytes: &[u8], chunk: &ColumnChunkMetadata) -> Result<()> {
    let all = u64::try_from(chunk.num_values()).unwrap_or(0);
    let packed = chunk.compression() != Compression::Uncompressed;
    let mut rest = bytes;
    let (mut values, mut at) = (0_u64, chunk.byte_range().start);
    while values < all && !rest.is_empty() {
        let damaged = |what: &str| Error::parse(format!("the page at byte {at}: {what}"));
        let too_large = |what: &str| {
            Error::unsupported(format!("the page at byte {at} is too large: {what}"))
                .hint("write the file again in smaller row groups or pages")
        };
        let head = page_head(rest).ok_or_else(|| damaged("its head is damaged"))?;
        let body = rest.get(head.length..).unwrap_or_default();
        let body = body.get(..head.packed as usize).ok_or_else(|| damaged("it is longer than its column"))?;
        // a word in a dictionary takes a byte at least
        let most = if head.is_dictionary { head.unpacked } else { all - values };
        if head.values > most {
            return Err(damaged(&format!("it claims {} values, of at most {most}", head.values)));
        }
        if !head.is_dictionary && head.values > MOST_VALUES {
            return Err(too_large(&format!("it has {} values, and at most {MOST_VALUES} are read", head.values)));
        }
        let most = if packed { FREE + RATIO * head.packed } else { head.packed };
        if head.unpacked > most {
            let what =
                format!("its {} bytes claim to unpack to {}, and at most {most} are read", head.packed, head.unpacked);
            return Err(if packed { too_large(&what) } else { damaged(&what) });
        }
        if !head.is_dictionary {
            values += head.values;
        }
        let length = head.length + body.len();
        rest = rest.get(length..).unwrap_or_default();
        at += length as u64;
    }
    // room is made for what a column claims
    if values < all {
        return Err(Error::parse(format!(
            "the pages up to byte {at} hold {values} values, and their column claims {all}"
        )));
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::fs::File;
    use std::path::Path;

    use polars_parquet::read::RowGroupMetadata;

    use super::super::footer;
    use super::super::input::Input;
    use super::*;

    /// A page that holds more than is read is no damage, and says what to do; one that holds fewer values than are claimed is.
    #[test]
    fn a_page_that_is_too_large_is_told_from_a_damaged_one() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/reference/parquet");
        let file = File::open(folder.join("wide_page.parquet")).unwrap();
        let input = Input::File(&file);
        let (_, contents) = footer::rows(input, file.metadata().unwrap().len()).unwrap();
        let chunk = &contents.row_groups[0].parquet_columns()[0];
        let bytes = input.bytes(chunk.byte_range()).unwrap();
        // the bytes that it unpacks to, as they are written: five of base 128, of 24 000 009 doubled
        let head = page_head(&bytes).unwrap();
        let encoded = |mut n: u64| {
            let mut out = Vec::new();
            while n > 127 {
                out.push((n & 127) as u8 | 128);
                n >>= 7;
            }
            out.push(n as u8);
            out
        };
        let own = encoded(head.unpacked * 2);
        let at = bytes.windows(own.len()).position(|w| w == own).unwrap();
        let mut larger = bytes.clone();
        larger[at..at + own.len()].copy_from_slice(&encoded(100_000_000 * 2));
        let e = check(&larger, chunk).unwrap_err();
        assert_eq!(e.kind(), crate::ErrorKind::Unsupported);
        assert!(e.to_string().contains("is too large") && e.to_string().contains("smaller row groups"), "{e}");
        let e = check(&bytes[..0], chunk).unwrap_err();
        assert_eq!(e.kind(), crate::ErrorKind::Parse);
        assert!(e.to_string().contains("hold 0 values, and their column claims 3000000"), "{e}");
    }

    /// Pages of another writer pass; one whose number of values is turned below 0 would reserve all memory there is, and does not.
    #[test]
    fn pages_that_lie_about_their_values_are_refused() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/reference/parquet");
        let mut lies = 0;
        for name in ["v1.parquet", "v2.parquet", "encodings.parquet", "large_page.parquet", "wide_page.parquet"] {
            let file = File::open(folder.join(name)).unwrap();
            let input = Input::File(&file);
            let (_, contents) = footer::rows(input, file.metadata().unwrap().len()).unwrap();
            for chunk in contents.row_groups.iter().flat_map(RowGroupMetadata::parquet_columns) {
                let bytes = input.bytes(chunk.byte_range()).unwrap();
                check(&bytes, chunk).unwrap();
                let head = page_head(&bytes).unwrap();
                // the number of values as it is written: doubled, in base 128
                let doubled = 2 * head.values;
                let written =
                    if doubled < 128 { vec![doubled as u8] } else { vec![doubled as u8 | 128, (doubled >> 7) as u8] };
                for at in 0..head.length - written.len() {
                    if bytes[at..].starts_with(&written) {
                        let mut lying = bytes.clone();
                        lying[at] ^= 1;
                        lies += usize::from(check(&lying, chunk).is_err());
                    }
                }
                let mut long = bytes.clone();
                long.truncate(head.length + head.packed as usize / 2);
                assert!(check(&long, chunk).is_err());
            }
        }
        assert!(lies > 60, "{lies}");
    }
}
