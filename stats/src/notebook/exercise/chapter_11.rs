//! Checkers of chapter 11, on queues and scaling.

use super::{Marked, close};
use crate::capacity::{amdahl, little, mg1, mm1};
use crate::error::Result;
use crate::unit::Unit;

/// 120 requests a second take 250 ms each on average. How many are in the system at a time?
///
/// # Errors
/// None for these numbers.
pub fn in_flight(count: f64) -> Result<Marked> {
    let exact = little(Some(120.0), Some(0.25), None)?.in_system.value;
    Ok(if close(count, exact) {
        Marked::right("No distribution and no number of servers was needed: L = λ W holds for every system in balance.")
    } else if close(count, exact * 1000.0) {
        Marked::wrong("A rate a second wants a time in seconds.")
    } else if close(count, 120.0 / 0.25) {
        Marked::wrong("That divides. The longer a request stays, the more of them there are.")
    } else if close(count, 120.0) {
        Marked::wrong("That many arrive in a second, but none stays for a whole one.")
    } else {
        Marked::wrong("In the time that one request stays, how many others arrive?")
    })
}

/// One server takes 40 ms for a request on average, with exponential service times, and 20 Poisson requests a second arrive. What is the
/// mean response time, in milliseconds?
///
/// # Errors
/// None for this queue.
pub fn response(milliseconds: f64) -> Result<Marked> {
    let queue = mm1(20.0, 0.04)?;
    let is = |s: f64| close(milliseconds, 1000.0 * s);
    Ok(if is(queue.response_s.value) {
        Marked::right("Of five parts of that time four are spent in the queue.")
    } else if is(queue.wait_s.value) {
        Marked::wrong("That is the wait. The response ends when the service does.")
    } else if is(0.04) {
        Marked::wrong("That is the service alone, as of a request that finds nobody before it.")
    } else if is(mg1(20.0, 0.04, 0.0)?.response_s.value) {
        Marked::wrong("So it would be if every service took exactly 40 ms. These vary.")
    } else if close(milliseconds, queue.response_s.value) {
        Marked::wrong("Those are seconds.")
    } else {
        Marked::wrong(
            "How busy is the server? The response is the service time over the share of time that it is idle.",
        )
    })
}

/// The load of an M/M/1 queue rises from 80 % to 90 %. By which factor does the mean *wait* grow?
///
/// # Errors
/// None for these loads.
pub fn growth(factor: f64) -> Result<Marked> {
    let (before, after) = (mm1(0.8, 1.0)?, mm1(0.9, 1.0)?);
    Ok(if close(factor, after.wait_s.value / before.wait_s.value) {
        Marked::right("An eighth more load, and the wait more than doubles. From 90 to 95 % it does so again.")
    } else if close(factor, after.response_s.value / before.response_s.value) {
        Marked::wrong("So the response grows, in which the service is constant. The question is about the wait.")
    } else if close(factor, 0.9 / 0.8) {
        Marked::wrong("So the load grows. The wait goes with ρ/(1 − ρ), and the idle time is what becomes scarce.")
    } else {
        Marked::wrong("The wait goes with ρ/(1 − ρ): compute it at both loads.")
    })
}

/// At one load the mean wait of a single server is three times what constant service times would give. What is the squared coefficient of
/// variation of the service times, cv²?
///
/// # Errors
/// None for these numbers.
pub fn variation(cv2: f64) -> Result<Marked> {
    // the wait over that of M/D/1 says 1 + cv²; any load will do
    let ratio = |cv2: f64| Ok::<_, crate::Error>(mg1(0.5, 1.0, cv2)?.wait_s.value / mg1(0.5, 1.0, 0.0)?.wait_s.value);
    if !(cv2 >= 0.0 && cv2.is_finite()) {
        return Ok(Marked::wrong("A square over a square is no less than 0."));
    }
    let found = ratio(cv2)?;
    Ok(if close(found, 3.0) {
        Marked::right(
            "The server is no busier than with constant times; half of the remedy for a queue is to even out its work.",
        )
    } else if close(cv2, 3.0) {
        Marked::wrong("That is the factor itself. With constant times it is 1 and cv² is 0, so they are not the same.")
    } else if close(found * found, 3.0) || close(cv2 * cv2, 2.0) {
        Marked::wrong("That looks like the coefficient of variation; its square was asked for.")
    } else {
        Marked::wrong(format!(
            "With that the wait would be {found:.3} times that of constant times. Pollaczek and Khinchine: it goes with 1 + cv²."
        ))
    })
}

