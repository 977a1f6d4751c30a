//! Order statistics of a few ranks without a full sort.

/// From this many values on, a pass that counts pays for itself.
const LARGE: usize = 1 << 14;
/// Bins of that pass: their counters stay in the fastest cache.
const BINS: usize = 2048;
/// How many values are looked at to lay the bins.
const SAMPLE: usize = 1024;

/// The order statistics of some ranks of a sample.
#[derive(Debug)]
pub(crate) struct Ranked {
    /// Ascending, from 0.
    ranks: Vec<usize>,
    values: Vec<f64>,
}

impl Ranked {
    /// The order statistics of `ranks` (from 0, in any order, each below the length) of values without NaN.
    pub(crate) fn of(values: &[f64], ranks: Vec<usize>) -> Self {
        Self::mapped(values, |v| v, ranks)
    }

    /// The same of a function of the values, which is never stored.
    ///
    /// A few values are copied and partitioned by nested selection. Many are counted in bins first and only those in the bins
    /// that hold a rank are copied and partitioned, which reads the values twice and writes few. Where the values are so alike
    /// that bins do not part them, they are partitioned as they are.
    pub(crate) fn mapped(values: &[f64], map: impl Fn(f64) -> f64, mut ranks: Vec<usize>) -> Self {
        ranks.sort_unstable();
        ranks.dedup();
        debug_assert!(ranks.last().is_none_or(|last| *last < values.len()));
        let bins = if values.len() < LARGE { None } else { lay_bins(values, &map, &ranks) };
        let (mut keys, selected) = if let Some(bins) = bins {
            gather(values, &map, &ranks, &bins)
        } else {
            (values.iter().map(|v| key(map(*v))).collect(), ranks.clone())
        };
        nested(&mut keys, &selected, 0);
        let values = selected.iter().map(|r| value(keys[*r])).collect();
        Self { ranks, values }
    }

    /// The order statistic of a rank that was asked for.
    pub(crate) fn at(&self, rank: usize) -> f64 {
        self.ranks.binary_search(&rank).map_or(f64::NAN, |i| self.values[i])
    }
}

/// An integer in the order of the values: −0 before 0, as `f64::total_cmp` has it.
fn key(value: f64) -> u64 {
    let bits = value.to_bits();
    bits ^ ((bits.cast_signed() >> 63).cast_unsigned() | 1 << 63)
}

fn value(key: u64) -> f64 {
    f64::from_bits(if key >> 63 == 1 { key ^ 1 << 63 } else { !key })
}

/// Puts the keys of the given ranks (ascending, less `base`) in their places.
fn nested(keys: &mut [u64], ranks: &[usize], base: usize) {
    if ranks.is_empty() {
        return;
    }
    // the rank nearest the middle halves the work of the others
    let middle = base + keys.len() / 2;
    let next = ranks.partition_point(|r| *r < middle);
    let pick = match (next.checked_sub(1), ranks.get(next)) {
        (Some(before), Some(after)) if middle - ranks[before] < after - middle => before,
        (_, Some(_)) => next,
        (Some(before), None) => before,
        (None, None) => return,
    };
    let rank = ranks[pick];
    let (below, _, above) = keys.select_nth_unstable(rank - base);
    nested(below, &ranks[..pick], base);
    nested(above, &ranks[pick + 1..], rank + 1);
}

/// How a value finds its bin; never descending in the value.
#[derive(Clone, Copy, Debug)]
enum Bins {
    /// Equal steps of the key, which are steps of ratio for values of one sign.
    Ratio { low: u64, shift: u32 },
    /// Equal steps of the value.
    Step { low: f64, scale: f64 },
}

impl Bins {
    #[inline]
    fn of(self, value: f64) -> usize {
        let bin = match self {
            Self::Ratio { low, shift } => (key(value).saturating_sub(low) >> shift) as usize,
            Self::Step { low, scale } => ((value - low) * scale) as usize,
        };
        bin.min(BINS - 1)
    }
}

