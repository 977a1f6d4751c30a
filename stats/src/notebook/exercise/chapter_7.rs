//! Checkers of chapter 7, on objectives and the width of buckets.

use super::{Marked, close};
use crate::error::Result;
use crate::quantile::Quantile;
use crate::slo::Period;
use crate::time::Span;
use crate::window::closed_form::single_incident;
use crate::window::{Budget, Inverse, Rule, Verdict, invert};

const MINUTE_S: f64 = 60.0;
const FIVE_MINUTES: Span = Span::from_secs(300);
const FIFTEEN_MINUTES: Span = Span::from_secs(900);
const THIRTY_DAYS: Span = Span::from_secs(30 * 86_400);

/// Which objective allows 4 min 23 s of bad time in a mean month (365.2425 / 12 days)? Answered as text: `99.5%`.
///
/// # Errors
/// Where the text is not a percentage.
pub fn recap(objective: &str) -> Result<Marked> {
    let objective: Quantile = objective.parse()?;
    let allowed = Budget::new(objective, Period::MEAN_MONTH).allowed();
    let printed = Span::from_secs(4 * 60 + 23);
    if (allowed.0 - printed.0).abs() * 2 <= Span::SECOND.0 {
        return Ok(Marked::right(format!("It allows {allowed} a month; the recap dropped a nine.")));
    }
    let direction = if allowed > printed { "more" } else { "less" };
    Ok(Marked::wrong(format!(
        "That objective allows {allowed} in a mean month, which is {direction} than {printed}. Divide {printed} by the length \
         of the month: that share may be bad."
    )))
}

/// An outage of 7 minutes in any-bad buckets of 5 minutes: how many minutes are charged at least, on average over all phases,
/// and at most?
///
/// # Errors
/// None for these lengths.
pub fn straddling(least: f64, mean: f64, most: f64) -> Result<Marked> {
    let exact = single_incident(Span::from_secs(7 * 60), FIVE_MINUTES, 0.0)?;
    let is = |answer: f64, seconds: f64| close(answer * MINUTE_S, seconds);
    let whole = |minutes: f64| close(minutes, 5.0 * (minutes / 5.0).round()) && minutes > 0.0;
    Ok(if !whole(least) || !whole(most) {
        Marked::wrong("Bad buckets are charged whole, so least and most are multiples of 5 minutes.")
    } else if !is(least, exact.min) {
        Marked::wrong(
            "The least is wrong: into how few buckets of 5 minutes do 7 minutes fit, if you may choose the phase?",
        )
    } else if !is(most, exact.max) {
        Marked::wrong(
            "The most is wrong: let the outage begin in the last instant of a bucket and count the buckets it touches.",
        )
    } else if close(mean, f64::midpoint(least, most)) {
        Marked::wrong(
            "The mean is not half-way: not as many phases give the most as give the least. Count how many do.",
        )
    } else if close(mean, 7.0) {
        Marked::wrong("That is the true length. A touched bucket is charged whole, also on average.")
    } else if !is(mean, exact.mean) {
        Marked::wrong(
            "The mean is wrong: on average an edge of a bucket lies half a bucket away, at both ends of the outage.",
        )
    } else {
        Marked::right("On average an outage grows by one width of a bucket, whatever its length.")
    })
}

/// How many bad buckets of 15 minutes does 99.9 % over 30 days pay for?
///
/// # Errors
/// None for this objective.
pub fn whole_buckets(count: f64) -> Result<Marked> {
    let budget = Budget::new("99.9%".parse()?, THIRTY_DAYS);
    let exact = budget.affordable(FIFTEEN_MINUTES) as f64;
    let quotient = budget.allowed().as_secs_f64() / FIFTEEN_MINUTES.as_secs_f64();
    Ok(if count == exact {
        Marked::right(format!(
            "The rest of the budget cannot be spent: buckets of 15 minutes enforce {:.4} % in truth.",
            100.0 * budget.quantised(FIFTEEN_MINUTES)
        ))
    } else if close(count, quotient) {
        Marked::wrong("That is the quotient, but a bucket is spent whole or not at all.")
    } else if count > exact {
        let cost = count * FIFTEEN_MINUTES.as_secs_f64() / MINUTE_S;
        Marked::wrong(format!("{count} of them cost {cost} minutes, more than the {} allowed.", budget.allowed()))
    } else {
        Marked::wrong(format!("The {} allowed pay for more of them than that.", budget.allowed()))
    })
}

