//! The text of an objective.
//!
//! `PERCENT of POPULATION [CONDITION] over PERIOD [rolling | calendar [ZONE]]`; every error names the character at which the text
//! stops making sense.

use std::str::FromStr;

use super::objective::{Criterion, Objective, Population};
use super::period::{Anchor, Period};
use super::spelling::nearest;
use super::tokens::{Kind, Token, tokens};
use super::zone::Zone;
use crate::error::{Error, Position, Result};
use crate::quantile::Quantile;
use crate::time::Span;
use crate::unit::Unit;
use crate::window::{Comparison, Condition};

const EXAMPLE: &str = "99.9% of requests < 300ms over 30d";

/// The text with a caret under the character that an error of its parser names; `None` for an error without one.
///
/// ```
/// use sre_stats::slo::{Objective, point_out};
/// let text = "99.9% of request over 30d";
/// let error = text.parse::<Objective>().unwrap_err();
/// assert_eq!(point_out(text, &error).unwrap(), "99.9% of request over 30d\n         ^");
/// assert!(error.to_string().contains("did you mean “requests”?"));
/// ```
pub fn point_out(text: &str, error: &Error) -> Option<String> {
    let column: usize = error.position()?.column.as_deref()?.parse().ok()?;
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    Some(format!("{line}\n{}^", " ".repeat(column.checked_sub(1)?)))
}

