//! Credentials from the environment, which nothing prints.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::HeaderValue;

use crate::error::{Error, Result};
use crate::load::server::ServerOptions;

/// What authorises, and what must not be seen of it.
pub(super) struct Secret {
    header: HeaderValue,
    /// The environment variable that it came from, and what it is.
    pub(super) variable: String,
    pub(super) what: &'static str,
    hidden: Vec<String>,
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({})", self.variable)
    }
}

impl Secret {
    /// What the options name, where they name one.
    pub(super) fn of(options: &ServerOptions) -> Result<Option<Self>> {
        match (&options.token_env, &options.basic_env) {
            (None, None) => Ok(None),
            (Some(variable), None) => Self::bearer(variable, &read(variable)?).map(Some),
            (None, Some(variable)) => Self::basic(variable, &read(variable)?).map(Some),
            (Some(_), Some(_)) => {
                Err(Error::argument("a token and a password at once").hint("give --token-env or --basic-env"))
            }
        }
    }

    fn bearer(variable: &str, token: &str) -> Result<Self> {
        Self::new(variable, "bearer token", format!("Bearer {token}"), vec![token.to_owned()])
    }

    fn basic(variable: &str, pair: &str) -> Result<Self> {
        let Some((_, password)) = pair.split_once(':') else {
            return Err(Error::argument(format!("the environment variable {variable} does not hold user:password")));
        };
        let coded = STANDARD.encode(pair);
        let hidden = vec![pair.to_owned(), coded.clone(), password.to_owned()];
        Self::new(variable, "user and password", format!("Basic {coded}"), hidden)
    }

    fn new(variable: &str, what: &'static str, header: String, mut hidden: Vec<String>) -> Result<Self> {
        let mut header = HeaderValue::try_from(header).map_err(|_| {
            // the error beneath may hold the text
            Error::argument(format!("the environment variable {variable} holds what no HTTP header can"))
        })?;
        header.set_sensitive(true);
        // a single letter would be found everywhere
        hidden.retain(|h| h.len() >= 4);
        Ok(Self { header, variable: variable.to_owned(), what, hidden })
    }

    /// The header `Authorization`, marked as sensitive.
    pub(super) fn header(&self) -> HeaderValue {
        self.header.clone()
    }

    /// The text of a server without what it may have repeated of this.
    pub(super) fn hide(&self, text: &str) -> String {
        self.hidden.iter().fold(text.to_owned(), |text, hidden| text.replace(hidden.as_str(), "…"))
    }
}

fn read(variable: &str) -> Result<String> {
    let bad = |what: &str| {
        Error::argument(format!("the environment variable {variable} {what}"))
            .hint("export it, or name another one with --token-env or --basic-env")
    };
    let value = std::env::var_os(variable).ok_or_else(|| bad("is not set"))?;
    let value = value.into_string().map_err(|_| bad("is not UTF-8"))?;
    let value = value.trim();
    if value.is_empty() { Err(bad("is empty")) } else { Ok(value.to_owned()) }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn nothing_prints_it() {
        let token = Secret::bearer("T", "s3cr3t-token").unwrap();
        // RFC 7617's own example
        let basic = Secret::basic("B", "Aladdin:open sesame").unwrap();
        assert_eq!(basic.header().as_bytes(), b"Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
        assert_eq!(token.header().as_bytes(), b"Bearer s3cr3t-token");
        for (secret, words) in [(&token, &["s3cr3t"][..]), (&basic, &["sesame", "QWxh"])] {
            let debug = format!("{secret:?} {:?}", secret.header());
            let echoed = secret.hide("you sent Bearer s3cr3t-token, Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==, open sesame");
            assert!(words.iter().all(|w| !debug.contains(w) && !echoed.contains(w)), "{debug} {echoed}");
        }
        let e = Secret::bearer("T", "two\nlines-s3cr3t").unwrap_err();
        assert!(!format!("{e} {e:?}").contains("s3cr3t"), "{e:?}");
        assert!(Secret::basic("B", "no-password").unwrap_err().to_string().contains("user:password"));
    }
}
