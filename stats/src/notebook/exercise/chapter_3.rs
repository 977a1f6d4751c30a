//! Checkers of chapter 3, on quantiles.

use super::{Marked, close};
use crate::error::Result;
use crate::estimate::Scope;
use crate::quantile::{Quantile, Tool, none_above, samples_needed, tool_quantile};
use crate::unit::Unit;

/// Which rank of 30 sorted samples is the p95 by nearest rank?
///
/// # Errors
/// None.
pub fn nearest_rank(rank: f64) -> Result<Marked> {
    let n = 30;
    let exact = Quantile::P95.rank(n) as f64;
    Ok(if rank == exact {
        Marked::right("The smallest rank that has at least 95 % of the samples at or below it.")
    } else if close(rank, 0.95 * n as f64) {
        Marked::wrong(
            "There is no such rank: ranks are whole. In which direction must it be rounded, so that 95 % are not above?",
        )
    } else if rank == exact - 1.0 {
        Marked::wrong("Less than 95 % of the samples have that rank or a lower one.")
    } else if rank == n as f64 {
        Marked::wrong("That is the maximum, and 95 % are reached before.")
    } else {
        Marked::wrong(format!("Multiply {n} by 0.95 and round up."))
    })
}

/// How many independent samples does it take until the greatest of them is, with 95 % confidence, not below the true p99.9?
///
/// # Errors
/// None.
pub fn samples_for_p999(n: f64) -> Result<Marked> {
    let exact = samples_needed(Quantile::P999, 0.95).unwrap_or(u64::MAX) as f64;
    let confidence = |n: f64| 100.0 * (1.0 - none_above(n as u64, Quantile::P999));
    Ok(if n == exact {
        Marked::right(
            "Below that, the p99.9 of a window has no upper bound at all. Count the requests of a minute before you draw its p99.9.",
        )
    } else if n == 1000.0 {
        Marked::wrong(format!(
            "Of a thousand samples one is expected above, but only with {:.0} % confidence is one there.",
            confidence(n)
        ))
    } else if n.is_finite() && n >= 1.0 && n < exact {
        Marked::wrong(format!("{n} samples reach {:.1} %: too few. When does 0.999ⁿ fall to 5 %?", confidence(n)))
    } else if n > exact {
        Marked::wrong(format!("{n} samples reach {:.1} %, so fewer do. When does 0.999ⁿ fall to 5 %?", confidence(n)))
    } else {
        Marked::wrong("When does 0.999ⁿ fall to 5 %?")
    })
}

/// A minute has 200 requests. How probable is it, in percent, that none of them was above the true p99?
///
/// # Errors
/// None.
pub fn no_sample_above(percent: f64) -> Result<Marked> {
    let exact = 100.0 * none_above(200, Quantile::P99);
    Ok(if close(percent, exact) || (percent - exact).abs() < 0.1 {
        Marked::right(
            "In so many minutes of a hundred every number that is drawn as p99 lies below the truth, whatever the definition.",
        )
    } else if close(percent, 100.0 - exact) {
        Marked::wrong("That is the probability that at least one was.")
    } else if close(percent, exact / 100.0) {
        Marked::wrong("That is a share, not a percentage.")
    } else if close(percent, 1.0) || percent == 0.0 {
        Marked::wrong("One in a hundred is above for each request. For none of 200 to be, all must be below.")
    } else {
        Marked::wrong("Each request is below with probability 0.99, and there are 200 of them.")
    })
}

/// Of 1, 2, …, 10 some tool prints 9.9 as the p90. Which? Answered by the tool's name, as in the table of definitions: `numpy`.
///
/// # Errors
/// None.
pub fn which_tool(name: &str) -> Result<Marked> {
    let values: Vec<f64> = (1..=10).map(f64::from).collect();
    let wanted = name.trim().to_lowercase();
    let of = |t: &Tool| t.name() == wanted || t.title().to_lowercase() == wanted;
    let Some(tool) = Tool::ALL.into_iter().find(|t| of(t)) else {
        let names: Vec<&str> = Tool::ALL.iter().map(|t| t.name()).collect();
        return Ok(Marked::wrong(format!("“{name}” is none of {}.", names.join(", "))));
    };
    let printed = tool_quantile(&values, Quantile::P90, tool, &Scope::untimed(Unit::None))?.value;
    Ok(if close(printed, 9.9) {
        Marked::right(format!(
            "Its position is p · (n + 1). For p99 of these ten, {} has no answer at all.",
            tool.title()
        ))
    } else {
        Marked::wrong(format!(
            "{} prints {printed:.1} for these ten. Look for a position that counts one more than there are.",
            tool.title()
        ))
    })
}

