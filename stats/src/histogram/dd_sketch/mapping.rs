//! From a magnitude to the number of its bin and back, by the logarithm or by a cubic that stands for it.

use crate::error::{Error, Result};

/// How the logarithm behind the bins is computed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum DdInterpolation {
    /// The logarithm itself: the fewest bins.
    Logarithmic,
    /// A cubic between powers of two: 1 % more bins, and no logarithm, so that a slice is filled several times as fast.
    #[default]
    Cubic,
}

/// The cubic ((As + B)s + C)s stands for log₂(1 + s); these coefficients need the fewest bins (sketches-java).
const A: f64 = 6.0 / 35.0;
const B: f64 = -3.0 / 5.0;
const C: f64 = 10.0 / 7.0;

/// Adding 1.5 · 2⁵² leaves a number below 2⁵¹ rounded in the low bits of the sum.
const ROUNDER: f64 = 6_755_399_441_055_744.0;
const MANTISSA: u64 = (1 << 52) - 1;
const ONE: u64 = 1023 << 52;
/// The bits of 2⁵², whose low bits count in ones.
const TWO_52: u64 = (1023 + 52) << 52;

/// Distance from a whole number, in bins, within which rounding may have put a magnitude on the wrong side of an edge: positions are
/// below 2³¹, so a rounding is at most 2⁻²², and edges are good to 10⁻¹² of their value, which in the finest bins is 5 × 10⁻⁶ of one.
const DOUBT: f64 = 1e-4;

/// Relative distance within which two libraries may place an edge: the rounding of a logarithm, and of γ on its way through
/// a wire form, times the 710 natural units of the f64 range.
pub(super) const EDGE_SLACK: f64 = 1e-9;

/// A numbered family of bins: bin i holds the magnitudes v with i ≤ log(v)·multiplier + offset < i + 1.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mapping {
    pub(super) interpolation: DdInterpolation,
    /// The relative error that the bins guarantee.
    pub(super) alpha: f64,
    /// Bins per natural unit of the logarithm, or per octave of the cubic.
    pub(super) multiplier: f64,
    pub(super) offset: f64,
    /// Magnitudes below belong to the zero bin.
    pub(super) smallest: f64,
}

impl Mapping {
    pub(super) fn new(alpha: f64, interpolation: DdInterpolation) -> Result<Self> {
        if !(1e-6..=0.9).contains(&alpha) {
            return Err(Error::argument(format!("a relative error of {alpha} is out of range"))
                .hint("give a share from 0.000001 to 0.9, such as 0.01"));
        }
        let natural = (2.0 * alpha / (1.0 - alpha)).ln_1p();
        let multiplier = match interpolation {
            DdInterpolation::Logarithmic => 1.0 / natural,
            DdInterpolation::Cubic => 1.0 / (C * natural),
        };
        Ok(Self::of(alpha, interpolation, multiplier, 0.0))
    }

    /// The mapping that a wire form names by the base γ of its logarithm: log γ of an octave is that of the cubic too.
    pub(super) fn from_gamma(gamma: f64, interpolation: DdInterpolation, offset: f64) -> Option<Self> {
        if !(gamma > 1.0 && gamma.is_finite() && offset.abs() < 1e9) {
            return None;
        }
        let (multiplier, natural) = match interpolation {
            DdInterpolation::Logarithmic => (1.0 / gamma.ln(), gamma.ln()),
            DdInterpolation::Cubic => (1.0 / gamma.log2(), gamma.log2() / C),
        };
        let alpha = (natural / 2.0).tanh();
        // keys of all numbers, 1075 octaves on either side of 1, are to be whole numbers of 32 bits
        let per_octave = match interpolation {
            DdInterpolation::Logarithmic => std::f64::consts::LN_2 * multiplier,
            DdInterpolation::Cubic => multiplier,
        };
        let fits = 1075.0 * per_octave + offset.abs() < f64::from(i32::MAX) - 128.0;
        ((1e-7..0.99).contains(&alpha) && fits).then(|| Self::of(alpha, interpolation, multiplier, offset))
    }

    fn of(alpha: f64, interpolation: DdInterpolation, multiplier: f64, offset: f64) -> Self {
        let smallest = f64::MIN_POSITIVE * (1.0 + alpha) / (1.0 - alpha);
        Self { interpolation, alpha, multiplier, offset, smallest }
    }

    /// The base of the wire form.
    pub(super) fn gamma(&self) -> f64 {
        match self.interpolation {
            DdInterpolation::Logarithmic => (1.0 + self.alpha) / (1.0 - self.alpha),
            DdInterpolation::Cubic => (1.0 / self.multiplier).exp2(),
        }
    }

