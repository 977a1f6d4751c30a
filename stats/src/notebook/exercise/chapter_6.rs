//! Checkers of chapter 6, on counters and rates.

use super::{Marked, close};
use crate::counter::Counter;
use crate::error::{Error, Result};
use crate::series::{Identity, NanPolicy};
use crate::time::Span;
use crate::unit::Unit;
use crate::window::isolated_event;

const INTERVAL: Span = Span::from_secs(15);

/// A counter is read as 100, 160, 20 and 50. How many events happened between the first sample and the last, at least?
///
/// # Errors
/// None for these samples.
pub fn across_a_reset(events: f64) -> Result<Marked> {
    let values = vec![100.0, 160.0, 20.0, 50.0];
    let times = (0..4).map(|i| i * INTERVAL.0).collect();
    let counter = Counter::new(Identity::new("events", Unit::Count), times, values, NanPolicy::Refuse)?;
    let exact = counter.increases()?.values().iter().sum::<f64>();
    Ok(if close(events, exact) {
        Marked::right(
            "It began at 0 again, so at least the 20 are new. What it counted between its last sample and the restart is in no sample.",
        )
    } else if close(events, -50.0) || close(events, 50.0) {
        Marked::wrong("That is last minus first. A counter never falls: where it seems to, it has begun again.")
    } else if close(events, 90.0) {
        Marked::wrong(
            "That leaves out what the counter held when it was first seen after the restart. From which value had it begun?",
        )
    } else if close(events, 210.0) {
        Marked::wrong("The 100 of the first sample were counted before it was taken.")
    } else {
        Marked::wrong(
            "Go from sample to sample and add what each one has more than the one before it, after a restart more than 0.",
        )
    })
}

/// Samples come every 15 s. Which share of isolated errors, in percent, does `increase(errors[1m])`, asked once a minute, not show?
///
/// # Errors
/// None for these lengths.
pub fn lost_in_a_minute(percent: f64) -> Result<Marked> {
    let exact = 100.0 * isolated_event(Span::MINUTE, INTERVAL)?.lost.value;
    Ok(if close(percent, exact) {
        Marked::right(
            "Of four intervals between scrapes one lies across the edge of two minutes, and neither minute looks there.",
        )
    } else if percent == 0.0 {
        Marked::wrong(
            "So one would hope. Draw the four samples of a minute and mark the intervals between them that lie inside.",
        )
    } else if close(percent, exact / 100.0) {
        Marked::wrong("That is a share, not a percentage.")
    } else if close(percent, 100.0 - exact) {
        Marked::wrong("That is what it does show.")
    } else {
        Marked::wrong(
            "How many intervals between scrapes does a minute have, and how many of them lie across its edge?",
        )
    })
}

/// An error that `increase(errors[1m])` does show, with samples every 15 s: as how many errors does it show it?
///
/// # Errors
/// None for these lengths.
pub fn read_as(errors: f64) -> Result<Marked> {
    let exact = isolated_event(Span::MINUTE, INTERVAL)?.reads_most;
    Ok(if (errors - exact).abs() < 0.01 {
        Marked::right(
            "Four samples span three intervals, and what they grew by is stretched to four. With what is lost, it is right on average.",
        )
    } else if close(errors, 1.0) {
        Marked::wrong("So do the samples. But they span less than the minute, and `increase` stretches what it sees.")
    } else if close(errors, 0.75) {
        Marked::wrong("The other way round: from the shorter span to the whole minute.")
    } else {
        Marked::wrong("Four samples in a minute span how much of it? Stretch one error from there to the minute.")
    })
}

/// How long, in seconds, must the range of `increase` be at least, so that no more than 5 % of isolated errors are lost? Samples come every
/// 15 s.
///
/// # Errors
/// None for these lengths.
pub fn long_enough(seconds: f64) -> Result<Marked> {
    let lost = |s: f64| Span::from_secs_f64(s).and_then(|w| isolated_event(w, INTERVAL)).map(|e| 100.0 * e.lost.value);
    Ok(match lost(seconds) {
        Err(_) => Marked::wrong("Such a range does not hold two samples."),
        Ok(share) if share > 5.0 + 1e-9 => Marked::wrong(format!("It would lose {share:.1} %. Make it longer.")),
        Ok(share) if share < 5.0 - 0.02 => {
            Marked::wrong(format!("It loses {share:.1} % only. That is enough, but a shorter one is as well."))
        }
        Ok(_) => Marked::right(
            "Twenty scrapes. The share that is lost is one over the number of scrapes, so a short range over a rare error is a gamble.",
        ),
    })
}

