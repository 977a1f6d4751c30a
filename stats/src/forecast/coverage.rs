//! Stated rates held against simulation: seasons found in noise, intervals of forecasts, dates of crossings.

#![allow(clippy::unwrap_used)]

use super::normal::Variates;
use super::*;
use crate::series::{Identity, NanPolicy, Series};
use crate::time::Span;

const HOUR: i64 = 3_600_000_000_000;

fn hourly(values: &[f64]) -> Series {
    let times = (0..values.len() as i64).map(|h| h * HOUR).collect();
    Series::new(Identity::default(), times, values.to_vec(), NanPolicy::Drop).unwrap()
}

/// An AR(1) from its stationary law, a random walk at φ = 1.
fn ar1(random: &mut Variates, n: usize, phi: f64) -> Vec<f64> {
    let mut x = if phi < 1.0 { random.next() / (1.0 - phi * phi).sqrt() } else { 0.0 };
    (0..n)
        .map(|_| {
            x = phi * x + random.next();
            x
        })
        .collect()
}

#[test]
fn noise_shows_a_season_at_most_as_often_as_stated() {
    type Make = fn(&mut Variates, usize) -> Vec<f64>;
    let kinds: [(&str, Make); 8] = [
        ("white", |r, n| ar1(r, n, 0.0)),
        ("φ = 0.5", |r, n| ar1(r, n, 0.5)),
        ("φ = 0.8", |r, n| ar1(r, n, 0.8)),
        ("φ = 0.95", |r, n| ar1(r, n, 0.95)),
        ("walk", |r, n| ar1(r, n, 1.0)),
        ("walk beneath white", |r, n| ar1(r, n, 1.0).iter().map(|v| v + 5.0 * r.next()).collect()),
        ("heavy tails", |r, n| ar1(r, n, 0.5).iter().map(|v| (1.5 * v).sinh()).collect()),
        ("slope and step", |r, n| {
            let noise = ar1(r, n, 0.3);
            noise.iter().enumerate().map(|(i, v)| v + i as f64 * 0.02 + if i > n / 3 { 6.0 } else { 0.0 }).collect()
        }),
    ];
    let runs = 60;
    for (number, (name, make)) in kinds.into_iter().enumerate() {
        for n in [300, 1000] {
            let shown = (0..runs)
                .filter(|seed| {
                    let series = hourly(&make(&mut Variates::stream(*seed, number as u64), n));
                    seasons(&series, 0.95).unwrap().verdict == SeasonVerdict::Found
                })
                .count();
            println!("{name}, n = {n}: {shown} of {runs} show a season");
            // 5 % of 60, and three standard deviations of that
            assert!(shown <= 8, "{name}, n = {n}: {shown} of {runs}");
        }
    }
}

#[test]
fn planted_seasons_are_found_as_they_are() {
    let mut random = Variates::stream(3, 9);
    let mut noise = |n: usize, phi: f64| ar1(&mut random, n, phi);
    let season = |f: &dyn Fn(usize) -> f64, noise: Vec<f64>| {
        let values: Vec<f64> = noise.iter().enumerate().map(|(i, v)| v + f(i)).collect();
        let found = seasons(&hourly(&values), 0.95).unwrap();
        found.seasons.iter().map(|s| s.samples).collect::<Vec<_>>()
    };
    let wave = |i: usize, p: usize| (std::f64::consts::TAU * i as f64 / p as f64).sin();
    assert_eq!(season(&|i| 3.0 * wave(i, 24), noise(480, 0.5)), [24]);
    assert_eq!(season(&|i| 4.0 * wave(i, 24), noise(720, 0.8)), [24], "persistent noise");
    assert_eq!(season(&|i| 3.0 * wave(i, 12) + 1.5 * wave(i, 24), noise(480, 0.3)), [24], "a strong harmonic");
    assert_eq!(season(&|i| if i % 24 == 3 { 8.0 } else { 0.0 }, noise(960, 0.3)), [24], "one hour a day");
    let week = |i: usize| 4.0 * wave(i, 24) - if i % 168 >= 120 { 5.0 } else { 0.0 };
    assert_eq!(season(&week, noise(24 * 7 * 6, 0.3)), [24, 168], "day and week");
    assert_eq!(season(&|i| 0.05 * i as f64 + 3.0 * wave(i, 17), noise(400, 0.2)), [17], "beside a slope");
}

