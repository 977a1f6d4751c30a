//! Text as the tracers' manuals show it, buckets against integer arithmetic, and damage.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::super::shapes::{answers_hold, is_nothing, scope, shapes, survives_damage, tells_what_it_drops};
use super::*;
use crate::error::ErrorKind;
use crate::histogram::Closed;

const LINEAR: TracerBuckets = TracerBuckets::Linear { min: -300, max: 1200, step: 100 };

proptest! {
    #[test]
    fn a_value_lies_in_its_bucket(value in prop::num::f64::NORMAL | prop::num::f64::ZERO, whole in any::<i64>()) {
        for value in [value, whole as f64, (whole % 3000) as f64, (whole % 3000) as f64 / 7.0] {
            for buckets in [TracerBuckets::Hist, TracerBuckets::Quantize, LINEAR] {
                let (lower, upper, closed) = buckets.interval(buckets.index(value));
                let beyond = value.abs() >= 2_f64.powi(64);
                prop_assert!(beyond || Bin::new(lower, upper, closed, 1).holds(value), "{buckets} {value}");
            }
        }
    }

    #[test]
    fn whole_numbers_fall_where_the_tracers_put_them(value in any::<i64>(), shift in 0_u32..63) {
        // 2⁵³ and more are rounded on the way to f64
        let value = (value >> shift) % (1 << 53);
        // bpftrace: log2 of the number plus 2; 1 for 0; 0 for negative ones
        let hist = match value {
            ..0 => 0,
            0 => 1,
            1.. => value.ilog2() as usize + 2,
        };
        prop_assert_eq!(TracerBuckets::Hist.index(value as f64), hist);
        let quantize = match value {
            0 => 64,
            1.. => 65 + value.ilog2() as usize,
            _ => 63 - value.unsigned_abs().ilog2() as usize,
        };
        prop_assert_eq!(TracerBuckets::Quantize.index(value as f64), quantize);
        let linear = if value < -300 { 0 } else if value >= 1200 { 16 } else { ((value + 300) / 100 + 1) as usize };
        prop_assert_eq!(LINEAR.index(value as f64), linear);
    }

    #[test]
    fn text_goes_there_and_back(seed in 0_u64..1000, n in 1_usize..300) {
        for (name, values) in shapes(seed, n) {
            let values: Vec<f64> = values.iter().map(|v| (v * 10.0).trunc()).collect();
            for buckets in [TracerBuckets::Hist, TracerBuckets::Quantize] {
                let histogram = PowersOfTwo::from_values(&values, buckets).unwrap();
                let text = histogram.to_text();
                let read = if buckets == TracerBuckets::Hist { parse_bpftrace(&text) } else { parse_dtrace(&text) }.unwrap();
                prop_assert_eq!(read.len(), 1);
                prop_assert_eq!(&read[0].histogram.counts, &histogram.counts, "{} {}", name, text);
            }
            let linear = PowersOfTwo::from_values(&values, LINEAR).unwrap();
            let read = parse_bpftrace(&linear.to_text()).unwrap();
            let shown: Vec<(f64, u64)> = linear.bins().iter().map(|b| (b.upper, b.count)).collect();
            // a lone bucket of a power of two reads as one of hist(), which is the same interval
            let again: Vec<(f64, u64)> = read[0].histogram.bins().iter().map(|b| (b.upper, b.count)).collect();
            let open = |(upper, count): &(f64, u64)| (if *upper > 1200.0 { f64::INFINITY } else { *upper }, *count);
            prop_assert_eq!(shown.iter().map(open).collect::<Vec<_>>(), again.iter().map(open).collect::<Vec<_>>());
        }
    }
}

#[test]
fn answers_hold_on_every_shape() {
    for (seed, n) in [(1, 1), (2, 7), (3, 2000)] {
        for (name, values) in shapes(seed, n) {
            for buckets in [TracerBuckets::Hist, TracerBuckets::Quantize, LINEAR] {
                answers_hold(name, &PowersOfTwo::from_values(&values, buckets).unwrap(), &values, f64::INFINITY);
            }
            let above_one: Vec<f64> = values.iter().map(|v| 1.0 + v.abs()).collect();
            answers_hold(
                name,
                &PowersOfTwo::from_values(&above_one, TracerBuckets::Hist).unwrap(),
                &above_one,
                1.0 / 3.0 + 1e-12,
            );
        }
    }
}

/// The manual's example of read sizes, with a map key and other output around it.
const BPFTRACE: &str = "\
Attaching 1 probe...
^C

@bytes[bash]:
(..., 0)               1 |@                                                   |
[0]                   12 |@@@@@@@@@@@@@@                                      |
[1]                    4 |@@@@                                                |
[2, 4)                 0 |                                                    |
[4, 8)                23 |@@@@@@@@@@@@@@@@@@@@@@@@@@@                         |

