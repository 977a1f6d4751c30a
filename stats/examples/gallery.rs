//! Writes every kind of figure, and a report that holds them, to a directory:
//! `cargo run -p sre-stats --example gallery --features png -- DIRECTORY`.

use std::path::Path;

use sre_stats::estimate::{Bound, Estimate, Scope};
use sre_stats::events::Events;
use sre_stats::figure::{
    BudgetPoint, ChargedWidth, Figure, HistogramBin, Incident, PhasePoint, QuantileCurve, ReaggregationCurve,
    ReaggregationPoint, Scale, Theme, Verdict, budget_figure, charged_figure, draw, events_figure, histogram_figure,
    phase_figure, quantile_figure, reaggregation_figure, series_figure,
};
use sre_stats::method::Method;
use sre_stats::quantile::Quantile;
use sre_stats::report::{Block, Column, Report, Section, Standing, Table, to_html, to_markdown};
use sre_stats::series::{Identity, NanPolicy, Series};
use sre_stats::time::{Span, Timestamp, Window};
use sre_stats::unit::Unit;

const START: i64 = 1_767_225_600_000_000_000;
const NS: i64 = 1_000_000_000;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let directory = std::env::args().nth(1).ok_or("give a directory to write to")?;
    let directory = Path::new(&directory);
    std::fs::create_dir_all(directory)?;
    let figures = figures()?;
    for (name, figure) in &figures {
        let size = draw::Size::default();
        for (theme, suffix) in [(Theme::Light, "light"), (Theme::Dark, "dark"), (Theme::Auto, "auto")] {
            std::fs::write(directory.join(format!("{name}-{suffix}.svg")), draw::svg(figure, size, theme)?)?;
            #[cfg(feature = "png")]
            if theme != Theme::Auto {
                std::fs::write(directory.join(format!("{name}-{suffix}.png")), draw::png(figure, size, theme)?)?;
            }
        }
    }
    let report = report(figures);
    std::fs::write(directory.join("report.html"), to_html(&report)?)?;
    std::fs::write(directory.join("report.md"), to_markdown(&report)?)?;
    Ok(())
}

/// Pseudo-random numbers in [0, 1) from a linear congruential generator (Knuth's MMIX constants): the same on every machine.
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Exponential with mean 1.
    fn exponential(&mut self) -> f64 {
        -(1.0 - self.next()).ln()
    }
}

fn figures() -> sre_stats::Result<Vec<(&'static str, Figure)>> {
    Ok(vec![
        ("series", dense_series()?),
        ("several", several_series()?),
        ("events", events()?),
        ("quantiles", quantiles()?),
        ("histogram", histogram()?),
        ("charged", charged()?),
        ("phase", phase()?),
        ("reaggregation", reaggregation()?),
        ("budget", budget()?),
    ])
}

fn dense_series() -> sre_stats::Result<Figure> {
    let mut noise = Noise(1);
    let (mut times, mut values) = (Vec::new(), Vec::new());
    for second in 0..2 * 86_400_i64 {
        if (90_000..97_000).contains(&second) {
            continue;
        }
        let day = (second as f64 / 86_400.0 * std::f64::consts::TAU).sin();
        let spike = if second == 47_311 { 1.9 } else { 0.0 };
        times.push(START + second * NS);
        values.push(0.21 + 0.06 * day + 0.05 * noise.exponential() + spike);
    }
    let series = Series::new(Identity::new("request_duration", Unit::Second), times, values, NanPolicy::Drop)?;
    series_figure(&[&series], 840)
}

fn several_series() -> sre_stats::Result<Figure> {
    let mut noise = Noise(2);
    let mut make = |name: &str, base: f64| {
        let times = (0..240).map(|i| START + i * 60 * NS).collect();
        let values = (0..240).map(|i| base + 0.1 * (f64::from(i) / 20.0).sin() + 0.03 * noise.next()).collect();
        Series::new(Identity::new(name, Unit::Ratio), times, values, NanPolicy::Drop)
    };
    let all = [make("cpu web", 0.3)?, make("cpu api", 0.45)?, make("cpu db", 0.62)?, make("cpu cache", 0.15)?];
    series_figure(&all.iter().collect::<Vec<_>>(), 840)
}

