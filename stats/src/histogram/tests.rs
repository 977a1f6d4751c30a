//! Properties of the histogram against decimal text, sorted samples and other arithmetic.
#![allow(clippy::unwrap_used)]

mod adversarial;
mod binned;
mod convert;
mod edges;
mod explicit;
mod exponential;
mod memory;
mod native_text;
mod prometheus;
mod protobuf;

use proptest::prelude::*;
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::index::{self, BINS, Place};
use super::{HistogramSeries, LogLinear};
use crate::error::ErrorKind;
use crate::estimate::{Bound, Scope};
use crate::events::Events;
use crate::quantile::Quantile;
use crate::series::{Identity, NanPolicy};
use crate::time::{Grid, Span};
use crate::unit::Unit;

fn scope() -> Scope {
    Scope::untimed(Unit::Second)
}

/// The edges as they are written, bin after bin, with the one beyond the last.
fn decimal_edges() -> Vec<f64> {
    let mut edges: Vec<f64> =
        (-129..=126).flat_map(|e| (10..100).map(move |d| format!("{d}e{e}").parse().unwrap())).collect();
    edges.push("1e128".parse().unwrap());
    edges
}

#[test]
fn every_edge_and_its_neighbours_fall_into_the_right_bin() {
    let edges = decimal_edges();
    assert_eq!(edges.len(), BINS + 1);
    let expected = |bin: i64| match bin {
        -1 => Place::Zero,
        bin if bin as usize == BINS => Place::Beyond,
        bin => Place::Bin(bin as usize),
    };
    for (bin, edge) in edges.iter().enumerate() {
        let bin = bin as i64;
        assert_eq!(index::place(*edge), expected(bin), "{edge:e}");
        assert_eq!(index::place(edge.next_up()), expected(bin), "above {edge:e}");
        assert_eq!(index::place(edge.next_down()), expected(bin - 1), "below {edge:e}");
    }
}

#[test]
fn the_slice_way_agrees_at_every_edge_on_both_sides() {
    let edges = decimal_edges();
    let values: Vec<f64> = edges.iter().flat_map(|e| [e.next_down(), *e, e.next_up(), -e.next_down(), -*e]).collect();
    let mut one_by_one = LogLinear::new();
    for v in &values {
        one_by_one.insert(*v);
    }
    let at_once = LogLinear::from_values(&values);
    assert_eq!(at_once, one_by_one);
    // a bin holds its edge, what is above it and what is below the next edge; mirrored without the one above
    for bin in at_once.bins() {
        let expected = match bin {
            _ if bin.upper == 1e-128 => 2,
            _ if bin.upper == 1e128 => 5,
            _ if bin.lower == -1e128 => 3,
            _ if bin.lower > 0.0 => 3,
            _ => 2,
        };
        assert_eq!(bin.count, expected, "{bin:?}");
    }
    assert_eq!(at_once.bins().len(), 2 * BINS + 1);
    let bins = LogLinear::from_bytes(&at_once.to_bytes()).unwrap().bins();
    assert_eq!(bins, at_once.bins(), "the fullest histogram goes through the binary form");
}

proptest! {
    #[test]
    fn any_bits_fall_between_the_edges_of_their_bin(bits in any::<u64>()) {
        let value = f64::from_bits(bits & (u64::MAX >> 1));
        prop_assume!(value.is_finite());
        match index::place(value) {
            Place::Zero => prop_assert!(value < 1e-128),
            Place::Beyond => prop_assert!(value >= 1e128),
            Place::Bin(bin) => prop_assert!(index::edge(bin) <= value && value < index::edge(bin + 1)),
        }
    }
}

/// Samples that are hard in different ways.
fn shapes(seed: u64, n: usize) -> Vec<(&'static str, Vec<f64>)> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut draw = |f: &mut dyn FnMut(&mut ChaCha8Rng) -> f64| (0..n).map(|_| f(&mut rng)).collect::<Vec<_>>();
    let unit = |rng: &mut ChaCha8Rng| (rng.next_u64() >> 11) as f64 / (1_u64 << 53) as f64 + 1e-17;
    let normal =
        move |rng: &mut ChaCha8Rng| (-2.0 * unit(rng).ln()).sqrt() * (2.0 * std::f64::consts::PI * unit(rng)).cos();
    vec![
        ("lognormal", draw(&mut |r| (normal(r) - 2.0).exp())),
        ("pareto", draw(&mut |r| 0.01 * unit(r).powf(-1.0 / 1.1))),
        ("constant", draw(&mut |_| 0.3)),
        ("clusters 10⁹ apart", draw(&mut |r| if r.random_bool(0.5) { 1e-3 } else { 1e6 } * (1.0 + unit(r)))),
        ("denormal", draw(&mut |r| f64::from_bits(r.next_u64() >> 14))),
        ("huge", draw(&mut |r| 1e120 * 10_f64.powf(100.0 * unit(r)))),
        ("both signs", draw(&mut |r| normal(r) * 100.0)),
        ("whole numbers", draw(&mut |r| r.random_range(-20..120) as f64)),
        ("any bits", draw(&mut |r| Some(f64::from_bits(r.next_u64())).filter(|v| v.is_finite()).unwrap_or(0.0))),
    ]
}

