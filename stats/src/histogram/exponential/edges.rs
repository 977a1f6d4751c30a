//! From an f64 to its exponential bucket and back, exactly: no logarithm is taken.
//!
//! Bucket i of schema s is `(2^((i−1)·2^−s), 2^(i·2^−s)]`. Edges between powers of two are irrational, so each is kept as the
//! largest f64 below it: `v ≤ edge` then holds for an f64 exactly where it holds in real numbers.
//!
//! For s ≥ 0, an octave is cut into 2^(s+1) cells of equal width, none of which holds two edges. The sum of a value's bits and its
//! cell's entry carries into the bits above 52 − s exactly where the value has passed the edge; those bits are the bucket's number.

use std::sync::LazyLock;

/// The finest schema.
pub(in crate::histogram) const FINEST: i32 = 8;
/// The coarsest schema: one bucket for 2¹⁶ times.
pub(in crate::histogram) const COARSEST: i32 = -4;

/// Edges in an octave of the finest schema.
const STEPS: usize = 1 << FINEST;
const MANTISSA: u32 = 52;
const BIAS: i64 = 1023;

/// ⌊2⁵² · 2^(i/256)⌋ for i from 0 to 255.
static MANTISSAS: LazyLock<Vec<u64>> = LazyLock::new(|| {
    // 2^(1/2), 2^(1/4), … 2^(1/256)
    let mut root = Double { high: 2.0, low: 0.0 };
    let roots: Vec<Double> = (0..FINEST)
        .map(|_| {
            root = root.sqrt();
            root
        })
        .collect();
    (0..STEPS)
        .map(|i| {
            let one = Double { high: 1.0, low: 0.0 };
            let power = (roots.iter().enumerate())
                .filter(|(k, _)| i >> (FINEST as usize - 1 - k) & 1 == 1)
                .fold(one, |product, (_, root)| product.times(*root));
            let below = if power.low < 0.0 { power.high.next_down() } else { power.high };
            (below.to_bits() & ((1 << MANTISSA) - 1)) | 1 << MANTISSA
        })
        .collect()
});

/// The entries of the cells of an octave, for each schema from 0.
static CELLS: LazyLock<Vec<Vec<u64>>> = LazyLock::new(|| (0..=FINEST as u32).map(cells).collect());

fn cells(schema: u32) -> Vec<u64> {
    let hidden = 1_u64 << MANTISSA;
    // where bucket after bucket begins in the octave: just above the edge before it
    let starts: Vec<u64> = MANTISSAS.iter().step_by(STEPS >> schema).map(|mantissa| mantissa - hidden + 1).collect();
    let width = MANTISSA - 1 - schema;
    let mut passed = 0;
    (0..2_u64 << schema)
        .map(|cell| {
            let start = cell << width;
            while starts.get(passed).is_some_and(|s| *s <= start) {
                passed += 1;
            }
            let inside = starts.get(passed).copied().filter(|s| *s < start + (1 << width));
            // the value that reaches `at` gets the number `number`
            let (number, at) = inside.map_or((passed as u64, start), |s| (passed as u64 + 1, s));
            (number << (width + 1)).wrapping_sub(at)
        })
        .collect()
}

/// The cells of a schema from 0 to 8.
pub(in crate::histogram) fn table(schema: u32) -> &'static [u64] {
    CELLS.get(schema as usize).map_or(&[], Vec::as_slice)
}

/// The number of a positive normal value in a schema from 0: its bucket plus 1023 · 2^s.
#[inline]
pub(in crate::histogram) fn number(table: &[u64], schema: u32, value: f64) -> u64 {
    let bits = value.to_bits();
    let cell = (bits >> (MANTISSA - 1 - schema)) as usize & ((2 << schema) - 1);
    bits.wrapping_add(table.get(cell).copied().unwrap_or(0)) >> (MANTISSA - schema)
}

/// The bucket of a number.
pub(in crate::histogram) fn bucket_of(number: u64, schema: u32) -> i32 {
    (number as i64 - (BIAS << schema)) as i32
}

/// The bucket of a positive finite value.
pub(in crate::histogram) fn bucket(value: f64, schema: i32) -> i32 {
    let fine = schema.max(0) as u32;
    // a power of two moves subnormal values among the normal ones without rounding
    let (value, moved) = if value < f64::MIN_POSITIVE { (value * 2_f64.powi(54), 54) } else { (value, 0) };
    let bucket = bucket_of(number(table(fine), fine, value), fine) - (moved << fine);
    coarser(bucket, (fine as i32 - schema) as u32)
}

/// The bucket that holds a bucket, some schemas coarser: ⌈i / 2^steps⌉.
pub(in crate::histogram) fn coarser(bucket: i32, steps: u32) -> i32 {
    ((i64::from(bucket) + (1 << steps) - 1) >> steps) as i32
}

/// The buckets that can hold an f64: from 2⁻¹⁰⁷⁴ to the largest.
pub(in crate::histogram) fn range(schema: i32) -> (i32, i32) {
    (bucket(f64::from_bits(1), schema), bucket(f64::MAX, schema))
}

/// The upper edge of a bucket, rounded down to an f64; the largest f64 where the edge is beyond it.
pub(in crate::histogram) fn upper(bucket: i32, schema: i32) -> f64 {
    let (whole, part) = if schema >= 0 {
        let part = bucket.rem_euclid(1 << schema) << (FINEST - schema);
        (bucket.div_euclid(1 << schema), part as usize)
    } else {
        (bucket.saturating_mul(1 << -schema), 0)
    };
    let mantissa = MANTISSAS.get(part).copied().unwrap_or(1 << MANTISSA);
    match whole {
        1024.. => f64::MAX,
        // the mantissa's leading bit adds the missing 1 to the exponent
        -1022.. => f64::from_bits((((whole + 1022) as u64) << MANTISSA) + mantissa),
        _ => f64::from_bits(mantissa.checked_shr((-1022 - whole) as u32).unwrap_or(0)),
    }
}

/// The lower edge of a bucket, rounded down to an f64.
pub(in crate::histogram) fn lower(bucket: i32, schema: i32) -> f64 {
    upper(bucket - 1, schema)
}

/// A number as the unevaluated sum of two f64, good to 2⁻¹⁰⁰.
///
/// Source: T. J. Dekker, *A floating-point technique for extending the available precision* (1971).
#[derive(Clone, Copy)]
struct Double {
    high: f64,
    low: f64,
}

impl Double {
    fn renormalised(high: f64, low: f64) -> Self {
        let sum = high + low;
        Self { high: sum, low: low - (sum - high) }
    }

    fn times(self, other: Self) -> Self {
        let product = self.high * other.high;
        let error = self.high.mul_add(other.high, -product);
        Self::renormalised(product, error + (self.high * other.low + self.low * other.high))
    }

    fn sqrt(self) -> Self {
        let root = self.high.sqrt();
        let square = root * root;
        let error = root.mul_add(root, -square);
        let rest = (self.high - square) - error + self.low;
        Self::renormalised(root, rest / (2.0 * root))
    }
}
