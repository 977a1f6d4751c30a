//! `predict_linear` and `double_exponential_smoothing`, digit for digit as Prometheus computes them.

/// The running sum with its compensation (Kahan's, as improved by Neumaier).
#[derive(Clone, Copy, Default)]
struct Compensated {
    sum: f64,
    rest: f64,
}

impl Compensated {
    fn add(&mut self, value: f64) {
        let total = self.sum + value;
        if total.is_infinite() {
            self.rest = 0.0;
        } else if self.sum.abs() >= value.abs() {
            self.rest += (self.sum - total) + value;
        } else {
            self.rest += (value - total) + self.sum;
        }
        self.sum = total;
    }

    fn total(self) -> f64 {
        self.sum + self.rest
    }
}

/// What `predict_linear(x[range], seconds)` reads at `at_ns` from the samples of the range: the line of least squares, `seconds`
/// after `at_ns`.
///
/// `times_ns` and `values` are the samples that the range holds, in order; Prometheus keeps whole milliseconds, so times and `at_ns` are
/// cut to them. `None` below two samples. Values that are all equal give that value. The forecast knows no season, trusts every sample
/// alike, and comes without an interval; [`forecast`](super::forecast()) puts one beside it.
///
/// Source: `promql/functions.go` of Prometheus, `linearRegression` and `funcPredictLinear` (2.42 to 3.x).
///
/// ```
/// use sre_stats::forecast::predict_linear;
/// let minute = 60_000_000_000;
/// let times: Vec<i64> = (0..10).map(|i| i * minute).collect();
/// let values: Vec<f64> = (0..10).map(|i| 50.0 + f64::from(i)).collect();
/// let in_an_hour = predict_linear(&times, &values, 9 * minute, 3600.0);
/// assert!((in_an_hour.unwrap_or(0.0) - 119.0).abs() < 1e-9);
/// ```
pub fn predict_linear(times_ns: &[i64], values: &[f64], at_ns: i64, seconds: f64) -> Option<f64> {
    let (slope, intercept) = line(times_ns, values, at_ns)?;
    Some(slope * seconds + intercept)
}

/// Slope per second and value at `at_ns` of Prometheus's line.
pub(super) fn line(times_ns: &[i64], values: &[f64], at_ns: i64) -> Option<(f64, f64)> {
    if times_ns.len() < 2 || times_ns.len() != values.len() {
        return None;
    }
    let first = values[0];
    if values.iter().all(|v| *v == first) {
        return Some(if first.is_infinite() { (f64::NAN, f64::NAN) } else { (0.0, first) });
    }
    let at_ms = at_ns.div_euclid(1_000_000);
    let [mut x, mut y, mut xy, mut xx] = [Compensated::default(); 4];
    let mut n = 0.0;
    for (t, v) in times_ns.iter().zip(values) {
        let seconds = (t.div_euclid(1_000_000) - at_ms) as f64 / 1e3;
        n += 1.0;
        x.add(seconds);
        y.add(*v);
        xy.add(seconds * v);
        xx.add(seconds * seconds);
    }
    let (x, y, xy, xx) = (x.total(), y.total(), xy.total(), xx.total());
    let slope = (xy - x * y / n) / (xx - x * x / n);
    Some((slope, y / n - slope * x / n))
}

/// What `double_exponential_smoothing(x[range], smoothing, trend)` (before Prometheus 3 `holt_winters`) reads from the values of the
/// range: the smoothed value at the last of them.
///
/// `None` below two values, and where a factor is not between 0 and 1 (where Prometheus refuses the query). Times do not count: a
/// gap or a jitter in them is one step. It is not the Holt–Winters method of the literature, which has a season, and no forecast:
/// it smooths.
///
/// Source: `promql/functions.go` of Prometheus, `funcDoubleExponentialSmoothing` and `calcTrendValue` (2.42 to 3.x).
///
/// ```
/// use sre_stats::forecast::double_exponential_smoothing;
/// let line: Vec<f64> = (0..20).map(f64::from).collect();
/// assert!((double_exponential_smoothing(&line, 0.5, 0.1).unwrap_or(0.0) - 19.0).abs() < 1e-12);
/// ```
pub fn double_exponential_smoothing(values: &[f64], smoothing: f64, trend: f64) -> Option<f64> {
    let between = |factor: f64| factor > 0.0 && factor < 1.0;
    let [first, second, ..] = values else { return None };
    if !between(smoothing) || !between(trend) {
        return None;
    }
    let (mut before, mut smoothed, mut slope) = (0.0, *first, second - first);
    for (i, value) in values.iter().enumerate().skip(1) {
        let scaled = smoothing * value;
        if i > 1 {
            slope = trend * (smoothed - before) + (1.0 - trend) * slope;
        }
        let carried = (1.0 - smoothing) * (smoothed + slope);
        (before, smoothed) = (smoothed, scaled + carried);
    }
    Some(smoothed)
}
