//! The text of a rule: `14.4x over 1h and 5m [for 2m] [page | ticket]`; every error names the character where it stops making
//! sense.

use std::str::FromStr;

use super::rule::{BurnRateRule, Severity};
use crate::error::{Error, Position, Result};
use crate::slo::spelling::nearest;
use crate::slo::tokens::{Kind, Token, tokens};
use crate::time::Span;

const EXAMPLE: &str = "14.4x over 1h and 5m page";

struct Parser<'a> {
    text: &'a str,
    tokens: Vec<Token<'a>>,
    next: usize,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<Token<'a>> {
        self.tokens.get(self.next).copied()
    }

    fn take(&mut self, words: &[&str]) -> bool {
        let found = self.peek().is_some_and(|t| words.iter().any(|w| t.text.eq_ignore_ascii_case(w)));
        self.next += usize::from(found);
        found
    }

    fn error_at(&self, byte: usize, message: impl Into<String>) -> Error {
        let column = self.text.get(..byte).map_or(0, |before| before.chars().count()) + 1;
        Error::parse(message).at(Position::default().at_column(column.to_string()))
    }

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

    /// `14.4x`, or the number alone.
    fn factor(&mut self) -> Result<f64> {
        let Some(token) = self.peek().filter(|t| t.kind == Kind::Number) else {
            return Err(self.expected("a burn rate such as 14.4x", &[]));
        };
        let value: f64 = token.text.parse().map_err(|_| {
            self.error_at(token.at, format!("“{}” is not a number", token.text)).hint("write it like 14.4x")
        })?;
        if !(value.is_finite() && value > 0.0) {
            return Err(self
                .error_at(token.at, format!("a burn rate of {} means nothing", token.text))
                .hint("give a factor of more than 0, such as 14.4x"));
        }
        self.next += 1;
        self.take(&["x", "×"]);
        Ok(value)
    }

    /// `90s`, `1h30m`, with the byte where it begins.
    fn span(&mut self, what: &str) -> Result<(usize, Span)> {
        let Some(first) = self.peek().filter(|t| t.kind == Kind::Number) else {
            return Err(self.expected(what, &[]));
        };
        let mut text = String::new();
        while let Some(number) = self.peek().filter(|t| t.kind == Kind::Number) {
            self.next += 1;
            let Some(unit) = self.peek().filter(|t| t.kind == Kind::Word) else {
                return Err(self.expected(&format!("a unit of time after {}", number.text), &[]));
            };
            self.next += 1;
            let part = format!("{}{}", number.text, unit.text);
            part.parse::<Span>().map_err(|e| {
                let at = if number.text.parse::<f64>().is_err() { number.at } else { unit.at };
                self.error_at(at, e.message()).hint("write it like 1h, 5m or 3d")
            })?;
            text.push_str(&part);
        }
        let span: Span = text.parse().map_err(|e: Error| self.error_at(first.at, e.message()))?;
        if span.0 > 0 {
            Ok((first.at, span))
        } else {
            Err(self.error_at(first.at, "a window of 0 holds nothing").hint("give one such as 5m"))
        }
    }

    fn rule(mut self) -> Result<BurnRateRule> {
        let factor = self.factor()?;
        if !self.take(&["over"]) {
            return Err(self.expected("“over” after the burn rate", &["over"]));
        }
        let (_, long) = self.span("a long window such as 1h")?;
        if !self.take(&["and"]) {
            return Err(self.expected("“and” between the windows", &["and"]));
        }
        let (at, short) = self.span("a short window such as 5m")?;
        if short > long {
            return Err(self
                .error_at(at, format!("the short window, {short}, is longer than the long one, {long}"))
                .hint("the long window comes first, as in “1h and 5m”"));
        }
        let hold = if self.take(&["for"]) { self.span("a span such as 2m")?.1 } else { Span::ZERO };
        let severity = if self.take(&["page"]) {
            Severity::Page
        } else if self.take(&["ticket"]) {
            Severity::Ticket
        } else if self.peek().is_some() {
            return Err(self.expected("“page”, “ticket”, “for” or the end", &["page", "ticket", "for"]));
        } else {
            Severity::Page
        };
        if self.peek().is_some() {
            return Err(self.expected("the end", &[]));
        }
        Ok(BurnRateRule { factor, long, short, hold, severity })
    }
}

impl FromStr for BurnRateRule {
    type Err = Error;
    /// Reads the text of a rule; without a severity it pages. The error's column is the number of the character where the text
    /// stops making sense; [`point_out`](crate::slo::point_out) draws a caret there.
    fn from_str(text: &str) -> Result<Self> {
        Parser { text, tokens: tokens(text), next: 0 }.rule()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::slo::point_out;

    #[test]
    fn rules_read_back_from_their_text() {
        for text in [
            "14.4x over 1h and 5m page",
            "1x over 3d and 6h ticket",
            "13.44x over 1h30m and 7m30s for 2m page",
            "0.5x over 250ms and 250ms page",
        ] {
            let rule: BurnRateRule = text.parse().unwrap();
            assert_eq!(rule.to_string(), text);
        }
        let loose: BurnRateRule = " 6 × OVER 6 h and 30 m ".parse().unwrap();
        assert_eq!(loose.to_string(), "6x over 6h and 30m page");
        assert_eq!("6x over 1h and 5m for 90s ticket".parse::<BurnRateRule>().unwrap().hold, Span::from_secs(90));
    }

    #[test]
    fn errors_point_at_the_word() {
        for (text, column, says) in [
            ("", 1, "a burn rate"),
            ("fast over 1h and 5m", 1, "a burn rate"),
            ("0x over 1h and 5m", 1, "means nothing"),
            ("1..4x over 1h and 5m", 1, "not a number"),
            ("14.4x ovr 1h and 5m", 7, "did you mean “over”"),
            ("14.4x over 1 and 5m", 14, "not a unit"),
            ("14.4x over 1h an 5m", 15, "did you mean “and”"),
            ("14.4x over 5m and 1h", 19, "longer than the long one"),
            ("14.4x over 0m and 5m", 12, "holds nothing"),
            ("14.4x over 1h and 5m pgae", 22, "did you mean “page”"),
            ("14.4x over 1h and 5m page now", 27, "the end"),
            ("14.4x over 1h and 5m for page", 26, "a span"),
            ("14.4x over 1h", 14, "“and”"),
        ] {
            let error = text.parse::<BurnRateRule>().unwrap_err();
            let found: usize = error.position().unwrap().column.as_deref().unwrap().parse().unwrap();
            assert_eq!(found, column, "{text}: {error}");
            assert!(error.to_string().contains(says), "{text}: {error}");
            assert!(point_out(text, &error).is_some());
        }
    }
}