/// A dashboard of 5-minute any-bad buckets shows one run of four red buckets, from one outage. Between which lengths, in
/// minutes, was the outage?
///
/// # Errors
/// None for these buckets.
pub fn behind_the_buckets(lower: f64, upper: f64) -> Result<Marked> {
    let interval = four_red(None)?.one_incident;
    Ok(if !close(upper * MINUTE_S, interval.upper) {
        Marked::wrong("The upper end is wrong: the outage may fill every red bucket and no green one.")
    } else if lower == 0.0 {
        Marked::wrong(
            "So it would be for four short outages. This is one, and it goes on from the first red bucket to the last.",
        )
    } else if close(lower, upper) {
        Marked::wrong("It need not fill the first and the last red bucket: any bad instant makes a bucket red.")
    } else if !close(lower * MINUTE_S, interval.lower) {
        Marked::wrong("The lower end is wrong: which of the four buckets must be bad throughout?")
    } else {
        Marked::right(
            "The inner buckets are full; of the outer two an instant may do. The lower end itself is excluded.",
        )
    })
}

/// Is a budget of 15 minutes kept by the outage of [`behind_the_buckets`]? Answered as `met`, `violated` or `undecidable`.
///
/// # Errors
/// None for these buckets.
pub fn what_follows(verdict: &str) -> Result<Marked> {
    // 15 min of 100 min
    let budget = Budget::new("85%".parse()?, Span::from_secs(100 * 60));
    let exact = four_red(Some(&budget))?.verdict_one_incident.unwrap_or(Verdict::Undecidable);
    Ok(match verdict.trim().to_lowercase() {
        v if v == exact.to_string() => {
            Marked::right("Some lengths of the interval keep the budget and some do not; only finer data can tell.")
        }
        v if v == "met" => {
            Marked::wrong("Take the longest outage that these buckets allow: does it fit into 15 minutes?")
        }
        v if v == "violated" => {
            Marked::wrong("Take the shortest outage that these buckets allow: does it really exceed 15 minutes?")
        }
        v => Marked::wrong(format!("“{v}” is none of met, violated, undecidable.")),
    })
}

fn four_red(budget: Option<&Budget>) -> Result<Inverse> {
    invert(&[false, true, true, true, true, false], FIVE_MINUTES, &Rule::AnyBad, budget)
}

