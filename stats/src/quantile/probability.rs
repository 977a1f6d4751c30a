//! The probability that a quantile is asked for.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use crate::error::{Error, Result};

/// A probability in [0, 1], kept together with its complement, so that 0.9999 loses nothing near 1.
///
/// ```
/// use sre_stats::quantile::Quantile;
/// let p: Quantile = "p99.99".parse()?;
/// assert_eq!((p.p(), p.complement()), (0.9999, 0.0001));
/// assert_eq!(p.to_string(), "p99.99");
/// assert_eq!(p.rank(10_000), 9_999);
/// # Ok::<(), sre_stats::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quantile {
    p: f64,
    complement: f64,
}

impl Quantile {
    /// The median.
    pub const MEDIAN: Self = Self { p: 0.5, complement: 0.5 };
    /// The lower quartile.
    pub const P25: Self = Self { p: 0.25, complement: 0.75 };
    /// The upper quartile.
    pub const P75: Self = Self { p: 0.75, complement: 0.25 };
    /// p90.
    pub const P90: Self = Self { p: 0.9, complement: 0.1 };
    /// p95.
    pub const P95: Self = Self { p: 0.95, complement: 0.05 };
    /// p99.
    pub const P99: Self = Self { p: 0.99, complement: 0.01 };
    /// p99.9.
    pub const P999: Self = Self { p: 0.999, complement: 0.001 };
    /// p99.99.
    pub const P9999: Self = Self { p: 0.9999, complement: 0.0001 };

    /// A probability given as a number; the complement is that of its shortest decimal form, so `0.999` has exactly `0.001`.
    ///
    /// # Errors
    /// [`Argument`](crate::ErrorKind::Argument) outside [0, 1].
    pub fn new(p: f64) -> Result<Self> {
        Self::from_text(p, &p.to_string())
    }

    /// A probability with its decimal numeral, whose complement is taken digit by digit.
    fn from_text(p: f64, text: &str) -> Result<Self> {
        if !(0.0..=1.0).contains(&p) {
            return Err(Error::argument(format!("{p} is not a probability")).hint("give a number from 0 to 1"));
        }
        let complement = decimal_complement(text).and_then(|digits| digits.parse().ok()).unwrap_or(1.0 - p);
        Ok(Self { p, complement })
    }

    /// A probability given by its complement: `from_complement(1e-12)` is p99.9999999999.
    ///
    /// # Errors
    /// [`Argument`](crate::ErrorKind::Argument) outside [0, 1].
    pub fn from_complement(complement: f64) -> Result<Self> {
        let mirrored = Self::new(complement)?;
        Ok(Self { p: mirrored.complement, complement })
    }

    /// The probability.
    pub fn p(self) -> f64 {
        self.p
    }

    /// One minus the probability, without the rounding of that subtraction.
    pub fn complement(self) -> f64 {
        self.complement
    }

    /// How many nines: −log₁₀ of the complement, +∞ for 1.
    pub fn nines(self) -> f64 {
        -self.complement.log10()
    }

    /// The nearest rank among n samples, counted from 1: the smallest k with k ≥ n·p, and at least 1 (0 for n = 0).
    ///
    /// A product within 4 ulp of a whole number counts as that number: n·p of decimal probabilities is meant exactly.
    pub fn rank(self, n: u64) -> u64 {
        if n == 0 {
            return 0;
        }
        let above = snapped_product(n as f64 * self.complement).floor();
        // near 1 the complement is the better number, near 0 the probability is
        let rank = if self.p >= 0.5 {
            n.saturating_sub(above as u64)
        } else {
            snapped_product(n as f64 * self.p).ceil() as u64
        };
        rank.clamp(1, n)
    }
}

/// A product or quotient of two numbers, one of which is a whole one, moved to the whole number that it misses only by its own rounding and
/// that of the other. Nothing for running sums, whose rounding grows with them, nor for numbers below 1, which would all be 0.
pub(crate) fn snapped_product(x: f64) -> f64 {
    let whole = x.round();
    if (x - whole).abs() <= 4.0 * f64::EPSILON * x.abs().max(1.0) { whole } else { x }
}

/// 1 − x of a plain decimal numeral in [0, 1], digit by digit; `None` for other forms.
fn decimal_complement(text: &str) -> Option<String> {
    let (whole, digits) = text.split_once('.').unwrap_or((text, ""));
    match whole {
        "1" if digits.bytes().all(|b| b == b'0') => return Some("0".into()),
        "0" | "" if digits.bytes().all(|b| b.is_ascii_digit()) => {}
        _ => return None,
    }
    let last = digits.bytes().rposition(|b| b != b'0');
    let Some(last) = last else { return Some("1".into()) };
    let mut out = String::from("0.");
    for (i, b) in digits.bytes().enumerate().take(last + 1) {
        let digit = b - b'0';
        out.push(char::from(b'0' + if i < last { 9 - digit } else { 10 - digit }));
    }
    Some(out)
}

/// 100 times a plain decimal numeral, by moving its point.
fn percent(text: &str) -> String {
    let (whole, digits) = text.split_once('.').unwrap_or((text, ""));
    let (moved, rest) = digits.split_at(digits.len().min(2));
    let whole = format!("{whole}{moved:0<2}");
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    let rest = rest.trim_end_matches('0');
    if rest.is_empty() { whole.to_owned() } else { format!("{whole}.{rest}") }
}

