//! What Prometheus' `histogram_quantile` reads from classic buckets, and what the buckets guarantee.

use super::prometheus::Dialect;
use crate::error::{Error, Result};
use crate::estimate::{Bound, Estimate, Scope};
use crate::method::Method;
use crate::quantile::Quantile;

/// One bucket of a classic histogram: how many values are at or below its upper edge (`le`).
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct ClassicBucket {
    /// The upper edge, itself inside; +∞ for the last bucket.
    pub le: f64,
    /// How many values are at or below it: a count, an increase or a rate.
    pub cumulative: f64,
}

/// Two neighbouring counts that differ by less than this part are taken as equal, since 2.53.
const ROUNDING: f64 = 1e-12;

/// The quantile that `histogram_quantile` reads from cumulative buckets, with the bucket that surely holds it.
///
/// Values are taken as even between the edges of the bucket in which the rank q·n falls. The lowest bucket begins at 0 where its
/// upper edge is more than 0; where the rank falls into the last bucket, the edge before it is read, however far the values go.
/// The bound is about the nearest-rank quantile of the counted values ([`Quantile::rank`]): the bucket from edge to edge, open below for the
/// first and above for the last one, that holds the value of this rank; of counts that are not whole, such as rates, all buckets that may hold
/// it by their rounding. The value may lie at its edge or beyond, where Prometheus' product q·n rounds otherwise or is 0. Counts that fall from one edge to the next are raised, as Prometheus does, and there is then no
/// bound. Buckets come in any order; those of one edge are added up. `n` is the total, to the nearest whole number.
///
/// ```
/// use sre_stats::estimate::Scope;
/// use sre_stats::quantile::Quantile;
/// use sre_stats::unit::Unit;
/// use sre_stats::window::{ClassicBucket, Dialect, classic_quantile};
/// let bucket = |le, cumulative| ClassicBucket { le, cumulative };
/// let buckets = [bucket(0.1, 60.0), bucket(0.5, 90.0), bucket(f64::INFINITY, 100.0)];
/// let scope = Scope::untimed(Unit::Second);
/// let p80 = classic_quantile(&buckets, "p80".parse()?, Dialect::V3, &scope)?;
/// assert!((p80.value - (0.1 + 0.4 * 20.0 / 30.0)).abs() < 1e-15);
/// assert_eq!(p80.interval(), Some((0.1, 0.5)));
/// // the p99 is somewhere beyond the last edge, and is read as that edge
/// let p99 = classic_quantile(&buckets, Quantile::P99, Dialect::V3, &scope)?;
/// assert_eq!((p99.value, p99.interval()), (0.5, Some((0.5, f64::INFINITY))));
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// [`Empty`](crate::ErrorKind::Empty) where nothing was counted; [`Argument`](crate::ErrorKind::Argument) with fewer than two
/// edges, without the edge +∞, or where an edge or a count is not a number (Prometheus answers NaN to all of them).
pub fn classic_quantile(
    buckets: &[ClassicBucket],
    quantile: Quantile,
    dialect: Dialect,
    scope: &Scope,
) -> Result<Estimate> {
    if let Some(bad) = buckets.iter().find(|b| b.le.is_nan() || !b.cumulative.is_finite()) {
        return Err(Error::argument(format!("the bucket {} counts {}", bad.le, bad.cumulative)));
    }
    let mut sorted = buckets.to_vec();
    sorted.sort_by(|a, b| a.le.total_cmp(&b.le));
    sorted.dedup_by(|next, kept| {
        let same = next.le == kept.le;
        if same {
            kept.cumulative += next.cumulative;
        }
        same
    });
    if sorted.last().is_none_or(|b| b.le != f64::INFINITY) {
        return Err(Error::argument("the last bucket does not reach to +Inf").hint("add the bucket le=\"+Inf\""));
    }
    if sorted.len() < 2 {
        return Err(Error::argument("one bucket says nothing of a quantile"));
    }
    // whole counts are what was counted, before anything is evened out
    let whole = is_whole(&sorted).then(|| sorted.clone());
    if dialect != Dialect::V2_42 {
        even_out(&mut sorted);
    }
    let raised = raise(&mut sorted);
    let total = sorted.last().map_or(0.0, |b| b.cumulative);
    if total <= 0.0 {
        return Err(Error::empty("the buckets count no value"));
    }
    let held = holding(whole.as_deref().unwrap_or(&sorted), quantile);
    let rank = quantile.p() * total;
    let finite = sorted.len() - 1;
    let at = sorted.iter().take(finite).position(|b| b.cumulative >= rank).unwrap_or(finite);
    let below = at.checked_sub(1).and_then(|i| sorted.get(i)).copied();
    let here = sorted.get(at).copied().ok_or_else(|| Error::empty("the buckets count no value"))?;
    let value = match below {
        Some(below) if at == finite => below.le,
        None if here.le <= 0.0 => here.le,
        _ => {
            let (from, before) = below.map_or((0.0, 0.0), |b| (b.le, b.cumulative));
            from + (here.le - from) * ((rank - before) / (here.cumulative - before))
        }
    };
    let method = Method::Described(format!("histogram_quantile, Prometheus {dialect}"));
    let estimate = Estimate::new(value, method, total.round() as u64, scope);
    if !value.is_finite() {
        // rank 0 in a first bucket that counts nothing: 0/0
        return Err(Error::empty("the first bucket counts no value, and no quantile falls into it"));
    }
    Ok(if raised > 0 {
        let why = format!("the counts of {raised} of {} buckets fell and were raised", sorted.len());
        estimate.with_bound(Bound::Unknown { why: "the counts contradict each other".into() }).with_caveat(why)
    } else {
        estimate.with_bound(Bound::Guaranteed { lower: held.0, upper: held.1 })
    })
}

