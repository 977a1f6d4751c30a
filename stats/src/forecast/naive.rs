//! The baseline: as it was a season ago, or as it is now.

use super::normal::Variates;

/// The last season, and how much seasons differ.
#[derive(Clone, Debug)]
pub(super) struct Naive {
    /// The next season's places as they were last; the first belongs to the next step.
    last: Vec<f64>,
    variance: f64,
}

impl Naive {
    /// With a season of so many steps, 1 for none. `None` where a place of the season has no value, or no two seasons can be
    /// compared.
    pub(super) fn fit(values: &[f64], season: usize) -> Option<Self> {
        let n = values.len();
        let changes = values.iter().zip(values.get(season..)?);
        let (square, count) =
            changes.map(|(a, b)| b - a).filter(|d| !d.is_nan()).fold((0.0, 0.0), |(s, c), d| (s + d * d, c + 1.0));
        if count == 0.0 {
            return None;
        }
        // the last value of each place that is there
        let place = |i: usize| (0..).map_while(move |c| (n + i).checked_sub((c + 1) * season)).map(|at| values[at]);
        let last = (0..season).map(|i| place(i).find(|v| !v.is_nan())).collect::<Option<Vec<f64>>>()?;
        Some(Self { last, variance: square / count })
    }

    pub(super) fn forecast(&self, steps: usize) -> Vec<f64> {
        (0..steps).map(|h| self.last[h % self.last.len()]).collect()
    }

    /// A place moves by one change a season: after k seasons its variance is k times that of a change.
    pub(super) fn deviations(&self, steps: usize) -> Vec<f64> {
        (0..steps).map(|h| (self.variance * (h / self.last.len() + 1) as f64).sqrt()).collect()
    }

    pub(super) fn path(&self, random: &mut Variates, out: &mut [f64]) {
        let season = self.last.len();
        let sd = self.variance.sqrt();
        for h in 0..out.len() {
            let before = if h < season { self.last[h] } else { out[h - season] };
            out[h] = before + sd * random.next();
        }
    }
}

/// The mean absolute change from season to season: the scale of MASE; `None` where there is none or it is 0.
pub(super) fn scale(values: &[f64], season: usize) -> Option<f64> {
    let changes = values.iter().zip(values.get(season..)?).map(|(a, b)| (b - a).abs()).filter(|d| !d.is_nan());
    let (sum, count) = changes.fold((0.0, 0.0), |(s, c), d| (s + d, c + 1.0));
    (sum > 0.0).then(|| sum / count)
}