#[test]
fn what_happened_once_is_no_season() {
    let (turn, runs) = (std::f64::consts::TAU, 24);
    let shapes: [(&str, &dyn Fn(f64) -> f64); 4] = [
        ("plateau", &|_| 1.0),
        ("triangle", &|t| 1.0 - (2.0 * t - 1.0).abs()),
        ("two humps", &|t| (turn * t).sin().powi(2)),
        ("ringing", &|t| (5.0 * turn * t).sin()),
    ];
    let mut told = Vec::new();
    for (number, (name, shape)) in shapes.into_iter().enumerate() {
        let mut shown = 0;
        for seed in 0..runs {
            let mut random = Variates::stream(40 + seed, number as u64);
            let n = [240, 400][seed as usize % 2];
            let length = n * [3, 6, 12, 25, 32][seed as usize % 5] / 100;
            let at = (n - length) * (seed as usize * 7 % 11) / 10;
            let height = [4.0, 20.0][seed as usize / 2 % 2];
            let mut values = ar1(&mut random, n, 0.3);
            for (i, v) in values.iter_mut().skip(at).take(length).enumerate() {
                *v += height * shape(i as f64 / length as f64);
            }
            shown += usize::from(seasons(&hourly(&values), 0.95).unwrap().verdict == SeasonVerdict::Found);
        }
        println!("{name}: {shown} of {runs} bursts show a season");
        told.push(shown);
    }
    // 5 % of 24, and three standard deviations of that
    assert!(told.iter().all(|shown| *shown <= 4), "{told:?} of {runs}");
}

#[test]
fn weak_seasons_are_found_as_often_as_the_evidence_allows() {
    let wave = |i: usize, p: usize| (std::f64::consts::TAU * i as f64 / p as f64).sin();
    let mut told = Vec::new();
    // days, amplitude in deviations of the noise, φ, and in how many of 24 series a search that asks for no more than one line finds it
    for (number, (days, size, phi, standing_out)) in
        [(4, 1.4, 0.0, 19), (20, 0.6, 0.0, 17), (20, 1.0, 0.5, 18), (7, 1.0, 0.0, 18)].into_iter().enumerate()
    {
        let found = (0..24)
            .filter(|seed| {
                let noise = ar1(&mut Variates::stream(70 + seed, number as u64), 24 * days, phi);
                let values: Vec<f64> = noise.iter().enumerate().map(|(i, v)| v + size * wave(i, 24)).collect();
                seasons(&hourly(&values), 0.95).unwrap().seasons.iter().any(|s| s.samples == 24)
            })
            .count();
        println!("{days} days, {size} deviations, φ = {phi}: {found} of 24");
        told.push((found, standing_out));
    }
    assert!(told.iter().all(|(found, standing_out)| found >= standing_out), "{told:?}");
}

/// A process with its truth: the future is the continuation of the same path.
type Process = fn(&mut Variates, usize) -> Vec<f64>;

const PROCESSES: [(&str, Process); 5] = [
    ("AR(1), φ = 0.7", |r, n| ar1(r, n, 0.7)),
    ("walk with drift", |r, n| ar1(r, n, 1.0).iter().enumerate().map(|(i, v)| v + 0.2 * i as f64).collect()),
    ("slope beneath AR(1)", |r, n| ar1(r, n, 0.5).iter().enumerate().map(|(i, v)| v + 0.1 * i as f64).collect()),
    ("season, slope, AR(1)", |r, n| {
        let season = |i: usize| 6.0 * (std::f64::consts::TAU * i as f64 / 24.0).sin() + 0.02 * i as f64;
        ar1(r, n, 0.4).iter().enumerate().map(|(i, v)| v + season(i)).collect()
    }),
    ("wandering level", |r, n| ar1(r, n, 1.0).iter().map(|v| 0.3 * v + r.next()).collect()),
];

