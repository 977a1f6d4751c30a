//! Units of measured values, how they convert, and how a number is written with one.

use std::fmt;
use std::str::FromStr;

use crate::error::{Error, Result};
use crate::words;

/// The unit of a value.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Unit {
    /// No unit is known or none applies.
    #[default]
    None,
    /// Nanoseconds.
    Nanosecond,
    /// Microseconds.
    Microsecond,
    /// Milliseconds.
    Millisecond,
    /// Seconds.
    Second,
    /// Minutes.
    Minute,
    /// Bytes.
    Byte,
    /// A share of 1.
    Ratio,
    /// A share of 100.
    Percent,
    /// Things counted, such as requests.
    Count,
    /// A unit per second, such as requests per second.
    PerSecond(Box<Unit>),
    /// Any other, by its symbol.
    Other(String),
}

/// What a unit measures; only units of one dimension convert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Dimension {
    Time,
    Share,
    Byte,
}

impl Unit {
    fn scale(&self) -> Option<(Dimension, f64)> {
        Some(match self {
            Self::Nanosecond => (Dimension::Time, 1e-9),
            Self::Microsecond => (Dimension::Time, 1e-6),
            Self::Millisecond => (Dimension::Time, 1e-3),
            Self::Second => (Dimension::Time, 1.0),
            Self::Minute => (Dimension::Time, 60.0),
            Self::Ratio => (Dimension::Share, 1.0),
            Self::Percent => (Dimension::Share, 0.01),
            Self::Byte => (Dimension::Byte, 1.0),
            _ => return None,
        })
    }

    /// Whether the unit measures time.
    pub fn is_time(&self) -> bool {
        matches!(self.scale(), Some((Dimension::Time, _)))
    }

    /// Converts a value of this unit to another of the same dimension.
    ///
    /// ```
    /// use sre_stats::unit::Unit;
    /// assert_eq!(Unit::Millisecond.convert(300.0, &Unit::Second)?, 0.3);
    /// assert!(Unit::Byte.convert(1.0, &Unit::Second).is_err());
    /// # Ok::<(), sre_stats::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Mismatch`](crate::ErrorKind::Mismatch) where the dimensions differ.
    pub fn convert(&self, value: f64, to: &Self) -> Result<f64> {
        if self == to {
            return Ok(value);
        }
        match (self.scale(), to.scale()) {
            (Some((a, from)), Some((b, into))) if a == b => {
                // dividing by a power of ten is correctly rounded where multiplying by its inverse is not
                Ok(if from < into { value / (into / from).round() } else { value * (from / into).round() })
            }
            _ => Err(Error::mismatch(format!("{} does not convert to {}", self.name(), to.name()))
                .hint("say what the column holds with --unit")),
        }
    }

    /// The symbol, empty for [`Unit::None`].
    pub fn symbol(&self) -> String {
        match self {
            Self::None => String::new(),
            Self::Nanosecond => "ns".into(),
            Self::Microsecond => "µs".into(),
            Self::Millisecond => "ms".into(),
            Self::Second => "s".into(),
            Self::Minute => "min".into(),
            Self::Byte => "B".into(),
            Self::Ratio => "ratio".into(),
            Self::Percent => "%".into(),
            Self::Count => "count".into(),
            Self::PerSecond(unit) => format!("{}/s", unit.symbol()),
            Self::Other(symbol) => symbol.clone(),
        }
    }

    /// The symbol, or words where there is none.
    pub fn name(&self) -> String {
        if matches!(self, Self::None) { "no unit".into() } else { self.symbol() }
    }

