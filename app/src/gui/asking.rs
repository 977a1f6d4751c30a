//! A question to a Prometheus server, as it is typed. It names the environment variable of a token, and never holds one.

use std::collections::BTreeMap;

use sre_stats::load::ServerOptions;
use sre_stats::time::{Span, Timestamp};
use sre_stats::{Error, ErrorKind, Result};

use super::derive::Origin;
use super::reading::{Part, Reading};
use crate::cli::server::range;

/// A field of the question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    /// The address of the server.
    Url,
    /// What it is asked, in `PromQL`.
    Query,
    /// How long a range that ends now is.
    Last,
    /// Where a range begins.
    From,
    /// Where it ends.
    Until,
    /// How far apart the points of a range are.
    Step,
    /// The instant.
    At,
    /// The tenant.
    Tenant,
    /// The environment variable of the token.
    Token,
    /// The environment variable of user and password.
    Basic,
}

impl Field {
    /// All fields, in the order of the form.
    pub const ALL: [Self; 10] = [
        Self::Url,
        Self::Query,
        Self::Last,
        Self::From,
        Self::Until,
        Self::Step,
        Self::At,
        Self::Tenant,
        Self::Token,
        Self::Basic,
    ];

    /// What the form calls it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Url => "Address",
            Self::Query => "Query",
            Self::Last => "Last",
            Self::From => "From",
            Self::Until => "Until",
            Self::Step => "Step",
            Self::At => "Instant",
            Self::Tenant => "Tenant",
            Self::Token => "Token variable",
            Self::Basic => "Password variable",
        }
    }

    /// An example of what to write there.
    pub fn hint(self) -> &'static str {
        match self {
            Self::Url => "http://localhost:9090",
            Self::Query => "rate(http_requests_total[5m])",
            Self::Last => "6h",
            Self::From | Self::At => "2026-02-01T00:00:00Z",
            Self::Until => "2026-02-02T00:00:00Z",
            Self::Step => "15s",
            Self::Tenant | Self::Basic => "none",
            Self::Token => ServerOptions::TOKEN_VARIABLE,
        }
    }

    /// What to write there, in a sentence.
    pub fn about(self) -> &'static str {
        match self {
            Self::Url => "The server's address, with the path before /api/v1 where there is one.",
            Self::Query => "What to ask, in PromQL. About the present, x[1h] gives the samples as they were scraped.",
            Self::Last => "How long the range is that ends now.",
            Self::From => "The first instant asked for.",
            Self::Until => "The first instant that is not asked for any more.",
            Self::Step => "How far apart the points are.",
            Self::At => "The instant asked for.",
            Self::Tenant => "Whose metrics, on a server of several tenants: sent as X-Scope-OrgID.",
            Self::Token => {
                "The name of the environment variable that holds a bearer token. The token itself is kept nowhere."
            }
            Self::Basic => {
                "The name of the environment variable that holds user:password, in the place of a token. It is kept nowhere."
            }
        }
    }
}

/// For when the server is asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Asked {
    /// A range that ends now.
    #[default]
    Last,
    /// A range between two instants.
    Between,
    /// The present.
    Now,
    /// Another instant.
    At,
}

impl Asked {
    /// All, in the order of the form.
    pub const ALL: [Self; 4] = [Self::Last, Self::Between, Self::Now, Self::At];

    /// What the form calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Last => "range until now",
            Self::Between => "range between",
            Self::Now => "at present",
            Self::At => "at an instant",
        }
    }

    /// Whether a field belongs to it.
    pub fn has(self, field: Field) -> bool {
        match field {
            Field::Last => self == Self::Last,
            Field::From | Field::Until => self == Self::Between,
            Field::Step => matches!(self, Self::Last | Self::Between),
            Field::At => self == Self::At,
            _ => true,
        }
    }
}

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

