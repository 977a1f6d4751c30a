//! Checkers of chapter 2, on summaries.

use super::{Marked, close};
use crate::describe::{Law, Merging, describe, fences};
use crate::error::{Error, Result};
use crate::estimate::Scope;
use crate::unit::Unit;

/// In one hour 900 requests have a mean of 100 ms, in the next 100 requests have one of 500 ms. What is the mean of both hours, in
/// milliseconds?
///
/// # Errors
/// None.
pub fn mean_of_means(milliseconds: f64) -> Result<Marked> {
    let hours: [(f64, f64); 2] = [(900.0, 100.0), (100.0, 500.0)];
    let n: f64 = hours.iter().map(|h| h.0).sum();
    let exact = hours.iter().map(|h| h.0 * h.1).sum::<f64>() / n;
    Ok(if close(milliseconds, exact) {
        Marked::right("Weighted by their counts, means merge exactly. Store the count with the mean.")
    } else if close(milliseconds, f64::midpoint(100.0, 500.0)) {
        Marked::wrong(
            "That is the mean of the two means. It would make each request of the quiet hour weigh nine times as much.",
        )
    } else if close(milliseconds, 460.0) {
        Marked::wrong("The weights are swapped: the busy hour is the fast one.")
    } else {
        Marked::wrong("What is the sum of all latencies of both hours, and over how many requests?")
    })
}

/// Of 10, 11, 12, 13, 14, 15 and 1000 ms: what are the median and the median absolute deviation?
///
/// # Errors
/// None for these values.
pub fn robust_pair(median: f64, mad: f64) -> Result<Marked> {
    let values = [10.0, 11.0, 12.0, 13.0, 14.0, 15.0, 1000.0];
    let all = describe(&values, &Scope::untimed(Unit::Millisecond))?;
    let value = |name: &str| {
        let found = all.iter().find(|s| s.name == name).map(|s| s.estimate.value);
        found.ok_or_else(|| Error::empty(format!("no {name}")))
    };
    let (exact, deviation, mean) = (value("median")?, value("mad")?, value("mean")?);
    Ok(if close(median, mean) {
        Marked::wrong("The first is the mean. One value of seven has moved it beyond all others.")
    } else if !close(median, exact) {
        Marked::wrong("The median is wrong: as many values lie below it as above.")
    } else if close(mad, value("mean_absolute_deviation")?) || mad > 100.0 {
        Marked::wrong("That deviation is a mean, which the outlier has blown up. Take the median of the distances.")
    } else if !close(mad, deviation) {
        Marked::wrong(
            "The deviation is wrong: write down the distance of each value to the median, sort the seven distances, take the middle one.",
        )
    } else {
        Marked::right("Had the outlier been 16 or a million, both would be the same.")
    })
}

/// Waiting times follow an exponential law, whose standard deviation equals its mean. Which share of them, in percent, is more than
/// three standard deviations above the mean?
///
/// # Errors
/// None.
pub fn beyond_three_sigma(percent: f64) -> Result<Marked> {
    let (mean, sd) = (1.0, 1.0);
    let exact = 100.0 * Law::Exponential { rate: 1.0 / mean }.survival(mean + 3.0 * sd);
    let normal = 100.0 * Law::Normal { mean, sd }.survival(mean + 3.0 * sd);
    Ok(if close(percent, exact) {
        Marked::right(format!(
            "It is {:.0} times the {normal:.2} % of a normal law: an alert at three sigma would not be rare.",
            exact / normal
        ))
    } else if (percent - normal).abs() < 0.02 || close(percent, 0.3) || close(percent, 0.27) {
        Marked::wrong(
            "That is the share of a normal law. Waiting times are not normal: none is below 0, and the tail is long.",
        )
    } else if close(percent, exact / 100.0) {
        Marked::wrong("That is a share, not a percentage.")
    } else if close(percent, 100.0 * (-3.0_f64).exp()) {
        Marked::wrong(
            "That is the share beyond three means. Three standard deviations *above the mean* lie further out.",
        )
    } else {
        Marked::wrong("Of an exponential law a share exp(−x / mean) lies beyond x. Which x is meant here?")
    })
}

