//! The wire forms of `OpenHistogram`: binary, base64 and JSON.

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde::de::Error as _;

use super::index::{self, BINS};
use super::log_linear::LogLinear;
use crate::error::{Error, Position, Result};

/// The standard alphabet; writers of the format differ in whether they pad.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);
/// The two-digit value that libcircllhist writes for “not a number”.
const NOT_A_NUMBER: i8 = -1;

impl LogLinear {
    /// The binary form of `OpenHistogram`: the number of bins (16 bits, big-endian), then for each bin in ascending order its
    /// signed two digits d, its exponent e (a byte each; the bin begins at d × 10^(e−1)), the length of the count less 1, and the
    /// count in as many bytes, little-endian.
    ///
    /// The format holds counts alone: extremes and dropped values are not in it. Other readers may take the number of bins as
    /// signed and refuse more than 32 767.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![0, 0];
        let mut bins = 0_u16;
        for (code, count) in self.filled() {
            let (digits, exponent) = digits_of(code);
            let length = (u64::BITS - count.leading_zeros()).div_ceil(8).max(1) as usize;
            bytes.extend([digits as i8 as u8, exponent as i8 as u8, length as u8 - 1]);
            bytes.extend(count.to_le_bytes().into_iter().take(length));
            // 46 081 bins at most
            bins += 1;
        }
        if let Some(head) = bytes.first_chunk_mut() {
            *head = bins.to_be_bytes();
        }
        bytes
    }

    /// Reads the binary form; bins may come in any order, and one that comes twice adds up. The count of libcircllhist's bin
    /// for what is not a number is taken as dropped.
    ///
    /// # Errors
    /// [`Parse`](crate::ErrorKind::Parse) with the byte where the input breaks the format.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let mut reader = Reader { bytes, at: 0 };
        let bins = u16::from_be_bytes(reader.take("the number of bins")?);
        let mut histogram = Self::new();
        for _ in 0..bins {
            let start = reader.at;
            let [digits, exponent, length] = reader.take("a bin")?;
            let (digits, exponent) = (digits as i8, exponent as i8);
            if length > 7 {
                return Err(bad(start + 2, format!("a count of {} bytes; 8 is the most", u32::from(length) + 1)));
            }
            let at = reader.at;
            let mut count = [0_u8; 8];
            for byte in count.iter_mut().take(usize::from(length) + 1) {
                [*byte] = reader.take("a count")?;
            }
            let count = u64::from_le_bytes(count);
            if digits == NOT_A_NUMBER {
                histogram.dropped.nan = histogram.dropped.nan.saturating_add(count);
                continue;
            }
            let Some(code) = code_of(i32::from(digits), i32::from(exponent)) else {
                return Err(bad(
                    start,
                    format!("{digits} is not a bin's two digits, which are 10 to 99, −10 to −99 or 0"),
                ));
            };
            histogram.add_decoded(code, count).ok_or_else(|| bad(at, "the counts add up to more than 2⁶⁴ − 1"))?;
        }
        if reader.at < bytes.len() {
            return Err(bad(reader.at, format!("{} bytes follow the last bin", bytes.len() - reader.at)));
        }
        Ok(histogram)
    }

    /// [`to_bytes`](Self::to_bytes) in base64, with padding.
    pub fn to_base64(&self) -> String {
        BASE64.encode(self.to_bytes())
    }

    /// Reads the base64 form, padded or not.
    ///
    /// # Errors
    /// [`Parse`](crate::ErrorKind::Parse) where it is not base64, with its byte, or not the binary form, with the byte in that.
    pub fn from_base64(text: &str) -> Result<Self> {
        let bytes = BASE64.decode(text).map_err(|e| {
            let at = match &e {
                base64::DecodeError::InvalidByte(at, _) => *at,
                _ => text.len(),
            };
            bad(at, "not base64").caused_by(e)
        })?;
        Self::from_bytes(&bytes)
    }

    /// The JSON form of `OpenHistogram`, ascending: `{"+12e-003":5}` has 5 values from 0.012 to 0.013; the zero bin is `"0"`.
    pub fn to_json(&self) -> String {
        let mut text = String::from("{");
        for (code, count) in self.filled() {
            let separator = if text.len() > 1 { "," } else { "" };
            let (digits, exponent) = digits_of(code);
            match code {
                0 => text.push_str(&format!("{separator}\"0\":{count}")),
                _ => text.push_str(&format!("{separator}\"{digits:+}e{:+04}\":{count}", exponent - 1)),
            }
        }
        text.push('}');
        text
    }

    /// Reads the JSON form; a key that comes twice counts once, with its last count. The count of `"NaN"` is taken as dropped.
    ///
    /// # Errors
    /// [`Parse`](crate::ErrorKind::Parse) where it is not JSON of that form, with the line and column or the key's byte.
    pub fn from_json(text: &str) -> Result<Self> {
        let map: serde_json::Map<String, serde_json::Value> = serde_json::from_str(text).map_err(|e| {
            Error::parse("not a histogram in JSON")
                .at(Position::default().at_line(e.line() as u64).at_column(e.column().to_string()))
                .caused_by(e)
        })?;
        let mut histogram = Self::new();
        for (key, count) in &map {
            let at = || text.find(&format!("\"{key}\"")).unwrap_or(0);
            let count =
                count.as_u64().ok_or_else(|| bad(at(), format!("the count of “{key}” is not a whole number")))?;
            if key == "NaN" {
                histogram.dropped.nan = histogram.dropped.nan.saturating_add(count);
                continue;
            }
            let code = code_of_key(key).ok_or_else(|| {
                bad(at(), format!("“{key}” is not a bin")).hint("bins are written like +12e-003, or 0 for the zero bin")
            })?;
            histogram.add_decoded(code, count).ok_or_else(|| bad(at(), "the counts add up to more than 2⁶⁴ − 1"))?;
        }
        Ok(histogram)
    }

    /// Adds to a bin without knowing the values; `None` where the total would overflow.
    pub(super) fn add_decoded(&mut self, code: i32, count: u64) -> Option<()> {
        if count == 0 {
            return Some(());
        }
        self.total = self.total.checked_add(count)?;
        self.cache.forget();
        *self.counter_of(code) += count;
        (self.exact, self.low, self.high) = (false, f64::NEG_INFINITY, f64::INFINITY);
        Some(())
    }
}

