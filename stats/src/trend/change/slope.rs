//! Changes on a slope that goes on beneath them: what a step saves beside a slope that is fitted too, and how far the slope's own error
//! reaches into what is told of a step.

use super::tilt::{Flat, Sums, slope_within};

/// A line that was taken out of values, about the mean of the positions.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slope<'a> {
    positions: &'a [f64],
    /// Per step of the positions.
    pub(super) per_step: f64,
    middle: f64,
}

impl<'a> Slope<'a> {
    pub(super) fn new(positions: &'a [f64], per_step: f64) -> Self {
        let middle = positions.iter().sum::<f64>() / positions.len().max(1) as f64;
        Self { positions, per_step, middle }
    }

    /// The line by least squares beneath steps at some indices, from values without this one; and the values without it.
    pub(super) fn refitted(&self, values: &[f64], indices: &[usize]) -> Option<(Vec<f64>, Self)> {
        let more = slope_within(&Sums::of_stretches(values, self.positions, indices)?)?;
        let flat = Flat::of(values, self.positions, more);
        Some((flat.values, Self { per_step: self.per_step + more, ..*self }))
    }

    /// The position of an index.
    pub(super) fn position(&self, at: usize) -> f64 {
        self.positions.get(at).copied().unwrap_or_default()
    }

    /// How high the line is above its middle at an index.
    pub(super) fn height(&self, at: usize) -> f64 {
        self.positions.get(at).map_or(0.0, |x| self.per_step * (x - self.middle))
    }

    /// The variance of the slope beneath the steps at some edges, as a share of the long-run variance of the noise.
    pub(super) fn share(&self, edges: &[usize]) -> Option<f64> {
        let stretches = Sums::of_stretches(self.positions, self.positions, edges.get(1..edges.len().checked_sub(1)?)?)?;
        let xx: f64 = stretches.iter().map(|stretch| stretch.xx).sum();
        (xx > 0.0).then_some(1.0 / xx)
    }

    /// What is known of each change between neighbouring edges.
    pub(super) fn beside(&self, values: &[f64], edges: &[usize]) -> Option<Vec<Beside>> {
        let inner = edges.get(1..edges.len().checked_sub(1)?)?;
        let stretches = Sums::of_stretches(values, self.positions, inner)?;
        let (xx, xv) = stretches.iter().fold((0.0, 0.0), |s, a| (s.0 + a.xx, s.1 + a.xv));
        let one = |(edge, both): (&[usize], &[Sums])| {
            let (own_xx, own_xv) = (both[0].xx + both[1].xx, both[0].xv + both[1].xv);
            Some(Beside {
                start: edge[0],
                forward: running(self.positions.get(edge[0]..edge[2])?, values.get(edge[0]..edge[2])?, false),
                backward: running(self.positions.get(edge[0]..edge[2])?, values.get(edge[0]..edge[2])?, true),
                xx: xx - own_xx,
                xv: xv - own_xv,
            })
        };
        edges.windows(3).zip(stretches.windows(2)).map(one).collect()
    }
}

/// The sums of the first values up to each, or of the last ones from each on.
fn running(positions: &[f64], values: &[f64], backward: bool) -> Vec<Sums> {
    let mut all: Option<Sums> = None;
    let mut add = |(x, v): (&f64, &f64)| {
        let one = Sums::of(std::slice::from_ref(v), std::slice::from_ref(x));
        let sum = match all {
            None => one,
            Some(sum) => sum.joined(&one),
        };
        all = Some(sum);
        sum
    };
    let pairs = positions.iter().zip(values);
    if !backward {
        return pairs.map(add).collect();
    }
    let mut sums: Vec<Sums> = pairs.rev().map(&mut add).collect();
    sums.reverse();
    sums
}

/// Two neighbouring stretches beside all others, with a slope that is common to all.
#[derive(Debug)]
pub(super) struct Beside {
    start: usize,
    forward: Vec<Sums>,
    backward: Vec<Sums>,
    /// Squares of the positions of the other stretches around their means, and products with the values.
    xx: f64,
    xv: f64,
}

impl Beside {
    /// The sums before and from an index on; it lies within both stretches, at neither end.
    fn parts(&self, at: usize) -> Option<(&Sums, &Sums)> {
        let at = at.checked_sub(self.start)?;
        Some((self.forward.get(at.checked_sub(1)?)?, self.backward.get(at)?))
    }

    /// What a step at an index saves of the sum of squares, with the slope fitted anew with and without it.
    pub(super) fn gain(&self, at: usize) -> f64 {
        let Some(((before, after), both)) = self.parts(at).zip(self.forward.last()) else { return 0.0 };
        let left = |xx: f64, xv: f64, vv: f64| if xx > 0.0 { vv - xv * xv / xx } else { vv };
        let without = left(self.xx + both.xx, self.xv + both.xv, both.vv);
        let with = left(self.xx + before.xx + after.xx, self.xv + before.xv + after.xv, before.vv + after.vv);
        (without - with).max(0.0)
    }

    /// The variances of the level before an index at a position, of the one after it, and of the step, as shares of the long-run variance of
    /// the noise.
    pub(super) fn shares(&self, at: usize, position: f64) -> Option<Shares> {
        let (before, after) = self.parts(at)?;
        let xx = self.xx + before.xx + after.xx;
        let of_slope = |distance: f64| if xx > 0.0 { distance * distance / xx } else { 0.0 };
        Some(Shares {
            before: 1.0 / before.n + of_slope(position - before.x),
            after: 1.0 / after.n + of_slope(position - after.x),
            step: 1.0 / before.n + 1.0 / after.n + of_slope(after.x - before.x),
        })
    }
}

