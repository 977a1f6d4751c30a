//! Numbers as a dashboard shows them, with a prefix or unit that changes from field to field: `91.2 ms`, `1.20 s`, `2.02 K`, `100%`.
//!
//! The words are those of Grafana's value formats for durations, bytes, percent and short numbers (`@grafana/data`, `valueFormats`), which its panel
//! inspector writes into CSV as “Formatted data”. They are rounded to the digits shown.

use crate::load::number::{self, Field};
use crate::unit::Unit;

/// What the fields of a column show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shown {
    Durations,
    Bytes,
    Percent,
    /// Numbers with a prefix, of no unit.
    Short,
}

/// What a word makes of the number before it.
enum Scale {
    /// A power of ten, which loses nothing.
    Ten(i32),
    Times(f64),
}

impl Shown {
    /// What a column's fields show, where all of them do so.
    pub(crate) fn of(fields: &[Vec<u8>]) -> Option<Self> {
        let mut found = None;
        for field in fields.iter().filter(|field| !number::is_blank(field)) {
            match split(field) {
                Some((_, shown, _)) if found.is_none_or(|found| found == shown) => found = Some(shown),
                // short numbers below a thousand have no word, and what is no number has none anywhere
                None if matches!(number::parse(field), Field::Number(v) if !v.is_finite()) => {}
                None if matches!(number::parse(field), Field::Number(_)) && found.is_none_or(|f| f == Self::Short) => {
                    found = Some(Self::Short);
                }
                _ => return None,
            }
        }
        let any = fields.iter().any(|field| split(field).is_some());
        found.filter(|_| any)
    }

    /// A field as a plain number; what is shown otherwise than the column is becomes no number.
    pub(crate) fn plain(self, field: &[u8]) -> Option<Vec<u8>> {
        if number::is_blank(field) {
            return None;
        }
        match split(field) {
            Some((digits, shown, scale)) if shown == self => Some(match scale {
                Scale::Ten(power) => format!("{digits}e{power}").into_bytes(),
                Scale::Times(factor) => (digits.parse::<f64>().ok()? * factor).to_string().into_bytes(),
            }),
            // without its unit a number could be anything
            _ if self != Self::Short && matches!(number::parse(field), Field::Number(v) if v.is_finite()) => {
                Some([b"?", field].concat())
            }
            _ => None,
        }
    }

    /// The unit of the plain numbers.
    pub(crate) fn unit(self) -> Option<Unit> {
        match self {
            Self::Durations => Some(Unit::Second),
            Self::Bytes => Some(Unit::Byte),
            Self::Percent => Some(Unit::Percent),
            Self::Short => None,
        }
    }
}

