//! The two byte forms of the reference implementation, big-endian.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::de::Error as _;

use super::super::cursor::{Cursor, bad, whole_count};
use super::{Centroid, TDigest};
use crate::error::Result;

/// Doubles.
const VERBOSE: u32 = 1;
/// Floats.
const SMALL: u32 = 2;

impl TDigest {
    /// The verbose form of the reference implementation (`MergingDigest.asBytes` of com.tdunning:t-digest), with all that waits
    /// merged. Dropped values are not in it. An empty digest has minimum +∞ and maximum −∞.
    ///
    /// ```
    /// use sre_stats::histogram::{Sketch, TDigest};
    /// let digest = TDigest::from_values(&[3.0, 1.0, 2.0], 100.0)?;
    /// assert_eq!(TDigest::from_bytes(&digest.to_bytes())?, digest);
    /// # Ok::<(), sre_stats::Error>(())
    /// ```
    pub fn to_bytes(&self) -> Vec<u8> {
        let centroids = self.merged();
        let mut bytes = Vec::with_capacity(32 + 16 * centroids.len());
        bytes.extend(VERBOSE.to_be_bytes());
        for value in [self.seen.low, self.seen.high, self.compression] {
            bytes.extend(value.to_be_bytes());
        }
        bytes.extend((centroids.len() as u32).to_be_bytes());
        for centroid in centroids {
            bytes.extend((centroid.weight as f64).to_be_bytes());
            bytes.extend(centroid.mean.to_be_bytes());
        }
        bytes
    }

    /// Reads the verbose form, and the small one, whose weights and means are floats.
    ///
    /// It allocates no more than twice the input.
    ///
    /// # Errors
    /// [`Parse`](crate::ErrorKind::Parse) with the byte where the input breaks the format: means that do not ascend, weights that are
    /// not whole numbers, means beyond the extremes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let mut cursor = Cursor::new(bytes);
        let form = u32::from_be_bytes(cursor.take("the form’s number")?);
        if form != VERBOSE && form != SMALL {
            return Err(bad(0, format!("form {form} is neither {VERBOSE} (verbose) nor {SMALL} (small)")));
        }
        let (low, high) = (cursor.f64_be("the minimum")?, cursor.f64_be("the maximum")?);
        let at = cursor.at();
        let (compression, count, width) = if form == VERBOSE {
            let compression = cursor.f64_be("the compression")?;
            (compression, u32::from_be_bytes(cursor.take("the number of clusters")?) as usize, 16)
        } else {
            let compression = f64::from(f32::from_be_bytes(cursor.take("the compression")?));
            // the sizes of the writer's arrays
            let _: [u8; 4] = cursor.take("the sizes of arrays")?;
            (compression, usize::from(u16::from_be_bytes(cursor.take("the number of clusters")?)), 8)
        };
        let mut digest = Self::new(compression).map_err(|e| bad(at, e.message()))?;
        if cursor.left() != count * width {
            return Err(cursor.fail(format!("{} bytes where {count} clusters should follow", cursor.left())));
        }
        if count > 0 {
            if !(low.is_finite() && high.is_finite() && low <= high) {
                return Err(bad(4, format!("{low} and {high} are not the extremes of values")));
            }
            (digest.seen.low, digest.seen.high) = (low, high);
        }
        let mut last = f64::NEG_INFINITY;
        for _ in 0..count {
            let at = cursor.at();
            let (weight, mean) = if form == VERBOSE {
                (cursor.f64_be("a weight")?, cursor.f64_be("a mean")?)
            } else {
                let weight = f32::from_be_bytes(cursor.take("a weight")?);
                (f64::from(weight), f64::from(f32::from_be_bytes(cursor.take("a mean")?)))
            };
            let weight = whole_count(weight, at)?;
            // a mean that became a float may have passed its minimum by the rounding
            let slack = if form == SMALL { 1e-6 * mean.abs() } else { 0.0 };
            if weight == 0 || !mean.is_finite() || mean < last || mean < low - slack || mean > high + slack {
                return Err(bad(at, format!("a cluster of weight {weight} at {mean} is out of order")));
            }
            let total = digest.seen.total.checked_add(weight);
            digest.seen.total = total.ok_or_else(|| bad(at, "the weights add up to more than 2⁶⁴ − 1"))?;
            last = mean;
            digest.centroids.push(Centroid { mean: mean.clamp(low, high), weight });
        }
        Ok(digest)
    }
}

impl serde::Serialize for TDigest {
    /// As the verbose form in base64.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(self.to_bytes()))
    }
}

impl<'de> serde::Deserialize<'de> for TDigest {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = STANDARD.decode(text).map_err(D::Error::custom)?;
        Self::from_bytes(&bytes).map_err(D::Error::custom)
    }
}
