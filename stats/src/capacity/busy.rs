//! How busy something is: utilisation from a counter of busy time, and the load average of a gauge.

use crate::counter::Counter;
use crate::error::{Error, Result};
use crate::estimate::Estimate;
use crate::method::Method;
use crate::series::{NanPolicy, Series};
use crate::time::{Span, Timestamp};
use crate::unit::Unit;

/// The mean utilisation of `capacity` servers from a counter of their busy time, such as CPU seconds: its increase over the time
/// between first and last sample.
///
/// After a reset the counter began at 0 again: what was counted before it since the last sample is lost, and a caveat says so. A mean
/// hides saturation shorter than the samples' distance. Not for a counter that several machines share, nor for delays: at a mean of 70 %
/// a queue may already be long.
///
/// ```
/// use sre_stats::capacity::utilisation;
/// use sre_stats::counter::Counter;
/// use sre_stats::series::{Identity, NanPolicy};
/// use sre_stats::unit::Unit;
/// let cpu = Counter::new(Identity::new("cpu_seconds_total", Unit::Second), vec![0, 60_000_000_000], vec![100.0, 190.0], NanPolicy::Drop)?;
/// assert_eq!(utilisation(&cpu, 2.0)?.value, 0.75);
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// [`Empty`](crate::ErrorKind::Empty) with fewer than two samples, [`Mismatch`](crate::ErrorKind::Mismatch) where the counter
/// does not count time, [`Argument`](crate::ErrorKind::Argument) where the capacity is not above 0.
pub fn utilisation(busy: &Counter, capacity: f64) -> Result<Estimate> {
    if !(capacity > 0.0 && capacity.is_finite()) {
        return Err(Error::argument(format!("a capacity of {capacity} is none")));
    }
    let increases = busy.increases()?;
    let times = busy.samples().times();
    let (Some(first), Some(last)) = (times.first(), times.last()) else {
        return Err(Error::empty("there is no sample"));
    };
    let elapsed = Timestamp(*last).since(Timestamp(*first)).as_secs_f64();
    let counted = busy.identity().unit.convert(increases.values().iter().sum(), &Unit::Second)?;
    let value = counted / elapsed / capacity;
    let scope = busy.samples().scope().with_unit(Unit::Ratio);
    let mut found = Estimate::new(value, Method::Named("increase over time"), times.len() as u64, &scope);
    let resets = busy.resets().len();
    if resets > 0 {
        found = found.with_caveat(format!("{resets} resets: what was counted just before each is lost"));
    }
    if value > 1.0 + 1e-9 {
        found = found.with_caveat(format!("more than the capacity of {capacity}: it is too small a number"));
    }
    Ok(found)
}

/// The load average of a gauge such as the number of running tasks: an exponentially weighted mean with a time constant.
///
/// From sample to sample, dt apart, it moves by 1 − e^(−dt/constant) of its distance to the new value, so that irregular samples
/// weigh by their time; a gap lets it forget. It begins at the first value. Linux does the same every 5 s with constants of 1, 5 and 15
/// minutes, in fixed-point numbers, from 0 at boot. “1-minute load average” is a constant, no window: 37 % of it is older than a minute. Not
/// for a utilisation: waiting tasks count too, on Linux those that wait for a disk as well.
///
/// Source: N. J. Gunther, “Analyzing Computer System Performance with `Perl::PDQ`” (2005), chapter 4.
///
/// ```
/// use sre_stats::capacity::load_average;
/// use sre_stats::series::{Identity, NanPolicy, Series};
/// use sre_stats::{time::Span, unit::Unit};
/// let times = (0..13).map(|i| i * 5_000_000_000).collect();
/// let running = Series::new(Identity::new("procs_running", Unit::None), times, [vec![0.0], vec![1.0; 12]].concat(), NanPolicy::Drop)?;
/// // one task for a minute from 0: 1 − 1/e
/// let load = load_average(&running, Span::MINUTE)?;
/// assert!((load.values()[12] - 0.632_120_558_8).abs() < 1e-9);
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// [`Argument`](crate::ErrorKind::Argument) where the constant is not above 0.
pub fn load_average(gauge: &Series, constant: Span) -> Result<Series> {
    if constant <= Span::ZERO {
        return Err(Error::argument(format!("a time constant of {constant} is none")));
    }
    let mut identity = gauge.identity().clone();
    identity.name = format!("load average ({constant}) of {}", identity.name);
    let mut average = gauge.values().first().copied().unwrap_or_default();
    let mut before = gauge.times().first().copied().unwrap_or_default();
    let one = |(t, v): (&i64, &f64)| {
        let dt = Span(t.saturating_sub(before)).as_secs_f64();
        before = *t;
        average += (v - average) * -(-dt / constant.as_secs_f64()).exp_m1();
        average
    };
    let values = gauge.times().iter().zip(gauge.values()).map(one).collect();
    Series::new(identity, gauge.times().to_vec(), values, NanPolicy::Refuse)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::series::Identity;

    /// The kernel's own arithmetic: every 5 s, `FIXED_1` = 2048, `EXP_1` = 1884 and `EXP_5` = 2014 (include/linux/sched/loadavg.h).
    #[test]
    fn it_is_linuxs_up_to_fixed_point() {
        let active: Vec<u64> = (0..400).map(|i| [0, 3, 1, 7, 2][i / 80]).collect();
        for (minutes, exp) in [(1, 1884u64), (5, 2014)] {
            let mut kernel = Vec::new();
            let mut load = 0u64;
            for n in &active {
                let n = n * 2048;
                let mut next = load * exp + n * (2048 - exp);
                if n >= load {
                    next += 2047;
                }
                load = next / 2048;
                kernel.push(load as f64 / 2048.0);
            }
            let times = (0..400).map(|i| i * 5_000_000_000).collect();
            let values: Vec<f64> = active.iter().map(|n| *n as f64).collect();
            let gauge = Series::new(Identity::new("running", Unit::None), times, values, NanPolicy::Drop).unwrap();
            let ours = load_average(&gauge, Span::from_secs(60 * minutes)).unwrap();
            for (a, b) in ours.values().iter().zip(&kernel) {
                assert!((a - b).abs() < 0.03, "{minutes} min: {a} {b}");
            }
        }
    }

    #[test]
    fn utilisation_tells_of_resets_and_impossible_values() {
        let s = 1_000_000_000;
        let times = vec![0, 10 * s, 20 * s];
        let make = |values: Vec<f64>, unit| {
            Counter::new(Identity::new("busy", unit), times.clone(), values, NanPolicy::Drop).unwrap()
        };
        let reset = utilisation(&make(vec![100.0, 105.0, 3.0], Unit::Second), 1.0).unwrap();
        assert!((reset.value - 0.4).abs() < 1e-12 && reset.caveats[0].starts_with("1 resets"), "{reset:?}");
        let over = utilisation(&make(vec![0.0, 20_000.0, 40_000.0], Unit::Millisecond), 1.0).unwrap();
        assert!((over.value - 2.0).abs() < 1e-12 && !over.caveats.is_empty());
        assert!(utilisation(&make(vec![0.0, 1.0, 2.0], Unit::Byte), 1.0).is_err());
    }
}
