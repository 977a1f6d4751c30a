//! A question to a Prometheus server, as it is typed. It names the environment variable of a token, and never holds one.

mod form;
#[cfg(all(test, feature = "live"))]
mod tests;

use std::collections::BTreeMap;

use sre_stats::load::ServerOptions;
use sre_stats::time::{Span, Timestamp};
use sre_stats::{Error, ErrorKind, Result};

pub use form::{Asked, Field};

use super::derive::Origin;
use super::reading::{Part, Reading};
use crate::cli::server::range;

/// The question as it is typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    texts: BTreeMap<Field, String>,
    /// For when.
    pub when: Asked,
    /// What the server refused, and where that is shown.
    refused: Option<(Field, String)>,
    /// Whether it was just opened, and takes the keyboard.
    pub fresh: bool,
    /// What is said of the answer.
    pub reading: Reading,
    /// What was asked by it last.
    asked: Option<Origin>,
    /// Whether something was typed since a document was opened.
    pub typed: bool,
}

impl Default for Question {
    fn default() -> Self {
        let texts = [(Field::Last, "1h"), (Field::Step, "15s")].map(|(field, text)| (field, text.to_owned())).into();
        Self {
            texts,
            when: Asked::default(),
            refused: None,
            fresh: true,
            reading: Reading::default(),
            asked: None,
            typed: false,
        }
    }
}

impl Question {
    /// The text of a field.
    pub fn get(&self, field: Field) -> &str {
        self.texts.get(&field).map_or("", String::as_str)
    }

    /// Types into a field; what was refused before is forgotten.
    pub fn set(&mut self, field: Field, text: impl Into<String>) {
        self.texts.insert(field, text.into());
        self.refused = None;
    }

    /// The same with one field typed.
    #[must_use]
    pub fn with(mut self, field: Field, text: impl Into<String>) -> Self {
        self.set(field, text);
        self
    }

    fn trimmed(&self, field: Field) -> &str {
        self.get(field).trim()
    }

    fn needed(&self, field: Field) -> bool {
        self.when.has(field) && !matches!(field, Field::Tenant | Field::Token | Field::Basic)
    }

    fn is_missing(&self, field: Field) -> bool {
        self.needed(field) && self.trimmed(field).is_empty()
    }

    /// Whether another text stands in a field than in that one, or another time is chosen.
    pub fn says_else_than(&self, other: &Self) -> bool {
        self.when != other.when || Field::ALL.into_iter().any(|f| self.get(f) != other.get(f))
    }

    /// Whether it asked for the data that came from there.
    pub fn asked_for(&self, origin: &Origin) -> bool {
        self.asked.as_ref().is_some_and(|asked| asked.is_same(origin))
    }

    /// Whether everything that is needed was typed, and nothing is wrong.
    pub fn is_whole(&self) -> bool {
        Field::ALL.into_iter().all(|f| !self.is_missing(f) && self.mistyped(f).is_none())
    }

    /// What is wrong with a field: what cannot be read, and what the server refused.
    pub fn wrong(&self, field: Field) -> Option<String> {
        let refused = self.refused.as_ref().filter(|r| r.0 == field).map(|r| r.1.clone());
        self.mistyped(field).or(refused)
    }

    /// What cannot be read; a blank field is not wrong yet.
    fn mistyped(&self, field: Field) -> Option<String> {
        let text = self.trimmed(field);
        if text.is_empty() || !self.when.has(field) {
            return None;
        }
        let checked = match field {
            Field::Query | Field::Tenant => Ok(()),
            Field::Url => prometheus::check_address(text),
            Field::Last => positive(text),
            Field::From | Field::At => text.parse::<Timestamp>().map(|_| ()),
            // what is wrong with the beginning is told there
            Field::Until if self.is_missing(Field::From) || self.mistyped(Field::From).is_some() => {
                text.parse::<Timestamp>().map(|_| ())
            }
            Field::Until => self.between().map(|_| ()),
            // what is wrong with the range itself is told there, and of a range without an end nothing is known yet
            Field::Step
                if [Field::Last, Field::From, Field::Until]
                    .iter()
                    .any(|f| self.is_missing(*f) || self.mistyped(*f).is_some()) =>
            {
                positive(text)
            }
            Field::Step => positive(text).and_then(|()| prometheus::check_range(self)),
            Field::Token => set(text, "token"),
            Field::Basic if !self.trimmed(Field::Token).is_empty() => {
                Err(Error::argument("a token and a password at once").hint("leave one of them blank"))
            }
            Field::Basic => set(text, "user:password"),
        };
        checked.err().map(|e| in_the_form(&e.to_string()))
    }

