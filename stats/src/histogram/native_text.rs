//! Native histograms as the text of `OpenMetrics` 2.

use std::str::FromStr;

use super::json::prometheus_real;
use super::native::{BucketSpan, NativeCounts, NativeHistogram};
use crate::error::{Error, Position, Result};

impl NativeHistogram {
    /// Reads the value of a histogram sample in `OpenMetrics` 2 text: `{count:…,sum:…,schema:…,zero_threshold:…,zero_count:…,
    /// negative_spans:[offset:length,…],negative_buckets:[…],positive_spans:[…],positive_buckets:[…]}`, without blanks. Counts are
    /// absolute; where all are whole numbers the histogram has whole counts, else real ones. `gcount` and `gsum` of gauge histograms
    /// are read as `count` and `sum`; classic buckets that follow (`bucket:[…]`) hold the same values again and are passed over.
    ///
    /// Spans and counts are not checked against each other here, but where they are used. Memory: in proportion to the text.
    ///
    /// Source: *`OpenMetrics` 2.0* (draft), composite values.
    ///
    /// # Errors
    /// [`Parse`](crate::ErrorKind::Parse) with the byte where the text is not of that form.
    ///
    /// ```
    /// use sre_stats::histogram::{Exponential, NativeHistogram, Sketch};
    /// let text = "{count:17,sum:324789.3,schema:0,zero_threshold:0.0001,zero_count:0,positive_spans:[0:2],positive_buckets:[5,12]}";
    /// let native = NativeHistogram::from_text(text)?;
    /// assert_eq!(Exponential::from_native(&native)?.count(), 17);
    /// assert_eq!(native.to_text()?, text);
    /// # Ok::<(), sre_stats::Error>(())
    /// ```
    pub fn from_text(text: &str) -> Result<Self> {
        let mut reader = Reader { text, at: 0 };
        reader.expect("{")?;
        let mut found = Found::default();
        loop {
            let start = reader.at;
            let name = reader.until(&[':'])?;
            reader.expect(":")?;
            found.take(name, start, &mut reader)?;
            if reader.take("}") {
                break;
            }
            reader.expect(",")?;
        }
        if reader.at < text.len() {
            return Err(bad(reader.at, "the text goes on after the histogram"));
        }
        found.finish(reader.at)
    }

    /// The histogram as the value of a sample in `OpenMetrics` 2 text.
    ///
    /// # Errors
    /// [`Unsupported`](crate::ErrorKind::Unsupported) for custom bounds, which the form writes as classic buckets, and
    /// [`Parse`](crate::ErrorKind::Parse) where counts fall below 0.
    pub fn to_text(&self) -> Result<String> {
        if !self.custom_values.is_empty() || self.schema == super::native::CUSTOM_BUCKETS {
            return Err(Error::unsupported("the text form has no custom bounds").hint("write them as classic buckets"));
        }
        let (count, zero, negative, positive) = match &self.counts {
            NativeCounts::Integer { count, zero, .. } => {
                let whole = self.whole()?;
                let side = |side: Vec<(i32, u64)>| side.iter().map(|(_, count)| count.to_string()).collect::<Vec<_>>();
                (count.to_string(), zero.to_string(), side(whole.negative), side(whole.positive))
            }
            NativeCounts::Float { count, zero, negative, positive } => {
                let side = |side: &[f64]| side.iter().map(|count| prometheus_real(*count)).collect::<Vec<_>>();
                (prometheus_real(*count), prometheus_real(*zero), side(negative), side(positive))
            }
        };
        let mut text = format!(
            "{{count:{count},sum:{},schema:{},zero_threshold:{},zero_count:{zero}",
            prometheus_real(self.sum),
            self.schema,
            prometheus_real(self.zero_threshold)
        );
        for (name, spans, counts) in
            [("negative", &self.negative_spans, negative), ("positive", &self.positive_spans, positive)]
        {
            if !spans.is_empty() {
                let spans: Vec<String> = spans.iter().map(|span| format!("{}:{}", span.offset, span.length)).collect();
                text.push_str(&format!(",{name}_spans:[{}],{name}_buckets:[{}]", spans.join(","), counts.join(",")));
            }
        }
        text.push('}');
        Ok(text)
    }
}

/// The fields as they come, each with its byte where that may still be wanted.
#[derive(Default)]
struct Found<'a> {
    count: Option<&'a str>,
    sum: Option<f64>,
    schema: Option<i32>,
    zero_threshold: Option<f64>,
    zero: Option<&'a str>,
    spans: [Vec<BucketSpan>; 2],
    buckets: [Vec<&'a str>; 2],
}

