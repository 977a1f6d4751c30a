//! The shop's backend of the recording: three routes that answer after a seeded service time, with metrics and a control port.
//!
//! `shop-backend SHOP_ADDR ADMIN_ADDR SEED`
//!
//! - `SHOP_ADDR` serves `/checkout`, `/search` and `/cart` from a pool of [`WORKERS`] threads behind a queue of
//!   [`QUEUE`] requests; a request that finds the queue full is answered 503 at once.
//! - `ADMIN_ADDR` serves `/metrics` (Prometheus text exposition) and `/control/delay?checkout_ms=N`, which adds N
//!   milliseconds to every later checkout.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, LogNormal};

/// Threads that serve requests; about 147 requests per second of the recorded mix fill them.
const WORKERS: usize = 7;
/// Requests that may wait for a worker.
const QUEUE: usize = 48;
/// Upper bounds of the histogram's buckets in seconds.
const BOUNDS: [f64; 11] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.5, 5.0];

/// Request counts and durations of one route.
#[derive(Default)]
struct Histogram {
    buckets: [u64; BOUNDS.len()],
    count: u64,
    sum_ns: u128,
}

/// What `/metrics` tells.
#[derive(Default)]
struct Metrics {
    codes: Mutex<BTreeMap<(String, u16), u64>>,
    durations: Mutex<BTreeMap<String, Histogram>>,
    in_flight: AtomicI64,
    checkout_delay_ms: AtomicU64,
}

impl Metrics {
    fn observe(&self, route: &str, code: u16, took: Duration) {
        let mut codes = self.codes.lock().unwrap_or_else(PoisonError::into_inner);
        *codes.entry((route.to_owned(), code)).or_default() += 1;
        drop(codes);
        let mut durations = self.durations.lock().unwrap_or_else(PoisonError::into_inner);
        let histogram = durations.entry(route.to_owned()).or_default();
        for (bucket, bound) in histogram.buckets.iter_mut().zip(BOUNDS) {
            *bucket += u64::from(took.as_secs_f64() <= bound);
        }
        histogram.count += 1;
        histogram.sum_ns += took.as_nanos();
    }

    fn exposition(&self, started_unix_s: f64) -> Result<String, std::fmt::Error> {
        let mut text = String::new();
        text.push_str("# HELP shop_requests_total Requests answered, by route and status code.\n");
        text.push_str("# TYPE shop_requests_total counter\n");
        let codes = self.codes.lock().unwrap_or_else(PoisonError::into_inner);
        for ((route, code), count) in codes.iter() {
            writeln!(text, "shop_requests_total{{route=\"{route}\",code=\"{code}\"}} {count}")?;
        }
        drop(codes);
        text.push_str("# HELP shop_request_duration_seconds Time from acceptance to the answer.\n");
        text.push_str("# TYPE shop_request_duration_seconds histogram\n");
        let durations = self.durations.lock().unwrap_or_else(PoisonError::into_inner);
        for (route, histogram) in durations.iter() {
            let name = "shop_request_duration_seconds";
            for (count, bound) in histogram.buckets.iter().zip(BOUNDS) {
                writeln!(text, "{name}_bucket{{route=\"{route}\",le=\"{bound}\"}} {count}")?;
            }
            let (count, sum) = (histogram.count, histogram.sum_ns as f64 / 1e9);
            writeln!(text, "{name}_bucket{{route=\"{route}\",le=\"+Inf\"}} {count}")?;
            writeln!(text, "{name}_sum{{route=\"{route}\"}} {sum}")?;
            writeln!(text, "{name}_count{{route=\"{route}\"}} {count}")?;
        }
        drop(durations);
        text.push_str(
            "# HELP shop_in_flight_requests Requests accepted and not yet answered.\n\
             # TYPE shop_in_flight_requests gauge\n",
        );
        let in_flight = self.in_flight.load(Ordering::Relaxed);
        writeln!(text, "shop_in_flight_requests {in_flight}")?;
        text.push_str(
            "# HELP process_start_time_seconds Start of the process in seconds since the Unix epoch.\n\
             # TYPE process_start_time_seconds gauge\n",
        );
        writeln!(text, "process_start_time_seconds {started_unix_s:.3}")?;
        Ok(text)
    }
}

/// A request that was read and waits for a worker.
struct Job {
    stream: TcpStream,
    route: String,
    accepted: Instant,
}

/// The service times of the three routes, drawn in seconds.
struct Service {
    checkout: LogNormal<f64>,
    search_hit: LogNormal<f64>,
    search_miss: LogNormal<f64>,
    cart: LogNormal<f64>,
}

impl Service {
    fn new() -> Result<Self, rand_distr::NormalError> {
        let by_median = |median_s: f64, sigma: f64| LogNormal::new(median_s.ln(), sigma);
        Ok(Self {
            checkout: by_median(0.060, 0.46)?,
            search_hit: by_median(0.012, 0.30)?,
            search_miss: by_median(0.090, 0.35)?,
            cart: by_median(0.025, 0.40)?,
        })
    }

