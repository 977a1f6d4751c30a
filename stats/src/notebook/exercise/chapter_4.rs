//! Checkers of chapter 4, on percentiles that are aggregated again.

use super::{Marked, close};
use crate::error::Result;
use crate::quantile::Quantile;
use crate::window::{RollUp, bracket};

/// Server A answered 9800 requests in 100 ms each, server B 200 in 2000 ms each. What is the nearest-rank p99 of all of them, in
/// milliseconds?
///
/// # Errors
/// None.
pub fn two_servers(milliseconds: f64) -> Result<Marked> {
    let servers = [(9800_u64, 100.0), (200_u64, 2000.0)];
    let n = servers.iter().map(|s| s.0).sum::<u64>();
    let rank = Quantile::P99.rank(n);
    let exact = if rank <= servers[0].0 { servers[0].1 } else { servers[1].1 };
    let weighted = servers.iter().map(|s| s.0 as f64 * s.1).sum::<f64>() / n as f64;
    Ok(if close(milliseconds, exact) {
        Marked::right(
            "Two in a hundred are slow, so the p99 is. Both averages would have told a number that no request ever took.",
        )
    } else if close(milliseconds, f64::midpoint(servers[0].1, servers[1].1)) {
        Marked::wrong("That is the mean of the two percentiles. It does not ask how many requests each server had.")
    } else if close(milliseconds, weighted) {
        Marked::wrong("Weighted by requests, but still a mean: which request took that long?")
    } else if close(milliseconds, servers[0].1) {
        Marked::wrong(format!("That is the p99 of one server. Which request has rank {rank} of {n}?"))
    } else {
        Marked::wrong("Sort all requests of both servers and take the one of rank ⌈0.99 · n⌉.")
    })
}

/// Three minutes stored their p99: 120, 450 and 200 ms. Counts were not stored. Between which two values does the p99 of the three
/// minutes lie for certain, in milliseconds?
///
/// # Errors
/// None for these minutes.
pub fn what_is_certain(lower: f64, upper: f64) -> Result<Marked> {
    let stored = [120.0, 450.0, 200.0];
    // whatever the counts: the widest of brackets over lopsided ones
    let ends = (0..stored.len()).map(|busy| {
        let minutes: Vec<RollUp> = stored
            .iter()
            .enumerate()
            .map(|(i, x)| RollUp { n: if i == busy { 1_000_000 } else { 1 }, quantiles: vec![*x] })
            .collect();
        bracket(&minutes, &[Quantile::P99], Quantile::P99)
    });
    let ends = ends.collect::<Result<Vec<(f64, f64)>>>()?;
    let exact = ends.iter().fold((f64::INFINITY, 0.0_f64), |(l, u), e| (l.min(e.0), u.max(e.1)));
    let mean = stored.iter().sum::<f64>() / stored.len() as f64;
    Ok(if close(lower, upper) && close(lower, mean) {
        Marked::wrong(
            "That is the mean, and nothing forces the p99 to be there: one minute may have had nearly all requests.",
        )
    } else if !close(lower, exact.0) {
        Marked::wrong(
            "The lower end is wrong: which minute would have to hold nearly all requests to make the p99 small?",
        )
    } else if !close(upper, exact.1) {
        Marked::wrong(
            "The upper end is wrong: of every minute at most 1 % was above its own p99. How many can be above the greatest?",
        )
    } else {
        Marked::right("From one percentile a window nothing more follows. Counts, or further percentiles, narrow it.")
    })
}

/// A CPU is at 20 % for an hour, but for one minute at 100 %. What does the mean of the hour say, in percent?
///
/// # Errors
/// None.
pub fn eroded_spike(percent: f64) -> Result<Marked> {
    let (base, peak) = (20.0, 100.0);
    let exact = (59.0 * base + peak) / 60.0;
    let five = (4.0 * base + peak) / 5.0;
    Ok(if close(percent, exact) {
        Marked::right(
            "Zoomed out, the minute that paged you is no longer to be seen. The maximum beside the mean would keep it.",
        )
    } else if close(percent, peak) {
        Marked::wrong("So would the maximum say. The mean shares the minute out over the whole hour.")
    } else if close(percent, f64::midpoint(base, peak)) {
        Marked::wrong("That would be half an hour at full load.")
    } else if close(percent, five) {
        Marked::wrong("That is the mean of five minutes that hold the spike. How much is left of it in sixty?")
    } else {
        Marked::wrong("59 minutes count at one level, one at the other.")
    })
}

/// Which of these, stored a minute, lets you tell the p99 and the p99.9 of any month within a known error: `"p99"`,
/// `"mean and count"` or `"histogram"`?
///
/// # Errors
/// None.
pub fn what_to_keep(what: &str) -> Result<Marked> {
    Ok(match what.trim().to_lowercase().as_str() {
        "histogram" | "histograms" => {
            Marked::right("Counts of buckets add up, and a bucket's edges say how far off the answer can be.")
        }
        "p99" => Marked::wrong("Try it with the exercise of two servers: both stored their p99 exactly."),
        "mean and count" => Marked::wrong("The mean of the month follows exactly. The tail is in neither number."),
        other => Marked::wrong(format!("“{other}” is none of p99, mean and count, histogram.")),
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::marked::check;
    use super::*;

    #[test]
    fn two_percentiles_are_not_one() {
        let mark = |ms| two_servers(ms).unwrap();
        let mistakes = [
            (mark(1050.0), "mean of the two"),
            (mark(138.0), "still a mean"),
            (mark(100.0), "rank 9900 of 10000"),
            (mark(f64::NAN), "Sort all"),
        ];
        check(&mark(2000.0), &mistakes, &["2000", "2 s"]);
        // brute force: sort all of them
        let mut all = vec![100.0; 9800];
        all.extend([2000.0; 200]);
        all.sort_by(f64::total_cmp);
        assert_eq!(all[9899], 2000.0);
    }

    #[test]
    fn certain_ends() {
        let mark = |a, b| what_is_certain(a, b).unwrap();
        let mistakes = [
            (mark(256.67, 256.67), "one minute may"),
            (mark(0.0, 450.0), "lower end"),
            (mark(120.0, 200.0), "upper end"),
            (mark(120.0, f64::INFINITY), "upper end"),
            (mark(f64::NAN, 450.0), "lower end"),
        ];
        check(&mark(120.0, 450.0), &mistakes, &["120", "450"]);
    }

    #[test]
    fn a_minute_in_an_hour() {
        let mark = |p| eroded_spike(p).unwrap();
        let mistakes = [
            (mark(100.0), "maximum"),
            (mark(60.0), "half an hour"),
            (mark(36.0), "five minutes"),
            (mark(20.0), "59 minutes"),
        ];
        // (59 · 20 + 100) / 60 by hand
        check(&mark(21.33), &mistakes, &["21"]);
    }

    #[test]
    fn what_adds_up() {
        let mark = |w: &str| what_to_keep(w).unwrap();
        let mistakes =
            [(mark("p99"), "two servers"), (mark("mean and count"), "tail"), (mark("screenshots"), "none of")];
        check(&mark("Histogram"), &mistakes[..2], &["istogram"]);
        assert!(!mistakes[2].0.right && mistakes[2].0.why.contains("none of"));
    }
}
