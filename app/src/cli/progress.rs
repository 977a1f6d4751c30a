//! How far the reading is, as one line on a terminal that goes away when it is done.

use std::io::{IsTerminal, Write};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use sre_stats::progress::{Progress, Snapshot};

/// What is read faster than this shows no line.
const PATIENCE: Duration = Duration::from_millis(500);
/// The least time between two lines.
const EVERY: Duration = Duration::from_millis(100);

/// When the work began, and when a line was last shown.
struct Shown {
    since: Instant,
    last: Option<Instant>,
}

static SHOWN: Mutex<Option<Shown>> = Mutex::new(None);

/// A handle that shows a line on standard error, where that is a terminal.
pub(crate) fn watched() -> Progress {
    if !std::io::stderr().is_terminal() {
        return Progress::new();
    }
    if let Ok(mut shown) = SHOWN.lock() {
        *shown = Some(Shown { since: Instant::now(), last: None });
    }
    Progress::observed(show)
}

/// Takes the line away.
pub(crate) fn done() {
    if let Ok(mut shown) = SHOWN.lock()
        && shown.take().is_some_and(|s| s.last.is_some())
    {
        let _ = std::io::stderr().write_all(b"\r\x1b[K");
    }
}

fn show(now: &Snapshot) {
    // a thread that finds another one writing has nothing newer to say
    let Ok(mut guard) = SHOWN.try_lock() else { return };
    let Some(shown) = guard.as_mut() else { return };
    if shown.since.elapsed() < PATIENCE || shown.last.is_some_and(|last| last.elapsed() < EVERY) {
        return;
    }
    shown.last = Some(Instant::now());
    let _ = std::io::stderr().write_all(format!("\r\x1b[K{}", line(now, shown.since.elapsed())).as_bytes());
}

/// Stage, share done, rate and time left; what is not known is left out.
fn line(now: &Snapshot, elapsed: Duration) -> String {
    let rate = now.done as f64 / elapsed.as_secs_f64();
    let megabytes = |bytes: f64| format!("{:.0} MB", bytes / 1e6);
    if !matches!(now.unit, "bytes" | "") {
        let left = (now.total.saturating_sub(now.done)) as f64 / rate;
        let left = if left.is_finite() { format!(", {left:.0} s left") } else { String::new() };
        return format!("{}: {} of {} {}{left}", now.stage, now.done, now.total, now.unit);
    }
    match now.fraction() {
        Some(share) => {
            let left = (now.total.saturating_sub(now.done)) as f64 / rate;
            let left = if left.is_finite() { format!(", {left:.0} s left") } else { String::new() };
            format!(
                "{} {:.0} % of {}, {}/s{left}",
                now.stage,
                share * 100.0,
                megabytes(now.total as f64),
                megabytes(rate)
            )
        }
        None => format!("{} {}, {}/s", now.stage, megabytes(now.done as f64), megabytes(rate)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_says_what_is_known() {
        let at = |done, total| Snapshot { stage: "reading".into(), done, total, unit: "bytes" };
        let two = Duration::from_secs(2);
        assert_eq!(line(&at(50_000_000, 200_000_000), two), "reading 25 % of 200 MB, 25 MB/s, 6 s left");
        assert_eq!(line(&at(50_000_000, 0), two), "reading 50 MB, 25 MB/s");
        let pages = |done| Snapshot { stage: "asking".into(), done, total: 12, unit: "pages" };
        assert_eq!(line(&pages(4), two), "asking: 4 of 12 pages, 4 s left");
        assert_eq!(line(&pages(0), two), "asking: 0 of 12 pages");
        assert_eq!(line(&at(0, 200_000_000), two), "reading 0 % of 200 MB, 0 MB/s");
    }
}