/// Variances as shares of the long-run variance of the noise.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shares {
    pub(super) before: f64,
    pub(super) after: f64,
    pub(super) step: f64,
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// The residual sum of squares of a least-squares fit by normal equations, and the inverse of their matrix.
    fn fit(columns: &[Vec<f64>], values: &[f64]) -> (f64, Vec<Vec<f64>>) {
        let k = columns.len();
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        let mut matrix: Vec<Vec<f64>> = (0..k)
            .map(|i| {
                let mut row: Vec<f64> = columns.iter().map(|column| dot(&columns[i], column)).collect();
                row.extend((0..k).map(|j| f64::from(u8::from(i == j))));
                row
            })
            .collect();
        for i in 0..k {
            let pivot = matrix[i][i];
            matrix[i].iter_mut().for_each(|v| *v /= pivot);
            for j in (0..k).filter(|j| *j != i) {
                let factor = matrix[j][i];
                let row = matrix[i].clone();
                matrix[j].iter_mut().zip(row).for_each(|(v, r)| *v -= factor * r);
            }
        }
        let inverse: Vec<Vec<f64>> = matrix.into_iter().map(|row| row[k..].to_vec()).collect();
        let products: Vec<f64> = columns.iter().map(|column| dot(column, values)).collect();
        let coefficients: Vec<f64> = inverse.iter().map(|row| dot(row, &products)).collect();
        let rest = (0..values.len())
            .map(|i| (values[i] - columns.iter().zip(&coefficients).map(|(c, b)| c[i] * b).sum::<f64>()).powi(2))
            .sum();
        (rest, inverse)
    }

    #[test]
    fn a_line_fitted_anew_is_that_of_a_regression_with_the_steps() {
        let positions: Vec<f64> = (0..60).map(|i| f64::from(i) + f64::from(i % 3) * 0.2).collect();
        let values: Vec<f64> = (0..60).map(|i| f64::from(i * i % 17) + 0.4 * f64::from(i)).collect();
        let indicator = |from: usize, to: usize| (0..60).map(|i| f64::from(u8::from(i >= from && i < to))).collect();
        let columns: Vec<Vec<f64>> = vec![indicator(0, 20), indicator(20, 60), positions.clone()];
        let (_, inverse) = fit(&columns, &values);
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        let want: f64 = (0..3).map(|j| inverse[2][j] * dot(&columns[j], &values)).sum();
        let first = Slope::new(&positions, 0.1);
        let (flat, slope) = first.refitted(&Flat::of(&values, &positions, 0.1).values, &[20]).unwrap();
        assert!((slope.per_step - want).abs() < 1e-12, "{} {want}", slope.per_step);
        for (i, (flat, value)) in flat.iter().zip(&values).enumerate() {
            assert!((flat + slope.height(i) - value).abs() < 1e-12);
        }
    }

    #[test]
    fn gains_and_variances_are_those_of_a_regression_with_all_of_them() {
        let n = 60;
        let positions: Vec<f64> = (0..n).map(|i| f64::from(i) + f64::from(i % 3) * 0.2).collect();
        let values: Vec<f64> = (0..n).map(|i| f64::from(i * i % 17) + 0.4 * f64::from(i)).collect();
        let edges = [0, 20, 45, 60];
        let indicator = |from: usize, to: usize| (0..60).map(|i| f64::from(u8::from(i >= from && i < to))).collect();
        let with: Vec<Vec<f64>> = vec![indicator(0, 20), indicator(20, 45), indicator(45, 60), positions.clone()];
        let slope = Slope::new(&positions, 0.4);
        let beside = slope.beside(&values, &edges).unwrap();
        for at in [12, 20, 31] {
            let with: Vec<Vec<f64>> = vec![indicator(0, at), indicator(at, 45), indicator(45, 60), positions.clone()];
            let without: Vec<Vec<f64>> = vec![indicator(0, 45), indicator(45, 60), positions.clone()];
            let want = fit(&without, &values).0 - fit(&with, &values).0;
            assert!((beside[0].gain(at) - want).abs() < 1e-8 * want.max(1.0), "{at}: {} {want}", beside[0].gain(at));
        }
        // the covariance of the coefficients is the inverse times the variance of the noise
        let (_, inverse) = fit(&with, &values);
        let variance = |weights: [f64; 4]| -> f64 {
            (0..4).map(|i| (0..4).map(|j| weights[i] * inverse[i][j] * weights[j]).sum::<f64>()).sum()
        };
        let shares = beside[1].shares(45, 47.0).unwrap();
        assert!((shares.step - variance([0.0, -1.0, 1.0, 0.0])).abs() < 1e-12);
        assert!((shares.before - variance([0.0, 1.0, 0.0, 47.0])).abs() < 1e-10);
        assert!((shares.after - variance([0.0, 0.0, 1.0, 47.0])).abs() < 1e-10);
        assert!((slope.share(&edges).unwrap() - variance([0.0, 0.0, 0.0, 1.0])).abs() < 1e-12);
    }
}
