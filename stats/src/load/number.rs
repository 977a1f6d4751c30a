//! Numbers from bytes: what is a number, what is blank, and what is neither.

use crate::load::shown::Shown;

/// What a field of a number column holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Field {
    /// A number, NaN and infinities included.
    Number(f64),
    /// Nothing, or a word for nothing.
    Blank,
    /// Something else.
    Bad,
}

/// The mark of a value that is not there; a NaN with a payload that no text parses to.
const MISSING: u64 = 0x7ff8_5eed_0000_0001;
/// The mark of a value that is there and is no number.
const UNREADABLE: u64 = 0x7ff8_5eed_0000_0002;

/// The mark of a value that is not there.
pub(crate) fn missing() -> f64 {
    f64::from_bits(MISSING)
}

/// The mark of a value that is there and is no number.
pub(crate) fn unreadable() -> f64 {
    f64::from_bits(UNREADABLE)
}

/// Whether a value is the mark of one that is not there, or that is no number.
pub(crate) fn is_missing(value: f64) -> bool {
    matches!(value.to_bits(), MISSING | UNREADABLE)
}

/// Whether a value is the mark of one that is no number.
pub(crate) fn is_unreadable(value: f64) -> bool {
    value.to_bits() == UNREADABLE
}

/// All whole numbers below it are numbers of double precision.
pub(crate) const MOST_EXACT: f64 = 9_007_199_254_740_992.0;

/// Whether a field is a whole number that the number read from it does not equal.
pub(crate) fn is_rounded(field: &[u8], read: f64) -> bool {
    let whole = std::str::from_utf8(field.trim_ascii()).ok().and_then(|text| text.parse::<i128>().ok());
    whole.is_some_and(|whole| whole != read as i128)
}

/// Reads a field of a number column; spaces around it and a leading `+` are allowed.
pub(crate) fn parse(field: &[u8]) -> Field {
    match fast_float2::parse::<f64, _>(field) {
        Ok(v) => Field::Number(if v.is_nan() { f64::NAN } else { v }),
        Err(_) => slow(field),
    }
}

fn slow(field: &[u8]) -> Field {
    let field = field.trim_ascii();
    if is_blank(field) {
        return Field::Blank;
    }
    let unsigned = field.strip_prefix(b"+").unwrap_or(field);
    match fast_float2::parse::<f64, _>(unsigned) {
        Ok(_) if unsigned.len() < field.len() && unsigned.starts_with(b"-") => Field::Bad,
        Ok(v) => Field::Number(if v.is_nan() { f64::NAN } else { v }),
        Err(_) => Field::Bad,
    }
}

/// How the numbers of a column are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Style {
    /// `1234.5`.
    #[default]
    Plain,
    /// `1234,5` or `1.234,5`.
    DecimalComma,
    /// `1,234.5`.
    GroupedComma,
    /// `91.2 ms`.
    Shown(Shown),
}

impl Style {
    /// The same number as plain text; `None` where it is so already.
    pub(crate) fn plain(self, field: &[u8]) -> Option<Vec<u8>> {
        let field = field.trim_ascii();
        let comma = memchr::memchr(b',', field).is_some();
        match self {
            Self::Shown(shown) => shown.plain(field),
            Self::DecimalComma if comma => {
                let without = field.iter().filter(|b| **b != b'.');
                let (whole, _) = field.split_at_checked(memchr::memchr(b',', field)?)?;
                let sound = memchr::memchr_iter(b',', field).count() == 1
                    && (memchr::memchr(b'.', whole).is_none() || is_grouped(whole, b'.'));
                sound.then(|| without.map(|b| if *b == b',' { b'.' } else { *b }).collect())
            }
            Self::DecimalComma if is_dot_grouped(field) => Some(field.iter().copied().filter(|b| *b != b'.').collect()),
            Self::GroupedComma if comma => {
                let (whole, _) = field.split_at_checked(memchr::memchr(b'.', field).unwrap_or(field.len()))?;
                is_grouped(whole, b',').then(|| field.iter().copied().filter(|b| *b != b',').collect())
            }
            _ => None,
        }
    }

    /// Whether a field is a number where it is written so, and not otherwise.
    pub(crate) fn reads(self, field: &[u8]) -> bool {
        self.plain(field).is_some_and(|plain| matches!(parse(&plain), Field::Number(_)))
    }