#[test]
fn intervals_cover_what_comes() {
    for (number, (name, make)) in PROCESSES.into_iter().enumerate() {
        let (mut inside, mut all, mut near) = (0.0, 0.0, (0.0, 0.0));
        for seed in 0..25 {
            let path = make(&mut Variates::stream(100 + seed, number as u64), 480 + 48);
            let options = ForecastOptions { horizon: Some(Span(48 * HOUR)), ..ForecastOptions::default() };
            let found = forecast(&hourly(&path[..480]), &options).unwrap();
            assert_eq!(found.points.len(), 48, "{name}: {found:?}");
            for (h, (point, truth)) in found.points.iter().zip(&path[480..]).enumerate() {
                let (low, high) = point.value.interval().unwrap();
                let hit = f64::from(u8::from((low..=high).contains(truth)));
                (inside, all) = (inside + hit, all + 1.0);
                if h < 8 {
                    near = (near.0 + hit, near.1 + 1.0);
                }
            }
        }
        let (coverage, close) = (inside / all, near.0 / near.1);
        println!("{name}: {coverage:.3} of 95 %, first eight steps {close:.3}");
        // 25 paths whose values within a path hang together: about 3 % of sampling error
        assert!(coverage >= 0.90 && close >= 0.90, "{name}: {coverage} {close}");
        assert!(coverage < 0.9999, "{name}: an interval that always covers says nothing");
    }
}

#[test]
fn dates_of_crossings_cover_when_it_happens() {
    for (number, limit_after) in [(1, 40.0), (2, 60.0)] {
        let (name, make) = PROCESSES[number];
        let (mut inside, mut runs) = (0, 0);
        for seed in 0..40 {
            let path = make(&mut Variates::stream(900 + seed, number as u64), 400 + 400);
            let slope = if number == 1 { 0.2 } else { 0.1 };
            let limit = path[..400].iter().copied().fold(f64::MIN, f64::max) + slope * limit_after;
            let truth = path[400..].iter().position(|v| *v >= limit);
            let options = ForecastOptions {
                horizon: Some(Span(400 * HOUR)),
                limit: Some(limit),
                seasons: Some(Vec::new()),
                ..ForecastOptions::default()
            };
            let crossing = forecast(&hourly(&path[..400]), &options).unwrap().crossing.unwrap();
            let step = |t: Option<crate::time::Timestamp>| t.map(|t| (t.0 / HOUR) as usize - 400);
            let (earliest, latest) = (step(crossing.earliest), step(crossing.latest));
            let truth = truth.unwrap_or(usize::MAX);
            runs += 1;
            let within = earliest.is_some_and(|e| e <= truth) && latest.is_none_or(|l| truth <= l)
                || (truth == usize::MAX && latest.is_none());
            inside += usize::from(within);
        }
        println!("{name}: {inside} of {runs} crossings within their interval of 95 %");
        // 38 are expected; fewer than 34 come by chance in one of a hundred
        assert!(inside >= 34, "{name}: {inside} of {runs}");
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let path = PROCESSES[3].1(&mut Variates::stream(5, 5), 300);
    let options = ForecastOptions { limit: Some(12.0), ..ForecastOptions::default() };
    let json = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let found = pool.install(|| forecast(&hourly(&path), &options).unwrap());
        serde_json::to_string(&(&found, &found.points)).unwrap()
    };
    assert_eq!(json(1), json(3));
}

