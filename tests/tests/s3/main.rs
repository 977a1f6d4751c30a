//! Objects of S3 in the place of files: moto's server on the loopback interface, which checks signatures by AWS's rules, behind a relay that
//! counts what goes through it and breaks or delays it as it is told.
//!
//! What is read from the bucket is compared with what is read from the same files on disk. `tests/run` installs moto.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

#[path = "../live/fake.rs"]
#[allow(dead_code, reason = "shared with the tests of the other server")]
mod fake;
mod lazy;
mod moto;
mod notebook;
mod refused;
mod relay;
mod trouble;

use std::process::{Command, Stdio};

use moto::{keys, local, moto, size};
use relay::Relay;

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

/// A line of what was understood.
fn understood<'a>(answer: &'a serde_json::Value, what: &str) -> &'a str {
    let notes = answer["input"]["understood"].as_array().unwrap();
    let note = notes.iter().find(|note| note["what"] == what).unwrap_or_else(|| panic!("nothing of {what}: {notes:?}"));
    note["choice"].as_str().unwrap()
}
