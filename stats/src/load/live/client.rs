//! Requests to a Prometheus server, with time limits.

use std::io::Read as _;

use reqwest::header::{
    ACCEPT_ENCODING, AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER,
};
use reqwest::header::{DATE, LOCATION};
use reqwest::{Response, Url};
use tokio::runtime::{Builder, Runtime};

use super::query::PrometheusQuery;
use super::refusal;
use super::secret::Secret;
use crate::error::{Error, ErrorKind, Result};
use crate::load::http::{self, Refused, is_here, reasons, repeated, root, seconds_to_wait, span};
use crate::load::server::ServerOptions;
use crate::progress::Progress;
use crate::time::Span;

/// How long is waited for what can be done without.
const LOOK_UP: Span = Span(10 * Span::SECOND.0);
/// The most that is read of a refusal.
const REFUSAL_BYTES: u64 = 64 << 10;

/// A server, and how it is asked.
pub(super) struct Client {
    runtime: Option<Runtime>,
    http: reqwest::Client,
    base: Url,
    place: String,
    secret: Option<Secret>,
    headers: HeaderMap,
    options: ServerOptions,
    /// Whether requests have a body; some servers take only those without.
    post: bool,
}

impl Drop for Client {
    fn drop(&mut self) {
        // a name that is still being resolved is not waited for
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Client {
    pub(super) fn new(asked: &PrometheusQuery, options: &ServerOptions) -> Result<Self> {
        let base = asked.address()?;
        let place = asked.url.trim().trim_end_matches('/').to_owned();
        let secret = Secret::of(options)?;
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
        headers.extend(secret.as_ref().map(|s| (AUTHORIZATION, s.header())));
        if let Some(tenant) = &asked.tenant {
            let value = HeaderValue::try_from(tenant.as_str());
            let value =
                value.map_err(|_| Error::argument(format!("“{tenant}” is no tenant that a header can hold")))?;
            headers.insert("x-scope-orgid", value);
        }
        let limit = span(options.timeout);
        if limit.is_zero() {
            return Err(Error::argument("a server cannot answer in no time").hint("give --timeout such as 2m"));
        }
        let failed = |e: &dyn std::fmt::Display| {
            Error::new(ErrorKind::Io, format!("no request can be made: {e}")).in_file(&place)
        };
        let http = http::builder(&base, limit).build().map_err(|e| failed(&root(&e)))?;
        let runtime = Builder::new_current_thread().enable_all().build().map_err(|e| failed(&e))?;
        let runtime = Some(runtime);
        Ok(Self { runtime, http, base, place, secret, headers, options: options.clone(), post: true })
    }

    /// What authorises, in words: what it is, where it came from, and whether it goes unencrypted over a network.
    pub(super) fn authorisation(&self) -> Option<(String, String)> {
        let secret = self.secret.as_ref()?;
        let open = self.base.scheme() == "http" && !is_here(&self.base);
        let what = if open { format!("{}, unencrypted", secret.what) } else { secret.what.to_owned() };
        Some((what, format!("the environment variable {}", secret.variable)))
    }

    /// A server's text without the secret that it may have repeated.
    pub(super) fn hide(&self, text: &str) -> String {
        self.secret.as_ref().map_or_else(|| text.to_owned(), |s| s.hide(text))
    }

    /// The body of the answer to a question, such as `query_range` with its parameters; repeated where that may help.
    pub(super) fn ask(&mut self, what: &str, form: &[(&str, String)], progress: &Progress) -> Result<Vec<u8>> {
        let mut url = self.base.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(["api", "v1", what]);
        }
        let runtime = self.runtime.take().ok_or_else(Error::cancelled)?;
        let options = self.options.clone();
        let asked = repeated(&options, progress, async || self.once_either(&url, form).await);
        let result = runtime.block_on(asked);
        self.runtime = Some(runtime);
        result.map_err(|e| e.in_file(&self.place))
    }

    /// The same without a body and repetitions, and with less patience: for what can be done without.
    pub(super) fn look_up(&mut self, what: &str, form: &[(&str, String)], progress: &Progress) -> Result<Vec<u8>> {
        let (post, retries) = (self.post, self.options.retries);
        (self.post, self.options.retries) = (false, 0);
        let limit = self.options.timeout;
        self.options.timeout = Span(limit.0.min(LOOK_UP.0));
        let result = self.ask(what, form, progress);
        (self.post, self.options.retries, self.options.timeout) = (post, retries, limit);
        result
    }

    /// One request, without a body where the server takes none.
    async fn once_either(&mut self, url: &Url, form: &[(&str, String)]) -> Result<Vec<u8>, Refused> {
        match self.once(url, form).await {
            Err(Refused::Method) if self.post => {
                self.post = false;
                self.once(url, form).await
            }
            other => other,
        }
    }

    async fn once(&self, url: &Url, form: &[(&str, String)]) -> Result<Vec<u8>, Refused> {
        let request = match (form.is_empty(), self.post) {
            (false, true) => self.http.post(url.clone()).form(form),
            (false, false) => self.http.get(url.clone()).query(form),
            (true, _) => self.http.get(url.clone()),
        };
        let request = request.headers(self.headers.clone()).timeout(span(self.options.timeout));
        let mut response = request.send().await.map_err(|e| self.broken(&e, 0))?;
        let status = response.status();
        let limit = if status.is_success() { self.options.max_bytes } else { REFUSAL_BYTES };
        if status.is_success() && response.content_length().is_some_and(|n| n > limit) {
            return Err(too_large(limit));
        }
        let mut body = Vec::new();
        loop {
            match response.chunk().await {
                Ok(None) => break,
                Ok(Some(chunk)) => body.extend_from_slice(&chunk),
                // what a refusal says is worth having, and not worth another error
                Err(_) if !status.is_success() => break,
                Err(e) => return Err(self.broken(&e, body.len())),
            }
            if body.len() as u64 > limit {
                if status.is_success() {
                    return Err(too_large(limit));
                }
                break;
            }
        }
        let body = match unpacked(body, &response, limit) {
            Err(e) if status.is_success() => return Err(e),
            // the status of a refusal says more than that its text cannot be read
            other => other.unwrap_or_default(),
        };
        if status.is_success() {
            return if body.trim_ascii_start().starts_with(b"{") {
                Ok(body)
            } else {
                Err(self.no_prometheus(&response))
            };
        }
        Err(self.refused(&response, &body))
    }

    /// What a success without JSON means.
    fn no_prometheus(&self, response: &Response) -> Refused {
        let kind = response.headers().get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or("of no type");
        let kind = self.hide(kind);
        let error = Error::parse(format!("what answers is no Prometheus: its answer is {kind} and not JSON"));
        Refused::ForGood(error.hint("check the address; is there a page to log in before it?"))
    }

    /// What a status other than success means.
    fn refused(&self, response: &Response, body: &[u8]) -> Refused {
        let status = response.status();
        let header = |name| response.headers().get(name).and_then(|v: &HeaderValue| v.to_str().ok());
        let is_text = header(CONTENT_TYPE).is_some_and(|t| t.starts_with("text/plain"));
        let sent_on = header(LOCATION).and_then(|to| response.url().join(to).ok()).map(|mut to| {
            // parameters may be a query, or worse
            to.set_query(None);
            to.set_fragment(None);
            let _ = (to.set_username(""), to.set_password(None));
            self.hide(to.as_str())
        });
        let body = self.hide(&String::from_utf8_lossy(body));
        let reason = status.canonical_reason().unwrap_or_default();
        let authorised = self.secret.as_ref().map(|s| s.variable.as_str());
        let mut refused =
            refusal::of_status(status.as_u16(), reason, body.as_bytes(), is_text, sent_on.as_deref(), authorised);
        if let Refused::ForNow { wait_s, .. } = &mut refused {
            *wait_s = header(RETRY_AFTER).and_then(|after| seconds_to_wait(after, header(DATE)));
        }
        refused
    }

    /// What a request that had no answer, or a part of one, means.
    fn broken(&self, e: &reqwest::Error, read: usize) -> Refused {
        let why = self.hide(&root(e));
        let unproven = reasons(e).into_iter().find(|r| r.contains("certificate"));
        let again = |message: String, hint| Refused::ForNow { message, hint, wait_s: None };
        if let Some(why) = unproven.filter(|_| e.is_connect()) {
            let error = Error::new(ErrorKind::Io, format!("the server does not prove who it is: {why}"));
            let hint = "where its certificate is of an authority of your own, name that one's file in SSL_CERT_FILE";
            return Refused::ForGood(error.hint(hint));
        }
        if e.is_connect() {
            let why = if e.is_timeout() { "no connection in time".to_owned() } else { why };
            return again(format!("the server cannot be reached: {why}"), "is it running, and is the address right?");
        }
        if e.is_timeout() {
            let error = Error::new(ErrorKind::Io, format!("no whole answer within {}", self.options.timeout));
            return Refused::ForGood(error.hint("wait longer with --timeout, or ask for less with --page-points"));
        }
        if e.is_builder() {
            return Refused::ForGood(Error::argument(format!("this is no request: {why}")));
        }
        let after = if read > 0 { format!(" after {read} bytes") } else { String::new() };
        again(format!("the connection broke{after}: {why}"), "ask again, or for less with --page-points")
    }
}

/// A body as it was before it was packed.
fn unpacked(body: Vec<u8>, response: &Response, limit: u64) -> Result<Vec<u8>, Refused> {
    let coding = response.headers().get(CONTENT_ENCODING).map(|v| v.as_bytes().to_ascii_lowercase());
    let bad = |what: String| Refused::ForGood(Error::parse(what).hint("is there a proxy in front of the server?"));
    match coding.as_deref() {
        None | Some(b"identity" | b"") => Ok(body),
        Some(b"gzip" | b"x-gzip") => {
            let mut out = Vec::new();
            let packed = flate2::read::MultiGzDecoder::new(body.as_slice());
            let read = packed.take(limit.saturating_add(1)).read_to_end(&mut out);
            read.map_err(|e| bad(format!("the answer cannot be unpacked: {e}")))?;
            if out.len() as u64 > limit { Err(too_large(limit)) } else { Ok(out) }
        }
        Some(other) => Err(bad(format!("the answer is packed as {}", String::from_utf8_lossy(other)))),
    }
}

fn too_large(limit: u64) -> Refused {
    let error = Error::unsupported(format!("the answer is larger than {} MB", limit >> 20));
    Refused::ForGood(error.hint("ask for less a request with --page-points, or for fewer series"))
}
