//! Queues in a steady state: M/M/1, M/M/c, M/D/1 and M/G/1.

use crate::error::{Error, Result};
use crate::estimate::{Bound, Estimate, Scope};
use crate::method::Method;
use crate::time::Window;
use crate::unit::Unit;

/// What a queue does in its steady state, each with the model as its method; `n` is 0, since nothing was sampled,
/// but for what [`measured`](Self::measured) says.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Queue {
    /// ρ: the share of time that a server is busy.
    pub utilisation: Estimate,
    /// The chance that a request has to wait.
    pub wait_probability: Estimate,
    /// Wq: the mean wait before service, in seconds.
    pub wait_s: Estimate,
    /// W: the mean of wait and service, in seconds.
    pub response_s: Estimate,
    /// Lq: the mean number waiting.
    pub waiting: Estimate,
    /// L: the mean number waiting or in service.
    pub in_system: Estimate,
    /// The 99th percentile of the wait in seconds, where the model has one in closed form.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wait_p99_s: Option<Estimate>,
}

impl Queue {
    /// The same numbers where rate or service time were measured on `n` events of a window, and not given: without a bound, since an
    /// error of the parameters is one of the numbers. `doubt` says why the arrivals are not those of the model, and becomes a caveat of
    /// all but the utilisation, which does not depend on that.
    ///
    /// ```
    /// use sre_stats::capacity::mm1;
    /// use sre_stats::estimate::Bound;
    /// use sre_stats::time::{Span, Timestamp, Window};
    /// let hour = Window::new(Timestamp(0), Span::HOUR)?;
    /// let queue = mm1(8.0, 0.1)?.measured(28_800, hour, Some("the arrivals are clustered"));
    /// assert!(queue.wait_s.n == 28_800 && matches!(queue.wait_s.bound, Bound::Unknown { .. }));
    /// assert_eq!((queue.wait_s.caveats.len(), queue.utilisation.caveats.len()), (1, 0));
    /// # Ok::<(), sre_stats::Error>(())
    /// ```
    #[must_use]
    pub fn measured(mut self, n: u64, window: Window, doubt: Option<&str>) -> Self {
        let others = [
            &mut self.wait_probability,
            &mut self.wait_s,
            &mut self.response_s,
            &mut self.waiting,
            &mut self.in_system,
        ];
        let others = others.into_iter().chain(&mut self.wait_p99_s).map(|estimate| (estimate, doubt));
        for (estimate, doubt) in others.chain([(&mut self.utilisation, None)]) {
            estimate.n = n;
            estimate.window = Some(window);
            estimate.bound = Bound::Unknown { why: "its parameters are estimates".to_owned() };
            estimate.caveats.extend(doubt.map(str::to_owned));
        }
        self
    }
}

/// M/M/1: Poisson arrivals, exponential service times, one server, first come first served.
///
/// `arrival_per_s` is the rate of arrivals, `service_s` the mean service time. Not for retries (arrivals then depend on the
/// queue), bounded queues, or processor sharing beyond the means, which are the same there.
///
/// Source: A. K. Erlang (1909, 1917); L. Kleinrock, “Queueing Systems” I (1975), 3.2.
///
/// ```
/// use sre_stats::capacity::mm1;
/// // 8 requests a second of 100 ms: four fifths busy, five times the service time
/// let queue = mm1(8.0, 0.1)?;
/// assert!((queue.utilisation.value - 0.8).abs() < 1e-12 && (queue.response_s.value - 0.5).abs() < 1e-12);
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// [`Argument`](crate::ErrorKind::Argument) where an argument is not above 0, or the load is 1 or more: the queue then grows
/// without end.
pub fn mm1(arrival_per_s: f64, service_s: f64) -> Result<Queue> {
    let rho = load(arrival_per_s, service_s, 1)?;
    let wait = service_s * rho / (1.0 - rho);
    let p99 = tail_quantile(rho, service_s / (1.0 - rho));
    Ok(queue("M/M/1", rho, rho, wait, arrival_per_s, service_s, Some(p99)))
}

