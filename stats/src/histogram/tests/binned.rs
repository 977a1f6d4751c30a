//! Counts, shares and moments of bins against sorted samples, for every layout and every kind of edge.

use super::super::{Bin, Binned, Closed, Explicit, Exponential, Layout, LogLinear, Sketch, Within};
use super::{scope, shapes};
use crate::estimate::Bound;
use crate::method::Method;
use crate::unit::Unit;

/// Asks one layout everything that sorted samples can answer.
fn asked<L: Layout>(shape: &str, histogram: &L, values: &[f64]) {
    let n = values.len() as f64;
    let binned = histogram.binned();
    let edges: Vec<f64> = histogram.bins().iter().flat_map(|b| [b.lower, b.upper]).collect();
    let beside = edges.iter().flat_map(|e| [e.next_down(), *e, e.next_up()]);
    for t in beside.chain(values.iter().copied().take(50)).chain([0.0, 1.0, f64::INFINITY, f64::NEG_INFINITY]) {
        let below = values.iter().filter(|v| **v < t).count() as u64;
        let at_most = values.iter().filter(|v| **v <= t).count() as u64;
        let schema = histogram.schema();
        let holds = |(least, most): (u64, u64), truth: u64, what: &str| {
            assert!(least <= truth && truth <= most, "{shape} {schema} {what} {t:e}: {truth} not in {least}..={most}");
        };
        holds(histogram.count_below(t), below, "below");
        holds(histogram.count_at_most(t), at_most, "at most");
        holds(histogram.count_above(t), values.len() as u64 - at_most, "above");
        for (share, truth) in [
            (histogram.share_below(t, &scope()).unwrap(), below as f64 / n),
            (histogram.share_at_most(t, &scope()).unwrap(), at_most as f64 / n),
        ] {
            let (lower, upper) = share.interval().unwrap();
            assert!(lower <= truth && truth <= upper && lower <= share.value && share.value <= upper);
        }
    }
    // exact at edges, on the side that the bin is closed
    for bin in binned.bins() {
        let exact = |(least, most): (u64, u64)| least == most;
        match bin.closed {
            Closed::Lower => assert!(exact(binned.count_below(bin.lower)), "{shape} {bin:?}"),
            Closed::Upper => assert!(exact(binned.count_at_most(bin.upper)), "{shape} {bin:?}"),
            Closed::Both => assert!(exact(binned.count_below(bin.lower)) && exact(binned.count_at_most(bin.upper))),
            Closed::Neither => assert!(exact(binned.count_at_most(bin.lower)) && exact(binned.count_below(bin.upper))),
        }
    }
    // moments: added in ascending order of magnitude, in units that cannot overflow
    let scale = values.iter().map(|v| v.abs()).fold(f64::MIN_POSITIVE, f64::max);
    let mut parts: Vec<f64> = values.iter().map(|v| v / scale).collect();
    parts.sort_by(|a, b| a.abs().total_cmp(&b.abs()));
    let mean = parts.iter().sum::<f64>() / n;
    let variance = parts.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / n;
    for (estimate, truth, unit) in [
        (histogram.mean(&scope()).unwrap(), mean * scale, 1.0),
        (histogram.sum(&scope()).unwrap(), mean * scale * n, n),
    ] {
        let (lower, upper) = estimate.interval().unwrap();
        let rounding = scale * unit * 1e-12;
        assert!(lower - rounding <= truth && truth <= upper + rounding, "{shape}: {truth:e} [{lower:e}, {upper:e}]");
        assert!(lower <= estimate.value && estimate.value <= upper);
    }
    let estimate = histogram.variance(&scope()).unwrap();
    let (lower, upper) = estimate.interval().unwrap();
    let truth = variance * scale * scale;
    // beyond f64, infinity is the truth's only name
    assert!(
        lower <= truth * (1.0 + 1e-9) && truth <= upper * (1.0 + 1e-9),
        "{shape} {}: variance {truth:e} [{lower:e}, {upper:e}]",
        histogram.schema()
    );
    assert!(lower <= estimate.value && estimate.value <= upper && lower >= 0.0);
}