    fn draw(&self, route: &str, rng: &mut ChaCha8Rng) -> Option<Duration> {
        let seconds = match route {
            "/checkout" => self.checkout.sample(rng),
            // one search in five misses the cache
            "/search" if rng.random_bool(0.2) => self.search_miss.sample(rng),
            "/search" => self.search_hit.sample(rng),
            "/cart" => self.cart.sample(rng),
            _ => return None,
        };
        Some(Duration::from_secs_f64(seconds))
    }
}

/// Reads a request's head and returns its target; the method and the headers are not looked at.
fn read_target(stream: &mut TcpStream) -> io::Result<String> {
    stream.set_read_timeout(Some(Duration::from_millis(200)))?;
    let mut head = Vec::new();
    let mut chunk = [0_u8; 1024];
    while !head.windows(4).any(|window| window == b"\r\n\r\n") && head.len() < 16_384 {
        let read = stream.read(&mut chunk)?;
        if read == 0 {
            break;
        }
        head.extend(chunk.iter().take(read));
    }
    let text = String::from_utf8_lossy(&head);
    let target = text.split_ascii_whitespace().nth(1).unwrap_or("/");
    Ok(target.to_owned())
}

fn answer(stream: &mut TcpStream, code: u16, kind: &str, body: &str) -> io::Result<()> {
    let reason = match code {
        200 => "OK",
        404 => "Not Found",
        _ => "Service Unavailable",
    };
    write!(
        stream,
        "HTTP/1.1 {code} {reason}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}

fn finish(metrics: &Metrics, mut job: Job, code: u16) {
    let body = format!("{{\"route\":\"{}\",\"code\":{code}}}\n", job.route);
    // the client may be gone after its timeout; the work was done all the same and is counted
    let _ = answer(&mut job.stream, code, "application/json", &body);
    metrics.in_flight.fetch_sub(1, Ordering::Relaxed);
    metrics.observe(&job.route, code, job.accepted.elapsed());
}

fn work(metrics: &Metrics, queue: &Mutex<Receiver<Job>>, service: &Service, mut rng: ChaCha8Rng) {
    loop {
        let next = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = next else { return };
        let Some(mut time) = service.draw(&job.route, &mut rng) else {
            finish(metrics, job, 404);
            continue;
        };
        if job.route == "/checkout" {
            time += Duration::from_millis(metrics.checkout_delay_ms.load(Ordering::Relaxed));
        }
        thread::sleep(time);
        finish(metrics, job, 200);
    }
}

fn admin(metrics: &Metrics, listener: &TcpListener, started_unix_s: f64) {
    for mut stream in listener.incoming().flatten() {
        let Ok(target) = read_target(&mut stream) else {
            continue;
        };
        let delay = target.strip_prefix("/control/delay?checkout_ms=").and_then(|value| value.parse::<u64>().ok());
        // a scraper that hangs up early loses only its own answer
        let _ = match (target.as_str(), delay) {
            (_, Some(ms)) => {
                metrics.checkout_delay_ms.store(ms, Ordering::Relaxed);
                answer(&mut stream, 200, "text/plain", "ok\n")
            }
            ("/metrics", None) => {
                let body = metrics.exposition(started_unix_s).unwrap_or_default();
                answer(&mut stream, 200, "text/plain; version=0.0.4", &body)
            }
            _ => answer(&mut stream, 404, "text/plain", "not found\n"),
        };
    }
}

fn accept(metrics: &Metrics, listener: &TcpListener, queue: &SyncSender<Job>) {
    for mut stream in listener.incoming().flatten() {
        let accepted = Instant::now();
        let Ok(route) = read_target(&mut stream) else {
            continue;
        };
        metrics.in_flight.fetch_add(1, Ordering::Relaxed);
        let job = Job { stream, route, accepted };
        match queue.try_send(job) {
            Ok(()) => {}
            Err(TrySendError::Full(job) | TrySendError::Disconnected(job)) => {
                finish(metrics, job, 503);
            }
        }
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let started_unix_s = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs_f64();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [shop_address, admin_address, seed] = arguments.as_slice() else {
        return Err("usage: shop-backend SHOP_ADDR ADMIN_ADDR SEED".into());
    };
    let seed: u64 = seed.parse()?;
    let metrics = Arc::new(Metrics::default());
    let service = Arc::new(Service::new()?);
    let (sender, receiver) = sync_channel(QUEUE);
    let receiver = Arc::new(Mutex::new(receiver));
    for worker in 0..WORKERS as u64 {
        let (metrics, service, receiver) = (metrics.clone(), service.clone(), receiver.clone());
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(worker);
        thread::spawn(move || work(&metrics, &receiver, &service, rng));
    }
    let admin_listener = TcpListener::bind(admin_address)?;
    let admin_metrics = metrics.clone();
    thread::spawn(move || admin(&admin_metrics, &admin_listener, started_unix_s));
    accept(&metrics, &TcpListener::bind(shop_address)?, &sender);
    Ok(())
}
