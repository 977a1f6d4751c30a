//! The protobuf form that `DataDog`'s libraries exchange.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::de::Error as _;

use super::super::cursor::{Cursor, bad, whole_count};
use super::super::proto::{
    FIXED_64, LENGTH, VARINT, each, message, put_f64, put_message, put_number, put_signed, sint_32, skip, tag,
};
use super::mapping::{DdInterpolation, Mapping};
use super::store::Store;
use super::{DdSketch, MAX_BINS, MOST_BINS};
use crate::error::{Error, Result};

/// Whose reading of the protobuf form: the libraries write the same messages and mean different bins.
///
/// In Java's and Go's, index i is the bin `[γⁱ, γⁱ⁺¹)`; Python's (`ddsketch` 3) and JavaScript's (`@datadog/sketches-js` 2) round up, so that i is `(γⁱ⁻¹, γⁱ]`. With the
/// cubic, the γ of Java and Go is the base of the cubic's octave, Python's the ratio of the widest bin. A sketch that is read in the
/// wrong dialect is off by the factor γ, and nothing in it tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum DdDialect {
    /// sketches-java, sketches-go, and what the back end reads.
    #[default]
    JavaAndGo,
    /// sketches-py and sketches-js.
    Python,
}

/// Bytes of an entry of the map of counts that are not its index: tags, lengths, the count.
const ENTRY: usize = 12;

impl DdSketch {
    /// The protobuf message `DDSketch` as Java and Go read it.
    ///
    /// Extremes, dropped values, the number of bins to keep and collapses are not in it. Counts are doubles there: above 2⁵³ they are
    /// rounded.
    ///
    /// ```
    /// use sre_stats::histogram::{DdDialect, DdSketch, Layout};
    /// let sketch = DdSketch::from_values(&[0.1, 0.2, 0.3], 0.01)?;
    /// let read = DdSketch::from_bytes(&sketch.to_bytes(), DdDialect::JavaAndGo)?;
    /// assert_eq!(read.bins().len(), 3);
    /// # Ok::<(), sre_stats::Error>(())
    /// ```
    pub fn to_bytes(&self) -> Vec<u8> {
        self.to_bytes_for(DdDialect::JavaAndGo)
    }

    /// The protobuf message `DDSketch` in a dialect.
    pub fn to_bytes_for(&self, dialect: DdDialect) -> Vec<u8> {
        let python = dialect == DdDialect::Python;
        let gamma = if python { (1.0 + self.alpha()) / (1.0 - self.alpha()) } else { self.mapping.gamma() };
        let mut mapping = Vec::new();
        put_f64(&mut mapping, 1, gamma);
        if self.mapping.offset != 0.0 {
            put_f64(&mut mapping, 2, self.mapping.offset);
        }
        if self.mapping.interpolation == DdInterpolation::Cubic {
            put_number(&mut mapping, 3, 3);
        }
        let mut bytes = Vec::new();
        put_message(&mut bytes, 1, &mapping);
        put_message(&mut bytes, 2, &store_bytes(&self.positive, python));
        put_message(&mut bytes, 3, &store_bytes(&self.negative, python));
        if self.zero > 0 {
            put_f64(&mut bytes, 4, self.zero as f64);
        }
        bytes
    }

    /// Reads the protobuf message `DDSketch`. Both forms of counts are read, the list and the map, and added where both are there.
    ///
    /// It keeps 2048 bins of each sign, or as many as the message spans; it allocates no more than 8 MiB for each sign and ten times the input.
    ///
    /// # Errors
    /// [`Parse`](crate::ErrorKind::Parse) with the byte where the input breaks the format or has a count that is not whole,
    /// [`Unsupported`](crate::ErrorKind::Unsupported) for linear and quadratic interpolation and for more than 2²⁰ bins.
    pub fn from_bytes(bytes: &[u8], dialect: DdDialect) -> Result<Self> {
        let mut cursor = Cursor::new(bytes);
        let mut mapping = None;
        let mut stores = [Vec::new(), Vec::new()];
        let mut zero = 0_u64;
        while cursor.left() > 0 {
            let (start, field, wire) = tag(&mut cursor)?;
            match (field, wire) {
                (1, LENGTH) => mapping = Some(read_mapping(message(&mut cursor, "the mapping")?, dialect)?),
                (2, LENGTH) => read_store(message(&mut cursor, "the positive bins")?, &mut stores[0])?,
                (3, LENGTH) => read_store(message(&mut cursor, "the negative bins")?, &mut stores[1])?,
                (4, FIXED_64) => zero = counted(cursor.f64_le("the count of zeros")?, start)?,
                _ => skip(&mut cursor, wire)?,
            }
        }
        let mapping = mapping.ok_or_else(|| bad(bytes.len(), "the mapping is missing"))?;
        let span = |bins: &[(i64, u64, usize)]| {
            let low = bins.iter().map(|(key, ..)| *key).min()?;
            let high = bins.iter().map(|(key, ..)| *key).max()?;
            usize::try_from(high - low + 1).ok()
        };
        let widest = stores.iter().filter_map(|bins| span(bins)).max().unwrap_or(0);
        if widest > MOST_BINS {
            return Err(Error::unsupported(format!("bins over a span of {widest}; {MOST_BINS} is the most")));
        }
        let mut sketch = Self::of(mapping, widest.max(MAX_BINS));
        sketch.total = zero;
        sketch.zero = zero;
        let shift = i64::from(dialect == DdDialect::Python);
        for (bins, store) in stores.iter().zip([&mut sketch.positive, &mut sketch.negative]) {
            for (key, count, at) in bins {
                let total = sketch.total.checked_add(*count);
                sketch.total = total.ok_or_else(|| bad(*at, "the counts add up to more than 2⁶⁴ − 1"))?;
                let bin = i32::try_from(key - shift).ok().filter(|key| mapping.is_finite(*key));
                store.add(bin.ok_or_else(|| bad(*at, format!("bin {key} lies outside the f64 range")))?, *count);
            }
        }
        if sketch.total > 0 {
            (sketch.exact, sketch.low, sketch.high) = (false, f64::NEG_INFINITY, f64::INFINITY);
        }
        Ok(sketch)
    }
}