struct Parser<'a> {
    text: &'a str,
    tokens: Vec<Token<'a>>,
    next: usize,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<Token<'a>> {
        self.tokens.get(self.next).copied()
    }

    /// Whether the next token is the word, whatever its case; it is taken then.
    fn take_word(&mut self, words: &[&str]) -> bool {
        let found = self.peek().is_some_and(|t| words.iter().any(|w| t.text.eq_ignore_ascii_case(w)));
        self.next += usize::from(found);
        found
    }

    /// An error at the next token, or at the end of the text.
    fn expected(&self, what: &str, words: &[&str]) -> Error {
        let (at, found) = match self.peek() {
            Some(t) => (t.at, format!("found “{}”", t.text)),
            None => (self.text.trim_end().len(), "the text ends here".to_owned()),
        };
        let error = self.error_at(at, format!("expected {what}, but {found}"));
        match self.peek().and_then(|t| nearest(t.text, words)) {
            Some(word) => error.hint(format!("did you mean “{word}”?")),
            None => error.hint(format!("for example “{EXAMPLE}”")),
        }
    }

    fn error_at(&self, byte: usize, message: impl Into<String>) -> Error {
        let column = self.text.get(..byte).map_or(0, |before| before.chars().count()) + 1;
        Error::parse(message).at(Position::default().at_column(column.to_string()))
    }

    fn number(&mut self, what: &str) -> Result<(Token<'a>, f64)> {
        let Some(token) = self.peek().filter(|t| t.kind == Kind::Number) else {
            return Err(self.expected(what, &[]));
        };
        let value = token.text.parse().map_err(|_| {
            self.error_at(token.at, format!("“{}” is not a number", token.text)).hint("write it like 99.9")
        })?;
        self.next += 1;
        Ok((token, value))
    }

    /// `99.9%` or `99.9 %`.
    fn percent(&mut self, what: &str) -> Result<Quantile> {
        let (token, value) = self.number(what)?;
        if !self.take_word(&["%", "percent"]) {
            let error = self.expected("“%” after the number", &[]);
            return Err(if value < 1.0 { error.hint(format!("write {} as a percentage", token.text)) } else { error });
        }
        format!("{}%", token.text).parse().map_err(|_| {
            self.error_at(token.at, format!("{}% is not between 0% and 100%", token.text))
                .hint(format!("for example “{EXAMPLE}”"))
        })
    }

    /// `90s`, `1h30m`, `30 d`.
    fn span(&mut self, what: &str) -> Result<Span> {
        let Some(first) = self.peek().filter(|t| t.kind == Kind::Number) else {
            return Err(self.expected(what, &["month", "quarter", "week", "year"]));
        };
        let mut text = String::new();
        while let Some(number) = self.peek().filter(|t| t.kind == Kind::Number) {
            self.next += 1;
            let Some(unit) = self.peek().filter(|t| t.kind == Kind::Word) else {
                return Err(self
                    .expected(&format!("a unit of time after {}", number.text), &[])
                    .hint("write it like 30d, 5m or 1h30m"));
            };
            self.next += 1;
            let part = format!("{}{}", number.text, short_unit(unit.text));
            part.parse::<Span>().map_err(|e| {
                let at = if number.text.parse::<f64>().is_err() { number.at } else { unit.at };
                self.error_at(at, e.message()).hint("write it like 30d, 5m or 1h30m")
            })?;
            text.push_str(&part);
        }
        let span: Span = text.parse().map_err(|e: Error| self.error_at(first.at, e.message()))?;
        if span.0 > 0 {
            Ok(span)
        } else {
            Err(self.error_at(first.at, "a span of 0 holds nothing").hint("give one such as 30d"))
        }
    }

    fn comparison(&mut self) -> Result<Comparison> {
        let Some(token) = self.peek().filter(|t| t.kind == Kind::Sign && *t.text != *"%") else {
            return Err(self.expected("a comparison such as <", &[]));
        };
        // a minus belongs to the number that follows
        let sign = token.text.trim_end_matches(['-', '+']);
        let comparison = sign.parse().map_err(|_| {
            self.error_at(token.at, format!("“{}” is not a comparison", token.text)).hint("use one of < <= > >= = !=")
        })?;
        let rest = &token.text[sign.len()..];
        if rest.is_empty() {
            self.next += 1;
        } else if let Some(slot) = self.tokens.get_mut(self.next) {
            *slot = Token { kind: Kind::Sign, text: rest, at: token.at + sign.len() };
        }
        Ok(comparison)
    }

    /// `< 300ms`.
    fn condition(&mut self) -> Result<Condition> {
        let comparison = self.comparison()?;
        let negative = self.take_word(&["-"]);
        let (_, value) = self.number("a limit after the comparison")?;
        let unit = match self.peek() {
            Some(t) if t.text == "%" || (t.kind == Kind::Word && !is_keyword(t.text)) => {
                self.next += 1;
                let unit: Unit = t.text.parse().map_err(|e: Error| self.error_at(t.at, e.message()))?;
                if let Unit::Other(_) = unit
                    && let Some(word) = nearest(t.text, &["over"])
                {
                    return Err(self
                        .error_at(t.at, format!("“{}” is not a unit", t.text))
                        .hint(format!("did you mean “{word}”?")));
                }
                unit
            }
            _ => Unit::None,
        };
        Condition::new(comparison, if negative { -value } else { value }, unit)
    }

    fn population(&mut self) -> Result<Population> {
        if self.take_word(&["requests", "events"]) {
            return Ok(Population::Requests);
        }
        if self.take_word(&["time"]) {
            return Ok(Population::Time);
        }
        if self.peek().is_some_and(|t| t.kind == Kind::Number) {
            let width = self.span("a width of slices")?;
            if !self.take_word(&["slices", "slice"]) {
                return Err(self.expected("“slices” after their width", &["slices"]));
            }
            return Ok(Population::Slices(width));
        }
        Err(self.expected("“requests”, “time” or slices such as “1m slices”", &["requests", "events", "time"]))
    }

    fn criterion(&mut self, population: Population) -> Result<Option<Criterion>> {
        let Some(token) = self.peek() else { return Ok(None) };
        if token.text.eq_ignore_ascii_case("over") {
            return Ok(None);
        }
        if self.take_word(&["ok", "good"]) {
            return Ok(Some(Criterion::Ok));
        }
        if self.take_word(&["up"]) {
            if population == Population::Requests {
                return Err(self
                    .error_at(token.at, "requests are not “up”; time and slices are")
                    .hint("did you mean “ok”?"));
            }
            return Ok(Some(Criterion::Up));
        }
        if self.take_word(&["have"]) {
            if !matches!(population, Population::Slices(_)) {
                return Err(self
                    .error_at(token.at, format!("only slices “have” a percentile, mean or ratio, not {population}"))
                    .hint("write it like “99.9% of 1m slices have p99 < 500ms over 30d”"));
            }
            return self.property().map(Some);
        }
        if token.kind == Kind::Sign && token.text != "%" {
            return self.condition().map(|c| Some(Criterion::Value(c)));
        }
        Err(self.expected("a condition or “over”", &["over", "ok", "up", "have"]))
    }

    /// What slices have: `p99 < 500ms`, `mean < 2s`, `ratio >= 99.5%`.
    fn property(&mut self) -> Result<Criterion> {
        const KNOWN: [&str; 3] = ["p99", "mean", "ratio"];
        let Some(token) = self.peek().filter(|t| t.kind == Kind::Word) else {
            return Err(self.expected("“p99”, “mean” or “ratio”", &KNOWN));
        };
        if self.take_word(&["mean"]) {
            return self.ordered().map(Criterion::Mean);
        }
        if self.take_word(&["ratio"]) {
            let at = self.peek().map_or(token.at, |t| t.at);
            return match self.comparison()? {
                Comparison::GreaterOrEqual => self.percent("a percentage").map(Criterion::Ratio),
                other => Err(self
                    .error_at(at, format!("a ratio is bounded by “>=”, not “{other}”"))
                    .hint("write it like ratio >= 99.5%")),
            };
        }
        match token.text.parse::<Quantile>() {
            Ok(q) => {
                self.next += 1;
                Ok(Criterion::Percentile(q, self.ordered()?))
            }
            Err(_) => Err(self.expected("“p99”, “mean” or “ratio”", &KNOWN)),
        }
    }

    /// A condition on a percentile or mean, which = and != do not bound.
    fn ordered(&mut self) -> Result<Condition> {
        let at = self.peek().map_or(self.text.len(), |t| t.at);
        let condition = self.condition()?;
        if condition.comparison.is_ordered() {
            Ok(condition)
        } else {
            Err(self
                .error_at(at, format!("“{}” does not bound a percentile or mean", condition.comparison))
                .hint("use one of < <= > >="))
        }
    }

    fn period(&mut self) -> Result<Period> {
        if self.take_word(&["month", "months"]) {
            return Ok(Period::Month);
        }
        if self.take_word(&["quarter", "quarters"]) {
            return Ok(Period::Quarter);
        }
        if self.take_word(&["week"]) {
            return Ok(Period::Week);
        }
        if self.take_word(&["year"]) {
            return Ok(Period::Year);
        }
        self.span("a period such as 30d or month").map(Period::Span)
    }

    fn objective(mut self) -> Result<Objective> {
        let target = self.percent("a percentage such as 99.9%")?;
        if !self.take_word(&["of"]) {
            return Err(self.expected("“of” after the percentage", &["of"]));
        }
        let population = self.population()?;
        let criterion = self.criterion(population)?;
        if !self.take_word(&["over"]) {
            return Err(self.expected("“over” and a period", &["over"]));
        }
        let period = self.period()?;
        let anchor = if self.take_word(&["rolling"]) {
            Some(Anchor::Rolling)
        } else if self.take_word(&["calendar"]) {
            Some(Anchor::Calendar)
        } else {
            None
        };
        let zone = if anchor == Some(Anchor::Calendar) { self.zone()? } else { None };
        if self.peek().is_some() {
            return Err(self.expected("“rolling”, “calendar” or the end", &["rolling", "calendar"]));
        }
        Ok(Objective { target, population, criterion, period, anchor, zone })
    }

    /// What follows `calendar`: the name of a zone, signs and all.
    fn zone(&mut self) -> Result<Option<Zone>> {
        self.take_word(&["in"]);
        let Some(token) = self.peek() else { return Ok(None) };
        let zone = self.text.get(token.at..).unwrap_or_default().parse().map_err(|e: Error| {
            self.error_at(token.at, e.message()).hint("after “calendar” comes a zone such as Europe/Berlin, or nothing")
        })?;
        self.next = self.tokens.len();
        Ok(Some(zone))
    }
}