#[test]
fn data_that_allow_no_answer_say_why() {
    let why = |series: &Series, options: &ForecastOptions| match forecast(series, options).unwrap().verdict {
        ForecastVerdict::NoVerdict { why } => why,
        ForecastVerdict::Forecast => String::new(),
    };
    let options = ForecastOptions { limit: Some(1e3), ..ForecastOptions::default() };
    assert!(why(&hourly(&[1.0; 50]), &options).contains("equal"));
    assert!(why(&hourly(&[1.0, 2.0]), &options).contains("too few"));
    assert!(why(&hourly(&[1.0, 2.0, 1.0, 4.0]), &options).contains("too few"));
    let nothing = forecast(&hourly(&[1.0; 50]), &options).unwrap();
    assert!(matches!(nothing.crossing.unwrap().verdict, CrossingVerdict::NoVerdict { .. }));
    assert!(nothing.points.is_empty());

    // a gap longer than the season
    let times: Vec<i64> = (0..400).filter(|h| !(200..230).contains(h)).map(|h| h * HOUR).collect();
    let mut random = Variates::stream(8, 0);
    let values = times.iter().map(|t| (t / HOUR % 24) as f64 + random.next()).collect();
    let gap = Series::new(Identity::default(), times, values, NanPolicy::Drop).unwrap();
    let said = why(&gap, &options);
    assert!(said.contains("a gap of 1d 6h is longer than the season of 1d"), "{said}");
    assert!(matches!(seasons(&gap, 0.95).unwrap().verdict, SeasonVerdict::NoVerdict { .. }));
    let parts = decompose(&gap, &DecomposeOptions::default()).unwrap();
    assert!(matches!(parts.verdict, DecompositionVerdict::NoVerdict { .. }));

    // two series mixed into one
    let times: Vec<i64> = (0..100).map(|i| i / 2 * HOUR).collect();
    let mixed = Series::new(Identity::default(), times, (0..100).map(f64::from).collect(), NanPolicy::Drop).unwrap();
    assert!(why(&mixed, &options).contains("share their time"));
    assert!(Series::new(Identity::default(), vec![1, 2], vec![f64::NAN; 2], NanPolicy::Drop).is_err());
}

#[test]
fn every_method_names_itself_and_its_baseline() {
    let path = PROCESSES[3].1(&mut Variates::stream(6, 6), 480);
    for name in ["auto", "holt-winters", "ets", "stl-ets", "linear", "predict-linear", "seasonal-naive"] {
        let options =
            ForecastOptions { method: name.parse().unwrap(), limit: Some(40.0), ..ForecastOptions::default() };
        let found = forecast(&hourly(&path), &options).unwrap();
        assert_eq!(found.verdict, ForecastVerdict::Forecast, "{name}");
        if name != "auto" {
            let said = found.method.to_string();
            assert!(said.starts_with(if name == "ets" { "holt-winters" } else { name }), "{name}: {said}");
        }
        let test = found.backtest.unwrap();
        assert!(test.baseline_error.is_some() && test.mase.unwrap() > 0.0 && test.origins == 60, "{name}: {test:?}");
        assert!(found.points.iter().all(|p| p.value.interval().is_some_and(|(a, b)| a < b)));
    }
}

#[test]
fn gaps_do_not_move_the_decomposition() {
    // a season and a slope without noise are recovered also where values are missing
    let truth = |i: usize| (0.3 * i as f64, [0.0, 5.0, -2.0, 4.0, -7.0, 0.0][i % 6]);
    let values: Vec<f64> = (0..120)
        .map(|i| if i % 11 == 3 || (60..64).contains(&i) { f64::NAN } else { truth(i).0 + truth(i).1 })
        .collect();
    for options in [StlOptions::new(6), StlOptions::new(6).robust()] {
        let parts = stl(&values, &options).unwrap();
        for (i, value) in values.iter().enumerate() {
            assert!((parts.trend[i] - truth(i).0).abs() < 0.15, "{i}: {}", parts.trend[i]);
            assert!((parts.seasonal[i] - truth(i).1).abs() < 0.15, "{i}: {}", parts.seasonal[i]);
            assert_eq!(parts.remainder[i].is_nan(), value.is_nan());
        }
    }
}
