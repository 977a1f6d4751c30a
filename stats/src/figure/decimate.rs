//! Fewer points for the same picture: every bucket of time keeps its smallest and its largest value.

/// What one bucket of time holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Decimated {
    /// The first time in the bucket, in nanoseconds since the epoch.
    pub first: i64,
    /// The last time in the bucket.
    pub last: i64,
    /// The smallest value.
    pub min: f64,
    /// The largest value.
    pub max: f64,
    /// The mean of the values.
    pub mean: f64,
    /// How many samples it holds, at least 1.
    pub count: u64,
    /// The number of the bucket, counted from 0 at the first time.
    pub index: usize,
}

/// Divides the time from the first sample to the last into `buckets` equal parts and keeps the smallest and largest value, the
/// mean and the count of each. Parts without a sample are left out; NaN values are passed over. Times must not decrease.
///
/// No peak is hidden, however narrow: the largest `max` is the largest value, and so for `min`.
///
/// ```
/// use sre_stats::figure::decimate_min_max;
/// let times: Vec<i64> = (0..1000).collect();
/// let mut values = vec![1.0; 1000];
/// values[637] = 50.0;
/// let kept = decimate_min_max(&times, &values, 10);
/// assert_eq!(kept.len(), 10);
/// assert_eq!((kept[6].min, kept[6].max, kept[6].count), (1.0, 50.0, 100));
/// ```
pub fn decimate_min_max(times: &[i64], values: &[f64], buckets: usize) -> Vec<Decimated> {
    let n = times.len().min(values.len());
    let (times, values) = (&times[..n], &values[..n]);
    let (Some(&start), Some(&end)) = (times.first(), times.last()) else { return Vec::new() };
    let width = i128::from(end) - i128::from(start) + 1;
    let buckets = buckets.max(1);
    let mut kept: Vec<Decimated> = Vec::new();
    let (mut sum, mut bucket_end) = (0.0, i128::MIN);
    for (&t, &v) in times.iter().zip(values) {
        if v.is_nan() {
            continue;
        }
        match kept.last_mut() {
            // the division is needed once a bucket only
            Some(last) if i128::from(t) < bucket_end => {
                last.last = last.last.max(t);
                last.min = last.min.min(v);
                last.max = last.max.max(v);
                last.count += 1;
                sum += v;
                last.mean = sum / last.count as f64;
            }
            _ => {
                let index = (i128::from(t) - i128::from(start)).max(0) * buckets as i128 / width;
                bucket_end = i128::from(start) + ((index + 1) * width + buckets as i128 - 1) / buckets as i128;
                let index = index as usize;
                sum = v;
                kept.push(Decimated { first: t, last: t, min: v, max: v, mean: v, count: 1, index });
            }
        }
    }
    // a sum of huge values may overflow where their mean would not
    for bucket in &mut kept {
        bucket.mean = bucket.mean.clamp(bucket.min, bucket.max);
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_bucket_is_what_brute_force_finds(
            mut samples in prop::collection::vec((-1_000_000_i64..1_000_000, -1e6_f64..1e6), 1..300),
            buckets in 1_usize..50,
        ) {
            samples.sort_by_key(|s| s.0);
            let times: Vec<i64> = samples.iter().map(|s| s.0).collect();
            let values: Vec<f64> = samples.iter().map(|s| s.1).collect();
            let kept = decimate_min_max(&times, &values, buckets);
            let width = (times[times.len() - 1] - times[0] + 1) as f64;
            prop_assert_eq!(kept.iter().map(|k| k.count).sum::<u64>(), samples.len() as u64);
            for k in &kept {
                let inside: Vec<f64> = samples
                    .iter()
                    .filter(|s| (((s.0 - times[0]) as f64 * buckets as f64 / width).floor() as usize) == k.index)
                    .map(|s| s.1)
                    .collect();
                prop_assert_eq!(k.count, inside.len() as u64);
                prop_assert_eq!(k.min, inside.iter().copied().fold(f64::INFINITY, f64::min));
                prop_assert_eq!(k.max, inside.iter().copied().fold(f64::NEG_INFINITY, f64::max));
                prop_assert!(k.mean >= k.min && k.mean <= k.max);
            }
        }
    }

    #[test]
    fn hostile_input_does_no_harm() {
        assert!(decimate_min_max(&[], &[], 10).is_empty());
        assert!(decimate_min_max(&[1], &[f64::NAN], 10).is_empty());
        assert_eq!(decimate_min_max(&[i64::MIN, i64::MAX], &[1.0, 2.0], 0).len(), 1);
        assert_eq!(decimate_min_max(&[i64::MIN, i64::MAX], &[1.0, 2.0], usize::MAX >> 8).len(), 2);
        assert_eq!(decimate_min_max(&[0, 1], &[1e308, 1e308], 1)[0].mean, 1e308);
    }
}