/// A counter read 1000, then nothing came for five minutes, then it read 1600. Between which two numbers lies the count of one minute
/// within the gap, if the counter was not restarted?
///
/// # Errors
/// None.
pub fn inside_a_gap(least: f64, most: f64) -> Result<Marked> {
    let counter = Counter::new(
        Identity::new("events", Unit::Count),
        // steady samples before and after, so that the gap is one
        vec![-120, -60, 0, 300, 360, 420].into_iter().map(|s: i64| s * Span::SECOND.0).collect(),
        vec![800.0, 900.0, 1000.0, 1600.0, 1700.0, 1800.0],
        NanPolicy::Refuse,
    )?;
    let minute = crate::time::Window::new(crate::time::Timestamp(120 * Span::SECOND.0), Span::MINUTE)?;
    let told = counter.increase_in(minute).and_then(|e| e.interval());
    let whole = counter.increases()?.values().get(2).copied();
    let (Some((low, _)), Some(high)) = (told, whole) else { return Err(Error::empty("no increase")) };
    Ok(if close(least, most) && close(least, high / 5.0) {
        Marked::wrong(
            "That is a fifth of them, as if they had come evenly. Could they all have come in another minute?",
        )
    } else if least != low {
        Marked::wrong("The least is wrong: what if all of them came in another minute?")
    } else if !close(most, high) {
        Marked::wrong("The most is wrong: how many came in the whole gap, and could all have come in this minute?")
    } else {
        Marked::right("The sum of the gap is known, its course is not. A stored rate would have lost the sum, too.")
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::marked::check;
    use super::*;

    #[test]
    fn a_restart() {
        let mark = |n| across_a_reset(n).unwrap();
        let mistakes = [
            (mark(-50.0), "last minus first"),
            (mark(90.0), "leaves out"),
            (mark(210.0), "before it was taken"),
            (mark(1.0), "sample to sample"),
            (mark(f64::NAN), "sample to sample"),
        ];
        // 60 + 20 + 30 by hand
        check(&mark(110.0), &mistakes, &["110"]);
    }

    #[test]
    fn what_a_minute_loses() {
        let mark = |p| lost_in_a_minute(p).unwrap();
        let mistakes = [
            (mark(0.0), "one would hope"),
            (mark(0.25), "a share"),
            (mark(75.0), "does show"),
            (mark(33.3), "How many intervals"),
        ];
        check(&mark(25.0), &mistakes, &["25", "quarter"]);
    }

    #[test]
    fn what_a_minute_reads() {
        let mark = |n| read_as(n).unwrap();
        let mistakes = [
            (mark(1.0), "stretches"),
            (mark(0.75), "other way"),
            (mark(2.0), "how much"),
            (mark(f64::NAN), "how much"),
        ];
        check(&mark(1.333), &mistakes, &["1.33", "4/3"]);
    }

    #[test]
    fn ranges() {
        let mark = |s| long_enough(s).unwrap();
        let mistakes = [
            (mark(60.0), "25.0 %"),
            (mark(600.0), "2.5 % only"),
            (mark(10.0), "two samples"),
            (mark(f64::NAN), "two samples"),
            (mark(-1.0), "two samples"),
        ];
        check(&mark(300.0), &mistakes, &["300", "wenty"]);
    }

    #[test]
    fn gaps() {
        let mark = |a, b| inside_a_gap(a, b).unwrap();
        let mistakes = [
            (mark(120.0, 120.0), "a fifth"),
            (mark(120.0, 600.0), "least is wrong"),
            (mark(0.0, 120.0), "most is wrong"),
            (mark(0.0, f64::NAN), "most is wrong"),
        ];
        check(&mark(0.0, 600.0), &mistakes, &["600", " 0 "]);
    }
}
