//! Requests to S3, repeated where that may help.

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::Timestamp;
use reqwest::header::{CONTENT_RANGE, ETAG, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use reqwest::{Response, Url};
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::task::LocalSet;

use super::refusal::{self, No};
use super::setting::Setting;
use super::sign::{self, Asked};
use crate::error::{Error, ErrorKind, Result};
use crate::load::http::{self, Refused, is_here, reasons, repeated, root, seconds_to_wait, span};
use crate::load::server::ServerOptions;
use crate::progress::Progress;

/// The most that is read of a refusal.
const REFUSAL_BYTES: usize = 64 << 10;
/// The most that is read of a page of a list.
const LIST_BYTES: usize = 16 << 20;

/// What is wanted of S3.
#[derive(Clone, Debug, Default)]
pub(super) struct Wanted {
    pub(super) bucket: String,
    /// The key of an object; empty for the bucket itself.
    pub(super) key: String,
    /// Parameters, encoded and in order.
    pub(super) query: String,
    pub(super) part: Option<Part>,
    /// What the object must still be.
    pub(super) etag: Option<String>,
}

/// Which bytes of an object.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Part {
    Of(Range<u64>),
    /// So many at its end.
    Last(u64),
}

/// What S3 gave.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub(super) body: Vec<u8>,
    pub(super) etag: Option<String>,
    /// The bytes of the object that these are, and how many it has.
    pub(super) range: Option<(Range<u64>, u64)>,
}

/// S3, and how it is asked.
pub(super) struct Client {
    runtime: Option<Runtime>,
    pub(super) asker: Asker,
    /// Requests that were answered, and the bytes of objects that were.
    pub(super) requests: AtomicU64,
    pub(super) bytes: AtomicU64,
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
    pub(super) fn new(options: &ServerOptions) -> Result<Self> {
        Self::with(Setting::of(options)?, options)
    }

    pub(super) fn with(setting: Setting, options: &ServerOptions) -> Result<Self> {
        let limit = span(options.timeout);
        if limit.is_zero() {
            return Err(Error::argument("a server cannot answer in no time").hint("give --timeout such as 2m"));
        }
        let failed = |e: &dyn std::fmt::Display| Error::new(ErrorKind::Io, format!("no request can be made: {e}"));
        let amazon = Url::parse("https://amazonaws.com").map_err(|e| failed(&e))?;
        let base = setting.endpoint.as_ref().unwrap_or(&amazon);
        let http = http::builder(base, limit).build().map_err(|e| failed(&root(&e)))?;
        let runtime = Builder::new_current_thread().enable_all().build().map_err(|e| failed(&e))?;
        let asker = Asker { http, setting, options: options.clone() };
        let (requests, bytes) = (AtomicU64::new(0), AtomicU64::new(0));
        Ok(Self { runtime: Some(runtime), asker, requests, bytes })
    }

    /// Waits for requests, which may be several tasks of this thread.
    pub(super) fn run<T: Send, W: Future<Output = Result<T>>>(&self, work: impl FnOnce() -> W + Send) -> Result<T> {
        let runtime = self.runtime.as_ref().ok_or_else(Error::cancelled)?;
        let wait = || LocalSet::new().block_on(runtime, work());
        if Handle::try_current().is_err() {
            return wait();
        }
        // a thread that already runs tasks cannot wait for others
        let joined = std::thread::scope(|scope| scope.spawn(wait).join());
        joined.unwrap_or_else(|_| Err(Error::unsupported("the request broke")))
    }

    /// The answer to one request; `None` where there is no such object.
    pub(super) fn get(&self, wanted: &Wanted, progress: &Progress) -> Result<Option<Answer>> {
        let answer = self.run(|| self.asker.get(wanted, progress))?;
        self.count(answer.as_ref());
        Ok(answer)
    }

    /// Counts what was fetched.
    pub(super) fn count(&self, answer: Option<&Answer>) {
        self.requests.fetch_add(1, Ordering::Relaxed);
        if let Some(answer) = answer.filter(|a| a.range.is_some()) {
            self.bytes.fetch_add(answer.body.len() as u64, Ordering::Relaxed);
        }
    }

    /// What signs, in words: what it is, and where it came from.
    pub(super) fn authorisation(&self) -> (String, String) {
        let set = &self.asker.setting;
        let open = set.endpoint.as_ref().is_some_and(|url| url.scheme() == "http" && !is_here(url));
        match &set.keys {
            Some(keys) if open => ("signed requests, unencrypted".to_owned(), keys.from.clone()),
            Some(keys) => ("signed requests".to_owned(), keys.from.clone()),
            None => ("none".to_owned(), "no keys were given".to_owned()),
        }
    }
}

/// What makes requests.
#[derive(Clone)]
pub(super) struct Asker {
    http: reqwest::Client,
    pub(super) setting: Setting,
    options: ServerOptions,
}