fn is_keyword(word: &str) -> bool {
    ["over", "of", "rolling", "calendar", "have", "ok", "up"].iter().any(|k| word.eq_ignore_ascii_case(k))
}

/// Units of time in words, as people write periods.
fn short_unit(unit: &str) -> &str {
    match unit.to_ascii_lowercase().as_str() {
        "day" | "days" => "d",
        "hour" | "hours" => "h",
        "minute" | "minutes" | "mins" => "m",
        "second" | "seconds" | "secs" => "s",
        "week" | "weeks" => "w",
        _ => unit,
    }
}

impl FromStr for Objective {
    type Err = Error;
    /// Reads the text of an objective; the error's column is the number of the character where it stops making sense.
    fn from_str(text: &str) -> Result<Self> {
        Parser { text, tokens: tokens(text), next: 0 }.objective()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn objectives_read_back_from_their_text() {
        for text in [
            "99.9% of requests < 300ms over 30d",
            "99.99% of time up over 30d",
            "99.95% of 1m slices have p99 < 500ms over 28d rolling",
            "99.9% of requests ok over month calendar",
            "99.5% of 1h30m slices have mean <= 2s over quarter",
            "95% of 5m slices have ratio >= 99.5% over 7d calendar",
            "99.9999999% of time >= -1.5 over 1h",
            "99% of requests != 500 over 1d",
            "99% of requests over 1d",
            "100% of 1m slices < 1kB over 1d",
            "99.9% of time < 80% over 30d",
            "99.9% of requests ok over month calendar Europe/Berlin",
            "99.9% of time up over week calendar Etc/GMT+5",
            "99.9% of time up over year",
        ] {
            let objective: Objective = text.parse().unwrap();
            assert_eq!(objective.to_string(), text);
            assert_eq!(objective.to_string().parse::<Objective>().unwrap(), objective);
        }
    }

    #[test]
    fn spaces_cases_and_words_are_free() {
        let plain: Objective = "99.9% of requests < 300ms over 30d".parse().unwrap();
        for text in [
            "99.9%of requests<300ms over 30d",
            "  99.9 %  OF Events  <  300 ms OVER 30 days ",
            "99.9 percent of requests <300ms over 30d",
        ] {
            assert_eq!(text.parse::<Objective>().unwrap(), plain, "{text}");
        }
        let slices: Objective = "99% of 1m slices have p99.9<500ms over month".parse().unwrap();
        assert_eq!(slices.to_string(), "99% of 1m slices have p99.9 < 500ms over month");
    }

    #[test]
    fn the_target_loses_nothing() {
        let o: Objective = "99.9% of time up over 30d".parse().unwrap();
        assert_eq!((o.target.p(), o.target.complement()), (0.999, 0.001));
    }

    #[test]
    fn errors_point_at_the_word() {
        // text, column of the character, and what the message or the way out must say
        for (text, column, says) in [
            ("", 1, "a percentage"),
            ("requests", 1, "a percentage"),
            ("99.9 of requests over 30d", 6, "“%”"),
            ("0.999 of requests over 30d", 7, "write 0.999 as a percentage"),
            ("99.9.9% of requests over 30d", 1, "not a number"),
            ("101% of requests over 30d", 1, "between 0% and 100%"),
            ("99.9% fo requests over 30d", 7, "“of”"),
            ("99.9% of request over 30d", 10, "did you mean “requests”?"),
            ("99.9% of reqeusts over 30d", 10, "did you mean “requests”?"),
            ("99.9% of tiem up over 30d", 10, "did you mean “time”?"),
            ("99.9% of users over 30d", 10, "“requests”, “time” or slices"),
            ("99.9% of 1m slcies over 30d", 13, "did you mean “slices”?"),
            ("99.9% of 1 slices over 30d", 12, "not a unit"),
            ("99.9% of 1x slices over 30d", 11, "not a unit"),
            ("99.9% of 0s slices over 30d", 10, "span of 0"),
            ("99.9% of requests < over 30d", 21, "a limit"),
            ("99.9% of requests << 3ms over 30d", 19, "not a comparison"),
            ("99.9% of requests <300ms ovr 30d", 26, "did you mean “over”?"),
            ("99.9% of requests < 300 ovr 30d", 25, "did you mean “over”?"),
            ("99.9% of requests up over 30d", 19, "did you mean “ok”?"),
            ("99.9% of requests have p99 < 1s over 30d", 19, "only slices"),
            ("99.9% of 1m slices have q99 < 1s over 30d", 25, "did you mean “p99”?"),
            ("99.9% of 1m slices have p101 < 1s over 30d", 25, "“p99”, “mean” or “ratio”"),
            ("99.9% of 1m slices have maen < 1s over 30d", 25, "did you mean “mean”?"),
            ("99.9% of 1m slices have p99 = 1s over 30d", 29, "does not bound"),
            ("99.9% of 1m slices have ratio < 99% over 30d", 31, "“>=”"),
            ("99.9% of 1m slices have ratio >= 0.99 over 30d", 39, "“%”"),
            ("99.9% of requests ok", 21, "“over”"),
            ("99.9% of requests ok over", 26, "a period"),
            ("99.9% of requests ok over 30", 29, "a unit of time"),
            ("99.9% of requests ok over 30dd", 29, "not a unit"),
            ("99.9% of requests ok over mnoth", 27, "did you mean “month”?"),
            ("99.9% of requests ok over 30d roling", 31, "did you mean “rolling”?"),
            ("99.9% of requests ok over 30d rolling please", 39, "“please”"),
            ("99.9% of requests ok over month calendar Europa/Berlin", 42, "time zone"),
            ("99.9% of requests ok over yaer", 27, "did you mean “year”?"),
            ("99.9% of requests ≤ 3ms ovér 30d", 25, "did you mean “over”?"),
        ] {
            let error = text.parse::<Objective>().unwrap_err();
            let shown = error.to_string();
            let at = error.position().unwrap().column.clone().unwrap();
            assert_eq!(at, column.to_string(), "{text}: {shown}");
            assert!(shown.contains(says), "{text}: {shown}");
            let pointed = point_out(text, &error).unwrap();
            assert_eq!(pointed.lines().last().unwrap().chars().count(), column, "{pointed}");
        }
    }

    #[test]
    fn no_text_panics() {
        let valid = "99.95% of 1m slices have p99 < 500ms over 28d rolling";
        for (i, _) in valid.char_indices() {
            let _ = valid[..i].parse::<Objective>();
            let _ = valid[i..].parse::<Objective>();
            for odd in ["%", "é", "-", "1", " ", "\u{0}", "p"] {
                let _ = format!("{}{odd}{}", &valid[..i], &valid[i..]).parse::<Objective>();
            }
        }
    }
}