@start: 12
@us: 
[512, 1K)             43 |@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@|
[1K, 2K)               3 |@@@                                                 |
[2K, 4K)               0 |                                                    |
[512K, 1M)             9 |@@@@@@@@@@                                          |
[1M, 2M)               1 |@                                                   |
";

#[test]
fn the_lines_of_bpftrace_are_read() {
    let found = parse_bpftrace(BPFTRACE).unwrap();
    assert_eq!(found.iter().map(|f| f.name.as_str()).collect::<Vec<_>>(), ["@bytes[bash]", "@us"]);
    let bins = |i: usize| found[i].histogram.bins().iter().map(|b| (b.lower, b.upper, b.count)).collect::<Vec<_>>();
    assert_eq!(bins(0), [(f64::NEG_INFINITY, 0.0, 1), (0.0, 1.0, 12), (1.0, 2.0, 4), (4.0, 8.0, 23)]);
    let (k, m) = (1024.0, 1_048_576.0);
    assert_eq!(bins(1), [(512.0, k, 43), (k, 2.0 * k, 3), (512.0 * k, m, 9), (m, 2.0 * m, 1)]);
    let p90 = found[1].histogram.quantile(Quantile::P90, &scope()).unwrap();
    assert_eq!((p90.interval(), p90.n), (Some((512.0 * k, m)), 56));
    assert_eq!(found[1].histogram.min(), None);
}

#[test]
fn the_lines_of_lhist_are_read() {
    let text = "@bytes:
(..., 0)               2 |@@@                                                 |
[0, 200)              66 |@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@|
[200, 400)             2 |@                                                   |
[400, 600)             0 |                                                    |
[600, ...)            39 |@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@                      |
";
    let found = parse_bpftrace(text).unwrap();
    let histogram = &found[0].histogram;
    assert_eq!(histogram.buckets(), TracerBuckets::Linear { min: 0, max: 600, step: 200 });
    assert_eq!(histogram.counts, [2, 66, 2, 0, 39]);
    assert_eq!(histogram.count_below(200.0), (68, 68));
    assert_eq!(histogram.quantile(Quantile::P99, &scope()).unwrap().interval(), Some((600.0, f64::INFINITY)));
    // the same text again, but for the bars
    let lines = |text: &str| text.lines().map(|l| l[..l.find('|').unwrap()].to_owned()).collect::<Vec<_>>();
    assert_eq!(lines(&histogram.to_text()), lines(text.split_once('\n').unwrap().1));
    assert_eq!(parse_bpftrace("[1K, 2K) 1 ||\n[2K, 3K) 2 ||\n").unwrap()[0].histogram.count(), 3);
}

#[test]
fn the_table_of_dtrace_is_read_and_written() {
    let text = "
  read                                              
           value  ------------- Distribution ------------- count    
              -2 |                                         0        
              -1 |@@@@                                     1        
               0 |@@@@                                     1        
               1 |                                         0        
               2 |@@@@@@@@                                 2        
               4 |@@@@@@@@@@@@@@@@@@@@@@@@                 6        
               8 |                                         0        
";
    let found = parse_dtrace(text).unwrap();
    assert_eq!((found.len(), found[0].name.as_str()), (1, "read"));
    let bins = found[0].histogram.bins();
    let edges: Vec<_> = bins.iter().map(|b| (b.lower, b.upper, b.count)).collect();
    assert_eq!(edges, [(-2.0, -1.0, 1), (-1.0, 1.0, 1), (2.0, 4.0, 2), (4.0, 8.0, 6)]);
    assert_eq!(bins[0].closed, Closed::Upper);
    let body = text.split_once("\n  read").unwrap().1.split_once('\n').unwrap().1;
    assert_eq!(found[0].histogram.to_text(), body);
}

#[test]
fn what_cannot_be_read_names_its_line() {
    for (text, line, kind) in [
        ("@x:\n[2, 4) five |@|\n", 2, ErrorKind::Parse),
        ("[2, 4) 5\n", 1, ErrorKind::Parse),
        ("[2, 4 5 |@|\n", 1, ErrorKind::Parse),
        ("[2, x) 5 |@|\n", 1, ErrorKind::Parse),
        ("[4, 8) 5 |@|\n[2, 4) 5 |@|\n", 2, ErrorKind::Parse),
        ("[3, 5) 5 |@|\n[6, 8) 5 |@|\n", 2, ErrorKind::Parse),
        ("[3, 5) 5 |@|\n[5, 8) 5 |@|\n", 2, ErrorKind::Parse),
        ("[5, 3) 5 |@|\n", 1, ErrorKind::Parse),
        ("[0, 1] 5 |@|\n", 1, ErrorKind::Unsupported),
        ("[2, 4) 18446744073709551615 ||\n[4, 8) 1 ||\n", 1, ErrorKind::Parse),
        ("[9000000E, ...) 1 ||\n", 1, ErrorKind::Parse),
    ] {
        let e = parse_bpftrace(text).unwrap_err();
        assert_eq!((e.kind(), e.position().unwrap().line), (kind, Some(line)), "{text}: {e}");
    }
    let heading = "value  ------------- Distribution ------------- count\n";
    for (row, kind) in [
        ("3 |@ 1", ErrorKind::Parse),
        ("x |@ 1", ErrorKind::Parse),
        ("4 |@ one", ErrorKind::Parse),
        ("< 0 |@ 1", ErrorKind::Unsupported),
        (">= 100 |@ 1", ErrorKind::Unsupported),
        ("-170141183460469231731687303715884105728 |@ 1", ErrorKind::Parse),
    ] {
        let e = parse_dtrace(&format!("{heading}{row}\n")).unwrap_err();
        assert_eq!((e.kind(), e.position().unwrap().line), (kind, Some(2)), "{row}: {e}");
    }
    assert!(parse_bpftrace("nothing here\n").unwrap().is_empty());
    assert!(parse_dtrace("").unwrap().is_empty());
}