    /// Whether the bins are the same, up to the rounding of γ.
    pub(super) fn agrees_with(&self, other: &Self) -> bool {
        self.interpolation == other.interpolation
            && (self.multiplier - other.multiplier).abs() <= 1e-12 * self.multiplier
            && (self.offset - other.offset).abs() <= 1e-12 * self.offset.abs()
    }

    /// The bin of a magnitude from `smallest` on: the one between whose beginning and the next one's it lies, as [`lower`](Self::lower)
    /// gives them. Where rounding could decide, those are compared.
    #[inline]
    pub(super) fn key(&self, magnitude: f64) -> i32 {
        let position = match self.interpolation {
            DdInterpolation::Logarithmic => magnitude.ln() * self.multiplier + self.offset,
            DdInterpolation::Cubic => self.cubic(magnitude),
        };
        let (key, doubtful) = whole(position);
        if doubtful { self.decided(key as i32, magnitude) } else { key as i32 }
    }

    /// The bin of a magnitude that is, but for rounding, at an edge of the given one.
    #[cold]
    fn decided(&self, key: i32, magnitude: f64) -> i32 {
        if magnitude < self.lower(key) {
            key - 1
        } else if magnitude >= self.lower(key.saturating_add(1)) {
            key + 1
        } else {
            key
        }
    }

    /// Where the cubic puts a magnitude among the bins, in steps that a compiler turns into vector instructions of the oldest x86-64.
    #[inline]
    fn cubic(&self, magnitude: f64) -> f64 {
        let bits = magnitude.to_bits();
        let s = f64::from_bits(bits & MANTISSA | ONE) - 1.0;
        // the exponent as a real number, without an integer conversion: 2⁵² + e less 2⁵² + 1023
        let e = f64::from_bits(bits >> 52 | TWO_52) - (4_503_599_627_370_496.0 + 1023.0);
        (((A * s + B) * s + C) * s + e) * self.multiplier + self.offset
    }

    /// The bins of a block of magnitudes, each that of [`key`](Self::key).
    #[inline]
    pub(super) fn keys<const N: usize>(&self, magnitudes: &[f64; N]) -> [i64; N] {
        let mut keys = [0; N];
        let mut any_doubtful = false;
        if self.interpolation == DdInterpolation::Cubic {
            for (key, value) in keys.iter_mut().zip(magnitudes) {
                let doubtful;
                (*key, doubtful) = whole(self.cubic(*value));
                any_doubtful |= doubtful;
            }
        }
        if self.interpolation == DdInterpolation::Logarithmic || any_doubtful {
            for (key, value) in keys.iter_mut().zip(magnitudes) {
                *key = i64::from(self.key(*value));
            }
        }
        keys
    }

    /// Where a bin begins; +∞ beyond the f64 range.
    pub(super) fn lower(&self, key: i32) -> f64 {
        let position = (f64::from(key) - self.offset) / self.multiplier;
        match self.interpolation {
            DdInterpolation::Logarithmic => position.exp(),
            DdInterpolation::Cubic => exp2_cubic(position),
        }
    }
}

impl Mapping {
    /// Whether a bin holds f64 values.
    pub(super) fn is_finite(&self, key: i32) -> bool {
        self.lower(key).is_finite() && self.lower(key.saturating_add(1)) > 0.0
    }
}

/// The whole number at or below a position of less than 2³¹, and whether rounding could have led to it. No conversion, no branch.
#[inline]
fn whole(position: f64) -> (i64, bool) {
    let rounded = position + ROUNDER;
    let nearest = rounded - ROUNDER;
    let down = i64::from(nearest > position);
    (rounded.to_bits().wrapping_sub(ROUNDER.to_bits()) as i64 - down, (position - nearest).abs() < DOUBT)
}

/// The inverse of the cubic, by Cardano's formula.
fn exp2_cubic(position: f64) -> f64 {
    let exponent = position.floor();
    let d0 = B * B - 3.0 * A * C;
    let d1 = 2.0 * B * B * B - 9.0 * A * B * C - 27.0 * A * A * (position - exponent);
    let p = ((d1 - (d1 * d1 - 4.0 * d0 * d0 * d0).sqrt()) / 2.0).cbrt();
    let significand = 1.0 - (B + p + d0 / p) / (3.0 * A);
    // in two halves, since 2^exponent alone may be beyond the range where the product is not
    let half = (exponent / 2.0).floor();
    significand * power_of_two(half) * power_of_two(exponent - half)
}

/// 2^exponent for a whole exponent of a normal f64; 0 and ∞ beyond.
fn power_of_two(exponent: f64) -> f64 {
    match exponent as i64 + 1023 {
        biased @ 1..=2046 => f64::from_bits((biased as u64) << 52),
        ..=0 => 0.0,
        _ => f64::INFINITY,
    }
}
