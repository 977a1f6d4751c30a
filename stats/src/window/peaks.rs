//! Which peaks a zoom hides: the greatest mean of a window against the greatest value.

use super::ladder::Ladder;
use crate::error::Result;
use crate::estimate::Estimate;
use crate::method::Method;
use crate::series::Series;
use crate::time::{Grid, Span};

/// The peak that means of one width show.
#[derive(Clone, Debug, serde::Serialize)]
pub struct PeakRow {
    /// The width of the windows, at phase 0.
    #[serde(rename = "width_s")]
    pub width: Span,
    /// The greatest value of the series.
    pub true_peak: Estimate,
    /// The greatest mean of a window.
    pub max_of_means: Estimate,
    /// How much lower it is, as a share of the true peak; `None` where the peak is 0.
    pub loss: Option<f64>,
}

/// The greatest mean over windows of each width, beside the true peak.
///
/// # Errors
/// Where a width is not more than 0.
pub fn peaks(series: &Series, ladder: &Ladder) -> Result<Vec<PeakRow>> {
    let scope = series.scope();
    let peak = series.values().iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let truth = Estimate::new(peak, Method::Named("maximum"), series.len() as u64, &scope);
    ladder
        .widths()
        .iter()
        .map(|&width| {
            let grid = Grid::new(width, Span::ZERO)?;
            let (mut best, mut windows) = (f64::NEG_INFINITY, 0_u64);
            let mut at = 0;
            while let Some(&t) = series.times().get(at) {
                let end = grid.window_at(crate::time::Timestamp(t)).end().0;
                let n = series.times()[at..].partition_point(|&t| t < end).max(1);
                best = best.max(series.values()[at..at + n].iter().sum::<f64>() / n as f64);
                (at, windows) = (at + n, windows + 1);
            }
            Ok(PeakRow {
                width,
                true_peak: truth.clone(),
                max_of_means: Estimate::new(
                    best,
                    Method::Described(format!("maximum of means of {width}")),
                    windows,
                    &scope,
                ),
                loss: (peak != 0.0).then(|| (peak - best) / peak.abs()),
            })
        })
        .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::series::{Identity, NanPolicy};
    use crate::unit::Unit;

    #[test]
    fn a_short_peak_shrinks_with_the_width() {
        let times = (0..600).map(|i| i * 1_000_000_000).collect();
        let values = (0..600).map(|i| if (100..110).contains(&i) { 70.0 } else { 10.0 }).collect();
        let s = Series::new(Identity::new("load", Unit::None), times, values, NanPolicy::Refuse).unwrap();
        let rows = peaks(&s, &"1s,1m,10m".parse().unwrap()).unwrap();
        let shown: Vec<f64> = rows.iter().map(|r| r.max_of_means.value).collect();
        assert_eq!(shown, [70.0, 20.0, 11.0]);
        assert_eq!(rows[0].loss, Some(0.0));
        assert_eq!(rows[1].max_of_means.n, 10);
    }
}
