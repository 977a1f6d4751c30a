//! The server, and a process of its own for a test that reads through it by AWS's variables; shared with the tests of the window.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use crate::relay::{Manner, Relay};

/// The server, and the folder whose files are in its bucket `lake`.
pub(crate) struct Moto {
    pub(crate) folder: PathBuf,
    pub(crate) port: u16,
    pub(crate) reader: [String; 2],
    pub(crate) nobody: [String; 2],
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

/// The server, started once.
pub(crate) fn moto() -> &'static Moto {
    MOTO.get_or_init(|| {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("s3-{}", std::process::id()));
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/tests/s3/bucket.py").canonicalize().unwrap();
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
pub(crate) fn keys(pair: &[String; 2], endpoint: &str) -> Vec<(&'static str, String)> {
    vec![
        ("AWS_ACCESS_KEY_ID", pair[0].clone()),
        ("AWS_SECRET_ACCESS_KEY", pair[1].clone()),
        ("AWS_ENDPOINT_URL", endpoint.to_owned()),
        ("AWS_REGION", "us-east-1".to_owned()),
    ]
}

/// A file of the folder as an argument.
pub(crate) fn local(name: &str) -> String {
    moto().folder.join(name).display().to_string()
}

/// Its bytes.
pub(crate) fn size(name: &str) -> u64 {
    std::fs::metadata(moto().folder.join(name)).unwrap().len()
}

/// Which process a test runs in.
pub(crate) enum Process {
    /// One that has AWS's variables, with the folder whose files are in the bucket.
    Own(PathBuf),
    /// The one that started it, which has ended well; so many bytes were fetched.
    Other(u64),
}

/// The variable that names the folder to a process of a test's own.
const FOLDER: &str = "SRE_STATS_TEST_BUCKET";

/// Runs a test, by its full name, once more in a process that has the keys of who may read: variables are those of a process, which other
/// tests share.
pub(crate) fn process(test: &str) -> Process {
    if let Some(folder) = std::env::var_os(FOLDER) {
        return Process::Own(folder.into());
    }
    let relay = Relay::new(Manner::Plain);
    let mut command = Command::new(std::env::current_exe().unwrap());
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("AWS_")) {
        command.env_remove(name);
    }
    command.args(["--exact", test, "--nocapture"]).env(FOLDER, &moto().folder).envs(keys(&moto().reader, &relay.url()));
    let output = command.env("AWS_CONFIG_FILE", "/nowhere").env("AWS_SHARED_CREDENTIALS_FILE", "/nowhere").output();
    let output = output.unwrap();
    let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
    Process::Other(relay.bytes())
}
