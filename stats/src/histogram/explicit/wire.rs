//! Explicit buckets from and to cumulative `le` buckets, spans and deltas with custom bounds, and OpenTelemetry's JSON and protobuf.

use serde_json::{Value, json};

use super::Explicit;
use crate::error::{Error, Result};
use crate::histogram::json::{Fields, dropped_in, otlp_real, parse, with_dropped};
use crate::histogram::native::{CUSTOM_BUCKETS, NativeCounts, NativeHistogram, bad, known_sum, spans};
use crate::histogram::otlp::Point;

impl Explicit {
    /// A histogram from the counts of its buckets, one more than there are edges (a last edge at +∞ may be given or not).
    ///
    /// # Errors
    /// [`Argument`](crate::ErrorKind::Argument) as [`new`](Self::new), [`Mismatch`](crate::ErrorKind::Mismatch) where the lengths do
    /// not go together or the counts add up to 2⁶⁴.
    pub fn from_counts(edges: &[f64], counts: &[u64]) -> Result<Self> {
        let mut histogram = Self::new(edges)?;
        if counts.len() != histogram.counts.len() {
            return Err(Error::mismatch(format!(
                "{} edges below +∞ make {} buckets, but there are {} counts",
                histogram.edges.len(),
                histogram.counts.len(),
                counts.len()
            )));
        }
        let total = counts.iter().try_fold(0_u64, |sum, count| sum.checked_add(*count));
        histogram.total = total.ok_or_else(|| Error::mismatch("the counts add up to more than 2⁶⁴ − 1"))?;
        histogram.counts.copy_from_slice(counts);
        if histogram.total > 0 {
            (histogram.low, histogram.high, histogram.sum) = (f64::NEG_INFINITY, f64::INFINITY, None);
        }
        Ok(histogram)
    }

    /// A histogram from Prometheus' classic buckets: upper edges (`le`) with cumulative counts, +∞ among them, in any order.
    ///
    /// # Errors
    /// [`Argument`](crate::ErrorKind::Argument) where there is none at +∞ or an edge comes twice, and
    /// [`Mismatch`](crate::ErrorKind::Mismatch) where a count falls: [`classic_quantile`](crate::histogram::classic_quantile) mends
    /// that as Prometheus does.
    ///
    /// ```
    /// use sre_stats::histogram::Explicit;
    /// let histogram = Explicit::from_cumulative(&[(0.1, 80), (0.5, 95), (f64::INFINITY, 100)])?;
    /// assert_eq!(histogram.counts(), [80, 15, 5]);
    /// assert_eq!(histogram.cumulative()[1], (0.5, 95));
    /// # Ok::<(), sre_stats::Error>(())
    /// ```
    pub fn from_cumulative(buckets: &[(f64, u64)]) -> Result<Self> {
        let mut sorted = buckets.to_vec();
        sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
        if sorted.last().is_none_or(|(edge, _)| *edge != f64::INFINITY) {
            return Err(Error::argument("there is no bucket at le = +Inf").hint("its count is that of all values"));
        }
        let edges: Vec<f64> = sorted.iter().map(|(edge, _)| *edge).collect();
        let mut below = 0;
        let counts: Result<Vec<u64>> = (sorted.iter())
            .map(|(edge, cumulative)| {
                let count = cumulative.checked_sub(below).ok_or_else(|| {
                    Error::mismatch(format!("the cumulative count falls from {below} to {cumulative} at le = {edge}"))
                        .hint("buckets of one scrape never fall; classic_quantile mends those of several")
                })?;
                below = *cumulative;
                Ok(count)
            })
            .collect();
        Self::from_counts(&edges, &counts?)
    }

    /// The upper edges with cumulative counts, +∞ last.
    pub fn cumulative(&self) -> Vec<(f64, u64)> {
        let mut below = 0;
        let edges = self.edges.iter().copied().chain([f64::INFINITY]);
        (edges.zip(&self.counts))
            .map(|(edge, count)| {
                below += count;
                (edge, below)
            })
            .collect()
    }

