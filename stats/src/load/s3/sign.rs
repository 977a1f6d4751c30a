//! AWS Signature Version 4 in headers, for requests without a body.
//!
//! Source: AWS, *Authenticating Requests: Using the Authorization Header (AWS Signature Version 4)*. Keys stay here: what is sent is a
//! signature that holds for one request and a quarter of an hour.

use std::fmt::Write as _;

use jiff::Timestamp;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use ring::{digest, hmac};

use super::setting::Keys;

/// What AWS leaves as it is.
const KEPT: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
const KEPT_IN_PATHS: AsciiSet = KEPT.remove(b'/');

/// Text in a query.
pub(super) fn encoded(text: &str) -> String {
    utf8_percent_encode(text, &KEPT).to_string()
}

/// Text in a path.
pub(super) fn encoded_path(text: &str) -> String {
    utf8_percent_encode(text, &KEPT_IN_PATHS).to_string()
}

/// What is asked: a host, an encoded path and a query whose parameters are encoded and in order.
pub(super) struct Asked<'a> {
    pub(super) host: &'a str,
    pub(super) path: &'a str,
    pub(super) query: &'a str,
    /// Other headers, with small letters.
    pub(super) headers: &'a [(&'static str, String)],
}

/// The headers that sign a GET at a time; `Authorization` is the last.
pub(super) fn headers(asked: &Asked<'_>, keys: &Keys, region: &str, at: Timestamp) -> Vec<(&'static str, String)> {
    let (time, day) = (at.strftime("%Y%m%dT%H%M%SZ").to_string(), at.strftime("%Y%m%d").to_string());
    let no_body = hex(digest::digest(&digest::SHA256, b"").as_ref());
    let mut own = vec![("x-amz-content-sha256", no_body.clone()), ("x-amz-date", time.clone())];
    own.extend(keys.token.clone().map(|token| ("x-amz-security-token", token)));

    let mut signed = vec![("host", asked.host.to_owned())];
    signed.extend(asked.headers.iter().cloned().chain(own.iter().cloned()));
    signed.sort();
    let names: Vec<&str> = signed.iter().map(|(name, _)| *name).collect();
    let names = names.join(";");
    let lines = signed.iter().fold(String::new(), |lines, (name, value)| lines + name + ":" + value.trim() + "\n");
    let request = format!("GET\n{}\n{}\n{lines}\n{names}\n{no_body}", asked.path, asked.query);

    let scope = format!("{day}/{region}/s3/aws4_request");
    let request = hex(digest::digest(&digest::SHA256, request.as_bytes()).as_ref());
    let text = format!("AWS4-HMAC-SHA256\n{time}\n{scope}\n{request}");
    let mut key = format!("AWS4{}", keys.secret).into_bytes();
    for word in [day.as_str(), region, "s3", "aws4_request"] {
        key = mac(&key, word);
    }
    let signature = hex(&mac(&key, &text));
    let credential = format!("{}/{scope}", keys.id);
    let header = format!("AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders={names}, Signature={signature}");
    own.push(("authorization", header));
    own
}

fn mac(key: &[u8], text: &str) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text.as_bytes()).as_ref().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn signatures_are_those_that_aws_publishes() {
        let keys = Keys::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", None, "");
        let at: Timestamp = "2013-05-24T00:00:00Z".parse().unwrap();
        let range = [("range", "bytes=0-9".to_owned())];
        let examples = [
            ("/test.txt", "", &range[..], "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"),
            ("/", "lifecycle=", &[], "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"),
            ("/", "max-keys=2&prefix=J", &[], "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"),
        ];
        for (path, query, other, signature) in examples {
            let asked = Asked { host: "examplebucket.s3.amazonaws.com", path, query, headers: other };
            let headers = headers(&asked, &keys, "us-east-1", at);
            let (name, header) = headers.last().unwrap();
            assert_eq!(*name, "authorization");
            assert!(header.ends_with(&format!("Signature={signature}")), "{path}?{query}: {header}");
            assert!(
                header.contains("Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "),
                "{header}"
            );
        }
    }

    #[test]
    fn a_key_keeps_its_slashes_and_a_parameter_does_not() {
        assert_eq!(encoded_path("a=1/b c/ö+.parquet"), "a%3D1/b%20c/%C3%B6%2B.parquet");
        assert_eq!(encoded("a/b~c"), "a%2Fb~c");
    }
}