    /// The two instants, in order.
    fn between(&self) -> Result<(Timestamp, Timestamp)> {
        let from: Timestamp = self.trimmed(Field::From).parse()?;
        let until: Timestamp = self.trimmed(Field::Until).parse()?;
        if until <= from {
            return Err(Error::argument(format!("{until} is not after the beginning")).hint("let it end later"));
        }
        Ok((from, until))
    }

    /// The range, and its step; `None` for an instant.
    fn range(&self, now: Option<Timestamp>) -> Result<Option<(Timestamp, Timestamp, Span)>> {
        if matches!(self.when, Asked::Now | Asked::At) {
            return Ok(None);
        }
        let step: Span = self.trimmed(Field::Step).parse()?;
        let (from, until) = if self.when == Asked::Last {
            let now = now.ok_or_else(|| Error::unsupported("this machine's clock tells no time"))?;
            let none = || Error::argument("a step of nothing leads nowhere").hint("give one such as 15s");
            range(self.trimmed(Field::Last).parse()?, step, now).ok_or_else(none)?
        } else {
            self.between()?
        };
        Ok(Some((from, until, step)))
    }

    /// Where the answer comes from: a name that files, sessions and the command line take, too. The token is not in it.
    ///
    /// # Errors
    /// Where a field cannot be read.
    pub fn origin(&self, now: Option<Timestamp>) -> Result<Origin> {
        if let Some(wrong) = Field::ALL.into_iter().find_map(|f| self.mistyped(f)) {
            return Err(Error::argument(wrong));
        }
        let name = prometheus::name(self, self.range(now)?)?;
        let named = |field| Some(self.trimmed(field)).filter(|name| !name.is_empty()).map(str::to_owned);
        Ok(Origin {
            reading: self.reading.clone(),
            token_env: named(Field::Token),
            basic_env: named(Field::Basic),
            ..Origin::files(vec![name.into()])
        })
    }

    /// The same after it asked for that.
    #[must_use]
    pub fn after(self, origin: &Origin) -> Self {
        Self { asked: Some(origin.clone()), ..self }
    }

    /// The question that a name asks, for asking it again a little differently.
    pub fn of(origin: &Origin) -> Option<Self> {
        let [name] = origin.paths.as_slice() else { return None };
        let mut asked = prometheus::read(name)?;
        let mut reading = origin.reading.clone();
        // an address without a time of its own is asked for the range that is said of it
        if asked.when == Asked::Now && !reading.get(Part::From).is_empty() {
            asked.when = Asked::Between;
            for (part, field) in [(Part::From, Field::From), (Part::To, Field::Until), (Part::Step, Field::Step)] {
                asked.set(field, reading.get(part).to_owned());
                reading.set(part, "");
            }
        }
        let asked = asked
            .with(Field::Token, origin.token_env.clone().unwrap_or_default())
            .with(Field::Basic, origin.basic_env.clone().unwrap_or_default());
        Some(Self { reading, ..asked }.after(origin))
    }

    /// The same as it is opened once more.
    #[must_use]
    pub fn again(self) -> Self {
        Self { fresh: true, ..self }
    }

    /// The same with what the server said beside the field that is to blame.
    #[must_use]
    pub fn refused(mut self, why: &Error) -> Self {
        let field = match why.kind() {
            ErrorKind::Argument | ErrorKind::Empty | ErrorKind::Mismatch => Field::Query,
            _ => Field::Url,
        };
        self.refused = Some((field, in_the_form(&why.to_string())));
        self.fresh = true;
        self.typed = true;
        self
    }

    /// What is sent to the server to say who asks, and the variable that holds it, if any: what is named, else the token that
    /// programs of this name use.
    pub fn secret(&self) -> Option<(&'static str, String)> {
        let named = |what, field| Some((what, self.trimmed(field).to_owned())).filter(|n| !n.1.is_empty());
        let usual = || ServerOptions::from_environment().token_env.map(|name| ("token", name));
        named("token", Field::Token).or_else(|| named("password", Field::Basic)).or_else(usual)
    }
}

