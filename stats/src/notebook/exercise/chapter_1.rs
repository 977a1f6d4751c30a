//! Checkers of chapter 1, on looking at data.

use super::{Marked, close};
use crate::describe::{Bandwidth, BinRule, bins, density_curve};
use crate::error::Result;
use crate::estimate::Scope;
use crate::method::Definition;
use crate::quantile::{Quantile, quantiles};
use crate::unit::Unit;

/// A gauge is scraped every 15 s. In one minute it reads 40, then twice nothing, then 40. What is the mean of the minute if gaps are
/// drawn as zeros, and what if they are left out?
///
/// # Errors
/// None.
pub fn gap_is_no_zero(with_zeros: f64, without: f64) -> Result<Marked> {
    let seen = [Some(40.0), None, None, Some(40.0)];
    let sum: f64 = seen.iter().flatten().sum();
    let (zeroed, left_out) = (sum / seen.len() as f64, sum / seen.iter().flatten().count() as f64);
    Ok(if close(with_zeros, left_out) && close(without, zeroed) {
        Marked::wrong("The two are swapped: zeros pull the mean down.")
    } else if !close(with_zeros, zeroed) {
        Marked::wrong(
            "The first is wrong: with zeros in the gaps four numbers are added and the sum is divided by four.",
        )
    } else if !close(without, left_out) {
        Marked::wrong("The second is wrong: divide by the number of samples that there are.")
    } else {
        Marked::right("Nothing was measured in the gaps. A zero there is a claim about the service that nobody made.")
    })
}

/// 125 samples have an interquartile range of 20 ms. Which width of a bin, in milliseconds, does the rule of Freedman and Diaconis
/// ask for?
///
/// # Errors
/// None for these samples.
pub fn bin_width(milliseconds: f64) -> Result<Marked> {
    // 125 equal steps of one, stretched so that the quartiles are 20 apart
    let steps: Vec<f64> = (0..125).map(f64::from).collect();
    let scope = Scope::untimed(Unit::Millisecond);
    let ends = quantiles(&steps, &[Quantile::new(0.25)?, Quantile::new(0.75)?], Definition::Type7, &scope)?;
    let range = ends.iter().map(|e| e.value).fold(0.0, |a, b| b - a);
    let values: Vec<f64> = steps.iter().map(|v| v * 20.0 / range).collect();
    let exact = bins(&values, BinRule::FreedmanDiaconis, &scope)?.width.value;
    Ok(if close(milliseconds, exact) {
        Marked::right(
            "Eight times the samples make bins half as wide. The rule looks at the middle half of the data alone, so one outlier does not change it.",
        )
    } else if close(milliseconds, exact / 2.0) {
        Marked::wrong("One interquartile range is too little: the rule takes two of them.")
    } else if close(milliseconds, 40.0 / 125.0_f64.sqrt()) {
        Marked::wrong("That divides by the square root of the number. The rule divides by the cube root.")
    } else if close(milliseconds, 40.0 / 125.0) {
        Marked::wrong("That divides by the number of samples. The rule divides by its cube root.")
    } else {
        Marked::wrong("Divide twice the interquartile range by the cube root of the number of samples.")
    })
}

/// Half of the requests take about 10 ms and half about 100 ms, none in between. Which of `"mean"`, `"box plot"` and `"histogram"`
/// shows it?
///
/// # Errors
/// None for these requests.
pub fn two_modes(picture: &str) -> Result<Marked> {
    let values: Vec<f64> = (0..200).map(|i| if i % 2 == 0 { 10.0 } else { 100.0 } + f64::from(i % 7)).collect();
    let scope = Scope::untimed(Unit::Millisecond);
    let curve = density_curve(&values, Bandwidth::Fixed(5.0), 200, &scope)?.points;
    let peaks = curve.windows(3).filter(|w| w[1].1 > w[0].1 && w[1].1 > w[2].1 && w[1].1 > 1e-4).count();
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    Ok(match picture.trim().to_lowercase().as_str() {
        "histogram" => Marked::right(format!("It has {peaks} peaks and nothing between them.")),
        "mean" => Marked::wrong(format!("The mean is {mean:.0} ms. Which request took that long?")),
        "box plot" | "boxplot" | "box" => Marked::wrong(
            "Its box reaches from one group to the other, as if the space between were full. So would it for one wide group.",
        ),
        other => Marked::wrong(format!("“{other}” is none of mean, box plot, histogram.")),
    })
}

/// A minute has 59 requests of 20 ms and one of 3000 ms. The roll-up keeps its mean. Half a year later somebody looks for requests
/// slower than a second. What does the roll-up show for the minute, in milliseconds?
///
/// # Errors
/// None.
pub fn rolled_up(milliseconds: f64) -> Result<Marked> {
    let minute: Vec<f64> = std::iter::repeat_n(20.0, 59).chain([3000.0]).collect();
    let mean = minute.iter().sum::<f64>() / minute.len() as f64;
    Ok(if close(milliseconds, mean) {
        Marked::right(
            "Far below a second: the request that is looked for left no trace that could be told from a slow minute.",
        )
    } else if close(milliseconds, 3000.0) {
        Marked::wrong("That is the maximum, which would answer the question. The roll-up kept the mean.")
    } else if close(milliseconds, 20.0) {
        Marked::wrong("That is the median. The mean of the minute does move, but not far.")
    } else if close(milliseconds, f64::midpoint(20.0, 3000.0)) {
        Marked::wrong("That weighs one request as much as 59 others.")
    } else {
        Marked::wrong("Add up all sixty and divide by sixty.")
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::marked::check;
    use super::*;

    #[test]
    fn gaps() {
        let mark = |a, b| gap_is_no_zero(a, b).unwrap();
        let mistakes = [
            (mark(40.0, 20.0), "swapped"),
            (mark(0.0, 40.0), "first is wrong"),
            (mark(20.0, 20.0), "second is wrong"),
            (mark(f64::NAN, 40.0), "first is wrong"),
        ];
        check(&mark(20.0, 40.0), &mistakes, &["20", "40"]);
    }

    #[test]
    fn widths_of_bins() {
        let mark = |w| bin_width(w).unwrap();
        let mistakes = [
            (mark(3.578), "square root"),
            (mark(0.32), "number of samples"),
            (mark(4.0), "two of them"),
            (mark(20.0), "cube root"),
            (mark(f64::NAN), "cube root"),
        ];
        // 2 · 20 / 125^⅓ by hand
        check(&mark(8.0), &mistakes, &["8 ", "8."]);
    }

    #[test]
    fn pictures_of_two_modes() {
        let mark = |p: &str| two_modes(p).unwrap();
        let mistakes = [(mark("mean"), "58 ms"), (mark("Box plot"), "Its box"), (mark("pie"), "none of")];
        check(&mark(" histogram"), &mistakes, &["peaks"]);
        assert!(mark("histogram").why.contains("2 peaks"));
    }

    #[test]
    fn the_minute_of_half_a_year_ago() {
        let mark = |ms| rolled_up(ms).unwrap();
        let mistakes =
            [(mark(3000.0), "maximum"), (mark(20.0), "median"), (mark(1510.0), "59 others"), (mark(50.0), "sixty")];
        // (59 · 20 + 3000) / 60 by hand
        check(&mark(69.67), &mistakes, &["69", "70"]);
    }
}
