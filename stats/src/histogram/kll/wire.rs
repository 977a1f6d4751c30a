//! The byte form of Apache `DataSketches`, of doubles.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::de::Error as _;

use super::super::cursor::{Cursor, bad, finite};
use super::compact::{MIN_CAPACITY, capacities};
use super::{Kll, MIN_K, Seen, Sketch};
use crate::error::Result;

/// The family's number.
const FAMILY: u8 = 15;
const EMPTY: u8 = 1;
const SORTED: u8 = 1 << 1;
const SINGLE: u8 = 1 << 2;
/// Levels that a total below 2⁶⁴ can fill.
const MOST_LEVELS: usize = 64;

impl Kll {
    /// The byte form of Apache `DataSketches`' `kll_doubles_sketch`, which its C++, Java, Python and Rust libraries read.
    ///
    /// ```
    /// use sre_stats::histogram::{Kll, Sketch};
    /// let kll = Kll::from_values(&[3.0, 1.0, 2.0], 200)?;
    /// assert_eq!(Kll::from_bytes(&kll.to_bytes())?.max(), Some(3.0));
    /// # Ok::<(), sre_stats::Error>(())
    /// ```
    pub fn to_bytes(&self) -> Vec<u8> {
        let (preamble, version, flags) = match self.seen.total {
            0 => (2, 1, EMPTY),
            1 => (2, 2, SINGLE),
            _ => (5, 1, 0),
        };
        let [k0, k1] = self.k.to_le_bytes();
        let mut bytes = vec![preamble, version, FAMILY, flags, k0, k1, MIN_CAPACITY as u8, 0];
        if self.seen.total > 1 {
            bytes.extend(self.seen.total.to_le_bytes());
            bytes.extend(self.min_k.to_le_bytes());
            bytes.extend([self.levels.len() as u8, 0]);
            let mut offset = (self.capacity - self.retained) as u32;
            for level in &self.levels {
                bytes.extend(offset.to_le_bytes());
                offset += level.len() as u32;
            }
            bytes.extend(self.seen.low.to_le_bytes());
            bytes.extend(self.seen.high.to_le_bytes());
        }
        bytes.extend(self.levels.iter().flatten().flat_map(|value| value.to_le_bytes()));
        bytes
    }

    /// Reads the byte form of doubles. Its coin begins anew, with the number of values as its seed.
    ///
    /// It allocates no more than twice the input, and no more than 64 levels. The form does not say whether its values are doubles or
    /// floats; one of floats is an error of its length.
    ///
    /// # Errors
    /// [`Parse`](crate::ErrorKind::Parse) with the byte where the input breaks the format: lengths, order, weights and extremes are
    /// checked against each other.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let mut cursor = Cursor::new(bytes);
        let [preamble, version, family, flags] = cursor.take("the preamble")?;
        if family != FAMILY {
            return Err(bad(2, format!("family {family} is not KLL, which is {FAMILY}")));
        }
        let k = u16::from_le_bytes(cursor.take("k")?);
        let [m, _] = cursor.take("m")?;
        if k < MIN_K {
            return Err(bad(4, format!("k = {k}; 8 is the least")));
        }
        if usize::from(m) != MIN_CAPACITY {
            return Err(bad(6, format!("levels of at least {m}; 8 is the only known kind")));
        }
        let expected = match flags & (EMPTY | SINGLE) {
            EMPTY => (2, 1),
            SINGLE => (2, 2),
            0 => (5, 1),
            _ => return Err(bad(3, "it claims to be empty and to hold one value")),
        };
        if (preamble, version) != expected {
            let (words, wanted) = expected;
            return Err(bad(
                0,
                format!("{preamble} words of preamble, version {version}; its flags ask for {words} and {wanted}"),
            ));
        }
        let mut sketch = Self::new(k)?;
        if flags & SINGLE > 0 {
            sketch.insert(finite(&mut cursor, "the value")?);
        } else if flags & EMPTY == 0 {
            sketch = sketch.with_levels(&mut cursor, flags & SORTED > 0)?;
        }
        cursor.finish()?;
        Ok(sketch)
    }

    /// An empty sketch filled with what follows the first eight bytes.
    fn with_levels(self, cursor: &mut Cursor<'_>, sorted: bool) -> Result<Self> {
        let start = cursor.at();
        let total = u64::from_le_bytes(cursor.take("n")?);
        let min_k = u16::from_le_bytes(cursor.take("the smallest k")?);
        let [count, _] = cursor.take("the number of levels")?;
        let count = usize::from(count);
        if total < 2 || !(MIN_K..=self.k).contains(&min_k) || !(1..=MOST_LEVELS).contains(&count) {
            return Err(bad(start, format!("n = {total}, smallest k = {min_k} and {count} levels do not go together")));
        }
        let capacity: usize = capacities(self.k, count).iter().sum();
        let mut offsets = Vec::with_capacity(count + 1);
        for _ in 0..count {
            let at = cursor.at();
            let offset = u32::from_le_bytes(cursor.take("a level’s offset")?) as usize;
            if offset > capacity || offsets.last().is_some_and(|last| offset < *last) {
                return Err(bad(at, format!("a level that begins at {offset} is out of order")));
            }
            offsets.push(offset);
        }
        offsets.push(capacity);
        let low = finite(cursor, "the minimum")?;
        let high = finite(cursor, "the maximum")?;
        let retained = capacity - offsets.first().copied().unwrap_or(capacity);
        if cursor.left() != retained * size_of::<f64>() {
            return Err(cursor.fail(format!("{} bytes where {retained} values should follow", cursor.left())));
        }
        let mut levels: Vec<Vec<f64>> = Vec::with_capacity(count);
        let mut weight = 0_u64;
        for (level, ends) in offsets.windows(2).enumerate() {
            let &[from, to] = ends else { continue };
            let mut values: Vec<f64> = Vec::with_capacity(to - from);
            for _ in from..to {
                let at = cursor.at();
                let value = finite(cursor, "a value")?;
                let ordered = level == 0 && !sorted || values.last().is_none_or(|last| *last <= value);
                if !ordered || value < low || value > high {
                    return Err(bad(at, format!("{value} is out of the order of its level or beyond the extremes")));
                }
                values.push(value);
            }
            let part = (values.len() as u64).checked_mul(1 << level).and_then(|part| weight.checked_add(part));
            weight = part.ok_or_else(|| bad(start, "the weights add up to more than 2⁶⁴ − 1"))?;
            levels.push(values);
        }
        if weight != total {
            return Err(bad(start, format!("n = {total} where the weights add up to {weight}")));
        }
        let seeded = Self::with_seed(self.k, total)?;
        let seen = Seen { total, low, high, ..Seen::new() };
        Ok(Self { min_k, levels, retained, capacity, seen, ..seeded })
    }
}

impl serde::Serialize for Kll {
    /// As the byte form in base64.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(self.to_bytes()))
    }
}

impl<'de> serde::Deserialize<'de> for Kll {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = STANDARD.decode(text).map_err(D::Error::custom)?;
        Self::from_bytes(&bytes).map_err(D::Error::custom)
    }
}