/// One hour has 1000 requests of 100 ms each, the next 10 requests of 1000 ms each. What is the nearest-rank p99 of both
/// hours together, in milliseconds?
///
/// # Errors
/// None for these requests.
pub fn one_p99(milliseconds: f64) -> Result<Marked> {
    let (busy, quiet) = ((1000_u32, 100.0), (10_u32, 1000.0));
    let n = busy.0 + quiet.0;
    let rank = Quantile::P99.rank(u64::from(n));
    let exact = if rank <= u64::from(busy.0) { busy.1 } else { quiet.1 };
    let weighted = (f64::from(busy.0) * busy.1 + f64::from(quiet.0) * quiet.1) / f64::from(n);
    Ok(if close(milliseconds, exact) {
        Marked::right(format!(
            "Rank {rank} of {n} is the one that counts, and it falls among the requests of the busy hour."
        ))
    } else if close(milliseconds, f64::midpoint(busy.1, quiet.1)) {
        Marked::wrong("That is the mean of two percentiles. No request took that long. Sort all requests instead.")
    } else if close(milliseconds, weighted) {
        Marked::wrong("Weighting the mean by the counts does not make it a percentile. Sort all requests instead.")
    } else if close(milliseconds, quiet.1) {
        Marked::wrong(
            "That is the greater of the two percentiles. How many requests may be above the p99 of both hours?",
        )
    } else {
        Marked::wrong(format!("Sort all {n} requests and take the one of rank ⌈0.99 · {n}⌉."))
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::marked::check;
    use super::*;

    #[test]
    fn the_recap() {
        let mark = |text: &str| recap(text).unwrap();
        let mistakes = [
            (mark("99.9%"), "43m 49.746s in a mean month, which is more"),
            (mark("99.999%"), "which is less"),
            (mark("99.95%"), "more"),
        ];
        check(&mark("99.99%"), &mistakes, &["99.99"]);
        assert!(recap("four nines").is_err());
    }

    #[test]
    fn an_outage_over_edges() {
        let mark = |a, b, c| straddling(a, b, c).unwrap();
        let mistakes = [
            (mark(7.0, 7.0, 7.0), "charged whole"),
            (mark(5.0, 12.0, 15.0), "least is wrong"),
            (mark(10.0, 12.0, 10.0), "most is wrong"),
            (mark(10.0, 12.5, 15.0), "not half-way"),
            (mark(10.0, 7.0, 15.0), "true length"),
            (mark(10.0, 11.0, 15.0), "mean is wrong"),
            (mark(0.0, 0.0, 0.0), "charged whole"),
            (mark(f64::NAN, 12.0, 15.0), "charged whole"),
            (mark(10.0, f64::NAN, 15.0), "mean is wrong"),
        ];
        check(&mark(10.0, 12.0, 15.0), &mistakes, &["10 ", "12", "15"]);
    }

    #[test]
    fn buckets_are_spent_whole() {
        let mark = |n| whole_buckets(n).unwrap();
        let mistakes = [
            (mark(2.88), "the quotient"),
            (mark(3.0), "3 of them cost 45 minutes"),
            (mark(1.0), "for more"),
            (mark(0.0), "for more"),
        ];
        check(&mark(2.0), &mistakes, &["2 of"]);
        assert!(mark(2.0).why.contains("99.9306 %"));
        assert!(!mark(f64::NAN).right);
    }

    #[test]
    fn four_red_buckets() {
        let mark = |a, b| behind_the_buckets(a, b).unwrap();
        let mistakes = [
            (mark(10.0, 15.0), "upper end"),
            (mark(0.0, 20.0), "four short outages"),
            (mark(20.0, 20.0), "need not fill"),
            (mark(15.0, 20.0), "lower end"),
            (mark(f64::NAN, 20.0), "lower end"),
        ];
        check(&mark(10.0, 20.0), &mistakes, &["10", "20"]);
    }

    #[test]
    fn what_four_red_buckets_say_of_a_budget() {
        let mark = |text: &str| what_follows(text).unwrap();
        let mistakes = [(mark("met"), "longest"), (mark("Violated"), "shortest"), (mark("perhaps"), "none of")];
        check(&mark(" Undecidable"), &mistakes, &[]);
    }

    #[test]
    fn one_percentile_of_two_hours() {
        let mark = |ms| one_p99(ms).unwrap();
        let mistakes = [
            (mark(550.0), "mean of two percentiles"),
            (mark(108.9), "Weighting"),
            (mark(1000.0), "greater of the two"),
            (mark(250.0), "Sort all 1010"),
        ];
        check(&mark(100.0), &mistakes, &["100 ms", "100."]);
        // brute force: sort all of them
        let mut all = vec![100.0; 1000];
        all.extend([1000.0; 10]);
        all.sort_by(f64::total_cmp);
        assert_eq!(all[(0.99_f64 * 1010.0).ceil() as usize - 1], 100.0);
    }
}
