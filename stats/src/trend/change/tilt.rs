//! A straight line beneath the steps, which steps alone would climb as a staircase.

use super::super::pelt::edges_of;

/// At least so many samples lie between the two of a pair whose difference tells the slope.
const APART: usize = 12;
/// How often slope and steps are fitted in turn.
const ROUNDS: usize = 3;

/// Values without a line.
#[derive(Clone, Debug)]
pub(super) struct Flat {
    /// The slope that was taken out, per step of the positions.
    pub(super) slope: f64,
    /// The values turned about the middle of the positions, so that their mean stays.
    pub(super) values: Vec<f64>,
}

impl Flat {
    pub(super) fn of(values: &[f64], positions: &[f64], slope: f64) -> Self {
        let middle = positions.iter().sum::<f64>() / positions.len().max(1) as f64;
        let values = values.iter().zip(positions).map(|(v, x)| v - slope * (x - middle)).collect();
        Self { slope, values }
    }

    /// Without the line that goes on beneath the steps that `segment` finds, which gives the penalty of one too: first by the median of
    /// differences far apart, of which each step changes a tenth, then by least squares within the stretches, where a step that the line
    /// explains as well is none. `None` where positions do not vary.
    pub(super) fn beneath_steps(
        values: &[f64],
        positions: &[f64],
        segment: impl Fn(&[f64]) -> (Vec<usize>, f64),
    ) -> Option<Self> {
        let mut flat = Self::of(values, positions, median_slope(values, positions)?);
        for _ in 0..ROUNDS {
            let (changes, penalty) = segment(&flat.values);
            let mut stretches = Sums::of_stretches(values, positions, &changes)?;
            without_idle_steps(&mut stretches, penalty);
            let slope = slope_within(&stretches)?;
            let settled = (slope - flat.slope).abs() <= 1e-9 * slope.abs();
            flat = Self::of(values, positions, slope);
            if settled {
                break;
            }
        }
        Some(flat)
    }
}

/// Numbers of a stretch: count, means, and sums of squares and products around them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sums {
    pub(super) n: f64,
    pub(super) x: f64,
    v: f64,
    pub(super) xx: f64,
    pub(super) xv: f64,
    pub(super) vv: f64,
}

impl Sums {
    pub(super) fn of_stretches(values: &[f64], positions: &[f64], changes: &[usize]) -> Option<Vec<Self>> {
        edges_of(changes, values.len())
            .windows(2)
            .map(|edge| Some(Self::of(values.get(edge[0]..edge[1])?, positions.get(edge[0]..edge[1])?)))
            .collect()
    }

    pub(super) fn of(v: &[f64], x: &[f64]) -> Self {
        let n = v.len().max(1) as f64;
        let (mean_x, mean_v) = (x.iter().sum::<f64>() / n, v.iter().sum::<f64>() / n);
        let mut sums = Self { n, x: mean_x, v: mean_v, xx: 0.0, xv: 0.0, vv: 0.0 };
        for (v, x) in v.iter().zip(x) {
            let (dx, dv) = (x - mean_x, v - mean_v);
            sums.xx += dx * dx;
            sums.xv += dx * dv;
            sums.vv += dv * dv;
        }
        sums
    }

    /// Two neighbouring stretches as one (Chan, Golub and `LeVeque`, 1979).
    pub(super) fn joined(&self, other: &Self) -> Self {
        let n = self.n + other.n;
        let (dx, dv, weight) = (other.x - self.x, other.v - self.v, self.n * other.n / n);
        Self {
            n,
            x: self.x + dx * other.n / n,
            v: self.v + dv * other.n / n,
            xx: self.xx + other.xx + dx * dx * weight,
            xv: self.xv + other.xv + dx * dv * weight,
            vv: self.vv + other.vv + dv * dv * weight,
        }
    }
}

/// Joins, weakest first, neighbours whose step saves less than the penalty beside a common slope.
fn without_idle_steps(stretches: &mut Vec<Sums>, penalty: f64) {
    // sums of squares that a common slope leaves
    let left = |xx: f64, xv: f64, vv: f64| if xx > 0.0 { vv - xv * xv / xx } else { vv };
    while stretches.len() > 1 {
        let [xx, xv, vv] = stretches.iter().fold([0.0; 3], |s, a| [s[0] + a.xx, s[1] + a.xv, s[2] + a.vv]);
        let saved = |pair: &[Sums]| {
            let (a, b, both) = (&pair[0], &pair[1], pair[0].joined(&pair[1]));
            let without = left(xx + both.xx - a.xx - b.xx, xv + both.xv - a.xv - b.xv, vv + both.vv - a.vv - b.vv);
            without - left(xx, xv, vv)
        };
        let all: Vec<f64> = stretches.windows(2).map(saved).collect();
        let Some(weakest) = (0..all.len()).min_by(|i, j| all[*i].total_cmp(&all[*j])) else { return };
        if all[weakest] >= penalty {
            return;
        }
        stretches[weakest] = stretches[weakest].joined(&stretches[weakest + 1]);
        stretches.remove(weakest + 1);
    }
}

/// The median slope of pairs a tenth of the series apart.
fn median_slope(values: &[f64], positions: &[f64]) -> Option<f64> {
    let apart = (values.len() / 10).max(APART);
    let later = values.iter().zip(positions).skip(apart);
    let slope = |((v, x), (w, y)): ((&f64, &f64), (&f64, &f64))| (w - v) / (y - x);
    let mut slopes: Vec<f64> = values.iter().zip(positions).zip(later).map(slope).filter(|s| s.is_finite()).collect();
    (!slopes.is_empty()).then(|| super::super::theil_sen::median(&mut slopes))
}

/// The common slope of stretches that each have a level of their own, by least squares.
pub(super) fn slope_within(stretches: &[Sums]) -> Option<f64> {
    let (xv, xx) = stretches.iter().fold((0.0, 0.0), |s, a| (s.0 + a.xv, s.1 + a.xx));
    (xx > 0.0).then(|| xv / xx)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_line_beneath_a_step_is_found_as_it_is() {
        let positions: Vec<f64> = (0..200).map(f64::from).collect();
        let at =
            |i: usize| 0.3 * i as f64 + if i >= 130 { 9.0 } else { 0.0 } + f64::from(u8::from(i.is_multiple_of(3)));
        let values: Vec<f64> = (0..200).map(at).collect();
        // two steps are none: the line explains them as well
        let flat = Flat::beneath_steps(&values, &positions, |_| (vec![60, 130, 180], 3.0)).unwrap();
        assert!((flat.slope - 0.3).abs() < 1e-3, "{}", flat.slope);
        let mean = |v: &[f64]| v.iter().sum::<f64>() / v.len() as f64;
        assert!((mean(&flat.values) - mean(&values)).abs() < 1e-9);
        assert!((mean(&flat.values[130..]) - mean(&flat.values[..130]) - 9.0).abs() < 0.05);
        let (whole, parts) =
            (Sums::of(&values, &positions), Sums::of_stretches(&values, &positions, &[50, 51]).unwrap());
        let joined = parts[0].joined(&parts[1]).joined(&parts[2]);
        assert!((joined.xv / whole.xv - 1.0).abs() < 1e-12 && (joined.vv / whole.vv - 1.0).abs() < 1e-12);
        assert!(Flat::beneath_steps(&values, &[1.0; 200], |_| (Vec::new(), 1.0)).is_none());
    }
}