#[cfg(all(test, feature = "live"))]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn whole() -> Question {
        Question::default().with(Field::Url, "http://localhost:9090").with(Field::Query, "rate(x[5m])")
    }

    #[test]
    fn a_question_becomes_a_name_and_comes_back() {
        let now = Some(Timestamp(1_769_904_001_000_000_000));
        let origin = whole().with(Field::Tenant, "team a").origin(now).unwrap();
        let name = origin.paths[0].to_str().unwrap();
        // the hour ends with the step that has begun, as `--last` does
        let expected = "prometheus+http://localhost:9090?query=rate(x[5m])&from=2026-01-31T23:00:15Z\
            &until=2026-02-01T00:00:15Z&step=15s&tenant=team%20a";
        assert_eq!(name, expected);
        let back = Question::of(&origin).unwrap();
        assert_eq!((back.get(Field::From), back.get(Field::Step)), ("2026-01-31T23:00:15Z", "15s"));
        assert_eq!(back.origin(None).unwrap().paths, origin.paths);
        let present = Question { when: Asked::Now, ..whole() }.origin(None).unwrap();
        assert_eq!(present.paths[0].to_str(), Some("prometheus+http://localhost:9090?query=rate(x[5m])"));
        assert_eq!(Question::of(&present).unwrap().when, Asked::Now);
        assert!(Question::of(&Origin::files(vec!["a.csv".into()])).is_none());
    }

    #[test]
    fn an_instant_and_what_is_said_of_the_answer_come_back() {
        let name = "prometheus+http://localhost:9090?query=up&at=2026-02-01T00:00:00Z";
        let reading =
            Reading::default().with(Part::Unit, "ms").with(Part::Where, "job=a").with(Part::Tz, "Europe/Berlin");
        let origin = Origin { reading, basic_env: Some("PATH".into()), ..Origin::files(vec![name.into()]) };
        let back = Question::of(&origin).unwrap();
        assert_eq!((back.when, back.get(Field::At)), (Asked::At, "2026-02-01T00:00:00Z"));
        assert!(back.is_whole() && back.asked_for(&origin));
        assert_eq!(back.origin(None).unwrap(), origin);
        assert!(!back.with(Field::At, " ").is_whole());
        // a range that is said of an address without one
        let ranged =
            origin.reading.clone().with(Part::From, "2026-02-01T00:00:00Z").with(Part::To, "2026-02-02T00:00:00Z");
        let files = Origin::files(vec!["prometheus+http://localhost:9090?query=up".into()]);
        let said = Origin { reading: ranged.with(Part::Step, "1m"), basic_env: origin.basic_env.clone(), ..files };
        let asked = Question::of(&said).unwrap();
        assert_eq!((asked.when, asked.get(Field::Step)), (Asked::Between, "1m"));
        let expected =
            "prometheus+http://localhost:9090?query=up&from=2026-02-01T00:00:00Z&until=2026-02-02T00:00:00Z&step=1m";
        let again = asked.origin(None).unwrap();
        assert_eq!((again.paths[0].to_str(), &again.reading), (Some(expected), &origin.reading));
    }

    #[test]
    fn half_a_range_is_not_wrong_yet() {
        let between = Question { when: Asked::Between, ..whole() };
        for half in [
            between.clone().with(Field::Until, "2026-02-02T00:00:00Z"),
            between.with(Field::From, "2026-02-02T00:00:00Z"),
        ] {
            assert!(Field::ALL.iter().all(|f| half.wrong(*f).is_none()), "{half:?}");
            assert!(!half.is_whole() && half.origin(None).is_err());
            assert!(half.with(Field::Step, "0").wrong(Field::Step).unwrap().contains("no time at all"));
        }
    }

    #[test]
    fn the_form_names_no_flags() {
        // every text of the modules that ask a server
        let sources = [
            include_str!("../../../stats/src/load/live/query.rs"),
            include_str!("../../../stats/src/load/live/refusal.rs"),
            include_str!("../../../stats/src/load/live/client.rs"),
            include_str!("../../../stats/src/load/live/fetch.rs"),
            include_str!("../../../stats/src/load/live/secret.rs"),
        ];
        let texts = sources.iter().flat_map(|source| source.split("#[cfg(test)]").next().unwrap().split('"').skip(1));
        let hints: Vec<&str> = texts.filter(|text| text.contains("--") && !text.contains('\n')).collect();
        assert!(hints.len() >= 8, "{hints:?}");
        for hint in hints {
            let said = whole().refused(&Error::argument("x").hint(hint)).wrong(Field::Query).unwrap();
            assert!(!said.contains("--"), "{said}");
        }
        let address = whole().with(Field::Url, "http://me:s3cr3t@h").wrong(Field::Url).unwrap();
        assert!(address.contains("name that with “Password variable”") && !address.contains("s3cr3t"), "{address}");
        let both = whole().with(Field::Token, "PATH").with(Field::Basic, "PATH");
        assert!(both.wrong(Field::Basic).unwrap().contains("at once") && both.wrong(Field::Token).is_none());
        assert_eq!(
            whole().with(Field::Basic, "PATH").origin(Some(Timestamp(0))).unwrap().basic_env.as_deref(),
            Some("PATH")
        );
    }

    #[test]
    fn what_is_wrong_is_told_at_its_field() {
        assert!(whole().is_whole() && !Question::default().is_whole());
        for (field, text, says) in [
            (Field::Url, "localhost:9090", "http://"),
            (Field::Url, "http://h/?x=1", "neither ? nor #"),
            (Field::Last, "an hour", "not a duration"),
            (Field::Last, "0", "no time at all"),
            (Field::Step, "-5s", "not a duration"),
            (Field::Step, "1500us", "milliseconds"),
            (Field::Token, "SRE_STATS_NO_SUCH_VARIABLE", "is set"),
            (Field::Token, "eyJh.s3cr3t", "no name"),
        ] {
            let asked = whole().with(field, text);
            let wrong = asked.wrong(field).unwrap_or_default();
            assert!(wrong.contains(says) && !wrong.contains("s3cr3t"), "{field:?} {text}: {wrong}");
            assert!(!asked.is_whole() && asked.origin(Some(Timestamp(0))).is_err());
            assert!(Field::ALL.iter().all(|f| *f == field || asked.wrong(*f).is_none()), "{text}");
        }
        let between = Question { when: Asked::Between, ..whole() };
        assert!(!between.is_whole());
        let turned = between.with(Field::From, "2026-02-01T00:00:00Z").with(Field::Until, "2026-01-01T00:00:00Z");
        assert!(turned.wrong(Field::Until).unwrap().contains("not after"));
        assert!(turned.with(Field::Until, "2026-03-01T00:00:00Z").is_whole());
        let long = whole().with(Field::Last, "52w").with(Field::Step, "1ms");
        assert!(long.wrong(Field::Step).unwrap().contains("requests"), "{long:?}");
    }

    #[test]
    fn a_refusal_stands_until_something_else_is_typed() {
        let refused = whole().refused(&Error::argument("parse error at 1:3"));
        assert!(refused.wrong(Field::Query).unwrap().contains("1:3") && refused.is_whole());
        assert_eq!(refused.with(Field::Query, "up").wrong(Field::Query), None);
        let gone = whole().refused(&Error::new(ErrorKind::Io, "nobody answers"));
        assert!(gone.wrong(Field::Url).is_some() && gone.wrong(Field::Query).is_none());
    }
}
