//! The crate itself, files of other implementations, and damaged ones.
#![allow(clippy::unwrap_used)]

use std::path::PathBuf;

use proptest::prelude::*;

use super::super::shapes::{answers_hold, is_nothing, positive, scope, survives_damage, tells_what_it_drops};
use super::*;
use crate::error::ErrorKind;

fn recorded(file: &str) -> String {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../datasets/recorded/hdr");
    std::fs::read_to_string(folder.join(file)).unwrap()
}

fn recorded_json(file: &str) -> serde_json::Value {
    serde_json::from_str(&recorded(file)).unwrap()
}

#[test]
fn answers_hold_and_keep_the_digits() {
    for (seed, n) in [(1, 1), (2, 2), (3, 10), (4, 3000)] {
        for (name, values) in positive(seed, n) {
            for digits in [1, 2, 3] {
                let histogram = Hdr::from_values(&values, digits).unwrap();
                answers_hold(name, &histogram, &values, 10_f64.powi(-i32::from(digits)));
            }
        }
    }
}

proptest! {
    #[test]
    fn a_value_lies_between_the_edges_of_its_bin(
        value in 0.0..1e7_f64, bits in any::<u64>(), ticks in prop::sample::select(vec![1.0, 1e3, 1e6, 0.3, 7.0]), digits in 1_u8..5
    ) {
        let edge = (bits % 1_000_000) as f64 / ticks;
        let any = f64::from_bits(bits & (u64::MAX >> 1));
        for value in [value, edge, edge.next_up(), edge.next_down().max(0.0), any] {
            if !value.is_finite() {
                continue;
            }
            let mut histogram = Hdr::new(digits, ticks).unwrap();
            histogram.insert(value);
            let bins = histogram.bins();
            prop_assert_eq!(bins.len(), 1);
            prop_assert!(bins[0].holds(value), "{} {:?}", value, bins);
        }
    }

    #[test]
    fn whole_ticks_are_recorded_as_the_crate_does(values in prop::collection::vec(0_u64..10_000_000_000, 1..50)) {
        let mut ours = Hdr::new(3, 1.0).unwrap();
        let mut theirs = Histogram::<u64>::new(3).unwrap();
        for value in &values {
            ours.insert(*value as f64);
            theirs.record(*value).unwrap();
        }
        prop_assert!(ours.inner == theirs);
    }
}

#[test]
fn merging_is_the_histogram_of_both() {
    for (name, values) in positive(5, 1000) {
        let build = |values: &[f64]| {
            let mut histogram = Hdr::new(3, 1e6).unwrap();
            histogram.insert_slice(values);
            histogram
        };
        let (left, right) = values.split_at(300);
        let (mut ab, mut ba) = (build(left), build(right));
        ab.merge(&build(right)).unwrap();
        ba.merge(&build(left)).unwrap();
        assert_eq!(ab, build(&values), "{name}");
        assert_eq!(ba, ab, "{name}");
        ab.subtract(&build(left)).unwrap();
        assert_eq!(ab.bins(), build(right).bins());
        assert_eq!(build(left).subtract(&build(&values)).unwrap_err().kind(), ErrorKind::Mismatch);
    }
    let mut one = Hdr::new(3, 1e6).unwrap();
    for other in [Hdr::new(2, 1e6).unwrap(), Hdr::new(3, 1e3).unwrap()] {
        assert_eq!(one.merge(&other).unwrap_err().kind(), ErrorKind::Mismatch);
        assert_eq!(one.subtract(&other).unwrap_err().kind(), ErrorKind::Mismatch);
    }
}

