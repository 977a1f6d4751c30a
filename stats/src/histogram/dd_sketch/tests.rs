//! The guarantee on hard data, other implementations, and damaged messages.
#![allow(clippy::unwrap_used)]

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;

use super::super::shapes::{answers_hold, is_nothing, scope, shapes, survives_damage, tells_what_it_drops};
use super::mapping::{EDGE_SLACK, Mapping};
use super::*;
use crate::error::ErrorKind;

const BOTH: [DdInterpolation; 2] = [DdInterpolation::Logarithmic, DdInterpolation::Cubic];

proptest! {
    #[test]
    fn any_value_lies_in_its_bin_and_no_bin_is_too_wide(bits in any::<u64>(), alpha in 1e-4..0.3_f64) {
        let value = f64::from_bits(bits & (u64::MAX >> 1));
        for interpolation in BOTH {
            let mapping = Mapping::new(alpha, interpolation).unwrap();
            if !(value.is_finite() && value >= mapping.smallest) {
                continue;
            }
            let key = mapping.key(value);
            let (lower, upper) = (mapping.lower(key), mapping.lower(key + 1));
            prop_assert!(lower * (1.0 - EDGE_SLACK) <= value, "{interpolation:?} {value:e} below {lower:e}");
            prop_assert!(value <= upper * (1.0 + EDGE_SLACK), "{interpolation:?} {value:e} above {upper:e}");
            if upper.is_finite() {
                prop_assert!((upper / 2.0 - lower / 2.0) / (upper / 2.0 + lower / 2.0) <= alpha + 1e-12);
            }
        }
    }

}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn merging_parts_in_any_order_is_one_sketch(
        seed in 0_u64..1000, cut in 0_usize..700, max_bins in prop::sample::select(vec![2048_usize, 100, 7, 1])
    ) {
        for (name, values) in shapes(seed, 700) {
            let build = |values: &[f64]| {
                let mut sketch = DdSketch::with(0.01, DdInterpolation::Cubic, max_bins).unwrap();
                sketch.insert_slice(values);
                sketch
            };
            let whole = build(&values);
            let (left, right) = values.split_at(cut);
            let (mut ab, mut ba) = (build(left), build(right));
            ab.merge(&build(right)).unwrap();
            ba.merge(&build(left)).unwrap();
            prop_assert_eq!(&ab, &whole, "{}", name);
            prop_assert_eq!(&ba, &whole, "{}", name);
            prop_assert_eq!(ab.is_collapsed(), whole.is_collapsed());
        }
    }
}

#[test]
fn quantiles_keep_the_relative_error() {
    for (seed, n) in [(1, 1), (2, 2), (3, 10), (4, 5000)] {
        for (name, values) in shapes(seed, n) {
            for interpolation in BOTH {
                for alpha in [0.001, 0.01, 0.1] {
                    let mut sketch = DdSketch::with(alpha, interpolation, 1 << 16).unwrap();
                    sketch.insert_slice(&values);
                    answers_hold(name, &sketch, &values, alpha + 2e-9);
                }
            }
        }
    }
}

