//! A number with its provenance. Every statistic of this crate is returned as an [`Estimate`].

use std::fmt;

use serde::ser::{SerializeMap, Serializer};

use crate::method::Method;
use crate::time::Window;
use crate::unit::{DIGITS, Unit};

/// What a number is about: the unit of its values and the window of time that they come from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// The unit of the values.
    pub unit: Unit,
    /// The window of the samples; `None` where they have no time.
    pub window: Option<Window>,
}

impl Scope {
    /// A scope of samples in a window.
    pub fn new(unit: Unit, window: Window) -> Self {
        Self { unit, window: Some(window) }
    }

    /// A scope of samples without times.
    pub fn untimed(unit: Unit) -> Self {
        Self { unit, window: None }
    }

    /// The same scope for a number of another unit, such as a share.
    #[must_use]
    pub fn with_unit(&self, unit: Unit) -> Self {
        Self { unit, window: self.window }
    }
}

/// How far an estimate can be from the truth about the data it was computed on.
#[derive(Clone, Debug, PartialEq)]
pub enum Bound<T = f64> {
    /// It is the truth about these data.
    Exact,
    /// The truth lies in `[lower, upper]`, always: from a sketch's guarantee or the edges of buckets.
    Guaranteed {
        /// The lower end; −∞ where it is open.
        lower: T,
        /// The upper end; +∞ where it is open.
        upper: T,
    },
    /// The truth lies in `[lower, upper]` at a level of confidence.
    Confidence {
        /// The lower end; −∞ where it is open.
        lower: T,
        /// The upper end; +∞ where it is open.
        upper: T,
        /// The level, such as 0.95.
        level: f64,
    },
    /// Nothing is known, for the stated reason.
    Unknown {
        /// Why there is no bound.
        why: String,
    },
}

/// A confidence interval for the quantity behind the sample, beside what is known about the sample itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Confidence {
    /// The lower end; −∞ where it is open.
    pub lower: f64,
    /// The upper end; +∞ where it is open.
    pub upper: f64,
    /// The level, such as 0.95.
    pub level: f64,
}

/// A number that says how it was computed, over how many samples, of which window, and how wrong it can be.
///
/// ```
/// use sre_stats::estimate::{Bound, Estimate, Scope};
/// use sre_stats::{method::Method, unit::Unit};
/// let p99 = Estimate::new(0.213, Method::LogLinear, 10_000, &Scope::untimed(Unit::Second))
///     .with_bound(Bound::Guaranteed { lower: 0.21, upper: 0.22 });
/// assert_eq!(p99.to_string(), "213 ms [210 ms, 220 ms] (log-linear, n = 10000)");
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Estimate<T = f64> {
    /// The number.
    pub value: T,
    /// How it was computed.
    pub method: Method,
    /// Over how many samples.
    pub n: u64,
    /// The window of the samples; `None` where they have no time.
    pub window: Option<Window>,
    /// How far it can be from the truth about the data.
    pub bound: Bound<T>,
    /// An interval for the quantity behind the sample, where one was computed.
    pub confidence: Option<Confidence>,
    /// The unit of the number.
    pub unit: Unit,
    /// What a reader must know: dropped values, too few samples.
    pub caveats: Vec<String>,
}

impl<T> Estimate<T> {
    /// An estimate that is exact about its data; narrow that with [`with_bound`](Self::with_bound).
    pub fn new(value: T, method: Method, n: u64, scope: &Scope) -> Self {
        Self {
            value,
            method,
            n,
            window: scope.window,
            bound: Bound::Exact,
            confidence: None,
            unit: scope.unit.clone(),
            caveats: Vec::new(),
        }
    }

    /// The same estimate with another bound.
    #[must_use]
    pub fn with_bound(mut self, bound: Bound<T>) -> Self {
        self.bound = bound;
        self
    }

    /// The same estimate with an interval for the quantity behind the sample.
    #[must_use]
    pub fn with_confidence(mut self, confidence: Confidence) -> Self {
        self.confidence = Some(confidence);
        self
    }