#[test]
fn quantiles_lie_within_their_guarantee_and_a_bin_of_the_sample() {
    for seed in 0..6 {
        for n in [1, 2, 3, 10, 101, 3000] {
            for (shape, mut values) in shapes(seed, n) {
                let histogram = LogLinear::from_values(&values);
                let decoded = LogLinear::from_bytes(&histogram.to_bytes()).unwrap();
                values.sort_by(f64::total_cmp);
                assert_eq!((histogram.min(), histogram.max()), (values.first().copied(), values.last().copied()));
                for p in [0.0, 0.01, 0.25, 0.5, 0.9, 0.99, 0.999, 1.0] {
                    let q = Quantile::new(p).unwrap();
                    let truth = values[q.rank(n as u64) as usize - 1];
                    let e = histogram.quantile(q, &scope()).unwrap();
                    let (lower, upper) = e.interval().unwrap();
                    assert!(lower <= truth && truth <= upper, "{shape} {p}: {truth:e} not in [{lower:e}, {upper:e}]");
                    assert!(lower <= e.value && e.value <= upper, "{shape} {p}");
                    if (1e-128..1e128).contains(&truth.abs()) {
                        assert!((e.value - truth).abs() <= truth.abs() / 21.0 * (1.0 + 1e-12), "{shape} {p}");
                    }
                    // what is read back knows no extremes, and its guarantee holds all the same
                    let (lower, upper) = decoded.quantile(q, &scope()).unwrap().interval().unwrap();
                    assert!(lower <= truth && truth <= upper, "{shape} {p} decoded");
                }
            }
        }
    }
}

#[test]
fn shares_and_counts_hold_the_truth_at_any_threshold() {
    for (shape, values) in shapes(7, 2000) {
        let histogram = LogLinear::from_values(&values);
        let decoded = LogLinear::from_json(&histogram.to_json()).unwrap();
        let thresholds = [0.0, 0.3, 0.1, 0.123, 1.0, -1.0, -0.3, 7.5, 1e-200, -1e-200, 1e300, -1e300, f64::INFINITY];
        for t in thresholds.into_iter().chain(values.iter().copied().take(50)) {
            let truth = values.iter().filter(|v| **v < t).count() as u64;
            for h in [&histogram, &decoded] {
                let (least, most) = h.count_below(t);
                assert!(least <= truth && truth <= most, "{shape} {t:e}: {truth} not in {least}..={most}");
                let share = h.share_below(t, &scope()).unwrap();
                let (lower, upper) = share.interval().unwrap();
                let exact = truth as f64 / 2000.0;
                assert!(lower <= exact && exact <= upper && share.unit == Unit::Ratio);
            }
        }
    }
    let whole = LogLinear::from_values(&[0.29, 0.3, 0.3, 0.31]);
    let share = whole.share_below(0.3, &scope()).unwrap();
    assert_eq!((share.value, share.bound), (0.25, Bound::Exact));
    assert_eq!(whole.count_below(0.305), (1, 3));
    assert!(whole.share_below(f64::NAN, &scope()).is_err());
}

#[test]
fn the_mean_lies_within_its_guarantee() {
    for (shape, values) in shapes(11, 5000) {
        // divided first and added in ascending order of magnitude: no overflow, little rounding
        let mut parts: Vec<f64> = values.iter().map(|v| v / values.len() as f64).collect();
        parts.sort_by(|a, b| a.abs().total_cmp(&b.abs()));
        let truth: f64 = parts.iter().sum();
        let rounding = parts.iter().map(|v| v.abs()).sum::<f64>() * 1e-13;
        for h in [
            LogLinear::from_values(&values),
            LogLinear::from_bytes(&LogLinear::from_values(&values).to_bytes()).unwrap(),
        ] {
            let mean = h.mean(&scope()).unwrap();
            let (lower, upper) = mean.interval().unwrap();
            assert!(
                lower - rounding <= truth && truth <= upper + rounding,
                "{shape}: {truth:e} [{lower:e}, {upper:e}]"
            );
            assert!(lower <= mean.value && mean.value <= upper, "{shape}");
        }
    }
    assert_eq!(LogLinear::from_values(&[0.7; 9]).mean(&scope()).unwrap().interval(), Some((0.7, 0.7)));
}

