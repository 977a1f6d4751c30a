//! Every decoder of `histogram` on input that is cut, flipped, spliced and that lies about its lengths: no panic, an error with its place,
//! and no more memory than its documentation says.
//!
//! Each target is a test of its own with a few thousand mutations; `SRE_STATS_FUZZ_SECONDS=60 cargo test -p sre-stats --test fuzz_decoders`
//! runs each for a minute, from another seed each time. Input that once failed is kept in `fuzz_corpus/TARGET/`, and read first.
//!
//! It drives the decoders itself, on the stable toolchain: seeds are what the encoders and other implementations write, and the mutations
//! know the numbers of the forms.
#![allow(unsafe_code, clippy::unwrap_used)]

mod fuzz;

use std::fmt::Debug;
use std::time::{Duration, Instant, SystemTime};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use fuzz::memory::peak_of;
use fuzz::mutate::mutated;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sre_stats::error::Position;
use sre_stats::estimate::Scope;
use sre_stats::histogram::{
    AnySketch, DdDialect, DdInterpolation, DdSketch, Explicit, Exponential, Hdr, HdrInterval, HdrLog, Kll, LogLinear,
    NativeHistogram, PowersOfTwo, Req, ReqSide, Sketch, TDigest, TracerBuckets, parse_bpftrace, parse_dtrace,
};
use sre_stats::quantile::Quantile;
use sre_stats::unit::Unit;
use sre_stats::{Error, ErrorKind};

/// Mutations of a run without `SRE_STATS_FUZZ_SECONDS`.
const MUTATIONS: u32 = 1500;

/// Runs one decoder: `bound` says how many bytes it may hold at most for an input of some length; `use_it` is done with all that is read.
fn fuzz<T: Debug>(
    target: &str,
    seeds: &[Vec<u8>],
    bound: impl Fn(usize) -> usize,
    read: impl Fn(&[u8]) -> sre_stats::Result<T>,
    use_it: impl Fn(T),
) {
    let seconds = fuzz::seconds();
    let seed = seconds.map_or(1, |_| SystemTime::UNIX_EPOCH.elapsed().unwrap().as_nanos() as u64);
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let start = Instant::now();
    // the tables of edges are made once, and are nobody's input
    for seed in seeds {
        use_it(read(seed).unwrap_or_else(|e| panic!("{target}: a seed is not read: {e}")));
    }
    let mut kept: Vec<Vec<u8>> = fuzz::kept(target).into_iter().map(|(_, bytes)| bytes).collect();
    let (mut runs, mut accepted) = (0_u32, 0_u32);
    let more = |runs: u32| match seconds {
        Some(seconds) => start.elapsed() < Duration::from_secs(seconds),
        None => runs < MUTATIONS,
    };
    while more(runs) {
        let input = kept.pop().unwrap_or_else(|| mutated(seeds, &mut rng));
        let told = || format!("{target}, seed {seed}: {}", STANDARD.encode(&input));
        let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| peak_of(|| read(&input))));
        let (result, peak) = caught.unwrap_or_else(|_| panic!("a panic: {}", told()));
        assert!(peak <= bound(input.len()), "{peak} bytes for an input of {}: {}", input.len(), told());
        match result {
            Ok(value) => {
                accepted += 1;
                let used = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| use_it(value)));
                assert!(used.is_ok(), "a panic in use: {}", told());
            }
            Err(e) if e.kind() == ErrorKind::Parse => {
                let place = e.position().is_some_and(|p| p.byte.is_some() || p.line.is_some() || p.column.is_some());
                assert!(place, "no place in “{e}”: {}", told());
            }
            Err(_) => {}
        }
        runs += 1;
    }
    println!("{target}: {runs} inputs, {accepted} of them read");
}

fn values() -> Vec<f64> {
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    let unit = |rng: &mut ChaCha8Rng| (rng.next_u64() >> 11) as f64 / (1_u64 << 53) as f64;
    (0..400).map(|i| (1.0 - unit(&mut rng)).powf(-1.5) * if i % 5 == 0 { -0.1 } else { 0.1 }).collect()
}

