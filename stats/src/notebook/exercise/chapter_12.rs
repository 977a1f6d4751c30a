//! Checkers of chapter 12, on dependencies and sampling.

use super::{Marked, close};
use crate::describe::{Stratum, neyman_allocation, stratified_mean};
use crate::error::{Error, Result};
use crate::estimate::Scope;
use crate::quantile::{Quantile, samples_needed};
use crate::slo::dependencies::{Graph, ServiceRow, analyse};
use crate::unit::Unit;

/// Nines are compared by what they leave over.
fn as_bad(percent: f64, exact: f64) -> bool {
    close(100.0 - percent, 100.0 * (1.0 - exact))
}

fn row_of(graph: &Graph, name: &str) -> Result<ServiceRow> {
    let found = analyse(graph)?;
    let row = found.services.into_iter().find(|row| row.service == name);
    row.ok_or_else(|| Error::argument(format!("there is no service “{name}”")))
}

/// A service is up 99 % of the time by itself and needs three others of 99 % each. They fail independently. How often is it up, in percent?
///
/// # Errors
/// None for this graph.
pub fn three_needs(percent: f64) -> Result<Marked> {
    let mut graph = Graph::default();
    let nines: Quantile = "99%".parse()?;
    for name in ["shop", "auth", "stock", "pay"] {
        graph.describe(name, Some(nines), None)?;
    }
    graph.need("shop", &["auth", "stock", "pay"], 3, false)?;
    let row = row_of(&graph, "shop")?;
    let exact = row.product.as_ref().map_or(f64::NAN, |p| p.value);
    let apart = row.bound_worst.interval().map_or(f64::NAN, |(lower, _)| lower);
    Ok(if as_bad(percent, exact) {
        Marked::right("Four things have to work at the same time. What one promises says little of the sum.")
    } else if as_bad(percent, row.bound_worst.value) {
        Marked::wrong(
            "No more than that can be had, and only if all of them fail at the same time. These are independent.",
        )
    } else if as_bad(percent, apart) {
        Marked::wrong("That is the case of failures that never coincide. Independent ones sometimes do.")
    } else if as_bad(percent, 0.99_f64.powi(3)) {
        Marked::wrong("Those are its needs. It can also fail by itself.")
    } else {
        Marked::wrong("All four have to be up: what is the chance of that if they know nothing of each other?")
    })
}

/// Three replicas are up 99 % of the time each, independently, and two of them are enough. How often is the service up, in percent?
///
/// # Errors
/// None for this graph.
pub fn two_of_three(percent: f64) -> Result<Marked> {
    let with = |at_least: usize| {
        let mut graph = Graph::default();
        for name in ["a", "b", "c"] {
            graph.describe(name, Some("99%".parse()?), None)?;
        }
        graph.describe("shop", None, None)?;
        graph.need("shop", &["a", "b", "c"], at_least, false)?;
        // of the front nothing is said, so that it counts as always up
        graph.describe("shop", Some("100%".parse()?), None)?;
        Ok::<_, Error>(row_of(&graph, "shop")?.product.map_or(f64::NAN, |p| p.value))
    };
    Ok(if as_bad(percent, with(2)?) {
        Marked::right("It fails where two are down at once: three pairs, each once in ten thousand.")
    } else if as_bad(percent, with(1)?) {
        Marked::wrong("So it would be if one were enough.")
    } else if as_bad(percent, with(3)?) {
        Marked::wrong("So it would be if all three were needed.")
    } else if as_bad(percent, 1.0 - 0.01_f64.powi(2)) {
        Marked::wrong("That is one pair being down at once. How many pairs are there among three?")
    } else {
        Marked::wrong(
            "It is down where two or three replicas are: how many pairs are there, and how often is a pair down?",
        )
    })
}

/// Strata of the last three exercises: name, size, standard deviation, mean in milliseconds.
const STRATA: [(&str, u64, f64, f64); 2] = [("search", 9000, 10.0, 20.0), ("checkout", 1000, 90.0, 120.0)];

/// Of 9000 searches and 1000 checkouts 50 each were sampled. The searches took 20 ms on average, the checkouts 120 ms. What is the mean of
/// all 10 000 requests, in milliseconds?
///
/// # Errors
/// None for these strata.
pub fn weighted(milliseconds: f64) -> Result<Marked> {
    let strata = STRATA.map(|(name, size, _, mean)| Stratum { name: name.into(), size, values: vec![mean; 50] });
    let exact = stratified_mean(&strata, 0.95, &Scope::untimed(Unit::Millisecond))?.value;
    Ok(if close(milliseconds, exact) {
        Marked::right("Each stratum counts as often as it has members, not as often as it was looked at.")
    } else if close(milliseconds, 70.0) {
        Marked::wrong("That is the mean of the sample, in which checkouts are half. Of the requests they are a tenth.")
    } else if close(milliseconds, 110.0) {
        Marked::wrong("The weights are the wrong way round: which of the two is the rare one?")
    } else {
        Marked::wrong("Weight each mean by its stratum's share of all requests.")
    })
}

