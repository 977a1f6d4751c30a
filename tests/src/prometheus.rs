//! A real Prometheus on the loopback interface, which ends with the test.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::missing_panics_doc, reason = "a test fails where it panics")]

use std::fmt::Write as _;
use std::io::{Read, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How a server is started.
#[derive(Default)]
pub struct Setup<'a> {
    /// Names its folder.
    pub name: &'a str,
    /// Its configuration.
    pub config: &'a str,
    /// More words of its command line.
    pub flags: &'a [&'a str],
    /// Samples that are in it from the beginning, as `OpenMetrics`.
    pub samples: Option<&'a str>,
    /// What is served below another path.
    pub prefix: &'a str,
    /// Its file for TLS and passwords, and those that this one names.
    pub web: &'a [(&'a str, Vec<u8>)],
}

/// The server and its folder.
pub struct Prometheus {
    process: Child,
    port: u16,
    folder: PathBuf,
    prefix: String,
    encrypted: bool,
}

impl Prometheus {
    /// Starts it, and waits until it is ready.
    pub fn start(setup: &Setup<'_>) -> Self {
        let folder = std::env::temp_dir().join(format!("sre-stats-prometheus-{}-{}", setup.name, std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("prometheus.yml"), setup.config).unwrap();
        if let Some(samples) = setup.samples {
            std::fs::write(folder.join("samples"), samples).unwrap();
            let made = Command::new("promtool")
                .args(["tsdb", "create-blocks-from", "openmetrics"])
                .args([folder.join("samples"), folder.join("data")])
                .stdout(Stdio::null())
                .status()
                .expect("promtool is missing: install Debian's package prometheus, or run tests/run");
            assert!(made.success());
        }
        for (name, bytes) in setup.web {
            std::fs::write(folder.join(name), bytes).unwrap();
        }
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut command = Command::new("prometheus");
        command
            .arg(format!("--config.file={}", folder.join("prometheus.yml").display()))
            .arg(format!("--storage.tsdb.path={}", folder.join("data").display()))
            .arg(format!("--web.listen-address=127.0.0.1:{port}"))
            .args(["--storage.tsdb.retention.time=100y", "--log.level=error"])
            .args(setup.flags);
        if !setup.prefix.is_empty() {
            command.arg(format!("--web.route-prefix={}", setup.prefix));
        }
        if let Some((name, _)) = setup.web.first() {
            command.arg(format!("--web.config.file={}", folder.join(name).display()));
        }
        let process = command.spawn().expect("prometheus is missing: install Debian's package, or run tests/run");
        let prefix = setup.prefix.to_owned();
        let mut server = Self { process, port, folder, prefix, encrypted: !setup.web.is_empty() };
        let since = Instant::now();
        while !server.is_ready() {
            assert!(server.process.try_wait().unwrap().is_none(), "the server ended early");
            assert!(since.elapsed() < Duration::from_mins(1), "the server did not become ready");
            std::thread::sleep(Duration::from_millis(50));
        }
        server
    }

    /// An encrypted one is ready when it listens, as far as can be told from outside.
    fn is_ready(&self) -> bool {
        if self.encrypted {
            return TcpStream::connect(("127.0.0.1", self.port)).is_ok();
        }
        self.raw("GET", "/-/ready", "", &[]).is_some_and(|(status, _)| status == 200)
    }

    /// The address, with its path.
    pub fn url(&self) -> String {
        let scheme = if self.encrypted { "https" } else { "http" };
        format!("{scheme}://127.0.0.1:{}{}", self.port, self.prefix)
    }

    /// Status and body of an answer as the server sends it; HTTP/1.0, so that it comes in one piece.
    pub fn raw(&self, method: &str, path: &str, head: &str, body: &[u8]) -> Option<(u16, Vec<u8>)> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).ok()?;
        stream.set_read_timeout(Some(Duration::from_secs(30))).ok()?;
        let prefix = &self.prefix;
        write!(stream, "{method} {prefix}{path} HTTP/1.0\r\n{head}Content-Length: {}\r\n\r\n", body.len()).ok()?;
        stream.write_all(body).ok()?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).ok()?;
        let end = answer.windows(4).position(|w| w == b"\r\n\r\n")?;
        let status = String::from_utf8_lossy(answer.get(9..12)?).parse().ok()?;
        Some((status, answer.split_off(end + 4)))
    }

    /// The answer to a query over a range that ends with its last instant, in seconds: what `curl` would save.
    pub fn saved(&self, query: &str, first_s: i64, last_s: i64, step_s: i64) -> (u16, Vec<u8>) {
        let escaped = query.bytes().fold(String::new(), |mut out, b| {
            write!(out, "%{b:02X}").unwrap();
            out
        });
        let path = format!("/api/v1/query_range?query={escaped}&start={first_s}&end={last_s}&step={step_s}");
        self.raw("GET", &path, "", b"").unwrap()
    }
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