impl<'a> Found<'a> {
    fn take(&mut self, name: &str, start: usize, reader: &mut Reader<'a>) -> Result<()> {
        match name {
            "count" | "gcount" => self.count = Some(reader.number::<f64>()?.0),
            "sum" | "gsum" => self.sum = Some(reader.number()?.1),
            "schema" => self.schema = Some(reader.number()?.1),
            "zero_threshold" => self.zero_threshold = Some(reader.number()?.1),
            "zero_count" => self.zero = Some(reader.number::<f64>()?.0),
            "negative_spans" => self.spans[0] = reader.list(Reader::span)?,
            "positive_spans" => self.spans[1] = reader.list(Reader::span)?,
            "negative_buckets" => self.buckets[0] = reader.list(|r| Ok(r.number::<f64>()?.0))?,
            "positive_buckets" => self.buckets[1] = reader.list(|r| Ok(r.number::<f64>()?.0))?,
            "bucket" => {
                reader.list(|r| {
                    r.number::<f64>()?;
                    r.expect(":")?;
                    r.number::<f64>()
                })?;
            }
            _ => return Err(bad(start, format!("“{name}” is not a field of a histogram"))),
        }
        Ok(())
    }

    fn finish(self, end: usize) -> Result<NativeHistogram> {
        let missing = |name: &str| bad(end, format!("the field “{name}” is missing"));
        let count = self.count.ok_or_else(|| missing("count"))?;
        let zero = self.zero.ok_or_else(|| missing("zero_count"))?;
        let [negative_spans, positive_spans] = self.spans;
        let [negative, positive] = self.buckets;
        let deltas = |side: &[&str]| -> Option<Vec<i64>> {
            let mut last = 0;
            side.iter()
                .map(|text| text.parse::<i64>().ok()?.checked_sub(std::mem::replace(&mut last, text.parse().ok()?)))
                .collect()
        };
        let whole = (count.parse().ok().zip(zero.parse().ok())).zip(deltas(&positive).zip(deltas(&negative)));
        let reals = |side: &[&str]| side.iter().filter_map(|text| text.parse().ok()).collect();
        let counts = match whole {
            Some(((count, zero), (positive, negative))) => NativeCounts::Integer { count, zero, positive, negative },
            // all were read as numbers before
            None => NativeCounts::Float {
                count: count.parse().unwrap_or(f64::NAN),
                zero: zero.parse().unwrap_or(f64::NAN),
                positive: reals(&positive),
                negative: reals(&negative),
            },
        };
        Ok(NativeHistogram {
            schema: self.schema.ok_or_else(|| missing("schema"))?,
            zero_threshold: self.zero_threshold.ok_or_else(|| missing("zero_threshold"))?,
            sum: self.sum.ok_or_else(|| missing("sum"))?,
            positive_spans,
            negative_spans,
            counts,
            custom_values: Vec::new(),
        })
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn take(&mut self, word: &str) -> bool {
        let there = self.rest().starts_with(word);
        self.at += if there { word.len() } else { 0 };
        there
    }

    fn expect(&mut self, word: &str) -> Result<()> {
        if self.take(word) { Ok(()) } else { Err(bad(self.at, format!("“{word}” is expected here"))) }
    }

    fn until(&mut self, ends: &[char]) -> Result<&'a str> {
        let rest = self.rest();
        let length = rest.find(ends).ok_or_else(|| bad(self.text.len(), "the text ends too early"))?;
        self.at += length;
        Ok(rest.get(..length).unwrap_or_default())
    }

    /// A number as text and as what it reads as.
    fn number<T: FromStr>(&mut self) -> Result<(&'a str, T)> {
        let start = self.at;
        let text = self.until(&[',', ':', ']', '}'])?;
        let number = text.parse().map_err(|_| bad(start, format!("“{text}” is not a number of its field")))?;
        Ok((text, number))
    }

    fn span(&mut self) -> Result<BucketSpan> {
        let offset = self.number()?.1;
        self.expect(":")?;
        Ok(BucketSpan { offset, length: self.number()?.1 })
    }

    fn list<T>(&mut self, mut item: impl FnMut(&mut Self) -> Result<T>) -> Result<Vec<T>> {
        self.expect("[")?;
        let mut items = Vec::new();
        if self.take("]") {
            return Ok(items);
        }
        loop {
            items.push(item(self)?);
            if self.take("]") {
                return Ok(items);
            }
            self.expect(",")?;
        }
    }
}

fn bad(byte: usize, message: impl Into<String>) -> Error {
    Error::parse(message).at(Position::default().at_byte(byte as u64))
}