proptest! {
    #[test]
    fn an_edge_belongs_to_the_bin_that_begins_there(key in -30_000..30_000, alpha in 1e-4..0.3_f64, shift in -3.0..3.0_f64) {
        for interpolation in BOTH {
            let mapping = Mapping { offset: shift, ..Mapping::new(alpha, interpolation).unwrap() };
            let edge = mapping.lower(key);
            if edge.is_finite() && edge.next_down() >= mapping.smallest {
                prop_assert_eq!((mapping.key(edge.next_down()), mapping.key(edge)), (key - 1, key), "{:?} {:e}", interpolation, edge);
                prop_assert_eq!(mapping.keys(&[edge.next_down(), edge, edge.next_up()]), [key - 1, key, key].map(i64::from));
            }
        }
    }

}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]
    #[test]
    fn a_long_slice_is_counted_as_its_values_are(
        seed in any::<u64>(), alpha in prop::sample::select(vec![0.002, 0.003, 0.005, 0.01, 0.3]), decades in 1.0..600.0_f64,
        signs in 0_u8..3, max_bins in prop::sample::select(vec![2048_usize, 100, 1])
    ) {
        // 0 to 2 of 2: none, some, all negative; edges and their neighbours among them
        let mut rng = <rand_chacha::ChaCha8Rng as rand::SeedableRng>::seed_from_u64(seed);
        for interpolation in BOTH {
            let empty = DdSketch::with(alpha, interpolation, max_bins).unwrap();
            let values: Vec<f64> = (0..35_000)
                .map(|i| {
                    let value = 10_f64.powf(decades * (rand::RngExt::random::<f64>(&mut rng) - 0.5));
                    let edge = empty.mapping.lower(empty.mapping.key(value.max(1e-300)));
                    let value = match i % 5 { 0 => edge, 1 => edge.next_down(), 2 => edge.next_up(), _ => value };
                    if signs == 2 || signs == 1 && i % 7 == 0 { -value } else { value }
                })
                .collect();
            let (mut slice, mut single) = (empty.clone(), empty);
            slice.insert_slice(&values);
            for value in &values {
                single.insert(*value);
            }
            prop_assert_eq!(slice, single);
        }
    }
}

/// Values of a few octaves are counted before they are looked at; what does not belong to them must not stay counted.
#[test]
fn what_interrupts_a_steady_slice_is_counted_as_its_values_are() {
    let odd = [f64::NAN, 0.0, -0.5, 5e-324, f64::INFINITY, 1e-310, f64::MAX, -1e-3, 1e-9, 1e12];
    let steady: Vec<f64> = (0..34_000).map(|i| 1.0 + f64::from(i * 7919 % 34_000) / 1000.0).collect();
    for interpolation in BOTH {
        for (i, odd) in odd.into_iter().enumerate() {
            for at in [0, 1023, 1024, 2047 + i, 20_000, 33_999] {
                let mut values = steady.clone();
                values[at] = odd;
                let empty = DdSketch::with(0.01, interpolation, 2048).unwrap();
                let (mut slice, mut single) = (empty.clone(), empty);
                slice.insert_slice(&values);
                for value in &values {
                    single.insert(*value);
                }
                assert_eq!(slice, single, "{odd} at {at}");
            }
        }
    }
}

#[test]
fn a_slice_is_counted_as_its_values_are() {
    for interpolation in BOTH {
        for (n, max_bins) in [(3000, 2048), (40_000, 2048), (3000, 64), (40_000, 3)] {
            for (name, mut values) in shapes(9, n) {
                values.extend([f64::NAN, 0.0, -0.0, 1e-310, f64::INFINITY, 5e-324, -2.0]);
                values.extend([f64::MAX, -f64::MAX, f64::MIN_POSITIVE, 1.0, 1.0_f64.next_down(), u64::MAX as f64]);
                let empty = DdSketch::with(0.01, interpolation, max_bins).unwrap();
                let (mut slice, mut single) = (empty.clone(), empty);
                slice.insert_slice(&values);
                for v in &values {
                    single.insert(*v);
                }
                assert_eq!(slice, single, "{name}");
                assert_eq!(slice.dropped().total(), 2);
                assert_eq!(slice.bins().iter().map(|b| b.count).sum::<u64>(), slice.count());
            }
        }
    }
}

