//! A server that is slow, broken or busy, and one that is none.

use std::io::Write as _;
use std::time::{Duration, Instant};

use crate::fake::{Fake, Reply, Request};
use crate::{ask, over, paged};
use sre_stats::histogram::LayoutChoice;
use sre_stats::load::{Dataset, Kind, LoadOptions, Traffic, WarningKind, fetch, load, load_histograms};
use sre_stats::progress::Progress;
use sre_stats::time::Span;
use sre_stats::{Error, ErrorKind};

const FOUND: &str = r#"{"status":"success","data":{"resultType":"matrix","result":[
    {"metric":{"__name__":"level"},"values":[[1769904000,"1"],[1769904015,"2"],[1769904030,"4"]]}]},
    "warnings":["results may be partial"],"infos":["level looks like a counter"]}"#;

fn short() -> LoadOptions {
    paged(100)
}

fn from(server: &Fake) -> Result<Dataset, Error> {
    ask(&over(&server.url(), "level", 0, 60, 15), &short())
}

/// The error of a server that always answers so, and how often it was asked.
fn error_of(reply: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> (Error, usize) {
    let server = Fake::new(move |_, request| reply(request));
    let error = from(&server).unwrap_err();
    (error, server.requests().len())
}

#[test]
fn what_may_pass_is_asked_again_and_what_will_not_is_not() {
    for status in ["503 Service Unavailable", "429 Too Many Requests", "500 Internal Server Error", "502 Bad Gateway"] {
        let server = Fake::new(move |i, _| if i < 3 { Reply::status(status) } else { Reply::json(FOUND) });
        assert_eq!((from(&server).unwrap().items[0].values(), server.requests().len()), (&[1.0, 2.0, 4.0][..], 4));
        let (e, asked) = error_of(move |_| Reply::status(status));
        assert_eq!((e.kind(), asked), (ErrorKind::Io, 4));
        assert!(e.to_string().contains(status) && e.to_string().contains("4 times"), "{e}");
    }
    for status in ["400 Bad Request", "403 Forbidden", "404 Not Found", "422 Unprocessable Entity", "418 I'm a teapot"]
    {
        let (e, asked) = error_of(move |_| Reply::status(status));
        assert_eq!(asked, 1, "{e}");
        assert!(e.to_string().contains(&status[..3]), "{e}");
    }
    // a connection that ends before or within the answer
    let half = b"HTTP/1.1 200 OK\r\nContent-Length: 4000\r\n\r\n{\"status\":";
    for bytes in [&b""[..], &half[..]] {
        let server = Fake::new(move |i, _| if i < 2 { Reply::Bytes(bytes.to_vec()) } else { Reply::json(FOUND) });
        assert_eq!((from(&server).unwrap().items.len(), server.requests().len()), (1, 3));
    }
    let (e, asked) = error_of(move |_| Reply::Bytes(half.to_vec()));
    assert!(asked == 4 && e.to_string().contains("the connection broke after 10 bytes"), "{e}");
    let (e, asked) = error_of(|_| Reply::Bytes(b"SSH-2.0-OpenSSH_9.2\r\n".to_vec()));
    assert!(asked == 4 && e.to_string().contains("the connection broke: invalid HTTP"), "{e}");
}

/// What a proxy packs wrongly is not what is wrong.
#[test]
fn a_refusal_that_cannot_be_unpacked_is_one() {
    let (e, asked) =
        error_of(|_| Reply::Whole("503 Service Unavailable", "Content-Encoding: gzip\r\n".into(), b"no gzip".to_vec()));
    assert!(asked == 4 && e.kind() == ErrorKind::Io && e.to_string().contains("503"), "{e}");
}

#[test]
fn series_of_a_server_are_tagged_and_counted_as_those_of_files() {
    let server = Fake::new(|_, _| Reply::json(FOUND));
    let paths = [over(&server.url(), "level", 0, 60, 15).to_string().into()];
    let options = LoadOptions { traffic: Some(Traffic::Real), ..short() };
    let data = load(&paths, &options, &Progress::new()).unwrap();
    assert_eq!(data.items[0].identity.labels.get("traffic"), Some("real"));
    let options = LoadOptions { kind: Some(Kind::Events), ..options };
    let table = load_histograms(&paths, &options, LayoutChoice::LogLinear, Span::MINUTE, &Progress::new()).unwrap();
    assert_eq!((table.series(), table.count()), (1, 3));
}

#[test]
fn a_server_is_given_the_time_that_it_asks_for() {
    let wait = |seconds: &'static str| {
        move |i: usize, _: &Request| match i {
            0 => Reply::Whole("429 Too Many Requests", format!("Retry-After: {seconds}\r\n"), Vec::new()),
            _ => Reply::json(FOUND),
        }
    };
    let since = Instant::now();
    assert!(from(&Fake::new(wait("1"))).is_ok());
    assert!(since.elapsed() >= Duration::from_secs(1));
    let e = from(&Fake::new(wait("86400"))).unwrap_err().to_string();
    assert!(e.contains("it asks to wait 86400 s"), "{e}");
}

#[test]
fn time_is_limited_and_a_wish_to_stop_is_heard() {
    let server = Fake::new(|_, _| Reply::Slow(Duration::from_secs(20)));
    let asked = over(&server.url(), "level", 0, 60, 15);
    let mut options = short();
    options.server.timeout = Span(300_000_000);
    let since = Instant::now();
    let e = ask(&asked, &options).unwrap_err().to_string();
    assert!(e.contains("no whole answer within 300ms") && e.contains("--timeout"), "{e}");
    assert!(since.elapsed() < Duration::from_secs(5) && server.requests().len() == 1);

    // while an answer is awaited, and while a pause is made
    let busy = Fake::new(|_, _| Reply::Whole("503 Service Unavailable", "Retry-After: 60\r\n".into(), Vec::new()));
    for server in [&server, &busy] {
        let asked = over(&server.url(), "level", 0, 60, 15);
        let progress = Progress::new();
        let since = Instant::now();
        let e = std::thread::scope(|scope| {
            scope.spawn(|| {
                std::thread::sleep(Duration::from_millis(200));
                progress.cancel();
            });
            fetch(&asked, &short(), &progress).unwrap_err()
        });
        assert_eq!(e.kind(), ErrorKind::Cancelled);
        assert!(since.elapsed() < Duration::from_secs(5));
    }
}

