//! The pages of an answer become one data set.

use super::client::Client;
use super::metadata;
use super::query::{Part, PrometheusQuery, When};
use crate::error::{Error, Position, Result};
use crate::load::dataset::Dataset;
use crate::load::options::{Format, LoadOptions};
use crate::load::prometheus::{self, Page};
use crate::load::report::{LoadReport, WarningKind, counted};
use crate::load::source::refuse_column_options;
use crate::progress::Progress;

/// The most samples of all pages together, at some 16 bytes each.
const MOST_SAMPLES: u64 = 200_000_000;

/// Asks a Prometheus server, and gives the data set that a file with its answer would give.
///
/// A range of more points than [`page_points`](crate::load::ServerOptions::page_points) is asked for in pages, whose joint is exact: each
/// begins one step after the last instant of the one before. Without a time of its own the query takes the range and step of `options`;
/// what it answers is then treated as a file's content is, the other options included. Series without a name, such as rates, are
/// called by the query. Where the server knows the kinds and units of metrics (`/api/v1/metadata`), they are taken from there. Native
/// histograms, which count since a start, become one histogram a step.
///
/// The report has the query as a name that can be loaded again, without credentials. `progress` counts pages; the request under way
/// ends within a tenth of a second after a [`cancel`](Progress::cancel).
///
/// ```no_run
/// use sre_stats::load::{LoadOptions, PrometheusQuery, fetch};
/// use sre_stats::progress::Progress;
/// use sre_stats::time::Span;
/// let asked = PrometheusQuery::new("http://localhost:9090", "rate(http_requests_total[5m])")
///     .over("2026-02-01T00:00:00Z".parse()?, "2026-02-08T00:00:00Z".parse()?, Span::from_secs(15));
/// let data = fetch(&asked, &LoadOptions::default(), &Progress::new())?;
/// for item in &data.items {
///     println!("{}: {} samples", item.title(), item.count());
/// }
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// [`Argument`](crate::ErrorKind::Argument) for a query that is not `PromQL`, a range that is none or has too many points, an environment
/// variable that is not there; [`Io`](crate::ErrorKind::Io) where the server cannot be reached, does not answer in time, refuses the
/// credentials, or sends on elsewhere, which is not followed; [`Empty`](crate::ErrorKind::Empty) where nothing matches;
/// [`Unsupported`](crate::ErrorKind::Unsupported) for more series or bytes than the options allow; [`Parse`](crate::ErrorKind::Parse)
/// where what answers is no Prometheus; [`Cancelled`](crate::ErrorKind::Cancelled) on request.
pub fn fetch(query: &PrometheusQuery, options: &LoadOptions, progress: &Progress) -> Result<Dataset> {
    let walk = || Walk::begin(query, options)?.finish(options, progress);
    if tokio::runtime::Handle::try_current().is_err() {
        return walk();
    }
    // a thread that already runs tasks cannot wait for others
    let joined = std::thread::scope(|scope| scope.spawn(walk).join());
    joined.unwrap_or_else(|_| Err(Error::unsupported("the request broke")))
}

/// One question, on its way.
struct Walk {
    asked: PrometheusQuery,
    parts: Vec<Part>,
    client: Client,
    place: String,
}

impl Walk {
    fn begin(query: &PrometheusQuery, options: &LoadOptions) -> Result<Self> {
        let asked = query.clone().within(options)?;
        let client = Client::new(&asked, &options.server)?;
        let place = asked.url.trim().trim_end_matches('/').to_owned();
        refuse_column_options(&LoadOptions { step: None, ..options.clone() }, Format::PrometheusJson, &place)?;
        let parts = asked.parts(options.server.page_points)?;
        Ok(Self { asked, parts, client, place })
    }

    fn finish(mut self, options: &LoadOptions, progress: &Progress) -> Result<Dataset> {
        let mut bytes = 0;
        let (mut page, repeated) = self.pages(options, progress, &mut bytes)?;
        if page.samples() == 0 {
            return Err(Error::empty("nothing answers to the query at this time")
                .in_file(&self.place)
                .hint("check the name and the labels, and whether the server has data of that time"));
        }
        let said = metadata::describe(&mut self.client, page.series_mut(), progress)?;
        // several queries must not run into one series
        page.call_nameless(self.asked.query.trim());
        for text in page.said_mut() {
            *text = self.client.hide(text);
        }
        let within = LoadOptions { step: None, ..options.clone() };
        let mut data = prometheus::dataset(&self.place, page, bytes, &within)?;
        // a name that asks the same again; messages say the server alone
        for file in &mut data.report.files {
            file.name = self.asked.to_string();
        }
        if repeated > 0 {
            let message = format!("{} of two pages; the earlier were kept", counted(repeated, "sample"));
            data.report.warn(WarningKind::Duplicate, message, Position::in_file(&self.place), repeated);
        }
        self.tell(&mut data.report, said, options);
        Ok(data)
    }

