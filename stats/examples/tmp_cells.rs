#![allow(warnings, clippy::all)]
use sre_stats::prelude::*;
type Checked = std::result::Result<(), Box<dyn std::error::Error>>;
fn main() {}

fn chapter_01_look_at_the_data() -> Checked {
use sre_stats::prelude::*;
let data = read("../datasets/recorded/requests.csv")?;
_ = &(data
);
let search = events_named(&data, "search")?;
let checkout = events_named(&data, "checkout")?;
let cart = events_named(&data, "cart")?;
_ = &(tell::inspect::understood_table(&data.report)
);
let early: Vec<f64> = search.values().iter().copied().take(150).collect();
_ = &(rug_figure("latency of search", &Unit::Second, &early, Scale::Linear)?
);
let routes = [
    Group::new("cart", cart.values()),
    Group::new("checkout", checkout.values()),
    Group::new("search", search.values()),
];
_ = &(jitter_figure("latency", &Unit::Second, &routes, Scale::Log)?
);
let scope = search.scope();
let mut rules = Vec::new();
for rule in BinRule::ALL {
    rules.push(bins(search.values(), rule, &scope)?);
}
_ = &(tell::describe::bins_table(&rules)
);
let body: Vec<f64> = search.values().iter().copied().filter(|v| *v < 0.2).collect();
_ = &(histogram_figure("latency of search", &Unit::Second, &equal_bins(&body, 6)?, Scale::Linear)?
);
let fine = bins(&body, BinRule::FreedmanDiaconis, &scope)?.count;
_ = &(histogram_figure("latency of search", &Unit::Second, &equal_bins(&body, fine)?, Scale::Linear)?
);

_ = &(tell::histogram::figure(&LogLinear::from_values(search.values()), search.identity())?
);

_ = &(chapter_1::bin_width(20.0)?
);

_ = &(boxes_figure("latency", &Unit::Second, &routes, Scale::Log)?
);
let smooth = density_curve(&body, Bandwidth::Fixed(0.003), 300, &scope)?;
let smoother = density_curve(&body, Bandwidth::Scott, 300, &scope)?;
let curves = [("3 ms".to_string(), smooth), ("by Scott's rule".to_string(), smoother)];
_ = &(density_figure("latency of search", &Unit::Second, &curves)?
);
let mean = search.values().iter().sum::<f64>() / search.len() as f64;
let near = search.values().iter().filter(|v| (**v - mean).abs() < 0.005).count();
println!("mean {:.1} ms; {near} of {} searches took within 5 ms of it", mean * 1000.0, search.len());

_ = &(chapter_1::two_modes("box plot")?
);
let tens = HistogramSeries::from_events(&checkout, Grid::new("10s".parse()?, Span::ZERO)?)?;
_ = &(heat_figure(&tens, 32, &[])?
);
let ten = mean_per(&checkout, "10s".parse()?)?;
let one = mean_per(&checkout, "1m".parse()?)?;
let five = mean_per(&checkout, "5m".parse()?)?;
_ = &(series_figure(&[&ten, &one, &five], 960)?
);
let greatest = |s: &Series| s.values().iter().copied().fold(0.0, f64::max);
let mut kept = Table::new("What each step keeps of checkout", vec![
    Column::text("kept"), Column::number("numbers", Unit::Count), Column::number("greatest", Unit::Second),
]);
let slowest = checkout.values().iter().copied().fold(0.0, f64::max);
kept.rows.push(vec!["every request".into(), (checkout.len() as f64).into(), slowest.into()]);
for s in [&ten, &one, &five] {
    kept.rows.push(vec![s.identity().name.as_str().into(), (s.len() as f64).into(), greatest(s).into()]);
}
_ = &(kept
);

_ = &(chapter_1::rolled_up(3000.0)?
);
let node = read("../datasets/recorded/node_load1.json")?;
_ = &(tell::inspect::gaps_table(&node, 5)
);
let load = series_named(&node, "node_load1")?;
_ = &(series_figure(&[&load], 960)?
);
let (from, to) = load.gaps()[0];
let around = load.slice(from - Span::MINUTE, to + Span::MINUTE).ok_or("no samples there")?;
let step = load.step().ok_or("no step")?;
let missing = (to.since(from).0 / step.0 - 1) as f64;
let (sum, n) = (around.values().iter().sum::<f64>(), around.len() as f64);
println!("{missing} samples are missing");
println!("mean of what was measured {:.3}, with zeros {:.3}", sum / n, sum / (n + missing));

_ = &(chapter_1::gap_is_no_zero(40.0, 20.0)?
);
Ok(())
}


fn chapter_01_solutions() -> Checked {
use sre_stats::prelude::*;
let width = 2.0 * 20.0 / 125.0_f64.cbrt();
println!("{width} ms");
_ = &(chapter_1::bin_width(width)?
);
let values: Vec<f64> = (0..125).map(f64::from).collect();
let scope = Scope::untimed(Unit::Millisecond);
let rules = [bins(&values, BinRule::FreedmanDiaconis, &scope)?, bins(&values, BinRule::SquareRoot, &scope)?];
_ = &(tell::describe::bins_table(&rules)
);
let latency: Vec<f64> = (0..200).map(|i| if i % 2 == 0 { 10.0 } else { 100.0 } + f64::from(i % 7)).collect();
_ = &(boxes_figure("latency", &Unit::Millisecond, &[Group::new("all", &latency)], Scale::Linear)?
);

_ = &(histogram_figure("latency", &Unit::Millisecond, &equal_bins(&latency, 30)?, Scale::Linear)?
);

_ = &(chapter_1::two_modes("histogram")?
);
let minute = (59.0 * 20.0 + 3000.0) / 60.0;
println!("{minute:.1} ms");
_ = &(chapter_1::rolled_up(minute)?
);

_ = &(chapter_1::gap_is_no_zero(80.0 / 4.0, 80.0 / 2.0)?
);
Ok(())
}


fn chapter_02_solutions() -> Checked {
use sre_stats::prelude::*;
let mut distances: Vec<f64> = [10.0, 11.0, 12.0, 13.0, 14.0, 15.0, 1000.0].iter().map(|v: &f64| (v - 13.0).abs()).collect();
distances.sort_by(f64::total_cmp);
println!("{distances:?}");
_ = &(chapter_2::robust_pair(13.0, distances[3])?
);
let (busy, quiet) = (900.0 * 100.0, 100.0 * 500.0);
println!("{} ms over 1000 requests", busy + quiet);
_ = &(chapter_2::mean_of_means((busy + quiet) / 1000.0)?
);
let minutes = [vec![1.0, 2.0, 9.0], vec![4.0, 4.0]];
let (mut n, mut s1, mut s2) = (0.0, 0.0, 0.0);
for minute in &minutes {
    let (m, sd) = mean_and_sd(minute)?;
    let k = minute.len() as f64;
    (n, s1, s2) = (n + k, s1 + k * m, s2 + (k - 1.0) * sd * sd + k * m * m);
}
println!("sd {:.6} from the minutes", ((s2 - s1 * s1 / n) / (n - 1.0)).sqrt());
println!("sd {:.6} of all values", mean_and_sd(&minutes.concat())?.1);

_ = &(chapter_2::what_merges(&["mean", "max", "sd"])?
);
let share = (-4.0_f64).exp();
println!("{:.2} %", 100.0 * share);
_ = &(chapter_2::beyond_three_sigma(100.0 * share)?
);
let exponential = Law::Exponential { rate: 1.0 };
let waits: Vec<f64> = (0..500).map(|i| exponential.quantile((f64::from(i) + 0.5) / 500.0)).collect();
let normal = Law::Normal { mean: 1.0, sd: 1.0 };
_ = &(qq_figure(&qq(&waits, &normal, 200)?, "waiting times", "a normal law", &Unit::None)?
);
let fence = 30.0 + 1.5 * (30.0 - 20.0);
let told = fences(&[10.0, 20.0, 25.0, 30.0, 40.0], 1.5, &Scope::untimed(Unit::Millisecond))?;
println!("by hand {fence} ms, by the library {}", told.upper.short());
_ = &(chapter_2::upper_fence(fence)?
);
Ok(())
}


fn chapter_02_summaries_and_their_lies() -> Checked {
use sre_stats::prelude::*;
let month = read("../datasets/generated/shop-month.csv")?;
let checkout = events_named(&month, "checkout")?;
let payment = events_named(&month, "payment")?;
let scope = checkout.scope();
_ = &(month
);
let all = describe(checkout.values(), &scope)?;
_ = &(tell::describe::table(&all)
);
let mut hung = checkout.values().to_vec();
hung.push(3600.0);
let after = describe(&hung, &scope)?;
let mut moved = Table::new("One request of an hour among a month of checkouts", vec![
    Column::text("statistic"), Column::number("before", Unit::Second), Column::number("after", Unit::Second),
    Column::number("factor", Unit::None),
]);
for (b, a) in all.iter().zip(&after).filter(|(b, _)| b.estimate.unit == Unit::Second && b.name != "min") {
    let (x, y) = (b.estimate.value, a.estimate.value);
    moved.rows.push(vec![b.name.into(), x.into(), y.into(), (y / x).into()]);
}
_ = &(moved
);

_ = &(chapter_2::robust_pair(153.6, 241.8)?
);
let days = Grid::new(Span::DAY, Span::ZERO)?;
let first = days.index(checkout.window().start);
let (mut means, mut medians, mut sum, mut n) = (0.0, 0.0, 0.0, 0.0);
for day in 0..30 {
    let day = days.window(first + day);
    let part = checkout.slice(day.start, day.end()).ok_or("an empty day")?;
    let of = describe(part.values(), &part.scope())?;
    let get = |name: &str| of.iter().find(|s| s.name == name).map_or(f64::NAN, |s| s.estimate.value);
    means += get("mean") / 30.0;
    medians += get("median") / 30.0;
    sum += get("mean") * part.len() as f64;
    n += part.len() as f64;
}
let value = |name: &str| all.iter().find(|s| s.name == name).map_or(f64::NAN, |s| s.estimate.value);
let mut merged = Table::new("A month from its days", vec![
    Column::text("from the days"), Column::number("it says", Unit::Second), Column::number("truth", Unit::Second),
]);
merged.rows.push(vec!["mean of means".into(), means.into(), value("mean").into()]);
merged.rows.push(vec!["mean of means, weighted by count".into(), (sum / n).into(), value("mean").into()]);
merged.rows.push(vec!["mean of medians".into(), medians.into(), value("median").into()]);
_ = &(merged
);

_ = &(chapter_2::mean_of_means(300.0)?
);

_ = &(chapter_2::what_merges(&["mean", "median"])?
);
let normal = Law::Normal { mean: 0.0, sd: 1.0 };
let mut rule = Table::new("Share within k standard deviations of the mean", vec![
    Column::text("k"), Column::number("normal law", Unit::Ratio), Column::number("checkout", Unit::Ratio),
    Column::number("payment", Unit::Ratio),
]);
for k in [1.0, 2.0, 3.0] {
    let mut row = vec![format!("{k}").into(), (1.0 - 2.0 * normal.survival(k)).into()];
    for values in [checkout.values(), payment.values()] {
        let (m, sd) = mean_and_sd(values)?;
        let inside = values.iter().filter(|v| (**v - m).abs() <= k * sd).count();
        row.push((inside as f64 / values.len() as f64).into());
    }
    rule.rows.push(row);
}
_ = &(rule
);
let mut ends = Table::new("Beyond three standard deviations, of 10 000 requests", vec![
    Column::text("service"), Column::number("mean − 3 sd", Unit::Second), Column::number("mean + 3 sd", Unit::Second),
    Column::number("below", Unit::None), Column::number("above", Unit::None), Column::number("normal law, each", Unit::None),
]);
for events in [&checkout, &payment] {
    let (m, sd) = mean_and_sd(events.values())?;
    let (low, high) = (m - 3.0 * sd, m + 3.0 * sd);
    let per = 10_000.0 / events.len() as f64;
    let below = events.values().iter().filter(|v| **v < low).count() as f64 * per;
    let above = events.values().iter().filter(|v| **v > high).count() as f64 * per;
    let name = events.identity().title();
    ends.rows.push(vec![name.into(), low.into(), high.into(), below.into(), above.into(), (1e4 * normal.survival(3.0)).into()]);
}
_ = &(ends
);

_ = &(chapter_2::beyond_three_sigma(0.135)?
);
let (m, sd) = mean_and_sd(checkout.values())?;
let law = Law::Normal { mean: m, sd };
_ = &(qq_figure(&qq(checkout.values(), &law, 400)?, "checkout", "a normal law", &Unit::Second)?
);
let found = fits(checkout.values(), &scope)?;
_ = &(tell::describe::fits_table(&found)
);
let best = found.fits.first().ok_or("no fit")?.law;
_ = &(qq_figure(&qq(checkout.values(), &best, 400)?, "checkout", &best.to_string(), &Unit::Second)?
);
let beyond = fences(checkout.values(), 1.5, &scope)?;
let share = (beyond.above + beyond.below) as f64 / checkout.len() as f64;
println!("fences at {} and {}", beyond.lower.short(), beyond.upper.short());
println!("{} below, {} above: {:.2} %", beyond.below, beyond.above, 100.0 * share);
let groups = [Group::new("checkout", checkout.values()), Group::new("payment", payment.values())];
_ = &(boxes_figure("latency", &Unit::Second, &groups, Scale::Linear)?
);

_ = &(chapter_2::upper_fence(40.0)?
);
Ok(())
}