/// M/M/c: as [`mm1`] with c servers at one queue; the chance to wait is Erlang's C.
///
/// Computed from Erlang's B by its recursion, which keeps all digits for thousands of servers. Not for one queue a server, which waits longer.
///
/// Source: A. K. Erlang (1917); R. B. Cooper, “Introduction to Queueing Theory” (1981), 3.5.
///
/// ```
/// use sre_stats::capacity::mmc;
/// // D. Gross and C. M. Harris, example 2.2: 6 patients an hour, 20 minutes each, 3 doctors: 8/9 wait on average
/// let clinic = mmc(6.0 / 3600.0, 1200.0, 3)?;
/// assert!((clinic.waiting.value - 8.0 / 9.0).abs() < 1e-12);
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// As [`mm1`]; also for 0 servers and more than 10⁷.
pub fn mmc(arrival_per_s: f64, service_s: f64, servers: u32) -> Result<Queue> {
    if servers > 10_000_000 {
        return Err(Error::argument(format!("{servers} servers are more than the recursion is meant for")));
    }
    let rho = load(arrival_per_s, service_s, servers)?;
    let erlangs = arrival_per_s * service_s;
    // 1/B(k) = 1 + k/a · 1/B(k − 1): no factorials
    let inverse = (1..=servers).fold(1.0, |inverse, k| 1.0 + f64::from(k) / erlangs * inverse);
    // B = 1/inverse; where that underflows nobody waits
    let b = 1.0 / inverse;
    let c = b / (1.0 - rho * (1.0 - b));
    let drain = service_s / (f64::from(servers) * (1.0 - rho));
    let p99 = tail_quantile(c, drain);
    let name = format!("M/M/{servers}");
    Ok(queue(&name, rho, c, c * drain, arrival_per_s, service_s, Some(p99)))
}

/// M/D/1: Poisson arrivals, every service of the same length, one server: half the wait of [`mm1`].
///
/// Not for what [`mm1`] is not for, nor for service times that vary at all: their variation is what makes a queue wait longer.
///
/// Source: as [`mg1`], with no variation.
///
/// ```
/// use sre_stats::capacity::{md1, mm1};
/// assert!((md1(8.0, 0.1)?.wait_s.value / mm1(8.0, 0.1)?.wait_s.value - 0.5).abs() < 1e-12);
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// As [`mm1`].
pub fn md1(arrival_per_s: f64, service_s: f64) -> Result<Queue> {
    let rho = load(arrival_per_s, service_s, 1)?;
    let wait = service_s * rho / (2.0 * (1.0 - rho));
    Ok(queue("M/D/1", rho, rho, wait, arrival_per_s, service_s, None))
}

/// M/G/1: Poisson arrivals, any service time, one server: the wait by Pollaczek and Khinchine.
///
/// `cv2` is the squared coefficient of variation of the service time, (sd/mean)²: 0 constant, 1 exponential; log-normal latencies
/// with σ = 1 have 1.72. Only the mean is known: the percentiles of the wait depend on more than `cv2`. With service times so
/// heavy-tailed that their variance is infinite the mean wait is infinite at every load. Not for what [`mm1`] is not for.
///
/// Sources: F. Pollaczek, Math. Z. 32 (1930); A. Y. Khinchine, Mat. Sbornik 39 (1932).
///
/// ```
/// use sre_stats::capacity::{mg1, mm1};
/// assert!((mg1(8.0, 0.1, 1.0)?.wait_s.value - mm1(8.0, 0.1)?.wait_s.value).abs() < 1e-12);
/// assert!((mg1(8.0, 0.1, 9.0)?.wait_s.value / mm1(8.0, 0.1)?.wait_s.value - 5.0).abs() < 1e-12);
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// As [`mm1`], and for a `cv2` below 0 or not finite.
pub fn mg1(arrival_per_s: f64, service_s: f64, cv2: f64) -> Result<Queue> {
    if !(cv2 >= 0.0 && cv2.is_finite()) {
        return Err(Error::argument(format!("{cv2} is no squared coefficient of variation"))
            .hint("give (sd / mean)² of the service time: 0 for a constant one, 1 for an exponential one"));
    }
    let rho = load(arrival_per_s, service_s, 1)?;
    let wait = service_s * rho * (1.0 + cv2) / (2.0 * (1.0 - rho));
    let name = format!("M/G/1, Pollaczek–Khinchine, cv² = {cv2}");
    Ok(queue(&name, rho, rho, wait, arrival_per_s, service_s, None))
}