#[test]
fn every_answer_holds_the_truth() {
    for n in [1, 7, 400] {
        for (shape, values) in shapes(17, n) {
            asked(shape, &LogLinear::from_values(&values), &values);
            asked(shape, &LogLinear::from_bytes(&LogLinear::from_values(&values).to_bytes()).unwrap(), &values);
            for schema in [-2, 0, 5] {
                asked(shape, &Exponential::from_values(schema, &values).unwrap(), &values);
            }
            let mut explicit = Explicit::new(&[-1.0, 0.0, 0.25, 0.3, 7.0, 1e6]).unwrap();
            explicit.insert_slice(&values);
            asked(shape, &explicit, &values);
            asked(shape, &Explicit::from_counts(explicit.edges(), explicit.counts()).unwrap(), &values);
        }
    }
}

#[test]
fn the_variance_guarantee_is_reached() {
    // two bins with one value each: nearest at 1 and 2, farthest at 0 and 3
    let bins = vec![Bin::new(0.0, 1.0, Closed::Both, 1), Bin::new(2.0, 3.0, Closed::Both, 1)];
    let binned = Binned::new(bins, Method::Named("test"), Within::Middle);
    let variance = binned.variance(&scope()).unwrap();
    let (lower, upper) = variance.interval().unwrap();
    assert!((variance.value - 1.0).abs() < 1e-12 && (lower - 0.25).abs() < 1e-12 && (upper - 2.25).abs() < 1e-12);
    assert_eq!(variance.unit, Unit::Other("s²".into()));
    // one bin: all at one place, or halves at both ends
    let one = Binned::new(vec![Bin::new(4.0, 6.0, Closed::Lower, 10)], Method::Named("test"), Within::Middle);
    let (lower, upper) = one.variance(&scope()).unwrap().interval().unwrap();
    assert!(lower == 0.0 && (upper - 1.0).abs() < 1e-12);
    let zeros = LogLinear::from_values(&[0.0; 5]).variance(&scope()).unwrap();
    assert_eq!((zeros.value, zeros.interval()), (0.0, Some((0.0, 0.0))));
}

#[test]
fn a_recorded_sum_is_the_mean_unless_the_bins_exclude_it() {
    let h = Explicit::from_counts(&[1.0, 2.0], &[0, 4, 0]).unwrap();
    let mean = h.clone().with_sum(7.0).mean(&scope()).unwrap();
    assert_eq!((mean.value, mean.bound), (1.75, Bound::Exact));
    assert_eq!(h.clone().with_sum(7.0).sum(&scope()).unwrap().value, 7.0);
    let odd = h.with_sum(9.0).mean(&scope()).unwrap();
    assert_eq!((odd.value, odd.caveats.len()), (1.5, 1));
}

#[test]
fn answers_follow_every_change() {
    // the running counts are kept between questions, and must not outlive a change
    let q = crate::quantile::Quantile::MEDIAN;
    let mut h = LogLinear::from_values(&[1.0]);
    let mut e = Exponential::from_values(0, &[1.0]).unwrap();
    let mut x = Explicit::new(&[1.0, 5.0]).unwrap();
    x.insert(1.0);
    let ask = |h: &LogLinear, e: &Exponential, x: &Explicit| {
        [h.quantile(q, &scope()), Sketch::quantile(e, q, &scope()), Sketch::quantile(x, q, &scope())]
            .map(|e| (e.as_ref().map_or(0, |e| e.n), e.map_or(0.0, |e| e.value)))
    };
    assert_eq!(ask(&h, &e, &x), [(1, 1.0); 3]);
    h.insert(3.0);
    e.insert(3.0);
    x.insert(3.0);
    assert_eq!(ask(&h, &e, &x).map(|a| a.0), [2; 3]);
    let many = vec![3.0; 9000];
    h.insert_slice(&many);
    e.insert_slice(&many);
    x.insert_slice(&many);
    assert_eq!(ask(&h, &e, &x).map(|a| a.0), [9002; 3]);
    let (h2, e2, x2) = (h.clone(), e.clone(), x.clone());
    h.merge(&h2);
    e.merge(&e2).unwrap();
    x.merge(&x2).unwrap();
    assert_eq!(ask(&h, &e, &x).map(|a| a.0), [18_004; 3]);
    h.subtract(&h2).unwrap();
    e.subtract(&e2).unwrap();
    x.subtract(&x2).unwrap();
    assert_eq!(ask(&h, &e, &x).map(|a| a.0), [9002; 3]);
    let coarse = e.coarsened(-4).unwrap();
    assert_eq!(Sketch::quantile(&coarse, q, &scope()).unwrap().interval(), Some((1.0, 65_536.0)));
}