/// The digits of a field, and what its word says of them.
fn split(field: &[u8]) -> Option<(&str, Shown, Scale)> {
    let text = std::str::from_utf8(field).ok()?.trim();
    let (digits, word) = match text.strip_suffix('%') {
        Some(digits) => (digits.trim_end(), "%"),
        None => text.rsplit_once(' ')?,
    };
    let plain = |c: char| c.is_ascii_digit() || matches!(c, '.' | '-');
    if digits.is_empty() || !digits.chars().all(plain) || digits.parse::<f64>().is_err() {
        return None;
    }
    let (shown, scale) = match word {
        "%" => (Shown::Percent, Scale::Ten(0)),
        "ns" => (Shown::Durations, Scale::Ten(-9)),
        "µs" | "μs" => (Shown::Durations, Scale::Ten(-6)),
        "ms" => (Shown::Durations, Scale::Ten(-3)),
        "s" => (Shown::Durations, Scale::Ten(0)),
        "min" | "mins" => (Shown::Durations, Scale::Times(60.0)),
        "hour" | "hours" => (Shown::Durations, Scale::Times(3600.0)),
        "day" | "days" => (Shown::Durations, Scale::Times(86_400.0)),
        "week" | "weeks" => (Shown::Durations, Scale::Times(604_800.0)),
        // from 365 days on; Grafana's year has so many seconds
        "year" | "years" => (Shown::Durations, Scale::Times(31_556_900.0)),
        "B" => (Shown::Bytes, Scale::Ten(0)),
        "kB" => (Shown::Bytes, Scale::Ten(3)),
        "MB" => (Shown::Bytes, Scale::Ten(6)),
        "GB" => (Shown::Bytes, Scale::Ten(9)),
        "TB" => (Shown::Bytes, Scale::Ten(12)),
        "PB" => (Shown::Bytes, Scale::Ten(15)),
        "KiB" => (Shown::Bytes, Scale::Times(1024.0)),
        "MiB" => (Shown::Bytes, Scale::Times(1_048_576.0)),
        "GiB" => (Shown::Bytes, Scale::Times(1_073_741_824.0)),
        "TiB" => (Shown::Bytes, Scale::Times(1_099_511_627_776.0)),
        "PiB" => (Shown::Bytes, Scale::Times(1_125_899_906_842_624.0)),
        "K" => (Shown::Short, Scale::Ten(3)),
        "Mil" => (Shown::Short, Scale::Ten(6)),
        "Bil" => (Shown::Short, Scale::Ten(9)),
        "Tri" => (Shown::Short, Scale::Ten(12)),
        "Quadr" => (Shown::Short, Scale::Ten(15)),
        _ => return None,
    };
    Some((digits, shown, scale))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(fields: &[&str]) -> Option<Shown> {
        Shown::of(&fields.iter().map(|f| f.as_bytes().to_vec()).collect::<Vec<_>>())
    }

    #[test]
    fn columns_of_one_measure_are_told() {
        assert_eq!(of(&["91.2 ms", "1.20 s", "", "NaN", "3 µs", "-2 mins", "1.27 years"]), Some(Shown::Durations));
        assert_eq!(of(&["1.5 KiB", "0 B"]), Some(Shown::Bytes));
        assert_eq!(of(&["100%", "99.5%"]), Some(Shown::Percent));
        assert_eq!(of(&["1", "2.02 K", "3 Mil"]), Some(Shown::Short));
        for words in [
            &["1", "2"][..],
            &["91 ms", "2"],
            &["2", "91 ms"],
            &["1 K", "2 B"],
            &["a b", "1 K"],
            &["1 req/s"],
            &[""],
            &["NaN"],
        ] {
            assert_eq!(of(words), None, "{words:?}");
        }
    }

    #[test]
    fn fields_become_plain_numbers() {
        let number = |shown: Shown, field: &str| {
            let plain = shown.plain(field.as_bytes());
            number::parse(plain.as_deref().unwrap_or(field.as_bytes()))
        };
        for (shown, field, want) in [
            (Shown::Durations, "91.2 ms", 0.0912),
            (Shown::Durations, "-3.3 µs", -3.3e-6),
            (Shown::Durations, "1.5 hours", 5400.0),
            // `toSeconds` of @grafana/data: size / 3.15569e7, from 365 days on
            (Shown::Durations, "1.5 years", 47_335_350.0),
            (Shown::Durations, "1 year", 3.15569e7),
            (Shown::Bytes, "1.5 MiB", 1_572_864.0),
            (Shown::Bytes, "2.3 GB", 2.3e9),
            (Shown::Percent, "99.95%", 99.95),
            (Shown::Short, "2.02 K", 2020.0),
            (Shown::Short, "17", 17.0),
            (Shown::Short, "1.1 Mil", 1.1e6),
        ] {
            assert_eq!(number(shown, field), Field::Number(want), "{field}");
        }
        assert_eq!(number(Shown::Durations, "17"), Field::Bad);
        assert_eq!(number(Shown::Durations, "17 K"), Field::Bad);
        assert_eq!(number(Shown::Durations, "undefined"), Field::Blank);
        assert!(matches!(number(Shown::Durations, "NaN"), Field::Number(v) if v.is_nan()));
    }
}