impl Asker {
    /// The answer to one request, repeated where that may help; `None` where there is no such object.
    pub(super) async fn get(&self, wanted: &Wanted, progress: &Progress) -> Result<Option<Answer>> {
        let (url, path) = self.address(wanted)?;
        repeated(&self.options, progress, async || match self.once(wanted, &url, &path).await {
            Ok(answer) => Ok(Some(answer)),
            Err(No::Object) => Ok(None),
            Err(No::Other(refused)) => Err(refused),
        })
        .await
    }

    /// The address of what is wanted, and its path as it is signed.
    fn address(&self, wanted: &Wanted) -> Result<(Url, String)> {
        let Wanted { bucket, key, query, .. } = wanted;
        let (region, key) = (&self.setting.region, sign::encoded_path(key));
        let domain = if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
        let (origin, path) = match &self.setting.endpoint {
            Some(url) => {
                let base = url.path().trim_end_matches('/');
                (url.origin().ascii_serialization(), format!("{base}/{bucket}/{key}"))
            }
            // a certificate holds for one name before the domain, and not for two; names of hosts know no capitals, and are short
            None if bucket.len() > 63
                || bucket.contains(|c: char| matches!(c, '.' | '_') || c.is_ascii_uppercase()) =>
            {
                (format!("https://s3.{region}.{domain}"), format!("/{bucket}/{key}"))
            }
            None => (format!("https://{bucket}.s3.{region}.{domain}"), format!("/{key}")),
        };
        let question = if query.is_empty() { "" } else { "?" };
        let url = Url::parse(&format!("{origin}{path}{question}{query}"));
        // an address has no place for steps up, and takes them as such
        let url = url.ok().filter(|url| url.path() == path);
        let url =
            url.ok_or_else(|| Error::argument("this is no key that an address can hold").hint("check the name"))?;
        Ok((url, path))
    }

    async fn once(&self, wanted: &Wanted, url: &Url, path: &str) -> Result<Answer, No> {
        let mut own = Vec::new();
        own.extend(wanted.etag.clone().map(|etag| ("if-match", etag)));
        own.extend(wanted.part.as_ref().map(|part| match part {
            Part::Of(bytes) => ("range", format!("bytes={}-{}", bytes.start, bytes.end.saturating_sub(1))),
            Part::Last(bytes) => ("range", format!("bytes=-{bytes}")),
        }));
        let host = url.host_str().unwrap_or_default();
        let host = url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
        let signed = self.setting.keys.as_ref().map(|keys| {
            let asked = Asked { host: &host, path, query: &wanted.query, headers: &own };
            sign::headers(&asked, keys, &self.setting.region, Timestamp::now())
        });
        let mut headers = HeaderMap::new();
        for (name, value) in own.into_iter().chain(signed.into_iter().flatten()) {
            let unfit = || Error::argument(format!("the header {name} cannot hold what AWS's variables say"));
            let mut value = HeaderValue::try_from(value).map_err(|_| No::Other(Refused::ForGood(unfit())))?;
            value.set_sensitive(matches!(name, "authorization" | "x-amz-security-token"));
            headers.insert(HeaderName::from_static(name), value);
        }
        let request = self.http.get(url.clone()).headers(headers).timeout(span(self.options.timeout));
        let mut response = request.send().await.map_err(|e| self.broken(&e, 0))?;
        let expected = match &wanted.part {
            Some(Part::Of(bytes)) => (bytes.end - bytes.start) as usize,
            Some(Part::Last(bytes)) => *bytes as usize,
            None => LIST_BYTES,
        };
        if response.status() == 416 && matches!(wanted.part, Some(Part::Last(_))) {
            // nothing has no end
            return Ok(Answer { body: Vec::new(), etag: None, range: Some((0..0, 0)) });
        }
        let success = response.status().is_success();
        let limit = if success { expected } else { REFUSAL_BYTES };
        let body = self.body(&mut response, limit, success).await?;
        if success { Self::answer(wanted, &response, body) } else { Err(self.refused(wanted, &response, &body)) }
    }

    /// At most so many bytes of a body.
    async fn body(&self, response: &mut Response, limit: usize, success: bool) -> Result<Vec<u8>, No> {
        let mut body = Vec::new();
        loop {
            match response.chunk().await {
                Ok(None) => return Ok(body),
                Ok(Some(chunk)) => body.extend_from_slice(&chunk),
                // what a refusal says is worth having, and not worth another error
                Err(_) if !success => return Ok(body),
                Err(e) => return Err(self.broken(&e, body.len())),
            }
            if body.len() > limit {
                if success {
                    let error = Error::unsupported("this server gives more of an object than it is asked for");
                    return Err(No::Other(Refused::ForGood(error.hint("download the object, and open the file"))));
                }
                return Ok(body);
            }
        }
    }

