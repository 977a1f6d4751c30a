//! Numbers since the epoch.

/// The digits at the start as a number, the first 18 of them counted, and how many there are.
pub(super) fn leading_digits(b: &[u8]) -> (i64, usize) {
    let mut value = 0_i64;
    let mut n = 0;
    for &c in b {
        let d = c.wrapping_sub(b'0');
        if d > 9 {
            break;
        }
        if n < 18 {
            value = value * 10 + i64::from(d);
        }
        n += 1;
    }
    (value, n)
}

/// `0.fraction` of `unit`, cut to whole nanoseconds; `fraction` is the first 18 of `digits` digits.
pub(super) fn scale_fraction(fraction: i64, digits: usize, unit: i64) -> i64 {
    const POWERS: [i64; 19] = {
        let mut p = [1_i64; 19];
        let mut i = 1;
        while i < 19 {
            p[i] = p[i - 1] * 10;
            i += 1;
        }
        p
    };
    let power = POWERS[digits.min(18)];
    if power <= unit { fraction * (unit / power) } else { fraction / (power / unit) }
}

/// Nanoseconds of a number of `unit` nanoseconds since the epoch, with decimals where there are some.
pub(super) fn epoch(field: &[u8], unit: i64) -> Option<i64> {
    let b = field.trim_ascii();
    let (negative, b) = match b {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, b),
    };
    // one sign is all that a number has
    if !b.first().is_some_and(|c| c.is_ascii_digit() || *c == b'.') {
        return None;
    }
    let (whole, digits) = leading_digits(b);
    let rest = b.get(digits..)?;
    let plain = match rest {
        [] => Some(0),
        [b'.', tail @ ..] => {
            let (fraction, n) = leading_digits(tail);
            (n == tail.len()).then(|| if n == 0 { 0 } else { scale_fraction(fraction, n, unit) })
        }
        _ => None,
    };
    let ns = match plain {
        Some(fraction) if (1..=18).contains(&digits) => whole.checked_mul(unit)?.checked_add(fraction)?,
        // 19 digits, an exponent, or no digit before the point
        _ => {
            let whole: Option<i64> = std::str::from_utf8(b).ok()?.parse().ok();
            if let Some(v) = whole {
                v.checked_mul(unit)?
            } else {
                let v = fast_float2::parse::<f64, _>(b).ok()? * unit as f64;
                (v.abs() < 9.2e18).then_some(v.round() as i64)?
            }
        }
    };
    Some(if negative { -ns } else { ns })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::load::clock::{NS, TimeFormat};
    use proptest::prelude::*;

    #[test]
    fn epochs_keep_their_decimals() {
        for (s, unit, ns) in [
            ("1767225600", NS, 1_767_225_600 * NS),
            ("1767225600.25", NS, 1_767_225_600 * NS + 250_000_000),
            ("1767225600123", 1_000_000, 1_767_225_600_123_000_000),
            ("1767225600123.5", 1_000_000, 1_767_225_600_123_500_000),
            ("1767225600123456789", 1, 1_767_225_600_123_456_789),
            ("1.7672256e9", NS, 1_767_225_600 * NS),
            ("-1.5", NS, -1_500_000_000),
            ("0", NS, 0),
            ("+1767225600", NS, 1_767_225_600 * NS),
            ("+1.5e3", NS, 1500 * NS),
            (".5", NS, 500_000_000),
        ] {
            assert_eq!(epoch(s.as_bytes(), unit), Some(ns), "{s}");
        }
        for s in [
            "",
            "-",
            ".",
            "12a",
            "1e400",
            "99999999999999999999",
            "--1767225620",
            "-+1767225621",
            "+-5",
            "++5",
            "--.5",
            "inf",
            "nan",
        ] {
            assert_eq!(epoch(s.as_bytes(), NS), None, "{s}");
        }
        assert_eq!(TimeFormat::epoch_of(1.7e9), TimeFormat::Epoch(NS));
        assert_eq!(TimeFormat::epoch_of(1.7e18), TimeFormat::Epoch(1));
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..40), unit in prop_oneof![Just(1_i64), Just(NS)]) {
            let _ = epoch(&bytes, unit);
        }
    }
}
