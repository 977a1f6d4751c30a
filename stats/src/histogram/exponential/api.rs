//! Exponential histograms from and to the JSON of Prometheus' HTTP API.

use serde_json::{Value, json};

use super::edges::{self, COARSEST, FINEST};
use super::{Exponential, Place};
use crate::error::Result;
use crate::histogram::json::{Fields, parse, prometheus_real, real, whole};
use crate::histogram::layout::{Closed, Layout};
use crate::histogram::native::bad;

/// How far an edge may be from ours, relative: Prometheus' own are some ulp beside the exact ones.
const NEAR: f64 = 1e-13;

/// A bucket of one side by magnitude.
struct Edged {
    negative: bool,
    inner: f64,
    outer: f64,
    count: u64,
}

impl Exponential {
    /// Reads the histogram of Prometheus' HTTP API, `{"count": …, "sum": …, "buckets": [[rule, lower, upper, count], …]}` with numbers
    /// as text.
    ///
    /// The form does not name its schema: it is the one whose edges are the given ones; where the zero bucket hides that, the finest
    /// that agrees. Without a zero bucket the zero threshold is taken as 0, unless a bucket begins within one. Values of the total
    /// that no bucket has are NaN.
    ///
    /// # Errors
    /// [`Parse`](crate::ErrorKind::Parse) with line and column or the field, also where no schema has these edges (custom bounds), and
    /// [`Unsupported`](crate::ErrorKind::Unsupported) where a count is not a whole number.
    ///
    /// ```
    /// use sre_stats::histogram::{Exponential, Layout};
    /// let text = r#"{"count":"3","sum":"6.5","buckets":[[0,"1","1.414213562373095","1"],[0,"2","2.82842712474619","2"]]}"#;
    /// let histogram = Exponential::from_api_json(text)?;
    /// assert_eq!((histogram.resolution(), histogram.bins().len()), (1, 2));
    /// # Ok::<(), sre_stats::Error>(())
    /// ```
    pub fn from_api_json(text: &str) -> Result<Self> {
        let value = parse(text)?;
        let fields = Fields::of(&value)?;
        let mut sides = Vec::new();
        let mut zero = None;
        let mut infinite = 0_u64;
        for (i, bucket) in fields.list("buckets")?.iter().enumerate() {
            let field = || format!("buckets[{i}]");
            let [rule, lower, upper, count] = bucket.as_array().map_or(&[][..], Vec::as_slice) else {
                return Err(bad(field(), "a bucket has a rule, two edges and a count"));
            };
            let (lower, upper, count) = (real(lower, field)?, real(upper, field)?, whole(count, field)?);
            match rule.as_i64() {
                Some(0) if 0.0 <= lower && lower < upper => {
                    sides.push(Edged { negative: false, inner: lower, outer: upper, count });
                }
                Some(1) if lower < upper && upper <= 0.0 => {
                    sides.push(Edged { negative: true, inner: -upper, outer: -lower, count });
                }
                Some(3) if zero.is_none() && upper >= 0.0 && lower == -upper => zero = Some((upper, count)),
                _ => return Err(bad(field(), format!("{bucket} is not a bucket of an exponential histogram"))),
            }
        }
        sides.retain(|bucket| {
            let beyond = bucket.outer.is_infinite();
            infinite = infinite.saturating_add(if beyond { bucket.count } else { 0 });
            !beyond
        });
        let threshold = zero.map_or(0.0, |(threshold, _)| threshold);
        let nearest = sides.iter().map(|bucket| bucket.inner).fold(f64::INFINITY, f64::min);
        let hidden = if zero.is_none() && nearest.is_finite() { nearest } else { threshold };
        let fit = [threshold, hidden].into_iter().find_map(|threshold| {
            let schema = (COARSEST..=FINEST).rev().find(|s| sides.iter().all(|b| numbered(b, *s, threshold).is_some()));
            schema.map(|schema| (schema, threshold))
        });
        let Some((schema, threshold)) = fit else {
            return Err(bad("buckets", "no schema of exponential buckets has these edges"));
        };
        let mut histogram = Self::with_threshold(schema, threshold)?;
        let buckets = sides.iter().filter_map(|bucket| {
            let number = numbered(bucket, schema, threshold)?;
            Some((if bucket.negative { Place::Negative(number) } else { Place::Positive(number) }, bucket.count))
        });
        let zero = zero.map(|(_, count)| (Place::Zero, count));
        histogram
            .add_decoded(buckets.chain(zero))
            .ok_or_else(|| bad("buckets", "the counts add up to more than 2⁶⁴ − 1"))?;
        histogram.dropped.infinite = infinite;
        if let Some(count) = fields.whole("count")? {
            let rest = count.checked_sub(histogram.total).and_then(|rest| rest.checked_sub(infinite));
            let Some(nan) = rest else {
                return Err(bad("count", format!("the buckets hold more values than the total, {count}")));
            };
            histogram.dropped.nan = nan;
        }
        histogram.sum = fields.real("sum")?.filter(|sum| !sum.is_nan());
        Ok(histogram)
    }

    /// The histogram as Prometheus' HTTP API answers it; the sum is NaN where it is not known.
    pub fn to_api_json(&self) -> String {
        let buckets: Vec<Value> = (self.bins().iter())
            .map(|bin| {
                let rule = match bin.closed {
                    Closed::Upper => 0,
                    Closed::Lower => 1,
                    Closed::Neither => 2,
                    Closed::Both => 3,
                };
                json!([rule, prometheus_real(bin.lower), prometheus_real(bin.upper), bin.count.to_string()])
            })
            .collect();
        let count = self.total.saturating_add(self.dropped.nan);
        let sum = if self.dropped.nan > 0 { f64::NAN } else { self.sum.unwrap_or(f64::NAN) };
        json!({"count": count.to_string(), "sum": prometheus_real(sum), "buckets": buckets}).to_string()
    }
}

/// The number of a bucket in a schema whose edges it has; its inner one may be the zero bucket's.
fn numbered(bucket: &Edged, schema: i32, threshold: f64) -> Option<i32> {
    let near = |edge: f64, given: f64| (edge - given).abs() <= NEAR * given;
    let guess = edges::bucket(bucket.outer, schema);
    [guess, guess - 1].into_iter().find(|number| {
        let lower = edges::lower(*number, schema);
        let begins = near(lower, bucket.inner) || (bucket.inner == threshold && lower <= threshold);
        begins && near(edges::upper(*number, schema), bucket.outer)
    })
}