/// Asks what a caller would.
fn ask<S: Sketch>(sketch: &S) {
    let scope = Scope::untimed(Unit::Second);
    if !sketch.is_empty() {
        sketch.quantiles(&[Quantile::MEDIAN, Quantile::P99], &scope).unwrap();
        sketch.share_below(0.2, &scope).unwrap();
    }
    let mut twice = sketch.schema().len();
    twice += sketch.memory_bytes();
    assert!(twice > 0);
}

fn text(read: impl Fn(&str) -> sre_stats::Result<LogLinear>) -> impl Fn(&[u8]) -> sre_stats::Result<LogLinear> {
    move |bytes| read(&String::from_utf8_lossy(bytes))
}

#[test]
fn log_linear() {
    let all = LogLinear::from_values(&values());
    // dense counters of both signs over 256 decades, grown by copying
    let bound = |length: usize| (2 << 20) + 64 * length;
    fuzz("log_linear_bytes", &[all.to_bytes(), LogLinear::new().to_bytes()], bound, LogLinear::from_bytes, |h| ask(&h));
    fuzz("log_linear_base64", &[all.to_base64().into_bytes()], bound, text(LogLinear::from_base64), |h| ask(&h));
    fuzz(
        "log_linear_json",
        &[all.to_json().into_bytes()],
        |length| (2 << 20) + 512 * length,
        text(LogLinear::from_json),
        |h| ask(&h),
    );
    let packed = AnySketch::LogLinear(all).to_packed().unwrap();
    fuzz("packed", &[packed, vec![]], bound, |bytes| AnySketch::from_packed("log-linear", bytes), |h| ask(&h));
}

#[test]
fn exponential() {
    let all = Exponential::from_values(8, &values()).unwrap().with_sum(12.5);
    let few = Exponential::from_values(0, &[1.0, 2.5, -3.0, 0.0]).unwrap().with_sum(0.5);
    // both sides at scale 8, each grown by copying
    let bound = |length: usize| (18 << 20) + 512 * length;
    let use_it = |h: Exponential| {
        ask(&h);
        assert_eq!(Exponential::from_otlp_bytes(&h.to_otlp_bytes()).unwrap().count(), h.count());
    };
    let json: Vec<Vec<u8>> = [&all, &few].map(|h| h.to_otlp_json().into_bytes()).to_vec();
    let read = |bytes: &[u8]| Exponential::from_otlp_json(&String::from_utf8_lossy(bytes));
    fuzz("exponential_otlp_json", &json, bound, read, use_it);
    let api: Vec<Vec<u8>> = [&all, &few].map(|h| h.to_api_json().into_bytes()).to_vec();
    let read = |bytes: &[u8]| Exponential::from_api_json(&String::from_utf8_lossy(bytes));
    fuzz("exponential_api_json", &api, bound, read, use_it);
    let bytes: Vec<Vec<u8>> = [&all, &few].map(Exponential::to_otlp_bytes).to_vec();
    fuzz("exponential_otlp_bytes", &bytes, bound, Exponential::from_otlp_bytes, use_it);
    let packed = [all, few].map(|h| AnySketch::Exponential(Box::new(h)).to_packed().unwrap());
    fuzz("packed_exponential", &packed, bound, |bytes| AnySketch::from_packed("exp:8", bytes), |h| ask(&h));
}

#[test]
fn native() {
    let whole = Exponential::from_values(3, &values()).unwrap().with_sum(12.5).to_native().unwrap();
    let use_it = |native: NativeHistogram| {
        let scope = Scope::untimed(Unit::Second);
        // what is inconsistent is an error on use
        let _ = (native.buckets(), native.quantile(Quantile::P99, &scope), native.to_text(), native.to_protobuf());
        if let Ok(histogram) = Exponential::from_native(&native) {
            ask(&histogram);
        }
    };
    let bound = |length: usize| (64 << 10) + 64 * length;
    let read = |bytes: &[u8]| NativeHistogram::from_text(&String::from_utf8_lossy(bytes));
    fuzz("native_text", &[whole.to_text().unwrap().into_bytes()], bound, read, use_it);
    fuzz("native_protobuf", &[whole.to_protobuf().unwrap()], bound, NativeHistogram::from_protobuf, use_it);
}

