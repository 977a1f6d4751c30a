//! Which peaks a zoom hides: what means, p90s and min–max bands of windows keep of the greatest value.

use super::ladder::Ladder;
use crate::error::{Error, Result};
use crate::estimate::Estimate;
use crate::method::Method;
use crate::quantile::Quantile;
use crate::series::Series;
use crate::time::{Grid, Span, Timestamp};

/// What aggregates of one width show of the peak.
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
    /// The greatest nearest-rank p90 of a window.
    pub max_of_p90: Estimate,
    /// How much lower it is, as a share of the true peak; `None` where the peak is 0.
    pub p90_loss: Option<f64>,
    /// The ends of the min–max band over all windows: it keeps the peak at every width.
    pub band: (f64, f64),
}

/// A stretch of neighbouring samples above a limit.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Peak {
    /// The time of its first sample.
    pub start: Timestamp,
    /// The time of its last sample.
    pub end: Timestamp,
    /// How many samples it has.
    pub samples: u64,
    /// Its greatest value.
    pub height: f64,
    /// The narrowest width at which no mean of a window that meets it is above the limit; `None` where it shows at every width.
    #[serde(rename = "hidden_by_means_s")]
    pub hidden_by_means: Option<Span>,
    /// The narrowest width at which no p90 of a window that meets it is above the limit; `None` where it shows at every width.
    #[serde(rename = "hidden_by_p90_s")]
    pub hidden_by_p90: Option<Span>,
    /// At which widths of the ladder means hide it, in their order: a wider window may show again what a narrower one hides, where it meets
    /// more of the peak.
    pub hidden: Vec<bool>,
    /// The same of p90s.
    pub hidden_from_p90: Vec<bool>,
}

/// The peaks above a limit, and at which widths they disappear.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct HiddenPeaks {
    /// What a sample must exceed to belong to a peak.
    pub limit: f64,
    /// The widths, increasing.
    #[serde(rename = "widths_s")]
    pub widths: Vec<Span>,
    /// How many peaks there are.
    pub count: u64,
    /// The peaks, in order of time. A gap of the series ends a peak.
    pub peaks: Vec<Peak>,
    /// How many of them means of each width hide.
    pub hidden_by_means: Vec<u64>,
    /// How many of them p90s of each width hide.
    pub hidden_by_p90: Vec<u64>,
}

impl HiddenPeaks {
    /// The same with the highest `n` peaks listed, in order of time; the counts stay those of all.
    #[must_use]
    pub fn highest(mut self, n: usize) -> Self {
        if self.peaks.len() > n {
            self.peaks.sort_by(|a, b| b.height.total_cmp(&a.height).then(a.start.cmp(&b.start)));
            self.peaks.truncate(n);
            self.peaks.sort_by_key(|p| p.start);
        }
        self
    }
}

/// The greatest mean and p90 over windows of each width, and the ends of their min–max band, beside the true peak.
///
/// Windows are of phase 0 and count the samples in them; there is no weight for time. The greatest p90 of windows with fewer
/// than ten samples is their maximum, by nearest rank.
///
/// ```
/// use sre_stats::series::{Identity, NanPolicy, Series};
/// use sre_stats::window::peaks;
/// let times: Vec<i64> = (0..120).map(|i| i * 1_000_000_000).collect();
/// let values = (0..120).map(|i| if i == 70 { 100.0 } else { 10.0 }).collect();
/// let load = Series::new(Identity::default(), times, values, NanPolicy::Drop)?;
/// let minute = &peaks(&load, &"1m".parse()?)?[0];
/// assert_eq!((minute.max_of_means.value, minute.max_of_p90.value, minute.band.1), (11.5, 10.0, 100.0));
/// assert_eq!(minute.loss, Some(0.885));
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// Where a width is not more than 0.
pub fn peaks(series: &Series, ladder: &Ladder) -> Result<Vec<PeakRow>> {
    let scope = series.scope();
    let (low, peak) = extremes(series.values());
    let truth = Estimate::new(peak, Method::Named("maximum"), series.len() as u64, &scope);
    let lost = |shown: f64| (peak != 0.0).then(|| (peak - shown) / peak.abs());
    let mut scratch = Vec::new();
    ladder
        .widths()
        .iter()
        .map(|&width| {
            let shown = shown(series, width, &mut scratch)?;
            let windows = shown.len() as u64;
            let greatest = |of: fn(&Shown) -> f64| shown.iter().map(of).fold(f64::NEG_INFINITY, f64::max);
            let (mean, p90) = (greatest(|s| s.mean), greatest(|s| s.p90));
            let told = |value: f64, what: &str| {
                Estimate::new(value, Method::Described(format!("maximum of {what} of {width}")), windows, &scope)
            };
            Ok(PeakRow {
                width,
                true_peak: truth.clone(),
                max_of_means: told(mean, "means"),
                loss: lost(mean),
                max_of_p90: told(p90, "p90"),
                p90_loss: lost(p90),
                band: (low, peak),
            })
        })
        .collect()
}

