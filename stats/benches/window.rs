//! The accounting of a month at one second: 27 widths, every phase, from the series to the verdicts; and percentiles
//! aggregated twice.

#![allow(missing_docs, clippy::expect_used)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::{Criterion, criterion_group, criterion_main};
use sre_stats::quantile::Quantile;
use sre_stats::series::{Identity, NanPolicy, Series};
use sre_stats::time::Span;
use sre_stats::unit::Unit;
use sre_stats::window::{
    BadTime, Budget, Condition, Ladder, NoData, Rule, SeriesOptions, account, reaggregate, reaggregate_histograms,
};

const POINTS: i64 = 30 * 86_400;

/// 30 days at 1 s with `incidents` outages of 1 to 600 s, spread by a multiplicative hash.
fn month(incidents: i64) -> Series {
    let mut values = vec![1.0; POINTS as usize];
    for i in 0..incidents {
        let start = (i * 2_654_435_761).rem_euclid(POINTS - 600);
        let length = 1 + (i * 40_503).rem_euclid(if incidents > 1000 { 5 } else { 600 });
        values[start as usize..(start + length) as usize].fill(0.0);
    }
    let times = (0..POINTS).map(|i| i * 1_000_000_000).collect();
    Series::new(Identity::new("up", Unit::None), times, values, NanPolicy::Refuse).expect("a regular series")
}

fn analyse(series: &Series, rule: &Rule) -> usize {
    let bad =
        BadTime::from_series(series, &Condition::up(), &SeriesOptions::default()).expect("a condition without unit");
    let budget = Budget::new(Quantile::P999, Span(30 * Span::DAY.0));
    account(&bad, &Ladder::default(), rule, Some(&budget)).expect("widths of whole seconds").rows.len()
}

/// Prints the phases of one run, best of five.
fn print_phases(series: &Series, name: &str) {
    let best = |mut run: Box<dyn FnMut() + '_>| {
        (0..5)
            .map(|_| {
                let t = Instant::now();
                run();
                t.elapsed()
            })
            .min()
            .unwrap_or(Duration::ZERO)
    };
    let options = SeriesOptions::default();
    let bad = BadTime::from_series(series, &Condition::up(), &options).expect("a condition without unit");
    let reading = best(Box::new(|| {
        black_box(BadTime::from_series(series, &Condition::up(), &options).expect("as before"));
    }));
    print!("{name}: {} incidents; bad time {reading:.1?}", bad.lengths().len());
    for rule in [Rule::AnyBad, Rule::Share(0.1), Rule::Majority, Rule::Percentile(Quantile::P99)] {
        let time = best(Box::new(|| {
            black_box(account(&bad, &Ladder::default(), &rule, None).expect("widths of whole seconds"));
        }));
        print!("; {rule} {time:.1?}");
    }
    println!();
}

fn ladder(c: &mut Criterion) {
    let few = month(34);
    let many = month(100_000);
    print_phases(&few, "few");
    print_phases(&many, "many");
    let mut group = c.benchmark_group("27 widths, all phases, 30 days at 1 s");
    group.sample_size(10);
    for (name, series) in [("34 incidents", &few), ("100000 incidents", &many)] {
        for rule in [Rule::AnyBad, Rule::Share(0.1)] {
            group.bench_function(format!("{name}, {rule}"), |b| b.iter(|| analyse(black_box(series), &rule)));
        }
    }
    group.finish();
}

fn events(c: &mut Criterion) {
    use sre_stats::events::Events;
    let n = 1_000_000_i64;
    let times = (0..n).map(|i| i * POINTS / n * 1_000_000_000).collect();
    let latency =
        |i: i64| 0.05 + f64::from((i * 2_654_435_761 % 1000) as u16) * if i / 5000 % 40 == 0 { 1e-3 } else { 1e-4 };
    let events = Events::new(
        Identity::new("latency", Unit::Second),
        times,
        (0..n).map(latency).collect(),
        None,
        NanPolicy::Refuse,
    )
    .expect("regular events");
    let slow: Condition = "< 300ms".parse().expect("a condition");
    let mut group = c.benchmark_group("a million events over 30 days");
    group.sample_size(10);
    for rule in [Rule::AnyBad, Rule::Percentile(Quantile::P99), Rule::Mean] {
        group.bench_function(format!("27 widths, all phases, {rule}"), |b| {
            b.iter(|| {
                let bad =
                    BadTime::from_events(&events, Some(&slow), Span::SECOND, NoData::Excluded, None).expect("events");
                account(&bad, &Ladder::default(), &rule, None).expect("widths of whole seconds").rows.len()
            });
        });
    }
    let widths: Ladder = "1s,10s,1m,2m,5m,10m,15m,30m,1h,6h,12h,1d".parse().expect("widths");
    let qs = [Quantile::MEDIAN, Quantile::P95, Quantile::P99];
    group.bench_function("percentiles aggregated twice, 12 widths, 3 quantiles", |b| {
        b.iter(|| reaggregate(black_box(&events), &widths, &qs).expect("events").len());
    });
    group.finish();
}

/// Ten million events over 30 days by twelve widths from their histograms, beside the one pass that fills a histogram for each
/// of the narrowest windows.
fn merged(c: &mut Criterion) {
    use sre_stats::events::Events;
    use sre_stats::histogram::HistogramSeries;
    use sre_stats::time::Grid;
    let n = 10_000_000_i64;
    let latency = |i: i64| {
        0.01 * (1.0 + f64::from((i * 2_654_435_761 % 1000) as u16) * if i / 5000 % 40 == 0 { 0.3 } else { 0.01 })
    };
    let events = Events::new(
        Identity::new("latency", Unit::Second),
        (0..n).map(|i| i * (POINTS * 1_000_000_000 / n)).collect(),
        (0..n).map(latency).collect(),
        None,
        NanPolicy::Refuse,
    )
    .expect("regular events");
    let widths: Ladder = "1m,2m,5m,10m,15m,30m,1h,2h,4h,6h,12h,1d".parse().expect("widths");
    let qs = [Quantile::MEDIAN, Quantile::P95, Quantile::P99];
    let grid = Grid::new(Span::MINUTE, Span::ZERO).expect("a minute");
    let fill = || HistogramSeries::from_events(&events, grid).expect("events");
    let both = || reaggregate_histograms(&fill(), &widths, &qs).expect("histograms").len();
    let best = |run: &dyn Fn() -> usize| {
        let timed = |_| {
            let t = Instant::now();
            black_box(run());
            t.elapsed()
        };
        (0..5).map(timed).min().unwrap_or(Duration::ZERO)
    };
    let (alone, all) = (best(&|| fill().windows().len()), best(&both));
    println!(
        "10 million events: one histogram a minute {alone:.1?}; filled and aggregated again by 12 widths {all:.1?}: {:.2} times",
        all.as_secs_f64() / alone.as_secs_f64()
    );
    let mut group = c.benchmark_group("10 million events, 30 days");
    group.sample_size(10);
    group.bench_function("one histogram a minute", |b| b.iter(fill));
    group.bench_function("and percentiles aggregated twice, 12 widths, 3 quantiles", |b| b.iter(both));
    group.finish();
}

criterion_group!(benches, ladder, events, merged);
criterion_main!(benches);