#[test]
fn a_collapsed_bin_says_so_and_its_bound_holds() {
    let values: Vec<f64> = (0..10_000).map(|i| 1e-3 * 1.002_f64.powi(i)).collect();
    let mut sketch = DdSketch::with(0.01, DdInterpolation::Cubic, 300).unwrap();
    sketch.insert_slice(&values);
    assert!(sketch.is_collapsed());
    answers_hold("collapsed", &sketch, &values, f64::INFINITY);
    let median = sketch.quantile(Quantile::MEDIAN, &scope()).unwrap();
    assert!(median.caveats[0].contains("does not hold"), "{:?}", median.caveats);
    let (lower, upper) = median.interval().unwrap();
    assert!(upper / lower > 10.0);
    let p99 = sketch.quantile(Quantile::P99, &scope()).unwrap();
    assert!(p99.caveats.is_empty());
    assert!((p99.value - values[9899]).abs() <= 0.0101 * values[9899]);
    // collapsing later gives the same as collapsing from the start
    let mut late = DdSketch::with(0.01, DdInterpolation::Cubic, 4096).unwrap();
    late.insert_slice(&values);
    assert!(!late.is_collapsed());
    late.set_max_bins(300).unwrap();
    assert_eq!(late, sketch);
    assert_eq!(late.set_max_bins(400).unwrap_err().kind(), ErrorKind::Argument);
}

#[test]
fn the_crate_sketches_ddsketch_answers_within_both_errors() {
    for (name, values) in shapes(5, 1001) {
        let ours = DdSketch::from_values(&values, 0.01).unwrap();
        let mut theirs = sketches_ddsketch::DDSketch::new(sketches_ddsketch::Config::new(0.01, 1 << 15, 1e-9));
        for v in &values {
            theirs.add(*v);
        }
        // with n = 1001 both definitions of rank name the same sample
        for p in [0.25, 0.5, 0.9, 0.99] {
            let ours = ours.quantile(Quantile::new(p).unwrap(), &scope()).unwrap().value;
            let theirs = theirs.quantile(p).unwrap().unwrap();
            assert!((ours - theirs).abs() <= 0.0203 * theirs.abs() + 1e-9, "{name} {p}: {ours} {theirs}");
        }
    }
}

/// The values of `tests/reference/sketch/generate.py`.
fn recurrence(n: usize, seed: u64, signed: bool) -> Vec<f64> {
    let mut x = seed;
    let mut next = |i: usize| {
        x = x.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let high = x >> 40;
        let value = (1 + high * high / (1 << 27)) as f64 / 1024.0;
        if signed && i.is_multiple_of(3) { -value } else { value }
    };
    (0..n).map(&mut next).collect()
}

#[test]
fn the_package_ddsketch_counts_and_answers_alike() {
    let reference = super::super::shapes::reference();
    let number = |value: &serde_json::Value| value.as_f64().unwrap();
    // its index i is our i − 1
    let bins = |list: &serde_json::Value| -> Vec<(i32, u64)> {
        let pairs = list.as_array().unwrap().iter();
        pairs.map(|pair| (pair[0].as_i64().unwrap() as i32 - 1, number(&pair[1]) as u64)).collect()
    };
    let mut values = recurrence(1001, 7, true);
    values.extend([0.0, 0.0]);
    for case in reference["dd"].as_array().unwrap() {
        let logarithmic = case["mapping"] == "LogarithmicMapping";
        let interpolation = if logarithmic { DdInterpolation::Logarithmic } else { DdInterpolation::Cubic };
        let alpha = number(&case["alpha"]);
        let mut built = DdSketch::with(alpha, interpolation, 2048).unwrap();
        built.insert_slice(&values);
        let message = STANDARD.decode(case["protobuf"].as_str().unwrap()).unwrap();
        let read = DdSketch::from_bytes(&message, DdDialect::Python).unwrap();
        assert_eq!((read.alpha() * 1e9).round() / 1e9, alpha);
        for sketch in [&built, &read] {
            assert_eq!(sketch.positive.filled().collect::<Vec<_>>(), bins(&case["positive"]), "{interpolation:?}");
            assert_eq!(sketch.negative.filled().collect::<Vec<_>>(), bins(&case["negative"]), "{interpolation:?}");
            assert_eq!(sketch.zero, 2);
            answers_hold("python", sketch, &values, alpha + 2e-9);
        }
        for pair in case["quantiles"].as_array().unwrap() {
            // its rank is ⌊q(n − 1)⌋ from 0
            let n = values.len() as f64;
            let rank = (number(&pair[0]) * (n - 1.0)).floor();
            let q = Quantile::new((rank + 0.5) / n).unwrap();
            let (ours, theirs) = (read.quantile(q, &scope()).unwrap().value, number(&pair[1]));
            // with the cubic it names a point of the bin that is not its middle
            let tolerance = if logarithmic { 1e-9 } else { 2.0 * alpha };
            assert!(
                (ours - theirs).abs() <= tolerance * theirs.abs(),
                "{interpolation:?} {}: {ours} {theirs}",
                pair[0]
            );
        }
    }
    let case = &reference["dd_collapsed"];
    let max_bins = case["max_bins"].as_u64().unwrap() as usize;
    let mut collapsed = DdSketch::with(number(&case["alpha"]), DdInterpolation::Logarithmic, max_bins).unwrap();
    collapsed.insert_slice(&recurrence(1001, 7, false));
    assert!(collapsed.is_collapsed());
    assert_eq!(collapsed.positive.filled().collect::<Vec<_>>(), bins(&case["positive"]));
}