fn chapter_03_quantiles() -> Checked {
use sre_stats::prelude::*;
let paper: Vec<f64> = vec![
    101.0, 104.0, 110.0, 112.0, 117.0, 121.0, 128.0, 133.0, 140.0, 146.0,
    151.0, 158.0, 166.0, 175.0, 187.0, 199.0, 214.0, 236.0, 271.0, 342.0,
];
let ms = Scope::untimed(Unit::Millisecond);
_ = &(rug_figure("latency", &Unit::Millisecond, &paper, Scale::Linear)?
);
let qs = [Quantile::MEDIAN, Quantile::P95, Quantile::P99];
let printed = tell::quantile::by_tool(&paper, &qs, &Tool::ALL, &ms)?;
let mut tools = Table::new("What each tool prints for the same twenty latencies", vec![
    Column::text("tool"), Column::text("rule"), Column::number("p50", ms.unit.clone()),
    Column::number("p95", ms.unit.clone()), Column::number("p99", ms.unit.clone()),
]);
for tool in Tool::ALL {
    let mut cells: Vec<Cell> = vec![tool.title().into(), tool.rule().to_string().into()];
    let of = printed.iter().filter(|row| row.tool == Some(tool)).map(|row| row.estimate.value);
    cells.extend(of.map(|v| if v.is_nan() { Cell::from("no answer") } else { Cell::from(v) }));
    tools.rows.push(cells);
}
_ = &(tools
);
let nine = tell::quantile::exact(&paper, &[Quantile::P95], &Definition::ALL, &ms)?;
_ = &(tell::quantile::table(&nine)
);

_ = &(tell::quantile::definitions_table()
);

_ = &(chapter_3::nearest_rank(28.5)?
);

_ = &(chapter_3::which_tool("numpy")?
);
let data = read("../datasets/recorded/requests.csv")?;
let checkout = events_named(&data, "checkout")?;
let mut spread = Table::new("Between the least and the greatest answer of eleven tools", vec![
    Column::number("samples", Unit::Count), Column::number("least p95", Unit::Second),
    Column::number("greatest p95", Unit::Second), Column::number("apart", Unit::Ratio),
]);
for n in [20, 200, 2000, 18_000] {
    let some = &checkout.values()[..n];
    let all = tool_quantiles(some, &[Quantile::P95], &Tool::ALL, &checkout.scope())?;
    let values: Vec<f64> = all.iter().filter_map(|t| t.answer.as_ref().ok().map(|e| e.value)).collect();
    let (low, high) = values.iter().fold((f64::INFINITY, 0.0_f64), |(l, h), v| (l.min(*v), h.max(*v)));
    spread.rows.push(vec![(n as f64).into(), low.into(), high.into(), (high / low - 1.0).into()]);
}
_ = &(spread
);
let mut need = Table::new("Samples that a percentile needs", vec![
    Column::text("percentile"), Column::number("samples for a bound at 95 %", Unit::Count),
    Column::number("none above, of 60", Unit::Ratio), Column::number("of 600", Unit::Ratio),
    Column::number("of 6000", Unit::Ratio),
]);
for q in [Quantile::P90, Quantile::P95, Quantile::P99, Quantile::P999, Quantile::P9999] {
    let n = samples_needed(q, 0.95).ok_or("no number of samples is enough")?;
    let mut row: Vec<Cell> = vec![q.to_string().into(), (n as f64).into()];
    row.extend([60, 600, 6000].map(|n| Cell::from(none_above(n, q))));
    need.rows.push(row);
}
_ = &(need
);
let calm = checkout.slice("2026-11-25T00:04:47Z".parse()?, "2026-11-25T00:08:47Z".parse()?).ok_or("empty")?;
let truth = quantiles(calm.values(), &[Quantile::P95], Definition::Type1, &calm.scope())?.remove(0);
println!("{} calm checkouts, p95 = {}", calm.len(), truth.short());
let mut groups = Vec::new();
for size in [10, 20, 60, 200] {
    let step = calm.len() / size;
    let mut found = Vec::new();
    for first in 0..step {
        let window: Vec<f64> = calm.values().iter().copied().skip(first).step_by(step).take(size).collect();
        found.push(quantiles(&window, &[Quantile::P95], Definition::Type1, &calm.scope())?[0].value);
    }
    groups.push(Group::new(format!("{size} samples"), &found));
}
let mut picture = jitter_figure("p95 of a window", &Unit::Second, &groups, Scale::Linear)?;
let all = Shape::Rule { at: truth.value, direction: Direction::Horizontal };
picture.marks.push(Mark::new("p95 of all", Role::Limit, all));
_ = &(picture
);

_ = &(chapter_3::samples_for_p999(1000.0)?
);

_ = &(chapter_3::no_sample_above(1.0)?
);
let few: Vec<f64> = calm.values().iter().copied().step_by(calm.len() / 100).take(100).collect();
_ = &(tell::quantile::intervals_table(&few, &qs, &calm.scope())?
);

_ = &(tell::quantile::intervals_table(calm.values(), &qs, &calm.scope())?
);
let nines = ["p50", "p75", "p90", "p95", "p99", "p99.9"];
let nines: Vec<Quantile> = nines.iter().map(|q| q.parse()).collect::<Result<_>>()?;
let mut profile = tell::quantile::exact(calm.values(), &nines, &[Definition::Type1], &calm.scope())?;
for row in &mut profile {
    if let Some(c) = &row.estimate.confidence {
        row.estimate.bound = Bound::Confidence { lower: c.lower, upper: c.upper, level: c.level };
    }
}
_ = &(tell::quantile::figure(&profile)?
);
let under = share_at_most(checkout.values(), 0.3, &checkout.scope())?;
let p99 = quantiles(checkout.values(), &[Quantile::P99], Definition::Type1, &checkout.scope())?.remove(0);
println!("share at or below 300 ms: {under}");
println!("p99: {p99}");
let everything = Ecdf::new(checkout.values(), &checkout.scope())?;
let quiet = Ecdf::new(calm.values(), &calm.scope())?;
let curves = [("whole recording".to_string(), everything), ("calm minutes".to_string(), quiet)];
let mut picture = ecdf_figure(&curves, &Unit::Second, Scale::Log, Scale::Linear)?;
let limit = Shape::Rule { at: 0.3, direction: Direction::Vertical };
picture.marks.push(Mark::new("300 ms", Role::Limit, limit));
_ = &(picture
);

_ = &(chapter_3::inverse_percentile(99.0, "met")?
);
Ok(())
}


fn chapter_03_solutions() -> Checked {
use sre_stats::prelude::*;
let rank = Quantile::P95.rank(30);
println!("⌈28.5⌉ = {rank}");
_ = &(chapter_3::nearest_rank(rank as f64)?
);
let ten: Vec<f64> = (1..=10).map(f64::from).collect();
let rows = tell::quantile::by_tool(&ten, &[Quantile::P90], &Tool::ALL, &Scope::untimed(Unit::None))?;
_ = &(tell::quantile::table(&rows)
);

_ = &(chapter_3::which_tool("excel-exc")?
);
let n = (0.05_f64.ln() / 0.999_f64.ln()).ceil();
println!("{n}, by the library {:?}", samples_needed(Quantile::P999, 0.95));
_ = &(chapter_3::samples_for_p999(n)?
);
let sizes: Vec<u64> = (0..=40).map(|i| 10_f64.powf(1.0 + f64::from(i) / 10.0).round() as u64).collect();
let curve = |q: Quantile| sizes.iter().map(|n| (*n as f64, none_above(*n, q))).collect::<Vec<_>>();
let x = Axis::new("samples", Unit::Count).with_scale(Scale::Log);
_ = &(Figure::new("No sample above the true percentile", x, Axis::new("probability", Unit::Ratio).with_range(0.0, 1.0))
    .with(Mark::new("p99", Role::Series(0), Shape::Line { points: curve(Quantile::P99) }))
    .with(Mark::new("p99.9", Role::Series(1), Shape::Line { points: curve(Quantile::P999) }))
    .with(Mark::new("5 %", Role::Limit, Shape::Rule { at: 0.05, direction: Direction::Horizontal }))
);
let probability = 0.99_f64.powi(200);
println!("{:.1} %", 100.0 * probability);
_ = &(chapter_3::no_sample_above(100.0 * probability)?
);
println!("rank {} of 2000", Quantile::P99.rank(2000));
_ = &(chapter_3::inverse_percentile(100.0 * 1968.0 / 2000.0, "violated")?
);
Ok(())
}


fn chapter_04_aggregating_percentiles() -> Checked {
use sre_stats::prelude::*;
let data = read("../datasets/recorded/requests.csv")?;
let checkout = events_named(&data, "checkout")?;
let minutes = quantile_per(&checkout, "1m".parse()?, Quantile::P99)?;
_ = &(series_figure(&[&minutes], 960)?
);
let mean = minutes.values().iter().sum::<f64>() / minutes.len() as f64;
let exact = quantiles(checkout.values(), &[Quantile::P99], Definition::Type1, &checkout.scope())?.remove(0);
println!("mean of {} p99s a minute: {:.0} ms", minutes.len(), mean * 1000.0);
println!("p99 of all requests: {exact}");
let again = reaggregate(&checkout, &"10s,30s,1m,2m,5m".parse()?, &[Quantile::MEDIAN, Quantile::P99])?;
_ = &(tell::reaggregation::table(&again)
);

_ = &(tell::reaggregation::figure(&again, "checkout")?
);
let busy = vec![100.0; 980];
let bad = vec![2000.0; 20];
let ms = Scope::untimed(Unit::Millisecond);
let p99 = |v: &[f64]| quantiles(v, &[Quantile::P99], Definition::Type1, &ms).map(|e| e[0].value);
let (a, b, all) = (p99(&busy)?, p99(&bad)?, p99(&[busy.clone(), bad.clone()].concat())?);
println!("p99 of each: {a} and {b} ms");
println!("mean {} ms, weighted {} ms, truth {all} ms", (a + b) / 2.0, (980.0 * a + 20.0 * b) / 1000.0);

_ = &(chapter_4::two_servers(1050.0)?
);

_ = &(chapter_4::what_is_certain(256.7, 256.7)?
);
let stored = [Quantile::MEDIAN, Quantile::P90, Quantile::P99];
let kept = [
    window::RollUp { n: 900, quantiles: vec![80.0, 130.0, 210.0] },
    window::RollUp { n: 100, quantiles: vec![300.0, 900.0, 1900.0] },
];
let wide = window::bracket(&kept.clone().map(|w| window::RollUp { n: w.n, quantiles: vec![w.quantiles[2]] }),
    &[Quantile::P99], Quantile::P99)?;
let narrow = window::bracket(&kept, &stored, Quantile::P99)?;
println!("from p99 alone: {} to {} ms", wide.0, wide.1);
println!("from three percentiles and counts: {} to {} ms", narrow.0, narrow.1);
let further: Vec<Quantile> = ["p50", "p75", "p90", "p95", "p98", "p99.5", "p99.9"].iter().map(|q| q.parse()).collect::<Result<_>>()?;
let found = window::tightening(&checkout, "1m".parse()?, Quantile::P99, &further)?;
_ = &(tell::reaggregation::brackets(&found)
);

_ = &(chapter_4::what_to_keep("p99")?
);
let backend = read("../datasets/recorded/shop_in_flight.json")?;
let flight = series_named(&backend, "in_flight")?;
_ = &(series_figure(&[&flight], 960)?
);
let ladder: Ladder = "5s,30s,1m,2m,5m,10m".parse()?;
let rows = window::peaks(&flight, &ladder)?;
_ = &(tell::peaks::table(&rows)
);

_ = &(tell::peaks::figure(&rows, "requests in flight")?
);

_ = &(chapter_4::eroded_spike(100.0)?
);
Ok(())
}


fn chapter_04_solutions() -> Checked {
use sre_stats::prelude::*;
let all = [vec![100.0; 9800], vec![2000.0; 200]].concat();
let p99 = quantiles(&all, &[Quantile::P99], Definition::Type1, &Scope::untimed(Unit::Millisecond))?.remove(0);
println!("{p99}");
_ = &(chapter_4::two_servers(p99.value)?
);
let shares: Vec<f64> = (0..=60).map(|i| f64::from(i) / 2000.0).collect();
let truth = shares.iter().map(|s| (*s, if *s > 0.01 { 2.0 } else { 0.1 })).collect();
let weighted = shares.iter().map(|s| (*s, 0.1 * (1.0 - s) + 2.0 * s)).collect();
let average = vec![(0.0, 1.05), (0.03, 1.05)];
_ = &(Figure::new("Two servers, p99 of both", Axis::new("share of requests at the slow one", Unit::Ratio), Axis::new("p99", Unit::Second))
    .with(Mark::new("truth", Role::Truth, Shape::Line { points: truth }))
    .with(Mark::new("weighted mean", Role::Series(0), Shape::Line { points: weighted }))
    .with(Mark::new("mean", Role::Series(1), Shape::Line { points: average }))
);
let minutes = [(1_000_000, 120.0), (1, 450.0), (1, 200.0)].map(|(n, x)| window::RollUp { n, quantiles: vec![x] });
let ends = window::bracket(&minutes, &[Quantile::P99], Quantile::P99)?;
println!("with nearly all in the first minute: {} to {} ms", ends.0, ends.1);
_ = &(chapter_4::what_is_certain(120.0, 450.0)?
);
let data = read("../datasets/recorded/requests.csv")?;
let checkout = events_named(&data, "checkout")?;
let kept = HistogramSeries::from_events(&checkout, Grid::new(Span::MINUTE, Span::ZERO)?)?;
println!("{}", kept.merged().quantile(Quantile::P99, &checkout.scope())?);
println!("{}", kept.merged().quantile(Quantile::P999, &checkout.scope())?);
_ = &(chapter_4::what_to_keep("histogram")?
);
let hour = (59.0 * 20.0 + 100.0) / 60.0;
println!("{hour:.2} %");
_ = &(chapter_4::eroded_spike(hour)?
);
Ok(())
}


