//! A layout chosen by name at run time: `ddsketch:0.01`, `exp:5`, `kll:200`.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use super::binned::Binned;
use super::layout::{Bin, Layout, Sketch};
use super::{DdSketch, Explicit, Exponential, Hdr, Kll, LogLinear, PowersOfTwo, Req, ReqSide, TDigest, TracerBuckets};
use crate::error::{Error, Result};
use crate::estimate::{Estimate, Scope};
use crate::quantile::Quantile;
use crate::series::Dropped;
use crate::unit::Unit;

/// A layout by name, with its one parameter.
///
/// ```
/// use sre_stats::estimate::Scope;
/// use sre_stats::histogram::{LayoutChoice, Sketch};
/// use sre_stats::quantile::Quantile;
/// use sre_stats::unit::Unit;
/// let values: Vec<f64> = (1..=1000).map(f64::from).collect();
/// for name in ["log-linear", "exp:5", "hdr:3", "ddsketch:0.01", "tdigest:100", "kll:200", "req:12", "hist"] {
///     let choice: LayoutChoice = name.parse()?;
///     let sketch = choice.build(&values)?;
///     let p90 = sketch.quantile(Quantile::P90, &Scope::untimed(Unit::Millisecond))?;
///     println!("{choice}: {p90}, {} bytes", sketch.stored_bytes()?);
/// }
/// # Ok::<(), sre_stats::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum LayoutChoice {
    /// [`LogLinear`]: `log-linear`.
    LogLinear,
    /// [`Exponential`]: `exp:5`.
    Exponential {
        /// From −4 to 8: 2^schema buckets double the value.
        schema: i32,
    },
    /// [`Hdr`] with ticks that fit the values: `hdr:3`.
    Hdr {
        /// Significant digits, 1 to 5.
        digits: u8,
    },
    /// [`DdSketch`]: `ddsketch:0.01`.
    DdSketch {
        /// The relative error.
        alpha: f64,
    },
    /// [`TDigest`]: `tdigest:100`.
    TDigest {
        /// The compression δ.
        compression: f64,
    },
    /// [`Kll`]: `kll:200`.
    Kll {
        /// The size.
        k: u16,
    },
    /// [`Req`], exact at high ranks: `req:12`.
    Req {
        /// The size.
        k: u16,
    },
    /// [`PowersOfTwo`] with the buckets of `bpftrace`: `hist`.
    PowersOfTwo,
}

impl LayoutChoice {
    /// One of each, with its usual parameter.
    pub const USUAL: [Self; 8] = [
        Self::LogLinear,
        Self::Exponential { schema: 5 },
        Self::Hdr { digits: 3 },
        Self::DdSketch { alpha: 0.01 },
        Self::TDigest { compression: 100.0 },
        Self::Kll { k: 200 },
        Self::Req { k: 12 },
        Self::PowersOfTwo,
    ];

    /// The sketch of some values.
    ///
    /// # Errors
    /// [`Argument`](crate::ErrorKind::Argument) where the parameter is out of the layout's range.
    pub fn build(&self, values: &[f64]) -> Result<AnySketch> {
        Ok(match *self {
            Self::LogLinear => AnySketch::LogLinear(LogLinear::from_values(values)),
            Self::Exponential { schema } => AnySketch::Exponential(Box::new(Exponential::from_values(schema, values)?)),
            Self::Hdr { digits } => AnySketch::Hdr(Box::new(Hdr::from_values(values, digits)?)),
            Self::DdSketch { alpha } => AnySketch::DdSketch(Box::new(DdSketch::from_values(values, alpha)?)),
            Self::TDigest { compression } => AnySketch::TDigest(TDigest::from_values(values, compression)?),
            Self::Kll { k } => AnySketch::Kll(Box::new(Kll::from_values(values, k)?)),
            Self::Req { k } => AnySketch::Req(Box::new(Req::from_values(values, k, ReqSide::High)?)),
            Self::PowersOfTwo => AnySketch::PowersOfTwo(PowersOfTwo::from_values(values, TracerBuckets::Hist)?),
        })
    }
}

