//! Checkers of chapter 9, on trend and forecast.

use super::{Marked, close};
use crate::error::Result;
use crate::quantile::proportion::wilson;
use crate::trend::{effective_sample_size, least_squares, theil_sen};

/// Gigabytes used at the full hours of [`slope`]; a dump was written before the last.
const USED_GB: [f64; 5] = [50.0, 51.0, 53.0, 54.0, 66.0];

/// A disk held 50, 51, 53, 54 and 66 GB at five full hours, one after the other. What is the slope of Theil and Sen, in gigabytes an hour?
///
/// # Errors
/// None for these values.
pub fn slope(gb_per_hour: f64) -> Result<Marked> {
    let times: Vec<i64> = (0..5).map(|hour| hour * 1_000_000_000).collect();
    // an hour is a second here, so that the slope is per hour
    let exact = theil_sen(&times, &USED_GB, 1e9, 0.95, 1.0)?.slope_per_s;
    let hours = [0.0, 1.0, 2.0, 3.0, 4.0];
    let squares = least_squares(&hours, &USED_GB, 1).slope;
    let pairs = || (0..5).flat_map(|i| (i + 1..5).map(move |j| (USED_GB[j] - USED_GB[i]) / (j - i) as f64));
    let mean = pairs().sum::<f64>() / pairs().count() as f64;
    let mut neighbours: Vec<f64> = USED_GB.windows(2).map(|w| w[1] - w[0]).collect();
    neighbours.sort_by(f64::total_cmp);
    Ok(if close(gb_per_hour, exact) {
        Marked::right("Four of the ten pairs have the dump in them, and the median of all ten hardly minds.")
    } else if close(gb_per_hour, squares) {
        Marked::wrong("That is the line of least squares, which the last value pulls up.")
    } else if close(gb_per_hour, mean) {
        Marked::wrong("That is the mean of the slopes of all pairs. One wild slope moves a mean; take the median.")
    } else if close(gb_per_hour, (USED_GB[4] - USED_GB[0]) / 4.0) {
        Marked::wrong("That looks at the first and the last value only, and the last one is the dump.")
    } else if close(gb_per_hour, f64::midpoint(neighbours[1], neighbours[2])) {
        Marked::wrong("Those are the four pairs of neighbours. All pairs count, far ones too.")
    } else {
        Marked::wrong("Write down the slope of each of the ten pairs of values, sort them, and take the median.")
    })
}

/// A month of hourly values has a lag-1 autocorrelation of 0.8, and at lag k it is 0.8 to the power of k. How many independent values are these
/// 720 worth for their mean?
///
/// # Errors
/// None.
pub fn worth(values: f64) -> Result<Marked> {
    let (n, phi) = (720_u32, 0.8_f64);
    let all = f64::from(n);
    let correlations: Vec<f64> = std::iter::successors(Some(1.0), |r| Some(r * phi)).take(n as usize).collect();
    let exact = effective_sample_size(n as usize, &correlations);
    // the usual formula by hand leaves the end of the series out of account
    let near = |answer: f64| (values - answer).abs() <= 0.02 * answer;
    Ok(if near(exact) {
        Marked::right(
            "So much less is known than the count of values says, and an interval is three times as wide as √n has it.",
        )
    } else if near(all) {
        Marked::wrong("That is how many there are. Each of them repeats most of what the one before it said.")
    } else if near(all * (1.0 - phi)) {
        Marked::wrong("That counts lag 1 only. The values two, three and more hours ago are repeated as well.")
    } else if near(all * (1.0 - phi * phi)) {
        Marked::wrong(
            "That is the share of the variance that is new in each hour. What matters here is the variance of the mean.",
        )
    } else if near(all / (1.0 + phi)) {
        Marked::wrong("The sum of the autocorrelations runs over all lags, and each counts twice: before and after.")
    } else if values > all {
        Marked::wrong("More than there are? Values that repeat each other are worth less, not more.")
    } else {
        Marked::wrong("Divide the count by 1 + 2 (0.8 + 0.8² + 0.8³ + …), or by (1 + φ)/(1 − φ), which is the same.")
    })
}

/// A disk of 100 GB with a daily season held 87.2 GB at noon yesterday, 86.8 GB at six this morning and 88.0 GB at noon today. In how many days will
/// it hold 100 GB at noon, if each day adds as much as the last one did?
///
/// # Errors
/// None.
pub fn days_left(days: f64) -> Result<Marked> {
    let (yesterday, morning, noon, size) = (87.2, 86.8, 88.0, 100.0);
    let free = size - noon;
    let a_day = noon - yesterday;
    let of_the_morning = free / (noon - morning) * 0.25;
    Ok(if close(days, free / a_day) {
        Marked::right("Equal phases of the season are compared, so that the season is not taken for growth.")
    } else if close(days, of_the_morning) {
        Marked::wrong(
            "That goes on as the morning went. Every morning rises like that, and every night takes most of it back.",
        )
    } else if close(days, of_the_morning * 24.0) {
        Marked::wrong("Those are hours, and they go on as the morning went, which no day does.")
    } else if close(days, free) {
        Marked::wrong("Those are the gigabytes that are left. How many does a day add?")
    } else if close(days, size / a_day) || close(days, noon / a_day) {
        Marked::wrong("Only what is free can be filled.")
    } else {
        Marked::wrong("Compare noon with noon: that is what a day adds. How many such days fill what is free?")
    })
}

