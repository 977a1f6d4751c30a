//! What a server is asked, and how a range is cut into pages.

use std::fmt;
use std::str::FromStr;

use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};
use reqwest::Url;

use crate::error::{Error, Result};
use crate::load::options::LoadOptions;
use crate::load::server;
use crate::time::{Span, Timestamp};

const MS: i64 = 1_000_000;
/// A range of more pages than this is a slip of somebody who wrote the year wrong.
const MOST_PAGES: u64 = 10_000;
/// What is written as %XX in a name: what would end a value or the name, and what a shell or a reader trips over.
const ENCODED: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'#').add(b'%').add(b'&').add(b'\'').add(b'<').add(b'>');

/// What a Prometheus server is asked: the address, the query, and for when. It holds no credentials.
///
/// Its text, and what serde makes of it, is a name that [`load`](crate::load::load) takes in the place of a file's. In such a name `&`, `#`
/// and `%` within the query are written `%26`, `%23` and `%25`; `+` stands for itself.
///
/// ```
/// use sre_stats::load::{PrometheusQuery, When};
/// let name = "prometheus+https://metrics.example/prometheus?query=rate(x[5m]) + 1\
///     &from=2026-02-01T00:00:00Z&until=2026-02-01T06:00:00Z&step=15s";
/// let asked: PrometheusQuery = name.parse()?;
/// assert_eq!((asked.url.as_str(), asked.query.as_str()), ("https://metrics.example/prometheus", "rate(x[5m]) + 1"));
/// assert!(matches!(asked.when, When::Range { .. }));
/// assert_eq!(asked.to_string().parse::<PrometheusQuery>()?, asked);
/// # Ok::<(), sre_stats::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct PrometheusQuery {
    /// The address, with the path before `/api/v1` where there is one.
    pub url: String,
    /// The query, in `PromQL`.
    pub query: String,
    /// For when.
    pub when: When,
    /// Whose metrics, on a server of several tenants: sent as `X-Scope-OrgID`.
    pub tenant: Option<String>,
}

/// For when a server is asked. Prometheus counts in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// At one instant, or now by the server's clock: `query`. A range selector such as `x[1h]` gives the samples as they were scraped.
    Instant(Option<Timestamp>),
    /// At `from`, `from + step`, … and before `until`: `query_range`. Prometheus itself calls the last of these instants the end.
    Range {
        /// The first instant.
        from: Timestamp,
        /// The first instant that is not asked for.
        until: Timestamp,
        /// The distance of instants.
        step: Span,
    },
}

/// A part of a range: its first and last instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) first: Timestamp,
    pub(super) last: Timestamp,
}

impl PrometheusQuery {
    /// A query about now.
    pub fn new(url: impl Into<String>, query: impl Into<String>) -> Self {
        Self { url: url.into(), query: query.into(), when: When::Instant(None), tenant: None }
    }

    /// The same query over a range.
    #[must_use]
    pub fn over(mut self, from: Timestamp, until: Timestamp, step: Span) -> Self {
        self.when = When::Range { from, until, step };
        self
    }

    /// The query with the range of the options where it has no time of its own.
    pub(crate) fn within(mut self, options: &LoadOptions) -> Result<Self> {
        if self.when != When::Instant(None) {
            return Ok(self);
        }
        let missing = |what: &str| {
            Error::argument(format!("the range to ask for has no {what}"))
                .in_file(&self.url)
                .hint("say --from, --to and --step (of convert: --until), or none of them for the present")
        };
        self.when = match (options.from, options.to, options.step) {
            (None, None, None) => When::Instant(None),
            (Some(from), Some(until), Some(step)) => When::Range { from, until, step },
            (None, ..) => return Err(missing("beginning")),
            (_, None, _) => return Err(missing("end")),
            (.., None) => return Err(missing("step")),
        };
        Ok(self)
    }

    /// Whether the address can be one of a server: `http` or `https`, without a user, a password, a query or the path of one page.
    ///
    /// # Errors
    /// Says what is wrong with it, without repeating what may be a password.
    ///
    /// ```
    /// use sre_stats::load::PrometheusQuery;
    /// assert!(PrometheusQuery::new("http://localhost:9090", "up").check_address().is_ok());
    /// assert!(PrometheusQuery::new("localhost:9090", "up").check_address().is_err());
    /// ```
    pub fn check_address(&self) -> Result<()> {
        self.address().map(|_| ())
    }