fn read_mapping(mut cursor: Cursor<'_>, dialect: DdDialect) -> Result<Mapping> {
    let start = cursor.at();
    let (mut gamma, mut offset, mut interpolation) = (0.0, 0.0, 0);
    while cursor.left() > 0 {
        let (_, field, wire) = tag(&mut cursor)?;
        match (field, wire) {
            (1, FIXED_64) => gamma = cursor.f64_le("γ")?,
            (2, FIXED_64) => offset = cursor.f64_le("the offset")?,
            (3, VARINT) => interpolation = cursor.varint("the interpolation")?,
            _ => skip(&mut cursor, wire)?,
        }
    }
    let interpolation = match interpolation {
        0 => DdInterpolation::Logarithmic,
        3 => DdInterpolation::Cubic,
        other => {
            return Err(Error::unsupported(format!("interpolation {other} of a sketch’s logarithm"))
                .hint("write it with the logarithmic or the cubic mapping"));
        }
    };
    let mapping = match dialect {
        DdDialect::JavaAndGo => Mapping::from_gamma(gamma, interpolation, offset),
        // the ratio of the widest bin says the error
        DdDialect::Python if gamma > 1.0 && offset.abs() < 1e9 => {
            let mapping = Mapping::new((gamma - 1.0) / (gamma + 1.0), interpolation).ok();
            mapping.map(|mapping| Mapping { offset, ..mapping })
        }
        DdDialect::Python => None,
    };
    mapping.ok_or_else(|| bad(start, format!("a mapping of γ = {gamma} and offset {offset} has no bins")))
}

/// Adds the bins of a message to a list: index, count, and the byte where it stands.
fn read_store(mut cursor: Cursor<'_>, bins: &mut Vec<(i64, u64, usize)>) -> Result<()> {
    let (mut listed, mut offset) = (Vec::new(), 0_i64);
    while cursor.left() > 0 {
        let (start, field, wire) = tag(&mut cursor)?;
        match (field, wire) {
            (1, LENGTH) => {
                let (key, count) = read_entry(message(&mut cursor, "a bin")?)?;
                if count > 0 {
                    bins.push((key, count, start));
                }
            }
            (2, LENGTH | FIXED_64) => each(&mut cursor, wire, "the counts", |list| {
                let at = list.at();
                listed.push((counted(list.f64_le("a count")?, at)?, at));
                Ok(())
            })?,
            (3, VARINT) => offset = i64::from(sint_32(&mut cursor, "the first bin")?),
            _ => skip(&mut cursor, wire)?,
        }
    }
    let listed = listed.into_iter().enumerate().filter(|(_, (count, _))| *count > 0);
    bins.extend(listed.map(|(i, (count, at))| (offset + i as i64, count, at)));
    Ok(())
}

/// A count as the format has it, which a library writes as any number where values have weights.
fn counted(value: f64, at: usize) -> Result<u64> {
    whole_count(value, at).map_err(|e| e.hint("add values without weights, each once, and write the sketch again"))
}

fn read_entry(mut cursor: Cursor<'_>) -> Result<(i64, u64)> {
    let (mut key, mut count) = (0, 0);
    while cursor.left() > 0 {
        let (start, field, wire) = tag(&mut cursor)?;
        match (field, wire) {
            (1, VARINT) => key = i64::from(sint_32(&mut cursor, "an index")?),
            (2, FIXED_64) => count = counted(cursor.f64_le("a count")?, start)?,
            _ => skip(&mut cursor, wire)?,
        }
    }
    Ok((key, count))
}

/// The counts as a list, or as a map where that is shorter. Python reads lists only.
fn store_bytes(store: &Store, python: bool) -> Vec<u8> {
    let shift = i64::from(python);
    let bins: Vec<(i64, u64)> = store.filled().map(|(key, count)| (i64::from(key) + shift, count)).collect();
    let (Some((low, _)), Some((high, _))) = (bins.first().copied(), bins.last().copied()) else { return Vec::new() };
    let span = (high - low + 1) as usize;
    let mut bytes = Vec::new();
    if !python && bins.len() * (ENTRY + 2) < span * 8 {
        for (key, count) in bins {
            let mut entry = Vec::new();
            put_signed(&mut entry, 1, key);
            put_f64(&mut entry, 2, count as f64);
            put_message(&mut bytes, 1, &entry);
        }
        return bytes;
    }
    let mut counts = vec![0.0_f64; span];
    for (key, count) in bins {
        counts[(key - low) as usize] = count as f64;
    }
    let packed: Vec<u8> = counts.iter().flat_map(|count| count.to_le_bytes()).collect();
    put_message(&mut bytes, 2, &packed);
    put_signed(&mut bytes, 3, low);
    bytes
}

impl serde::Serialize for DdSketch {
    /// As the protobuf form of Java and Go in base64.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(self.to_bytes()))
    }
}

impl<'de> serde::Deserialize<'de> for DdSketch {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = STANDARD.decode(text).map_err(D::Error::custom)?;
        Self::from_bytes(&bytes, DdDialect::default()).map_err(D::Error::custom)
    }
}