/// A forecast has a disk full in 15 days, and with 95 % in 9 to 24 days. A new disk takes 5 days to come. In how many days must it be ordered at
/// the latest, so that the old one fills up before with a chance of 2.5 % only?
///
/// # Errors
/// None.
pub fn order_within(days: f64) -> Result<Marked> {
    let (earliest, expected, latest, delivery) = (9.0, 15.0, 24.0, 5.0);
    Ok(if close(days, earliest - delivery) {
        Marked::right(
            "The early end of the interval is what a promise is made of; the middle is too late in every other case.",
        )
    } else if close(days, expected - delivery) {
        Marked::wrong("That is reckoned from the middle: the new disk comes too late in every other case.")
    } else if close(days, earliest) {
        Marked::wrong("On that day the new disk has to be there. When is it ordered?")
    } else if close(days, latest - delivery) || close(days, latest) {
        Marked::wrong("By the late end it has filled up almost surely.")
    } else if close(days, expected) {
        Marked::wrong("On that day it is full as likely as not, and nothing has been ordered.")
    } else if days < earliest - delivery {
        Marked::wrong("That is safe, and earlier than was asked for.")
    } else {
        Marked::wrong("Which end of the interval leaves 2.5 % before it? The delivery has to be over by then.")
    })
}

/// In a backtest, 18 of 20 values lay within an interval that claims 95 %; the forecasts did not overlap. Is the interval too narrow? Answered as
/// `too-narrow`, `holds` or `not-shown`.
///
/// # Errors
/// None for these counts.
pub fn coverage(verdict: &str) -> Result<Marked> {
    let (lower, upper) = wilson(18, 20, 0.95)?;
    let exact = if upper < 0.95 {
        "too-narrow"
    } else if lower >= 0.95 {
        "holds"
    } else {
        "not-shown"
    };
    Ok(match verdict.trim().to_lowercase().as_str() {
        v if v == exact => Marked::right(
            "Twenty forecasts cannot tell an interval that holds 95 % from one that holds 80 %. More origins are needed, or a longer past.",
        ),
        "too-narrow" => Marked::wrong(
            "Nineteen were expected, and one less came. How often do twenty forecasts miss twice or more, if each misses with 5 %?",
        ),
        "holds" => Marked::wrong(
            "Near enough to 95 % for that? An interval that holds only 80 % would come out like this quite often, too. Ask `proportion::wilson`.",
        ),
        v => Marked::wrong(format!("“{v}” is none of too-narrow, holds, not-shown.")),
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::marked::check;
    use super::*;

    #[test]
    fn a_median_of_slopes() {
        let mark = |s| slope(s).unwrap();
        let mistakes = [
            (mark(3.5), "least squares"),
            (mark(3.583), "mean of the slopes"),
            (mark(4.0), "first and the last"),
            (mark(1.5), "neighbours"),
            (mark(2.5), "ten pairs"),
            (mark(f64::NAN), "ten pairs"),
        ];
        // by hand, sorted: 1, 1, 4/3, 3/2, 3/2, 2, 4, 5, 13/2, 12
        check(&mark(1.75), &mistakes, &["1.75", "7/4"]);
    }

    #[test]
    fn worth_less() {
        let mark = |n| worth(n).unwrap();
        let mistakes = [
            (mark(720.0), "how many there are"),
            (mark(144.0), "lag 1 only"),
            (mark(259.2), "variance of the mean"),
            (mark(400.0), "each counts twice"),
            (mark(6480.0), "More than"),
            (mark(300.0), "Divide"),
            (mark(f64::NAN), "Divide"),
        ];
        // 720 (1 − φ)/(1 + φ) = 720/9
        check(&mark(80.0), &mistakes, &["80 ", "ninth"]);
        // with the ends, exactly: 720/(1 + 2 Σ (1 − k/720) 0.8ᵏ) = 720/(9 − 40/720)
        check(&mark(720.0 / (9.0 - 40.0 / 720.0)), &mistakes, &[]);
    }

    #[test]
    fn noon_with_noon() {
        let mark = |d| days_left(d).unwrap();
        let mistakes = [
            (mark(2.5), "as the morning went"),
            (mark(60.0), "hours"),
            (mark(12.0), "gigabytes"),
            (mark(110.0), "what is free"),
            (mark(125.0), "what is free"),
            (mark(30.0), "noon with noon"),
            (mark(f64::NAN), "noon with noon"),
        ];
        // 12 GB free, 0.8 GB a day
        check(&mark(15.0), &mistakes, &["15", "0.8"]);
    }

    #[test]
    fn a_promise_is_made_of_the_early_end() {
        let mark = |d| order_within(d).unwrap();
        let mistakes = [
            (mark(9.0), "ordered?"),
            (mark(10.0), "the middle"),
            (mark(15.0), "as likely as not"),
            (mark(19.0), "late end"),
            (mark(24.0), "late end"),
            (mark(2.0), "earlier than"),
            (mark(7.0), "Which end"),
            (mark(f64::NAN), "Which end"),
        ];
        check(&mark(4.0), &mistakes, &["4 ", "four"]);
    }

    #[test]
    fn twenty_are_few() {
        let mark = |v: &str| coverage(v).unwrap();
        let mistakes = [(mark("too-narrow"), "Nineteen"), (mark(" Holds"), "80 %"), (mark("yes"), "none of")];
        check(&mark("Not-shown "), &mistakes[..2], &["not-shown"]);
        // two or more misses of twenty at 5 % each: 1 − 0.95²⁰ − 20 · 0.05 · 0.95¹⁹ = 26 %, far above any level of a test
        let chance = 1.0 - 0.95_f64.powi(20) - 20.0 * 0.05 * 0.95_f64.powi(19);
        assert!(chance > 0.025 && mark("not-shown").right);
    }
}