/// Whether counts are whole, and do not fall: then ranks are known.
fn is_whole(buckets: &[ClassicBucket]) -> bool {
    // beyond 2⁵³ not every whole number is one
    let whole =
        |b: &ClassicBucket| b.cumulative.fract() == 0.0 && (0.0..=9_007_199_254_740_992.0).contains(&b.cumulative);
    buckets.iter().all(whole) && buckets.is_sorted_by(|a, b| a.cumulative <= b.cumulative)
}

/// The edges between which the value of the quantile's rank lies, above the lower and at or below the upper one.
fn holding(buckets: &[ClassicBucket], quantile: Quantile) -> (f64, f64) {
    let total = buckets.last().map_or(0.0, |b| b.cumulative);
    let (least, most) = if is_whole(buckets) {
        let rank = quantile.rank(total as u64) as f64;
        (rank, rank)
    } else {
        let rank = quantile.p() * total;
        (rank * (1.0 - ROUNDING), rank * (1.0 + ROUNDING))
    };
    let reaching = |rank: f64| buckets.iter().position(|b| b.cumulative > 0.0 && b.cumulative >= rank);
    let last = buckets.len().saturating_sub(1);
    let (first, end) = (reaching(least).unwrap_or(last), reaching(most).unwrap_or(last));
    let lower = first.checked_sub(1).and_then(|i| buckets.get(i)).map_or(f64::NEG_INFINITY, |b| b.le);
    (lower, buckets.get(end).map_or(f64::INFINITY, |b| b.le))
}

/// Takes counts that differ from the one before only by rounding as equal to it.
fn even_out(buckets: &mut [ClassicBucket]) {
    let mut before: Option<f64> = None;
    for bucket in buckets {
        match before {
            Some(kept) if (bucket.cumulative - kept).abs() / bucket.cumulative <= ROUNDING => bucket.cumulative = kept,
            _ => before = Some(bucket.cumulative),
        }
    }
}