    /// The unit that a metric's or column's name ends in by the conventions of Prometheus and common exports, if any:
    /// `latency_ms`, `latencyMs`, `request_duration_seconds`, `size_bytes`, `requests_total`, `cpu (%)`.
    pub fn from_name(name: &str) -> Option<Self> {
        let lower = name.to_ascii_lowercase();
        let lower = lower.strip_suffix("_total").map_or(lower.as_str(), |base| base);
        if let Some(base) = ["_per_second", "_per_sec", "_per_s"].iter().find_map(|end| lower.strip_suffix(end)) {
            return Some(Self::PerSecond(Box::new(Self::from_name(base).unwrap_or(Self::Count))));
        }
        // `Requests/s`, `wrtn_kB/s`
        if let Some(head) = name.trim_end().strip_suffix("/s").filter(|head| !head.is_empty()) {
            let last = head.rsplit(['_', '.', '-', ' ', '(', '[']).next().unwrap_or(head);
            let unit = Self::of_symbol(last).or_else(|| Self::from_name(head)).unwrap_or(Self::Count);
            return Some(Self::PerSecond(Box::new(unit)));
        }
        // what stands in brackets at the end is a unit whole: `throughput (req/s)`
        let bracketed = name.trim_end().strip_suffix([')', ']']).and_then(|head| Some(head.rsplit_once(['(', '['])?.1));
        if let Some(unit) =
            bracketed.and_then(|word| Self::of_word(word.trim()).or_else(|| Self::of_symbol(word.trim())))
        {
            return Some(unit);
        }
        let last = lower.rsplit(['_', '.', '-', ' ', '(', '[']).next()?.trim_end_matches([')', ']']);
        // `latencyMs`
        let hump = || words::of_name(name).pop().filter(|word| name.len() > word.len());
        match Self::of_word(last).or_else(|| Self::of_word(hump()?.as_str())) {
            None if name.to_ascii_lowercase().ends_with("_total") || last == "count" => Some(Self::Count),
            None if lower.len() > last.len() => Self::of_multiple(last),
            found => found,
        }
    }

    /// The unit that a word in lower case is.
    fn of_word(word: &str) -> Option<Self> {
        Some(match word {
            "ns" | "nsec" | "nanos" | "nanoseconds" | "nanosecond" => Self::Nanosecond,
            "us" | "µs" | "μs" | "usec" | "micros" | "microseconds" | "microsecond" => Self::Microsecond,
            "ms" | "msec" | "msecs" | "millis" | "milliseconds" | "millisecond" => Self::Millisecond,
            "s" | "sec" | "secs" | "seconds" | "second" => Self::Second,
            "mins" | "minutes" => Self::Minute,
            "bytes" | "byte" => Self::Byte,
            "ratio" => Self::Ratio,
            "percent" | "percentage" | "pct" | "%" => Self::Percent,
            "celsius" | "°c" => Self::Other("°C".into()),
            "rps" | "qps" | "tps" | "iops" | "req/s" | "reqps" | "ops/s" => Self::PerSecond(Box::new(Self::Count)),
            _ => return None,
        })
    }

    /// Multiples of bytes as the last word of a name; alone, such a word may mean bits.
    fn of_multiple(word: &str) -> Option<Self> {
        let symbol = match word {
            "kb" => "kB",
            "mb" => "MB",
            "gb" => "GB",
            "kib" => "KiB",
            "mib" => "MiB",
            "gib" => "GiB",
            _ => return None,
        };
        Some(Self::Other(symbol.into()))
    }

    /// A symbol whose capitals tell it.
    fn of_symbol(symbol: &str) -> Option<Self> {
        Some(match symbol {
            "B" => Self::Byte,
            "min" => Self::Minute,
            "°C" | "kB" | "KB" | "MB" | "GB" | "TB" | "KiB" | "MiB" | "GiB" | "TiB" => Self::Other(symbol.into()),
            _ => Self::PerSecond(Box::new(match symbol.strip_suffix("/s")? {
                "req" | "ops" | "1" => Self::Count,
                bytes @ ("B" | "kB" | "KB" | "MB" | "GB" | "KiB" | "MiB" | "GiB") => Self::of_symbol(bytes)?,
                bits @ ("b" | "kb" | "Kb" | "Mb" | "Gb") => Self::Other(bits.into()),
                _ => return None,
            })),
        })
    }

    /// A value with its unit in engineering notation, to four significant digits: `213 ms`, `1.5 MB`, `99.95 %`.
    ///
    /// ```
    /// use sre_stats::unit::Unit;
    /// assert_eq!(Unit::Second.show(0.2131), "213.1 ms");
    /// assert_eq!(Unit::Byte.show(1.5e6), "1.5 MB");
    /// assert_eq!(Unit::Ratio.show(0.9995), "99.95 %");
    /// ```
    pub fn show(&self, value: f64) -> String {
        self.show_to(value, DIGITS)
    }

