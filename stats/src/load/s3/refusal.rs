//! What S3's refusals mean, and the way out.

use serde::Deserialize;

use super::setting::Setting;
use crate::error::{Error, ErrorKind};
use crate::load::http::Refused;

/// S3's answer to what it refuses.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Told {
    code: String,
    message: String,
    region: String,
}

/// Why S3 gave no answer.
#[derive(Debug)]
pub(super) enum No {
    /// There is no such object.
    Object,
    Other(Refused),
}

/// What a status other than success means; `region` is the one that a header names.
pub(super) fn of_status(
    status: u16,
    reason: &str,
    region: Option<&str>,
    body: &str,
    bucket: &str,
    set: &Setting,
) -> No {
    let told: Told = quick_xml::de::from_str(body).unwrap_or_default();
    let code = told.code.trim();
    let region = region.or(Some(told.region.trim())).filter(|region| !region.is_empty() && *region != set.region);
    let words: Vec<&str> = told.message.split_whitespace().collect();
    let said: String = words.join(" ").chars().take(300).collect();
    let mut answer = format!("{status} {reason}").trim().to_owned();
    if !code.is_empty() {
        answer = format!("{status} {code}");
    }
    let good = |kind, message: String, hint: &str| No::Other(Refused::ForGood(Error::new(kind, message).hint(hint)));
    let io = |message: String, hint: &str| good(ErrorKind::Io, message, hint);
    let where_ = set.endpoint.as_ref().map_or_else(
        || format!("check the name; the region asked is {}, and AWS_REGION names another", set.region),
        |url| {
            format!(
                "check the name; the server asked is {}, as AWS_ENDPOINT_URL says",
                url.origin().ascii_serialization()
            )
        },
    );
    let from = set.keys.as_ref().map(|keys| keys.from.as_str());
    match (status, code) {
        (404, "NoSuchBucket") => io(format!("there is no bucket “{bucket}” ({answer})"), &where_),
        (404, _) => No::Object,
        (
            _,
            "InvalidAccessKeyId" | "SignatureDoesNotMatch" | "InvalidToken" | "ExpiredToken" | "TokenRefreshRequired",
        ) => {
            let from = from.unwrap_or("nothing");
            io(
                format!("S3 does not accept the keys of {from} ({answer})"),
                "check them, and AWS_SESSION_TOKEN where they are for a while only",
            )
        }
        (_, "RequestTimeTooSkewed") => {
            io(format!("S3's clock and that of this machine differ too much ({answer})"), "set the clock")
        }
        (300..=399 | 400 | 403, _) if region.is_some() || matches!(code, "PermanentRedirect" | "TemporaryRedirect") => {
            let own = region.unwrap_or("another region");
            io(
                format!("the bucket “{bucket}” is in {own}, and {} was asked ({answer})", set.region),
                &region.map_or("set AWS_REGION to it".to_owned(), |own| format!("set AWS_REGION={own}")),
            )
        }
        (401 | 403, _) => match (from, set.looked) {
            (Some(from), _) => io(
                format!("the keys of {from} may not read this ({answer})"),
                "ask for s3:GetObject and s3:ListBucket on it, or take other keys",
            ),
            (None, true) => io(
                format!("S3 wants to know who asks, and there are no keys ({answer})"),
                "export AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (aws configure export-credentials --format env prints them)",
            ),
            (None, false) => io(
                format!("S3 wants to know who asks, and no keys were given away ({answer})"),
                "a session gets none: open the bucket itself; in Rust: ServerOptions::from_environment()",
            ),
        },
        (412, _) => io("the object changed while it was read (412)".to_owned(), "read it again"),
        (429 | 500..=599, _) => No::Other(Refused::ForNow {
            message: format!("S3 cannot answer now ({answer})"),
            hint: "ask again later",
            wait_s: None,
        }),
        (300..=399, _) => io(
            format!("the server sends on elsewhere ({answer}), and nothing was sent there"),
            "check AWS_ENDPOINT_URL",
        ),
        _ => {
            let said = if said.is_empty() { String::new() } else { format!(": {said}") };
            io(format!("S3 refuses the request ({answer}){said}"), "check the name and AWS_ENDPOINT_URL")
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_elsewhere_is_told_with_its_region() {
        let set = Setting { keys: None, looked: true, region: "us-east-1".into(), endpoint: None };
        let body = "<?xml version=\"1.0\"?><Error><Code>AuthorizationHeaderMalformed</Code><Message>m</Message><Region>eu-west-3</Region></Error>";
        for (status, header, body) in [(400, None, body), (301, Some("eu-west-3"), ""), (403, Some("eu-west-3"), "")] {
            let No::Other(Refused::ForGood(e)) = of_status(status, "", header, body, "b", &set) else { panic!() };
            assert!(e.to_string().contains("AWS_REGION=eu-west-3"), "{e}");
        }
        let No::Other(Refused::ForGood(e)) = of_status(403, "Forbidden", Some("us-east-1"), "", "b", &set) else {
            panic!()
        };
        assert!(e.to_string().contains("AWS_ACCESS_KEY_ID"), "{e}");
        // who named the bucket in a session gets no keys, and is told
        let set = Setting { looked: false, ..set };
        let No::Other(Refused::ForGood(e)) = of_status(403, "Forbidden", None, "", "b", &set) else { panic!() };
        let text = e.to_string();
        assert!(text.contains("a session gets none") && text.contains("ServerOptions::from_environment()"), "{text}");
        assert!(matches!(of_status(404, "", None, "", "b", &set), No::Object));
    }
}