#[test]
fn explicit() {
    let mut all = Explicit::new(&[-1.0, 0.0, 0.1, 0.25, 0.5, 1.0, 10.0]).unwrap();
    all.insert_slice(&values());
    let all = all.with_sum(12.5);
    let bound = |length: usize| (64 << 10) + 512 * length;
    let read = |bytes: &[u8]| Explicit::from_otlp_json(&String::from_utf8_lossy(bytes));
    fuzz("explicit_otlp_json", &[all.to_otlp_json().into_bytes()], bound, read, |h| ask(&h));
    fuzz("explicit_otlp_bytes", &[all.to_otlp_bytes()], bound, Explicit::from_otlp_bytes, |h| ask(&h));
    fuzz("explicit_protobuf", &[all.to_protobuf().unwrap()], bound, Explicit::from_protobuf, |h| ask(&h));
}

#[test]
fn hdr() {
    let of = |digits| {
        let mut hdr = Hdr::new(digits, 1e3).unwrap();
        hdr.insert_slice(&values().iter().map(|v| v.abs()).collect::<Vec<_>>());
        hdr
    };
    let histograms = [of(3), of(1), Hdr::new(2, 1e3).unwrap()];
    // 5 digits over the whole range, and as much again and an eighth for what was compressed
    let bound = |length: usize| (120 << 20) + 64 * length;
    let use_it = |hdr: Hdr| {
        ask(&hdr);
        let _ = (hdr.to_bytes(), hdr.to_base64());
    };
    let bytes: Vec<Vec<u8>> =
        histograms.iter().flat_map(|h| [h.to_bytes().unwrap(), h.to_compressed().unwrap()]).collect();
    fuzz("hdr_bytes", &bytes, bound, |bytes| Hdr::from_bytes(bytes, 1e3), use_it);
    let base64: Vec<Vec<u8>> = histograms.iter().map(|h| h.to_base64().unwrap().into_bytes()).collect();
    let read = |bytes: &[u8]| Hdr::from_base64(&String::from_utf8_lossy(bytes), 1e3);
    fuzz("hdr_base64", &base64, bound, read, use_it);
    let interval = |tag: Option<&str>, histogram: &Hdr| {
        let tag = tag.map(str::to_owned);
        HdrInterval { tag, start_s: 1.5, duration_s: 1.0, histogram: histogram.clone() }
    };
    let intervals = vec![interval(None, &histograms[0]), interval(Some("a"), &histograms[1])];
    let log = HdrLog { start_time_s: Some(1e9), base_time_s: Some(1e9), intervals };
    let read = |bytes: &[u8]| HdrLog::from_text(&String::from_utf8_lossy(bytes), 1e3);
    // 64 MiB, 4096 times the text, and one histogram beyond
    let bound = |length: usize| (184 << 20) + 4200 * length;
    fuzz("hdr_log", &[log.to_text().unwrap().into_bytes()], bound, read, |log| {
        let _ = (log.merged(None).map(|h| ask(&h)), log.to_text());
    });
}

#[test]
fn a_log_does_not_take_fifty_megabytes_a_line() {
    // one value at the end of the range at 5 digits: 50 MB of counts in a line of a hundred bytes
    let mut hostile = Hdr::new(5, 1.0).unwrap();
    hostile.insert(9e18);
    let line = |i: u32| format!("{i}.000,1.000,1.0,{}\n", hostile.to_base64().unwrap());
    let log: String = (0..40).map(line).collect();
    let (result, peak) = peak_of(|| HdrLog::from_text(&log, 1.0).map(|log| log.intervals.len()));
    let e = result.unwrap_err();
    assert_eq!(e.kind(), ErrorKind::Unsupported, "{e}");
    assert!(e.position().is_some_and(|p| p.line == Some(2)), "{e}");
    assert!(peak < 200 << 20, "{peak} bytes");
    assert_eq!(HdrLog::from_text(&line(0), 1.0).unwrap().intervals[0].histogram.count(), 1);
}