/// The peaks above a limit, each with the widths at which means and p90s of windows no longer show it.
///
/// Without a limit it is half-way between the median and the maximum. A peak shows at a width while some window that holds one
/// of its samples has a mean (or p90) above the limit.
///
/// # Errors
/// Where a width is not more than 0, or the limit is not finite.
pub fn hidden_peaks(series: &Series, ladder: &Ladder, limit: Option<f64>) -> Result<HiddenPeaks> {
    let limit = match limit {
        Some(limit) if !limit.is_finite() => {
            return Err(Error::argument(format!("a limit of {limit} divides no values")));
        }
        Some(limit) => limit,
        None => {
            let median = Quantile::MEDIAN;
            let found = crate::quantile::quantiles(
                series.values(),
                &[median],
                crate::method::Definition::Type1,
                &series.scope(),
            )?;
            let median = found.first().map_or(0.0, |e| e.value);
            median.midpoint(extremes(series.values()).1)
        }
    };
    let runs = above(series, limit);
    let mut peaks: Vec<Peak> = runs
        .iter()
        .map(|run| Peak {
            start: Timestamp(series.times()[run.start]),
            end: Timestamp(series.times()[run.end - 1]),
            samples: run.len() as u64,
            height: extremes(&series.values()[run.clone()]).1,
            hidden_by_means: None,
            hidden_by_p90: None,
            hidden: Vec::with_capacity(ladder.widths().len()),
            hidden_from_p90: Vec::with_capacity(ladder.widths().len()),
        })
        .collect();
    let mut out = HiddenPeaks {
        limit,
        widths: ladder.widths().to_vec(),
        count: peaks.len() as u64,
        peaks: Vec::new(),
        hidden_by_means: Vec::new(),
        hidden_by_p90: Vec::new(),
    };
    let mut scratch = Vec::new();
    for &width in ladder.widths() {
        let shown = shown(series, width, &mut scratch)?;
        let (mut by_means, mut by_p90) = (0, 0);
        let mut at = 0;
        for (peak, run) in peaks.iter_mut().zip(&runs) {
            // the first window that ends after the peak begins
            at += shown[at..].partition_point(|s| s.end <= run.start);
            let met = shown[at..].iter().take_while(|s| s.start < run.end);
            let (mean, p90) =
                met.fold((f64::NEG_INFINITY, f64::NEG_INFINITY), |m, s| (m.0.max(s.mean), m.1.max(s.p90)));
            peak.hidden.push(mean <= limit);
            peak.hidden_from_p90.push(p90 <= limit);
            if mean <= limit {
                by_means += 1;
                peak.hidden_by_means.get_or_insert(width);
            }
            if p90 <= limit {
                by_p90 += 1;
                peak.hidden_by_p90.get_or_insert(width);
            }
        }
        out.hidden_by_means.push(by_means);
        out.hidden_by_p90.push(by_p90);
    }
    out.peaks = peaks;
    Ok(out)
}

/// What one window shows, and the samples in it.
struct Shown {
    start: usize,
    end: usize,
    mean: f64,
    p90: f64,
}

fn shown(series: &Series, width: Span, scratch: &mut Vec<f64>) -> Result<Vec<Shown>> {
    let grid = Grid::new(width, Span::ZERO)?;
    Ok(grid
        .runs(series.times())
        .map(|(_, run)| {
            let inside = &series.values()[run.clone()];
            let rank = Quantile::P90.rank(inside.len() as u64) as usize;
            scratch.clear();
            scratch.extend_from_slice(inside);
            let (_, p90, _) = scratch.select_nth_unstable_by(rank - 1, f64::total_cmp);
            Shown { start: run.start, end: run.end, mean: inside.iter().sum::<f64>() / inside.len() as f64, p90: *p90 }
        })
        .collect())
}

fn extremes(values: &[f64]) -> (f64, f64) {
    values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(*v), high.max(*v)))
}