fn chapter_05_histograms() -> Checked {
use sre_stats::prelude::*;
let paper = vec![0.0231, 0.0238, 0.0247, 0.0252, 0.0252, 0.0319, 0.0437, 0.0441, 0.118, 0.284, 0.291, 1.27];
let mut tally: Vec<(i32, i32, u32)> = Vec::new();
for value in &paper {
    let exponent = (*value as f64).log10().floor() as i32;
    let digits = (value / 10_f64.powi(exponent - 1) + 1e-9).floor() as i32;
    match tally.iter_mut().find(|t| (t.0, t.1) == (exponent, digits)) {
        Some(found) => found.2 += 1,
        None => tally.push((exponent, digits, 1)),
    }
}
println!("{tally:?}");
let hand = LogLinear::from_values(&paper);
let day = Window::new("2026-06-01T00:00:00Z".parse()?, Span::DAY)?;
_ = &(tell::histogram::table(&[(day, hand.clone())], &Unit::Second)
);

_ = &(chapter_5::bucket_of(0.04, 0.05)?
);

_ = &(chapter_5::buckets_in_a_decade(100.0)?
);

_ = &(chapter_5::worst_error(10.0)?
);
let data = read("../datasets/recorded/requests.csv")?;
let checkout = events_named(&data, "checkout")?;
let scope = checkout.scope();
let whole = LogLinear::from_values(checkout.values());
println!("{} requests in {} bins", whole.count(), whole.bins().len());
_ = &(tell::histogram::figure(&whole, checkout.identity())?
);
let qs = [Quantile::MEDIAN, Quantile::P99, Quantile::P999];
let mut rows = tell::quantile::exact(checkout.values(), &qs[1..2], &[Definition::Type1], &scope)?;
for layout in LayoutChoice::USUAL {
    rows.extend(tell::quantile::of_layout(checkout.values(), &qs[1..2], layout, &scope)?);
}
_ = &(tell::quantile::table(&rows)
);
let nines: Vec<f64> = (2..=28).map(|i| f64::from(i) / 8.0).collect();
let at: Vec<Quantile> = nines.iter().map(|n| Quantile::from_complement(10_f64.powf(-n))).collect::<Result<_>>()?;
let exact = quantiles(checkout.values(), &at, Definition::Type1, &scope)?;
let x = Axis::new("percentile", Unit::None).with_scale(Scale::LogNines);
let mut errors = Figure::new("Error of each layout, checkout", x, Axis::new("error", Unit::Ratio));
for (i, layout) in LayoutChoice::USUAL.into_iter().take(6).enumerate() {
    let told = layout.build(checkout.values())?.quantiles(&at, &scope)?;
    let points = nines.iter().zip(told.iter().zip(&exact)).map(|(n, (t, e))| (*n, t.value / e.value - 1.0)).collect();
    errors.marks.push(Mark::new(layout.to_string(), Role::Series(i), Shape::Line { points }));
}
_ = &(errors
);
let mut merging = Table::new("p99 of four shards merged, and of one sketch of everything", vec![
    Column::text("layout"), Column::number("merged", Unit::Second), Column::number("at once", Unit::Second),
    Column::text("the same"),
]);
for layout in LayoutChoice::USUAL {
    let mut sum = layout.build(&[])?;
    for shard in checkout.values().chunks(checkout.len() / 4 + 1) {
        let part = layout.build(shard)?;
        if sum.is_empty() { sum = part } else { sum.merge(&part)? }
    }
    let (a, b) = (sum.quantile(Quantile::P99, &scope)?.value, layout.build(checkout.values())?.quantile(Quantile::P99, &scope)?.value);
    merging.rows.push(vec![layout.to_string().into(), a.into(), b.into(), if a == b { "yes" } else { "no" }.into()]);
}
_ = &(merging
);
let mut ours = LayoutChoice::LogLinear.build(&paper)?;
let theirs = LayoutChoice::DdSketch { alpha: 0.01 }.build(&paper)?;
match ours.merge(&theirs) {
    Ok(()) => println!("merged"),
    Err(error) => println!("{error}"),
}
let kept = HistogramSeries::from_events(&checkout, Grid::new("10s".parse()?, Span::ZERO)?)?;
let five = kept.coarsen(Grid::new("5m".parse()?, Span::ZERO)?)?;
let again = HistogramSeries::from_events(&checkout, five.grid())?;
println!("{} histograms of 10 s became {} of 5 m", kept.windows().len(), five.windows().len());
println!("equal to those of the requests: {}", five == again);
let mut asked = Table::new("Share of checkouts below a threshold, from the histogram", vec![
    Column::number("threshold", Unit::Second), Column::estimate("from the histogram"), Column::number("truth", Unit::Ratio),
]);
for threshold in [0.3, 0.25, 0.237, 0.095] {
    let told = whole.share_below(threshold, &scope)?;
    let below = checkout.values().iter().filter(|v| **v < threshold).count();
    asked.rows.push(vec![threshold.into(), told.into(), (below as f64 / checkout.len() as f64).into()]);
}
_ = &(asked
);

_ = &(chapter_5::below_a_new_threshold(54.0, 54.0)?
);
let edges = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
let mut classic = Explicit::new(&edges)?;
classic.insert_slice(checkout.values());
let exact = quantiles(checkout.values(), &qs, Definition::Type1, &scope)?;
let mut read = Table::new("What histogram_quantile reads from the default buckets", vec![
    Column::text("percentile"), Column::estimate("histogram_quantile"), Column::estimate("exact"),
]);
for (q, e) in qs.iter().zip(exact) {
    read.rows.push(vec![q.to_string().into(), classic.histogram_quantile(*q, &scope)?.into(), e.into()]);
}
_ = &(read
);
let bars: Vec<HistogramBin> = classic.bins().iter().map(|b| HistogramBin { lower: b.lower, upper: b.upper, count: b.count }).collect();
_ = &(histogram_figure("checkout in default buckets", &Unit::Second, &bars, Scale::Log)?
);
Ok(())
}


fn chapter_05_solutions() -> Checked {
use sre_stats::prelude::*;
let one = LogLinear::from_values(&[0.0437]).bins().remove(0);
println!("[{}, {}) s", one.lower, one.upper);
_ = &(chapter_5::bucket_of(0.043, 0.044)?
);

_ = &(chapter_5::buckets_in_a_decade(99.0 - 10.0 + 1.0)?
);
let edges: Vec<f64> = (10..=100).map(|d| f64::from(d) / 100.0).collect();
let width = edges.windows(2).map(|e| (e[1] - e[0]) / e[0]).collect();
let y = Axis::new("width of the bucket, as a share of its lower edge", Unit::Ratio);
_ = &(Figure::new("Buckets of two digits", Axis::new("value", Unit::Second).with_scale(Scale::Log), y)
    .with(Mark::new("two digits", Role::Series(0), Shape::Steps { edges, values: width }))
);
let (a, b): (f64, f64) = (1.0, 1.1);
let middle = 2.0 * a * b / (a + b);
println!("middle {middle:.6}, off by {:.4} % and {:.4} %", 100.0 * (middle - a) / a, 100.0 * (b - middle) / b);
_ = &(chapter_5::worst_error(100.0 / 21.0)?
);
let mut both = Explicit::new(&[0.2, 0.25, 0.3, 0.35])?;
for (value, n) in [(0.225, 40), (0.275, 6), (0.325, 2), (0.225, 10), (0.275, 4), (0.325, 1)] {
    both.insert_weighted(value, n);
}
println!("between {:?}", both.count_below(0.27));
_ = &(chapter_5::below_a_new_threshold(50.0, 60.0)?
);
Ok(())
}


fn chapter_06_counters_and_rates() -> Checked {
use sre_stats::prelude::*;
let data = read("../datasets/recorded/shop_requests_total.json")?;
_ = &(data
);
let checkout = counter_named(&data, "code=\"200\",instance=\"127.0.0.1:28082\",job=\"shop\",route=\"/checkout\"")?;
_ = &(series_figure(&[checkout.samples()], 960)?
);
for reset in checkout.resets() {
    println!("restarted before {reset}");
}
_ = &(tell::inspect::gaps_table(&data, 3)
);
let naive = checkout.samples().values().last().ok_or("empty")? - checkout.samples().values()[0];
let counted: f64 = checkout.increases()?.values().iter().sum();
println!("last minus first: {naive}");
println!("with the restart: {counted}");
let reset = checkout.resets()[0];
let minute = Window::new(reset - Span::from_secs(30), Span::MINUTE)?;
_ = &(checkout.increase_in(minute).ok_or("no samples there")?
);

_ = &(chapter_6::across_a_reset(-50.0)?
);
let rate = checkout.rate("6s".parse()?)?;
_ = &(series_figure(&[&rate], 960)?
);
let (from, to) = checkout.samples().gaps()[0];
let inside = Window::new(from + Span::from_secs(20), Span::from_secs(10))?;
let whole = Window::new(from, to.since(from))?;
println!("the gap as a whole: {}", checkout.increase_in(whole).ok_or("nothing")?);
println!("ten seconds in it:  {}", checkout.increase_in(inside).ok_or("nothing")?);
let mut stored = Table::new("The same counter, from stored rates", vec![
    Column::span("a rate every"), Column::number("events from rates", Unit::Count), Column::number("from the counter", Unit::Count),
]);
for seconds in [10, 30, 60] {
    let every = Span::from_secs(seconds);
    let grid = Grid::new(every, Span::ZERO)?;
    // the agent takes the last rate of each full width
    let pairs = rate.times().windows(2).zip(rate.values());
    let ends = pairs.filter(|(t, _)| grid.index(Timestamp(t[0])) != grid.index(Timestamp(t[1])));
    let events = ends.map(|(_, v)| v * every.as_secs_f64()).sum::<f64>();
    stored.rows.push(vec![every.into(), events.into(), counted.into()]);
}
_ = &(stored
);

_ = &(chapter_6::inside_a_gap(120.0, 120.0)?
);
let ladder: Ladder = "15s,30s,1m,2m,5m".parse()?;
let readings = window::counter_readings(&checkout, &ladder, &window::CounterOptions::default())?;
_ = &(tell::counters::table(&readings)
);

_ = &(tell::counters::figure(&readings, "checkout requests")?
);
let query = window::RangeQuery::new(window::RangeFunction::Increase, Span::MINUTE,
    window::RangeEnds::Extrapolated, window::Dialect::V3)?;
let mut shown = Vec::new();
for second in 0..60 {
    let times: Vec<i64> = (0..20).map(|i| (7 + 15 * i) * Span::SECOND.0).collect();
    let error = (120 + second) * Span::SECOND.0;
    let values = times.iter().map(|t| if *t < error { 7.0 } else { 8.0 }).collect();
    let errors = Series::new(Identity::new("errors", Unit::Count), times, values, NanPolicy::Refuse)?;
    let read: f64 = (1..5).filter_map(|m| query.read(&errors, Timestamp(m * Span::MINUTE.0))).sum();
    shown.push((second as f64, read));
}
println!("{} of 60 errors are not shown at all", shown.iter().filter(|s| s.1 == 0.0).count());
let x = Axis::new("second of the minute in which the error happens", Unit::Second);
_ = &(Figure::new("What increase(errors[1m]) shows of one error", x, Axis::new("errors shown", Unit::Count))
    .with(Mark::new("shown", Role::Charged, Shape::Points { points: shown.clone() }))
    .with(Mark::new("truth", Role::Truth, Shape::Rule { at: 1.0, direction: Direction::Horizontal }))
);
let mut form = Table::new("One isolated error, scraped every 15 s", vec![
    Column::span("range"), Column::number("scrapes in it", Unit::None), Column::number("lost", Unit::Ratio),
    Column::number("else shown as", Unit::None),
]);
for range in ["30s", "45s", "1m", "2m", "5m", "15m"] {
    let found = window::isolated_event(range.parse()?, Span::from_secs(15))?;
    form.rows.push(vec![range.parse::<Span>()?.into(), found.scrapes.into(), found.lost.value.into(), found.reads_most.into()]);
}
_ = &(form
);

_ = &(chapter_6::lost_in_a_minute(0.0)?
);

_ = &(chapter_6::read_as(1.0)?
);

_ = &(chapter_6::long_enough(60.0)?
);
let refused = counter_named(&data, "code=\"503\",instance=\"127.0.0.1:28082\",job=\"shop\",route=\"/checkout\"")?;
let first = refused.samples().values()[0];
let grown: f64 = refused.increases()?.values().iter().sum();
println!("first sample: {first} errors at {}", Timestamp(refused.samples().times()[0]));
println!("increase from then on: {grown}; errors in truth: {}", first + grown);
Ok(())
}