/// The bins that leave the fewest values to gather; `None` where even those are many.
fn lay_bins(values: &[f64], map: &impl Fn(f64) -> f64, ranks: &[usize]) -> Option<Bins> {
    let stride = values.len() / SAMPLE;
    // a place of its own in every stride, so that no period of the data is mistaken for their distribution
    let place = |i: usize| i * stride + ((i as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32) as usize % stride;
    let mut sample: Vec<f64> = (0..SAMPLE).map(|i| map(values[place(i)])).collect();
    sample.sort_unstable_by(f64::total_cmp);
    let (low, high) = (sample[0], sample[SAMPLE - 1]);
    let width = key(high) - key(low);
    let ratio = Bins::Ratio { low: key(low), shift: (u64::BITS - width.leading_zeros()).saturating_sub(BINS.ilog2()) };
    let scale = BINS as f64 / (high - low);
    let step = (scale.is_normal() && (high - low).is_finite()).then_some(Bins::Step { low, scale });
    let load = |bins: &Bins| {
        let mut marked = [false; BINS];
        for rank in ranks {
            let at = (*rank as f64 / values.len() as f64 * SAMPLE as f64) as usize;
            marked[bins.of(sample[at.min(SAMPLE - 1)])] = true;
        }
        sample.iter().filter(|v| marked[bins.of(**v)]).count()
    };
    let (load, best) =
        [Some(ratio), step].into_iter().flatten().map(|bins| (load(&bins), bins)).min_by_key(|(load, _)| *load)?;
    (load < SAMPLE / 3).then_some(best)
}

/// The keys of the values in the bins that hold a rank, and the ranks among them.
fn gather(values: &[f64], map: &impl Fn(f64) -> f64, ranks: &[usize], bins: &Bins) -> (Vec<u64>, Vec<usize>) {
    // the compiler makes one loop of each kind of bins
    match *bins {
        Bins::Ratio { low, shift } => gather_by(values, ranks, |v| Bins::Ratio { low, shift }.of(map(v)), map),
        Bins::Step { low, scale } => gather_by(values, ranks, |v| Bins::Step { low, scale }.of(map(v)), map),
    }
}

#[inline]
fn gather_by(
    values: &[f64],
    ranks: &[usize],
    bin: impl Fn(f64) -> usize,
    map: &impl Fn(f64) -> f64,
) -> (Vec<u64>, Vec<usize>) {
    let mut counts = [0_u64; BINS];
    for v in values {
        counts[bin(*v)] += 1;
    }
    let mut marked = [0_u8; BINS];
    let mut within = Vec::with_capacity(ranks.len());
    let (mut below, mut gathered, mut next) = (0, 0, 0);
    for (count, mark) in counts.iter().zip(&mut marked) {
        let end = below + *count as usize;
        let first = next;
        while ranks.get(next).is_some_and(|r| *r < end) {
            within.push(gathered + ranks[next] - below);
            next += 1;
        }
        if next > first {
            *mark = 1;
            gathered += *count as usize;
        }
        below = end;
    }
    // one place more, where what is not wanted is written and overwritten
    let mut keys = vec![0_u64; gathered + 1];
    let mut end = 0;
    for v in values {
        if let Some(slot) = keys.get_mut(end) {
            *slot = key(map(*v));
        }
        end += usize::from(marked[bin(*v)]);
    }
    keys.truncate(gathered);
    (keys, within)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::quantile::random::SplitMix64;

    /// Samples of many shapes, large enough for the counting pass.
    fn samples(n: usize) -> Vec<Vec<f64>> {
        let mut random = SplitMix64::new(1);
        let mut many = |f: fn(f64) -> f64| -> Vec<f64> { (0..n).map(|_| f(random.unit())).collect() };
        vec![
            many(|u| (1.0 / (1.0 - u)).ln() * 0.1),
            many(|u| u - 0.5),
            many(|u| (u * 5.0).floor()),
            many(|_| 7.0),
            many(|u| if u < 0.5 { u * 1e-3 } else { 1e9 + u }),
            many(|u| 1.0 + u * 1e-9),
            many(|u| (u - 0.5) * f64::MAX * 1.9),
            many(|u| 0.1 / (1.0 - u).powf(2.0)),
            many(|u| (u - 0.5).signum() * 0.0),
            many(|u| (u * 1e-2).powi(150) * 1e-20),
            (0..n).map(|i| i as f64).collect(),
            (0..n).map(|i| f64::from(u8::from(i % (n / SAMPLE) == 0))).collect(),
        ]
    }

    #[test]
    fn ranks_are_those_of_a_sort() {
        let n = LARGE + 777;
        for (shape, sample) in samples(n).into_iter().enumerate() {
            let ranks = vec![n - 1, n / 2, 0, 1, n / 2 + 90, n * 99 / 100, n * 999 / 1000, n / 2, n / 4];
            let found = Ranked::of(&sample, ranks.clone());
            let magnitudes = Ranked::mapped(&sample, |v| (v - 0.3).abs(), ranks.clone());
            let mut sorted = sample.clone();
            sorted.sort_by(f64::total_cmp);
            let mut mapped: Vec<f64> = sample.iter().map(|v| (v - 0.3).abs()).collect();
            mapped.sort_by(f64::total_cmp);
            for r in ranks {
                assert_eq!(found.at(r).to_bits(), sorted[r].to_bits(), "shape {shape} rank {r}");
                assert_eq!(magnitudes.at(r).to_bits(), mapped[r].to_bits(), "shape {shape} rank {r}, mapped");
            }
        }
    }

    #[test]
    fn the_counting_pass_is_taken_where_it_pays() {
        let taken: Vec<bool> = samples(LARGE).iter().map(|s| lay_bins(s, &|v| v, &[LARGE / 2]).is_some()).collect();
        assert_eq!(taken[..4], [true, true, true, false], "{taken:?}");
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]
        #[test]
        fn keys_keep_order_and_value(a: f64, b: f64) {
            proptest::prop_assert_eq!(key(a).cmp(&key(b)), a.total_cmp(&b));
            proptest::prop_assert_eq!(value(key(a)).to_bits(), a.to_bits());
        }

        #[test]
        fn gathering_equals_sorting(
            mut values in proptest::collection::vec(-1e3_f64..1e3, 1..300),
            seeds in proptest::collection::vec(0_usize..10_000, 1..8),
        ) {
            let ranks: std::collections::BTreeSet<usize> = seeds.iter().map(|s| s % values.len()).collect();
            let ranks: Vec<usize> = ranks.into_iter().collect();
            for bins in [Bins::Ratio { low: key(-10.0), shift: 50 }, Bins::Step { low: -500.0, scale: 1.0 }] {
                let (mut keys, within) = gather(&values, &|v| v, &ranks, &bins);
                nested(&mut keys, &within, 0);
                values.sort_by(f64::total_cmp);
                for (rank, place) in ranks.iter().zip(within) {
                    proptest::prop_assert_eq!(value(keys[place]), values[*rank]);
                }
            }
        }
    }
}
