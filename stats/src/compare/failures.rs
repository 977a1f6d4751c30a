//! Do events fail more often? Fast failures make values look better.

use super::{CompareOptions, Comparison, Test, compare};
use crate::error::Result;
use crate::estimate::Scope;
use crate::events::Events;
use crate::unit::Unit;

/// 1 for each event that failed and 0 for each good one, in the order of their times, those included of which only the flag is known;
/// `None` where nobody knows which are good.
pub fn failures_of(events: &Events) -> Option<Vec<f64>> {
    let known = events.times().iter().zip(events.ok()?);
    let alone = events.times_without_value().iter().zip(events.ok_without_value());
    let mut timed: Vec<(i64, bool)> = known.chain(alone).map(|(t, ok)| (*t, *ok)).collect();
    timed.sort_by_key(|(t, _)| *t);
    Some(timed.into_iter().map(|(_, ok)| f64::from(u8::from(!ok))).collect())
}

/// Whether a greater or smaller share of events failed in b than in a, by [`Test::Proportions`]: what to ask beside a comparison of
/// their values, which events that fail at once make smaller. Give whole series: a choice of values takes failures away with them.
///
/// `None` where nobody knows which events are good, where none failed, and where the options name a test, which is then all that
/// is asked.
///
/// ```
/// use sre_stats::compare::{CompareOptions, Verdict, failures};
/// use sre_stats::prelude::*;
/// let requests = |every: i64| {
///     let ok = (0..2000).map(|i| i % every != 0).collect();
///     Events::new(Identity::new("latency", Unit::Second), (0..2000).collect(), vec![0.1; 2000], Some(ok), NanPolicy::Drop)
/// };
/// let found = failures(&requests(100)?, &requests(20)?, &CompareOptions::default())?;
/// assert_eq!(found.map(|f| f.verdict), Some(Verdict::Differ));
/// assert!(failures(&requests(2001)?, &requests(2001)?, &CompareOptions { test: "ks".parse()?, ..CompareOptions::default() })?.is_none());
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// As [`compare()`].
pub fn failures(a: &Events, b: &Events, options: &CompareOptions) -> Result<Option<Comparison>> {
    if options.test != Test::Auto {
        return Ok(None);
    }
    let Some((a, b)) = failures_of(a).zip(failures_of(b)) else { return Ok(None) };
    if a.iter().chain(&b).all(|failed| *failed == 0.0) {
        return Ok(None);
    }
    let options = CompareOptions { test: Test::Proportions, ..options.clone() };
    compare(&a, &b, &Scope::untimed(Unit::Ratio), &options).map(Some)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::series::{Identity, NanPolicy};

    #[test]
    fn failures_without_a_value_count_in_their_place() {
        let identity = Identity::new("latency", Unit::Second);
        let values = vec![0.1, f64::NAN, 0.2, 0.3];
        let flags = Some(vec![true, false, true, false]);
        let events = Events::new(identity.clone(), vec![1, 2, 3, 4], values.clone(), flags, NanPolicy::Drop).unwrap();
        assert_eq!(failures_of(&events).unwrap(), [0.0, 1.0, 0.0, 1.0]);
        let unknown = Events::new(identity, vec![1, 2, 3, 4], values, None, NanPolicy::Drop).unwrap();
        assert!(failures_of(&unknown).is_none());
        assert!(failures(&events, &unknown, &CompareOptions::default()).unwrap().is_none());
        let named = CompareOptions { test: Test::KolmogorovSmirnov, ..CompareOptions::default() };
        assert!(failures(&events, &events, &named).unwrap().is_none());
    }
}