#[test]
fn damaged_text_does_not_break_the_reader() {
    let lossy = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    survives_damage(&BPFTRACE.as_bytes()[30..500], |bytes| parse_bpftrace(&lossy(bytes)));
    let dtrace = PowersOfTwo::from_values(&[-3.0, 1.0, 9.0], TracerBuckets::Quantize).unwrap().to_text();
    survives_damage(dtrace.as_bytes(), |bytes| parse_dtrace(&lossy(bytes)));
}

#[test]
fn merging_and_taking_out() {
    for (name, values) in shapes(4, 500) {
        for buckets in [TracerBuckets::Hist, TracerBuckets::Quantize, LINEAR] {
            let whole = PowersOfTwo::from_values(&values, buckets).unwrap();
            let (left, right) = values.split_at(200);
            let (left, right) =
                (PowersOfTwo::from_values(left, buckets).unwrap(), PowersOfTwo::from_values(right, buckets).unwrap());
            let mut merged = right.clone();
            merged.merge(&left).unwrap();
            assert_eq!(merged, whole, "{name}");
            merged.subtract(&left).unwrap();
            assert_eq!(merged.counts, right.counts);
            assert_eq!(PowersOfTwo::new(buckets).unwrap().subtract(&right).unwrap_err().kind(), ErrorKind::Mismatch);
        }
    }
    let mut hist = PowersOfTwo::new(TracerBuckets::Hist).unwrap();
    assert_eq!(hist.merge(&PowersOfTwo::new(LINEAR).unwrap()).unwrap_err().kind(), ErrorKind::Mismatch);
    for (min, max, step) in [(0, 100, 0), (0, 100, 30), (100, 0, 10), (0, 100_000, 1), (i64::MIN, i64::MAX, 1)] {
        assert_eq!(PowersOfTwo::new(TracerBuckets::Linear { min, max, step }).unwrap_err().kind(), ErrorKind::Argument);
    }
}

#[test]
fn what_is_left_out_is_told_and_nothing_is_an_error() {
    for buckets in [TracerBuckets::Hist, TracerBuckets::Quantize, LINEAR] {
        tells_what_it_drops(PowersOfTwo::new(buckets).unwrap());
        is_nothing(&PowersOfTwo::new(buckets).unwrap());
        assert_eq!(PowersOfTwo::new(buckets).unwrap().to_text(), "");
    }
}

#[test]
fn what_is_kept_by_serde_has_its_buckets() {
    let linear = TracerBuckets::Linear { min: 0, max: 100, step: 10 };
    for buckets in [TracerBuckets::Hist, TracerBuckets::Quantize, linear] {
        let histogram = PowersOfTwo::from_values(&[-3.0, 0.0, 1.0, 5.0, 5.5, 64.0, 1e9], buckets).unwrap();
        let text = serde_json::to_string(&histogram).unwrap();
        let read: PowersOfTwo = serde_json::from_str(&text).unwrap();
        assert_eq!((read.buckets(), &read.counts, read.count()), (buckets, &histogram.counts, 7), "{text}");
    }
    // [4, 8) is the fifth of bpftrace's buckets, after the negative one, [0, 1), [1, 2) and [2, 4)
    let read: PowersOfTwo = serde_json::from_str(r#"{"buckets": "hist", "counts": [[4, 2]]}"#).unwrap();
    assert_eq!(read.bins().iter().map(|b| (b.lower, b.upper, b.count)).collect::<Vec<_>>(), [(4.0, 8.0, 2)]);
    for broken in [
        r#"{"buckets": "hist", "counts": [[66, 1]]}"#,
        r#"{"buckets": "hist", "counts": [[1, 18446744073709551615], [2, 1]]}"#,
        r#"{"buckets": {"lhist": {"min": 0, "max": 10, "step": 0}}, "counts": []}"#,
        r#"{"buckets": {"lhist": {"min": -9223372036854775808, "max": 9223372036854775807, "step": 1}}, "counts": []}"#,
    ] {
        assert!(serde_json::from_str::<PowersOfTwo>(broken).is_err(), "{broken}");
    }
}