/// The standard deviations are 10 ms of the searches and 90 ms of the checkouts. Of 100 draws, how many should be checkouts, so that the mean
/// of all is as sure as can be?
///
/// # Errors
/// None for these strata.
pub fn draws(checkouts: f64) -> Result<Marked> {
    let allocation = neyman_allocation(&STRATA.map(|(_, size, sd, _)| (size, sd)), 100)?;
    let exact = allocation.get(1).map_or(f64::NAN, |n| *n as f64);
    Ok(if checkouts == exact {
        Marked::right("Nine times rarer and nine times more uncertain: size times deviation is the same.")
    } else if checkouts == 10.0 {
        Marked::wrong(
            "That is their share of the requests. But they vary more, and what varies has to be looked at more often.",
        )
    } else if checkouts == 90.0 {
        Marked::wrong(
            "That goes by deviation alone. But they are few, and an error of theirs counts little in the whole.",
        )
    } else {
        Marked::wrong("Draw in proportion to size times standard deviation.")
    })
}

/// A sample of requests held no error at all. From how many requests on does that show, at 95 % confidence, that fewer than one in a thousand
/// fail?
///
/// # Errors
/// None for this level.
pub fn no_error_yet(requests: f64) -> Result<Marked> {
    let exact =
        samples_needed(Quantile::P999, 0.95).ok_or_else(|| Error::argument("no number of samples is enough"))? as f64;
    Ok(if close(requests, exact) {
        Marked::right(format!(
            "Exactly it is {exact}: (1 − 1/1000)ⁿ must fall to 5 %. Three times the inverse of the ratio is the rule of thumb."
        ))
    } else if close(requests, 1000.0) {
        Marked::wrong("With one error in a thousand, a thousand requests hold none in more than a third of all cases.")
    } else if requests < exact {
        Marked::wrong(
            "Too few: with one error in a thousand, how often would so many requests hold none? It must be 5 % or less.",
        )
    } else {
        Marked::wrong("That shows it, but fewer do too: when does the chance of no error fall to 5 %?")
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::marked::check;
    use super::*;

    #[test]
    fn four_that_must_work() {
        let mark = |p| three_needs(p).unwrap();
        let mistakes = [
            (mark(99.0), "No more than that"),
            (mark(96.0), "never coincide"),
            (mark(97.03), "by itself"),
            (mark(50.0), "All four"),
            (mark(f64::NAN), "All four"),
        ];
        // 0.99⁴
        check(&mark(96.06), &mistakes, &["96"]);
    }

    #[test]
    fn two_replicas_are_enough() {
        let mark = |p| two_of_three(p).unwrap();
        let mistakes = [
            (mark(99.9999), "one were enough"),
            (mark(97.03), "all three"),
            (mark(99.99), "How many pairs"),
            (mark(98.01), "how often is a pair down"),
            (mark(f64::NAN), "how often is a pair down"),
        ];
        // 3 · 0.99² · 0.01 + 0.99³
        check(&mark(99.9702), &mistakes, &["99.97"]);
    }

    #[test]
    fn the_mean_of_all() {
        let mark = |ms| weighted(ms).unwrap();
        let mistakes = [
            (mark(70.0), "mean of the sample"),
            (mark(110.0), "wrong way round"),
            (mark(20.0), "Weight each"),
            (mark(f64::NAN), "Weight each"),
        ];
        check(&mark(30.0), &mistakes, &["30"]);
    }

    #[test]
    fn who_is_looked_at() {
        let mark = |n| draws(n).unwrap();
        let mistakes = [
            (mark(10.0), "share of the requests"),
            (mark(90.0), "deviation alone"),
            (mark(30.0), "in proportion"),
            (mark(f64::NAN), "in proportion"),
        ];
        check(&mark(50.0), &mistakes, &["50"]);
    }

    #[test]
    fn nothing_has_failed_yet() {
        let mark = |n| no_error_yet(n).unwrap();
        let mistakes = [
            (mark(1000.0), "a third"),
            (mark(300.0), "Too few"),
            (mark(10_000.0), "fewer do too"),
            (mark(f64::NAN), "fewer do too"),
        ];
        check(&mark(3000.0), &mistakes, &["2995", "3000"]);
        check(&mark(2995.0), &mistakes, &[]);
        // brute force: the first n at which no error is unlikely enough
        let first = (1..10_000).find(|n| 0.999_f64.powi(*n) <= 0.05).unwrap();
        assert_eq!(first, 2995);
    }
}