fn events() -> sre_stats::Result<Figure> {
    let mut noise = Noise(3);
    let mut t = START;
    let (mut times, mut values, mut ok) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..900 {
        t += (noise.exponential() * 4e9) as i64;
        times.push(t);
        values.push(0.08 * (1.0 + noise.exponential()));
        ok.push(noise.next() > 0.03);
    }
    let identity = Identity::new("latency", Unit::Second);
    events_figure(&Events::new(identity, times, values, Some(ok), NanPolicy::Drop)?, 840)
}

fn quantiles() -> sre_stats::Result<Figure> {
    let scope = Scope::new(Unit::Second, Window::new(Timestamp(START), Span::HOUR)?);
    let curve = |name: &str, base: f64, tail: f64| -> sre_stats::Result<QuantileCurve> {
        let mut points = Vec::new();
        for text in ["p0", "p25", "p50", "p75", "p90", "p95", "p99", "p99.5", "p99.9", "p99.95", "p99.99"] {
            let q: Quantile = text.parse()?;
            let value = base + tail * q.nines().powf(1.7);
            let upper = if q.nines() > 3.5 { f64::INFINITY } else { value * (1.02 + 0.06 * q.nines()) };
            let bound = Bound::Confidence { lower: value * (0.98 - 0.05 * q.nines()), upper, level: 0.95 };
            points.push((q, Estimate::new(value, Method::LogLinear, 10_000, &scope).with_bound(bound)));
        }
        Ok(QuantileCurve { name: name.to_owned(), points })
    };
    quantile_figure(&[curve("before the deploy", 0.08, 0.05)?, curve("after the deploy", 0.09, 0.11)?])
}

fn histogram() -> sre_stats::Result<Figure> {
    let mut noise = Noise(4);
    let edges: Vec<f64> = (-3..1)
        .flat_map(|d: i32| [1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0].map(|m| m * 10_f64.powi(d)))
        .collect();
    let mut counts = vec![0_u64; edges.len() - 1];
    for _ in 0..20_000 {
        let slow = if noise.next() < 0.04 { 12.0 } else { 1.0 };
        let value = 0.02 * slow * (1.0 + noise.exponential());
        let bin = edges.partition_point(|e| *e <= value);
        if let Some(count) = bin.checked_sub(1).and_then(|bin| counts.get_mut(bin)) {
            *count += 1;
        }
    }
    let bins: Vec<HistogramBin> =
        edges.windows(2).zip(counts).map(|(e, count)| HistogramBin { lower: e[0], upper: e[1], count }).collect();
    histogram_figure("latency", &Unit::Second, &bins, Scale::Log)
}

/// Three bad minutes apart from each other, any-bad: least, mean and most charged by width.
fn charged() -> sre_stats::Result<Figure> {
    let rows: Vec<ChargedWidth> = [10, 30, 60, 120, 300, 600, 900, 1800, 3600]
        .into_iter()
        .map(|w| {
            let (w_s, d, m) = (w as f64, 60.0, 3.0);
            let most = m * w_s * ((d / w_s).ceil() + 1.0);
            let least = m * w_s * (d / w_s).floor().max(1.0);
            let verdict = match (least <= 2592.0, most <= 2592.0) {
                (_, true) => Verdict::Met,
                (true, false) => Verdict::DependsOnPhase,
                (false, _) => Verdict::Violated,
            };
            ChargedWidth {
                width: Span::from_secs(w),
                min_s: least,
                mean_s: m * (d + w_s),
                max_s: most,
                aligned_s: Some(least + if w > 60 { 0.0 } else { w_s }),
                verdict,
            }
        })
        .collect();
    charged_figure(&rows, 180.0, Some(2592.0), "any-bad")
}

fn phase() -> sre_stats::Result<Figure> {
    let points: Vec<PhasePoint> = (0..300)
        .map(|s| {
            let charged_s = if (121..180).contains(&s) { 600.0 } else { 300.0 };
            let verdict = if charged_s > 432.0 { Verdict::Violated } else { Verdict::Met };
            PhasePoint { phase: Span::from_secs(s), charged_s, verdict }
        })
        .collect();
    phase_figure(&points, Span::from_secs(300), 60.0, Some(432.0), "any-bad")
}

