//! Samples by tick, with running sums: how many, how many of them bad, and how far from the limit they are in all.

/// The samples of the ticks that have any, in order; the running sums have one entry more than there are ticks.
#[derive(Clone, Debug, Default)]
pub(super) struct Samples {
    /// Ticks with at least one sample, strictly increasing.
    pub(super) ticks: Vec<i64>,
    /// Ticks with a bad sample, as intervals.
    pub(super) bad_runs: Vec<(i64, i64)>,
    count: Vec<u64>,
    bad: Vec<u64>,
    /// Running sum of value − limit, as an unevaluated sum of two f64, so that the difference of two far entries is as
    /// exact as if it had been added up alone.
    excess: Vec<(f64, f64)>,
}

impl Samples {
    pub(super) fn with_capacity(n: usize) -> Self {
        let mut samples = Self {
            ticks: Vec::with_capacity(n),
            bad_runs: Vec::new(),
            count: Vec::with_capacity(n + 1),
            bad: Vec::with_capacity(n + 1),
            excess: Vec::with_capacity(n + 1),
        };
        samples.count.push(0);
        samples.bad.push(0);
        samples.excess.push((0.0, 0.0));
        samples
    }

    /// Adds a sample at a tick not before the last one.
    pub(super) fn push(&mut self, tick: i64, bad: bool, excess: f64) {
        self.push_all(tick, std::iter::once((bad, excess)));
    }

    /// Adds samples, each bad or not and so far from the limit, at a tick not before the last one.
    pub(super) fn push_all(&mut self, tick: i64, samples: impl Iterator<Item = (bool, f64)>) {
        if self.ticks.last() != Some(&tick) {
            self.ticks.push(tick);
            self.count.push(self.count.last().copied().unwrap_or(0));
            self.bad.push(self.bad.last().copied().unwrap_or(0));
            self.excess.push(self.excess.last().copied().unwrap_or((0.0, 0.0)));
        }
        let (Some(count), Some(bads), Some(sum)) = (self.count.last_mut(), self.bad.last_mut(), self.excess.last_mut())
        else {
            return;
        };
        let (mut n, mut bad, mut total) = (0_u64, 0_u64, *sum);
        for (is_bad, excess) in samples {
            n += 1;
            bad += u64::from(is_bad);
            total = add(total, excess);
        }
        (*count, *bads, *sum) = (count.saturating_add(n), bads.saturating_add(bad), total);
        if bad > 0 {
            match self.bad_runs.last_mut() {
                Some(last) if last.1 == tick => last.1 = tick + 1,
                Some(last) if last.1 > tick => {}
                _ => self.bad_runs.push((tick, tick + 1)),
            }
        }
    }

    /// Adds `n` samples without values, `bad` of them bad, at a tick not before the last one; nothing where `n` is 0.
    pub(super) fn push_counts(&mut self, tick: i64, n: u64, bad: u64) {
        if n == 0 {
            return;
        }
        self.push(tick, bad > 0, 0.0);
        if let (Some(count), Some(bads)) = (self.count.last_mut(), self.bad.last_mut()) {
            *count = count.saturating_add(n - 1);
            *bads = bads.saturating_add(bad.saturating_sub(1));
        }
    }

    /// Samples and bad samples at the ticks numbered `[lo, hi)`; no more than one less than the greatest `i64`, so that rules can go one beyond.
    pub(super) fn counts(&self, lo: usize, hi: usize) -> (i64, i64) {
        let between = |sums: &[u64]| i64::try_from(sums[hi] - sums[lo]).unwrap_or(i64::MAX).min(i64::MAX - 1);
        (between(&self.count), between(&self.bad))
    }

    /// The sum of value − limit at the ticks numbered `[lo, hi)`.
    pub(super) fn excess(&self, lo: usize, hi: usize) -> f64 {
        let (a, b) = (self.excess[lo], self.excess[hi]);
        (b.0 - a.0) + (b.1 - a.1)
    }

    /// The ticks without a sample in `[0, ticks)`, as intervals.
    pub(super) fn empty_runs(&self, ticks: i64) -> Vec<(i64, i64)> {
        let mut out = Vec::new();
        let mut from = 0;
        for &t in &self.ticks {
            if t > from {
                out.push((from, t));
            }
            from = t + 1;
        }
        if from < ticks {
            out.push((from, ticks));
        }
        out
    }
}

/// Adds one number to an unevaluated sum of two (Knuth's two-sum, renormalised).
fn add((hi, lo): (f64, f64), x: f64) -> (f64, f64) {
    let s = hi + x;
    let v = s - hi;
    let e = (hi - (s - v)) + (x - v) + lo;
    let hi = s + e;
    (hi, e - (hi - s))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn far_differences_lose_nothing() {
        let mut s = Samples::with_capacity(4);
        for (tick, x) in [(0, 1e16), (1, 0.1), (2, -0.1), (3, 1.0)] {
            s.push(tick, x > 0.0, x);
        }
        assert_eq!(s.excess(1, 3), 0.0);
        assert_eq!(s.excess(3, 4), 1.0);
        assert_eq!(s.counts(0, 4), (4, 3));
    }

    #[test]
    fn counts_beyond_what_is_counted_stay_at_the_most() {
        let mut s = Samples::with_capacity(3);
        for tick in 0..3 {
            s.push_counts(tick, u64::MAX - 1, u64::MAX - 1);
        }
        let most = (i64::MAX - 1, i64::MAX - 1);
        assert_eq!((s.counts(0, 3), s.counts(0, 1)), (most, most));
        // all are bad, and a ratio is never below 0
        for rule in ["any-bad", "majority", "share:0.5", "all-bad", "p0", "p50", "ratio:0", "ratio:0.5"] {
            let parsed: crate::window::Rule = rule.parse().unwrap();
            assert_eq!(parsed.is_bad(most.1, most.0), rule != "ratio:0", "{rule}");
        }
    }

    #[test]
    fn several_samples_share_a_tick() {
        let mut s = Samples::with_capacity(4);
        for tick in [2, 2, 5] {
            s.push(tick, tick == 2, 1.0);
        }
        assert_eq!(s.ticks, [2, 5]);
        assert_eq!(s.counts(0, 1), (2, 2));
        assert_eq!(s.empty_runs(8), [(0, 2), (3, 5), (6, 8)]);
    }
}