#[test]
fn coordinated_omission_is_corrected_as_the_crate_does() {
    let mut ours = Hdr::new(3, 1.0).unwrap();
    let mut plain = Hdr::new(3, 1.0).unwrap();
    let mut theirs = Histogram::<u64>::new(3).unwrap();
    for value in [3_u64, 100, 1000, 4096, 99_840, 50] {
        ours.insert_corrected(value as f64, 100.0).unwrap();
        plain.insert(value as f64);
        theirs.record_correct(value, 100).unwrap();
    }
    assert!(ours.inner == theirs);
    // afterwards only the bins are known
    let mut after = Histogram::<u64>::new(3).unwrap();
    for bin in plain.inner.iter_recorded() {
        after.record_correct(bin.value_iterated_to(), 100).unwrap();
    }
    let corrected = plain.corrected(100.0).unwrap();
    assert_eq!(corrected.bins(), Hdr::of(after, 1.0).unwrap().bins());
    // a bin's highest tick may be one interval further than the value that was counted in it
    assert!(corrected.count().abs_diff(ours.count()) <= 6);
    for interval in [0.0, -1.0, f64::NAN, 1e-9] {
        assert_eq!(ours.insert_corrected(1e6, interval).unwrap_err().kind(), ErrorKind::Argument);
        assert_eq!(plain.corrected(interval).unwrap_err().kind(), ErrorKind::Argument);
    }
    // a stall of 100 s among 10 ms requests: the median does not see it until it is corrected
    let mut seconds = Hdr::new(3, 1e6).unwrap();
    let mut naive = seconds.clone();
    for _ in 0..10_000 {
        seconds.insert_corrected(0.001, 0.01).unwrap();
        naive.insert(0.001);
    }
    seconds.insert_corrected(100.0, 0.01).unwrap();
    naive.insert(100.0);
    let p75 = |h: &Hdr| h.quantile(Quantile::new(0.75).unwrap(), &scope()).unwrap().value;
    assert_eq!(seconds.count(), 20_000);
    assert!((p75(&seconds) - 50.0).abs() < 0.06 && p75(&naive) < 0.0011, "{} {}", p75(&seconds), p75(&naive));
}

#[test]
fn what_python_encoded_is_read_count_by_count() {
    let truth = recorded_json("python.json");
    let read = Hdr::from_base64(&recorded("python.base64"), 1e6).unwrap();
    assert_eq!(read.count(), truth["total"].as_u64().unwrap());
    let counts: Vec<(u64, u64)> =
        read.inner.iter_recorded().map(|bin| (bin.value_iterated_to(), bin.count_at_value())).collect();
    let expected: Vec<(u64, u64)> = truth["highest_equivalent_and_count"]
        .as_array()
        .unwrap()
        .iter()
        .map(|pair| (pair[0].as_u64().unwrap(), pair[1].as_u64().unwrap()))
        .collect();
    assert_eq!(counts, expected);
    let log = HdrLog::from_text(&recorded("python.hlog"), 1e6).unwrap();
    let totals: Vec<u64> = log.intervals.iter().map(|i| i.histogram.count()).collect();
    assert_eq!(totals, [200, 201, 202]);
    assert_eq!((log.intervals[2].start_s, log.intervals[2].duration_s), (2.0, 1.0));
    assert_eq!(log.start_time_s, Some(1_764_000_000.0));
    assert_eq!(log.merged(None).unwrap().count(), 603);
    assert_eq!(log.merged(Some("none")).unwrap_err().kind(), ErrorKind::Empty);
}

#[test]
fn what_javascript_encoded_answers_as_it_does_there() {
    let truth = recorded_json("js.json");
    let read = Hdr::from_base64(&recorded("js.base64"), 1.0).unwrap();
    assert_eq!(read.count(), truth["total"].as_u64().unwrap());
    for pair in truth["percentiles"].as_array().unwrap() {
        let (percent, value) = (pair[0].as_f64().unwrap(), pair[1].as_f64().unwrap());
        let e = read.quantile(format!("p{percent}").parse().unwrap(), &scope()).unwrap();
        // theirs is the highest tick of the bin, which ours has as its bound
        assert_eq!(e.interval().unwrap().1, value + 1.0, "p{percent}");
    }
}

