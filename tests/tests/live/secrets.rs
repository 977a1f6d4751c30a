//! Credentials: where they go, and that nothing shows them.

use std::process::Command;

use crate::fake::{Fake, Reply};
use crate::{ask, over, paged, told};
use sre_stats::load::{LoadOptions, PrometheusQuery, ServerOptions};
use workspace_tests::prometheus::{Prometheus, Setup};

const TOKEN: &str = "tok-9f8e7d6c5b4a";
const FOUND: &str = r#"{"status":"success","data":{"resultType":"matrix","result":[
    {"metric":{"__name__":"level"},"values":[[1769904000,"1"],[1769904015,"2"],[1769904030,"4"]]}]},
    "warnings":["you are TOKEN"],"infos":["served by a replica"]}"#;

const RANGE: [&str; 6] = ["--from", "2026-02-01T00:00:00Z", "--to", "2026-02-01T00:01:00Z", "--step", "15s"];

fn inspect(environment: &[(&str, &str)], url: &str, more: &[&str]) -> (i32, String, String) {
    let words = [&["inspect", "--url", url, "--query", "level"], &RANGE[..], more].concat();
    told(environment, &words)
}

fn authorisation(head: &str) -> Option<&str> {
    head.lines().find_map(|line| line.strip_prefix("authorization: "))
}

/// The environment, the flags, and what the server is told.
type Case<'a> = (&'a [(&'a str, &'a str)], &'a [&'a str], Option<&'a str>);

#[test]
fn a_token_goes_to_the_server_and_nowhere_else() {
    let server = Fake::new(|_, _| Reply::json(&FOUND.replace("TOKEN", TOKEN)));
    let page = std::env::temp_dir().join(format!("sre-stats-live-token-{}.html", std::process::id()));
    let out = page.to_str().unwrap();
    let own = ("SRE_STATS_PROMETHEUS_TOKEN", TOKEN);
    let other = ("TEAM_TOKEN", TOKEN);
    let pair = ("TEAM_LOGIN", "ops:tok-9f8e7d6c5b4a");
    let cases: [Case<'_>; 5] = [
        (&[own], &["--out", out], Some("Bearer tok-9f8e7d6c5b4a")),
        (&[other], &["--token-env", "TEAM_TOKEN", "--json"], Some("Bearer tok-9f8e7d6c5b4a")),
        // base64 by coreutils
        (&[own, pair], &["--basic-env", "TEAM_LOGIN", "--json"], Some("Basic b3BzOnRvay05ZjhlN2Q2YzViNGE=")),
        (&[other], &["--json"], None),
        (&[], &["--json", "--tenant", "team-a"], None),
    ];
    for (environment, more, expected) in cases {
        let before = server.requests().len();
        let (code, stdout, stderr) = inspect(environment, &server.url(), more);
        assert_eq!(code, 0, "{stderr}");
        let requests = server.requests();
        assert_eq!(requests.len(), before + 1);
        let request = &requests[before];
        assert_eq!(authorisation(&request.head), expected, "{request:?}");
        assert_eq!(request.head.contains("x-scope-orgid: team-a"), more.contains(&"--tenant"), "{request:?}");
        assert!(!request.path.contains("tok-") && !request.body.contains("tok-"), "{request:?}");
        let written = more.contains(&out).then(|| std::fs::read_to_string(&page).unwrap());
        for text in [&stdout, &stderr].into_iter().chain(&written) {
            // what the server repeats of it is hidden where it was sent, and only there
            let shown = text.contains(TOKEN) || text.contains("b3BzOnRvay05ZjhlN2Q2YzViNGE");
            assert_eq!(shown, expected.is_none() && text.contains("you are"), "{more:?}: {text}");
        }
        assert!(stderr.contains("served by a replica") || stdout.contains("served by a replica"), "{stderr}");
    }
    std::fs::remove_file(page).unwrap();
    // what is named and not there is told by its name
    let (code, _, err) = inspect(&[], &server.url(), &["--token-env", "NO_SUCH_VARIABLE"]);
    assert!(code == 3 && err.contains("NO_SUCH_VARIABLE is not set"), "{err}");
    let (code, _, err) = inspect(&[("BAD", "two\nlines-tok")], &server.url(), &["--token-env", "BAD"]);
    assert!(code == 3 && err.contains("BAD holds what no HTTP header can") && !err.contains("lines"), "{err}");
    let (code, _, err) = inspect(&[own, pair], &server.url(), &["--basic-env", "TEAM_LOGIN", "--token-env", "X"]);
    assert_eq!(code, 2, "{err}");
}

#[test]
fn a_token_follows_no_redirection() {
    let other = Fake::new(|_, _| Reply::json(FOUND));
    for status in ["302 Found", "301 Moved Permanently", "307 Temporary Redirect", "308 Permanent Redirect"] {
        let to = format!("Location: {}/api/v1/query_range?token=x\r\n", other.url());
        let server = Fake::new(move |_, _| Reply::Whole(status, to.clone(), Vec::new()));
        let (code, stdout, stderr) = inspect(&[("SRE_STATS_PROMETHEUS_TOKEN", TOKEN)], &server.url(), &[]);
        assert_eq!((code, server.requests().len()), (3, 1));
        let told = format!("sends on to {}/api/v1/query_range ({status})", other.url());
        assert!(stderr.contains(&told) && stderr.contains("if you trust it"), "{stderr}");
        assert!(!stderr.contains(TOKEN) && !stdout.contains(TOKEN) && !stderr.contains("token=x"), "{stderr}");
    }
    assert_eq!(other.requests().len(), 0);
}

