//! Keys, region and address, by the variables and files that AWS's own tools read.

use std::fmt;
use std::path::PathBuf;

use reqwest::Url;

use crate::error::{Error, Result};
use crate::load::server::ServerOptions;

const KEY: &str = "AWS_ACCESS_KEY_ID";
const SECRET: &str = "AWS_SECRET_ACCESS_KEY";
const TOKEN: &str = "AWS_SESSION_TOKEN";
/// Where S3 is where nothing says it.
const REGION: &str = "us-east-1";

/// What signs.
#[derive(Clone)]
pub(super) struct Keys {
    pub(super) id: String,
    pub(super) secret: String,
    pub(super) token: Option<String>,
    /// Where they were found.
    pub(super) from: String,
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keys({})", self.from)
    }
}

impl Keys {
    pub(super) fn new(id: &str, secret: &str, token: Option<String>, from: &str) -> Self {
        Self { id: id.to_owned(), secret: secret.to_owned(), token, from: from.to_owned() }
    }

    /// The text of a server without what it may have repeated of this.
    pub(super) fn hide(&self, text: &str) -> String {
        let hidden = [Some(&self.secret), self.token.as_ref(), Some(&self.id)];
        hidden.into_iter().flatten().filter(|h| h.len() >= 4).fold(text.to_owned(), |text, h| text.replace(h, "…"))
    }
}

/// How S3 is reached.
#[derive(Clone, Debug)]
pub(super) struct Setting {
    /// What signs; without it requests are not signed, which buckets for everybody allow.
    pub(super) keys: Option<Keys>,
    /// Whether keys were looked for.
    pub(super) looked: bool,
    pub(super) region: String,
    /// A server of one's own.
    pub(super) endpoint: Option<Url>,
}

impl Setting {
    /// What the environment says; keys only where the options allow it.
    pub(super) fn of(options: &ServerOptions) -> Result<Self> {
        let variable = |name: &str| std::env::var(name).ok();
        Self::read(options.aws_credentials, &variable, &|path| std::fs::read_to_string(path).ok())
    }

    fn read(
        with_keys: bool,
        variable: &dyn Fn(&str) -> Option<String>,
        file: &dyn Fn(&PathBuf) -> Option<String>,
    ) -> Result<Self> {
        let variable = |name: &str| variable(name).map(|v| v.trim().to_owned()).filter(|v| !v.is_empty());
        let profile = variable("AWS_PROFILE");
        let path = |name: &str, own: &str| {
            let home = || variable("HOME").or_else(|| variable("USERPROFILE"));
            variable(name).map(PathBuf::from).or_else(|| Some(PathBuf::from(home()?).join(".aws").join(own)))
        };
        let text = |name, own| path(name, own).and_then(|path| file(&path)).unwrap_or_default();
        let chosen = profile.as_deref().unwrap_or("default");
        let config = Section::of(&text("AWS_CONFIG_FILE", "config"), chosen);
        let keys = if with_keys {
            Self::keys(&variable, &text("AWS_SHARED_CREDENTIALS_FILE", "credentials"), &config, profile.as_deref())?
        } else {
            None
        };
        let region = variable("AWS_REGION").or_else(|| variable("AWS_DEFAULT_REGION")).or_else(|| config.get("region"));
        let region = region.unwrap_or_else(|| REGION.to_owned());
        if !region.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_') {
            return Err(Error::argument("AWS_REGION holds no name of a region").hint("set one such as eu-central-1"));
        }
        let named = |name: &str| variable(name).map(|url| (name.to_owned(), url));
        let endpoint = named("AWS_ENDPOINT_URL_S3").or_else(|| named("AWS_ENDPOINT_URL"));
        let endpoint = endpoint.or_else(|| config.get("endpoint_url").map(|url| ("endpoint_url".to_owned(), url)));
        let endpoint = endpoint.map(|(name, url)| address(&name, &url)).transpose()?;
        Ok(Self { keys, looked: with_keys, region, endpoint })
    }

    fn keys(
        variable: &dyn Fn(&str) -> Option<String>,
        credentials: &str,
        config: &Section,
        profile: Option<&str>,
    ) -> Result<Option<Keys>> {
        // keys in variables go before those of a profile that a variable names: botocore's `create_credential_resolver` asks its
        // `EnvProvider` first, and leaves it out only where a profile is an argument (`--profile`)
        match (variable(KEY), variable(SECRET)) {
            (Some(id), Some(secret)) => {
                return Ok(Some(Keys::new(&id, &secret, variable(TOKEN), &format!("{KEY} and {SECRET}"))));
            }
            (Some(_), None) => return Err(Error::argument(format!("{KEY} is set, and {SECRET} is not"))),
            (None, Some(_)) if profile.is_none() => {
                return Err(Error::argument(format!("{SECRET} is set, and {KEY} is not")));
            }
            _ => {}
        }
        let chosen = profile.unwrap_or("default");
        let own = Section::of(credentials, chosen);
        let from = format!("the profile “{chosen}” of AWS's files");
        for section in [&own, config] {
            if let (Some(id), Some(secret)) = (section.get("aws_access_key_id"), section.get("aws_secret_access_key")) {
                return Ok(Some(Keys::new(&id, &secret, section.get("aws_session_token"), &from)));
            }
        }
        match profile {
            None => Ok(None),
            Some(name) => Err(Error::argument(format!("AWS_PROFILE names “{name}”, and AWS's files have no keys of it"))
                .hint("for a role or single sign-on: eval \"$(aws configure export-credentials --format env)\" and unset AWS_PROFILE")),
        }
    }
}

