//! Version 2 of the encoding, plain, compressed, and in base64. What others wrote is checked before the crate reads it, which would
//! allocate what a header claims.

use std::io::Read;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::read::ZlibDecoder;
use hdrhistogram::Histogram;
use hdrhistogram::serialization::{Deserializer, Serializer, V2DeflateSerializer, V2Serializer};
use serde::de::Error as _;
use serde::ser::Error as _;

use super::super::cursor::{Cursor, bad};
use super::Hdr;
use crate::error::{Error, Result};

const PLAIN: u32 = 0x1c84_9313;
const COMPRESSED: u32 = 0x1c84_9314;
/// Bytes before the counts: cookie, length, normalizing offset, digits, lowest, highest, ratio.
const HEADER: usize = 40;
/// The most bytes of a count.
const WIDEST: u64 = 9;

impl Hdr {
    /// Version 2 of the encoding, as Java's `encodeIntoByteBuffer`. The ticks of a unit, the exact extremes, and what was left out are
    /// not in it.
    ///
    /// ```
    /// use sre_stats::histogram::{Hdr, Layout, Sketch};
    /// let mut seconds = Hdr::new(3, 1e6)?;
    /// seconds.insert_slice(&[0.020, 0.021, 1.5]);
    /// let read = Hdr::from_bytes(&seconds.to_bytes()?, 1e6)?;
    /// assert_eq!(read.bins(), seconds.bins());
    /// # Ok::<(), sre_stats::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Unsupported`](crate::ErrorKind::Unsupported) where a count is above 2⁶³ − 1, for which the encoding has no form.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        V2Serializer::new().serialize(&self.inner, &mut bytes).map_err(no_form)?;
        Ok(bytes)
    }

    /// The compressed form, as Java's `encodeIntoCompressedByteBuffer`.
    ///
    /// # Errors
    /// [`Unsupported`](crate::ErrorKind::Unsupported) where a count is above 2⁶³ − 1.
    pub fn to_compressed(&self) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        V2DeflateSerializer::new().serialize(&self.inner, &mut bytes).map_err(no_form)?;
        Ok(bytes)
    }

    /// The compressed form in base64, which begins with `HISTFAAAA`: what logs and most tools exchange.
    ///
    /// # Errors
    /// [`Unsupported`](crate::ErrorKind::Unsupported) where a count is above 2⁶³ − 1.
    pub fn to_base64(&self) -> Result<String> {
        self.to_compressed().map(|bytes| STANDARD.encode(bytes))
    }

    /// Reads the plain or the compressed form; the caller says how many ticks its unit has.
    ///
    /// The header of hdr-histogram-js, which has a normalizing offset of 1 and a ratio in another form, is understood.
    ///
    /// It allocates no more than the counts of the range that the header states, which are 50 MB at 5 digits and 0.5 MB at 3, and as
    /// much again and an eighth for what is decompressed. Positions within the compressed form are those of what it holds.
    ///
    /// # Errors
    /// [`Parse`](crate::ErrorKind::Parse) with the byte where the input breaks the format,
    /// [`Unsupported`](crate::ErrorKind::Unsupported) for a normalizing offset or a ratio to doubles, which integer histograms do not have,
    /// [`Argument`](crate::ErrorKind::Argument) where `ticks_per_unit` is not a positive number.
    pub fn from_bytes(bytes: &[u8], ticks_per_unit: f64) -> Result<Self> {
        let mut cursor = Cursor::new(bytes);
        match u32::from_be_bytes(cursor.take("the cookie")?) {
            PLAIN => {
                let plain = mended(bytes.to_vec());
                let used = check(&plain)?;
                if used < plain.len() {
                    return Err(bad(used, format!("{} bytes follow the counts", plain.len() - used)));
                }
                Self::read(&plain, ticks_per_unit)
            }
            COMPRESSED => {
                let length = u32::from_be_bytes(cursor.take("the length")?);
                let start = cursor.at();
                let part = cursor.part(u64::from(length), "the compressed form")?;
                cursor.finish()?;
                let packed = bytes.get(start..start + part.left()).unwrap_or_default();
                let plain = inflate(packed, start)?;
                check(&plain)?;
                Self::read(&plain, ticks_per_unit)
            }
            cookie => Err(bad(0, format!("cookie {cookie:#010x} is not that of an HdrHistogram of version 2"))
                .hint("versions 0 and 1 of the encoding are not read")),
        }
    }

    /// Reads either form in base64.
    ///
    /// # Errors
    /// As [`from_bytes`](Self::from_bytes); a byte that is not base64 is named by its place in the text.
    pub fn from_base64(text: &str, ticks_per_unit: f64) -> Result<Self> {
        let bytes = STANDARD.decode(text.trim()).map_err(|e| {
            let at = match &e {
                base64::DecodeError::InvalidByte(at, _) => *at,
                _ => text.len(),
            };
            bad(at, "not base64").caused_by(e)
        })?;
        Self::from_bytes(&bytes, ticks_per_unit)
    }

    fn read(checked: &[u8], ticks_per_unit: f64) -> Result<Self> {
        let mut reader = checked;
        let inner: Histogram<u64> = Deserializer::new()
            .deserialize(&mut reader)
            .map_err(|e| bad(HEADER, "the counts cannot be read").caused_by(e))?;
        Self::of(inner, ticks_per_unit)
    }
}