    /// Whether the range can be asked for in pages of so many points: it is not empty, counts in milliseconds, and is no more
    /// than 10,000 requests. An instant always can.
    ///
    /// # Errors
    /// Says what is wrong with the range, the step, or a query that depends on them.
    ///
    /// ```
    /// use sre_stats::load::PrometheusQuery;
    /// use sre_stats::time::{Span, Timestamp};
    /// let hour = |step| PrometheusQuery::new("http://h", "up").over(Timestamp(0), Timestamp(Span::HOUR.0), step);
    /// assert!(hour(Span::SECOND).check_range(10_000).is_ok());
    /// assert!(hour(Span(1)).check_range(10_000).is_err());
    /// ```
    pub fn check_range(&self, page_points: u64) -> Result<()> {
        self.parts(page_points).map(|_| ())
    }

    /// The address, checked.
    pub(super) fn address(&self) -> Result<Url> {
        let hint = "write it like http://host:9090, with the path before /api/v1 where there is one";
        // what is no address may hold a password all the same: it is not repeated
        let parsed = Url::parse(self.url.trim());
        let url = parsed.map_err(|e| Error::argument(format!("this is no address of a server: {e}")).hint(hint))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Error::argument("a user or password in an address ends up in histories and files")
                .hint("put user:password into an environment variable, and name that with --basic-env"));
        }
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none_or(str::is_empty) {
            return Err(Error::argument("the address of a server begins with http:// or https://").hint(hint));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(Error::argument("the address of a server has neither ? nor #").hint(hint));
        }
        if url.path().contains("/api/v1") || url.path().trim_end_matches('/').ends_with("/graph") {
            return Err(Error::argument("this is the address of one page of Prometheus").in_file(&self.url).hint(hint));
        }
        Ok(url)
    }

    /// The range in parts of at most `points` instants, in order; none for an instant.
    pub(super) fn parts(&self, points: u64) -> Result<Vec<Part>> {
        let When::Range { from, until, step } = self.when else { return Ok(Vec::new()) };
        let bad = |what: String| Error::argument(what).in_file(&self.url);
        if step.0 < MS || step.0 % MS != 0 {
            return Err(
                bad(format!("a step of {step} is not a whole number of milliseconds")).hint("write it like 15s")
            );
        }
        if from.0.rem_euclid(MS) != 0 {
            return Err(bad(format!("{from} is not a whole number of milliseconds")).hint("leave the decimals out"));
        }
        if until <= from {
            return Err(bad(format!("the range from {from} until {until} is empty")).hint("let it end later"));
        }
        let Some(points) = std::num::NonZeroU64::new(points) else {
            return Err(bad("pages of no points".into()).hint("give --page-points a number such as 10000"));
        };
        let instants = until.0.abs_diff(from.0 + 1) / step.0.unsigned_abs() + 1;
        let pages = instants.div_ceil(points.get());
        if pages > MOST_PAGES {
            return Err(bad(format!("{instants} points are {pages} requests of {points} points"))
                .hint("give a longer --step or a shorter range"));
        }
        if pages > 1 && follows_its_range(&self.query) {
            return Err(bad(format!(
                "start(), end() or range() in the query mean another time in each of {pages} pages"
            ))
            .hint("give a longer --step or a shorter range, so that one page holds it, or write the time itself"));
        }
        let at = |i: u64| Timestamp(from.0 + i as i64 * step.0);
        let part = |page: u64| {
            let begin = page * points.get();
            Part { first: at(begin), last: at((begin + points.get()).min(instants) - 1) }
        };
        Ok((0..pages).map(part).collect())
    }
}

/// Whether a query asks for the range that it is asked over.
fn follows_its_range(query: &str) -> bool {
    let dense: String = query.chars().filter(|c| !c.is_whitespace()).collect();
    ["start()", "end()", "range()"].iter().any(|word| dense.contains(word))
}

