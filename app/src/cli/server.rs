//! A Prometheus server in the place of a file: what the words say of it.

#![allow(clippy::doc_markdown, reason = "help is shown as it stands")]

use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::Args;
use sre_stats::load::ServerOptions;
use sre_stats::time::{Grid, Span, Timestamp};

/// The server, and how it is asked.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Prometheus server")]
pub(crate) struct ServerArgs {
    /// Ask this server in the place of a FILE: http://HOST:9090, with the path before /api/v1 where there is one. --from, --to
    /// (of convert: --until) and --step say the range; without them the question is about the present, and a query such as
    /// x[1h] gives the samples as they were scraped. To keep what it answers: convert
    #[arg(long, value_name = "URL", requires = "queries")]
    pub(crate) url: Option<String>,
    /// What to ask it; several times for several data sets
    #[arg(long = "query", value_name = "PROMQL", requires = "url")]
    pub(crate) queries: Vec<String>,
    /// The range that ends now, in place of --from and --to
    #[arg(long, value_name = "SPAN", requires = "step", conflicts_with_all = ["from", "to"])]
    pub(crate) last: Option<Span>,
    /// The tenant, sent as X-Scope-OrgID
    #[arg(long, value_name = "NAME", requires = "url")]
    pub(crate) tenant: Option<String>,
    /// The environment variable that holds a bearer token; without this one SRE_STATS_PROMETHEUS_TOKEN, where that is set
    #[arg(long, value_name = "VARIABLE")]
    pub(crate) token_env: Option<String>,
    /// The environment variable that holds user:password
    #[arg(long, value_name = "VARIABLE", conflicts_with = "token_env")]
    pub(crate) basic_env: Option<String>,
    /// The most points of a series that one request asks for; Prometheus refuses more than 11000 [default: 10000]
    #[arg(long, value_name = "N")]
    pub(crate) page_points: Option<u64>,
    /// How long one request may take, also one to S3 [default: 2m]
    #[arg(long, value_name = "SPAN")]
    pub(crate) timeout: Option<Span>,
    /// How often a request is repeated after a failure that may pass, also one to S3 [default: 3]
    #[arg(long, value_name = "N")]
    pub(crate) retries: Option<u32>,
}

impl ServerArgs {
    /// The questions, as names in the place of files.
    #[cfg(feature = "live")]
    pub(crate) fn names(&self) -> Vec<PathBuf> {
        use sre_stats::load::PrometheusQuery;
        let Some(url) = &self.url else { return Vec::new() };
        let asked =
            |query: &String| PrometheusQuery { tenant: self.tenant.clone(), ..PrometheusQuery::new(url, query) };
        self.queries.iter().map(|query| asked(query).to_string().into()).collect()
    }

    /// Without the feature `live` any name will do: reading it says what is missing.
    #[cfg(not(feature = "live"))]
    pub(crate) fn names(&self) -> Vec<PathBuf> {
        self.url.iter().map(|_| "prometheus+http://".into()).collect()
    }

    /// How servers are asked.
    pub(crate) fn options(&self) -> ServerOptions {
        let default = match &self.basic_env {
            None => ServerOptions::from_environment(),
            Some(_) => ServerOptions::default(),
        };
        ServerOptions {
            token_env: self.token_env.clone().or(default.token_env),
            basic_env: self.basic_env.clone(),
            aws_credentials: true,
            page_points: self.page_points.unwrap_or(default.page_points),
            timeout: self.timeout.unwrap_or(default.timeout),
            retries: self.retries.unwrap_or(default.retries),
            asked_at: now(),
            ..default
        }
    }

    /// The range of `--last`, on the grid of the step, so that asking again soon gives the same points.
    pub(crate) fn last(&self, step: Option<Span>) -> Option<(Timestamp, Timestamp)> {
        range(self.last?, step?, now()?)
    }
}

/// The range of that length that ends now, on the grid of the step.
pub(crate) fn range(last: Span, step: Span, now: Timestamp) -> Option<(Timestamp, Timestamp)> {
    let grid = Grid::new(step, Span::ZERO).ok()?;
    let until = grid.window_at(now).end();
    Some((grid.window_at(until - last).start, until))
}

/// The time by this machine's clock, to the millisecond.
pub(crate) fn now() -> Option<Timestamp> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
    Some(Timestamp(i64::try_from(since.as_millis()).ok()?.checked_mul(1_000_000)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_hour_ends_with_the_step_that_has_begun() {
        let s = |n: i64| Timestamp(n * Span::SECOND.0);
        let minute = Span::MINUTE;
        assert_eq!(range(Span::HOUR, minute, s(7_234)), Some((s(3_660), s(7_260))));
        assert_eq!(range(Span::HOUR, minute, s(7_200)), Some((s(3_660), s(7_260))));
        assert_eq!(range(Span::from_secs(90), minute, s(7_201)), Some((s(7_140), s(7_260))));
        assert_eq!(range(Span::HOUR, Span::ZERO, s(7_201)), None);
    }
}
