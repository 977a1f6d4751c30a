//! Numbers as a dashboard shows them, with a prefix or unit that changes from field to field: `91.2 ms`, `1.20 s`, `2.02 K`, `100%`, `1.5 MB/s`.
//!
//! The words are those of Grafana's value formats for durations, bytes, percent and short numbers (`@grafana/data`, `valueFormats`), which its panel
//! inspector writes into CSV as “Formatted data”. They are rounded to the digits shown.

use crate::load::guess::FlagRule;
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
    ByteRate,
    BitRate,
    /// Things per second.
    Rate,
    Celsius,
    Dollars,
    /// `true` and `false`, `Up` and `Down`: 1 and 0.
    Truth,
    /// Numbers with words that are none of these, or of several: no numbers, and no labels either.
    Unknown,
}

/// What a word makes of the number before it.
#[derive(Clone, Copy)]
enum Scale {
    /// A power of ten, which loses nothing.
    Ten(i32),
    Times(f64),
}

impl Shown {
    /// What a column's fields show, where three in four of them show one measure; the others are told of where they are read.
    pub(crate) fn of(fields: &[Vec<u8>]) -> Option<Self> {
        let filled: Vec<&Vec<u8>> = fields.iter().filter(|field| !is_blank(field)).collect();
        let shown: Vec<Option<Self>> = filled.iter().map(|field| split(field).map(|(_, shown, _)| shown)).collect();
        let count = |one: Self| shown.iter().filter(|shown| **shown == Some(one)).count();
        let most = shown.iter().copied().flatten().max_by_key(|one| count(*one));
        // short numbers below a thousand have no word, nought has none in any unit, and what is no number has none anywhere
        let bare = |field: &&&Vec<u8>| match number::parse(field) {
            Field::Number(v) => !v.is_finite() || v == 0.0 || most == Some(Self::Short),
            _ => false,
        };
        let bare = filled.iter().filter(bare).count();
        let with_words = || filled.iter().filter(|field| begins_with_number(field)).count();
        match most {
            Some(one) if (count(one) + bare) * 4 >= filled.len() * 3 => Some(one),
            // words after numbers in most fields
            _ if with_words() * 4 >= filled.len() * 3 && !filled.is_empty() => Some(Self::Unknown),
            _ => None,
        }
    }

    /// A field as a plain number; what is shown otherwise than the column is becomes no number.
    pub(crate) fn plain(self, field: &[u8]) -> Option<Vec<u8>> {
        if number::is_blank(field) || self == Self::Unknown {
            return None;
        }
        if is_blank(field) {
            return Some(Vec::new());
        }
        if self == Self::Truth {
            return match FlagRule::Good.read(field) {
                Field::Number(v) => Some(if v > 0.5 { b"1".to_vec() } else { b"0".to_vec() }),
                _ => None,
            };
        }
        match split(field) {
            Some((digits, shown, scale)) if shown == self => Some(match scale {
                Scale::Ten(power) => format!("{digits}e{power}").into_bytes(),
                Scale::Times(factor) => (digits.parse::<f64>().ok()? * factor).to_string().into_bytes(),
            }),
            // without its unit a number could be anything, but for nought
            _ if self != Self::Short
                && matches!(number::parse(field), Field::Number(v) if v.is_finite() && v != 0.0) =>
            {
                Some([b"?", field].concat())
            }
            _ => None,
        }
    }

    /// The unit of the plain numbers.
    pub(crate) fn unit(self) -> Option<Unit> {
        let rate = |unit| Some(Unit::PerSecond(Box::new(unit)));
        match self {
            Self::Durations => Some(Unit::Second),
            Self::Bytes => Some(Unit::Byte),
            Self::Percent => Some(Unit::Percent),
            Self::ByteRate => rate(Unit::Byte),
            Self::BitRate => rate(Unit::Other("b".into())),
            Self::Rate => rate(Unit::Count),
            Self::Celsius => Some(Unit::Other("°C".into())),
            Self::Dollars => Some(Unit::Other("$".into())),
            Self::Short | Self::Truth | Self::Unknown => None,
        }
    }
}

