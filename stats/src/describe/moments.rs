//! Central moments in two passes.

/// Values are added up in rows of this many running sums, which the processor overlaps.
const LANES: usize = 4;
/// So many values go into plain sums before these are added with compensation.
const BLOCK: usize = 256;

/// Central moments of a sample of at least one finite value.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moments {
    n: f64,
    pub(super) mean: f64,
    /// What the sums below are multiplied by: a power of two, other than 1 where squares of squares would leave the range.
    scale: f64,
    /// The sum of the distances to the mean.
    distance: f64,
    m2: f64,
    m3: f64,
    m4: f64,
    pub(super) min: f64,
    pub(super) max: f64,
}

impl Moments {
    pub(super) fn of(values: &[f64]) -> Self {
        let n = values.len() as f64;
        let mean = mean(values);
        let (min, max) = extremes(values);
        let scale = scale_for((max / 2.0 - min / 2.0).abs());
        let powers = |d: f64| {
            let square = d * d;
            [d, d.abs(), square, square * d, square * square]
        };
        let [drift, distance, m2, m3, m4] = if scale == 1.0 {
            sums(values, |v| powers(v - mean))
        } else {
            let middle = mean * scale;
            sums(values, |v| powers(v * scale - middle))
        };
        Self { n, mean, scale, distance, m2: m2 - drift * drift / n, m3, m4, min, max }
    }

    /// The mean distance to the mean.
    pub(super) fn mean_absolute_deviation(&self) -> Option<f64> {
        let value = self.distance / self.n / self.scale;
        value.is_finite().then_some(value)
    }

    /// With n − 1 in the divisor.
    pub(super) fn sd(&self) -> Option<f64> {
        (self.n >= 2.0).then(|| (self.m2.max(0.0) / (self.n - 1.0)).sqrt() / self.scale).filter(|sd| sd.is_finite())
    }

    /// With n in the divisor.
    pub(super) fn population_sd(&self) -> Option<f64> {
        Some((self.m2.max(0.0) / self.n).sqrt() / self.scale).filter(|sd| sd.is_finite())
    }

    pub(super) fn skewness(&self) -> Option<f64> {
        let n = self.n;
        (n >= 3.0 && self.m2 > 0.0 && self.m3.is_finite()).then(|| {
            let g1 = (self.m3 / n) / (self.m2 / n).powf(1.5);
            g1 * (n * (n - 1.0)).sqrt() / (n - 2.0)
        })
    }

    pub(super) fn kurtosis(&self) -> Option<f64> {
        let n = self.n;
        (n >= 4.0 && self.m2 > 0.0 && self.m4.is_finite()).then(|| {
            let g2 = (self.m4 / n) / (self.m2 / n).powi(2) - 3.0;
            (n - 1.0) / ((n - 2.0) * (n - 3.0)) * ((n + 1.0) * g2 + 6.0)
        })
    }
}

/// 1, or the power of two that brings values spread so wide to about 1, where fourth powers of their distances would overflow or vanish.
fn scale_for(spread: f64) -> f64 {
    if spread == 0.0 || (1e-60..1e60).contains(&spread) {
        return 1.0;
    }
    // an end of the range is met from within it
    2.0_f64.powi(-(spread.log2().round() as i32).clamp(-1022, 1022))
}

/// The mean of at least one value.
pub(super) fn mean(values: &[f64]) -> f64 {
    let n = values.len() as f64;
    // a sample as the origin keeps the sums small and large offsets exact
    let origin = values[values.len() / 2];
    let [sum] = sums(values, |v| [v - origin]);
    let near = origin + sum / n;
    if near.is_finite() {
        return near;
    }
    // differences beyond the f64 range: the mean of scaled values, which is less exact and finite
    let [mean] = sums(values, |v| [v / n]);
    mean
}

/// Sums of K functions of the values, in an order that the values' number alone decides: short plain sums, added up with
/// Neumaier's compensation.
pub(super) fn sums<const K: usize>(values: &[f64], terms: impl Fn(f64) -> [f64; K]) -> [f64; K] {
    let (mut total, mut lost) = ([0.0; K], [0.0; K]);
    for block in values.chunks(BLOCK) {
        let mut lanes = [[0.0; LANES]; K];
        let (rows, rest) = block.as_chunks::<LANES>();
        for row in rows {
            for (lane, v) in row.iter().enumerate() {
                for (sum, term) in lanes.iter_mut().zip(terms(*v)) {
                    sum[lane] += term;
                }
            }
        }
        for (lane, v) in rest.iter().enumerate() {
            for (sum, term) in lanes.iter_mut().zip(terms(*v)) {
                sum[lane] += term;
            }
        }
        for ((total, lost), lanes) in total.iter_mut().zip(&mut lost).zip(lanes) {
            let v: f64 = lanes.iter().sum();
            let next = *total + v;
            *lost += if total.abs() >= v.abs() { (*total - next) + v } else { (v - next) + *total };
            *total = next;
        }
    }
    for (total, lost) in total.iter_mut().zip(lost) {
        *total += lost;
    }
    total
}

/// The smallest and the largest value.
fn extremes(values: &[f64]) -> (f64, f64) {
    let (mut low, mut high) = ([f64::INFINITY; 8], [f64::NEG_INFINITY; 8]);
    let (rows, rest) = values.as_chunks::<8>();
    for row in rows {
        for ((low, high), v) in low.iter_mut().zip(&mut high).zip(row) {
            *low = if *v < *low { *v } else { *low };
            *high = if *v > *high { *v } else { *high };
        }
    }
    let low = low.into_iter().chain(rest.iter().copied()).fold(f64::INFINITY, f64::min);
    let high = high.into_iter().chain(rest.iter().copied()).fold(f64::NEG_INFINITY, f64::max);
    (low, high)
}
