//! The bins of one window: their numbers as steps, their counts beside them, each in as few bytes as it needs (LEB128).

use crate::error::Result;
use crate::histogram::{AnySketch, Sketch};

/// Numbered bins that hold something, ascending, and between which values they lie.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Packed {
    bytes: Box<[u8]>,
    /// The least value; −∞ where it is not known.
    low: f64,
    /// The greatest value; +∞ where it is not known.
    high: f64,
}

impl Packed {
    /// Of bins in ascending order, each once; those without a count are left out.
    pub(crate) fn new(bins: impl Iterator<Item = (i64, u64)>, extremes: Option<(f64, f64)>) -> Self {
        let mut bytes = Vec::with_capacity(64);
        let mut last = 0_i64;
        for (bin, count) in bins.filter(|(_, count)| *count > 0) {
            let step = bin.wrapping_sub(last);
            // zigzag: the first number may be below 0
            put(&mut bytes, ((step << 1) ^ (step >> 63)) as u64);
            put(&mut bytes, count);
            last = bin;
        }
        let (low, high) = extremes.unwrap_or((f64::NEG_INFINITY, f64::INFINITY));
        Self { bytes: bytes.into_boxed_slice(), low, high }
    }

    /// Of a sketch whose bins have numbers; `None` for another one.
    pub(crate) fn of(sketch: &AnySketch) -> Option<Self> {
        let bins = sketch.coded_bins()?;
        Some(Self::new(bins.into_iter(), sketch.min().zip(sketch.max())))
    }

    /// Whether no bin holds anything.
    pub(crate) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// The bins that hold something, ascending.
    pub(crate) fn bins(&self) -> Bins<'_> {
        Bins { rest: &self.bytes, last: 0 }
    }

    /// How many values there are.
    pub(crate) fn count(&self) -> u64 {
        self.bins().fold(0, |sum, (_, count)| sum.saturating_add(count))
    }

    /// Adds the bins of another window, which must have the same layout; `None`, and nothing is added, where the counts add up to more
    /// than 2⁶⁴ − 1.
    pub(crate) fn add(&mut self, more: &Self) -> Option<()> {
        let (mut own, mut other) = (self.bins().peekable(), more.bins().peekable());
        let mut total = 0_u64;
        let mut sum = Vec::with_capacity(self.bytes.len().max(more.bytes.len()) / 2 + 8);
        loop {
            let next = match (own.peek().copied(), other.peek().copied()) {
                (Some(a), Some(b)) if a.0 == b.0 => {
                    own.next();
                    other.next();
                    (a.0, a.1.checked_add(b.1)?)
                }
                (Some(a), Some(b)) if b.0 < a.0 => {
                    other.next();
                    b
                }
                (Some(a), _) => {
                    own.next();
                    a
                }
                (None, Some(b)) => {
                    other.next();
                    b
                }
                (None, None) => break,
            };
            total = total.checked_add(next.1)?;
            sum.push(next);
        }
        *self = Self::new(sum.into_iter(), Some((self.low.min(more.low), self.high.max(more.high))));
        Some(())
    }

    /// The histogram, in a layout by its name.
    pub(crate) fn sketch(&self, schema: &str) -> Result<AnySketch> {
        let bins: Vec<(i64, u64)> = self.bins().collect();
        if self.low.is_finite() && self.high.is_finite() {
            AnySketch::from_coded_bins_within(schema, &bins, (self.low, self.high))
        } else {
            AnySketch::from_coded_bins(schema, &bins)
        }
    }

    /// Bytes of memory.
    pub(crate) fn memory_bytes(&self) -> usize {
        size_of::<Self>() + self.bytes.len()
    }
}

/// See [`Packed::bins`].
pub(crate) struct Bins<'a> {
    rest: &'a [u8],
    last: i64,
}

impl Iterator for Bins<'_> {
    type Item = (i64, u64);

    fn next(&mut self) -> Option<Self::Item> {
        let zigzag = take(&mut self.rest)?;
        let count = take(&mut self.rest)?;
        self.last = self.last.wrapping_add((zigzag >> 1) as i64 ^ -((zigzag & 1) as i64));
        Some((self.last, count))
    }
}

fn put(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

fn take(bytes: &mut &[u8]) -> Option<u64> {
    let (mut number, mut shift) = (0_u64, 0);
    loop {
        let (first, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(first & 0x7f) << shift;
        if first & 0x80 == 0 {
            return Some(number);
        }
        shift += 7;
        if shift > 63 {
            return None;
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn bins() -> impl Strategy<Value = BTreeMap<i64, u64>> {
        let bin = prop_oneof![-23_040..23_040_i64, any::<i64>()];
        proptest::collection::btree_map(bin, 1..(u64::MAX >> 8), 0..40)
    }

    proptest! {
        #[test]
        fn what_is_packed_comes_back_and_adds_up(a in bins(), b in bins()) {
            let (mut sum, other) = (Packed::new(a.clone().into_iter(), Some((1.0, 4.0))), Packed::new(b.clone().into_iter(), Some((0.5, 2.0))));
            prop_assert_eq!(sum.bins().collect::<BTreeMap<_, _>>(), a.clone());
            sum.add(&other).unwrap();
            let mut want = a;
            for (bin, count) in b {
                *want.entry(bin).or_default() += count;
            }
            prop_assert_eq!(sum.bins().collect::<Vec<_>>(), want.clone().into_iter().collect::<Vec<_>>());
            prop_assert_eq!(sum.count(), want.values().sum::<u64>());
            prop_assert_eq!((sum.low, sum.high), (0.5, 4.0));
        }
    }

    #[test]
    fn a_sum_that_does_not_fit_is_refused() {
        let mut most = Packed::new([(0, u64::MAX)].into_iter(), None);
        for bin in [0, 1] {
            assert!(most.add(&Packed::new([(bin, 1)].into_iter(), None)).is_none());
        }
        assert_eq!(most.count(), u64::MAX);
    }
}