fn reaggregation() -> sre_stats::Result<Figure> {
    let curve = |name: &str, scale: f64| ReaggregationCurve {
        name: name.to_owned(),
        points: [10, 60, 300, 900, 3600]
            .into_iter()
            .map(|w| {
                let error = scale * (1.0 - (w as f64).ln() / 9.0);
                ReaggregationPoint { width: Span::from_secs(w), error, lower: error - 0.05, upper: error + 0.04 }
            })
            .collect(),
    };
    reaggregation_figure(
        &[curve("mean of p99", -0.6), curve("greatest p99", 0.9), curve("median of p99", -0.72)],
        "p99 of latency over 1d",
    )
}

fn budget() -> sre_stats::Result<Figure> {
    let period = Window::new(Timestamp(START), Span(30 * Span::DAY.0))?;
    let hour = |h: i64| Timestamp(START + h * Span::HOUR.0);
    let spent = [
        (0, 0.0),
        (102, 60.0),
        (103, 900.0),
        (300, 1100.0),
        (301, 1900.0),
        (306, 2300.0),
        (520, 2650.0),
        (600, 2700.0),
    ];
    let points: Vec<BudgetPoint> = spent.into_iter().map(|(h, spent)| BudgetPoint { time: hour(h), spent }).collect();
    let incidents = [(102, 103, "incident"), (300, 306, "incident")].map(|(a, b, name)| Incident {
        start: hour(a),
        end: hour(b),
        name: name.to_owned(),
    });
    budget_figure(&points, 2592.0, &Unit::Second, period, &incidents)
}

fn report(figures: Vec<(&'static str, Figure)>) -> Report {
    let scope = Scope { unit: Unit::Second, window: Window::new(Timestamp(START), Span::HOUR).ok() };
    let estimate = |value: f64, lower: f64, upper: f64| {
        Estimate::new(value, Method::LogLinear, 10_000, &scope).with_bound(Bound::Guaranteed { lower, upper })
    };
    let sli = Estimate::new(0.999_31, Method::Count, 2_592_000, &scope.with_unit(Unit::Ratio));
    let table = Table::new(
        "Quantiles by service",
        vec![
            Column::text("service"),
            Column::number("requests", Unit::Count),
            Column::estimate("p50"),
            Column::estimate("p99"),
        ],
    )
    .with(vec!["web".into(), 10_000.0.into(), estimate(0.081, 0.08, 0.082).into(), estimate(0.213, 0.21, 0.22).into()])
    .with(vec![
        "<api> & friends".into(),
        250.0.into(),
        estimate(0.12, 0.12, 0.13).into(),
        estimate(1.9, 1.8, f64::INFINITY).into(),
    ])
    .with(vec![
        "batch".into(),
        12.0.into(),
        Estimate::new(3.2, Method::Count, 12, &scope)
            .with_bound(Bound::Unknown { why: "fewer than 59 samples".into() })
            .into(),
    ]);
    let first = Section::new("Summary")
        .with(Block::Verdict {
            standing: Standing::Depends,
            text: "Whether the objective of 99.9 % was met depends on where the 5-minute buckets begin.".into(),
            evidence: vec![("availability by time".into(), sli), ("p99".into(), estimate(0.213, 0.21, 0.22))],
        })
        .with(Block::Verdict { standing: Standing::Good, text: "Met over all requests.".into(), evidence: Vec::new() })
        .with(Block::Verdict {
            standing: Standing::Bad,
            text: "Violated over 1-hour buckets.".into(),
            evidence: Vec::new(),
        })
        .with(Block::Warnings(vec![
            "12 values were not numbers and were left out.".into(),
            "1 gap of 1h 56m 40s.".into(),
        ]))
        .with(Block::Text(
            "The figures below show what the width and the phase of a bucket do to the bad time that it charges."
                .into(),
        ))
        .with(Block::Table(table));
    let pictures =
        figures.into_iter().fold(Section::new("Figures"), |section, (_, figure)| section.with(Block::Figure(figure)));
    Report::new("What the buckets did to the truth").with(first).with(pictures)
}
