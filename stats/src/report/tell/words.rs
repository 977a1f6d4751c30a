//! Words and numbers that several tellings share.

use crate::estimate::{Bound, Estimate};
use crate::report::{Cell, Standing};
use crate::time::Span;
use crate::unit::Unit;
use crate::window::Verdict;

/// Seconds as a span in words, to the millisecond from one second on; a number of seconds where they are beyond what a span
/// holds.
pub(super) fn span(seconds: f64) -> String {
    Span::from_secs_f64(rounded(seconds)).map_or_else(|_| Unit::Second.show(seconds), |s| s.to_string())
}

/// Seconds as a cell of a column of spans, to the millisecond from one second on.
pub(super) fn span_cell(seconds: f64) -> Cell {
    Span::from_secs_f64(rounded(seconds)).map_or(Cell::Number(seconds), Cell::Span)
}

fn rounded(seconds: f64) -> f64 {
    if seconds.abs() < 1.0 { seconds } else { (seconds * 1e3).round() / 1e3 }
}

/// A span in one word, as a width is called: `1h30m`.
pub(super) fn width(span: Span) -> String {
    span.compact()
}

/// How a verdict on an objective stands.
pub(super) fn standing(verdict: Verdict) -> Standing {
    match verdict {
        Verdict::Met => Standing::Good,
        Verdict::Violated => Standing::Bad,
        Verdict::DependsOnPhase => Standing::Depends,
        Verdict::Undecidable => Standing::Unknown,
    }
}

/// A verdict on an objective as a figure shows it.
pub(super) fn drawn(verdict: Option<Verdict>) -> crate::figure::Verdict {
    match verdict {
        Some(Verdict::Met) => crate::figure::Verdict::Met,
        Some(Verdict::Violated) => crate::figure::Verdict::Violated,
        Some(Verdict::DependsOnPhase) => crate::figure::Verdict::DependsOnPhase,
        Some(Verdict::Undecidable) | None => crate::figure::Verdict::NoData,
    }
}

/// `a`, `a and b`, `a, b and c`.
pub(super) fn list(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// The difference of two values in words: that of two shares is in percentage points, since “5 % more” would be another number.
pub(super) fn difference(unit: &Unit, value: f64) -> String {
    points(unit).map_or_else(|| unit.show(value), |(factor, points)| points.show(value * factor))
}

/// A difference of two shares as an estimate in percentage points; any other as it is.
pub(super) fn difference_estimate(estimate: &Estimate) -> Estimate {
    let mut told = estimate.clone();
    if let Some((factor, unit)) = points(&told.unit) {
        told.value *= factor;
        if let Bound::Guaranteed { lower, upper } | Bound::Confidence { lower, upper, .. } = &mut told.bound {
            (*lower, *upper) = (*lower * factor, *upper * factor);
        }
        if let Some(confidence) = &mut told.confidence {
            (confidence.lower, confidence.upper) = (confidence.lower * factor, confidence.upper * factor);
        }
        told.unit = unit;
    }
    told
}

/// For a share, how many percentage points one of it is, and their unit.
fn points(unit: &Unit) -> Option<(f64, Unit)> {
    let factor = match unit {
        Unit::Ratio => 100.0,
        Unit::Percent => 1.0,
        _ => return None,
    };
    Some((factor, Unit::Other("percentage points".to_owned())))
}

/// Chances below this one are told as that.
const LEAST_LN_P: f64 = -300.0 * std::f64::consts::LN_10;

/// A p-value as people read it: never as 0.
pub(super) fn p_value(p: f64, ln_p: Option<f64>) -> String {
    match ln_p {
        // no model of the noise is right so far out
        Some(ln_p) if ln_p < LEAST_LN_P => "p < 10^-300".to_owned(),
        Some(ln_p) if p < 1e-4 && ln_p.is_finite() => format!("p = 10^{:.1}", ln_p / std::f64::consts::LN_10),
        _ if p < 1e-4 => "p < 0.0001".to_owned(),
        _ if p < 0.1 => format!("p = {p:.4}"),
        _ => format!("p = {p:.2}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_read_well() {
        assert_eq!(list(&["1m".into(), "5m".into(), "1h".into()]), "1m, 5m and 1h");
        assert_eq!(width(Span::from_secs(5400)), "1h30m");
        assert_eq!(span(900.0), "15m");
    }

    #[test]
    fn differences_of_shares_are_percentage_points() {
        assert_eq!(difference(&Unit::Ratio, -0.015), "-1.5 percentage points");
        assert_eq!(difference(&Unit::Percent, 0.25), "0.25 percentage points");
        assert_eq!(difference(&Unit::Second, 0.25), "250 ms");
        let told = Estimate::new(-0.015, crate::method::Method::Mean, 9, &crate::estimate::Scope::untimed(Unit::Ratio))
            .with_bound(Bound::Confidence { lower: -0.02, upper: 0.005, level: 0.95 });
        assert_eq!(
            difference_estimate(&told).short(),
            "-1.5 percentage points [-2 percentage points, 0.5 percentage points]"
        );
    }

    #[test]
    fn p_values_are_never_nothing() {
        assert_eq!(p_value(0.25, None), "p = 0.25");
        assert_eq!(p_value(0.0312, None), "p = 0.0312");
        assert_eq!(p_value(0.0, Some(-460.517_018_598_809_1)), "p = 10^-200.0");
        assert_eq!(p_value(0.0, Some(-2_302.585_092_994_046)), "p < 10^-300");
        assert_eq!(p_value(0.0, None), "p < 0.0001");
    }
}