/// Of every minute these are stored, each with the number of requests: `mean`, `median`, `max`, `sd`, `mad`. Which of an hour's follow
/// from what the minutes have stored? Answered by their names in any order.
///
/// # Errors
/// None.
pub fn what_merges(names: &[&str]) -> Result<Marked> {
    let all = describe(&[1.0, 2.0, 3.0, 4.0, 7.0], &Scope::default())?;
    let offered = ["mean", "median", "max", "sd", "mad"];
    let merges = |name: &str| all.iter().find(|s| s.name == name).is_some_and(|s| s.merges != Merging::Never);
    if let Some(unknown) = names.iter().find(|n| !offered.contains(*n)) {
        return Ok(Marked::wrong(format!("“{unknown}” is none of {}.", offered.join(", "))));
    }
    if let Some(wrong) = names.iter().find(|n| !merges(n)) {
        return Ok(Marked::wrong(format!(
            "The {wrong} of the hour does not follow: two hours whose minutes agree in all five can have different ones."
        )));
    }
    let missing = offered.iter().filter(|n| merges(n) && !names.contains(n)).count();
    Ok(match missing {
        0 => Marked::right(
            "Sums, sums of squares and extremes add up. What depends on the order of all samples does not.",
        ),
        1 => Marked::wrong("What you name does, but one more does too. Which of them are made of sums?"),
        n => Marked::wrong(format!(
            "What you name does, but {n} more do too. Which of them are made of sums, which are extremes?"
        )),
    })
}

/// The quartiles of a sample are 20 and 30 ms. Where is Tukey's upper fence, in milliseconds?
///
/// # Errors
/// None.
pub fn upper_fence(milliseconds: f64) -> Result<Marked> {
    // five values with these quartiles by type 7
    let exact = fences(&[10.0, 20.0, 25.0, 30.0, 40.0], 1.5, &Scope::untimed(Unit::Millisecond))?.upper.value;
    Ok(if close(milliseconds, exact) {
        Marked::right("It asks nothing of the law. In long tails much lies beyond it that is no error at all.")
    } else if close(milliseconds, 40.0) {
        Marked::wrong("That is one interquartile range beyond the quartile. The fence is half a range further.")
    } else if close(milliseconds, 5.0) {
        Marked::wrong("That is the lower one.")
    } else if close(milliseconds, 60.0) {
        Marked::wrong("That is three ranges beyond, where “far out” begins.")
    } else {
        Marked::wrong("Add one and a half interquartile ranges to the upper quartile.")
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::marked::check;
    use super::*;

    #[test]
    fn means_merge_with_their_counts() {
        let mark = |ms| mean_of_means(ms).unwrap();
        let mistakes =
            [(mark(300.0), "mean of the two"), (mark(460.0), "swapped"), (mark(f64::NAN), "sum of all latencies")];
        // (90 000 + 50 000) / 1000 by hand
        check(&mark(140.0), &mistakes, &["140"]);
    }

    #[test]
    fn an_outlier_and_the_median() {
        let mark = |a, b| robust_pair(a, b).unwrap();
        let mistakes = [
            (mark(153.57, 2.0), "the mean"),
            (mark(12.5, 2.0), "median is wrong"),
            (mark(13.0, 241.8), "blown up"),
            (mark(13.0, 3.0), "sort the seven"),
            (mark(f64::NAN, 2.0), "median is wrong"),
        ];
        // distances to 13 are 3 2 1 0 1 2 987, sorted 0 1 1 2 2 3 987
        check(&mark(13.0, 2.0), &mistakes, &["13", " 2 "]);
    }

    #[test]
    fn three_sigma_of_waiting() {
        let mark = |p| beyond_three_sigma(p).unwrap();
        let mistakes = [
            (mark(0.135), "normal law"),
            (mark(0.3), "normal law"),
            (mark(0.0183), "a share"),
            (mark(4.979), "further out"),
            (mark(50.0), "Which x"),
        ];
        // e⁻⁴ by hand
        check(&mark(1.8316), &mistakes, &["1.83", "e⁻⁴"]);
        assert!(mark(1.83).why.contains("14 times the 0.13 %") || mark(1.83).why.contains("14 times the 0.14 %"));
    }

    #[test]
    fn sums_and_extremes_merge() {
        let mark = |names: &[&str]| what_merges(names).unwrap();
        let mistakes = [
            (mark(&["mean", "median"]), "The median of the hour does not"),
            (mark(&["mad"]), "The mad of the hour does not"),
            (mark(&["mean", "max"]), "one more"),
            (mark(&[]), "3 more"),
            (mark(&["p99"]), "none of"),
        ];
        check(&mark(&["sd", "mean", "max"]), &mistakes, &["sd of", "max of", "mean of"]);
    }

    #[test]
    fn a_fence() {
        let mark = |ms| upper_fence(ms).unwrap();
        let mistakes =
            [(mark(40.0), "half a range"), (mark(5.0), "lower one"), (mark(60.0), "far out"), (mark(31.0), "Add one")];
        check(&mark(45.0), &mistakes, &["45"]);
    }
}
