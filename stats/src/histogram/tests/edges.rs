//! Exponential edges against whole-number arithmetic of any size and against a published table.

use proptest::prelude::*;

use super::super::exponential::edges;

/// A natural number, 32 bits a limb, the lowest first.
#[derive(Clone)]
struct Natural(Vec<u32>);

impl Natural {
    fn new(value: u64) -> Self {
        Self(vec![value as u32, (value >> 32) as u32])
    }

    fn squared(&self) -> Self {
        let mut out = vec![0_u32; 2 * self.0.len()];
        for (i, a) in self.0.iter().enumerate() {
            let mut carry = 0_u64;
            for (j, b) in self.0.iter().enumerate() {
                let sum = u64::from(out[i + j]) + u64::from(*a) * u64::from(*b) + carry;
                out[i + j] = sum as u32;
                carry = sum >> 32;
            }
            out[i + self.0.len()] = carry as u32;
        }
        while out.last() == Some(&0) {
            out.pop();
        }
        Self(out)
    }

    /// self^(2^n).
    fn raised(&self, n: i32) -> Self {
        (0..n).fold(self.clone(), |power, _| power.squared())
    }

    fn bits(&self) -> i64 {
        self.0
            .iter()
            .rposition(|limb| *limb != 0)
            .map_or(0, |i| 32 * (i as i64 + 1) - i64::from(self.0[i].leading_zeros()))
    }

    fn is_power_of_two(&self) -> bool {
        self.0.iter().map(|limb| limb.count_ones()).sum::<u32>() == 1
    }
}

/// The whole mantissa and the exponent of a positive f64: value = mantissa · 2^exponent.
fn parts(value: f64) -> (u64, i64) {
    let bits = value.to_bits();
    match (bits >> 52) as i64 {
        0 => (bits, -1074),
        e => ((bits & ((1 << 52) - 1)) | 1 << 52, e - 1075),
    }
}

/// ⌈2^schema · log₂ value⌉, exactly: the bucket as the specifications define it.
fn exact_bucket(value: f64, schema: i32) -> i64 {
    let (mantissa, exponent) = parts(value);
    let fine = schema.max(0);
    // value^(2^s) = mantissa^(2^s) · 2^(exponent · 2^s), and 2^(k−1) < mantissa^(2^s) ≤ 2^k
    let power = Natural::new(mantissa).raised(fine);
    let k = if power.is_power_of_two() { power.bits() - 1 } else { power.bits() };
    let bucket = k + (exponent << fine);
    let width = 1_i64 << (fine - schema);
    -((-bucket).div_euclid(width))
}

#[test]
fn the_edges_are_the_largest_f64_below_the_true_ones() {
    for i in 1..256 {
        let (mantissa, exponent) = parts(edges::upper(i, 8));
        assert_eq!(exponent, -52);
        // mantissa < 2⁵² · 2^(i/256) < mantissa + 1, all raised to the 256th power
        let k = 52 * 256 + i64::from(i);
        assert!(Natural::new(mantissa).raised(8).bits() <= k, "edge {i} is too large");
        assert!(Natural::new(mantissa + 1).raised(8).bits() > k, "edge {i} is too small");
    }
}

#[test]
fn every_edge_and_its_neighbours_fall_into_the_right_bucket() {
    for schema in -4..=8 {
        let (first, last) = edges::range(schema);
        assert_eq!(edges::bucket(f64::from_bits(1), schema), first);
        assert_eq!(edges::bucket(f64::MAX, schema), last);
        for bucket in first..=last {
            let edge = edges::upper(bucket, schema);
            // where edges are closer than f64, several buckets share one
            if (f64::MIN_POSITIVE..f64::MAX).contains(&edge) {
                assert_eq!(edges::bucket(edge, schema), bucket, "schema {schema}, {edge:e}");
                assert_eq!(edges::bucket(edge.next_up(), schema), bucket + 1, "schema {schema}, above {edge:e}");
            }
            assert!(edges::lower(bucket, schema) <= edge);
        }
    }
}

#[test]
fn powers_of_two_are_upper_edges() {
    for exponent in -1074..1024 {
        let value = if exponent < -1022 { f64::from_bits(1 << (exponent + 1074)) } else { 2_f64.powi(exponent) };
        for schema in 0..=8 {
            assert_eq!(edges::bucket(value, schema), exponent << schema);
            assert_eq!(edges::upper(exponent << schema, schema), value);
        }
        for schema in -4..0 {
            let width = 2_f64.powi(-schema);
            assert_eq!(f64::from(edges::bucket(value, schema)), (f64::from(exponent) / width).ceil());
        }
    }
}

#[test]
fn the_published_table_of_prometheus_is_ours_to_some_ulp() {
    // client_golang, `nativeHistogramBounds` of schema 3 and the ends of that of schema 8
    let third = [
        0.5,
        0.545_253_866_332_628_8,
        0.594_603_557_501_360_5,
        0.648_419_777_325_504_8,
        0.707_106_781_186_547_5,
        0.771_105_412_703_970_4,
        0.840_896_415_253_714_4,
        0.917_004_043_204_671_1,
    ];
    for (i, published) in third.into_iter().enumerate() {
        let ours: f64 = edges::upper(i as i32 - 8, 3);
        assert!((ours - published).abs() <= 4.0 * f64::EPSILON, "{ours} {published}");
    }
    for (i, published) in [(1, 0.501_355_637_525_101_3), (128, 0.707_106_781_186_547_5), (255, 0.997_296_056_085_469_8)]
    {
        let ours: f64 = edges::upper(i - 256, 8);
        assert!((ours - published).abs() <= 16.0 * f64::EPSILON, "{ours} {published}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn any_value_falls_into_the_bucket_of_exact_arithmetic(bits in 1_u64..0x7ff0_0000_0000_0000, schema in -4..=8) {
        let value = f64::from_bits(bits);
        let bucket = edges::bucket(value, schema);
        prop_assert_eq!(i64::from(bucket), exact_bucket(value, schema));
        prop_assert!(edges::lower(bucket, schema) < value && value <= edges::upper(bucket, schema));
        // one schema coarser, the bucket is the one that holds this bucket
        if schema > -4 {
            prop_assert_eq!(edges::coarser(bucket, 1), edges::bucket(value, schema - 1));
        }
    }

    #[test]
    fn values_beside_edges_fall_into_the_bucket_of_exact_arithmetic(i in -250_000..250_000_i32, schema in 0..=8, step in -2..=2_i64) {
        let edge = edges::upper(i >> (8 - schema), schema);
        let value = f64::from_bits(edge.to_bits().wrapping_add_signed(step));
        prop_assert_eq!(i64::from(edges::bucket(value, schema)), exact_bucket(value, schema));
    }
}
