//! The four documents that an alert must bring along.

use crate::error::{Error, Result};

/// The headings, in order.
const HEADINGS: [&str; 4] = ["Explanation", "Business impact", "Remediation", "Escalation"];

/// Words that stand where a text should.
const PLACEHOLDERS: [&str; 8] = ["todo", "tbd", "fixme", "n/a", "na", "none", "xxx", "lorem ipsum"];

/// What whoever is called needs to know: none of the four may be missing or blank.
///
/// They are read from Markdown with four headings of any level, in any order:
///
/// ```
/// use sre_stats::slo::rules::Documents;
/// let text = "\
/// ## Explanation
/// Customers see failing checkouts.
/// ## Business impact
/// About 300 € of orders a minute.
/// ## Remediation
/// Roll back the last deploy: `deploy undo checkout`.
/// ## Escalation
/// After 15 min call the payments lead.
/// ";
/// let documents = Documents::from_markdown(text)?;
/// assert!(documents.remediation.starts_with("Roll back"));
/// let error = Documents::from_markdown("# Explanation\nx\n# Remediation\nTODO").unwrap_err().to_string();
/// assert!(error.contains("“Business impact”") && error.contains("“Remediation”") && error.contains("“Escalation”"));
/// # Ok::<(), sre_stats::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Documents {
    /// What the alert means, for whoever reads it half asleep.
    pub explanation: String,
    /// What it costs the business while it lasts.
    pub impact: String,
    /// What to do.
    pub remediation: String,
    /// Whom to call when that does not help.
    pub escalation: String,
}

impl Documents {
    /// Documents from their texts.
    ///
    /// # Errors
    /// [`Argument`](crate::ErrorKind::Argument) where any of them is blank or a placeholder such as “TODO”; it names all that are.
    pub fn new(explanation: &str, impact: &str, remediation: &str, escalation: &str) -> Result<Self> {
        Self::of([explanation, impact, remediation, escalation].map(|t| Some(t.to_owned())))
    }

    /// Reads the four documents from Markdown: the text below the headings “Explanation”, “Business impact” (or “Impact”),
    /// “Remediation” and “Escalation”, whatever their level and case, up to the next heading of the same or a higher level. Deeper
    /// headings belong to the text; other sections are ignored; comments are no text.
    ///
    /// # Errors
    /// [`Argument`](crate::ErrorKind::Argument) where one is missing, blank or a placeholder, naming all that are;
    /// [`Parse`](crate::ErrorKind::Parse) where a heading is there twice.
    pub fn from_markdown(text: &str) -> Result<Self> {
        let mut found: [Option<String>; 4] = [const { None }; 4];
        let mut current: Option<(usize, usize)> = None;
        let mut fenced = false;
        for (number, line) in without_comments(text).lines().enumerate() {
            let trimmed = line.trim_start();
            if trimmed.starts_with("```") || trimmed.starts_with("~~~") {
                fenced = !fenced;
            }
            if let Some((level, title)) = heading(line).filter(|_| !fenced) {
                if let Some(which) = document(title) {
                    if found[which].is_some() {
                        return Err(Error::parse(format!("the heading “{}” is there twice", HEADINGS[which]))
                            .at(crate::error::Position::default().at_line(number as u64 + 1)));
                    }
                    found[which] = Some(String::new());
                    current = Some((which, level));
                    continue;
                }
                if current.is_some_and(|(_, own)| level <= own) {
                    current = None;
                }
            }
            if let Some((which, _)) = current
                && let Some(text) = &mut found[which]
            {
                text.push_str(line);
                text.push('\n');
            }
        }
        Self::of(found)
    }

    fn of(texts: [Option<String>; 4]) -> Result<Self> {
        let mut wrong = Vec::new();
        for (text, name) in texts.iter().zip(HEADINGS) {
            match text {
                None => wrong.push(format!("“{name}” is missing")),
                Some(text) if is_blank(text) => wrong.push(format!("“{name}” is blank")),
                Some(_) => {}
            }
        }
        if !wrong.is_empty() {
            return Err(Error::argument(format!("an alert needs its four documents, and {}", wrong.join(", "))).hint(
                "write Markdown with the headings Explanation, Business impact, Remediation and Escalation, and a text below each",
            ));
        }
        let [explanation, impact, remediation, escalation] = texts.map(|t| t.unwrap_or_default().trim().to_owned());
        Ok(Self { explanation, impact, remediation, escalation })
    }
}

/// Whether a text says nothing.
fn is_blank(text: &str) -> bool {
    let bare = text.trim().trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    bare.is_empty() || PLACEHOLDERS.contains(&bare.as_str())
}

/// The level and title of a heading line.
fn heading(line: &str) -> Option<(usize, &str)> {
    let hashes = line.bytes().take_while(|b| *b == b'#').count();
    let rest = line.get(hashes..)?;
    let sound = (1..=6).contains(&hashes) && rest.starts_with([' ', '\t']);
    sound.then(|| (hashes, rest.trim().trim_end_matches('#').trim_end_matches([':', ' '])))
}

/// Which document a heading names.
fn document(title: &str) -> Option<usize> {
    let title = title.to_lowercase();
    if title == "impact" {
        return Some(1);
    }
    HEADINGS.iter().position(|h| h.to_lowercase() == title)
}

/// The text without `<!-- … -->`, its lines kept.
fn without_comments(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("<!--") {
        out.push_str(&rest[..at]);
        let (comment, after) = match rest[at..].find("-->") {
            Some(end) => rest[at..].split_at(end + 3),
            None => (&rest[at..], ""),
        };
        out.extend(comment.chars().filter(|c| *c == '\n'));
        rest = after;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const GOOD: &str = "# Checkout\nfor the on-call\n\n## explanation:\nIt fails.\n\n### More\n```\n# Remediation\n```\n\n\
                        ## IMPACT\n300 € a minute\n## Remediation ##\n1. look\n2. roll back\n## Other\nno\n## Escalation\nAsk Ann.\n";

    #[test]
    fn four_headings_are_found_in_any_dress() {
        let documents = Documents::from_markdown(GOOD).unwrap();
        assert_eq!(documents.explanation, "It fails.\n\n### More\n```\n# Remediation\n```");
        assert_eq!(documents.impact, "300 € a minute");
        assert_eq!(documents.remediation, "1. look\n2. roll back");
        assert_eq!(documents.escalation, "Ask Ann.");
    }

    #[test]
    fn whatever_is_missing_or_blank_is_named() {
        let error = |text: &str| Documents::from_markdown(text).unwrap_err().to_string();
        let empty = error("");
        for name in HEADINGS {
            assert!(empty.contains(&format!("“{name}” is missing")), "{empty}");
        }
        for blank in ["", "  \n\t", "<!-- write me -->", "TODO", "**tbd**", "- ", "…", "N/A."] {
            let text = GOOD.replace("300 € a minute", blank);
            let error = error(&text);
            assert!(
                error.contains("“Business impact” is blank") && !error.contains("“Remediation”"),
                "{blank}: {error}"
            );
        }
        assert!(error(&GOOD.replace("## Escalation", "## Escalating")).contains("“Escalation” is missing"));
        assert!(error(&format!("{GOOD}# Escalation\nagain")).contains("twice"));
        assert!(Documents::new("a", " ", "c", "d").unwrap_err().to_string().contains("“Business impact” is blank"));
        assert!(Documents::new("a", "b", "c", "d").is_ok());
        // a comment that never ends hides what follows
        assert!(error(&GOOD.replace("Ask", "<!-- Ask")).contains("“Escalation” is blank"));
    }
}
