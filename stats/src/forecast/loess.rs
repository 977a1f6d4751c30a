//! Local linear regression of evenly spaced values with tricube weights, as STL uses it.
//!
//! W. S. Cleveland, *Robust locally weighted regression and smoothing scatterplots*, JASA 74 (1979).

use super::convolve::Kernels;

/// A smoother of a length in points, odd.
pub(super) struct Loess {
    length: usize,
    /// The tricube weights of a window in the middle, times (1, d, d²) with d the distance to its middle in half lengths.
    kernels: Kernels,
    total: f64,
}

/// Values with weights; a weight of 0 leaves a value out, whatever it is.
#[derive(Clone, Copy)]
pub(super) struct Points<'a> {
    pub(super) values: &'a [f64],
    /// `None` where all weights are 1.
    pub(super) weights: Option<&'a [f64]>,
    /// 0 where a value is missing; `None` where none is.
    pub(super) present: Option<&'a [f64]>,
}

impl Points<'_> {
    /// Values that are all there and weigh the same.
    pub(super) fn plain(values: &[f64]) -> Points<'_> {
        Points { values, weights: None, present: None }
    }
}

/// The share of its bandwidth from which on a point has no weight, and up to which it has all.
const EDGES: (f64, f64) = (0.999, 0.001);

fn tricube(distance: f64, bandwidth: f64) -> f64 {
    if distance > EDGES.0 * bandwidth {
        0.0
    } else if distance <= EDGES.1 * bandwidth {
        1.0
    } else {
        let share = distance / bandwidth;
        let rest = 1.0 - share * share * share;
        rest * rest * rest
    }
}

impl Loess {
    /// A smoother over so many points, odd and 3 or more.
    pub(super) fn new(length: usize) -> Self {
        let half = (length / 2) as f64;
        let places = || (0..length).map(|j| j as f64 - half);
        let plain: Vec<f64> = places().map(|d| tricube(d.abs(), half)).collect();
        let power = |p: i32| places().zip(&plain).map(|(d, w)| w * (d / half).powi(p)).collect::<Vec<f64>>();
        let total = plain.iter().sum();
        Self { length, kernels: Kernels::new(vec![plain.clone(), power(1), power(2)]), total }
    }

    /// Its length in points.
    pub(super) fn length(&self) -> usize {
        self.length
    }

    /// The smooth at every point.
    pub(super) fn smooth(&self, points: Points<'_>) -> Vec<f64> {
        let n = points.values.len();
        if n < 2 {
            return points.values.to_vec();
        }
        let mut out = vec![0.0; n];
        // windows that lie inside and have their point in the middle
        let half = self.length / 2;
        let inside = if n >= self.length { half..n - half } else { 0..0 };
        if !inside.is_empty() {
            let smooth = self.middle(points);
            out[inside.clone()].copy_from_slice(&smooth);
        }
        for i in (0..n).filter(|i| !inside.contains(i)) {
            let left = i.saturating_sub(half).min(n.saturating_sub(self.length));
            out[i] = self.inside(points, i, left, (left + self.length).min(n));
        }
        out
    }

    /// The smooth where windows are whole.
    fn middle(&self, points: Points<'_>) -> Vec<f64> {
        let half = self.length / 2;
        let Some(weights) = points.weights else {
            // a symmetric window has its centre at its point, so the slope does not count
            let mut sums = self.kernels.slide(&[points.values], &[(0, 0)]).swap_remove(0);
            for s in &mut sums {
                *s /= self.total;
            }
            return sums;
        };
        let weighted: Vec<f64> = points.values.iter().zip(weights).map(|(y, w)| y * w).collect();
        let sums = self.kernels.slide(&[weights, &weighted], &[(0, 0), (0, 1), (0, 2), (1, 0), (1, 1)]);
        let [s0, s1, s2, t0, t1] = &sums[..] else { unreachable!("five sums were asked for") };
        let scale = half as f64;
        let least = 0.001 * (points.values.len() - 1) as f64 / scale;
        (0..s0.len())
            .map(|i| {
                let centre = s1[i] / s0[i];
                let spread = s2[i] / s0[i] - centre * centre;
                let near = (spread.max(0.0).sqrt() - least).abs() < 1e-6 * least;
                // where little weight is left, or at the edge of a rule, rounding of the transform would decide
                if s0[i] < 1e-6 * self.total || near {
                    return self.inside(points, i + half, i, i + self.length);
                }
                let mean = t0[i] / s0[i];
                if spread.sqrt() > least { mean - centre / spread * (t1[i] / s0[i] - centre * mean) } else { mean }
            })
            .collect()
    }

