//! Bins by one whole number each, as a warehouse can compute and store them.

use super::convert::Target;
use super::index::BINS;
use super::{AnySketch, Explicit, Exponential, LayoutChoice, LogLinear, Sketch};
use crate::error::{Error, Result};

impl AnySketch {
    /// The bins that hold something, ascending, each by a whole number, where the layout has such numbers; what they are is
    /// written at [`from_coded_bins`](Self::from_coded_bins).
    pub fn coded_bins(&self) -> Option<Vec<(i64, u64)>> {
        match self {
            Self::LogLinear(h) => Some(h.filled().map(|(code, count)| (i64::from(code), count)).collect()),
            // a wider zero bucket than the usual has no number
            Self::Exponential(h) if h.zero_count() > 0 && h.zero_threshold() > Exponential::ZERO_THRESHOLD => None,
            Self::Exponential(h) => Some(h.coded()),
            Self::Explicit(h) => Some((0_i64..).zip(h.counts().iter().copied()).filter(|(_, n)| *n > 0).collect()),
            _ => None,
        }
    }

    /// The schema that tells what the numbers of [`coded_bins`](Self::coded_bins) mean.
    pub fn coded_schema(&self) -> String {
        match self {
            Self::Explicit(h) => {
                let edges: Vec<String> = h.edges().iter().map(f64::to_string).collect();
                format!("le:{}", edges.join(","))
            }
            other => other.schema(),
        }
    }

    /// The histogram of numbered bins in a layout by its name, as [`coded_schema`](Self::coded_schema) writes it.
    ///
    /// | schema | bin |
    /// |---|---|
    /// | `log-linear` | ±((e + 128) · 90 + d − 9) for magnitudes from d · 10^(e−1) up to but not (d + 1) · 10^(e−1), d from 10 to 99; 0 below 10⁻¹²⁸ |
    /// | `exp:s` | ±(i + 2²⁰) for magnitudes above 2^((i−1)/2^s) up to and with 2^(i/2^s); 0 up to and with 2⁻¹²⁸ |
    /// | `le:a,b,…` | 0 up to and with a, 1 above a up to and with b, …; the last above all edges |
    ///
    /// The sign is that of the value. Extremes are not known of the result. A bin that comes twice adds up.
    ///
    /// ```
    /// use sre_stats::histogram::{AnySketch, LogLinear, Sketch};
    /// let histogram = AnySketch::LogLinear(LogLinear::from_values(&[0.125, 0.129, -3.0]));
    /// let bins = histogram.coded_bins().unwrap();
    /// assert_eq!(bins, [(-(128 * 90 + 30 - 9), 1), (127 * 90 + 12 - 9, 2)]);
    /// assert_eq!(AnySketch::from_coded_bins("log-linear", &bins)?.count(), 3);
    /// # Ok::<(), sre_stats::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Parse`](crate::ErrorKind::Parse) where the schema is none with numbered bins, or a number is none of its bins.
    pub fn from_coded_bins(schema: &str, bins: &[(i64, u64)]) -> Result<Self> {
        if let Some(edges) = schema.strip_prefix("le:") {
            return explicit(schema, edges, bins).map(|h| Self::Explicit(Box::new(h)));
        }
        match schema.parse::<LayoutChoice>()? {
            LayoutChoice::LogLinear => {
                let mut histogram = LogLinear::new();
                for &(code, count) in bins {
                    let code = i32::try_from(code).ok().filter(|c| c.unsigned_abs() as usize <= BINS);
                    let code = code.ok_or_else(|| no_bin(bins, schema))?;
                    histogram.add_decoded(code, count).ok_or_else(too_many)?;
                }
                Ok(Self::LogLinear(histogram))
            }
            LayoutChoice::Exponential { schema } => {
                Ok(Self::Exponential(Box::new(Exponential::from_coded(schema, bins)?)))
            }
            other => Err(Error::parse(format!("{other} has no numbered bins"))
                .hint("the histogram table holds log-linear, exp:s and le:a,b,…")),
        }
    }

    /// The same of values whose least and greatest are known.
    pub(crate) fn from_coded_bins_within(schema: &str, bins: &[(i64, u64)], extremes: (f64, f64)) -> Result<Self> {
        let mut sketch = Self::from_coded_bins(schema, bins)?;
        let (least, greatest) = (Some(extremes.0), Some(extremes.1));
        match &mut sketch {
            Self::LogLinear(h) => h.set_extremes(least, greatest),
            Self::Exponential(h) => h.set_extremes(least, greatest),
            Self::Explicit(h) => h.set_extremes(least, greatest),
            _ => {}
        }
        Ok(sketch)
    }
}

