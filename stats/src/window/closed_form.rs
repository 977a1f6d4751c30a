//! What theory says time slices charge, for incidents of known length and a phase that is uniform.
//!
//! An incident of length d makes every slice bad that begins in an interval of length ℓ·w, where ℓ = d/w + 1 − 2θ: from the
//! start that sees θ·w of its beginning to the one that sees θ·w of its end. An interval of length ℓ·w holds ⌊ℓ⌋ or ⌈ℓ⌉ of
//! the starts that lie w apart, ℓ on average. An incident shorter than θ·w is never seen and charges nothing.
//!
//! Where ℓ is a whole number, a single phase is an exception: the one at which starts fall on both ends of the interval. Rules
//! that are strict (any-bad, percentiles, ratios) exclude the ends, and charge ℓ − 1 slices there; shares include them, and
//! charge ℓ + 1. Outages and buckets that both keep to whole minutes meet that phase all the time, so least and greatest
//! charge count it.
//!
//! With phases of whole ticks instead of a continuous one, θ·w becomes the least number k of bad ticks that make a slice bad
//! and ℓ·w becomes D + W + 1 − 2k ticks: exact, and not an approximation, for phases tried at the data's resolution.

use crate::error::{Error, Result};
use crate::quantile::snapped_product;
use crate::time::Span;

/// What slices of one width charge over the phases, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct ClosedForm {
    /// The least. With several incidents: a bound, reached only where their phases conspire.
    #[serde(rename = "min_s")]
    pub min: f64,
    /// The mean.
    #[serde(rename = "mean_s")]
    pub mean: f64,
    /// The greatest. With several incidents: a bound.
    #[serde(rename = "max_s")]
    pub max: f64,
    /// The standard deviation; with several incidents `None`, as it depends on where they lie.
    #[serde(rename = "sd_s")]
    pub sd: Option<f64>,
}

impl ClosedForm {
    const NOTHING: Self = Self { min: 0.0, mean: 0.0, max: 0.0, sd: Some(0.0) };

    /// One incident whose bad starts fill `length` of the units of which a slice has `width`.
    fn one(length: f64, width: f64, unit_s: f64, ends: Ends) -> Self {
        // a ratio that misses a whole number only by rounding is that number
        let slices = snapped_product(length / width);
        let f = slices - slices.floor();
        let w = width * unit_s;
        let (least, most) = ends.slices(slices);
        Self { min: w * least, mean: w * slices, max: w * most, sd: Some(w * (f * (1.0 - f)).sqrt()) }
    }

    fn plus(self, other: Self) -> Self {
        Self { min: self.min + other.min, mean: self.mean + other.mean, max: self.max + other.max, sd: None }
    }
}

/// Whether the ends of the interval of bad starts belong to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ends {
    /// Neither: a slice with exactly θ·w of bad time is good.
    Outside,
    /// Both: such a slice is bad.
    Inside,
    /// Phases of whole ticks, at which a slice's start is never on a far end.
    OnTicks,
}

impl Ends {
    /// The fewest and the most starts, one apart, that an interval of length ℓ can hold.
    pub(super) fn slices(self, length: f64) -> (f64, f64) {
        match self {
            Self::Outside => ((length.ceil() - 1.0).max(0.0), length.ceil()),
            Self::Inside => (length.floor(), length.floor() + 1.0),
            Self::OnTicks => (length.floor(), length.ceil()),
        }
    }
}

fn checked(d: Span, w: Span, theta: f64) -> Result<()> {
    if d.0 < 0 || w.0 <= 0 {
        return Err(Error::argument(format!("an incident of {d} in slices of {w} has no closed form"))
            .hint("give lengths that are not negative and a width of more than 0"));
    }
    if theta >= 0.0 { Ok(()) } else { Err(Error::argument(format!("a share θ of {theta} is negative"))) }
}

