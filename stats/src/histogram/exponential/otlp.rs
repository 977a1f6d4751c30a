//! Exponential histograms from and to OpenTelemetry's JSON and protobuf.

use serde_json::{Value, json};

use super::edges::{self, COARSEST, FINEST};
use super::{Exponential, Place};
use crate::error::{Error, Position, Result};
use crate::histogram::json::{Fields, dropped_in, otlp_real, parse, with_dropped};
use crate::histogram::native::bad;
use crate::histogram::otlp::{Point, Side};
use crate::histogram::run::Run;

/// The finest scale that OpenTelemetry has.
const FINEST_SCALE: i32 = 20;

impl Exponential {
    /// Reads an `ExponentialHistogramDataPoint` of OTLP JSON: `count`, `scale`, `zeroCount`, `zeroThreshold`, `positive` and
    /// `negative` with `offset` and `bucketCounts`, and where they are there `sum`, `min` and `max`. Other fields are left alone.
    ///
    /// Bucket i of OpenTelemetry is bucket i + 1 of Prometheus: both hold their upper edge and not their lower one. A scale above 8
    /// goes down to 8 as both specifications have it. Extremes that contradict the buckets are taken as unknown.
    ///
    /// Memory: in proportion to the text, and up to 4.3 MB a side for buckets at both ends of the range of f64 at scale 8.
    ///
    /// # Errors
    /// [`Parse`](crate::ErrorKind::Parse) with line and column where it is not JSON, with the field where that is wrong, and
    /// [`Unsupported`](crate::ErrorKind::Unsupported) for a scale below −4.
    ///
    /// ```
    /// use sre_stats::histogram::{Exponential, Layout, Sketch};
    /// let text = r#"{"count":"3","sum":5.5,"scale":0,"zeroCount":"0","positive":{"offset":0,"bucketCounts":["2","1"]},"max":2.5}"#;
    /// let histogram = Exponential::from_otlp_json(text)?;
    /// let bins: Vec<_> = histogram.bins().iter().map(|b| (b.lower, b.upper, b.count)).collect();
    /// assert_eq!(bins, [(1.0, 2.0, 2), (2.0, 4.0, 1)]);
    /// assert_eq!(histogram.max(), Some(2.5));
    /// # Ok::<(), sre_stats::Error>(())
    /// ```
    pub fn from_otlp_json(text: &str) -> Result<Self> {
        let value = parse(text)?;
        let fields = Fields::of(&value)?;
        let side = |name| -> Result<Side> {
            let Some(side) = fields.object(name)? else { return Ok(Side::default()) };
            let mut read = Side { offset: side.signed("offset")?.unwrap_or(0), ..Side::default() };
            side.wholes("bucketCounts")?.into_iter().for_each(|count| read.push(count));
            Ok(read)
        };
        Self::from_point(&Point {
            scale: fields.signed("scale")?.unwrap_or(0),
            zero_count: fields.whole("zeroCount")?.unwrap_or(0),
            zero_threshold: fields.real("zeroThreshold")?.unwrap_or(0.0),
            positive: side("positive")?,
            negative: side("negative")?,
            ..Point::of_json(&fields)?
        })
    }

    /// Reads an `ExponentialHistogramDataPoint` of OTLP in protobuf, as [`from_otlp_json`](Self::from_otlp_json) reads JSON; times,
    /// attributes and exemplars are passed over.
    ///
    /// It allocates no more than 32 times the input, and up to 4.3 MB a side for buckets at both ends of the range of f64 at scale 8.
    ///
    /// # Errors
    /// As [`from_otlp_json`](Self::from_otlp_json), with the byte.
    ///
    /// ```
    /// use sre_stats::histogram::{Exponential, Sketch};
    /// let mut histogram = Exponential::from_values(3, &[0.12, 0.125, -4.0, 0.0])?;
    /// let read = Exponential::from_otlp_bytes(&histogram.to_otlp_bytes())?;
    /// assert_eq!((read.count(), read.max()), (4, Some(0.125)));
    /// # Ok::<(), sre_stats::Error>(())
    /// ```
    ///
    /// Source: `opentelemetry/proto/metrics/v1/metrics.proto` 1.
    pub fn from_otlp_bytes(bytes: &[u8]) -> Result<Self> {
        let (point, places) = Point::read_exponential(bytes)?;
        Self::from_point(&point).map_err(|error| places.tell(error))
    }

    /// The histogram as an `ExponentialHistogramDataPoint` of OTLP in protobuf, as [`to_otlp_json`](Self::to_otlp_json) writes JSON.
    pub fn to_otlp_bytes(&self) -> Vec<u8> {
        let side = |run: &Run| -> Side {
            let mut filled = run.filled();
            let Some((first, _)) = filled.next() else { return Side::default() };
            let last = filled.next_back().map_or(first, |(bucket, _)| bucket);
            let mut side = Side { offset: first - 1, ..Side::default() };
            (first..=last).for_each(|bucket| side.push(run.get(bucket)));
            side
        };
        Point {
            count: Some(self.total),
            sum: self.sum,
            min: Some(self.low).filter(|low| low.is_finite()),
            max: Some(self.high).filter(|high| high.is_finite()),
            scale: self.schema,
            zero_count: self.zero,
            zero_threshold: self.threshold,
            positive: side(&self.positive),
            negative: side(&self.negative),
            ..Point::default()
        }
        .exponential_bytes()
    }