/// What hints that are meant for the command line say in a window: the form's fields for their flags, and nothing of flags that
/// have no field.
fn in_the_form(said: &str) -> String {
    const WORDS: [(&str, &str); 11] = [
        ("ask for less a request with --page-points, for a longer", "ask for a longer"),
        ("ask for less a request with --page-points, or", "ask for a shorter range, or"),
        (
            "wait longer with --timeout, or ask for less with --page-points",
            "ask for a shorter range, or for fewer series",
        ),
        ("or for less with --page-points", "or for a shorter range"),
        ("give --timeout such as 2m", "ask again"),
        ("give --page-points a number such as 10000", "ask again"),
        ("say --from, --to and --step (of convert: --until), or none of them for the present", "choose a time"),
        ("--token-env", "“Token variable”"),
        ("--basic-env", "“Password variable”"),
        ("--tenant", "“Tenant”"),
        ("--step", "“Step”"),
    ];
    WORDS.iter().fold(said.to_owned(), |text, (flags, words)| text.replace(flags, words))
}

fn positive(text: &str) -> Result<()> {
    let span: Span = text.parse()?;
    if span.0 > 0 {
        Ok(())
    } else {
        Err(Error::argument(format!("“{text}” is no time at all")).hint("give one such as 15s"))
    }
}

fn set(variable: &str, what: &str) -> Result<()> {
    // what is no name may be the secret itself: it is not repeated
    if !variable.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        || variable.starts_with(|c: char| c.is_ascii_digit())
    {
        return Err(Error::argument("this is no name of an environment variable")
            .hint(format!("export the {what} under a name, and give that name")));
    }
    match std::env::var_os(variable) {
        Some(value) if !value.is_empty() => Ok(()),
        _ => Err(Error::argument("no environment variable of this name is set")
            .hint("export it before the program is started, or leave this blank")),
    }
}

#[cfg(feature = "live")]
mod prometheus {
    use std::path::Path;

    use super::{Asked, Field, PrometheusRange, Question, Result, Span, Timestamp};
    use sre_stats::load::{PrometheusQuery, ServerOptions, When};

    pub(super) fn check_address(url: &str) -> Result<()> {
        PrometheusQuery::new(url, "up").check_address()
    }

    fn query(question: &Question, range: PrometheusRange) -> PrometheusQuery {
        let asked = PrometheusQuery::new(question.trimmed(Field::Url), question.trimmed(Field::Query));
        let tenant = question.trimmed(Field::Tenant);
        let asked = PrometheusQuery { tenant: (!tenant.is_empty()).then(|| tenant.to_owned()), ..asked };
        match range {
            Some((from, until, step)) => asked.over(from, until, step),
            None => asked,
        }
    }

    pub(super) fn check_range(question: &Question) -> Result<()> {
        // how many points there are does not depend on where they lie; what else is wrong is told at its own field
        let day = Timestamp(i64::MAX / 2 / Span::DAY.0 * Span::DAY.0);
        match question.range(Some(day)) {
            Ok(range) => query(question, range).check_range(ServerOptions::default().page_points),
            Err(_) => Ok(()),
        }
    }

    pub(super) fn name(question: &Question, range: PrometheusRange) -> Result<String> {
        let mut asked = query(question, range);
        if question.when == Asked::At {
            asked.when = When::Instant(Some(question.trimmed(Field::At).parse()?));
        }
        let name = asked.to_string();
        // a query that is blank, say, is told before a server is asked
        name.parse::<PrometheusQuery>()?;
        Ok(name)
    }

    pub(super) fn read(name: &Path) -> Option<Question> {
        let asked: PrometheusQuery = name.to_str()?.parse().ok()?;
        let question = Question::default()
            .with(Field::Url, asked.url)
            .with(Field::Query, asked.query)
            .with(Field::Tenant, asked.tenant.unwrap_or_default());
        Some(match asked.when {
            When::Instant(None) => Question { when: Asked::Now, ..question },
            When::Instant(Some(at)) => Question { when: Asked::At, ..question }.with(Field::At, at.to_string()),
            When::Range { from, until, step } => Question { when: Asked::Between, ..question }
                .with(Field::From, from.to_string())
                .with(Field::Until, until.to_string())
                .with(Field::Step, step.compact()),
        })
    }
}

/// A range with its step, or the present.
type PrometheusRange = Option<(Timestamp, Timestamp, Span)>;

#[cfg(not(feature = "live"))]
mod prometheus {
    use std::path::Path;

    use super::{Error, PrometheusRange, Question, Result};

    fn missing<T>() -> Result<T> {
        Err(Error::unsupported("this build asks no server").hint("build it with the feature `live`"))
    }

    pub(super) fn check_address(_: &str) -> Result<()> {
        missing()
    }

    pub(super) fn check_range(_: &Question) -> Result<()> {
        missing()
    }

    pub(super) fn name(_: &Question, _: PrometheusRange) -> Result<String> {
        missing()
    }

    pub(super) fn read(_: &Path) -> Option<Question> {
        None
    }
}
