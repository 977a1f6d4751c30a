//! How long which resolution is kept: a roll-up plan as a value and as text.

use std::fmt;
use std::str::FromStr;

use crate::error::{Error, Position, Result};
use crate::time::Span;

/// One resolution of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
pub struct Tier {
    /// The width of the windows that data are rolled up to.
    #[serde(rename = "width_s")]
    pub width: Span,
    /// How old data of this tier get; `None` for ever.
    #[serde(rename = "keep_s")]
    pub keep: Option<Span>,
}

impl Tier {
    /// How many windows of one series the tier holds; `None` where it is kept for ever.
    pub fn windows(&self) -> Option<u64> {
        self.keep.map(|keep| (keep.0 / self.width.0.max(1)).max(0) as u64)
    }
}

impl fmt::Display for Tier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.keep {
            Some(keep) => write!(f, "{} for {}", self.width.compact(), keep.compact()),
            None => write!(f, "{} for ever", self.width.compact()),
        }
    }
}

/// A roll-up plan: tiers from the finest to the coarsest, each a multiple of the one before and kept longer than it.
///
/// As text, tiers are separated by commas: `WIDTH for SPAN` or `WIDTH for ever`, which only the last one can be. An error names
/// the character at which the text stops making sense.
///
/// ```
/// use sre_stats::window::RollUpPlan;
/// let plan: RollUpPlan = "1 s for 2 d, 1 min for 30 d, 1 h for ever".parse()?;
/// assert_eq!(plan.to_string(), "1s for 2d, 1m for 30d, 1h for ever");
/// assert_eq!(plan.tiers()[1].windows(), Some(43_200));
/// let error = "1s for 2d, 1m forr 30d".parse::<RollUpPlan>().unwrap_err();
/// assert_eq!(error.position().unwrap().column.as_deref(), Some("15"));
/// # Ok::<(), sre_stats::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RollUpPlan(Vec<Tier>);

impl RollUpPlan {
    /// A plan of the given tiers.
    ///
    /// # Errors
    /// [`Empty`](crate::ErrorKind::Empty) without a tier; [`Argument`](crate::ErrorKind::Argument) where one is not wider or not
    /// kept longer than the one before it, not a multiple of it, or holds no window.
    pub fn new(tiers: &[Tier]) -> Result<Self> {
        if tiers.is_empty() {
            return Err(Error::empty("a plan needs at least one tier").hint(EXAMPLE));
        }
        let mut before: Option<Tier> = None;
        for tier in tiers {
            check(before, *tier)?;
            before = Some(*tier);
        }
        Ok(Self(tiers.to_vec()))
    }

    /// The tiers, from the finest to the coarsest.
    pub fn tiers(&self) -> &[Tier] {
        &self.0
    }
}

const EXAMPLE: &str = "write it like “1s for 2d, 1m for 30d, 1h for ever”";

/// What a tier must be after the one before it.
fn check(before: Option<Tier>, tier: Tier) -> Result<()> {
    let wrong = |text: String| Err(Error::argument(text).hint(EXAMPLE));
    if tier.width.0 <= 0 {
        return wrong(format!("a tier needs a width of more than 0, not {}", tier.width));
    }
    if tier.keep.is_some_and(|keep| keep < tier.width) {
        return wrong(format!("“{tier}” keeps less than one window"));
    }
    let Some(before) = before else { return Ok(()) };
    if tier.width <= before.width {
        return wrong(format!("“{tier}” is not coarser than “{before}” before it"));
    }
    if tier.width.0 % before.width.0 != 0 {
        return wrong(format!("windows of {} cut windows of {}: no multiple of them", tier.width, before.width));
    }
    match (before.keep, tier.keep) {
        (None, _) => wrong(format!("nothing comes after “{before}”: it is kept for ever")),
        (Some(first), Some(then)) if then <= first => {
            wrong(format!("“{tier}” is not kept longer than “{before}” before it"))
        }
        _ => Ok(()),
    }
}

impl fmt::Display for RollUpPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, tier) in self.0.iter().enumerate() {
            write!(f, "{}{tier}", if i == 0 { "" } else { ", " })?;
        }
        Ok(())
    }
}

impl FromStr for RollUpPlan {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let mut tiers: Vec<Tier> = Vec::new();
        let mut start = 0;
        for part in text.split([',', ';']) {
            let tier = tier(text, part, start)?;
            let at = start + part.len() - part.trim_start().len();
            check(tiers.last().copied(), tier).map_err(|e| e.at(column(text, at)))?;
            tiers.push(tier);
            start += part.len() + 1;
        }
        Self::new(&tiers)
    }
}

/// The position of a byte of the text, as a character counted from 1.
fn column(text: &str, byte: usize) -> Position {
    Position::default().at_column((text.get(..byte).unwrap_or(text).chars().count() + 1).to_string())
}