    fn from_point(point: &Point) -> Result<Self> {
        let (scale, threshold) = (point.scale, point.zero_threshold);
        if scale < COARSEST {
            return Err(Error::unsupported(format!("a scale of {scale}; {COARSEST} is the coarsest that is kept"))
                .at(Position::default().at_column("scale")));
        }
        if scale > FINEST_SCALE {
            return Err(bad("scale", format!("{scale} is not a scale; {FINEST_SCALE} is the finest")));
        }
        let mut histogram = Self::with_threshold(scale.min(FINEST), threshold)
            .map_err(|_| bad("zeroThreshold", format!("{threshold} is not a zero threshold")))?;
        let steps = (scale - histogram.schema) as u32;
        let range = edges::range(histogram.schema);
        let mut buckets = vec![(Place::Zero, point.zero_count)];
        let sides = [
            ("positive", &point.positive, Place::Positive as fn(i32) -> Place),
            ("negative", &point.negative, Place::Negative),
        ];
        for (name, side, place) in sides {
            for (i, count) in &side.counts {
                let bucket = i32::try_from(i64::from(side.offset) + *i as i64 + 1).ok();
                let bucket = bucket.map(|bucket| edges::coarser(bucket, steps));
                let Some(bucket) = bucket.filter(|bucket| (range.0..=range.1).contains(bucket)) else {
                    return Err(bad(format!("{name}.bucketCounts[{i}]"), "the bucket is outside the range of f64"));
                };
                buckets.push((place(bucket), *count));
            }
        }
        histogram
            .add_decoded(buckets.into_iter())
            .ok_or_else(|| bad("count", "the counts add up to more than 2⁶⁴ − 1"))?;
        if let Some(count) = point.count
            && count != histogram.total
        {
            return Err(bad("count", format!("the buckets hold {} values, the total is {count}", histogram.total)));
        }
        histogram.sum = point.sum.filter(|sum| !sum.is_nan());
        histogram.take_extremes(point.min, point.max);
        Ok(histogram)
    }

    /// Takes extremes that lie in the outermost buckets.
    fn take_extremes(&mut self, min: Option<f64>, max: Option<f64>) {
        let mut filled = self.filled();
        let first = filled.next();
        let last = filled.last().or(first);
        let low = first.zip(min).filter(|((place, count), min)| self.bin(*place, *count).holds(*min));
        let high = last.zip(max).filter(|((place, count), max)| self.bin(*place, *count).holds(*max));
        let (low, high) = (low.map(|(_, min)| min + 0.0), high.map(|(_, max)| max + 0.0));
        if low.zip(high).is_none_or(|(low, high)| low <= high) {
            self.low = low.unwrap_or(self.low);
            self.high = high.unwrap_or(self.high);
        }
    }

    /// The histogram as an `ExponentialHistogramDataPoint` of OTLP JSON, without times and attributes. 64-bit counts are text, as
    /// the protobuf mapping has them; values that were dropped are not in it.
    ///
    /// Length: one count for each bucket between the smallest and the largest magnitude of a side.
    pub fn to_otlp_json(&self) -> String {
        let side = |run: &Run| -> Option<Value> {
            let mut filled = run.filled();
            let first = filled.next()?.0;
            let last = filled.next_back().map_or(first, |(bucket, _)| bucket);
            let counts: Vec<String> = (first..=last).map(|bucket| run.get(bucket).to_string()).collect();
            Some(json!({"offset": first - 1, "bucketCounts": counts}))
        };
        let mut point = json!({
            "count": self.total.to_string(),
            "scale": self.schema,
            "zeroCount": self.zero.to_string(),
            "zeroThreshold": otlp_real(self.threshold),
        });
        let known = |value: f64| value.is_finite().then(|| otlp_real(value));
        let optional = [
            ("sum", self.sum.map(otlp_real)),
            ("positive", side(&self.positive)),
            ("negative", side(&self.negative)),
            ("min", known(self.low)),
            ("max", known(self.high)),
        ];
        for (field, value) in optional {
            if let Some(value) = value {
                point[field] = value;
            }
        }
        point.to_string()
    }
}

impl serde::Serialize for Exponential {
    /// As the OTLP JSON object, with what was dropped beside it.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        with_dropped(&self.to_otlp_json(), self.dropped).map_err(serde::ser::Error::custom)?.serialize(serializer)
    }
}

impl<'de> serde::Deserialize<'de> for Exponential {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        use serde::de::Error as _;
        let point = Value::deserialize(deserializer)?;
        let mut histogram = Self::from_otlp_json(&point.to_string()).map_err(D::Error::custom)?;
        histogram.dropped = dropped_in(&point).map_err(D::Error::custom)?;
        Ok(histogram)
    }
}
