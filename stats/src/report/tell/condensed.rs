//! A long series as means per window: short enough for questions that cost more than one pass over it.

use super::signal::readable_width;
use crate::error::Result;
use crate::series::{NanPolicy, Series};
use crate::time::{Grid, Span};

/// A series of at most about `most` values that tells the course of a longer one: the mean of each window of a width that people read, with
/// the note that says so. `None` where the series is no longer than that, or so many of its samples share their time that it may be several
/// series mixed, which means would hide.
///
/// Each mean stands at its window's start; a window without a sample has none. Windows are whole (aligned to the epoch), so that
/// a season of a day stays one. Not for peaks, which means hide, nor for the noise of single samples.
///
/// ```
/// use sre_stats::prelude::*;
/// use sre_stats::report::tell::condensed::condensed;
/// let times: Vec<i64> = (0..7200).map(|s| s * 1_000_000_000).collect();
/// let values = (0..7200).map(f64::from).collect();
/// let load = Series::new(Identity::new("load", Unit::None), times, values, NanPolicy::Drop)?;
/// let (short, note) = condensed(&load, 250)?.ok_or("it is longer")?;
/// // 30 s each: the mean of 0 … 29 is 14.5
/// assert_eq!((short.len(), short.values()[0]), (240, 14.5));
/// assert_eq!(note, "told by the mean per 30s of its 7200 values");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// As [`Series::new`].
pub fn condensed(series: &Series, most: usize) -> Result<Option<(Series, String)>> {
    let most = most.max(1);
    if series.len() <= most || series.mixed().is_some() {
        return Ok(None);
    }
    let width = readable_width(series.window().width, most);
    let (mut times, mut values) = (Vec::new(), Vec::new());
    for (window, run) in Grid::new(width, Span::ZERO)?.runs(series.times()) {
        let part = series.values().get(run).unwrap_or_default();
        times.push(window.start.0);
        // around the first value, so that a far offset costs no digits
        let base = part.first().copied().unwrap_or_default();
        values.push(base + part.iter().map(|v| v - base).sum::<f64>() / part.len().max(1) as f64);
    }
    let note = format!("told by the mean per {} of its {} values", super::words::width(width), series.len());
    Ok(Some((Series::new(series.identity().clone(), times, values, NanPolicy::Drop)?, note)))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::series::Identity;
    use crate::unit::Unit;

    fn series(times: Vec<i64>, values: Vec<f64>) -> Series {
        Series::new(Identity::new("x", Unit::Second), times, values, NanPolicy::Refuse).unwrap()
    }

    #[test]
    fn means_are_those_of_the_windows_and_gaps_stay() {
        // two hours, a hole in the middle, far from 0
        let times: Vec<i64> = (0..7200).filter(|s| !(3000..4000).contains(s)).map(|s| s * 1_000_000_000).collect();
        let values: Vec<f64> = times.iter().map(|t| 1e9 + (t / 1_000_000_000 % 7) as f64).collect();
        let whole = series(times.clone(), values.clone());
        let (short, _) = condensed(&whole, 300).unwrap().unwrap();
        assert!(short.len() <= 300 && short.times().iter().all(|t| t % 30_000_000_000 == 0));
        for (t, mean) in short.times().iter().zip(short.values()) {
            let inside: Vec<f64> = times
                .iter()
                .zip(&values)
                .filter(|(s, _)| (*t..t + 30_000_000_000).contains(*s))
                .map(|p| *p.1)
                .collect();
            let direct = inside.iter().map(|v| v - 1e9).sum::<f64>() / inside.len() as f64;
            assert!((mean - 1e9 - direct).abs() < 1e-6, "{t}: {mean} {direct}");
        }
        assert!(!short.times().iter().any(|t| (3_000..3_990).contains(&(t / 1_000_000_000))));
    }

    #[test]
    fn short_ones_stay_and_odd_ones_are_bounded() {
        assert!(condensed(&series(vec![0, 1, 2], vec![1.0; 3]), 3).unwrap().is_none());
        // two series mixed are left as they are: what is asked of them refuses them
        let twice = (0..1000).map(|i| i / 2).collect();
        assert!(condensed(&series(twice, vec![1.0; 1000]), 100).unwrap().is_none());
        // a thousand samples a nanosecond apart, and a thousand a day apart
        let fast = condensed(&series((0..1000).collect(), vec![1.0; 1000]), 100).unwrap().unwrap().0;
        assert!((50..=101).contains(&fast.len()), "{}", fast.len());
        let days = (0..1000).map(|d| d * Span::DAY.0).collect();
        let slow = condensed(&series(days, vec![1.0; 1000]), 100).unwrap().unwrap().0;
        assert!((50..=101).contains(&slow.len()), "{}", slow.len());
    }
}