/// Reads `WIDTH for SPAN` in a part of the text that begins at a byte.
fn tier(text: &str, part: &str, start: usize) -> Result<Tier> {
    let wrong = |at: usize, what: &str| Err(Error::parse(what.to_owned()).at(column(text, at)).hint(EXAMPLE));
    let words: Vec<(usize, &str)> = words(part).into_iter().map(|(at, word)| (start + at, word)).collect();
    let end = start + part.trim_end().len();
    let Some(place) = words.iter().position(|w| w.1.eq_ignore_ascii_case("for")) else {
        // the word that stands where “for” is expected: the first one that is no part of a width
        let stray = words.iter().find(|w| span_word(w.1).is_none());
        return match (stray, words.first()) {
            (Some((at, word)), _) => wrong(*at, &format!("expected “for”, but found “{word}”")),
            (None, None) => wrong(start, "a tier is missing here"),
            (None, _) => wrong(end, "expected “for” and how long the tier is kept, but the tier ends here"),
        };
    };
    let (width, kept) = (words.get(..place).unwrap_or_default(), words.get(place + 1..).unwrap_or_default());
    let for_at = words.get(place).map_or(start, |w| w.0);
    let Some(width) = span(text, width)? else {
        return wrong(for_at, "expected the width of the tier before “for”");
    };
    let keep = match kept {
        [(_, word)] if ["ever", "forever"].iter().any(|w| word.eq_ignore_ascii_case(w)) => None,
        [] => return wrong(end, "expected how long the tier is kept, such as “30d” or “ever”, but the tier ends here"),
        kept => span(text, kept)?,
    };
    Ok(Tier { width, keep })
}

/// The words of a text with the bytes at which they begin.
fn words(text: &str) -> Vec<(usize, &str)> {
    let mut out = Vec::new();
    let mut at = 0;
    for piece in text.split(char::is_whitespace) {
        if !piece.is_empty() {
            out.push((at, piece));
        }
        // a separator may be longer than a byte
        let next = text.get(at + piece.len()..).and_then(|rest| rest.chars().next());
        at += piece.len() + next.map_or(0, char::len_utf8);
    }
    out
}

/// Whether a word can be part of a span: a number, a unit, or both.
fn span_word(word: &str) -> Option<()> {
    let is_number = word.chars().all(|c| c.is_ascii_digit() || c == '.');
    (is_number || format!("1{word}").parse::<Span>().is_ok() || word.parse::<Span>().is_ok()).then_some(())
}

/// The span that words make together; `None` where there are none.
fn span(text: &str, words: &[(usize, &str)]) -> Result<Option<Span>> {
    let Some(first) = words.first() else { return Ok(None) };
    if let Some((at, word)) = words.iter().find(|w| span_word(w.1).is_none()) {
        return Err(Error::parse(format!("“{word}” is no part of a duration")).at(column(text, *at)).hint(EXAMPLE));
    }
    let together: String = words.iter().map(|w| w.1).collect();
    together
        .parse()
        .map(Some)
        .map_err(|e: Error| Error::parse(e.message().to_owned()).at(column(text, first.0)).hint(EXAMPLE))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn plans_read_back() {
        for (text, shown) in [
            ("1 s for 2 d, 1 min for 30 d, 1 h for ever", "1s for 2d, 1m for 30d, 1h for ever"),
            ("15s for 15d", "15s for 15d"),
            ("10s FOR 6h ;1m for 1h30m 12h;  1h for Forever", ""),
            ("1m for 7d,5m for 30d,1h for 400d", "1m for 7d, 5m for 30d, 1h for 400d"),
        ] {
            let plan = text.parse::<RollUpPlan>().unwrap();
            if !shown.is_empty() {
                assert_eq!(plan.to_string(), shown);
            }
            assert_eq!(plan.to_string().parse::<RollUpPlan>().unwrap(), plan);
        }
        let plan: RollUpPlan = "1s for 2d, 1h for ever".parse().unwrap();
        assert_eq!((plan.tiers()[0].windows(), plan.tiers()[1].windows()), (Some(172_800), None));
    }

    #[test]
    fn errors_stand_at_the_word() {
        // the caret is where the text stops making sense
        for (text, caret, says) in [
            ("", "^", "missing"),
            ("1s for 2d,", "          ^", "missing"),
            ("1s for 2d, 1m forr 30d", "              ^", "found “forr”"),
            ("1s", "  ^", "ends here"),
            ("1s for", "      ^", "ends here"),
            ("for 2d", "^", "width of the tier"),
            ("1s for 2 dais", "         ^", "“dais”"),
            ("1s for 2d, 1 minuet for 30d", "             ^", "“minuet”"),
            ("1s for ever, 1m for 30d", "             ^", "kept for ever"),
            ("1m for 2d, 1s for 30d", "           ^", "not coarser"),
            ("1m for 30d, 5m for 2d", "            ^", "not kept longer"),
            ("2s for 2d, 5s for 30d", "           ^", "no multiple"),
            ("1h for 2s", "^", "less than one window"),
            ("0s for 2d", "^", "more than 0"),
            ("1µs for 2d, 1s foor 3d", "               ^", "found “foor”"),
        ] {
            let error = text.parse::<RollUpPlan>().unwrap_err();
            let column: usize = error.position().unwrap().column.as_deref().unwrap().parse().unwrap();
            assert_eq!(column, caret.len(), "{text}: {error}");
            assert!(error.to_string().contains(says), "{text}: {error}");
        }
        assert!(RollUpPlan::new(&[]).is_err());
    }
}