    /// The answer, its pages joined; `bytes` is how long they were.
    fn pages(&mut self, options: &LoadOptions, progress: &Progress, bytes: &mut u64) -> Result<(Page, u64)> {
        let mut all: Option<Page> = None;
        let mut repeated = 0;
        progress.stage_of("asking the server", self.parts.len().max(1) as u64, "pages");
        let (what, forms) = self.forms();
        for form in forms {
            let body = self.client.ask(what, &form, progress)?;
            *bytes += body.len() as u64;
            let page = prometheus::page(&self.place, &body).map_err(|e| self.hidden(&e))?;
            match &mut all {
                Some(all) => repeated += all.append(page),
                None => all = Some(page),
            }
            let series = all.as_ref().map_or(0, Page::len);
            if series > options.server.max_series {
                let message = format!("{series} series answer, more than {}", options.server.max_series);
                return Err(Error::unsupported(message)
                    .in_file(&self.place)
                    .hint("ask for fewer: choose by labels, or add them up with sum by (…)"));
            }
            let samples = all.as_ref().map_or(0, Page::samples);
            if samples > MOST_SAMPLES {
                let message = format!("{samples} samples answer so far, more than {MOST_SAMPLES}");
                return Err(Error::unsupported(message)
                    .in_file(&self.place)
                    .hint("ask with a longer --step, or for fewer series"));
            }
            progress.advance(1);
        }
        Ok((all.ok_or_else(|| Error::empty("nothing was asked for"))?, repeated))
    }

    /// The same error without the secret that the server may have repeated.
    fn hidden(&self, e: &Error) -> Error {
        let hidden = Error::new(e.kind(), self.client.hide(e.message())).at(e.position().cloned().unwrap_or_default());
        match e.way_out() {
            Some(hint) => hidden.hint(hint),
            None => hidden,
        }
    }

    /// What is asked, and with which parameters, page by page.
    fn forms(&self) -> (&'static str, Vec<Vec<(&'static str, String)>>) {
        let query = ("query", self.asked.query.clone());
        match self.asked.when {
            When::Instant(at) => {
                let time = at.map(|at| ("time", at.to_string()));
                ("query", vec![std::iter::once(query).chain(time).collect()])
            }
            When::Range { step, .. } => {
                // text that Prometheus reads exactly: seconds with decimals it rounds
                let step = ("step", format!("{}ms", step.0 / 1_000_000));
                let form = |p: &Part| {
                    vec![query.clone(), ("start", p.first.to_string()), ("end", p.last.to_string()), step.clone()]
                };
                ("query_range", self.parts.iter().map(form).collect())
            }
        }
    }

    /// Where the data come from.
    fn tell(&self, report: &mut LoadReport, said: Option<usize>, options: &LoadOptions) {
        report.understand("server", self.place.clone(), "the address");
        report.understand("query", self.asked.query.trim(), "PromQL");
        match self.asked.when {
            When::Instant(Some(at)) => report.understand("time", at.to_string(), "the time asked for"),
            When::Instant(None) => report.understand("time", "the present", "no range was asked for"),
            When::Range { from, until, step } => {
                let pages = counted(self.parts.len() as u64, "page");
                let range = format!("{from} until {until}, every {step}, in {pages}");
                report.understand("range", range, "the range asked for");
            }
        }
        if let Some(tenant) = &self.asked.tenant {
            report.understand("tenant", tenant.clone(), "--tenant");
        }
        if let Some(at) = options.server.asked_at {
            report.understand("asked at", at.to_string(), "the caller's clock");
        }
        if let Some((what, why)) = self.client.authorisation() {
            report.understand("authorisation", what, why);
        }
        if let Some(known) = said {
            let metrics = format!("of {}", counted(known as u64, "metric"));
            report.understand("metadata", metrics, "/api/v1/metadata");
        }
    }
}
