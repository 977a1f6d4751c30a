//! Checkers of chapter 13, on an export of one's own.

use super::{Marked, close};
use crate::error::{Error, Result};
use crate::estimate::Scope;
use crate::load::{Dataset, LoadOptions, load_bytes};
use crate::method::Definition;
use crate::progress::Progress;
use crate::quantile::{Quantile, quantiles, samples_needed};
use crate::time::{Span, Timestamp};
use crate::unit::Unit;
use crate::window::Budget;

/// An export as a spreadsheet wrote it, with much that goes wrong in such files.
pub const EXPORT: &str = "\
time;service;latency_ms;status
2026-10-25 01:59:58;cart;41,5;200
2026-10-25 01:59:59;cart;38,0;200
2026-10-25 02:30:00;cart;;504
2026-10-25 02:30:01;cart;NaN;503
2026-10-25 02:30:03;cart;39,5;200
2026-10-25 02:30:02;cart;40,5;200
2026-10-25 02:30:04;cart;n/a;200
2026-10-25 03:00:00;cart;1204,0;200;slow!
";

fn export(zone: Option<&str>) -> Result<Dataset> {
    let options = LoadOptions { tz: zone.map(ToOwned::to_owned), ..LoadOptions::default() };
    load_bytes("export.csv", EXPORT.as_bytes(), &options, &Progress::new())
}

/// How many latencies of [`EXPORT`] are left to compute with?
///
/// # Errors
/// None for this export.
pub fn usable(latencies: f64) -> Result<Marked> {
    let data = export(None)?;
    let left = data.items.iter().map(crate::load::Item::count).sum::<u64>() as f64;
    let rows = data.report.rows as f64;
    Ok(if latencies == left {
        Marked::right("Blank, not a number and not available are no latencies, and none of them is 0.")
    } else if latencies == rows {
        Marked::wrong("That many rows were read. Look under “dropped”: not each of them has a latency.")
    } else if latencies == left - 1.0 {
        Marked::wrong("The last row has a field too many, which is told, and its latency is a number all the same.")
    } else if latencies > left && latencies < rows {
        Marked::wrong(
            "Of the rows without a latency you left out some, and not all: what are a blank, “NaN” and “n/a”?",
        )
    } else {
        Marked::wrong("Count the rows whose third field is a number. A decimal comma is one; a blank is not.")
    })
}

/// The clocks of [`EXPORT`] stood on the wall in Berlin. When was its first row in UTC?
///
/// # Errors
/// [`Parse`](crate::ErrorKind::Parse) where the answer is no time.
pub fn in_utc(answer: &str) -> Result<Marked> {
    let answer: Timestamp = answer.parse()?;
    let first = |data: Dataset| data.items.first().map(crate::load::Item::first);
    let none = || Error::empty("the export has no row");
    let exact = first(export(Some("Europe/Berlin"))?).ok_or_else(none)?;
    let wall = first(export(None)?).ok_or_else(none)?;
    Ok(if answer == exact {
        Marked::right("Two hours before the wall, as it was still summer there. An hour later it was one.")
    } else if answer == wall {
        Marked::wrong("That is what stands in the file, read as UTC. Berlin is ahead of it.")
    } else if answer == wall + wall.since(exact) {
        Marked::wrong("The wrong way: east of Greenwich the wall is ahead, so that UTC is earlier.")
    } else if answer == exact + Span::HOUR {
        Marked::wrong("That is winter time. The clocks were put back that night, but later.")
    } else {
        Marked::wrong("Read the export with `tz` set to Europe/Berlin, and look at its first time.")
    })
}

