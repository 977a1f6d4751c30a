//! Checkers of chapter 10, on change and comparison.

use super::{Marked, close};
use crate::compare::{Effect, Plan, Verdict, benjamini_hochberg, holm, time_to_detect, within_margin};
use crate::error::Result;
use crate::estimate::{Bound, Estimate, Scope};
use crate::method::Method;
use crate::unit::Unit;

/// Twenty metrics of a canary are each tested at 5 %, and nothing about it is different. What is the chance, in percent, that at least one
/// test says otherwise? Take the tests as independent.
///
/// # Errors
/// None.
pub fn false_alarms(percent: f64) -> Result<Marked> {
    let (tests, alpha) = (20, 0.05_f64);
    let exact = 100.0 * (1.0 - (1.0 - alpha).powi(tests));
    Ok(if close(percent, exact) {
        Marked::right("More often than not a harmless canary looks guilty in something.")
    } else if close(percent, 100.0 * alpha) {
        Marked::wrong("That is the chance of one test. There are twenty, and one of them is enough.")
    } else if close(percent, 100.0 * alpha * f64::from(tests)) {
        Marked::wrong(
            "That adds the chances, which gives the number of false alarms expected. Two at once count twice in it.",
        )
    } else if close(percent, 100.0 - exact) {
        Marked::wrong("That is the chance that all twenty stay silent.")
    } else {
        Marked::wrong("What is the chance that one test stays silent, and that all of them do?")
    })
}

/// The p-values of [`survivors`].
const P: [f64; 5] = [0.001, 0.012, 0.013, 0.04, 0.2];

/// Five metrics have p-values of 0.001, 0.012, 0.013, 0.04 and 0.2. How many of them does Holm's correction call different at 5 %?
///
/// # Errors
/// None.
pub fn survivors(count: f64) -> Result<Marked> {
    let below = |p: &[f64]| p.iter().filter(|p| **p <= 0.05).count() as f64;
    let exact = below(&holm(&P));
    let bonferroni: Vec<f64> = P.iter().map(|p| p * P.len() as f64).collect();
    Ok(if count == exact {
        Marked::right(
            "The smallest is held against a fifth of the level, the next against a quarter, and so on until one fails.",
        )
    } else if count == below(&P) {
        Marked::wrong(format!(
            "So many are below 5 % as they stand. {} controls something else and would keep as many; Holm's correction holds the smallest \
             against a fifth of the level, the next against a quarter, and so on.",
            if below(&benjamini_hochberg(&P)) == count {
                "Benjamini and Hochberg's correction"
            } else {
                "Another correction"
            }
        ))
    } else if count == below(&bonferroni) {
        Marked::wrong(
            "That holds every one against a fifth of the level (Bonferroni). Holm relaxes it from one to the next.",
        )
    } else {
        Marked::wrong(
            "Sort them; hold the smallest against 0.05/5, the next against 0.05/4, and stop at the first that fails.",
        )
    })
}

/// After a fix the median latency is between 6 ms less and 11 ms more than before the incident, at 90 % confidence. Up to 10 ms do not
/// matter. Is it over? Answered as `equivalent`, `differ` or `not-shown`.
///
/// # Errors
/// None for this interval.
pub fn is_it_over(verdict: &str) -> Result<Marked> {
    let difference =
        Estimate::new(2.5, Method::Named("difference of medians"), 500, &Scope::untimed(Unit::Millisecond))
            .with_bound(Bound::Confidence { lower: -6.0, upper: 11.0, level: 0.9 });
    let exact = within_margin(&difference, 10.0)?;
    Ok(match verdict.trim().to_lowercase().as_str() {
        v if v == exact.word() => Marked::right(
            "Some differences in the interval matter and some do not. It may be over, but these data do not show it: wait for more.",
        ),
        v if v == Verdict::Equivalent.word() => Marked::wrong(
            "For that every difference in the interval would have to be too small to matter. Look at both ends.",
        ),
        v if v == Verdict::Differ.word() => Marked::wrong("Is a difference of 0 excluded by the interval?"),
        v => Marked::wrong(format!("“{v}” is none of equivalent, differ, not-shown.")),
    })
}