    /// [`show`](Self::show) to so many significant digits; shares keep their distance to 100 % as there.
    pub(crate) fn show_to(&self, value: f64, digits: i32) -> String {
        let significant = |value| significant_to(value, digits);
        let engineering = |value, symbol| engineering(value, symbol, digits);
        if !value.is_finite() {
            let name = if value.is_nan() {
                "not a number"
            } else if value > 0.0 {
                "∞"
            } else {
                "−∞"
            };
            return name.into();
        }
        match self {
            Self::Ratio => format!("{} %", significant_share(value * 100.0)),
            Self::Percent => format!("{} %", significant_share(value)),
            Self::Nanosecond => engineering(value * 1e-9, "s"),
            Self::Microsecond => engineering(value * 1e-6, "s"),
            Self::Millisecond => engineering(value * 1e-3, "s"),
            Self::Second if value.abs() >= 1000.0 => format!("{} s", significant(value)),
            Self::Second => engineering(value, "s"),
            // a “mB” would be read as the MB that it is not
            Self::Byte if value != 0.0 && value.abs() < 1.0 => format!("{} B", significant(value)),
            Self::Byte => engineering(value, "B"),
            Self::Count | Self::None => significant(value),
            Self::PerSecond(unit) => match unit.as_ref() {
                // “m/s” would be metres per second
                Self::Count | Self::None if value != 0.0 && value.abs() < 1.0 => format!("{}/s", significant(value)),
                Self::Count | Self::None => engineering(value, "/s"),
                unit => format!("{}/s", unit.show_to(value, digits)),
            },
            Self::Minute => format!("{} min", significant(value)),
            Self::Other(symbol) => format!("{} {symbol}", significant(value)),
        }
    }
}

/// So many significant digits are shown.
pub(crate) const DIGITS: i32 = 4;