    /// Reads a native histogram with custom bounds (NHCB, schema −53) and whole counts. Values that its total has and its buckets
    /// have not are NaN.
    ///
    /// # Errors
    /// [`Parse`](crate::ErrorKind::Parse) with the field where it is inconsistent, [`Unsupported`](crate::ErrorKind::Unsupported)
    /// where its counts are real numbers or its buckets are exponential.
    pub fn from_native(native: &NativeHistogram) -> Result<Self> {
        if native.schema != CUSTOM_BUCKETS {
            return Err(Error::unsupported("a native histogram without custom bounds has no explicit buckets")
                .hint("read it as exponential buckets"));
        }
        let buckets = native.whole()?;
        let mut counts = vec![0; native.custom_values.len() + 1];
        for (bucket, count) in buckets.positive {
            if let Some(counter) = usize::try_from(bucket).ok().and_then(|bucket| counts.get_mut(bucket)) {
                *counter = count;
            }
        }
        let mut histogram =
            Self::from_counts(&native.custom_values, &counts).map_err(|e| bad("positive", e.message().to_owned()))?;
        let NativeCounts::Integer { count, .. } = native.counts else {
            return Err(Error::unsupported("the counts of this native histogram are real numbers"));
        };
        let nan = count.checked_sub(histogram.total);
        histogram.dropped.nan = nan.ok_or_else(|| {
            bad("count", format!("the buckets hold {} values, the total is {count}", histogram.total))
        })?;
        histogram.sum = Some(native.sum).filter(|sum| !sum.is_nan());
        Ok(histogram)
    }

    /// The histogram as Prometheus stores classic buckets in native form: custom bounds, spans and deltas.
    ///
    /// # Errors
    /// [`Argument`](crate::ErrorKind::Argument) where the sum, which the form must have, is not known, and
    /// [`Unsupported`](crate::ErrorKind::Unsupported) where a bucket holds 2⁶³ values or more.
    ///
    /// ```
    /// use sre_stats::histogram::Explicit;
    /// let histogram = Explicit::from_counts(&[0.1, 0.5], &[3, 0, 4])?.with_sum(5.0);
    /// let native = histogram.to_native()?;
    /// assert_eq!((native.schema, native.custom_values.len(), native.positive_spans.len()), (-53, 2, 2));
    /// assert_eq!(Explicit::from_native(&native)?, histogram);
    /// # Ok::<(), sre_stats::Error>(())
    /// ```
    pub fn to_native(&self) -> Result<NativeHistogram> {
        let nan = self.dropped.nan;
        let sum = if nan > 0 { f64::NAN } else { known_sum(self.sum)? };
        let filled = (0_i32..).zip(self.counts.iter().copied()).filter(|(_, count)| *count > 0);
        let (positive_spans, positive) = spans(filled)?;
        Ok(NativeHistogram {
            schema: CUSTOM_BUCKETS,
            zero_threshold: 0.0,
            sum,
            positive_spans,
            negative_spans: Vec::new(),
            counts: NativeCounts::Integer {
                count: self.total.saturating_add(nan),
                zero: 0,
                positive,
                negative: Vec::new(),
            },
            custom_values: self.edges.clone(),
        })
    }

    /// Reads a `HistogramDataPoint` of OTLP JSON: `count`, `explicitBounds`, `bucketCounts`, and where they are there `sum`, `min` and
    /// `max`. Other fields are left alone. Extremes that contradict the buckets are taken as unknown.
    ///
    /// Memory: in proportion to the text.
    ///
    /// # Errors
    /// [`Parse`](crate::ErrorKind::Parse) with line and column where it is not JSON, or with the field where that is wrong.
    ///
    /// ```
    /// use sre_stats::histogram::{Explicit, Sketch};
    /// let text = r#"{"count":"3","sum":0.9,"bucketCounts":["1","2","0"],"explicitBounds":[0.1,0.5],"max":0.45}"#;
    /// let histogram = Explicit::from_otlp_json(text)?;
    /// assert_eq!((histogram.counts(), histogram.max()), (&[1, 2, 0][..], Some(0.45)));
    /// # Ok::<(), sre_stats::Error>(())
    /// ```
    pub fn from_otlp_json(text: &str) -> Result<Self> {
        let value = parse(text)?;
        let fields = Fields::of(&value)?;
        Self::from_point(Point {
            edges: fields.reals("explicitBounds")?,
            counts: fields.wholes("bucketCounts")?,
            ..Point::of_json(&fields)?
        })
    }