/// Of 2000 requests 1968 took 300 ms or less. At which percentile lies 300 ms, and is “p99 ≤ 300 ms” `"met"` or `"violated"`?
///
/// # Errors
/// None.
pub fn inverse_percentile(percentile: f64, verdict: &str) -> Result<Marked> {
    let (good, n) = (1968_u32, 2000_u32);
    let exact = 100.0 * f64::from(good) / f64::from(n);
    let met = u64::from(good) >= Quantile::P99.rank(u64::from(n));
    let said = verdict.trim().to_lowercase();
    let right = if met { "met" } else { "violated" };
    Ok(if close(percentile, 100.0 - exact) {
        Marked::wrong("That is the share above. A percentile counts what is at or below.")
    } else if (percentile - exact).abs() > 0.01 || percentile.is_nan() {
        Marked::wrong("The percentile is wrong: which share of the requests took 300 ms or less?")
    } else if said != "met" && said != "violated" {
        Marked::wrong(format!("“{verdict}” is none of met, violated."))
    } else if said != right {
        Marked::wrong("The percentile is right. Are at least 99 % of the requests at or below 300 ms?")
    } else {
        Marked::right(
            "The share at or below a threshold needs no definition of percentiles, it adds up over windows, and it is what the budget is about.",
        )
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::marked::check;
    use super::*;

    #[test]
    fn ranks() {
        let mark = |r| nearest_rank(r).unwrap();
        let mistakes = [
            (mark(28.5), "no such rank"),
            (mark(28.0), "Less than 95 %"),
            (mark(30.0), "maximum"),
            (mark(3.0), "round up"),
            (mark(f64::NAN), "round up"),
        ];
        check(&mark(29.0), &mistakes, &["29"]);
    }

    #[test]
    fn samples_of_a_rare_quantile() {
        let mark = |n| samples_for_p999(n).unwrap();
        let mistakes = [
            (mark(1000.0), "63 %"),
            (mark(2994.0), "too few"),
            (mark(100.0), "too few"),
            (mark(10_000.0), "fewer do"),
            (mark(f64::NAN), "When does"),
        ];
        // ln 0.05 / ln 0.999 = 2994.2 by hand
        check(&mark(2995.0), &mistakes, &["2995"]);
    }

    #[test]
    fn a_minute_without_a_slow_one() {
        let mark = |p| no_sample_above(p).unwrap();
        let mistakes = [
            (mark(86.6), "at least one"),
            (mark(0.134), "a share"),
            (mark(1.0), "One in a hundred"),
            (mark(50.0), "200 of them"),
        ];
        // 0.99²⁰⁰ by hand
        check(&mark(13.398), &mistakes, &["13.4", "0.134"]);
    }

    #[test]
    fn tools_that_disagree() {
        let mark = |t: &str| which_tool(t).unwrap();
        let mistakes = [
            (mark("numpy"), "9.1"),
            (mark("Excel PERCENTILE.INC"), "9.1"),
            (mark("percentile_disc"), "9.0"),
            (mark("lotus"), "none of"),
        ];
        check(&mark("excel-exc"), &mistakes, &["EXC", "9.9"]);
    }

    #[test]
    fn a_threshold_instead_of_a_percentile() {
        let mark = |p, v: &str| inverse_percentile(p, v).unwrap();
        let mistakes = [
            (mark(1.6, "violated"), "share above"),
            (mark(99.0, "met"), "percentile is wrong"),
            (mark(98.4, "met"), "at least 99 %"),
            (mark(98.4, "perhaps"), "none of"),
            (mark(f64::NAN, "met"), "percentile is wrong"),
        ];
        check(&mark(98.4, "Violated"), &mistakes, &["98.4"]);
    }
}