/// Whether a field says that there is no value, in Grafana's words too.
fn is_blank(field: &[u8]) -> bool {
    number::is_blank(field) || field.trim_ascii().eq_ignore_ascii_case(b"no data")
}

/// The number that a text begins with, and what follows it.
fn number_and_word(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '-'))).unwrap_or(text.len());
    let (digits, word) = text.split_at_checked(end)?;
    (!digits.is_empty() && digits.parse::<f64>().is_ok()).then_some((digits, word))
}

/// Whether a field is a number and a word after it, and no time.
fn begins_with_number(field: &[u8]) -> bool {
    let text = std::str::from_utf8(field).map(str::trim).unwrap_or_default();
    matches!(number_and_word(text), Some((_, word)) if word.starts_with(' ') && word.chars().count() <= 16)
}

/// The digits of a field, and what its word says of them.
fn split(field: &[u8]) -> Option<(&str, Shown, Scale)> {
    let text = std::str::from_utf8(field).ok()?.trim();
    if let Some(amount) = text.strip_prefix('$') {
        let (digits, word) = number_and_word(amount)?;
        let scale = if word.is_empty() { Scale::Ten(0) } else { short(word.trim_start())? };
        return Some((digits, Shown::Dollars, scale));
    }
    let (digits, word) = number_and_word(text)?;
    let apart = word.starts_with(' ');
    let word = word.trim_start();
    let (shown, scale) = measure(word)?;
    // only percent and durations stand at their number without a space
    (apart || matches!(shown, Shown::Percent | Shown::Durations)).then_some((digits, shown, scale))
}

/// What a word after a number says of it.
fn measure(word: &str) -> Option<(Shown, Scale)> {
    if let Some(scale) = short(word) {
        return Some((Shown::Short, scale));
    }
    if let Some(amount) = word.strip_suffix("/s") {
        return match (amount, bytes(amount)) {
            (_, Some(scale)) => Some((Shown::ByteRate, scale)),
            ("b", _) => Some((Shown::BitRate, Scale::Ten(0))),
            ("kb" | "Kb", _) => Some((Shown::BitRate, Scale::Ten(3))),
            ("Mb", _) => Some((Shown::BitRate, Scale::Ten(6))),
            ("Gb", _) => Some((Shown::BitRate, Scale::Ten(9))),
            ("Tb", _) => Some((Shown::BitRate, Scale::Ten(12))),
            _ => things(amount).map(|scale| (Shown::Rate, scale)),
        };
    }
    if let Some(amount) = word.strip_suffix("ps").filter(|amount| amount.ends_with("req") || amount.ends_with("op")) {
        return things(amount).map(|scale| (Shown::Rate, scale));
    }
    if let Some(scale) = bytes(word) {
        return Some((Shown::Bytes, scale));
    }
    Some(match word {
        "%" => (Shown::Percent, Scale::Ten(0)),
        "°C" => (Shown::Celsius, Scale::Ten(0)),
        "ns" => (Shown::Durations, Scale::Ten(-9)),
        "us" | "µs" | "μs" => (Shown::Durations, Scale::Ten(-6)),
        "ms" => (Shown::Durations, Scale::Ten(-3)),
        "s" => (Shown::Durations, Scale::Ten(0)),
        "min" | "mins" => (Shown::Durations, Scale::Times(60.0)),
        "hour" | "hours" => (Shown::Durations, Scale::Times(3600.0)),
        "day" | "days" => (Shown::Durations, Scale::Times(86_400.0)),
        "week" | "weeks" => (Shown::Durations, Scale::Times(604_800.0)),
        // from 365 days on; Grafana's year has so many seconds
        "year" | "years" => (Shown::Durations, Scale::Times(31_556_900.0)),
        _ => return None,
    })
}

