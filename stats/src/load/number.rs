//! Numbers from bytes: what is a number, what is blank, and what is neither.

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

/// Whether a field is empty or one of the words that exports write for nothing.
pub(crate) fn is_blank(field: &[u8]) -> bool {
    let field = field.trim_ascii();
    matches!(field, b"" | b"-" | b"null" | b"NULL" | b"None" | b"NA" | b"N/A" | b"n/a" | b"nil" | b"undefined" | b"\\N")
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