/// What one incident of length `d` is charged by slices of width `w` under share `theta` (0: any bad time), over a
/// continuous, uniform phase: mean d + w(1−2θ), deviation w√(f(1−f)) with f = ℓ − ⌊ℓ⌋; all 0 where d < θ·w. Least and greatest
/// are w⌊ℓ⌋ and w⌈ℓ⌉ where ℓ is not whole. Where it is, any bad time is charged w(ℓ − 1) at one single phase, and a share
/// w(ℓ + 1).
///
/// ```
/// use sre_stats::{time::Span, window::closed_form::single_incident};
/// let minute = single_incident(Span::MINUTE, Span::from_secs(300), 0.0)?;
/// assert_eq!((minute.min, minute.mean, minute.max), (300.0, 360.0, 600.0));
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// [`Argument`](crate::ErrorKind::Argument) for a negative length or share, or a width that is not more than 0.
pub fn single_incident(d: Span, w: Span, theta: f64) -> Result<ClosedForm> {
    checked(d, w, theta)?;
    // more than a slice cannot be bad: such a slice is never seen
    if d.0 == 0 || theta > 1.0 || (d.0 as f64) < theta * w.0 as f64 {
        return Ok(ClosedForm::NOTHING);
    }
    let length = d.0 as f64 + w.0 as f64 * (1.0 - 2.0 * theta);
    let ends = if theta == 0.0 { Ends::Outside } else { Ends::Inside };
    Ok(ClosedForm::one(length, w.0 as f64, 1e-9, ends))
}

/// What `incidents`, at least one slice apart, are charged together: the sum of [`single_incident`] over them.
///
/// Where each is at least θ·w long and they add up to D, the mean is D + M·w(1−2θ).
///
/// # Errors
/// As [`single_incident`].
pub fn separated(incidents: &[Span], w: Span, theta: f64) -> Result<ClosedForm> {
    let mut sum: Option<ClosedForm> = None;
    for &d in incidents {
        let one = single_incident(d, w, theta)?;
        sum = Some(sum.map_or(one, |s| s.plus(one)));
    }
    checked(Span::ZERO, w, theta)?;
    Ok(sum.unwrap_or(ClosedForm::NOTHING))
}

/// The share θ of a slice that an outage with a steady error ratio must fill for the slice to miss its availability target:
/// (1 − T)/e. Above 1 such an outage is never seen, however long it lasts.
///
/// # Errors
/// [`Argument`](crate::ErrorKind::Argument) where the target is not in [0, 1] or the error ratio not in (0, 1].
pub fn theta_of_target(target: crate::quantile::Quantile, error_ratio: f64) -> Result<f64> {
    if error_ratio > 0.0 && error_ratio <= 1.0 {
        Ok(target.complement() / error_ratio)
    } else {
        Err(Error::argument(format!("an error ratio of {error_ratio} is not in (0, 1]")))
    }
}