/// Signed digits and exponent as they are written; (0, 0) for the zero bin.
fn digits_of(code: i32) -> (i32, i32) {
    if code == 0 {
        return (0, 0);
    }
    let (digits, exponent) = index::parts((code.unsigned_abs() as usize - 1).min(BINS - 1));
    (digits * code.signum(), exponent)
}

/// The code of signed digits and an exponent.
fn code_of(digits: i32, exponent: i32) -> Option<i32> {
    if digits == 0 {
        return Some(0);
    }
    index::bin_of(digits.abs(), exponent).map(|bin| (bin as i32 + 1) * digits.signum())
}

/// The code of a key such as `+12e-003`, or `1.2e-2` as the Rust implementation writes it.
fn code_of_key(key: &str) -> Option<i32> {
    let dotted = |key: &str| -> Option<i32> {
        let (first, rest) = key.split_once('.')?;
        let (second, exponent) = rest.split_once('e')?;
        if first.trim_start_matches('-').len() != 1 || second.len() != 1 || exponent.len() > 4 {
            return None;
        }
        code_of(format!("{first}{second}").parse().ok()?, exponent.parse().ok()?)
    };
    if key.contains('.') {
        return dotted(key);
    }
    if matches!(key, "0" | "+0" | "-0") {
        return Some(0);
    }
    let (digits, exponent) = key.split_once('e')?;
    if digits.trim_start_matches(['+', '-']).len() > 2 || exponent.len() > 5 {
        return None;
    }
    let (digits, exponent): (i32, i32) = (digits.parse().ok()?, exponent.parse().ok()?);
    code_of(digits, exponent + 1)
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn take<const N: usize>(&mut self, what: &str) -> Result<[u8; N]> {
        let found = self.bytes.get(self.at..).and_then(|rest| rest.first_chunk::<N>());
        let found = found.ok_or_else(|| bad(self.bytes.len(), format!("the bytes end within {what}")))?;
        self.at += N;
        Ok(*found)
    }
}

fn bad(byte: usize, message: impl Into<String>) -> Error {
    Error::parse(message).at(Position::default().at_byte(byte as u64))
}

impl serde::Serialize for LogLinear {
    /// As the base64 form.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_base64())
    }
}

impl<'de> serde::Deserialize<'de> for LogLinear {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::from_base64(&text).map_err(D::Error::custom)
    }
}