#[test]
fn messages_go_there_and_back() {
    for (name, values) in shapes(6, 500) {
        for interpolation in BOTH {
            for dialect in [DdDialect::JavaAndGo, DdDialect::Python] {
                let mut sketch = DdSketch::with(0.02, interpolation, 2048).unwrap();
                sketch.insert_slice(&values);
                let read = DdSketch::from_bytes(&sketch.to_bytes_for(dialect), dialect).unwrap();
                let counts = |s: &DdSketch| s.bins().iter().map(|b| b.count).collect::<Vec<_>>();
                assert_eq!(counts(&read), counts(&sketch), "{name}");
                assert!(read.mapping.agrees_with(&sketch.mapping));
                assert_eq!((read.count(), read.min()), (sketch.count(), None));
                answers_hold(name, &read, &values, 0.0201);
                read.clone().merge(&sketch).unwrap();
            }
        }
    }
    let text = serde_json::to_string(&DdSketch::from_values(&[1.0, 2.0], 0.01).unwrap()).unwrap();
    assert_eq!(serde_json::from_str::<DdSketch>(&text).unwrap().count(), 2);
}

#[test]
fn a_message_by_hand() {
    // γ = 2 and no offset: bin i is [2ⁱ, 2ⁱ⁺¹) in Java and Go, (2ⁱ⁻¹, 2ⁱ] in Python
    let mut bytes = vec![0x0a, 9, 0x09];
    bytes.extend(2.0_f64.to_le_bytes());
    // a list of one count at 3, a map entry of two at −1, one zero
    bytes.extend([0x12, 12, 0x12, 8]);
    bytes.extend(5.0_f64.to_le_bytes());
    bytes.extend([0x18, 6, 0x1a, 13, 0x0a, 11, 0x08, 1, 0x11]);
    bytes.extend(2.0_f64.to_le_bytes());
    bytes.push(0x21);
    bytes.extend(1.0_f64.to_le_bytes());
    for (dialect, shift) in [(DdDialect::JavaAndGo, 1.0), (DdDialect::Python, 0.5)] {
        let sketch = DdSketch::from_bytes(&bytes, dialect).unwrap();
        assert!((sketch.alpha() - 1.0 / 3.0).abs() < 1e-12);
        let bins = sketch.bins();
        assert_eq!(bins.iter().map(|b| b.count).collect::<Vec<_>>(), [2, 1, 5]);
        assert!((bins[2].lower / (8.0 * shift) - 1.0).abs() < 1e-8, "{bins:?}");
        assert!((bins[0].lower / -shift - 1.0).abs() < 1e-8, "{bins:?}");
    }
}

