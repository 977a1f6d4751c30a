//! Requests with repetitions and cancellation, whatever the server is (feature `live`).
//!
//! A request runs on the calling thread, and looks whether it should stop every twentieth of a second.

use std::error::Error as _;
use std::pin::pin;
use std::time::Duration;

use reqwest::Url;
use tokio::time;

use crate::error::{Error, ErrorKind, Result};
use crate::load::server::ServerOptions;
use crate::progress::Progress;
use crate::time::Span;

/// How soon a wish to stop is seen.
const TICK: Duration = Duration::from_millis(50);
/// How long a connection may take to be made.
const CONNECT: Duration = Duration::from_secs(10);
/// The longest pause that a server may ask for.
const PATIENCE_S: f64 = 120.0;

/// Why a request had no result.
#[derive(Debug)]
pub(crate) enum Refused {
    /// It may pass: what happened, the way out, and how many seconds the server asks to wait.
    ForNow { message: String, hint: &'static str, wait_s: Option<f64> },
    /// It will not pass.
    ForGood(Error),
    /// The server takes no such requests with a body.
    Method,
}

/// A client that follows no redirection: what authorises goes to the one address that was given.
pub(crate) fn builder(base: &Url, limit: Duration) -> reqwest::ClientBuilder {
    let builder = reqwest::Client::builder()
        .user_agent(concat!("sre-stats/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .connect_timeout(CONNECT.min(limit))
        .tls_built_in_root_certs(base.scheme() == "https");
    if is_here(base) { builder.no_proxy() } else { builder }
}

/// Makes a request until it has a result, with the repetitions and pauses of the options.
pub(crate) async fn repeated<T>(
    options: &ServerOptions,
    progress: &Progress,
    mut once: impl AsyncFnMut() -> Result<T, Refused>,
) -> Result<T> {
    let mut tried = 0_u32;
    loop {
        let (message, hint, wait_s) = match watched(once(), progress).await? {
            Ok(done) => return Ok(done),
            Err(Refused::ForGood(e)) => return Err(e),
            Err(Refused::Method) => ("the server takes no queries (405)".to_owned(), "check the address", None),
            Err(Refused::ForNow { message, hint, wait_s }) => (message, hint, wait_s),
        };
        tried += 1;
        let failed = |message: String| Error::new(ErrorKind::Io, message);
        if let Some(wait_s) = wait_s.filter(|s| *s > PATIENCE_S) {
            let wait = format!("{message}; it asks to wait {wait_s:.0} s");
            return Err(failed(wait).hint("ask again then"));
        }
        if tried > options.retries {
            let message = if tried > 1 { format!("{message}, {tried} times") } else { message };
            return Err(failed(message).hint(hint));
        }
        let doubled = 2_f64.powi((tried - 1).min(20) as i32) * span(options.pause).as_secs_f64();
        let pause = Duration::from_secs_f64(wait_s.unwrap_or(doubled).clamp(0.0, PATIENCE_S));
        watched(time::sleep(pause), progress).await?;
    }
}

/// Waits for something, and stops where that is asked for.
pub(crate) async fn watched<T>(work: impl Future<Output = T>, progress: &Progress) -> Result<T> {
    let mut work = pin!(work);
    loop {
        progress.check()?;
        if let Ok(done) = time::timeout(TICK, &mut work).await {
            return Ok(done);
        }
    }
}

/// The seconds of `Retry-After`: a number, or a date, which is measured from the answer's own.
pub(crate) fn seconds_to_wait(after: &str, date: Option<&str>) -> Option<f64> {
    if let Ok(seconds) = after.trim().parse::<u32>() {
        return Some(f64::from(seconds));
    }
    let at = |text: &str| jiff::fmt::rfc2822::parse(text.trim()).ok();
    let wait = at(after)?.timestamp().duration_since(at(date?)?.timestamp());
    Some(wait.as_secs_f64().max(0.0))
}

/// Whether an address is of this machine.
pub(crate) fn is_here(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || bare.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// The reasons beneath an error, the innermost last; its own text is not among them, since that one holds the address.
pub(crate) fn reasons(e: &reqwest::Error) -> Vec<String> {
    let mut all = Vec::new();
    let mut source = e.source();
    while let Some(inner) = source {
        all.push(inner.to_string());
        source = inner.source();
    }
    all
}

/// The innermost reason.
pub(crate) fn root(e: &reqwest::Error) -> String {
    reasons(e).pop().unwrap_or_else(|| "no reason is known".to_owned())
}

pub(crate) fn span(span: Span) -> Duration {
    Duration::from_nanos(span.0.max(0).unsigned_abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_is_seconds_or_until_a_date() {
        let date = Some("Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(seconds_to_wait(" 7 ", None), Some(7.0));
        assert_eq!(seconds_to_wait("Sun, 06 Nov 1994 08:50:00 GMT", date), Some(23.0));
        assert_eq!(seconds_to_wait("Sun, 06 Nov 1994 08:49:00 GMT", date), Some(0.0));
        for (after, date) in [("soon", date), ("-1", date), ("1e9", date), ("Sun, 06 Nov 1994 08:50:00 GMT", None)] {
            assert_eq!(seconds_to_wait(after, date), None, "{after}");
        }
    }
}