fn no_form(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::unsupported("a histogram that its encoding has no form for").caused_by(error)
}

/// What a compressed form holds, no longer than its own header allows.
fn inflate(packed: &[u8], start: usize) -> Result<Vec<u8>> {
    let mut decoder = ZlibDecoder::new(packed);
    let mut plain = Vec::with_capacity(HEADER);
    let failed = |e: std::io::Error| bad(start, "the compressed form is damaged").caused_by(e);
    decoder.by_ref().take(HEADER as u64).read_to_end(&mut plain).map_err(failed)?;
    let mut plain = mended(plain);
    let (length, _) = header(&plain)?;
    // one byte more than it should hold shows that it holds too much
    decoder.take(length + 1).read_to_end(&mut plain).map_err(failed)?;
    if plain.len() as u64 > HEADER as u64 + length {
        return Err(bad(HEADER + length as usize, "bytes follow the counts"));
    }
    Ok(plain)
}

/// The header that hdr-histogram-js 3 writes, as it should be: it puts a normalizing offset of 1, which shifts nothing there, and the
/// ratio as the whole number 1, which as a double is 5 × 10⁻³²⁴. No other writer has both.
fn mended(mut bytes: Vec<u8>) -> Vec<u8> {
    let one_at = |range: std::ops::Range<usize>| {
        bytes
            .get(range)
            .and_then(<[u8]>::split_last)
            .is_some_and(|(last, rest)| *last == 1 && rest.iter().all(|b| *b == 0))
    };
    if one_at(8..12) && one_at(32..40) {
        if let Some(offset) = bytes.get_mut(8..12) {
            offset.fill(0);
        }
        if let Some(ratio) = bytes.get_mut(32..40) {
            ratio.copy_from_slice(&1.0_f64.to_be_bytes());
        }
    }
    bytes
}

