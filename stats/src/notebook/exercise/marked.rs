//! What a checker says of an answer.

use std::fmt;

use crate::report::{Block, Section, Standing};

/// A checked answer: right or not, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Marked {
    /// Whether the answer is right.
    pub right: bool,
    /// What makes it right, or where it went wrong.
    pub why: String,
}

impl Marked {
    /// A right answer, with what makes it so.
    pub fn right(why: impl Into<String>) -> Self {
        Self { right: true, why: why.into() }
    }

    /// An answer that is not right yet, with a hint.
    pub fn wrong(why: impl Into<String>) -> Self {
        Self { right: false, why: why.into() }
    }

    /// The answer as a section, as reports and notebooks show it.
    pub fn section(&self) -> Section {
        let standing = if self.right { Standing::Good } else { Standing::Bad };
        Section::new("").with(Block::Verdict { standing, text: self.sentence(), evidence: Vec::new() })
    }

    fn sentence(&self) -> String {
        format!("{} {}", if self.right { "Right." } else { "Not yet." }, self.why)
    }
}

impl fmt::Display for Marked {
    /// As `✓ Right. …` or `✗ Not yet. …`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", if self.right { '✓' } else { '✗' }, self.sentence())
    }
}

/// Whether an answer by hand agrees with an exact number: within half a percent, which leaves room for rounding.
pub fn close(answer: f64, exact: f64) -> bool {
    (answer - exact).abs() <= 0.005 * exact.abs()
}

/// The right answer passes, each planted mistake is found and told by its own words, and no hint has the answer in it.
#[cfg(test)]
pub(super) fn check(right: &Marked, mistakes: &[(Marked, &str)], secrets: &[&str]) {
    assert!(right.right, "{right}");
    for (marked, words) in mistakes {
        assert!(!marked.right && marked.why.contains(words), "{marked} lacks “{words}”");
        for secret in secrets {
            assert!(!marked.why.contains(secret), "{marked} gives “{secret}” away");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_may_be_rounded_and_not_more() {
        assert!(close(43.2, 43.2) && close(12.05, 12.0) && close(0.0, 0.0));
        assert!(!close(12.1, 12.0) && !close(0.001, 0.0) && !close(f64::NAN, 1.0) && !close(-12.0, 12.0));
    }

    #[test]
    fn a_mark_says_which_it_is() {
        assert_eq!(Marked::right("So it is.").to_string(), "✓ Right. So it is.");
        assert_eq!(Marked::wrong("Count again.").to_string(), "✗ Not yet. Count again.");
    }
}
