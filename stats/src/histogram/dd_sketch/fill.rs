//! The fast way in: blocks whose bins are computed together before any is counted.

use super::DdSketch;
use super::mapping::{DdInterpolation, Mapping};
use super::store::Store;

/// Values that are looked at for their extremes and signs together, while they are in the fastest cache.
const CHUNK: usize = 1024;
/// Values whose bins are computed together.
const BLOCK: usize = 64;
const LANES: usize = 8;

impl DdSketch {
    /// Adds every value of a slice, as one after the other would.
    pub(super) fn fill(&mut self, values: &[f64]) {
        for chunk in values.chunks(CHUNK) {
            let room = u64::MAX - self.total >= chunk.len() as u64;
            match range(chunk) {
                Some((low, high)) if room && low >= self.mapping.smallest => {
                    count(&self.mapping, &mut self.positive, chunk, low, high);
                    self.total += chunk.len() as u64;
                    self.widen(low, high);
                }
                Some((low, high)) if room => {
                    self.fill_both_signs(chunk);
                    self.total += chunk.len() as u64;
                    self.widen(low, high);
                }
                // NaN, infinities, or a full counter
                _ => chunk.iter().for_each(|value| super::Sketch::insert(self, *value)),
            }
        }
    }

    /// Counts finite values of any sign, without the total and the extremes.
    fn fill_both_signs(&mut self, chunk: &[f64]) {
        let mut magnitudes = [[0.0; CHUNK]; 2];
        let mut lengths = [0; 2];
        for value in chunk {
            let magnitude = value.abs();
            let side = usize::from(*value < 0.0);
            // written always and kept only where it counts, which is one branch less
            magnitudes[side][lengths[side]] = magnitude;
            lengths[side] += usize::from(magnitude >= self.mapping.smallest);
        }
        let [above, below] = lengths;
        self.zero += (chunk.len() - above - below) as u64;
        for (store, magnitudes) in
            [(&mut self.positive, &magnitudes[0][..above]), (&mut self.negative, &magnitudes[1][..below])]
        {
            if let Some((low, high)) = range(magnitudes) {
                count(&self.mapping, store, magnitudes, low, high);
            }
        }
    }
}

/// Counts magnitudes that lie between two of them.
fn count(mapping: &Mapping, store: &mut Store, magnitudes: &[f64], low: f64, high: f64) {
    let (low, high) = (mapping.key(low), mapping.key(high));
    store.cover(low, high);
    let start = store.start();
    let collapses = i64::from(low) < start;
    let counts = store.kept_until(high);
    // rounding may put a magnitude within an ulp of the extremes into the bin beyond theirs
    let mut strays: Vec<i32> = Vec::new();
    for block in magnitudes.chunks(BLOCK) {
        let mut keys = [0_i64; BLOCK];
        match mapping.interpolation {
            DdInterpolation::Cubic => {
                for (key, value) in keys.iter_mut().zip(block) {
                    *key = mapping.cubic_key(*value);
                }
            }
            DdInterpolation::Logarithmic => {
                for (key, value) in keys.iter_mut().zip(block) {
                    *key = i64::from(mapping.key(*value));
                }
            }
        }
        if collapses {
            for key in &mut keys {
                *key = (*key).max(start);
            }
        }
        for key in keys.iter().take(block.len()) {
            match counts.get_mut((key - start) as usize) {
                // the caller has checked that the total, and so every bin, has room
                Some(counter) => *counter = counter.wrapping_add(1),
                None => strays.push(*key as i32),
            }
        }
    }
    for key in strays {
        store.add(key, 1);
    }
}

/// The smallest and largest of finite values; `None` without values, or where one is not finite.
fn range(values: &[f64]) -> Option<(f64, f64)> {
    let (mut low, mut high) = ([f64::INFINITY; LANES], [f64::NEG_INFINITY; LANES]);
    // 0 · v is 0 for finite v and NaN for the others
    let mut finite = [0.0; LANES];
    let (rows, rest) = values.as_chunks::<LANES>();
    for row in rows {
        for (((low, high), finite), value) in low.iter_mut().zip(&mut high).zip(&mut finite).zip(row) {
            *low = if *value < *low { *value } else { *low };
            *high = if *value > *high { *value } else { *high };
            *finite += 0.0 * *value;
        }
    }
    let sum: f64 = finite.iter().sum::<f64>() + rest.iter().map(|v| 0.0 * v).sum::<f64>();
    let low = low.into_iter().chain(rest.iter().copied()).fold(f64::INFINITY, f64::min);
    let high = high.into_iter().chain(rest.iter().copied()).fold(f64::NEG_INFINITY, f64::max);
    (sum == 0.0 && !values.is_empty()).then_some((low, high))
}