impl FromStr for LayoutChoice {
    type Err = Error;
    /// Reads `log-linear`, `exp:5`, `hdr:3`, `ddsketch:0.01`, `tdigest:100`, `kll:200`, `req:12` or `hist`; without its parameter a name has
    /// the usual one.
    fn from_str(text: &str) -> Result<Self> {
        let lower = text.trim().to_ascii_lowercase();
        let (name, parameter) = lower.split_once(':').map_or((lower.as_str(), None), |(name, rest)| (name, Some(rest)));
        let bad = || {
            Error::parse(format!("“{text}” is not a histogram layout"))
                .hint("choose log-linear, exp:5, hdr:3, ddsketch:0.01, tdigest:100, kll:200, req:12 or hist")
        };
        let usual = Self::USUAL.into_iter().find(|choice| choice.name() == name).ok_or_else(bad)?;
        let Some(parameter) = parameter else { return Ok(usual) };
        let choice = match usual {
            Self::Exponential { .. } => Self::Exponential { schema: parameter.parse().map_err(|_| bad())? },
            Self::Hdr { .. } => Self::Hdr { digits: parameter.parse().map_err(|_| bad())? },
            Self::DdSketch { .. } => Self::DdSketch { alpha: parameter.parse().map_err(|_| bad())? },
            Self::TDigest { .. } => Self::TDigest { compression: parameter.parse().map_err(|_| bad())? },
            Self::Kll { .. } => Self::Kll { k: parameter.parse().map_err(|_| bad())? },
            Self::Req { .. } => Self::Req { k: parameter.parse().map_err(|_| bad())? },
            Self::LogLinear | Self::PowersOfTwo => return Err(bad()),
        };
        // a parameter out of range is told where it is read
        choice.build(&[]).map(|_| choice)
    }
}

impl LayoutChoice {
    /// The name without the parameter.
    pub fn name(&self) -> &'static str {
        match self {
            Self::LogLinear => "log-linear",
            Self::Exponential { .. } => "exp",
            Self::Hdr { .. } => "hdr",
            Self::DdSketch { .. } => "ddsketch",
            Self::TDigest { .. } => "tdigest",
            Self::Kll { .. } => "kll",
            Self::Req { .. } => "req",
            Self::PowersOfTwo => "hist",
        }
    }
}

impl fmt::Display for LayoutChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.name();
        match self {
            Self::LogLinear | Self::PowersOfTwo => f.write_str(name),
            Self::Exponential { schema } => write!(f, "{name}:{schema}"),
            Self::Hdr { digits } => write!(f, "{name}:{digits}"),
            Self::DdSketch { alpha } => write!(f, "{name}:{alpha}"),
            Self::TDigest { compression } => write!(f, "{name}:{compression}"),
            Self::Kll { k } | Self::Req { k } => write!(f, "{name}:{k}"),
        }
    }
}

/// A sketch whose layout was chosen at run time. Through [`Sketch`] it answers as the sketch in it does; two of different layouts do
/// not merge.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum AnySketch {
    /// Base 10, two digits.
    LogLinear(LogLinear),
    /// Base 2^(2^−schema).
    Exponential(Box<Exponential>),
    /// `HdrHistogram`.
    Hdr(Box<Hdr>),
    /// `DDSketch`.
    DdSketch(Box<DdSketch>),
    /// t-digest.
    TDigest(TDigest),
    /// KLL.
    Kll(Box<Kll>),
    /// REQ.
    Req(Box<Req>),
    /// Powers of two.
    PowersOfTwo(PowersOfTwo),
    /// Edges of one's choice.
    Explicit(Box<Explicit>),
}

/// Runs one expression with the sketch, whichever it is.
macro_rules! each {
    ($any:expr, $sketch:ident => $run:expr) => {
        match $any {
            AnySketch::LogLinear($sketch) => $run,
            AnySketch::Exponential($sketch) => $run,
            AnySketch::Hdr($sketch) => $run,
            AnySketch::DdSketch($sketch) => $run,
            AnySketch::TDigest($sketch) => $run,
            AnySketch::Kll($sketch) => $run,
            AnySketch::Req($sketch) => $run,
            AnySketch::PowersOfTwo($sketch) => $run,
            AnySketch::Explicit($sketch) => $run,
        }
    };
}