    /// The regression at a place, from the points `left..right`; `None` where none of them has weight.
    pub(super) fn at(&self, points: Points<'_>, place: f64, left: usize, right: usize) -> Option<f64> {
        let beyond = self.length.saturating_sub(points.values.len()) / 2;
        let bandwidth = (place - left as f64).max(right as f64 - 1.0 - place) + beyond as f64;
        local(points, place, (left, right), bandwidth)
    }

    /// The same at one of the points. Where none in the window has weight, a value stays as it is, by the authors' rule, and a
    /// missing one is found from a wider window.
    fn inside(&self, points: Points<'_>, i: usize, left: usize, right: usize) -> f64 {
        let n = points.values.len();
        let (mut left, mut right) = (left, right);
        loop {
            if let Some(value) = self.at(points, i as f64, left, right) {
                return value;
            }
            if points.present.is_none_or(|p| p[i] > 0.0) || (left, right) == (0, n) {
                return points.values[i];
            }
            let more = (right - left).max(1);
            (left, right) = (left.saturating_sub(more), (right + more).min(n));
        }
    }
}

fn local(points: Points<'_>, place: f64, (left, right): (usize, usize), bandwidth: f64) -> Option<f64> {
    let weight = |j: usize| tricube((j as f64 - place).abs(), bandwidth) * points.weights.map_or(1.0, |w| w[j]);
    let (mut s0, mut s1, mut t0) = (0.0, 0.0, 0.0);
    for j in left..right {
        let w = weight(j);
        s0 += w;
        s1 += w * (j as f64 - place);
        t0 += w * points.values[j];
    }
    if s0 <= 0.0 {
        return None;
    }
    let (centre, mean) = (s1 / s0, t0 / s0);
    let (mut spread, mut slope) = (0.0, 0.0);
    for j in left..right {
        let (w, d) = (weight(j), j as f64 - place - centre);
        spread += w * d * d;
        slope += w * d * (points.values[j] - mean);
    }
    // points too close together give no slope: the authors' rule
    let reach = 0.001 * (points.values.len() as f64 - 1.0);
    Some(if bandwidth > 0.0 && (spread / s0).sqrt() > reach { mean - centre * slope / spread } else { mean })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_line_stays_a_line_whatever_the_weights() {
        let line: Vec<f64> = (0..400).map(|i| 3.0 - 0.25 * f64::from(i)).collect();
        let weights: Vec<f64> = (0..400).map(|i| f64::from(i * 7 % 5) / 4.0).collect();
        for length in [7, 101, 399, 401, 901] {
            for weights in [None, Some(&weights[..])] {
                let smooth = Loess::new(length).smooth(Points { weights, ..Points::plain(&line) });
                for (a, b) in smooth.iter().zip(&line) {
                    assert!((a - b).abs() < 1e-9, "{length}: {a} {b}");
                }
            }
        }
    }

    #[test]
    fn the_fast_middle_is_the_regression_itself() {
        let values: Vec<f64> = (0..900u32).map(|i| f64::from(i * i % 97)).collect();
        let weights: Vec<f64> = (0..900u32).map(|i| f64::from(i * 31 % 11) / 10.0).collect();
        for length in [7, 151] {
            let loess = Loess::new(length);
            for weights in [None, Some(&weights[..])] {
                let points = Points { weights, ..Points::plain(&values) };
                let half = length / 2;
                for (i, got) in loess.smooth(points).iter().enumerate().take(900 - half).skip(half) {
                    let want = loess.at(points, i as f64, i - half, i + half + 1).unwrap();
                    assert!((got - want).abs() < 1e-10, "{got} {want}");
                }
            }
        }
    }
}