impl fmt::Display for PrometheusQuery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let encoded = |text: &str| utf8_percent_encode(text, ENCODED).to_string();
        write!(f, "prometheus+{}?query={}", self.url.trim().trim_end_matches('/'), encoded(&self.query))?;
        match self.when {
            When::Instant(None) => {}
            When::Instant(Some(at)) => write!(f, "&at={at}")?,
            When::Range { from, until, step } => write!(f, "&from={from}&until={until}&step={}", step.compact())?,
        }
        self.tenant.as_ref().map_or(Ok(()), |tenant| write!(f, "&tenant={}", encoded(tenant)))
    }
}

impl FromStr for PrometheusQuery {
    type Err = Error;
    /// Reads a name as [`Display`](fmt::Display) writes it.
    fn from_str(name: &str) -> Result<Self> {
        let hint = "write it like prometheus+http://host:9090/?query=up&from=…&until=…&step=15s";
        let Some(address) = server::address(name.trim()) else {
            return Err(Error::parse("this is no name of a server's answer").hint(hint));
        };
        let (url, parameters) = address.split_once('?').unwrap_or((address, ""));
        let mut asked = Self::new(url.trim_end_matches('/'), "");
        // before anything else may repeat it
        asked.address()?;
        let url = asked.url.clone();
        let place = |e: Error| e.in_file(&url);
        let (mut from, mut until, mut step, mut at) = (None, None, None, None);
        for parameter in parameters.split('&').filter(|p| !p.is_empty()) {
            if parameter.contains('#') {
                return Err(place(Error::parse("# ends an address").hint("within a query it is written %23")));
            }
            let (key, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            let text = percent_decode_str(value).decode_utf8();
            let text = text.map_err(|_| place(Error::parse(format!("the value of “{key}” is not UTF-8"))))?;
            match key {
                "query" => asked.query = text.into_owned(),
                "tenant" => asked.tenant = Some(text.into_owned()),
                "from" => from = Some(text.parse::<Timestamp>().map_err(place)?),
                "until" => until = Some(text.parse::<Timestamp>().map_err(place)?),
                "at" => at = Some(text.parse::<Timestamp>().map_err(place)?),
                "step" => step = Some(text.parse::<Span>().map_err(place)?),
                // a value may be a secret that belongs elsewhere: the key alone is told
                _ => {
                    return Err(place(
                        Error::parse(format!("“{key}” is not a part of a query"))
                            .hint("there are query, from, until, step, at and tenant; & within a query is written %26"),
                    ));
                }
            }
        }
        if asked.query.trim().is_empty() {
            return Err(place(Error::parse("there is no query").hint(hint)));
        }
        asked.when = match (from, until, step, at) {
            (None, None, None, at) => When::Instant(at),
            (Some(from), Some(until), Some(step), None) => When::Range { from, until, step },
            _ => {
                return Err(place(Error::parse("a range has from, until and step; an instant has at")).hint(hint));
            }
        };
        Ok(asked)
    }
}

impl From<PrometheusQuery> for String {
    fn from(query: PrometheusQuery) -> Self {
        query.to_string()
    }
}

impl TryFrom<String> for PrometheusQuery {
    type Error = Error;
    fn try_from(name: String) -> Result<Self> {
        name.parse()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;
    use proptest::prelude::*;

    fn range(from_s: i64, until_s: i64, step_s: i64) -> PrometheusQuery {
        let at = |s: i64| Timestamp(s * 1_000_000_000);
        PrometheusQuery::new("http://h:9090", "up").over(at(from_s), at(until_s), Span::from_secs(step_s))
    }

    #[test]
    fn parts_hold_each_instant_once() {
        for (from, until, step, points) in
            [(0, 100, 15, 3), (7, 100, 15, 1), (0, 90, 15, 6), (0, 91, 15, 6), (0, 1, 15, 10), (-50, 50, 7, 4)]
        {
            let parts = range(from, until, step).parts(points).unwrap();
            let mut found = Vec::new();
            for part in &parts {
                let mut at = part.first;
                let before = found.len();
                while at <= part.last {
                    found.push(at.0 / 1_000_000_000);
                    at = at + Span::from_secs(step);
                }
                assert_eq!(found.last().map(|t| t * 1_000_000_000), Some(part.last.0));
                assert!(found.len() - before <= points as usize);
            }
            let all: Vec<i64> = (from..until).step_by(step as usize).collect();
            assert_eq!(found, all);
            assert_eq!(parts.len(), all.len().div_ceil(points as usize));
        }
    }

    #[test]
    fn ranges_that_are_none_are_refused() {
        let parts = |asked: &PrometheusQuery, points| asked.parts(points).unwrap_err().to_string();
        assert!(parts(&range(5, 5, 1), 10).contains("is empty"));
        assert!(parts(&range(0, 5, 0), 10).contains("milliseconds"));
        assert!(parts(&range(0, 5, 1), 0).contains("no points"));
        assert!(parts(&range(0, 1_000_000, 1), 10).contains("100000 requests"));
        let odd = PrometheusQuery { query: "x @ end ( )".into(), ..range(0, 100, 1) };
        assert!(parts(&odd, 10).contains("in each of 10 pages"));
        assert_eq!(odd.parts(100).unwrap().len(), 1);
        let mut fine = range(0, 5, 1);
        fine.when = When::Range { from: Timestamp(1), until: Timestamp(9_000_000), step: Span(1_000_000) };
        assert!(parts(&fine, 10).contains("milliseconds"));
    }

    #[test]
    fn names_that_are_none_are_refused_and_passwords_not_repeated() {
        for (name, says) in [
            ("up", "no name of a server"),
            ("prometheus+http://?query=up", "no address"),
            ("prometheus+http://h", "no query"),
            ("prometheus+http://h?query=up&from=2026-01-01T00:00:00Z", "a range has"),
            ("prometheus+http://h?query=up&frm=x", "“frm”"),
            ("prometheus+http://h?query=up#x", "%23"),
            ("prometheus+http://h?query=%ff", "UTF-8"),
            ("prometheus+http://h/api/v1/query?query=up", "one page"),
            ("prometheus+http://h/graph?query=up", "one page"),
            ("prometheus+http://user:s3cr3t@h?query=up", "--basic-env"),
            ("prometheus+http://s3cr3t@h?query=up", "--basic-env"),
            ("prometheus+http://user:s3cr3t@h:port?query=up", "no address"),
        ] {
            let e = name.parse::<PrometheusQuery>().unwrap_err();
            let text = format!("{e}");
            assert!(text.contains(says), "{name}: {text}");
            assert!(!format!("{text} {e:?}").contains("s3cr3t"), "{e:?}");
        }
        let user = PrometheusQuery::new("http://a:s3cr3t@h", "up").address().unwrap_err();
        assert!(user.kind() == ErrorKind::Argument && !format!("{user:?}").contains("s3cr3t"));
    }

    #[test]
    fn a_range_of_the_options_is_taken_where_there_is_none() {
        let mut options = LoadOptions { from: Some(Timestamp(0)), ..LoadOptions::default() };
        let now = PrometheusQuery::new("http://h", "up");
        for what in ["end", "step"] {
            let e = now.clone().within(&options).unwrap_err().to_string();
            assert!(e.contains(&format!("no {what}")), "{e}");
            options.to = Some(Timestamp(Span::HOUR.0));
        }
        options.step = Some(Span::MINUTE);
        let asked = now.clone().within(&options).unwrap();
        assert_eq!(asked, now.over(Timestamp(0), Timestamp(Span::HOUR.0), Span::MINUTE));
        let own = range(1, 2, 1);
        assert_eq!(own.clone().within(&options).unwrap(), own);
    }

    proptest! {
        #[test]
        fn what_is_asked_survives_its_name(query in "\\PC{0,30}[a-z&#%+=?'\"{}\\[\\]\n ]{1,20}x", tenant in "[a-z&%|]{1,8}", ms in 0_i64..4_000_000_000_000) {
            let at = Timestamp(ms * 1_000_000);
            let mut asked = PrometheusQuery::new("https://h:9090/prefix", query);
            asked.tenant = Some(tenant);
            for when in [When::Instant(None), When::Instant(Some(at)), When::Range { from: at, until: at + Span(1_500_000_000), step: Span(15_250_000_000) }] {
                asked.when = when;
                prop_assert_eq!(&asked.to_string().parse::<PrometheusQuery>().unwrap(), &asked);
                let json = serde_json::to_string(&asked).unwrap();
                prop_assert_eq!(&serde_json::from_str::<PrometheusQuery>(&json).unwrap(), &asked);
            }
        }
    }
}