#[test]
fn unusable_values_are_counted_and_told() {
    let mut values = vec![1.5; 3000];
    values[10] = f64::NAN;
    values[1500] = f64::NEG_INFINITY;
    values[2999] = f64::NAN;
    let h = LogLinear::from_values(&values);
    assert_eq!((h.count(), h.dropped().nan, h.dropped().infinite), (2997, 2, 1));
    assert_eq!(h.min(), Some(1.5));
    assert!(h.quantile(Quantile::P99, &scope()).unwrap().caveats[0].contains("2 NaN"));
    let none = LogLinear::from_values(&[f64::NAN; 5]);
    assert_eq!((none.is_empty(), none.dropped().nan, none.min()), (true, 5, None));
    assert_eq!(none.quantile(Quantile::P99, &scope()).unwrap_err().kind(), ErrorKind::Empty);
    assert!(none.mean(&scope()).is_err() && none.share_below(1.0, &scope()).is_err());
}

#[test]
fn counts_saturate_without_panic() {
    let mut h = LogLinear::new();
    h.insert_weighted(1.0, u64::MAX - 2);
    h.insert_slice(&[1.0; 10]);
    assert_eq!(h.count(), u64::MAX);
    let other = h.clone();
    h.merge(&other);
    assert_eq!((h.count(), h.bins()[0].count), (u64::MAX, u64::MAX));
    assert_eq!(h.quantile(Quantile::P99, &scope()).unwrap().value, 1.0);
}

#[test]
fn eight_decades_take_less_than_ten_kilobytes() {
    let values: Vec<f64> = (0..100_000).map(|i| 10_f64.powf(-5.0 + 8.0 * f64::from(i) / 1e5)).collect();
    assert!(LogLinear::from_values(&values).memory_bytes() < 10_000);
}

fn any_values() -> impl Strategy<Value = Vec<f64>> {
    let value = prop_oneof![any::<f64>(), -1e3..1e3, 1e-4..1e1_f64, Just(0.0), Just(-0.0), Just(0.3)];
    prop::collection::vec(value, 0..300)
}

proptest! {
    #[test]
    fn merging_is_concatenation(a in any_values(), b in any_values()) {
        let (left, right) = (LogLinear::from_values(&a), LogLinear::from_values(&b));
        let mut sum = left.clone();
        sum.merge(&right);
        let both = LogLinear::from_values(&[a.clone(), b.clone()].concat());
        prop_assert_eq!(&sum, &both);
        let mut other_way = right.clone();
        other_way.merge(&left);
        prop_assert_eq!(&other_way, &both);
        sum.subtract(&right).unwrap();
        prop_assert_eq!(sum.bins(), left.bins());
        prop_assert_eq!(sum.dropped(), left.dropped());
    }

    #[test]
    fn order_and_partition_do_not_matter(mut a in any_values(), cut in 0_usize..300) {
        let at_once = LogLinear::from_values(&a);
        let mut pieces = LogLinear::new();
        let cut = cut.min(a.len());
        pieces.insert_slice(&a[..cut]);
        a[cut..].iter().for_each(|v| pieces.insert(*v));
        prop_assert_eq!(&pieces, &at_once);
        a.reverse();
        prop_assert_eq!(LogLinear::from_values(&a), at_once);
    }

    #[test]
    fn wire_forms_round_trip(a in any_values(), weight in any::<u64>()) {
        let mut h = LogLinear::from_values(&a);
        h.insert_weighted(0.012, weight);
        let bytes = LogLinear::from_bytes(&h.to_bytes()).unwrap();
        prop_assert_eq!(bytes.bins(), h.bins());
        prop_assert_eq!(bytes.count(), h.count());
        prop_assert_eq!(&LogLinear::from_base64(&h.to_base64()).unwrap(), &bytes);
        prop_assert_eq!(&LogLinear::from_json(&h.to_json()).unwrap(), &bytes);
        let text = serde_json::to_string(&h).unwrap();
        prop_assert_eq!(&serde_json::from_str::<LogLinear>(&text).unwrap(), &bytes);
        prop_assert_eq!(bytes.to_bytes(), h.to_bytes());
    }

    #[test]
    fn decoders_survive_any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = LogLinear::from_bytes(&bytes);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let _ = LogLinear::from_base64(&text);
        let _ = LogLinear::from_json(&text);
        let _ = LogLinear::from_json(&format!("{{\"{}\": 1}}", text.replace(['"', '\\'], "")));
    }

    #[test]
    fn decoders_survive_mutations(a in any_values(), at in any::<usize>(), byte in any::<u8>(), cut in any::<usize>()) {
        let mut bytes = LogLinear::from_values(&a).to_bytes();
        let n = bytes.len();
        bytes[at % n] = byte;
        if let Ok(h) = LogLinear::from_bytes(&bytes) {
            // what is accepted is consistent and can be asked
            prop_assert_eq!(h.bins().iter().map(|b| b.count).sum::<u64>(), h.count());
            if !h.is_empty() {
                let e = h.quantile(Quantile::P99, &scope()).unwrap();
                prop_assert!(!e.value.is_nan());
            }
        }
        if cut % n < n {
            prop_assert!(LogLinear::from_bytes(&bytes[..cut % n]).is_err());
        }
        let mut json = LogLinear::from_values(&a).to_json().into_bytes();
        let n = json.len();
        json[at % n] = byte;
        let _ = LogLinear::from_json(&String::from_utf8_lossy(&json));
    }
}