#[test]
fn encodings_go_there_and_back() {
    for (name, values) in positive(6, 400) {
        let histogram = Hdr::from_values(&values, 3).unwrap();
        let ticks = histogram.ticks_per_unit();
        for read in [
            Hdr::from_bytes(&histogram.to_bytes().unwrap(), ticks).unwrap(),
            Hdr::from_bytes(&histogram.to_compressed().unwrap(), ticks).unwrap(),
            Hdr::from_base64(&histogram.to_base64().unwrap(), ticks).unwrap(),
        ] {
            assert_eq!(read.bins(), histogram.bins(), "{name}");
            assert_eq!((read.count(), read.min()), (histogram.count(), None));
        }
        assert!(histogram.to_base64().unwrap().starts_with("HISTFAAAA"));
    }
    let interval = |tag: Option<&str>, start_s: f64| HdrInterval {
        tag: tag.map(str::to_owned),
        start_s,
        duration_s: 1.5,
        histogram: {
            let mut decoded = Hdr::new(2, 1e3).unwrap();
            decoded.insert_slice(&[0.1, 0.2]);
            Hdr::from_bytes(&decoded.to_bytes().unwrap(), 1e3).unwrap()
        },
    };
    let log = HdrLog {
        start_time_s: Some(1_764_000_000.25),
        base_time_s: Some(5.0),
        intervals: vec![interval(None, 0.0), interval(Some("b"), 1.5)],
    };
    assert_eq!(HdrLog::from_text(&log.to_text().unwrap(), 1e3).unwrap(), log);
    let bad_tag = HdrLog { intervals: vec![interval(Some("a,b"), 0.0)], ..log.clone() };
    assert_eq!(bad_tag.to_text().unwrap_err().kind(), ErrorKind::Argument);
    let bad_time = HdrLog { intervals: vec![interval(None, -1.0)], ..log };
    assert_eq!(bad_time.to_text().unwrap_err().kind(), ErrorKind::Argument);
}

/// Ranges that bring out the size that a header claims.
#[test]
fn a_range_has_as_many_counts_as_the_crate_gives_it() {
    for digits in 0..=5_u8 {
        for low in [1_u64, 2, 3, 1000, 1 << 40] {
            for factor in [2, 3, 1000, 1 << 20] {
                let high = low.saturating_mul(factor);
                let theirs = Histogram::<u64>::new_with_bounds(low, high, digits);
                let ours = super::wire::counts(u32::from(digits), low, high);
                assert_eq!(ours, theirs.ok().map(|h| h.distinct_values()), "{digits} {low} {high}");
            }
        }
        let widest = Histogram::<u64>::new_with_bounds(1, u64::MAX, digits).unwrap();
        assert_eq!(super::wire::counts(u32::from(digits), 1, u64::MAX), Some(widest.distinct_values()));
    }
}

#[test]
fn damaged_encodings_are_errors_with_their_place() {
    let mut histogram = Hdr::new(1, 1.0).unwrap();
    histogram.insert_slice(&[1.0, 5.0, 5.0, 700.0, 1e5]);
    histogram.insert_weighted(9.0, 1 << 40);
    for bytes in [histogram.to_bytes().unwrap(), histogram.to_compressed().unwrap()] {
        survives_damage(&bytes, |bytes| {
            let read = Hdr::from_bytes(bytes, 1.0)?;
            if !read.is_empty() {
                read.quantile(Quantile::P99, &scope()).unwrap();
            }
            Ok(())
        });
        for end in 0..bytes.len() {
            assert!(Hdr::from_bytes(&bytes[..end], 1.0).is_err(), "{end} of {}", bytes.len());
        }
        let longer = [&bytes[..], &[0]].concat();
        assert_eq!(Hdr::from_bytes(&longer, 1.0).unwrap_err().kind(), ErrorKind::Parse);
    }
    // a header that claims 4 GB of counts
    let mut lying = histogram.to_bytes().unwrap();
    lying[4..8].fill(0xff);
    assert!(Hdr::from_bytes(&lying, 1.0).unwrap_err().message().contains("4294967295 bytes"));
    // zeros that would overflow the index, and the one number whose negative does not exist
    let head = &histogram.to_bytes().unwrap()[..40];
    for count in [&[0xff; 9][..], &[0xfd, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]] {
        let mut bytes = head.to_vec();
        bytes[4..8].copy_from_slice(&(count.len() as u32).to_be_bytes());
        bytes.extend(count);
        assert_eq!(Hdr::from_bytes(&bytes, 1.0).unwrap_err().position().unwrap().byte, Some(40));
    }
    let log = recorded("python.hlog");
    survives_damage(&log.as_bytes()[..log.len().min(900)], |bytes| {
        HdrLog::from_text(&String::from_utf8_lossy(bytes), 1.0)
    });
    let e = HdrLog::from_text("#c\n0.0,1.0,1.0,HISTFAAA*\n", 1.0).unwrap_err();
    assert_eq!(e.position().unwrap().line, Some(2), "{e}");
    let e = HdrLog::from_text("#c\nnothing\n", 1.0).unwrap_err();
    assert_eq!(e.position().unwrap().line, Some(2), "{e}");
}

