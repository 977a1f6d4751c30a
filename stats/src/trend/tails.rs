//! Heavy tails: outliers that are no steps must neither hide in the noise's estimate nor pass for changes.

use super::noise::Noise;
use super::pelt::{edges_of, pelt_mean};
use super::theil_sen::median;

/// Values farther than so many robust standard deviations from the median of their neighbourhood are pulled in to there.
pub(crate) const REACH: f64 = 3.0;
/// The neighbourhood of a sample: so many to either side, fewer near the ends, so that one step never moves its median across.
const AROUND: usize = 50;
/// At the ends it holds so many samples to the inner side at least, of which three outliers are a minority.
const INWARDS: usize = 6;
/// The bounds are those of the medians of so many samples to either side: outliers on one side of a step move the place at which the median
/// crosses it by their number, and no value next to the step may be pulled across.
const NEIGHBOURS: usize = 8;

/// Whether tails are heavier than normal ones, by the ratio of the whole variance of differences to the trimmed one.
///
/// On n values of normal noise the ratio stays below 1 + 2.5/√n in 99 of 100 series, for n of 200 and more.
pub(crate) fn are_heavy(n: usize, ratio: f64) -> bool {
    ratio > 1.0 + (2.5 / (n as f64).sqrt()).min(0.25)
}

/// The noise with its tails: scaled up to the mean square of all differences but those across a change.
///
/// [`robust_noise`](super::robust_noise) leaves out what lies beyond 3 robust standard deviations, because it may be a step. Heavy tails lie there
/// too, and without them every burst of outliers would be a change.
pub(crate) fn with_tails(values: &[f64], robust: Noise, factor: f64, min_size: usize) -> Noise {
    let mut noise = robust;
    for _ in 0..5 {
        let steps = pelt_mean(values, factor * noise.long_run_variance, min_size);
        let (mut sum, mut count, mut next) = (0.0, 0u64, steps.iter().copied().peekable());
        for (pair, at) in values.windows(2).zip(1..) {
            if next.next_if_eq(&at).is_none() {
                sum += (pair[1] - pair[0]).powi(2);
                count += 1;
            }
        }
        let scale = sum / count.max(1) as f64 / (2.0 * robust.variance * (1.0 - robust.phi));
        let wanted = robust.variance * scale.max(1.0);
        let settled = (wanted - noise.variance).abs() <= 0.01 * noise.variance;
        let ratio = wanted / robust.variance;
        noise = Noise { variance: wanted, long_run_variance: robust.long_run_variance * ratio, ..robust };
        if settled || steps.is_empty() {
            break;
        }
    }
    noise
}

/// The values, each at most `reach` beyond the medians of its neighbourhood and of those next to it: outliers as far as noise goes, steps as
/// they are.
///
/// Hampel's filter (Davies and Gather, 1993), with the values pulled in to the bound (winsorised) and not replaced by the median, since
/// the sums of bounded values have the tails that the calibration was made with. Medians keep a step at its place while each of its
/// levels lasts for most of a neighbourhood; a shorter burst stays as one of the height `reach`.
pub(crate) fn pulled_in(values: &[f64], reach: f64) -> Vec<f64> {
    let medians = medians_around(values);
    let pull = |(i, value): (usize, &f64)| {
        let near = medians.get(i.saturating_sub(NEIGHBOURS)..medians.len().min(i + NEIGHBOURS + 1)).unwrap_or_default();
        let (low, high) = near.iter().fold((f64::MAX, f64::MIN), |(low, high), m| (m.min(low), m.max(high)));
        let (low, high) = (low - reach, high + reach);
        // where the bounds have no order, there is none to pull a value to
        if low <= high { value.clamp(low, high) } else { *value }
    };
    values.iter().enumerate().map(pull).collect()
}