/// The length of the counts in bytes, and how many counts there are.
fn header(bytes: &[u8]) -> Result<(u64, usize)> {
    let mut cursor = Cursor::new(bytes);
    let cookie = u32::from_be_bytes(cursor.take("the cookie")?);
    if cookie != PLAIN {
        return Err(bad(0, format!("cookie {cookie:#010x} is not that of an HdrHistogram of version 2")));
    }
    let length = u64::from(u32::from_be_bytes(cursor.take("the length")?));
    if u32::from_be_bytes(cursor.take("the normalizing offset")?) != 0 {
        return Err(Error::unsupported("a histogram with a normalizing offset"));
    }
    let digits = u32::from_be_bytes(cursor.take("the digits")?);
    let lowest = u64::from_be_bytes(cursor.take("the lowest value")?);
    let highest = u64::from_be_bytes(cursor.take("the highest value")?);
    let ratio = cursor.f64_be("the ratio to doubles")?;
    if ratio != 1.0 {
        return Err(Error::unsupported(format!("a histogram of doubles with a ratio of {ratio}")));
    }
    let counts = counts(digits, lowest, highest)
        .ok_or_else(|| bad(12, format!("{digits} digits from {lowest} to {highest} are no histogram")))?;
    if length > WIDEST * counts as u64 {
        return Err(bad(4, format!("{length} bytes for {counts} counts")));
    }
    Ok((length, counts))
}

/// How many counts a histogram has: half a sub-bucket table for each doubling of the range, and one half more.
pub(super) fn counts(digits: u32, lowest: u64, highest: u64) -> Option<usize> {
    if digits > 5 || !(1..=u64::MAX / 2).contains(&lowest) || highest < 2 * lowest {
        return None;
    }
    let sub_buckets = (2 * 10_u64.pow(digits)).next_power_of_two();
    let unit = lowest.ilog2();
    if unit + sub_buckets.ilog2() > 63 {
        return None;
    }
    let mut reach = sub_buckets << unit;
    let mut buckets = 1;
    while reach <= highest {
        buckets += 1;
        // the last doubling passes u64
        let Some(next) = reach.checked_mul(2) else { break };
        reach = next;
    }
    Some((buckets + 1) * (sub_buckets as usize / 2))
}

/// Walks through the plain form; gives the byte after its counts.
fn check(bytes: &[u8]) -> Result<usize> {
    let (length, counts) = header(bytes)?;
    let mut cursor = Cursor::new(bytes);
    cursor.take::<HEADER>("the header")?;
    let mut part = cursor.part(length, "the list of counts")?;
    let (mut index, mut total) = (0_u64, 0_u64);
    while part.left() > 0 {
        let at = part.at();
        let number = zigzag(&mut part)?;
        if number < 0 {
            index = index.saturating_add(number.unsigned_abs());
        } else {
            total =
                total.checked_add(number as u64).ok_or_else(|| bad(at, "the counts add up to more than 2⁶⁴ − 1"))?;
            index += 1;
        }
        if index > counts as u64 {
            return Err(bad(at, format!("count number {index} where the range has {counts}")));
        }
    }
    Ok(cursor.at())
}

/// A number in base 128 with the sign in its lowest bit; the ninth byte has eight bits.
fn zigzag(part: &mut Cursor<'_>) -> Result<i64> {
    let mut value = 0_u64;
    for shift in (0..=56).step_by(7) {
        let [byte] = part.take("a count")?;
        if shift == 56 {
            value |= u64::from(byte) << shift;
            break;
        }
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            break;
        }
    }
    Ok((value >> 1) as i64 ^ -((value & 1) as i64))
}

/// What of a histogram is kept: the encoding, and the ticks of a unit, which it does not say.
#[derive(serde::Serialize, serde::Deserialize)]
struct Stored {
    ticks_per_unit: f64,
    hdr: String,
}

impl serde::Serialize for Hdr {
    /// As `{"ticks_per_unit": 1e6, "hdr": "HISTFAAAA…"}`. A count above 2⁶³ − 1, for which the encoding has no form, is an error.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let hdr = self.to_base64().map_err(S::Error::custom)?;
        Stored { ticks_per_unit: self.ticks_per_unit(), hdr }.serialize(serializer)
    }
}

impl<'de> serde::Deserialize<'de> for Hdr {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let Stored { ticks_per_unit, hdr } = Stored::deserialize(deserializer)?;
        Self::from_base64(&hdr, ticks_per_unit).map_err(D::Error::custom)
    }
}
