//! The text of native histograms against the examples of the specification.

use proptest::prelude::*;

use super::super::{BucketSpan, Exponential, NativeCounts, NativeHistogram};
use super::any_values;
use crate::error::ErrorKind;

#[test]
fn the_examples_of_the_specification_are_read() {
    // OpenMetrics 2.0, gauge histogram with native buckets
    let text = "{gcount:59,gsum:1.2e2,schema:7,zero_threshold:1e-4,zero_count:0,negative_spans:[1:2],negative_buckets:[5,7],\
        positive_spans:[-1:2,3:4],positive_buckets:[5,7,10,9,8,8]}";
    let native = NativeHistogram::from_text(text).unwrap();
    let span = |offset, length| BucketSpan { offset, length };
    assert_eq!((native.schema, native.sum, native.zero_threshold), (7, 120.0, 1e-4));
    assert_eq!(
        (&native.negative_spans[..], &native.positive_spans[..]),
        (&[span(1, 2)][..], &[span(-1, 2), span(3, 4)][..])
    );
    let counts = NativeCounts::Integer { count: 59, zero: 0, positive: vec![5, 2, 3, -1, -1, 0], negative: vec![5, 2] };
    assert_eq!(native.counts, counts);
    let buckets: Vec<f64> = native.buckets().unwrap().iter().map(|b| b.count).collect();
    assert_eq!(buckets, [7.0, 5.0, 5.0, 7.0, 10.0, 9.0, 8.0, 8.0]);
    // a rate
    let text = "{count:0.01,sum:2.0,schema:0,zero_threshold:1e-4,zero_count:0.0,positive_spans:[1:2],positive_buckets:[0.005,0.005],bucket:[1:0.005,+Inf:0.01]}";
    let native = NativeHistogram::from_text(text).unwrap();
    assert_eq!(native.buckets().unwrap()[1].count, 0.005);
    assert_eq!(NativeHistogram::from_text(&native.to_text().unwrap()).unwrap(), native);
}

#[test]
fn errors_name_the_byte() {
    for (text, byte) in [
        ("", 0),
        ("{", 1),
        ("{}", 2),
        ("{count:x}", 7),
        ("{count:1", 8),
        ("{count:1]", 8),
        ("{colour:1}", 1),
        ("{count:1,positive_spans:[1]}", 26),
        ("{count:1,positive_spans:[1:-1]}", 27),
        ("{count:1,schema:0.5}", 16),
        ("{count:1}", 9),
        ("{count:1,sum:1,schema:0,zero_threshold:0,zero_count:0} 5", 54),
    ] {
        let e = NativeHistogram::from_text(text).unwrap_err();
        assert_eq!((e.kind(), e.position().unwrap().byte), (ErrorKind::Parse, Some(byte)), "{text}: {e}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]
    #[test]
    fn the_text_round_trips_and_survives_mutations(
        a in any_values(), schema in -4..=8, at in any::<usize>(), byte in any::<u8>(), cut in any::<usize>(),
    ) {
        let finite: Vec<f64> = a.into_iter().filter(|v| v.is_finite()).collect();
        let native = Exponential::from_values(schema, &finite).unwrap().with_sum(1.5).to_native().unwrap();
        let text = native.to_text().unwrap();
        prop_assert_eq!(&NativeHistogram::from_text(&text).unwrap(), &native);
        let mut bytes = text.into_bytes();
        let n = bytes.len();
        prop_assert!(NativeHistogram::from_text(&String::from_utf8_lossy(&bytes[..cut % n])).is_err());
        bytes[at % n] = byte;
        if let Ok(read) = NativeHistogram::from_text(&String::from_utf8_lossy(&bytes)) {
            let _ = (read.buckets(), Exponential::from_native(&read));
        }
    }
}