/// The runs of neighbouring samples above a limit; a gap ends a run.
fn above(series: &Series, limit: f64) -> Vec<std::ops::Range<usize>> {
    let longest = series.step().map_or(i64::MAX, |s| s.0.saturating_add(s.0 / 2));
    let mut out: Vec<std::ops::Range<usize>> = Vec::new();
    for (i, (&t, &v)) in series.times().iter().zip(series.values()).enumerate() {
        if v > limit {
            match out.last_mut() {
                Some(run) if run.end == i && t.saturating_sub(series.times()[i - 1]) <= longest => run.end = i + 1,
                _ => out.push(i..i + 1),
            }
        }
    }
    out
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::series::{Identity, NanPolicy};
    use crate::unit::Unit;
    use proptest::prelude::*;

    fn load(values: Vec<f64>) -> Series {
        let times = (0..values.len() as i64).map(|i| i * 1_000_000_000).collect();
        Series::new(Identity::new("load", Unit::None), times, values, NanPolicy::Refuse).unwrap()
    }

    #[test]
    fn a_short_peak_shrinks_with_the_width() {
        let s = load((0..600).map(|i| if (100..110).contains(&i) { 70.0 } else { 10.0 }).collect());
        let rows = peaks(&s, &"1s,1m,10m".parse().unwrap()).unwrap();
        let shown: Vec<f64> = rows.iter().map(|r| r.max_of_means.value).collect();
        assert_eq!(shown, [70.0, 20.0, 11.0]);
        assert_eq!(rows[0].loss, Some(0.0));
        assert_eq!(rows[1].max_of_means.n, 10);
        // ten of sixty are more than a tenth, ten of six hundred are not
        let p90: Vec<f64> = rows.iter().map(|r| r.max_of_p90.value).collect();
        assert_eq!(p90, [70.0, 70.0, 10.0]);
        assert!(rows.iter().all(|r| r.band == (10.0, 70.0)));
    }

    #[test]
    fn peaks_disappear_at_the_width_that_dilutes_them() {
        // one second, ten seconds and two minutes above the limit
        let mut values = vec![0.0; 3600];
        values[100] = 100.0;
        values[1200..1210].fill(100.0);
        values[2400..2520].fill(100.0);
        let found = hidden_peaks(&load(values), &"1s,5s,30s,1m,5m,1h".parse().unwrap(), None).unwrap();
        assert_eq!(found.limit, 50.0);
        let hidden: Vec<(u64, Option<String>, Option<String>)> = found
            .peaks
            .iter()
            .map(|p| (p.samples, p.hidden_by_means.map(Span::compact), p.hidden_by_p90.map(Span::compact)))
            .collect();
        let text = |s: &str| Some(s.to_owned());
        assert_eq!(
            hidden,
            // a mean is at the limit, and not above it, where half of the window is; a p90 where nine tenths are below
            [(1, text("5s"), text("30s")), (10, text("30s"), text("5m")), (120, text("5m"), text("1h"))]
        );
        assert_eq!(found.hidden_by_means, [0, 1, 2, 2, 3, 3]);
        assert_eq!(found.hidden_by_p90, [0, 0, 1, 1, 2, 3]);
        let one = found.highest(1);
        assert_eq!((one.count, one.peaks.len(), one.peaks[0].samples), (3, 1, 1));
        assert!(hidden_peaks(&load(vec![1.0]), &Ladder::default(), Some(f64::NAN)).is_err());
        assert!(hidden_peaks(&load(vec![1.0; 9]), &Ladder::default(), None).unwrap().peaks.is_empty());
    }

    proptest! {
        /// By laying every window over every sample.
        #[test]
        fn agrees_with_every_window_looked_at(
            values in prop::collection::vec(0_i32..20, 1..80),
            gaps in prop::collection::vec(1_i64..3, 80),
            width in 1_i64..25,
            limit in 0_i32..20,
        ) {
            let mut t = -30;
            let times: Vec<i64> = gaps.iter().take(values.len()).map(|g| { t += g; t }).collect();
            let values: Vec<f64> = values.into_iter().map(f64::from).collect();
            let s = Series::new(Identity::default(), times.clone(), values.clone(), NanPolicy::Refuse).unwrap();
            let ladder = Ladder::new(&[Span(width)]).unwrap();
            let inside = |k: i64| -> Vec<f64> {
                let mut v: Vec<f64> =
                    times.iter().zip(&values).filter(|(t, _)| t.div_euclid(width) == k).map(|(_, v)| *v).collect();
                v.sort_by(f64::total_cmp);
                v
            };
            let mean = |v: &[f64]| v.iter().sum::<f64>() / v.len() as f64;
            let p90 = |v: &[f64]| v[(v.len() * 9).div_ceil(10) - 1];
            let all: Vec<Vec<f64>> = (-40..140).map(inside).filter(|v| !v.is_empty()).collect();
            let row = &peaks(&s, &ladder).unwrap()[0];
            let most = |f: &dyn Fn(&[f64]) -> f64| all.iter().map(|v| f(v)).fold(f64::NEG_INFINITY, f64::max);
            prop_assert!((row.max_of_means.value - most(&mean)).abs() < 1e-12);
            prop_assert_eq!(row.max_of_p90.value, most(&p90));
            let limit = f64::from(limit);
            let found = hidden_peaks(&s, &ladder, Some(limit)).unwrap();
            for peak in &found.peaks {
                let met: Vec<Vec<f64>> = times
                    .iter()
                    .filter(|t| **t >= peak.start.0 && **t <= peak.end.0)
                    .map(|t| inside(t.div_euclid(width)))
                    .collect();
                prop_assert_eq!(peak.hidden_by_means.is_some(), met.iter().all(|v| mean(v) <= limit));
                prop_assert_eq!(peak.hidden_by_p90.is_some(), met.iter().all(|v| p90(v) <= limit));
            }
            let in_peaks: u64 = found.peaks.iter().map(|p| p.samples).sum();
            prop_assert_eq!(in_peaks, values.iter().filter(|v| **v > limit).count() as u64);
        }
    }
}