/// Errors may have doubled from 0.1 % to 0.2 %. The canary gets 5 % of 100 requests a second. How many minutes must it run to find that with
/// a chance of 80 %, tested two-sided at 5 %?
///
/// # Errors
/// None for this plan.
pub fn canary_minutes(minutes: f64) -> Result<Marked> {
    let effect = Effect::Proportion { from: 0.001, to: 0.002 };
    let of = |share: f64, power: f64| {
        Ok::<_, crate::Error>(time_to_detect(effect, 100.0, &Plan { power, share, ..Plan::default() })? / 60.0)
    };
    let exact = of(0.05, 0.8)?;
    // by hand the formulas differ by the pooling of variances
    let near = |answer: f64| (minutes - answer).abs() <= 0.02 * answer;
    Ok(if near(exact) {
        Marked::right(
            "Errors are rare and the canary sees few requests: a look after five minutes finds only disasters.",
        )
    } else if near(of(0.5, 0.8)?) {
        Marked::wrong("That is for halves. The canary gets 5 % of the traffic: set `share`.")
    } else if near(exact * 60.0) {
        Marked::wrong("Those are seconds.")
    } else if near(of(0.05, 0.95)?) || near(of(0.05, 0.9)?) {
        Marked::wrong("That finds it with a higher chance than was asked for: the level is 95 %, the power 80 %.")
    } else if minutes < exact {
        Marked::wrong(
            "In that time the canary sees too few errors. Ask `time_to_detect`, with the canary's share in the plan.",
        )
    } else {
        Marked::wrong("So long is not needed. Ask `time_to_detect`, with the canary's share in the plan.")
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::marked::check;
    use super::*;

    #[test]
    fn twenty_tests() {
        let mark = |p| false_alarms(p).unwrap();
        let mistakes = [
            (mark(5.0), "one test"),
            (mark(100.0), "adds the chances"),
            (mark(35.85), "stay silent"),
            (mark(50.0), "What is the chance"),
            (mark(f64::NAN), "What is the chance"),
        ];
        // 1 − 0.95²⁰
        check(&mark(64.15), &mistakes, &["64", "0.95"]);
    }

    #[test]
    fn who_survives() {
        let mark = |n| survivors(n).unwrap();
        let mistakes = [
            (mark(4.0), "Benjamini"),
            (mark(1.0), "Bonferroni"),
            (mark(2.0), "stop at the first"),
            (mark(f64::NAN), "stop at the first"),
        ];
        // by hand: 0.001 ≤ 0.0100, 0.012 ≤ 0.0125, 0.013 ≤ 0.0167, 0.04 > 0.025
        check(&mark(3.0), &mistakes, &["3 "]);
    }

    #[test]
    fn over_or_not() {
        let mark = |v: &str| is_it_over(v).unwrap();
        let mistakes = [(mark("equivalent"), "both ends"), (mark("Differ"), "excluded"), (mark("yes"), "none of")];
        check(&mark(" Not-shown "), &mistakes[..2], &["not-shown"]);
        check(&mark("not-shown"), &mistakes, &[]);
    }

    #[test]
    fn a_canary_waits() {
        let mark = |m| canary_minutes(m).unwrap();
        // Fleiss' formula by hand: total = (z_α √(p̄q̄ w) + z_β √(p₁q₁/0.95 + p₂q₂/0.05))² / 0.001², w = 1/0.05 + 1/0.95
        let (p1, p2) = (0.001_f64, 0.002_f64);
        let pooled = 0.95 * p1 + 0.05 * p2;
        let null = (pooled * (1.0 - pooled) * (1.0 / 0.05 + 1.0 / 0.95)).sqrt();
        let other = (p1 * (1.0 - p1) / 0.95 + p2 * (1.0 - p2) / 0.05).sqrt();
        let total = ((1.959_964 * null + 0.841_621 * other) / 0.001).powi(2);
        let minutes = total / 100.0 / 60.0;
        let mistakes = [
            (mark(minutes * 60.0), "seconds"),
            (mark(5.0), "too few errors"),
            (mark(600.0), "not needed"),
            (mark(f64::NAN), "not needed"),
        ];
        check(&mark((minutes * 10.0).round() / 10.0), &mistakes, &[&format!("{:.0}", minutes.floor())]);
        let halves =
            time_to_detect(Effect::Proportion { from: 0.001, to: 0.002 }, 100.0, &Plan::default()).unwrap() / 60.0;
        assert!(mark(halves).why.contains("halves"));
    }
}
