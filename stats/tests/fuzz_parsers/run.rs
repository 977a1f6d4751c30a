//! How a target runs: one input after the other, its memory, its work and its words.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, Once, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use cpu_time::ProcessTime;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sre_stats::ErrorKind;
use sre_stats::histogram::LayoutChoice;
use sre_stats::load::{Dataset, Item, LoadOptions, lint_names, load_bytes, load_histograms};
use sre_stats::progress::Progress;
use sre_stats::time::Span;

use crate::fuzz;
use crate::fuzz::memory::peak_of_all;
use crate::fuzz::mutate::mutated_file;
use crate::target::{Target, folder, save};

/// Mutations of a run without `SRE_STATS_FUZZ_SECONDS`.
const MUTATIONS: u32 = 120;
/// What one input may take of all processors: a hundred times what the slowest of them needs on a slow machine.
const MOST_WORK: Duration = Duration::from_secs(20);
/// After this long an input hangs, whatever else the machine does.
const HANGS: Duration = Duration::from_mins(5);
/// So many ways to fail are collected before a target ends.
const MOST_FAILURES: usize = 12;

/// One target runs at a time.
pub(crate) static ONE: Mutex<()> = Mutex::new(());
/// Whether a panic now is one of the parser.
static INSIDE: AtomicBool = AtomicBool::new(false);
/// Where the last panic inside was.
static PANIC: Mutex<String> = Mutex::new(String::new());
/// The input that is read now, since when.
static NOW: Mutex<Option<(Instant, String, Vec<u8>)>> = Mutex::new(None);

/// Catches where a parser panics, and ends the program where one hangs.
fn watch() {
    static START: Once = Once::new();
    START.call_once(|| {
        let other = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if INSIDE.load(Ordering::Relaxed) {
                *PANIC.lock().unwrap_or_else(PoisonError::into_inner) = info.to_string();
            } else {
                other(info);
            }
        }));
        std::thread::spawn(|| {
            loop {
                std::thread::sleep(Duration::from_secs(1));
                let now = NOW.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some((_, target, input)) = now.as_ref().filter(|(since, ..)| since.elapsed() > HANGS) {
                    eprintln!("{target} hangs on {}", save(target, input).display());
                    std::process::abort();
                }
            }
        });
    });
}

/// What one input does: whether it is read, and what it took.
struct Run {
    read: bool,
    peak: usize,
    work: Duration,
}

/// Asks what a caller would.
pub(crate) fn ask(data: &Dataset) {
    assert!(!data.items.is_empty());
    for item in &data.items {
        assert!(item.first() <= item.last(), "{}", item.title());
        let _ = (item.count(), item.step(), item.gaps(), item.dropped_by_reason());
    }
    for warning in &data.report.warnings {
        assert!(!warning.to_string().is_empty());
    }
    let _ = lint_names(data);
    // a table has a column for each name of a label
    let labels: BTreeSet<&str> =
        data.items.iter().flat_map(|i| i.identity.labels.iter().map(|(k, _)| k.as_str())).collect();
    if labels.len() as u64 * data.items.iter().map(Item::count).sum::<u64>() < 1_000_000 {
        let (mut csv, mut text) = (Vec::new(), Vec::new());
        let _ = (data.write_csv(&mut csv), data.write_openmetrics(&mut text));
    }
}