/// Which is the highest of p95, p99, p99.9 and p99.99 that so many samples can bound from above, at 95 % confidence?
///
/// # Errors
/// [`Argument`](crate::ErrorKind::Argument) where there are too few samples for any of them; as a [`Quantile`] is read.
pub fn highest_quantile(samples: usize, answer: &str) -> Result<Marked> {
    let answer: Quantile = answer.parse()?;
    let enough = |q: Quantile| samples_needed(q, 0.95).is_some_and(|n| n <= samples as u64);
    let asked = [Quantile::P9999, Quantile::P999, Quantile::P99, Quantile::P95];
    let exact = asked.into_iter().find(|q| enough(*q)).ok_or_else(|| {
        Error::argument(format!("{samples} samples bound none of these")).hint("59 are needed for a p95")
    })?;
    Ok(if answer == exact {
        Marked::right("The next one would rest on samples that may well not be there.")
    } else if !asked.contains(&answer) {
        Marked::wrong("Choose one of p95, p99, p99.9 and p99.99.")
    } else if answer.p() > exact.p() {
        Marked::wrong(
            "Too few samples for that: the largest of them may well lie below it. Its interval has no upper end.",
        )
    } else {
        Marked::wrong("That one can be bounded, but a higher one too. Try how many `samples_needed` asks for.")
    })
}

/// How many of so many requests may fail under an objective such as `99%`?
///
/// # Errors
/// As a [`Quantile`] is read.
pub fn may_fail(requests: usize, objective: &str, answer: f64) -> Result<Marked> {
    let objective: Quantile = objective.parse()?;
    let share = requests as f64 * objective.complement();
    // a product that is whole up to rounding is meant so
    let whole = if (share - share.round()).abs() < 1e-9 * share { share.round() } else { share.floor() };
    Ok(if answer == whole {
        Marked::right("A request fails whole or not at all.")
    } else if answer != answer.floor() && close(answer, share) {
        Marked::wrong("That is the share of them, but a request fails whole or not at all.")
    } else if close(answer, requests as f64 - share) {
        Marked::wrong("So many have to succeed. How many are left?")
    } else if answer == whole + 1.0 {
        Marked::wrong("One too many: with that the share of good ones is below the objective.")
    } else if close(answer, Budget::new(objective, Span(30 * Span::DAY.0)).allowed().as_secs_f64() / 60.0) {
        Marked::wrong("Those are minutes of 30 days. Requests are counted here.")
    } else {
        Marked::wrong("Multiply the requests by what the objective leaves over.")
    })
}

/// A forecast's backtest says: MASE 1.3, and 97 % of what came lay inside its interval. The baseline's MASE is 1.0. Which of the two dates do
/// you tell, `"forecast"` or `"baseline"`?
pub fn which_to_tell(answer: &str) -> Marked {
    match answer {
        "baseline" => Marked::right(
            "It was less wrong on the past. That the other one's interval held says that it is wide, not that its middle is good.",
        ),
        "forecast" => Marked::wrong(
            "It was tried on the past. Was it less wrong than saying that all stays as it was a season ago?",
        ),
        _ => Marked::wrong("Answer “forecast” or “baseline”."),
    }
}

/// Latencies of seven minutes in milliseconds; in three of them nothing was measured.
const MINUTES: [Option<f64>; 7] = [Some(12.0), None, Some(15.0), Some(20.0), None, None, Some(14.0)];