/// The load of each server, below 1.
fn load(arrival_per_s: f64, service_s: f64, servers: u32) -> Result<f64> {
    for (name, value) in
        [("arrival rate", arrival_per_s), ("service time", service_s), ("number of servers", servers.into())]
    {
        if !(value > 0.0 && value.is_finite()) {
            return Err(Error::argument(format!("the {name} is {value}")).hint("it must be above 0"));
        }
    }
    let rho = arrival_per_s * service_s / f64::from(servers);
    if rho >= 1.0 {
        let least = (arrival_per_s * service_s).floor() + 1.0;
        let refused = Error::argument(format!("the load is {}: the queue grows without end", Unit::None.show(rho)));
        // so many can be meant; more only show that the rate or the time was not
        return Err(if least <= 10_000_000.0 {
            refused.hint(format!("at this rate and service time at least {least} servers are needed"))
        } else {
            refused.hint("are the rate a second and the service time as they were meant?")
        });
    }
    Ok(rho)
}

/// The 99 % quantile of a wait that is 0 but for a chance `waits`, and then exponential of mean `mean`.
fn tail_quantile(waits: f64, mean: f64) -> f64 {
    if waits <= 0.01 { 0.0 } else { mean * (waits / 0.01).ln() }
}

fn queue(model: &str, rho: f64, waits: f64, wait: f64, arrival_per_s: f64, service_s: f64, p99: Option<f64>) -> Queue {
    let method = Method::Described(model.to_owned());
    let of = |value: f64, unit: Unit| Estimate::new(value, method.clone(), 0, &Scope::untimed(unit));
    let response = wait + service_s;
    Queue {
        utilisation: of(rho, Unit::Ratio),
        wait_probability: of(waits, Unit::Ratio),
        wait_s: of(wait, Unit::Second),
        response_s: of(response, Unit::Second),
        waiting: of(arrival_per_s * wait, Unit::None),
        in_system: of(arrival_per_s * response, Unit::None),
        wait_p99_s: p99.map(|p| of(p, Unit::Second)),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// Erlang's C as its sum of factorials, in exact fractions up to rounding.
    #[test]
    fn erlangs_c_is_its_definition() {
        for (servers, erlangs) in [(1u32, 0.3), (2, 1.5), (3, 2.0), (10, 8.0), (25, 20.0)] {
            let term = |k: u32| (1..=k).fold(1.0, |t, i| t * erlangs / f64::from(i));
            let rho = erlangs / f64::from(servers);
            let last = term(servers) / (1.0 - rho);
            let want = last / ((0..servers).map(term).sum::<f64>() + last);
            let got = mmc(erlangs, 1.0, servers).unwrap().wait_probability.value;
            assert!((got / want - 1.0).abs() < 1e-13, "{servers} {erlangs}: {got} {want}");
        }
        // 10 servers at 8 erlangs: 0.4092 in printed tables of Erlang C
        assert!((mmc(8.0, 1.0, 10).unwrap().wait_probability.value - 0.4092).abs() < 5e-5);
        assert_eq!(mmc(7.0, 0.1, 1).unwrap().wait_s.value, mm1(7.0, 0.1).unwrap().wait_s.value);
        // thousands of servers overflow nothing
        let large = mmc(9_900.0, 1.0, 10_000).unwrap();
        assert!(large.wait_probability.value > 0.0 && large.wait_probability.value < 1.0);
        assert_eq!(mmc(10.0, 1.0, 10_000).unwrap().wait_p99_s.unwrap().value, 0.0);
    }

    #[test]
    fn overload_and_nonsense_are_refused() {
        let error = mmc(25.0, 0.1, 2).unwrap_err();
        assert!(error.to_string().contains("at least 3 servers"), "{error}");
        let error = mm1(1e300, 0.1).unwrap_err().to_string();
        assert!(error.len() < 150 && error.contains("as they were meant"), "{error}");
        for bad in [mm1(10.0, 0.1), mm1(-1.0, 0.1), mm1(f64::NAN, 0.1), mmc(1.0, 0.1, 0), mg1(1.0, 0.1, -1.0)] {
            assert!(bad.is_err());
        }
    }
}