#[test]
fn damaged_messages_are_errors_with_their_place() {
    let dense = DdSketch::from_values(&[0.1, 0.11, 0.12, -3.0, 0.0], 0.05).unwrap();
    let sparse = DdSketch::from_values(&[1e-9, 1.0, 1e9], 0.01).unwrap();
    for sketch in [dense, sparse] {
        for dialect in [DdDialect::JavaAndGo, DdDialect::Python] {
            let bytes = sketch.to_bytes_for(dialect);
            let bytes = &bytes[..bytes.len().min(400)];
            survives_damage(bytes, |bytes| {
                let read = DdSketch::from_bytes(bytes, dialect)?;
                assert!(read.memory_bytes() < 17 << 20);
                if !read.is_empty() {
                    let e = read.quantile(Quantile::P99, &scope()).unwrap();
                    assert!(e.value.is_finite(), "{e}");
                }
                Ok(())
            });
        }
    }
    let e = DdSketch::from_bytes(&[0x0a, 0xff, 0xff, 0xff, 0x7f], DdDialect::JavaAndGo).unwrap_err();
    assert!(e.to_string().contains("claims 268435455 bytes"), "{e}");
}

#[test]
fn unlike_sketches_do_not_merge() {
    let one = DdSketch::from_values(&[1.0], 0.01).unwrap();
    for other in [
        DdSketch::new(0.02).unwrap(),
        DdSketch::with(0.01, DdInterpolation::Logarithmic, 2048).unwrap(),
        DdSketch::with(0.01, DdInterpolation::Cubic, 100).unwrap(),
    ] {
        let mut changed = one.clone();
        assert_eq!(changed.merge(&other).unwrap_err().kind(), ErrorKind::Mismatch);
        assert_eq!(changed, one);
    }
    assert_eq!(DdSketch::new(0.0).unwrap_err().kind(), ErrorKind::Argument);
    assert_eq!(DdSketch::with(0.1, DdInterpolation::Cubic, 0).unwrap_err().kind(), ErrorKind::Argument);
}

#[test]
fn taking_out_is_the_inverse_of_adding() {
    let (first, second) = (shapes(7, 300).swap_remove(5).1, shapes(8, 300).swap_remove(5).1);
    let before = DdSketch::from_values(&first, 0.01).unwrap();
    let mut both = before.clone();
    both.insert_slice(&second);
    both.subtract(&before).unwrap();
    let counts = |s: &DdSketch| s.positive.filled().chain(s.negative.filled()).collect::<Vec<_>>();
    assert_eq!(counts(&both), counts(&DdSketch::from_values(&second, 0.01).unwrap()));
    let unchanged = both.clone();
    assert_eq!(both.subtract(&before).unwrap_err().kind(), ErrorKind::Mismatch);
    assert_eq!(both, unchanged);
}

#[test]
fn what_is_left_out_is_told_and_nothing_is_an_error() {
    for interpolation in BOTH {
        tells_what_it_drops(DdSketch::with(0.01, interpolation, 100).unwrap());
    }
    is_nothing(&DdSketch::new(0.01).unwrap());
    let mut full = DdSketch::new(0.01).unwrap();
    full.insert_weighted(1.0, u64::MAX);
    full.insert_slice(&[2.0, 3.0]);
    assert_eq!((full.count(), full.max()), (u64::MAX, Some(1.0)));
}

#[test]
fn the_ends_of_the_range_have_their_bins() {
    let values = [f64::MAX, 1e308, f64::MIN_POSITIVE, -f64::MAX, 3e-308];
    for interpolation in BOTH {
        let mut sketch = DdSketch::with(0.01, interpolation, 1 << 18).unwrap();
        sketch.insert_slice(&values);
        answers_hold("ends", &sketch, &values, f64::INFINITY);
        assert!(!sketch.is_collapsed());
    }
}