#[test]
fn dd_sketch() {
    let of = |interpolation| {
        let mut sketch = DdSketch::with(0.02, interpolation, 2048).unwrap();
        sketch.insert_slice(&values());
        sketch.insert(0.0);
        sketch
    };
    let sketches = [
        of(DdInterpolation::Cubic),
        of(DdInterpolation::Logarithmic),
        DdSketch::from_values(&[1e-3, 1e6], 0.01).unwrap(),
    ];
    // 2²⁰ bins of each sign, grown by copying, and ten times the input
    let bound = |length: usize| (40 << 20) + 32 * length;
    for (target, dialect) in [("dd_sketch_java", DdDialect::JavaAndGo), ("dd_sketch_python", DdDialect::Python)] {
        let seeds: Vec<Vec<u8>> = sketches.iter().map(|s| s.to_bytes_for(dialect)).collect();
        fuzz(
            target,
            &seeds,
            bound,
            |bytes| DdSketch::from_bytes(bytes, dialect),
            |sketch| {
                ask(&sketch);
                drop(sketch.to_bytes_for(dialect));
            },
        );
    }
}

#[test]
fn samples_of_values() {
    let all = values();
    // no more than 64 levels, and twice the input
    let bound = |length: usize| (16 << 10) + 8 * length;
    let seeds = [0, 1, 3, 400].map(|n| Kll::from_values(&all[..n], 8).unwrap().to_bytes());
    fuzz("kll", &seeds, bound, Kll::from_bytes, |mut sketch| {
        sketch.insert_slice(&[1.0, 2.0]);
        ask(&sketch);
        Kll::from_bytes(&sketch.to_bytes()).unwrap();
    });
    let seeds = [0, 1, 3, 400].map(|n| Req::from_values(&all[..n], 6, ReqSide::High).unwrap().to_bytes());
    fuzz("req", &seeds, bound, Req::from_bytes, |mut sketch| {
        sketch.insert_slice(&[1.0, 2.0]);
        ask(&sketch);
        Req::from_bytes(&sketch.to_bytes()).unwrap();
    });
    let seeds = [0, 1, 400].map(|n| TDigest::from_values(&all[..n], 20.0).unwrap().to_bytes());
    fuzz(
        "t_digest",
        &seeds,
        |length| (64 << 10) + 8 * length,
        TDigest::from_bytes,
        |digest| {
            ask(&digest);
            TDigest::from_bytes(&digest.to_bytes()).unwrap();
        },
    );
}

#[test]
fn tracers() {
    let whole: Vec<f64> = (0..200).map(|i| f64::from(i * i)).collect();
    let hist = PowersOfTwo::from_values(&whole, TracerBuckets::Hist).unwrap().to_text();
    let bpftrace = format!("@latency:\n{hist}\n@by[1, read]:\n{hist}\n");
    let bound = |length: usize| (256 << 10) + 256 * length;
    let use_it = |named: Vec<sre_stats::histogram::NamedHistogram>| named.iter().for_each(|one| ask(&one.histogram));
    fuzz("bpftrace", &[bpftrace.into_bytes()], bound, |bytes| parse_bpftrace(&String::from_utf8_lossy(bytes)), use_it);
    let dtrace = "  read\n           value  ------------- Distribution ------------- count\n              -1 |                                         0\n               \
        0 |@@@@                                     10\n               1 |@@@@@@@@                                 20\n               2 |                                         0\n";
    fuzz("dtrace", &[dtrace.as_bytes().to_vec()], bound, |bytes| parse_dtrace(&String::from_utf8_lossy(bytes)), use_it);
}

