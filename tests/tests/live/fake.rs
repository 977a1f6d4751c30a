//! A server that answers as it is told, and remembers what it was asked.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    /// All header lines.
    pub(crate) head: String,
    pub(crate) body: String,
}

/// What is sent for a request.
pub(crate) enum Reply {
    /// A status line such as `200 OK`, header lines that each end in `\r\n`, and a body with its length.
    Whole(&'static str, String, Vec<u8>),
    /// These bytes and no more, then the end of the connection.
    Bytes(Vec<u8>),
    /// A success whose body never ends.
    Endless,
    /// Nothing for so long.
    Slow(Duration),
}

impl Reply {
    /// A success.
    pub(crate) fn json(text: &str) -> Self {
        Self::Whole("200 OK", "Content-Type: application/json\r\n".into(), text.as_bytes().to_vec())
    }

    /// A refusal.
    pub(crate) fn status(line: &'static str) -> Self {
        Self::Whole(line, String::new(), Vec::new())
    }
}

/// The server; it listens as long as the test runs.
pub(crate) struct Fake {
    port: u16,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Fake {
    /// Answers what `reply` says to the request of each number, from 0 on; questions for metadata are neither counted nor answered.
    pub(crate) fn new(reply: impl Fn(usize, &Request) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (seen, reply) = (Arc::clone(&requests), Arc::new(reply));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (seen, reply) = (Arc::clone(&seen), Arc::clone(&reply));
                std::thread::spawn(move || serve(stream, &seen, &*reply));
            }
        });
        Self { port, requests }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub(crate) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// What it was asked so far.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }
}

/// One request, one answer, one connection.
fn serve(mut stream: TcpStream, seen: &Mutex<Vec<Request>>, reply: &dyn Fn(usize, &Request) -> Reply) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut first = String::new();
    reader.read_line(&mut first).ok()?;
    let mut words = first.split_whitespace().map(str::to_owned);
    let (method, path) = (words.next()?, words.next()?);
    let mut head = String::new();
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        if line.trim().is_empty() {
            break;
        }
        if let Some(n) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = n.trim().parse().ok()?;
        }
        head.push_str(&line);
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let request = Request { method, path, head, body: String::from_utf8(body).ok()? };
    if request.path.contains("/api/v1/metadata") {
        return stream.write_all(b"HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n").ok();
    }
    let number = {
        let mut seen = seen.lock().unwrap();
        seen.push(request.clone());
        seen.len() - 1
    };
    match reply(number, &request) {
        Reply::Whole(status, head, body) => {
            let length = body.len();
            let head = format!("HTTP/1.1 {status}\r\n{head}Connection: close\r\nContent-Length: {length}\r\n\r\n");
            stream.write_all(&[head.as_bytes(), &body].concat()).ok()
        }
        Reply::Bytes(bytes) => stream.write_all(&bytes).ok(),
        Reply::Endless => {
            stream.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n").ok()?;
            let chunk = [b"10000\r\n".as_slice(), &vec![b'{'; 65_536], b"\r\n"].concat();
            // ends when the other side has had enough
            while stream.write_all(&chunk).is_ok() {}
            Some(())
        }
        Reply::Slow(time) => {
            std::thread::sleep(time);
            Some(())
        }
    }
}