/// Prefixes of short numbers.
fn short(word: &str) -> Option<Scale> {
    Some(Scale::Ten(match word {
        "K" => 3,
        "Mil" => 6,
        "Bil" => 9,
        "Tri" => 12,
        "Quadr" => 15,
        _ => return None,
    }))
}

/// Things that Grafana shows per second, with a prefix of short numbers perhaps: `K req`.
fn things(words: &str) -> Option<Scale> {
    let (scale, thing) = match words.split_once(' ') {
        Some((prefix, thing)) => (short(prefix)?, thing),
        None => (Scale::Ten(0), words),
    };
    matches!(thing, "req" | "ops" | "op" | "c" | "rd" | "wr" | "io" | "evt" | "msg" | "rec" | "rows" | "p")
        .then_some(scale)
}

fn bytes(word: &str) -> Option<Scale> {
    Some(match word {
        "B" => Scale::Ten(0),
        "kB" => Scale::Ten(3),
        "MB" => Scale::Ten(6),
        "GB" => Scale::Ten(9),
        "TB" => Scale::Ten(12),
        "PB" => Scale::Ten(15),
        "KiB" => Scale::Times(1024.0),
        "MiB" => Scale::Times(1_048_576.0),
        "GiB" => Scale::Times(1_073_741_824.0),
        "TiB" => Scale::Times(1_099_511_627_776.0),
        "PiB" => Scale::Times(1_125_899_906_842_624.0),
        _ => return None,
    })
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
        assert_eq!(of(&["12.3 ms", "0", "No data", "N/A", "-"]), Some(Shown::Durations));
        assert_eq!(of(&["12ms", "1.5s"]), Some(Shown::Durations));
        assert_eq!(of(&["1.5 MB/s", "2 kB/s", "0 B/s"]), Some(Shown::ByteRate));
        assert_eq!(of(&["1.5 Mb/s", "2 kb/s"]), Some(Shown::BitRate));
        assert_eq!(of(&["1.5 K req/s", "2 req/s"]), Some(Shown::Rate));
        assert_eq!(of(&["1.5 reqps"]), Some(Shown::Rate));
        assert_eq!(of(&["12 °C", "-3 °C"]), Some(Shown::Celsius));
        assert_eq!(of(&["$1.5", "$2 K"]), Some(Shown::Dollars));
        assert_eq!(of(&["1 furlong", "2 furlongs"]), Some(Shown::Unknown));
        assert_eq!(of(&["1 K", "2 B"]), Some(Shown::Unknown));
        for words in [
            &["1", "2"][..],
            &["91 ms", "2"],
            &["2", "91 ms"],
            &["a b", "1 K"],
            &["web", "api"],
            &["2026-01-01 00:00:00", "2026-01-01 00:01:00"],
            &["10.0.0.1 a", "10.0.0.2 b"],
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
            (Shown::ByteRate, "1.5 MiB/s", 1_572_864.0),
            (Shown::BitRate, "1.5 Mb/s", 1.5e6),
            (Shown::Rate, "1.5 K req/s", 1500.0),
            (Shown::Rate, "1.5 reqps", 1.5),
            (Shown::Celsius, "-3 °C", -3.0),
            (Shown::Dollars, "$1.5 K", 1500.0),
            (Shown::Durations, "0", 0.0),
        ] {
            assert_eq!(number(shown, field), Field::Number(want), "{field}");
        }
        assert_eq!(number(Shown::Durations, "17"), Field::Bad);
        assert_eq!(number(Shown::Durations, "17 K"), Field::Bad);
        assert_eq!(number(Shown::Durations, "undefined"), Field::Blank);
        assert_eq!(number(Shown::Durations, "No data"), Field::Blank);
        assert!(matches!(number(Shown::Durations, "NaN"), Field::Number(v) if v.is_nan()));
    }
}