    /// Reads a `HistogramDataPoint` of OTLP in protobuf, as [`from_otlp_json`](Self::from_otlp_json) reads JSON; times, attributes and
    /// exemplars are passed over.
    ///
    /// It allocates no more than 8 times the input.
    ///
    /// # Errors
    /// [`Parse`](crate::ErrorKind::Parse) with the byte.
    ///
    /// ```
    /// use sre_stats::histogram::{Explicit, Sketch};
    /// let mut histogram = Explicit::new(&[0.1, 0.5])?;
    /// histogram.insert_slice(&[0.05, 0.2, 0.45]);
    /// let read = Explicit::from_otlp_bytes(&histogram.to_otlp_bytes())?;
    /// assert_eq!((read.counts(), read.max()), (&[1, 2, 0][..], Some(0.45)));
    /// # Ok::<(), sre_stats::Error>(())
    /// ```
    ///
    /// Source: `opentelemetry/proto/metrics/v1/metrics.proto` 1.
    pub fn from_otlp_bytes(bytes: &[u8]) -> Result<Self> {
        let (point, places) = Point::read_explicit(bytes)?;
        Self::from_point(point).map_err(|error| places.tell(error))
    }

    /// The histogram as a `HistogramDataPoint` of OTLP in protobuf, as [`to_otlp_json`](Self::to_otlp_json) writes JSON.
    pub fn to_otlp_bytes(&self) -> Vec<u8> {
        Point {
            count: Some(self.total),
            sum: self.sum,
            min: Some(self.low).filter(|low| low.is_finite()),
            max: Some(self.high).filter(|high| high.is_finite()),
            edges: self.edges.clone(),
            counts: self.counts.clone(),
            ..Point::default()
        }
        .explicit_bytes()
    }

    fn from_point(mut point: Point) -> Result<Self> {
        if point.counts.is_empty() && point.edges.is_empty() {
            // allowed: the total alone
            point.counts.push(point.count.unwrap_or(0));
        }
        let mut histogram = Self::from_counts(&point.edges, &point.counts).map_err(|e| {
            let field = if e.kind() == crate::ErrorKind::Argument { "explicitBounds" } else { "bucketCounts" };
            bad(field, e.message().to_owned())
        })?;
        if let Some(count) = point.count
            && count != histogram.total
        {
            return Err(bad("count", format!("the buckets hold {} values, the total is {count}", histogram.total)));
        }
        histogram.sum = point.sum.filter(|sum| !sum.is_nan());
        histogram.take_extremes(point.min, point.max);
        Ok(histogram)
    }

    /// Takes extremes that lie in the outermost buckets that hold something.
    fn take_extremes(&mut self, min: Option<f64>, max: Option<f64>) {
        use crate::histogram::layout::Layout;
        let bins = self.bins();
        let low = bins.first().zip(min).filter(|(bin, min)| min.is_finite() && bin.holds(*min));
        let high = bins.last().zip(max).filter(|(bin, max)| max.is_finite() && bin.holds(*max));
        let (low, high) = (low.map(|(_, min)| min + 0.0), high.map(|(_, max)| max + 0.0));
        if low.zip(high).is_none_or(|(low, high)| low <= high) {
            self.low = low.unwrap_or(self.low);
            self.high = high.unwrap_or(self.high);
        }
    }

    /// The histogram as a `HistogramDataPoint` of OTLP JSON, without times and attributes; values that were dropped are not in it.
    pub fn to_otlp_json(&self) -> String {
        let counts: Vec<String> = self.counts.iter().map(u64::to_string).collect();
        let edges: Vec<Value> = self.edges.iter().map(|edge| otlp_real(*edge)).collect();
        let mut point = json!({"count": self.total.to_string(), "bucketCounts": counts, "explicitBounds": edges});
        let known = |value: f64| value.is_finite().then(|| otlp_real(value));
        for (field, value) in [("sum", self.sum.map(otlp_real)), ("min", known(self.low)), ("max", known(self.high))] {
            if let Some(value) = value {
                point[field] = value;
            }
        }
        point.to_string()
    }
}

impl serde::Serialize for Explicit {
    /// As the OTLP JSON object, with what was dropped beside it.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        with_dropped(&self.to_otlp_json(), self.dropped).map_err(serde::ser::Error::custom)?.serialize(serializer)
    }
}

impl<'de> serde::Deserialize<'de> for Explicit {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        use serde::de::Error as _;
        let point = Value::deserialize(deserializer)?;
        let mut histogram = Self::from_otlp_json(&point.to_string()).map_err(D::Error::custom)?;
        histogram.dropped = dropped_in(&point).map_err(D::Error::custom)?;
        Ok(histogram)
    }
}