fn chapter_06_solutions() -> Checked {
use sre_stats::prelude::*;
let times: Vec<i64> = (0..4).map(|i| i * 15 * Span::SECOND.0).collect();
let counter = Counter::new(Identity::new("events", Unit::Count), times, vec![100.0, 160.0, 20.0, 50.0], NanPolicy::Refuse)?;
println!("{:?}", counter.increases()?.values());
_ = &(chapter_6::across_a_reset(60.0 + 20.0 + 30.0)?
);

_ = &(chapter_6::inside_a_gap(0.0, 600.0)?
);
let minute = window::isolated_event(Span::MINUTE, Span::from_secs(15))?;
println!("{}", minute.lost);
_ = &(chapter_6::lost_in_a_minute(100.0 / 4.0)?
);

_ = &(chapter_6::read_as(60.0 / 45.0)?
);
println!("{}", (1.0 - minute.lost.value) * minute.reads_most);
let ranges: Vec<i64> = (2..=60).map(|n| n * 15).collect();
let lost = ranges.iter().map(|s| window::isolated_event(Span::from_secs(*s), Span::from_secs(15)).map(|e| (*s as f64, e.lost.value)));
let lost: Vec<(f64, f64)> = lost.collect::<Result<_>>()?;
_ = &(Figure::new("Isolated errors that increase loses", Axis::new("range", Unit::Second), Axis::new("lost", Unit::Ratio))
    .with(Mark::new("scraped every 15 s", Role::Series(0), Shape::Line { points: lost }))
    .with(Mark::new("5 %", Role::Limit, Shape::Rule { at: 0.05, direction: Direction::Horizontal }))
);

_ = &(chapter_6::long_enough(20.0 * 15.0)?
);
Ok(())
}


fn chapter_07_slos_and_bucket_width() -> Checked {
use sre_stats::prelude::*;
let month: Span = "30d".parse()?;
let three_nines = Budget::new("99.9%".parse()?, month);
println!("99.9 % over {month} allows {} of bad time", three_nines.allowed());
let objectives = ["99%", "99.5%", "99.9%", "99.95%", "99.99%"];
let mut columns = vec![Column::text("objective")];
let nines: Vec<Quantile> = objectives.iter().map(|o| o.parse()).collect::<Result<_>>()?;
let allowed = slo::budget::table(&nines);
columns.extend(allowed.iter().take(7).map(|a| Column::span(a.period.clone())));
let mut budgets = Table::new("Bad time that an objective allows, by period", columns);
for (objective, row) in objectives.iter().zip(allowed.chunks(7)) {
    let mut cells = vec![Cell::from(*objective)];
    cells.extend(row.iter().map(|a| Cell::from(a.allowed)));
    budgets.rows.push(cells);
}
_ = &(budgets
);

_ = &(chapter_7::recap("99.9%")?
);
let minutes = read("../datasets/generated/workshop-minutes.csv")?;
_ = &(minutes
);
let up = series_named(&minutes, "up")?;
let bad = BadTime::from_series(&up, &Condition::up(), &SeriesOptions::default())?;
println!("{} minutes, of which {} minutes bad", up.len(), bad.total().as_secs_f64() / 60.0);
println!("{} outages", bad.lengths().len());
let objective: Objective = "99% of time up over 30d".parse()?;
let review = evaluate(&objective, SloInput::Series(&up), &slo::Options::default())?;
_ = &(review
);

_ = &(tell::slo::figure(&review)?
);
let budget = Budget::new("99%".parse()?, month);
let ladder: Ladder = "1m,2m,5m,10m,15m,1h".parse()?;
let charged = account(&bad, &ladder, &Rule::AnyBad, Some(&budget))?;
_ = &(charged
);
let mut aligned = Table::new("Charged by buckets that begin on the clock", vec![
    Column::span("width"), Column::number("minutes charged", Unit::None), Column::text("99 % over 30 d"),
]);
for row in &charged.rows {
    let minutes = row.charged.aligned.value / 60.0;
    let verdict = tell::windows::aligned_verdict(row, &budget).to_string();
    aligned.rows.push(vec![row.width.into(), minutes.into(), verdict.into()]);
}
_ = &(aligned
);
let narrow: Ladder = "1m,2m,3m,4m,5m,6m,8m,10m".parse()?;
_ = &(tell::windows::figure(&account(&bad, &narrow, &Rule::AnyBad, Some(&budget))?, Some(&budget))?
);
let five = charged.rows.iter().find(|row| row.width == Span(5 * Span::MINUTE.0));
let five = five.ok_or("no such width")?.clone();
println!("met at {} of {} phases", five.met_share.unwrap_or(0.0) * five.phases as f64, five.phases);
println!("{}", tell::windows::finding(&charged, Some(&budget)).1);

_ = &(tell::windows::phases(&five, Some(&budget))?
);
let noon: Timestamp = "2026-06-01T12:00:00Z".parse()?;
let day = Window::new("2026-06-01T00:00:00Z".parse()?, Span::DAY)?;
let width: Span = "5m".parse()?;
let mut minute = Table::new("One bad minute in any-bad buckets of 5 minutes", vec![
    Column::text("phases tried"), Column::span("least"), Column::span("mean"),
    Column::span("most"), Column::number("straddling phases", Unit::Ratio),
]);
for step in ["1m", "1s", "10ms"] {
    let one = BadTime::from_intervals(day, step.parse()?, &[(noon, noon + Span::MINUTE)], &[])?;
    let c = account(&one, &Ladder::new(&[width])?, &Rule::AnyBad, None)?.rows.remove(0).charged;
    let (min, mean, max) = (c.min.value, c.mean.value, c.max.value);
    let straddling = (mean - min) / width.as_secs_f64();
    let spans = [min, mean, max].map(|s| Span::from_secs_f64(s).map(Cell::from));
    let [min, mean, max] = spans;
    minute.rows.push(vec![format!("every {step}").into(), min?, mean?, max?, straddling.into()]);
}
let form = closed_form::single_incident(Span::MINUTE, width, 0.0)?;
let spans = [form.min, form.mean, form.max].map(|s| Span::from_secs_f64(s).map(Cell::from));
let [min, mean, max] = spans;
minute.rows.push(vec!["closed form".into(), min?, mean?, max?, ((form.mean - form.min) / 300.0).into()]);
_ = &(minute
);

_ = &(chapter_7::straddling(5.0, 7.0, 10.0)?
);

_ = &(chapter_7::whole_buckets(2.88)?
);
let widths: Ladder = "1m,5m,10m,20m,30m,1h".parse()?;
_ = &(tell::budget::table(&slo::budget::affordable("99.9%".parse()?, month, &widths))
);
let red = window::bad_windows(&bad, width, Span::ZERO, &Rule::AnyBad)?;
let begins: std::collections::HashSet<i64> = red.iter().map(|w| w.start.0).collect();
let first = bad.period().start;
let flags: Vec<bool> =
    (0..month.0 / width.0).map(|i| begins.contains(&(first.0 + i * width.0))).collect();
let behind = invert(&flags, width, &Rule::AnyBad, Some(&budget))?;
_ = &(tell::invert::section("the month", &behind, Some(&budget))
);
let mut said = Table::new("What 5-minute buckets of this month say of an objective", vec![
    Column::text("objective"), Column::span("allowed"), Column::text("without assumption"),
    Column::text("if each run is one outage"),
]);
for objective in ["98.5%", "99%", "99.5%", "99.9%", "99.99%"] {
    let budget = Budget::new(objective.parse()?, month);
    let behind = invert(&flags, width, &Rule::AnyBad, Some(&budget))?;
    let text = |v: Option<window::Verdict>| v.map_or(String::new(), |v| v.to_string());
    let (any, one) = (text(behind.verdict), text(behind.verdict_one_incident));
    said.rows.push(vec![objective.into(), budget.allowed().into(), any.into(), one.into()]);
}
_ = &(said
);

_ = &(chapter_7::behind_the_buckets(15.0, 20.0)?
);

_ = &(chapter_7::what_follows("violated")?
);
let mut question = AdvisorInput {
    budget,
    incidents: IncidentPattern::Measured(bad.lengths()),
    rule: Rule::AnyBad,
    rate_per_s: Some(10.0),
    quantile: Some("p99".parse()?),
    level: 0.95,
};
_ = &(advise(&question)?
);
question.rate_per_s = Some(0.1);
_ = &(advise(&question)?
);
let requests = read("../datasets/recorded/requests.csv")?;
let checkout = events_named(&requests, "checkout")?;
println!("{}: {} requests in {}", checkout.identity().title(), checkout.len(), checkout.window().width);

_ = &(events_figure(&checkout, 960)?
);
let promise: Objective = "99.9% of requests < 300ms over 30d".parse()?;
let kept = evaluate(&promise, SloInput::Events(&checkout), &slo::Options::default())?;
_ = &(kept
);

_ = &(tell::slo::incidents_table(&kept, 5)
);
let mut share = Table::new("Share of good slices of checkout, any-bad", vec![
    Column::span("slice"), Column::number("good slices", Unit::Ratio),
]);
for slice in ["1s", "10s", "1m", "5m"] {
    let options = slo::Options { slice: slice.parse()?, ..slo::Options::default() };
    let report = evaluate(&promise, SloInput::Events(&checkout), &options)?;
    let level = report.methods.time_slices.ok_or("no slices")?;
    share.rows.push(vec![options.slice.into(), level.value.into()]);
}
_ = &(share
);
let again = reaggregate(&checkout, &"10s,1m,5m".parse()?, &[Quantile::P99])?;
_ = &(tell::reaggregation::table(&again)
);

_ = &(tell::reaggregation::figure(&again, "checkout")?
);

_ = &(chapter_7::one_p99(550.0)?
);
Ok(())
}


fn chapter_07_solutions() -> Checked {
use sre_stats::prelude::*;
let month: Span = slo::Period::MEAN_MONTH;
let printed: Span = "4m 23s".parse()?;
println!("bad share {:.6}, objective {:.4} %", printed.as_secs_f64() / month.as_secs_f64(),
    100.0 * (1.0 - printed.as_secs_f64() / month.as_secs_f64()));

_ = &(chapter_7::recap("99.99%")?
);
let form = closed_form::single_incident("7m".parse()?, "5m".parse()?, 0.0)?;
println!("{} / {} / {} minutes", form.min / 60.0, form.mean / 60.0, form.max / 60.0);
_ = &(chapter_7::straddling(10.0, 12.0, 15.0)?
);
let day = Window::new("2026-06-01T00:00:00Z".parse()?, Span::DAY)?;
let noon: Timestamp = "2026-06-01T12:00:00Z".parse()?;
let outage = BadTime::from_intervals(day, Span::SECOND, &[(noon, noon + "7m".parse()?)], &[])?;
let charged = account(&outage, &"5m".parse()?, &Rule::AnyBad, None)?;
_ = &(tell::windows::phases(&charged.rows[0], None)?
);
let budget = Budget::new("99.9%".parse()?, "30d".parse()?);
println!("{} pay for {} buckets", budget.allowed(), budget.affordable("15m".parse()?));
_ = &(chapter_7::whole_buckets(2.0)?
);
let four = [false, true, true, true, true, false];
_ = &(invert(&four, "5m".parse()?, &Rule::AnyBad, None)?
);

_ = &(chapter_7::behind_the_buckets(10.0, 20.0)?
);

_ = &(chapter_7::what_follows("undecidable")?
);
let mut all = vec![100.0; 1000];
all.extend([1000.0; 10]);
let scope = sre_stats::estimate::Scope::untimed("ms".parse()?);
let p99 = quantiles(&all, &[Quantile::P99], Definition::Type1, &scope)?.remove(0);
println!("{p99}");
_ = &(chapter_7::one_p99(100.0)?
);
Ok(())
}

