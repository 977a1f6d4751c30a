//! The byte form of Apache `DataSketches`, of doubles.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::de::Error as _;

use super::level::{LEAST_SECTION, Level, SECTIONS, nearest_even, threshold};
use super::{Req, ReqSide, Seen, Sketch};
use crate::error::{Error, Result};
use crate::histogram::cursor::{Cursor, bad, finite};

const VERSION: u8 = 1;
/// The family's number.
const FAMILY: u8 = 17;
const EMPTY: u8 = 1 << 2;
const HIGH: u8 = 1 << 3;
const RAW: u8 = 1 << 4;
const SORTED: u8 = 1 << 5;
/// So few values are written without a level around them.
const MOST_RAW: usize = 4;
/// Levels that a total below 2⁶⁴ can fill.
const MOST_LEVELS: usize = 64;

impl Req {
    /// The byte form of Apache `DataSketches`' `req_doubles_sketch`, which its C++, Java, Python and Rust libraries read.
    ///
    /// ```
    /// use sre_stats::histogram::{Req, ReqSide, Sketch};
    /// let req = Req::from_values(&[3.0, 1.0, 2.0], 12, ReqSide::High)?;
    /// assert_eq!(Req::from_bytes(&req.to_bytes())?.max(), Some(3.0));
    /// # Ok::<(), sre_stats::Error>(())
    /// ```
    pub fn to_bytes(&self) -> Vec<u8> {
        let raw = self.levels.len() == 1 && self.retained <= MOST_RAW;
        let sorted = self.levels.first().is_some_and(|level| level.values.is_sorted());
        let empty = self.is_empty();
        let flags = [(empty, EMPTY), (self.side == ReqSide::High, HIGH), (raw, RAW), (sorted, SORTED)];
        let flags = flags.iter().filter(|(set, _)| *set).map(|(_, flag)| flag).sum();
        let several = self.levels.len() > 1;
        let [k0, k1] = self.k.to_le_bytes();
        let levels = if empty { 0 } else { self.levels.len() as u8 };
        let alone = if raw { self.retained as u8 } else { 0 };
        let mut bytes = vec![if several { 4 } else { 2 }, VERSION, FAMILY, flags, k0, k1, levels, alone];
        if several {
            bytes.extend(self.seen.total.to_le_bytes());
            bytes.extend(self.seen.low.to_le_bytes());
            bytes.extend(self.seen.high.to_le_bytes());
        }
        for (i, level) in self.levels.iter().enumerate().filter(|_| !empty) {
            if !raw {
                bytes.extend(level.state.to_le_bytes());
                bytes.extend(level.section.to_le_bytes());
                bytes.extend([i as u8, level.sections, 0, 0]);
                bytes.extend((level.values.len() as u32).to_le_bytes());
            }
            bytes.extend(level.values.iter().flat_map(|value| value.to_le_bytes()));
        }
        bytes
    }