impl AnySketch {
    /// The bins that hold something, ascending, where the layout has bins: t-digest, KLL and REQ have none.
    ///
    /// ```
    /// use sre_stats::histogram::{AnySketch, LogLinear};
    /// let bins = AnySketch::LogLinear(LogLinear::from_values(&[0.125, 0.129])).bins().unwrap();
    /// assert_eq!((bins[0].lower, bins[0].upper, bins[0].count), (0.12, 0.13, 2));
    /// ```
    pub fn bins(&self) -> Option<Vec<Bin>> {
        match self {
            Self::LogLinear(h) => Some(h.bins()),
            Self::Exponential(h) => Some(Layout::bins(&**h)),
            Self::Hdr(h) => Some(Layout::bins(&**h)),
            Self::DdSketch(h) => Some(Layout::bins(&**h)),
            Self::PowersOfTwo(h) => Some(Layout::bins(h)),
            Self::Explicit(h) => Some(Layout::bins(&**h)),
            Self::TDigest(_) | Self::Kll(_) | Self::Req(_) => None,
        }
    }

    /// How many bytes it takes in the form in which it is stored: that of `OpenHistogram`, OTLP in protobuf, `HdrHistogram`'s compressed
    /// form, `DataDog`'s protobuf, t-digest's verbose form, `DataSketches`', or the text of `bpftrace`.
    ///
    /// # Errors
    /// [`Unsupported`](crate::ErrorKind::Unsupported) where the form has no place for a count, which needs 2⁶³ values.
    pub fn stored_bytes(&self) -> Result<usize> {
        Ok(match self {
            Self::LogLinear(sketch) => sketch.to_bytes().len(),
            Self::Exponential(sketch) => sketch.to_otlp_bytes().len(),
            Self::Hdr(sketch) => sketch.to_compressed()?.len(),
            Self::DdSketch(sketch) => sketch.to_bytes().len(),
            Self::TDigest(sketch) => sketch.to_bytes().len(),
            Self::Kll(sketch) => sketch.to_bytes().len(),
            Self::Req(sketch) => sketch.to_bytes().len(),
            Self::PowersOfTwo(sketch) => sketch.to_text().len(),
            Self::Explicit(sketch) => sketch.to_otlp_bytes().len(),
        })
    }
}

impl AnySketch {
    /// How many values are below a threshold: at least the first, at most the second number.
    ///
    /// From the bins where there are any. A sketch that keeps a sample of its values has an interval at 99 % confidence instead, and a t-digest
    /// knows nothing between its extremes.
    pub fn count_below(&self, threshold: f64) -> (u64, u64) {
        self.binned().map_or_else(|| self.share_of(threshold), |bins| bins.count_below(threshold))
    }

    /// How many values are at or below a threshold: at least the first, at most the second number, as
    /// [`count_below`](Self::count_below) has them.
    pub fn count_at_most(&self, threshold: f64) -> (u64, u64) {
        self.binned().map_or_else(|| self.share_of(threshold.next_up()), |bins| bins.count_at_most(threshold))
    }

    /// The bins, where the layout has some.
    fn binned(&self) -> Option<Arc<Binned>> {
        Some(match self {
            Self::LogLinear(h) => Layout::binned(h),
            Self::Exponential(h) => h.binned(),
            Self::Hdr(h) => h.binned(),
            Self::DdSketch(h) => h.binned(),
            Self::PowersOfTwo(h) => h.binned(),
            Self::Explicit(h) => h.binned(),
            Self::TDigest(_) | Self::Kll(_) | Self::Req(_) => return None,
        })
    }

    /// The count below a threshold by the bound of its share.
    fn share_of(&self, threshold: f64) -> (u64, u64) {
        let n = self.count();
        let share = self.share_below(threshold, &Scope::untimed(Unit::None)).ok();
        let (lower, upper) = share.and_then(|e| e.interval()).unwrap_or((0.0, 1.0));
        // the product of a share and a count that it came from is the count, but for the last digits
        let whole = |share: f64| share * n as f64;
        (((whole(lower) - 1e-6).ceil().max(0.0) as u64).min(n), ((whole(upper) + 1e-6).floor() as u64).min(n))
    }
}