#[test]
fn a_refusal_that_repeats_the_token_is_not_repeated() {
    // a variable that every test has
    let variable = "CARGO_MANIFEST_DIR";
    let secret = std::env::var(variable).unwrap();
    let echo = secret.clone();
    let server = Fake::new(move |_, _| {
        let body = serde_json::json!({"status": "error", "errorType": "x", "error": format!("no such token: {echo}")});
        Reply::Whole("401 Unauthorized", String::new(), body.to_string().into())
    });
    let mut options = paged(10);
    options.server.token_env = Some(variable.into());
    let e = ask(&over(&server.url(), "up", 0, 60, 15), &options).unwrap_err();
    assert!(e.to_string().contains("does not accept what CARGO_MANIFEST_DIR holds"), "{e}");
    for text in [format!("{e} {e:?} {e:#?}"), format!("{options:?}")] {
        assert!(!text.contains(&secret), "{text}");
    }
    assert_eq!(server.requests().len(), 1);
    assert_eq!(authorisation(&server.requests()[0].head), Some(format!("Bearer {secret}").as_str()));
    // what is kept of a question has no place for a secret
    let asked = PrometheusQuery::new(server.url(), "up");
    let kept = serde_json::to_string(&asked).unwrap();
    assert_eq!(kept, format!("\"prometheus+{}?query=up\"", server.url()));
    assert_eq!(LoadOptions::default().server.token_env, None);
    let both = ServerOptions { token_env: Some("A".into()), basic_env: Some("B".into()), ..ServerOptions::default() };
    let both = LoadOptions { server: both, ..LoadOptions::default() };
    assert!(ask(&asked, &both).unwrap_err().to_string().contains("--token-env or --basic-env"));
}

/// Prometheus' own TLS and passwords. The hash is that of “test” in Prometheus' guide “Securing Prometheus API and UI endpoints using
/// basic auth”.
const WEB: &str = "tls_server_config: {cert_file: leaf.pem, key_file: leaf.key}
basic_auth_users: {admin: $2b$12$hNf2lSsxfm0.i4a.1kVpSOVyBCfIB51VRjgBUyv6kdnyTlgWj81Ay}
";

#[test]
fn an_encrypted_server_with_passwords_is_read() {
    let folder = std::env::temp_dir().join(format!("sre-stats-live-tls-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("leaf.cnf"), "subjectAltName=IP:127.0.0.1\nbasicConstraints=CA:FALSE\n").unwrap();
    let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
    let steps: [Vec<&str>; 3] = [
        [&["req", "-x509", "-subj", "/CN=authority", "-days", "2", "-keyout", "ca.key", "-out", "ca.pem"], &key[..]]
            .concat(),
        [&["req", "-subj", "/CN=server", "-keyout", "leaf.key", "-out", "leaf.csr"], &key[..]].concat(),
        "x509 -req -in leaf.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -out leaf.pem -extfile leaf.cnf"
            .split(' ')
            .collect(),
    ];
    for step in steps {
        let made = Command::new("openssl").args(&step).current_dir(&folder).output();
        let made = made.expect("openssl is missing: install Debian's package, or run tests/run");
        assert!(made.status.success(), "{step:?}: {}", String::from_utf8_lossy(&made.stderr));
    }
    let read = |name: &'static str| (name, std::fs::read(folder.join(name)).unwrap());
    let web = [("web.yml", WEB.into()), read("leaf.pem"), read("leaf.key")];
    let samples = "# TYPE level gauge\nlevel 1 1769904000\nlevel 2 1769904015\nlevel 4 1769904030\n# EOF\n";
    let server = Prometheus::start(&Setup { name: "tls", samples: Some(samples), web: &web, ..Setup::default() });
    let authority = folder.join("ca.pem");
    let trusted = ("SSL_CERT_FILE", authority.to_str().unwrap());
    let login = ("LOGIN", "admin:test");

    let (code, out, err) = inspect(&[trusted, login], &server.url(), &["--basic-env", "LOGIN", "--json"]);
    assert_eq!(code, 0, "{err}");
    let document: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(document["results"][0]["count"], 4);
    assert!(!out.contains("admin:test") && !err.contains("admin:test"));
    let (code, _, err) = inspect(&[trusted, ("LOGIN", "admin:wrong-one")], &server.url(), &["--basic-env", "LOGIN"]);
    assert!(code == 3 && err.contains("does not accept what LOGIN holds (401") && !err.contains("wrong-one"), "{err}");
    let (code, _, err) = inspect(&[trusted], &server.url(), &[]);
    assert!(code == 3 && err.contains("wants to know who asks (401") && err.contains("--token-env"), "{err}");
    let (code, _, err) = inspect(&[login], &server.url(), &["--basic-env", "LOGIN"]);
    assert!(code == 3 && err.contains("does not prove who it is") && err.contains("SSL_CERT_FILE"), "{err}");
    let (code, _, err) = inspect(&[login], &server.url().replace("https", "http"), &["--basic-env", "LOGIN"]);
    assert!(code == 3 && err.contains("400") && !err.contains("admin:test"), "{err}");
    std::fs::remove_dir_all(folder).unwrap();
}