fn explicit(schema: &str, edges: &str, bins: &[(i64, u64)]) -> Result<Explicit> {
    let edges: Vec<f64> = edges
        .split(',')
        // no edges are one bin of everything
        .filter(|_| !edges.trim().is_empty())
        .map(|e| e.trim().parse().map_err(|_| Error::parse(format!("“{schema}” is not a list of edges"))))
        .collect::<Result<_>>()?;
    let mut counts = vec![0_u64; edges.len() + 1];
    for &(code, count) in bins {
        let cell = usize::try_from(code).ok().and_then(|i| counts.get_mut(i)).ok_or_else(|| no_bin(bins, schema))?;
        *cell = cell.checked_add(count).ok_or_else(too_many)?;
    }
    Explicit::from_counts(&edges, &counts)
}

fn no_bin(bins: &[(i64, u64)], schema: &str) -> Error {
    let greatest = bins.iter().map(|(code, _)| *code).max_by_key(|code| code.unsigned_abs()).unwrap_or_default();
    Error::parse(format!("{greatest} is no bin of {schema}"))
}

fn too_many() -> Error {
    Error::parse("the counts add up to more than 2⁶⁴ − 1")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::histogram::Layout;
    use proptest::prelude::*;

    /// The bin of a magnitude by whole-number arithmetic on its exact decimal digits.
    fn by_digits(value: f64) -> i64 {
        let text = format!("{:.800e}", value.abs());
        let (digits, exponent) = text.split_once('e').unwrap();
        let two: i64 = digits.replace('.', "")[..2].parse().unwrap();
        ((exponent.parse::<i64>().unwrap() + 128) * 90 + two - 9) * if value < 0.0 { -1 } else { 1 }
    }

    proptest! {
        #[test]
        fn numbers_are_those_of_the_formula_and_are_read_back(values in proptest::collection::vec(prop_oneof![-1e3..1e3_f64, (-100..100_i32).prop_map(|e| 3.7 * 10_f64.powi(e))], 1..30), schema in -4..=8_i32) {
            let sketch = AnySketch::LogLinear(LogLinear::from_values(&values));
            let bins = sketch.coded_bins().unwrap();
            let mut want: Vec<i64> = values.iter().filter(|v| v.abs() >= 1e-128).map(|v| by_digits(*v)).collect();
            want.sort_unstable();
            want.dedup();
            // a value that rounds to an edge from below belongs to the edge's bin: the edges are the nearest f64
            let got: Vec<i64> = bins.iter().map(|b| b.0).collect();
            prop_assert_eq!(got.len(), want.len());
            prop_assert!(got.iter().zip(&want).all(|(a, b)| (a - b).abs() <= 1));
            let AnySketch::LogLinear(back) = AnySketch::from_coded_bins("log-linear", &bins).unwrap() else { panic!() };
            let AnySketch::LogLinear(first) = &sketch else { panic!() };
            prop_assert_eq!(back.bins(), first.bins());

            let first = Exponential::from_values(schema, &values).unwrap();
            let sketch = AnySketch::Exponential(Box::new(first.clone()));
            let bins = sketch.coded_bins().unwrap();
            for ((code, count), bin) in bins.iter().zip(first.bins()) {
                let upper = if *code < 0 { -bin.lower } else { bin.upper };
                prop_assert_eq!(*count, bin.count);
                if *code != 0 {
                    let power = (code.unsigned_abs() as f64 - f64::from(1 << 20)) / 2_f64.powi(schema);
                    prop_assert!((upper.log2() - power).abs() < 1e-9, "{} {}", upper, power);
                }
            }
            let AnySketch::Exponential(back) = AnySketch::from_coded_bins(&sketch.schema(), &bins).unwrap() else { panic!() };
            prop_assert_eq!(back.bins(), first.bins());
        }
    }

    #[test]
    fn edges_of_ones_choice_and_numbers_that_are_no_bin() {
        let h = AnySketch::from_coded_bins("le:0.1,0.5", &[(0, 3), (2, 1), (0, 1)]).unwrap();
        assert_eq!((h.count(), h.coded_bins().unwrap()), (5, vec![(0, 4), (2, 1)]));
        assert_eq!(AnySketch::from_coded_bins(&h.coded_schema(), &[(1, 2)]).unwrap().count(), 2);
        let one = AnySketch::Explicit(Box::new(Explicit::from_counts(&[], &[3]).unwrap()));
        let back = AnySketch::from_coded_bins(&one.coded_schema(), &one.coded_bins().unwrap()).unwrap();
        assert_eq!((one.coded_schema().as_str(), back.count()), ("le:", 3));
        for (schema, bin) in [
            ("le:", 1),
            ("le:1,", 0),
            ("log-linear", 23_041),
            ("exp:5", 7),
            ("le:1", 2),
            ("le:1", -1),
            ("hdr:3", 1),
            ("le:x", 0),
            ("exp:9", 0),
        ] {
            assert!(AnySketch::from_coded_bins(schema, &[(bin, 1)]).is_err(), "{schema} {bin}");
        }
    }
}