/// The form over phases of whole ticks: incidents of `lengths` ticks, slices of `w` ticks, bad with `k` bad ticks or more.
pub(super) fn of_ticks(lengths: &[i64], w: i64, k: i64, resolution: Span) -> ClosedForm {
    let one = |d: i64| {
        if d < k || w < k {
            ClosedForm::NOTHING
        } else {
            ClosedForm::one((d + w + 1 - 2 * k) as f64, w as f64, resolution.as_secs_f64(), Ends::OnTicks)
        }
    };
    let mut sums = lengths.iter().map(|&d| one(d));
    let first = sums.next().unwrap_or(ClosedForm::NOTHING);
    sums.fold(first, ClosedForm::plus)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// Bad slices at one continuous phase, by laying the slices down.
    fn laid_down(d: f64, w: f64, theta: f64, phase: f64) -> f64 {
        let mut charged = 0.0;
        let mut start = phase - w;
        while start < d {
            let bad = (start + w).min(d) - start.max(0.0);
            if bad > 1e-9 && bad >= theta * w - 1e-9 {
                charged += w;
            }
            start += w;
        }
        charged
    }

    #[test]
    fn the_formulas_agree_with_slices_laid_down_at_every_phase() {
        let phases = 20_000;
        for theta in [0.0, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0] {
            for (d, w) in [(60, 300), (7, 11), (299, 300), (1000, 60), (137, 10), (45, 60), (1, 3600), (500, 499)] {
                let form = single_incident(Span::from_secs(d), Span::from_secs(w), theta).unwrap();
                let (df, wf) = (d as f64, w as f64);
                // phases at an irrational offset miss the slices that touch the threshold exactly
                let mut all: Vec<f64> = (0..phases)
                    .map(|i| laid_down(df, wf, theta, wf * (f64::from(i) + 0.618_033_988_7) / f64::from(phases)))
                    .collect();
                let mean = all.iter().sum::<f64>() / f64::from(phases);
                let sd = (all.iter().map(|c| (c - mean).powi(2)).sum::<f64>() / f64::from(phases)).sqrt();
                // the two phases at which a slice begins at an end of the interval of bad starts
                all.extend([wf * (theta - 1.0), df - theta * wf].map(|s| laid_down(df, wf, theta, s.rem_euclid(wf))));
                let most = all.iter().copied().fold(0.0, f64::max);
                let least = all.iter().copied().fold(f64::INFINITY, f64::min);
                let case = format!("d {d}, w {w}, θ {theta}");
                assert!((form.mean - mean).abs() <= 2.0 * wf / f64::from(phases), "{case}: {} {mean}", form.mean);
                assert!((form.sd.unwrap() - sd).abs() <= wf * 0.02, "{case}: {:?} {sd}", form.sd);
                assert!(
                    (form.min - least).abs() < 1e-9 && (form.max - most).abs() < 1e-9,
                    "{case}: {form:?} {least} {most}"
                );
            }
        }
    }

    #[test]
    fn whole_lengths_meet_the_one_phase_that_differs() {
        let minutes = |n: i64| Span(n * Span::MINUTE.0);
        // five minutes on the grid of five are charged once, off it twice
        let any = single_incident(minutes(5), minutes(5), 0.0).unwrap();
        assert_eq!((any.min, any.mean, any.max), (300.0, 600.0, 600.0));
        // half of two neighbouring slices: both are bad where a majority is half or more
        let half = single_incident(minutes(5), minutes(5), 0.5).unwrap();
        assert_eq!((half.min, half.mean, half.max), (300.0, 300.0, 600.0));
    }

    #[test]
    fn one_minute_in_five_straddles_in_a_fifth_of_the_phases() {
        let form = single_incident(Span::MINUTE, Span::from_secs(300), 0.0).unwrap();
        assert_eq!((form.min, form.mean, form.max), (300.0, 360.0, 600.0));
        // a share s of phases at 600 s and the rest at 300 s has the mean 300 + 300 s
        assert!(((form.mean - form.min) / (form.max - form.min) - 0.2).abs() < 1e-12);
    }

    #[test]
    fn an_incident_shorter_than_the_share_is_not_seen() {
        let w = Span::from_secs(100);
        assert_eq!(single_incident(Span::from_secs(49), w, 0.5).unwrap(), ClosedForm::NOTHING);
        assert_eq!(single_incident(Span::from_secs(50), w, 0.5).unwrap().mean, 50.0);
        // the short one of two charges nothing: the sum is not D + M·w(1−2θ) = 250
        let two = separated(&[Span::from_secs(10), Span::from_secs(80)], w, 0.2).unwrap();
        assert!((two.mean - 140.0).abs() < 1e-9, "{two:?}");
        assert_eq!(two.sd, None);
    }

    #[test]
    fn a_partial_outage_can_be_invisible() {
        let t = |e| theta_of_target("99.9%".parse().unwrap(), e).unwrap();
        assert_eq!(t(0.01), 0.1);
        assert!(t(0.0005) > 1.0);
        assert!(theta_of_target("99%".parse().unwrap(), 0.0).is_err());
        // what is never seen is never charged, however long
        let unseen = single_incident(Span::from_secs(2000), Span::from_secs(100), t(0.0005)).unwrap();
        assert_eq!((unseen.mean, unseen.max), (0.0, 0.0));
    }

    #[test]
    fn nonsense_is_refused() {
        assert!(single_incident(Span(-1), Span::SECOND, 0.0).is_err());
        assert!(single_incident(Span::SECOND, Span::ZERO, 0.0).is_err());
        assert!(single_incident(Span::SECOND, Span::SECOND, f64::NAN).is_err());
        assert!(separated(&[], Span::ZERO, 0.0).is_err());
    }
}
