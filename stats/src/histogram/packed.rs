//! Numbered bins in few bytes: what engines pass between their tasks.

use super::AnySketch;
use super::cursor::{Cursor, bad};
use super::proto::{put_varint, sint_64};
use crate::error::{Position, Result};

impl AnySketch {
    /// The bins of [`coded_bins`](Self::coded_bins) in few bytes, two to four a bin for most data: for each bin, ascending, the difference of its number from
    /// that of the bin before it (from 0 for the first) and its count, both in base 128, the difference with its sign in the lowest bit
    /// (protobuf's sint64 and uint64). `None` where the layout has no numbered bins.
    ///
    /// The layout is not in it, nor are extremes and dropped values: it is for partial results whose reader knows the layout. For storage take
    /// the histogram table or the wire forms of the layouts.
    ///
    /// ```
    /// use sre_stats::histogram::{AnySketch, LogLinear, Sketch};
    /// let histogram = AnySketch::LogLinear(LogLinear::from_values(&[0.125, 0.129, 0.131]));
    /// let bytes = histogram.to_packed().unwrap();
    /// assert_eq!(bytes.len(), 3 + 1 + 1 + 1);
    /// assert_eq!(AnySketch::from_packed("log-linear", &bytes)?.coded_bins(), histogram.coded_bins());
    /// # Ok::<(), sre_stats::Error>(())
    /// ```
    pub fn to_packed(&self) -> Option<Vec<u8>> {
        let bins = self.coded_bins()?;
        let mut bytes = Vec::with_capacity(3 * bins.len());
        let mut before = 0;
        for (bin, count) in bins {
            let step = bin - before;
            put_varint(&mut bytes, (step << 1 ^ step >> 63) as u64);
            put_varint(&mut bytes, count);
            before = bin;
        }
        Some(bytes)
    }

    /// Reads what [`to_packed`](Self::to_packed) wrote, with the schema by its name as [`from_coded_bins`](Self::from_coded_bins) takes it.
    ///
    /// # Errors
    /// [`Parse`](crate::ErrorKind::Parse) where the schema is none with numbered bins, the bytes end within a bin, bins do not ascend, or a
    /// number is none of the layout's bins.
    pub fn from_packed(schema: &str, bytes: &[u8]) -> Result<Self> {
        let mut cursor = Cursor::new(bytes);
        let mut bins: Vec<(i64, u64)> = Vec::new();
        while cursor.left() > 0 {
            let at = cursor.at();
            let step = sint_64(&mut cursor, "the step to a bin")?;
            let before = bins.last().map(|(bin, _)| *bin);
            let bin = before.unwrap_or(0).checked_add(step).filter(|bin| before.is_none_or(|before| before < *bin));
            let bin = bin.ok_or_else(|| bad(at, format!("a step of {step} to the next bin does not ascend")))?;
            bins.push((bin, cursor.varint("the count of a bin")?));
        }
        // which number it was is in the message; the place is that of the histogram
        Self::from_coded_bins(schema, &bins).map_err(|e| e.at(Position::default().at_byte(0)))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::histogram::LayoutChoice;
    use proptest::prelude::*;

    #[test]
    fn the_bytes_are_those_of_the_description() {
        // 0x87 0x02 is 263 in base 128, which is the step −132; then 1 value; from −132 to 0 by 132, which is 264; 300 values
        let h = AnySketch::from_coded_bins("log-linear", &[(-132, 1), (0, 300)]).unwrap();
        assert_eq!(h.to_packed().unwrap(), [0x87, 0x02, 1, 0x88, 0x02, 0xac, 0x02]);
        assert!(AnySketch::from_packed("log-linear", &[]).unwrap().coded_bins().unwrap().is_empty());
        assert_eq!(LayoutChoice::Kll { k: 200 }.build(&[1.0]).unwrap().to_packed(), None);
    }

    #[test]
    fn what_is_no_histogram_is_refused() {
        let whole = AnySketch::from_coded_bins("exp:5", &[(1 << 20, 7)]).unwrap().to_packed().unwrap();
        assert!(AnySketch::from_packed("exp:5", &whole).is_ok());
        for (schema, bytes) in [
            ("exp:5", &whole[..2]),
            ("hdr:3", &whole[..]),
            ("log-linear", &whole[..]),
            // the same bin twice
            ("log-linear", &[2, 1, 0, 1]),
            // a step beyond 64 bits
            ("log-linear", &[0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 1, 2, 1]),
        ] {
            assert!(AnySketch::from_packed(schema, bytes).is_err(), "{schema} {bytes:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_packed_comes_back(values in proptest::collection::vec(any::<f64>(), 0..50)) {
            for layout in ["log-linear", "exp:-4", "exp:5", "exp:8"] {
                let sketch = layout.parse::<LayoutChoice>().unwrap().build(&values).unwrap();
                let back = AnySketch::from_packed(layout, &sketch.to_packed().unwrap()).unwrap();
                prop_assert_eq!(back.coded_bins(), sketch.coded_bins());
            }
        }
    }
}