#[test]
fn progress_counts_pages() {
    let server = Fake::new(|_, _| Reply::json(FOUND));
    let progress = Progress::new();
    // the same three samples in each page: they are kept once
    let data = fetch(&over(&server.url(), "level", 0, 120, 15), &paged(2), &progress).unwrap();
    let now = progress.snapshot();
    assert_eq!((now.done, now.total, now.unit), (4, 4, "pages"));
    let requests = server.requests();
    let ends: Vec<bool> = [("00:00", "00:15"), ("00:30", "00:45"), ("01:00", "01:15"), ("01:30", "01:45")]
        .iter()
        .zip(&requests)
        .map(|((first, last), r)| {
            let time = |name: &str, t: &str| format!("{name}=2026-02-01T00%3A{}Z", t.replace(':', "%3A"));
            r.method == "POST" && r.body.contains(&time("start", first)) && r.body.contains(&time("end", last))
        })
        .collect();
    assert_eq!(ends, [true; 4], "{requests:?}");
    assert!(requests.iter().all(|r| r.path == "/api/v1/query_range" && r.body.contains("step=15000ms")));
    assert_eq!(data.items[0].values(), [1.0, 2.0, 4.0]);
    let repeated: Vec<u64> =
        data.report.warnings.iter().filter(|w| w.kind == WarningKind::Duplicate).map(|w| w.count).collect();
    assert_eq!(repeated, [9]);
    // what the server says, once
    let said: Vec<&str> =
        data.report.warnings.iter().filter(|w| w.kind == WarningKind::Source).map(|w| w.message.as_str()).collect();
    assert_eq!(said, ["Prometheus says: results may be partial", "Prometheus says: level looks like a counter"]);
}

#[test]
fn answers_are_limited_however_they_are_packed() {
    let mut options = short();
    options.server.max_bytes = 1 << 20;
    let limited = |reply: fn() -> Reply| {
        let server = Fake::new(move |_, _| reply());
        let e = ask(&over(&server.url(), "level", 0, 60, 15), &options).unwrap_err();
        assert_eq!((e.kind(), server.requests().len()), (ErrorKind::Unsupported, 1), "{e}");
        assert!(e.to_string().contains("larger than 1 MB"), "{e}");
    };
    limited(|| Reply::Endless);
    limited(|| Reply::Bytes(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n".to_vec()));
    // 64 MB of blanks
    limited(|| packed(&vec![b' '; 64 << 20]));
    let server = Fake::new(|_, _| packed(FOUND.as_bytes()));
    assert_eq!(from(&server).unwrap().items[0].count(), 3);
    assert!(server.requests()[0].head.contains("accept-encoding: gzip"));
    let (e, _) = error_of(|_| Reply::Whole("200 OK", "Content-Encoding: gzip\r\n".into(), b"no gzip at all".to_vec()));
    assert!(e.to_string().contains("cannot be unpacked"), "{e}");
    let (e, _) = error_of(|_| Reply::Whole("200 OK", "Content-Encoding: br\r\n".into(), b"{}".to_vec()));
    assert!(e.to_string().contains("packed as br"), "{e}");
}

fn packed(bytes: &[u8]) -> Reply {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    Reply::Whole("200 OK", "Content-Encoding: gzip\r\n".into(), encoder.finish().unwrap())
}

#[test]
fn what_is_no_prometheus_is_told() {
    let html = |status: &'static str| {
        move |_: &Request| {
            Reply::Whole(status, "Content-Type: text/html\r\n".into(), b"<html>Log in, please</html>".to_vec())
        }
    };
    let (e, asked) = error_of(html("200 OK"));
    assert!(asked == 1 && e.to_string().contains("is no Prometheus: its answer is text/html"), "{e}");
    assert!(e.to_string().contains("a page to log in"), "{e}");
    let (e, _) = error_of(html("404 Not Found"));
    assert!(!e.to_string().contains("Log in, please"), "{e}");
    let (e, asked) = error_of(|_| Reply::json(&FOUND[..90]));
    assert!(asked == 1 && e.kind() == ErrorKind::Parse && e.to_string().contains("ends in the middle"), "{e}");
    let (e, _) = error_of(|_| Reply::json(r#"{"hello": "world"}"#));
    assert!(e.kind() == ErrorKind::Parse && e.to_string().contains("data.result"), "{e}");
    let (e, _) = error_of(|_| Reply::json(r#"{"status":"success","data":{"resultType":"matrix","result":[]}}"#));
    assert_eq!(e.kind(), ErrorKind::Empty);
    // a server that takes no bodies is asked without
    let server = Fake::new(|_, request| match request.method.as_str() {
        "POST" => Reply::status("405 Method Not Allowed"),
        _ => Reply::json(FOUND),
    });
    assert_eq!(from(&server).unwrap().items[0].count(), 3);
    let requests = server.requests();
    assert!(requests[1].path.starts_with("/api/v1/query_range?query=level&start=2026"), "{requests:?}");
    let (e, asked) = error_of(|_| Reply::status("405 Method Not Allowed"));
    assert!(asked > 1 && e.to_string().contains("takes no queries"), "{e}");
}