/// A twentieth of the work cannot be done in parallel. How much faster than one worker are 16, by Amdahl's law?
///
/// # Errors
/// None for these numbers.
pub fn speed_up(factor: f64) -> Result<Marked> {
    let law = |n: f64| (n, n / (1.0 + 0.05 * (n - 1.0)));
    let fit = amdahl(&[law(1.0), law(2.0), law(64.0)], 0.95, &Unit::None)?;
    let exact = fit.throughput(16.0) / fit.throughput(1.0);
    let limit = fit.peak_throughput.as_ref().map_or(f64::NAN, |p| p.value);
    Ok(if close(factor, exact) {
        Marked::right(
            "Six or seven of the sixteen are paid for waiting. No number of workers makes it more than twenty times faster.",
        )
    } else if close(factor, 16.0) {
        Marked::wrong("So it would be if all of the work were parallel.")
    } else if close(factor, limit) {
        Marked::wrong("That is the limit for ever more workers.")
    } else if close(factor, 16.0 * 0.95) {
        Marked::wrong("The serial part is not only lost for one of them: while it runs, all others wait.")
    } else {
        Marked::wrong("The serial part takes as long as before, the rest a sixteenth. How long is that together?")
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::marked::check;
    use super::*;

    #[test]
    fn how_many_at_a_time() {
        let mark = |n| in_flight(n).unwrap();
        let mistakes = [
            (mark(30_000.0), "in seconds"),
            (mark(480.0), "divides"),
            (mark(120.0), "whole one"),
            (mark(7.0), "arrive"),
            (mark(f64::NAN), "arrive"),
        ];
        check(&mark(30.0), &mistakes, &["30"]);
    }

    #[test]
    fn four_fifths_busy() {
        let mark = |ms| response(ms).unwrap();
        let mistakes = [
            (mark(160.0), "the wait"),
            (mark(40.0), "service alone"),
            (mark(120.0), "These vary"),
            (mark(0.2), "seconds"),
            (mark(50.0), "How busy"),
            (mark(f64::NAN), "How busy"),
        ];
        // 40 / (1 − 0.8)
        check(&mark(200.0), &mistakes, &["200"]);
    }

    #[test]
    fn a_little_more_load() {
        let mark = |f| growth(f).unwrap();
        let mistakes = [
            (mark(2.0), "response"),
            (mark(1.125), "load grows"),
            (mark(9.0), "both loads"),
            (mark(f64::NAN), "both loads"),
        ];
        // 9 / 4
        check(&mark(2.25), &mistakes, &["2.25"]);
    }

    #[test]
    fn uneven_work() {
        let mark = |v| variation(v).unwrap();
        let mistakes = [
            (mark(3.0), "factor itself"),
            (mark(1.414), "its square"),
            (mark(1.0), "2.000 times"),
            (mark(-1.0), "no less than 0"),
            (mark(f64::NAN), "no less than 0"),
        ];
        check(&mark(2.0), &mistakes, &["cv² = 2"]);
    }

    #[test]
    fn sixteen_workers() {
        let mark = |f| speed_up(f).unwrap();
        let mistakes = [
            (mark(16.0), "all of the work"),
            (mark(20.0), "ever more"),
            (mark(15.2), "all others wait"),
            (mark(5.0), "together"),
            (mark(f64::NAN), "together"),
        ];
        // 16 / 1.75
        check(&mark(9.14), &mistakes, &["9.1"]);
    }
}