    /// The same estimate with one more caveat.
    #[must_use]
    pub fn with_caveat(mut self, caveat: impl Into<String>) -> Self {
        self.caveats.push(caveat.into());
        self
    }
}

impl Estimate<f64> {
    /// The interval that the bound gives: the value itself where it is exact, `None` where nothing is known.
    pub fn interval(&self) -> Option<(f64, f64)> {
        match self.bound {
            Bound::Exact => Some((self.value, self.value)),
            Bound::Guaranteed { lower, upper } | Bound::Confidence { lower, upper, .. } => Some((lower, upper)),
            Bound::Unknown { .. } => None,
        }
    }

    /// The value or an end of its interval in its unit, to as many digits as tell these apart: where an offset is large, four would not.
    pub(crate) fn show(&self, value: f64) -> String {
        let bound = match self.bound {
            Bound::Guaranteed { lower, upper } | Bound::Confidence { lower, upper, .. } => [lower, upper],
            _ => [self.value; 2],
        };
        let confidence = self.confidence.map_or([self.value; 2], |c| [c.lower, c.upper]);
        let ends = bound.into_iter().chain(confidence).filter(|v| v.is_finite());
        let (low, high) = ends.fold((self.value, self.value), |(a, b), v| (a.min(v), b.max(v)));
        let (size, spread) = (low.abs().max(high.abs()), high - low);
        // two digits of the spread, as far as a double has them
        let digits =
            if spread > 0.0 && spread < 1e-4 * size { (size / spread).log10().ceil() as i32 + 2 } else { DIGITS };
        self.unit.show_to(value, digits.clamp(DIGITS, 15))
    }

    /// The value and its bound, without the provenance: `213 ms [210 ms, 220 ms]`.
    pub fn short(&self) -> String {
        let value = self.show(self.value);
        match &self.bound {
            Bound::Exact => value,
            Bound::Guaranteed { lower, upper } | Bound::Confidence { lower, upper, .. } => {
                format!("{value} [{}, {}]", self.show(*lower), self.show(*upper))
            }
            Bound::Unknown { .. } => format!("{value} (no bound)"),
        }
    }

    /// The interval for the quantity behind the sample, where there is one: `95 % [157 ms, ∞]`.
    pub fn confidence_in_words(&self) -> Option<String> {
        let c = self.confidence?;
        Some(format!("{} [{}, {}]", Unit::Ratio.show(c.level), self.show(c.lower), self.show(c.upper)))
    }

    /// As [`Display`](fmt::Display), with the interval for the quantity behind the sample where there is one.
    ///
    /// ```
    /// use sre_stats::estimate::{Confidence, Estimate, Scope};
    /// use sre_stats::{method::Method, unit::Unit};
    /// let p999 = Estimate::new(0.1828, Method::Named("type7"), 137, &Scope::untimed(Unit::Second))
    ///     .with_confidence(Confidence { lower: 0.157, upper: f64::INFINITY, level: 0.95 });
    /// assert_eq!(p999.in_full(), "182.8 ms, 95 % [157 ms, ∞] (type7, n = 137)");
    /// ```
    pub fn in_full(&self) -> String {
        let interval = self.confidence_in_words().map_or_else(String::new, |words| format!(", {words}"));
        format!("{}{interval} ({})", self.short(), self.provenance())
    }

    /// How many samples it stands on, in words: `n = 10000`, or `from given numbers` for what a formula made without samples or window.
    pub fn samples(&self) -> String {
        match (self.n, self.window) {
            (0, None) => "from given numbers".to_owned(),
            (n, _) => format!("n = {n}"),
        }
    }

    /// The provenance alone: `log-linear, n = 10000, 1m from 2026-01-01T00:00:00Z`.
    pub fn provenance(&self) -> String {
        let mut text = format!("{}, {}", self.method, self.samples());
        if let Some(window) = self.window {
            text.push_str(&format!(", {}", window.about()));
        }
        text
    }
}

impl fmt::Display for Estimate<f64> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.short(), self.provenance())
    }
}

/// Finite numbers as they are; infinities and NaN as `null`, which JSON has no other word for.
fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

struct BoundJson<'a>(&'a Bound<f64>);