/// A frame has the latencies 12, null, 15, 20, null, null and 14 ms. Somebody fills the nulls with 0. What is the median then, in
/// milliseconds?
///
/// # Errors
/// None for these latencies.
pub fn filled_with_zero(milliseconds: f64) -> Result<Marked> {
    let median = |values: &[f64]| -> Result<f64> {
        let found = quantiles(values, &[Quantile::MEDIAN], Definition::Type7, &Scope::untimed(Unit::Millisecond))?;
        found.first().map(|e| e.value).ok_or_else(|| Error::empty("no values"))
    };
    let filled = median(&MINUTES.map(Option::unwrap_or_default))?;
    let measured = median(&MINUTES.into_iter().flatten().collect::<Vec<f64>>())?;
    Ok(if close(milliseconds, filled) {
        Marked::right(
            "As fast as the fastest minute that was measured, by not looking. Leave nulls out, and say how many there were.",
        )
    } else if close(milliseconds, measured) {
        Marked::wrong("That is the median of what was measured. Put the zeros in and sort again.")
    } else if milliseconds == 0.0 {
        Marked::wrong("Fewer than half of them are zeros.")
    } else {
        Marked::wrong("Write down all seven with zeros for the nulls, sort them, and take the one in the middle.")
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::marked::check;
    use super::*;

    #[test]
    fn what_is_left_of_an_export() {
        let mark = |n| usable(n).unwrap();
        let mistakes = [
            (mark(8.0), "rows were read"),
            (mark(4.0), "a field too many"),
            (mark(6.0), "not all"),
            (mark(7.0), "not all"),
            (mark(0.0), "third field"),
            (mark(f64::NAN), "third field"),
        ];
        // counted by eye: 41.5, 38.0, 39.5, 40.5, 1204.0
        check(&mark(5.0), &mistakes, &["5", "five"]);
    }

    #[test]
    fn a_wall_clock_in_october() {
        let mark = |t| in_utc(t).unwrap();
        let mistakes = [
            (mark("2026-10-25T01:59:58Z"), "read as UTC"),
            (mark("2026-10-25T03:59:58Z"), "wrong way"),
            (mark("2026-10-25T00:59:58Z"), "winter"),
            (mark("2026-10-25T12:00:00Z"), "tz"),
        ];
        // summer time ends at 01:00 UTC of the last Sunday of October
        check(&mark("2026-10-24T23:59:58Z"), &mistakes, &["23:59", "Two hours"]);
        assert!(in_utc("soon").is_err());
    }

    #[test]
    fn how_high_samples_reach() {
        let mark = |q| highest_quantile(4002, q).unwrap();
        let mistakes = [
            (mark("p99.99"), "Too few samples"),
            (mark("p99"), "a higher one"),
            (mark("p95"), "a higher one"),
            (mark("p50"), "Choose one"),
        ];
        // 0.999^2995 < 0.05 and 0.9999^4002 > 0.05
        check(&mark("p99.9"), &mistakes, &["2995"]);
        assert!(highest_quantile(59, "p95").unwrap().right && highest_quantile(58, "p95").is_err());
        assert!(highest_quantile(29_956, "p99.99").unwrap().right);
    }

    #[test]
    fn whole_requests_fail() {
        let mark = |n| may_fail(4002, "99%", n).unwrap();
        let mistakes = [
            (mark(40.02), "the share"),
            (mark(3961.98), "have to succeed"),
            (mark(41.0), "One too many"),
            (mark(432.0), "minutes"),
            (mark(4.0), "Multiply"),
            (mark(f64::NAN), "Multiply"),
        ];
        check(&mark(40.0), &mistakes, &["40"]);
        // exactly whole: 1 % of 4000, and one in a thousand of 9000
        assert!(may_fail(4000, "99%", 40.0).unwrap().right && may_fail(9000, "99.9%", 9.0).unwrap().right);
        assert!(may_fail(40, "99%", 0.0).unwrap().right);
    }

    #[test]
    fn less_wrong_wins() {
        let mistakes = [(which_to_tell("forecast"), "less wrong"), (which_to_tell("both"), "Answer")];
        check(&which_to_tell("baseline"), &mistakes[..1], &["baseline"]);
        check(&which_to_tell("baseline"), &mistakes[1..], &[]);
    }

    #[test]
    fn nulls_are_no_zeros() {
        let mark = |ms| filled_with_zero(ms).unwrap();
        let mistakes = [
            (mark(14.5), "was measured"),
            (mark(0.0), "Fewer than half"),
            (mark(8.7), "sort them"),
            (mark(f64::NAN), "sort them"),
        ];
        // 0 0 0 12 14 15 20
        check(&mark(12.0), &mistakes, &["12"]);
    }
}
