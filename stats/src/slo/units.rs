//! Bad and all members of a population by equal units of time: what is resampled where errors cluster.

use crate::error::Result;
use crate::time::{Grid, Span, Timestamp};

/// No more units than this: a longer time has wider ones.
const MOST: i64 = 2048;

/// Bad and all members by units of time, in order.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Units {
    pub(super) start: Timestamp,
    pub(super) width: Span,
    pub(super) bad: Vec<f64>,
    pub(super) total: Vec<f64>,
}

impl Units {
    /// Empty units of `base`, or of the smallest multiple of it that makes few enough, from `start` on until past `end`.
    pub(super) fn over(start: Timestamp, end: Timestamp, base: Span) -> Self {
        let base = base.0.max(1);
        let length = end.since(start).0.max(1);
        let narrow = length.div_euclid(base) + i64::from(length % base != 0);
        let factor = narrow.div_euclid(MOST) + i64::from(narrow % MOST != 0);
        let width = base.saturating_mul(factor.max(1));
        let count = (length.div_euclid(width) + i64::from(length % width != 0)) as usize;
        Self { start, width: Span(width), bad: vec![0.0; count], total: vec![0.0; count] }
    }

    /// The same from the multiple of `base` at or before `start`.
    pub(super) fn aligned(start: Timestamp, end: Timestamp, base: Span) -> Self {
        let base = Span(base.0.max(1));
        Self::over(Timestamp(start.0.div_euclid(base.0).saturating_mul(base.0)), end, base)
    }

    pub(super) fn len(&self) -> usize {
        self.bad.len()
    }

    /// The grid that the units lie on.
    pub(super) fn grid(&self) -> Result<Grid> {
        Grid::new(self.width, Span(self.start.0.rem_euclid(self.width.0)))
    }

    pub(super) fn end(&self) -> Timestamp {
        self.start + Span(self.width.0.saturating_mul(self.len() as i64))
    }

    fn index(&self, t: Timestamp) -> usize {
        let at = t.0.saturating_sub(self.start.0).div_euclid(self.width.0).max(0) as usize;
        at.min(self.len().saturating_sub(1))
    }

    /// Adds members at an instant.
    pub(super) fn add(&mut self, t: Timestamp, bad: f64, total: f64) {
        let at = self.index(t);
        if let (Some(b), Some(n)) = (self.bad.get_mut(at), self.total.get_mut(at)) {
            *b += bad;
            *n += total;
        }
    }

    /// Adds members that are spread evenly over `[from, to)`, one every `member`, times `bad` and `total`.
    pub(super) fn spread(&mut self, from: Timestamp, to: Timestamp, member: Span, bad: f64, total: f64) {
        let mut t = from;
        while t < to {
            let next = (self.start + Span(self.width.0.saturating_mul(self.index(t) as i64 + 1))).min(to);
            // beyond the last unit there is none to spread to
            let until = if next <= t { to } else { next };
            let members = until.since(t).0 as f64 / member.0 as f64;
            self.add(t, bad * members, total * members);
            t = until;
        }
    }

    /// Stretches of neighbouring units that hold bad members.
    pub(super) fn stretches(&self) -> u64 {
        self.bad.chunk_by(|a, b| (*a > 0.0) == (*b > 0.0)).filter(|run| run.first().is_some_and(|b| *b > 0.0)).count()
            as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_fall_into_their_units() {
        let t = |s: i64| Timestamp(s * 1_000_000_000);
        let mut units = Units::aligned(t(70), t(310), Span::MINUTE);
        assert_eq!((units.start, units.len(), units.end()), (t(60), 5, t(360)));
        units.spread(t(70), t(310), Span::SECOND, 0.0, 1.0);
        units.spread(t(100), t(130), Span::SECOND, 1.0, 0.0);
        units.add(t(200), 1.0, 0.0);
        assert_eq!(units.total, [50.0, 60.0, 60.0, 60.0, 10.0]);
        assert_eq!(units.bad, [20.0, 10.0, 1.0, 0.0, 0.0]);
        assert_eq!(units.stretches(), 1);
        let long = Units::over(t(0), t(30 * 86_400), Span::MINUTE);
        assert_eq!((long.width, long.len()), (Span::from_secs(22 * 60), 1964));
    }
}