    /// A success; one about parts must say which these are.
    fn answer(wanted: &Wanted, response: &Response, body: Vec<u8>) -> Result<Answer, No> {
        let header = |name| response.headers().get(name).and_then(|v: &HeaderValue| v.to_str().ok());
        let etag = header(ETAG).map(str::to_owned);
        let Some(part) = &wanted.part else { return Ok(Answer { body, etag, range: None }) };
        // a server without parts gives the whole of what is small enough
        let whole = (response.status() == 200).then_some((0..body.len() as u64, body.len() as u64));
        let range = header(CONTENT_RANGE).and_then(range_of).or(whole);
        let again = |message: String| {
            No::Other(Refused::ForNow { message, hint: "is the server one that speaks S3's protocol?", wait_s: None })
        };
        let Some((bytes, size)) = range else {
            return Err(again("the answer does not say which part it is".to_owned()));
        };
        let right = match part {
            Part::Of(asked) => bytes == *asked,
            Part::Last(asked) => bytes.end == size && bytes.start == size.saturating_sub(*asked),
        };
        if !right || bytes.end - bytes.start != body.len() as u64 {
            return Err(again(format!("{} bytes came, said to be {} to {}", body.len(), bytes.start, bytes.end)));
        }
        Ok(Answer { body, etag, range: Some((bytes, size)) })
    }

    /// What a status other than success means.
    fn refused(&self, wanted: &Wanted, response: &Response, body: &[u8]) -> No {
        let header = |name: &str| response.headers().get(name).and_then(|v| v.to_str().ok());
        let status = response.status();
        let text = self.hide(&String::from_utf8_lossy(body));
        let reason = status.canonical_reason().unwrap_or_default();
        let region = header("x-amz-bucket-region");
        let mut no = refusal::of_status(status.as_u16(), reason, region, &text, &wanted.bucket, &self.setting);
        if let No::Other(Refused::ForNow { wait_s, .. }) = &mut no {
            *wait_s = header(RETRY_AFTER.as_str()).and_then(|after| seconds_to_wait(after, header("date")));
        }
        no
    }

    /// What a request that had no answer, or a part of one, means.
    fn broken(&self, e: &reqwest::Error, read: usize) -> No {
        let why = self.hide(&root(e));
        let again = |message: String, hint| No::Other(Refused::ForNow { message, hint, wait_s: None });
        let unproven = reasons(e).into_iter().find(|r| r.contains("certificate"));
        if let Some(why) = unproven.filter(|_| e.is_connect()) {
            let error = Error::new(ErrorKind::Io, format!("the server does not prove who it is: {why}"));
            let hint = "where its certificate is of an authority of your own, name that one's file in SSL_CERT_FILE";
            return No::Other(Refused::ForGood(error.hint(hint)));
        }
        if e.is_connect() {
            let why = if e.is_timeout() { "no connection in time".to_owned() } else { why };
            return again(format!("S3 cannot be reached: {why}"), "check the network, AWS_REGION and AWS_ENDPOINT_URL");
        }
        if e.is_timeout() {
            let limit = self.options.timeout;
            return again(format!("no whole answer within {limit}"), "wait longer with --timeout");
        }
        if e.is_builder() {
            return No::Other(Refused::ForGood(Error::argument(format!("this is no request: {why}"))));
        }
        let after = if read > 0 { format!(" after {read} bytes") } else { String::new() };
        again(format!("the connection broke{after}: {why}"), "ask again; check the network")
    }

    fn hide(&self, text: &str) -> String {
        self.setting.keys.as_ref().map_or_else(|| text.to_owned(), |keys| keys.hide(text))
    }
}

/// `bytes 0-9/100`, half-open.
fn range_of(header: &str) -> Option<(Range<u64>, u64)> {
    let (range, size) = header.trim().strip_prefix("bytes ")?.split_once('/')?;
    let (first, last) = range.split_once('-')?;
    let (first, last, size): (u64, u64, u64) = (first.parse().ok()?, last.parse().ok()?, size.parse().ok()?);
    (first <= last && last < size).then_some((first..last + 1, size))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_is_a_host_where_it_can_be_one() {
        let setting = Setting { keys: None, looked: false, region: "eu-west-1".into(), endpoint: None };
        let client = Client::with(setting, &ServerOptions::default()).unwrap();
        let long = "b".repeat(64);
        for (bucket, address) in [
            ("my-data", "https://my-data.s3.eu-west-1.amazonaws.com/x".to_owned()),
            ("MyData", "https://s3.eu-west-1.amazonaws.com/MyData/x".to_owned()),
            ("my.data", "https://s3.eu-west-1.amazonaws.com/my.data/x".to_owned()),
            (long.as_str(), format!("https://s3.eu-west-1.amazonaws.com/{long}/x")),
        ] {
            let wanted = Wanted { bucket: bucket.to_owned(), key: "x".into(), ..Wanted::default() };
            assert_eq!(client.asker.address(&wanted).unwrap().0.as_str(), address);
        }
    }

    #[test]
    fn a_range_is_read_as_it_is_meant() {
        assert_eq!(range_of("bytes 0-9/100"), Some((0..10, 100)));
        for bad in ["bytes 9-0/100", "bytes 0-100/100", "bytes */100", "0-9/100", "bytes 0-9/*"] {
            assert_eq!(range_of(bad), None, "{bad}");
        }
    }
}
