//! How a server is asked; files need none of it.

use crate::time::{Span, Timestamp};

/// What the name of a server's answer begins with, before `http://` or `https://`.
const SCHEME: &str = "prometheus+";
/// What the name of an object in S3 begins with.
const S3: &str = "s3://";

/// Whether a name is that of a server's answer and not of a file: `prometheus+http://…` or `prometheus+https://…`, or `s3://…`, objects of
/// a bucket.
///
/// ```
/// use sre_stats::load::is_server;
/// assert!(is_server("prometheus+https://metrics.example:9090/?query=up"));
/// assert!(is_server("s3://lake/histograms/"));
/// assert!(!is_server("https.csv"));
/// ```
pub fn is_server(name: &str) -> bool {
    address(name).is_some() || bucket_and_key(name).is_some()
}

/// The bucket and the key of a name in S3; the key is empty for all that is in the bucket.
pub(crate) fn bucket_and_key(name: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = name.split_at_checked(S3.len())?;
    scheme.eq_ignore_ascii_case(S3).then(|| rest.split_once('/').unwrap_or((rest, "")))
}

/// The address behind the scheme.
pub(crate) fn address(name: &str) -> Option<&str> {
    // schemes are written in any case
    let (scheme, rest) = name.split_at_checked(SCHEME.len())?;
    let is_http = |word: &str| rest.get(..word.len()).is_some_and(|r| r.eq_ignore_ascii_case(word));
    (scheme.eq_ignore_ascii_case(SCHEME) && (is_http("http://") || is_http("https://"))).then_some(rest)
}

/// How servers are asked: Prometheus, and S3. The default sends no credentials.
///
/// Secrets are named and not held: a token is read from an environment variable when the server is asked, goes to the one address
/// that was given, and is in no message, no [`Debug`] and no file. Of the keys of S3 the secret
/// one signs and is not sent; the key's id and a session's token are sent with each request.
///
/// ```
/// use sre_stats::load::{LoadOptions, ServerOptions};
/// let server = ServerOptions { token_env: Some("TEAM_TOKEN".into()), ..ServerOptions::default() };
/// let options = LoadOptions { server, ..LoadOptions::default() };
/// assert_eq!(options.server.retries, 3);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct ServerOptions {
    /// The environment variable that holds a bearer token.
    pub token_env: Option<String>,
    /// The environment variable that holds `user:password`.
    pub basic_env: Option<String>,
    /// Whether requests to S3 are signed with the keys that AWS's variables (`AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`,
    /// `AWS_SESSION_TOKEN`), or its files of credentials and settings, name. Region and address are taken from there in any case
    /// (`AWS_REGION`, `AWS_DEFAULT_REGION`; `AWS_ENDPOINT_URL_S3`, `AWS_ENDPOINT_URL`).
    pub aws_credentials: bool,
    /// The most points that one request asks for; Prometheus refuses more than 11,000 of one series. Default 10,000.
    pub page_points: u64,
    /// How long one request may take, from its first byte to the last of its answer. Default 2 min, as Prometheus' own limit is.
    pub timeout: Span,
    /// How often a request is repeated that failed for a reason that may pass: no connection, one that broke, too many requests
    /// (429), an error of the server (5xx). Default 3.
    pub retries: u32,
    /// The pause before the first repetition, doubled before each further one, unless the server says how long. Default 0.5 s.
    pub pause: Span,
    /// The most bytes of one answer, unpacked. Default 512 MiB.
    pub max_bytes: u64,
    /// The most series of an answer. Default 10,000.
    pub max_series: usize,
    /// When it was asked, for the report: the crate reads no clock.
    pub asked_at: Option<Timestamp>,
}

impl ServerOptions {
    /// The environment variable that a token is expected in where none is named.
    pub const TOKEN_VARIABLE: &str = "SRE_STATS_PROMETHEUS_TOKEN";

    /// The default, with the token of [`TOKEN_VARIABLE`](Self::TOKEN_VARIABLE) where that is set, and with AWS's keys: for an address that
    /// the user gave.
    ///
    /// One that came from elsewhere, such as a session that somebody sent, is not to be trusted with a token.
    pub fn from_environment() -> Self {
        let is_set = std::env::var_os(Self::TOKEN_VARIABLE).is_some_and(|token| !token.is_empty());
        Self { token_env: is_set.then(|| Self::TOKEN_VARIABLE.to_owned()), aws_credentials: true, ..Self::default() }
    }
}

impl Default for ServerOptions {
    fn default() -> Self {
        Self {
            token_env: None,
            basic_env: None,
            aws_credentials: false,
            page_points: 10_000,
            timeout: Span(2 * Span::MINUTE.0),
            retries: 3,
            pause: Span(Span::SECOND.0 / 2),
            max_bytes: 512 << 20,
            max_series: 10_000,
            asked_at: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_servers_are_told_from_files() {
        for name in ["prometheus+http://h", "Prometheus+HTTPS://h/?query=up", "s3://b", "S3://b/k"] {
            assert!(is_server(name), "{name}");
        }
        for name in [
            "",
            "prometheus",
            "prometheus+",
            "prometheus+ftp://h",
            "http://h",
            "prometheusähttp://h",
            "a.csv",
            "s3:/b",
            "s3",
        ] {
            assert!(!is_server(name), "{name}");
        }
        assert_eq!(bucket_and_key("s3://b/a/c.csv"), Some(("b", "a/c.csv")));
        assert_eq!(bucket_and_key("s3://b"), Some(("b", "")));
    }
}