impl fmt::Display for Quantile {
    /// As `p99.9`: the decimal digits of the probability, or above ½ of 1 less those of the complement, all of them and no
    /// more.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // a decimal numeral without exponent is what `Display` of f64 writes
        let below = (self.p > 0.5).then(|| decimal_complement(&self.complement.to_string())).flatten();
        write!(f, "p{}", percent(&below.unwrap_or_else(|| self.p.to_string())))
    }
}

impl FromStr for Quantile {
    type Err = Error;
    /// Reads `0.999`, `p99.9` or `99.9%`.
    fn from_str(text: &str) -> Result<Self> {
        let trimmed = text.trim();
        let percent = trimmed.strip_prefix(['p', 'P']).or_else(|| trimmed.strip_suffix('%'));
        let bad = || Error::parse(format!("“{text}” is not a quantile")).hint("write it like 0.999, p99.9 or 99.9%");
        match percent {
            None => Self::from_text(trimmed.parse().map_err(|_| bad())?, trimmed).map_err(|_| bad()),
            Some(percent) => {
                let percent = percent.trim();
                if !percent.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
                    return Err(bad());
                }
                let value: f64 = percent.parse().map_err(|_| bad())?;
                if !(0.0..=100.0).contains(&value) {
                    return Err(bad());
                }
                // two places to the left in the decimal text, so that p99.9 is the f64 0.999 and not 99.9 / 100
                let (whole, digits) = percent.split_once('.').unwrap_or((percent, ""));
                let shifted = match whole.len() {
                    0..=2 => format!("0.{whole:0>2}{digits}"),
                    _ => format!("{}.{}{digits}", &whole[..whole.len() - 2], &whole[whole.len() - 2..]),
                };
                Self::from_text(shifted.parse().map_err(|_| bad())?, &shifted).map_err(|_| bad())
            }
        }
    }
}

impl PartialOrd for Quantile {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.p.total_cmp(&other.p).then(other.complement.total_cmp(&self.complement)))
    }
}

impl serde::Serialize for Quantile {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.p)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn decimal_probabilities_have_decimal_complements() {
        for (text, p, complement, shown) in [
            ("0.5", 0.5, 0.5, "p50"),
            ("p99", 0.99, 0.01, "p99"),
            ("99.9%", 0.999, 0.001, "p99.9"),
            ("p99.99", 0.9999, 0.0001, "p99.99"),
            ("p99.95", 0.9995, 0.0005, "p99.95"),
            ("0", 0.0, 1.0, "p0"),
            ("1", 1.0, 0.0, "p100"),
            ("p2.5", 0.025, 0.975, "p2.5"),
            ("0.999999999", 0.999_999_999, 1e-9, "p99.9999999"),
        ] {
            let q: Quantile = text.parse().unwrap();
            assert_eq!((q.p(), q.complement()), (p, complement), "{text}");
            assert_eq!(q.to_string(), shown, "{text}");
        }
        for bad in ["", "p", "1.1", "-0.1", "p101", "101%", "NaN", "p-1", "99,9%", "é%", "1e0%"] {
            assert!(bad.parse::<Quantile>().is_err(), "{bad}");
        }
    }

    #[test]
    fn many_nines_and_zeros_are_shown_in_full_and_read_back() {
        for (q, shown) in [
            (Quantile::new(1e-9).unwrap(), "p0.0000001"),
            (Quantile::new(2.5e-12).unwrap(), "p0.00000000025"),
            (Quantile::from_complement(1e-12).unwrap(), "p99.9999999999"),
            (Quantile::from_complement(1e-20).unwrap(), "p99.999999999999999999"),
            (Quantile::from_complement(0.0).unwrap(), "p100"),
            (Quantile::new(0.07).unwrap(), "p7"),
            (Quantile::new(0.999_999_999_999).unwrap(), "p99.9999999999"),
            (Quantile::new(1.0 / 3.0).unwrap(), "p33.33333333333333"),
        ] {
            assert_eq!(q.to_string(), shown);
            let back: Quantile = shown.parse().unwrap();
            assert_eq!((back.p(), back.complement()), (q.p(), q.complement()), "{shown}");
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_shown_is_read_back(digits in 1_u64..1_000_000_000, scale in 9_i32..30) {
            // a decimal numeral, near 0 and near 1
            let small: f64 = format!("{digits}e-{scale}").parse().unwrap();
            for q in [Quantile::new(small).unwrap(), Quantile::from_complement(small).unwrap()] {
                let back: Quantile = q.to_string().parse().unwrap();
                proptest::prop_assert_eq!((back.p(), back.complement()), (q.p(), q.complement()), "{}", q);
            }
        }
    }

    #[test]
    fn ranks_follow_integer_arithmetic() {
        // p = a / 10⁴ exactly: the rank is ⌈n·a / 10⁴⌉
        for a in [1_u64, 37, 2500, 5000, 9000, 9500, 9900, 9990, 9999, 10_000] {
            let q = Quantile::new(a as f64 / 1e4).unwrap();
            for n in (1..2000).chain([10_000, 12_345, 1_000_000, 99_999_999]) {
                assert_eq!(q.rank(n), (n * a).div_ceil(10_000).max(1), "a {a} n {n}");
            }
        }
    }
}