#[test]
fn indices_are_those_of_java() {
    // what DDSketchWithExactSummaryStatistics.encode() of sketches-java writes for LogarithmicMapping(0.01) and the values below, as the
    // tests of the crate sketches-ddsketch have it: γ and the gaps between its indices, each with one value
    let gamma = f64::from_le_bytes([0xfd, 0x4a, 0x81, 0x5a, 0xbf, 0x52, 0xf0, 0x3f]);
    let sketch = |values: &[f64]| {
        let mut sketch = DdSketch::with(0.01, DdInterpolation::Logarithmic, 2048).unwrap();
        sketch.insert_slice(values);
        sketch
    };
    assert!((sketch(&[]).mapping.gamma() - gamma).abs() < 1e-15);
    let keys = |store: &Store| store.filled().map(|(key, _)| key).collect::<Vec<_>>();
    assert_eq!(keys(&sketch(&[1.0, 2.0, 3.0, 4.0, 5.0]).positive), [0, 34, 54, 69, 80]);
    assert_eq!(keys(&sketch(&[42.0]).positive), [186]);
    let signs = sketch(&[-3.0, -1.0, 2.0, 5.0]);
    assert_eq!((keys(&signs.positive), keys(&signs.negative)), (vec![34, 80], vec![0, 54]));
    // and in the protobuf form, where the list begins at the first index
    let bytes = sketch(&[2.0]).to_bytes();
    assert!(bytes.ends_with(&[0x18, 34 << 1, 0x1a, 0]), "{bytes:x?}");
}

#[test]
fn what_javascript_wrote_is_read_in_python_s_dialect() {
    let text = include_str!("../../../../tests/reference/sketch/ddsketch_js.json");
    let reference: serde_json::Value = serde_json::from_str(text).unwrap();
    let bytes = STANDARD.decode(reference["protobuf"].as_str().unwrap()).unwrap();
    let read = DdSketch::from_bytes(&bytes, DdDialect::Python).unwrap();
    let mut values = recurrence(500, 11, true);
    values.extend([0.0, 0.0]);
    assert_eq!(read.count(), values.len() as u64);
    // every value lies in a bin that holds it
    for bin in read.bins() {
        let inside = values.iter().filter(|v| bin.lower <= **v && **v <= bin.upper).count() as u64;
        assert!(inside >= bin.count, "{bin:?}");
    }
    answers_hold("javascript", &read, &values, 0.01 + 2e-9);
    for pair in reference["quantiles"].as_array().unwrap() {
        let q = Quantile::new(pair[0].as_f64().unwrap()).unwrap();
        let (ours, theirs) = (read.quantile(q, &scope()).unwrap().value, pair[1].as_f64().unwrap());
        // theirs is the sample of rank q·(n − 1), ours that of ⌈q·n⌉
        assert!((ours - theirs).abs() <= 0.06 * theirs.abs(), "{q} {ours} {theirs}");
    }
    assert!(DdSketch::from_bytes(&bytes, DdDialect::JavaAndGo).is_ok(), "the dialects cannot be told apart");
}

/// By the protobuf definition: γ in the mapping, and a count of zeros in field 4.
#[test]
fn a_count_that_is_no_number_of_values_says_why() {
    let with_zeros = |count: f64| {
        let mut bytes = vec![0x0a, 9, 9];
        bytes.extend(1.02_f64.to_le_bytes());
        bytes.push(0x21);
        bytes.extend(count.to_le_bytes());
        DdSketch::from_bytes(&bytes, DdDialect::JavaAndGo)
    };
    assert_eq!(with_zeros(3.0).unwrap().count(), 3);
    for (count, told) in [
        (1e300, "a count of 1e300 is too large: 2⁶⁴ − 1 is the most"),
        (f64::INFINITY, "a count of inf is too large"),
        (0.5, "a count of 0.5 is a fraction"),
        (-3.0, "a count of -3 is below 0"),
        (f64::NAN, "a count of NaN is no number"),
    ] {
        let text = with_zeros(count).unwrap_err().to_string();
        assert!(text.contains(told) && text.contains("without weights"), "{text}");
    }
}