#[test]
fn negative_values_are_left_out_and_told() {
    let mut histogram = Hdr::new(3, 1e3).unwrap();
    histogram.insert_slice(&[-1.0, 2.0, -3.0]);
    assert_eq!((histogram.count(), histogram.negative_dropped(), histogram.min()), (1, 2, Some(2.0)));
    for e in [histogram.quantile(Quantile::MEDIAN, &scope()).unwrap(), histogram.share_below(1.0, &scope()).unwrap()] {
        assert_eq!(e.caveats, ["left out: 2 negative values"]);
    }
}

#[test]
fn what_is_left_out_is_told_and_nothing_is_an_error() {
    tells_what_it_drops(Hdr::new(3, 1e6).unwrap());
    is_nothing(&Hdr::new(3, 1e6).unwrap());
    for (digits, ticks) in [(0, 1.0), (6, 1.0), (3, 0.0), (3, f64::NAN), (3, -1.0)] {
        assert_eq!(Hdr::new(digits, ticks).unwrap_err().kind(), ErrorKind::Argument);
    }
    let mut full = Hdr::new(2, 1.0).unwrap();
    full.insert_weighted(1.0, u64::MAX);
    full.insert(2.0);
    assert_eq!((full.count(), full.max()), (u64::MAX, Some(1.0)));
    assert_eq!(full.to_bytes().unwrap_err().kind(), ErrorKind::Unsupported);
    // beyond 2⁶⁴ ticks the last bin reaches to the largest value
    let far = Hdr::from_values(&[1e-9, 1e15, 1e30], 3).unwrap();
    answers_hold("far", &far, &[1e-9, 1e15, 1e30], f64::INFINITY);
    let mut beyond = Hdr::new(3, 1e6).unwrap();
    beyond.insert_slice(&[1e15, 1e30, 1e40]);
    answers_hold("beyond", &beyond, &[1e15, 1e30, 1e40], f64::INFINITY);
}

#[test]
fn what_is_kept_by_serde_has_its_ticks() {
    let hdr = Hdr::from_values(&[0.020, 0.021, 1.5], 3).unwrap();
    let text = serde_json::to_string(&hdr).unwrap();
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    // the encoding that every HdrHistogram reads, and the one number that it lacks
    assert!(value["hdr"].as_str().unwrap().starts_with("HISTFAAAA"), "{text}");
    assert_eq!(value["ticks_per_unit"], 100_000.0);
    let read: Hdr = serde_json::from_str(&text).unwrap();
    assert_eq!((read.bins(), read.schema()), (hdr.bins(), hdr.schema()));
    for broken in [text.replace("100000.0", "0.0"), text.replace("HISTF", "HISTX"), text.replace("\"hdr\"", "\"x\"")] {
        assert!(serde_json::from_str::<Hdr>(&broken).is_err(), "{broken}");
    }
}
