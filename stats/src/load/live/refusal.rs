//! What a server's refusal means, and the way out.

use serde::Deserialize;

use crate::error::{Error, ErrorKind};
use crate::load::http::Refused;

/// The answer of Prometheus to what it refuses.
#[derive(Deserialize)]
struct Told {
    error: String,
}

/// What a server says of itself in an answer that is no success: at most a line.
fn told(body: &[u8], is_text: bool) -> Option<String> {
    let text = match serde_json::from_slice::<Told>(body) {
        Ok(told) => told.error,
        Err(_) if is_text => String::from_utf8_lossy(body).into_owned(),
        Err(_) => return None,
    };
    let words: Vec<&str> = text.split_whitespace().collect();
    let line: String = words.join(" ").chars().take(500).collect();
    (!line.is_empty()).then_some(line)
}

/// What a status other than success means.
///
/// `sent_on` is where a redirection leads, `authorised` says what was sent as authorisation.
pub(super) fn of_status(
    status: u16,
    reason: &str,
    body: &[u8],
    is_text: bool,
    sent_on: Option<&str>,
    authorised: Option<&str>,
) -> Refused {
    let told = told(body, is_text);
    let said = told.as_ref().map_or_else(String::new, |t| format!(": {t}"));
    let answer = format!("{status} {reason}").trim().to_owned();
    let good = |kind, message: String, hint: &str| Refused::ForGood(Error::new(kind, message).hint(hint));
    match status {
        300..=399 => {
            let to = sent_on.unwrap_or("an address that it does not tell");
            let message = format!("the server sends on to {to} ({answer}), and nothing was sent there");
            good(ErrorKind::Io, message, "give that address if you trust it")
        }
        401 => {
            let (message, hint) = match authorised {
                Some(variable) => (
                    format!("the server does not accept what {variable} holds ({answer}){said}"),
                    "check the environment variable, and whether the server wants a token or a password",
                ),
                None => (
                    format!("the server wants to know who asks ({answer}){said}"),
                    "put the token into an environment variable and name that with --token-env; user:password with --basic-env",
                ),
            };
            good(ErrorKind::Io, message, hint)
        }
        403 => good(
            ErrorKind::Io,
            format!("the server does not allow this ({answer}){said}"),
            "ask with other credentials (--token-env, --basic-env) or for another --tenant",
        ),
        404 => good(
            ErrorKind::Io,
            format!("there is no API of Prometheus at this address ({answer})"),
            "there may be a path before /api/v1, such as http://host/prometheus",
        ),
        405 | 501 => Refused::Method,
        429 | 500..=599 => Refused::ForNow {
            message: format!("the server cannot answer now ({answer}){said}"),
            hint: "ask again later, or for less",
            wait_s: None,
        },
        _ => {
            let hint = told.as_deref().map_or("check the address", hint_of);
            good(ErrorKind::Argument, format!("the server refuses the query ({answer}){said}"), hint)
        }
    }
}

/// The way out of what Prometheus says about a query.
fn hint_of(told: &str) -> &'static str {
    let has = |word: &str| told.contains(word);
    if has("too many samples") || has("maximum resolution") {
        "ask for less a request with --page-points, for a longer --step, or for fewer series"
    } else if has("parse error") {
        "correct the query; the place is given as line:column"
    } else {
        "correct the query"
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn a_page_that_is_no_answer_is_not_repeated() {
        let html = b"<html>\n<body>Not here</body>";
        let Refused::ForGood(e) = of_status(404, "Not Found", html, false, None, None) else { panic!() };
        assert!(e.to_string().contains("a path before /api/v1") && !e.to_string().contains("html"), "{e}");
        let long = "word ".repeat(10_000);
        let Refused::ForNow { message, .. } = of_status(502, "", long.as_bytes(), true, None, None) else { panic!() };
        assert!(message.len() < 600 && message.starts_with("the server cannot answer now (502): word"), "{message}");
    }
}
