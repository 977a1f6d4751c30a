//! Objects of S3 in the place of files: moto's server on the loopback interface, which checks signatures by AWS's rules, behind a relay that
//! counts what goes through it and breaks or delays it as it is told.
//!
//! What is read from the bucket is compared with what is read from the same files on disk. `tests/run` installs moto.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

#[path = "../live/fake.rs"]
#[allow(dead_code, reason = "shared with the tests of the other server")]
mod fake;
mod lazy;
mod refused;
mod relay;
mod trouble;

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use relay::Relay;

/// The server, and the folder whose files are in its bucket `lake`.
struct Moto {
    folder: PathBuf,
    port: u16,
    reader: [String; 2],
    nobody: [String; 2],
    _server: Child,
}

static MOTO: OnceLock<Moto> = OnceLock::new();

fn python() -> PathBuf {
    let cache = || {
        let home = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
        let home = home.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache")));
        std::env::var_os("SRE_STATS_CACHE").map(PathBuf::from).or_else(|| Some(home?.join("sre-stats")))
    };
    let named = std::env::var_os("SRE_STATS_PYTHON").map(PathBuf::from);
    named.or_else(|| Some(cache()?.join("venv/bin/python"))).unwrap()
}

fn moto() -> &'static Moto {
    MOTO.get_or_init(|| {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("s3-{}", std::process::id()));
        let script = workspace_tests::root().join("tests/tests/s3/bucket.py");
        let mut command = Command::new(python());
        command.arg(script).arg(&folder).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("AWS_")) {
            command.env_remove(name);
        }
        let mut server = command.spawn().unwrap_or_else(|e| panic!("{}: {e}; tests/run makes it", python().display()));
        let mut line = String::new();
        BufReader::new(server.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let made: serde_json::Value =
            serde_json::from_str(&line).expect("moto starts: pip install 'moto[server]' boto3 pyarrow numpy");
        let pair = |who: &str| ["id", "secret"].map(|what| made[who][what].as_str().unwrap().to_owned());
        let port = made["port"].as_u64().unwrap() as u16;
        Moto { folder, port, reader: pair("reader"), nobody: pair("nobody"), _server: server }
    })
}

/// The keys of somebody, and a server's address, as AWS's variables.
fn keys(pair: &[String; 2], endpoint: &str) -> Vec<(&'static str, String)> {
    vec![
        ("AWS_ACCESS_KEY_ID", pair[0].clone()),
        ("AWS_SECRET_ACCESS_KEY", pair[1].clone()),
        ("AWS_ENDPOINT_URL", endpoint.to_owned()),
        ("AWS_REGION", "us-east-1".to_owned()),
    ]
}

/// Runs the program with these variables: exit code, standard output and standard error, in which no secret may stand.
fn told(variables: &[(&'static str, String)], arguments: &[&str]) -> (i32, String, String) {
    let mut command = Command::new(workspace_tests::program());
    command.args(arguments).current_dir(workspace_tests::root()).stdin(Stdio::null());
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("AWS_")) {
        command.env_remove(name);
    }
    // no files of the user's own
    command.env("AWS_CONFIG_FILE", "/nowhere").env("AWS_SHARED_CREDENTIALS_FILE", "/nowhere");
    let output = command.envs(variables.iter().map(|(name, value)| (name, value))).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let (out, err) = (text(output.stdout), text(output.stderr));
    for (name, value) in variables.iter().filter(|(name, _)| name.contains("SECRET") || name.contains("TOKEN")) {
        assert!(!out.contains(value) && !err.contains(value), "{name} is printed: {err}");
    }
    assert!(!err.contains("Signature=") && !out.contains("Signature="), "{err}");
    (output.status.code().unwrap(), out, err)
}

/// The program reading through a relay as who may read.
fn through(relay: &Relay, arguments: &[&str]) -> (i32, String, String) {
    told(&keys(&moto().reader, &relay.url()), arguments)
}

/// The answer as JSON.
fn json((code, out, err): (i32, String, String)) -> serde_json::Value {
    assert_eq!(code, 0, "{err}");
    serde_json::from_str(&out).unwrap()
}

/// A file of the folder as an argument.
fn local(name: &str) -> String {
    moto().folder.join(name).display().to_string()
}

fn size(name: &str) -> u64 {
    std::fs::metadata(moto().folder.join(name)).unwrap().len()
}

/// A line of what was understood.
fn understood<'a>(answer: &'a serde_json::Value, what: &str) -> &'a str {
    let notes = answer["input"]["understood"].as_array().unwrap();
    let note = notes.iter().find(|note| note["what"] == what).unwrap_or_else(|| panic!("nothing of {what}: {notes:?}"));
    note["choice"].as_str().unwrap()
}
