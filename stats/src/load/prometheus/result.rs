//! The list under `result`, read where it stands.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::histogram::Exponential;
use crate::labels::Labels;
use crate::load::choice::Choice;
use crate::load::number::{self, Field};
use crate::load::samples::Samples;

/// The list under `result`: series, or the time and value of a scalar.
#[derive(Default)]
pub(super) struct Found {
    pub(super) series: Vec<Samples>,
    pub(super) histograms: Vec<(String, Labels, Vec<Native>)>,
    pub(super) unreadable: u64,
    /// How many samples there are, those of series that are not kept included.
    pub(super) samples: u64,
    /// Whether more series would be kept than may be.
    pub(super) too_many: bool,
    pub(super) scalar: (Option<f64>, Option<String>),
}

/// A native histogram at a time, in microseconds' precision; an error is why it cannot be read.
pub(super) type Native = (i64, std::result::Result<Exponential, Unread>);

/// Why a native histogram cannot be read.
#[derive(Debug)]
pub(super) struct Unread {
    pub(super) why: String,
    /// Whether its counts have fractions, as those that `rate` and `increase` make: then none of its series count since a start.
    pub(super) fractions: bool,
}

/// Seconds to nanoseconds by way of whole microseconds: an `f64` of today's epoch holds no more.
pub(super) fn micros(seconds: f64) -> Option<i64> {
    let us = (seconds * 1e6).round();
    (us.abs() < 9.2e15).then(|| us as i64 * 1000)
}

pub(super) fn value(text: &str) -> Option<f64> {
    match number::parse(text.as_bytes()) {
        Field::Number(v) => Some(v),
        Field::Blank | Field::Bad => None,
    }
}

/// Which series of an answer are kept.
pub(super) struct Kept<'a> {
    /// So many at most.
    pub(super) most: usize,
    /// Those that are chosen, a series without a name by another; all where there is no choice.
    pub(super) choice: Option<(&'a mut Choice, &'a str)>,
}

impl Kept<'_> {
    pub(super) fn keeps(&mut self, series: &Samples) -> bool {
        let Some((choice, nameless)) = &mut self.choice else { return true };
        choice.keeps(if series.name.is_empty() { nameless } else { &series.name }, &series.labels)
    }
}

/// Reads the list.
pub(super) struct Series<'a, 'c>(pub(super) &'a mut Kept<'c>);

impl<'de> de::DeserializeSeed<'de> for Series<'_, '_> {
    type Value = Found;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Found, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Series<'_, '_> {
    type Value = Found;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of series, or the time and value of a scalar")
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Found, A::Error> {
        let mut found = Found::default();
        while found.series.len() <= self.0.most {
            let Some(element) = seq.next_element::<Element>()? else { return Ok(found) };
            match element {
                Element::Series(mut samples, histograms, unreadable) => {
                    found.samples += samples.times.len() as u64;
                    if !self.0.keeps(&samples) {
                        continue;
                    }
                    if !histograms.is_empty() {
                        found.histograms.push((samples.name.clone(), samples.labels.clone(), histograms));
                    }
                    // series of one sample would take the memory of four
                    samples.times.shrink_to_fit();
                    samples.values.shrink_to_fit();
                    found.series.push(samples);
                    found.unreadable += unreadable;
                }
                Element::Number(t) => found.scalar.0 = Some(t),
                Element::Text(v) => found.scalar.1 = Some(v),
            }
        }
        // there are too many to be looked at: what is there gives way, and the rest is passed over
        found.too_many = true;
        found.series = Vec::new();
        found.histograms = Vec::new();
        while seq.next_element::<de::IgnoredAny>()?.is_some() {}
        Ok(found)
    }
}

/// One element under `result`.
enum Element {
    /// A series, its native histograms, and how many samples were unreadable.
    Series(Samples, Vec<Native>, u64),
    Number(f64),
    Text(String),
}

impl<'de> Deserialize<'de> for Element {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Element;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a series with “metric” and “value” or “values”")
            }
            fn visit_f64<E>(self, v: f64) -> Result<Element, E> {
                Ok(Element::Number(v))
            }
            fn visit_u64<E>(self, v: u64) -> Result<Element, E> {
                Ok(Element::Number(v as f64))
            }
            fn visit_i64<E>(self, v: i64) -> Result<Element, E> {
                Ok(Element::Number(v as f64))
            }
            fn visit_str<E>(self, v: &str) -> Result<Element, E> {
                Ok(Element::Text(v.to_owned()))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Element, A::Error> {
                let mut samples = Samples::default();
                let (mut histograms, mut unreadable) = (Vec::new(), 0);
                while let Some(key) = map.next_key::<Cow<'de, str>>()? {
                    match key.as_ref() {
                        "metric" => {
                            let mut labels: BTreeMap<String, String> = map.next_value()?;
                            samples.name = labels.remove("__name__").unwrap_or_default();
                            samples.labels = Labels::from_pairs(labels);
                        }
                        "values" => unreadable += map.next_value_seed(Values(&mut samples))?,
                        "value" => {
                            let one: Sample = map.next_value()?;
                            unreadable += u64::from(!one.push(&mut samples));
                        }
                        "histogram" => {
                            let (time, value): (f64, serde_json::Value) = map.next_value()?;
                            let read = decoded(time, &value);
                            unreadable += u64::from(read.is_none());
                            histograms.extend(read);
                        }
                        "histograms" => {
                            let all: Vec<(f64, serde_json::Value)> = map.next_value()?;
                            let before = histograms.len();
                            histograms.extend(all.iter().filter_map(|(time, value)| decoded(*time, value)));
                            unreadable += (before + all.len() - histograms.len()) as u64;
                        }
                        _ => {
                            map.next_value::<de::IgnoredAny>()?;
                        }
                    }
                }
                Ok(Element::Series(samples, histograms, unreadable))
            }
        }
        deserializer.deserialize_any(Any)
    }
}

