//! How far long work is, told below the cell that does it.

use std::io::Write;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use crate::progress::{Progress, Snapshot};

/// Work that is done before this says nothing, and this is the least time between two lines.
const PATIENCE: Duration = Duration::from_secs(2);

/// When the work began, and when a line was written.
struct Told {
    since: Instant,
    last: Instant,
}

static TOLD: Mutex<Option<Told>> = Mutex::new(None);

/// A handle on long work that writes a line on standard error every two seconds, such as `reading: 40 %`, which a notebook shows below the
/// running cell. Work of less than two seconds writes nothing. [`read`](super::read) and [`read_where`](super::read_where) use it
/// themselves. One piece of work is told at a time: a second handle takes over from the first.
///
/// Not for programs that are asked for their standard error: give those a [`Progress`] of their own.
///
/// ```
/// use sre_stats::prelude::*;
/// let progress = watched();
/// progress.stage_of("simulated", 200, "series");
/// for seed in 0..200_u64 {
///     let _ = seed * seed;
///     progress.advance(1);
/// }
/// assert_eq!(progress.snapshot().done, 200);
/// ```
pub fn watched() -> Progress {
    if let Ok(mut told) = TOLD.lock() {
        let now = Instant::now();
        *told = Some(Told { since: now, last: now });
    }
    Progress::observed(tell)
}

impl Told {
    /// Whether a line is due at this moment; then the next one is not for a while.
    fn due(&mut self, now: Instant) -> bool {
        let due = now.duration_since(self.last) >= PATIENCE;
        if due {
            self.last = now;
        }
        due
    }
}

fn tell(now: &Snapshot) {
    // a thread that finds another one writing has nothing newer to say
    let Ok(mut guard) = TOLD.try_lock() else { return };
    let Some(told) = guard.as_mut() else { return };
    let moment = Instant::now();
    if told.due(moment) {
        // a line that cannot be written is no reason to stop the work
        let _ = writeln!(std::io::stderr(), "{}", line(now, moment.duration_since(told.since)));
    }
}

/// The stage with the share that is done, or what is done where nobody knows of how much.
fn line(now: &Snapshot, elapsed: Duration) -> String {
    let stage = if now.stage.is_empty() { "at work" } else { now.stage.as_str() };
    let after = format!("after {} s", elapsed.as_secs());
    match (now.fraction(), now.unit) {
        (Some(share), _) => format!("{stage}: {:.0} % {after}", share * 100.0),
        (None, "bytes") => format!("{stage}: {:.0} MB {after}", now.done as f64 / 1e6),
        (None, unit) => format!("{stage}: {} {unit} {after}", now.done),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(stage: &str, done: u64, total: u64, unit: &'static str) -> String {
        line(&Snapshot { stage: stage.into(), done, total, unit }, Duration::from_millis(4_200))
    }

    #[test]
    fn a_line_says_how_far_the_work_is() {
        assert_eq!(at("reading", 40, 100, "bytes"), "reading: 40 % after 4 s");
        assert_eq!(at("reading", 7_400_000, 0, "bytes"), "reading: 7 MB after 4 s");
        assert_eq!(at("asking", 3, 0, "pages"), "asking: 3 pages after 4 s");
        assert_eq!(at("", 120, 100, "series"), "at work: 100 % after 4 s");
    }

    #[test]
    fn quick_work_is_not_told_and_long_work_once_in_a_while() {
        let since = Instant::now();
        let mut told = Told { since, last: since };
        let after = [0, 1_999, 2_000, 2_001, 3_999, 4_000, 9_000].map(|ms| told.due(since + Duration::from_millis(ms)));
        assert_eq!(after, [false, false, true, false, false, true, true]);
    }
}