/// Every notebook with its code cells.
const CELLS: &[(&str, &[&str])] = &[
    ("01-look-at-the-data", &[":dep sre-stats = { path = \"../stats\", features = [\"notebook\"] }\nuse sre_stats::prelude::*;", "let data = read(\"../datasets/recorded/requests.csv\")?;\ndata", "let search = events_named(&data, \"search\")?;\nlet checkout = events_named(&data, \"checkout\")?;\nlet cart = events_named(&data, \"cart\")?;\ntell::inspect::understood_table(&data.report)", "let early: Vec<f64> = search.values().iter().copied().take(150).collect();\nrug_figure(\"latency of search\", &Unit::Second, &early, Scale::Linear)?", "let routes = [\n    Group::new(\"cart\", cart.values()),\n    Group::new(\"checkout\", checkout.values()),\n    Group::new(\"search\", search.values()),\n];\njitter_figure(\"latency\", &Unit::Second, &routes, Scale::Log)?", "let scope = search.scope();\nlet mut rules = Vec::new();\nfor rule in BinRule::ALL {\n    rules.push(bins(search.values(), rule, &scope)?);\n}\ntell::describe::bins_table(&rules)", "let body: Vec<f64> = search.values().iter().copied().filter(|v| *v < 0.2).collect();\nhistogram_figure(\"latency of search\", &Unit::Second, &equal_bins(&body, 6)?, Scale::Linear)?", "let fine = bins(&body, BinRule::FreedmanDiaconis, &scope)?.count;\nhistogram_figure(\"latency of search\", &Unit::Second, &equal_bins(&body, fine)?, Scale::Linear)?", "tell::histogram::figure(&LogLinear::from_values(search.values()), search.identity())?", "chapter_1::bin_width(20.0)?", "boxes_figure(\"latency\", &Unit::Second, &routes, Scale::Log)?", "let smooth = density_curve(&body, Bandwidth::Fixed(0.003), 300, &scope)?;\nlet smoother = density_curve(&body, Bandwidth::Scott, 300, &scope)?;\nlet curves = [(\"3 ms\".to_string(), smooth), (\"by Scott's rule\".to_string(), smoother)];\ndensity_figure(\"latency of search\", &Unit::Second, &curves)?", "let mean = search.values().iter().sum::<f64>() / search.len() as f64;\nlet near = search.values().iter().filter(|v| (**v - mean).abs() < 0.005).count();\nprintln!(\"mean {:.1} ms; {near} of {} searches took within 5 ms of it\", mean * 1000.0, search.len());", "chapter_1::two_modes(\"box plot\")?", "let tens = HistogramSeries::from_events(&checkout, Grid::new(\"10s\".parse()?, Span::ZERO)?)?;\nheat_figure(&tens, 32, &[])?", "let ten = mean_per(&checkout, \"10s\".parse()?)?;\nlet one = mean_per(&checkout, \"1m\".parse()?)?;\nlet five = mean_per(&checkout, \"5m\".parse()?)?;\nseries_figure(&[&ten, &one, &five], 960)?", "let greatest = |s: &Series| s.values().iter().copied().fold(0.0, f64::max);\nlet mut kept = Table::new(\"What each step keeps of checkout\", vec![\n    Column::text(\"kept\"), Column::number(\"numbers\", Unit::Count), Column::number(\"greatest\", Unit::Second),\n]);\nlet slowest = checkout.values().iter().copied().fold(0.0, f64::max);\nkept.rows.push(vec![\"every request\".into(), (checkout.len() as f64).into(), slowest.into()]);\nfor s in [&ten, &one, &five] {\n    kept.rows.push(vec![s.identity().name.as_str().into(), (s.len() as f64).into(), greatest(s).into()]);\n}\nkept", "chapter_1::rolled_up(3000.0)?", "let node = read(\"../datasets/recorded/node_load1.json\")?;\ntell::inspect::gaps_table(&node, 5)", "let load = series_named(&node, \"node_load1\")?;\nseries_figure(&[&load], 960)?", "let (from, to) = load.gaps()[0];\nlet around = load.slice(from - Span::MINUTE, to + Span::MINUTE).ok_or(\"no samples there\")?;\nlet step = load.step().ok_or(\"no step\")?;\nlet missing = (to.since(from).0 / step.0 - 1) as f64;\nlet (sum, n) = (around.values().iter().sum::<f64>(), around.len() as f64);\nprintln!(\"{missing} samples are missing\");\nprintln!(\"mean of what was measured {:.3}, with zeros {:.3}\", sum / n, sum / (n + missing));", "chapter_1::gap_is_no_zero(40.0, 20.0)?"]),
    ("01-solutions", &[":dep sre-stats = { path = \"../stats\", features = [\"notebook\"] }\nuse sre_stats::prelude::*;", "let width = 2.0 * 20.0 / 125.0_f64.cbrt();\nprintln!(\"{width} ms\");\nchapter_1::bin_width(width)?", "let values: Vec<f64> = (0..125).map(f64::from).collect();\nlet scope = Scope::untimed(Unit::Millisecond);\nlet rules = [bins(&values, BinRule::FreedmanDiaconis, &scope)?, bins(&values, BinRule::SquareRoot, &scope)?];\ntell::describe::bins_table(&rules)", "let latency: Vec<f64> = (0..200).map(|i| if i % 2 == 0 { 10.0 } else { 100.0 } + f64::from(i % 7)).collect();\nboxes_figure(\"latency\", &Unit::Millisecond, &[Group::new(\"all\", &latency)], Scale::Linear)?", "histogram_figure(\"latency\", &Unit::Millisecond, &equal_bins(&latency, 30)?, Scale::Linear)?", "chapter_1::two_modes(\"histogram\")?", "let minute = (59.0 * 20.0 + 3000.0) / 60.0;\nprintln!(\"{minute:.1} ms\");\nchapter_1::rolled_up(minute)?", "chapter_1::gap_is_no_zero(80.0 / 4.0, 80.0 / 2.0)?"]),
    ("02-solutions", &[":dep sre-stats = { path = \"../stats\", features = [\"notebook\"] }\nuse sre_stats::prelude::*;", "let mut distances: Vec<f64> = [10.0, 11.0, 12.0, 13.0, 14.0, 15.0, 1000.0].iter().map(|v: &f64| (v - 13.0).abs()).collect();\ndistances.sort_by(f64::total_cmp);\nprintln!(\"{distances:?}\");\nchapter_2::robust_pair(13.0, distances[3])?", "let (busy, quiet) = (900.0 * 100.0, 100.0 * 500.0);\nprintln!(\"{} ms over 1000 requests\", busy + quiet);\nchapter_2::mean_of_means((busy + quiet) / 1000.0)?", "let minutes = [vec![1.0, 2.0, 9.0], vec![4.0, 4.0]];\nlet (mut n, mut s1, mut s2) = (0.0, 0.0, 0.0);\nfor minute in &minutes {\n    let (m, sd) = mean_and_sd(minute)?;\n    let k = minute.len() as f64;\n    (n, s1, s2) = (n + k, s1 + k * m, s2 + (k - 1.0) * sd * sd + k * m * m);\n}\nprintln!(\"sd {:.6} from the minutes\", ((s2 - s1 * s1 / n) / (n - 1.0)).sqrt());\nprintln!(\"sd {:.6} of all values\", mean_and_sd(&minutes.concat())?.1);", "chapter_2::what_merges(&[\"mean\", \"max\", \"sd\"])?", "let share = (-4.0_f64).exp();\nprintln!(\"{:.2} %\", 100.0 * share);\nchapter_2::beyond_three_sigma(100.0 * share)?", "let exponential = Law::Exponential { rate: 1.0 };\nlet waits: Vec<f64> = (0..500).map(|i| exponential.quantile((f64::from(i) + 0.5) / 500.0)).collect();\nlet normal = Law::Normal { mean: 1.0, sd: 1.0 };\nqq_figure(&qq(&waits, &normal, 200)?, \"waiting times\", \"a normal law\", &Unit::None)?", "let fence = 30.0 + 1.5 * (30.0 - 20.0);\nlet told = fences(&[10.0, 20.0, 25.0, 30.0, 40.0], 1.5, &Scope::untimed(Unit::Millisecond))?;\nprintln!(\"by hand {fence} ms, by the library {}\", told.upper.short());\nchapter_2::upper_fence(fence)?"]),
    ("02-summaries-and-their-lies", &[":dep sre-stats = { path = \"../stats\", features = [\"notebook\"] }\nuse sre_stats::prelude::*;", "let month = read(\"../datasets/generated/shop-month.csv\")?;\nlet checkout = events_named(&month, \"checkout\")?;\nlet payment = events_named(&month, \"payment\")?;\nlet scope = checkout.scope();\nmonth", "let all = describe(checkout.values(), &scope)?;\ntell::describe::table(&all)", "let mut hung = checkout.values().to_vec();\nhung.push(3600.0);\nlet after = describe(&hung, &scope)?;\nlet mut moved = Table::new(\"One request of an hour among a month of checkouts\", vec![\n    Column::text(\"statistic\"), Column::number(\"before\", Unit::Second), Column::number(\"after\", Unit::Second),\n    Column::number(\"factor\", Unit::None),\n]);\nfor (b, a) in all.iter().zip(&after).filter(|(b, _)| b.estimate.unit == Unit::Second && b.name != \"min\") {\n    let (x, y) = (b.estimate.value, a.estimate.value);\n    moved.rows.push(vec![b.name.into(), x.into(), y.into(), (y / x).into()]);\n}\nmoved", "chapter_2::robust_pair(153.6, 241.8)?", "let days = Grid::new(Span::DAY, Span::ZERO)?;\nlet first = days.index(checkout.window().start);\nlet (mut means, mut medians, mut sum, mut n) = (0.0, 0.0, 0.0, 0.0);\nfor day in 0..30 {\n    let day = days.window(first + day);\n    let part = checkout.slice(day.start, day.end()).ok_or(\"an empty day\")?;\n    let of = describe(part.values(), &part.scope())?;\n    let get = |name: &str| of.iter().find(|s| s.name == name).map_or(f64::NAN, |s| s.estimate.value);\n    means += get(\"mean\") / 30.0;\n    medians += get(\"median\") / 30.0;\n    sum += get(\"mean\") * part.len() as f64;\n    n += part.len() as f64;\n}", "let value = |name: &str| all.iter().find(|s| s.name == name).map_or(f64::NAN, |s| s.estimate.value);\nlet mut merged = Table::new(\"A month from its days\", vec![\n    Column::text(\"from the days\"), Column::number(\"it says\", Unit::Second), Column::number(\"truth\", Unit::Second),\n]);\nmerged.rows.push(vec![\"mean of means\".into(), means.into(), value(\"mean\").into()]);\nmerged.rows.push(vec![\"mean of means, weighted by count\".into(), (sum / n).into(), value(\"mean\").into()]);\nmerged.rows.push(vec![\"mean of medians\".into(), medians.into(), value(\"median\").into()]);\nmerged", "chapter_2::mean_of_means(300.0)?", "chapter_2::what_merges(&[\"mean\", \"median\"])?", "let normal = Law::Normal { mean: 0.0, sd: 1.0 };\nlet mut rule = Table::new(\"Share within k standard deviations of the mean\", vec![\n    Column::text(\"k\"), Column::number(\"normal law\", Unit::Ratio), Column::number(\"checkout\", Unit::Ratio),\n    Column::number(\"payment\", Unit::Ratio),\n]);\nfor k in [1.0, 2.0, 3.0] {\n    let mut row = vec![format!(\"{k}\").into(), (1.0 - 2.0 * normal.survival(k)).into()];\n    for values in [checkout.values(), payment.values()] {\n        let (m, sd) = mean_and_sd(values)?;\n        let inside = values.iter().filter(|v| (**v - m).abs() <= k * sd).count();\n        row.push((inside as f64 / values.len() as f64).into());\n    }\n    rule.rows.push(row);\n}\nrule", "let mut ends = Table::new(\"Beyond three standard deviations, of 10 000 requests\", vec![\n    Column::text(\"service\"), Column::number(\"mean − 3 sd\", Unit::Second), Column::number(\"mean + 3 sd\", Unit::Second),\n    Column::number(\"below\", Unit::None), Column::number(\"above\", Unit::None), Column::number(\"normal law, each\", Unit::None),\n]);\nfor events in [&checkout, &payment] {\n    let (m, sd) = mean_and_sd(events.values())?;\n    let (low, high) = (m - 3.0 * sd, m + 3.0 * sd);\n    let per = 10_000.0 / events.len() as f64;\n    let below = events.values().iter().filter(|v| **v < low).count() as f64 * per;\n    let above = events.values().iter().filter(|v| **v > high).count() as f64 * per;\n    let name = events.identity().title();\n    ends.rows.push(vec![name.into(), low.into(), high.into(), below.into(), above.into(), (1e4 * normal.survival(3.0)).into()]);\n}\nends", "chapter_2::beyond_three_sigma(0.135)?", "let (m, sd) = mean_and_sd(checkout.values())?;\nlet law = Law::Normal { mean: m, sd };\nqq_figure(&qq(checkout.values(), &law, 400)?, \"checkout\", \"a normal law\", &Unit::Second)?", "let found = fits(checkout.values(), &scope)?;\ntell::describe::fits_table(&found)", "let best = found.fits.first().ok_or(\"no fit\")?.law;\nqq_figure(&qq(checkout.values(), &best, 400)?, \"checkout\", &best.to_string(), &Unit::Second)?", "let beyond = fences(checkout.values(), 1.5, &scope)?;\nlet share = (beyond.above + beyond.below) as f64 / checkout.len() as f64;\nprintln!(\"fences at {} and {}\", beyond.lower.short(), beyond.upper.short());\nprintln!(\"{} below, {} above: {:.2} %\", beyond.below, beyond.above, 100.0 * share);", "let groups = [Group::new(\"checkout\", checkout.values()), Group::new(\"payment\", payment.values())];\nboxes_figure(\"latency\", &Unit::Second, &groups, Scale::Linear)?", "chapter_2::upper_fence(40.0)?"]),
    ("03-quantiles", &[":dep sre-stats = { path = \"../stats\", features = [\"notebook\"] }\nuse sre_stats::prelude::*;", "let paper: Vec<f64> = vec![\n    101.0, 104.0, 110.0, 112.0, 117.0, 121.0, 128.0, 133.0, 140.0, 146.0,\n    151.0, 158.0, 166.0, 175.0, 187.0, 199.0, 214.0, 236.0, 271.0, 342.0,\n];\nlet ms = Scope::untimed(Unit::Millisecond);\nrug_figure(\"latency\", &Unit::Millisecond, &paper, Scale::Linear)?", "let qs = [Quantile::MEDIAN, Quantile::P95, Quantile::P99];\nlet printed = tell::quantile::by_tool(&paper, &qs, &Tool::ALL, &ms)?;\nlet mut tools = Table::new(\"What each tool prints for the same twenty latencies\", vec![\n    Column::text(\"tool\"), Column::text(\"rule\"), Column::number(\"p50\", ms.unit.clone()),\n    Column::number(\"p95\", ms.unit.clone()), Column::number(\"p99\", ms.unit.clone()),\n]);\nfor tool in Tool::ALL {\n    let mut cells: Vec<Cell> = vec![tool.title().into(), tool.rule().to_string().into()];\n    let of = printed.iter().filter(|row| row.tool == Some(tool)).map(|row| row.estimate.value);\n    cells.extend(of.map(|v| if v.is_nan() { Cell::from(\"no answer\") } else { Cell::from(v) }));\n    tools.rows.push(cells);\n}\ntools", "let nine = tell::quantile::exact(&paper, &[Quantile::P95], &Definition::ALL, &ms)?;\ntell::quantile::table(&nine)", "tell::quantile::definitions_table()", "chapter_3::nearest_rank(28.5)?", "chapter_3::which_tool(\"numpy\")?", "let data = read(\"../datasets/recorded/requests.csv\")?;\nlet checkout = events_named(&data, \"checkout\")?;\nlet mut spread = Table::new(\"Between the least and the greatest answer of eleven tools\", vec![\n    Column::number(\"samples\", Unit::Count), Column::number(\"least p95\", Unit::Second),\n    Column::number(\"greatest p95\", Unit::Second), Column::number(\"apart\", Unit::Ratio),\n]);\nfor n in [20, 200, 2000, 18_000] {\n    let some = &checkout.values()[..n];\n    let all = tool_quantiles(some, &[Quantile::P95], &Tool::ALL, &checkout.scope())?;\n    let values: Vec<f64> = all.iter().filter_map(|t| t.answer.as_ref().ok().map(|e| e.value)).collect();\n    let (low, high) = values.iter().fold((f64::INFINITY, 0.0_f64), |(l, h), v| (l.min(*v), h.max(*v)));\n    spread.rows.push(vec![(n as f64).into(), low.into(), high.into(), (high / low - 1.0).into()]);\n}\nspread", "let mut need = Table::new(\"Samples that a percentile needs\", vec![\n    Column::text(\"percentile\"), Column::number(\"samples for a bound at 95 %\", Unit::Count),\n    Column::number(\"none above, of 60\", Unit::Ratio), Column::number(\"of 600\", Unit::Ratio),\n    Column::number(\"of 6000\", Unit::Ratio),\n]);\nfor q in [Quantile::P90, Quantile::P95, Quantile::P99, Quantile::P999, Quantile::P9999] {\n    let n = samples_needed(q, 0.95).ok_or(\"no number of samples is enough\")?;\n    let mut row: Vec<Cell> = vec![q.to_string().into(), (n as f64).into()];\n    row.extend([60, 600, 6000].map(|n| Cell::from(none_above(n, q))));\n    need.rows.push(row);\n}\nneed", "let calm = checkout.slice(\"2026-11-25T00:04:47Z\".parse()?, \"2026-11-25T00:08:47Z\".parse()?).ok_or(\"empty\")?;\nlet truth = quantiles(calm.values(), &[Quantile::P95], Definition::Type1, &calm.scope())?.remove(0);\nprintln!(\"{} calm checkouts, p95 = {}\", calm.len(), truth.short());", "let mut groups = Vec::new();\nfor size in [10, 20, 60, 200] {\n    let step = calm.len() / size;\n    let mut found = Vec::new();\n    for first in 0..step {\n        let window: Vec<f64> = calm.values().iter().copied().skip(first).step_by(step).take(size).collect();\n        found.push(quantiles(&window, &[Quantile::P95], Definition::Type1, &calm.scope())?[0].value);\n    }\n    groups.push(Group::new(format!(\"{size} samples\"), &found));\n}\nlet mut picture = jitter_figure(\"p95 of a window\", &Unit::Second, &groups, Scale::Linear)?;\nlet all = Shape::Rule { at: truth.value, direction: Direction::Horizontal };\npicture.marks.push(Mark::new(\"p95 of all\", Role::Limit, all));\npicture", "chapter_3::samples_for_p999(1000.0)?", "chapter_3::no_sample_above(1.0)?", "let few: Vec<f64> = calm.values().iter().copied().step_by(calm.len() / 100).take(100).collect();\ntell::quantile::intervals_table(&few, &qs, &calm.scope())?", "tell::quantile::intervals_table(calm.values(), &qs, &calm.scope())?", "let nines = [\"p50\", \"p75\", \"p90\", \"p95\", \"p99\", \"p99.9\"];\nlet nines: Vec<Quantile> = nines.iter().map(|q| q.parse()).collect::<Result<_>>()?;\nlet mut profile = tell::quantile::exact(calm.values(), &nines, &[Definition::Type1], &calm.scope())?;\nfor row in &mut profile {\n    if let Some(c) = &row.estimate.confidence {\n        row.estimate.bound = Bound::Confidence { lower: c.lower, upper: c.upper, level: c.level };\n    }\n}\ntell::quantile::figure(&profile)?", "let under = share_at_most(checkout.values(), 0.3, &checkout.scope())?;\nlet p99 = quantiles(checkout.values(), &[Quantile::P99], Definition::Type1, &checkout.scope())?.remove(0);\nprintln!(\"share at or below 300 ms: {under}\");\nprintln!(\"p99: {p99}\");", "let everything = Ecdf::new(checkout.values(), &checkout.scope())?;\nlet quiet = Ecdf::new(calm.values(), &calm.scope())?;\nlet curves = [(\"whole recording\".to_string(), everything), (\"calm minutes\".to_string(), quiet)];\nlet mut picture = ecdf_figure(&curves, &Unit::Second, Scale::Log, Scale::Linear)?;\nlet limit = Shape::Rule { at: 0.3, direction: Direction::Vertical };\npicture.marks.push(Mark::new(\"300 ms\", Role::Limit, limit));\npicture", "chapter_3::inverse_percentile(99.0, \"met\")?"]),
    ("03-solutions", &[":dep sre-stats = { path = \"../stats\", features = [\"notebook\"] }\nuse sre_stats::prelude::*;", "let rank = Quantile::P95.rank(30);\nprintln!(\"⌈28.5⌉ = {rank}\");\nchapter_3::nearest_rank(rank as f64)?", "let ten: Vec<f64> = (1..=10).map(f64::from).collect();\nlet rows = tell::quantile::by_tool(&ten, &[Quantile::P90], &Tool::ALL, &Scope::untimed(Unit::None))?;\ntell::quantile::table(&rows)", "chapter_3::which_tool(\"excel-exc\")?", "let n = (0.05_f64.ln() / 0.999_f64.ln()).ceil();\nprintln!(\"{n}, by the library {:?}\", samples_needed(Quantile::P999, 0.95));\nchapter_3::samples_for_p999(n)?", "let sizes: Vec<u64> = (0..=40).map(|i| 10_f64.powf(1.0 + f64::from(i) / 10.0).round() as u64).collect();\nlet curve = |q: Quantile| sizes.iter().map(|n| (*n as f64, none_above(*n, q))).collect::<Vec<_>>();\nlet x = Axis::new(\"samples\", Unit::Count).with_scale(Scale::Log);\nFigure::new(\"No sample above the true percentile\", x, Axis::new(\"probability\", Unit::Ratio).with_range(0.0, 1.0))\n    .with(Mark::new(\"p99\", Role::Series(0), Shape::Line { points: curve(Quantile::P99) }))\n    .with(Mark::new(\"p99.9\", Role::Series(1), Shape::Line { points: curve(Quantile::P999) }))\n    .with(Mark::new(\"5 %\", Role::Limit, Shape::Rule { at: 0.05, direction: Direction::Horizontal }))", "let probability = 0.99_f64.powi(200);\nprintln!(\"{:.1} %\", 100.0 * probability);\nchapter_3::no_sample_above(100.0 * probability)?", "println!(\"rank {} of 2000\", Quantile::P99.rank(2000));\nchapter_3::inverse_percentile(100.0 * 1968.0 / 2000.0, \"violated\")?"]),
    ("04-aggregating-percentiles", &[":dep sre-stats = { path = \"../stats\", features = [\"notebook\"] }\nuse sre_stats::prelude::*;", "let data = read(\"../datasets/recorded/requests.csv\")?;\nlet checkout = events_named(&data, \"checkout\")?;\nlet minutes = quantile_per(&checkout, \"1m\".parse()?, Quantile::P99)?;\nseries_figure(&[&minutes], 960)?", "let mean = minutes.values().iter().sum::<f64>() / minutes.len() as f64;\nlet exact = quantiles(checkout.values(), &[Quantile::P99], Definition::Type1, &checkout.scope())?.remove(0);\nprintln!(\"mean of {} p99s a minute: {:.0} ms\", minutes.len(), mean * 1000.0);\nprintln!(\"p99 of all requests: {exact}\");", "let again = reaggregate(&checkout, &\"10s,30s,1m,2m,5m\".parse()?, &[Quantile::MEDIAN, Quantile::P99])?;\ntell::reaggregation::table(&again)", "tell::reaggregation::figure(&again, \"checkout\")?", "let busy = vec![100.0; 980];\nlet bad = vec![2000.0; 20];\nlet ms = Scope::untimed(Unit::Millisecond);\nlet p99 = |v: &[f64]| quantiles(v, &[Quantile::P99], Definition::Type1, &ms).map(|e| e[0].value);\nlet (a, b, all) = (p99(&busy)?, p99(&bad)?, p99(&[busy.clone(), bad.clone()].concat())?);\nprintln!(\"p99 of each: {a} and {b} ms\");\nprintln!(\"mean {} ms, weighted {} ms, truth {all} ms\", (a + b) / 2.0, (980.0 * a + 20.0 * b) / 1000.0);", "chapter_4::two_servers(1050.0)?", "chapter_4::what_is_certain(256.7, 256.7)?", "let stored = [Quantile::MEDIAN, Quantile::P90, Quantile::P99];\nlet kept = [\n    window::RollUp { n: 900, quantiles: vec![80.0, 130.0, 210.0] },\n    window::RollUp { n: 100, quantiles: vec![300.0, 900.0, 1900.0] },\n];\nlet wide = window::bracket(&kept.clone().map(|w| window::RollUp { n: w.n, quantiles: vec![w.quantiles[2]] }),\n    &[Quantile::P99], Quantile::P99)?;\nlet narrow = window::bracket(&kept, &stored, Quantile::P99)?;\nprintln!(\"from p99 alone: {} to {} ms\", wide.0, wide.1);\nprintln!(\"from three percentiles and counts: {} to {} ms\", narrow.0, narrow.1);", "let further: Vec<Quantile> = [\"p50\", \"p75\", \"p90\", \"p95\", \"p98\", \"p99.5\", \"p99.9\"].iter().map(|q| q.parse()).collect::<Result<_>>()?;\nlet found = window::tightening(&checkout, \"1m\".parse()?, Quantile::P99, &further)?;\ntell::reaggregation::brackets(&found)", "chapter_4::what_to_keep(\"p99\")?", "let backend = read(\"../datasets/recorded/shop_in_flight.json\")?;\nlet flight = series_named(&backend, \"in_flight\")?;\nseries_figure(&[&flight], 960)?", "let ladder: Ladder = \"5s,30s,1m,2m,5m,10m\".parse()?;\nlet rows = window::peaks(&flight, &ladder)?;\ntell::peaks::table(&rows)", "tell::peaks::figure(&rows, \"requests in flight\")?", "chapter_4::eroded_spike(100.0)?"]),
    ("04-solutions", &[":dep sre-stats = { path = \"../stats\", features = [\"notebook\"] }\nuse sre_stats::prelude::*;", "let all = [vec![100.0; 9800], vec![2000.0; 200]].concat();\nlet p99 = quantiles(&all, &[Quantile::P99], Definition::Type1, &Scope::untimed(Unit::Millisecond))?.remove(0);\nprintln!(\"{p99}\");\nchapter_4::two_servers(p99.value)?", "let shares: Vec<f64> = (0..=60).map(|i| f64::from(i) / 2000.0).collect();\nlet truth = shares.iter().map(|s| (*s, if *s > 0.01 { 2.0 } else { 0.1 })).collect();\nlet weighted = shares.iter().map(|s| (*s, 0.1 * (1.0 - s) + 2.0 * s)).collect();\nlet average = vec![(0.0, 1.05), (0.03, 1.05)];\nFigure::new(\"Two servers, p99 of both\", Axis::new(\"share of requests at the slow one\", Unit::Ratio), Axis::new(\"p99\", Unit::Second))\n    .with(Mark::new(\"truth\", Role::Truth, Shape::Line { points: truth }))\n    .with(Mark::new(\"weighted mean\", Role::Series(0), Shape::Line { points: weighted }))\n    .with(Mark::new(\"mean\", Role::Series(1), Shape::Line { points: average }))", "let minutes = [(1_000_000, 120.0), (1, 450.0), (1, 200.0)].map(|(n, x)| window::RollUp { n, quantiles: vec![x] });\nlet ends = window::bracket(&minutes, &[Quantile::P99], Quantile::P99)?;\nprintln!(\"with nearly all in the first minute: {} to {} ms\", ends.0, ends.1);\nchapter_4::what_is_certain(120.0, 450.0)?", "let data = read(\"../datasets/recorded/requests.csv\")?;\nlet checkout = events_named(&data, \"checkout\")?;\nlet kept = HistogramSeries::from_events(&checkout, Grid::new(Span::MINUTE, Span::ZERO)?)?;\nprintln!(\"{}\", kept.merged().quantile(Quantile::P99, &checkout.scope())?);\nprintln!(\"{}\", kept.merged().quantile(Quantile::P999, &checkout.scope())?);\nchapter_4::what_to_keep(\"histogram\")?", "let hour = (59.0 * 20.0 + 100.0) / 60.0;\nprintln!(\"{hour:.2} %\");\nchapter_4::eroded_spike(hour)?"]),
    ("05-histograms", &[":dep sre-stats = { path = \"../stats\", features = [\"notebook\"] }\nuse sre_stats::prelude::*;", "let paper = vec![0.0231, 0.0238, 0.0247, 0.0252, 0.0252, 0.0319, 0.0437, 0.0441, 0.118, 0.284, 0.291, 1.27];\nlet mut tally: Vec<(i32, i32, u32)> = Vec::new();\nfor value in &paper {\n    let exponent = (*value as f64).log10().floor() as i32;\n    let digits = (value / 10_f64.powi(exponent - 1) + 1e-9).floor() as i32;\n    match tally.iter_mut().find(|t| (t.0, t.1) == (exponent, digits)) {\n        Some(found) => found.2 += 1,\n        None => tally.push((exponent, digits, 1)),\n    }\n}\nprintln!(\"{tally:?}\");", "let hand = LogLinear::from_values(&paper);\nlet day = Window::new(\"2026-06-01T00:00:00Z\".parse()?, Span::DAY)?;\ntell::histogram::table(&[(day, hand.clone())], &Unit::Second)", "chapter_5::bucket_of(0.04, 0.05)?", "chapter_5::buckets_in_a_decade(100.0)?", "chapter_5::worst_error(10.0)?", "let data = read(\"../datasets/recorded/requests.csv\")?;\nlet checkout = events_named(&data, \"checkout\")?;\nlet scope = checkout.scope();\nlet whole = LogLinear::from_values(checkout.values());\nprintln!(\"{} requests in {} bins\", whole.count(), whole.bins().len());\ntell::histogram::figure(&whole, checkout.identity())?", "let qs = [Quantile::MEDIAN, Quantile::P99, Quantile::P999];\nlet mut rows = tell::quantile::exact(checkout.values(), &qs[1..2], &[Definition::Type1], &scope)?;\nfor layout in LayoutChoice::USUAL {\n    rows.extend(tell::quantile::of_layout(checkout.values(), &qs[1..2], layout, &scope)?);\n}\ntell::quantile::table(&rows)", "let nines: Vec<f64> = (2..=28).map(|i| f64::from(i) / 8.0).collect();\nlet at: Vec<Quantile> = nines.iter().map(|n| Quantile::from_complement(10_f64.powf(-n))).collect::<Result<_>>()?;\nlet exact = quantiles(checkout.values(), &at, Definition::Type1, &scope)?;\nlet x = Axis::new(\"percentile\", Unit::None).with_scale(Scale::LogNines);\nlet mut errors = Figure::new(\"Error of each layout, checkout\", x, Axis::new(\"error\", Unit::Ratio));\nfor (i, layout) in LayoutChoice::USUAL.into_iter().take(6).enumerate() {\n    let told = layout.build(checkout.values())?.quantiles(&at, &scope)?;\n    let points = nines.iter().zip(told.iter().zip(&exact)).map(|(n, (t, e))| (*n, t.value / e.value - 1.0)).collect();\n    errors.marks.push(Mark::new(layout.to_string(), Role::Series(i), Shape::Line { points }));\n}\nerrors", "let mut merging = Table::new(\"p99 of four shards merged, and of one sketch of everything\", vec![\n    Column::text(\"layout\"), Column::number(\"merged\", Unit::Second), Column::number(\"at once\", Unit::Second),\n    Column::text(\"the same\"),\n]);\nfor layout in LayoutChoice::USUAL {\n    let mut sum = layout.build(&[])?;\n    for shard in checkout.values().chunks(checkout.len() / 4 + 1) {\n        let part = layout.build(shard)?;\n        if sum.is_empty() { sum = part } else { sum.merge(&part)? }\n    }\n    let (a, b) = (sum.quantile(Quantile::P99, &scope)?.value, layout.build(checkout.values())?.quantile(Quantile::P99, &scope)?.value);\n    merging.rows.push(vec![layout.to_string().into(), a.into(), b.into(), if a == b { \"yes\" } else { \"no\" }.into()]);\n}\nmerging", "let mut ours = LayoutChoice::LogLinear.build(&paper)?;\nlet theirs = LayoutChoice::DdSketch { alpha: 0.01 }.build(&paper)?;\nmatch ours.merge(&theirs) {\n    Ok(()) => println!(\"merged\"),\n    Err(error) => println!(\"{error}\"),\n}", "let kept = HistogramSeries::from_events(&checkout, Grid::new(\"10s\".parse()?, Span::ZERO)?)?;\nlet five = kept.coarsen(Grid::new(\"5m\".parse()?, Span::ZERO)?)?;\nlet again = HistogramSeries::from_events(&checkout, five.grid())?;\nprintln!(\"{} histograms of 10 s became {} of 5 m\", kept.windows().len(), five.windows().len());\nprintln!(\"equal to those of the requests: {}\", five == again);", "let mut asked = Table::new(\"Share of checkouts below a threshold, from the histogram\", vec![\n    Column::number(\"threshold\", Unit::Second), Column::estimate(\"from the histogram\"), Column::number(\"truth\", Unit::Ratio),\n]);\nfor threshold in [0.3, 0.25, 0.237, 0.095] {\n    let told = whole.share_below(threshold, &scope)?;\n    let below = checkout.values().iter().filter(|v| **v < threshold).count();\n    asked.rows.push(vec![threshold.into(), told.into(), (below as f64 / checkout.len() as f64).into()]);\n}\nasked", "chapter_5::below_a_new_threshold(54.0, 54.0)?", "let edges = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];\nlet mut classic = Explicit::new(&edges)?;\nclassic.insert_slice(checkout.values());\nlet exact = quantiles(checkout.values(), &qs, Definition::Type1, &scope)?;\nlet mut read = Table::new(\"What histogram_quantile reads from the default buckets\", vec![\n    Column::text(\"percentile\"), Column::estimate(\"histogram_quantile\"), Column::estimate(\"exact\"),\n]);\nfor (q, e) in qs.iter().zip(exact) {\n    read.rows.push(vec![q.to_string().into(), classic.histogram_quantile(*q, &scope)?.into(), e.into()]);\n}\nread", "let bars: Vec<HistogramBin> = classic.bins().iter().map(|b| HistogramBin { lower: b.lower, upper: b.upper, count: b.count }).collect();\nhistogram_figure(\"checkout in default buckets\", &Unit::Second, &bars, Scale::Log)?"]),
    ("05-solutions", &[":dep sre-stats = { path = \"../stats\", features = [\"notebook\"] }\nuse sre_stats::prelude::*;", "let one = LogLinear::from_values(&[0.0437]).bins().remove(0);\nprintln!(\"[{}, {}) s\", one.lower, one.upper);\nchapter_5::bucket_of(0.043, 0.044)?", "chapter_5::buckets_in_a_decade(99.0 - 10.0 + 1.0)?", "let edges: Vec<f64> = (10..=100).map(|d| f64::from(d) / 100.0).collect();\nlet width = edges.windows(2).map(|e| (e[1] - e[0]) / e[0]).collect();\nlet y = Axis::new(\"width of the bucket, as a share of its lower edge\", Unit::Ratio);\nFigure::new(\"Buckets of two digits\", Axis::new(\"value\", Unit::Second).with_scale(Scale::Log), y)\n    .with(Mark::new(\"two digits\", Role::Series(0), Shape::Steps { edges, values: width }))", "let (a, b): (f64, f64) = (1.0, 1.1);\nlet middle = 2.0 * a * b / (a + b);\nprintln!(\"middle {middle:.6}, off by {:.4} % and {:.4} %\", 100.0 * (middle - a) / a, 100.0 * (b - middle) / b);\nchapter_5::worst_error(100.0 / 21.0)?", "let mut both = Explicit::new(&[0.2, 0.25, 0.3, 0.35])?;\nfor (value, n) in [(0.225, 40), (0.275, 6), (0.325, 2), (0.225, 10), (0.275, 4), (0.325, 1)] {\n    both.insert_weighted(value, n);\n}\nprintln!(\"between {:?}\", both.count_below(0.27));\nchapter_5::below_a_new_threshold(50.0, 60.0)?"]),
    ("06-counters-and-rates", &[":dep sre-stats = { path = \"../stats\", features = [\"notebook\"] }\nuse sre_stats::prelude::*;", "let data = read(\"../datasets/recorded/shop_requests_total.json\")?;\ndata", "let checkout = counter_named(&data, \"code=\\\"200\\\",instance=\\\"127.0.0.1:28082\\\",job=\\\"shop\\\",route=\\\"/checkout\\\"\")?;\nseries_figure(&[checkout.samples()], 960)?", "for reset in checkout.resets() {\n    println!(\"restarted before {reset}\");\n}\ntell::inspect::gaps_table(&data, 3)", "let naive = checkout.samples().values().last().ok_or(\"empty\")? - checkout.samples().values()[0];\nlet counted: f64 = checkout.increases()?.values().iter().sum();\nprintln!(\"last minus first: {naive}\");\nprintln!(\"with the restart: {counted}\");", "let reset = checkout.resets()[0];\nlet minute = Window::new(reset - Span::from_secs(30), Span::MINUTE)?;\ncheckout.increase_in(minute).ok_or(\"no samples there\")?", "chapter_6::across_a_reset(-50.0)?", "let rate = checkout.rate(\"6s\".parse()?)?;\nseries_figure(&[&rate], 960)?", "let (from, to) = checkout.samples().gaps()[0];\nlet inside = Window::new(from + Span::from_secs(20), Span::from_secs(10))?;\nlet whole = Window::new(from, to.since(from))?;\nprintln!(\"the gap as a whole: {}\", checkout.increase_in(whole).ok_or(\"nothing\")?);\nprintln!(\"ten seconds in it:  {}\", checkout.increase_in(inside).ok_or(\"nothing\")?);", "let mut stored = Table::new(\"The same counter, from stored rates\", vec![\n    Column::span(\"a rate every\"), Column::number(\"events from rates\", Unit::Count), Column::number(\"from the counter\", Unit::Count),\n]);\nfor seconds in [10, 30, 60] {\n    let every = Span::from_secs(seconds);\n    let grid = Grid::new(every, Span::ZERO)?;\n    // the agent takes the last rate of each full width\n    let pairs = rate.times().windows(2).zip(rate.values());\n    let ends = pairs.filter(|(t, _)| grid.index(Timestamp(t[0])) != grid.index(Timestamp(t[1])));\n    let events = ends.map(|(_, v)| v * every.as_secs_f64()).sum::<f64>();\n    stored.rows.push(vec![every.into(), events.into(), counted.into()]);\n}\nstored", "chapter_6::inside_a_gap(120.0, 120.0)?", "let ladder: Ladder = \"15s,30s,1m,2m,5m\".parse()?;\nlet readings = window::counter_readings(&checkout, &ladder, &window::CounterOptions::default())?;\ntell::counters::table(&readings)", "tell::counters::figure(&readings, \"checkout requests\")?", "let query = window::RangeQuery::new(window::RangeFunction::Increase, Span::MINUTE,\n    window::RangeEnds::Extrapolated, window::Dialect::V3)?;\nlet mut shown = Vec::new();\nfor second in 0..60 {\n    let times: Vec<i64> = (0..20).map(|i| (7 + 15 * i) * Span::SECOND.0).collect();\n    let error = (120 + second) * Span::SECOND.0;\n    let values = times.iter().map(|t| if *t < error { 7.0 } else { 8.0 }).collect();\n    let errors = Series::new(Identity::new(\"errors\", Unit::Count), times, values, NanPolicy::Refuse)?;\n    let read: f64 = (1..5).filter_map(|m| query.read(&errors, Timestamp(m * Span::MINUTE.0))).sum();\n    shown.push((second as f64, read));\n}\nprintln!(\"{} of 60 errors are not shown at all\", shown.iter().filter(|s| s.1 == 0.0).count());", "let x = Axis::new(\"second of the minute in which the error happens\", Unit::Second);\nFigure::new(\"What increase(errors[1m]) shows of one error\", x, Axis::new(\"errors shown\", Unit::Count))\n    .with(Mark::new(\"shown\", Role::Charged, Shape::Points { points: shown.clone() }))\n    .with(Mark::new(\"truth\", Role::Truth, Shape::Rule { at: 1.0, direction: Direction::Horizontal }))", "let mut form = Table::new(\"One isolated error, scraped every 15 s\", vec![\n    Column::span(\"range\"), Column::number(\"scrapes in it\", Unit::None), Column::number(\"lost\", Unit::Ratio),\n    Column::number(\"else shown as\", Unit::None),\n]);\nfor range in [\"30s\", \"45s\", \"1m\", \"2m\", \"5m\", \"15m\"] {\n    let found = window::isolated_event(range.parse()?, Span::from_secs(15))?;\n    form.rows.push(vec![range.parse::<Span>()?.into(), found.scrapes.into(), found.lost.value.into(), found.reads_most.into()]);\n}\nform", "chapter_6::lost_in_a_minute(0.0)?", "chapter_6::read_as(1.0)?", "chapter_6::long_enough(60.0)?", "let refused = counter_named(&data, \"code=\\\"503\\\",instance=\\\"127.0.0.1:28082\\\",job=\\\"shop\\\",route=\\\"/checkout\\\"\")?;\nlet first = refused.samples().values()[0];\nlet grown: f64 = refused.increases()?.values().iter().sum();\nprintln!(\"first sample: {first} errors at {}\", Timestamp(refused.samples().times()[0]));\nprintln!(\"increase from then on: {grown}; errors in truth: {}\", first + grown);"]),
    ("06-solutions", &[":dep sre-stats = { path = \"../stats\", features = [\"notebook\"] }\nuse sre_stats::prelude::*;", "let times: Vec<i64> = (0..4).map(|i| i * 15 * Span::SECOND.0).collect();\nlet counter = Counter::new(Identity::new(\"events\", Unit::Count), times, vec![100.0, 160.0, 20.0, 50.0], NanPolicy::Refuse)?;\nprintln!(\"{:?}\", counter.increases()?.values());\nchapter_6::across_a_reset(60.0 + 20.0 + 30.0)?", "chapter_6::inside_a_gap(0.0, 600.0)?", "let minute = window::isolated_event(Span::MINUTE, Span::from_secs(15))?;\nprintln!(\"{}\", minute.lost);\nchapter_6::lost_in_a_minute(100.0 / 4.0)?", "chapter_6::read_as(60.0 / 45.0)?", "println!(\"{}\", (1.0 - minute.lost.value) * minute.reads_most);", "let ranges: Vec<i64> = (2..=60).map(|n| n * 15).collect();\nlet lost = ranges.iter().map(|s| window::isolated_event(Span::from_secs(*s), Span::from_secs(15)).map(|e| (*s as f64, e.lost.value)));\nlet lost: Vec<(f64, f64)> = lost.collect::<Result<_>>()?;\nFigure::new(\"Isolated errors that increase loses\", Axis::new(\"range\", Unit::Second), Axis::new(\"lost\", Unit::Ratio))\n    .with(Mark::new(\"scraped every 15 s\", Role::Series(0), Shape::Line { points: lost }))\n    .with(Mark::new(\"5 %\", Role::Limit, Shape::Rule { at: 0.05, direction: Direction::Horizontal }))", "chapter_6::long_enough(20.0 * 15.0)?"]),
    ("07-slos-and-bucket-width", &[":dep sre-stats = { path = \"../stats\", features = [\"notebook\"] }\nuse sre_stats::prelude::*;", "let month: Span = \"30d\".parse()?;\nlet three_nines = Budget::new(\"99.9%\".parse()?, month);\nprintln!(\"99.9 % over {month} allows {} of bad time\", three_nines.allowed());", "let objectives = [\"99%\", \"99.5%\", \"99.9%\", \"99.95%\", \"99.99%\"];\nlet mut columns = vec![Column::text(\"objective\")];\nlet nines: Vec<Quantile> = objectives.iter().map(|o| o.parse()).collect::<Result<_>>()?;\nlet allowed = slo::budget::table(&nines);\ncolumns.extend(allowed.iter().take(7).map(|a| Column::span(a.period.clone())));\nlet mut budgets = Table::new(\"Bad time that an objective allows, by period\", columns);\nfor (objective, row) in objectives.iter().zip(allowed.chunks(7)) {\n    let mut cells = vec![Cell::from(*objective)];\n    cells.extend(row.iter().map(|a| Cell::from(a.allowed)));\n    budgets.rows.push(cells);\n}\nbudgets", "chapter_7::recap(\"99.9%\")?", "let minutes = read(\"../datasets/generated/workshop-minutes.csv\")?;\nminutes", "let up = series_named(&minutes, \"up\")?;\nlet bad = BadTime::from_series(&up, &Condition::up(), &SeriesOptions::default())?;\nprintln!(\"{} minutes, of which {} minutes bad\", up.len(), bad.total().as_secs_f64() / 60.0);\nprintln!(\"{} outages\", bad.lengths().len());", "let objective: Objective = \"99% of time up over 30d\".parse()?;\nlet review = evaluate(&objective, SloInput::Series(&up), &slo::Options::default())?;\nreview", "tell::slo::figure(&review)?", "let budget = Budget::new(\"99%\".parse()?, month);\nlet ladder: Ladder = \"1m,2m,5m,10m,15m,1h\".parse()?;\nlet charged = account(&bad, &ladder, &Rule::AnyBad, Some(&budget))?;\ncharged", "let mut aligned = Table::new(\"Charged by buckets that begin on the clock\", vec![\n    Column::span(\"width\"), Column::number(\"minutes charged\", Unit::None), Column::text(\"99 % over 30 d\"),\n]);\nfor row in &charged.rows {\n    let minutes = row.charged.aligned.value / 60.0;\n    let verdict = tell::windows::aligned_verdict(row, &budget).to_string();\n    aligned.rows.push(vec![row.width.into(), minutes.into(), verdict.into()]);\n}\naligned", "let narrow: Ladder = \"1m,2m,3m,4m,5m,6m,8m,10m\".parse()?;\ntell::windows::figure(&account(&bad, &narrow, &Rule::AnyBad, Some(&budget))?, Some(&budget))?", "let five = charged.rows.iter().find(|row| row.width == Span(5 * Span::MINUTE.0));\nlet five = five.ok_or(\"no such width\")?.clone();\nprintln!(\"met at {} of {} phases\", five.met_share.unwrap_or(0.0) * five.phases as f64, five.phases);\nprintln!(\"{}\", tell::windows::finding(&charged, Some(&budget)).1);", "tell::windows::phases(&five, Some(&budget))?", "let noon: Timestamp = \"2026-06-01T12:00:00Z\".parse()?;\nlet day = Window::new(\"2026-06-01T00:00:00Z\".parse()?, Span::DAY)?;\nlet width: Span = \"5m\".parse()?;\nlet mut minute = Table::new(\"One bad minute in any-bad buckets of 5 minutes\", vec![\n    Column::text(\"phases tried\"), Column::span(\"least\"), Column::span(\"mean\"),\n    Column::span(\"most\"), Column::number(\"straddling phases\", Unit::Ratio),\n]);", "for step in [\"1m\", \"1s\", \"10ms\"] {\n    let one = BadTime::from_intervals(day, step.parse()?, &[(noon, noon + Span::MINUTE)], &[])?;\n    let c = account(&one, &Ladder::new(&[width])?, &Rule::AnyBad, None)?.rows.remove(0).charged;\n    let (min, mean, max) = (c.min.value, c.mean.value, c.max.value);\n    let straddling = (mean - min) / width.as_secs_f64();\n    let spans = [min, mean, max].map(|s| Span::from_secs_f64(s).map(Cell::from));\n    let [min, mean, max] = spans;\n    minute.rows.push(vec![format!(\"every {step}\").into(), min?, mean?, max?, straddling.into()]);\n}\nlet form = closed_form::single_incident(Span::MINUTE, width, 0.0)?;\nlet spans = [form.min, form.mean, form.max].map(|s| Span::from_secs_f64(s).map(Cell::from));\nlet [min, mean, max] = spans;\nminute.rows.push(vec![\"closed form\".into(), min?, mean?, max?, ((form.mean - form.min) / 300.0).into()]);\nminute", "chapter_7::straddling(5.0, 7.0, 10.0)?", "chapter_7::whole_buckets(2.88)?", "let widths: Ladder = \"1m,5m,10m,20m,30m,1h\".parse()?;\ntell::budget::table(&slo::budget::affordable(\"99.9%\".parse()?, month, &widths))", "let red = window::bad_windows(&bad, width, Span::ZERO, &Rule::AnyBad)?;\nlet begins: std::collections::HashSet<i64> = red.iter().map(|w| w.start.0).collect();\nlet first = bad.period().start;\nlet flags: Vec<bool> =\n    (0..month.0 / width.0).map(|i| begins.contains(&(first.0 + i * width.0))).collect();\nlet behind = invert(&flags, width, &Rule::AnyBad, Some(&budget))?;\ntell::invert::section(\"the month\", &behind, Some(&budget))", "let mut said = Table::new(\"What 5-minute buckets of this month say of an objective\", vec![\n    Column::text(\"objective\"), Column::span(\"allowed\"), Column::text(\"without assumption\"),\n    Column::text(\"if each run is one outage\"),\n]);\nfor objective in [\"98.5%\", \"99%\", \"99.5%\", \"99.9%\", \"99.99%\"] {\n    let budget = Budget::new(objective.parse()?, month);\n    let behind = invert(&flags, width, &Rule::AnyBad, Some(&budget))?;\n    let text = |v: Option<window::Verdict>| v.map_or(String::new(), |v| v.to_string());\n    let (any, one) = (text(behind.verdict), text(behind.verdict_one_incident));\n    said.rows.push(vec![objective.into(), budget.allowed().into(), any.into(), one.into()]);\n}\nsaid", "chapter_7::behind_the_buckets(15.0, 20.0)?", "chapter_7::what_follows(\"violated\")?", "let mut question = AdvisorInput {\n    budget,\n    incidents: IncidentPattern::Measured(bad.lengths()),\n    rule: Rule::AnyBad,\n    rate_per_s: Some(10.0),\n    quantile: Some(\"p99\".parse()?),\n    level: 0.95,\n};\nadvise(&question)?", "question.rate_per_s = Some(0.1);\nadvise(&question)?", "let requests = read(\"../datasets/recorded/requests.csv\")?;\nlet checkout = events_named(&requests, \"checkout\")?;\nprintln!(\"{}: {} requests in {}\", checkout.identity().title(), checkout.len(), checkout.window().width);", "events_figure(&checkout, 960)?", "let promise: Objective = \"99.9% of requests < 300ms over 30d\".parse()?;\nlet kept = evaluate(&promise, SloInput::Events(&checkout), &slo::Options::default())?;\nkept", "tell::slo::incidents_table(&kept, 5)", "let mut share = Table::new(\"Share of good slices of checkout, any-bad\", vec![\n    Column::span(\"slice\"), Column::number(\"good slices\", Unit::Ratio),\n]);\nfor slice in [\"1s\", \"10s\", \"1m\", \"5m\"] {\n    let options = slo::Options { slice: slice.parse()?, ..slo::Options::default() };\n    let report = evaluate(&promise, SloInput::Events(&checkout), &options)?;\n    let level = report.methods.time_slices.ok_or(\"no slices\")?;\n    share.rows.push(vec![options.slice.into(), level.value.into()]);\n}\nshare", "let again = reaggregate(&checkout, &\"10s,1m,5m\".parse()?, &[Quantile::P99])?;\ntell::reaggregation::table(&again)", "tell::reaggregation::figure(&again, \"checkout\")?", "chapter_7::one_p99(550.0)?"]),
    ("07-solutions", &[":dep sre-stats = { path = \"../stats\", features = [\"notebook\"] }\nuse sre_stats::prelude::*;", "let month: Span = slo::Period::MEAN_MONTH;\nlet printed: Span = \"4m 23s\".parse()?;\nprintln!(\"bad share {:.6}, objective {:.4} %\", printed.as_secs_f64() / month.as_secs_f64(),\n    100.0 * (1.0 - printed.as_secs_f64() / month.as_secs_f64()));", "chapter_7::recap(\"99.99%\")?", "let form = closed_form::single_incident(\"7m\".parse()?, \"5m\".parse()?, 0.0)?;\nprintln!(\"{} / {} / {} minutes\", form.min / 60.0, form.mean / 60.0, form.max / 60.0);\nchapter_7::straddling(10.0, 12.0, 15.0)?", "let day = Window::new(\"2026-06-01T00:00:00Z\".parse()?, Span::DAY)?;\nlet noon: Timestamp = \"2026-06-01T12:00:00Z\".parse()?;\nlet outage = BadTime::from_intervals(day, Span::SECOND, &[(noon, noon + \"7m\".parse()?)], &[])?;\nlet charged = account(&outage, &\"5m\".parse()?, &Rule::AnyBad, None)?;\ntell::windows::phases(&charged.rows[0], None)?", "let budget = Budget::new(\"99.9%\".parse()?, \"30d\".parse()?);\nprintln!(\"{} pay for {} buckets\", budget.allowed(), budget.affordable(\"15m\".parse()?));\nchapter_7::whole_buckets(2.0)?", "let four = [false, true, true, true, true, false];\ninvert(&four, \"5m\".parse()?, &Rule::AnyBad, None)?", "chapter_7::behind_the_buckets(10.0, 20.0)?", "chapter_7::what_follows(\"undecidable\")?", "let mut all = vec![100.0; 1000];\nall.extend([1000.0; 10]);\nlet scope = sre_stats::estimate::Scope::untimed(\"ms\".parse()?);\nlet p99 = quantiles(&all, &[Quantile::P99], Definition::Type1, &scope)?.remove(0);\nprintln!(\"{p99}\");\nchapter_7::one_p99(100.0)?"]),
];