/// Significant digits with an SI prefix.
fn engineering(value: f64, symbol: &str, digits: i32) -> String {
    const PREFIXES: [(f64, &str); 7] =
        [(1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"), (1.0, ""), (1e-3, "m"), (1e-6, "µ")];
    let size = value.abs();
    if size == 0.0 {
        return format!("0 {symbol}");
    }
    // 0.99996 s reads 1 s, not 1000 ms
    let (scale, prefix) = PREFIXES.into_iter().find(|(s, _)| size * 1.00005 >= *s).unwrap_or((1e-9, "n"));
    let number = if scale < 1.0 { value * (1.0 / scale).round() } else { value / scale };
    let gap = if symbol == "/s" && prefix.is_empty() { "" } else { " " };
    format!("{}{gap}{prefix}{symbol}", significant_to(number, digits))
}

/// Four significant digits, whole numbers in full, trailing zeros dropped.
pub(crate) fn significant(value: f64) -> String {
    significant_to(value, DIGITS)
}

/// The same to other than four digits.
fn significant_to(value: f64, digits: i32) -> String {
    if value == 0.0 {
        return "0".into();
    }
    if value.fract() == 0.0 && value.abs() < 1e15 {
        return format!("{value:.0}");
    }
    let places = digits - 1 - value.abs().log10().floor() as i32;
    if places > digits + 5 || value.abs() >= 1e15 {
        return format!("{value:.*e}", (digits - 1).max(0) as usize);
    }
    let text = format!("{value:.*}", places.max(0) as usize);
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// A percentage that keeps its distance to 100 visible: 99.9987 stays 99.9987.
fn significant_share(percent: f64) -> String {
    let distance = (100.0 - percent).abs();
    if percent <= 50.0 || distance == 0.0 || percent > 150.0 {
        return significant(percent);
    }
    let digits = (2 - distance.log10().floor() as i32).clamp(2, 9) as usize;
    let text = format!("{percent:.digits$}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.symbol())
    }
}

impl FromStr for Unit {
    type Err = Error;
    /// Reads a symbol such as `s`, `ms`, `B`, `%`, `ratio`, `count`, `1/s`; anything else becomes [`Unit::Other`].
    fn from_str(text: &str) -> Result<Self> {
        let text = text.trim();
        // a longer text is refused below, and not looked into
        if let Some(base) = text.strip_suffix("/s").filter(|_| text.len() <= 64) {
            let base = if base == "1" || base.is_empty() { Self::Count } else { base.parse()? };
            return Ok(Self::PerSecond(Box::new(base)));
        }
        Ok(match text {
            "" | "none" => Self::None,
            "%" => Self::Percent,
            "B" => Self::Byte,
            "min" | "minutes" => Self::Minute,
            "1" => Self::Count,
            other if other.len() > 32 => {
                return Err(Error::parse("a unit's symbol has at most 32 bytes").hint("for example s, ms, B or %"));
            }
            other => Self::from_name(other).unwrap_or_else(|| Self::Other(other.to_owned())),
        })
    }
}

impl serde::Serialize for Unit {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn thresholds_convert_without_a_lost_ulp() {
        assert_eq!(Unit::Millisecond.convert(300.0, &Unit::Second).unwrap(), 0.3);
        assert_eq!(Unit::Second.convert(0.3, &Unit::Millisecond).unwrap(), 300.0);
        assert_eq!(Unit::Percent.convert(99.5, &Unit::Ratio).unwrap(), 0.995);
        assert_eq!(Unit::Microsecond.convert(1.0, &Unit::Minute).unwrap(), 1.0 / 60_000_000.0);
    }

    #[test]
    fn names_tell_their_unit() {
        assert_eq!(Unit::from_name("latency_ms"), Some(Unit::Millisecond));
        assert_eq!(Unit::from_name("http_request_duration_seconds"), Some(Unit::Second));
        assert_eq!(Unit::from_name("node_cpu_seconds_total"), Some(Unit::Second));
        assert_eq!(Unit::from_name("http_requests_total"), Some(Unit::Count));
        assert_eq!(Unit::from_name("Latency (ms)"), Some(Unit::Millisecond));
        assert_eq!(Unit::from_name("status"), None);
        let other = |symbol: &str| Some(Unit::Other(symbol.into()));
        for (name, unit) in [
            ("latencyMs", Some(Unit::Millisecond)),
            ("p99Ms", Some(Unit::Millisecond)),
            ("latency_msec", Some(Unit::Millisecond)),
            ("cpu (%)", Some(Unit::Percent)),
            ("CPU %", Some(Unit::Percent)),
            ("heap (MiB)", other("MiB")),
            ("size_kb", other("kB")),
            ("temp_celsius", other("°C")),
            ("throughput (req/s)", Some(Unit::PerSecond(Box::new(Unit::Count)))),
            ("rx (Mb/s)", Some(Unit::PerSecond(Box::new(Unit::Other("Mb".into()))))),
            ("requests", None),
            ("URLs", None),
            ("x (y)", None),
        ] {
            assert_eq!(Unit::from_name(name), unit, "{name}");
        }
        assert_eq!("Mb/s".parse::<Unit>().ok(), Some(Unit::PerSecond(Box::new(Unit::Other("Mb".into())))));
        assert_eq!(Unit::from_name("requests_per_second"), Some(Unit::PerSecond(Box::new(Unit::Count))));
        assert_eq!(Unit::from_name("Requests/s"), Some(Unit::PerSecond(Box::new(Unit::Count))));
        assert_eq!(Unit::from_name("wrtn_kB/s"), Some(Unit::PerSecond(Box::new(Unit::Other("kB".into())))));
        assert_eq!(Unit::from_name("bytes_per_s"), Some(Unit::PerSecond(Box::new(Unit::Byte))));
    }

    #[test]
    fn numbers_read_as_people_write_them() {
        assert_eq!(Unit::Second.show(0.99996), "1 s");
        assert_eq!(Unit::Second.show(2.0), "2 s");
        assert_eq!(Unit::Millisecond.show(1234.5), "1.234 s");
        assert_eq!(Unit::Second.show(0.000_012_34), "12.34 µs");
        assert_eq!(Unit::Ratio.show(0.999_987), "99.9987 %");
        assert_eq!(Unit::Count.show(1_234_567.0), "1234567");
        assert_eq!(Unit::PerSecond(Box::new(Unit::Count)).show(1234.0), "1.234 k/s");
        assert_eq!(Unit::PerSecond(Box::new(Unit::Count)).show(12.0), "12/s");
    }

    #[test]
    fn a_unit_is_short() {
        assert!("/s".repeat(500_000).parse::<Unit>().is_err());
        let twice = Unit::PerSecond(Box::new(Unit::PerSecond(Box::new(Unit::Byte))));
        assert_eq!("B/s/s".parse::<Unit>().unwrap(), twice);
    }

    #[test]
    fn small_rates_are_neither_metres_nor_megabytes() {
        let per_second = |unit: Unit| Unit::PerSecond(Box::new(unit));
        assert_eq!(per_second(Unit::None).show(0.001_034), "0.001034/s");
        assert_eq!(per_second(Unit::Count).show(-0.25), "-0.25/s");
        assert_eq!(per_second(Unit::None).show(1.0342e-9), "1.034e-9/s");
        assert_eq!(per_second(Unit::Byte).show(0.0015), "0.0015 B/s");
        assert_eq!(per_second(Unit::Second).show(0.0015), "1.5 ms/s");
        assert_eq!((Unit::Byte.show(0.0), Unit::Byte.show(1.5)), ("0 B".into(), "1.5 B".into()));
    }
}