#[test]
fn wire_forms_are_those_of_openhistogram() {
    let mut h = LogLinear::new();
    h.insert_weighted(0.012, 5);
    h.insert_weighted(-230.0, 300);
    h.insert_weighted(0.0, 1);
    assert_eq!(h.to_json(), r#"{"-23e+001":300,"0":1,"+12e-003":5}"#);
    // the names that libcircllhist's own tests expect
    for (value, name) in [(100.0, "+10e+001"), (2.0, "+20e-001"), (1e-9, "+10e-010"), (1.3, "+13e-001"), (0.0, "0")] {
        assert_eq!(LogLinear::from_values(&[value]).to_json(), format!("{{\"{name}\":1}}"));
    }
    assert_eq!(LogLinear::from_json(r#"{"NaN": 4, "+10e+001": 2}"#).unwrap().dropped().nan, 4);
    // −23 × 10^(2−1), then the zero bin, then 12 × 10^(−2−1)
    assert_eq!(h.to_bytes(), [0, 3, 0xe9, 2, 1, 0x2c, 0x01, 0, 0, 0, 1, 12, 0xfe, 0, 5]);
}

#[test]
fn the_test_vector_of_openhistogram_is_ours_too() {
    let text = "AAcAAAABDP8AAg3/AAEW/wABIP8AASn/AAIr/wAB";
    let h = LogLinear::from_values(&[0.123, 0.0, 0.43, 0.41, 0.415, 0.2201, 0.3201, 0.125, 0.13]);
    assert_eq!(h.to_base64(), text);
    assert_eq!(LogLinear::from_base64(text).unwrap().bins(), h.bins());
    // padding may be there or not
    let one = LogLinear::from_values(&[1.0]);
    assert_eq!(one.to_base64(), "AAEKAAAB");
    let two = LogLinear::from_values(&[1.0, 2.0]).to_base64();
    assert!(two.ends_with('='));
    assert_eq!(LogLinear::from_base64(two.trim_end_matches('=')).unwrap().count(), 2);
}

#[test]
fn another_implementation_puts_values_into_the_same_bins() {
    let mut rng = ChaCha8Rng::seed_from_u64(5);
    for _ in 0..50 {
        let values: Vec<f64> = (0..200)
            .map(|_| {
                let magnitude = rng.random_range(1.0..10.0) * 10_f64.powi(rng.random_range(-127..127));
                if rng.random_bool(0.5) { magnitude } else { -magnitude }
            })
            .collect();
        let mut theirs = openhistogram::Histogram::new();
        for v in &values {
            theirs.insert((*v).into(), 1);
        }
        let mut bytes = Vec::new();
        theirs.oh_serialize(&mut bytes).unwrap();
        assert_eq!(LogLinear::from_values(&values).to_bytes(), bytes);
    }
}

#[test]
fn decoding_errors_name_the_byte() {
    for (bytes, byte) in [
        (&[][..], 0),
        (&[0], 1),
        (&[0, 1], 2),
        (&[0, 1, 9, 0, 0, 1], 2),
        (&[0, 1, 10, 0, 8, 1], 4),
        (&[0, 1, 10, 0, 1, 1], 6),
        (&[0, 1, 10, 0, 0, 1, 7], 6),
        (&[0, 1, 0x9c, 0, 0, 1], 2),
    ] {
        let e = LogLinear::from_bytes(bytes).unwrap_err();
        assert_eq!((e.kind(), e.position().unwrap().byte), (ErrorKind::Parse, Some(byte)), "{bytes:?}: {e}");
    }
    let full = [&[0, 2][..], &[10, 0, 7], &[0xff; 8], &[11, 0, 0, 1]].concat();
    assert!(LogLinear::from_bytes(&full).unwrap_err().message().contains("more than"));
    // “not a number” as libcircllhist writes it
    assert_eq!(LogLinear::from_bytes(&[0, 1, 0xff, 0, 0, 3]).unwrap().dropped().nan, 3);
    for text in
        ["", "[]", "{\"+9e+000\": 1}", "{\"+10e+000\": -1}", "{\"+10e+999\": 1}", "{\"1e1\": 1}", "{\"+10e+000\": 1.5}"]
    {
        assert_eq!(LogLinear::from_json(text).unwrap_err().kind(), ErrorKind::Parse, "{text}");
    }
    assert!(LogLinear::from_base64("AA*A").unwrap_err().to_string().starts_with("byte 2"));
}

#[test]
fn taking_out_what_is_not_there_changes_nothing() {
    let mut h = LogLinear::from_values(&[1.0, 2.0]);
    let before = h.clone();
    assert_eq!(h.subtract(&LogLinear::from_values(&[1.0, 3.0])).unwrap_err().kind(), ErrorKind::Mismatch);
    assert_eq!(h, before);
    h.subtract(&LogLinear::from_values(&[1.0])).unwrap();
    assert_eq!((h.count(), h.min()), (1, None));
    h.subtract(&LogLinear::from_values(&[2.0])).unwrap();
    assert_eq!(h, LogLinear::new());
}

fn events(n: usize) -> Events {
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let times: Vec<i64> = (0..n).map(|_| rng.random_range(-86_400..86_400) * Span::SECOND.0).collect();
    let (_, values) = shapes(3, n).swap_remove(0);
    Events::new(Identity::new("latency", Unit::Second), times, values, None, NanPolicy::Drop).unwrap()
}

#[test]
fn windows_hold_the_events_of_their_time() {
    let events = events(5000);
    let grid = Grid::new(Span::MINUTE, Span::from_secs(15)).unwrap();
    let series = HistogramSeries::from_events(&events, grid).unwrap();
    for (window, histogram) in series.windows() {
        let inside: Vec<f64> = events
            .times()
            .iter()
            .zip(events.values())
            .filter(|(t, _)| (window.start.0..window.end().0).contains(t))
            .map(|(_, v)| *v)
            .collect();
        assert!(!inside.is_empty());
        assert_eq!(histogram, &LogLinear::from_values(&inside));
    }
    assert!(series.windows().is_sorted_by_key(|(w, _)| w.start));
    assert_eq!(series.merged(), LogLinear::from_values(events.values()));
}

#[test]
fn coarser_windows_are_those_of_the_events() {
    let events = events(5000);
    let fine = HistogramSeries::from_events(&events, Grid::new(Span::MINUTE, Span::from_secs(15)).unwrap()).unwrap();
    let hours = Grid::new(Span::HOUR, Span::from_secs(75)).unwrap();
    assert_eq!(fine.coarsen(hours).unwrap(), HistogramSeries::from_events(&events, hours).unwrap());
    for (width, phase) in [(90, 15), (3600, 0), (30, 15), (3600, 16)] {
        let grid = Grid::new(Span::from_secs(width), Span::from_secs(phase)).unwrap();
        assert_eq!(fine.coarsen(grid).unwrap_err().kind(), ErrorKind::Mismatch, "{width} {phase}");
    }
}

#[test]
fn threads_do_not_change_the_result() {
    let events = events(5000);
    let grid = Grid::new(Span::MINUTE, Span::ZERO).unwrap();
    let many = HistogramSeries::from_events(&events, grid).unwrap();
    let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    assert_eq!(one.install(|| HistogramSeries::from_events(&events, grid)).unwrap(), many);
}