    /// The style of a column's fields; plain where all are so, or where none fits three in four of those that are not. A comma before three
    /// digits may be either, and is a decimal one unless commas stand between fields too.
    pub(crate) fn of(fields: &[Vec<u8>], comma_delimited: bool) -> Self {
        let filled: Vec<&[u8]> = fields.iter().map(Vec::as_slice).filter(|f| !is_blank(f)).collect();
        let odd: Vec<&[u8]> = filled.iter().copied().filter(|f| parse(f) == Field::Bad).collect();
        if odd.is_empty() {
            return Self::Plain;
        }
        let fits = |style: Self| odd.iter().filter(|f| style.reads(f)).count();
        // a field or two may be no number in any style
        let mostly = |n: usize| n * 4 >= odd.len() * 3;
        let (grouped, decimal) = (fits(Self::GroupedComma), fits(Self::DecimalComma));
        let only_grouped = || {
            let tells = |f: &&&[u8]| memchr::memchr(b'.', f).is_some() || memchr::memchr_iter(b',', f).nth(1).is_some();
            odd.iter().filter(tells).any(|f| Self::GroupedComma.plain(f).is_some())
        };
        if mostly(grouped) && grouped >= decimal && (comma_delimited || only_grouped()) {
            Self::GroupedComma
        } else if mostly(decimal) && !are_names(&filled) {
            Self::DecimalComma
        } else {
            Self::Plain
        }
    }

    /// Whether fields that are all plain numbers may be meant with dots between groups of digits, where another column has decimal commas:
    /// at least one is grouped, and none has a dot that groups nothing.
    pub(crate) fn may_group_by_dots(fields: &[Vec<u8>]) -> bool {
        let mut grouped = false;
        for field in fields.iter().filter(|f| !is_blank(f)) {
            let is = is_dot_grouped(field.trim_ascii());
            if !matches!(parse(field), Field::Number(_)) || (!is && memchr::memchr(b'.', field).is_some()) {
                return false;
            }
            grouped |= is;
        }
        grouped
    }
}

fn is_dot_grouped(field: &[u8]) -> bool {
    is_grouped(field, b'.')
}

/// Whether all fields have the same two dots or more, and repeat: versions and addresses do, large numbers seldom.
fn are_names(fields: &[&[u8]]) -> bool {
    let dots = |f: &&[u8]| memchr::memchr_iter(b'.', f).count();
    let first = fields.first().map_or(0, dots);
    let different: std::collections::HashSet<&[u8]> = fields.iter().copied().collect();
    first >= 2
        && fields.iter().all(|f| dots(f) == first && memchr::memchr(b',', f).is_none())
        && different.len() * 2 <= fields.len()
}

/// Whether digits are in groups of three: `1.234.567`. No number that is grouped begins with 0.
fn is_grouped(whole: &[u8], separator: u8) -> bool {
    let digits = whole.strip_prefix(b"-").or_else(|| whole.strip_prefix(b"+")).unwrap_or(whole);
    let mut groups = digits.split(|b| *b == separator);
    let first = groups.next().unwrap_or_default();
    let mut others = 0;
    let sound = groups.all(|g| {
        others += 1;
        g.len() == 3 && g.iter().all(u8::is_ascii_digit)
    });
    sound
        && others > 0
        && (1..=3).contains(&first.len())
        && first.iter().all(u8::is_ascii_digit)
        && !first.starts_with(b"0")
}

/// Whether a field is empty or one of the words that exports write for nothing.
pub(crate) fn is_blank(field: &[u8]) -> bool {
    matches!(
        field.trim_ascii(),
        b"" | b"-" | b"--" | b"---" | b"null" | b"NULL" | b"None" | b"NA" | b"N/A" | b"n/a" | b"nil" | b"undefined" | b"\\N"
        // what spreadsheets show where a formula has no value
        | b"#N/A" | b"#VALUE!" | b"#DIV/0!" | b"#REF!" | b"#NUM!" | b"#NAME?" | b"#NULL!"
    )
}