#[test]
fn numbered_bins() {
    let sketches = [
        AnySketch::LogLinear(LogLinear::from_values(&values())),
        AnySketch::Exponential(Box::new(Exponential::from_values(3, &values()).unwrap())),
        AnySketch::Explicit(Box::new(Explicit::from_counts(&[0.1, 0.25, 1.0], &[1, 2, 3, 4]).unwrap())),
    ];
    // the schema, then a bin and its count a line
    let line = |(bin, count): &(i64, u64)| format!("{bin} {count}\n");
    let seed = |sketch: &AnySketch| {
        let bins: String = sketch.coded_bins().unwrap().iter().map(line).collect();
        format!("{}\n{bins}", sketch.coded_schema()).into_bytes()
    };
    let read = |bytes: &[u8]| {
        let text = String::from_utf8_lossy(bytes);
        let (schema, rest) = text.split_once('\n').unwrap_or((&text, ""));
        let bins: Vec<(i64, u64)> = rest
            .lines()
            .filter_map(|line| line.split_once(' '))
            .filter_map(|(bin, count)| Some((bin.parse().ok()?, count.parse().ok()?)))
            .collect();
        // its input is values, which have no place
        AnySketch::from_coded_bins(schema, &bins).map_err(|e| e.at(Position::default().at_line(1)))
    };
    // both sides at schema 8, each grown by copying
    let bound = |length: usize| (18 << 20) + 64 * length;
    fuzz("numbered_bins", &sketches.each_ref().map(seed), bound, read, |sketch| {
        ask(&sketch);
        let _ = sketch.coded_bins();
    });
}

/// The form in which a layout is kept by serde, as JSON.
fn kept<T: Serialize + DeserializeOwned + Debug>(target: &str, sketches: &[T], bound: usize, use_it: impl Fn(&T)) {
    let seeds: Vec<Vec<u8>> = sketches.iter().map(|s| serde_json::to_vec(s).unwrap()).collect();
    let read = |bytes: &[u8]| {
        serde_json::from_slice::<T>(bytes)
            .map_err(|e| Error::parse(e.to_string()).at(Position::default().at_line(e.line() as u64)))
    };
    fuzz(
        target,
        &seeds,
        |length| bound + 1024 * length,
        read,
        |sketch| {
            use_it(&sketch);
            let again = serde_json::to_string(&sketch);
            assert!(again.is_err() || serde_json::from_str::<T>(&again.unwrap()).is_ok());
        },
    );
}

#[test]
fn kept_forms() {
    let all = values();
    let positive: Vec<f64> = all.iter().map(|v| v.abs()).collect();
    kept("kept_log_linear", &[LogLinear::from_values(&all)], 2 << 20, ask);
    kept("kept_exponential", &[Exponential::from_values(5, &all).unwrap()], 18 << 20, ask);
    kept("kept_explicit", &[Explicit::from_counts(&[0.1, 0.25, 1.0], &[1, 2, 3, 4]).unwrap()], 64 << 10, ask);
    kept("kept_hdr", &[Hdr::from_values(&positive, 2).unwrap()], 120 << 20, ask);
    kept("kept_dd_sketch", &[DdSketch::from_values(&all, 0.02).unwrap()], 40 << 20, ask);
    kept("kept_t_digest", &[TDigest::from_values(&all, 20.0).unwrap()], 64 << 10, ask);
    kept("kept_kll", &[Kll::from_values(&all, 8).unwrap()], 64 << 10, ask);
    kept("kept_req", &[Req::from_values(&all, 6, ReqSide::Low).unwrap()], 64 << 10, ask);
    let tracers = [TracerBuckets::Hist, TracerBuckets::Quantize, TracerBuckets::Linear { min: 0, max: 100, step: 10 }];
    kept("kept_powers_of_two", &tracers.map(|b| PowersOfTwo::from_values(&all, b).unwrap()), 64 << 10, ask);
    let native = Exponential::from_values(3, &all).unwrap().with_sum(1.5).to_native().unwrap();
    kept("kept_native", &[native], 64 << 10, |native| {
        let _ = (native.buckets(), native.to_text(), native.to_protobuf());
    });
}
