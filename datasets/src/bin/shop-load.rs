//! The shop's visitors in the recording: an open-loop load generator with seeded Poisson arrivals.
//!
//! `shop-load ADDR SEED RATE START_UNIX_S DURATION_S BURST_AT_S BURST_S BURST_FACTOR OUT.csv`
//!
//! Arrivals are drawn before the first request is sent and do not wait for answers. Latency counts from the *intended*
//! start, so a stalled server cannot hide the requests that it kept from being sent (no coordinated omission). A request
//! without an answer within [`TIMEOUT`] is written with status 0, `ok` false and the time it waited.

use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::mpsc::{Sender, channel};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Exp1};
use sre_stats_datasets::clock::rfc3339;

/// How long a visitor waits from the intended start.
const TIMEOUT: Duration = Duration::from_secs(2);
/// The routes and their share of the requests.
const MIX: [(&str, f64); 3] = [("checkout", 0.5), ("search", 0.3), ("cart", 0.2)];

/// One planned request.
#[derive(Clone, Copy)]
struct Arrival {
    offset: Duration,
    route: &'static str,
}

/// One finished request.
struct Outcome {
    offset: Duration,
    route: &'static str,
    status: u16,
    latency: Duration,
}

/// The load over time: a base rate and one burst.
struct Plan {
    rate_hz: f64,
    duration_s: f64,
    burst_at_s: f64,
    burst_s: f64,
    burst_factor: f64,
}

impl Plan {
    /// Draws the arrivals by thinning: candidates at the highest rate, kept with the share of the rate that holds there.
    fn arrivals(&self, seed: u64) -> Vec<Arrival> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let top_hz = self.rate_hz * self.burst_factor.max(1.0);
        let mut arrivals = Vec::new();
        let mut at_s = 0.0;
        loop {
            let gap: f64 = Exp1.sample(&mut rng);
            at_s += gap / top_hz;
            if at_s >= self.duration_s {
                return arrivals;
            }
            let in_burst = at_s >= self.burst_at_s && at_s < self.burst_at_s + self.burst_s;
            let factor = if in_burst { self.burst_factor } else { 1.0 };
            let (keep, pick): (f64, f64) = (rng.random(), rng.random());
            if keep * top_hz < self.rate_hz * factor {
                let route = if pick < MIX[0].1 {
                    MIX[0].0
                } else if pick < MIX[0].1 + MIX[1].1 {
                    MIX[1].0
                } else {
                    MIX[2].0
                };
                arrivals.push(Arrival { offset: Duration::from_secs_f64(at_s), route });
            }
        }
    }
}

/// Sends one request and returns the status; the deadline holds for the whole exchange.
fn visit(address: SocketAddr, route: &str, deadline: Instant) -> io::Result<u16> {
    let left = || {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() { Err(io::Error::from(io::ErrorKind::TimedOut)) } else { Ok(left) }
    };
    let mut stream = TcpStream::connect_timeout(&address, left()?)?;
    stream.set_write_timeout(Some(left()?))?;
    write!(stream, "GET /{route} HTTP/1.1\r\nHost: shop\r\nUser-Agent: shop-load\r\nConnection: close\r\n\r\n")?;
    let mut answer = Vec::new();
    let mut chunk = [0_u8; 1024];
    loop {
        stream.set_read_timeout(Some(left()?))?;
        let read = stream.read(&mut chunk)?;
        if read == 0 {
            break;
        }
        answer.extend(chunk.iter().take(read));
    }
    String::from_utf8_lossy(&answer)
        .split_ascii_whitespace()
        .nth(1)
        .and_then(|status| status.parse().ok())
        .ok_or_else(|| io::Error::from(io::ErrorKind::InvalidData))
}

/// Runs one request in a thread of its own and hands the outcome over.
fn launch(address: SocketAddr, arrival: Arrival, intended: Instant, outcomes: Sender<Outcome>) -> io::Result<()> {
    thread::Builder::new().stack_size(128 * 1024).spawn(move || {
        let status = visit(address, arrival.route, intended + TIMEOUT).unwrap_or(0);
        let latency = intended.elapsed();
        // the receiver lives until all senders are gone
        let _ = outcomes.send(Outcome { offset: arrival.offset, route: arrival.route, status, latency });
    })?;
    Ok(())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [address, seed, rate, start, duration, burst_at, burst, factor, out] = arguments.as_slice() else {
        return Err(
            "usage: shop-load ADDR SEED RATE START_UNIX_S DURATION_S BURST_AT_S BURST_S BURST_FACTOR OUT.csv".into()
        );
    };
    let address: SocketAddr = address.parse()?;
    let start_unix = Duration::from_secs(start.parse()?);
    let plan = Plan {
        rate_hz: rate.parse()?,
        duration_s: duration.parse()?,
        burst_at_s: burst_at.parse()?,
        burst_s: burst.parse()?,
        burst_factor: factor.parse()?,
    };
    let arrivals = plan.arrivals(seed.parse()?);
    let planned = arrivals.len();
    let mut file = BufWriter::new(File::create(out)?);

    // the wall clock is read once; after that only the steady clock is used
    let now_unix = SystemTime::now().duration_since(UNIX_EPOCH)?;
    let start_steady = Instant::now() + start_unix.saturating_sub(now_unix);
    let (sender, receiver) = channel();
    for arrival in arrivals {
        let intended = start_steady + arrival.offset;
        thread::sleep(intended.saturating_duration_since(Instant::now()));
        launch(address, arrival, intended, sender.clone())?;
    }
    drop(sender);
    let mut outcomes: Vec<Outcome> = receiver.iter().collect();
    outcomes.sort_by_key(|outcome| outcome.offset);

    writeln!(file, "time,route,status,latency_s,ok")?;
    for outcome in &outcomes {
        let unix_ns = i64::try_from((start_unix + outcome.offset).as_nanos())?;
        writeln!(
            file,
            "{},{},{},{:.6},{}",
            rfc3339(unix_ns, 6),
            outcome.route,
            outcome.status,
            outcome.latency.as_secs_f64(),
            outcome.status == 200
        )?;
    }
    file.flush()?;
    eprintln!("{} of {planned} requests written", outcomes.len());
    Ok(())
}
