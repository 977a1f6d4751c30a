//! The one pass over a series that finds its bad runs and gaps.

use super::condition::{Comparison, Condition};

/// One pass over a series.
pub(super) struct Scan<'a> {
    pub(super) times: &'a [i64],
    pub(super) values: &'a [f64],
    pub(super) step: i64,
    /// Whether the state before a gap goes on in it.
    pub(super) hold: bool,
}

/// What a pass found, in nanoseconds.
pub(super) struct Found {
    pub(super) bad: Vec<(i64, i64)>,
    pub(super) gaps: Vec<(i64, i64)>,
    /// Whether neighbours without a gap between them are not all one step apart.
    pub(super) irregular: bool,
}

impl Scan<'_> {
    /// Bad intervals and gaps under a condition in the values' unit.
    pub(super) fn under(&self, condition: &Condition) -> Found {
        let limit = condition.limit;
        // one loop compiled per comparison: this is the only pass over all points
        match condition.comparison {
            Comparison::Less => self.run(|v| v < limit),
            Comparison::LessOrEqual => self.run(|v| v <= limit),
            Comparison::Greater => self.run(|v| v > limit),
            Comparison::GreaterOrEqual => self.run(|v| v >= limit),
            Comparison::Equal => self.run(|v| v == limit),
            Comparison::NotEqual => self.run(|v| v != limit),
        }
    }

    /// Bad intervals and gaps in nanoseconds.
    fn run(&self, good: impl Fn(f64) -> bool) -> Found {
        let mut found = Found { bad: Vec::new(), gaps: Vec::new(), irregular: false };
        let most = self.step.saturating_add(self.step / 2);
        let mut since: Option<i64> = None;
        let mut before = self.times[0] - self.step;
        for (&t, &v) in self.times.iter().zip(self.values) {
            let distance = t - before;
            if distance != self.step {
                if distance > most {
                    let gap = before + self.step;
                    found.gaps.push((gap, t));
                    if let (Some(from), false) = (since, self.hold) {
                        found.bad.push((from, gap));
                        since = None;
                    }
                } else {
                    found.irregular = true;
                }
            }
            before = t;
            match (good(v), since) {
                (false, None) => since = Some(t),
                (true, Some(from)) => {
                    found.bad.push((from, t));
                    since = None;
                }
                _ => {}
            }
        }
        if let Some(from) = since {
            found.bad.push((from, before + self.step));
        }
        found
    }
}