/// Raises counts that are lower than one before, and says how many.
fn raise(buckets: &mut [ClassicBucket]) -> usize {
    let (mut most, mut raised) = (f64::NEG_INFINITY, 0);
    for bucket in buckets {
        if bucket.cumulative < most {
            bucket.cumulative = most;
            raised += 1;
        }
        most = bucket.cumulative;
    }
    raised
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::unit::Unit;
    use proptest::prelude::*;

    fn buckets(list: &[(f64, f64)]) -> Vec<ClassicBucket> {
        list.iter().map(|&(le, cumulative)| ClassicBucket { le, cumulative }).collect()
    }

    fn read(list: &[(f64, f64)], q: f64) -> Result<Estimate> {
        let scope = Scope::untimed(Unit::Second);
        classic_quantile(&buckets(list), Quantile::new(q).unwrap(), Dialect::V3, &scope)
    }

    const INF: f64 = f64::INFINITY;

    #[test]
    fn the_edges_of_the_definition() {
        // evenly inside a bucket; from 0 in the first one; its edge where that is not more than 0; the last edge beyond it
        let list = [(1.0, 10.0), (2.0, 30.0), (INF, 40.0)];
        for (q, value, bound) in [
            (0.5, 1.5, (1.0, 2.0)),
            (0.125, 0.5, (f64::NEG_INFINITY, 1.0)),
            (0.9, 2.0, (2.0, INF)),
            (0.25, 1.0, (f64::NEG_INFINITY, 1.0)),
        ] {
            let e = read(&list, q).unwrap();
            assert_eq!((e.value, e.interval().unwrap(), e.n), (value, bound, 40), "{q}");
        }
        assert_eq!(read(&[(-1.0, 5.0), (2.0, 10.0), (INF, 10.0)], 0.3).unwrap().value, -1.0);
        // buckets in any order and twice, and counts that fall
        assert_eq!(read(&[(INF, 30.0), (2.0, 30.0), (1.0, 4.0), (1.0, 6.0), (INF, 10.0)], 0.5).unwrap().value, 1.5);
        let raised = read(&[(1.0, 10.0), (2.0, 9.0), (INF, 20.0)], 0.5).unwrap();
        assert!(raised.interval().is_none() && raised.caveats[0].contains("1 of 3"), "{raised:?}");
        for bad in
            [&[(INF, 1.0)][..], &[(1.0, 1.0), (2.0, 2.0)], &[(1.0, 0.0), (INF, 0.0)], &[(f64::NAN, 1.0), (INF, 1.0)]]
        {
            assert!(read(bad, 0.5).is_err(), "{bad:?}");
        }
        // nothing below the first edge, and the smallest value asked
        assert!(read(&[(1.0, 0.0), (INF, 3.0)], 0.0).is_err());
    }

    #[test]
    fn bounds_are_those_of_the_rank_and_values_prometheus_own() {
        // 0.55 · 100 is 55.00000000000001, yet the 55th value is at most 1
        for (p, at) in [(0.55, 55.0), (0.07, 7.0), (0.14, 14.0), (0.28, 28.0), (0.29, 29.0), (0.57, 57.0), (0.58, 58.0)]
        {
            let list = [(1.0, at), (2.0, 100.0), (INF, 100.0)];
            let e = read(&list, p).unwrap();
            assert_eq!(e.interval(), Some((f64::NEG_INFINITY, 1.0)), "{p}");
            assert!((e.value - 1.0).abs() < 1e-12, "{p}: {}", e.value);
            // rates of the same counts, each rounded: either bucket may hold it
            let rates = list.map(|(le, count)| (le, count / 300.0));
            let (lower, upper) = read(&rates, p).unwrap().interval().unwrap();
            assert!(lower == f64::NEG_INFINITY && upper >= 1.0, "{p}: {lower} {upper}");
        }
        // nothing is at or below −1, though Prometheus reads that edge
        let none = [(-1.0, 0.0), (5.0, 10.0), (INF, 10.0)];
        let e = read(&none, 0.0).unwrap();
        assert_eq!((e.value, e.interval()), (-1.0, Some((-1.0, 5.0))));
        let e = read(&none.map(|(le, count)| (le, count / 3.0)), 0.0).unwrap();
        assert_eq!((e.value, e.interval()), (-1.0, Some((-1.0, 5.0))));
    }

    proptest! {
        #[test]
        fn the_sample_of_the_rank_is_in_the_bound(
            values in prop::collection::vec(-5.0_f64..20.0, 1..60),
            edges in prop::collection::btree_set(-4_i32..18, 1..8),
            thousandths in 0_u32..=1000, times in prop::sample::select(vec![1_usize, 20, 50, 100]),
        ) {
            let values = values.repeat(times);
            let count = |le: f64| values.iter().filter(|v| **v <= le).count() as f64;
            let mut list: Vec<(f64, f64)> = edges.iter().map(|e| (f64::from(*e), count(f64::from(*e)))).collect();
            list.push((INF, values.len() as f64));
            let q = f64::from(thousandths) / 1000.0;
            // rank 0 in a first bucket above 0 that counts nothing has no value
            let Ok(e) = read(&list, q) else {
                prop_assert_eq!(thousandths, 0);
                return Ok(());
            };
            let mut sorted = values.clone();
            sorted.sort_by(f64::total_cmp);
            let exact = sorted[Quantile::new(q).unwrap().rank(values.len() as u64) as usize - 1];
            let (lower, upper) = e.interval().unwrap();
            prop_assert!(lower < exact && exact <= upper, "{q}: {exact} in ({lower}, {upper}]");
        }
    }
}