/// The address of a server of one's own.
fn address(name: &str, text: &str) -> Result<Url> {
    let bad = || Error::argument(format!("{name} holds no address")).hint("set one such as http://localhost:9000");
    let url = Url::parse(text).map_err(|_| bad())?;
    let plain = url.username().is_empty() && url.password().is_none() && url.query().is_none();
    let known = matches!(url.scheme(), "http" | "https") && url.host_str().is_some();
    if plain && known { Ok(url) } else { Err(bad()) }
}

/// The lines of a section of AWS's files.
struct Section(Vec<(String, String)>);

impl Section {
    /// Those of a profile: `[name]`, or `[profile name]` in the file of settings.
    fn of(text: &str, profile: &str) -> Self {
        let mut within = false;
        let mut lines = Vec::new();
        for line in text.lines() {
            // an indented line belongs to a nested setting
            let nested = line.starts_with([' ', '\t']);
            let line = line.trim();
            if let Some(head) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
                let head = head.trim();
                within = head.strip_prefix("profile ").map_or(head, str::trim) == profile;
            } else if let (true, false, Some((key, value))) = (within, nested, line.split_once('='))
                && !line.starts_with(['#', ';'])
            {
                lines.push((key.trim().to_ascii_lowercase(), value.trim().to_owned()));
            }
        }
        Self(lines)
    }

    fn get(&self, key: &str) -> Option<String> {
        self.0.iter().rev().find(|(own, value)| own == key && !value.is_empty()).map(|(_, value)| value.clone())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)], files: &[(&str, &str)]) -> Result<Setting> {
        let find =
            |all: &[(&str, &str)], name: &str| all.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned());
        Setting::read(true, &|name| find(variables, name), &|path| find(files, path.to_str().unwrap()))
    }

    #[test]
    fn variables_go_before_files_and_before_a_profile() {
        let files = [
            (
                "/h/.aws/credentials",
                "[default]\naws_access_key_id = ID1\naws_secret_access_key=SECRET1\n\n[team]\naws_access_key_id=ID2\naws_secret_access_key=SECRET2\naws_session_token=TOKEN2\n",
            ),
            (
                "/h/.aws/config",
                "[default]\nregion = eu-west-1\n[profile team]\nregion=eu-central-1\ns3 =\n  endpoint_url = http://wrong\n# endpoint_url = http://wrong\nendpoint_url = http://own:9000\n",
            ),
        ];
        let home = ("HOME", "/h");
        let plain = read(&[home], &files).unwrap();
        assert_eq!((plain.keys.unwrap().secret.as_str(), plain.region.as_str()), ("SECRET1", "eu-west-1"));
        assert!(plain.endpoint.is_none());
        let given = [home, (KEY, "ID3"), (SECRET, "SECRET3"), (TOKEN, "T3"), ("AWS_DEFAULT_REGION", "us-west-2")];
        let own = read(&given, &files).unwrap();
        let keys = own.keys.unwrap();
        assert_eq!((keys.id.as_str(), keys.token.as_deref(), own.region.as_str()), ("ID3", Some("T3"), "us-west-2"));
        assert_eq!(format!("{keys:?}"), "Keys(AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY)");
        let profile = ("AWS_PROFILE", "team");
        // keys of the variables, and all else of the profile
        let both = read(&[&given[..4], &[profile]].concat(), &files).unwrap();
        assert_eq!((both.keys.unwrap().id.as_str(), both.region.as_str()), ("ID3", "eu-central-1"));
        assert!(read(&[home, (KEY, "ID3"), profile], &files).is_err());
        let team = read(&[home, (SECRET, "SECRET3"), profile], &files).unwrap();
        assert_eq!((team.keys.unwrap().token.as_deref(), team.region.as_str()), (Some("TOKEN2"), "eu-central-1"));
        assert_eq!(team.endpoint.unwrap().as_str(), "http://own:9000/");
        let none = read(&[], &[]).unwrap();
        assert!(none.keys.is_none() && none.region == "us-east-1");
    }

    #[test]
    fn what_is_half_there_is_told_without_a_secret() {
        for (variables, word) in [
            (&[(KEY, "AKIDEXAMPLE")][..], SECRET),
            (&[(SECRET, "s3cr3t")], KEY),
            (&[("AWS_PROFILE", "nobody")], "nobody"),
            (&[("AWS_ENDPOINT_URL", "http://user:s3cr3t@host")], "AWS_ENDPOINT_URL"),
            (&[("AWS_ENDPOINT_URL_S3", "ftp://host")], "AWS_ENDPOINT_URL_S3"),
            (&[("AWS_REGION", "eu/../x")], "AWS_REGION"),
        ] {
            let text = read(variables, &[]).unwrap_err().to_string();
            assert!(text.contains(word) && !text.contains("s3cr3t") && !text.contains("AKID"), "{text}");
        }
    }
}