    /// Reads the byte form of doubles. Its coin begins anew, with the number of values as its seed.
    ///
    /// It allocates no more than twice the input, and no more than 64 levels. The form does not say whether its values are doubles or
    /// floats; one of floats is an error of its length.
    ///
    /// # Errors
    /// [`Parse`](crate::ErrorKind::Parse) with the byte where the input breaks the format: lengths, sections, weights and extremes are
    /// checked against each other.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let mut cursor = Cursor::new(bytes);
        let [preamble, version, family, flags] = cursor.take("the preamble")?;
        if family != FAMILY || version != VERSION {
            return Err(bad(1, format!("version {version} of family {family}; REQ is version {VERSION} of {FAMILY}")));
        }
        let k = u16::from_le_bytes(cursor.take("k")?);
        let [levels, alone] = cursor.take("the number of levels")?;
        let (levels, alone) = (usize::from(levels), usize::from(alone));
        let side = if flags & HIGH > 0 { ReqSide::High } else { ReqSide::Low };
        if k == 4 {
            return Err(
                Error::unsupported("a REQ sketch of k = 4, whose error is not known").hint("build it with 6 or more")
            );
        }
        let mut sketch = Self::new(k, side).map_err(|e| bad(4, e.message().to_owned()))?;
        let (empty, raw) = (flags & EMPTY > 0, flags & RAW > 0);
        let fitting = match (empty, raw) {
            (true, _) => levels == 0 && alone == 0,
            (false, true) => levels == 1 && (1..=MOST_RAW).contains(&alone),
            (false, false) => (1..=MOST_LEVELS).contains(&levels) && alone == 0,
        };
        if !fitting || preamble != if levels > 1 { 4 } else { 2 } {
            let told = format!(
                "{levels} levels and {alone} values alone do not go with flags {flags:#04x} and {preamble} words"
            );
            return Err(bad(6, told));
        }
        if !empty {
            sketch.read_levels(&mut cursor, levels, raw.then_some(alone))?;
        }
        // Python's items sketch leaves room for a level where it writes values alone
        let room = if raw && cursor.left() == 20 { cursor.take::<20>("the end")? } else { [0; 20] };
        if room != [0; 20] {
            return Err(cursor.fail("bytes follow the end"));
        }
        cursor.finish()?;
        Ok(sketch)
    }

    /// Fills an empty sketch with what follows the first eight bytes.
    fn read_levels(&mut self, cursor: &mut Cursor<'_>, levels: usize, alone: Option<usize>) -> Result<()> {
        let start = cursor.at();
        let told = if levels == 1 {
            None
        } else {
            let total = u64::from_le_bytes(cursor.take("n")?);
            Some((total, finite(cursor, "the minimum")?, finite(cursor, "the maximum")?))
        };
        self.levels.clear();
        let mut weight = 0_u64;
        for level in 0..levels {
            let at = cursor.at();
            let level_read = match alone {
                Some(alone) => Level::with(read_values(cursor, alone)?, 0, f32::from(self.k), SECTIONS),
                None => self.read_level(cursor, level)?,
            };
            let part = (level_read.values.len() as u64).checked_mul(1 << level);
            let sum = part.and_then(|part| weight.checked_add(part));
            weight = sum.ok_or_else(|| bad(at, "the weights add up to more than 2⁶⁴ − 1"))?;
            self.levels.push(level_read);
        }
        let least = self.values().flatten().copied().fold(f64::INFINITY, f64::min);
        let most = self.values().flatten().copied().fold(f64::NEG_INFINITY, f64::max);
        let (total, low, high) = told.unwrap_or((weight, least, most));
        if total != weight || weight == 0 || least < low || most > high {
            return Err(bad(
                start,
                format!("n = {total} from {low} to {high}; the weights add up to {weight} from {least} to {most}"),
            ));
        }
        self.measure();
        (self.seen, self.coin) = (Seen { total, low, high, ..Seen::new() }, super::Coin::new(total));
        Ok(())
    }

    fn read_level(&self, cursor: &mut Cursor<'_>, level: usize) -> Result<Level> {
        let at = cursor.at();
        let state = u64::from_le_bytes(cursor.take("a level’s state")?);
        let section = f32::from_le_bytes(cursor.take("the size of a section")?);
        let [weight, sections, _, _] = cursor.take("a level’s number")?;
        let length = u32::from_le_bytes(cursor.take("a level’s length")?) as usize;
        let size = nearest_even(section);
        if usize::from(weight) != level
            || !section.is_finite()
            || !(LEAST_SECTION..=u32::from(self.k)).contains(&size)
            || !reachable(sections, state)
        {
            return Err(bad(
                at,
                format!(
                    "level {level} of {sections} sections of {section} after {state} compactions, called {weight}, is none"
                ),
            ));
        }
        let mut values = read_values(cursor, length)?;
        if level > 0 {
            values.sort_unstable_by(f64::total_cmp);
        }
        Ok(Level::with(values, state, section, sections))
    }
}

/// Whether a level can have so many sections after so many compactions.
fn reachable(sections: u8, state: u64) -> bool {
    let growth = std::iter::successors(Some(SECTIONS), |n| {
        threshold(*n).filter(|threshold| state >= *threshold).and_then(|_| n.checked_mul(2))
    });
    growth.take_while(|n| *n <= sections).any(|n| n == sections)
}

/// Some finite values.
fn read_values(cursor: &mut Cursor<'_>, length: usize) -> Result<Vec<f64>> {
    if length > cursor.left() / size_of::<f64>() {
        return Err(cursor.fail(format!("{length} values where {} bytes are left", cursor.left())));
    }
    (0..length).map(|_| finite(cursor, "a value")).collect()
}

impl serde::Serialize for Req {
    /// As the byte form in base64.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(self.to_bytes()))
    }
}

impl<'de> serde::Deserialize<'de> for Req {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = STANDARD.decode(text).map_err(D::Error::custom)?;
        Self::from_bytes(&bytes).map_err(D::Error::custom)
    }
}
