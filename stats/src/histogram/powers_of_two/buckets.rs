//! Which bucket a value belongs to, and which interval a bucket is.

use std::fmt;

use super::super::layout::Closed;
use crate::error::{Error, Result};

/// Powers of two from 2⁰ to 2⁶³.
const POWERS: usize = 64;
/// The most linear buckets, as in `bpftrace`.
const MOST_LINEAR: i128 = 1000;

/// The buckets of a tracer's histogram.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TracerBuckets {
    /// `hist()` of `bpftrace`: all negative values, `[0, 1)`, and `[2ⁱ, 2ⁱ⁺¹)` for i from 0 to 63.
    Hist,
    /// `lhist()` of `bpftrace`: steps of equal width from `min` to `max`, what is below, and what is above.
    #[serde(rename = "lhist")]
    Linear {
        /// Where the first step begins.
        min: i64,
        /// Where the last step ends.
        max: i64,
        /// The width of a step.
        step: i64,
    },
    /// `quantize()` of `dtrace`: `(−2ⁱ⁺¹, −2ⁱ]`, (−1, 1), and `[2ⁱ, 2ⁱ⁺¹)` for i from 0 to 63.
    Quantize,
}

impl TracerBuckets {
    pub(super) fn check(self) -> Result<()> {
        let Self::Linear { min, max, step } = self else { return Ok(()) };
        let range = i128::from(max) - i128::from(min);
        let whole = 1_i64 << 53;
        if step < 1 || range < 0 || range % i128::from(step) != 0 || min < -whole || max > whole {
            return Err(Error::argument(format!("steps of {step} do not divide the range from {min} to {max}"))
                .hint("give a range that is a multiple of the step"));
        }
        if range / i128::from(step) > MOST_LINEAR {
            return Err(Error::argument(format!("{} linear buckets", range / i128::from(step)))
                .hint(format!("choose a step that gives {MOST_LINEAR} at most")));
        }
        Ok(())
    }

    /// How many buckets there are.
    pub(super) fn len(self) -> usize {
        match self {
            Self::Hist => 2 + POWERS,
            Self::Linear { min, max, step } => ((max - min) / step) as usize + 2,
            Self::Quantize => 2 * POWERS + 1,
        }
    }

    /// The bucket of a finite value.
    pub(super) fn index(self, value: f64) -> usize {
        match self {
            Self::Hist if value < 0.0 => 0,
            Self::Hist => power(value).map_or(1, |i| 2 + i),
            Self::Quantize => match power(value.abs()) {
                None => POWERS,
                Some(i) if value < 0.0 => POWERS - 1 - i,
                Some(i) => POWERS + 1 + i,
            },
            Self::Linear { min, .. } if value < min as f64 => 0,
            Self::Linear { max, .. } if value >= max as f64 => self.len() - 1,
            Self::Linear { min, step, .. } => {
                let guess = ((value - min as f64) / step as f64) as i64;
                // the quotient may be rounded over an edge
                let edge = |i: i64| (min + i * step) as f64;
                let right = guess - i64::from(value < edge(guess)) + i64::from(value >= edge(guess + 1));
                right as usize + 1
            }
        }
    }

    /// The interval of a bucket.
    pub(super) fn interval(self, index: usize) -> (f64, f64, Closed) {
        let two_to = |i: usize| (i as f64).exp2();
        match self {
            Self::Hist if index == 0 => (f64::NEG_INFINITY, 0.0, Closed::Lower),
            Self::Hist if index == 1 => (0.0, 1.0, Closed::Lower),
            Self::Hist => (two_to(index - 2), two_to(index - 1), Closed::Lower),
            Self::Quantize if index == POWERS => (-1.0, 1.0, Closed::Neither),
            Self::Quantize if index < POWERS => (-two_to(POWERS - index), -two_to(POWERS - 1 - index), Closed::Upper),
            Self::Quantize => (two_to(index - POWERS - 1), two_to(index - POWERS), Closed::Lower),
            Self::Linear { min, max, step } => {
                let last = self.len() - 1;
                let edge = |i: usize| (min + (i as i64 - 1) * step) as f64;
                match index {
                    0 => (f64::NEG_INFINITY, min as f64, Closed::Lower),
                    index if index >= last => (max as f64, f64::INFINITY, Closed::Lower),
                    index => (edge(index), edge(index + 1), Closed::Lower),
                }
            }
        }
    }
}

/// The exponent of a value from 1 on, at most 63.
fn power(value: f64) -> Option<usize> {
    (value >= 1.0).then(|| ((value.to_bits() >> 52) as usize - 1023).min(POWERS - 1))
}

impl fmt::Display for TracerBuckets {
    /// `hist`, `lhist:0:1000:100` or `quantize`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hist => f.write_str("hist"),
            Self::Linear { min, max, step } => write!(f, "lhist:{min}:{max}:{step}"),
            Self::Quantize => f.write_str("quantize"),
        }
    }
}