/// A field as text for a message, cut to a readable length.
pub(crate) fn show(field: &[u8]) -> String {
    let text = String::from_utf8_lossy(field);
    if text.chars().count() <= 40 { text.into_owned() } else { text.chars().take(39).chain(['…']).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_are_decimal_or_group_digits() {
        let of = |fields: &[&str], delimited| {
            let fields: Vec<Vec<u8>> = fields.iter().map(|f| f.as_bytes().to_vec()).collect();
            Style::of(&fields, delimited)
        };
        assert_eq!(of(&["1.5", "2"], false), Style::Plain);
        assert_eq!(of(&["1,5", "2", "", "-0,25"], false), Style::DecimalComma);
        assert_eq!(of(&["1.234,5", "2"], false), Style::DecimalComma);
        assert_eq!(of(&["1,234.5", "2"], false), Style::GroupedComma);
        assert_eq!(of(&["1,234", "999"], true), Style::GroupedComma);
        assert_eq!(of(&["1,234", "999"], false), Style::DecimalComma);
        assert_eq!(of(&["12:30", "1,5"], false), Style::Plain);
        assert_eq!(of(&["1,5", "2", "2,5", "abc", "3,5"], false), Style::DecimalComma);
        assert_eq!(of(&["1,234.5", "2,345.5", "abc", "3,456.5"], false), Style::GroupedComma);
        assert_eq!(of(&["1,234", "1,234", "1,234", "1,23"], true), Style::DecimalComma);
        assert_eq!(of(&["0,123", "0,124"], true), Style::DecimalComma);
        assert_eq!(of(&["-0,123", "1,124", "2,5"], true), Style::DecimalComma);
        assert_eq!(of(&["1.204.310", "1.204.311", "1.204.310", "1.204.310"], false), Style::Plain);
        assert_eq!(of(&["1.204.310", "999", "1.204.310", "12.345"], false), Style::DecimalComma);
        assert_eq!(of(&["1.204.310", "2.117.004"], false), Style::DecimalComma);
        for (style, text, want) in [
            (Style::DecimalComma, "0.123", None),
            (Style::DecimalComma, "-0.123", None),
            (Style::DecimalComma, "0,123", Some("0.123")),
            (Style::GroupedComma, "0,123", None),
            (Style::DecimalComma, "-1.234.567,25", Some("-1234567.25")),
            (Style::DecimalComma, "1.234", Some("1234")),
            (Style::DecimalComma, "1.5", None),
            (Style::DecimalComma, "1,2,3", None),
            (Style::GroupedComma, "1,234,567.5", Some("1234567.5")),
            (Style::GroupedComma, "12,34", None),
            (Style::Plain, "1,5", None),
        ] {
            let got = style.plain(text.as_bytes()).map(|v| String::from_utf8_lossy(&v).into_owned());
            assert_eq!(got.as_deref(), want, "{text}");
        }
    }

    #[test]
    fn whole_numbers_that_do_not_fit_are_told() {
        // 2⁵³ + 1 is the first whole number that double precision does not have
        for (text, rounded) in
            [("9007199254740992", false), ("9007199254740993", true), ("-9007199254740993", true), ("1e300", false)]
        {
            assert_eq!(is_rounded(text.as_bytes(), text.parse().unwrap_or(0.0)), rounded, "{text}");
        }
    }

    #[test]
    fn blank_is_not_zero_and_text_is_neither() {
        for (text, want) in [
            ("0.213", Field::Number(0.213)),
            (" 7 ", Field::Number(7.0)),
            ("+1e3", Field::Number(1000.0)),
            ("-Inf", Field::Number(f64::NEG_INFINITY)),
            ("+Inf", Field::Number(f64::INFINITY)),
            ("", Field::Blank),
            ("  ", Field::Blank),
            ("null", Field::Blank),
            ("#N/A", Field::Blank),
            ("#DIV/0!", Field::Blank),
            ("#NAME?", Field::Blank),
            ("--", Field::Blank),
            ("#1", Field::Bad),
            ("abc", Field::Bad),
            ("1,5", Field::Bad),
            ("+-3", Field::Bad),
            ("12ms", Field::Bad),
        ] {
            assert_eq!(parse(text.as_bytes()), want, "{text}");
        }
        assert!(matches!(parse(b"NaN"), Field::Number(v) if v.is_nan() && !is_missing(v)));
        assert!(matches!(parse(b"-nan"), Field::Number(v) if v.is_nan() && !is_missing(v)));
        assert!(is_missing(missing()));
    }
}
