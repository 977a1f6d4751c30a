//! How much tighter the bracket of a percentile gets with each further percentile that is stored.

use super::bracket::Rolled;
use super::reaggregate::roll_up;
use crate::error::{Error, Result};
use crate::estimate::Estimate;
use crate::events::Events;
use crate::method::Definition;
use crate::quantile::Quantile;
use crate::time::Span;

/// What is guaranteed once one more percentile is stored of every window.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct BracketStep {
    /// The percentile that is stored in addition; the first one is the wanted one itself.
    pub added: Quantile,
    /// How many are stored then.
    pub stored: u64,
    /// The lower end of the bracket.
    pub lower: f64,
    /// The upper end of the bracket.
    pub upper: f64,
    /// Its length as a share of the exact percentile; `None` where that is 0.
    pub relative: Option<f64>,
}

/// The bracket of one percentile by what is stored of each window.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Tightening {
    /// The width of the windows, at phase 0.
    #[serde(rename = "width_s")]
    pub width: Span,
    /// The wanted percentile.
    pub q: Quantile,
    /// Its true value, by nearest rank.
    pub exact: Estimate,
    /// One step for each stored percentile, the most useful next one first.
    pub steps: Vec<BracketStep>,
}

/// The guaranteed bracket of a percentile of all events from roll-ups per window, as more percentiles are stored of each: first
/// the wanted one, then of `further` whichever narrows the bracket most, and so on (the first of equals).
///
/// Windows are of phase 0; percentiles are nearest-rank and exact. See [`bracket`](super::bracket) for why it is a guarantee.
///
/// ```
/// use sre_stats::events::Events;
/// use sre_stats::quantile::Quantile;
/// use sre_stats::series::{Identity, NanPolicy};
/// use sre_stats::time::Span;
/// use sre_stats::window::tightening;
/// // two minutes of 100 requests: 1 to 100 ms, and 101 to 200 ms
/// let times = (0..200).map(|i| i * Span::SECOND.0 * 6 / 10).collect();
/// let values = (1..=200).map(f64::from).collect();
/// let events = Events::new(Identity::default(), times, values, None, NanPolicy::Drop)?;
/// let found = tightening(&events, Span::MINUTE, Quantile::P95, &[Quantile::MEDIAN, Quantile::P90])?;
/// let brackets: Vec<(f64, f64)> = found.steps.iter().map(|s| (s.lower, s.upper)).collect();
/// // 190 is true; from p95 alone it lies between 95 and 195, p90 of each minute leaves 5 to guess
/// assert_eq!(brackets, [(95.0, 195.0), (190.0, 195.0), (190.0, 195.0)]);
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// [`Argument`](crate::ErrorKind::Argument) where the width is not more than 0.
pub fn tightening(events: &Events, width: Span, q: Quantile, further: &[Quantile]) -> Result<Tightening> {
    let exact = crate::quantile::quantiles(events.values(), &[q], Definition::Type1, &events.scope())?
        .pop()
        .ok_or_else(|| Error::empty("no quantile is wanted"))?;
    let mut all = vec![q];
    for &more in further {
        if !all.contains(&more) {
            all.push(more);
        }
    }
    let rolled = roll_up(events, width, &all)?;
    let with = |chosen: &[usize]| -> Result<(f64, f64)> {
        let mut some = Rolled::new(chosen.len());
        some.counts.clone_from(&rolled.counts);
        for row in rolled.values.chunks(all.len()) {
            some.values.extend(chosen.iter().filter_map(|i| row.get(*i)));
        }
        let stored: Vec<Quantile> = chosen.iter().map(|&i| all[i]).collect();
        some.brackets(&stored, &[q])?.pop().ok_or_else(|| Error::empty("no quantile is wanted"))
    };
    let mut chosen = vec![0];
    let mut left: Vec<usize> = (1..all.len()).collect();
    let step = |chosen: &[usize], (lower, upper): (f64, f64)| BracketStep {
        added: all[chosen[chosen.len() - 1]],
        stored: chosen.len() as u64,
        lower,
        upper,
        relative: (exact.value != 0.0).then(|| (upper - lower) / exact.value.abs()),
    };
    let mut steps = vec![step(&chosen, with(&chosen)?)];
    while !left.is_empty() {
        let mut best: Option<(usize, (f64, f64))> = None;
        for (place, &candidate) in left.iter().enumerate() {
            let found = with(&[&chosen[..], &[candidate]].concat())?;
            if best.is_none_or(|(_, (lower, upper))| found.1 - found.0 < upper - lower) {
                best = Some((place, found));
            }
        }
        let Some((place, found)) = best else { break };
        chosen.push(left.remove(place));
        steps.push(step(&chosen, found));
    }
    Ok(Tightening { width, q, exact, steps })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::series::{Identity, NanPolicy};
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]
        #[test]
        fn every_step_holds_the_truth_and_none_widens(
            events in prop::collection::vec((0_i64..20, 1_u32..1000), 1..300),
            further in prop::collection::vec(0_u32..=100, 0..5),
            wanted in 1_u32..100,
        ) {
            let q = |percent: u32| Quantile::new(f64::from(percent) / 100.0).unwrap();
            let times = events.iter().map(|e| e.0).collect();
            let values: Vec<f64> = events.iter().map(|e| f64::from(e.1)).collect();
            let all = Events::new(Identity::default(), times, values.clone(), None, NanPolicy::Refuse).unwrap();
            let further: Vec<Quantile> = further.into_iter().map(q).collect();
            let found = tightening(&all, Span(3), q(wanted), &further).unwrap();
            let mut sorted = values;
            sorted.sort_by(f64::total_cmp);
            let exact = sorted[(sorted.len() * wanted as usize).div_ceil(100) - 1];
            prop_assert_eq!(found.exact.value, exact);
            let mut before = (f64::NEG_INFINITY, f64::INFINITY);
            for (i, step) in found.steps.iter().enumerate() {
                prop_assert!(step.lower <= exact && exact <= step.upper);
                prop_assert!(step.lower >= before.0 && step.upper <= before.1);
                prop_assert_eq!(step.stored, i as u64 + 1);
                before = (step.lower, step.upper);
            }
        }
    }
}