/// Reads one input; what is wrong with that is the error.
fn once(target: &Target, input: &[u8], options: &LoadOptions, count: bool) -> Result<Run, String> {
    let path = count.then(|| {
        let path = folder(target.name).join(format!("now-{}", std::process::id()));
        std::fs::write(&path, input).unwrap();
        path
    });
    let name = path.as_ref().map_or("input", |_| "sre-stats-fuzz");
    *NOW.lock().unwrap_or_else(PoisonError::into_inner) =
        Some((Instant::now(), target.name.to_owned(), input.to_vec()));
    INSIDE.store(true, Ordering::Relaxed);
    let start = ProcessTime::now();
    let caught = std::panic::catch_unwind(|| {
        let (result, peak) = peak_of_all(|| match &path {
            Some(path) => {
                let files = std::slice::from_ref(path);
                let table = load_histograms(files, options, LayoutChoice::LogLinear, Span::MINUTE, &Progress::new());
                table.map(|table| (None, table.count()))
            }
            None => load_bytes(name, input, options, &Progress::new()).map(|data| (Some(data), 0)),
        });
        let result = result.map(|(data, _)| {
            if let Some(data) = &data {
                ask(data);
            }
        });
        (result, peak)
    });
    let work = start.elapsed();
    INSIDE.store(false, Ordering::Relaxed);
    *NOW.lock().unwrap_or_else(PoisonError::into_inner) = None;
    if let Some(path) = &path {
        std::fs::remove_file(path).unwrap();
    }
    let Ok((result, peak)) = caught else {
        return Err(format!("a panic: {}", PANIC.lock().unwrap_or_else(PoisonError::into_inner)));
    };
    if peak > (target.bound)(input.len()) {
        return Err(format!("{} MB for an input of {} bytes", peak >> 20, input.len()));
    }
    if work > MOST_WORK {
        return Err(format!("{work:?} of work for an input of {} bytes", input.len()));
    }
    match result {
        // an option that does not fit is the caller's, and so is counting what is no event; everything else is about the file
        Err(e) if !matches!(e.kind(), ErrorKind::Argument | ErrorKind::Mismatch) && !e.to_string().contains(name) => {
            Err(format!("no file in “{e}”"))
        }
        Err(e) if e.kind() == ErrorKind::Cancelled => Err(format!("nobody cancelled: {e}")),
        result => Ok(Run { read: result.is_ok(), peak, work }),
    }
}

/// What makes two failures the same: the words, not the numbers.
fn kind(failure: &str) -> String {
    let shown = failure.get(..failure.len().min(160)).unwrap_or(failure);
    if failure.starts_with("a panic") {
        return shown.to_owned();
    }
    shown.chars().filter(|c| !c.is_ascii_digit()).collect()
}

/// Runs a target.
pub(crate) fn run(target: &Target) {
    let alone = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    watch();
    let name = target.name;
    let seconds = fuzz::seconds();
    let seed = seconds.map_or(1, |_| SystemTime::UNIX_EPOCH.elapsed().unwrap().as_nanos() as u64);
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut failures: Vec<(String, String)> = Vec::new();
    let mut fail = |what: String, input: &[u8], options: &LoadOptions| {
        let kind = kind(&what);
        if !failures.iter().any(|(known, _)| *known == kind) {
            failures.push((kind, format!("{what}\n  input {}, options {options:?}", save(name, input).display())));
        }
        failures.len()
    };
    for seed in &target.seeds {
        for options in &target.options[..2] {
            match once(target, seed, options, false) {
                Ok(run) => assert!(run.read, "{name}: a seed is not read: {}", String::from_utf8_lossy(seed)),
                Err(e) => drop(fail(e, seed, options)),
            }
        }
    }
    for (file, input) in fuzz::kept(name) {
        for options in &target.options {
            for count in [false, true] {
                if let Err(e) = once(target, &input, options, count && target.counted) {
                    fail(format!("{file}: {e}"), &input, options);
                }
            }
        }
    }
    let start = Instant::now();
    let (mut runs, mut read, mut most, mut slowest) = (0_u64, 0_u64, 0, Duration::ZERO);
    loop {
        let more = match seconds {
            Some(seconds) => start.elapsed() < Duration::from_secs(seconds),
            None => runs < u64::from(MUTATIONS),
        };
        if !more {
            break;
        }
        let input = mutated_file(&target.seeds, target.tokens, &mut rng);
        let options = &target.options[rng.random_range(0..target.options.len())];
        let count = target.counted && rng.random_ratio(1, 4);
        match once(target, &input, options, count) {
            Ok(run) => {
                read += u64::from(run.read);
                most = most.max(run.peak.saturating_sub(4 * input.len()));
                slowest = slowest.max(run.work);
            }
            Err(e) => {
                if fail(e, &input, options) >= MOST_FAILURES {
                    break;
                }
            }
        }
        runs += 1;
    }
    let (mb, format) = (most >> 20, target.format);
    println!(
        "{name} ({format}): {runs} inputs in {:.1} s, {read} read, {mb} MB beyond 4 × the input, the slowest {slowest:?}",
        start.elapsed().as_secs_f64()
    );
    let told: Vec<&str> = failures.iter().map(|(_, told)| told.as_str()).collect();
    drop(alone);
    assert!(told.is_empty(), "{name}, seed {seed}:\n{}", told.join("\n"));
}