impl Sketch for AnySketch {
    fn schema(&self) -> String {
        each!(self, sketch => sketch.schema())
    }
    fn insert_weighted(&mut self, value: f64, weight: u64) {
        each!(self, sketch => sketch.insert_weighted(value, weight));
    }
    fn insert_slice(&mut self, values: &[f64]) {
        each!(self, sketch => sketch.insert_slice(values));
    }
    fn merge(&mut self, other: &Self) -> Result<()> {
        match (self, other) {
            (Self::LogLinear(own), Self::LogLinear(more)) => Sketch::merge(own, more),
            (Self::Exponential(own), Self::Exponential(more)) => own.merge(more),
            (Self::Hdr(own), Self::Hdr(more)) => own.merge(more),
            (Self::DdSketch(own), Self::DdSketch(more)) => own.merge(more),
            (Self::TDigest(own), Self::TDigest(more)) => own.merge(more),
            (Self::Kll(own), Self::Kll(more)) => own.merge(more),
            (Self::Req(own), Self::Req(more)) => own.merge(more),
            (Self::PowersOfTwo(own), Self::PowersOfTwo(more)) => own.merge(more),
            (Self::Explicit(own), Self::Explicit(more)) => own.merge(more),
            (own, more) => {
                Err(Error::mismatch(format!("{} and {} are different layouts", own.schema(), more.schema()))
                    .hint("build both with the same layout"))
            }
        }
    }
    fn count(&self) -> u64 {
        each!(self, sketch => sketch.count())
    }
    fn min(&self) -> Option<f64> {
        each!(self, sketch => sketch.min())
    }
    fn max(&self) -> Option<f64> {
        each!(self, sketch => sketch.max())
    }
    fn dropped(&self) -> Dropped {
        each!(self, sketch => sketch.dropped())
    }
    fn quantiles(&self, quantiles: &[Quantile], scope: &Scope) -> Result<Vec<Estimate>> {
        each!(self, sketch => sketch.quantiles(quantiles, scope))
    }
    fn share_below(&self, threshold: f64, scope: &Scope) -> Result<Estimate> {
        each!(self, sketch => sketch.share_below(threshold, scope))
    }
    fn memory_bytes(&self) -> usize {
        each!(self, sketch => sketch.memory_bytes())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::shapes::{scope, shapes};
    use super::*;
    use crate::error::ErrorKind;

    #[test]
    fn every_name_is_read_back() {
        for choice in LayoutChoice::USUAL {
            assert_eq!(choice.to_string().parse::<LayoutChoice>().unwrap(), choice);
            assert_eq!(choice.name().parse::<LayoutChoice>().unwrap(), choice);
        }
        for text in [
            "",
            "log",
            "log-linear:3",
            "exp:9",
            "exp:five",
            "hdr:9",
            "hdr:x",
            "hdr:300",
            "ddsketch:2",
            "tdigest:1",
            "kll:7",
            "kll:70000",
            "req:13",
            "req:4",
            "hist:1",
        ] {
            assert!(text.parse::<LayoutChoice>().is_err(), "{text}");
        }
        assert_eq!(" DDSketch:0.02 ".parse::<LayoutChoice>().unwrap(), LayoutChoice::DdSketch { alpha: 0.02 });
    }

    #[test]
    fn each_layout_counts_merges_and_answers() {
        for (name, values) in shapes(1, 2000) {
            let values: Vec<f64> = values.iter().map(|v| v.abs()).collect();
            let (left, right) = values.split_at(700);
            for choice in LayoutChoice::USUAL {
                let mut whole = choice.build(&values).unwrap();
                assert_eq!((whole.count(), whole.is_empty()), (2000, false), "{name} {choice}");
                let least = values.iter().copied().fold(f64::INFINITY, f64::min);
                assert_eq!(whole.min(), Some(least), "{name} {choice}");
                assert!(whole.stored_bytes().unwrap() > 0 && whole.memory_bytes() > 0);
                let e = whole.quantile(Quantile::P90, &scope()).unwrap();
                assert!(e.value >= least && e.value <= whole.max().unwrap(), "{name} {choice} {e}");
                if !matches!(choice, LayoutChoice::Hdr { .. }) {
                    // the ticks of an HdrHistogram depend on its values
                    let mut parts = choice.build(left).unwrap();
                    parts.merge(&choice.build(right).unwrap()).unwrap();
                    assert_eq!(parts.count(), 2000);
                }
                let other = if choice == LayoutChoice::LogLinear { "hist" } else { "log-linear" };
                let other = other.parse::<LayoutChoice>().unwrap().build(&[1.0]).unwrap();
                assert_eq!(whole.merge(&other).unwrap_err().kind(), ErrorKind::Mismatch);
            }
        }
    }
}
