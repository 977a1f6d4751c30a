//! Checkers of chapter 5, on histograms.

use super::{Marked, close};
use crate::error::{Error, Result};
use crate::histogram::{Bin, Layout, LogLinear};

/// In which bucket of two significant decimal digits lies 0.0437 s? Answered by its edges in seconds.
///
/// # Errors
/// None.
pub fn bucket_of(lower: f64, upper: f64) -> Result<Marked> {
    let exact = only_bin(0.0437)?;
    let same = |a: f64, b: f64| (a - b).abs() < 1e-9;
    Ok(if same(lower, exact.lower) && same(upper, exact.upper) {
        Marked::right("Two digits name the bucket. No logarithm is needed to find it.")
    } else if close(lower, 0.04) && close(upper, 0.05) {
        Marked::wrong("That is a bucket of one digit. Two digits make it ten times as narrow.")
    } else if same(lower, 0.0437) {
        Marked::wrong("Three digits were kept. The bucket begins where the third is 0.")
    } else if same(lower, exact.lower) {
        Marked::wrong("It begins there. It ends where the second digit is one more.")
    } else if same(upper, exact.upper) {
        Marked::wrong("It ends there. It begins where the second digit is one less.")
    } else {
        Marked::wrong("Write the number with its first two significant digits and leave out the rest.")
    })
}

/// How many buckets of two significant digits does a factor of ten hold, such as 0.1 to 1?
///
/// # Errors
/// None.
pub fn buckets_in_a_decade(count: f64) -> Result<Marked> {
    // one value within every hundredth from 0.1 on
    let mut all = LogLinear::new();
    for i in 0..1000 {
        all.insert(0.1 + 0.9 * (f64::from(i) + 0.5) / 1000.0);
    }
    let exact = all.bins().len() as f64;
    Ok(if count == exact {
        Marked::right("So nine decades, from a nanosecond to a second, need a few hundred, and most stay empty.")
    } else if count == 100.0 {
        Marked::wrong("The first digit is not 0: what would 0.05 be doing between 0.1 and 1?")
    } else if count == 9.0 || count == 10.0 {
        Marked::wrong("That counts first digits. How many second digits are there for each?")
    } else {
        Marked::wrong("From 0.10, 0.11, 0.12 on to 0.99.")
    })
}

/// A bucket reaches from 1.0 to 1.1 s. Its harmonic middle, 2ab/(a + b), stands for all of its values. How far, in percent of the
/// true value, can it be off at most?
///
/// # Errors
/// None.
pub fn worst_error(percent: f64) -> Result<Marked> {
    let Bin { lower, upper, .. } = only_bin(1.05)?;
    let middle = 2.0 * lower * upper / (lower + upper);
    let (low, high) = ((middle - lower) / lower, (upper - middle) / upper);
    let exact = 100.0 * low.max(high);
    Ok(if close(percent, exact) {
        Marked::right(
            "It is the same at both edges, which is why this middle is taken. In all other buckets it is less: these are the widest for their place.",
        )
    } else if close(percent, exact / 100.0) {
        Marked::wrong("That is a share, not a percentage.")
    } else if close(percent, 10.0) || close(percent, 9.09) {
        Marked::wrong("That is the width of the whole bucket. The middle is nearer to both of its edges.")
    } else if (percent - 5.0).abs() < 0.001 {
        Marked::wrong("So would the arithmetic middle, at the lower edge. The harmonic one lies a little lower.")
    } else {
        Marked::wrong("Compute the middle, then how far the two edges are from it, each in percent of the edge.")
    })
}

/// Two minutes were stored in buckets. From 200 to 250 ms: 40 and 10 requests; from 250 to 300 ms: 6 and 4; from 300 to 350 ms: 2
/// and 1. Between which two numbers lies the count of requests below 270 ms?
///
/// # Errors
/// None.
pub fn below_a_new_threshold(least: f64, most: f64) -> Result<Marked> {
    let buckets = [(250.0, 40 + 10), (300.0, 6 + 4), (350.0, 2 + 1)];
    let threshold = 270.0;
    let low: i32 = buckets.iter().filter(|b| b.0 <= threshold).map(|b| b.1).sum();
    let split: i32 = buckets.iter().find(|b| b.0 > threshold).map_or(0, |b| b.1);
    let (low, high) = (f64::from(low), f64::from(low + split));
    Ok(if least == most && least > low && least < high {
        Marked::wrong(
            "One number would need to know how requests lie within a bucket. What if all of them were at its edge?",
        )
    } else if least == 40.0 || most == 46.0 {
        Marked::wrong("Both minutes are asked for: add their buckets first.")
    } else if least != low {
        Marked::wrong("The least is wrong: which buckets lie below the threshold as a whole?")
    } else if most != high {
        Marked::wrong(
            "The most is wrong: all requests of the bucket that holds the threshold may lie below it, and none of the next.",
        )
    } else {
        Marked::right(
            "At an edge, such as 250 or 300 ms, both ends would agree: choose buckets with an edge at the thresholds that you promise.",
        )
    })
}

/// The bucket that one value falls into.
fn only_bin(value: f64) -> Result<Bin> {
    let bins = Layout::bins(&LogLinear::from_values(&[value]));
    bins.first().copied().ok_or_else(|| Error::empty("no bucket"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::marked::check;
    use super::*;

    #[test]
    fn two_digits() {
        let mark = |a, b| bucket_of(a, b).unwrap();
        let mistakes = [
            (mark(0.04, 0.05), "one digit"),
            (mark(0.0437, 0.0438), "Three digits"),
            (mark(0.043, 0.05), "It begins there"),
            (mark(0.04, 0.044), "It ends there"),
            (mark(0.4, 0.5), "significant"),
            (mark(f64::NAN, 1.0), "significant"),
        ];
        check(&mark(0.043, 0.044), &mistakes, &["0.043", "0.044"]);
    }

    #[test]
    fn a_decade() {
        let mark = |n| buckets_in_a_decade(n).unwrap();
        let mistakes = [
            (mark(100.0), "first digit is not 0"),
            (mark(9.0), "second digits"),
            (mark(10.0), "second digits"),
            (mark(89.0), "on to 0.99"),
        ];
        check(&mark(90.0), &mistakes, &["90"]);
    }

    #[test]
    fn the_widest_bucket() {
        let mark = |p| worst_error(p).unwrap();
        let mistakes = [
            (mark(0.047_62), "a share"),
            (mark(10.0), "whole bucket"),
            (mark(5.0), "arithmetic"),
            (mark(1.0), "Compute the middle"),
        ];
        // 1/21 by hand
        check(&mark(4.762), &mistakes, &["4.7", "1/21"]);
    }

    #[test]
    fn a_threshold_inside_a_bucket() {
        let mark = |a, b| below_a_new_threshold(a, b).unwrap();
        let mistakes = [
            (mark(54.0, 54.0), "within a bucket"),
            (mark(40.0, 46.0), "Both minutes"),
            (mark(0.0, 60.0), "least is wrong"),
            (mark(50.0, 63.0), "most is wrong"),
            (mark(f64::NAN, 60.0), "least is wrong"),
        ];
        check(&mark(50.0, 60.0), &mistakes, &["50", "60"]);
    }
}