impl serde::Serialize for BoundJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        match self.0 {
            Bound::Exact => map.serialize_entry("kind", "exact")?,
            Bound::Guaranteed { lower, upper } => {
                map.serialize_entry("kind", "guaranteed")?;
                map.serialize_entry("lower", &finite(*lower))?;
                map.serialize_entry("upper", &finite(*upper))?;
            }
            Bound::Confidence { lower, upper, level } => {
                map.serialize_entry("kind", "confidence")?;
                map.serialize_entry("lower", &finite(*lower))?;
                map.serialize_entry("upper", &finite(*upper))?;
                map.serialize_entry("level", level)?;
            }
            Bound::Unknown { why } => {
                map.serialize_entry("kind", "unknown")?;
                map.serialize_entry("why", why)?;
            }
        }
        map.end()
    }
}

impl serde::Serialize for Confidence {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(3))?;
        map.serialize_entry("lower", &finite(self.lower))?;
        map.serialize_entry("upper", &finite(self.upper))?;
        map.serialize_entry("level", &self.level)?;
        map.end()
    }
}

impl serde::Serialize for Estimate<f64> {
    /// The command line's form of an estimate: `value, unit, method, n, window, bound, caveats`, and `confidence` where
    /// there is one. No NaN or infinity: `null`, with a caveat.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("value", &finite(self.value))?;
        map.serialize_entry("unit", &self.unit)?;
        map.serialize_entry("method", &self.method)?;
        map.serialize_entry("n", &self.n)?;
        map.serialize_entry("window", &self.window)?;
        map.serialize_entry("bound", &BoundJson(&self.bound))?;
        if let Some(confidence) = &self.confidence {
            map.serialize_entry("confidence", confidence)?;
        }
        let mut caveats = self.caveats.clone();
        if !self.value.is_finite() {
            caveats.push(format!("the value is {}", self.unit.show(self.value)));
        }
        map.serialize_entry("caveats", &caveats)?;
        map.end()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_of_a_quantile_is_in_its_words() {
        let e = Estimate::new(0.1828, Method::Mean, 137, &Scope::untimed(Unit::Second)).with_confidence(Confidence {
            lower: 0.157,
            upper: f64::INFINITY,
            level: 0.95,
        });
        assert_eq!(e.in_full(), "182.8 ms, 95 % [157 ms, ∞] (mean, n = 137)");
        assert_eq!(e.to_string(), "182.8 ms (mean, n = 137)");
    }

    #[test]
    fn digits_tell_an_interval_apart() {
        let far = Estimate::new(1_000_000_000.55, Method::Mean, 9, &Scope::default()).with_confidence(Confidence {
            lower: 1_000_000_000.5,
            upper: 1_000_000_000.61,
            level: 0.95,
        });
        assert_eq!(far.in_full(), "1000000000.55, 95 % [1000000000.5, 1000000000.61] (mean, n = 9)");
        let near = Estimate::new(100.004, Method::Mean, 9, &Scope::untimed(Unit::Second))
            .with_bound(Bound::Guaranteed { lower: 100.001, upper: 100.009 });
        assert_eq!(near.short(), "100.004 s [100.001 s, 100.009 s]");
        let wide = Estimate::new(10.004, Method::Mean, 9, &Scope::untimed(Unit::Second))
            .with_bound(Bound::Guaranteed { lower: 9.0, upper: 11.0 });
        assert_eq!(wide.short(), "10 s [9 s, 11 s]");
    }

    #[test]
    fn json_has_the_contracts_keys_and_no_infinity() {
        let e = Estimate::new(f64::INFINITY, Method::Count, 3, &Scope::untimed(Unit::Second))
            .with_bound(Bound::Guaranteed { lower: 1.0, upper: f64::INFINITY });
        let json = serde_json::to_value(&e).unwrap();
        assert_eq!(
            json,
            serde_json::json!({"value": null, "unit": "s", "method": "count", "n": 3, "window": null,
                "bound": {"kind": "guaranteed", "lower": 1.0, "upper": null}, "caveats": ["the value is ∞"]})
        );
    }
}