/// The same around steps that are known: each stretch between two of them is judged by its own median, so that no neighbourhood
/// mixes two levels.
pub(crate) fn pulled_in_around(values: &[f64], steps: &[usize], reach: f64) -> Vec<f64> {
    let mut levels = Vec::with_capacity(values.len());
    for edge in edges_of(steps, values.len()).windows(2) {
        let (from, to) = (edge[0], edge[1]);
        let mut part = values.get(from..to).unwrap_or_default().to_vec();
        let level = if part.is_empty() { 0.0 } else { median(&mut part) };
        levels.resize(to.max(levels.len()), level);
    }
    let rest: Vec<f64> = values.iter().zip(&levels).map(|(v, level)| v - level).collect();
    pulled_in(&rest, reach).iter().zip(&levels).map(|(v, level)| v + level).collect()
}

/// The median of the neighbourhood of each sample.
fn medians_around(values: &[f64]) -> Vec<f64> {
    let n = values.len();
    let mut sorted: Vec<f64> = Vec::with_capacity(2 * AROUND + 2);
    let (mut from, mut to) = (0, 0);
    let median = |(i, value): (usize, &f64)| {
        let side = AROUND.min(i.min(n - 1 - i).max(INWARDS));
        // both ends of the neighbourhood only ever move to the right
        for entering in values.get(to..n.min(i + side + 1)).unwrap_or_default() {
            let at = sorted.partition_point(|v| v.total_cmp(entering).is_lt());
            sorted.insert(at, *entering);
            to += 1;
        }
        for leaving in values.get(from..i.saturating_sub(side)).unwrap_or_default() {
            let at = sorted.partition_point(|v| v.total_cmp(leaving).is_lt());
            sorted.remove(at);
            from += 1;
        }
        match (sorted.get(sorted.len().saturating_sub(1) / 2), sorted.get(sorted.len() / 2)) {
            (Some(below), Some(above)) => f64::midpoint(*below, *above),
            _ => *value,
        }
    };
    values.iter().enumerate().map(median).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;
    use rand_distr::{Distribution, LogNormal, StudentT};

    use super::*;
    use crate::quantile::random::SplitMix64;
    use crate::series::{Identity, NanPolicy, Series};
    use crate::trend::{ChangeOptions, ChangeVerdict, changes};

    /// How many of `series` series of n values, `step` higher from `at` on, are told to have changed.
    fn changed(law: &impl Distribution<f64>, n: usize, (step, at): (f64, usize), series: usize) -> usize {
        let mut random = ChaCha8Rng::seed_from_u64(71);
        let mut told = |_: &usize| {
            let values = (0..n).map(|i| law.sample(&mut random) + if i >= at { step } else { 0.0 }).collect();
            let times = (0..n as i64).map(|i| i * 15_000_000_000).collect();
            let data = Series::new(Identity::default(), times, values, NanPolicy::Refuse).unwrap();
            changes(&data, &ChangeOptions::default()).unwrap().verdict == ChangeVerdict::Changed
        };
        (0..series).filter(|i| told(i)).count()
    }

    #[test]
    fn outliers_are_no_changes_and_steps_beneath_them_are() {
        let (heavy, skewed) = (StudentT::new(3.0).unwrap(), LogNormal::new(0.0, 1.0).unwrap());
        // 1.5 times the nominal 5 %, and two standard errors
        let told = [changed(&heavy, 2000, (0.0, 0), 40), changed(&skewed, 2000, (0.0, 0), 40)];
        assert!(told.iter().all(|t| *t <= 6), "{told:?} of 40");
        // ten standard deviations in sixty values, in the middle and for the last six of them
        for at in [27, 54] {
            let told = [changed(&heavy, 60, (17.3, at), 100), changed(&skewed, 60, (21.6, at), 100)];
            assert!(told.iter().all(|t| *t >= 93), "{at}: {told:?} of 100");
        }
    }

    #[test]
    fn a_burst_is_pulled_in_and_steps_stay() {
        let random = |i: u64| SplitMix64::stream(3, i).unit();
        for at in [7, 60, 130, 193] {
            let step = |i: usize| if i >= at { 50.0 } else { 0.0 };
            let values: Vec<f64> = (0..200)
                .map(|i| random(i as u64) + step(i) + if (90..93).contains(&i) { 900.0 } else { 0.0 })
                .collect();
            for (i, (v, pulled)) in values.iter().zip(pulled_in(&values, 3.0)).enumerate() {
                if (90..93).contains(&i) {
                    assert!((pulled - step(i) - 3.0).abs() < 1.0, "{at} {i}: {pulled}");
                } else {
                    assert_eq!(*v, pulled, "{at} {i}");
                }
            }
        }
    }

    #[test]
    fn each_value_stays_within_reach_of_the_median_around_it() {
        for n in [1, 2, 5, 7, 30, 101, 102, 333] {
            let values: Vec<f64> =
                (0..n).map(|i| (SplitMix64::stream(4, i).unit() - 0.5).powi(-3).clamp(-1e9, 1e9)).collect();
            let n = values.len();
            for (i, pulled) in pulled_in(&values, 2.0).into_iter().enumerate() {
                let middle = |i: usize| {
                    let side = 50.min(i.min(n - 1 - i).max(6));
                    median(&mut values[i.saturating_sub(side)..n.min(i + side + 1)].to_vec())
                };
                let near: Vec<f64> = (i.saturating_sub(8)..n.min(i + 9)).map(middle).collect();
                let (low, high) = near.iter().fold((f64::MAX, f64::MIN), |(a, b), m| (m.min(a), m.max(b)));
                assert_eq!(pulled, values[i].clamp(low - 2.0, high + 2.0), "{n} {i}");
            }
        }
        assert!(pulled_in(&[], 1.0).is_empty());
    }

    #[test]
    fn outliers_beside_a_known_step_are_pulled_in_as_anywhere() {
        // uniform noise in ±1 with an outlier of 50 each tenth sample, and a step of 12
        let value = |i: usize| {
            let noise = 2.0 * SplitMix64::stream(9, i as u64).unit() - 1.0;
            noise + if i % 10 == 3 { 50.0 } else { 0.0 } + if i >= 100 { 12.0 } else { 0.0 }
        };
        let values: Vec<f64> = (0..200).map(value).collect();
        for (i, pulled) in pulled_in_around(&values, &[100], 3.0).into_iter().enumerate() {
            let level = if i >= 100 { 12.0 } else { 0.0 };
            // 3 from a median that is within the noise of its stretch's level
            assert!((pulled - level).abs() <= 4.5, "{i}: {pulled}");
            assert!(i % 10 == 3 || (pulled - values[i]).abs() < 1e-9, "{i}: {pulled}");
        }
        // medians of a window across the step reach further
        assert!(pulled_in(&values, 3.0).iter().take(100).any(|v| *v > 5.0));
        assert!(pulled_in_around(&[], &[], 1.0).is_empty());
    }

    #[test]
    fn what_has_no_order_stays_as_it_is() {
        let mut values: Vec<f64> = (0..60).map(f64::from).collect();
        assert!(pulled_in(&values, f64::NAN).iter().eq(values.iter()));
        assert!(pulled_in(&values, -1e3).iter().eq(values.iter()));
        // half a neighbourhood infinite to either side: its median is their midpoint, which is none
        for (i, v) in values.iter_mut().enumerate() {
            *v = [f64::INFINITY, f64::NEG_INFINITY][i % 2];
        }
        values[30] = 7.0;
        values[31] = f64::NAN;
        let pulled = pulled_in(&values, 1.0);
        assert_eq!(pulled.len(), 60);
        assert!(pulled[31].is_nan());
        // one outlier without a bound is pulled in as any other
        let mut values: Vec<f64> = (0..60).map(|i| f64::from(i % 3)).collect();
        values[30] = f64::INFINITY;
        values[40] = f64::NEG_INFINITY;
        let pulled = pulled_in(&values, 3.0);
        assert_eq!((pulled[30], pulled[40]), (4.0, -2.0));
    }

    #[test]
    fn the_bound_falls_with_the_number_of_values() {
        assert!(are_heavy(60, 1.3) && !are_heavy(60, 1.2) && are_heavy(1000, 1.09) && !are_heavy(1000, 1.07));
    }
}