/// A histogram at a time in seconds; `None` where the time is out of range.
fn decoded(seconds: f64, value: &serde_json::Value) -> Option<Native> {
    let sketch = Exponential::from_api_json(&value.to_string())
        .map_err(|e| Unread { why: e.to_string(), fractions: has_fractions(value) });
    Some((micros(seconds)?, sketch))
}

/// Whether a count of a histogram is no whole number.
fn has_fractions(histogram: &serde_json::Value) -> bool {
    let broken = |count: Option<&serde_json::Value>| {
        count.and_then(serde_json::Value::as_str).and_then(value).is_some_and(|v| v.fract() != 0.0)
    };
    let mut buckets = histogram.get("buckets").and_then(serde_json::Value::as_array).into_iter().flatten();
    broken(histogram.get("count")) || buckets.any(|bucket| broken(bucket.get(3)))
}

/// A time in seconds and a value, which is `None` where its text is not a number.
struct Sample(f64, Option<f64>);

impl Sample {
    /// Adds it to a series; false where it is unreadable.
    fn push(&self, to: &mut Samples) -> bool {
        let (Some(t), Some(v)) = (micros(self.0), self.1) else { return false };
        to.times.push(t);
        to.values.push(v);
        true
    }
}

impl<'de> Deserialize<'de> for Sample {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        /// A value as text, parsed where it stands, or a plain number.
        struct Number;
        impl<'de> de::DeserializeSeed<'de> for Number {
            type Value = Option<f64>;
            fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<f64>, D::Error> {
                deserializer.deserialize_any(self)
            }
        }
        impl Visitor<'_> for Number {
            type Value = Option<f64>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value as text")
            }
            fn visit_str<E>(self, v: &str) -> Result<Option<f64>, E> {
                Ok(value(v))
            }
            fn visit_f64<E>(self, v: f64) -> Result<Option<f64>, E> {
                Ok(Some(v))
            }
            fn visit_u64<E>(self, v: u64) -> Result<Option<f64>, E> {
                Ok(Some(v as f64))
            }
            fn visit_i64<E>(self, v: i64) -> Result<Option<f64>, E> {
                Ok(Some(v as f64))
            }
        }
        struct Pair;
        impl<'de> Visitor<'de> for Pair {
            type Value = Sample;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a pair of time and value")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Sample, A::Error> {
                let short = |n| de::Error::invalid_length(n, &"a pair of time and value");
                let t = seq.next_element::<f64>()?.ok_or_else(|| short(0))?;
                let v = seq.next_element_seed(Number)?.ok_or_else(|| short(1))?;
                Ok(Sample(t, v))
            }
        }
        deserializer.deserialize_seq(Pair)
    }
}

/// The list of samples of a series, read into its columns.
struct Values<'a>(&'a mut Samples);

impl<'de> de::DeserializeSeed<'de> for Values<'_> {
    type Value = u64;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<u64, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Values<'_> {
    type Value = u64;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of samples")
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<u64, A::Error> {
        let mut unreadable = 0;
        while let Some(sample) = seq.next_element::<Sample>()? {
            unreadable += u64::from(!sample.push(self.0));
        }
        Ok(unreadable)
    }
}
